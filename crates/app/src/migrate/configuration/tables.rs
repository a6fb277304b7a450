//! `brokers_configuration` and `global_configuration`.

use serde_json::Value;

use super::super::MigrationError;
use super::super::brokers;
use super::super::database::{OldDatabase, OldRow, OldTable};
use super::super::reading::Fields;
use super::super::report::TableReport;
use super::{Configuration, Decryption, Source};
use crate::vault::Secret;

pub(in super::super) const TABLES: [&str; 2] = [BROKERS.name, GLOBAL.name];

const BROKERS: OldTable = OldTable {
    name: "brokers_configuration",
    columns: &["broker_name", "enabled", "start_date", "update_frequency", "credentials"],
    order: "id",
    since: None,
};
const GLOBAL: OldTable =
    OldTable { name: "global_configuration", columns: &["key", "value"], order: "id", since: None };

pub(super) async fn read(
    old: &mut OldDatabase,
    decryption: &Decryption,
    into: &mut Configuration,
) -> Result<(), MigrationError> {
    let (brokers, global) = (old.rows(&BROKERS).await?, old.rows(&GLOBAL).await?);
    let mut left_out = Vec::new();
    for row in &brokers {
        if let Some(unknown) = read_broker(row, decryption, into)? {
            left_out.push(unknown);
        }
    }
    table(&BROKERS, brokers.len(), left_out, into);
    let mut left_out = Vec::new();
    for row in &global {
        if let Some(unknown) = read_global(row, decryption, into)? {
            left_out.push(unknown);
        }
    }
    table(&GLOBAL, global.len(), left_out, into);
    Ok(())
}

fn table(table: &OldTable, rows: usize, left_out: Vec<String>, into: &mut Configuration) {
    let told = rows - left_out.len();
    into.tables.push(TableReport { table: table.name.to_owned(), rows, told, left_out });
}

/// Returns what can't be taken over of the row as a whole.
fn read_broker(
    row: &OldRow,
    decryption: &Decryption,
    into: &mut Configuration,
) -> Result<Option<String>, MigrationError> {
    let name = row.text("broker_name").unwrap_or_default();
    let Some(broker) = brokers::find(&name) else {
        return Ok(Some(format!("broker `{name}` isn't known")));
    };
    let stored = row.json("credentials")?;
    let mut problem = None;
    let credentials = match stored {
        // Nothing was ever stored, or it was before credentials were encrypted.
        Value::Object(plain) => plain,
        Value::String(token) if !token.is_empty() => {
            decryption.open(&token).unwrap_or_else(|why| {
                problem = Some(format!("the credentials of `{name}` can't be decrypted: {why}"));
                serde_json::Map::new()
            })
        }
        _ => serde_json::Map::new(),
    };
    into.problems.extend(problem);
    let own = into.broker(broker);
    own.take_credentials(credentials, Source::Database);
    let enabled = row.is_set("enabled").to_string();
    let values = [
        ("enabled", Some(enabled)),
        ("start_date", row.text("start_date")),
        ("update_frequency", row.text("update_frequency")),
    ];
    for (key, value) in values {
        if let Some(value) = value {
            own.values.insert(key.to_owned(), (value, Source::Database));
        }
    }
    Ok(None)
}

fn read_global(
    row: &OldRow,
    decryption: &Decryption,
    into: &mut Configuration,
) -> Result<Option<String>, MigrationError> {
    let key = row.text("key").unwrap_or_default();
    let value = row.json("value")?;
    match (key.as_str(), value) {
        ("base_currency" | "appearance", Value::String(text)) => {
            into.values.insert(key, (text, Source::Database));
        }
        ("integration_logo_provider", Value::Object(told)) => {
            let text = |name: &str| told.get(name).and_then(Value::as_str);
            if let Some(provider) = text("provider") {
                let name = "logo_provider.provider".to_owned();
                into.values.insert(name, (provider.to_owned(), Source::Database));
            }
            if let Some(token) = text("api_key_enc").filter(|token| !token.is_empty()) {
                logo_key(decryption.open(token), into);
            }
        }
        _ => return Ok(Some(format!("`{key}` isn't known"))),
    }
    Ok(None)
}

fn logo_key(opened: Result<serde_json::Map<String, Value>, String>, into: &mut Configuration) {
    match opened {
        Err(why) => {
            into.problems.push(format!("the key of the logo provider can't be decrypted: {why}"));
        }
        Ok(told) => {
            let key = told.get("api_key").and_then(Value::as_str).unwrap_or_default();
            if !key.is_empty() {
                let secret = Secret::new(key.as_bytes().to_vec());
                into.logo_key = Some((secret, Source::Database));
            }
        }
    }
}
