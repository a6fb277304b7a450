//! Plugins that need other plugins: who lacks what, and who comes up before whom.

use std::collections::BTreeMap;

use stonks_plugin::manifest::Manifest;
use stonks_plugin::resolve::{Offer, plan};
use stonks_plugin::validate;

use crate::discovery::Found;

/// Manifests of plugins that may be used, if any of them needs another.
fn manifests(found: &[Found]) -> Option<Vec<&Manifest>> {
    let usable = found.iter().filter(|found| found.is_usable());
    let manifests: Vec<&Manifest> = usable.filter_map(|found| found.manifest.as_ref()).collect();
    found.iter().any(super::needs_others).then_some(manifests)
}

/// Puts to each plugin what is to be said about it beside the others, in place of what was said before:
/// what it needs and isn't there, and circles.
pub(super) fn judge_together(found: &mut [Found]) {
    for found in found.iter_mut() {
        found.findings.retain(|finding| !validate::is_about_others(finding));
    }
    let Some(manifests) = manifests(found) else { return };
    for (plugin, finding) in validate::together(&manifests) {
        if let Some(found) = found.iter_mut().find(|found| found.name == plugin.as_str()) {
            found.findings.push(finding);
        }
    }
}

/// The place of each plugin in the order of loading. Empty where nobody needs anybody.
pub(super) fn places(found: &[Found]) -> BTreeMap<String, usize> {
    let Some(manifests) = manifests(found) else { return BTreeMap::new() };
    let offers: Vec<Offer> = manifests.iter().map(|manifest| Offer::of(manifest)).collect();
    let order = plan(&offers).order;
    order.into_iter().enumerate().map(|(place, chosen)| (chosen.id.to_string(), place)).collect()
}
