//! What the rows of a statement pay for: cash by trade.

use std::collections::BTreeMap;

use degiro::Degiro;
use stonks_plugin_sdk::testing::import;
use stonks_plugin_sdk::{Decimal, Fact};

/// `expected`: units of each trade, and what all rows that name it come to.
fn check(case: &str, expected: &[(&str, &str)]) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let file = std::fs::read(folder.join(case).join("input.csv")).unwrap();
    let facts = import::<Degiro>("input.csv", &file).unwrap();
    let mut cash: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
    for fact in &facts {
        if let Fact::CashMovement(movement) = fact {
            if let Some(trade) = &movement.transaction {
                let amount: Decimal = movement.money.amount.parse().unwrap();
                *cash.entry((trade, &movement.money.currency)).or_default() += amount;
            }
        }
    }
    cash.retain(|_, amount| !amount.is_zero());
    let told = facts.iter().filter_map(|fact| match fact {
        Fact::Transaction(trade) => {
            let sums = cash.iter().filter(|((of, _), _)| *of == trade.identity);
            let sums: Vec<String> = sums
                .map(|((_, currency), amount)| format!("{} {currency}", amount.normalize()))
                .collect();
            Some((trade.quantity.clone(), sums.join(", ")))
        }
        _ => None,
    });
    let told: Vec<(String, String)> = told.collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(units, cash)| (&**units, &**cash)).collect();
    assert_eq!(told, expected, "{case}");
}

#[test]
fn each_execution_gets_its_own_fee_and_both_sides_of_its_conversion() {
    check("account-executions-with-conversions", &[("1", "-15.64 EUR"), ("2", "-27.27 EUR")]);
    check("account-conversions-behind-all-executions", &[("1", "-13.64 EUR"), ("2", "-27.27 EUR")]);
}

#[test]
fn costs_without_an_order_belong_to_the_trade_of_their_minute() {
    check("account-costs-without-order", &[("2", "-12.8 EUR")]);
}

#[test]
fn the_legs_of_an_action_pay_for_each_other() {
    check(
        "account-spin-off",
        &[("-20", ""), ("13", ""), ("-10", "100 USD"), ("10", "-80 USD"), ("5", "-20 USD")],
    );
}
