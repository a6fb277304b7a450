//! Which plugins to load, in which versions and in which order; or why that can't be.
//!
//! Plugins may need plugins. A solver picks one version of each so that all ranges hold, the newest where
//! it may choose; what can't be solved is explained in sentences. A pre-release is only taken where a
//! range names one (`>=2.0.0-beta`), as with Cargo; where it is, it counts in the order of versions for
//! all.

mod explain;
mod order;
mod solver;

use std::collections::BTreeMap;

use semver::{Version, VersionReq};

use crate::id::PluginId;
use crate::manifest::Manifest;

/// A version of a plugin that could be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which plugin.
    pub id: PluginId,
    /// In which version.
    pub version: Version,
    /// What it needs.
    pub needs: BTreeMap<PluginId, VersionReq>,
}

impl Offer {
    /// What a manifest says of itself.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        Self {
            id: manifest.plugin.name.clone(),
            version: manifest.plugin.version.clone(),
            needs: manifest.dependencies.plugin_dependencies.clone(),
        }
    }
}

/// A version that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Chosen {
    /// Which plugin.
    pub id: PluginId,
    /// In which version.
    pub version: Version,
}

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Plugins that need one another in a circle, the first one again at the end.
    #[error("these plugins need one another in a circle: {}", arrows(.path))]
    Cycle {
        /// `a`, `b`, `a`.
        path: Vec<PluginId>,
    },
    /// No versions fit all ranges.
    #[error("{explanation}")]
    Unmet {
        /// Sentences, the last of which says what follows.
        explanation: String,
    },
}

fn arrows(path: &[PluginId]) -> String {
    path.iter().map(PluginId::as_str).collect::<Vec<_>>().join(" → ")
}

/// One version of each plugin that is wanted and of all that those need, each after what it needs.
///
/// # Errors
/// A plugin that isn't offered, ranges that no version fits, and circles.
pub fn resolve(
    wanted: &[(PluginId, VersionReq)],
    offers: &[Offer],
) -> Result<Vec<Chosen>, Conflict> {
    let mut left: Vec<Offer> = offers.to_vec();
    let mut circle = None;
    loop {
        let chosen = match (solver::solve(wanted, &left), &circle) {
            (Ok(chosen), _) => chosen,
            (Err(conflict), None) => return Err(conflict),
            (Err(_), Some(circle)) => return Err(Conflict::clone(circle)),
        };
        let conflict = match order::order(chosen.clone()) {
            Ok(order) => return Ok(order),
            Err(conflict) => conflict,
        };
        // Another version of one in the circle may need less.
        let Conflict::Cycle { path } = &conflict else { return Err(conflict) };
        let versions = |id: &PluginId| left.iter().filter(|offer| offer.id == *id).count();
        let Some(id) = path.iter().find(|id| versions(id) > 1).cloned() else {
            return Err(circle.unwrap_or(conflict));
        };
        let dropped = chosen.iter().find(|offer| offer.id == id).map(|offer| offer.version.clone());
        left.retain(|offer| offer.id != id || Some(&offer.version) != dropped.as_ref());
        circle.get_or_insert(conflict);
    }
}

/// What can be loaded of all that is installed, and what can't with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each after what it needs.
    pub order: Vec<Chosen>,
    /// Plugins that are left out.
    pub refused: Vec<(PluginId, Conflict)>,
}

/// Plans to load all plugins that are offered. One whose needs aren't met stops nobody else.
#[must_use]
pub fn plan(offers: &[Offer]) -> Plan {
    let names: std::collections::BTreeSet<&PluginId> =
        offers.iter().map(|offer| &offer.id).collect();
    let all: Vec<_> = names.into_iter().map(|id| (id.clone(), VersionReq::STAR)).collect();
    if let Ok(order) = resolve(&all, offers) {
        return Plan { order, refused: Vec::new() };
    }
    let mut plan = Plan::default();
    let mut good = Vec::new();
    for one in all {
        // By itself first, so that the reason told is its own.
        match resolve(std::slice::from_ref(&one), offers) {
            Ok(_) => good.push(one),
            Err(conflict) => plan.refused.push((one.0, conflict)),
        }
    }
    // Plugins that can each be loaded, but not all at once: the first by name win.
    while !good.is_empty() {
        match resolve(&good, offers) {
            Ok(order) => {
                plan.order = order;
                break;
            }
            Err(conflict) => {
                let culprit = latest_that_spoils(&good, offers);
                plan.refused.push((good.remove(culprit).0, conflict));
            }
        }
    }
    // Others may have brought in another version of one that can't be loaded by itself.
    plan.refused.retain(|(id, _)| plan.order.iter().all(|chosen| chosen.id != *id));
    plan.refused.sort_by(|left, right| left.0.cmp(&right.0));
    plan
}

/// The place of the first plugin that can't be loaded with those before it, found by halving.
fn latest_that_spoils(wanted: &[(PluginId, VersionReq)], offers: &[Offer]) -> usize {
    let (mut good, mut bad) = (0, wanted.len());
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if resolve(&wanted[..middle], offers).is_ok() {
            good = middle;
        } else {
            bad = middle;
        }
    }
    bad - 1
}
