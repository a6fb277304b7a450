//! Which headers a plugin may set, and which go along to another host.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// More headers aren't sent.
const MOST: usize = 100;

/// Names and values together, in bytes.
const MOST_BYTES: usize = 32 << 10;

/// What frames the message or steers the connection, which is the host's to say.
const HOSTS_OWN: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// What goes along where a redirect leads to another host. Anything else may be a credential.
const HARMLESS: &[&str] =
    &["accept", "accept-language", "content-language", "content-type", "user-agent"];

/// The plugin's headers, or what is wrong with them.
pub(super) fn allowed(headers: &[(String, String)]) -> Result<HeaderMap, String> {
    let n_bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MOST || n_bytes > MOST_BYTES {
        return Err(format!("at most {MOST} headers of {MOST_BYTES} bytes in all are sent"));
    }
    let mut allowed = HeaderMap::new();
    for (name, value) in headers {
        let shown = || name.chars().filter(|c| !c.is_control()).take(50).collect::<String>();
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("`{}` is not the name of a header", shown()))?;
        if HOSTS_OWN.contains(&parsed.as_str()) || parsed.as_str().starts_with("proxy-") {
            return Err(format!("the header `{}` is the host's to set", shown()));
        }
        // A value may be a secret, and is never shown.
        let value = HeaderValue::from_str(value).map_err(|_| {
            format!("the value of the header `{}` holds a control character", shown())
        })?;
        allowed.append(parsed, value);
    }
    Ok(allowed)
}

/// Takes off what only the first host may see.
pub(super) fn keep_harmless(headers: &mut HeaderMap) {
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in names.iter().filter(|name| !HARMLESS.contains(&name.as_str())) {
        headers.remove(name);
    }
}

/// Takes off what describes a body that isn't sent any more.
pub(super) fn forget_body(headers: &mut HeaderMap) {
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in names.iter().filter(|name| name.as_str().starts_with("content-")) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, expected: Result<(), &str>) {
        let told = allowed(&[(name.to_owned(), value.to_owned())]).map(|_| ());
        assert_eq!(told, expected.map_err(str::to_owned));
    }

    #[test]
    fn what_steers_the_connection_is_the_hosts() {
        check("Accept", "text/xml", Ok(()));
        check("Host", "evil.example", Err("the header `Host` is the host's to set"));
        check(
            "Proxy-Authorization",
            "x",
            Err("the header `Proxy-Authorization` is the host's to set"),
        );
        check(
            "transfer-encoding",
            "chunked",
            Err("the header `transfer-encoding` is the host's to set"),
        );
    }

    #[test]
    fn no_header_breaks_out_of_its_line() {
        check(
            "x",
            "a\r\nhost: evil.example",
            Err("the value of the header `x` holds a control character"),
        );
        check("x\r\ny", "a", Err("`xy` is not the name of a header"));
        check("", "a", Err("`` is not the name of a header"));
    }
}
