//! What a plugin may ask for: one type for each permission, each with `allows`.

mod host;
mod set;
mod target;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Host;

pub use host::{HostPattern, ParseHostError};
pub use target::{Target, TargetError};

/// `permissions.http[]`: requests to one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpPermission {
    /// `permissions.http[].host`: `api.example.com`, or `*.example.com` for every name below it; with
    /// `:8443` behind it for another port than 443.
    pub host: String,
    /// `permissions.http[].methods`: `["GET"]`. Any where it is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// `permissions.http[].paths`: `["/v2/*"]`; a final `*` stands for any rest. Any path where it is
    /// left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// `permissions.http[].purpose`: shown to the user who grants it.
    pub purpose: String,
    /// `permissions.http[].optional`: `true` where the plugin is of use without; it then doesn't wait
    /// for the user's decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl HttpPermission {
    /// Whether a request to a host by its name is covered. An address is covered by no permission.
    #[must_use]
    pub fn allows(&self, method: &str, target: &Target) -> bool {
        let Host::Domain(host) = &target.host else { return false };
        let pattern = self.host.parse::<HostPattern>();
        target.is_https()
            && pattern.is_ok_and(|pattern| pattern.matches(host, target.port))
            && self.allows_method(method)
            && self.allows_path(target.path())
    }

    fn allows_method(&self, method: &str) -> bool {
        self.methods.is_empty()
            || self.methods.iter().any(|allowed| allowed.eq_ignore_ascii_case(method))
    }

    fn allows_path(&self, path: &str) -> bool {
        // Where any path will do, none can leave the part that is allowed.
        self.paths.is_empty()
            || !target::climbs(path) && self.paths.iter().any(|allowed| path_covers(allowed, path))
    }

    /// What it lets a plugin do, in one sentence, its purpose apart.
    #[must_use]
    pub fn sentence(&self) -> String {
        let methods = match self.methods.as_slice() {
            [] => "any".to_owned(),
            methods => methods.join(" and "),
        };
        let paths = match self.paths.as_slice() {
            [] => String::new(),
            paths => format!(", only to {}", paths.join(" and ")),
        };
        let host = match self.host.strip_prefix("*.") {
            Some(domain) => format!("every host below {domain}"),
            None => self.host.clone(),
        };
        format!("send {methods} requests to {host}{paths}")
    }
}

/// Whether the pattern of paths `wide` covers `narrow`, a path or a pattern.
fn path_covers(wide: &str, narrow: &str) -> bool {
    match wide.strip_suffix('*') {
        Some(start) => narrow.strip_suffix('*').unwrap_or(narrow).starts_with(start),
        None => wide == narrow,
    }
}

/// `permissions.storage`: a small store of the plugin's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoragePermission {
    /// `permissions.storage.quota_bytes`: how much it may hold, `1048576`.
    pub quota_bytes: u64,
    /// `permissions.storage.purpose`: shown to the user who grants it.
    pub purpose: String,
    /// `permissions.storage.optional`: `true` where the plugin is of use without; it then doesn't wait
    /// for the user's decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl StoragePermission {
    /// What it lets a plugin do, in one sentence, its purpose apart.
    #[must_use]
    pub fn sentence(&self) -> String {
        let bytes = self.quota_bytes;
        let quota = match bytes {
            _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => {
                format!("{} MiB", bytes >> 20)
            }
            _ if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => {
                format!("{} KiB", bytes >> 10)
            }
            _ => format!("{bytes} bytes"),
        };
        format!("keep up to {quota} of data of its own")
    }
}

/// `permissions`: all that a plugin asks for. What isn't asked for isn't linked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// `permissions.http`: requests to hosts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpPermission>,
    /// `permissions.storage`: a small store of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StoragePermission>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, methods: &[&str], paths: &[&str], request: (&str, &str), expected: bool) {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        let permission = HttpPermission {
            host: host.to_owned(),
            methods: owned(methods),
            paths: owned(paths),
            purpose: "testing".to_owned(),
            optional: false,
        };
        let (method, url) = request;
        let target = Target::parse(url).unwrap();
        assert_eq!(permission.allows(method, &target), expected, "{host} {request:?}");
    }

    #[test]
    fn a_host_is_matched_whole_or_by_its_domain() {
        check("api.example.com", &[], &[], ("GET", "https://api.example.com/"), true);
        check("api.example.com", &[], &[], ("GET", "https://API.example.com./"), true);
        check("api.example.com", &[], &[], ("GET", "https://xapi.example.com/"), false);
        check("api.example.com", &[], &[], ("GET", "https://api.example.com.evil.net/"), false);
        check("*.example.com", &[], &[], ("GET", "https://api.example.com/"), true);
        check("*.example.com", &[], &[], ("GET", "https://example.com/"), false);
        check("*.example.com", &[], &[], ("GET", "https://evilexample.com/"), false);
        check("bücher.example", &[], &[], ("GET", "https://xn--bcher-kva.example/"), true);
    }

    #[test]
    fn schemes_ports_and_addresses_are_part_of_it() {
        check("a.b", &[], &[], ("GET", "http://a.b/"), false);
        check("a.b", &[], &[], ("GET", "http://a.b:443/"), false);
        check("a.b", &[], &[], ("GET", "https://a.b:8443/"), false);
        check("a.b:8443", &[], &[], ("GET", "https://a.b:8443/"), true);
        check("127.0.0.1", &[], &[], ("GET", "https://127.0.0.1/"), false);
        check("*.0.0.1", &[], &[], ("GET", "https://127.0.0.1/"), false);
    }

    #[test]
    fn methods_and_paths_narrow_it() {
        check("a.b", &["GET"], &[], ("POST", "https://a.b/"), false);
        check("a.b", &["get"], &["/v2/*"], ("GET", "https://a.b/v2/account?all=yes"), true);
        check("a.b", &[], &["/v2/*"], ("GET", "https://a.b/v1/account"), false);
        check("a.b", &[], &["/v2"], ("GET", "https://a.b/v2/account"), false);
        check("a.b", &[], &["/v2/*"], ("GET", "https://a.b/v2/../admin"), false);
        check("a.b", &[], &["/v2/*"], ("GET", "https://a.b/v2/%2e%2e/admin"), false);
        check("a.b", &[], &["/v2/*"], ("GET", "https://a.b/v2/..%2fadmin"), false);
        check("a.b", &[], &["/v2/*"], ("GET", "https://a.b/v2/BRK%2FB"), true);
    }

    #[test]
    fn each_permission_is_told_in_one_sentence() {
        let http = |host: &str, methods: &[&str], paths: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
            let purpose = String::new();
            HttpPermission {
                host: host.to_owned(),
                methods: owned(methods),
                paths: owned(paths),
                purpose,
                optional: false,
            }
            .sentence()
        };
        let storage = |quota_bytes| {
            StoragePermission { quota_bytes, purpose: String::new(), optional: false }.sentence()
        };
        assert_eq!(http("a.b", &[], &[]), "send any requests to a.b");
        assert_eq!(
            http("*.a.b", &["GET", "POST"], &["/v1/*"]),
            "send GET and POST requests to every host below a.b, only to /v1/*"
        );
        assert_eq!(storage(1 << 20), "keep up to 1 MiB of data of its own");
        assert_eq!(storage(3 << 10), "keep up to 3 KiB of data of its own");
        assert_eq!(storage(1000), "keep up to 1000 bytes of data of its own");
    }
}
