//! Webhooks: addresses of the user's choice to which alerts are sent.

use anyhow::Result;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::delivery::{self, Clients};
use super::secrets;
use crate::app::App;
use crate::db::webhooks::{self, WebhookRow};
use crate::vault::{Secret, VaultError};

/// The longest URL that is kept, in bytes.
const MOST_URL_BYTES: usize = 2_048;

/// The longest secret that is kept, in bytes.
const MOST_SECRET_BYTES: usize = 4_096;

/// An address to which alerts are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Webhook {
    pub id: i64,
    /// Whole; a part of it may be what lets one in.
    pub url: String,
    /// Whether what is sent carries a signature.
    pub is_signed: bool,
    /// RFC 3339.
    pub created_at: String,
    /// When something last arrived.
    pub delivered_at: Option<String>,
    /// Since when nothing did.
    pub failing_since: Option<String>,
    pub last_error: Option<String>,
    /// How many alerts are on their way.
    pub n_waiting: i64,
}

/// A webhook to be.
pub struct NewWebhook {
    url: Url,
    secret: Option<Secret>,
}

/// Why a webhook isn't taken, found or reached.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("`{0}` is not a URL")]
    NoUrl(String),
    #[error("a webhook's URL begins with `https://` or `http://`, not with `{0}:`")]
    Scheme(String),
    /// It would be shown and logged with the URL.
    #[error("a webhook's URL holds no user and no password; sign what is sent by a secret instead")]
    Userinfo,
    #[error("a webhook's URL has at most {MOST_URL_BYTES} bytes")]
    TooLong,
    #[error("a secret has 1 to {MOST_SECRET_BYTES} bytes")]
    Secret,
    #[error("there is no webhook {id}")]
    Unknown { id: i64, known: Vec<i64> },
    #[error("webhook {id} doesn't take what is sent to it: {problem}")]
    Unreached { id: i64, problem: String },
    #[error(transparent)]
    Vault(VaultError),
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl From<VaultError> for WebhookError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Storage(error) => Self::Storage(error),
            error => Self::Vault(error),
        }
    }
}

impl WebhookError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoUrl(_) => Some("expected is one such as `https://example.com/hook`".to_owned()),
            Self::Unknown { known, .. } if known.is_empty() => {
                Some("there is none; `stonks alert webhook add URL` adds one".to_owned())
            }
            Self::Unknown { known, .. } => {
                let known: Vec<String> = known.iter().map(ToString::to_string).collect();
                Some(format!("there is {}", known.join(", ")))
            }
            Self::Vault(error) => error.hint(),
            _ => None,
        }
    }
}

impl NewWebhook {
    /// Judges an address; any host may be meant, this machine's own among them. A secret's last end of
    /// line isn't part of it.
    ///
    /// # Errors
    /// What is no address of a webhook, a secret that is empty or too long.
    pub fn new(url: &str, secret: Option<&[u8]>) -> Result<Self, WebhookError> {
        if url.len() > MOST_URL_BYTES {
            return Err(WebhookError::TooLong);
        }
        let mut parsed: Url = url.parse().map_err(|_| WebhookError::NoUrl(url.to_owned()))?;
        if !matches!(parsed.scheme(), "https" | "http") {
            return Err(WebhookError::Scheme(parsed.scheme().to_owned()));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(WebhookError::Userinfo);
        }
        parsed.set_fragment(None);
        let secret = secret.map(|secret| Secret::from_line(secret.to_vec()));
        if secret.as_ref().is_some_and(|secret| !(1..=MOST_SECRET_BYTES).contains(&secret.len())) {
            return Err(WebhookError::Secret);
        }
        Ok(Self { url: parsed, secret })
    }

    /// Whether what is sent there can be read on the way.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }
}

impl Webhook {
    fn new(row: WebhookRow, waiting: &[(i64, i64)]) -> Self {
        let n_waiting = waiting.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, n)| *n);
        Self {
            id: row.id,
            url: row.url,
            is_signed: row.has_secret != 0,
            created_at: row.created_at,
            delivered_at: row.delivered_at,
            failing_since: row.failing_since,
            last_error: row.last_error,
            n_waiting,
        }
    }

    /// Where it is, without the part of the URL that may be a secret.
    #[must_use]
    pub fn place(&self) -> String {
        place(&self.url)
    }
}

/// Scheme, host and port of a URL.
pub(super) fn place(url: &str) -> String {
    let origin = url.parse::<Url>().map(|url| url.origin().ascii_serialization());
    origin.unwrap_or_default()
}

impl App {
    /// Sends alerts to one more address from now on.
    ///
    /// # Errors
    /// A secret or a row that can't be kept. Nothing is kept then.
    pub async fn add_webhook(&self, new: NewWebhook) -> Result<Webhook, WebhookError> {
        let secret = match &new.secret {
            Some(secret) => Some((self.vault_key().await?, secret)),
            None => None,
        };
        let mut transaction = self.database.write().await?;
        let (url, at) = (new.url.as_str(), self.now().to_string());
        let id = webhooks::insert(&mut transaction, url, secret.is_some(), &at).await?;
        if let Some((key, secret)) = secret {
            secrets::put(&mut transaction, &key, id, secret, &at).await?;
        }
        transaction.commit().await?;
        self.webhook(id).await
    }

    /// Addresses to which alerts are sent, in the order in which they were added.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let mut transaction = self.database.read().await?;
        let waiting = webhooks::n_waiting(&mut transaction).await?;
        let rows = webhooks::all(&mut transaction).await?;
        Ok(rows.into_iter().map(|row| Webhook::new(row, &waiting)).collect())
    }

    /// # Errors
    /// One that is unknown, a database that can't be read.
    pub async fn webhook(&self, id: i64) -> Result<Webhook, WebhookError> {
        let mut all = self.webhooks().await?;
        match all.iter().position(|webhook| webhook.id == id) {
            Some(place) => Ok(all.swap_remove(place)),
            None => {
                Err(WebhookError::Unknown { id, known: all.iter().map(|one| one.id).collect() })
            }
        }
    }

    /// Sends nothing more there; what is on its way is dropped.
    ///
    /// # Errors
    /// One that is unknown, a database that fails, a secret that can't be removed.
    pub async fn remove_webhook(&self, id: i64) -> Result<(), WebhookError> {
        self.webhook(id).await?;
        let mut transaction = self.database.write().await?;
        webhooks::delete(&mut transaction, id).await?;
        secrets::forget(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(self.remove_old_file(id)?)
    }

    /// Sends something there now that is no alert, once.
    ///
    /// # Errors
    /// One that is unknown, or doesn't take it.
    pub async fn test_webhook(&self, id: i64) -> Result<(), WebhookError> {
        let webhook = self.webhook(id).await?;
        let (name, body) = delivery::test_letter(self.now())?;
        let clients = Clients::new(delivery::PATIENCE);
        let letter = (name.as_str(), body.as_str());
        let sent = delivery::send(&clients, self, &webhook, letter).await;
        let at = self.now().to_string();
        let mut transaction = self.database.write().await?;
        match &sent {
            Ok(()) => webhooks::set_delivered(&mut transaction, id, &at).await?,
            Err(problem) => webhooks::set_failing(&mut transaction, id, &at, problem).await?,
        }
        transaction.commit().await?;
        sent.map_err(|problem| WebhookError::Unreached { id, problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        let told = match NewWebhook::new(url, None) {
            Ok(new) => format!("{} plain={}", new.url, new.is_plain()),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn any_host_may_be_meant_and_only_by_http() {
        check("https://example.com/hook?a=b#c", "https://example.com/hook?a=b plain=false");
        check("http://127.0.0.1:9000", "http://127.0.0.1:9000/ plain=true");
        check("http://[::1]:9000/x", "http://[::1]:9000/x plain=true");
        let other = "a webhook's URL begins with `https://` or `http://`, not with `ftp:`";
        check("ftp://example.com", other);
        let userinfo =
            "a webhook's URL holds no user and no password; sign what is sent by a secret instead";
        check("https://me:secret@example.com", userinfo);
        check("https://me@example.com", userinfo);
        check("example.com/hook", "`example.com/hook` is not a URL");
        check("https://", "`https://` is not a URL");
        check(&format!("https://{}", "x".repeat(2_048)), "a webhook's URL has at most 2048 bytes");
    }

    #[test]
    fn a_secret_is_what_stands_in_the_file() {
        let secret = |bytes: &[u8]| NewWebhook::new("https://a.example", Some(bytes));
        assert_eq!(secret(b"s e\r\n").unwrap().secret.unwrap().expose(), b"s e");
        assert!(matches!(secret(b"\n"), Err(WebhookError::Secret)));
        assert!(matches!(secret(&[b'x'; 5_000]), Err(WebhookError::Secret)));
    }

    #[test]
    fn a_place_tells_nothing_that_may_be_secret() {
        assert_eq!(place("https://hooks.example:8443/T0/secret?k=v"), "https://hooks.example:8443");
    }
}
