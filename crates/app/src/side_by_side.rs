//! Two plugins that feed one account: one counts, the other is beside it until the two agree. Which of
//! them counts is changed in one step, there and back, and nothing is lost.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::comparison::{self, Difference, Figure};
use stonks_core::holdings::Terms;
use stonks_core::money::{Currency, to_canonical};
use stonks_plugin::PluginId;

use crate::accounts::AccountError;
use crate::app::App;
use crate::books::Books;
use crate::db::accounts::{self, AccountRow};
use crate::db::{Transaction, choices, insights, settings};

/// What feeds an account beside the plugin that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beside {
    pub account: AccountName,
    /// The plugin that counts.
    pub counting: PluginId,
    /// The plugin that doesn't.
    pub beside: PluginId,
    /// What the user set for the one that doesn't.
    pub settings: BTreeMap<String, String>,
}

/// Why an account can't be fed by two, or not be changed over.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("account `{account}` is fed by `{plugin}` already")]
    Same { account: AccountName, plugin: PluginId },
    #[error("account `{account}` has `{beside}` beside `{counting}` already")]
    Taken { account: AccountName, counting: PluginId, beside: PluginId },
    #[error("account `{account}` is fed by `{plugin}` alone")]
    Alone { account: AccountName, plugin: PluginId },
    #[error("account `{account}` is fed by `{counting}` and `{beside}`, not by `{wanted}`")]
    Other { account: AccountName, counting: PluginId, beside: PluginId, wanted: PluginId },
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl BesideError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Account(error) => error.hint(),
            Self::Taken { account, .. } => {
                Some(format!("end that with `stonks account beside {account} --remove`"))
            }
            Self::Alone { account, .. } => Some(format!(
                "let another feed it beside with `stonks account beside {account} --plugin ID`"
            )),
            Self::Same { .. } | Self::Other { .. } | Self::Storage(_) => None,
        }
    }
}

/// Where two feeds of an account differ.
#[derive(Debug, Clone, Serialize)]
pub struct ComparisonReport {
    pub account: AccountName,
    pub left: PluginId,
    pub right: PluginId,
    pub as_of: Date,
    pub base_currency: Currency,
    pub agrees: bool,
    /// The first day of any difference.
    pub first_difference: Option<Date>,
    pub differences: Vec<DifferenceRow>,
}

impl ComparisonReport {
    /// What differs, told once for each figure.
    #[must_use]
    pub fn figures(&self) -> Vec<FigureDifference<'_>> {
        let runs =
            self.differences.chunk_by(|one, next| (one.figure, &one.of) == (next.figure, &next.of));
        let figures = runs.filter_map(|runs| {
            let (first, last) = (runs.first()?, runs.last()?);
            Some(FigureDifference {
                since: first.from,
                until: (last.through < self.as_of).then_some(last.through),
                n_days: runs.iter().map(DifferenceRow::n_days).sum(),
                last,
            })
        });
        figures.collect()
    }
}

/// All days on which the two differ in one figure.
#[derive(Debug, Clone)]
pub struct FigureDifference<'report> {
    pub since: Date,
    /// The last day that differs; none where they still do.
    pub until: Option<Date>,
    /// Calendar days.
    pub n_days: i64,
    /// What they say on the last of these days.
    pub last: &'report DifferenceRow,
}

/// Days on which the two say the same two things of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DifferenceRow {
    /// `value`, `contributions`, `cash`, `units`, `dividends`, `taxes` or `fees`.
    pub figure: &'static str,
    /// A currency, or an instrument.
    pub of: String,
    pub from: Date,
    pub through: Date,
    /// An exact decimal; null where there is no value.
    pub left: Option<String>,
    pub right: Option<String>,
    /// Right less left.
    pub difference: Option<String>,
}

impl DifferenceRow {
    /// Calendar days.
    fn n_days(&self) -> i64 {
        self.through.duration_since(self.from).as_hours() / 24 + 1
    }

    fn new(told: &Difference, base: Currency) -> Self {
        let (figure, of) = match &told.figure {
            Figure::Value => ("value", base.to_string()),
            Figure::Contributions => ("contributions", base.to_string()),
            Figure::Cash(currency) => ("cash", currency.to_string()),
            Figure::Units(instrument) => ("units", instrument.clone()),
            Figure::Dividends(currency) => ("dividends", currency.to_string()),
            Figure::Taxes(currency) => ("taxes", currency.to_string()),
            Figure::Fees(currency) => ("fees", currency.to_string()),
        };
        let difference =
            told.left.zip(told.right).and_then(|(left, right)| right.checked_sub(left));
        Self {
            figure,
            of,
            from: told.from,
            through: told.through,
            left: told.left.map(to_canonical),
            right: told.right.map(to_canonical),
            difference: difference.map(to_canonical),
        }
    }
}

/// An account, and what is beside it.
struct Pair {
    counting: AccountRow,
    beside: Option<AccountRow>,
}

impl App {
    /// What feeds an account beside the plugin that counts; none where nothing does.
    ///
    /// # Errors
    /// An account that isn't there.
    pub async fn beside(&self, name: &AccountName) -> Result<Option<Beside>, BesideError> {
        let mut transaction = self.database.read().await?;
        let pair = self.pair(&mut transaction, name).await?;
        Ok(pair.beside.map(|row| told(name, &pair.counting, &row)).transpose()?)
    }

    /// Lets a plugin feed an account beside the one that counts.
    ///
    /// # Errors
    /// An account that isn't there or has something beside it already, a plugin that can't be used, a
    /// setting that it doesn't allow.
    pub async fn put_beside(
        &self,
        name: &AccountName,
        plugin: &PluginId,
        settings: BTreeMap<String, String>,
    ) -> Result<Beside, BesideError> {
        self.plugins.check_settings(plugin, &settings).map_err(AccountError::from)?;
        let mut transaction = self.database.write().await?;
        let pair = self.pair(&mut transaction, name).await?;
        let counting = plugin_of(&pair.counting)?;
        if counting == *plugin {
            return Err(BesideError::Same { account: name.clone(), plugin: counting });
        }
        if let Some(row) = &pair.beside {
            let beside = plugin_of(row)?;
            return Err(BesideError::Taken { account: name.clone(), counting, beside });
        }
        let row = AccountRow {
            id: 0,
            name: name_beside(name),
            plugin: plugin.to_string(),
            settings: serde_json::to_string(&settings).context("writing settings as JSON")?,
            created_at: self.now().to_string(),
            beside: Some(pair.counting.id),
            ..pair.counting.clone()
        };
        if !accounts::insert(&mut transaction, &row).await? {
            return Err(BesideError::Storage(anyhow::anyhow!("another is beside it already")));
        }
        transaction.commit().await?;
        Ok(told(name, &pair.counting, &row)?)
    }

    /// Ends that, with all that was delivered beside.
    ///
    /// # Errors
    /// An account that isn't there, or has nothing beside it.
    pub async fn end_beside(&self, name: &AccountName) -> Result<Beside, BesideError> {
        let mut transaction = self.database.write().await?;
        let Pair { counting, beside } = self.pair(&mut transaction, name).await?;
        let Some(row) = beside else {
            let plugin = plugin_of(&counting)?;
            return Err(BesideError::Alone { account: name.clone(), plugin });
        };
        accounts::delete(&mut transaction, &row.name).await?;
        transaction.commit().await?;
        Ok(told(name, &counting, &row)?)
    }

    /// Makes `to` the plugin that counts; the other goes on beside it. The same again, with the other,
    /// brings back what was.
    ///
    /// # Errors
    /// An account that isn't there or has nothing beside it, a plugin that doesn't feed it.
    pub async fn cut_over(&self, name: &AccountName, to: &PluginId) -> Result<Beside, BesideError> {
        let mut transaction = self.database.write().await?;
        let Pair { counting: old, beside } = self.pair(&mut transaction, name).await?;
        let counting = plugin_of(&old)?;
        if counting == *to {
            return Err(BesideError::Same { account: name.clone(), plugin: counting });
        }
        let Some(new) = beside else {
            return Err(BesideError::Alone { account: name.clone(), plugin: counting });
        };
        let beside = plugin_of(&new)?;
        if beside != *to {
            let (account, wanted) = (name.clone(), to.clone());
            return Err(BesideError::Other { account, counting, beside, wanted });
        }
        // Names are unique at each step, so that one steps aside first.
        accounts::set_place(&mut transaction, old.id, &format!("{name}+aside"), None).await?;
        accounts::set_place(&mut transaction, new.id, name.as_str(), None).await?;
        accounts::set_place(&mut transaction, old.id, &name_beside(name), Some(new.id)).await?;
        // What the user decided holds for the account, whoever feeds it.
        let costs = AccountRow { id: new.id, ..old.clone() };
        accounts::set_costs(&mut transaction, &costs).await?;
        choices::hand_over(&mut transaction, old.id, new.id).await?;
        insights::delete(&mut transaction, name.as_str()).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await?;
        self.wake_insights();
        Ok(told(name, &new, &old)?)
    }

    /// Holds two feeds of an account against each other: on which days, and in which figures, they
    /// differ.
    ///
    /// # Errors
    /// An account that isn't there or has nothing beside it, plugins that don't feed it.
    pub async fn compare(
        &self,
        name: &AccountName,
        (left, right): (&PluginId, &PluginId),
        as_of: Option<Date>,
    ) -> Result<ComparisonReport, BesideError> {
        let beside = self.beside(name).await?;
        let Some(Beside { counting, beside, .. }) = beside else {
            let plugin = self.account(name).await?.plugin;
            return Err(BesideError::Alone { account: name.clone(), plugin });
        };
        let is_turned = (left, right) == (&beside, &counting);
        if !is_turned && (left, right) != (&counting, &beside) {
            let strange = |plugin: &&PluginId| **plugin != counting && **plugin != beside;
            let wanted = [left, right].into_iter().find(strange).unwrap_or(left).clone();
            return Err(BesideError::Other { account: name.clone(), counting, beside, wanted });
        }
        let of_counting = self.books().await?;
        let of_beside = self.books_beside(name).await?.context("what was beside is gone")?;
        let as_of = as_of.unwrap_or_else(|| self.today());
        let (base, account) = (self.base_currency(), name.clone());
        let compared = tokio::task::spawn_blocking(move || {
            let (counting, beside): (&Books, &Books) = (&of_counting, &of_beside);
            let (of_left, of_right) =
                if is_turned { (beside, counting) } else { (counting, beside) };
            comparison::differences(
                &account,
                (&of_left.ledger, terms(of_left, base, as_of)),
                (&of_right.ledger, terms(of_right, base, as_of)),
            )
        });
        let differences = compared.await.context("comparing")?;
        Ok(ComparisonReport {
            account: name.clone(),
            left: left.clone(),
            right: right.clone(),
            as_of,
            base_currency: base,
            agrees: differences.is_empty(),
            first_difference: differences.iter().map(|told| told.from).min(),
            differences: differences.iter().map(|told| DifferenceRow::new(told, base)).collect(),
        })
    }

    async fn pair(
        &self,
        transaction: &mut Transaction,
        name: &AccountName,
    ) -> Result<Pair, AccountError> {
        let mut every = accounts::every(transaction).await?;
        let is_it = |row: &AccountRow| row.beside.is_none() && row.name == name.as_str();
        let Some(place) = every.iter().position(is_it) else {
            let counting = every.iter().filter(|row| row.beside.is_none());
            let known = counting.filter_map(|row| row.name.parse().ok()).collect();
            return Err(AccountError::Unknown { name: name.clone(), known });
        };
        let counting = every.swap_remove(place);
        let beside = every.into_iter().find(|row| row.beside == Some(counting.id));
        Ok(Pair { counting, beside })
    }
}

fn terms(books: &Books, base: Currency, as_of: Date) -> Terms<'_> {
    Terms { rates: &books.rates, base, as_of }
}

/// No name of an account holds a plus sign, so that nobody's is taken.
fn name_beside(name: &AccountName) -> String {
    format!("{name}+beside")
}

fn plugin_of(row: &AccountRow) -> Result<PluginId> {
    row.plugin
        .parse()
        .with_context(|| format!("the database holds a damaged account `{}`", row.name))
}

fn told(name: &AccountName, counting: &AccountRow, beside: &AccountRow) -> Result<Beside> {
    Ok(Beside {
        account: name.clone(),
        counting: plugin_of(counting)?,
        beside: plugin_of(beside)?,
        settings: serde_json::from_str(&beside.settings)
            .with_context(|| format!("the database holds a damaged account `{}`", beside.name))?,
    })
}
