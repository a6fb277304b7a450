//! Real exports, which lie outside this repository and are never copied into it: what each one gives,
//! or why it is refused.

use std::collections::BTreeMap;
use std::path::PathBuf;

use stonks_plugin_sdk::testing::tell_error;
use stonks_plugin_sdk::{Decimal, Fact};

use crate::flex::statement;
use crate::{facts, sums};

/// Each file: numbers of facts by kind, and in how many currencies and instruments the sums agree
/// with balances and positions; or how the refusal begins.
///
/// In 17 the positions were bought before the statement, and 21 is cut down to two of its rows, so that
/// their sums can't agree.
const FILES: &[(&str, &str)] = &[
    (
        "activity_statement_csv/activity_statement_subtotals.csv",
        "refused: this is an activity statement, whose CSV is made for people to read",
    ),
    ("e2g_ibkr-dividends-export.csv", "4 instruments, 11 movements"),
    ("e2g_ibkr-trades-export.csv", "2 instruments, 6 movements, 3 notes, 8 transactions"),
    ("empty-trade-confirmation.csv", "nothing"),
    (
        "ibflex_elements.xml",
        "refused: this is no Flex statement of Interactive Brokers: it holds `FlexElements`",
    ),
    ("ibflex_fork/crypto_transfer.xml", "1 accounts, 1 instruments, 1 transactions"),
    ("ibflex_fork/legacy_separator.xml", "1 accounts, 1 movements"),
    ("ibflex_fork/minimal.xml", "1 accounts"),
    (
        "pp_flex/testIBFlexStatementFile02.xml",
        "1 accounts, 8 instruments, 4 movements, 9 transactions",
    ),
    (
        "pp_flex/testIBFlexStatementFile05.xml",
        "2 accounts, 2 instruments, 2 movements, 2 transactions",
    ),
    ("pp_flex/testIBFlexStatementFile07.xml", "1 accounts, 1 instruments, 1 transactions"),
    ("pp_flex/testIBFlexStatementFile08.xml", "1 accounts, 1 instruments, 3 movements"),
    (
        "pp_flex/testIBFlexStatementFile13.xml",
        "2 accounts, 1 instruments, 1 movements, 1 transactions",
    ),
    (
        "pp_flex/testIBFlexStatementFile14.xml",
        "1 accounts, 4 balances, 3 instruments, 8 movements, 6 transactions, cash agrees in 2 of 2",
    ),
    (
        "pp_flex/testIBFlexStatementFile15.xml",
        "1 accounts, 1 instruments, 2 movements, 1 transactions",
    ),
    (
        "pp_flex/testIBFlexStatementFile17.xml",
        "1 accounts, 3 dividends, 13 instruments, 6 movements, 1 notes, 13 positions, units agree in 0 of 13",
    ),
    (
        "pp_flex/testIBFlexStatementFile18.xml",
        "1 accounts, 4 balances, 2 instruments, 15 movements, 2 transactions, cash agrees in 2 of 2",
    ),
    (
        "pp_flex/testIBFlexStatementFile21.xml",
        "1 accounts, 6 balances, 2 instruments, 1 movements, 1 transactions, cash agrees in 0 of 3",
    ),
    ("pp_flex/testIBFlexStatementFile24.xml", "1 accounts, 9 instruments, 10 movements, 1 notes"),
    ("pp_flex/testIBFlexStatementFile25.xml", "1 accounts, 2 instruments, 4 movements"),
    (
        "pp_flex/testIBFlexStatementFile26.xml",
        "2 accounts, 3 instruments, 3 movements, 1 transactions",
    ),
    ("pp_flex/testIBFlexStatementFile28.xml", "1 accounts, 6 movements"),
];

/// The folder of real exports; `None` where this copy of the repository has none beside it.
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("STONKS_SHARED_DATA").map(PathBuf::from);
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = named.unwrap_or_else(beside).join("brokers/interactive_brokers");
    if folder.is_dir() {
        return Some(folder);
    }
    let is_required = std::env::var_os("STONKS_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!is_required, "{} is missing", folder.display());
    println!("skipped: no ../shared");
    None
}

fn outcome(content: &[u8]) -> String {
    let facts = match facts(content) {
        Ok(facts) => facts,
        Err(error) => return tell_error(&error),
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in &facts {
        *counts.entry(kind(fact)).or_default() += 1;
    }
    let mut told: Vec<String> =
        counts.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let cash = sums::cash(&facts, Decimal::new(1, 6));
    let units = sums::units(&facts);
    for (name, sums) in [("cash agrees", cash), ("units agree", units)] {
        let n_good = sums.n_compared.saturating_sub(sums.differences.len());
        if sums.n_compared > 0 {
            told.push(format!("{name} in {n_good} of {}", sums.n_compared));
        }
    }
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}

fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Account(_) => "accounts",
        Fact::Instrument(_) => "instruments",
        Fact::Transaction(_) => "transactions",
        Fact::CashMovement(_) => "movements",
        Fact::Position(_) => "positions",
        Fact::Balance(_) => "balances",
        Fact::Quote(_) => "quotes",
        Fact::FxRate(_) => "rates",
        Fact::UpcomingDividend(_) => "dividends",
        Fact::Note(_) => "notes",
    }
}

#[test]
fn each_real_file_gives_what_the_table_says() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for (name, expected) in FILES {
        let told = outcome(&std::fs::read(folder.join(name)).unwrap());
        let is_as_expected = if expected.starts_with("refused") {
            told.starts_with(expected)
        } else {
            told == *expected
        };
        if !is_as_expected {
            wrong.push(format!("{name}\n  expected {expected}\n  told     {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_real_file_is_left_out_of_the_table() {
    let Some(folder) = folder() else { return };
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for path in std::fs::read_dir(next).unwrap().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
            assert!(FILES.iter().any(|(own, _)| *own == name), "{name} is not in the table");
        }
    }
}

/// A list of elements with all their attributes, each put into the section where it belongs.
#[test]
fn each_element_with_all_its_attributes_is_read() {
    const SECTIONS: &[(&str, &str)] = &[
        ("<CashReportCurrency ", "CashReport"),
        ("<OpenPosition ", "OpenPositions"),
        ("<Trade ", "Trades"),
        ("<Lot ", "Trades"),
        ("<Order ", "Trades"),
        ("<SymbolSummary ", "Trades"),
        ("<AssetSummary ", "Trades"),
        ("<OptionEAE ", "OptionEAE"),
        ("<TradeTransfer ", "TradeTransfers"),
        ("<FxTransaction ", "FxTransactions"),
        ("<CashTransaction ", "CashTransactions"),
        ("<DebitCardActivity ", "DebitCardActivities"),
        ("<InterestAccrualsCurrency ", "InterestAccruals"),
        ("<SLBActivity ", "SLBActivities"),
        ("<Transfer ", "Transfers"),
        ("<TransferLot ", "Transfers"),
        ("<CorporateAction ", "CorporateActions"),
        ("<ChangeInDividendAccrual ", "ChangeInDividendAccruals"),
        ("<OpenDividendAccrual ", "OpenDividendAccruals"),
        ("<SecurityInfo ", "SecuritiesInfo"),
        ("<ConversionRate ", "ConversionRates"),
        ("<TransactionTax ", "TransactionTaxes"),
        ("<SalesTax ", "SalesTaxes"),
    ];
    let Some(folder) = folder() else { return };
    let content = std::fs::read_to_string(folder.join("ibflex_elements.xml")).unwrap();
    let sections: String = content
        .lines()
        .filter_map(|line| {
            let (_, section) = SECTIONS.iter().find(|(tag, _)| line.starts_with(tag))?;
            Some(format!("<{section}>{line}</{section}>\n"))
        })
        .collect();
    assert_eq!(
        outcome(statement(&sections).as_bytes()),
        "2 accounts, 2 balances, 8 instruments, 4 movements, 3 notes, 6 transactions, cash agrees in 0 of 1"
    );
}
