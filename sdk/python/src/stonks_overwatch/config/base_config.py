"""The configuration of a broker."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Self

from stonks_overwatch.config.base_credentials import BaseCredentials
from stonks_overwatch.utils.core.logger import StonksLogger

DEFAULT_START_DATE = date(2020, 1, 1)


class BaseConfig:
    """What a broker's own class of configuration extends."""

    config_key: ClassVar[str] = ""
    logger: ClassVar[StonksLogger] = StonksLogger.get_logger("stonks_overwatch.config", "[CONFIG]")

    base_currency: str | None = None
    settings: dict[str, Any]

    def __init__(
        self,
        credentials: BaseCredentials | None = None,
        start_date: date | bool | None = None,
        enabled: bool = True,
        offline_mode: bool | None = False,
        update_frequency_minutes: int = 5,
    ) -> None:
        # Older brokers give `enabled` as the second argument.
        if isinstance(start_date, bool):
            enabled = start_date
        self.credentials = credentials
        self.start_date = start_date if isinstance(start_date, date) else DEFAULT_START_DATE
        self.enabled = enabled
        self.offline_mode = bool(offline_mode)
        self.update_frequency_minutes = update_frequency_minutes
        self.settings = {}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # Credentials are left out: a configuration may end in a log.
        return (
            f"{type(self).__name__}(enabled={self.enabled}, offline_mode={self.offline_mode}, "
            f"start_date={self.start_date}, "
            f"update_frequency_minutes={self.update_frequency_minutes})"
        )

    def is_enabled(self) -> bool:
        """Whether the broker is used."""
        return self.enabled

    @property
    def get_credentials(self) -> BaseCredentials | None:
        """The credentials."""
        return self.credentials

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """A configuration from fields by name; what has no field is kept in `settings`."""
        start = data.get("start_date")
        if isinstance(start, str):
            start = date.fromisoformat(start)
        credentials = data.get("credentials")
        if isinstance(credentials, dict):
            credentials = None
        config = cls(
            credentials=credentials,
            start_date=start,
            enabled=data.get("enabled", True),
            offline_mode=data.get("offline_mode", False),
            update_frequency_minutes=data.get("update_frequency_minutes", 5),
        )
        config.settings = dict(data)
        return config

    @classmethod
    def from_json_file(cls, file_path: str | Path) -> Self:
        """The configuration in a file, under the class's `config_key`."""
        data = json.loads(Path(file_path).read_text("utf-8"))
        return cls.from_dict(data.get(cls.config_key, {}))

    @classmethod
    def default(cls) -> Self:
        """The configuration where nothing is set."""
        return cls()
