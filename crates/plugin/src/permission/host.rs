//! Which hosts a permission covers: one name, or every name below a domain.

use std::fmt;
use std::str::FromStr;

use url::Host;

/// The port of https, which a pattern without a port means.
const HTTPS: u16 = 443;

/// A pattern of hosts in its one normal form: `api.example.com`, `*.example.com`,
/// `api.example.com:8443`; lower case, Punycode, without a final dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPattern {
    is_wildcard: bool,
    domain: String,
    port: u16,
}

/// A text that is no pattern of hosts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseHostError {
    /// A scheme or a path is in it.
    #[error("`{0}` is more than a host: `api.example.com` or `*.example.com` is expected")]
    NotOnlyAHost(String),
    /// An address of a machine.
    #[error("`{0}` is an address: a name such as `api.example.com` is expected")]
    Address(String),
    /// A `*` that isn't the first label.
    #[error("`{0}` has a `*` where none can be: only `*.example.com` is understood")]
    Wildcard(String),
    /// A wildcard below a top-level domain, or a name without a dot.
    #[error("`{0}` is too wide: at least a domain of two parts is expected, such as `example.com`")]
    TooWide(String),
    /// A port that is none.
    #[error("`{0}` has a port that is none: 1 to 65535 is expected")]
    Port(String),
    /// Not a name of hosts at all.
    #[error("`{0}` is not a host")]
    Malformed(String),
}

impl HostPattern {
    /// Whether a host is covered. `host` as the `url` crate writes it, a final dot apart.
    #[must_use]
    pub fn matches(&self, host: &str, port: u16) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.port == port
            && if self.is_wildcard { is_below(host, &self.domain) } else { host == self.domain }
    }

    /// Whether every host of `other` is covered.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let is_covered = match (self.is_wildcard, other.is_wildcard) {
            (false, false) => self.domain == other.domain,
            (false, true) => false,
            (true, false) => is_below(&other.domain, &self.domain),
            (true, true) => self.domain == other.domain || is_below(&other.domain, &self.domain),
        };
        is_covered && self.port == other.port
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|below| below.len() > 1 && below.ends_with('.'))
}

impl FromStr for HostPattern {
    type Err = ParseHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = || text.chars().take(100).collect::<String>();
        if text.contains(['/', '@', '?', '#', '%']) {
            return Err(ParseHostError::NotOnlyAHost(shown()));
        }
        if text.starts_with('[') {
            return Err(ParseHostError::Address(shown()));
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => {
                let port = port.parse().ok().filter(|port| *port > 0);
                (host, port.ok_or_else(|| ParseHostError::Port(shown()))?)
            }
            None => (text, HTTPS),
        };
        let (is_wildcard, domain) = match host.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, host),
        };
        if domain.contains('*') {
            return Err(ParseHostError::Wildcard(shown()));
        }
        let domain = match Host::parse(domain) {
            Ok(Host::Domain(domain)) => domain,
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(ParseHostError::Address(shown())),
            Err(_) => return Err(ParseHostError::Malformed(shown())),
        };
        let domain = domain.strip_suffix('.').unwrap_or(&domain);
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if domain.len() > 253 || !domain.split('.').all(is_label) {
            return Err(ParseHostError::Malformed(shown()));
        }
        if !domain.contains('.') {
            return Err(ParseHostError::TooWide(shown()));
        }
        Ok(Self { is_wildcard, domain: domain.to_owned(), port })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.is_wildcard { "*." } else { "" };
        write!(formatter, "{star}{}", self.domain)?;
        if self.port == HTTPS { Ok(()) } else { write!(formatter, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let told = match text.parse::<HostPattern>() {
            Ok(pattern) => pattern.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn a_pattern_has_one_normal_form() {
        check("API.Example.COM", "api.example.com");
        check("api.example.com.", "api.example.com");
        check("api.example.com:443", "api.example.com");
        check("api.example.com:8443", "api.example.com:8443");
        check("*.Bücher.example", "*.xn--bcher-kva.example");
        check("ＡＰＩ.example.com", "api.example.com");
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_what_was_expected() {
        let expected = "`api.example.com` or `*.example.com` is expected";
        check("https://a.b", &format!("`https://a.b` is more than a host: {expected}"));
        check("user@a.b", &format!("`user@a.b` is more than a host: {expected}"));
        check("127.1", "`127.1` is an address: a name such as `api.example.com` is expected");
        check(
            "0x7f000001",
            "`0x7f000001` is an address: a name such as `api.example.com` is expected",
        );
        check("[::1]", "`[::1]` is an address: a name such as `api.example.com` is expected");
        check(
            "a.*.com",
            "`a.*.com` has a `*` where none can be: only `*.example.com` is understood",
        );
        check(
            "*.com",
            "`*.com` is too wide: at least a domain of two parts is expected, such as `example.com`",
        );
        check("*", "`*` has a `*` where none can be: only `*.example.com` is understood");
        check("a.b:0", "`a.b:0` has a port that is none: 1 to 65535 is expected");
        check("a..b", "`a..b` is not a host");
        check("a b.c", "`a b.c` is not a host");
        check("", "`` is not a host");
    }

    #[test]
    fn a_pattern_covers_another_where_it_covers_all_its_hosts() {
        for (wide, narrow, expected) in [
            ("*.example.com", "api.example.com", true),
            ("*.example.com", "*.eu.example.com", true),
            ("*.example.com", "*.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "evilexample.com", false),
            ("api.example.com", "*.example.com", false),
            ("*.eu.example.com", "*.example.com", false),
            ("api.example.com", "api.example.com:8443", false),
        ] {
            let (wide, narrow): (HostPattern, HostPattern) =
                (wide.parse().unwrap(), narrow.parse().unwrap());
            assert_eq!(wide.covers(&narrow), expected, "{wide} {narrow}");
        }
    }
}
