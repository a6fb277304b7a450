//! `stonks plugin grant`: what a plugin asks for, and the user's decision.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use stonks_app::{App, Permission, Selection, Standing};
use stonks_plugin::PluginId;
use stonks_plugin::permission::HostPattern;

use crate::output::{Column, Output};

/// Who decided, for the record.
pub(crate) const BY: &str = "command line";

#[derive(Args)]
pub(crate) struct Grant {
    name: PluginId,
    #[command(flatten)]
    what: What,
    /// A certificate (PEM) that is trusted at `--allow-address`, and nothing else there: for hosts that
    /// lead to it.
    #[arg(long, value_name = "FILE", requires = "addresses")]
    root_certificate: Option<PathBuf>,
}

/// Which permissions are meant.
#[derive(Args)]
pub(crate) struct What {
    /// All of them.
    #[arg(long)]
    all: bool,
    /// Requests to a host; may be given several times.
    #[arg(long, value_name = "HOST")]
    http: Vec<HostPattern>,
    /// A store of its own.
    #[arg(long)]
    storage: bool,
    /// FOR TESTS: an address of this machine, such as 127.0.0.1:8080.
    #[arg(long = "allow-address", value_name = "ADDRESS:PORT")]
    addresses: Vec<SocketAddr>,
}

impl What {
    pub(crate) const fn is_empty(&self) -> bool {
        !self.all && self.http.is_empty() && !self.storage && self.addresses.is_empty()
    }

    pub(crate) fn selection(self, root_certificate: Option<String>) -> Selection {
        let Self { all, http, storage, addresses } = self;
        Selection { all, http, storage, addresses, root_certificate }
    }
}

pub(crate) async fn run(app: &App, grant: Grant, output: &Output) -> Result<()> {
    let Grant { name, what, root_certificate } = grant;
    let is_question = what.is_empty();
    if !is_question {
        let read = |path: PathBuf| {
            let content = std::fs::read_to_string(&path);
            content.with_context(|| format!("reading `{}`", path.display()))
        };
        let root_certificate = root_certificate.map(read).transpose()?;
        app.grant(&name, &what.selection(root_certificate), BY).await?;
    }
    let permissions = app.permissions(&name).await?;
    list(&permissions, output)?;
    if is_question && !output.is_json() && permissions.iter().any(Permission::is_missing) {
        output.note(&format!(
            "grant all of it with `stonks plugin grant {name} --all`, or a part with `--http HOST` and `--storage`"
        ));
    }
    Ok(())
}

/// Grants all that a plugin asks for, and tells what is new about it.
pub(crate) async fn everything(app: &App, name: &PluginId, output: &Output) -> Result<()> {
    let missing = app.missing_grants(name).await?;
    app.grant(name, &Selection::everything(), BY).await?;
    for permission in missing {
        output.note(&format!("granted: {}", permission.told()));
    }
    Ok(())
}

fn purpose(permission: &Permission) -> String {
    let purpose = permission.purpose.clone().unwrap_or_default();
    if permission.optional { format!("{purpose} (optional)") } else { purpose }
}

/// Each permission with its purpose and how it stands.
pub(crate) fn list(permissions: &[Permission], output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&permissions);
    }
    let rows = permissions.iter().map(|permission| {
        let standing = match permission.standing {
            Standing::Granted => "granted",
            Standing::NotGranted => "not granted",
            Standing::AsksForMore => "asks for more than was granted",
            Standing::NotAskedFor => "granted, but not asked for",
            Standing::OpenForTests => "OPEN FOR TESTS",
        };
        let decided = permission.granted_at.as_ref().zip(permission.granted_by.as_ref());
        vec![
            permission.sentence.clone(),
            purpose(permission),
            standing.to_owned(),
            decided.map(|(at, by)| format!("{at}, {by}")).unwrap_or_default(),
        ]
    });
    let columns = [
        Column::Left("it may"),
        Column::Left("to"),
        Column::Left("standing"),
        Column::Left("since, by"),
    ];
    output.table(&columns, rows.collect(), "it asks for nothing, and was granted nothing");
    Ok(())
}
