"""A logger that puts a tag before each message."""

from __future__ import annotations

import logging
from typing import Any


class StonksLogger:
    """One logger for each name."""

    _by_name: dict[str, StonksLogger] = {}  # noqa: RUF012

    def __init__(self, name: str, prefix: str = "") -> None:
        self.logger = logging.getLogger(name)
        self.prefix = prefix

    @classmethod
    def get_logger(cls, name: str, prefix: str = "") -> StonksLogger:
        """The logger of a name; the first prefix stays."""
        return cls._by_name.setdefault(name, cls(name, prefix))

    def _write(self, level: int, message: object, *values: Any, **options: Any) -> None:
        text = f"{self.prefix} {message}" if self.prefix else str(message)
        self.logger.log(level, text, *values, **options)

    def debug(self, message: object, *values: Any, **options: Any) -> None:
        """For who looks for a fault."""
        self._write(logging.DEBUG, message, *values, **options)

    def info(self, message: object, *values: Any, **options: Any) -> None:
        """What happens."""
        self._write(logging.INFO, message, *values, **options)

    def warning(self, message: object, *values: Any, **options: Any) -> None:
        """What may be wrong."""
        self._write(logging.WARNING, message, *values, **options)

    def error(self, message: object, *values: Any, **options: Any) -> None:
        """What went wrong."""
        self._write(logging.ERROR, message, *values, **options)

    def critical(self, message: object, *values: Any, **options: Any) -> None:
        """What ends everything."""
        self._write(logging.CRITICAL, message, *values, **options)

    def exception(self, message: object, *values: Any, **options: Any) -> None:
        """What went wrong, with the traceback of the error at hand."""
        options.setdefault("exc_info", True)
        self._write(logging.ERROR, message, *values, **options)
