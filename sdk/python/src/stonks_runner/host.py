"""What a plugin may ask of the host, whichever way it runs: one request, one notification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Host(Protocol):
    """The other side of the channel, or what stands in for it in a test or a component."""

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Asks and waits for the answer. Raises `HostError` where the host refuses."""

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Tells without waiting."""


class HostError(Exception):
    """The host's refusal: a case of the contract's error of that interface, or a text."""

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.data = data

    def case(self) -> tuple[str, Any]:
        """The name of the case, and what it carries."""
        if isinstance(self.data, dict) and len(self.data) == 1:
            return next(iter(self.data.items()))
        return (self.data if isinstance(self.data, str) else ""), None


class HostGone(HostError):
    """The host closed the channel."""


_current: Host | None = None


def current() -> Host:
    """The host of this process."""
    if _current is None:
        raise RuntimeError(
            "there is no host here: run the plugin with `stonks`, or in a test with "
            "`stonks_overwatch.testing`"
        )
    return _current


def is_installed() -> bool:
    """Whether there is a host."""
    return _current is not None


def install(host: Host | None) -> Host | None:
    """Makes `host` the one that plugins reach. Returns the one before it."""
    global _current
    before, _current = _current, host
    return before


def now() -> datetime:
    """The host's time, in UTC."""
    from datetime import UTC, datetime, timedelta

    told = current().request("clock.now", {})
    since = timedelta(seconds=told["seconds"], microseconds=told["nanoseconds"] // 1000)
    return datetime(1970, 1, 1, tzinfo=UTC) + since
