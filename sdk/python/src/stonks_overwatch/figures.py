"""What an aggregator computes, and the portfolio from which it does."""

from stonks_runner.contract.facts import AssetClass, Money
from stonks_runner.contract.figures import (
    CashBalance,
    Holding,
    Income,
    IncomeStatus,
    Metric,
    MetricValue,
    PortfolioSnapshot,
    Ratio,
)

__all__ = [
    "AssetClass",
    "CashBalance",
    "Holding",
    "Income",
    "IncomeStatus",
    "Metric",
    "MetricValue",
    "Money",
    "PortfolioSnapshot",
    "Ratio",
]
