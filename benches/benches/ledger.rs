//! From facts to holdings, beside a naive fold that knows neither lots nor corporate actions, nor
//! that a fact may be told twice.

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rust_decimal::Decimal;
use stonks_benches::{AS_OF, facts};
use stonks_core::fx::Rates;
use stonks_core::holdings::{Terms, holdings};
use stonks_core::ledger::Ledger;
use stonks_core::money::Currency;
use stonks_core::statement::Facts;

/// Units and money of each instrument, added up.
fn naive(facts: &Facts) -> HashMap<&str, (Decimal, Decimal)> {
    let mut sums = HashMap::new();
    for statement in &facts.transactions {
        let transaction = &statement.fact;
        let sum: &mut (Decimal, Decimal) = sums.entry(transaction.instrument.as_str()).or_default();
        sum.0 += transaction.quantity;
        sum.1 += transaction.amount.map_or(Decimal::ZERO, |money| money.amount);
    }
    sums
}

fn ledger(criterion: &mut Criterion) {
    let rates = Rates::default();
    let terms = Terms { rates: &rates, base: Currency::EUR, as_of: AS_OF };
    let mut group = criterion.benchmark_group("ledger");
    group.sample_size(20);
    for n_transactions in [10_000_u32, 100_000] {
        group.throughput(Throughput::Elements(n_transactions.into()));
        let told = facts(n_transactions);
        let books = Ledger::new(told.clone());
        assert!(!holdings(&books, None, terms).is_empty(), "the data leaves something held");
        group.bench_function(BenchmarkId::new("facts to holdings", n_transactions), |bencher| {
            bencher.iter_batched(
                || told.clone(),
                |told| holdings(&Ledger::new(told), None, terms),
                BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("ledger to holdings", n_transactions), |bencher| {
            bencher.iter(|| holdings(black_box(&books), None, terms));
        });
        group.bench_function(BenchmarkId::new("naive sums", n_transactions), |bencher| {
            bencher.iter(|| naive(black_box(&told)).len());
        });
    }
    group.finish();
}

criterion_group!(benches, ledger);
criterion_main!(benches);
