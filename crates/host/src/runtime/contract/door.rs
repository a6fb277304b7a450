//! The door: facts as a plugin tells them become facts as the core knows them, each value checked.

mod health;
pub(in crate::runtime) mod metrics;
pub(in crate::runtime) mod middleware;
pub(in crate::runtime) mod panels;
mod values;

use rust_decimal::Decimal;
use stonks_core::account::BrokerAccount;
use stonks_core::cash::{
    Balance, CashKind, CashMovement, DaySide, DividendStatus, Position, UpcomingDividend,
};
use stonks_core::fact::{Fact, Located, Location, Note};
use stonks_core::fx::FxRate;
use stonks_core::instrument::{AssetClass, ContractTerms, Instrument, Isin, OptionRight};
use stonks_core::quotes::Quote;
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

use super::types as wit;
use crate::runtime::{Failure, FilePage, Refusal};
use values::{
    Checked, LONGEST_TEXT, date, decimal, moment, money, optional, optional_date, optional_decimal,
    optional_money, optional_text, parsed, text,
};

pub(in crate::runtime) use health::health;

/// More facts in one page are refused.
const MOST_FACTS: usize = 10_000;

/// Checks a page. The error names the fact and the field.
pub(in crate::runtime) fn page(page: wit::Page) -> Result<FilePage, String> {
    if page.facts.len() > MOST_FACTS {
        return Err(format!(
            "a page of {} facts; at most {MOST_FACTS} are allowed",
            page.facts.len()
        ));
    }
    let mut facts = Vec::with_capacity(page.facts.len());
    for (place, told) in page.facts.into_iter().enumerate() {
        facts.push(
            fact(told).map_err(|problem| format!("fact {} of the page, {problem}", place + 1))?,
        );
    }
    let next = page.next.map(|next| text("next", next)).transpose()?;
    Ok(FilePage {
        facts,
        next,
        progress: page.progress.map(|progress| (progress.done, progress.total)),
    })
}

fn fact(told: wit::Fact) -> Checked<Located> {
    let mut location = Location::default();
    let fact = match told {
        wit::Fact::Account(told) => account(told).map(Fact::Account).map_err(of("an account")),
        wit::Fact::Instrument(told) => {
            instrument(told).map(Fact::Instrument).map_err(of("an instrument"))
        }
        wit::Fact::Transaction(told) => {
            transaction(told, &mut location).map(Fact::Transaction).map_err(of("a transaction"))
        }
        wit::Fact::CashMovement(told) => {
            movement(told, &mut location).map(Fact::CashMovement).map_err(of("a cash movement"))
        }
        wit::Fact::Position(told) => {
            position(told, &mut location).map(Fact::Position).map_err(of("a position"))
        }
        wit::Fact::Balance(told) => {
            balance(told, &mut location).map(Fact::Balance).map_err(of("a balance"))
        }
        wit::Fact::Quote(told) => {
            quote(told, &mut location).map(Fact::Quote).map_err(of("a quote"))
        }
        wit::Fact::FxRate(told) => {
            fx_rate(told, &mut location).map(Fact::FxRate).map_err(of("an fx rate"))
        }
        wit::Fact::UpcomingDividend(told) => upcoming(told, &mut location)
            .map(Fact::UpcomingDividend)
            .map_err(of("an upcoming dividend")),
        wit::Fact::Note(told) => note(told, &mut location).map(Fact::Note).map_err(of("a note")),
    };
    Ok(Located { fact: fact?, location })
}

/// Names the kind of fact in which a problem is.
fn of(kind: &'static str) -> impl Fn(String) -> String {
    move |problem| format!("{kind}: {problem}")
}

fn place(told: wit::SourceLocation) -> Checked<Location> {
    let path = optional_text("source.path", told.path)?;
    Ok(Location { line: told.line, path: path.map(String::into_boxed_str) })
}

fn account(told: wit::Account) -> Checked<BrokerAccount> {
    Ok(BrokerAccount {
        identity: parsed("identity", &told.identity)?,
        name: optional_text("name", told.name)?,
        currency: optional("currency", told.currency.as_deref())?,
        opened: optional_date("opened", told.opened.as_deref())?,
    })
}

fn instrument(told: wit::Instrument) -> Checked<Instrument> {
    let terms = told.terms.map(|terms| {
        Ok::<_, String>(ContractTerms {
            underlying: optional_text("underlying", terms.underlying)?,
            expiry: optional_date("expiry", terms.expiry.as_deref())?,
            strike: optional_decimal("strike", terms.strike.as_deref())?,
            right: terms.right.map(|right| match right {
                wit::OptionRight::Call => OptionRight::Call,
                wit::OptionRight::Put => OptionRight::Put,
            }),
        })
    });
    Ok(Instrument {
        identity: parsed("identity", &told.identity)?,
        asset_class: asset_class(told.asset_class),
        name: optional_text("name", told.name)?,
        symbol: optional_text("symbol", told.symbol)?,
        isin: optional::<Isin>("isin", told.isin.as_deref())?,
        market: optional_text("market", told.market)?,
        currency: optional("currency", told.currency.as_deref())?,
        multiplier: optional_decimal("multiplier", told.multiplier.as_deref())?,
        terms: terms.transpose()?,
        sector: optional_text("sector", told.sector)?,
        country: optional_text("country", told.country)?,
        codes: told.codes,
    })
}

fn transaction(told: wit::Transaction, location: &mut Location) -> Checked<Transaction> {
    *location = place(told.source)?;
    let fee = |fee: wit::Fee| {
        Ok::<_, String>(Fee {
            kind: fee_kind(fee.kind),
            money: money("fees", &fee.money)?,
            description: optional_text("fees.description", fee.description)?,
        })
    };
    Ok(Transaction {
        identity: parsed("identity", &told.identity)?,
        broker_account: optional("account", told.account.as_deref())?,
        instrument: parsed("instrument", &told.instrument)?,
        kind: transaction_kind(told.kind),
        at: moment("at", &told.at)?,
        settlement_date: optional_date("settlement-date", told.settlement_date.as_deref())?,
        quantity: decimal("quantity", &told.quantity)?,
        price: optional_decimal("price", told.price.as_deref())?,
        price_currency: optional("price-currency", told.price_currency.as_deref())?,
        amount: optional_money("amount", told.amount.as_ref())?,
        accrued: optional_money("accrued", told.accrued.as_ref())?,
        fees: told.fees.into_iter().map(fee).collect::<Result<_, _>>()?,
        settled: optional_money("settled", told.settled.as_ref())?,
        exchange_rate: optional_decimal("exchange-rate", told.exchange_rate.as_deref())?,
        order: optional_text("order", told.order)?,
        group: optional_text("group", told.group)?,
        venue: optional_text("venue", told.venue)?,
        description: optional_text("description", told.description)?,
    })
}

fn movement(told: wit::CashMovement, location: &mut Location) -> Checked<CashMovement> {
    *location = place(told.source)?;
    Ok(CashMovement {
        identity: parsed("identity", &told.identity)?,
        broker_account: optional("account", told.account.as_deref())?,
        kind: cash_kind(told.kind),
        at: moment("at", &told.at)?,
        value_date: optional_date("value-date", told.value_date.as_deref())?,
        money: money("money", &told.money)?,
        instrument: optional("instrument", told.instrument.as_deref())?,
        transaction: optional("transaction", told.transaction.as_deref())?,
        fee_kind: told.fee_kind.map(fee_kind),
        group: optional_text("group", told.group)?,
        description: optional_text("description", told.description)?,
        balance: optional_decimal("balance", told.balance.as_deref())?,
    })
}

fn position(told: wit::Position, location: &mut Location) -> Checked<Position> {
    *location = place(told.source)?;
    Ok(Position {
        identity: parsed("identity", &told.identity)?,
        broker_account: optional("account", told.account.as_deref())?,
        instrument: parsed("instrument", &told.instrument)?,
        date: date("date", &told.date)?,
        quantity: decimal("quantity", &told.quantity)?,
        price: optional_decimal("price", told.price.as_deref())?,
        price_currency: optional("price-currency", told.price_currency.as_deref())?,
        value: optional_money("value", told.value.as_ref())?,
        cost: optional_money("cost", told.cost.as_ref())?,
    })
}

fn balance(told: wit::Balance, location: &mut Location) -> Checked<Balance> {
    *location = place(told.source)?;
    Ok(Balance {
        identity: parsed("identity", &told.identity)?,
        broker_account: optional("account", told.account.as_deref())?,
        date: date("date", &told.date)?,
        side: match told.side {
            wit::DaySide::Opening => DaySide::Opening,
            wit::DaySide::Closing => DaySide::Closing,
        },
        money: money("money", &told.money)?,
    })
}

fn quote(told: wit::Quote, location: &mut Location) -> Checked<Quote> {
    *location = place(told.source)?;
    Ok(Quote {
        identity: parsed("identity", &told.identity)?,
        instrument: parsed("instrument", &told.instrument)?,
        at: moment("at", &told.at)?,
        price: decimal("price", &told.price)?,
        currency: parsed("currency", &told.currency)?,
    })
}

fn fx_rate(told: wit::FxRate, location: &mut Location) -> Checked<FxRate> {
    *location = place(told.source)?;
    let rate = decimal("rate", &told.rate)?;
    if rate <= Decimal::ZERO {
        return Err(format!("rate: `{rate}` is not above zero"));
    }
    Ok(FxRate {
        identity: parsed("identity", &told.identity)?,
        base: parsed("base", &told.base)?,
        quote: parsed("quote", &told.quote)?,
        date: date("date", &told.date)?,
        rate,
    })
}

fn upcoming(told: wit::UpcomingDividend, location: &mut Location) -> Checked<UpcomingDividend> {
    *location = place(told.source)?;
    Ok(UpcomingDividend {
        identity: parsed("identity", &told.identity)?,
        broker_account: optional("account", told.account.as_deref())?,
        instrument: parsed("instrument", &told.instrument)?,
        status: match told.status {
            wit::DividendStatus::Announced => DividendStatus::Announced,
            wit::DividendStatus::Forecast => DividendStatus::Forecast,
        },
        ex_date: optional_date("ex-date", told.ex_date.as_deref())?,
        pay_date: optional_date("pay-date", told.pay_date.as_deref())?,
        per_unit: optional_money("per-unit", told.per_unit.as_ref())?,
        gross: optional_money("gross", told.gross.as_ref())?,
        withholding_tax: optional_money("withholding-tax", told.withholding_tax.as_ref())?,
    })
}

fn note(told: wit::Note, location: &mut Location) -> Checked<Note> {
    *location = place(told.source)?;
    Ok(Note {
        identity: parsed("identity", &told.identity)?,
        broker_account: optional("account", told.account.as_deref())?,
        at: told.at.as_ref().map(|at| moment("at", at)).transpose()?,
        reason: text("reason", told.reason)?,
        // A row that nobody understands may be of any length; its beginning tells which it is.
        text: told.text.chars().take(LONGEST_TEXT).collect(),
    })
}

/// Enums of the contract and of the core, which name the same things.
macro_rules! same_names {
    ($(fn $function:ident: $from:ident -> $to:ident { $($name:ident),* $(,)? })*) => {$(
        const fn $function(told: wit::$from) -> $to {
            match told {
                $(wit::$from::$name => $to::$name),*
            }
        }
    )*};
}

same_names! {
    fn asset_class: AssetClass -> AssetClass {
        Stock, Etf, Fund, CashFund, Bond, Option, Future, Warrant, Certificate, Cfd, Crypto, CurrencyPair,
        Commodity, Other, Unknown,
    }
    fn transaction_kind: TransactionKind -> TransactionKind {
        Buy, Sell, TransferIn, TransferOut, Split, Exchange, SpinOff, StockDividend, Reward, Rights, Exercise,
        Assignment, Expiry, Delisting, Other,
    }
    fn fee_kind: FeeKind -> FeeKind {
        Transaction, Conversion, TransactionTax, Connection, Custody, DepositaryReceipt, MarketData,
        CorporateAction, Payment, Borrowing, Regulatory, Network, Other,
    }
    fn cash_kind: CashKind -> CashKind {
        Deposit, Withdrawal, Trade, Fee, Dividend, WithholdingTax, CapitalReturn, Interest, InterestTax,
        Conversion, InternalTransfer, Lending, Reward, VariationMargin, Tax, Adjustment, Other,
    }
}

/// Sentences of a plugin are cut to this length.
const LONGEST_SENTENCE: usize = 500;

/// A failure as the plugin tells it, its sentences cut to a bearable length and freed of control
/// characters, since they go to terminals and pages.
pub(in crate::runtime) fn failure(told: wit::PluginError) -> Failure {
    let clean = |sentence: String| -> String {
        sentence.chars().filter(|c| !c.is_control()).take(LONGEST_SENTENCE).collect()
    };
    match told {
        wit::PluginError::AuthRequired(detail) => Failure::AuthRequired(clean(detail)),
        wit::PluginError::NeedsUserAction(action) => {
            Failure::NeedsUserAction(clean(action.message))
        }
        wit::PluginError::RateLimited(seconds) => Failure::RateLimited(seconds),
        wit::PluginError::Unavailable(detail) => Failure::Unavailable(clean(detail)),
        wit::PluginError::UpstreamChanged(detail) => Failure::UpstreamChanged(clean(detail)),
        wit::PluginError::Unsupported(detail) => Failure::Unsupported(clean(detail)),
        wit::PluginError::Failed(detail) => Failure::Failed(clean(detail)),
        wit::PluginError::BadData(bad) => Failure::BadData(Refusal {
            message: clean(bad.message),
            hint: bad.hint.map(clean),
            line: bad.line,
            column: bad.column,
        }),
    }
}
