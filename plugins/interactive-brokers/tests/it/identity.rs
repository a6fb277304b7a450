//! One event has one identity, whichever fields the query has; two events have two.

use std::collections::BTreeSet;

use stonks_plugin_sdk::Fact;

use crate::facts;
use crate::flex::statement;

const TRADE: &str = "currency=\"USD\" assetCategory=\"STK\" symbol=\"ALFA\" conid=\"1\" quantity=\"10\" tradePrice=\"5\" proceeds=\"-50\" tradeID=\"77\" buySell=\"BUY\" levelOfDetail=\"EXECUTION\"";
const LEG: &str = "currency=\"USD\" assetCategory=\"STK\" type=\"TC\" actionID=\"9\" proceeds=\"0\" amount=\"0\" value=\"0\"";

fn trades(rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|row| format!("<Trade {TRADE} {row} />\n")).collect();
    statement(&format!("<Trades>\n{rows}</Trades>"))
}

fn identities(content: &str) -> BTreeSet<String> {
    let facts = facts(content.as_bytes()).unwrap();
    facts
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Transaction(transaction) => Some(transaction.identity),
            _ => None,
        })
        .collect()
}

#[test]
fn a_trade_is_the_same_with_and_without_the_id_of_its_booking() {
    let with = trades(&["tradeDate=\"20240110\" transactionID=\"5001\""]);
    let without = trades(&["tradeDate=\"20240110\""]);
    assert_eq!(identities(&with), identities(&without));
}

#[test]
fn a_word_in_the_place_of_an_id_is_none() {
    let first = trades(&["tradeDate=\"20240110\""]).replace("\"77\"", "\"REDACTED\"");
    let second = first.replace("20240110", "20240112");
    assert!(identities(&first).is_disjoint(&identities(&second)));
}

#[test]
fn a_correction_in_another_file_is_another_fact() {
    let first = trades(&["tradeDate=\"20240110\" reportDate=\"20240110\""]);
    let corrected = trades(&["tradeDate=\"20240110\" reportDate=\"20240111\""]);
    assert!(identities(&first).is_disjoint(&identities(&corrected)));
}

#[test]
fn an_action_that_is_booked_anew_is_an_action_of_its_own() {
    let leg = |day: &str, instrument: &str, quantity: &str, code: &str| {
        format!(
            "<CorporateAction {LEG} conid=\"{instrument}\" quantity=\"{quantity}\" reportDate=\"{day}\" code=\"{code}\" />\n"
        )
    };
    let both = |day: &str, sign: &str, against: &str, code: &str| {
        leg(day, "1", &format!("{against}8"), code) + &leg(day, "2", &format!("{sign}8"), code)
    };
    let rows = both("20240110", "", "-", "")
        + &both("20240112", "-", "", "Ca")
        + &both("20240115", "", "-", "");
    let content = statement(&format!("<CorporateActions>\n{rows}</CorporateActions>"));
    let groups: BTreeSet<String> = facts(content.as_bytes())
        .unwrap()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Transaction(transaction) => transaction.group,
            _ => None,
        })
        .collect();
    assert_eq!(groups.len(), 3);
}
