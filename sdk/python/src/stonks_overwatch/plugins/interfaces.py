"""What a plugin implements, by kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stonks_overwatch.config.base_config import BaseConfig
from stonks_overwatch.core.service_types import ServiceType
from stonks_overwatch.plugins.exceptions import Unsupported
from stonks_overwatch.plugins.models import PluginManifest

if TYPE_CHECKING:
    from stonks_overwatch.facts import Fact, Page
    from stonks_overwatch.figures import Metric, PortfolioSnapshot
    from stonks_overwatch.health import HealthReport, Origin, SettingValue
    from stonks_overwatch.panels import Panel

NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


class PluginInterface(ABC):
    """What every plugin answers, whatever its kind."""

    settings: Mapping[str, SettingValue] = NO_SETTINGS
    """The user's settings by key, defaults filled in. Set before `initialize`."""

    @property
    @abstractmethod
    def manifest(self) -> PluginManifest:
        """The plugin's manifest."""

    @abstractmethod
    def initialize(self) -> bool:
        """Called once, before any other call. False: the plugin can't work."""

    @abstractmethod
    def shutdown(self) -> bool:
        """Called before the plugin is unloaded. There is no call after it."""

    @abstractmethod
    def health_check(self) -> dict[str, Any] | HealthReport:
        """How the plugin fares: a report, or `status`, `message` and figures by name."""


class BrokerPluginInterface(PluginInterface):
    """Delivers what a broker knows of the user's accounts."""

    @abstractmethod
    def get_config_class(self) -> type[BaseConfig]:
        """The class of the configuration that services get."""

    @abstractmethod
    def get_services(self) -> dict[ServiceType, type]:
        """The class that answers for each service."""

    @abstractmethod
    def validate_configuration(self, config: BaseConfig) -> list[str]:
        """What is wrong with a configuration, in sentences; none where it is good."""

    def fetch(
        self, service: ServiceType, cursor: str | None, since: date | None
    ) -> Page | Iterable[Fact]:
        """Facts of a service: a page, or any number of facts, which are cut into pages.

        Without an own `fetch`, the classes of `get_services` answer.
        """
        raise Unsupported(f"no service `{service.value}`")

    def import_file(self, name: str, content: bytes) -> Page | Iterable[Page] | Iterable[Fact]:
        """Facts of a file that the user downloaded. Refuse others' files with `BadData`."""
        raise Unsupported("this plugin reads no files")


class MiddlewarePluginInterface(PluginInterface):
    """Maps, enriches or classifies facts on their way from a broker to the ledger."""

    @abstractmethod
    def transform(self, origin: Origin, facts: Sequence[Fact]) -> Iterable[Fact]:
        """Those facts that go on, in the same order, each with its identity; none may be added."""


class AggregatorPluginInterface(PluginInterface):
    """Computes named figures from the portfolio."""

    @abstractmethod
    def compute(self, portfolio: PortfolioSnapshot) -> Iterable[Metric]:
        """At most 200 figures."""


class ViewPluginInterface(PluginInterface):
    """Shows typed panels."""

    @abstractmethod
    def render(self, portfolio: PortfolioSnapshot) -> Iterable[Panel]:
        """At most 20 panels."""
