//! Facts that come back from a middleware: the same facts, in the same order, none more.

use stonks_core::fact::{Fact, Identity, Located};

use super::values::Checked;
use super::wit;

/// Checks facts against those that were handed in. The error names the fact.
pub(in crate::runtime) fn transformed(
    sent: &[Located],
    told: Vec<wit::Fact>,
) -> Checked<Vec<Fact>> {
    if told.len() > sent.len() {
        return Err(format!("{} facts came back for {} handed in", told.len(), sent.len()));
    }
    let mut left = sent.iter();
    let mut facts = Vec::with_capacity(told.len());
    for (place, told) in told.into_iter().enumerate() {
        let fact =
            super::fact(told).map_err(|problem| format!("fact {}, {problem}", place + 1))?.fact;
        let name = format!("fact {}, a {} `{}`", place + 1, fact.kind(), fact.identity());
        loop {
            let Some(Located { fact: original, .. }) = left.next() else {
                return Err(format!("{name}, was not handed in, or comes out of order"));
            };
            if original.kind() == fact.kind() && original.identity() == fact.identity() {
                names_the_same(original, &fact).map_err(|problem| format!("{name}: {problem}"))?;
                break;
            }
            may_be_left_out(original)?;
        }
        facts.push(fact);
    }
    left.try_for_each(|located| may_be_left_out(&located.fact))?;
    Ok(facts)
}

/// What others name stays.
fn may_be_left_out(fact: &Fact) -> Checked<()> {
    match fact {
        Fact::Account(_) | Fact::Instrument(_) => Err(format!(
            "{} `{}` was left out, which other facts may name",
            fact.kind(),
            fact.identity()
        )),
        _ => Ok(()),
    }
}

fn names_the_same(original: &Fact, fact: &Fact) -> Checked<()> {
    let differs = |field: &str, was: Option<&Identity>, is: Option<&Identity>| {
        let shown = |name: Option<&Identity>| name.map_or("none", Identity::as_str).to_owned();
        Err(format!("{field}: it names `{}` instead of `{}`", shown(is), shown(was)))
    };
    let ((account, instrument), (told_account, told_instrument)) = (named(original), named(fact));
    if account != told_account {
        return differs("account", account, told_account);
    }
    if instrument != told_instrument {
        return differs("instrument", instrument, told_instrument);
    }
    Ok(())
}

/// The broker's account and the instrument that a fact names.
const fn named(fact: &Fact) -> (Option<&Identity>, Option<&Identity>) {
    match fact {
        Fact::Transaction(fact) => (fact.broker_account.as_ref(), Some(&fact.instrument)),
        Fact::CashMovement(fact) => (fact.broker_account.as_ref(), fact.instrument.as_ref()),
        Fact::Position(fact) => (fact.broker_account.as_ref(), Some(&fact.instrument)),
        Fact::UpcomingDividend(fact) => (fact.broker_account.as_ref(), Some(&fact.instrument)),
        Fact::Quote(fact) => (None, Some(&fact.instrument)),
        Fact::Balance(fact) => (fact.broker_account.as_ref(), None),
        Fact::Note(fact) => (fact.broker_account.as_ref(), None),
        Fact::Account(_) | Fact::Instrument(_) | Fact::FxRate(_) => (None, None),
    }
}
