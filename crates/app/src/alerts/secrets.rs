//! Secrets by which receivers know who sent an alert: kept in the vault, read to sign, and forgotten.
//!
//! Before there was a vault, each was a file in the data directory. Such a file moves into the vault when
//! it is first read.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Context;

use crate::app::App;
use crate::db::Transaction;
use crate::vault::{self, Key, Owner, Secret, VaultError};

/// The folder of the files that were.
const FOLDER: &str = "webhook-secrets";

const NAME: &str = "signing";

/// Keeps the secret of a webhook, together with the webhook.
pub(super) async fn put(
    transaction: &mut Transaction,
    key: &Key,
    webhook: i64,
    secret: &Secret,
    set_at: &str,
) -> anyhow::Result<()> {
    vault::put(transaction, key, (Owner::Webhook(webhook), NAME), secret, set_at).await
}

/// Forgets the secret of a webhook that goes, if it has one.
pub(super) async fn forget(transaction: &mut Transaction, webhook: i64) -> anyhow::Result<()> {
    vault::forget(transaction, Owner::Webhook(webhook)).await
}

impl App {
    /// The secret of a webhook that has one.
    pub(super) async fn webhook_secret(&self, webhook: i64) -> Result<Secret, VaultError> {
        if let Some(secret) = self.secret(Owner::Webhook(webhook), NAME).await? {
            return Ok(secret);
        }
        let path = self.old_file(webhook);
        let reading =
            || format!("the webhook's secret is neither in the vault nor in `{}`", path.display());
        let secret = Secret::new(fs::read(&path).with_context(reading)?);
        let key = self.vault_key().await?;
        let mut transaction = self.database.write().await?;
        put(&mut transaction, &key, webhook, &secret, &self.now().to_string()).await?;
        transaction.commit().await?;
        self.remove_old_file(webhook)?;
        Ok(secret)
    }

    fn old_file(&self, webhook: i64) -> PathBuf {
        self.config.data_dir.join(FOLDER).join(webhook.to_string())
    }

    /// Removes the file of a webhook, if it has one.
    pub(super) fn remove_old_file(&self, webhook: i64) -> anyhow::Result<()> {
        let path = self.old_file(webhook);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
                .with_context(|| format!("removing the webhook's secret in `{}`", path.display())),
            _ => Ok(()),
        }
    }
}
