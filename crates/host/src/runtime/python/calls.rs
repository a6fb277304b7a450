//! What a plugin's process asks of the host, by the contract's imports.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::message::{Answer, Bytes, line};
use crate::imports::Imports;
use crate::runtime::contract::http::{HttpError, Request};
use crate::runtime::contract::log::Level;
use crate::runtime::contract::progress::Progress;
use crate::runtime::contract::storage::StorageError;

#[derive(Deserialize)]
struct Send {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<Bytes>,
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    timeout_milliseconds: Option<u32>,
}

#[derive(Serialize)]
struct Sent {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

#[derive(Deserialize)]
struct Set {
    key: String,
    value: Bytes,
}

#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    prefix: String,
}

#[derive(Serialize)]
struct Got {
    value: Option<Bytes>,
}

#[derive(Serialize)]
struct Listed {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Logged {
    level: Level,
    message: String,
}

#[derive(Deserialize)]
struct Reported {
    progress: Progress,
    #[serde(default)]
    message: String,
}

/// A request that says what the host doesn't understand.
#[derive(Debug)]
pub(super) struct Odd(pub(super) String);

impl From<serde_json::Error> for Odd {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

fn read<'a, T: Deserialize<'a>>(params: Option<&'a RawValue>) -> Result<T, serde_json::Error> {
    serde_json::from_str(params.map_or("{}", RawValue::get))
}

/// Does what is asked, and returns the answer's line.
///
/// # Errors
/// A method that there isn't, or parameters that don't belong to it.
pub(super) async fn answer(
    imports: Imports,
    id: Box<RawValue>,
    method: String,
    params: Option<Box<RawValue>>,
) -> Result<Vec<u8>, Odd> {
    let params = params.as_deref();
    Ok(match method.as_str() {
        "http.send" => line(&Answer::new(&id, send(&imports, read(params)?).await))?,
        "storage.get" => {
            let Key { key } = read(params)?;
            let got = imports.get(&key).await;
            line(&Answer::new(&id, got.map(|value| Got { value: value.map(Bytes) })))?
        }
        "storage.set" => {
            let Set { key, value } = read(params)?;
            line(&Answer::new(&id, imports.set(&key, &value.0).await))?
        }
        "storage.delete" => {
            let Key { key } = read(params)?;
            line(&Answer::new(&id, imports.delete(&key).await))?
        }
        "storage.keys" => {
            let Keys { prefix } = read(params)?;
            let listed = imports.keys(&prefix).await;
            line(&Answer::new(&id, listed.map(|keys| Listed { keys })))?
        }
        "clock.now" => line(&Answer::new(&id, Ok::<_, StorageError>(imports.now())))?,
        other => return Err(Odd(format!("there is no method `{other}`"))),
    })
}

async fn send(imports: &Imports, send: Send) -> Result<Sent, HttpError> {
    let request = Request {
        method: send.method,
        url: send.url,
        headers: send.headers,
        body: send.body.map(|body| body.0),
        auth: send.auth,
        timeout_milliseconds: send.timeout_milliseconds,
    };
    let response = imports.send(request).await?;
    Ok(Sent { status: response.status, headers: response.headers, body: Bytes(response.body) })
}

/// Takes note of what needs no answer.
///
/// # Errors
/// A method that there isn't, or parameters that don't belong to it.
pub(super) fn note(imports: &Imports, method: &str, params: Option<&RawValue>) -> Result<(), Odd> {
    match method {
        "log" => {
            let Logged { level, message } = read(params)?;
            imports.write(level, &message);
        }
        "progress" => {
            let Reported { progress, message } = read(params)?;
            imports.report(progress, &message);
        }
        other => return Err(Odd(format!("there is no method `{other}`"))),
    }
    Ok(())
}
