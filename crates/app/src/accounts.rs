//! The user's accounts: added, listed, removed.

mod choices;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};
use stonks_host::StartError;
use stonks_plugin::PluginId;

use crate::app::App;
use crate::db::accounts::{self, AccountRow};
use crate::db::{Transaction, insights, settings};
use crate::vault::{self, Owner};

pub use choices::{CandidateLot, ChoiceError, CostSettings, SaleLots};

/// An account of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    pub name: AccountName,
    /// The plugin that reads its files.
    pub plugin: PluginId,
    /// What the user set for the plugin.
    pub settings: BTreeMap<String, String>,
    /// Which lots a sale releases.
    pub cost_method: CostMethod,
    /// Whether the fees of a trade belong to its cost.
    pub fee_treatment: FeeTreatment,
    /// What a sale of more than is held means.
    pub oversell: Oversell,
    /// RFC 3339.
    pub created_at: String,
}

/// An account to be.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub name: AccountName,
    pub plugin: PluginId,
    pub settings: BTreeMap<String, String>,
    pub cost_method: CostMethod,
}

/// Why an account can't be added, found or removed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is an account `{0}` already")]
    NameTaken(AccountName),
    #[error("there is no account `{name}`")]
    Unknown {
        name: AccountName,
        /// Names that there are.
        known: Vec<AccountName>,
    },
    #[error("there is no instrument `{wanted}` {which}")]
    NoInstrument {
        wanted: String,
        /// Of which it would have to be one.
        which: &'static str,
        /// Short names of those that there are.
        known: Vec<String>,
    },
    #[error("several instruments are called `{wanted}`")]
    SeveralInstruments {
        wanted: String,
        /// Names that tell them apart.
        known: Vec<String>,
    },
    #[error(transparent)]
    Plugin(#[from] StartError),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

/// A hint lists so many names.
const MOST_NAMES: usize = 20;

impl AccountError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let listed = |names: Vec<&str>| names.join(", ");
        match self {
            Self::Unknown { known, .. } if known.is_empty() => {
                Some("add one with `stonks account add NAME --plugin ID`".to_owned())
            }
            Self::Unknown { known, .. } => Some(format!(
                "there is {}",
                listed(known.iter().map(AccountName::as_str).collect())
            )),
            Self::NoInstrument { known, .. } if known.is_empty() => None,
            Self::NoInstrument { known, .. } => Some(format!(
                "there is {}",
                listed(known.iter().map(String::as_str).take(MOST_NAMES).collect())
            )),
            Self::SeveralInstruments { known, .. } => Some(format!(
                "name one of {}",
                listed(known.iter().map(String::as_str).take(MOST_NAMES).collect())
            )),
            Self::Plugin(error) => error.hint(),
            Self::NameTaken(_) | Self::Storage(_) => None,
        }
    }
}

impl Account {
    fn from_row(row: &AccountRow) -> Result<Self> {
        let damaged = || format!("the database holds a damaged account `{}`", row.name);
        Ok(Self {
            name: row.name.parse().with_context(damaged)?,
            plugin: row.plugin.parse().with_context(damaged)?,
            settings: serde_json::from_str(&row.settings).with_context(damaged)?,
            cost_method: row.cost_method.parse().with_context(damaged)?,
            fee_treatment: row.fee_treatment.parse().with_context(damaged)?,
            oversell: row.oversell.parse().with_context(damaged)?,
            created_at: row.created_at.clone(),
        })
    }
}

impl App {
    /// All accounts, by name.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let mut transaction = self.database.read().await?;
        accounts::all(&mut transaction).await?.iter().map(Account::from_row).collect()
    }

    /// Adds an account.
    ///
    /// # Errors
    /// A name that is taken, a plugin that can't be used, a setting that it doesn't allow.
    pub async fn add_account(&self, new: NewAccount) -> Result<Account, AccountError> {
        self.plugins.check_settings(&new.plugin, &new.settings)?;
        let mut transaction = self.database.write().await?;
        let account = self.insert_account(&mut transaction, new).await?;
        transaction.commit().await?;
        Ok(account)
    }

    /// Adds an account as a part of something larger, whose plugin was asked about its settings.
    pub(crate) async fn insert_account(
        &self,
        transaction: &mut Transaction,
        new: NewAccount,
    ) -> Result<Account, AccountError> {
        let account = Account {
            name: new.name,
            plugin: new.plugin,
            settings: new.settings,
            cost_method: new.cost_method,
            fee_treatment: FeeTreatment::default(),
            oversell: Oversell::default(),
            created_at: self.now().to_string(),
        };
        let row = AccountRow {
            id: 0,
            name: account.name.to_string(),
            plugin: account.plugin.to_string(),
            settings: serde_json::to_string(&account.settings)
                .context("writing settings as JSON")?,
            cost_method: account.cost_method.to_string(),
            fee_treatment: account.fee_treatment.to_string(),
            oversell: account.oversell.to_string(),
            created_at: account.created_at.clone(),
            beside: None,
        };
        if !accounts::insert(transaction, &row).await? {
            return Err(AccountError::NameTaken(account.name));
        }
        settings::count_change(transaction).await?;
        Ok(account)
    }

    /// Removes an account, with its secrets and all that was imported into it.
    ///
    /// # Errors
    /// Where there is none of the name.
    pub async fn remove_account(&self, name: &AccountName) -> Result<(), AccountError> {
        let mut transaction = self.database.write().await?;
        if !accounts::delete(&mut transaction, name.as_str()).await? {
            drop(transaction);
            return Err(self.unknown_account(name).await?);
        }
        insights::delete(&mut transaction, name.as_str()).await?;
        vault::forget(&mut transaction, Owner::Account(name)).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The account of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn account(&self, name: &AccountName) -> Result<Account, AccountError> {
        let found = self.accounts().await?.into_iter().find(|account| account.name == *name);
        match found {
            Some(account) => Ok(account),
            None => Err(self.unknown_account(name).await?),
        }
    }

    async fn unknown_account(&self, name: &AccountName) -> Result<AccountError> {
        let known = self.accounts().await?.into_iter().map(|account| account.name).collect();
        Ok(AccountError::Unknown { name: name.clone(), known })
    }
}
