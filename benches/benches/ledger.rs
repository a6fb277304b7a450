//! From facts to holdings, beside a naive fold that knows neither lots nor corporate actions, nor
//! that a fact may be told twice.

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rust_decimal::Decimal;
use stonks_benches::{AS_OF, facts};
use stonks_core::fx::Rates;
use stonks_core::holdings::{Terms, development, holdings};
use stonks_core::ledger::Ledger;
use stonks_core::lots::CostMethod;
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

/// The books of the same facts, with another method in every account.
fn by(method: CostMethod, facts: &Facts) -> Ledger {
    let mut facts = facts.clone();
    let accounts = facts.deliveries.iter().filter_map(|delivery| delivery.account.clone());
    facts.methods = accounts.map(|account| (account, method)).collect();
    Ledger::new(facts)
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
        for method in [CostMethod::Average, CostMethod::Lifo, CostMethod::Hifo] {
            let books = by(method, &told);
            let name = format!("ledger to holdings, {method}");
            group.bench_function(BenchmarkId::new(name, n_transactions), |bencher| {
                bencher.iter(|| holdings(black_box(&books), None, terms));
            });
        }
        group.bench_function(
            BenchmarkId::new("every sale with its lots", n_transactions),
            |bencher| {
                bencher.iter(|| development(black_box(&books), None, terms));
            },
        );
        group.bench_function(BenchmarkId::new("naive sums", n_transactions), |bencher| {
            bencher.iter(|| naive(black_box(&told)).len());
        });
    }
    group.finish();
}

criterion_group!(benches, ledger);
criterion_main!(benches);
