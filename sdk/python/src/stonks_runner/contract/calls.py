"""What goes in and out beside facts: health, sessions, the origin of facts, settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SettingValue = str | Decimal | bool | tuple[str, ...]
"""A setting: a text, a number, a switch, or several choices."""


class HealthStatus(StrEnum):
    """How a plugin fares."""

    UP = "Up"
    DEGRADED = "Degraded"
    DOWN = "Down"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure of a plugin's health. `unit` is a UCUM code, such as `ms`, `%` or `1`."""

    name: str
    value: float
    unit: str = "1"


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How a plugin fares, by its own account."""

    status: HealthStatus
    message: str | None = None
    measurements: Sequence[Measurement] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, as the broker names them, and seconds until the session ends."""

    user: str | None = None
    expires_in: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who told facts: the user's name of the account, and the plugin that read or fetched them."""

    plugin: str
    account: str | None = None
