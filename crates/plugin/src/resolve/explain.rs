//! Why the solver found nothing, in a sentence.

use std::sync::Arc;

use pubgrub::{
    DefaultStringReporter, DerivationTree, Derived, External, Map, Ranges, ReportFormatter,
    Reporter, Term,
};
use semver::Version;

use crate::resolve::solver::{Offers, Subject};
use crate::version::show;

type Tree = DerivationTree<Subject, Ranges<Version>, String>;
type Terms = Map<Subject, Term<Ranges<Version>>>;
type Cause = External<Subject, Ranges<Version>, String>;
type Step = Derived<Subject, Ranges<Version>, String>;

/// Clauses from the first cause to what follows.
pub(super) fn explain(tree: &Tree, offers: &Offers<'_>) -> String {
    let prose = DefaultStringReporter::report_with_formatter(&simplify(tree), &Prose { offers });
    let mut clauses: Vec<&str> =
        prose.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // That what is wanted can't be had is known once one thing can't.
    if clauses.len() > 1
        && clauses.last().is_some_and(|last| last.starts_with("and because you want"))
    {
        clauses.pop();
    }
    clauses.join("; ")
}

/// Without the steps that only say that a plugin has no further versions than those spoken of.
fn simplify(tree: &Tree) -> Tree {
    let DerivationTree::Derived(step) = tree else { return tree.clone() };
    for (one, other) in [(&step.cause1, &step.cause2), (&step.cause2, &step.cause1)] {
        if let DerivationTree::External(External::NoVersions(subject, _)) = &**one
            && is_about(other, subject)
        {
            return simplify(other);
        }
    }
    let mut step = step.clone();
    step.cause1 = Arc::new(simplify(&step.cause1));
    step.cause2 = Arc::new(simplify(&step.cause2));
    DerivationTree::Derived(step)
}

/// Whether a cause holds for some versions of the subject, and doesn't ask for any.
fn is_about(cause: &Tree, subject: &Subject) -> bool {
    match cause {
        DerivationTree::External(External::FromDependencyOf(own, ..)) => own == subject,
        DerivationTree::External(_) => false,
        DerivationTree::Derived(step) => {
            matches!(step.terms.get(subject), Some(Term::Positive(_)))
        }
    }
}

struct Prose<'a> {
    offers: &'a Offers<'a>,
}

impl Prose<'_> {
    /// A plugin in some of its versions: `` `a 1.0.0` ``.
    fn some(&self, subject: &Subject, range: &Ranges<Version>) -> String {
        let Subject::Plugin(id) = subject else { return "what you want".to_owned() };
        let all: Vec<&Version> = self.offers.versions(id).collect();
        let covered: Vec<&Version> =
            all.iter().copied().filter(|version| range.contains(version)).collect();
        match covered.as_slice() {
            [only] => format!("`{id} {only}`"),
            some if !some.is_empty() && some.len() == all.len() => format!("every `{id}`"),
            _ => named(subject, range),
        }
    }

    fn needs(
        &self,
        subject: &Subject,
        own: &Ranges<Version>,
        needed: &Subject,
        range: &Ranges<Version>,
    ) -> String {
        let needed = named(needed, range);
        match subject {
            Subject::Question => format!("you want {needed}"),
            Subject::Plugin(_) => format!("{} needs {needed}", self.some(subject, own)),
        }
    }

    /// The versions that there are: `1.0.0 and 1.4.0`.
    fn offered(&self, subject: &Subject) -> String {
        let Subject::Plugin(id) = subject else { return String::new() };
        let mut shown: Vec<String> =
            self.offers.versions(id).take(MOST_VERSIONS + 1).map(ToString::to_string).collect();
        if shown.len() > MOST_VERSIONS {
            shown[MOST_VERSIONS] = "older ones".to_owned();
        }
        match shown.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        }
    }
}

/// More versions are not listed.
const MOST_VERSIONS: usize = 5;

/// A plugin and a range in one: `` `rates >=1.0.0, <2.0.0` ``.
fn named(subject: &Subject, range: &Ranges<Version>) -> String {
    match subject {
        Subject::Question => "what you want".to_owned(),
        Subject::Plugin(id) if *range == Ranges::full() => format!("`{id}`"),
        Subject::Plugin(id) if *range == Ranges::empty() => {
            format!("`{id}` in a range that covers no version")
        }
        Subject::Plugin(id) => format!("`{id} {}`", show(range)),
    }
}

impl ReportFormatter<Subject, Ranges<Version>, String> for Prose<'_> {
    type Output = String;

    fn format_external(&self, cause: &Cause) -> String {
        match cause {
            External::NotRoot(..) => "this is what you want".to_owned(),
            External::NoVersions(subject, range) => match self.offered(subject).as_str() {
                "" => format!("there is no {}", named(subject, &Ranges::full())),
                offered => format!("there is no {}, only {offered}", named(subject, range)),
            },
            External::FromDependencyOf(subject, own, needed, range) => {
                self.needs(subject, own, needed, range)
            }
            External::Custom(subject, range, reason) => {
                format!("{} can't be used: {reason}", self.some(subject, range))
            }
        }
    }

    fn format_terms(&self, terms: &Terms) -> String {
        let terms: Vec<_> = terms.iter().collect();
        match terms.as_slice() {
            [] | [(Subject::Question, _)] => "what you want can't be had".to_owned(),
            [(subject, Term::Positive(range))] => {
                format!("{} can't be loaded", self.some(subject, range))
            }
            [(subject, Term::Negative(range))] => {
                format!("{} must be loaded", self.some(subject, range))
            }
            [(subject, Term::Positive(own)), (needed, Term::Negative(range))]
            | [(needed, Term::Negative(range)), (subject, Term::Positive(own))] => {
                self.needs(subject, own, needed, range)
            }
            [(first, Term::Positive(left)), (second, Term::Positive(right))] => {
                let (first, second) = match (*first, *second) {
                    (Subject::Question, other) => (other, None),
                    (other, Subject::Question) => (other, None),
                    (first, second) => (first, Some(second)),
                };
                match second {
                    Some(second) => {
                        format!(
                            "{} and {} don't go together",
                            self.some(first, left),
                            self.some(second, right)
                        )
                    }
                    None => format!("you can't have {first}"),
                }
            }
            several => {
                let named: Vec<String> = several
                    .iter()
                    .map(|(subject, term)| match term {
                        Term::Positive(range) => self.some(subject, range),
                        Term::Negative(range) => format!("no {}", self.some(subject, range)),
                    })
                    .collect();
                format!("{} don't go together", named.join(" and "))
            }
        }
    }

    fn explain_both_external(&self, first: &Cause, second: &Cause, terms: &Terms) -> String {
        let follows = self.format_terms(terms);
        let ((
            External::FromDependencyOf(own, range, needed, wanted),
            External::NoVersions(missing, _),
        )
        | (
            External::NoVersions(missing, _),
            External::FromDependencyOf(own, range, needed, wanted),
        )) = (first, second)
        else {
            let (first, second) = (self.format_external(first), self.format_external(second));
            return format!("because {first} and {second}, {follows}");
        };
        let needs = self.needs(own, range, needed, wanted);
        let there_is = match self.offered(missing).as_str() {
            "" => "which isn't there".to_owned(),
            offered => format!("of which there is only {offered}"),
        };
        if *own == Subject::Question {
            return format!("{needs}, {there_is}");
        }
        format!("because {needs}, {there_is}, {follows}")
    }

    fn explain_both_ref(
        &self,
        first: usize,
        left: &Step,
        second: usize,
        right: &Step,
        terms: &Terms,
    ) -> String {
        format!(
            "because {} ({first}) and {} ({second}), {}",
            self.format_terms(&left.terms),
            self.format_terms(&right.terms),
            self.format_terms(terms)
        )
    }

    fn explain_ref_and_external(
        &self,
        number: usize,
        step: &Step,
        cause: &Cause,
        terms: &Terms,
    ) -> String {
        format!(
            "because {} ({number}) and {}, {}",
            self.format_terms(&step.terms),
            self.format_external(cause),
            self.format_terms(terms)
        )
    }

    fn and_explain_external(&self, cause: &Cause, terms: &Terms) -> String {
        format!("and because {}, {}", self.format_external(cause), self.format_terms(terms))
    }

    fn and_explain_ref(&self, number: usize, step: &Step, terms: &Terms) -> String {
        format!(
            "and because {} ({number}), {}",
            self.format_terms(&step.terms),
            self.format_terms(terms)
        )
    }

    fn and_explain_prior_and_external(
        &self,
        prior: &Cause,
        cause: &Cause,
        terms: &Terms,
    ) -> String {
        format!(
            "and because {} and {}, {}",
            self.format_external(prior),
            self.format_external(cause),
            self.format_terms(terms)
        )
    }
}
