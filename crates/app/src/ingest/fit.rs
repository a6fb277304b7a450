//! Whether the facts of a delivery fit together, and belong to whom they are said to.

use std::collections::HashSet;

use stonks_core::fact::{Fact, FactKind, Identity, Located};

use super::ReadFile;

/// The first kind among the facts that belongs to an account.
pub(super) fn owned_kind(facts: &[Located]) -> Option<FactKind> {
    use FactKind::{FxRate, Instrument, Note, Quote};
    let mut kinds = facts.iter().map(|located| located.fact.kind());
    kinds.find(|kind| !matches!(kind, Instrument | Quote | FxRate | Note))
}

/// What is wrong with the facts of a file as a whole: an identity told twice, or an instrument that
/// is named and never told.
pub(super) fn misfit(facts: &[Located]) -> Option<String> {
    told_twice(facts).or_else(|| never_told(facts.iter()))
}

/// The same of files that are told together: what one names another may tell.
pub(super) fn misfits(files: &[ReadFile]) -> Option<String> {
    let twice = files.iter().find_map(|file| told_twice(&file.facts));
    twice.or_else(|| never_told(files.iter().flat_map(|file| &file.facts)))
}

fn told_twice(facts: &[Located]) -> Option<String> {
    let mut identities: HashSet<(FactKind, &Identity)> = HashSet::with_capacity(facts.len());
    let mut keys = facts.iter().map(|located| (located.fact.kind(), located.fact.identity()));
    let (kind, identity) = keys.find(|key| !identities.insert(*key))?;
    Some(format!("there are two {kind}s `{identity}`"))
}

fn never_told<'a>(facts: impl Iterator<Item = &'a Located> + Clone) -> Option<String> {
    let is_told = |located: &&Located| located.fact.kind() == FactKind::Instrument;
    let told: HashSet<&Identity> =
        facts.clone().filter(is_told).map(|located| located.fact.identity()).collect();
    let named = facts.filter_map(|located| instrument_of(&located.fact));
    let missing = named.into_iter().find(|named| !told.contains(named))?;
    Some(format!("instrument `{missing}` is named, but never told"))
}

/// The instrument that a fact names.
const fn instrument_of(fact: &Fact) -> Option<&Identity> {
    match fact {
        Fact::Transaction(fact) => Some(&fact.instrument),
        Fact::CashMovement(fact) => fact.instrument.as_ref(),
        Fact::Position(fact) => Some(&fact.instrument),
        Fact::Quote(fact) => Some(&fact.instrument),
        Fact::UpcomingDividend(fact) => Some(&fact.instrument),
        _ => None,
    }
}
