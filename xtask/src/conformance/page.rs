//! `docs/conformance.md`: what came of the cases of each source.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::verdict::Outcome;
use super::{Judged, default_folder, judge};

const PAGE: &str = "docs/conformance.md";

const HEAD: &str = include_str!("page.md");

/// The page.
fn text(all: &[Judged]) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## Results\n\n| source | cases | passed | failed | not offered |\n| --- | ---: | ---: | ---: | ---: |\n");
    for judged in all {
        let _infallible = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            judged.source,
            judged.outcomes.len(),
            judged.n_passed(),
            judged.n_failed(),
            judged.n_not_offered()
        );
    }
    page.push_str("\n## Not offered\n\n");
    let mut n_listed = 0;
    for judged in all {
        for (id, outcome) in &judged.outcomes {
            if let Outcome::NotOffered(reasons) = outcome {
                let _infallible = writeln!(page, "- `{id}`: {}", reasons.join("; "));
                n_listed += 1;
            }
        }
    }
    if n_listed == 0 {
        page.push_str("Nothing: every case is computed.\n");
    }
    page
}

/// Writes the page anew.
pub(super) fn write(all: &[Judged]) -> Result<()> {
    let path = crate::process::root().join(PAGE);
    fs::write(&path, text(all)).with_context(|| format!("writing {}", path.display()))
}

/// Says whether the page is not what the cases give. Where there are no cases nobody can tell.
pub(crate) fn stale(root: &Path) -> Option<String> {
    let all = default_folder().is_dir().then(|| judge(&default_folder()).ok())??;
    let is_fresh = fs::read_to_string(root.join(PAGE)).ok() == Some(text(&all));
    (!is_fresh)
        .then(|| format!("{PAGE}: not what the cases give; run `cargo xtask conformance --write`"))
}
