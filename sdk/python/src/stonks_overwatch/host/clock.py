"""The host's clock."""

from __future__ import annotations

from datetime import date

from stonks_runner.host import now

__all__ = ["now", "today"]


def today() -> date:
    """The day that it is in UTC."""
    return now().date()
