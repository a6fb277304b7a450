"""The plugin's log, which its page shows. `logging` ends there as well."""

from __future__ import annotations

from stonks_runner import host
from stonks_runner.logs import HostHandler

__all__ = ["HostHandler", "debug", "error", "info", "warning"]


def debug(message: str) -> None:
    """For who looks for a fault."""
    _write("Debug", message)


def info(message: str) -> None:
    """What happens."""
    _write("Info", message)


def warning(message: str) -> None:
    """What may be wrong."""
    _write("Warning", message)


def error(message: str) -> None:
    """What went wrong."""
    _write("Error", message)


def _write(level: str, message: str) -> None:
    host.current().notify("log", {"level": level, "message": str(message)})
