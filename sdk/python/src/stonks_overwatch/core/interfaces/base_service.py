"""How services get their configuration."""

from __future__ import annotations

from typing import Any

from stonks_overwatch.config.base_config import BaseConfig


class DependencyInjectionMixin:
    """Keeps the configuration that a service was made with."""

    def __init__(self, config: BaseConfig | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._injected_config = config

    @property
    def config(self) -> BaseConfig:
        """The configuration; a plain one where none was given."""
        if self._injected_config is None:
            self._injected_config = BaseConfig()
        return self._injected_config

    @property
    def base_currency(self) -> str:
        """The currency that the configuration names, else EUR."""
        return getattr(self.config, "base_currency", None) or "EUR"

    def is_dependency_injection_enabled(self) -> bool:
        """Whether a configuration was given."""
        return self._injected_config is not None


class BaseService(DependencyInjectionMixin):
    """What services extend beside their interface."""
