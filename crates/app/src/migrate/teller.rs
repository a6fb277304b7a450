//! What is told of one broker, while it is being read: facts, the rows behind them, and what is to be said
//! about both.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use stonks_core::fact::{Fact, Identity, Located, Location, Note};
use stonks_core::money::{Currency, Money, to_canonical};
use stonks_plugin::digest::hex;

use super::MigrationError;
use super::brokers::Broker;
use super::database::{OldRow, OldTable};
use super::report::{SumReport, TableReport};

/// What the old database tells of a broker.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) broker: &'static Broker,
    pub(super) facts: Vec<Located>,
    /// The rows behind the facts, one a line: what the locations of the facts count.
    pub(super) rows: String,
    pub(super) tables: Vec<TableReport>,
    pub(super) sums: Vec<SumReport>,
    pub(super) remarks: Vec<String>,
}

/// What is told so far.
pub(super) struct Teller {
    pub(super) told: Told,
    n_lines: u32,
    seen: HashMap<String, u32>,
    pub(super) sums: Sums,
}

impl Teller {
    pub(super) fn new(broker: &'static Broker) -> Self {
        let told = Told {
            broker,
            facts: Vec::new(),
            rows: String::new(),
            tables: Vec::new(),
            sums: Vec::new(),
            remarks: Vec::new(),
        };
        Self { told, n_lines: 0, seen: HashMap::new(), sums: Sums::default() }
    }

    pub(super) fn finish(self) -> Told {
        let Self { mut told, sums, .. } = self;
        told.sums = sums.told(told.broker);
        told
    }

    /// Keeps the row as a line of what was delivered, for whoever asks where a fact comes from.
    pub(super) fn row(&mut self, row: &OldRow, key: &str) -> Location {
        let values = serde_json::Value::Object(row.values.clone());
        self.told.rows.push_str(&format!("{} {values}\n", row.table));
        self.n_lines += 1;
        let path = format!("{} {key}", row.table);
        Location { line: Some(self.n_lines), path: Some(path.into()) }
    }

    pub(super) fn tell(&mut self, fact: Fact, location: Location) {
        self.told.facts.push(Located { fact, location });
    }

    /// One remark in the report, and one note that stays with the account.
    pub(super) fn remark(
        &mut self,
        name: &str,
        reason: &str,
        text: String,
    ) -> Result<(), MigrationError> {
        self.told.remarks.push(format!("{reason}: {text}"));
        let identity = identity(&format!("python-migration:{name}"))?;
        let note =
            Note { identity, broker_account: None, at: None, reason: reason.to_owned(), text };
        self.tell(Fact::Note(note), Location::default());
        Ok(())
    }

    pub(super) fn table(
        &mut self,
        table: &OldTable,
        rows: usize,
        told: usize,
        left_out: Vec<String>,
    ) {
        let table = table.name.to_owned();
        self.told.tables.push(TableReport { table, rows, told, left_out });
    }

    /// The identity that DEGIRO's plugin gives to the same content in an export, so that both are one
    /// fact: 128 bits of SHA-256 over the parts with their lengths, numbered among equals.
    pub(super) fn identity(
        &mut self,
        prefix: &str,
        parts: &[&str],
    ) -> Result<Identity, MigrationError> {
        let mut hash = Sha256::new();
        for part in [prefix].iter().chain(parts) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let short = format!("{prefix}:{}", hex(&hash.finalize()[..16]));
        let count = self.seen.entry(short.clone()).or_default();
        *count += 1;
        identity(&if *count == 1 { short } else { format!("{short}:{count}") })
    }

    /// Adds what the facts make of the cash to the sums.
    pub(super) fn sum_cash(&mut self, what: &'static str) {
        for Located { fact, .. } in &self.told.facts {
            match fact {
                Fact::Transaction(transaction) => {
                    let fees = transaction.fees.iter().map(|fee| fee.money);
                    for money in transaction.amount.into_iter().chain(fees) {
                        self.sums.add_new(what, money);
                    }
                }
                Fact::CashMovement(movement) => self.sums.add_new(what, movement.money),
                _ => {}
            }
        }
    }
}

pub(super) fn identity(text: &str) -> Result<Identity, MigrationError> {
    text.parse().map_err(|error| MigrationError::Storage(anyhow::Error::new(error)))
}

/// A part of an identity: visible ASCII, and not too much of it.
pub(super) fn visible(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let seen = words.join("_");
    seen.chars().take(100).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

/// Sums by currency on both sides.
#[derive(Default)]
pub(super) struct Sums(BTreeMap<(&'static str, Currency), (Decimal, Decimal)>);

impl Sums {
    pub(super) fn add(
        &mut self,
        what: &'static str,
        currency: Currency,
        old: Decimal,
        new: Decimal,
    ) {
        let sums = self.0.entry((what, currency)).or_default();
        *sums = (sums.0.saturating_add(old), sums.1.saturating_add(new));
    }

    pub(super) fn add_old(&mut self, what: &'static str, currency: Currency, old: Decimal) {
        self.add(what, currency, old, Decimal::ZERO);
    }

    fn add_new(&mut self, what: &'static str, money: Money) {
        self.add(what, money.currency, Decimal::ZERO, money.amount);
    }

    fn told(self, broker: &Broker) -> Vec<SumReport> {
        let report =
            |((what, currency), (old, new)): ((&str, Currency), (Decimal, Decimal))| SumReport {
                broker: broker.plugin.to_owned(),
                what: what.to_owned(),
                currency,
                old: to_canonical(old),
                new: to_canonical(new),
            };
        self.0.into_iter().map(report).collect()
    }
}
