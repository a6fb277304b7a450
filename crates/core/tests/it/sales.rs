//! What each sale used and gained, under each method.

use stonks_core::fact::Fact;
use stonks_core::figure::NoValue;
use stonks_core::lots::{Choices, CostMethod, FeeTreatment, Oversell, Selection};
use stonks_core::sales::Sale;
use stonks_core::transaction::Transaction;

use crate::story::{Story, decimal, developed, fee, holding, money, quote, shown, total, trade};

/// Three purchases, the second the dearest, and a sale of one and a half of them.
fn facts() -> Vec<Fact> {
    vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "10 EUR")),
        Fact::Transaction(trade("2", "2024-01-02", "X", "10", "30 EUR")),
        Fact::Transaction(trade("3", "2024-01-03", "X", "10", "20 EUR")),
        Fact::Transaction(trade("4", "2024-03-01", "X", "-15", "40 EUR")),
    ]
}

fn sales(story: Story) -> Vec<Sale> {
    developed(&story.ledger(), "2024-06-30").sales
}

/// The lots that the one sale used, each as `units of transaction: gain`.
fn check(story: Story, expected: &[&str]) {
    let ledger = story.ledger();
    let sale = developed(&ledger, "2024-06-30").sales.pop().unwrap();
    let told: Vec<String> = sale
        .lots
        .iter()
        .map(|used| {
            let origin = &ledger.transaction(used.lot.origin.unwrap()).unwrap().transaction;
            assert_eq!(origin.at.date, used.lot.acquired);
            format!(
                "{} of {}: {}",
                used.lot.quantity.normalize(),
                origin.identity,
                shown(&used.gain.base)
            )
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn each_method_uses_its_own_lots() {
    let story = |method| Story::new(facts()).method(method);
    check(story(CostMethod::Fifo), &["10 of 1: 300", "5 of 2: 50"]);
    check(story(CostMethod::Lifo), &["10 of 3: 200", "5 of 2: 50"]);
    check(story(CostMethod::Hifo), &["10 of 2: 100", "5 of 3: 100"]);
    check(story(CostMethod::Average), &["10 of 1: 200", "5 of 2: 100"]);
    check(story(CostMethod::Specific), &["10 of 1: 300", "5 of 2: 50"]);
}

fn selection(acquisition: &str, quantity: &str) -> Selection {
    Selection {
        account: "mine".parse().unwrap(),
        sale: "4".parse().unwrap(),
        acquisition: acquisition.parse().unwrap(),
        quantity: decimal(quantity),
    }
}

#[test]
fn a_sale_uses_the_lots_that_are_named_for_it_and_then_the_first() {
    let named = |selections| {
        let choices = Choices { selections, ..Choices::default() };
        Story::new(facts()).method(CostMethod::Specific).choices(choices)
    };
    check(named(vec![selection("3", "8"), selection("2", "7")]), &["8 of 3: 160", "7 of 2: 70"]);
    check(named(vec![selection("3", "12")]), &["10 of 3: 200", "5 of 1: 150"]);
    check(named(vec![selection("unheard-of", "12")]), &["10 of 1: 300", "5 of 2: 50"]);
    check(named(vec![selection("2", "99")]), &["10 of 2: 100", "5 of 1: 150"]);
}

#[test]
fn fees_are_in_the_cost_or_beside_it() {
    let facts = || {
        let with_fee = |fact: Transaction, amount| {
            Fact::Transaction(Transaction { fees: vec![fee(amount)], ..fact })
        };
        vec![
            with_fee(trade("1", "2024-01-01", "X", "10", "10 EUR"), "-2 EUR"),
            with_fee(trade("2", "2024-03-01", "X", "-5", "12 EUR"), "-1 EUR"),
        ]
    };
    let told = |treatment| {
        let fees = [("mine".parse().unwrap(), treatment)].into();
        let choices = Choices { fees, ..Choices::default() };
        let ledger = Story::new(facts()).choices(choices).ledger();
        let holding = holding(&ledger, "X", "2024-06-30");
        [&holding.cost, &holding.fees, &holding.realized_fees]
            .map(|amounts| shown(&amounts.base))
            .into_iter()
            .chain([shown(&holding.realized_gain), shown(&holding.unrealized_gain)])
            .collect::<Vec<_>>()
    };
    assert_eq!(told(FeeTreatment::InCost), ["51", "1", "2", "8", "9"]);
    assert_eq!(told(FeeTreatment::Apart), ["50", "1", "2", "10", "10"]);
}

#[test]
fn a_gain_is_what_the_price_did_and_what_the_currency_did() {
    // A dollar was half a euro in January, and is 0.625 from February on.
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "10 USD")),
        Fact::Transaction(trade("2", "2024-03-01", "X", "-4", "12 USD")),
        Fact::Quote(quote("X", "2024-06-01", "16 USD")),
    ];
    let holding = holding(&Story::new(facts).ledger(), "X", "2024-06-30");
    let told = |gain: &stonks_core::sales::Gain| {
        [&gain.native, &gain.base, &gain.price_effect, &gain.currency_effect].map(shown)
    };
    // 40 USD cost 20 EUR; 48 USD bring in 30. 8 USD × 0.625, and 40 USD × 0.125.
    assert_eq!(told(&holding.realized), ["8", "10", "5", "5"]);
    assert_eq!(told(&holding.unrealized), ["36", "30", "22.5", "7.5"]);
}

#[test]
fn what_became_worthless_lost_by_its_price_at_the_rate_of_the_day() {
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "10 USD")),
        Fact::Transaction(trade("2", "2024-03-01", "X", "-10", "0 USD")),
    ];
    let gain = holding(&Story::new(facts).ledger(), "X", "2024-06-30").realized;
    assert_eq!(
        [&gain.base, &gain.price_effect, &gain.currency_effect].map(shown),
        ["-50", "-62.5", "12.5"]
    );
}

#[test]
fn a_sale_through_zero_closes_what_is_held_and_a_purchase_back_covers_the_rest() {
    let story = Story::new(vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "4", "10 EUR")),
        Fact::Transaction(trade("2", "2024-02-01", "X", "-10", "12 EUR")),
        Fact::Transaction(trade("3", "2024-03-01", "X", "8", "9 EUR")),
    ]);
    let told: Vec<_> = sales(story)
        .iter()
        .map(|sale| {
            let lots: Vec<_> = sale.lots.iter().map(|used| used.lot.quantity).collect();
            (sale.quantity, lots, shown(&sale.gain.base), sale.is_complete())
        })
        .collect();
    let expected = [("4", "8"), ("-6", "18")].map(|(quantity, gain)| {
        (decimal(quantity), vec![decimal(quantity)], gain.to_owned(), true)
    });
    assert_eq!(told, expected);
}

#[test]
fn where_no_position_can_be_short_a_sale_of_too_much_is_incomplete_and_no_error() {
    let oversell = [("mine".parse().unwrap(), Oversell::IsIncomplete)].into();
    let choices = Choices { oversell, ..Choices::default() };
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "4", "10 EUR")),
        Fact::Transaction(trade("2", "2024-02-01", "X", "-10", "12 EUR")),
        Fact::Transaction(trade("3", "2024-03-01", "X", "1", "9 EUR")),
    ];
    let ledger = Story::new(facts).choices(choices).ledger();
    let sale = &developed(&ledger, "2024-06-30").sales[0];
    assert_eq!((sale.missing, sale.is_complete()), (decimal("6"), false));
    assert_eq!(shown(&sale.gain.base), "80");
    assert_eq!(shown(&sale.lots[0].gain.base), "8");
    let holding = holding(&ledger, "X", "2024-06-30");
    assert_eq!((holding.quantity, holding.oversold), (decimal("1"), decimal("6")));
    let rates = crate::story::rates();
    let terms = crate::story::terms(&rates, "2024-06-30");
    let days = stonks_core::performance::value_history(&ledger, None, None, terms);
    let whole = total(&ledger, "2024-06-30").total.value.figure();
    assert_eq!(days.last().unwrap().value, whole);
}

#[test]
fn a_cost_that_is_not_known_spoils_no_sale_behind_it() {
    let moved = Transaction {
        kind: stonks_core::transaction::TransactionKind::TransferIn,
        price: None,
        price_currency: None,
        amount: None,
        ..trade("1", "2024-01-01", "X", "5", "10 EUR")
    };
    let facts = vec![
        Fact::Transaction(moved),
        Fact::Transaction(trade("2", "2024-02-01", "X", "-5", "12 EUR")),
        Fact::Transaction(trade("3", "2024-03-01", "X", "1", "9 EUR")),
        Fact::Transaction(trade("4", "2024-04-01", "X", "-1", "10 EUR")),
    ];
    for method in CostMethod::ALL {
        let told = sales(Story::new(facts.clone()).method(method));
        assert!(matches!(told[0].gain.base, Err(NoValue::NoCost(_))));
        assert_eq!(shown(&told[1].gain.base), "1");
    }
}

#[test]
fn what_the_broker_charged_tells_the_rate_of_a_sale() {
    let sale = Transaction {
        settled: Some(money("27 EUR")),
        ..trade("2", "2024-03-01", "X", "-4", "12 USD")
    };
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "10 USD")),
        Fact::Transaction(sale),
    ];
    let gain = sales(Story::new(facts)).pop().unwrap().gain;
    // 48 USD came in as 27 EUR, so that a dollar was 0.5625 EUR.
    assert_eq!(
        [&gain.base, &gain.price_effect, &gain.currency_effect].map(shown),
        ["7", "4.5", "2.5"]
    );
}
