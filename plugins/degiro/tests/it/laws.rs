//! Laws that hold for any file.

use std::collections::{BTreeMap, BTreeSet};

use degiro::Degiro;
use proptest::prelude::*;
use stonks_plugin_sdk::testing::import;
use stonks_plugin_sdk::{DaySide, Decimal, Fact};

use crate::generated::{Event, Look, statement, transactions};
use crate::golden::told;
use crate::languages::LANGUAGES;

fn facts(file: &str) -> Vec<Fact> {
    import::<Degiro>("file", file.as_bytes()).unwrap()
}

/// Kind, identity, and for movements their kind and trade: all that must not depend on the look.
fn identities(facts: &[Fact]) -> BTreeSet<String> {
    let told = facts.iter().filter_map(|fact| match fact {
        Fact::Transaction(fact) => Some(format!("transaction {} {:?}", fact.identity, fact.kind)),
        Fact::CashMovement(fact) => {
            Some(format!("movement {} {:?} {:?}", fact.identity, fact.kind, fact.transaction))
        }
        Fact::Instrument(fact) => Some(format!("instrument {}", fact.identity)),
        Fact::Note(fact) => Some(format!("note {}", fact.text)),
        _ => None,
    });
    told.collect()
}

fn trades(facts: &[Fact]) -> BTreeMap<String, (String, Option<String>)> {
    let told = facts.iter().filter_map(|fact| match fact {
        Fact::Transaction(fact) => {
            Some((fact.identity.clone(), (format!("{:?}", fact.kind), fact.group.clone())))
        }
        _ => None,
    });
    told.collect()
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0usize..8, 0u32..600, 1i64..100_000);
    prop::collection::vec(
        event.prop_map(|(kind, minute, size)| Event { kind, minute, size }),
        1..30,
    )
}

fn look() -> impl Strategy<Value = Look> {
    (0..LANGUAGES.len(), 0u8..3, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(language, numbers, is_forward, is_shuffled, has_trailing)| Look {
            language,
            numbers,
            is_forward,
            is_shuffled,
            has_trailing,
        },
    )
}

proptest! {
    #[test]
    fn neither_language_nor_format_nor_layout_makes_other_facts(events in events(), look in look()) {
        let plain = facts(&statement(&events, Look::default(), 0..10));
        let other = facts(&statement(&events, look, 0..10));
        prop_assert_eq!(identities(&plain), identities(&other));
        prop_assert!(!other.iter().any(|fact| matches!(fact, Fact::Note(_))));
    }

    #[test]
    fn exports_that_overlap_tell_the_same_facts(events in events(), look in look(), first in 0u32..10, last in 0u32..10) {
        // DEGIRO cuts between days.
        let days = first.min(last)..first.max(last) + 1;
        let whole = identities(&facts(&statement(&events, Look::default(), 0..10)));
        let part = identities(&facts(&statement(&events, look, days)));
        prop_assert!(part.is_subset(&whole), "{:?}", part.difference(&whole).collect::<Vec<_>>());
    }

    #[test]
    fn both_files_tell_the_same_trades(events in events(), one in look(), other in look()) {
        let account = trades(&facts(&statement(&events, one, 0..10)));
        let transactions = trades(&facts(&transactions(&events, other)));
        prop_assert_eq!(account, transactions);
    }

    #[test]
    fn opening_and_movements_make_the_closing_balance(events in events(), look in look(), from in 0u32..5) {
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        for fact in facts(&statement(&events, look, from..10)) {
            let (money, sign) = match &fact {
                Fact::CashMovement(fact) => (&fact.money, Decimal::ONE),
                Fact::Balance(fact) if fact.side == DaySide::Opening => (&fact.money, Decimal::ONE),
                Fact::Balance(fact) => (&fact.money, Decimal::NEGATIVE_ONE),
                _ => continue,
            };
            *sums.entry(money.currency.clone()).or_default() += money.amount.parse::<Decimal>().unwrap() * sign;
        }
        prop_assert!(sums.values().all(Decimal::is_zero), "{sums:?}");
    }

    #[test]
    fn no_bytes_make_it_panic(content in prop::collection::vec(any::<u8>(), 0..300)) {
        let _unread = told(&content);
    }

    #[test]
    fn no_rows_make_it_panic(
        language in 0..LANGUAGES.len(),
        is_account in any::<bool>(),
        rows in prop::collection::vec("[0-9A-Za-z@:,.\" '-]{0,80}", 0..6),
    ) {
        let language = &LANGUAGES[language];
        let titles = if is_account { language.account } else { language.transactions };
        let _unread = told(format!("{titles}\n{}", rows.join("\n")).as_bytes());
    }

    #[test]
    fn no_fields_make_it_panic(
        is_account in any::<bool>(),
        fields in prop::collection::vec("[0-9]{2}-0[1-9]-20[0-9]{2}|[0-9]{2}:[0-9]{2}|EUR|GBX|-?[0-9]{1,29}([.,][0-9]{1,20})?|Koop -?[0-9., ]{1,9} X@[0-9., ]{1,29} EUR|Degiro Cash Sweep Transfer|", 0..60),
    ) {
        let titles = if is_account { LANGUAGES[0].account } else { LANGUAGES[0].transactions };
        let width = titles.split(',').count();
        let rows: Vec<String> = fields.chunks(width).map(|row| {
            row.iter().map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(",")
        }).collect();
        let _unread = told(format!("{titles}\n{}", rows.join("\n")).as_bytes());
    }
}
