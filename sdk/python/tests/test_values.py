from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from stonks_overwatch.facts import Identities, Moment, decimal_text, exact
from stonks_runner.contract.values import is_identity, time_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.500"), "1.5"),
        (Decimal("-1147.50"), "-1147.5"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.000"), "0"),
        (Decimal("0E-20"), "0"),
        (Decimal(1) / 3, "0.333333333333333333"),
        (Decimal("123456789012345678901234567.89"), "123456789012345678901234567.9"),
        (Decimal("0.0000000000000000005"), "0"),
        (Decimal("0.0000000000000000015"), "0.000000000000000002"),
        (12, "12"),
        ("3.10", "3.1"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
        (1e22, "10000000000000000000000"),
        (74078.9, "74078.9"),
        (-2.5e-05, "-0.000025"),
    ],
)
def test_a_number_is_written_in_one_way(value: Decimal | int | float | str, expected: str) -> None:
    assert decimal_text(value) == expected


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), 1e29, 10**29])
def test_what_is_no_decimal_of_the_contract_is_refused(value: Decimal | int | float) -> None:
    with pytest.raises(ValueError, match=r"finite|digits"):
        decimal_text(value)


def test_a_float_of_up_to_15_digits_is_exact() -> None:
    assert exact(123456789012.345) == Decimal("123456789012.345")


@pytest.mark.parametrize(
    ("at", "zone"),
    [
        (
            datetime.datetime(2024, 7, 1, 9, 0, tzinfo=ZoneInfo("Europe/Amsterdam")),
            "Europe/Amsterdam",
        ),
        (datetime.datetime(2024, 7, 1, 9, 0, tzinfo=datetime.UTC), "Z"),
        (
            datetime.datetime(
                2024,
                7,
                1,
                9,
                0,
                tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30)),
            ),
            "-03:30",
        ),
        (datetime.datetime(2024, 7, 1, 9, 0), "Z"),
    ],
)
def test_a_moment_keeps_the_zone_of_its_time(at: datetime.datetime, zone: str) -> None:
    assert Moment.of(at) == Moment(at.date(), at.time(), zone)


def test_a_moment_of_a_day_has_no_time() -> None:
    assert Moment.of(datetime.date(2024, 7, 1)) == Moment(datetime.date(2024, 7, 1))


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (datetime.time(9, 5), "09:05:00"),
        (datetime.time(9, 5, 7, 120_400), "09:05:07.120"),
        (datetime.time(9, 5, 7, 400), "09:05:07"),
    ],
)
def test_a_time_is_told_to_the_millisecond(time: datetime.time, expected: str) -> None:
    assert time_text(time) == expected


def test_equals_are_numbered_and_differ_from_others() -> None:
    identities = Identities()
    first = identities.of("t", "ab", "c")
    assert identities.of("t", "ab", "c") == f"{first}:2"
    assert identities.of("t", "a", "bc") != first
    assert Identities().of("t", "ab", "c") == first


def test_an_identity_is_that_of_the_rust_sdk() -> None:
    # Each part behind its length as eight bytes, the least first; 16 bytes of SHA-256.
    parts = b"".join(len(part).to_bytes(8, "little") + part for part in (b"t", b"ab", b"c"))
    assert Identities().of("t", "ab", "c") == f"t:{hashlib.sha256(parts).hexdigest()[:32]}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("symbol:BRK.B", True), ("", False), ("two words", False), ("é", False), ("x" * 201, False)],
)
def test_an_identity_is_visible_ascii(text: str, expected: bool) -> None:
    assert is_identity(text) is expected
