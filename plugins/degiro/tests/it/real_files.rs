//! Files that DEGIRO gave to customers, where they are at hand: what each becomes, and whether its
//! sums agree with its own balances.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use degiro::Degiro;
use stonks_plugin_sdk::testing::{import, tell_error};
use stonks_plugin_sdk::{DaySide, Decimal, Fact};

/// None where there is no such folder, and needn't be.
fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("STONKS_SHARED_DATA").map(PathBuf::from);
    let shared = shared
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let folder = shared.join("brokers/degiro");
    if folder.exists() {
        return Some(folder);
    }
    assert!(std::env::var_os("STONKS_REQUIRE_ALL").is_none(), "{} must be here", folder.display());
    println!("skipped: no ../shared");
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "csv") {
            found.push(path);
        }
    }
    found.sort();
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Opening balance and movements against the closing balance, by currency.
fn sums(facts: &[Fact]) -> String {
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    let mut closings: BTreeMap<&str, Decimal> = BTreeMap::new();
    for fact in facts {
        match fact {
            Fact::CashMovement(fact) => {
                *sums.entry(&fact.money.currency).or_default() += decimal(&fact.money.amount)
            }
            Fact::Balance(fact) if fact.side == DaySide::Opening => {
                *sums.entry(&fact.money.currency).or_default() += decimal(&fact.money.amount);
            }
            Fact::Balance(fact) => {
                closings.insert(&fact.money.currency, decimal(&fact.money.amount));
            }
            _ => {}
        }
    }
    let differences: Vec<String> = closings
        .into_iter()
        .map(|(currency, closing)| {
            (currency, closing - sums.get(currency).copied().unwrap_or_default())
        })
        .filter(|(_, difference)| !difference.is_zero())
        .map(|(currency, difference)| format!("{currency} differs by {}", difference.normalize()))
        .collect();
    match (sums.is_empty(), differences.is_empty()) {
        (true, _) => "no cash".to_owned(),
        (_, true) => "sums agree".to_owned(),
        _ => differences.join(", "),
    }
}

fn line(facts: &[Fact]) -> String {
    let (mut trades, mut movements, mut notes, mut others) = (0, 0, 0, 0);
    for fact in facts {
        match fact {
            Fact::Transaction(_) => trades += 1,
            Fact::CashMovement(_) => movements += 1,
            Fact::Note(_) => notes += 1,
            _ => others += 1,
        }
    }
    format!(
        "{trades} transactions, {movements} movements, {others} others, {notes} notes; {}",
        sums(facts)
    )
}

#[test]
fn real_files_are_read_or_refused_with_a_true_reason() {
    let Some(folder) = folder() else { return };
    let mut found = Vec::new();
    files(&folder, &mut found);
    let mut table = String::new();
    for path in &found {
        let name = path.strip_prefix(&folder).unwrap().display();
        let told = match import::<Degiro>("file", &fs::read(path).unwrap()) {
            Ok(facts) => line(&facts),
            Err(error) => tell_error(&error),
        };
        writeln!(table, "{name}: {told}").unwrap();
    }
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/real_files.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, &table).unwrap();
    }
    assert_eq!(table, fs::read_to_string(expected).unwrap());
}

/// The exports that are whole and contiguous: no broker's statement may differ from its sum.
#[test]
fn contiguous_statements_add_up() {
    let Some(folder) = folder() else { return };
    for name in
        ["libdegiro_Account_fr.csv", "wf_importer_degiro-cash-only.csv", "languages/Account_nl.csv"]
    {
        let facts = import::<Degiro>("file", &fs::read(folder.join(name)).unwrap()).unwrap();
        assert_eq!(sums(&facts), "sums agree", "{name}");
    }
}
