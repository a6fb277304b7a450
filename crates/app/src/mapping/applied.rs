//! Mapped facts in the place of those that the broker told, and who changed what.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anyhow::{Context, Result, anyhow};
use stonks_core::account::AccountName;
use stonks_core::fact::{Fact, FactKind, Identity, Note};
use stonks_core::ledger::{InstrumentIndex, Ledger};
use stonks_core::statement::{Delivery, Facts, Statement};

use crate::db::Transaction;
use crate::db::mappings::{self, MappedRow, MappingRow};

/// Whose fact it is, what kind, and which.
type Key = (Option<AccountName>, FactKind, String);

/// What middleware made of all deliveries, as the database has it.
#[derive(Default)]
pub(crate) struct Mapped {
    rows: HashMap<(i64, FactKind, String), MappedRow>,
    mappings: Vec<MappingRow>,
}

/// Who changed what on the way to the ledger.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    facts: HashMap<Key, String>,
    instruments: HashMap<(AccountName, InstrumentIndex), BTreeSet<String>>,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
}

/// One kind of fact.
struct Kind<T> {
    kind: FactKind,
    identity: fn(&T) -> &Identity,
    unpack: fn(Fact) -> Option<T>,
}

impl Mapped {
    pub(crate) async fn load(transaction: &mut Transaction) -> Result<Self> {
        let mut rows = HashMap::new();
        for row in mappings::facts(transaction).await? {
            let kind =
                row.kind.parse().map_err(|_| anyhow!("`{}` is no kind of fact", row.kind))?;
            rows.insert((row.delivery_id, kind, row.identity.clone()), row);
        }
        Ok(Self { rows, mappings: mappings::all(transaction).await? })
    }

    /// What tells one state of a delivery's facts from another, of those that middleware has seen.
    pub(crate) fn digests(&self) -> BTreeMap<i64, u64> {
        let digest = |row: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            row(&mut hasher);
            hasher.finish()
        };
        let rows = self.rows.values();
        let rows = rows.map(|row| (row.delivery_id, digest(&|hasher| row.hash(hasher))));
        let seen = self.mappings.iter();
        let seen = seen.map(|row| (row.delivery_id, digest(&|hasher| row.hash(hasher))));
        let mut digests: BTreeMap<i64, u64> = BTreeMap::new();
        for (delivery, digest) in rows.chain(seen) {
            // Whatever the order: no two rows are the same.
            *digests.entry(delivery).or_default() ^= digest;
        }
        digests
    }

    /// Puts what was made of facts in their place. What was left out becomes a note.
    pub(crate) fn apply(&self, facts: &mut Facts) -> Result<Changes> {
        let mut changes = Changes { notes: self.notes(), ..Changes::default() };
        if self.rows.is_empty() {
            return Ok(changes);
        }
        let deliveries = std::mem::take(&mut facts.deliveries);
        let mut notes = Vec::new();
        macro_rules! apply {
            ($($field:ident is $kind:ident),*) => {
                $(self.replace(
                    (&deliveries, &mut changes, &mut notes),
                    &mut facts.$field,
                    &Kind {
                        kind: FactKind::$kind,
                        identity: |fact| &fact.identity,
                        unpack: |fact| match fact { Fact::$kind(fact) => Some(fact.into()), _ => None },
                    },
                )?;)*
            };
        }
        apply!(
            broker_accounts is Account, instruments is Instrument, transactions is Transaction,
            movements is CashMovement, positions is Position, balances is Balance, quotes is Quote,
            fx_rates is FxRate, upcoming is UpcomingDividend, notes is Note
        );
        facts.notes.extend(notes);
        facts.deliveries = deliveries;
        Ok(changes)
    }

    fn replace<T>(
        &self,
        (deliveries, changes, notes): (&[Delivery], &mut Changes, &mut Vec<Statement<Note>>),
        statements: &mut Vec<Statement<T>>,
        of: &Kind<T>,
    ) -> Result<()> {
        let mut kept = Vec::with_capacity(statements.len());
        for mut statement in std::mem::take(statements) {
            let delivery = &deliveries[statement.source.delivery];
            let (kind, identity) = (of.kind, (of.identity)(&statement.fact).clone());
            let Some(row) = self.rows.get(&(delivery.id, kind, identity.to_string())) else {
                kept.push(statement);
                continue;
            };
            let key = (delivery.account.clone(), kind, identity.to_string());
            changes.facts.insert(key, row.changed_by.clone());
            if let Some(json) = &row.fact {
                let damaged = || format!("the database holds a damaged {kind} `{identity}`");
                let fact: Fact = serde_json::from_str(json).with_context(damaged)?;
                statement.fact = (of.unpack)(fact).with_context(damaged)?;
                kept.push(statement);
            } else {
                let reason = format!("left out by {}", row.changed_by);
                let text = format!("{kind} {identity}");
                let note = Note { identity, broker_account: None, at: None, reason, text };
                notes.push(Statement { fact: note, source: statement.source });
            }
        }
        *statements = kept;
        Ok(())
    }

    /// What went wrong, and what was left out, once for each cause.
    fn notes(&self) -> Vec<String> {
        let mut problems: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in self.mappings.iter().filter_map(|mapping| mapping.problem.as_deref()) {
            *problems.entry(problem).or_default() += 1;
        }
        let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
        for row in self.rows.values().filter(|row| row.fact.is_none()) {
            *left_out.entry(&row.changed_by).or_default() += 1;
        }
        let many = |n: usize, what: &str| match n {
            1 => format!("one {what}"),
            n => format!("{n} {what}s"),
        };
        let problems = problems.into_iter().map(|(problem, n)| {
            format!("the facts of {} count as the broker told them: {problem}", many(n, "file"))
        });
        let left_out = left_out
            .into_iter()
            .map(|(by, n)| format!("{by} left out {}, which count nowhere", many(n, "fact")));
        problems.chain(left_out).collect()
    }
}

impl Changes {
    /// These and what came of new facts.
    pub(crate) fn and(mut self, new: Self) -> Self {
        self.facts.extend(new.facts);
        Self { facts: self.facts, ..new }
    }

    /// Learns which holdings rest on facts that were changed.
    pub(crate) fn look_up(&mut self, ledger: &Ledger) {
        if self.facts.is_empty() {
            return;
        }
        for book in &ledger.books {
            let trades = book.transactions.iter().map(|booked| {
                let trade = &booked.transaction;
                (booked.instrument, FactKind::Transaction, &trade.identity, Some(&trade.instrument))
            });
            let movements = book.movements.iter().filter_map(|booked| {
                let movement = &booked.movement;
                let named = movement.instrument.as_ref();
                Some((booked.instrument?, FactKind::CashMovement, &movement.identity, named))
            });
            let mut found = Vec::new();
            for (index, kind, identity, named) in trades.chain(movements) {
                let own = self.of(&book.account, kind, identity.as_str());
                let of_named = named
                    .and_then(|named| self.of(&book.account, FactKind::Instrument, named.as_str()));
                found.extend(own.into_iter().chain(of_named).map(|by| (index, by.to_owned())));
            }
            for (index, by) in found {
                self.instruments.entry((book.account.clone(), index)).or_default().insert(by);
            }
        }
    }

    fn of(&self, account: &AccountName, kind: FactKind, identity: &str) -> Option<&str> {
        self.facts.get(&(Some(account.clone()), kind, identity.to_owned())).map(String::as_str)
    }

    /// Who changed the fact behind a row, or what is known of the instrument that it names.
    pub(crate) fn of_row(
        &self,
        account: Option<&AccountName>,
        identity: &str,
        instrument: Option<InstrumentIndex>,
    ) -> Vec<String> {
        const KINDS: [FactKind; 3] =
            [FactKind::Transaction, FactKind::CashMovement, FactKind::UpcomingDividend];
        let Some(account) = account.filter(|_| !self.facts.is_empty()) else { return Vec::new() };
        let own = KINDS.iter().filter_map(|kind| self.of(account, *kind, identity));
        let of_instrument = instrument.map(|index| self.of_instrument(account, index));
        let all: BTreeSet<String> =
            own.map(str::to_owned).chain(of_instrument.into_iter().flatten()).collect();
        all.into_iter().collect()
    }

    /// Who changed anything on which an account's holding rests.
    pub(crate) fn of_instrument(
        &self,
        account: &AccountName,
        instrument: InstrumentIndex,
    ) -> Vec<String> {
        let found = self.instruments.get(&(account.clone(), instrument));
        found.into_iter().flatten().cloned().collect()
    }
}
