//! What is wrong, or soon will be, each with a way out.

use anyhow::Result;
use jiff::civil::Date;
use serde::Serialize;
use stonks_core::performance::MOST_AGE;
use stonks_host::PluginInfo;
use stonks_plugin::lifecycle::{Reason, State};
use stonks_plugin::manifest::RuntimeKind;
use strum::Display;

use crate::accounts::AccountError;
use crate::app::App;
use crate::db::{columns, settings};
use crate::reports::{Query, Verdict};
use crate::vault::VaultError;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Level {
    Error,
    Warning,
    /// Looked at, and found good.
    Ok,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// `storage`, `vault`, `plugins`, `rates`, `quotes`, `history` or `reconciliation`.
    pub area: &'static str,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    fn new(level: Level, area: &'static str, message: impl Into<String>) -> Self {
        Self { level, area, message: message.into(), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// So many of a kind are told one by one.
const MOST: usize = 5;

impl App {
    /// Looks at storage, the vault, plugins, rates, quotes, histories, and at what brokers claim. The worst comes
    /// first.
    ///
    /// # Errors
    /// A database that can't be read at all.
    pub async fn examine(&self) -> Result<Vec<Finding>, AccountError> {
        let mut findings = self.storage().await?;
        findings.extend(self.vault_finding().await?);
        findings.extend(self.plugins_in_error());
        findings.push(self.python().await);
        findings.extend(self.rates().await?);
        findings.extend(self.histories().await?);
        findings.extend(self.differences().await?);
        findings.sort_by_key(|finding| finding.level);
        Ok(findings)
    }

    async fn storage(&self) -> Result<Vec<Finding>> {
        self.probe().await?;
        let told = self.database.check().await?;
        if !told.is_empty() {
            let damage = told.into_iter().take(MOST).map(|line| {
                Finding::new(Level::Error, "storage", format!("the database is damaged: {line}"))
                    .hint("restore the last backup of the data directory")
            });
            return Ok(damage.collect());
        }
        let strays = self.stray_columns().await?;
        if !strays.is_empty() {
            return Ok(strays);
        }
        let sound = "the database can be read, is up to date, and finds nothing wrong about itself";
        Ok(vec![Finding::new(Level::Ok, "storage", sound)])
    }

    /// Files and syncs whose packed facts aren't those of their rows: something else than this program wrote
    /// into the database. They are packed anew.
    async fn stray_columns(&self) -> Result<Vec<Finding>> {
        let mut transaction = self.database.read().await?;
        let strays = columns::strays(&mut transaction).await?;
        drop(transaction);
        if strays.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.database.write().await?;
        for (delivery, _) in &strays {
            columns::pack(&mut transaction, *delivery).await?;
        }
        settings::count_rewrite(&mut transaction).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await?;
        let finding = |(_, name): (i64, String)| {
            let message = format!(
                "what figures were computed from `{name}` wasn't what its rows tell; it is again"
            );
            Finding::new(Level::Warning, "storage", message)
                .hint("look at the figures once more; who else writes into the database?")
        };
        Ok(strays.into_iter().take(MOST).map(finding).collect())
    }

    /// Nothing where nothing is sealed.
    async fn vault_finding(&self) -> Result<Option<Finding>> {
        Ok(match self.look_at_vault().await {
            Ok(0) => None,
            Ok(n_secrets) => {
                let opens = format!("the vault opens, and holds {n_secrets} secrets");
                Some(Finding::new(Level::Ok, "vault", opens))
            }
            Err(VaultError::Storage(error)) => return Err(error),
            Err(error) => {
                let finding = Finding::new(Level::Error, "vault", error.to_string());
                Some(Finding { hint: error.hint(), ..finding })
            }
        })
    }

    fn plugins_in_error(&self) -> Vec<Finding> {
        let all = self.plugins();
        let mut findings = Vec::new();
        for plugin in &all {
            // What another of its name hides is in nobody's way.
            if matches!(plugin.reason, Some(Reason::Hidden { .. })) {
                continue;
            }
            let name = &plugin.name;
            let judged = plugin
                .findings
                .iter()
                .find(|finding| finding.level == stonks_plugin::finding::Level::Error);
            let reason = plugin.reason.as_ref().map(ToString::to_string);
            let problem = match (judged, plugin.state) {
                (Some(finding), _) => Some(finding.message.clone()),
                (None, State::Error) => Some(reason.unwrap_or_else(|| "it failed".to_owned())),
                _ => None,
            };
            if let Some(problem) = problem {
                findings.push(
                    Finding::new(Level::Error, "plugins", format!("plugin `{name}`: {problem}"))
                        .hint(format!("`stonks plugin info {name}` tells more")),
                );
            }
        }
        if findings.is_empty() {
            let sound = format!("none of {} plugins is in error", all.len());
            findings.push(Finding::new(Level::Ok, "plugins", sound));
        }
        findings
    }

    /// What runs Python plugins, and what keeps them from everything else.
    async fn python(&self) -> Finding {
        let standing = self.plugins.python().await;
        let is_python = |plugin: &PluginInfo| {
            let manifest = plugin.manifest.as_ref();
            let runtime = manifest.and_then(|manifest| manifest.runtime.as_ref());
            runtime.is_some_and(|runtime| runtime.kind == RuntimeKind::Python)
        };
        let level = match self.plugins().iter().any(is_python) {
            true => Level::Warning,
            false => Level::Ok,
        };
        let version = match standing.interpreter {
            Ok(interpreter) => interpreter.version,
            Err(error) => return Finding::new(level, "python", error.to_string()),
        };
        match standing.holds {
            Ok(holds) if holds.is_complete() => {
                let sound = format!(
                    "Python {version} runs plugins; files are out of their reach (Landlock), so are sockets and other \
                     processes (seccomp), and memory, time and open files are limited"
                );
                Finding::new(Level::Ok, "python", sound)
            }
            Ok(holds) => {
                let yes = |holds: bool| if holds { "hold" } else { "don't hold" };
                let message = format!(
                    "Python {version} runs plugins, confined in part: files are {} out of reach (Landlock), the filter \
                     of system calls {} (seccomp), limits {}",
                    holds.files,
                    if holds.system_calls { "holds" } else { "doesn't hold" },
                    yes(holds.limits)
                );
                Finding::new(level, "python", message)
                    .hint("use a kernel with Landlock and seccomp, or enable only Python plugins that you trust")
            }
            Err(error) => {
                Finding::new(level, "python", format!("Python plugins can't be confined: {error}"))
            }
        }
    }

    async fn rates(&self) -> Result<Vec<Finding>> {
        let books = self.books().await?;
        let today = self.today();
        let Some(last) = books.rates.last_day() else {
            return Ok(Vec::new());
        };
        let n_days = days(last, today);
        Ok(vec![if n_days > i64::from(MOST_AGE) {
            let old = format!("the last exchange rates are of {last}, {n_days} days ago");
            Finding::new(Level::Warning, "rates", old)
                .hint("enable the plugin `ecb-rates` and run `stonks sync`")
        } else {
            Finding::new(Level::Ok, "rates", format!("the last exchange rates are of {last}"))
        }])
    }

    async fn histories(&self) -> Result<Vec<Finding>, AccountError> {
        let report = self.portfolio(&Query::default()).await?;
        let today = self.today();
        let mut findings = Vec::new();
        let mut stale = Vec::new();
        for row in report.holdings.iter().filter(|row| row.is_open) {
            let name = row.instrument.name.clone().unwrap_or_default();
            match row.price_date {
                Some(date) if days(date, today) > i64::from(MOST_AGE) => {
                    stale.push(format!("{name} ({date})"));
                }
                Some(_) => {}
                None => findings.push(Finding::new(
                    Level::Warning,
                    "quotes",
                    format!("account `{}`: there is no price of `{name}`", row.account),
                )),
            }
        }
        if !stale.is_empty() {
            let n_more = stale.len().saturating_sub(MOST);
            stale.truncate(MOST);
            let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
            let old = format!("prices are older than {MOST_AGE} days: {}{more}", stale.join(", "));
            findings.push(
                Finding::new(Level::Warning, "quotes", old)
                    .hint("import newer statements, or run `stonks sync`"),
            );
        }
        let sales = self.sales(&Query::default()).await?;
        for sale in sales.iter().filter(|sale| !sale.is_complete).take(MOST) {
            let name = sale.instrument.short();
            let told = format!(
                "account `{}`: the sale of `{name}` on {} lacks the purchase of {} units",
                sale.account, sale.date, sale.missing
            );
            findings.push(
                Finding::new(Level::Warning, "history", told)
                    .hint("import the statements of before it"),
            );
        }
        let oversold = report.holdings.iter().filter(|row| {
            row.reasons.iter().any(|reason| reason.contains("more units were sold than bought"))
        });
        for row in oversold.take(MOST) {
            let name = row.instrument.name.clone().unwrap_or_default();
            let told = format!("account `{}`: more of `{name}` was sold than bought", row.account);
            findings.push(Finding::new(Level::Warning, "history", told).hint(
                "import the statements of before it, or say what it means with `stonks account set NAME --oversell`",
            ));
        }
        let n_notes = self.books().await?.ledger.notes.len();
        if n_notes > 0 {
            let told = format!("{n_notes} imported lines weren't understood by their plugins");
            findings.push(Finding::new(Level::Warning, "history", told));
        }
        Ok(findings)
    }

    async fn differences(&self) -> Result<Vec<Finding>, AccountError> {
        let rows = self.reconciliation(&Query::default()).await?;
        let mut findings = Vec::new();
        for row in &rows {
            let Some(sentence) = row.sentence() else { continue };
            let level = if row.verdict == Verdict::Differs { Level::Error } else { Level::Warning };
            let finding = Finding::new(level, "reconciliation", sentence);
            findings.push(match row.likely.first() {
                Some(likely) => {
                    let place = likely.source.row.as_deref().unwrap_or_default();
                    finding.hint(format!(
                        "look at `{}`, {place}: “{}” {}",
                        likely.source.file, likely.what, likely.sentence
                    ))
                }
                None => finding.hint("see whether a statement of that day is missing"),
            });
        }
        if findings.is_empty() && !rows.is_empty() {
            let n_days: usize = rows.iter().map(|row| row.n_days).sum();
            let sound =
                format!("all {n_days} figures that brokers state agree with what was imported");
            findings.push(Finding::new(Level::Ok, "reconciliation", sound));
        }
        Ok(findings)
    }
}

fn days(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}
