"""Single values as services of the Python program return them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from stonks_runner.contract.facts import Moment, Money
from stonks_runner.contract.values import exact, zone_text

LONGEST_TEXT = 4_000
"""The host refuses longer texts; counted in bytes."""

_CODE = re.compile(r"[A-Z0-9]{2,10}")

_SIGNS = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "Fr": "CHF", "Fr.": "CHF"}


def of(row: Any, *names: str) -> Any:
    """The first field of these names that has a value; rows are objects or dictionaries."""
    for name in names:
        value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
        if value is not None:
            return value
    return None


def has(row: Any, *names: str) -> bool:
    """Whether a row has all fields of these names, with a value or not."""
    if isinstance(row, Mapping):
        return all(name in row for name in names)
    return all(hasattr(row, name) for name in names)


def word(value: Any) -> str:
    """A text, or the value of an enum."""
    if isinstance(value, Enum):
        value = value.value if isinstance(value.value, str) else value.name
    return "" if value is None else str(value).strip()


def text(value: Any) -> str | None:
    """A text within the host's limit; None where there is nothing in it."""
    told = word(value)
    if len(told.encode("utf-8", "replace")) > LONGEST_TEXT:
        told = told.encode("utf-8", "replace")[:LONGEST_TEXT].decode("utf-8", "ignore")
    return told or None


def number(value: Any) -> Decimal | None:
    """A number, also a formatted one such as `€ -1,250.00`; None for what is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        if isinstance(value, str):
            return _formatted(value)
        # Other libraries' numbers, such as NumPy's integers, are read as text.
        found = exact(value if isinstance(value, int | float | Decimal) else str(value))
    except (ValueError, InvalidOperation):
        return None
    return found if found.is_finite() else None


def _formatted(value: str) -> Decimal | None:
    kept = re.sub(r"[^0-9.,\-+eE]", "", value).strip("eE")
    if "," in kept:
        whole, _, places = kept.rpartition(",")
        # Only one comma and not three digits behind it: it is the point.
        is_point = "." not in kept and "," not in whole and len(places) != 3
        kept = f"{whole}.{places}" if is_point else kept.replace(",", "")
    return Decimal(kept) if any(letter.isdigit() for letter in kept) else None


def currency(*values: Any) -> str | None:
    """The first of these that names a currency: a code, a sign, or an amount behind either."""
    for value in values:
        told = word(value)
        sign = re.sub(r"[0-9.,\-+\s]", "", told) if not _CODE.fullmatch(told.upper()) else told
        code = _SIGNS.get(sign, sign.upper())
        if _CODE.fullmatch(code) and not code.isdigit():
            return code
    return None


def money(amount: Decimal | None, code: str | None) -> Money | None:
    """An amount, where there is both of it."""
    return None if amount is None or code is None else Money(amount, code)


def moment(value: Any, clock: Any = None) -> Moment | None:
    """A point in time. Without a zone it is one of UTC; midnight sharp means the day alone."""
    if isinstance(value, str):
        value = _read_moment(value)
    if isinstance(value, datetime):
        if value.time() == time(0) and clock in (None, ""):
            return Moment(value.date())
        return Moment(value.date(), value.time(), zone_text(value) or "UTC")
    if not isinstance(value, date):
        return None
    at = _read_time(clock)
    return Moment(value) if at is None else Moment(value, at, "UTC")


def day(value: Any) -> date | None:
    """The day of a date or a time."""
    found = moment(value)
    return None if found is None else found.date


def _read_moment(value: str) -> datetime | date | None:
    value = value.strip()
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def _read_time(value: Any) -> time | None:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, time) and value != time(0) else None


def rounded(value: Decimal | None) -> str:
    """A number for a digest: what a conversion leaves in the last places doesn't count."""
    return "" if value is None else format(+value, ".8g")


def as_told(row: Any) -> str:
    """A row as text, for a note."""
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        row = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    try:
        told = json.dumps(row, default=_spoken, ensure_ascii=False)
    except (TypeError, ValueError):
        told = repr(row)
    return text(told) or "nothing"


def _spoken(value: Any) -> str:
    return word(value) if isinstance(value, Enum) else str(value)
