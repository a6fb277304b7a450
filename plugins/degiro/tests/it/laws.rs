//! Laws that hold for any file.

use std::collections::BTreeSet;
use std::fmt::Write;

use degiro::Degiro;
use proptest::prelude::*;
use stonks_plugin_sdk::testing::import;
use stonks_plugin_sdk::{DaySide, Decimal, Fact};

use crate::golden::told;

/// Titles and words of one language, for the kinds of rows that are generated.
struct Language {
    titles: &'static str,
    words: [&'static str; 4],
}

const LANGUAGES: [Language; 3] = [
    Language {
        titles: "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
        words: ["iDEAL storting", "Dividend", "DEGIRO Aansluitingskosten 2024", "Koop {} @ {} EUR"],
    },
    Language {
        titles: "Date,Heure,Date de,Produit,Code ISIN,Description,FX,Mouvements,,Solde,,ID Ordre",
        words: [
            "Versement de fonds",
            "Dividende",
            "Frais de connexion aux places boursières 2024",
            "Achat {} NOM@{} EUR (US0378331005)",
        ],
    },
    Language {
        titles: "Datum,Uhrzeit,Valutadatum,Produkt,ISIN,Beschreibung,FX,Änderung,,Saldo,,Order-ID",
        words: [
            "Einzahlung",
            "Dividende",
            "Einrichtung von Handelsmodalitäten 2024",
            "Kauf {} zu je {} EUR (US0378331005)",
        ],
    },
];

/// Kind, minute, and cents or units.
type Told = (usize, u32, i64);

fn number(amount: Decimal, has_comma: bool) -> String {
    let text = format!("{amount:.2}");
    if has_comma { format!("\"{}\"", text.replace('.', ",")) } else { text }
}

/// A statement, newest first, of the rows of minutes in `from..to`.
fn statement(
    rows: &[Told],
    language: &Language,
    has_comma: bool,
    (from, to): (u32, u32),
) -> String {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|(_, minute, _)| *minute);
    let mut balance = Decimal::ZERO;
    let mut lines = Vec::new();
    for (kind, minute, size) in rows {
        let (units, price) = (size % 90 + 1, Decimal::new(size, 2));
        let amount = match kind {
            3 => -(price * Decimal::from(units)),
            2 => -price,
            _ => price,
        };
        balance += amount;
        if !(from..to).contains(&minute) {
            continue;
        }
        let price = number(price, has_comma).replace('"', "");
        let text =
            language.words[kind].replacen("{}", &units.to_string(), 1).replacen("{}", &price, 1);
        let of = if kind == 1 || kind == 3 { "EXAMPLE CORP,US0378331005" } else { "," };
        let (day, minute) = (1 + minute / 60, minute % 60);
        let (amount, balance) = (number(amount, has_comma), number(balance, has_comma));
        let mut line = String::new();
        write!(line, "{day:02}-01-2024,09:{minute:02},{day:02}-01-2024,{of},\"{text}\",,EUR,{amount},EUR,{balance},").unwrap();
        lines.push(line);
    }
    lines.reverse();
    format!("{}\n{}\n", language.titles, lines.join("\n"))
}

fn facts(file: &str) -> Vec<Fact> {
    import::<Degiro>("file", file.as_bytes()).unwrap()
}

fn identities(facts: &[Fact]) -> BTreeSet<String> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Transaction(fact) => Some(format!("t {}", fact.identity)),
            Fact::CashMovement(fact) => Some(format!("c {}", fact.identity)),
            _ => None,
        })
        .collect()
}

fn rows() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec((0usize..4, 0u32..600, 1i64..100_000), 1..30)
}

proptest! {
    #[test]
    fn language_and_number_format_make_no_other_facts(rows in rows(), language in 0usize..3, has_comma in any::<bool>()) {
        let one = facts(&statement(&rows, &LANGUAGES[0], true, (0, 600)));
        let other = facts(&statement(&rows, &LANGUAGES[language], has_comma, (0, 600)));
        prop_assert_eq!(identities(&one), identities(&other));
        prop_assert!(!other.iter().any(|fact| matches!(fact, Fact::Note(_))));
    }

    #[test]
    fn exports_that_overlap_tell_the_same_facts(rows in rows(), first in 1u32..10, last in 1u32..10) {
        // DEGIRO cuts between days, which here have sixty minutes.
        let (from, to) = (first.min(last) * 60, first.max(last) * 60 + 60);
        let whole = identities(&facts(&statement(&rows, &LANGUAGES[0], true, (0, 600))));
        let part = identities(&facts(&statement(&rows, &LANGUAGES[1], false, (from, to))));
        prop_assert!(part.is_subset(&whole), "{:?}", part.difference(&whole).collect::<Vec<_>>());
    }

    #[test]
    fn opening_and_movements_make_the_closing_balance(rows in rows(), from in 0u32..300) {
        let told = facts(&statement(&rows, &LANGUAGES[2], true, (from / 60 * 60, 600)));
        let (mut sum, mut closing) = (Decimal::ZERO, Decimal::ZERO);
        for fact in &told {
            match fact {
                Fact::CashMovement(fact) => sum += fact.money.amount.parse::<Decimal>().unwrap(),
                Fact::Balance(fact) if fact.side == DaySide::Opening => sum += fact.money.amount.parse::<Decimal>().unwrap(),
                Fact::Balance(fact) => closing = fact.money.amount.parse().unwrap(),
                _ => {}
            }
        }
        prop_assert_eq!(sum, closing);
    }

    #[test]
    fn no_bytes_make_it_panic(content in prop::collection::vec(any::<u8>(), 0..300)) {
        let _unread = told(&content);
    }

    #[test]
    fn no_rows_make_it_panic(
        titles in 0usize..3,
        rows in prop::collection::vec("[0-9A-Za-z@:,.\" -]{0,80}", 0..6),
    ) {
        let _unread = told(format!("{}\n{}", LANGUAGES[titles].titles, rows.join("\n")).as_bytes());
    }
}
