//! Settings and credentials of the old installation: its tables, overruled by `config/config.json`.

mod file;
mod tables;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::MigrationError;
use super::brokers::{self, Broker};
use super::database::OldDatabase;
use super::fernet::{FernetError, FernetKey};
use super::places::{Places, read_small};
use super::report::TableReport;
use crate::vault::Secret;

pub(super) use tables::TABLES;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Database,
    File,
}

impl Source {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::File => "config.json",
        }
    }
}

/// A value, and where it comes from.
pub(super) type Sourced<T> = (T, Source);

/// What the old installation sets for a broker.
#[derive(Default)]
pub(super) struct BrokerSettings {
    /// By name, as text.
    pub(super) values: BTreeMap<String, Sourced<String>>,
    pub(super) credentials: BTreeMap<String, Sourced<Secret>>,
}

/// All that the old installation sets.
#[derive(Default)]
pub(super) struct Configuration {
    /// `base_currency`, `appearance`, `logo_provider.provider`.
    pub(super) values: BTreeMap<String, Sourced<String>>,
    pub(super) logo_key: Option<Sourced<Secret>>,
    pub(super) brokers: BTreeMap<&'static str, BrokerSettings>,
    pub(super) tables: Vec<TableReport>,
    /// What can't be read or decrypted, each in a sentence.
    pub(super) problems: Vec<String>,
}

/// The key by which credentials are decrypted, or why there is none.
enum Decryption {
    Key(FernetKey),
    Missing(String),
    Bad(String),
}

impl Decryption {
    fn read(places: &Places) -> Self {
        let Some(path) = &places.key else {
            let looked_for = places.report.iter().find(|place| place.what == "key");
            let looked_for = looked_for.and_then(|place| place.looked_for.first());
            let shown = looked_for.map(|path| path.display().to_string()).unwrap_or_default();
            return Self::Missing(format!("there is no key file `{shown}`"));
        };
        let shown = path.display();
        match read_small(path) {
            Err(error) => Self::Bad(error.to_string()),
            Ok(mut bytes) => {
                let key = FernetKey::parse(&bytes);
                bytes.zeroize();
                match key {
                    Ok(key) => Self::Key(key),
                    Err(error) => {
                        Self::Bad(format!("the key file `{shown}` can't be used: {error}"))
                    }
                }
            }
        }
    }

    /// The object that was encrypted, or a sentence.
    fn open(&self, stored: &str) -> Result<Map<String, Value>, String> {
        let key = match self {
            Self::Key(key) => key,
            Self::Missing(why) | Self::Bad(why) => return Err(why.clone()),
        };
        let plain = key.decrypt_stored(stored).map_err(|error: FernetError| error.to_string())?;
        serde_json::from_slice(plain.expose()).map_err(|_| "what they hold is no JSON".to_owned())
    }
}

impl Configuration {
    pub(super) async fn read(
        places: &Places,
        old: Option<&mut OldDatabase>,
    ) -> Result<Self, MigrationError> {
        let mut configuration = Self::default();
        if let Some(old) = old {
            let decryption = Decryption::read(places);
            tables::read(old, &decryption, &mut configuration).await?;
        }
        if let Some(path) = &places.configuration {
            file::read(path, &mut configuration);
        }
        Ok(configuration)
    }

    fn broker(&mut self, broker: &'static Broker) -> &mut BrokerSettings {
        self.brokers.entry(broker.old).or_default()
    }

    pub(super) fn of(&self, broker: &Broker) -> Option<&BrokerSettings> {
        self.brokers.get(broker.old)
    }
}

impl BrokerSettings {
    /// Takes over credentials key by key. What the template has in their place is none.
    fn take_credentials(&mut self, credentials: Map<String, Value>, source: Source) {
        for (key, value) in credentials {
            match value {
                Value::String(mut text) => {
                    if !text.trim().is_empty() && !is_placeholder(&text) {
                        let secret = Secret::new(text.clone().into_bytes());
                        self.credentials.insert(key, (secret, source));
                    }
                    text.zeroize();
                }
                // Such as `paper_trading`: a switch that the old form keeps among the credentials.
                Value::Bool(_) | Value::Number(_) => {
                    self.values.insert(key, (value.to_string(), source));
                }
                Value::Null | Value::Array(_) | Value::Object(_) => {}
            }
        }
    }
}

/// Whether a text is one that the template of `config.json` explains a field with.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let is_of_broker = |broker: &&Broker| {
        let rest = text.strip_prefix(&broker.old.to_uppercase());
        rest.is_some_and(|rest| rest.starts_with(' '))
    };
    matches!(text, "USERNAME" | "PASSWORD")
        || text.starts_with("See https://")
        || text.starts_with("PEM key content")
        || text.starts_with("YOUR_API_KEY")
        || text.starts_with("Set to true ")
        || brokers::BROKERS.iter().any(is_of_broker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_explains_a_field_is_no_credential() {
        for text in [
            "USERNAME",
            "PASSWORD",
            "BITVAVO API KEY",
            "IBKR DH PRIME",
            "ALPACA SECRET KEY (only shown once)",
            "YOUR_API_KEY. Get one",
            "See https://example.com",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in
            ["alice", "pass word", "IBKRKEY", "bitvavo api key", "-----BEGIN PRIVATE KEY-----"]
        {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
