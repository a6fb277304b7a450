//! The ledger, read from the database and kept until the facts change.

pub(crate) mod figures;
mod loading;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use stonks_core::account::AccountName;
use stonks_core::fx::Rates;
use stonks_core::ledger::Ledger;
use stonks_core::money::Currency;
use stonks_core::statement::Facts;

use figures::Figures;
use loading::{Deliveries, Loaded};

use crate::app::App;
use crate::db::accounts::AccountRow;
use crate::db::deliveries::DeliveryRow;
use crate::db::{Transaction, accounts, columns, settings};
use crate::mapping::Changes;

/// The ledger and the rates for every currency in it.
pub(crate) struct Books {
    pub(crate) ledger: Ledger,
    pub(crate) rates: Rates,
    /// Names of all accounts, also of those that hold nothing yet.
    pub(crate) accounts: Vec<AccountName>,
    /// What middleware changed.
    pub(crate) changes: Changes,
    pub(crate) figures: Figures,
    made_of: MadeOf,
}

/// What books were made of, so that it can be told what is new.
#[derive(Clone)]
struct MadeOf {
    deliveries: Vec<DeliveryRow>,
    n_rewrites: i64,
    /// As [`crate::mapping::Mapped::digests`] tells them.
    mapped: BTreeMap<i64, u64>,
    /// In which anything is told.
    currencies: BTreeSet<Currency>,
}

impl MadeOf {
    fn of(deliveries: &Deliveries, currencies: BTreeSet<Currency>) -> Self {
        Self {
            deliveries: deliveries.counting.clone(),
            n_rewrites: deliveries.n_rewrites,
            mapped: deliveries.digests.clone(),
            currencies,
        }
    }
}

/// The books of one revision of the database.
#[derive(Default)]
pub(crate) struct BooksCache {
    last: Mutex<Option<(i64, Arc<Books>)>>,
    /// Held by whoever makes new ones: several who ask at once would each hold all facts twice.
    making: tokio::sync::Mutex<()>,
    n_made: AtomicU64,
    n_added: AtomicU64,
}

/// How a process came by the states of its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerCounts {
    /// From all facts.
    pub made: u64,
    /// From the state before, with the facts that were delivered since.
    pub added: u64,
}

impl BooksCache {
    /// Leaves the books where they are, for a process that is about to end: the system takes the memory
    /// back at once, while giving back fact by fact takes a tenth of what reading them did.
    pub(crate) fn forget(self) {
        std::mem::forget(self.last);
    }

    fn last(&self) -> MutexGuard<'_, Option<(i64, Arc<Books>)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, books: Option<(i64, Arc<Books>)>) -> Option<(i64, Arc<Books>)> {
        std::mem::replace(&mut self.last(), books)
    }

    fn of(&self, revision: i64) -> Option<Arc<Books>> {
        let last = self.last();
        last.as_ref().filter(|(of, _)| *of == revision).map(|(_, books)| Arc::clone(books))
    }
}

impl App {
    /// The books as the database has them now.
    pub(crate) async fn books(&self) -> Result<Arc<Books>> {
        Ok(self.books_at().await?.1)
    }

    /// The books, and the revision of the database that they are of.
    pub(crate) async fn books_at(&self) -> Result<(i64, Arc<Books>)> {
        let (revision, transaction, books) = self.known_books().await?;
        if let Some(books) = books {
            return Ok((revision, books));
        }
        // No connection is held while others work.
        drop(transaction);
        let _turn = self.books.making.lock().await;
        let (revision, mut transaction, books) = self.known_books().await?;
        if let Some(books) = books {
            return Ok((revision, books));
        }
        let rows = accounts::all(&mut transaction).await?;
        let stale = self.books.replace(None).map(|(_, books)| books);
        let books = Arc::new(self.renewed(transaction, &rows, stale).await?);
        self.books.replace(Some((revision, Arc::clone(&books))));
        Ok((revision, books))
    }

    /// The revision of the database, and its books where they are made already.
    async fn known_books(&self) -> Result<(i64, Transaction, Option<Arc<Books>>)> {
        let mut transaction = self.packed().await?;
        let revision = settings::revision(&mut transaction).await?;
        Ok((revision, transaction, self.books.of(revision)))
    }

    /// How often the ledger was made from all facts since the start, and how often new facts were added.
    #[must_use]
    pub fn ledger_counts(&self) -> LedgerCounts {
        let BooksCache { n_made, n_added, .. } = &self.books;
        let [made, added] = [n_made, n_added].map(|count| count.load(Ordering::Relaxed));
        LedgerCounts { made, added }
    }

    /// The books as they would be if what is beside an account counted in its place.
    pub(crate) async fn books_beside(&self, account: &AccountName) -> Result<Option<Books>> {
        let mut transaction = self.packed().await?;
        let every = accounts::every(&mut transaction).await?;
        let named = |row: &&AccountRow| row.beside.is_none() && row.name == account.as_str();
        let Some(counting) = every.iter().find(named) else { return Ok(None) };
        let Some(beside) = every.iter().find(|row| row.beside == Some(counting.id)) else {
            return Ok(None);
        };
        let mut row = counting.clone();
        row.id = beside.id;
        let deliveries = Deliveries::read(&mut transaction, &[row.clone()]).await?;
        self.made(transaction, &[row], Arc::new(deliveries)).await.map(Some)
    }

    /// Books of today from those of before: what was delivered since is added. They are made from all
    /// facts where anything else changed, too.
    async fn renewed(
        &self,
        mut transaction: Transaction,
        accounts: &[AccountRow],
        stale: Option<Arc<Books>>,
    ) -> Result<Books> {
        let deliveries = Arc::new(Deliveries::read(&mut transaction, accounts).await?);
        if let Some(stale) = stale {
            if let Some(n_known) = stale.n_continued(&deliveries) {
                let loaded = Loaded::read(&mut transaction, accounts, &deliveries, n_known).await?;
                let (base, all) = (self.base_currency(), Arc::clone(&deliveries));
                let books = tokio::task::spawn_blocking(move || stale.with(loaded, &all, base));
                if let Some(books) = books.await.context("adding to the ledger")?? {
                    self.books.n_added.fetch_add(1, Ordering::Relaxed);
                    return Ok(books);
                }
            } else {
                // What is out of date goes first: both at once would take twice the memory.
                tokio::task::spawn_blocking(move || drop(stale))
                    .await
                    .context("giving books back")?;
            }
        }
        self.books.n_made.fetch_add(1, Ordering::Relaxed);
        self.made(transaction, accounts, deliveries).await
    }

    async fn made(
        &self,
        mut transaction: Transaction,
        accounts: &[AccountRow],
        deliveries: Arc<Deliveries>,
    ) -> Result<Books> {
        let loaded = Loaded::read(&mut transaction, accounts, &deliveries, 0).await?;
        drop(transaction);
        let base = self.base_currency();
        let books = tokio::task::spawn_blocking(move || Books::new(loaded, &deliveries, base));
        books.await.context("computing the ledger")?
    }

    /// A transaction that sees the columns of every delivery. Those of before there were columns, or of
    /// another version of the program, are packed first.
    async fn packed(&self) -> Result<Transaction> {
        loop {
            let mut transaction = self.database.read().await?;
            let unpacked = columns::unpacked(&mut transaction).await?;
            if unpacked.is_empty() {
                return Ok(transaction);
            }
            drop(transaction);
            tracing::info!(deliveries = unpacked.len(), "packing facts into columns, once");
            let mut transaction = self.database.write().await?;
            for delivery in unpacked {
                columns::pack(&mut transaction, delivery).await?;
            }
            transaction.commit().await?;
        }
    }
}

impl Books {
    fn new(loaded: Loaded, deliveries: &Deliveries, base: Currency) -> Result<Self> {
        let Loaded { accounts, mut facts } = loaded;
        let mut changes = deliveries.mapped.apply(&mut facts)?;
        let mut currencies = currencies(&facts);
        currencies.insert(base.major().0);
        let ledger = Ledger::new(facts);
        let rates = crate::rates::rates(&currencies, &ledger.fx_rates);
        changes.look_up(&ledger);
        let made_of = MadeOf::of(deliveries, currencies);
        Ok(Self { ledger, rates, accounts, changes, figures: Figures::default(), made_of })
    }

    /// How many of the deliveries are known, if the others come behind them and nothing else changed.
    fn n_continued(&self, deliveries: &Deliveries) -> Option<usize> {
        let MadeOf { deliveries: known, n_rewrites, mapped, .. } = &self.made_of;
        let last = known.last().map_or(0, |delivery| delivery.id);
        let is_same = *n_rewrites == deliveries.n_rewrites
            && mapped.iter().eq(deliveries.digests.range(..=last));
        (is_same && deliveries.counting.starts_with(known)).then_some(known.len())
    }

    /// The books with what was delivered since they were made; none where they must be made anew.
    fn with(
        self: Arc<Self>,
        loaded: Loaded,
        deliveries: &Deliveries,
        base: Currency,
    ) -> Result<Option<Self>> {
        // Somebody may still look at them: then they stay as they are.
        let Self { ledger, rates, figures, made_of, changes, .. } =
            Arc::try_unwrap(self).unwrap_or_else(|shared| shared.copied());
        let Loaded { accounts, mut facts } = loaded;
        let mut changes = changes.and(deliveries.mapped.apply(&mut facts)?);
        let mut currencies = currencies(&facts);
        currencies.insert(base.major().0);
        currencies.extend(&made_of.currencies);
        let is_rated = facts.fx_rates.is_empty() && currencies == made_of.currencies;
        let Ok((ledger, touched)) = ledger.with(facts) else { return Ok(None) };
        let figures = if is_rated { figures.after(&touched) } else { Figures::default() };
        let rates =
            if is_rated { rates } else { crate::rates::rates(&currencies, &ledger.fx_rates) };
        changes.look_up(&ledger);
        let made_of = MadeOf::of(deliveries, currencies);
        Ok(Some(Self { ledger, rates, accounts, changes, figures, made_of }))
    }

    /// The same books, without what they would have to compute anew.
    fn copied(&self) -> Self {
        Self {
            ledger: self.ledger.clone(),
            rates: self.rates.clone(),
            accounts: self.accounts.clone(),
            changes: self.changes.clone(),
            figures: Figures::default(),
            made_of: self.made_of.clone(),
        }
    }
}

/// Every currency in which anything is told.
fn currencies(facts: &Facts) -> BTreeSet<Currency> {
    let transactions = facts.transactions.iter().flat_map(|statement| {
        let fact = &statement.fact;
        let amounts = [fact.amount, fact.accrued, fact.settled].into_iter().flatten();
        let fees = fact.fees.iter().map(|fee| fee.money);
        amounts.chain(fees).map(|money| money.currency).chain(fact.price_currency)
    });
    let movements = facts.movements.iter().map(|statement| statement.fact.money.currency);
    let balances = facts.balances.iter().map(|statement| statement.fact.money.currency);
    let quotes = facts.quotes.iter().map(|statement| statement.fact.currency);
    let positions = facts.positions.iter().filter_map(|statement| statement.fact.price_currency);
    let upcoming = facts.upcoming.iter().flat_map(|statement| {
        [statement.fact.per_unit, statement.fact.gross]
            .into_iter()
            .flatten()
            .map(|money| money.currency)
    });
    let all = transactions
        .chain(movements)
        .chain(balances)
        .chain(quotes)
        .chain(positions)
        .chain(upcoming);
    let (mut told, mut last) = (BTreeSet::new(), None);
    // One follows the other by the ten thousand.
    for currency in all {
        if last != Some(currency) {
            told.insert(currency.major().0);
            last = Some(currency);
        }
    }
    told
}
