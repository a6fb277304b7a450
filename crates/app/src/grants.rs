//! What plugins ask for, what the user grants and takes back, and what plugins sent.
//!
//! Nothing is granted by itself, to first-party plugins neither: each grant is a command of the user's.

mod listing;

use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde::Serialize;
use stonks_host::grants::OpenAddressError;
use stonks_host::records::Actor;
use stonks_host::{GrantedAddress, StartError};
use stonks_plugin::PluginId;
use stonks_plugin::permission::{HostPattern, HttpPermission, Permissions};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::egress;
use crate::db::grants::{self, GrantRow};

/// Which permissions are meant.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// All that the manifest asks for; when taking back, all that was granted.
    pub all: bool,
    /// Requests to these hosts.
    pub http: Vec<HostPattern>,
    pub storage: bool,
    /// Addresses of this machine that are opened for tests.
    pub addresses: Vec<SocketAddr>,
    /// Trusted at these addresses, and nothing else is: PEM.
    pub root_certificate: Option<String>,
}

impl Selection {
    /// All that there is to decide about.
    #[must_use]
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }
}

/// How a permission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = PermissionStanding)]
pub enum Standing {
    /// Asked for and granted.
    Granted,
    /// Asked for and not granted.
    NotGranted,
    /// Less was granted than is asked for now.
    AsksForMore,
    /// Granted, and not asked for (any more): without effect.
    NotAskedFor,
    /// An address of this machine, opened for tests.
    OpenForTests,
}

/// A permission of a plugin, for people and scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Permission {
    /// `http`, `storage` or `address`.
    pub kind: &'static str,
    /// The pattern of hosts, or the address.
    pub object: String,
    /// What it lets the plugin do.
    pub sentence: String,
    /// What for, as the plugin says.
    pub purpose: Option<String>,
    /// Whether the plugin is of use without.
    pub optional: bool,
    pub standing: Standing,
    /// Since when, RFC 3339.
    pub granted_at: Option<String>,
    pub granted_by: Option<String>,
}

impl Permission {
    /// Whether the plugin asks for it, or for a part of it, in vain.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.standing, Standing::NotGranted | Standing::AsksForMore)
    }

    /// What it lets the plugin do, and what for.
    #[must_use]
    pub fn told(&self) -> String {
        match &self.purpose {
            Some(purpose) => format!("{}, to {purpose}", self.sentence),
            None => self.sentence.clone(),
        }
    }
}

/// A request of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// RFC 3339.
    pub at: String,
    pub method: String,
    pub host: String,
    pub path: String,
    pub status: Option<i64>,
    /// Why it was refused or failed.
    pub problem: Option<String>,
    /// Of the answer's body, as it came over the wire.
    pub bytes: i64,
    pub milliseconds: i64,
}

/// Why nothing is granted or taken back.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    #[error("there is no plugin `{plugin}`")]
    Unknown { plugin: PluginId, known: Vec<String> },
    #[error("plugin `{plugin}` doesn't ask for {what}")]
    NotAskedFor { plugin: PluginId, what: String, asked: Vec<String> },
    #[error("plugin `{plugin}` was not granted {what}")]
    NotGranted { plugin: PluginId, what: String, granted: Vec<String> },
    /// What was granted stays.
    #[error("it is granted, but the plugin doesn't start: {0}")]
    Start(#[from] StartError),
    #[error(transparent)]
    Address(#[from] OpenAddressError),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl GrantError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let listed = |what: &str, list: &[String]| match list {
            [] => format!("{what} nothing"),
            list => format!("{what} {}", list.join(", ")),
        };
        match self {
            Self::Unknown { known, .. } => Some(format!("there is {}", known.join(", "))),
            Self::NotAskedFor { asked, .. } => Some(listed("it asks for", asked)),
            Self::NotGranted { granted, .. } => Some(listed("it was granted", granted)),
            Self::Address(_) => {
                Some("an address is opened for tests only, on this machine".to_owned())
            }
            Self::Start(error) => error.hint(),
            Self::Storage(_) => None,
        }
    }
}

impl App {
    /// Each permission of a plugin: what it asks for, what was granted, and what holds.
    ///
    /// # Errors
    /// A plugin that is unknown, a database that can't be read.
    pub async fn permissions(&self, plugin: &PluginId) -> Result<Vec<Permission>, GrantError> {
        let asked = self.asked(plugin)?;
        let rows = self.grant_rows(plugin).await?;
        Ok(listing::listed(&asked, &rows)?)
    }

    /// What a plugin asks for and was not granted, each in a sentence.
    ///
    /// # Errors
    /// A plugin that is unknown, a database that can't be read.
    pub async fn missing_grants(&self, plugin: &PluginId) -> Result<Vec<Permission>, GrantError> {
        let mut permissions = self.permissions(plugin).await?;
        permissions.retain(Permission::is_missing);
        Ok(permissions)
    }

    /// Grants what is selected, and switches the plugin on if it waited for nothing else. `by`: who
    /// decided, for the record.
    ///
    /// # Errors
    /// What the plugin doesn't ask for, an address of another machine: nothing is granted then. A plugin
    /// that doesn't start now.
    pub async fn grant(
        &self,
        plugin: &PluginId,
        selection: &Selection,
        by: &str,
    ) -> Result<(), GrantError> {
        let asked = self.asked(plugin)?;
        let row = |kind: &str, object: String, terms: String| GrantRow {
            plugin: plugin.to_string(),
            kind: kind.to_owned(),
            object,
            terms,
            granted_at: self.now().to_string(),
            granted_by: by.to_owned(),
        };
        let mut rows = Vec::new();
        for (host, terms) in selected_hosts(plugin, &asked, selection)? {
            rows.push(row("http", host, json(&terms)?));
        }
        match &asked.storage {
            Some(storage) if selection.all || selection.storage => {
                rows.push(row("storage", String::new(), json(storage)?));
            }
            None if selection.storage => {
                let what = "storage".to_owned();
                let asked = names(&asked);
                return Err(GrantError::NotAskedFor { plugin: plugin.clone(), what, asked });
            }
            _ => {}
        }
        for address in &selection.addresses {
            let opened = GrantedAddress::new(*address, selection.root_certificate.clone())?;
            rows.push(row("address", address.to_string(), json(&opened.root_certificate)?));
        }
        let mut transaction = self.database.write().await?;
        for row in &rows {
            grants::put(&mut transaction, row).await?;
        }
        transaction.commit().await?;
        self.plugins.granted(plugin, Actor::User(by.to_owned())).await?;
        Ok(())
    }

    /// Takes back what is selected; running plugins feel it with their next request.
    ///
    /// # Errors
    /// What was not granted. Nothing is taken back then.
    pub async fn revoke(&self, plugin: &PluginId, selection: &Selection) -> Result<(), GrantError> {
        let rows = self.grant_rows(plugin).await?;
        let mut wanted: Vec<(&str, String)> = Vec::new();
        wanted.extend(selection.http.iter().map(|host| ("http", host.to_string())));
        wanted.extend(selection.storage.then(|| ("storage", String::new())));
        wanted.extend(selection.addresses.iter().map(|address| ("address", address.to_string())));
        let is_meant = |row: &&GrantRow, wanted: &(&str, String)| {
            row.kind == wanted.0 && row.object == wanted.1
        };
        for one in &wanted {
            if !rows.iter().any(|row| is_meant(&row, one)) {
                let named = |kind: &str, object: &str| match object {
                    "" => kind.to_owned(),
                    object => format!("`{object}`"),
                };
                return Err(GrantError::NotGranted {
                    plugin: plugin.clone(),
                    what: named(one.0, &one.1),
                    granted: rows.iter().map(|row| named(&row.kind, &row.object)).collect(),
                });
            }
        }
        let mut transaction = self.database.write().await?;
        for row in rows
            .iter()
            .filter(|row| selection.all || wanted.iter().any(|wanted| is_meant(row, wanted)))
        {
            grants::delete(&mut transaction, row).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The newest requests of a plugin, the newest first.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn egress(&self, plugin: &PluginId, limit: u32) -> Result<Vec<Request>> {
        let mut transaction = self.database.read().await?;
        let rows = egress::newest(&mut transaction, plugin.as_str(), limit.into()).await?;
        let request = |row: egress::EgressRow| Request {
            at: row.requested_at,
            method: row.method,
            host: row.host,
            path: row.path,
            status: row.status,
            problem: row.problem,
            bytes: row.bytes,
            milliseconds: row.milliseconds,
        };
        Ok(rows.into_iter().map(request).collect())
    }

    fn asked(&self, plugin: &PluginId) -> Result<Permissions, GrantError> {
        let unknown =
            || GrantError::Unknown { plugin: plugin.clone(), known: self.plugins.names() };
        let info = self.plugins.get(plugin).ok_or_else(unknown)?;
        Ok(info.manifest.map(|manifest| manifest.permissions).unwrap_or_default())
    }

    async fn grant_rows(&self, plugin: &PluginId) -> Result<Vec<GrantRow>> {
        let mut transaction = self.database.read().await?;
        grants::of(&mut transaction, plugin.as_str()).await
    }
}

fn json(terms: &impl Serialize) -> Result<String> {
    serde_json::to_string(terms).context("writing a grant as JSON")
}

/// The host in its one form, or as it is written where it has none.
fn host_of(permission: &HttpPermission) -> String {
    let pattern = permission.host.parse::<HostPattern>();
    pattern.map_or_else(|_| permission.host.clone(), |pattern| pattern.to_string())
}

fn names(asked: &Permissions) -> Vec<String> {
    let storage = asked.storage.iter().map(|_| "storage".to_owned());
    let mut names: Vec<String> =
        asked.http.iter().map(|permission| format!("`{}`", host_of(permission))).collect();
    names.dedup();
    names.extend(storage);
    names
}

/// For each selected host, the terms that the manifest asks for. A host below a wildcard that is asked
/// for may be selected alone.
fn selected_hosts(
    plugin: &PluginId,
    asked: &Permissions,
    selection: &Selection,
) -> Result<Vec<(String, Vec<HttpPermission>)>, GrantError> {
    let mut selected: Vec<(String, Vec<HttpPermission>)> = Vec::new();
    let mut add = |host: String, terms: HttpPermission| match selected
        .iter_mut()
        .find(|(known, _)| *known == host)
    {
        Some((_, known)) if known.contains(&terms) => {}
        Some((_, known)) => known.push(terms),
        None => selected.push((host, vec![terms])),
    };
    for permission in asked.http.iter().filter(|_| selection.all) {
        add(host_of(permission), permission.clone());
    }
    for host in &selection.http {
        let covers = |permission: &&HttpPermission| {
            permission.host.parse::<HostPattern>().is_ok_and(|pattern| pattern.covers(host))
        };
        let mut covering = asked.http.iter().filter(covers).peekable();
        if covering.peek().is_none() {
            let (plugin, what) = (plugin.clone(), format!("requests to `{host}`"));
            return Err(GrantError::NotAskedFor { plugin, what, asked: names(asked) });
        }
        for permission in covering {
            add(host.to_string(), HttpPermission { host: host.to_string(), ..permission.clone() });
        }
    }
    Ok(selected)
}
