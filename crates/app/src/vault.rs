//! The vault: credentials and other secrets in the database, each sealed by itself under one key.
//!
//! The key is made of a passphrase by Argon2id, or lies in a file of the data directory that only its
//! owner may read; it never is in the database, so that a copy of the database opens nothing. A secret is
//! bound to its owner and name: moved to another row, it doesn't open. To list and to remove needs no key.

mod accounts;
mod key;
mod secret;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use stonks_core::account::AccountName;

use crate::app::App;
use crate::db::secrets::{self, SecretRow, VaultRow};
use crate::db::{Transaction, secrets::OwnerKey};
use key::Derivation;

pub use accounts::{SecretError, SecretInfo};
pub(crate) use key::Key;
pub use secret::Secret;

/// The key file in the data directory.
const KEY_FILE: &str = "vault.key";

/// What the vault's key is known by, sealed by it.
const CHECK_TEXT: &[u8] = b"the vault of Stonks Overwatch";
const CHECK_BOUND: &[u8] = b"stonks vault check";

const BY_KEY_FILE: &str = "key-file";
const BY_PASSPHRASE: &str = "passphrase";

/// How often a vault is begun that another process begins at the same time.
const MOST_TRIES: usize = 3;

/// Whose secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner<'a> {
    Account(&'a AccountName),
    Webhook(i64),
    /// A service that isn't a broker.
    Integration(&'a str),
}

impl Owner<'_> {
    fn key(self) -> (&'static str, String) {
        match self {
            Self::Account(name) => ("account", name.to_string()),
            Self::Webhook(id) => ("webhook", id.to_string()),
            Self::Integration(name) => ("integration", name.to_owned()),
        }
    }
}

/// Why the vault doesn't open. Nothing in it is lost.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the vault is sealed by a passphrase, and none was given")]
    NoPassphrase,
    #[error("the passphrase is not the vault's")]
    WrongPassphrase,
    #[error("the vault is sealed by its key file `{}`, not by a passphrase", .0.display())]
    ByKeyFile(PathBuf),
    #[error("the vault's key file `{}` is missing", path.display())]
    MissingKey { path: PathBuf, n_secrets: i64 },
    #[error("the key file `{}` is not the one that the vault was sealed by", .0.display())]
    WrongKey(PathBuf),
    #[error("the vault's key file `{}` is no key: it has not 32 bytes", .0.display())]
    NoKey(PathBuf),
    #[error("others may read the vault's key file `{}` (mode {mode:03o})", path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("secret `{name}` of {owner} was changed outside the vault, and doesn't open")]
    Damaged { owner: String, name: String },
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl VaultError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoPassphrase | Self::WrongPassphrase => {
                "name a file that holds it with `--vault-passphrase-file FILE`, or set STONKS_VAULT_PASSPHRASE"
                    .to_owned()
            }
            Self::ByKeyFile(_) => "leave the passphrase out".to_owned(),
            Self::MissingKey { n_secrets, .. } => format!(
                "bring it back from a backup; else remove the {n_secrets} secrets that it sealed, and set them anew"
            ),
            Self::WrongKey(_) | Self::NoKey(_) => "bring the right one back from a backup".to_owned(),
            Self::Exposed { path, .. } => format!("`chmod 600 {}`", path.display()),
            Self::Damaged { .. } => "set it anew".to_owned(),
            Self::Storage(_) => return None,
        })
    }

    /// Whether the key is at fault.
    const fn is_of_key(&self) -> bool {
        !matches!(self, Self::Damaged { .. } | Self::Storage(_))
    }
}

/// What a secret is bound to: its owner and its name, told so that none can be taken for another.
fn bound((kind, owner): OwnerKey<'_>, name: &str) -> Vec<u8> {
    let mut bound = b"stonks secret".to_vec();
    for part in [kind, owner, name] {
        bound.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bound.extend_from_slice(part.as_bytes());
    }
    bound
}

impl App {
    fn key_file(&self) -> PathBuf {
        self.config.data_dir.join(KEY_FILE)
    }

    /// The key of the vault, which begins with it where there is none. One that nothing is sealed in
    /// begins anew where its key is gone.
    pub(crate) async fn vault_key(&self) -> Result<Arc<Key>, VaultError> {
        for _ in 0..MOST_TRIES {
            let row = secrets::vault(&mut self.database.read().await?).await?;
            let Some(row) = row else {
                self.begin_vault().await?;
                continue;
            };
            let error = match self.opened(row.clone()).await {
                Err(error) if error.is_of_key() => error,
                told => return told,
            };
            let mut transaction = self.database.write().await?;
            if !secrets::end_empty(&mut transaction, &row).await? {
                return Err(error);
            }
            transaction.commit().await?;
        }
        Err(anyhow!("other processes begin the vault again and again").into())
    }

    async fn begin_vault(&self) -> Result<(), VaultError> {
        let path = self.key_file();
        let derivation = match self.config.vault_passphrase {
            Some(_) => Some(Derivation::new()?),
            None => None,
        };
        let key = match &derivation {
            Some(derivation) => self.derived(derivation.clone()).await?,
            None => {
                if !path.exists() {
                    key::create(&path)?;
                }
                let missing = || VaultError::MissingKey { path: path.clone(), n_secrets: 0 };
                Arc::new(key::read(&path)?.ok_or_else(missing)?)
            }
        };
        let row = VaultRow {
            kind: if derivation.is_some() { BY_PASSPHRASE } else { BY_KEY_FILE }.to_owned(),
            memory_kib: derivation.as_ref().map(|told| told.memory_kib.into()),
            passes: derivation.as_ref().map(|told| told.passes.into()),
            lanes: derivation.as_ref().map(|told| told.lanes.into()),
            salt: derivation.map(|told| told.salt),
            check_value: key.seal(CHECK_BOUND, CHECK_TEXT)?,
        };
        let mut transaction = self.database.write().await?;
        secrets::begin(&mut transaction, &row, &self.now().to_string()).await?;
        Ok(transaction.commit().await?)
    }

    /// The key by which a vault was sealed, proven by what it sealed.
    async fn opened(&self, row: VaultRow) -> Result<Arc<Key>, VaultError> {
        let is_by_passphrase = row.kind == BY_PASSPHRASE;
        let path = self.key_file();
        let key = match (&self.config.vault_passphrase, is_by_passphrase) {
            (None, true) => return Err(VaultError::NoPassphrase),
            (Some(_), false) => return Err(VaultError::ByKeyFile(path)),
            (Some(_), true) => self.derived(derivation(&row)?).await?,
            (None, false) => match key::read(&path)? {
                Some(key) => Arc::new(key),
                None => {
                    let mut transaction = self.database.read().await?;
                    let n_secrets = secrets::count(&mut transaction).await?;
                    return Err(VaultError::MissingKey { path, n_secrets });
                }
            },
        };
        match key.open(CHECK_BOUND, &row.check_value) {
            Some(told) if told.expose() == CHECK_TEXT => Ok(key),
            _ if is_by_passphrase => Err(VaultError::WrongPassphrase),
            _ => Err(VaultError::WrongKey(path)),
        }
    }

    /// The key of the passphrase, derived once: that takes time on purpose.
    async fn derived(&self, derivation: Derivation) -> Result<Arc<Key>, VaultError> {
        let mut known = self.derived_key.0.lock().await;
        if let Some((of, key)) = &*known
            && *of == derivation
        {
            return Ok(Arc::clone(key));
        }
        let passphrase = self.config.vault_passphrase.clone().ok_or(VaultError::NoPassphrase)?;
        let (key, derivation) = tokio::task::spawn_blocking(move || {
            derivation.key(&passphrase).map(|key| (Arc::new(key), derivation))
        })
        .await
        .context("deriving the vault's key")??;
        *known = Some((derivation, Arc::clone(&key)));
        Ok(key)
    }

    /// How many secrets there are, if the key that opens them is there.
    pub(crate) async fn look_at_vault(&self) -> Result<i64, VaultError> {
        let mut transaction = self.database.read().await?;
        let n_secrets = secrets::count(&mut transaction).await?;
        let row = secrets::vault(&mut transaction).await?;
        drop(transaction);
        if let Some(row) = row.filter(|_| n_secrets > 0) {
            self.opened(row).await?;
        }
        Ok(n_secrets)
    }

    /// The value of a secret; none where there is no such secret, for which no key is needed.
    pub(crate) async fn secret(
        &self,
        owner: Owner<'_>,
        name: &str,
    ) -> Result<Option<Secret>, VaultError> {
        let (kind, own) = owner.key();
        let rows = secrets::of_owner(&mut self.database.read().await?, (kind, &own)).await?;
        let Some(row) = rows.into_iter().find(|row| row.name == name) else { return Ok(None) };
        let key = self.vault_key().await?;
        let damaged =
            || VaultError::Damaged { owner: format!("{kind} `{own}`"), name: name.to_owned() };
        key.open(&bound((kind, &own), name), &row.sealed).map(Some).ok_or_else(damaged)
    }
}

/// Seals a secret in place of what was kept under the same name, as a part of something larger.
pub(crate) async fn put(
    transaction: &mut Transaction,
    key: &Key,
    (owner, name): (Owner<'_>, &str),
    secret: &Secret,
    set_at: &str,
) -> anyhow::Result<()> {
    let (kind, own) = owner.key();
    let sealed = key.seal(&bound((kind, &own), name), secret.expose())?;
    let row = SecretRow { name: name.to_owned(), sealed, set_at: set_at.to_owned() };
    secrets::put(transaction, (kind, &own), &row).await
}

/// Forgets all secrets of an owner who goes.
pub(crate) async fn forget(transaction: &mut Transaction, owner: Owner<'_>) -> anyhow::Result<()> {
    let (kind, own) = owner.key();
    secrets::delete_of_owner(transaction, (kind, &own)).await
}

fn derivation(row: &VaultRow) -> anyhow::Result<Derivation> {
    let number = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let told = || {
        Some(Derivation {
            salt: row.salt.clone()?,
            memory_kib: number(row.memory_kib)?,
            passes: number(row.passes)?,
            lanes: number(row.lanes)?,
        })
    };
    told().context("the database doesn't tell how the vault's key is derived")
}

/// The last key that was derived, and how.
#[derive(Default)]
pub(crate) struct DerivedKey(tokio::sync::Mutex<Option<(Derivation, Arc<Key>)>>);
