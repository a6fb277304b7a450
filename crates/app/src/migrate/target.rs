//! The accounts that the old brokers become.

use std::collections::BTreeMap;

use stonks_core::account::AccountName;
use stonks_core::lots::CostMethod;
use stonks_plugin::PluginId;

use super::MigrationError;
use super::brokers::{self, BROKERS, Broker, DEGIRO};
use crate::accounts::{Account, NewAccount};
use crate::app::App;
use crate::ingest::Target;

/// What the user calls the accounts, by the broker's name.
#[derive(Debug, Clone, Default)]
pub struct AccountNames(BTreeMap<String, AccountName>);

impl FromIterator<(Option<String>, AccountName)> for AccountNames {
    /// A name without a broker is that of DEGIRO's account.
    fn from_iter<I: IntoIterator<Item = (Option<String>, AccountName)>>(names: I) -> Self {
        let of_broker = |(broker, name): (Option<String>, AccountName)| {
            (broker.unwrap_or_else(|| DEGIRO.old.to_owned()), name)
        };
        Self(names.into_iter().map(of_broker).collect())
    }
}

impl From<Option<&AccountName>> for AccountNames {
    fn from(name: Option<&AccountName>) -> Self {
        name.map(|name| (None, name.clone())).into_iter().collect()
    }
}

/// An account that is there, or will be.
struct Wanted {
    broker: &'static Broker,
    name: AccountName,
    plugin: PluginId,
    is_there: bool,
}

/// The accounts of those brokers that something comes of.
pub(super) struct Targets {
    names: BTreeMap<&'static str, AccountName>,
    known: Vec<Account>,
    wanted: Vec<Wanted>,
}

impl Targets {
    pub(super) fn new(names: &AccountNames, known: Vec<Account>) -> Result<Self, MigrationError> {
        let mut own = BTreeMap::new();
        for (name, account) in &names.0 {
            let broker = brokers::find(name).ok_or_else(|| MigrationError::UnknownBroker {
                name: name.clone(),
                known: BROKERS.iter().map(|broker| broker.old).collect(),
            })?;
            own.insert(broker.old, account.clone());
        }
        Ok(Self { names: own, known, wanted: Vec::new() })
    }

    /// Something comes of a broker: its account must be one of its plugin's, or be free.
    pub(super) fn need(&mut self, broker: &'static Broker) -> Result<(), MigrationError> {
        if self.wanted.iter().any(|wanted| wanted.broker == broker) {
            return Ok(());
        }
        let plugin: PluginId = broker.plugin.parse().map_err(anyhow::Error::from)?;
        let name = match self.names.get(broker.old) {
            Some(name) => name.clone(),
            None => broker.plugin.parse().map_err(anyhow::Error::from)?,
        };
        let known = self.known.iter().find(|known| known.name == name);
        if let Some(known) = known.filter(|known| known.plugin != plugin) {
            return Err(MigrationError::OtherPlugin {
                account: name,
                plugin: known.plugin.clone(),
                wanted: broker.plugin,
            });
        }
        let is_there = known.is_some();
        self.wanted.push(Wanted { broker, name, plugin, is_there });
        Ok(())
    }

    fn wanted(&self, old: &str) -> Option<&Wanted> {
        self.wanted.iter().find(|wanted| wanted.broker.old == old)
    }

    pub(super) fn name(&self, old: &str) -> Option<AccountName> {
        self.wanted(old).map(|wanted| wanted.name.clone())
    }

    pub(super) fn of(&self, broker: &Broker) -> Option<Target> {
        let wanted = self.wanted(broker.old)?;
        Some(if wanted.is_there {
            Target::Account(wanted.name.clone())
        } else {
            Target::NewAccount(wanted.new_account())
        })
    }

    /// What the user should know of the accounts.
    pub(super) fn remarks(&self, is_there: impl Fn(&PluginId) -> bool) -> Vec<String> {
        let without = self.wanted.iter().filter(|wanted| !is_there(&wanted.plugin));
        let remark = |wanted: &Wanted| {
            format!(
                "there is no plugin `{}` yet: account `{}` shows what came of {}, and takes new files once there is one",
                wanted.plugin, wanted.name, wanted.broker.title
            )
        };
        without.map(remark).collect()
    }
}

impl Wanted {
    fn new_account(&self) -> NewAccount {
        NewAccount {
            name: self.name.clone(),
            plugin: self.plugin.clone(),
            settings: BTreeMap::new(),
            cost_method: CostMethod::default(),
        }
    }
}

impl App {
    /// Adds the accounts that nothing was delivered into.
    pub(super) async fn add_missing(&self, targets: &Targets) -> Result<(), MigrationError> {
        let known = self.accounts().await?;
        for wanted in &targets.wanted {
            if known.iter().any(|account| account.name == wanted.name) {
                continue;
            }
            let mut transaction = self.database.write().await?;
            self.insert_account(&mut transaction, wanted.new_account())
                .await
                .map_err(crate::ingest::ImportError::from)?;
            transaction.commit().await?;
        }
        Ok(())
    }
}
