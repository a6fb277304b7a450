//! What the books are made of, read from the database.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use anyhow::{Context, Result};
use rayon::prelude::*;
use semver::Version;
use stonks_core::account::AccountName;
use stonks_core::lots::{Allocation, Choices, CostMethod, Selection};
use stonks_core::statement::{Delivery, Facts, Source, Statement};
use tokio::task::JoinHandle;

use crate::db::accounts::AccountRow;
use crate::db::columns::{self, Part};
use crate::db::deliveries::DeliveryRow;
use crate::db::facts::convert::Row;
use crate::db::facts::{
    BalanceRow, BrokerAccountRow, FxRateRow, InstrumentRow, MovementRow, NoteRow, PositionRow,
    QuoteRow, TransactionRow, UpcomingRow,
};
use crate::db::{Transaction, choices, deliveries, settings};
use crate::mapping::Mapped;

/// Which deliveries count in one state of the database, and what middleware made of them.
pub(super) struct Deliveries {
    /// The earliest first.
    pub(super) counting: Vec<DeliveryRow>,
    left_out: Vec<DeliveryRow>,
    pub(super) mapped: Mapped,
    /// As [`Mapped::digests`] tells them.
    pub(super) digests: BTreeMap<i64, u64>,
    /// As [`settings::rewrites`] counts them.
    pub(super) n_rewrites: i64,
}

impl Deliveries {
    /// Those of these accounts, and those that belong to none.
    pub(super) async fn read(
        transaction: &mut Transaction,
        accounts: &[AccountRow],
    ) -> Result<Self> {
        let ids: BTreeSet<i64> = accounts.iter().map(|account| account.id).collect();
        let all = deliveries::all(transaction).await?.into_iter();
        let (counting, left_out) = all.partition(|delivery: &DeliveryRow| {
            delivery.account_id.is_none_or(|id| ids.contains(&id))
        });
        let mapped = Mapped::load(transaction).await?;
        let n_rewrites = settings::rewrites(transaction).await?;
        Ok(Self { counting, left_out, digests: mapped.digests(), mapped, n_rewrites })
    }

    fn places(&self) -> Places {
        let counting = self.counting.iter().enumerate().map(|(place, it)| (it.id, Some(place)));
        counting.chain(self.left_out.iter().map(|delivery| (delivery.id, None))).collect()
    }
}

/// One state of the database, as far as books are made of it.
pub(super) struct Loaded {
    pub(super) accounts: Vec<AccountName>,
    /// All deliveries, and the facts of those that were asked for.
    pub(super) facts: Facts,
}

/// Parts that are unpacked side by side before they are put behind those of before: enough for any
/// machine to be busy, and few enough that no second copy of all facts is ever held.
const PARTS_AT_ONCE: usize = 32;

/// By their ids, the places of deliveries that count; none of those that don't.
type Places = HashMap<i64, Option<usize>>;

impl Loaded {
    /// What these deliveries tell, without the first `n_known` of those that count.
    pub(super) async fn read(
        transaction: &mut Transaction,
        accounts: &[AccountRow],
        deliveries: &Deliveries,
        n_known: usize,
    ) -> Result<Self> {
        let known = deliveries.counting.get(..n_known).unwrap_or_default();
        let after = known.last().map_or(0, |delivery| delivery.id);
        let names = accounts.iter().map(|account| Ok(account.name.parse()?));
        Ok(Self {
            accounts: names.collect::<Result<_>>()?,
            facts: Facts {
                deliveries: told(&deliveries.counting, accounts)?,
                methods: methods(accounts)?,
                choices: choices(transaction, accounts).await?,
                ..facts(transaction, &Arc::new(deliveries.places()), after).await?
            },
        })
    }
}

/// All facts that were delivered behind the delivery `after`. While those of one kind are unpacked, the
/// next are read already.
async fn facts(transaction: &mut Transaction, places: &Arc<Places>, after: i64) -> Result<Facts> {
    let transactions = unpacking::<TransactionRow, _>(transaction, places, after).await?;
    let quotes = unpacking::<QuoteRow, _>(transaction, places, after).await?;
    let movements = unpacking::<MovementRow, _>(transaction, places, after).await?;
    let instruments = unpacking::<InstrumentRow, _>(transaction, places, after).await?;
    let broker_accounts = unpacking::<BrokerAccountRow, _>(transaction, places, after).await?;
    let positions = unpacking::<PositionRow, _>(transaction, places, after).await?;
    let balances = unpacking::<BalanceRow, _>(transaction, places, after).await?;
    let fx_rates = unpacking::<FxRateRow, _>(transaction, places, after).await?;
    let upcoming = unpacking::<UpcomingRow, _>(transaction, places, after).await?;
    let notes = unpacking::<NoteRow, _>(transaction, places, after).await?;
    Ok(Facts {
        broker_accounts: broker_accounts.await??,
        instruments: instruments.await??,
        transactions: transactions.await??,
        movements: movements.await??,
        positions: positions.await??,
        balances: balances.await??,
        quotes: quotes.await??,
        fx_rates: fx_rates.await??,
        upcoming: upcoming.await??,
        notes: notes.await??,
        ..Facts::default()
    })
}

/// Reads the facts of one kind, and begins to unpack them.
async fn unpacking<R: Row, F: From<R::Fact> + Send + 'static>(
    transaction: &mut Transaction,
    places: &Arc<Places>,
    after: i64,
) -> Result<JoinHandle<Result<Vec<Statement<F>>>>> {
    let parts = columns::of_kind(transaction, R::KIND, after).await?;
    let places = Arc::clone(places);
    Ok(tokio::task::spawn_blocking(move || statements::<R, F>(parts, &places)))
}

fn statements<R: Row, F: From<R::Fact> + Send>(
    parts: Vec<Part>,
    places: &Places,
) -> Result<Vec<Statement<F>>> {
    let unpack = |Part { delivery_id, content, .. }: Part| -> Result<Vec<Statement<F>>> {
        let Some(delivery) = *places.get(&delivery_id).context("a fact of no delivery")? else {
            return Ok(Vec::new());
        };
        R::unpack(&content, |fact, location| {
            let source = Source { delivery, location };
            Statement { fact: fact.into(), source }
        })
    };
    let mut all = Vec::with_capacity(parts.iter().map(Part::n_facts).sum());
    let mut parts = parts.into_iter();
    while !parts.as_slice().is_empty() {
        let some: Vec<Part> = parts.by_ref().take(PARTS_AT_ONCE).collect();
        let unpacked: Vec<_> = some.into_par_iter().map(unpack).collect::<Result<_>>()?;
        all.extend(unpacked.into_iter().flatten());
    }
    Ok(all)
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
