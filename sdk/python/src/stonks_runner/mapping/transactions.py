"""Purchases, sales and corporate actions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from stonks_runner.contract.facts import (
    AssetClass,
    Fact,
    Fee,
    FeeKind,
    Money,
    Note,
    Transaction,
    TransactionKind,
)
from stonks_runner.contract.values import Identities
from stonks_runner.mapping.instruments import Instruments
from stonks_runner.mapping.notes import Notes
from stonks_runner.mapping.values import (
    currency,
    has,
    moment,
    money,
    number,
    of,
    rounded,
    text,
    word,
)

# By the words of the Python program's brokers. What is not named is a purchase or a sale.
_KINDS = {
    "stock split": TransactionKind.SPLIT,
    "split": TransactionKind.SPLIT,
    "corporate action": TransactionKind.OTHER,
    "fusion": TransactionKind.EXCHANGE,
    "merger": TransactionKind.EXCHANGE,
    "product change": TransactionKind.EXCHANGE,
    "spin-off": TransactionKind.SPIN_OFF,
    "stock dividend": TransactionKind.STOCK_DIVIDEND,
    "delisting": TransactionKind.DELISTING,
    "staking": TransactionKind.REWARD,
    "reward": TransactionKind.REWARD,
    "deposit": TransactionKind.TRANSFER_IN,
    "withdrawal": TransactionKind.TRANSFER_OUT,
}

# Units change without money: what such a row says of amounts is book value.
_WITHOUT_CASH = set(_KINDS.values())

_NO_UNITS = {"dividend payment", "dividend", "interest", "fee"}


class _Fees:
    """What fees cost according to the fee service, which knows more of them than transactions do.

    A fee belongs to a transaction where both stand alone at their time.
    """

    def __init__(self, fees: Iterable[Any], transactions: Iterable[Any]) -> None:
        by_time: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for fee in fees:
            if word(of(fee, "type")).lower() == "transaction":
                by_time[_time(fee)].append(fee)
        times = Counter(_time(transaction) for transaction in transactions)
        self._fees = {
            at: found[0] for at, found in by_time.items() if len(found) == 1 and times[at] == 1
        }

    def of(self, transaction: Any) -> Money | None:
        fee = self._fees.get(_time(transaction))
        if fee is None:
            return None
        return money(
            number(of(fee, "fee_value", "fees")), currency(of(fee, "currency"), of(fee, "fees"))
        )


def _time(row: Any) -> tuple[str, str]:
    return word(of(row, "date")), word(of(row, "time"))


def facts_of_transactions(rows: Iterable[Any], fees: Iterable[Any], notes: Notes) -> list[Fact]:
    """Facts of transactions, each instrument before the first that names it."""
    rows = list(rows)
    known_fees = _Fees(fees, rows)
    # Some brokers write costs negative, as the account feels them; others all positive.
    is_signed = any((number(of(row, "fees")) or 0) < 0 for row in rows)
    facts: list[Fact] = []
    instruments = Instruments()
    identities = Identities()
    for row in rows:
        facts.append(
            _transaction(row, known_fees, is_signed, facts, instruments, identities, notes)
        )
    return facts


def _transaction(
    row: Any,
    known_fees: _Fees,
    is_signed: bool,
    facts: list[Fact],
    instruments: Instruments,
    identities: Identities,
    notes: Notes,
) -> Transaction | Note:
    if not has(row, "symbol", "quantity", "buy_sell"):
        return notes.of(row, "not a transaction")
    told_kind = word(of(row, "transaction_type"))
    if told_kind.lower() in _NO_UNITS:
        return notes.of(row, f"`{told_kind}` changes no units")
    at = moment(of(row, "date", "datetime"), of(row, "time"))
    told_units = number(of(row, "quantity"))
    side = word(of(row, "buy_sell")).lower()
    kind = _kind(told_kind.lower(), side, told_units)
    if at is None or told_units is None or kind is None:
        return notes.of(row, "a transaction without a time, a number of units, or a side")
    instrument = instruments.named(facts, of(row, "symbol"), of(row, "name"), AssetClass.UNKNOWN)
    if instrument is None:
        return notes.of(row, "a transaction of no product")
    units = _signed(told_units, kind, side)
    identity = identities.of(
        "t", at.date, at.time or "", instrument, side, told_kind, rounded(told_units)
    )
    code = currency(of(row, "currency"), of(row, "price"), of(row, "total"))
    price = number(of(row, "price"))
    if kind in _WITHOUT_CASH:
        return Transaction(
            identity=identity,
            instrument=instrument,
            kind=kind,
            at=at,
            quantity=units,
            description=text(told_kind),
        )
    amount = _amount(row, units, price, code)
    paid = _fees(row, known_fees, is_signed)
    return Transaction(
        identity=identity,
        instrument=instrument,
        kind=kind,
        at=at,
        quantity=units,
        price=abs(price) if price is not None and code is not None else None,
        price_currency=code if price is not None else None,
        amount=amount,
        fees=paid,
        settled=_settled(row, amount, paid),
        description=text(told_kind),
    )


def _kind(told: str, side: str, units: Decimal | None) -> TransactionKind | None:
    if told in _KINDS:
        return _KINDS[told]
    if side in ("buy", "b", "bought"):
        return TransactionKind.BUY
    if side in ("sell", "s", "sold"):
        return TransactionKind.SELL
    if not units:
        return None
    return TransactionKind.BUY if units > 0 else TransactionKind.SELL


def _signed(units: Decimal, kind: TransactionKind, side: str) -> Decimal:
    """Units with their sign; some brokers tell that of a sale as a positive number."""
    leaves = side in ("sell", "s", "sold") or kind in (
        TransactionKind.SELL,
        TransactionKind.TRANSFER_OUT,
        TransactionKind.DELISTING,
    )
    if leaves:
        return -abs(units)
    return abs(units) if side in ("buy", "b", "bought") else units


def _amount(row: Any, units: Decimal, price: Decimal | None, code: str | None) -> Money | None:
    """What the units cost or brought, negative for a purchase."""
    total = number(of(row, "total"))
    total_code = currency(of(row, "total_currency"), of(row, "total")) or code
    if not total and price is not None:
        total, total_code = abs(price * units), code
    if total is None or total_code is None:
        return None
    return Money(-abs(total) if units > 0 else abs(total), total_code)


def _fees(row: Any, known: _Fees, is_signed: bool) -> tuple[Fee, ...]:
    own = money(
        number(of(row, "fees")),
        currency(of(row, "fees_currency"), of(row, "fees"), of(row, "base_currency")),
    )
    if own is not None and not is_signed:
        own = Money(-abs(own.amount), own.currency)
    whole = known.of(row)
    if whole is None:
        return () if own is None or not own.amount else (Fee(FeeKind.TRANSACTION, own),)
    if whole.amount > 0:
        whole = Money(-whole.amount, whole.currency)
    if own is None or own.currency != whole.currency or abs(own.amount) >= abs(whole.amount):
        return (Fee(FeeKind.TRANSACTION, whole),)
    # What the transaction itself leaves out is the conversion of currencies.
    rest = Money(whole.amount - own.amount, whole.currency)
    parts = (Fee(FeeKind.TRANSACTION, own), Fee(FeeKind.CONVERSION, rest))
    return tuple(part for part in parts if part.money.amount)


def _settled(row: Any, amount: Money | None, paid: tuple[Fee, ...]) -> Money | None:
    """What the account was charged in its own currency, fees included."""
    if amount is None:
        return None
    charged = number(of(row, "total_in_base_currency"))
    code = currency(of(row, "base_currency"), of(row, "total_in_base_currency"))
    # The same number in two currencies is one that was not converted.
    if not charged or code is None or code == amount.currency or abs(charged) == abs(amount.amount):
        return None
    if any(fee.money.currency != code for fee in paid):
        return None
    total = abs(charged) if amount.amount > 0 else -abs(charged)
    return Money(total + sum((fee.money.amount for fee in paid), Decimal(0)), code)
