//! New facts beside those that the ledger knows, and what they change.
//!
//! A ledger is made by adding all facts to an empty one, and kept up by adding those that are new. Both
//! go this one way, so that both come to the same; what a new fact doesn't touch stays as it is.

use jiff::civil::Date;
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};

use super::building::{BookVersions, Books, Built, Context};
use super::instruments::{InstrumentNames, merge_instruments};
use super::prices::{Prices, Quoted};
use super::touched::{Marks, Touched};
use super::{Ledger, StartAnew};
use crate::account::BrokerAccount;
use crate::fact::Note;
use crate::fx::FxRate;
use crate::instrument::Instrument;
use crate::quotes::{PriceHistory, Quote};
use crate::statement::{Arrived, Completed, Delivery, Facts, Owners, Statement, Versions};

/// What new facts are held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    owners: Owners,
    names: InstrumentNames,
    instruments: Listed<Instrument>,
    broker_accounts: Listed<BrokerAccount>,
    books: BookVersions,
    quotes: Versions<Quote>,
    fx_rates: Versions<FxRate>,
    notes: Versions<Note>,
    /// Whether a fact found no place, which one to come might give it.
    has_unplaced: bool,
}

/// Instruments as they are numbered now.
struct Renumbered {
    /// Those that are told in another way.
    marks: Marks,
    /// Whether any number is another's, or new.
    is_any: bool,
}

/// Facts of one kind, in the order of first arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed<T> {
    facts: Vec<Statement<T>>,
    versions: Versions<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { facts: Vec::new(), versions: Versions::default() }
    }
}

impl Ledger {
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        // To an empty ledger anything can be added: nothing is known that could turn out otherwise.
        let made = Self::default().with(facts);
        debug_assert!(made.is_ok(), "an empty ledger knows nothing");
        made.map(|(ledger, _)| ledger).unwrap_or_default()
    }

    /// The ledger with new facts, the same as one that is made of all of them at once; and what they changed.
    ///
    /// The deliveries of `facts` begin with those that the ledger knows, its methods and choices are all
    /// that count from now on, and what else it holds is new.
    ///
    /// # Errors
    /// [`StartAnew`] where it can't be had from what is known.
    pub fn with(mut self, mut facts: Facts) -> Result<(Self, Touched), StartAnew> {
        let n_known = self.continue_with(std::mem::take(&mut facts.deliveries))?;
        let n_books = self.books.len();
        let Renumbered { marks, is_any } =
            self.add_instruments(std::mem::take(&mut facts.instruments))?;
        self.add_shared(&mut facts);
        let mut touched = self.add_booked(facts, n_known, marks)?;
        if is_any {
            touched = Touched::all(self.instruments.len());
        }
        // Every place names a book by its number.
        if self.books.len() > n_books {
            touched.rows.fill(true);
        }
        Ok((self, touched))
    }

    /// Takes over deliveries that continue those of before, and tells how many those are.
    fn continue_with(&mut self, deliveries: Vec<Delivery>) -> Result<usize, StartAnew> {
        let n_known = self.deliveries.len();
        let is_continued = deliveries.get(..n_known).is_some_and(|known| {
            known.iter().zip(&self.deliveries).all(|(now, before)| now.is_same(before))
        });
        if !is_continued || self.known.has_unplaced {
            return Err(StartAnew);
        }
        self.known.owners.extend(&deliveries[n_known..]);
        self.deliveries = deliveries;
        Ok(n_known)
    }

    /// Takes in what belongs to books, and quotes. `marks` are of the instruments that changed by
    /// themselves.
    fn add_booked(
        &mut self,
        mut facts: Facts,
        n_known: usize,
        marks: Marks,
    ) -> Result<Touched, StartAnew> {
        let known = &mut self.known;
        let telling = known.owners.telling(n_known);
        let context = Context {
            deliveries: &self.deliveries,
            owners: &known.owners,
            names: &known.names,
            telling: &telling,
        };
        let mut quoted = Quoted {
            quotes: std::mem::take(&mut self.quotes),
            instruments: std::mem::take(&mut self.quoted),
            versions: std::mem::take(&mut known.quotes),
            has_unplaced: false,
        };
        let quotes = std::mem::take(&mut facts.quotes);
        let mut prices = vec![Prices::default(); marks.told.len()];
        let mut in_quotes = vec![false; marks.told.len()];
        let mut books = Books::new(context, std::mem::take(&mut self.books), marks);
        // Neither knows of the other, and each may be most of the work.
        let (built, told) = rayon::join(
            || {
                books.add(&mut facts, &mut known.books)?;
                Ok(books.in_order(&known.broker_accounts.facts, &facts.methods, &facts.choices))
            },
            || {
                quoted.add(context, quotes, &mut in_quotes)?;
                quoted.tell_prices(context.deliveries, &in_quotes, &mut prices);
                Ok(())
            },
        );
        told?;
        let Built { books, mut marks, has_unplaced } = built?;
        // What books touched alone wasn't known when the quotes were told.
        let in_books_alone: Vec<bool> =
            marks.told.iter().zip(&in_quotes).map(|(own, told)| *own && !told).collect();
        quoted.tell_prices(&self.deliveries, &in_books_alone, &mut prices);
        known.has_unplaced = has_unplaced || quoted.has_unplaced;
        known.quotes = quoted.versions;
        (self.quotes, self.quoted, self.books) = (quoted.quotes, quoted.instruments, books);
        let repriced: Vec<bool> =
            marks.told.iter().zip(in_quotes).map(|(own, told)| *own || told).collect();
        let prices = self.price(&repriced, prices, &mut marks);
        let rows = marks.told.into_iter().zip(marks.moved).map(|(told, moved)| told || moved);
        Ok(Touched { rows: rows.collect(), prices, since: marks.since })
    }

    /// Makes the price histories of what is marked anew, from `prices` that quotes tell and from those that
    /// books do. By instrument, whether its prices are others than they were.
    fn price(
        &mut self,
        repriced: &[bool],
        mut prices: Vec<Prices>,
        marks: &mut Marks,
    ) -> Vec<bool> {
        for (place, book) in self.books.iter().enumerate() {
            book.tell_prices(repriced, &mut prices);
            book.tell_splits(place, repriced, &mut prices);
        }
        let known = std::mem::take(&mut self.prices);
        let told = prices.into_par_iter().zip(known).zip(repriced);
        let told = told.map(|((prices, known), is_repriced)| {
            if !is_repriced {
                return (known, None);
            }
            let history = prices.history();
            let since = history.first_change_from(&known);
            (history, since)
        });
        let (histories, changes): (Vec<PriceHistory>, Vec<Option<Date>>) = told.unzip();
        self.prices = histories;
        changes.iter().flatten().for_each(|date| marks.on(*date));
        changes.iter().map(Option::is_some).collect()
    }

    /// Takes instruments in.
    fn add_instruments(
        &mut self,
        statements: Vec<Statement<Instrument>>,
    ) -> Result<Renumbered, StartAnew> {
        let Known { owners, names, instruments, .. } = &mut self.known;
        if !instruments.add((&self.deliveries, owners), statements) {
            return Ok(Renumbered { marks: Marks::new(self.instruments.len()), is_any: false });
        }
        let (merged, names_now) = merge_instruments(&self.deliveries, owners, &instruments.facts);
        let places = names.moved_to(&names_now, self.instruments.len()).ok_or(StartAnew)?;
        let is_any = merged.len() != places.len()
            || places.iter().enumerate().any(|(before, now)| before != *now);
        let mut marks = Marks::new(merged.len());
        let mut prices = vec![PriceHistory::default(); merged.len()];
        let before = std::mem::take(&mut self.instruments).into_iter();
        for ((before, place), known) in before.zip(&places).zip(std::mem::take(&mut self.prices)) {
            if merged[*place] != before {
                marks.tell(*place);
                marks.always();
            }
            prices[*place] = known;
        }
        (self.instruments, self.prices) = (merged, prices);
        *names = names_now;
        for instrument in &mut self.quoted {
            *instrument = places[*instrument];
        }
        for book in &mut self.books {
            let owner = owners.of_account(&book.account);
            book.renumber(&places, |name| names.find(owner?, name), &mut marks);
        }
        Ok(Renumbered { marks, is_any })
    }

    /// Takes in what belongs to no book.
    fn add_shared(&mut self, facts: &mut Facts) {
        let told_by = (self.deliveries.as_slice(), &self.known.owners);
        self.known.broker_accounts.add(told_by, std::mem::take(&mut facts.broker_accounts));
        let notes = std::mem::take(&mut facts.notes);
        take_in(&mut self.notes, &mut self.known.notes, told_by, notes);
        let fx_rates = std::mem::take(&mut facts.fx_rates);
        if fx_rates.is_empty() {
            return;
        }
        let known = std::mem::take(&mut self.fx_rates).into_iter();
        let known = known.zip(std::mem::take(&mut self.fx_sources));
        let mut all = known.map(|(fact, source)| Statement { fact, source }).collect();
        take_in(&mut all, &mut self.known.fx_rates, told_by, fx_rates);
        (self.fx_rates, self.fx_sources) =
            all.into_iter().map(|told| (told.fact, told.source)).unzip();
    }
}

impl<T: Completed + Clone + PartialEq> Listed<T> {
    /// Takes statements in. Whether they say anything new.
    fn add(&mut self, told_by: (&[Delivery], &Owners), statements: Vec<Statement<T>>) -> bool {
        take_in(&mut self.facts, &mut self.versions, told_by, statements)
    }
}

/// Takes statements into a list. Whether they say anything new.
fn take_in<T: Completed + Clone + PartialEq>(
    list: &mut Vec<Statement<T>>,
    versions: &mut Versions<T>,
    told_by: (&[Delivery], &Owners),
    statements: Vec<Statement<T>>,
) -> bool {
    let known = || {
        let all = list.iter().enumerate();
        all.map(|(place, told)| {
            (place, told_by.1.of_delivery(told.source.delivery), told.fact.identity())
        })
    };
    let told = |place: usize| list[place].clone();
    let Arrived { new, changed } = versions.arrive(told_by, statements, known, told);
    let is_any = !new.is_empty() || !changed.is_empty();
    for (place, statement) in changed {
        list[place] = statement;
    }
    list.extend(new);
    is_any
}
