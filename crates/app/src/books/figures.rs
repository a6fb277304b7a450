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
struct Answers<Q, T>(Mutex<HashMap<Q, Arc<T>>>);

impl<Q, T> Default for Answers<Q, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Eq + Hash, T> Answers<Q, T> {
    /// The answer that is known, or a new one. Two who ask at once may both compute it; nobody waits.
    fn to(&self, question: Q, compute: impl FnOnce() -> T) -> Arc<T> {
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
    portfolios: Answers<Question, Portfolio>,
    histories: Answers<Question, Vec<DayValue>>,
    series: Answers<SeriesQuestion, Series>,
    holdings: Answers<Question, HoldingSeries>,
    /// By what was asked for, in words.
    performance: Answers<(String, Date), PerformanceReport>,
    reconciliation: Answers<Question, Vec<ReconciliationRow>>,
    fees: Answers<(Query, Date), FeeSummary>,
    sales: Answers<(Query, Option<i16>, Date), SalesReport>,
}

impl Figures {
    pub(crate) fn portfolio(
        &self,
        question: Question,
        compute: impl FnOnce() -> Portfolio,
    ) -> Arc<Portfolio> {
        self.portfolios.to(question, compute)
    }

    pub(crate) fn history(
        &self,
        question: Question,
        compute: impl FnOnce() -> Vec<DayValue>,
    ) -> Arc<Vec<DayValue>> {
        self.histories.to(question, compute)
    }

    pub(crate) fn series(
        &self,
        question: SeriesQuestion,
        compute: impl FnOnce() -> Series,
    ) -> Arc<Series> {
        self.series.to(question, compute)
    }

    pub(crate) fn performance(
        &self,
        question: (String, Date),
        compute: impl FnOnce() -> PerformanceReport,
    ) -> Arc<PerformanceReport> {
        self.performance.to(question, compute)
    }

    pub(crate) fn reconciliation(
        &self,
        question: Question,
        compute: impl FnOnce() -> Vec<ReconciliationRow>,
    ) -> Arc<Vec<ReconciliationRow>> {
        self.reconciliation.to(question, compute)
    }

    pub(crate) fn fees(
        &self,
        question: (Query, Date),
        compute: impl FnOnce() -> FeeSummary,
    ) -> Arc<FeeSummary> {
        self.fees.to(question, compute)
    }

    pub(crate) fn sales(
        &self,
        question: (Query, Option<i16>, Date),
        compute: impl FnOnce() -> SalesReport,
    ) -> Arc<SalesReport> {
        self.sales.to(question, compute)
    }

    pub(crate) fn holdings(
        &self,
        question: Question,
        compute: impl FnOnce() -> HoldingSeries,
    ) -> Arc<HoldingSeries> {
        self.holdings.to(question, compute)
    }
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
