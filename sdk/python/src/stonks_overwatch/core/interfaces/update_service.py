"""The service `update`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from stonks_overwatch.config.base_config import BaseConfig
from stonks_overwatch.utils.core.logger import StonksLogger


class AbstractUpdateService(ABC):
    """Brings data of a service's own up to date."""

    def __init__(
        self,
        broker_name: str = "",
        import_folder: str | None = None,
        debug_mode: bool | None = None,
        config: BaseConfig | None = None,
        **_: Any,
    ) -> None:
        self.broker_name = str(broker_name).lower()
        self.import_folder = import_folder
        self.debug_mode = bool(debug_mode)
        self._injected_config = config
        self.logger = StonksLogger.get_logger(f"stonks_overwatch.{self.broker_name}.update")

    @property
    def config(self) -> BaseConfig | None:
        """The configuration that was given."""
        return self._injected_config

    @abstractmethod
    def update_all(self) -> Any:
        """Updates everything. What it returns may be facts."""
