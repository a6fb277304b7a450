//! What a plugin asks for: each with a purpose, and understandable.

use crate::finding::Finding;
use crate::manifest::Manifest;
use crate::validate::rules;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(super) fn check(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let permissions = &manifest.permissions;
    for (place, permission) in permissions.http.iter().enumerate() {
        let at = format!("/permissions/http/{place}");
        if permission.purpose.trim().is_empty() {
            let message = format!("the permission for `{}` states no purpose", permission.host);
            findings.push(Finding::of(&rules::PURPOSE_MISSING, format!("{at}/purpose"), message));
        }
        if !is_host(&permission.host) {
            let message = format!("`{}` is not a host", permission.host);
            findings.push(Finding::of(&rules::HOST_MALFORMED, format!("{at}/host"), message));
        }
        for (place, method) in permission.methods.iter().enumerate() {
            if !METHODS.iter().any(|known| known.eq_ignore_ascii_case(method)) {
                let at = format!("{at}/methods/{place}");
                let message = format!("`{method}` is no method of HTTP");
                findings.push(Finding::of(&rules::METHOD_UNKNOWN, at, message));
            }
        }
        for (place, path) in permission.paths.iter().enumerate() {
            let start = path.strip_suffix('*').unwrap_or(path);
            if !start.starts_with('/') || start.contains('*') {
                let at = format!("{at}/paths/{place}");
                let message = format!("`{path}` is no path");
                findings.push(Finding::of(&rules::PATH_MALFORMED, at, message));
            }
        }
        let is_same =
            |earlier: &&crate::permission::HttpPermission| earlier.host == permission.host;
        if permissions.http[..place].iter().any(|earlier| is_same(&earlier)) {
            let message = format!("`{}` is asked for twice", permission.host);
            findings.push(Finding::of(&rules::PERMISSION_TWICE, format!("{at}/host"), message));
        }
    }
    let Some(storage) = &permissions.storage else { return };
    if storage.purpose.trim().is_empty() {
        let message = "the permission for storage states no purpose";
        findings.push(Finding::of(
            &rules::PURPOSE_MISSING,
            "/permissions/storage/purpose",
            message,
        ));
    }
    if storage.quota_bytes == 0 {
        let at = "/permissions/storage/quota_bytes";
        findings.push(Finding::of(&rules::STORAGE_EMPTY, at, "a store of 0 bytes holds nothing"));
    }
}

/// A name of at least two parts, `*.` before it or not, a port behind it or not. Numbers alone would be
/// an address, which no permission covers.
pub(super) fn is_host(host: &str) -> bool {
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok_and(|port| port > 0) => host,
        _ => host,
    };
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|sign| sign.is_alphanumeric() || sign == '-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}
