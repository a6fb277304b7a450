//! The figures of the core against cases of other programs' tests and of textbooks.
//!
//! A case is inputs, and the figures that follow from them. One adapter per source turns the inputs
//! into what the core's public functions take; it never sees the figures that are expected.

mod accounts;
mod books;
mod case;
mod computed;
mod fava_portfolio_returns;
mod flows;
mod ghostfolio;
mod hledger;
mod page;
mod portfolio_performance;
mod rotki;
mod stonks_overwatch;
mod sure;
mod textbook;
mod verdict;
mod wealthfolio;
mod xirr_pyxirr;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::root;
use case::{Case, Inputs, Refusal};
use computed::Figures;
pub(crate) use page::stale;
use verdict::{Outcome, verdict};

/// Computes those of the figures that are asked for by name.
type Adapter = fn(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal>;

/// A source of cases: the name of its file, how its cases' names begin, and its adapter.
struct Source {
    name: &'static str,
    prefix: &'static str,
    adapter: Adapter,
}

const SOURCES: [Source; 10] = [
    Source {
        name: "portfolio_performance",
        prefix: "pp-",
        adapter: portfolio_performance::figures,
    },
    Source { name: "xirr_pyxirr", prefix: "pyxirr-", adapter: xirr_pyxirr::figures },
    Source { name: "ghostfolio", prefix: "ghostfolio-", adapter: ghostfolio::figures },
    Source { name: "rotki", prefix: "rotki-", adapter: rotki::figures },
    Source {
        name: "fava_portfolio_returns",
        prefix: "fpr-",
        adapter: fava_portfolio_returns::figures,
    },
    Source { name: "hledger", prefix: "hledger-", adapter: hledger::figures },
    Source { name: "wealthfolio", prefix: "wealthfolio-", adapter: wealthfolio::figures },
    Source { name: "sure", prefix: "sure-", adapter: sure::figures },
    Source { name: "stonks_overwatch", prefix: "upstream-", adapter: stonks_overwatch::figures },
    Source { name: "textbook", prefix: "textbook-", adapter: textbook::figures },
];

/// What came of the cases of one file.
pub(crate) struct Judged {
    source: String,
    /// Why the file tells no cases at all.
    unreadable: Option<String>,
    outcomes: Vec<(String, Outcome)>,
}

impl Judged {
    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| is(outcome)).count()
    }

    fn n_passed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Passed))
    }

    fn n_failed(&self) -> usize {
        let unreadable = usize::from(self.unreadable.is_some());
        self.count(|outcome| matches!(outcome, Outcome::Failed(_))) + unreadable
    }

    fn n_not_offered(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::NotOffered(_)))
    }
}

/// Where the cases lie if nothing else is said: beside the checkout.
fn default_folder() -> PathBuf {
    root().join("../shared/data/cases")
}

/// Judges the cases of `folder`, or of the folder beside the checkout, and tells what came of each.
pub(crate) fn run(folder: Option<&Path>, is_writing: bool) -> Result<()> {
    let default = default_folder();
    let folder = match folder {
        Some(folder) if !folder.is_dir() => bail!("`{}` is not a folder", folder.display()),
        Some(folder) => folder,
        None if !default.is_dir() => {
            println!("skipped: no ../shared");
            return Ok(());
        }
        None => &default,
    };
    let all = judge(folder)?;
    for judged in &all {
        tell(judged);
    }
    let sum = |count: fn(&Judged) -> usize| all.iter().map(count).sum::<usize>();
    let (n_passed, n_failed) = (sum(Judged::n_passed), sum(Judged::n_failed));
    let n_not_offered = sum(Judged::n_not_offered);
    println!("cases passed: {n_passed}, failed: {n_failed}, not offered: {n_not_offered}");
    if is_writing {
        page::write(&all)?;
    }
    if n_failed > 0 {
        bail!("{n_failed} cases failed");
    }
    Ok(())
}

fn tell(judged: &Judged) {
    println!(
        "{}: {} passed, {} failed, {} not offered",
        judged.source,
        judged.n_passed(),
        judged.n_failed(),
        judged.n_not_offered()
    );
    if let Some(reason) = &judged.unreadable {
        println!("  failed: {reason}");
    }
    for (id, outcome) in &judged.outcomes {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed(mismatches) => {
                for mismatch in mismatches {
                    println!("  failed {id}: {mismatch}");
                }
            }
            Outcome::NotOffered(reasons) => {
                println!("  not offered {id}: {}", reasons.join("; "));
            }
        }
    }
}

/// Every file of cases in a folder, in the order of their names.
fn judge(folder: &Path) -> Result<Vec<Judged>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("reading the folder {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        bail!("`{}` holds no file of cases", folder.display());
    }
    Ok(paths.iter().map(|path| judge_file(path)).collect())
}

fn judge_file(path: &Path) -> Judged {
    let source = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| error.to_string());
    match text.and_then(|text| case::read(&text)) {
        Ok(cases) => {
            let outcomes = cases
                .into_iter()
                .map(|case| {
                    (
                        case.as_ref()
                            .map_or_else(|unread| unread.id.clone(), |case| case.id.clone()),
                        case.map_or_else(
                            |unread| Outcome::failed(&unread.reason),
                            |case| judge_case(&source, &case),
                        ),
                    )
                })
                .collect();
            Judged { source, unreadable: None, outcomes }
        }
        Err(reason) => {
            let unreadable = Some(format!("`{}` is no file of cases: {reason}", path.display()));
            Judged { source, unreadable, outcomes: Vec::new() }
        }
    }
}

fn judge_case(file: &str, case: &Case) -> Outcome {
    let source = SOURCES
        .iter()
        .find(|source| source.name == file)
        .or_else(|| SOURCES.iter().find(|source| case.id.starts_with(source.prefix)));
    let Some(source) = source else {
        return Outcome::failed(&format!("unknown source `{file}`: it has no adapter"));
    };
    let asked: Vec<&str> = case.expected.keys().map(String::as_str).collect();
    // Whatever stands in a file, the other cases are judged.
    let computed = std::panic::catch_unwind(|| (source.adapter)(&case.inputs(), &asked));
    match computed {
        Ok(Ok(figures)) => verdict(case, &figures),
        Ok(Err(Refusal::NotOffered(reason))) => Outcome::NotOffered(vec![reason]),
        Ok(Err(refusal)) => Outcome::failed(&refusal.to_string()),
        Err(_) => Outcome::failed("the computation panicked"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_case_of_another_program_fails() {
        if !default_folder().is_dir() {
            println!("skipped: no ../shared");
            return;
        }
        run(None, false).expect("`cargo xtask conformance` tells which case failed");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(run(Some(Path::new("/no/such/folder")), false).is_err());
    }

    #[test]
    fn a_file_of_another_source_is_judged_by_the_names_of_its_cases() {
        let text = r#"{"cases": [
            {"id": "textbook-x", "inputs": {"flows": [-100, 110]}, "expected": {"irr": 0.1}},
            {"id": "unheard-of", "inputs": {}, "expected": {"irr": 0.1}}]}"#;
        let cases: Vec<Case> =
            case::read(text).expect("cases").into_iter().filter_map(Result::ok).collect();
        assert!(matches!(judge_case("hidden", &cases[0]), Outcome::Passed));
        assert!(matches!(judge_case("hidden", &cases[1]), Outcome::Failed(_)));
    }
}
