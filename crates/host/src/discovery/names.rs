//! Who has a name where several claim it.

use std::collections::HashMap;

use stonks_plugin::Finding;

use super::found::Found;

/// Says of each plugin whom it hides and by whom it is hidden; `all` come in the order of their sources.
///
/// The first that can be used has the name, so that a broken one stops nobody; where none can be used,
/// the first.
pub(super) fn settle(all: &mut [Found]) {
    let mut claims: HashMap<String, Vec<usize>> = HashMap::with_capacity(all.len());
    for (place, found) in all.iter().enumerate() {
        claims.entry(found.name.clone()).or_default().push(place);
    }
    for (name, places) in claims.into_iter().filter(|(_, places)| places.len() > 1) {
        let winner = places.iter().copied().find(|&place| all[place].is_usable());
        let winner = winner.unwrap_or(places[0]);
        let source = all[winner].source.clone();
        for hidden in places.into_iter().filter(|&place| place != winner) {
            let message = format!("it hides another plugin `{name}` from {}", all[hidden].source);
            let finding = Finding::warning("name-shadows", "/plugin/name", message);
            all[winner].findings.push(finding);
            let why =
                if hidden < winner { "this one can't be used" } else { "that one comes first" };
            let message = format!("plugin `{name}` from {source} is used instead: {why}");
            let finding = Finding::warning("name-shadowed", "/plugin/name", message);
            let hint = "remove one of the two, or rename it in its manifest";
            all[hidden].findings.push(finding.hint(hint));
            all[hidden].hidden_by = Some(source.clone());
        }
    }
}
