"""Single values as the contract writes them: exact decimals, dates, times, zones, identities."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

MOST_DIGITS = 28
"""Significant digits of a decimal."""

MOST_PLACES = 18
"""Digits behind the point of a decimal."""

LONGEST_IDENTITY = 200

_FLOAT = Context(prec=15, rounding=ROUND_HALF_EVEN)


def exact(value: Decimal | int | float | str) -> Decimal:
    """A number as a decimal.

    A float is taken as the shortest text that means it, to 15 digits: a number that was written
    with as many survives a float unharmed, and what is behind them is left over from computing.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        # The method of float itself: subclasses such as NumPy's print their own name.
        return _FLOAT.plus(Decimal(float.__repr__(value)))
    if isinstance(value, int):
        return Decimal(int(value))
    return Decimal(value.strip())


def decimal_text(value: Decimal | int | float | str) -> str:
    """A number in canonical form. More places than 18, or digits than 28, are rounded half to even.

    Raises ValueError for what is not finite, and for whole numbers of more than 28 digits.
    """
    if type(value) is not Decimal:
        value = exact(value)
    text = str(value)
    # "1E+5", "NaN", "Infinity".
    if len(text) > MOST_PLACES or "E" in text or "N" in text or "I" in text:
        text = _within_limits(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _within_limits(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"`{value}` is not a finite number")
    text = format(value, "f")
    whole, _, places = text.lstrip("-").partition(".")
    allowed = min(MOST_PLACES, MOST_DIGITS - len(whole.lstrip("0")))
    if allowed < 0:
        raise ValueError(f"`{value}` has more than {MOST_DIGITS} digits")
    if len(places) <= allowed:
        return text
    with localcontext() as context:
        context.prec = MOST_DIGITS + 2
        rounded = value.quantize(Decimal(1).scaleb(-allowed), rounding=ROUND_HALF_EVEN)
    return format(rounded, "f")


def time_text(value: datetime.time) -> str:
    """A wall-clock time: `HH:MM:SS`, with milliseconds where there are any."""
    if value.microsecond >= 1000:
        return value.isoformat("milliseconds")[:12]
    return value.isoformat("seconds")[:8]


def zone_text(at: datetime.datetime) -> str | None:
    """The zone of a time: its IANA name where it has one, else its offset from UTC."""
    zone = at.tzinfo
    if zone is None:
        return None
    key = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if isinstance(key, str):
        return key
    offset = zone.utcoffset(at)
    if offset is None:
        return None
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "Z"
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


class Identities:
    """Stable names for facts to which the broker gives none.

    Digests of content, numbered among equals within one delivery: two executions of the same size
    in the same minute are two facts; the same row in two deliveries is one.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def of(self, prefix: str, *parts: object) -> str:
        """An identity for the fact whose content is `parts`, numbered from the second equal on."""
        # Not needed to start, and slow to load.
        import hashlib

        digest = hashlib.sha256()
        for part in (prefix, *parts):
            encoded = str(part).encode("utf-8", "replace")
            # With lengths, so that ("ab", "c") and ("a", "bc") differ.
            digest.update(len(encoded).to_bytes(8, "little"))
            digest.update(encoded)
        short = digest.digest()[:16]
        count = self._seen.get(short, 0) + 1
        self._seen[short] = count
        name = f"{prefix}:{short.hex()}"
        return name if count == 1 else f"{name}:{count}"


def is_identity(text: str) -> bool:
    """Whether a text may stand as an identity: 1 to 200 visible ASCII characters."""
    return 0 < len(text) <= LONGEST_IDENTITY and all("!" <= letter <= "~" for letter in text)
