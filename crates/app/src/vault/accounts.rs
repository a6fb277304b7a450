//! Secrets of accounts: set, listed, removed. Nothing here shows one.

use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_plugin::validate::nearest;
use stonks_plugin::{Manifest, PluginId};

use super::{Owner, Secret, VaultError, put};
use crate::accounts::AccountError;
use crate::app::App;
use crate::db::secrets;

/// The longest name of a secret.
const MOST_NAME_BYTES: usize = 64;

/// A secret of an account, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretInfo {
    pub key: String,
    /// RFC 3339.
    pub set_at: String,
}

/// Why a secret isn't set, or removed.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("plugin `{plugin}` knows no credential `{key}`")]
    UnknownKey {
        plugin: PluginId,
        key: String,
        /// Those that its manifest names.
        known: Vec<String>,
    },
    #[error(
        "`{0}` can't name a secret: 1 to {MOST_NAME_BYTES} letters, digits, `_`, `-` and `.` are expected"
    )]
    Name(String),
    #[error("a secret has 1 to {} bytes", Secret::MOST_BYTES)]
    Length,
    #[error("`{key}` has {told}; plugin `{plugin}` expects {expected}")]
    Unfit { plugin: PluginId, key: String, told: String, expected: String },
    #[error("account `{account}` has no secret `{key}`")]
    NotThere {
        account: AccountName,
        key: String,
        /// Those that it has.
        known: Vec<String>,
    },
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl SecretError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let listed = |key: &str, known: &[String], none: &str| {
            Some(match nearest(key, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => none.to_owned(),
                None => format!("there is {}", known.join(", ")),
            })
        };
        match self {
            Self::Account(error) => error.hint(),
            Self::Vault(error) => error.hint(),
            Self::UnknownKey { key, known, .. } => listed(key, known, "its manifest names none"),
            Self::NotThere { key, known, .. } => listed(key, known, "it has none"),
            _ => None,
        }
    }
}

impl App {
    /// Seals a secret of an account, in place of what was kept under the same key.
    ///
    /// # Errors
    /// An account that isn't there, a key that its plugin doesn't know, a vault that doesn't open.
    pub async fn set_account_secret(
        &self,
        account: &AccountName,
        key: &str,
        secret: &Secret,
    ) -> Result<SecretInfo, SecretError> {
        let plugin = self.account(account).await?.plugin;
        check_name(key)?;
        if secret.is_empty() || secret.len() > Secret::MOST_BYTES {
            return Err(SecretError::Length);
        }
        // Nothing is known of what a plugin that isn't there will ask for.
        if let Some(manifest) = self.plugins.get(&plugin).and_then(|info| info.manifest) {
            check_credential(&plugin, &manifest, key, secret)?;
        }
        self.seal_account_secret(account, key, secret).await
    }

    /// The same without asking the plugin, for what comes from elsewhere.
    pub(crate) async fn seal_account_secret(
        &self,
        account: &AccountName,
        key: &str,
        secret: &Secret,
    ) -> Result<SecretInfo, SecretError> {
        let vault_key = self.vault_key().await?;
        let set_at = self.now().to_string();
        let mut transaction = self.database.write().await?;
        let place = (Owner::Account(account), key);
        put(&mut transaction, &vault_key, place, secret, &set_at).await?;
        transaction.commit().await?;
        Ok(SecretInfo { key: key.to_owned(), set_at })
    }

    /// The secrets of an account, by key, without their values.
    ///
    /// # Errors
    /// An account that isn't there.
    pub async fn account_secrets(
        &self,
        account: &AccountName,
    ) -> Result<Vec<SecretInfo>, SecretError> {
        self.account(account).await?;
        let (kind, owner) = Owner::Account(account).key();
        let rows = secrets::of_owner(&mut self.database.read().await?, (kind, &owner)).await?;
        let info = |row: secrets::SecretRow| SecretInfo { key: row.name, set_at: row.set_at };
        Ok(rows.into_iter().map(info).collect())
    }

    /// Forgets a secret. No key is needed, so that one whose key is lost can go.
    ///
    /// # Errors
    /// An account or a secret that isn't there.
    pub async fn remove_account_secret(
        &self,
        account: &AccountName,
        key: &str,
    ) -> Result<(), SecretError> {
        let known = self.account_secrets(account).await?;
        let (kind, owner) = Owner::Account(account).key();
        let mut transaction = self.database.write().await?;
        if !secrets::delete(&mut transaction, (kind, &owner), key).await? {
            let known = known.into_iter().map(|info| info.key).collect();
            let (account, key) = (account.clone(), key.to_owned());
            return Err(SecretError::NotThere { account, key, known });
        }
        Ok(transaction.commit().await?)
    }
}

fn check_name(key: &str) -> Result<(), SecretError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_good = (1..=MOST_NAME_BYTES).contains(&key.len()) && key.bytes().all(is_plain);
    if is_good { Ok(()) } else { Err(SecretError::Name(key.chars().take(80).collect())) }
}

fn check_credential(
    plugin: &PluginId,
    manifest: &Manifest,
    key: &str,
    secret: &Secret,
) -> Result<(), SecretError> {
    let credentials = &manifest.credentials;
    let Some(credential) = credentials.iter().find(|credential| credential.key == key) else {
        let known = credentials.iter().map(|credential| credential.key.clone()).collect();
        return Err(SecretError::UnknownKey { plugin: plugin.clone(), key: key.to_owned(), known });
    };
    let length = String::from_utf8_lossy(secret.expose()).chars().count();
    let least = credential.min_length.map_or(0, |least| least as usize);
    let most = credential.max_length.map_or(usize::MAX, |most| most as usize);
    if (least..=most).contains(&length) {
        return Ok(());
    }
    Err(SecretError::Unfit {
        plugin: plugin.clone(),
        key: key.to_owned(),
        told: format!("{length} letters"),
        expected: if length < least {
            format!("{least} or more")
        } else {
            format!("at most {most}")
        },
    })
}
