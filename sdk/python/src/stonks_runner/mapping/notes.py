"""Rows that nobody understood."""

from __future__ import annotations

from typing import Any

from stonks_runner.contract.facts import Note
from stonks_runner.contract.values import Identities
from stonks_runner.mapping.values import as_told, moment, of


class Notes:
    """Notes of one delivery."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._identities = Identities()

    def of(self, row: Any, reason: str) -> Note:
        """A note that keeps a row as it was told."""
        told = as_told(row)
        return Note(
            identity=self._identities.of("n", self._service, told),
            at=moment(of(row, "datetime", "date", "payment_date"), of(row, "time")),
            reason=reason,
            text=told,
        )
