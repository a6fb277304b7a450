//! Ten years of days: value history and returns of 100,000 transactions in 50 instruments, with a quote
//! of each on every trading day.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use stonks_benches::{AS_OF, facts_with_quotes};
use stonks_core::fx::Rates;
use stonks_core::holdings::Terms;
use stonks_core::ledger::Ledger;
use stonks_core::money::Currency;
use stonks_core::performance::{Scope, Series, value_history};

fn history(criterion: &mut Criterion) {
    let ledger = Ledger::new(facts_with_quotes(100_000));
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
