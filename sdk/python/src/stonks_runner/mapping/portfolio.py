"""Entries of a portfolio: positions, quotes and balances as the broker claims them today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from stonks_runner.contract.facts import Balance, DaySide, Fact, Moment, Money, Position, Quote
from stonks_runner.mapping.instruments import Instruments
from stonks_runner.mapping.notes import Notes
from stonks_runner.mapping.values import currency, has, money, number, of, word


def facts_of_portfolio(entries: Iterable[Any], today: date, notes: Notes) -> list[Fact]:
    """Facts of the entries, each claimed for the end of `today`."""
    facts: list[Fact] = []
    instruments = Instruments()
    for entry in entries:
        if not has(entry, "symbol", "shares") and not has(entry, "product_type"):
            facts.append(notes.of(entry, "not an entry of a portfolio"))
        elif word(of(entry, "product_type")).lower() == "cash":
            facts.append(_cash(entry, today, notes))
        else:
            facts.extend(_product(entry, today, instruments, notes))
    return facts


def _cash(entry: Any, today: date, notes: Notes) -> Fact:
    amount = number(of(entry, "value"))
    code = currency(of(entry, "product_currency", "symbol"))
    if amount is None or code is None:
        return notes.of(entry, "cash without an amount or a currency")
    return Balance(
        identity=f"cash:{code}:{today}",
        date=today,
        side=DaySide.CLOSING,
        money=Money(amount, code),
    )


def _product(entry: Any, today: date, instruments: Instruments, notes: Notes) -> list[Fact]:
    facts: list[Fact] = []
    identity = instruments.of_entry(facts, entry)
    units = number(of(entry, "shares"))
    if identity is None or units is None:
        return [notes.of(entry, "an entry without a product or a number of units")]
    code = currency(of(entry, "product_currency"))
    price = number(of(entry, "price")) or None
    if price is not None and code is not None:
        facts.append(
            Quote(
                identity=f"{identity}:{today}",
                instrument=identity,
                at=Moment(today),
                price=price,
                currency=code,
            )
        )
    # What was sold altogether stands in the Python program's portfolio as well.
    if units:
        facts.append(
            Position(
                identity=f"{identity}:{today}",
                instrument=identity,
                date=today,
                quantity=units,
                price=price if code is not None else None,
                price_currency=code if price is not None else None,
                value=money(number(of(entry, "value")) or None, code),
            )
        )
    return facts
