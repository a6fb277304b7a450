"""What services of the Python program return, as facts of the contract.

Its services overlap: a dividend is told by the dividend service and by the account's. Each fact is
told once, by the service that knows most of it; what nobody understands becomes a note.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from stonks_runner import host
from stonks_runner.contract import facts as contract
from stonks_runner.contract.facts import CashMovement, Fact, Note, Page, Transaction
from stonks_runner.mapping.account import facts_of_account
from stonks_runner.mapping.cash import facts_of_deposits, facts_of_dividends, facts_of_fees
from stonks_runner.mapping.notes import Notes
from stonks_runner.mapping.portfolio import facts_of_portfolio
from stonks_runner.mapping.transactions import facts_of_transactions
from stonks_runner.paging import Answer

log = logging.getLogger("stonks_runner")

_FACTS = (
    contract.Account,
    contract.Instrument,
    contract.Transaction,
    contract.CashMovement,
    contract.Position,
    contract.Balance,
    contract.Quote,
    contract.FxRate,
    contract.UpcomingDividend,
    contract.Note,
)


class Broker:
    """The services of one broker, each read with the others in mind."""

    def __init__(self, offered: frozenset[str], rows: Callable[[str], Any]) -> None:
        self._offered = offered
        self._rows = rows

    def facts(self, service: str, returned: Any, since: date | None) -> Answer:
        """Facts of what a service returned, which may be facts already."""
        if returned is None or isinstance(returned, bool):
            return []
        if isinstance(returned, Page):
            return returned
        if isinstance(returned, Mapping | str) or not isinstance(returned, Iterable):
            returned = [returned]
        if not isinstance(returned, list | tuple):
            returned = list(returned)
        if returned and isinstance(returned[0], (*_FACTS, Page)):
            answer: Answer = returned
            return answer
        return _recent(self._mapped(service, returned), since)

    def _mapped(self, service: str, rows: list[Any]) -> list[Fact]:
        notes = Notes(service)
        if service == "portfolio":
            return facts_of_portfolio(rows, host.now().date(), notes)
        if service == "transaction":
            return facts_of_transactions(rows, self._fees(), notes)
        if service == "deposit":
            return facts_of_deposits(rows, notes)
        if service == "dividend":
            return facts_of_dividends(rows, notes)
        if service == "fee":
            return facts_of_fees(rows, "transaction" in self._offered, notes)
        if service == "account":
            return facts_of_account(rows, self._offered, notes)
        return [notes.of(row, f"the service `{service}` told something unknown") for row in rows]

    def _fees(self) -> Iterable[Any]:
        """Fees of transactions, where the broker tells them apart."""
        if "fee" not in self._offered:
            return ()
        try:
            return list(self._rows("fee") or ())
        except Exception as error:
            log.warning("fees of transactions could not be read: %s", error)
            return ()


def _recent(facts: list[Fact], since: date | None) -> list[Fact]:
    """Without what lies before `since`; instruments stay, since others name them."""
    if since is None:
        return facts
    return [
        fact
        for fact in facts
        if not isinstance(fact, Transaction | CashMovement | Note)
        or fact.at is None
        or fact.at.date >= since
    ]
