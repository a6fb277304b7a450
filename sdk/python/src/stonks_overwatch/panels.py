"""Typed panels that the host draws: a plugin never ships markup or script."""

from stonks_runner.contract.facts import Money
from stonks_runner.contract.figures import Metric, Ratio
from stonks_runner.contract.panels import (
    Breakdown,
    Cell,
    Column,
    ColumnKind,
    Panel,
    PanelBody,
    Point,
    Series,
    Slice,
    Table,
    TimeSeries,
)

__all__ = [
    "Breakdown",
    "Cell",
    "Column",
    "ColumnKind",
    "Metric",
    "Money",
    "Panel",
    "PanelBody",
    "Point",
    "Ratio",
    "Series",
    "Slice",
    "Table",
    "TimeSeries",
]
