"""What the services of a broker return, by the names and fields of the Python program.

Amounts may be `Decimal` or `float`; a float is taken as the shortest text that means it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypedDict

from stonks_overwatch.utils.core.localization import LocalizationUtility
from stonks_overwatch.utils.domain.constants import ProductType, Sector

Time = datetime
"""Fields of this name hide the class."""

Number = Decimal | float | int | str
"""An amount, a price or a quantity; texts may be formatted, as in `€ 1,250.00`."""


@dataclass
class AccountOverview:
    """One movement of an account's cash."""

    datetime: Time | None = None
    value_datetime: Time | None = None
    stock_name: str = ""
    stock_symbol: str = ""
    description: str = ""
    type: str = ""
    currency: str = ""
    change: Number | None = 0.0


@dataclass
class Country:
    """A country by its ISO 3166 alpha-2 code."""

    iso_code: str

    def get_name(self) -> str:
        """The code: names are the host's to show."""
        return self.iso_code


class DailyValue(TypedDict):
    """A value on a day."""

    x: str
    y: float


class DepositType(Enum):
    """Which way the money went."""

    DEPOSIT = "Deposit"
    WITHDRAWAL = "Withdrawal"


@dataclass
class Deposit:
    """Money put in or taken out; `change` is negative for what was taken out."""

    datetime: Time
    type: DepositType
    change: Number
    currency: str
    description: str = ""


class DividendType(Enum):
    """How certain a dividend is."""

    PAID = 0
    ANNOUNCED = 1
    FORECASTED = 2
    EX_DIVIDEND = 3


@dataclass
class Dividend:
    """A dividend: `amount` before `taxes`, both positive.

    Of an ex-dividend day, `payment_date` is that day and `payout_date` that of the payment.
    """

    dividend_type: DividendType
    payment_date: datetime | date
    stock_name: str
    stock_symbol: str
    currency: str
    amount: Number = 0.0
    taxes: Number = 0.0
    ex_dividend_date: datetime | date | None = None
    payout_date: datetime | date | None = None

    def is_paid(self) -> bool:
        """Whether it has been paid."""
        return self.dividend_type == DividendType.PAID

    def gross_amount(self) -> Number:
        """Before taxes."""
        return self.amount

    def net_amount(self) -> float:
        """After taxes."""
        return float(self.amount) - float(self.taxes)


class FeeType(Enum):
    """What a fee is for."""

    TRANSACTION = "Transaction"
    FINANCE_TRANSACTION_TAX = "Finance Transaction Tax"
    CONNECTION = "Connection"
    ADR_GDR = "ADR/GDR"


@dataclass
class Fee:
    """A fee; negative for what was paid."""

    date: str
    time: str
    type: FeeType | str
    description: str
    fee_value: Number
    currency: str


@dataclass
class PortfolioEntry:
    """What is held of one product, or the cash of one currency."""

    name: str = ""
    symbol: str = ""
    conid: str | int | None = None
    isin: str = ""
    sector: Sector | None = None
    industry: str = ""
    category: str = ""
    exchange: Any = None
    country: Country | str | None = None
    product_type: ProductType | None = None
    shares: Number = 0.0
    product_currency: str = ""
    price: Number = 0.0
    base_currency_price: Number = 0.0
    base_currency: str = ""
    break_even_price: Number = 0.0
    value: Number = 0.0
    base_currency_value: Number = 0.0
    base_currency_break_even_price: Number = 0.0
    is_open: bool = False
    unrealized_gain: Number = 0.0
    realized_gain: Number = 0.0
    total_costs: Number = 0.0
    portfolio_size: float = 0.0
    product_type_share: float = 0.0


class PortfolioId(Enum):
    """The portfolios of the Python program: identifier, name, logo."""

    ALL = ("all", "Portfolios", "")
    DEGIRO = ("degiro", "DeGiro", "")
    BITVAVO = ("bitvavo", "Bitvavo", "")
    IBKR = ("ibkr", "IBKR", "")
    ALPACA = ("alpaca", "Alpaca", "")

    def __init__(self, id: str, long_name: str, logo: str) -> None:
        self.id = id
        self.long_name = long_name
        self.logo = logo

    @classmethod
    def from_id(cls, id: str) -> PortfolioId:
        """The portfolio of an identifier; all of them where it is not known."""
        return next((known for known in cls if known.id == id), cls.ALL)


@dataclass
class TotalPortfolio:
    """Sums over a portfolio. The host computes its own; these are not used."""

    base_currency: str
    total_pl: Number
    total_cash: Number
    current_value: Number
    total_roi: Number
    total_deposit_withdrawal: Number


@dataclass
class Transaction:
    """A purchase or a sale. Amounts may be numbers beside their currency, or formatted texts."""

    name: str
    symbol: str
    date: str
    time: str
    buy_sell: str
    transaction_type: str = ""
    price: Number = 0.0
    currency: str = ""
    quantity: Number = 0.0
    total: Number = 0.0
    total_currency: str = ""
    total_in_base_currency: Number = 0.0
    base_currency: str = ""
    fees: Number = 0.0
    fees_currency: str = ""


Trade = Transaction
"""What some brokers call a transaction."""


def dataclass_to_dict(obj: Any) -> dict[str, Any]:
    """The fields and properties of a dataclass by name."""
    if not dataclasses.is_dataclass(obj) or isinstance(obj, type):
        raise ValueError("an object of a dataclass is expected")
    properties = [name for name in dir(type(obj)) if isinstance(getattr(type(obj), name), property)]
    return dataclasses.asdict(obj) | {name: getattr(obj, name) for name in properties}


def format_stock_name(name: str) -> str:
    """A name with each word capitalised; what brokers write in capitals by right stays so."""
    kept = ("SA", "SA.", "SA-B", "UCITS", "ETF", "EUR", "USD", "JPMorgan", "iShares")
    by_lower = {word.lower(): word for word in kept}
    return " ".join(by_lower.get(word.lower(), word.title()) for word in name.split())


__all__ = [
    "AccountOverview",
    "Country",
    "DailyValue",
    "Deposit",
    "DepositType",
    "Dividend",
    "DividendType",
    "Fee",
    "FeeType",
    "LocalizationUtility",
    "PortfolioEntry",
    "PortfolioId",
    "ProductType",
    "Sector",
    "TotalPortfolio",
    "Trade",
    "Transaction",
    "dataclass_to_dict",
    "format_stock_name",
]
