//! Judges a plugin: all findings at once. One engine for the author, the CI and the installer.

mod dependencies;
mod forms;
mod names;
mod permissions;
pub mod place;
mod presence;
pub mod rules;
pub mod sarif;
mod signing;
pub(crate) mod spelling;
mod structure;

use semver::Version;

use crate::API_VERSIONS;
use crate::finding::Finding;
use crate::manifest::{self, Manifest, ParseManifestError, legacy};
use crate::resolve::Offer;

pub use dependencies::{is_about_others, together};
pub use presence::{ComponentFacts, component};
pub use spelling::nearest;

/// More findings than these help nobody.
pub const MOST_FINDINGS: usize = 100;

/// A release of a plugin that is known from elsewhere, such as a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The plugin's version.
    pub version: Version,
    /// The oldest API that it works with.
    pub min_api: Version,
    /// The newest.
    pub max_api: Version,
}

/// What is known beside the manifest. What isn't known isn't judged.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The host's own version, against `dependencies.core`.
    pub core: Option<Version>,
    /// The version of Python that the host starts, against `dependencies.python`.
    pub python: Option<pep440_rs::Version>,
    /// All plugins that could be loaded, against `dependencies.plugin_dependencies`.
    pub offers: Option<Vec<Offer>>,
    /// Other releases of this plugin, so that a fitting one can be named.
    pub releases: Vec<Release>,
    /// Names of plugins beside the well-known ones, for which this one must not be taken.
    pub names: Vec<String>,
}

impl Context {
    /// What this program knows of itself.
    #[must_use]
    pub fn of_this_host() -> Self {
        Self { core: env!("CARGO_PKG_VERSION").parse().ok(), ..Self::default() }
    }
}

/// Reads a manifest and tells all that is to be said about it, knowing nothing but it and this host.
///
/// There is a manifest where enough of it could be read, even if it can't be used.
#[must_use]
pub fn judge(bytes: &[u8]) -> (Option<Manifest>, Vec<Finding>) {
    judge_within(bytes, &Context::of_this_host())
}

/// Reads a manifest and tells all that is to be said about it.
#[must_use]
pub fn judge_within(bytes: &[u8], context: &Context) -> (Option<Manifest>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut value = match manifest::read(bytes) {
        Ok(value) => value,
        Err(error) => return (None, vec![unreadable(&error)]),
    };
    place::keys_twice(bytes, &value, &mut findings);
    for conversion in legacy::modernise(&mut value) {
        let legacy::Conversion { at, message, is_runtime } = conversion;
        findings.push(match is_runtime {
            true => Finding::of(&rules::RUNTIME_MISSING, at, message)
                .hint("add `\"runtime\": {\"kind\": \"python\"}`"),
            false => Finding::of(&rules::LEGACY_SPELLING, at, message),
        });
    }
    let refused = structure::check(&mut value, &mut findings);
    let parsed = match Manifest::from_value(value) {
        Ok(parsed) => Some(parsed),
        // What the schema let through and the types didn't.
        Err(error) if findings.iter().all(|finding| finding.level < crate::Level::Error) => {
            findings.push(Finding::of(&rules::MANIFEST_MALFORMED, "", error.to_string()));
            None
        }
        Err(_) => None,
    };
    if let Some(parsed) = &parsed {
        let mut told = manifest_within(parsed, context);
        told.retain(|finding| {
            // What was taken out isn't missed twice.
            let is_consequence = refused.touches(&finding.at)
                || finding.rule == rules::CREDENTIAL_UNKNOWN.id && refused.touches("/credentials")
                || finding.rule == rules::CREDENTIAL_UNUSED.id && refused.touches("/auth")
                || finding.rule == rules::AUTH_HOST_UNCOVERED.id && refused.touches("/permissions");
            !is_consequence
        });
        for finding in &mut told {
            finding.at = refused.restore(&finding.at);
        }
        findings.append(&mut told);
    }
    cut(&mut findings);
    (parsed, findings)
}

fn unreadable(error: &ParseManifestError) -> Finding {
    let rule = match error {
        ParseManifestError::Empty => &rules::MANIFEST_EMPTY,
        ParseManifestError::TooLarge(_) => &rules::MANIFEST_TOO_LARGE,
        ParseManifestError::TooDeep => &rules::MANIFEST_TOO_DEEP,
        ParseManifestError::NotText(_) => &rules::MANIFEST_NOT_TEXT,
        ParseManifestError::Malformed { .. } | ParseManifestError::Misshapen(_) => {
            &rules::MANIFEST_MALFORMED
        }
    };
    Finding::of(rule, "", error.to_string())
}

/// Errors first where not all can be told.
fn cut(findings: &mut Vec<Finding>) {
    if findings.len() <= MOST_FINDINGS {
        return;
    }
    let more = findings.len() - MOST_FINDINGS;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings.truncate(MOST_FINDINGS);
    findings.push(Finding::of(&rules::FINDINGS_CUT, "", format!("there are {more} more findings")));
}

/// What is to be said about a manifest that was parsed, whatever the component beside it is.
#[must_use]
pub fn manifest(manifest: &Manifest) -> Vec<Finding> {
    manifest_within(manifest, &Context::of_this_host())
}

fn manifest_within(manifest: &Manifest, context: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    names::check(manifest, context, &mut findings);
    api(manifest, context, &mut findings);
    dependencies::check(manifest, context, &mut findings);
    presence::check(manifest, &mut findings);
    permissions::check(manifest, &mut findings);
    forms::check(manifest, &mut findings);
    signing::check(manifest, &mut findings);
    findings
}

fn api(manifest: &Manifest, context: &Context, findings: &mut Vec<Finding>) {
    let (min, max) = (&manifest.api.min_version, &manifest.api.max_version);
    if min > max {
        let message = format!("`api.min_version` {min} is above `api.max_version` {max}");
        findings.push(Finding::of(&rules::API_RANGE_EMPTY, "/api/max_version", message));
        return;
    }
    if is_met(min, max) {
        return;
    }
    let message =
        format!("the plugin asks for API {}, this host offers {}", span(min, max), offered());
    let finding = Finding::of(&rules::API_RANGE_UNMET, "/api", message);
    let fitting = context.releases.iter().filter(|known| is_met(&known.min_api, &known.max_api));
    let nearest = fitting.max_by(|left, right| left.version.cmp(&right.version));
    findings.push(match nearest {
        Some(release) => finding.hint(format!(
            "the nearest release that this host runs is {} {}",
            manifest.plugin.name, release.version
        )),
        None => finding,
    });
}

fn is_met(min: &Version, max: &Version) -> bool {
    API_VERSIONS.iter().any(|offered| min <= offered && offered <= max)
}

/// The versions of the API that this host offers: `1.0.0`, or `1.0.0 to 1.2.0`.
fn offered() -> String {
    match API_VERSIONS {
        [] => "none".to_owned(),
        [only] => only.to_string(),
        [first, .., last] => span(first, last),
    }
}

fn span(min: &Version, max: &Version) -> String {
    if min == max { min.to_string() } else { format!("{min} to {max}") }
}
