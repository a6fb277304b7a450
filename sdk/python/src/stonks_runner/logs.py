"""The plugin's `logging` on its way to the host."""

from __future__ import annotations

import logging

from stonks_runner import host


class HostHandler(logging.Handler):
    """Sends each record to the host's log of the plugin."""

    def emit(self, record: logging.LogRecord) -> None:
        """Sends a record; what goes wrong meanwhile harms no plugin."""
        try:
            params = {"level": level_of(record.levelno), "message": self.format(record)}
            host.current().notify("log", params)
        except Exception:
            self.handleError(record)


def level_of(number: int) -> str:
    """The contract's level for one of `logging`."""
    if number >= logging.ERROR:
        return "Error"
    if number >= logging.WARNING:
        return "Warning"
    return "Info" if number >= logging.INFO else "Debug"


def install() -> None:
    """Lets everything from `INFO` on reach the host. A plugin may set other levels."""
    root = logging.getLogger()
    if any(isinstance(handler, HostHandler) for handler in root.handlers):
        return
    handler = HostHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
