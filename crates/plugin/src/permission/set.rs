//! Permissions as sets: what holds of two of them, and what one asks beyond the other.

use super::{HostPattern, HttpPermission, Permissions, StoragePermission, Target, path_covers};

impl Permissions {
    /// Whether nothing is asked for.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.http.is_empty() && self.storage.is_none()
    }

    /// What it is of no use without.
    #[must_use]
    pub fn required(&self) -> Self {
        Self {
            http: self.http.iter().filter(|http| !http.optional).cloned().collect(),
            storage: self.storage.clone().filter(|storage| !storage.optional),
        }
    }

    /// Whether a request is covered.
    #[must_use]
    pub fn allows(&self, method: &str, target: &Target) -> bool {
        self.http.iter().any(|permission| permission.allows(method, target))
    }

    /// What a plugin may do: that which it asks for (`self`) *and* the user granted.
    #[must_use]
    pub fn intersection(&self, granted: &Self) -> Self {
        let http = self.http.iter().flat_map(|asked| {
            granted.http.iter().filter_map(|granted| asked.intersection(granted))
        });
        let mut distinct: Vec<HttpPermission> = Vec::new();
        for permission in http {
            if !distinct.contains(&permission) {
                distinct.push(permission);
            }
        }
        let storage = self.storage.as_ref().zip(granted.storage.as_ref());
        Self {
            http: distinct,
            storage: storage.map(|(asked, granted)| StoragePermission {
                quota_bytes: asked.quota_bytes.min(granted.quota_bytes),
                purpose: asked.purpose.clone(),
                optional: asked.optional,
            }),
        }
    }

    /// What is asked for (`self`) beyond what was granted: what an update needs a new decision for.
    #[must_use]
    pub fn beyond(&self, granted: &Self) -> Self {
        let is_new = |asked: &&HttpPermission| !granted.http.iter().any(|held| held.covers(asked));
        let held = granted.storage.as_ref().map_or(0, |storage| storage.quota_bytes);
        Self {
            http: self.http.iter().filter(is_new).cloned().collect(),
            storage: self
                .storage
                .clone()
                .filter(|storage| granted.storage.is_none() || storage.quota_bytes > held),
        }
    }
}

impl HttpPermission {
    /// Whether every request that `other` covers is covered.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let (Ok(wide), Ok(narrow)) =
            (self.host.parse::<HostPattern>(), other.host.parse::<HostPattern>())
        else {
            return false;
        };
        let methods = self.methods.is_empty()
            || !other.methods.is_empty()
                && other.methods.iter().all(|method| self.allows_method(method));
        let paths = self.paths.is_empty()
            || !other.paths.is_empty()
                && other
                    .paths
                    .iter()
                    .all(|narrow| self.paths.iter().any(|wide| path_covers(wide, narrow)));
        wide.covers(&narrow) && methods && paths
    }

    /// The requests that both cover; none where there is no such request.
    fn intersection(&self, other: &Self) -> Option<Self> {
        let (own, others): (HostPattern, HostPattern) =
            (self.host.parse().ok()?, other.host.parse().ok()?);
        let host = if own.covers(&others) {
            others
        } else if others.covers(&own) {
            own
        } else {
            return None;
        };
        let methods =
            common(&self.methods, &other.methods, |own, other| own.eq_ignore_ascii_case(other))?;
        let paths = common(&self.paths, &other.paths, path_covers)?;
        let (purpose, optional) = (self.purpose.clone(), self.optional);
        Some(Self { host: host.to_string(), methods, paths, purpose, optional })
    }
}

/// What two lists have in common, where an empty list means anything, and an entry may cover one of
/// the other list. `None` where they have nothing in common.
fn common(
    one: &[String],
    other: &[String],
    covers: impl Fn(&str, &str) -> bool,
) -> Option<Vec<String>> {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => return Some(other.to_vec()),
        (_, true) => return Some(one.to_vec()),
        _ => {}
    }
    let mut narrower: Vec<String> = Vec::new();
    for own in one {
        for others in other {
            let found = match (covers(own, others), covers(others, own)) {
                (true, _) => others,
                (_, true) => own,
                _ => continue,
            };
            if !narrower.contains(found) {
                narrower.push(found.clone());
            }
        }
    }
    (!narrower.is_empty()).then_some(narrower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    /// `GET,POST host /path,/path`, `-` for any; `storage N` for storage.
    fn permissions(lines: &[&str]) -> Permissions {
        let list = |text: &str| match text {
            "-" => Vec::new(),
            text => text.split(',').map(str::to_owned).collect(),
        };
        let mut permissions = Permissions::default();
        for line in lines {
            match *line.split(' ').collect::<Vec<_>>() {
                ["storage", quota] => {
                    let quota_bytes = quota.parse().unwrap();
                    permissions.storage = Some(StoragePermission {
                        quota_bytes,
                        purpose: String::new(),
                        optional: false,
                    });
                }
                [methods, host, paths] => permissions.http.push(HttpPermission {
                    host: host.to_owned(),
                    methods: list(methods),
                    paths: list(paths),
                    purpose: String::new(),
                    optional: false,
                }),
                _ => panic!("`{line}` is no permission"),
            }
        }
        permissions
    }

    fn lines(permissions: &Permissions) -> Vec<String> {
        let list = |list: &[String]| if list.is_empty() { "-".to_owned() } else { list.join(",") };
        let http = permissions.http.iter().map(|permission| {
            format!("{} {} {}", list(&permission.methods), permission.host, list(&permission.paths))
        });
        let storage =
            permissions.storage.iter().map(|storage| format!("storage {}", storage.quota_bytes));
        http.chain(storage).collect()
    }

    #[test]
    fn what_holds_is_what_is_asked_for_and_granted() {
        for (asked, granted, expected) in [
            (&["- a.b -"][..], &[][..], &[][..]),
            (&["- a.b -"], &["- a.b -"], &["- a.b -"]),
            (&["- *.a.b -"], &["GET x.a.b /v1/*"], &["GET x.a.b /v1/*"]),
            (&["GET x.a.b /v1/*"], &["- *.a.b -"], &["GET x.a.b /v1/*"]),
            (&["GET,POST a.b -"], &["POST,PUT a.b -"], &["POST a.b -"]),
            (&["GET a.b -"], &["POST a.b -"], &[]),
            (&["- a.b /v1/*,/x"], &["- a.b /v1/me,/v2/*"], &["- a.b /v1/me"]),
            (&["- a.b -"], &["- c.d -"], &[]),
            (&["storage 100"], &["storage 70"], &["storage 70"]),
            (&["storage 100"], &["- a.b -"], &[]),
            (&["- A.B. -"], &["- a.b:443 -"], &["- a.b -"]),
        ] {
            let holds = permissions(asked).intersection(&permissions(granted));
            assert_eq!(lines(&holds), expected, "{asked:?} {granted:?}");
        }
    }

    #[test]
    fn what_an_update_asks_beyond_is_what_no_grant_covers() {
        for (asked, granted, expected) in [
            (&["GET a.b -"][..], &["- a.b -"][..], &[][..]),
            (&["- a.b -"], &["GET a.b -"], &["- a.b -"]),
            (&["GET a.b /v1/me"], &["GET a.b /v1/*"], &[]),
            (&["GET a.b -"], &["GET a.b /v1/*"], &["GET a.b -"]),
            (&["- *.a.b -"], &["- x.a.b -"], &["- *.a.b -"]),
            (&["- a.b -", "- c.d -"], &["- a.b -"], &["- c.d -"]),
            (&["storage 100"], &["storage 100"], &[]),
            (&["storage 101"], &["storage 100"], &["storage 101"]),
            (&["storage 0"], &[], &["storage 0"]),
        ] {
            let beyond = permissions(asked).beyond(&permissions(granted));
            assert_eq!(lines(&beyond), expected, "{asked:?} {granted:?}");
        }
    }

    fn some_permissions() -> impl Strategy<Value = Permissions> {
        let owned = |list: Vec<&'static str>| list.into_iter().map(str::to_owned).collect();
        let permission = (
            select(vec!["a.b", "x.a.b", "*.a.b", "*.x.a.b", "a.b:8443", "c.d"]),
            subsequence(vec!["GET", "POST", "put"], 0..=2),
            subsequence(vec!["/v1/*", "/v1/me", "/v1/m*", "/v2", "*"], 0..=3),
        );
        let permission = permission.prop_map(move |(host, methods, paths)| HttpPermission {
            host: host.to_owned(),
            methods: owned(methods),
            paths: owned(paths),
            purpose: String::new(),
            optional: false,
        });
        prop::collection::vec(permission, 0..4).prop_map(|http| Permissions { http, storage: None })
    }

    fn some_request() -> impl Strategy<Value = (&'static str, Target)> {
        let hosts = vec!["a.b", "x.a.b", "y.x.a.b", "a.b:8443", "c.d", "e.f"];
        let paths = vec!["/", "/v1/me", "/v1/more", "/v2", "/v1/..%2fv2"];
        (select(vec!["GET", "POST", "PUT"]), select(hosts), select(paths)).prop_map(
            |(method, host, path)| {
                (method, Target::parse(&format!("https://{host}{path}")).unwrap())
            },
        )
    }

    proptest! {
        #[test]
        fn what_holds_allows_exactly_what_both_allow(
            asked in some_permissions(), granted in some_permissions(), request in some_request()
        ) {
            let (method, target) = request;
            let holds = asked.intersection(&granted);
            let both = asked.allows(method, &target) && granted.allows(method, &target);
            prop_assert_eq!(holds.allows(method, &target), both);
        }

        #[test]
        fn where_nothing_is_beyond_nothing_is_refused(
            asked in some_permissions(), granted in some_permissions(), request in some_request()
        ) {
            let (method, target) = request;
            if asked.beyond(&granted).is_empty() && asked.allows(method, &target) {
                prop_assert!(granted.allows(method, &target));
            }
        }
    }
}
