//! The ledger, read from the database and kept until the facts change.

mod figures;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use semver::Version;
use stonks_core::account::AccountName;
use stonks_core::fx::Rates;
use stonks_core::ledger::Ledger;
use stonks_core::lots::{Allocation, Choices, CostMethod, Selection};
use stonks_core::money::Currency;
use stonks_core::statement::{Delivery, Facts, Source, Statement};

use figures::Figures;

use crate::app::App;
use crate::db::accounts::AccountRow;
use crate::db::deliveries::DeliveryRow;
use crate::db::facts::convert::Row;
use crate::db::facts::{
    BalanceRow, BrokerAccountRow, FxRateRow, InstrumentRow, MovementRow, NoteRow, PositionRow,
    QuoteRow, TransactionRow, UpcomingRow,
};
use crate::db::rows::Table;
use crate::db::{Transaction, accounts, choices, deliveries, settings};
use crate::mapping::{Changes, Mapped};

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
pub(crate) struct BooksCache(Mutex<Option<(i64, Arc<Books>)>>);

impl App {
    /// The books as the database has them now.
    pub(crate) async fn books(&self) -> Result<Arc<Books>> {
        Ok(self.books_at().await?.1)
    }

    /// The books, and the revision of the database that they are of.
    pub(crate) async fn books_at(&self) -> Result<(i64, Arc<Books>)> {
        let mut transaction = self.database.read().await?;
        let revision = settings::revision(&mut transaction).await?;
        {
            let cached = self.books.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((of, books)) = cached.as_ref()
                && *of == revision
            {
                return Ok((revision, Arc::clone(books)));
            }
        }
        let rows = accounts::all(&mut transaction).await?;
        let (facts, accounts) = load(&mut transaction, &rows).await?;
        let mapped = Mapped::load(&mut transaction).await?;
        drop(transaction);
        let base = self.base_currency();
        let books = tokio::task::spawn_blocking(move || Books::new(facts, mapped, accounts, base));
        let books = Arc::new(books.await.context("computing the ledger")??);
        *self.books.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((revision, Arc::clone(&books)));
        Ok((revision, books))
    }
}

impl App {
    /// The books as they would be if what is beside an account counted in its place.
    pub(crate) async fn books_beside(&self, account: &AccountName) -> Result<Option<Books>> {
        let mut transaction = self.database.read().await?;
        let every = accounts::every(&mut transaction).await?;
        let named = |row: &&AccountRow| row.beside.is_none() && row.name == account.as_str();
        let Some(counting) = every.iter().find(named) else { return Ok(None) };
        let Some(beside) = every.iter().find(|row| row.beside == Some(counting.id)) else {
            return Ok(None);
        };
        let mut row = counting.clone();
        row.id = beside.id;
        let (facts, accounts) = load(&mut transaction, &[row]).await?;
        let mapped = Mapped::load(&mut transaction).await?;
        drop(transaction);
        let base = self.base_currency();
        let books = tokio::task::spawn_blocking(move || Books::new(facts, mapped, accounts, base));
        Ok(Some(books.await.context("computing the ledger")??))
    }
}

impl Books {
    fn new(
        mut facts: Facts,
        mapped: Mapped,
        accounts: Vec<AccountName>,
        base: Currency,
    ) -> Result<Self> {
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
    all.map(|currency| currency.major().0).collect()
}

/// The facts of these accounts, and those that belong to none.
async fn load(
    transaction: &mut Transaction,
    accounts: &[AccountRow],
) -> Result<(Facts, Vec<AccountName>)> {
    let ids: BTreeSet<i64> = accounts.iter().map(|account| account.id).collect();
    let (deliveries, left_out): (Vec<DeliveryRow>, Vec<DeliveryRow>) = deliveries::all(transaction)
        .await?
        .into_iter()
        .partition(|delivery| delivery.account_id.is_none_or(|id| ids.contains(&id)));
    let places = Places {
        of: deliveries.iter().enumerate().map(|(place, delivery)| (delivery.id, place)).collect(),
        left_out: left_out.iter().map(|delivery| delivery.id).collect(),
    };
    let facts = Facts {
        methods: methods(accounts)?,
        choices: choices(transaction, accounts).await?,
        deliveries: told(&deliveries, accounts)?,
        broker_accounts: statements::<BrokerAccountRow>(transaction, &places).await?,
        instruments: statements::<InstrumentRow>(transaction, &places).await?,
        transactions: statements::<TransactionRow>(transaction, &places).await?,
        movements: statements::<MovementRow>(transaction, &places).await?,
        positions: statements::<PositionRow>(transaction, &places).await?,
        balances: statements::<BalanceRow>(transaction, &places).await?,
        quotes: statements::<QuoteRow>(transaction, &places).await?,
        fx_rates: statements::<FxRateRow>(transaction, &places).await?,
        upcoming: statements::<UpcomingRow>(transaction, &places).await?,
        notes: statements::<NoteRow>(transaction, &places).await?,
    };
    let names = accounts.iter().map(|account| Ok(account.name.parse()?)).collect::<Result<_>>()?;
    Ok((facts, names))
}

/// Deliveries by their ids: places of those that count, and those that don't.
struct Places {
    of: HashMap<i64, usize>,
    left_out: HashSet<i64>,
}

async fn statements<R: Table + Row>(
    transaction: &mut Transaction,
    places: &Places,
) -> Result<Vec<Statement<R::Fact>>> {
    let rows = R::all(transaction).await?;
    rows.iter()
        .filter(|row| places.left_out.is_empty() || !places.left_out.contains(&row.delivery_id()))
        .map(|row| {
            let delivery = *places.of.get(&row.delivery_id()).context("a fact of no delivery")?;
            Ok(Statement {
                fact: row.to_fact()?,
                source: Source { delivery, location: row.location() },
            })
        })
        .collect()
}

fn methods(accounts: &[AccountRow]) -> Result<BTreeMap<AccountName, CostMethod>> {
    accounts
        .iter()
        .map(|account| Ok((account.name.parse()?, account.cost_method.parse()?)))
        .collect()
}

/// What the user decided about costs, beside the methods.
async fn choices(transaction: &mut Transaction, accounts: &[AccountRow]) -> Result<Choices> {
    let names: HashMap<i64, AccountName> = accounts
        .iter()
        .map(|account| Ok((account.id, account.name.parse()?)))
        .collect::<Result<_>>()?;
    let name = |id: i64| names.get(&id).cloned().context("a choice of no account");
    let selections = choices::selections(transaction).await?;
    let allocations = choices::allocations(transaction).await?;
    let mut all = Choices::default();
    for account in accounts {
        let name = name(account.id)?;
        all.fees.insert(name.clone(), account.fee_treatment.parse()?);
        all.oversell.insert(name, account.oversell.parse()?);
    }
    for row in selections.into_iter().filter(|row| names.contains_key(&row.account_id)) {
        all.selections.push(Selection {
            account: name(row.account_id)?,
            sale: row.sale.parse()?,
            acquisition: row.acquisition.parse()?,
            quantity: row.quantity.parse()?,
        });
    }
    for row in allocations.into_iter().filter(|row| names.contains_key(&row.account_id)) {
        all.allocations.push(Allocation {
            account: name(row.account_id)?,
            transaction: row.transaction_identity.parse()?,
            parent: row.parent.parse()?,
            fraction: row.fraction.map(|fraction| fraction.parse()).transpose()?,
        });
    }
    Ok(all)
}

/// Deliveries as the core knows them, newer versions of plugins ranked higher.
fn told(rows: &[DeliveryRow], accounts: &[AccountRow]) -> Result<Vec<Delivery>> {
    let version = |row: &DeliveryRow| {
        Version::parse(&row.plugin_version)
            .with_context(|| format!("`{}` is no version", row.plugin_version))
    };
    let mut versions = rows.iter().map(version).collect::<Result<Vec<_>>>()?;
    versions.sort();
    versions.dedup();
    let names: HashMap<i64, &str> =
        accounts.iter().map(|account| (account.id, account.name.as_str())).collect();
    rows.iter()
        .map(|row| {
            let own = version(row)?;
            let rank = versions.iter().position(|version| *version == own).unwrap_or_default();
            let name = row.account_id.and_then(|id| names.get(&id));
            Ok(Delivery {
                id: row.id,
                account: name.map(|name| name.parse()).transpose()?,
                plugin: row.plugin.clone(),
                version: row.plugin_version.clone(),
                rank: u32::try_from(rank)?,
                name: row.name.clone(),
            })
        })
        .collect()
}
