"""Movements of an account: those that no other service of the broker tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stonks_runner.contract.facts import CashKind, CashMovement, Fact, FeeKind, Money
from stonks_runner.contract.values import Identities
from stonks_runner.mapping.instruments import Instruments
from stonks_runner.mapping.notes import Notes
from stonks_runner.mapping.values import currency, day, has, moment, number, of, rounded, text, word

# What a row is, by words of its type and description, in the languages that brokers write; the
# first that fits holds. Beside the kind: the service that tells such rows as well.
_KINDS: tuple[tuple[tuple[str, ...], CashKind, FeeKind | None, str | None], ...] = (
    (
        ("dividendbelasting", "dividend tax", "dividendensteuer", "withholding"),
        CashKind.WITHHOLDING_TAX,
        None,
        "dividend",
    ),
    (("dividend", "dividende", "vermogenswinst"), CashKind.DIVIDEND, None, "dividend"),
    (
        ("kapitalrückzahlung", "return of capital", "capital return", "barausgleich"),
        CashKind.CAPITAL_RETURN,
        None,
        "dividend",
    ),
    (("transaction tax", "stamp duty"), CashKind.FEE, FeeKind.TRANSACTION_TAX, "fee"),
    (
        ("aansluitingskosten", "connection fee", "exchange connection"),
        CashKind.FEE,
        FeeKind.CONNECTION,
        "fee",
    ),
    (("adr/gdr",), CashKind.FEE, FeeKind.DEPOSITARY_RECEIPT, "fee"),
    (
        ("transactiekosten", "transaction fee", "transaction cost", "transaktionsgebühr"),
        CashKind.FEE,
        FeeKind.TRANSACTION,
        "transaction",
    ),
    (
        ("cash sweep", "geldrekening", "sweep transfer", "geldkonto"),
        CashKind.INTERNAL_TRANSFER,
        None,
        None,
    ),
    (("terugstorting", "withdrawal", "auszahlung"), CashKind.WITHDRAWAL, None, "deposit"),
    (("storting", "deposit", "einzahlung"), CashKind.DEPOSIT, None, "deposit"),
    (
        ("valuta creditering", "valuta debitering", "fx credit", "fx debit", "currency conversion"),
        CashKind.CONVERSION,
        None,
        "transaction",
    ),
    (
        (
            "koop ",
            "verkoop ",
            "kauf ",
            "verkauf ",
            "buy ",
            "sell ",
            "bought ",
            "sold ",
            "buy",
            "sell",
        ),
        CashKind.TRADE,
        None,
        "transaction",
    ),
    (("interest", "rente", "zinsen"), CashKind.INTEREST, None, None),
    (("staking",), CashKind.REWARD, None, "transaction"),
)

# Figures of the account as it stands, which some brokers tell in the place of movements.
_FIGURES = {"equity", "buying_power", "daily_pl", "cash", "portfolio_value"}


def facts_of_account(rows: Iterable[Any], offered: frozenset[str], notes: Notes) -> list[Fact]:
    """Movements that are understood and not told by another service; the others as notes."""
    facts: list[Fact] = []
    identities = Identities()
    instruments = Instruments()
    for row in rows:
        if not has(row, "change", "currency"):
            facts.append(notes.of(row, "not a movement of cash"))
            continue
        amount = number(of(row, "change"))
        if not amount or word(of(row, "type")).lower() in _FIGURES:
            continue
        kind, fee_kind, service = _kind(row)
        if service is not None and service in offered:
            continue
        at = moment(of(row, "datetime", "date"), of(row, "time"))
        code = currency(of(row, "currency"))
        if kind is None or at is None or code is None:
            facts.append(notes.of(row, "a movement of a kind that is not known"))
            continue
        instrument = instruments.named(facts, of(row, "stock_symbol"), of(row, "stock_name"))
        description = text(of(row, "description"))
        parts = (at.date, at.time or "", kind, rounded(amount), code, description or "")
        value_day = day(of(row, "value_datetime"))
        facts.append(
            CashMovement(
                identity=identities.of("c", *parts, instrument or ""),
                kind=kind,
                at=at,
                value_date=None if value_day == at.date else value_day,
                money=Money(amount, code),
                instrument=instrument,
                fee_kind=fee_kind,
                description=description,
            )
        )
    return facts


def _kind(row: Any) -> tuple[CashKind | None, FeeKind | None, str | None]:
    description = word(of(row, "description")).lower()
    told = word(of(row, "type")).lower().replace("_", " ")
    for words, kind, fee_kind, service in _KINDS:
        if any(known in description or known.strip() == told for known in words):
            return kind, fee_kind, service
    return None, None, None
