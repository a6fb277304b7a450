//! The way of an alert to a webhook: tried at once, and a few times more with longer and longer rests.
//! Each webhook has a way of its own, so that one that hangs holds up no other.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, header};
use serde::Serialize;
use sha2::Sha256;
use stonks_plugin::digest::hex;
use tokio::task::JoinSet;

use super::webhooks::place;
use super::{Alert, Webhook, WebhookError};
use crate::app::App;
use crate::db::webhooks::{self, DeliveryRow};
use crate::vault::VaultError;

/// How long a receiver may take for its answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The rests between tries, in seconds: five tries within an hour.
const RESTS: [i64; 4] = [30, 120, 600, 2_700];

/// The last try is over by then, also where this process ends during it.
const LEASE: i64 = 60;

const MOST_TRIES: i64 = RESTS.len() as i64 + 1;

/// So many are sent to at the same time.
const MOST_AT_ONCE: usize = 32;

/// The longest problem that is kept.
const MOST_PROBLEM_LETTERS: usize = 300;

/// What is sent: version 1. Fields are only added.
#[derive(Serialize)]
struct Letter<'a> {
    version: u32,
    /// The same in every try.
    id: &'a str,
    /// `alert` or `test`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// One sentence.
    text: &'a str,
    alert: Option<AlertTold<'a>>,
}

#[derive(Serialize)]
struct AlertTold<'a> {
    id: i64,
    at: &'a str,
    plugin: &'a str,
    kind: super::AlertKind,
    reasons: &'a [String],
}

/// What is sent of an alert: its name and its body.
pub(super) fn letter(alert: &Alert) -> Result<(String, String)> {
    let at: Timestamp = alert.at.parse().context("reading the time of an alert")?;
    let id = format!("alert-{}-{}", alert.id, at.as_millisecond());
    let told = AlertTold {
        id: alert.id,
        at: &alert.at,
        plugin: &alert.plugin,
        kind: alert.kind,
        reasons: &alert.reasons,
    };
    written(&Letter { version: 1, id: &id, kind: "alert", text: &alert.message, alert: Some(told) })
}

/// What is sent to see whether it arrives.
pub(super) fn test_letter(now: Timestamp) -> Result<(String, String)> {
    let id = format!("test-{}", now.as_millisecond());
    let text = "a test of Stonks Overwatch: alerts arrive here";
    written(&Letter { version: 1, id: &id, kind: "test", text, alert: None })
}

fn written(letter: &Letter<'_>) -> Result<(String, String)> {
    let body = serde_json::to_string(letter).context("writing an alert as JSON")?;
    Ok((letter.id.to_owned(), body))
}

/// Who sends: one for what is encrypted, and one that needs no certificates.
pub(super) struct Clients {
    patience: Duration,
    encrypted: OnceLock<Client>,
    plain: OnceLock<Client>,
}

impl Clients {
    pub(super) const fn new(patience: Duration) -> Self {
        Self { patience, encrypted: OnceLock::new(), plain: OnceLock::new() }
    }

    fn of(&self, url: &str) -> reqwest::Result<&Client> {
        let is_plain = url.starts_with("http:");
        let client = if is_plain { &self.plain } else { &self.encrypted };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let builder = Client::builder()
            .no_proxy()
            // What another address does with an alert isn't what the user chose.
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .timeout(self.patience)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("stonks-overwatch/", env!("CARGO_PKG_VERSION")));
        let builder = if is_plain { builder.tls_certs_only([]) } else { builder };
        let built = builder.build()?;
        Ok(client.get_or_init(|| built))
    }
}

/// `sha256=` and the HMAC of the body in hexadecimal.
fn signature(secret: &[u8], body: &str) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|error| error.to_string())?;
    mac.update(body.as_bytes());
    Ok(format!("sha256={}", hex(&mac.finalize().into_bytes())))
}

/// Sends something once; the problem is a sentence without anything secret.
pub(super) async fn send(
    clients: &Clients,
    app: &App,
    webhook: &Webhook,
    (name, body): (&str, &str),
) -> Result<(), String> {
    let client = clients.of(&webhook.url).map_err(problem)?;
    let mut request = client
        .post(&webhook.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("X-Stonks-Delivery", name);
    if webhook.is_signed {
        let secret = app.webhook_secret(webhook.id).await.map_err(|error| told(&error))?;
        request = request.header("X-Stonks-Signature", signature(secret.expose(), body)?);
    }
    let answer = request.body(body.to_owned()).send().await.map_err(problem)?;
    let status = answer.status();
    if status.is_success() {
        Ok(())
    } else if status.is_redirection() {
        Err(format!("it answers {status}, and redirects aren't followed"))
    } else {
        Err(format!("it answers {status}"))
    }
}

/// With its causes, where it has some.
fn told(error: &VaultError) -> String {
    match error {
        VaultError::Storage(error) => format!("{error:#}"),
        error => error.to_string(),
    }
}

/// In a sentence, without the URL: a part of it may be secret.
fn problem(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it doesn't answer in time".to_owned();
    }
    let what = if error.is_connect() { "it can't be reached" } else { "it can't be sent to" };
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let told = format!("{what}: {cause}");
    told.chars().filter(|letter| !letter.is_control()).take(MOST_PROBLEM_LETTERS).collect()
}

/// Sends what is due.
pub struct Post {
    app: Arc<App>,
    clients: Arc<Clients>,
    /// Webhooks that are being sent to.
    busy: BTreeSet<i64>,
    under_way: JoinSet<i64>,
}

impl Post {
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self::with_patience(app, PATIENCE)
    }

    /// The same with another time that receivers may take.
    #[must_use]
    pub fn with_patience(app: Arc<App>, patience: Duration) -> Self {
        let clients = Arc::new(Clients::new(patience));
        Self { app, clients, busy: BTreeSet::new(), under_way: JoinSet::new() }
    }

    /// Begins to send what is due, and doesn't wait for it. A try that this process doesn't live to see
    /// the end of is made again.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn send_due(&mut self) -> Result<()> {
        let now = self.app.now();
        let due = webhooks::due(&mut self.app.database.read().await?, now.as_millisecond()).await?;
        for row in due {
            if self.busy.len() >= MOST_AT_ONCE {
                break;
            }
            if self.busy.contains(&row.webhook_id) || !self.claim(&row, now).await? {
                continue;
            }
            self.busy.insert(row.webhook_id);
            let (app, clients) = (Arc::clone(&self.app), Arc::clone(&self.clients));
            self.under_way.spawn(async move {
                if let Err(error) = attempt(&app, &clients, &row).await {
                    tracing::error!("what became of an alert can't be kept: {error:#}");
                }
                row.webhook_id
            });
        }
        Ok(())
    }

    /// Waits until something that is under way has ended; for good where nothing is.
    pub async fn finished(&mut self) {
        match self.under_way.join_next_with_id().await {
            Some(Ok((_, webhook))) => {
                self.busy.remove(&webhook);
            }
            // A try that panicked: which one isn't told, so that all are looked at again.
            Some(Err(_)) if self.under_way.is_empty() => self.busy.clear(),
            Some(Err(_)) => {}
            None => std::future::pending().await,
        }
    }

    /// Sends what is due until nothing more is.
    ///
    /// # Errors
    /// A database that fails.
    pub async fn send_all_due(&mut self) -> Result<()> {
        loop {
            self.send_due().await?;
            if self.under_way.is_empty() {
                return Ok(());
            }
            self.finished().await;
        }
    }

    async fn claim(&self, row: &DeliveryRow, now: Timestamp) -> Result<bool> {
        let rest = usize::try_from(row.n_tries).ok().and_then(|n_tries| RESTS.get(n_tries));
        let next_due = now.as_millisecond() + rest.unwrap_or(&LEASE) * 1_000;
        let mut transaction = self.app.database.write().await?;
        let is_ours = webhooks::claim(&mut transaction, row, next_due).await?;
        transaction.commit().await?;
        Ok(is_ours)
    }
}

/// One try, and what became of it.
async fn attempt(app: &App, clients: &Clients, row: &DeliveryRow) -> Result<()> {
    let webhook = match app.webhook(row.webhook_id).await {
        Ok(webhook) => webhook,
        // Removed meanwhile, and with it what was on its way.
        Err(WebhookError::Unknown { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let n_tries = row.n_tries + 1;
    let sent = if n_tries > MOST_TRIES {
        // The last try was under way when its process ended.
        Err("the last try was cut off".to_owned())
    } else {
        let letter = (row.name.as_str(), row.body.as_str());
        send(clients, app, &webhook, letter).await
    };
    let at = app.now().to_string();
    let mut transaction = app.database.write().await?;
    match sent {
        Ok(()) => {
            webhooks::finish(&mut transaction, row.id).await?;
            webhooks::set_delivered(&mut transaction, webhook.id, &at).await?;
        }
        Err(problem) => {
            let is_last = n_tries >= MOST_TRIES;
            let told = if is_last {
                webhooks::finish(&mut transaction, row.id).await?;
                format!("{problem}; `{}` is given up after {MOST_TRIES} tries", row.name)
            } else {
                problem
            };
            let (id, place) = (webhook.id, place(&webhook.url));
            tracing::warn!(webhook = id, place, n_tries, "an alert didn't arrive: {told}");
            webhooks::set_failing(&mut transaction, webhook.id, &at, &told).await?;
        }
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_others_compute() {
        // The second test case of RFC 4231.
        let told = signature(b"Jefe", "what do ya want for nothing?").unwrap();
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(told, expected);
    }
}
