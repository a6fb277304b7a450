"""Settings and cases as JSON tells them: all that a plugin needs before its first fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from stonks_runner.contract.calls import SettingValue
from stonks_runner.contract.values import decimal_text, exact


class WireError(ValueError):
    """A value that the contract has no place for."""


def read_settings(told: Sequence[Mapping[str, Any]]) -> dict[str, SettingValue]:
    """Settings by key."""
    settings: dict[str, SettingValue] = {}
    for setting in told:
        case, value = case_of(setting["value"])
        if case == "Number":
            value = Decimal(value)
        elif case == "Choices":
            value = tuple(value)
        settings[setting["key"]] = value
    return settings


def setting_value(value: SettingValue | int | float) -> dict[str, Any]:
    """A setting as the host sends it."""
    if isinstance(value, bool):
        return {"Flag": value}
    if isinstance(value, str):
        return {"Text": value}
    if isinstance(value, tuple | list):
        return {"Choices": list(value)}
    return {"Number": decimal_text(exact(value))}


def case_of(told: Mapping[str, Any]) -> tuple[str, Any]:
    """The name of a variant's case, and what it carries."""
    if len(told) != 1:
        raise WireError(f"a variant has one case, not {len(told)}")
    return next(iter(told.items()))
