//! The old credentials, into the vault.

use stonks_core::account::AccountName;

use super::brokers::BROKERS;
use super::configuration::{Configuration, Sourced};
use super::report::{SecretOutcome, SecretReport};
use super::settings::LOGO_PROVIDER;
use crate::app::App;
use crate::ingest::Mode;
use crate::vault::{self, Owner, Secret, VaultError};

/// What became of all secrets, and why the vault doesn't open, if it doesn't.
#[derive(Default)]
pub(super) struct Sealed {
    pub(super) reports: Vec<SecretReport>,
    pub(super) problem: Option<String>,
}

impl App {
    /// Seals what isn't in the vault yet. What the user set since stays.
    pub(super) async fn seal_old_secrets(
        &self,
        configuration: &Configuration,
        account: impl Fn(&'static str) -> Option<AccountName>,
        mode: Mode,
    ) -> anyhow::Result<Sealed> {
        let mut sealed = Sealed::default();
        for broker in BROKERS {
            let (Some(settings), Some(account)) = (configuration.of(broker), account(broker.old))
            else {
                continue;
            };
            for (key, secret) in &settings.credentials {
                self.seal_old(Owner::Account(&account), key, secret, (mode, &mut sealed)).await?;
            }
        }
        if let Some(secret) = &configuration.logo_key {
            let owner = Owner::Integration(LOGO_PROVIDER);
            self.seal_old(owner, "api_key", secret, (mode, &mut sealed)).await?;
        }
        Ok(sealed)
    }

    async fn seal_old(
        &self,
        owner: Owner<'_>,
        key: &str,
        (secret, source): &Sourced<Secret>,
        (mode, sealed): (Mode, &mut Sealed),
    ) -> anyhow::Result<()> {
        let outcome = match self.seal_new(owner, key, secret, mode).await {
            Ok(outcome) => outcome,
            Err(VaultError::Storage(error)) => return Err(error),
            Err(error) => {
                let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
                sealed.problem = Some(format!("the credentials, since {error}{hint}"));
                SecretOutcome::Locked
            }
        };
        let owner = match owner {
            Owner::Account(name) => name.to_string(),
            Owner::Webhook(id) => id.to_string(),
            Owner::Integration(name) => name.to_owned(),
        };
        let (key, source) = (key.to_owned(), source.as_str());
        sealed.reports.push(SecretReport { owner, key, source, outcome });
        Ok(())
    }

    async fn seal_new(
        &self,
        owner: Owner<'_>,
        key: &str,
        secret: &Secret,
        mode: Mode,
    ) -> Result<SecretOutcome, VaultError> {
        if let Some(known) = self.secret(owner, key).await? {
            let is_same = known == *secret;
            return Ok(if is_same { SecretOutcome::Known } else { SecretOutcome::Kept });
        }
        if mode == Mode::Store {
            let vault_key = self.vault_key().await?;
            let mut transaction = self.database.write().await?;
            let set_at = self.now().to_string();
            vault::put(&mut transaction, &vault_key, (owner, key), secret, &set_at).await?;
            transaction.commit().await?;
        }
        Ok(SecretOutcome::Sealed)
    }
}
