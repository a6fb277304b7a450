//! How the host signs a plugin's requests: profiles that name credentials, and never hold one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `auth.NAME`: how requests that name this profile are signed. Where a value is `the key of a
/// credential`, `credentials[].key` is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AuthProfile {
    /// Fixed headers that carry credentials: `{"kind": "header", "headers": {"X-Api-Key": "api_key"}}`.
    Header {
        /// `auth.NAME.headers`: the header's name, and the key of a credential.
        headers: BTreeMap<String, String>,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// `Authorization: Bearer …`.
    Bearer {
        /// `auth.NAME.token`: the key of a credential.
        token: String,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// `Authorization: Basic …`.
    Basic {
        /// `auth.NAME.username`: the key of a credential.
        username: String,
        /// `auth.NAME.password`: the key of a credential.
        password: String,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// Parameters of the query that carry credentials.
    Query {
        /// `auth.NAME.parameters`: the parameter's name, and the key of a credential.
        parameters: BTreeMap<String, String>,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// HMAC-SHA256 over a template of the request.
    HmacSha256 {
        /// `auth.NAME.secret`: the key of the credential that signs.
        secret: String,
        /// `auth.NAME.template`: what is signed. `{timestamp}`, `{method}`, `{path}` (with its query),
        /// `{query}` and `{body}` stand for parts of the request: `{timestamp}{method}{path}{body}`.
        template: String,
        /// `auth.NAME.timestamp`: the unit of `{timestamp}`.
        #[serde(default)]
        timestamp: TimestampUnit,
        /// `auth.NAME.encoding`: how the signature is written.
        #[serde(default)]
        encoding: SignatureEncoding,
        /// `auth.NAME.signature_header`: the header that carries the signature.
        signature_header: String,
        /// `auth.NAME.headers`: further headers. `{credential:KEY}` and the template's words may stand
        /// in their values: `{"Access-Key": "{credential:api_key}", "Access-Time": "{timestamp}"}`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// OAuth 1.0a whose signing key is a live session token, agreed on by Diffie-Hellman.
    Oauth1 {
        /// `auth.NAME.realm`: `limited_poa`.
        realm: String,
        /// `auth.NAME.session_url`: where the live session token is asked for.
        #[schemars(extend("format" = "secure-address"))]
        session_url: String,
        /// `auth.NAME.consumer_key`: the key of a credential.
        consumer_key: String,
        /// `auth.NAME.access_token`: the key of a credential.
        access_token: String,
        /// `auth.NAME.access_token_secret`: the key of a credential, encrypted as the broker gave it.
        access_token_secret: String,
        /// `auth.NAME.signature_key`: the key of the credential with the private key that signs.
        signature_key: String,
        /// `auth.NAME.encryption_key`: the key of the credential with the private key that decrypts.
        encryption_key: String,
        /// `auth.NAME.dh_prime`: the key of the credential with the prime.
        dh_prime: String,
        /// `auth.NAME.dh_generator`: `2` where it is left out.
        #[serde(default = "two")]
        #[schemars(range(min = 2))]
        dh_generator: u32,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// OAuth 2: access tokens from a refresh token.
    Oauth2 {
        /// `auth.NAME.token_url`: where tokens are refreshed.
        #[schemars(extend("format" = "secure-address"))]
        token_url: String,
        /// `auth.NAME.client_id`: the key of a credential.
        client_id: String,
        /// `auth.NAME.client_secret`: the key of a credential.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_secret: Option<String>,
        /// `auth.NAME.refresh_token`: the key of a credential.
        refresh_token: String,
        /// `auth.NAME.scopes`: what is asked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<String>,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
    /// A login that answers with a session, with a one-time code or a confirmation in the broker's app.
    Session {
        /// `auth.NAME.login_url`: where name and password are sent, as JSON.
        #[schemars(extend("format" = "secure-address"))]
        login_url: String,
        /// `auth.NAME.username`: the key of a credential.
        username: String,
        /// `auth.NAME.password`: the key of a credential.
        password: String,
        /// `auth.NAME.body`: what is sent beside them, `{"isPassCodeReset": false}`.
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        body: serde_json::Map<String, serde_json::Value>,
        /// `auth.NAME.totp`: the key of the credential from which one-time codes are made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        totp: Option<String>,
        /// `auth.NAME.totp_url`: where a login with a one-time code is sent instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "secure-address"))]
        totp_url: Option<String>,
        /// `auth.NAME.confirmation_url`: what is asked until the user has confirmed in the broker's app.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("format" = "secure-address"))]
        confirmation_url: Option<String>,
        /// `auth.NAME.session`: JSON pointer to the session in the answer, `/sessionId`.
        #[schemars(extend("format" = "json-pointer"))]
        session: String,
        /// `auth.NAME.carrier`: what carries the session in requests.
        carrier: SessionCarrier,
        /// `auth.NAME.carrier_name`: the name of that header, cookie or parameter.
        carrier_name: String,
        /// `auth.NAME.hosts`: where it may sign. All hosts of `permissions.http` where it is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hosts: Vec<String>,
    },
}

/// `auth.NAME.carrier`: where a session goes in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SessionCarrier {
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A parameter of the query.
    Query,
    /// A parameter of the path, `;name=…`.
    Matrix,
}

/// `auth.NAME.timestamp`: the unit of a signed time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampUnit {
    /// Since 1970, in thousandths of a second.
    #[default]
    Milliseconds,
    /// Since 1970, in seconds.
    Seconds,
}

/// `auth.NAME.encoding`: how a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureEncoding {
    /// Lower-case hexadecimal digits.
    #[default]
    Hex,
    /// Base 64, with padding.
    Base64,
}

const fn two() -> u32 {
    2
}

impl AuthProfile {
    /// Where it may sign; all hosts that are permitted where there are none.
    #[must_use]
    pub fn hosts(&self) -> &[String] {
        match self {
            Self::Header { hosts, .. }
            | Self::Bearer { hosts, .. }
            | Self::Basic { hosts, .. }
            | Self::Query { hosts, .. }
            | Self::HmacSha256 { hosts, .. }
            | Self::Oauth1 { hosts, .. }
            | Self::Oauth2 { hosts, .. }
            | Self::Session { hosts, .. } => hosts,
        }
    }

    /// Each credential that it uses: the field that names it, below the profile, and its key.
    #[must_use]
    pub fn credentials(&self) -> Vec<(String, &str)> {
        match self {
            Self::Header { headers, .. } => in_map("headers", headers),
            Self::Query { parameters, .. } => in_map("parameters", parameters),
            Self::Bearer { token, .. } => in_fields([("token", Some(token))]),
            Self::Basic { username, password, .. } => {
                in_fields([("username", Some(username)), ("password", Some(password))])
            }
            Self::HmacSha256 { secret, headers, .. } => {
                let mut all = in_fields([("secret", Some(secret))]);
                for (name, template) in headers {
                    let keys = placeholders(template)
                        .filter_map(|word| word.strip_prefix("credential:"))
                        .map(|key| (format!("headers/{}", escape(name)), key));
                    all.extend(keys);
                }
                all
            }
            Self::Oauth1 {
                consumer_key,
                access_token,
                access_token_secret,
                signature_key,
                encryption_key,
                dh_prime,
                ..
            } => in_fields([
                ("consumer_key", Some(consumer_key)),
                ("access_token", Some(access_token)),
                ("access_token_secret", Some(access_token_secret)),
                ("signature_key", Some(signature_key)),
                ("encryption_key", Some(encryption_key)),
                ("dh_prime", Some(dh_prime)),
            ]),
            Self::Oauth2 { client_id, client_secret, refresh_token, .. } => in_fields([
                ("client_id", Some(client_id)),
                ("client_secret", client_secret.as_ref()),
                ("refresh_token", Some(refresh_token)),
            ]),
            Self::Session { username, password, totp, .. } => in_fields([
                ("username", Some(username)),
                ("password", Some(password)),
                ("totp", totp.as_ref()),
            ]),
        }
    }

    /// The addresses that the host itself asks, by field.
    #[must_use]
    pub fn addresses(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Oauth1 { session_url, .. } => vec![("session_url", session_url)],
            Self::Oauth2 { token_url, .. } => vec![("token_url", token_url)],
            Self::Session { login_url, totp_url, confirmation_url, .. } => {
                let mut all = vec![("login_url", login_url.as_str())];
                all.extend(totp_url.as_deref().map(|url| ("totp_url", url)));
                all.extend(confirmation_url.as_deref().map(|url| ("confirmation_url", url)));
                all
            }
            _ => Vec::new(),
        }
    }

    /// The templates that it fills from a request, by field.
    #[must_use]
    pub fn templates(&self) -> Vec<(String, &str)> {
        let Self::HmacSha256 { template, headers, .. } = self else { return Vec::new() };
        let mut all = vec![("template".to_owned(), template.as_str())];
        all.extend(
            headers
                .iter()
                .map(|(name, value)| (format!("headers/{}", escape(name)), value.as_str())),
        );
        all
    }
}

/// The words in braces.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest))
}

/// A key as a part of a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn in_fields<'a, const N: usize>(
    fields: [(&str, Option<&'a String>); N],
) -> Vec<(String, &'a str)> {
    fields.into_iter().filter_map(|(field, key)| Some((field.to_owned(), key?.as_str()))).collect()
}

fn in_map<'a>(field: &str, map: &'a BTreeMap<String, String>) -> Vec<(String, &'a str)> {
    map.iter().map(|(name, key)| (format!("{field}/{}", escape(name)), key.as_str())).collect()
}
