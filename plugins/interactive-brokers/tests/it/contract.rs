//! What the contract asks of every fact, whatever the file: the host refuses a page that breaks it.

use std::collections::HashSet;

use stonks_plugin_sdk::{Fact, Fee, Moment, Money};

/// Panics with the fact that breaks the contract.
pub(crate) fn check(facts: &[Fact]) {
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    for fact in facts {
        let (kind, identity) = named(fact);
        let is_visible = identity.bytes().all(|byte| byte.is_ascii_graphic());
        assert!((1..=200).contains(&identity.len()) && is_visible, "identity of {fact:?}");
        assert!(told.insert((kind, identity)), "told twice: {fact:?}");
        if let Some(named) = instrument_of(fact) {
            assert!(
                told.contains(&("instrument", named.as_str())),
                "told before its instrument: {fact:?}"
            );
        }
        check_values(fact);
    }
}

fn named(fact: &Fact) -> (&'static str, &str) {
    match fact {
        Fact::Account(fact) => ("account", &fact.identity),
        Fact::Instrument(fact) => ("instrument", &fact.identity),
        Fact::Transaction(fact) => ("transaction", &fact.identity),
        Fact::CashMovement(fact) => ("cash", &fact.identity),
        Fact::Position(fact) => ("position", &fact.identity),
        Fact::Balance(fact) => ("balance", &fact.identity),
        Fact::Quote(fact) => ("quote", &fact.identity),
        Fact::FxRate(fact) => ("rate", &fact.identity),
        Fact::UpcomingDividend(fact) => ("dividend", &fact.identity),
        Fact::Note(fact) => ("note", &fact.identity),
    }
}

fn instrument_of(fact: &Fact) -> Option<&String> {
    match fact {
        Fact::Transaction(fact) => Some(&fact.instrument),
        Fact::CashMovement(fact) => fact.instrument.as_ref(),
        Fact::Position(fact) => Some(&fact.instrument),
        Fact::UpcomingDividend(fact) => Some(&fact.instrument),
        _ => None,
    }
}

fn check_values(fact: &Fact) {
    let moneys: Vec<&Money> = match fact {
        Fact::Instrument(told) => {
            if let Some(multiplier) = &told.multiplier {
                check_decimal(multiplier, fact);
            }
            Vec::new()
        }
        Fact::Transaction(told) => {
            check_moment(&told.at, fact);
            check_decimal(&told.quantity, fact);
            if let Some(price) = &told.price {
                check_decimal(price, fact);
            }
            assert_eq!(told.price.is_some(), told.price_currency.is_some(), "{fact:?}");
            let fees = told.fees.iter().map(|Fee { money, .. }| money);
            told.amount.iter().chain(&told.accrued).chain(fees).collect()
        }
        Fact::CashMovement(told) => {
            check_moment(&told.at, fact);
            assert_eq!(
                told.fee_kind.is_some(),
                told.kind == stonks_plugin_sdk::CashKind::Fee,
                "{fact:?}"
            );
            vec![&told.money]
        }
        Fact::Position(told) => {
            check_decimal(&told.quantity, fact);
            told.value.iter().chain(&told.cost).collect()
        }
        Fact::Balance(told) => vec![&told.money],
        Fact::UpcomingDividend(told) => {
            told.per_unit.iter().chain(&told.gross).chain(&told.withholding_tax).collect()
        }
        _ => Vec::new(),
    };
    for money in moneys {
        check_decimal(&money.amount, fact);
        let is_code = (2..=10).contains(&money.currency.len())
            && money
                .currency
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        assert!(is_code, "{fact:?}");
    }
}

fn check_moment(moment: &Moment, fact: &Fact) {
    assert_eq!(moment.date.len(), 10, "{fact:?}");
    assert_eq!(moment.time.is_some(), moment.zone.is_some(), "{fact:?}");
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?`, never `-0`, at most 28 digits and 18 places.
fn check_decimal(text: &str, fact: &Fact) {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "1"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && is_digits(fraction)
        && !fraction.ends_with('0')
        && text != "-0"
        && fraction.len() <= 18
        && text.bytes().filter(u8::is_ascii_digit).count() <= 29;
    assert!(is_canonical, "`{text}` in {fact:?}");
}
