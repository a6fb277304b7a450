//! Files that DEGIRO gave to customers, and samples that others made, where they are at hand: what each
//! becomes, and whether its movements add up to its own balances.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use degiro::Degiro;
use stonks_plugin_sdk::testing::{import, tell_error};
use stonks_plugin_sdk::{DaySide, Decimal, Fact};

/// Samples whose rows don't follow from each other, and why.
const PUT_TOGETHER: [(&str, &str); 7] = [
    ("e2g_degiro-export.csv", "rows of many accounts, some masked"),
    ("sidekick/NL_BuyOrders_single_buy_euro.csv", "made up, both rows with one balance"),
    ("sidekick/NL_BuyOrders_single_buy_usd.csv", "made up, both rows with one balance"),
    ("sidekick/PT_SellOrders_single_sell_euro.csv", "made up, both rows with one balance"),
    ("wf_importer_degiro-e2e-portfolio.csv", "made up, one balance a cent off"),
    ("wf_importer_degiro-example.csv", "made up, balances of no account"),
    ("wf_importer_example.csv", "made up, balances of no account"),
];

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
        } else if path.extension().is_some_and(|end| end == "csv" || end == "xlsx") {
            found.push(path);
        }
    }
    found.sort();
}

/// Opening balance and movements against the closing balance, by currency.
fn sums(facts: &[Fact]) -> String {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    for fact in facts {
        let (money, sign) = match fact {
            Fact::CashMovement(fact) => (&fact.money, Decimal::ONE),
            Fact::Balance(fact) if fact.side == DaySide::Opening => (&fact.money, Decimal::ONE),
            Fact::Balance(fact) => (&fact.money, Decimal::NEGATIVE_ONE),
            _ => continue,
        };
        *sums.entry(&money.currency).or_default() += decimal(&money.amount) * sign;
    }
    if sums.is_empty() {
        return "no cash".to_owned();
    }
    sums.retain(|_, off| !off.is_zero());
    let off =
        sums.iter().map(|(currency, off)| format!("{currency} is off by {}", off.normalize()));
    let off: Vec<String> = off.collect();
    if off.is_empty() { "sums agree".to_owned() } else { off.join(", ") }
}

fn line(facts: &[Fact]) -> String {
    let mut counts = [0; 6];
    for fact in facts {
        let place = match fact {
            Fact::Transaction(_) => 0,
            Fact::CashMovement(_) => 1,
            Fact::Instrument(_) => 2,
            Fact::Balance(_) => 3,
            Fact::Note(_) => 4,
            _ => 5,
        };
        counts[place] += 1;
    }
    let [transactions, movements, instruments, balances, notes, others] = counts;
    assert_eq!(others, 0, "facts that no file of DEGIRO's tells");
    format!(
        "{transactions} transactions, {movements} movements, {instruments} instruments, \
         {balances} balances, {notes} notes; {}",
        sums(facts)
    )
}

#[test]
fn real_files_become_what_the_table_says() {
    let Some(folder) = folder() else { return };
    let mut found = Vec::new();
    files(&folder, &mut found);
    let mut table = String::new();
    for path in &found {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let told = match import::<Degiro>("file", &fs::read(path).unwrap()) {
            Ok(facts) => line(&facts),
            Err(error) => tell_error(&error),
        };
        let reason = PUT_TOGETHER.iter().find(|(file, _)| *file == name);
        let reason = reason.map_or(String::new(), |(_, reason)| format!(" ({reason})"));
        writeln!(table, "{name}: {told}{reason}").unwrap();
    }
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/real_files.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, &table).unwrap();
    }
    assert_eq!(table, fs::read_to_string(expected).unwrap());
}

#[test]
fn every_genuine_statement_adds_up() {
    let Some(folder) = folder() else { return };
    let mut found = Vec::new();
    files(&folder, &mut found);
    for path in &found {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let Ok(facts) = import::<Degiro>("file", &fs::read(path).unwrap()) else { continue };
        if PUT_TOGETHER.iter().all(|(file, _)| *file != name) {
            assert!(
                ["sums agree", "no cash"].contains(&sums(&facts).as_str()),
                "{name}: {}",
                sums(&facts)
            );
        }
    }
}
