//! What pages ask for again and again, computed once for each state of the facts.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use stonks_core::account::AccountName;
use stonks_core::holdings::Outcomes;
use stonks_core::ledger::{InstrumentIndex, Touched};
use stonks_core::performance::{DayValue, Series};
use stonks_core::portfolio::Portfolio;

use crate::reports::{FeeSummary, PerformanceReport, Query, ReconciliationRow, SalesReport};

/// So many answers are kept of most kinds: a day's worth of looking around.
const MOST: usize = 32;

/// So many of those that tell every day of every holding: each may take ten megabytes.
const MOST_OF_LARGE: usize = 4;

/// An account, or all; and the day.
type Question = (Option<AccountName>, Date);

/// The same about one instrument, or all.
type SeriesQuestion = (Option<AccountName>, Option<InstrumentIndex>, Date);

/// What each instrument brought, day by day.
type HoldingSeries = Vec<(InstrumentIndex, Series)>;

/// Answers to one kind of question, as long as the books they come from.
pub(crate) struct Answers<Q, T, const N: usize = MOST>(Mutex<HashMap<Q, Arc<T>>>);

impl<Q, T, const N: usize> Default for Answers<Q, T, N> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Eq + Hash, T, const N: usize> Answers<Q, T, N> {
    /// The answer that is known, or a new one. Two who ask at once may both compute it; nobody waits.
    pub(crate) fn to(&self, question: Q, compute: impl FnOnce() -> T) -> Arc<T> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&question) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(compute());
        let mut answers = known();
        if answers.len() >= N {
            answers.clear();
        }
        answers.insert(question, Arc::clone(&answer));
        answer
    }
}

/// So many that nobody asked for are carried on when new facts come.
const MOST_UNASKED: usize = 2;

/// An answer of which a part may still hold when new facts come.
pub(crate) trait Lasting: Sized {
    /// What is kept of it.
    type Rest;

    fn rest(answer: Arc<Self>) -> Self::Rest;

    /// What still holds once these instruments and days were touched; none where nothing does.
    fn touched(rest: Self::Rest, touched: &Touched) -> Option<Self::Rest>;
}

/// What all accounts or one hold, and what is known of each family of instruments.
pub(crate) type Valued = (Arc<Portfolio>, Outcomes);

impl Lasting for Valued {
    type Rest = Outcomes;

    fn rest(answer: Arc<Self>) -> Outcomes {
        answer.1.clone()
    }

    fn touched(mut rest: Outcomes, touched: &Touched) -> Option<Outcomes> {
        rest.forget(touched);
        Some(rest)
    }
}

/// Days that are known, of which those before the date still hold.
pub(crate) type Days<T> = (Arc<T>, Date);

/// Answers about one day after the other.
macro_rules! days_that_last {
    ($($type:ty),*) => {$(
        impl Lasting for $type {
            type Rest = Days<Self>;

            fn rest(answer: Arc<Self>) -> Days<Self> {
                (answer, Date::MAX)
            }

            fn touched((days, since): Days<Self>, touched: &Touched) -> Option<Days<Self>> {
                let since = since.min(touched.since());
                (since > Date::MIN).then_some((days, since))
            }
        }
    )*};
}

days_that_last!(Vec<DayValue>, Series, HoldingSeries);

/// Answers to one kind of question, and what still holds of those that the books of before gave.
pub(crate) struct LastingAnswers<Q, T: Lasting, const N: usize = MOST> {
    answers: Answers<Q, T, N>,
    rests: Mutex<HashMap<Q, T::Rest>>,
}

impl<Q, T: Lasting, const N: usize> Default for LastingAnswers<Q, T, N> {
    fn default() -> Self {
        Self { answers: Answers::default(), rests: Mutex::default() }
    }
}

impl<Q: Eq + Hash, T: Lasting, const N: usize> LastingAnswers<Q, T, N> {
    /// The answer that is known, or a new one from what still holds of the last. Of two who ask at once, one
    /// may have nothing to begin with.
    pub(crate) fn to(&self, question: Q, compute: impl FnOnce(Option<T::Rest>) -> T) -> Arc<T> {
        let rest = self.rests.lock().unwrap_or_else(PoisonError::into_inner).remove(&question);
        self.answers.to(question, || compute(rest))
    }

    /// What still holds of all answers once new facts have come. Of what nobody asked these books little is
    /// kept: a question of yesterday may never be asked again.
    fn after(self, touched: &Touched) -> Self {
        let answers = self.answers.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let unasked = self.rests.into_inner().unwrap_or_else(PoisonError::into_inner);
        let asked = answers.into_iter().map(|(question, answer)| (question, T::rest(answer)));
        let rests = asked.chain(unasked.into_iter().take(MOST_UNASKED));
        let rests =
            rests.filter_map(|(question, rest)| Some((question, T::touched(rest, touched)?)));
        Self { answers: Answers::default(), rests: Mutex::new(rests.collect()) }
    }
}

/// Figures of one state of the facts.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) portfolios: LastingAnswers<Question, Valued>,
    pub(crate) histories: LastingAnswers<Question, Vec<DayValue>>,
    pub(crate) series: LastingAnswers<SeriesQuestion, Series>,
    pub(crate) holdings: LastingAnswers<Question, HoldingSeries, MOST_OF_LARGE>,
    /// By what was asked for, in words.
    pub(crate) performance: Answers<(String, Date), PerformanceReport>,
    pub(crate) reconciliation: Answers<Question, Vec<ReconciliationRow>>,
    pub(crate) fees: Answers<(Query, Date), FeeSummary>,
    pub(crate) sales: Answers<(Query, Option<i16>, Date), SalesReport>,
}

impl Figures {
    /// Those of the books with new facts, that begin with what still holds.
    pub(super) fn after(self, touched: &Touched) -> Self {
        Self {
            portfolios: self.portfolios.after(touched),
            histories: self.histories.after(touched),
            series: self.series.after(touched),
            holdings: self.holdings.after(touched),
            ..Self::default()
        }
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
