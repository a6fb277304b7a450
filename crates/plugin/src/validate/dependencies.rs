//! What a plugin needs beside itself, as far as it is known what there is.

use crate::finding::Finding;
use crate::manifest::auth::escape;
use crate::manifest::{Manifest, RuntimeKind};
use crate::resolve::{self, Conflict, Offer};
use crate::validate::{Context, rules};
use crate::version;

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
    let at = |name: &str| format!("/dependencies/plugin_dependencies/{name}");
    if needed.contains_key(own) {
        let message = format!("`{own}` needs itself");
        findings.push(Finding::of(&rules::DEPENDENCY_ON_ITSELF, at(own.as_str()), message));
        return;
    }
    let Some(known) = &context.offers else { return };
    let mut is_missing = false;
    for name in needed.keys().filter(|name| !known.iter().any(|offer| offer.id == **name)) {
        let message = format!("`{own}` needs `{name}`, which isn't there");
        findings.push(Finding::of(&rules::DEPENDENCY_MISSING, at(name.as_str()), message));
        is_missing = true;
    }
    if is_missing || needed.is_empty() {
        return;
    }
    // This manifest stands for its plugin, whatever else there is of it.
    let mut offers: Vec<Offer> = known.iter().filter(|offer| offer.id != *own).cloned().collect();
    offers.push(Offer::of(manifest));
    let wanted = [(own.clone(), semver::VersionReq::STAR)];
    let Err(conflict) = resolve::resolve(&wanted, &offers) else { return };
    let rule = match &conflict {
        Conflict::Cycle { .. } => &rules::DEPENDENCY_CYCLE,
        Conflict::Unmet { .. } => &rules::DEPENDENCY_UNMET,
    };
    findings.push(Finding::of(rule, "/dependencies/plugin_dependencies", conflict.to_string()));
}
