"""Typed panels that the host draws: `wit/v1/view.wit`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from stonks_runner.contract.facts import Money
from stonks_runner.contract.figures import Metric, Ratio


class ColumnKind(StrEnum):
    """What stands in the cells of a column."""

    TEXT = "Text"
    NUMBER = "Number"
    MONEY = "Money"
    RATIO = "Ratio"
    DATE = "Date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    label: str
    kind: ColumnKind


Cell = str | Decimal | Money | Ratio | datetime.date | None
"""What a cell may hold; None is an empty one."""


@dataclass(frozen=True, slots=True)
class Table:
    """At most 20 columns and 2,000 rows, each row with one cell for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day."""

    date: datetime.date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """Points by day, at most 5,000, no day twice."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """At most 8 series; `currency` is None for plain numbers."""

    series: Sequence[Series]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a whole, not below zero."""

    label: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Parts of a whole, at most 200; `currency` is None for plain numbers."""

    slices: Sequence[Slice]
    currency: str | None = None


PanelBody = Sequence[Metric] | Table | TimeSeries | Breakdown
"""What a panel may show."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One box on a page. At most 20 in one answer."""

    title: str
    body: PanelBody
    description: str | None = None
