//! What a plugin may ask for: one type for each permission, each with `allows`.

use serde::{Deserialize, Serialize};

/// `permissions.http[]`: requests to one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpPermission {
    /// `permissions.http[].host`: `api.example.com`, or `*.example.com` for every name below it.
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
}

impl HttpPermission {
    /// Whether a request is covered. `host` in lower case, `path` begins with `/`.
    #[must_use]
    pub fn allows(&self, method: &str, host: &str, path: &str) -> bool {
        let is_host = match self.host.strip_prefix("*.") {
            Some(domain) => host
                .strip_suffix(domain)
                .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            None => self.host.eq_ignore_ascii_case(host),
        };
        let is_method = self.methods.is_empty()
            || self.methods.iter().any(|allowed| allowed.eq_ignore_ascii_case(method));
        let is_path = self.paths.is_empty()
            || self.paths.iter().any(|allowed| match allowed.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == allowed,
            });
        // A path that climbs could leave the part that is allowed.
        is_host && is_method && is_path && !path.split('/').any(|part| part == "..")
    }
}

/// `permissions.storage`: a small store of the plugin's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoragePermission {
    /// `permissions.storage.quota_bytes`: how much it may hold.
    pub quota_bytes: u64,
    /// `permissions.storage.purpose`: shown to the user who grants it.
    pub purpose: String,
}

/// `permissions`: all that a plugin asks for. What isn't asked for isn't linked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Requests to hosts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpPermission>,
    /// A small store of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StoragePermission>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        host: &str,
        methods: &[&str],
        paths: &[&str],
        request: (&str, &str, &str),
        expected: bool,
    ) {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        let permission = HttpPermission {
            host: host.to_owned(),
            methods: owned(methods),
            paths: owned(paths),
            purpose: "testing".to_owned(),
        };
        let (method, requested, path) = request;
        assert_eq!(permission.allows(method, requested, path), expected, "{host} {request:?}");
    }

    #[test]
    fn a_host_is_matched_whole_or_by_its_domain() {
        check("api.example.com", &[], &[], ("GET", "api.example.com", "/"), true);
        check("api.example.com", &[], &[], ("GET", "xapi.example.com", "/"), false);
        check("api.example.com", &[], &[], ("GET", "api.example.com.evil.net", "/"), false);
        check("*.example.com", &[], &[], ("GET", "api.example.com", "/"), true);
        check("*.example.com", &[], &[], ("GET", "example.com", "/"), false);
        check("*.example.com", &[], &[], ("GET", "evilexample.com", "/"), false);
    }

    #[test]
    fn methods_and_paths_narrow_it() {
        check("a.b", &["GET"], &[], ("POST", "a.b", "/"), false);
        check("a.b", &["get"], &["/v2/*"], ("GET", "a.b", "/v2/account"), true);
        check("a.b", &[], &["/v2/*"], ("GET", "a.b", "/v1/account"), false);
        check("a.b", &[], &["/v2"], ("GET", "a.b", "/v2/account"), false);
        check("a.b", &[], &["/v2/*"], ("GET", "a.b", "/v2/../admin"), false);
    }
}
