"""The configuration that a broker's services get, made from the user's settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from stonks_runner.contract.errors import BadData

HELD_BY_HOST = "held by the host"
"""Stands in for a secret, which never enters a plugin."""

_CREDENTIALS = "credentials."
"""How the keys of settings begin that are fields of the credentials."""


def make_config(
    config_class: type | None, settings: Mapping[str, Any], credentials: Iterable[str]
) -> Any:
    """A configuration: from its `from_dict`, its constructor, or its `default`.

    Raises `BadData` where none of them takes the settings.
    """
    if config_class is None:
        return None
    # What the user left empty is left to the broker's own default.
    data = {key: plain(key, value) for key, value in settings.items() if value != ""}
    given = {
        key.removeprefix(_CREDENTIALS): data.pop(key)
        for key in list(data)
        if key.startswith(_CREDENTIALS)
    }
    given = {key: data.pop(key, HELD_BY_HOST) for key in credentials} | given
    data = {"enabled": True, **data}
    problems = []
    for attempt in _attempts(config_class, data, given):
        try:
            return attempt()
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}")
    raise BadData(
        f"no `{config_class.__name__}` can be made from the settings: {problems[0]}",
        "look at the plugin's settings",
    )


def _attempts(
    config_class: Any, data: dict[str, Any], credentials: dict[str, Any]
) -> list[Callable[[], Any]]:
    attempts: list[Callable[[], Any]] = []
    if hasattr(config_class, "from_dict"):
        attempts.append(lambda: config_class.from_dict({**data, "credentials": credentials}))
        attempts.append(lambda: config_class.from_dict({**data, "credentials": None}))
    attempts.append(lambda: config_class(**accepted(config_class, {**data, "credentials": None})))
    if hasattr(config_class, "default"):
        attempts.append(lambda: config_class.default())
    attempts.append(lambda: config_class())
    return attempts


def accepted(made: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Those keyword arguments that a class or a function takes."""
    try:
        parameters = inspect.signature(made).parameters.values()
    except (TypeError, ValueError):
        return {}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return dict(arguments)
    names = {
        parameter.name
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    return {name: value for name, value in arguments.items() if name in names}


_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WHOLE = ("minutes", "seconds", "days", "timeout")


def plain(key: str, value: Any) -> Any:
    """A setting as the Python program had it: whole numbers as `int`, others as `float`.

    Old manifests don't tell of what kind a setting is, so that the host sends a text.
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str) and value.strip().lower() in _SWITCHES:
        return _SWITCHES[value.strip().lower()]
    if isinstance(value, str) and key.endswith(_WHOLE) and value.strip().isdecimal():
        return int(value)
    return list(value) if isinstance(value, tuple) else value
