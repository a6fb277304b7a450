//! Why the solver found nothing, in sentences.

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

/// Sentences from the first cause to what follows.
pub(super) fn explain(tree: &Tree, offers: &Offers<'_>) -> String {
    let sentences = DefaultStringReporter::report_with_formatter(tree, &Prose { offers });
    let mut told = String::new();
    for line in sentences.lines().filter(|line| !line.trim().is_empty()) {
        if !told.is_empty() {
            told.push_str("; ");
        }
        told.push_str(line.trim());
    }
    told
}

struct Prose<'a> {
    offers: &'a Offers<'a>,
}

impl Prose<'_> {
    /// A plugin in some of its versions: `` `a` 1.0.0 ``, or just `` `a` `` where there is one anyway.
    fn some(&self, subject: &Subject, range: &Ranges<Version>) -> String {
        let Subject::Plugin(id) = subject else { return "what is wanted".to_owned() };
        let all: Vec<&Version> = self.offers.versions(id).collect();
        let covered: Vec<&Version> =
            all.iter().copied().filter(|version| range.contains(version)).collect();
        match covered.as_slice() {
            [only] => format!("`{id}` {only}"),
            [] => format!("`{id}` {}", show(range)),
            some if some.len() == all.len() => format!("any `{id}`"),
            _ => format!("`{id}` {}", show(range)),
        }
    }

    fn needs(
        &self,
        subject: &Subject,
        own: &Ranges<Version>,
        needed: &Subject,
        range: &Ranges<Version>,
    ) -> String {
        let verb = if *subject == Subject::Question { "you want" } else { "needs" };
        let subject = if *subject == Subject::Question {
            String::new()
        } else {
            self.some(subject, own) + " "
        };
        let range =
            if *range == Ranges::full() { String::new() } else { format!(" {}", show(range)) };
        format!("{subject}{verb} {needed}{range}")
    }

    fn offered(&self, subject: &Subject) -> String {
        let Subject::Plugin(id) = subject else { return String::new() };
        let mut shown: Vec<String> =
            self.offers.versions(id).take(6).map(ToString::to_string).collect();
        if shown.len() == 6 {
            shown[5] = "…".to_owned();
        }
        shown.join(", ")
    }
}

impl ReportFormatter<Subject, Ranges<Version>, String> for Prose<'_> {
    type Output = String;

    fn format_external(&self, cause: &Cause) -> String {
        match cause {
            External::NotRoot(..) => "this is what is wanted".to_owned(),
            External::NoVersions(subject, range) => match self.offered(subject).as_str() {
                "" => format!("{subject} isn't there"),
                offered if *range == Ranges::full() => {
                    format!("no version of {subject} is left of {offered}")
                }
                offered => format!("{subject} {} isn't there, only {offered}", show(range)),
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
        let (first, second) = (self.format_external(first), self.format_external(second));
        format!("because {first} and {second}, {}", self.format_terms(terms))
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
