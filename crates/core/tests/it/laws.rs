//! Laws that hold for any story.

use proptest::prelude::*;
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::fact::Fact;
use stonks_core::figure::Figure;
use stonks_core::holdings::Development;
use stonks_core::ledger::Ledger;
use stonks_core::lots::{Amounts, Choices, CostMethod, FeeTreatment};
use stonks_core::sales::Gain;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{Story, cash, developed, fee, quote, total, trade, units};

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
            holding.realized.price_effect.clone(),
            holding.realized.currency_effect.clone(),
            holding.realized_fees.base.clone(),
        ]
    });
    [whole.value.figure(), whole.cash.figure(), whole.deposits.figure(), whole.profit_loss]
        .into_iter()
        .chain(of_holdings)
        .collect()
}

fn method() -> impl Strategy<Value = CostMethod> {
    prop::sample::select(CostMethod::ALL.to_vec())
}

fn told(facts: Vec<Fact>, method: CostMethod, fees: FeeTreatment) -> Development {
    let fees = [("mine".parse().unwrap(), fees)].into();
    let story = Story::new(facts).method(method).choices(Choices { fees, ..Choices::default() });
    developed(&story.ledger(), "2024-12-31")
}

/// Where a price is missing, the parts are as unknown as the whole.
fn is_sum_of_effects(gain: &Gain) -> bool {
    match (&gain.base, &gain.price_effect, &gain.currency_effect) {
        (Ok(base), Ok(price), Ok(currency)) => *base == price + currency,
        (Err(_), Err(_), Err(_)) => true,
        _ => false,
    }
}

fn sum<'a>(amounts: impl Iterator<Item = &'a Amounts>) -> Amounts {
    amounts.fold(Amounts::ZERO, |sum, amounts| sum.plus(amounts))
}

proptest! {
    #[test]
    fn a_gain_is_its_price_effect_and_its_currency_effect(facts in facts(), method in method()) {
        let told = told(facts, method, FeeTreatment::InCost);
        for holding in &told.holdings {
            prop_assert!(is_sum_of_effects(&holding.realized), "{:?}", holding.realized);
            prop_assert!(is_sum_of_effects(&holding.unrealized), "{:?}", holding.unrealized);
        }
        for used in told.sales.iter().flat_map(|sale| &sale.lots) {
            prop_assert!(is_sum_of_effects(&used.gain), "{:?}", used.gain);
        }
    }

    #[test]
    fn lots_add_up_to_their_sale_and_sales_to_what_was_realised(facts in facts(), method in method()) {
        let told = told(facts, method, FeeTreatment::InCost);
        for sale in &told.sales {
            prop_assert_eq!(&sum(sale.lots.iter().map(|used| &used.proceeds)), &sale.proceeds);
            prop_assert_eq!(&sum(sale.lots.iter().map(|used| &used.lot.cost)), &sale.cost);
            let gains = sale.lots.iter().fold(Gain::ZERO, |sum, used| sum.plus(&used.gain));
            prop_assert_eq!(&gains, &sale.gain);
            let units: Decimal = sale.lots.iter().map(|used| used.lot.quantity).sum();
            prop_assert_eq!(units + sale.missing, sale.quantity);
        }
        for holding in &told.holdings {
            let sales = told.sales.iter().filter(|sale| sale.instrument == holding.instrument);
            let gains = sales.fold(Gain::ZERO, |sum, sale| sum.plus(&sale.gain));
            prop_assert_eq!(&gains, &holding.realized);
            prop_assert_eq!(&sum(holding.lots.iter().map(|lot| &lot.cost)), &holding.cost);
        }
    }

    /// What was paid for units is the cost of what is held and of what was sold.
    #[test]
    fn what_was_acquired_is_released_or_left(facts in facts(), method in method()) {
        let bought: Vec<Fact> = facts
            .into_iter()
            .filter(|fact| !matches!(fact, Fact::Transaction(fact) if fact.instrument.as_str() == "Y"))
            .map(|fact| match fact {
                Fact::Transaction(mut fact) => { fact.fees.clear(); Fact::Transaction(fact) }
                other => other,
            })
            .collect();
        let paid: Decimal = bought
            .iter()
            .filter_map(|fact| match fact { Fact::Transaction(fact) => fact.amount, _ => None })
            .map(|amount| -amount.amount)
            .sum();
        let told = told(bought, method, FeeTreatment::InCost);
        let known = |amounts: &Amounts| amounts.base.clone().unwrap_or_default();
        let held: Decimal = told.holdings.iter().map(|holding| known(&holding.cost)).sum();
        let sold: Decimal =
            told.sales.iter().map(|sale| known(&sale.cost) - known(&sale.proceeds)).sum();
        prop_assert_eq!(held + sold, paid);
    }

    /// Fees in the cost lower gains by as much as the fees that are told beside.
    #[test]
    fn fees_apart_and_fees_in_the_cost_tell_the_same_profit(facts in facts(), method in method()) {
        let within = told(facts.clone(), CostMethod::Fifo, FeeTreatment::InCost);
        let apart = told(facts, method, FeeTreatment::Apart);
        let known = |figure: &Figure| figure.clone().unwrap_or_default();
        let profit = |told: &Development| -> Decimal {
            told.holdings.iter().map(|holding| known(&holding.realized_gain) - known(&holding.cost.base)).sum()
        };
        let fees: Decimal = apart
            .holdings
            .iter()
            .map(|holding| known(&holding.fees.base) + known(&holding.realized_fees.base))
            .sum();
        prop_assert_eq!(profit(&within).round_dp(8), (profit(&apart) - fees).round_dp(8));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        facts in facts(),
        cut in 0usize..40,
        method in method(),
    ) {
        let cut = cut.min(facts.len());
        let (left, right) = facts.split_at(cut);
        let straight = figures(&Story::new(facts.clone()).method(method).ledger());
        let split = Story::new(right.to_vec()).and(1, left.to_vec()).method(method);
        prop_assert_eq!(&figures(&split.ledger()), &straight);
        let reversed = Story::new(facts.clone()).method(method).reversed();
        prop_assert_eq!(&figures(&reversed.ledger()), &straight);
    }

    #[test]
    fn the_same_facts_again_change_nothing(facts in facts()) {
        let once = figures(&Story::new(facts.clone()).ledger());
        let thrice = Story::new(facts.clone()).and(1, facts.clone()).and(1, facts);
        prop_assert_eq!(figures(&thrice.ledger()), once);
    }

    #[test]
    fn parts_sum_to_the_whole(facts in facts(), method in method()) {
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
    fn a_split_changes_no_value_and_no_cost(
        quantity in 1i64..10_000,
        cents in 1i64..100_000,
        extra in 1i64..20,
        method in method(),
    ) {
        let bought = trade("1", "2024-01-01", "X", &quantity.to_string(), &format!("{} EUR", Decimal::new(cents, 2)));
        let split = units("2", "2024-03-01", TransactionKind::Split, "X", &(quantity * extra).to_string());
        let facts = vec![Fact::Transaction(bought), Fact::Transaction(split)];
        let ledger = Story::new(facts).method(method).ledger();
        let value = |day| total(&ledger, day).total.value.figure().unwrap_or_default().round_dp(8);
        prop_assert_eq!(value("2024-02-29"), value("2024-03-01"));
        let cost = |day| developed(&ledger, day).holdings[0].cost.clone();
        prop_assert_eq!(cost("2024-02-29"), cost("2024-03-01"));
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
        for (one, ten) in one.holdings.iter().zip(&ten.holdings) {
            for (one, ten) in [(&one.realized, &ten.realized), (&one.unrealized, &ten.unrealized)] {
                let parts = |gain: &Gain| [&gain.base, &gain.price_effect, &gain.currency_effect].map(known);
                let scaled = parts(one).map(|part| (part * Decimal::TEN).round_dp(6));
                prop_assert_eq!(scaled, parts(ten).map(|part| part.round_dp(6)));
            }
        }
        prop_assert_eq!(one.total.roi_percent.map(|roi| roi.round_dp(8)), ten.total.roi_percent.map(|roi| roi.round_dp(8)));
    }
}
