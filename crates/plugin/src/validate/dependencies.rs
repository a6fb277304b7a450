//! What a plugin needs beside itself, as far as it is known what there is.

use crate::finding::Finding;
use crate::id::PluginId;
use crate::manifest::auth::escape;
use crate::manifest::{Manifest, RuntimeKind};
use crate::resolve::{self, Conflict, Offer};
use crate::validate::{Context, rules};
use crate::version;

/// Where plugins name others.
const SECTION: &str = "/dependencies/plugin_dependencies";

pub(super) fn check(manifest: &Manifest, context: &Context, findings: &mut Vec<Finding>) {
    let needed = &manifest.dependencies;
    if let (Some(range), Some(core)) = (&needed.core, &context.core)
        && !version::allows(range, core)
    {
        let message = format!("the plugin needs version {range} of the host, which is {core}");
        findings.push(Finding::of(&rules::CORE_VERSION_UNMET, "/dependencies/core", message));
    }
    if let (Some(range), Some(python)) = (&needed.python, &context.python)
        && !range.contains(python)
    {
        let message = format!("the plugin needs Python {range}, this host has {python}");
        findings.push(Finding::of(&rules::PYTHON_VERSION_UNMET, "/dependencies/python", message));
    }
    let is_wasm =
        manifest.runtime.as_ref().is_some_and(|runtime| runtime.kind == RuntimeKind::Wasm);
    for package in needed.packages.keys().filter(|_| is_wasm) {
        let at = format!("/dependencies/{}", escape(package));
        let message = format!("`{package}` is a Python package, the plugin is WebAssembly");
        findings.push(Finding::of(&rules::PACKAGE_UNUSED, at, message));
    }
    plugins(manifest, context, findings);
}

fn plugins(manifest: &Manifest, context: &Context, findings: &mut Vec<Finding>) {
    let own = &manifest.plugin.name;
    let needed = &manifest.dependencies.plugin_dependencies;
    if needed.contains_key(own) {
        let message = format!("`{own}` needs itself");
        findings.push(Finding::of(
            &rules::DEPENDENCY_ON_ITSELF,
            format!("{SECTION}/{own}"),
            message,
        ));
        return;
    }
    let Some(known) = &context.offers else { return };
    // This manifest stands for its plugin, whatever else there is of it.
    let mut offers: Vec<Offer> = known.iter().filter(|offer| offer.id != *own).cloned().collect();
    offers.push(Offer::of(manifest));
    if missing(manifest, &offers, findings) || needed.is_empty() {
        return;
    }
    let wanted = [(own.clone(), semver::VersionReq::STAR)];
    if let Err(conflict) = resolve::resolve(&wanted, &offers) {
        findings.push(refusal(&conflict));
    }
}

/// Whether plugins that it needs aren't there at all.
fn missing(manifest: &Manifest, offers: &[Offer], findings: &mut Vec<Finding>) -> bool {
    let told = findings.len();
    for name in manifest.dependencies.plugin_dependencies.keys() {
        if !offers.iter().any(|offer| offer.id == *name) {
            let message = format!("`{}` needs `{name}`, which isn't there", manifest.plugin.name);
            let at = format!("{SECTION}/{name}");
            findings.push(Finding::of(&rules::DEPENDENCY_MISSING, at, message));
        }
    }
    findings.len() > told
}

fn refusal(conflict: &Conflict) -> Finding {
    let rule = match conflict {
        Conflict::Cycle { .. } => &rules::DEPENDENCY_CYCLE,
        Conflict::Unmet { .. } => &rules::DEPENDENCY_UNMET,
    };
    Finding::of(rule, SECTION, conflict.to_string())
}

/// Whether a finding is of those that [`together`] tells: it holds as long as the others are as they are.
#[must_use]
pub fn is_about_others(finding: &Finding) -> bool {
    [&rules::DEPENDENCY_MISSING, &rules::DEPENDENCY_UNMET, &rules::DEPENDENCY_CYCLE]
        .iter()
        .any(|rule| finding.rule == rule.id)
}

/// What is to be said about plugins side by side: what they need and isn't there, and circles.
#[must_use]
pub fn together(manifests: &[&Manifest]) -> Vec<(PluginId, Finding)> {
    let offers: Vec<Offer> = manifests.iter().map(|manifest| Offer::of(manifest)).collect();
    let mut told = Vec::new();
    for (id, conflict) in resolve::plan(&offers).refused {
        let mut findings = Vec::new();
        let own = manifests.iter().find(|manifest| manifest.plugin.name == id);
        if !own.is_some_and(|manifest| missing(manifest, &offers, &mut findings)) {
            findings.push(refusal(&conflict));
        }
        told.extend(findings.into_iter().map(|finding| (id.clone(), finding)));
    }
    told
}
