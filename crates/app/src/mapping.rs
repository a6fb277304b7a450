//! Facts through the middleware. What the broker said stays stored as it said it; what comes of it is
//! stored beside it, marked with who changed it, and takes its place when the ledger is built.

mod applied;
mod chain;

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result};
use stonks_core::fact::{Fact, FactKind, Identity, Located};
use stonks_host::Instance;
use stonks_host::insight::Origin;

pub(crate) use applied::{Changes, Mapped};
use chain::{Chain, Link};

use crate::app::App;
use crate::db::deliveries::{self, DeliveryRow};
use crate::db::facts::convert::Row;
use crate::db::facts::with_each_table;
use crate::db::mappings::{self, MappedRow, MappingRow};
use crate::db::rows::Table;
use crate::db::{Transaction, accounts, settings};

/// Whether what went wrong before is tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Retry {
    Yes,
    No,
}

/// A middleware that fails at so many files isn't asked about more in one go.
const MOST_FAILURES: u32 = 2;

/// Facts in one call.
const BATCH: usize = 10_000;

impl App {
    /// Sends through the middleware what hasn't been, or not through this one: after an import, a
    /// change of settings, or a new version of a plugin. Does nothing where all is as it should be.
    ///
    /// A plugin that fails loses no fact: they go on as they were, and a note says why.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn map_facts(&self) -> Result<()> {
        self.map(Retry::No).await
    }

    /// As [`Self::map_facts`]; what went wrong before is tried again.
    pub(crate) async fn map_facts_again(&self) -> Result<()> {
        self.map(Retry::Yes).await
    }

    async fn map(&self, retry: Retry) -> Result<()> {
        // One at a time: whoever waits finds the work done.
        let _turn = self.mapping.lock().await;
        let mut transaction = self.database.read().await?;
        let chain = Chain::load(&self.plugins, &mut transaction).await?;
        let known = mappings::all(&mut transaction).await?;
        if chain.is_empty() {
            drop(transaction);
            return if known.is_empty() { Ok(()) } else { self.forget_mappings().await };
        }
        let done: HashSet<i64> = known
            .iter()
            .filter(|mapping| mapping.chain == chain.digest)
            .filter(|mapping| retry == Retry::No || mapping.problem.is_none())
            .map(|mapping| mapping.delivery_id)
            .collect();
        let mut stale = deliveries::all(&mut transaction).await?;
        stale.retain(|delivery| !done.contains(&delivery.id));
        if stale.is_empty() {
            return Ok(());
        }
        let every = accounts::every(&mut transaction).await?;
        // What is beside an account is told under its name.
        let counting = |row: &accounts::AccountRow| row.beside.unwrap_or(row.id);
        let name = |id| every.iter().find(|row| row.id == id).map(|row| row.name.clone());
        let names: HashMap<i64, String> =
            every.iter().filter_map(|row| Some((row.id, name(counting(row))?))).collect();
        let mut links = chain.start(&self.plugins).await;
        let mut mapped = Vec::with_capacity(stale.len());
        for delivery in &stale {
            let facts = facts_of(&mut transaction, delivery.id).await?;
            let account = delivery.account_id.and_then(|id| names.get(&id).cloned());
            let origin = Origin { account, plugin: delivery.plugin.clone() };
            mapped.push(
                Passage::of(facts).through(&mut links, &origin).await.rows(delivery, &chain)?,
            );
        }
        drop(transaction);
        self.store_mappings(mapped).await
    }

    async fn forget_mappings(&self) -> Result<()> {
        let mut transaction = self.database.write().await?;
        mappings::clear(&mut transaction).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await
    }

    async fn store_mappings(&self, mapped: Vec<(MappingRow, Vec<MappedRow>)>) -> Result<()> {
        let mut transaction = self.database.write().await?;
        let all = deliveries::all(&mut transaction).await?;
        // An account may have been removed meanwhile.
        let present: HashSet<i64> = all.iter().map(|delivery| delivery.id).collect();
        for (mapping, facts) in &mapped {
            if present.contains(&mapping.delivery_id) {
                mappings::put(&mut transaction, mapping, facts).await?;
            }
        }
        settings::count_change(&mut transaction).await?;
        transaction.commit().await
    }
}

/// All facts that a delivery states: instruments before those that name them.
async fn facts_of(transaction: &mut Transaction, delivery: i64) -> Result<Vec<Located>> {
    let mut facts = Vec::new();
    with_each_table!(R => {
        for row in R::of_delivery(transaction, delivery).await? {
            facts.push(Located { fact: R::into_fact(row.to_fact()?), location: row.location() });
        }
    });
    Ok(facts)
}

/// A fact on its way.
struct Passenger {
    located: Located,
    /// None once it was left out.
    is_left_out: bool,
    changed_by: Vec<String>,
}

/// Facts of a delivery on their way through the middleware.
struct Passage {
    facts: Vec<Passenger>,
    problems: Vec<String>,
}

impl Passage {
    fn of(facts: Vec<Located>) -> Self {
        let passenger = |located| Passenger { located, is_left_out: false, changed_by: Vec::new() };
        Self { facts: facts.into_iter().map(passenger).collect(), problems: Vec::new() }
    }

    async fn through(mut self, links: &mut [Link], origin: &Origin) -> Self {
        for link in links {
            let failed = match &link.instance {
                Ok(instance) => self.pass(&link.label, instance, origin).await.err(),
                Err(problem) => Some(problem.clone()),
            };
            if let Some(problem) = failed {
                self.problems.push(problem.clone());
                link.n_failures += 1;
                // A plugin that hangs would hang once more for every file.
                if link.n_failures >= MOST_FAILURES {
                    link.instance = Err(problem);
                }
            }
        }
        self
    }

    /// Through one middleware: all batches, or none where one fails.
    async fn pass(
        &mut self,
        label: &str,
        instance: &Instance,
        origin: &Origin,
    ) -> Result<(), String> {
        let going: Vec<Located> = self
            .facts
            .iter()
            .filter(|fact| !fact.is_left_out)
            .map(|fact| fact.located.clone())
            .collect();
        let mut told: BTreeMap<(FactKind, Identity), Fact> = BTreeMap::new();
        for batch in going.chunks(BATCH) {
            match instance.transform(origin.clone(), batch.to_vec()).await {
                Ok(facts) => told.extend(
                    facts.into_iter().map(|fact| ((fact.kind(), fact.identity().clone()), fact)),
                ),
                Err(error) => {
                    tracing::warn!(%error, "facts go on as they were");
                    return Err(error.to_string());
                }
            }
        }
        for passenger in self.facts.iter_mut().filter(|fact| !fact.is_left_out) {
            let fact = &passenger.located.fact;
            match told.remove(&(fact.kind(), fact.identity().clone())) {
                Some(told) if told == *fact => {}
                Some(told) => {
                    passenger.located.fact = told;
                    passenger.changed_by.push(label.to_owned());
                }
                None => {
                    passenger.is_left_out = true;
                    passenger.changed_by.push(label.to_owned());
                }
            }
        }
        Ok(())
    }

    /// Only what isn't as the broker told it.
    fn rows(self, delivery: &DeliveryRow, chain: &Chain) -> Result<(MappingRow, Vec<MappedRow>)> {
        let problem = (!self.problems.is_empty()).then(|| self.problems.join("; "));
        let mapping = MappingRow { delivery_id: delivery.id, chain: chain.digest.clone(), problem };
        let row = |passenger: Passenger| {
            let fact = &passenger.located.fact;
            let json = (!passenger.is_left_out).then(|| serde_json::to_string(fact)).transpose();
            Ok(MappedRow {
                delivery_id: delivery.id,
                kind: fact.kind().to_string(),
                identity: fact.identity().to_string(),
                changed_by: passenger.changed_by.join(", "),
                fact: json.context("writing a fact as JSON")?,
            })
        };
        let changed = self.facts.into_iter().filter(|fact| !fact.changed_by.is_empty());
        Ok((mapping, changed.map(row).collect::<Result<_>>()?))
    }
}
