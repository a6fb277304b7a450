//! Facts and portfolios on their way to a plugin: the core's values in the contract's words.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::account::BrokerAccount;
use stonks_core::cash::{
    Balance, CashKind, CashMovement, DaySide, DividendStatus, Position, UpcomingDividend,
};
use stonks_core::fact::{Fact, Identity, Located, Location, Note};
use stonks_core::fx::FxRate;
use stonks_core::instrument::{AssetClass, Instrument, OptionRight};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money, to_canonical};
use stonks_core::quotes::Quote;
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

use super::{snapshot as portfolio, types as wit};
use crate::insight::{CashBalance, Holding, Income, IncomeStatus, Snapshot};

/// A fact as a broker's plugin tells it.
pub(in crate::runtime) fn fact(located: &Located) -> wit::Fact {
    let source = || place(&located.location);
    match &located.fact {
        Fact::Account(fact) => wit::Fact::Account(account(fact)),
        Fact::Instrument(fact) => wit::Fact::Instrument(instrument(fact)),
        Fact::Transaction(fact) => wit::Fact::Transaction(transaction(fact, source())),
        Fact::CashMovement(fact) => wit::Fact::CashMovement(movement(fact, source())),
        Fact::Position(fact) => wit::Fact::Position(position(fact, source())),
        Fact::Balance(fact) => wit::Fact::Balance(balance(fact, source())),
        Fact::Quote(fact) => wit::Fact::Quote(quote(fact, source())),
        Fact::FxRate(fact) => wit::Fact::FxRate(fx_rate(fact, source())),
        Fact::UpcomingDividend(fact) => wit::Fact::UpcomingDividend(upcoming(fact, source())),
        Fact::Note(fact) => wit::Fact::Note(note(fact, source())),
    }
}

fn text(value: &impl ToString) -> String {
    value.to_string()
}

fn name(identity: Option<&Identity>) -> Option<String> {
    identity.map(text)
}

fn day(date: Option<Date>) -> Option<String> {
    date.as_ref().map(text)
}

fn decimal(value: Option<Decimal>) -> Option<String> {
    value.map(to_canonical)
}

fn code(currency: Option<Currency>) -> Option<String> {
    currency.as_ref().map(text)
}

fn money(money: Money) -> wit::Money {
    wit::Money { amount: to_canonical(money.amount), currency: text(&money.currency) }
}

fn place(location: &Location) -> wit::SourceLocation {
    wit::SourceLocation { line: location.line, path: location.path.as_deref().map(str::to_owned) }
}

fn moment(moment: Moment) -> wit::Moment {
    let Some((time, offset)) = moment.time else {
        return wit::Moment { date: text(&moment.date), time: None, zone: None };
    };
    let (sign, minutes) = match offset.seconds() / 60 {
        minutes if minutes < 0 => ('-', -minutes),
        minutes => ('+', minutes),
    };
    let zone = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    wit::Moment { date: text(&moment.date), time: Some(text(&time)), zone: Some(zone) }
}

fn account(fact: &BrokerAccount) -> wit::Account {
    wit::Account {
        identity: text(&fact.identity),
        name: fact.name.clone(),
        currency: code(fact.currency),
        opened: day(fact.opened),
    }
}

fn instrument(fact: &Instrument) -> wit::Instrument {
    wit::Instrument {
        identity: text(&fact.identity),
        asset_class: asset_class(fact.asset_class),
        name: fact.name.clone(),
        symbol: fact.symbol.clone(),
        isin: fact.isin.as_ref().map(text),
        market: fact.market.clone(),
        currency: code(fact.currency),
        multiplier: decimal(fact.multiplier),
        terms: fact.terms.as_ref().map(|terms| wit::ContractTerms {
            underlying: terms.underlying.clone(),
            expiry: day(terms.expiry),
            strike: decimal(terms.strike),
            right: terms.right.map(|right| match right {
                OptionRight::Call => wit::OptionRight::Call,
                OptionRight::Put => wit::OptionRight::Put,
            }),
        }),
        sector: fact.sector.clone(),
        country: fact.country.clone(),
        codes: fact.codes.clone(),
    }
}

fn transaction(fact: &Transaction, source: wit::SourceLocation) -> wit::Transaction {
    let fee = |fee: &Fee| wit::Fee {
        kind: fee_kind(fee.kind),
        money: money(fee.money),
        description: fee.description.clone(),
    };
    wit::Transaction {
        identity: text(&fact.identity),
        account: name(fact.broker_account.as_ref()),
        instrument: text(&fact.instrument),
        kind: transaction_kind(fact.kind),
        at: moment(fact.at),
        settlement_date: day(fact.settlement_date),
        quantity: to_canonical(fact.quantity),
        price: decimal(fact.price),
        price_currency: code(fact.price_currency),
        amount: fact.amount.map(money),
        accrued: fact.accrued.map(money),
        fees: fact.fees.iter().map(fee).collect(),
        settled: fact.settled.map(money),
        exchange_rate: decimal(fact.exchange_rate),
        order: fact.order.clone(),
        group: fact.group.clone(),
        venue: fact.venue.clone(),
        description: fact.description.clone(),
        source,
    }
}

fn movement(fact: &CashMovement, source: wit::SourceLocation) -> wit::CashMovement {
    wit::CashMovement {
        identity: text(&fact.identity),
        account: name(fact.broker_account.as_ref()),
        kind: cash_kind(fact.kind),
        at: moment(fact.at),
        value_date: day(fact.value_date),
        money: money(fact.money),
        instrument: name(fact.instrument.as_ref()),
        transaction: name(fact.transaction.as_ref()),
        fee_kind: fact.fee_kind.map(fee_kind),
        group: fact.group.clone(),
        description: fact.description.clone(),
        balance: decimal(fact.balance),
        source,
    }
}

fn position(fact: &Position, source: wit::SourceLocation) -> wit::Position {
    wit::Position {
        identity: text(&fact.identity),
        account: name(fact.broker_account.as_ref()),
        instrument: text(&fact.instrument),
        date: text(&fact.date),
        quantity: to_canonical(fact.quantity),
        price: decimal(fact.price),
        price_currency: code(fact.price_currency),
        value: fact.value.map(money),
        cost: fact.cost.map(money),
        source,
    }
}

fn balance(fact: &Balance, source: wit::SourceLocation) -> wit::Balance {
    wit::Balance {
        identity: text(&fact.identity),
        account: name(fact.broker_account.as_ref()),
        date: text(&fact.date),
        side: match fact.side {
            DaySide::Opening => wit::DaySide::Opening,
            DaySide::Closing => wit::DaySide::Closing,
        },
        money: money(fact.money),
        source,
    }
}

fn quote(fact: &Quote, source: wit::SourceLocation) -> wit::Quote {
    wit::Quote {
        identity: text(&fact.identity),
        instrument: text(&fact.instrument),
        at: moment(fact.at),
        price: to_canonical(fact.price),
        currency: text(&fact.currency),
        source,
    }
}

fn fx_rate(fact: &FxRate, source: wit::SourceLocation) -> wit::FxRate {
    wit::FxRate {
        identity: text(&fact.identity),
        base: text(&fact.base),
        quote: text(&fact.quote),
        date: text(&fact.date),
        rate: to_canonical(fact.rate),
        source,
    }
}

fn upcoming(fact: &UpcomingDividend, source: wit::SourceLocation) -> wit::UpcomingDividend {
    wit::UpcomingDividend {
        identity: text(&fact.identity),
        account: name(fact.broker_account.as_ref()),
        instrument: text(&fact.instrument),
        status: match fact.status {
            DividendStatus::Announced => wit::DividendStatus::Announced,
            DividendStatus::Forecast => wit::DividendStatus::Forecast,
        },
        ex_date: day(fact.ex_date),
        pay_date: day(fact.pay_date),
        per_unit: fact.per_unit.map(money),
        gross: fact.gross.map(money),
        withholding_tax: fact.withholding_tax.map(money),
        source,
    }
}

fn note(fact: &Note, source: wit::SourceLocation) -> wit::Note {
    wit::Note {
        identity: text(&fact.identity),
        account: name(fact.broker_account.as_ref()),
        at: fact.at.map(moment),
        reason: fact.reason.clone(),
        text: fact.text.clone(),
        source,
    }
}

/// A portfolio as aggregators and views read it.
pub(in crate::runtime) fn snapshot(snapshot: &Snapshot) -> portfolio::PortfolioSnapshot {
    portfolio::PortfolioSnapshot {
        as_of: text(&snapshot.as_of),
        base_currency: text(&snapshot.base_currency),
        holdings: snapshot.holdings.iter().map(holding).collect(),
        cash: snapshot.cash.iter().map(cash).collect(),
        income: snapshot.income.iter().map(income).collect(),
    }
}

fn holding(holding: &Holding) -> portfolio::Holding {
    portfolio::Holding {
        account: holding.account.clone(),
        instrument: holding.instrument.clone(),
        name: holding.name.clone(),
        symbol: holding.symbol.clone(),
        isin: holding.isin.as_ref().map(text),
        asset_class: asset_class(holding.asset_class),
        sector: holding.sector.clone(),
        country: holding.country.clone(),
        quantity: to_canonical(holding.quantity),
        price: holding.price.map(money),
        value: holding.value.map(money),
        base_value: decimal(holding.base_value),
        base_cost: decimal(holding.base_cost),
    }
}

fn cash(balance: &CashBalance) -> portfolio::CashBalance {
    portfolio::CashBalance {
        account: balance.account.clone(),
        money: money(balance.money),
        base_value: decimal(balance.base_value),
    }
}

fn income(income: &Income) -> portfolio::Income {
    portfolio::Income {
        account: income.account.clone(),
        instrument: income.instrument.clone(),
        name: income.name.clone(),
        isin: income.isin.as_ref().map(text),
        status: match income.status {
            IncomeStatus::Paid => portfolio::IncomeStatus::Paid,
            IncomeStatus::Announced => portfolio::IncomeStatus::Announced,
            IncomeStatus::Forecast => portfolio::IncomeStatus::Forecast,
        },
        ex_date: day(income.ex_date),
        pay_date: day(income.pay_date),
        units: decimal(income.units),
        gross: money(income.gross),
        withholding_tax: income.withholding_tax.map(money),
        base_net: decimal(income.base_net),
    }
}

/// Enums of the core and of the contract, which name the same things.
macro_rules! same_names {
    ($(fn $function:ident: $type:ident { $($name:ident),* $(,)? })*) => {$(
        const fn $function(known: $type) -> wit::$type {
            match known {
                $($type::$name => wit::$type::$name),*
            }
        }
    )*};
}

same_names! {
    fn asset_class: AssetClass {
        Stock, Etf, Fund, CashFund, Bond, Option, Future, Warrant, Certificate, Cfd, Crypto, CurrencyPair,
        Commodity, Other, Unknown,
    }
    fn transaction_kind: TransactionKind {
        Buy, Sell, TransferIn, TransferOut, Split, Exchange, SpinOff, StockDividend, Reward, Rights, Exercise,
        Assignment, Expiry, Delisting, Other,
    }
    fn fee_kind: FeeKind {
        Transaction, Conversion, TransactionTax, Connection, Custody, DepositaryReceipt, MarketData,
        CorporateAction, Payment, Borrowing, Regulatory, Network, Other,
    }
    fn cash_kind: CashKind {
        Deposit, Withdrawal, Trade, Fee, Dividend, WithholdingTax, CapitalReturn, Interest, InterestTax,
        Conversion, InternalTransfer, Lending, Reward, VariationMargin, Tax, Adjustment, Other,
    }
}
