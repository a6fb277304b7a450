//! Ten years of days: value history and returns of 100,000 transactions in 50 instruments, with a quote
//! of each on every trading day.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::Span;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use stonks_benches::{AS_OF, facts};
use stonks_core::fact::{Fact, Located, Location};
use stonks_core::fx::Rates;
use stonks_core::holdings::Terms;
use stonks_core::ledger::Ledger;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::performance::{Scope, Series, is_trading_day, value_history};
use stonks_core::quotes::Quote;
use stonks_core::statement::{Delivery, Facts};

/// The first day with a quote.
const FIRST: Date = date(2020, 12, 31);

/// A quote of every instrument that the data names, on each trading day, delivered by the same
/// account, so that it is of the same instruments.
fn quotes(told: &Facts) -> (Delivery, Vec<Located>) {
    let days: Vec<Date> = FIRST
        .series(Span::new().days(1))
        .take_while(|day| *day < AS_OF)
        .filter(|day| is_trading_day(*day))
        .collect();
    let mut located = Vec::new();
    for (number, statement) in told.instruments.iter().enumerate() {
        located.push(Fact::Instrument(statement.fact.clone()));
        for (place, day) in days.iter().enumerate() {
            let cents = 5_000 + i64::try_from((place * 7 + number * 13) % 997).unwrap_or(0);
            located.push(Fact::Quote(Quote {
                identity: format!("quote-{number}-{place}").parse().expect("an identity"),
                instrument: statement.fact.identity.clone(),
                at: Moment::day(*day),
                price: Decimal::new(cents, 2),
                currency: Currency::EUR,
            }));
        }
    }
    let located = located.into_iter().map(|fact| Located { fact, location: Location::default() });
    let delivery = Delivery { name: "quotes".to_owned(), ..told.deliveries[0].clone() };
    (delivery, located.collect())
}

fn history(criterion: &mut Criterion) {
    let mut told = facts(100_000);
    let (delivery, located) = quotes(&told);
    told.deliver(delivery, located);
    let ledger = Ledger::new(told);
    let rates = Rates::default();
    let terms = Terms { rates: &rates, base: Currency::EUR, as_of: AS_OF };
    let mut group = criterion.benchmark_group("history");
    group.sample_size(20);
    group.bench_function(BenchmarkId::new("value history", 100_000), |bencher| {
        bencher.iter(|| value_history(black_box(&ledger), None, None, terms).len());
    });
    group.bench_function(BenchmarkId::new("history and returns", 100_000), |bencher| {
        bencher.iter(|| {
            let series = Series::of(black_box(&ledger), Scope::Portfolio, terms);
            let whole = series.whole().expect("the data has days");
            let yearly = series.yearly(whole).map(|years| years.len());
            (series.money_weighted(whole), series.drawdown(whole), series.volatility(whole), yearly)
        });
    });
    group.bench_function(BenchmarkId::new("returns of each holding", 100_000), |bencher| {
        bencher.iter(|| {
            let all = Series::of_holdings(black_box(&ledger), None, terms);
            all.iter()
                .filter(|(_, of)| of.whole().is_some_and(|whole| of.time_weighted(whole).is_ok()))
                .count()
        });
    });
    group.finish();
}

criterion_group!(benches, history);
criterion_main!(benches);
