//! Laws that hold for any story.

use proptest::prelude::*;
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::fact::Fact;
use stonks_core::figure::Figure;
use stonks_core::ledger::Ledger;
use stonks_core::lots::CostMethod;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{Story, cash, fee, quote, total, trade, units};

/// A few months of one account, in any order: trades of two shares, deposits, fees, quotes.
pub(crate) fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let fact = (0u8..5, 1u32..120, 1i64..500, 1i64..10_000)
        .prop_map(|(kind, day, number, cents)| (kind, day, number, cents));
    prop::collection::vec(fact, 1..40).prop_map(|told| {
        told.into_iter()
            .enumerate()
            .map(|(place, (kind, day, number, cents))| {
                let id = format!("fact-{place}");
                let day = format!("2024-{:02}-{:02}", 1 + day / 28 % 6, 1 + day % 28);
                let of = if number % 2 == 0 { "X" } else { "Y" };
                let price =
                    format!("{} {}", Decimal::new(cents, 2), if of == "X" { "EUR" } else { "USD" });
                match kind {
                    0 | 1 => {
                        let quantity = if kind == 0 { number } else { -number };
                        let trade = trade(&id, &day, of, &quantity.to_string(), &price);
                        Fact::Transaction(Transaction { fees: vec![fee("-1.5 EUR")], ..trade })
                    }
                    2 => Fact::CashMovement(cash(
                        &id,
                        &day,
                        CashKind::Deposit,
                        &format!("{number} EUR"),
                    )),
                    3 => Fact::CashMovement(cash(
                        &id,
                        &day,
                        CashKind::Fee,
                        &format!("-{} USD", Decimal::new(cents, 2)),
                    )),
                    _ => {
                        let mut quote = quote(of, &day, &price);
                        quote.identity = id.parse().unwrap();
                        Fact::Quote(quote)
                    }
                }
            })
            .collect()
    })
}

/// Figures at the end of the story.
fn figures(ledger: &Ledger) -> Vec<Figure> {
    let portfolio = total(ledger, "2024-12-31");
    let whole = portfolio.total;
    let of_holdings = portfolio.holdings.iter().flat_map(|holding| {
        [
            Ok(holding.quantity),
            holding.cost.base.clone(),
            holding.unrealized_gain.clone(),
            holding.realized_gain.clone(),
        ]
    });
    [whole.value.figure(), whole.cash.figure(), whole.deposits.figure(), whole.profit_loss]
        .into_iter()
        .chain(of_holdings)
        .collect()
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(facts in facts(), cut in 0usize..40) {
        let cut = cut.min(facts.len());
        let (left, right) = facts.split_at(cut);
        let straight = figures(&Story::new(facts.clone()).ledger());
        let split = Story::new(right.to_vec()).and(1, left.to_vec());
        prop_assert_eq!(&figures(&split.ledger()), &straight);
        prop_assert_eq!(&figures(&Story::new(facts.clone()).reversed().ledger()), &straight);
    }

    #[test]
    fn the_same_facts_again_change_nothing(facts in facts()) {
        let once = figures(&Story::new(facts.clone()).ledger());
        let thrice = Story::new(facts.clone()).and(1, facts.clone()).and(1, facts);
        prop_assert_eq!(figures(&thrice.ledger()), once);
    }

    #[test]
    fn parts_sum_to_the_whole(facts in facts(), is_average in any::<bool>()) {
        let method = if is_average { CostMethod::Average } else { CostMethod::Fifo };
        let ledger = Story::new(facts).method(method).ledger();
        let portfolio = total(&ledger, "2024-12-31");
        let known = |figure: &Figure| figure.clone().unwrap_or_default();
        let holdings: Decimal = portfolio.holdings.iter().map(|holding| known(&holding.base_value)).sum();
        let cash: Decimal = portfolio.cash.iter().map(|balance| known(&balance.base_value)).sum();
        prop_assert_eq!(portfolio.total.value.known(), holdings + cash);
        for holding in &portfolio.holdings {
            let units: Decimal = holding.lots.iter().map(|lot| lot.quantity).sum();
            prop_assert_eq!(units, holding.quantity);
        }
    }

    /// Gains are what value and proceeds exceed the costs by: with all in one currency, and every
    /// cash flow told, profit is the sum of gains and of what belongs to no holding.
    #[test]
    fn profit_is_the_sum_of_gains_and_costs(facts in facts()) {
        let mut in_euro = facts;
        in_euro.retain(|fact| !matches!(fact, Fact::Transaction(fact) if fact.instrument.as_str() == "Y"));
        in_euro.retain(|fact| !matches!(fact, Fact::CashMovement(fact) if fact.kind == CashKind::Fee));
        in_euro.push(Fact::CashMovement(cash("deposit", "2024-01-01", CashKind::Deposit, "1 EUR")));
        let portfolio = total(&Story::new(in_euro).ledger(), "2024-12-31");
        let known = |figure: &Figure| figure.clone().unwrap_or_default();
        let gains: Decimal = portfolio
            .holdings
            .iter()
            .map(|holding| known(&holding.unrealized_gain) + known(&holding.realized_gain))
            .sum();
        prop_assert_eq!(known(&portfolio.total.profit_loss).round_dp(8), gains.round_dp(8));
    }

    #[test]
    fn a_split_changes_no_value(quantity in 1i64..10_000, cents in 1i64..100_000, extra in 1i64..20) {
        let bought = trade("1", "2024-01-01", "X", &quantity.to_string(), &format!("{} EUR", Decimal::new(cents, 2)));
        let split = units("2", "2024-03-01", TransactionKind::Split, "X", &(quantity * extra).to_string());
        let ledger = Story::new(vec![Fact::Transaction(bought), Fact::Transaction(split)]).ledger();
        let value = |day| total(&ledger, day).total.value.figure().unwrap_or_default().round_dp(8);
        prop_assert_eq!(value("2024-02-29"), value("2024-03-01"));
    }

    #[test]
    fn scaling_all_amounts_scales_all_amounts(facts in facts()) {
        let scaled = facts.iter().cloned().map(|fact| match fact {
            Fact::Transaction(mut fact) => {
                fact.price = fact.price.map(|price| price * Decimal::TEN);
                fact.amount = fact.amount.map(|mut amount| { amount.amount *= Decimal::TEN; amount });
                for fee in &mut fact.fees {
                    fee.money.amount *= Decimal::TEN;
                }
                Fact::Transaction(fact)
            }
            Fact::CashMovement(mut fact) => {
                fact.money.amount *= Decimal::TEN;
                Fact::CashMovement(fact)
            }
            Fact::Quote(mut fact) => {
                fact.price *= Decimal::TEN;
                Fact::Quote(fact)
            }
            other => other,
        });
        let (one, ten) = (total(&Story::new(facts.clone()).ledger(), "2024-12-31"), total(&Story::new(scaled.collect()).ledger(), "2024-12-31"));
        let known = |figure: &Figure| figure.clone().unwrap_or_default();
        prop_assert_eq!(
            (known(&one.total.profit_loss) * Decimal::TEN).round_dp(6),
            known(&ten.total.profit_loss).round_dp(6)
        );
        prop_assert_eq!(one.total.roi_percent.map(|roi| roi.round_dp(8)), ten.total.roi_percent.map(|roi| roi.round_dp(8)));
    }
}
