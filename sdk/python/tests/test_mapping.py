"""Rows of old services, one by one."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest

from stonks_overwatch.facts import (
    AssetClass,
    Balance,
    CashKind,
    CashMovement,
    Fact,
    Fee,
    FeeKind,
    Instrument,
    Moment,
    Money,
    Note,
    Page,
    Position,
    Quote,
    Transaction,
    TransactionKind,
    UpcomingDividend,
)
from stonks_overwatch.services import models
from stonks_overwatch.testing import FakeHost, problems_of_facts
from stonks_runner import host as hosts
from stonks_runner.mapping import Broker
from stonks_runner.mapping.instruments import is_isin
from stonks_runner.mapping.values import currency, moment, number

ALL = frozenset(("portfolio", "transaction", "deposit", "dividend", "fee", "account"))


def mapped(service: str, *rows: Any, offered: frozenset[str] = frozenset(), **others: Any) -> Any:
    """Facts of rows, without the instruments that stand before them."""
    broker = Broker(offered | {service}, lambda name: others.get(name, ()))
    before = hosts.install(FakeHost())
    try:
        facts = broker.facts(service, list(rows), None)
    finally:
        hosts.install(before)
    assert isinstance(facts, list)
    assert problems_of_facts(facts) == []
    return [fact for fact in facts if not isinstance(fact, Instrument)]


BUY = models.Transaction(
    name="Apple Inc",
    symbol="AAPL",
    date="2026-01-07",
    time="11:59:49",
    buy_sell="Buy",
    transaction_type="",
    price=260.33,
    currency="USD",
    quantity=2,
    total=-520.66,
    total_currency="USD",
    total_in_base_currency=-445.89,
    base_currency="EUR",
    fees=-1.0,
    fees_currency="EUR",
)


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"kind": TransactionKind.BUY, "quantity": 2, "settled": euro("-446.89")}),
        # The demonstration data has it positive.
        ({"total_in_base_currency": 445.89, "total": 520.66}, {"settled": euro("-446.89")}),
        (
            {"buy_sell": "Sell", "quantity": -2},
            {"kind": TransactionKind.SELL, "quantity": -2, "settled": euro("444.89")},
        ),
        ({"buy_sell": "Sell", "quantity": 2}, {"kind": TransactionKind.SELL, "quantity": -2}),
        ({"buy_sell": "Unknown", "quantity": -2}, {"kind": TransactionKind.SELL}),
        ({"currency": "EUR", "total_currency": "EUR"}, {"settled": None, "price_currency": "EUR"}),
        # A number that stands in two currencies was not converted.
        ({"total_in_base_currency": -520.66}, {"settled": None}),
        ({"fees_currency": "USD"}, {"settled": None}),
        ({"fees": 0.0}, {"fees": (), "settled": euro("-445.89")}),
        ({"fees": 1.5}, {"fees": (Fee(FeeKind.TRANSACTION, euro("-1.5")),)}),
        (
            {"transaction_type": "Stock Split", "quantity": 6},
            {"kind": TransactionKind.SPLIT, "amount": None, "settled": None, "fees": ()},
        ),
        (
            {"transaction_type": "Product Change", "buy_sell": "Sell", "quantity": 2},
            {"kind": TransactionKind.EXCHANGE, "quantity": -2, "amount": None},
        ),
        ({"transaction_type": "Staking"}, {"kind": TransactionKind.REWARD}),
        ({"transaction_type": "Market"}, {"kind": TransactionKind.BUY, "description": "Market"}),
        ({"total": None}, {"amount": Money(Decimal("-520.66"), "USD")}),
        ({"time": ""}, {"at": Moment(datetime.date(2026, 1, 7))}),
        ({"time": "00:00:00"}, {"at": Moment(datetime.date(2026, 1, 7))}),
        (
            {"price": "$ 260.33", "currency": "", "total": "$ -520.66", "total_currency": ""},
            {"price": Decimal("260.33"), "price_currency": "USD"},
        ),
        ({"quantity": "0.01973023"}, {"quantity": Decimal("0.01973023")}),
        ({"name": "", "symbol": "ÅÄÖ AB"}, {"kind": TransactionKind.BUY}),
    ],
)
def test_a_transaction_is_told(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    (fact,) = mapped("transaction", replace(BUY, **changes))
    assert isinstance(fact, Transaction)
    assert {name: getattr(fact, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"transaction_type": "Dividend Payment"}, "changes no units"),
        ({"quantity": None}, "without a time"),
        ({"quantity": float("nan")}, "without a time"),
        ({"date": "soon"}, "without a time"),
        ({"buy_sell": "Unknown", "quantity": 0}, "without a time"),
        ({"symbol": "", "name": ""}, "of no product"),
    ],
)
def test_a_transaction_that_is_not_understood_is_noted(
    changes: dict[str, Any], reason: str
) -> None:
    (fact,) = mapped("transaction", replace(BUY, **changes))
    assert isinstance(fact, Note)
    assert reason in fact.reason
    assert '"Apple Inc"' in fact.text or changes.get("name") == ""


@pytest.mark.parametrize("row", [{"any": "thing"}, "a text", 3, SimpleNamespace(a=1), None])
@pytest.mark.parametrize("service", sorted(ALL))
def test_anything_else_is_noted(service: str, row: Any) -> None:
    assert [type(fact) for fact in mapped(service, row)] == [Note]


def test_fees_are_those_of_the_fee_service_where_it_knows_more() -> None:
    fee = models.Fee("2026-01-07", "11:59:49", models.FeeType.TRANSACTION, "", -1.85, "EUR")
    (fact,) = mapped("transaction", BUY, offered=ALL, fee=[fee])
    assert fact.fees == (
        Fee(FeeKind.TRANSACTION, euro("-1")),
        Fee(FeeKind.CONVERSION, euro("-0.85")),
    )
    assert fact.settled == euro("-447.74")


def test_a_fee_that_may_be_of_two_transactions_is_of_none() -> None:
    fee = models.Fee("2026-01-07", "11:59:49", models.FeeType.TRANSACTION, "", -1.85, "EUR")
    facts = mapped("transaction", BUY, replace(BUY, quantity=3), offered=ALL, fee=[fee])
    assert [len(fact.fees) for fact in facts] == [1, 1]


DEPOSIT = models.Deposit(
    datetime=datetime.datetime(2026, 1, 1, 9, 41, 37, tzinfo=datetime.UTC),
    type=models.DepositType.DEPOSIT,
    change=500,
    currency="EUR",
    description="iDEAL Storting",
)


@pytest.mark.parametrize(
    ("changes", "kind", "amount"),
    [
        ({}, CashKind.DEPOSIT, "500"),
        ({"change": -20.5}, CashKind.WITHDRAWAL, "-20.5"),
        ({"change": 20.5, "type": models.DepositType.WITHDRAWAL}, CashKind.WITHDRAWAL, "-20.5"),
        ({"currency": "GBP"}, CashKind.DEPOSIT, "500"),
    ],
)
def test_a_deposit_is_told(changes: dict[str, Any], kind: CashKind, amount: str) -> None:
    (fact,) = mapped("deposit", replace(DEPOSIT, **changes))
    assert isinstance(fact, CashMovement)
    assert (fact.kind, fact.money.amount) == (kind, Decimal(amount))


def test_coins_that_came_are_units() -> None:
    (fact,) = mapped("deposit", replace(DEPOSIT, currency="BTC", change=0.005))
    assert isinstance(fact, Transaction)
    assert (fact.kind, fact.quantity) == (TransactionKind.TRANSFER_IN, Decimal("0.005"))


FEE = models.Fee("2025-01-31", "20:00:00", "Connection", "DEGIRO Aansluitingskosten", -2.5, "EUR")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([FEE], [(FeeKind.CONNECTION, "-2.5")]),
        ([replace(FEE, type=models.FeeType.ADR_GDR)], [(FeeKind.DEPOSITARY_RECEIPT, "-2.5")]),
        ([replace(FEE, type="Something")], [(FeeKind.OTHER, "-2.5")]),
        # Where no fee is negative, all are costs; where one is, signs are as told.
        ([replace(FEE, fee_value=2.5)], [(FeeKind.CONNECTION, "-2.5")]),
        (
            [FEE, replace(FEE, fee_value=1.5)],
            [(FeeKind.CONNECTION, "-2.5"), (FeeKind.CONNECTION, "1.5")],
        ),
        (
            [{"date": "2025-01-31", "type": "Network", "fee_value": 1.0, "fees": "€ 1.00"}],
            [(FeeKind.NETWORK, "-1")],
        ),
    ],
)
def test_a_fee_is_told(rows: list[Any], expected: list[tuple[FeeKind, str]]) -> None:
    facts = mapped("fee", *rows)
    told = [(fact.fee_kind, fact.money.amount) for fact in facts]
    assert told == [(kind, Decimal(amount)) for kind, amount in expected]


def test_fees_of_transactions_are_left_to_the_transactions() -> None:
    fee = replace(FEE, type=models.FeeType.TRANSACTION)
    assert mapped("fee", fee, offered=ALL) == []
    (told,) = mapped("fee", fee)
    assert told.fee_kind is FeeKind.TRANSACTION


DIVIDEND = models.Dividend(
    dividend_type=models.DividendType.PAID,
    payment_date=datetime.datetime(2025, 2, 13, tzinfo=datetime.UTC),
    stock_name="Apple Inc",
    stock_symbol="AAPL",
    currency="EUR",
    amount=5.25,
    taxes=0.75,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [(CashKind.DIVIDEND, "5.25"), (CashKind.WITHHOLDING_TAX, "-0.75")]),
        ({"taxes": 0.0}, [(CashKind.DIVIDEND, "5.25")]),
        ({"amount": 0.0}, [(CashKind.WITHHOLDING_TAX, "-0.75")]),
        ({"amount": -5.25, "taxes": 0}, [(CashKind.DIVIDEND, "-5.25")]),
    ],
)
def test_a_dividend_that_was_paid_is_told(
    changes: dict[str, Any], expected: list[tuple[CashKind, str]]
) -> None:
    facts = mapped("dividend", replace(DIVIDEND, **changes))
    told = [(fact.kind, fact.money.amount) for fact in facts]
    assert told == [(kind, Decimal(amount)) for kind, amount in expected]


def test_an_ex_dividend_day_belongs_to_its_dividend() -> None:
    pay, ex = datetime.datetime(2030, 5, 15), datetime.datetime(2030, 5, 9)
    forecast = replace(DIVIDEND, dividend_type=models.DividendType.FORECASTED, payment_date=pay)
    ex_day = replace(
        DIVIDEND, dividend_type=models.DividendType.EX_DIVIDEND, payment_date=ex, payout_date=pay
    )
    (fact,) = mapped("dividend", ex_day, forecast)
    assert isinstance(fact, UpcomingDividend)
    assert (fact.ex_date, fact.pay_date) == (ex.date(), pay.date())
    (alone,) = mapped("dividend", replace(ex_day, payout_date=None))
    assert (alone.ex_date, alone.pay_date) == (ex.date(), None)


ENTRY = models.PortfolioEntry(
    name="Apple Inc",
    symbol="AAPL",
    conid=265598,
    isin="US0378331005",
    sector=models.Sector.TECHNOLOGY,
    exchange=SimpleNamespace(mic="XNAS"),
    country=models.Country("us"),
    product_type=models.ProductType.STOCK,
    shares=11,
    product_currency="USD",
    price=248.35,
    value=2731.85,
    is_open=True,
)


def test_an_entry_is_an_instrument_a_quote_and_a_position() -> None:
    broker = Broker(ALL, lambda name: ())
    before = hosts.install(FakeHost())
    facts = broker.facts("portfolio", [ENTRY], None)
    hosts.install(before)
    assert isinstance(facts, list)
    assert [type(fact) for fact in facts] == [Instrument, Quote, Position]
    assert facts[0] == Instrument(
        identity="symbol:AAPL",
        asset_class=AssetClass.STOCK,
        name="Apple Inc",
        symbol="AAPL",
        isin="US0378331005",
        market="XNAS",
        currency="USD",
        sector="Technology",
        country="US",
        codes=(("conid", "265598"),),
    )


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"shares": 0, "price": 0}, []),
        ({"shares": 0}, [Quote]),
        ({"price": 0}, [Position]),
        ({"product_currency": ""}, [Position]),
        ({"isin": "nonsense", "sector": models.Sector.UNKNOWN, "country": None}, [Quote, Position]),
        ({"product_type": models.ProductType.CASH}, [Balance]),
        ({"product_type": None}, [Quote, Position]),
        ({"symbol": "", "name": ""}, [Note]),
    ],
)
def test_an_entry_tells_what_it_knows(changes: dict[str, Any], kinds: list[type[Fact]]) -> None:
    assert [type(fact) for fact in mapped("portfolio", replace(ENTRY, **changes))] == kinds


MOVEMENT = models.AccountOverview(
    datetime=datetime.datetime(2025, 12, 31, 22, 0, tzinfo=datetime.UTC),
    value_datetime=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
    description="Flatex Interest",
    type="CASH_TRANSACTION",
    currency="EUR",
    change=-0.07,
)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, CashKind.INTEREST),
        ({"description": "Dividendbelasting"}, CashKind.WITHHOLDING_TAX),
        ({"description": "Dividend"}, CashKind.DIVIDEND),
        ({"description": "iDEAL Deposit"}, CashKind.DEPOSIT),
        ({"description": "flatex terugstorting"}, CashKind.WITHDRAWAL),
        ({"description": "Koop 2 @ 260.33 USD"}, CashKind.TRADE),
        ({"description": "Degiro Cash Sweep Transfer"}, CashKind.INTERNAL_TRANSFER),
        ({"description": "Spanish Transaction Tax"}, CashKind.FEE),
        ({"description": "Valuta Debitering"}, CashKind.CONVERSION),
        ({"description": "", "type": "deposit"}, CashKind.DEPOSIT),
        ({"description": "Wonderlijk"}, None),
    ],
)
def test_a_movement_is_known_by_its_words(changes: dict[str, Any], kind: CashKind | None) -> None:
    (fact,) = mapped("account", replace(MOVEMENT, **changes))
    assert getattr(fact, "kind", None) == kind


@pytest.mark.parametrize(
    "changes",
    [
        {"change": None},
        {"change": 0.0},
        {"type": "equity", "change": 10_000.0},
        {"description": "Dividend"},
        {"description": "iDEAL storting"},
        {"description": "Koop 2 @ 260.33 USD"},
    ],
)
def test_movements_that_another_service_tells_are_left_to_it(changes: dict[str, Any]) -> None:
    assert mapped("account", replace(MOVEMENT, **changes), offered=ALL) == []


def test_services_may_return_facts_of_their_own() -> None:
    facts = [Note(identity="n", reason="r", text="t")]
    broker = Broker(ALL, lambda name: ())
    assert broker.facts("account", facts, None) == facts
    page = Page(facts)
    assert broker.facts("account", page, None) is page
    assert broker.facts("update", None, None) == []
    assert broker.facts("account", iter(facts), None) == facts


class Old(Enum):
    A = "EUR"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("€ -1,250.00", "-1250"),
        ("1,250", "1250"),
        ("0,5", "0.5"),
        ("1.234,5", "1.2345"),
        ("-3", "-3"),
        ("", None),
        ("none", None),
        (None, None),
        (True, None),
        (float("inf"), None),
        (Decimal("1.10"), "1.1"),
    ],
)
def test_numbers_are_read(value: Any, expected: str | None) -> None:
    assert number(value) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("EUR",), "EUR"),
        (("", "€ 1.00"), "EUR"),
        (("$ -1.00",), "USD"),
        (("CHF 3.00",), "CHF"),
        (("gbx",), "GBX"),
        ((Old.A,), "EUR"),
        (("12.5",), None),
        ((None, ""), None),
    ],
)
def test_currencies_are_read(values: tuple[Any, ...], expected: str | None) -> None:
    assert currency(*values) == expected


@pytest.mark.parametrize(
    ("value", "clock", "expected"),
    [
        (
            "2024-01-02",
            "10:11:12",
            Moment(datetime.date(2024, 1, 2), datetime.time(10, 11, 12), "UTC"),
        ),
        ("2024-01-02", None, Moment(datetime.date(2024, 1, 2))),
        (
            "2024-01-02T10:11:12+01:00",
            None,
            Moment(datetime.date(2024, 1, 2), datetime.time(10, 11, 12), "+01:00"),
        ),
        (
            "2024-01-02T10:11:12Z",
            None,
            Moment(datetime.date(2024, 1, 2), datetime.time(10, 11, 12), "Z"),
        ),
        ("no day", None, None),
        (12, None, None),
    ],
)
def test_moments_are_read(value: Any, clock: Any, expected: Moment | None) -> None:
    assert moment(value, clock) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US0378331005", True),
        ("IE00B4L5Y983", True),
        ("US0378331006", False),
        ("US037833100", False),
        ("", False),
    ],
)
def test_an_isin_is_known_by_its_check_digit(text: str, expected: bool) -> None:
    assert is_isin(text) is expected
