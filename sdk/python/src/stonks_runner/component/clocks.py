"""Dates and times whose `now` is the host's: a component has no clock, and asking for one traps.

Imported before anything that takes the classes from `datetime`. They stand in for the real ones in
every way, which also counts as instances of these.
"""

from __future__ import annotations

import datetime
from typing import Any

from stonks_runner import host

_RealDate = datetime.date
_RealDatetime = datetime.datetime


class _Kind(type):
    """Counts instances of the real class, which methods of it may return, as its own."""

    _real: type

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls._real)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls._real)


def _now() -> datetime.datetime:
    """The host's time; this machine's while the component is built."""
    current = host.current() if host.is_installed() else None
    if current is None or not getattr(current, "is_running", False):
        return _RealDatetime.now(datetime.UTC)
    told = current.request("clock.now", {})
    since = datetime.timedelta(seconds=told["seconds"], microseconds=told["nanoseconds"] // 1000)
    return _RealDatetime(1970, 1, 1, tzinfo=datetime.UTC) + since


def _date(cls: Any, moment: datetime.datetime) -> Any:
    return cls(moment.year, moment.month, moment.day)


def _datetime(cls: Any, moment: datetime.datetime) -> Any:
    return cls(
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond,
        moment.tzinfo,
    )


class _Date(_RealDate, metaclass=_Kind):
    _real = _RealDate

    @classmethod
    def today(cls) -> Any:
        return _date(cls, _now())


class _Datetime(_RealDatetime, metaclass=_Kind):
    _real = _RealDatetime

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        moment = _now()
        return _datetime(cls, moment.replace(tzinfo=None) if tz is None else moment.astimezone(tz))

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now()

    @classmethod
    def today(cls) -> Any:
        return cls.now()


for _stand_in, _name in ((_Date, "date"), (_Datetime, "datetime")):
    _stand_in.__name__ = _stand_in.__qualname__ = _name
    _stand_in.__module__ = "datetime"
    setattr(datetime, _name, _stand_in)
