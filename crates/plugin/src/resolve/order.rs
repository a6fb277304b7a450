//! Each plugin after what it needs; equals by name.

use std::collections::BTreeMap;

use crate::id::PluginId;
use crate::resolve::{Chosen, Conflict, Offer};

/// Whether a plugin's needs are being looked at, or have been.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Done,
}

pub(super) fn order(mut chosen: Vec<&Offer>) -> Result<Vec<Chosen>, Conflict> {
    chosen.sort_by(|left, right| left.id.cmp(&right.id));
    let by_id: BTreeMap<&PluginId, &Offer> =
        chosen.iter().map(|offer| (&offer.id, *offer)).collect();
    let mut marks: BTreeMap<&PluginId, Mark> = BTreeMap::new();
    let mut order = Vec::with_capacity(chosen.len());
    for offer in &chosen {
        visit(&offer.id, &by_id, &mut marks, &mut order)?;
    }
    Ok(order)
}

/// Depth first on a stack of its own: a chain of plugins may be longer than the thread's.
fn visit<'a>(
    start: &'a PluginId,
    by_id: &BTreeMap<&'a PluginId, &'a Offer>,
    marks: &mut BTreeMap<&'a PluginId, Mark>,
    order: &mut Vec<Chosen>,
) -> Result<(), Conflict> {
    let open = |id: &'a PluginId| by_id.get(id).map(|offer| (*offer, offer.needs.keys()));
    if marks.contains_key(start) {
        return Ok(());
    }
    marks.insert(start, Mark::Open);
    let mut path: Vec<_> = open(start).into_iter().collect();
    while let Some((offer, needs)) = path.last_mut() {
        let Some(next) = needs.next() else {
            marks.insert(&offer.id, Mark::Done);
            order.push(Chosen { id: offer.id.clone(), version: offer.version.clone() });
            path.pop();
            continue;
        };
        match marks.get(next) {
            Some(Mark::Done) => {}
            Some(Mark::Open) => {
                let start = path.iter().position(|(offer, _)| offer.id == *next).unwrap_or(0);
                let mut circle: Vec<_> =
                    path[start..].iter().map(|(offer, _)| offer.id.clone()).collect();
                circle.push(next.clone());
                return Err(Conflict::Cycle { path: circle });
            }
            None => {
                marks.insert(next, Mark::Open);
                path.extend(open(next));
            }
        }
    }
    Ok(())
}
