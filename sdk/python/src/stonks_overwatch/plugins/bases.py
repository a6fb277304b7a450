"""Short bases for new plugins: what each would write the same way is written here."""

from __future__ import annotations

from typing import Any

from stonks_overwatch.config.base_config import BaseConfig
from stonks_overwatch.core.service_types import ServiceType
from stonks_overwatch.plugins.interfaces import (
    AggregatorPluginInterface,
    BrokerPluginInterface,
    MiddlewarePluginInterface,
    PluginInterface,
    ViewPluginInterface,
)
from stonks_overwatch.plugins.models import PluginManifest


class Plugin(PluginInterface):
    """Keeps the manifest, starts, stops, and is well."""

    def __init__(self, manifest: PluginManifest) -> None:
        self._manifest = manifest

    @property
    def manifest(self) -> PluginManifest:
        """The plugin's manifest."""
        return self._manifest

    def initialize(self) -> bool:
        """Nothing to do before the first call."""
        return True

    def shutdown(self) -> bool:
        """Nothing to put away."""
        return True

    def health_check(self) -> Any:
        """All is well."""
        return {"status": "ok"}


class Broker(Plugin, BrokerPluginInterface):
    """A broker that overrides `fetch`, `import_file`, or `get_services`."""

    def get_config_class(self) -> type[BaseConfig]:
        """The plain configuration."""
        return BaseConfig

    def get_services(self) -> dict[ServiceType, type]:
        """None: `fetch` answers."""
        return {}

    def validate_configuration(self, config: BaseConfig) -> list[str]:
        """The host has checked the settings against the manifest."""
        return []


class Middleware(Plugin, MiddlewarePluginInterface):
    """A middleware that overrides `transform`."""


class Aggregator(Plugin, AggregatorPluginInterface):
    """An aggregator that overrides `compute`."""


class View(Plugin, ViewPluginInterface):
    """A view that overrides `render`."""
