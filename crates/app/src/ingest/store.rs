//! Facts into the database, in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result};
use semver::Version;
use serde::Serialize;
use sha2::{Digest, Sha256};
use stonks_core::account::AccountName;
use stonks_core::fact::{Fact, FactKind, Located, Location};
use stonks_core::fx::FxRate;
use stonks_plugin::PluginId;
use stonks_plugin::digest::hex;

use super::{
    FileReport, ImportError, ImportFile, ImportReport, KindCount, Mode, ReadFile, day_of, warnings,
};
use crate::accounts::NewAccount;
use crate::app::App;
use crate::db::accounts;
use crate::db::deliveries::{self, NewDelivery};
use crate::db::facts::convert::{Filing, Row};
use crate::db::facts::{
    BalanceRow, BrokerAccountRow, FxRateRow, InstrumentRow, MovementRow, NoteRow, PositionRow,
    QuoteRow, TransactionRow, UpcomingRow,
};
use crate::db::rows::Table;
use crate::db::{Transaction, columns, settings};

/// Whom the facts belong to.
pub(super) enum Owner {
    Account(AccountName),
    /// What is beside an account, and doesn't count.
    Beside(AccountName),
    New(NewAccount),
    Nobody,
}

impl Owner {
    fn name(&self) -> Option<AccountName> {
        match self {
            Self::Account(name) | Self::Beside(name) => Some(name.clone()),
            Self::New(new) => Some(new.name.clone()),
            Self::Nobody => None,
        }
    }
}

/// Files on their way into the database, and who delivered them.
pub(super) struct Delivered {
    pub(super) owner: Owner,
    pub(super) plugin: PluginId,
    pub(super) version: Version,
    pub(super) files: Vec<ReadFile>,
}

/// The facts of one file by kind, each with its place.
#[derive(Default)]
struct Sorted {
    broker_accounts: Vec<(stonks_core::account::BrokerAccount, Location)>,
    instruments: Vec<(stonks_core::instrument::Instrument, Location)>,
    transactions: Vec<(stonks_core::transaction::Transaction, Location)>,
    movements: Vec<(stonks_core::cash::CashMovement, Location)>,
    positions: Vec<(stonks_core::cash::Position, Location)>,
    balances: Vec<(stonks_core::cash::Balance, Location)>,
    quotes: Vec<(stonks_core::quotes::Quote, Location)>,
    fx_rates: Vec<(FxRate, Location)>,
    upcoming: Vec<(stonks_core::cash::UpcomingDividend, Location)>,
    notes: Vec<(stonks_core::fact::Note, Location)>,
}

impl Sorted {
    fn new(facts: Vec<Located>) -> Self {
        let mut sorted = Self::default();
        for Located { fact, location } in facts {
            match fact {
                Fact::Account(fact) => sorted.broker_accounts.push((fact, location)),
                Fact::Instrument(fact) => sorted.instruments.push((fact, location)),
                Fact::Transaction(fact) => sorted.transactions.push((fact, location)),
                Fact::CashMovement(fact) => sorted.movements.push((fact, location)),
                Fact::Position(fact) => sorted.positions.push((fact, location)),
                Fact::Balance(fact) => sorted.balances.push((fact, location)),
                Fact::Quote(fact) => sorted.quotes.push((fact, location)),
                Fact::FxRate(fact) => sorted.fx_rates.push((fact, location)),
                Fact::UpcomingDividend(fact) => sorted.upcoming.push((fact, location)),
                Fact::Note(fact) => sorted.notes.push((fact, location)),
            }
        }
        sorted
    }
}

impl App {
    pub(super) async fn store(
        &self,
        delivered: Delivered,
        mode: Mode,
    ) -> Result<ImportReport, ImportError> {
        let mut transaction = match mode {
            Mode::Store => self.database.write().await?,
            Mode::DryRun => self.database.read().await?,
        };
        if let (Owner::New(new), Mode::Store) = (&delivered.owner, mode) {
            self.insert_account(&mut transaction, new.clone()).await?;
        }
        let account_id = match (delivered.owner.name(), mode, &delivered.owner) {
            (None, ..) => None,
            // Nothing is known of an account that isn't there.
            (Some(_), Mode::DryRun, Owner::New(_)) => Some(NO_ACCOUNT),
            (Some(name), _, owner) => {
                let rows = accounts::every(&mut transaction).await?;
                let named = rows.iter().find(|row| row.name == name.as_str());
                let row = match owner {
                    Owner::Beside(_) => {
                        let counting = named.map(|row| row.id);
                        rows.iter().find(|row| row.beside.is_some() && row.beside == counting)
                    }
                    _ => named,
                };
                Some(row.with_context(|| format!("account `{name}` was removed meanwhile"))?.id)
            }
        };
        if let (Mode::Store, Some(id)) = (mode, account_id) {
            accounts::lock(&mut transaction, id).await?;
        }
        let (plugin, version) = (delivered.plugin.to_string(), delivered.version.to_string());
        let received_at = self.now().to_string();
        let mut intake = Intake {
            transaction,
            mode,
            account_id,
            plugin,
            version,
            received_at,
            known: HashMap::new(),
            n_stored: 0,
        };
        let mut files = Vec::with_capacity(delivered.files.len());
        for file in delivered.files {
            files.push(intake.file(file).await?);
        }
        if mode == Mode::Store && files.iter().any(|file| file.new > 0) {
            settings::count_change(&mut intake.transaction).await?;
        }
        if mode == Mode::Store {
            intake.transaction.commit().await.context("storing what was imported")?;
        }
        Ok(ImportReport {
            account: delivered.owner.name(),
            plugin: delivered.plugin,
            dry_run: mode == Mode::DryRun,
            files,
        })
    }
}

/// The id of no account.
const NO_ACCOUNT: i64 = -1;

/// What an account knows of one kind of fact: by identity, the ways in which each is stated.
type Known = HashMap<String, HashSet<String>>;

/// An import under way.
struct Intake {
    transaction: Transaction,
    mode: Mode,
    account_id: Option<i64>,
    plugin: String,
    version: String,
    received_at: String,
    known: HashMap<FactKind, Known>,
    /// Statements stored so far.
    n_stored: usize,
}

impl Intake {
    async fn file(&mut self, ReadFile { file, facts }: ReadFile) -> Result<FileReport> {
        let mut report = FileReport {
            name: file.name.clone(),
            facts: facts.len(),
            new: 0,
            duplicates: 0,
            notes: facts.iter().filter(|located| located.fact.kind() == FactKind::Note).count(),
            warnings: warnings(&facts),
            kinds: BTreeMap::new(),
            first_day: facts.iter().filter_map(|located| day_of(&located.fact)).min(),
            last_day: facts.iter().filter_map(|located| day_of(&located.fact)).max(),
        };
        let delivery_id = self.delivery(&file).await?;
        let n_stored_before = self.n_stored;
        let sorted = Sorted::new(facts);
        let mut kinds = BTreeMap::new();
        macro_rules! file {
            ($($field:ident: $row:ident is $kind:ident),*) => {
                $(
                    let count = self.facts::<$row>(FactKind::$kind, delivery_id, sorted.$field).await?;
                    kinds.insert(FactKind::$kind, count);
                )*
            };
        }
        file!(
            broker_accounts: BrokerAccountRow is Account,
            instruments: InstrumentRow is Instrument,
            transactions: TransactionRow is Transaction,
            movements: MovementRow is CashMovement,
            positions: PositionRow is Position,
            balances: BalanceRow is Balance,
            quotes: QuoteRow is Quote,
            upcoming: UpcomingRow is UpcomingDividend,
            notes: NoteRow is Note
        );
        kinds.insert(FactKind::FxRate, self.rates(delivery_id, sorted.fx_rates).await?);
        kinds.retain(|_, count| count.facts > 0);
        if self.mode == Mode::Store {
            if self.n_stored == n_stored_before {
                deliveries::delete(&mut self.transaction, delivery_id).await?;
            } else {
                columns::complete(&mut self.transaction, delivery_id).await?;
            }
        }
        report.new = kinds.values().map(|count| count.new).sum();
        report.duplicates = report.facts - report.new;
        report.kinds = kinds;
        Ok(report)
    }

    async fn delivery(&mut self, file: &ImportFile) -> Result<i64> {
        if self.mode == Mode::DryRun {
            return Ok(0);
        }
        let new = NewDelivery {
            account_id: self.account_id,
            plugin: &self.plugin,
            plugin_version: &self.version,
            name: &file.name,
            digest: &hex(&Sha256::digest(&file.content)),
            // An empty file tells no facts: what has none is a sync.
            content: (!file.content.is_empty()).then_some(&file.content),
            received_at: &self.received_at,
        };
        deliveries::insert(&mut self.transaction, &new).await
    }

    /// Rates that are part of the program needn't be stored again.
    async fn rates(
        &mut self,
        delivery_id: i64,
        rates: Vec<(FxRate, Location)>,
    ) -> Result<KindCount> {
        let known = crate::rates::known_to_snapshot(
            &rates.iter().map(|(rate, _)| rate).collect::<Vec<_>>(),
        );
        let n_rates = rates.len();
        let unknown = rates
            .into_iter()
            .zip(known)
            .filter(|(_, known)| !known)
            .map(|(rate, _)| rate)
            .collect();
        let count = self.facts::<FxRateRow>(FactKind::FxRate, delivery_id, unknown).await?;
        Ok(KindCount { facts: n_rates, ..count })
    }

    /// Files the facts of one kind; a statement that is known already is left out.
    async fn facts<R>(
        &mut self,
        kind: FactKind,
        delivery_id: i64,
        facts: Vec<(R::Fact, Location)>,
    ) -> Result<KindCount>
    where
        R: Table + Row,
        R::Fact: Serialize,
    {
        let mut count = KindCount { facts: facts.len(), new: 0 };
        if facts.is_empty() {
            return Ok(count);
        }
        if !self.known.contains_key(&kind) {
            let mut known = Known::new();
            for (identity, statement) in R::known(&mut self.transaction, self.account_id).await? {
                known.entry(identity).or_default().insert(statement);
            }
            self.known.insert(kind, known);
        }
        let known = self.known.entry(kind).or_default();
        let mut rows = Vec::with_capacity(facts.len());
        for (fact, location) in facts {
            let statement = digest(&fact)?;
            let filing = Filing { delivery_id, account_id: self.account_id, statement, location };
            let row = R::from_fact(&fact, filing);
            let (identity, statement) = row.key();
            let statements = known.entry(identity.to_owned()).or_default();
            count.new += usize::from(statements.is_empty());
            if statements.insert(statement.to_owned()) {
                rows.push(row);
            }
        }
        if self.mode == Mode::Store {
            R::insert(&mut self.transaction, &rows).await?;
            columns::insert(&mut self.transaction, delivery_id, &rows).await?;
            self.n_stored += rows.len();
        }
        Ok(count)
    }
}

/// Tells one statement of a fact from another.
fn digest(fact: &impl Serialize) -> Result<String> {
    let text = serde_json::to_vec(fact).context("writing a fact as JSON")?;
    Ok(hex(&Sha256::digest(text)[..16]))
}
