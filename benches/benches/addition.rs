//! One fact more in a ledger of ten years: added, with what it touches computed anew, beside the naive way
//! of making everything anew. Both end with holdings and the value of every day.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::civil::{Date, date};
use stonks_benches::{AS_OF, facts, facts_with_quotes, quote};
use stonks_core::fact::{Fact, Located, Location};
use stonks_core::fx::Rates;
use stonks_core::holdings::{Outcomes, Terms};
use stonks_core::ledger::Ledger;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::performance::{DayValue, value_history, value_history_since};
use stonks_core::portfolio::{portfolio, portfolio_since};
use stonks_core::statement::{Delivery, Facts};

/// A day in the middle of the data.
const LONG_AGO: Date = date(2021, 1, 4);

/// A purchase of one more unit, as the first of the data was.
fn trade(day: Date) -> Fact {
    let first = facts(1).transactions.remove(0);
    let mut trade = *first.fact;
    trade.identity = "one-more".parse().expect("an identity");
    trade.at = Moment::day(day);
    Fact::Transaction(trade)
}

/// One fact behind those deliveries.
fn one_more(known: &[Delivery], fact: Fact) -> Facts {
    let mut facts = Facts { deliveries: known.to_vec(), ..Facts::default() };
    let next = Delivery { id: 3, name: "one more".to_owned(), ..known[0].clone() };
    facts.deliver(next, vec![Located { fact, location: Location::default() }]);
    facts
}

/// Facts and one more.
fn with_one_more(mut told: Facts, fact: &Fact) -> Facts {
    let next = Delivery { id: 3, name: "one more".to_owned(), ..told.deliveries[0].clone() };
    told.deliver(next, vec![Located { fact: fact.clone(), location: Location::default() }]);
    told
}

/// What is known when the fact comes.
#[derive(Clone)]
struct State {
    ledger: Ledger,
    outcomes: Outcomes,
    days: Vec<DayValue>,
}

impl State {
    fn of(ledger: Ledger, terms: Terms<'_>) -> Self {
        let outcomes = portfolio_since(&ledger, None, terms, Outcomes::default()).1;
        let days = value_history(&ledger, None, None, terms);
        Self { ledger, outcomes, days }
    }

    fn with(self, facts: Facts, terms: Terms<'_>) -> Self {
        let Self { ledger, mut outcomes, days } = self;
        let (ledger, touched) = ledger.with(facts).expect("it is plainly new");
        outcomes.forget(&touched);
        let (whole, outcomes) = portfolio_since(&ledger, None, terms, outcomes);
        black_box(whole);
        let days = value_history_since(&ledger, None, terms, (days, touched.since()));
        Self { ledger, outcomes, days }
    }
}

fn addition(criterion: &mut Criterion) {
    let rates = Rates::default();
    let terms = Terms { rates: &rates, base: Currency::EUR, as_of: AS_OF };
    let mut group = criterion.benchmark_group("addition");
    group.sample_size(20);
    for n_transactions in [1_000_u32, 10_000, 100_000] {
        let told = facts_with_quotes(n_transactions);
        let state = State::of(Ledger::new(told.clone()), terms);
        let facts = [
            ("a trade of today", trade(AS_OF)),
            ("a quote of today", Fact::Quote(quote(0, AS_OF, 5_000))),
            ("a trade of years ago", trade(LONG_AGO)),
        ];
        for (name, fact) in facts {
            group.bench_function(BenchmarkId::new(name, n_transactions), |bencher| {
                bencher.iter_batched(
                    || (state.clone(), one_more(&told.deliveries, fact.clone())),
                    |(state, facts)| state.with(facts, terms),
                    BatchSize::PerIteration,
                );
            });
        }
        let naive = BenchmarkId::new("all anew", n_transactions);
        group.bench_function(naive, |bencher| {
            bencher.iter_batched(
                || with_one_more(told.clone(), &trade(AS_OF)),
                |told| {
                    let ledger = Ledger::new(told);
                    let days = value_history(&ledger, None, None, terms);
                    (portfolio(&ledger, None, terms), days, ledger)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, addition);
criterion_main!(benches);
