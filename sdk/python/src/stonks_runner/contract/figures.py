"""Named figures, and the portfolio that they are computed from: `figures.wit`, `snapshot.wit`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from stonks_runner.contract.facts import AssetClass, Money


class Ratio(float):
    """A share or a rate of return: 0.25 is shown as 25 %."""

    __slots__ = ()


MetricValue = Money | Decimal | Ratio | str
"""What a figure may be: an amount, a number, a ratio, or a text."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure. `name` is stable, kebab-case, and unique in one answer.

    `explanation` is one sentence: beside a value what it is a figure of, without one why there is
    none.
    """

    name: str
    label: str
    value: MetricValue | None = None
    explanation: str | None = None


class IncomeStatus(StrEnum):
    """Whether income was paid, and if not how certain it is."""

    PAID = "Paid"
    ANNOUNCED = "Announced"
    FORECAST = "Forecast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One instrument in one account. `base_…` fields are in the base currency."""

    account: str
    instrument: str
    name: str
    symbol: str | None = None
    isin: str | None = None
    asset_class: AssetClass
    sector: str | None = None
    country: str | None = None
    quantity: Decimal
    price: Money | None = None
    value: Money | None = None
    base_value: Decimal | None = None
    base_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashBalance:
    """The cash of one currency in one account."""

    account: str
    money: Money
    base_value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """A dividend, paid or still to come. `withholding_tax` is negative."""

    account: str
    instrument: str | None = None
    name: str
    isin: str | None = None
    status: IncomeStatus
    ex_date: datetime.date | None = None
    pay_date: datetime.date | None = None
    units: Decimal | None = None
    gross: Money
    withholding_tax: Money | None = None
    base_net: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioSnapshot:
    """The portfolio as it stands, computed by the host, and read-only."""

    as_of: datetime.date
    base_currency: str
    holdings: Sequence[Holding] = ()
    cash: Sequence[CashBalance] = ()
    income: Sequence[Income] = ()
