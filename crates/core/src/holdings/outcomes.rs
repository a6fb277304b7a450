//! What became of each family of instruments, kept until something of it changes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::courses::courses;
use super::families::Families;
use super::positions::{Outcome, Positions, Shared, basis};
use super::trades::Origins;
use super::transfers::transfers;
use super::{Holding, Terms, Told};
use crate::account::AccountName;
use crate::ledger::{InstrumentIndex, Ledger, Place, Touched};

/// What became of each family of instruments, for one account or all, one day, one base currency and the
/// same rates.
#[derive(Debug, Clone, Default)]
pub struct Outcomes(Vec<Arc<OfFamily>>);

#[derive(Debug)]
struct OfFamily {
    members: Vec<InstrumentIndex>,
    outcomes: Vec<Outcome>,
}

impl Outcomes {
    /// Forgets what no longer holds in the ledger with new facts.
    pub fn forget(&mut self, touched: &Touched) {
        self.0.retain(|family| {
            // What one instrument hands to another may depend on what both are worth.
            let depends_on_prices = family.members.len() > 1;
            let is_touched = |instrument: InstrumentIndex| {
                touched.has_rows(instrument)
                    || (depends_on_prices && touched.has_prices(instrument))
            };
            !family.members.iter().any(|instrument| is_touched(*instrument))
        });
    }

    /// Those that still are of whole families, and told in the currency of today's prices.
    fn holding_of(
        self,
        ledger: &Ledger,
        families: &HashMap<InstrumentIndex, Vec<InstrumentIndex>>,
        terms: Terms<'_>,
    ) -> Vec<Arc<OfFamily>> {
        let mut kept = self.0;
        kept.retain(|family| {
            let is_whole = family.members.first().and_then(|first| families.get(first));
            is_whole == Some(&family.members)
                && family.outcomes.iter().all(|((_, instrument), settled)| {
                    settled.basis == basis(ledger, *instrument, terms)
                })
        });
        kept
    }
}

/// Holdings, where `known` is what is known already of the same account and the same terms; and what is
/// known then.
#[must_use]
pub fn holdings_since(
    ledger: &Ledger,
    account: Option<&AccountName>,
    terms: Terms<'_>,
    known: Outcomes,
) -> (Vec<Holding>, Outcomes) {
    let families = Families::of(ledger);
    let mut members = families.members();
    let mut all = known.holding_of(ledger, &members, terms);
    let known: HashSet<InstrumentIndex> =
        all.iter().filter_map(|family| family.members.first().copied()).collect();
    let question = Question { account, is_told: false, watched: None };
    let is_wanted = |instrument| !known.contains(&families.first(instrument));
    for (first, (outcomes, _)) in develop(ledger, &families, terms, question, is_wanted) {
        let members = members.remove(&first).unwrap_or_default();
        all.push(Arc::new(OfFamily { members, outcomes }));
    }
    let outcomes = all.iter().flat_map(|family| &family.outcomes);
    (in_order(ledger, outcomes, terms), Outcomes(all))
}

/// What is asked about all families.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) account: Option<&'a AccountName>,
    /// Whether sales and corporate actions are to be told.
    pub(super) is_told: bool,
    /// The transaction of which it is to be told what it could use.
    pub(super) watched: Option<Place>,
}

/// What became of the wanted instruments, which are whole families, by the first of each.
pub(super) fn develop(
    ledger: &Ledger,
    families: &Families,
    terms: Terms<'_>,
    question: Question<'_>,
    is_wanted: impl Fn(InstrumentIndex) -> bool,
) -> BTreeMap<InstrumentIndex, (Vec<Outcome>, Told)> {
    let wanted: Vec<bool> = (0..ledger.instruments.len()).map(is_wanted).collect();
    let is_wanted = |instrument: InstrumentIndex| wanted[instrument];
    let courses = courses(ledger, families, terms.as_of, is_wanted);
    let shared = Shared {
        ledger,
        terms,
        transfers: transfers(ledger, terms.as_of, is_wanted),
        origins: Origins::new(ledger),
        is_told: question.is_told,
        watched: question.watched,
    };
    let is_asked =
        |book: usize| question.account.is_none_or(|account| *account == ledger.books[book].account);
    let told = courses
        .into_par_iter()
        .map(|(first, courses)| (first, Positions::new(&shared, courses).outcome(is_asked)));
    told.collect()
}

/// Holdings by book and instrument.
pub(super) fn in_order<'a>(
    ledger: &Ledger,
    outcomes: impl Iterator<Item = &'a Outcome>,
    terms: Terms<'_>,
) -> Vec<Holding> {
    let in_order: BTreeMap<_, _> = outcomes.map(|(key, settled)| (*key, settled)).collect();
    in_order.into_iter().map(|(key, settled)| settled.holding(ledger, key, terms)).collect()
}
