//! Whether facts agree with what the broker says of the whole: cash with balances, units with
//! positions. The way of counting is the host's.

use std::collections::BTreeMap;

use stonks_plugin_sdk::{CashMovement, DaySide, Decimal, Fact, Money, Transaction};

/// An account, and a currency or an instrument.
type Key = (String, String);

/// What of `facts` disagrees, in words; empty where all agrees. Also how much was compared.
pub(crate) struct Sums {
    pub(crate) n_compared: usize,
    pub(crate) differences: Vec<String>,
}

fn key(account: Option<&String>, name: &str) -> Key {
    (account.cloned().unwrap_or_default(), name.to_owned())
}

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Cash effects of a transaction: what was charged in all, or else each part.
fn effects(transaction: &Transaction) -> Vec<&Money> {
    match &transaction.settled {
        Some(settled) => vec![settled],
        None => transaction
            .amount
            .iter()
            .chain(&transaction.accrued)
            .chain(transaction.fees.iter().map(|fee| &fee.money))
            .collect(),
    }
}

/// Opening balance and all effects since, against the closing balance.
pub(crate) fn cash(facts: &[Fact], tolerance: Decimal) -> Sums {
    let mut openings: BTreeMap<Key, (String, Decimal)> = BTreeMap::new();
    let mut closings: BTreeMap<Key, (String, Decimal)> = BTreeMap::new();
    let mut flows: Vec<(Key, String, Decimal)> = Vec::new();
    for fact in facts {
        match fact {
            Fact::Balance(balance) => {
                let key = key(balance.account.as_ref(), &balance.money.currency);
                let told = (balance.date.clone(), amount(&balance.money.amount));
                match balance.side {
                    DaySide::Opening => openings.insert(key, told),
                    DaySide::Closing => closings.insert(key, told),
                };
            }
            Fact::Transaction(transaction) => {
                for money in effects(transaction) {
                    let key = key(transaction.account.as_ref(), &money.currency);
                    flows.push((key, transaction.at.date.clone(), amount(&money.amount)));
                }
            }
            Fact::CashMovement(CashMovement { account, at, money, .. }) => {
                let key = key(account.as_ref(), &money.currency);
                flows.push((key, at.date.clone(), amount(&money.amount)));
            }
            _ => {}
        }
    }
    let mut sums = Sums { n_compared: 0, differences: Vec::new() };
    for (key, (last, closing)) in &closings {
        let Some((first, opening)) = openings.get(key) else { continue };
        let within =
            |flow: &&(Key, String, Decimal)| flow.0 == *key && flow.1 >= *first && flow.1 <= *last;
        let moved: Decimal = flows.iter().filter(within).map(|(.., amount)| *amount).sum();
        sums.n_compared += 1;
        let difference = *opening + moved - closing;
        if difference.abs() > tolerance {
            sums.differences.push(format!("{} {}: {}", key.0, key.1, difference.normalize()));
        }
    }
    sums
}

/// Sum of all units, against the positions.
pub(crate) fn units(facts: &[Fact]) -> Sums {
    let mut held: BTreeMap<Key, Decimal> = BTreeMap::new();
    for fact in facts {
        if let Fact::Transaction(transaction) = fact {
            let key = key(transaction.account.as_ref(), &transaction.instrument);
            *held.entry(key).or_default() += amount(&transaction.quantity);
        }
    }
    let mut sums = Sums { n_compared: 0, differences: Vec::new() };
    for fact in facts {
        if let Fact::Position(position) = fact {
            let key = key(position.account.as_ref(), &position.instrument);
            let difference = held.remove(&key).unwrap_or_default() - amount(&position.quantity);
            sums.n_compared += 1;
            if !difference.is_zero() {
                sums.differences.push(format!("{} {}: {difference}", key.0, key.1));
            }
        }
    }
    if sums.n_compared > 0 {
        let left = held.iter().filter(|(_, units)| !units.is_zero());
        sums.differences.extend(left.map(|(key, units)| format!("{} {}: {units}", key.0, key.1)));
    }
    sums
}
