"""Facts as a plugin delivers them: the records of `wit/v1/types.wit`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from stonks_runner.contract.values import zone_text


class AssetClass(StrEnum):
    """What kind of thing an instrument is."""

    STOCK = "Stock"
    ETF = "Etf"
    FUND = "Fund"
    CASH_FUND = "CashFund"
    BOND = "Bond"
    OPTION = "Option"
    FUTURE = "Future"
    WARRANT = "Warrant"
    CERTIFICATE = "Certificate"
    CFD = "Cfd"
    CRYPTO = "Crypto"
    CURRENCY_PAIR = "CurrencyPair"
    COMMODITY = "Commodity"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class OptionRight(StrEnum):
    """The right that an option gives."""

    CALL = "Call"
    PUT = "Put"


class TransactionKind(StrEnum):
    """Why the units held changed."""

    BUY = "Buy"
    SELL = "Sell"
    TRANSFER_IN = "TransferIn"
    TRANSFER_OUT = "TransferOut"
    SPLIT = "Split"
    EXCHANGE = "Exchange"
    SPIN_OFF = "SpinOff"
    STOCK_DIVIDEND = "StockDividend"
    REWARD = "Reward"
    RIGHTS = "Rights"
    EXERCISE = "Exercise"
    ASSIGNMENT = "Assignment"
    EXPIRY = "Expiry"
    DELISTING = "Delisting"
    OTHER = "Other"


class FeeKind(StrEnum):
    """What a fee is for."""

    TRANSACTION = "Transaction"
    CONVERSION = "Conversion"
    TRANSACTION_TAX = "TransactionTax"
    CONNECTION = "Connection"
    CUSTODY = "Custody"
    DEPOSITARY_RECEIPT = "DepositaryReceipt"
    MARKET_DATA = "MarketData"
    CORPORATE_ACTION = "CorporateAction"
    PAYMENT = "Payment"
    BORROWING = "Borrowing"
    REGULATORY = "Regulatory"
    NETWORK = "Network"
    OTHER = "Other"


class CashKind(StrEnum):
    """Why the cash changed."""

    DEPOSIT = "Deposit"
    WITHDRAWAL = "Withdrawal"
    TRADE = "Trade"
    FEE = "Fee"
    DIVIDEND = "Dividend"
    WITHHOLDING_TAX = "WithholdingTax"
    CAPITAL_RETURN = "CapitalReturn"
    INTEREST = "Interest"
    INTEREST_TAX = "InterestTax"
    CONVERSION = "Conversion"
    INTERNAL_TRANSFER = "InternalTransfer"
    LENDING = "Lending"
    REWARD = "Reward"
    VARIATION_MARGIN = "VariationMargin"
    TAX = "Tax"
    ADJUSTMENT = "Adjustment"
    OTHER = "Other"


class DaySide(StrEnum):
    """Before the first movement of the day, or behind the last."""

    OPENING = "Opening"
    CLOSING = "Closing"


class DividendStatus(StrEnum):
    """How certain income is that has not been paid yet."""

    ANNOUNCED = "Announced"
    FORECAST = "Forecast"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as exactly as the broker tells it.

    `zone` is an IANA name or an offset from UTC (`+01:00`, `Z`), and needed where `time` is given.
    """

    date: datetime.date
    time: datetime.time | None = None
    zone: str | None = None

    @classmethod
    def of(cls, at: datetime.datetime | datetime.date) -> Moment:
        """The moment of a time with its zone, or of a day. A time without a zone is one of UTC."""
        if not isinstance(at, datetime.datetime):
            return cls(at)
        return cls(at.date(), at.time(), zone_text(at) or "Z")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount. Signs are those of the account: money that comes in is positive."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where in what the broker sent a fact stands: a line from 1, or a path."""

    line: int | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One of the broker's own accounts, where a delivery tells several apart."""

    identity: str
    name: str | None = None
    currency: str | None = None
    opened: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """What makes an option, a future or a warrant the contract it is."""

    underlying: str | None = None
    expiry: datetime.date | None = None
    strike: Decimal | None = None
    right: OptionRight | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Something that can be held. Other facts name it by its `identity`; deliver it before them."""

    identity: str
    asset_class: AssetClass
    name: str | None = None
    symbol: str | None = None
    isin: str | None = None
    market: str | None = None
    currency: str | None = None
    multiplier: Decimal | None = None
    terms: ContractTerms | None = None
    sector: str | None = None
    country: str | None = None
    codes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """A part of what a transaction cost. Negative: paid. Positive: paid back."""

    kind: FeeKind
    money: Money
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A change in the units held; `quantity` is positive for more, negative for fewer."""

    identity: str
    account: str | None = None
    instrument: str
    kind: TransactionKind
    at: Moment
    settlement_date: datetime.date | None = None
    quantity: Decimal
    price: Decimal | None = None
    price_currency: str | None = None
    amount: Money | None = None
    accrued: Money | None = None
    fees: Sequence[Fee] = ()
    settled: Money | None = None
    exchange_rate: Decimal | None = None
    order: str | None = None
    group: str | None = None
    venue: str | None = None
    description: str | None = None
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovement:
    """A change in the cash of one currency."""

    identity: str
    account: str | None = None
    kind: CashKind
    at: Moment
    value_date: datetime.date | None = None
    money: Money
    instrument: str | None = None
    transaction: str | None = None
    fee_kind: FeeKind | None = None
    group: str | None = None
    description: str | None = None
    balance: Decimal | None = None
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Units that the broker says are held at the end of `date`. Never becomes a transaction."""

    identity: str
    account: str | None = None
    instrument: str
    date: datetime.date
    quantity: Decimal
    price: Decimal | None = None
    price_currency: str | None = None
    value: Money | None = None
    cost: Money | None = None
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Cash that the broker says is there. Never becomes a movement."""

    identity: str
    account: str | None = None
    date: datetime.date
    side: DaySide
    money: Money
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The price of one unit at the end of a day, or at the given time of it."""

    identity: str
    instrument: str
    at: Moment
    price: Decimal
    currency: str
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class FxRate:
    """Units of `quote` for one unit of `base`."""

    identity: str
    base: str
    quote: str
    date: datetime.date
    rate: Decimal
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingDividend:
    """Income that has not been paid yet. `withholding_tax` is negative."""

    identity: str
    account: str | None = None
    instrument: str
    status: DividendStatus
    ex_date: datetime.date | None = None
    pay_date: datetime.date | None = None
    per_unit: Money | None = None
    gross: Money | None = None
    withholding_tax: Money | None = None
    source: SourceLocation = SourceLocation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that the plugin did not understand, or that the user should know.

    `reason`: why it is noted, in one sentence. `text`: what the broker sent, as it sent it.
    """

    identity: str
    account: str | None = None
    at: Moment | None = None
    reason: str
    text: str
    source: SourceLocation = SourceLocation()


Fact = (
    Account
    | Instrument
    | Transaction
    | CashMovement
    | Position
    | Balance
    | Quote
    | FxRate
    | UpcomingDividend
    | Note
)
"""Anything that a broker delivers."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long call has come."""

    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Facts in the order in which the broker tells them, at most 10,000 in one page.

    `next` is opaque to the host: handed back to get the page behind this one; None on the last.
    """

    facts: Sequence[Fact]
    next: str | None = None
    progress: Progress | None = None
