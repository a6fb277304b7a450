//! Where a request goes, in the one form that permissions are asked with.

use url::{Host, Url};

/// Where a request goes, read from its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URL in its normal form, without its fragment.
    pub url: Url,
    /// Name or address in its normal form, without a final dot.
    pub host: Host<String>,
    /// Named, or the scheme's own.
    pub port: u16,
}

/// A URL that no request can go to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not a URL.
    #[error("this is not an absolute URL: {0}")]
    Malformed(String),
    /// Neither https nor http.
    #[error("`{0}` is not a scheme that requests can have: `https` is expected")]
    Scheme(String),
    /// A user or a password is in it.
    #[error("the URL holds a user or a password: name an `auth` profile instead")]
    Credentials,
}

impl Target {
    /// Reads a URL: host in Punycode or as an address, dots and percent-encodings of the path resolved
    /// as browsers do.
    ///
    /// # Errors
    /// What is no URL of a request.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        let url = Url::parse(url).map_err(|error| TargetError::Malformed(error.to_string()))?;
        Self::of(url)
    }

    /// The same of a `Location` header, which may be relative.
    ///
    /// # Errors
    /// What is no URL of a request.
    pub fn join(&self, location: &str) -> Result<Self, TargetError> {
        let url = self.url.join(location);
        Self::of(url.map_err(|error| TargetError::Malformed(error.to_string()))?)
    }

    fn of(mut url: Url) -> Result<Self, TargetError> {
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::Scheme(url.scheme().chars().take(20).collect()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        url.set_fragment(None);
        let no_host = || TargetError::Malformed("it has no host".to_owned());
        let host = match url.host().ok_or_else(no_host)? {
            Host::Domain(name) => Host::Domain(name.strip_suffix('.').unwrap_or(name).to_owned()),
            Host::Ipv4(address) => Host::Ipv4(address),
            Host::Ipv6(address) => Host::Ipv6(address),
        };
        if let Host::Domain(name) = &host {
            // `a.b.` and `a.b` are one host, to certificates as well.
            url.set_host(Some(name)).map_err(|error| TargetError::Malformed(error.to_string()))?;
        }
        let port = url.port_or_known_default().ok_or_else(no_host)?;
        Ok(Self { url, host, port })
    }

    /// The path, which begins with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Whether the request is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether both have the same scheme, host and port: what may see the same headers.
    #[must_use]
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }
}

/// Whether a path, as a server could come to read it, leaves the folder that it names: `..`, however
/// often it is encoded, behind either slash, with or without parameters.
#[must_use]
pub(super) fn climbs(path: &str) -> bool {
    let mut read = path.as_bytes().to_vec();
    // Each round takes one layer of encoding off; a path that has more than these is up to no good.
    for _ in 0..4 {
        let is_climbing = read.split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| {
            let segment = segment.split(|byte| *byte == b';').next().unwrap_or_default();
            matches!(segment, b".." | b".")
        });
        if is_climbing || read.contains(&0) {
            return true;
        }
        let decoded = decoded(&read);
        if decoded == read {
            return false;
        }
        read = decoded;
    }
    true
}

/// One layer of percent-encoding taken off.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| {
        char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
    };
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        match (byte, digit(bytes.get(place + 1)), digit(bytes.get(place + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                place += 3;
            }
            _ => {
                decoded.push(byte);
                place += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        let told = match Target::parse(url) {
            Ok(target) => format!("{} {} {}", target.host, target.port, target.path()),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected, "{url}");
    }

    #[test]
    fn a_target_has_one_normal_form() {
        check("https://API.Example.com./v2/../v1?q=1#top", "api.example.com 443 /v1");
        check("https://bücher.example:8443", "xn--bcher-kva.example 8443 /");
        check("https://a.b/v2/%2e%2E/admin", "a.b 443 /admin");
        check("https://a.b\\@c.d/", "a.b 443 /@c.d/");
        check("http://2130706433/", "127.0.0.1 80 /");
        check("https://0x7f.1/", "127.0.0.1 443 /");
        check("https://[::ffff:10.0.0.1]/", "[::ffff:a00:1] 443 /");
    }

    #[test]
    fn what_no_request_can_go_to_is_refused() {
        check("nonsense", "this is not an absolute URL: relative URL without a base");
        check(
            "file:///etc/passwd",
            "`file` is not a scheme that requests can have: `https` is expected",
        );
        check(
            "https://user:word@a.b/",
            "the URL holds a user or a password: name an `auth` profile instead",
        );
        check("https:///", "this is not an absolute URL: empty host");
    }

    #[test]
    fn a_path_that_climbs_is_seen_through_its_encodings() {
        for (path, expected) in [
            ("/v2/account", false),
            ("/v2/BRK%2FB", false),
            ("/v2/a..b", false),
            ("/v2/50%", false),
            ("/v2/..%2Fadmin", true),
            ("/v2/%2e%2e%2fadmin", true),
            ("/v2/%252e%252e%252fadmin", true),
            ("/v2/..;/admin", true),
            ("/v2/..%5Cadmin", true),
            ("/v2/%00", true),
            ("/v2/%2525252525252e", true),
        ] {
            assert_eq!(climbs(path), expected, "{path}");
        }
    }
}
