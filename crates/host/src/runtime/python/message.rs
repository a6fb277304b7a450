//! Messages between the host and a plugin's process: JSON-RPC 2.0, one on a line.
//! <https://www.jsonrpc.org/specification>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::runtime::contract::types::PluginError;

/// What the plugin's side speaks: raised where an old one couldn't follow.
pub(super) const PROTOCOL: u32 = 1;

/// A request of the host.
#[derive(Serialize)]
pub(super) struct Request<'a, P> {
    jsonrpc: &'static str,
    id: u64,
    method: &'a str,
    params: P,
}

impl<'a, P: Serialize> Request<'a, P> {
    pub(super) const fn new(id: u64, method: &'a str, params: P) -> Self {
        Self { jsonrpc: "2.0", id, method, params }
    }
}

/// Something that no answer is expected to.
#[derive(Serialize)]
pub(super) struct Notification<'a, P> {
    jsonrpc: &'static str,
    method: &'a str,
    params: P,
}

impl<'a, P: Serialize> Notification<'a, P> {
    pub(super) const fn new(method: &'a str, params: P) -> Self {
        Self { jsonrpc: "2.0", method, params }
    }
}

/// Any message of the plugin's side: a request has a method and an id, a notification a method alone, an
/// answer an id alone.
#[derive(Deserialize)]
pub(super) struct Incoming<'a> {
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) method: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) params: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) result: Option<&'a RawValue>,
    pub(super) error: Option<CallFailure>,
}

/// An answer that says why there is none.
#[derive(Deserialize)]
pub(super) struct CallFailure {
    pub(super) code: i64,
    #[serde(default)]
    pub(super) message: String,
    /// The contract's `plugin-error`.
    #[serde(default)]
    pub(super) data: Option<PluginError>,
}

/// The plugin's memory is exhausted.
pub(super) const OUT_OF_MEMORY: i64 = -32001;

/// The method, or the service, isn't there.
pub(super) const METHOD_NOT_FOUND: i64 = -32601;

/// An answer of the host: `id` is as the plugin's side wrote it.
#[derive(Serialize)]
pub(super) struct Answer<'a, T, E> {
    jsonrpc: &'static str,
    id: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<HostFailure<E>>,
}

/// Why the host didn't do what was asked.
#[derive(Serialize)]
struct HostFailure<E> {
    code: i64,
    message: &'static str,
    data: E,
}

impl<'a, T: Serialize, E: Serialize> Answer<'a, T, E> {
    pub(super) fn new(id: &'a RawValue, outcome: Result<T, E>) -> Self {
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(data) => {
                (None, Some(HostFailure { code: -32000, message: "the host refuses", data }))
            }
        };
        Self { jsonrpc: "2.0", id, result, error }
    }
}

/// What the plugin's side says first.
#[derive(Deserialize)]
pub(super) struct Ready {
    pub(super) protocol: u32,
}

/// Bytes, which JSON has no place for but a text in base64.
#[derive(Debug, Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A message as a line.
pub(super) fn line(message: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}
