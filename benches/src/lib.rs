//! Data for the benchmarks, the same in every run, and where the guests are.

pub mod journals;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use stonks_app::{Compiler, Config, PythonOptions};
use stonks_core::fact::{Fact, Located, Location};
use stonks_core::instrument::{AssetClass, Instrument};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::performance::is_trading_day;
use stonks_core::quotes::Quote;
use stonks_core::statement::{Delivery, Facts};
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

/// How many instruments the data trades in.
const N_INSTRUMENTS: u32 = 50;

/// The day after everything in the data: long past, so that all of it counts whatever day it is.
pub const AS_OF: Date = date(2026, 1, 1);

/// Where `cargo xtask plugins` puts components.
///
/// # Panics
/// Where they aren't built.
#[must_use]
pub fn built(kind: &str) -> PathBuf {
    let folder = target().join(kind);
    assert!(folder.exists(), "{} is missing: run `cargo xtask plugins`", folder.display());
    folder
}

/// The program as `cargo build --release` leaves it.
///
/// # Panics
/// Where it isn't built.
#[must_use]
pub fn program() -> PathBuf {
    let program = target().join("release/stonks");
    assert!(program.exists(), "{} is missing: run `cargo build --release`", program.display());
    program
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from)
}

/// A clock that stands.
#[must_use]
pub fn clock() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    Arc::new(|| Timestamp::UNIX_EPOCH)
}

/// An installation in a folder, whose time is that at which the data ends.
///
/// # Panics
/// Where the plugins aren't built.
#[must_use]
pub fn config(data_dir: &Path) -> Config {
    let end: Timestamp = format!("{AS_OF}T00:00:00Z").parse().expect("a moment");
    Config {
        data_dir: data_dir.to_path_buf(),
        database_url: None,
        plugin_dirs: vec![built("plugins")],
        places: Default::default(),
        built_ins: &[],
        base_currency: Currency::EUR,
        clock: Arc::new(move || end),
        compiler: Compiler::Here,
        python: PythonOptions::default(),
        vault_passphrase: None,
        is_resident: false,
    }
}

/// One line of a portfolio's life: nine purchases, then a sale, through all instruments in turn.
struct Trade {
    number: u32,
    instrument: u32,
    /// Positive: bought.
    quantity: i64,
    cents: i64,
}

fn trades(n_trades: u32) -> impl Iterator<Item = Trade> {
    (0..n_trades).map(|number| Trade {
        number,
        instrument: number % N_INSTRUMENTS,
        quantity: if number / N_INSTRUMENTS % 10 == 9 { -20 } else { 3 + i64::from(number % 7) },
        cents: 5_000 + i64::from(number % 997),
    })
}

impl Trade {
    /// Ten trades or more on each day.
    fn day(&self, n_trades: u32) -> Date {
        let of_span = i64::from(self.number) * 3_650 / i64::from(n_trades);
        date(2016, 1, 1).saturating_add(jiff::Span::new().days(of_span))
    }

    fn isin(&self) -> String {
        isin(self.instrument)
    }
}

/// With a valid check digit, which is that of the Luhn sum over the letters' values (ISO 6166).
fn isin(instrument: u32) -> String {
    let body = format!("IE{:09}", 100_000 + instrument);
    let digits: Vec<u32> = body
        .chars()
        .flat_map(|letter| letter.to_digit(36).unwrap_or_default().to_string().into_bytes())
        .map(|digit| u32::from(digit - b'0'))
        .collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 } else { *digit })
        .map(|value| value / 10 + value % 10)
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn instrument(number: u32) -> Instrument {
    let isin = isin(number);
    Instrument {
        identity: format!("isin:{isin}").parse().expect("an identity"),
        asset_class: AssetClass::Etf,
        name: Some(format!("EXAMPLE FUND {number}")),
        symbol: None,
        isin: isin.parse().ok(),
        market: None,
        currency: Some(Currency::EUR),
        multiplier: None,
        terms: None,
        sector: None,
        country: None,
        codes: Vec::new(),
    }
}

/// What a ledger is made of: trades of one account, with a fee each.
///
/// # Panics
/// Never, for the data is fixed.
#[must_use]
pub fn facts(n_transactions: u32) -> Facts {
    let delivery = Delivery {
        id: 1,
        account: Some("bench".parse().expect("a name")),
        plugin: "bench".to_owned(),
        version: "1.0.0".to_owned(),
        rank: 0,
        name: "Transactions.csv".to_owned(),
    };
    let instruments = (0..N_INSTRUMENTS).map(|number| Located {
        fact: Fact::Instrument(instrument(number)),
        location: Location::default(),
    });
    let transactions = trades(n_transactions).map(|trade| {
        let identity = format!("trade:{}", trade.number).parse().expect("an identity");
        let (quantity, price) = (Decimal::from(trade.quantity), Decimal::new(trade.cents, 2));
        let fact = Transaction {
            identity,
            broker_account: None,
            instrument: format!("isin:{}", trade.isin()).parse().expect("an identity"),
            kind: if trade.quantity > 0 { TransactionKind::Buy } else { TransactionKind::Sell },
            at: Moment::day(trade.day(n_transactions)),
            settlement_date: None,
            quantity,
            price: Some(price),
            price_currency: Some(Currency::EUR),
            amount: Some(Money::new(-quantity * price, Currency::EUR)),
            accrued: None,
            fees: vec![Fee {
                kind: FeeKind::Transaction,
                money: Money::new(Decimal::NEGATIVE_ONE, Currency::EUR),
                description: None,
            }],
            settled: None,
            exchange_rate: None,
            order: None,
            group: None,
            venue: None,
            description: None,
        };
        Located {
            fact: Fact::Transaction(fact),
            location: Location { line: Some(trade.number + 2), path: None },
        }
    });
    let mut facts = Facts::default();
    facts.deliver(delivery, instruments.chain(transactions).collect());
    facts
}

/// The same with a quote of every instrument on each trading day, delivered by the same account, so that it
/// is of the same instruments.
///
/// # Panics
/// Never, for the data is fixed.
#[must_use]
pub fn facts_with_quotes(n_transactions: u32) -> Facts {
    let mut facts = facts(n_transactions);
    let days: Vec<Date> = date(2015, 12, 31)
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day < AS_OF)
        .filter(|day| is_trading_day(*day))
        .collect();
    let mut located = Vec::new();
    for number in 0..N_INSTRUMENTS {
        for (place, day) in days.iter().enumerate() {
            let cents = 5_000 + i64::try_from(place).unwrap_or(0) * 7 % 997 + i64::from(number);
            located.push(Located {
                fact: Fact::Quote(quote(number, *day, cents)),
                location: Location::default(),
            });
        }
    }
    let delivery = Delivery { id: 2, name: "quotes".to_owned(), ..facts.deliveries[0].clone() };
    facts.deliver(delivery, located);
    facts
}

/// A quote in cents.
///
/// # Panics
/// Never, for the names are fixed.
#[must_use]
pub fn quote(instrument: u32, day: Date, cents: i64) -> Quote {
    Quote {
        identity: format!("quote-{instrument}-{day}").parse().expect("an identity"),
        instrument: format!("isin:{}", isin(instrument)).parse().expect("an identity"),
        at: Moment::day(day),
        price: Decimal::new(cents, 2),
        currency: Currency::EUR,
    }
}

/// DEGIRO's `Transactions.csv` in English, the newest first.
#[must_use]
pub fn degiro_export(n_rows: u32) -> String {
    let mut all: Vec<Trade> = trades(n_rows).collect();
    all.reverse();
    degiro_file(all.iter().map(|trade| (trade, trade.day(n_rows), trade.number)))
}

/// The same with one trade of the last day, another for each number.
#[must_use]
pub fn one_trade(number: u32) -> String {
    // What a trade is told by: its moment, units and price.
    let trade = Trade { number, instrument: 0, quantity: 3, cents: 5_000 + i64::from(number) };
    let last = AS_OF.yesterday().unwrap_or(AS_OF);
    degiro_file(std::iter::once((&trade, last, u32::MAX - number)))
}

/// Trades, each with its day and the number of its order.
fn degiro_file<'a>(trades: impl Iterator<Item = (&'a Trade, Date, u32)>) -> String {
    use std::fmt::Write;

    let mut file = String::from(
        "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,\
         Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,\n",
    );
    for (trade, day, order) in trades {
        let quantity = trade.quantity;
        let value = Decimal::new(-trade.cents * quantity, 2);
        let _ = writeln!(
            file,
            "{},{:02}:{:02},EXAMPLE FUND {},{},EAM,XAMS,{quantity},{},EUR,{value},EUR,{value},,,-1.00,{},{order:08x}-0000-4000-8000-000000000000,",
            day.strftime("%d-%m-%Y"),
            8 + trade.number % 9,
            trade.number % 60,
            trade.instrument,
            trade.isin(),
            Decimal::new(trade.cents, 2),
            value - Decimal::ONE,
        );
    }
    file
}

/// Quotes of all instruments on each weekday of the ten years, as `generic-csv` reads them.
///
/// # Panics
/// Never, for the data is fixed.
#[must_use]
pub fn quotes_export() -> String {
    use std::fmt::Write;

    let mut file = String::from("date,kind,isin,price,currency\n");
    let first = date(2015, 12, 31);
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day < AS_OF);
    for (place, day) in days.enumerate() {
        if matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday) {
            continue;
        }
        for number in 0..N_INSTRUMENTS {
            let cents = 5_000 + i64::try_from(place).unwrap_or(0) * 7 % 997 + i64::from(number);
            let _ = writeln!(file, "{day},quote,{},{},EUR", isin(number), Decimal::new(cents, 2));
        }
    }
    file
}
