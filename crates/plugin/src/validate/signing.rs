//! Profiles of `auth`: every name leads somewhere, and no secret goes where the plugin may not ask.

use crate::finding::Finding;
use crate::manifest::Manifest;
use crate::manifest::auth::{escape, placeholders};
use crate::permission::HttpPermission;
use crate::validate::rules;
use crate::validate::spelling::nearest;

/// What a template may name.
const WORDS: [&str; 5] = ["timestamp", "method", "path", "query", "body"];

pub(super) fn check(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let known: Vec<&str> =
        manifest.credentials.iter().map(|credential| credential.key.as_str()).collect();
    for (name, profile) in &manifest.auth {
        let at = format!("/auth/{}", escape(name));
        for (field, key) in profile.credentials() {
            if known.contains(&key) {
                continue;
            }
            let message = format!("there is no credential `{key}`");
            let finding = Finding::of(&rules::CREDENTIAL_UNKNOWN, format!("{at}/{field}"), message);
            findings.push(finding.hint(match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add an entry with `\"key\": \"{key}\"` to `credentials`"),
            }));
        }
        for (field, template) in profile.templates() {
            template_words(&format!("{at}/{field}"), &field, template, findings);
        }
        for (place, host) in profile.hosts().iter().enumerate() {
            covered(manifest, &format!("{at}/hosts/{place}"), host, findings);
        }
        for (field, address) in profile.addresses() {
            let rest = address.strip_prefix("https://").unwrap_or(address);
            let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
            covered(manifest, &format!("{at}/{field}"), host, findings);
        }
    }
    // Old manifests name credentials and have no profiles.
    if manifest.auth.is_empty() && !manifest.configuration.required_credentials.is_empty() {
        return;
    }
    let used: Vec<&str> = manifest
        .auth
        .values()
        .flat_map(|profile| profile.credentials().into_iter().map(|(_, key)| key))
        .collect();
    for (place, key) in known.iter().enumerate().filter(|(_, key)| !used.contains(*key)) {
        let message = format!("no profile of `auth` uses `{key}`");
        findings.push(Finding::of(
            &rules::CREDENTIAL_UNUSED,
            format!("/credentials/{place}"),
            message,
        ));
    }
}

fn template_words(at: &str, field: &str, template: &str, findings: &mut Vec<Finding>) {
    if template.matches('{').count() != template.matches('}').count() {
        let message = format!("the braces of `{template}` don't match");
        findings.push(Finding::of(&rules::TEMPLATE_MALFORMED, at, message));
        return;
    }
    for word in placeholders(template) {
        // What is signed goes through the plugin's own request; only headers may carry a credential.
        let is_credential = word.starts_with("credential:") && field != "template";
        if WORDS.contains(&word) || is_credential {
            continue;
        }
        let message = format!("`{{{word}}}` is nothing that the host can fill in");
        findings.push(Finding::of(&rules::TEMPLATE_MALFORMED, at, message));
    }
}

fn covered(manifest: &Manifest, at: &str, host: &str, findings: &mut Vec<Finding>) {
    let is_covered = |permission: &HttpPermission| {
        let asked = permission.host.to_ascii_lowercase();
        let host = host.to_ascii_lowercase();
        asked == host
            || asked.strip_prefix('*').is_some_and(|domain| {
                let name = host.strip_prefix('*').unwrap_or(&host);
                name.len() > domain.len() && name.ends_with(domain)
            })
    };
    if !manifest.permissions.http.iter().any(is_covered) {
        let message = format!("`permissions.http` doesn't ask for `{host}`");
        findings.push(Finding::of(&rules::AUTH_HOST_UNCOVERED, at, message));
    }
}
