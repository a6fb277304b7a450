//! What became of the plugins between two discoveries.

use std::collections::BTreeMap;

use super::found::Found;

/// Names of plugins, each list in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Weren't there before.
    pub added: Vec<String>,
    /// Have another manifest or other code, lie elsewhere, are trusted otherwise, or lack what they need of
    /// others, or do so no more.
    pub changed: Vec<String>,
    /// Aren't there any more.
    pub removed: Vec<String>,
}

impl Difference {
    /// Whether nothing happened.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// Compares by name and content; plugins that another one hides don't count.
#[must_use]
pub fn difference(before: &[Found], after: &[Found]) -> Difference {
    let by_name = |all: &[Found]| -> BTreeMap<String, usize> {
        let shown = all.iter().enumerate().filter(|(_, found)| found.hidden_by.is_none());
        shown.map(|(place, found)| (found.name.clone(), place)).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let mut difference = Difference::default();
    for (name, &place) in &new {
        match old.get(name) {
            None => difference.added.push(name.clone()),
            Some(&earlier) if !is_same(&before[earlier], &after[place]) => {
                difference.changed.push(name.clone());
            }
            Some(_) => {}
        }
    }
    difference.removed = old.into_keys().filter(|name| !new.contains_key(name)).collect();
    difference
}

fn is_same(before: &Found, after: &Found) -> bool {
    before.fingerprint == after.fingerprint
        && before.source == after.source
        && before.trust == after.trust
        && before.lacks().eq(after.lacks())
}
