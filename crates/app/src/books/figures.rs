//! What pages ask for again and again, computed once for each state of the facts.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use stonks_core::account::AccountName;
use stonks_core::ledger::InstrumentIndex;
use stonks_core::performance::{DayValue, Series};
use stonks_core::portfolio::Portfolio;

use crate::reports::{FeeSummary, PerformanceReport, Query, ReconciliationRow, SalesReport};

/// So many answers are kept of each kind: a day's worth of looking around.
const MOST: usize = 32;

/// An account, or all; and the day.
type Question = (Option<AccountName>, Date);

/// The same about one instrument, or all.
type SeriesQuestion = (Option<AccountName>, Option<InstrumentIndex>, Date);

/// What each instrument brought, day by day.
type HoldingSeries = Vec<(InstrumentIndex, Series)>;

/// Answers to one kind of question, as long as the books they come from.
pub(crate) struct Answers<Q, T>(Mutex<HashMap<Q, Arc<T>>>);

impl<Q, T> Default for Answers<Q, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Eq + Hash, T> Answers<Q, T> {
    /// The answer that is known, or a new one. Two who ask at once may both compute it; nobody waits.
    pub(crate) fn to(&self, question: Q, compute: impl FnOnce() -> T) -> Arc<T> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&question) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(compute());
        let mut answers = known();
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(question, Arc::clone(&answer));
        answer
    }
}

/// Figures of one state of the facts.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) portfolios: Answers<Question, Portfolio>,
    pub(crate) histories: Answers<Question, Vec<DayValue>>,
    pub(crate) series: Answers<SeriesQuestion, Series>,
    pub(crate) holdings: Answers<Question, HoldingSeries>,
    /// By what was asked for, in words.
    pub(crate) performance: Answers<(String, Date), PerformanceReport>,
    pub(crate) reconciliation: Answers<Question, Vec<ReconciliationRow>>,
    pub(crate) fees: Answers<(Query, Date), FeeSummary>,
    pub(crate) sales: Answers<(Query, Option<i16>, Date), SalesReport>,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_answer_is_computed_once_and_the_memory_for_them_is_bounded() {
        let (answers, mut n_computed) = (Answers::<Question, _>::default(), 0);
        let mut ask = |day: i8| {
            let question = (None, date(2024, 1, 1).saturating_add(jiff::Span::new().days(day)));
            *answers.to(question, || {
                n_computed += 1;
                day
            })
        };
        assert_eq!([ask(1), ask(2), ask(1), ask(1)], [1, 2, 1, 1]);
        for day in 0..100 {
            assert_eq!(ask(day), day);
        }
        assert!((100..=103).contains(&n_computed), "{n_computed}");
        assert!(answers.0.lock().unwrap().len() <= MOST);
    }
}
