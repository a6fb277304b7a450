"""The records are those of the WIT files, and survive being written and read."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from decimal import Decimal
from enum import EnumMeta
from typing import Any

import pytest

from conftest import WIT
from stonks_overwatch import facts, figures, health, panels
from stonks_overwatch.plugins import exceptions
from stonks_runner.contract import settings as settings_module
from stonks_runner.contract import wire

MODULES = (facts, figures, health, panels, exceptions)

# Records that JSON-RPC carries as parameters, and errors, which are exceptions.
NOT_CLASSES = {
    "request",
    "response",
    "denial",
    "instant",
    "setting",
    "configuration",
    "user-action",
    "bad-data",
}


def uncommented(text: str) -> str:
    return re.sub(r"//.*", "", text)


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def found(name: str) -> Any:
    return next((vars(module)[name] for module in MODULES if name in vars(module)), None)


def blocks(keyword: str) -> list[tuple[str, list[str]]]:
    """Name and items of each `record`, `enum` or `variant` of the contract."""
    told = []
    for path in sorted(WIT.glob("*.wit")):
        text = uncommented(path.read_text())
        for name, body in re.findall(rf"\b{keyword} %?([a-z-]+) \{{(.*?)\}}", text, re.S):
            items = [
                item.strip().removeprefix("%")
                for item in re.split(r",(?![^<(]*[>)])", body)
                if item.strip()
            ]
            told.append((name, items))
    return told


@pytest.mark.parametrize(
    ("name", "fields"),
    [block for block in blocks("record") if block[0] not in NOT_CLASSES],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_record_has_the_fields_of_the_contract(name: str, fields: list[str]) -> None:
    record = found(camel(name))
    assert record is not None, f"no class for `{name}`"
    told = {field.name: str(field.type) for field in dataclasses.fields(record)}
    wanted = {}
    for field in fields:
        key, _, kind = field.partition(":")
        wanted[key.strip().replace("-", "_")] = kind.strip().startswith("option<")
    assert set(told) == set(wanted)
    for key, is_optional in wanted.items():
        # An option of a variant that has a case for nothing would be the exception.
        assert told[key].endswith("| None") == is_optional, key


@pytest.mark.parametrize(
    ("name", "cases"),
    [block for block in blocks("enum") if block[0] != "level"],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_enum_has_the_cases_of_the_contract(name: str, cases: list[str]) -> None:
    kind = found(camel(name))
    assert isinstance(kind, EnumMeta), f"no enum for `{name}`"
    assert [str(case) for case in kind] == [camel(case) for case in cases]


def test_facts_are_the_cases_of_the_contract() -> None:
    cases = dict(blocks("variant"))["fact"]
    assert [camel(case.partition("(")[0]) for case in cases] == list(wire.FACTS)


@pytest.mark.parametrize("case", dict(blocks("variant"))["plugin-error"])
def test_there_is_an_error_for_each_case_of_the_contract(case: str) -> None:
    name = camel(case.partition("(")[0])
    assert issubclass(found(name), exceptions.PluginError)


DAY = datetime.date(2024, 2, 29)
MOMENT = facts.Moment(DAY, datetime.time(16, 40), "Europe/Amsterdam")
MONEY = facts.Money(Decimal("-1.5"), "EUR")
SOURCE = facts.SourceLocation(3, "GET /a[1]")

FACTS: list[facts.Fact] = [
    facts.Account(identity="a", name="Mine", currency="EUR", opened=DAY),
    facts.Instrument(
        identity="i",
        asset_class=facts.AssetClass.OPTION,
        name='"quoted" \\ and\nlines, ünïcode',
        multiplier=Decimal(100),
        terms=facts.ContractTerms(
            underlying="XX", expiry=DAY, strike=Decimal("12.5"), right=facts.OptionRight.PUT
        ),
        codes=(("conid", "1"), ("wkn", "2")),
    ),
    facts.Transaction(
        identity="t",
        account="a",
        instrument="i",
        kind=facts.TransactionKind.TRANSFER_IN,
        at=MOMENT,
        settlement_date=DAY,
        quantity=Decimal("0.1"),
        price=Decimal(10),
        price_currency="GBX",
        amount=MONEY,
        accrued=MONEY,
        fees=(facts.Fee(facts.FeeKind.DEPOSITARY_RECEIPT, MONEY, "why"),),
        settled=MONEY,
        exchange_rate=Decimal("1.08"),
        order="o",
        group="g",
        venue="XAMS",
        description="d",
        source=SOURCE,
    ),
    facts.CashMovement(
        identity="c",
        kind=facts.CashKind.WITHHOLDING_TAX,
        at=facts.Moment(DAY),
        money=MONEY,
        fee_kind=facts.FeeKind.OTHER,
        balance=Decimal(0),
    ),
    facts.Position(identity="p", instrument="i", date=DAY, quantity=Decimal(1), value=MONEY),
    facts.Balance(identity="b", date=DAY, side=facts.DaySide.OPENING, money=MONEY),
    facts.Quote(identity="q", instrument="i", at=MOMENT, price=Decimal(1), currency="EUR"),
    facts.FxRate(identity="f", base="EUR", quote="USD", date=DAY, rate=Decimal("1.1")),
    facts.UpcomingDividend(
        identity="u",
        instrument="i",
        status=facts.DividendStatus.FORECAST,
        pay_date=DAY,
        withholding_tax=MONEY,
    ),
    facts.Note(identity="n", at=MOMENT, reason="unknown", text="\x00\x1f\u2028"),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_survives_being_written_and_read(fact: facts.Fact) -> None:
    assert wire.read_fact(json.loads(wire.write_fact(fact))) == fact


def test_a_page_is_what_the_protocol_shows() -> None:
    page = facts.Page([FACTS[6]], "next", facts.Progress(1, 2))
    assert json.loads(wire.write_page(page)) == {
        "facts": [
            {
                "Quote": {
                    "identity": "q",
                    "instrument": "i",
                    "at": {"date": "2024-02-29", "time": "16:40:00", "zone": "Europe/Amsterdam"},
                    "price": "1",
                    "currency": "EUR",
                    "source": {},
                }
            }
        ],
        "next": "next",
        "progress": {"done": 1, "total": 2},
    }


def test_a_record_without_any_value_is_an_empty_object() -> None:
    assert wire.write(facts.SourceLocation()) == "{}"
    assert wire.write(health.Session()) == "{}"
    assert wire.write(facts.SourceLocation(path="p")) == '{"path":"p"}'


PANELS = [
    panels.Panel("m", (figures.Metric("a", "A", figures.Ratio(0.25)),), "why"),
    panels.Panel(
        "t",
        panels.Table(
            (panels.Column("c", panels.ColumnKind.DATE),),
            ((DAY,), (None,), ("x",), (Decimal(1),), (MONEY,), (figures.Ratio(1.5),)),
        ),
    ),
    panels.Panel("s", panels.TimeSeries((panels.Series("l", (panels.Point(DAY, Decimal(1)),)),))),
    panels.Panel("b", panels.Breakdown((panels.Slice("l", Decimal(1)),), "EUR")),
]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_survives_being_written_and_read(panel: panels.Panel) -> None:
    assert wire.read(panels.Panel, json.loads(wire.write(panel))) == panel


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (MONEY, {"Money": {"amount": "-1.5", "currency": "EUR"}}),
        (Decimal("2.0"), {"Number": "2"}),
        (figures.Ratio(0.25), {"Ratio": 0.25}),
        ("text", {"Text": "text"}),
    ],
)
def test_a_figure_is_tagged_by_its_kind(value: Any, expected: Any) -> None:
    written = json.loads(wire.write(figures.Metric("name", "Label", value)))
    assert written.get("value") == expected


def test_a_ratio_that_is_no_number_is_refused() -> None:
    with pytest.raises(settings_module.WireError, match="finite"):
        wire.write(figures.Metric("name", "Label", figures.Ratio("nan")))


@pytest.mark.parametrize("thing", ["a text", 1, None, facts.Moment(DAY), {"Note": {}}])
def test_what_is_no_fact_is_refused_by_name(thing: Any) -> None:
    with pytest.raises(settings_module.WireError, match="is not a fact"):
        wire.write_fact(thing)


def test_settings_are_read_by_their_kind() -> None:
    settings: dict[str, Any] = {"t": "x", "n": Decimal("1.5"), "f": True, "c": ("a", "b")}
    told = [
        {"key": key, "value": settings_module.setting_value(value)}
        for key, value in settings.items()
    ]
    assert settings_module.read_settings(told) == settings


def test_fields_that_a_later_version_adds_are_left_aside() -> None:
    told = {"amount": "1", "currency": "EUR", "added": {"later": True}}
    assert wire.read(facts.Money, told) == facts.Money(Decimal(1), "EUR")
