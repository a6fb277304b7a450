"""Deposits, dividends, fees, and the movements of an account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from stonks_runner.contract.facts import (
    AssetClass,
    CashKind,
    CashMovement,
    DividendStatus,
    Fact,
    FeeKind,
    Moment,
    Money,
    Transaction,
    TransactionKind,
    UpcomingDividend,
)
from stonks_runner.contract.values import Identities
from stonks_runner.mapping.currencies import MONEY
from stonks_runner.mapping.instruments import Instruments
from stonks_runner.mapping.notes import Notes
from stonks_runner.mapping.values import (
    currency,
    day,
    has,
    moment,
    money,
    number,
    of,
    rounded,
    text,
    word,
)


def facts_of_deposits(rows: Iterable[Any], notes: Notes) -> list[Fact]:
    """Money in and out; coins that came or went are units, not cash."""
    facts: list[Fact] = []
    identities = Identities()
    instruments = Instruments()
    for row in rows:
        at = moment(of(row, "datetime", "date"), of(row, "time"))
        amount = number(of(row, "change", "amount"))
        code = currency(of(row, "currency"))
        if at is None or amount is None or code is None:
            facts.append(notes.of(row, "a deposit without a time, an amount, or a currency"))
            continue
        goes_out = word(of(row, "type")).lower() == "withdrawal" or amount < 0
        amount = -abs(amount) if goes_out else abs(amount)
        parts = (at.date, at.time or "", rounded(amount), code)
        if code not in MONEY:
            instrument = instruments.named(facts, code, code, AssetClass.CRYPTO)
            assert instrument is not None, "a currency has a name"
            kind = TransactionKind.TRANSFER_OUT if goes_out else TransactionKind.TRANSFER_IN
            facts.append(
                Transaction(
                    identity=identities.of("u", *parts),
                    instrument=instrument,
                    kind=kind,
                    at=at,
                    quantity=amount,
                    description=text(of(row, "description")),
                )
            )
            continue
        facts.append(
            CashMovement(
                identity=identities.of("d", *parts),
                kind=CashKind.WITHDRAWAL if goes_out else CashKind.DEPOSIT,
                at=at,
                money=Money(amount, code),
                description=text(of(row, "description")),
            )
        )
    return facts


def facts_of_dividends(rows: Iterable[Any], notes: Notes) -> list[Fact]:
    """Dividends paid, as movements; those still to come, with the ex-dividend day of each."""
    rows = list(rows)
    facts: list[Fact] = []
    identities = Identities()
    instruments = Instruments()
    ex_days = _ex_days(rows)
    for row in rows:
        status = _dividend_status(row)
        if status == "EX_DIVIDEND" and day(of(row, "payout_date")) is not None:
            # Told with the dividend that is paid then.
            continue
        at = moment(of(row, "payment_date"))
        instrument = instruments.named(facts, of(row, "stock_symbol"), of(row, "stock_name"))
        code = currency(of(row, "currency"))
        amount, taxes = number(of(row, "amount")), number(of(row, "taxes"))
        if at is None or instrument is None or code is None or amount is None:
            facts.append(
                notes.of(row, "a dividend without a day, a product, an amount, or a currency")
            )
        elif status == "PAID":
            facts.extend(_paid(at, instrument, amount, taxes, code, identities))
        else:
            ex_day = day(of(row, "ex_dividend_date")) or ex_days.get((instrument, at.date))
            is_ex = status == "EX_DIVIDEND"
            facts.append(
                UpcomingDividend(
                    identity=identities.of("upcoming", instrument, at.date),
                    instrument=instrument,
                    status=(
                        DividendStatus.ANNOUNCED
                        if status == "ANNOUNCED"
                        else DividendStatus.FORECAST
                    ),
                    ex_date=at.date if is_ex else ex_day,
                    pay_date=None if is_ex else at.date,
                    gross=money(amount, code),
                    withholding_tax=money(-abs(taxes), code) if taxes else None,
                )
            )
    return facts


def _dividend_status(row: Any) -> str:
    told = of(row, "dividend_type")
    name = getattr(told, "name", None)
    if isinstance(name, str):
        return name
    by_number = {0: "PAID", 1: "ANNOUNCED", 2: "FORECASTED", 3: "EX_DIVIDEND"}
    return by_number.get(told, word(told).upper()) if isinstance(told, int) else "PAID"


def _ex_days(rows: Iterable[Any]) -> dict[tuple[str, date], date]:
    """The ex-dividend day by product and day of payment."""
    found: dict[tuple[str, date], date] = {}
    scratch: list[Fact] = []
    instruments = Instruments()
    for row in rows:
        if _dividend_status(row) != "EX_DIVIDEND":
            continue
        instrument = instruments.named(scratch, of(row, "stock_symbol"), of(row, "stock_name"))
        ex_day, pay_day = day(of(row, "payment_date")), day(of(row, "payout_date"))
        if instrument is not None and ex_day is not None and pay_day is not None:
            found[instrument, pay_day] = ex_day
    return found


def _paid(
    at: Moment,
    instrument: str,
    amount: Decimal,
    taxes: Decimal | None,
    code: str,
    identities: Identities,
) -> list[Fact]:
    group = identities.of("v", at.date, instrument, rounded(amount), rounded(taxes), code)
    paid: list[Fact] = []
    for kind, value in (
        (CashKind.DIVIDEND, amount),
        (CashKind.WITHHOLDING_TAX, -abs(taxes) if taxes else Decimal(0)),
    ):
        if value:
            paid.append(
                CashMovement(
                    identity=group if kind is CashKind.DIVIDEND else f"{group}:tax",
                    kind=kind,
                    at=at,
                    money=Money(value, code),
                    instrument=instrument,
                    group=group,
                )
            )
    return paid


_FEE_KINDS = {
    "transaction": FeeKind.TRANSACTION,
    "finance transaction tax": FeeKind.TRANSACTION_TAX,
    "connection": FeeKind.CONNECTION,
    "adr/gdr": FeeKind.DEPOSITARY_RECEIPT,
    "network": FeeKind.NETWORK,
    "custody": FeeKind.CUSTODY,
}


def facts_of_fees(rows: Iterable[Any], has_transactions: bool, notes: Notes) -> list[Fact]:
    """Fees of the account. Those of transactions are told with them, where they are told."""
    rows = list(rows)
    facts: list[Fact] = []
    identities = Identities()
    is_signed = any((number(of(row, "fee_value", "fees")) or 0) < 0 for row in rows)
    for row in rows:
        kind = _FEE_KINDS.get(word(of(row, "type")).lower(), FeeKind.OTHER)
        if kind is FeeKind.TRANSACTION and has_transactions:
            continue
        at = moment(of(row, "date", "datetime"), of(row, "time"))
        amount = number(of(row, "fee_value", "fees"))
        code = currency(of(row, "currency"), of(row, "fees"))
        if at is None or amount is None or code is None:
            facts.append(notes.of(row, "a fee without a time, an amount, or a currency"))
            continue
        amount = amount if is_signed else -abs(amount)
        description = text(of(row, "description"))
        parts = (at.date, at.time or "", kind, rounded(amount), code, description or "")
        facts.append(
            CashMovement(
                identity=identities.of("f", *parts),
                kind=CashKind.FEE,
                at=at,
                money=Money(amount, code),
                fee_kind=kind,
                description=description,
            )
        )
    return facts


def is_movement(row: Any) -> bool:
    """Whether a row tells a movement of cash."""
    return has(row, "change", "currency")
