"""Dates, times and amounts as text."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import ClassVar


class LocalizationUtility:
    """Writes and reads dates, times and amounts."""

    TIME_DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
    DATE_FORMAT = "%Y-%m-%d"
    TIME_FORMAT = "%H:%M:%S"

    _SYMBOLS: ClassVar[dict[str, str]] = {
        "EUR": "€",
        "USD": "$",
        "GBP": "£",
        "JPY": "¥",
        "CHF": "CHF",
    }

    @classmethod
    def get_currency_symbol(cls, currency: str) -> str:
        """The sign of a currency, or its code where it has none of its own."""
        return cls._SYMBOLS.get(currency, currency)

    @staticmethod
    def round_value(value: float) -> float:
        """Three places."""
        return round(value, 3)

    @classmethod
    def format_money_value(
        cls, value: float, currency: str | None = None, currency_symbol: str | None = None
    ) -> str:
        """An amount behind the sign of its currency."""
        sign = currency_symbol or (cls.get_currency_symbol(currency) if currency else None)
        if sign is None:
            raise ValueError("a currency or its sign is needed")
        return f"{sign} {float(value):,.2f}"

    @classmethod
    def format_date_from_date(cls, value: date) -> str:
        """The day of a date or a time."""
        return value.strftime(cls.DATE_FORMAT)

    @classmethod
    def format_time_from_date(cls, value: datetime) -> str:
        """The time of day."""
        return value.strftime(cls.TIME_FORMAT)

    @classmethod
    def format_date_time_from_date(cls, value: date) -> str:
        """Day and time."""
        return value.strftime(f"{cls.DATE_FORMAT} {cls.TIME_FORMAT}")

    @staticmethod
    def convert_string_to_date(value: str) -> date:
        """The day that an ISO 8601 text names."""
        return datetime.fromisoformat(value).date()

    @staticmethod
    def convert_string_to_datetime(value: str) -> datetime:
        """The time that an ISO 8601 text names."""
        return datetime.fromisoformat(value)

    @staticmethod
    def now() -> datetime:
        """Now, in UTC."""
        return datetime.now(timezone.utc)  # noqa: UP017
