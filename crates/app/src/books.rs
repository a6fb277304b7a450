//! The ledger, read from the database and kept until the facts change.

mod figures;
mod loading;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use stonks_core::account::AccountName;
use stonks_core::fx::Rates;
use stonks_core::ledger::Ledger;
use stonks_core::money::Currency;
use stonks_core::statement::Facts;

use figures::Figures;
use loading::Loaded;

use crate::app::App;
use crate::db::accounts::AccountRow;
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
}

/// The books of one revision of the database.
#[derive(Default)]
pub(crate) struct BooksCache {
    last: Mutex<Option<(i64, Arc<Books>)>>,
    /// Held by whoever makes new ones: several who ask at once would each hold all facts twice.
    making: tokio::sync::Mutex<()>,
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
        // What is out of date goes first: both at once would take twice the memory.
        let stale = self.books.replace(None);
        tokio::task::spawn_blocking(move || drop(stale)).await.context("giving books back")?;
        let books = Arc::new(self.compute(transaction, &rows).await?);
        self.books.replace(Some((revision, Arc::clone(&books))));
        Ok((revision, books))
    }

    /// The revision of the database, and its books where they are made already.
    async fn known_books(&self) -> Result<(i64, Transaction, Option<Arc<Books>>)> {
        let mut transaction = self.packed().await?;
        let revision = settings::revision(&mut transaction).await?;
        Ok((revision, transaction, self.books.of(revision)))
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
        self.compute(transaction, &[row]).await.map(Some)
    }

    async fn compute(
        &self,
        mut transaction: Transaction,
        accounts: &[AccountRow],
    ) -> Result<Books> {
        let loaded = Loaded::read(&mut transaction, accounts).await?;
        drop(transaction);
        let base = self.base_currency();
        let books = tokio::task::spawn_blocking(move || Books::new(loaded, base));
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
    fn new(loaded: Loaded, base: Currency) -> Result<Self> {
        let Loaded { accounts, mut facts, mapped } = loaded;
        let mut changes = mapped.apply(&mut facts)?;
        let mut wanted = currencies(&facts);
        wanted.insert(base.major().0);
        let ledger = Ledger::new(facts);
        let rates = crate::rates::rates(&wanted, &ledger.fx_rates);
        changes.look_up(&ledger);
        Ok(Self { ledger, rates, accounts, changes, figures: Figures::default() })
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
