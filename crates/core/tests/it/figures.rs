//! Holdings, gains, cash, dividends, fees and totals.

use stonks_core::cash::{CashKind, DaySide};
use stonks_core::claims::claims;
use stonks_core::dividends::paid;
use stonks_core::fact::Fact;
use stonks_core::fees::fees;
use stonks_core::figure::Figure;
use stonks_core::lots::CostMethod;
use stonks_core::performance::value_history;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{
    Story, cash, date, decimal, fee, holding, money, opening, quote, rates, shown, terms, total,
    trade, units,
};

/// Quantity, cost basis, unrealised and realised gain of `X` at the end of June 2024.
fn check(story: Story, expected: [&str; 4]) {
    let ledger = story.ledger();
    let holding = holding(&ledger, "X", "2024-06-30");
    let told = [
        holding.quantity.normalize().to_string(),
        shown(&holding.cost.base),
        shown(&holding.unrealized_gain),
        shown(&holding.realized_gain),
    ];
    assert_eq!(told, expected);
}

fn three_purchases_and_a_sale() -> Vec<Fact> {
    vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "1 EUR")),
        Fact::Transaction(trade("2", "2024-01-02", "X", "10", "2 EUR")),
        Fact::Transaction(trade("3", "2024-01-03", "X", "10", "3 EUR")),
        Fact::Transaction(trade("4", "2024-03-01", "X", "-25", "5 EUR")),
    ]
}

#[test]
fn fifo_and_average_differ_in_what_a_sale_brings() {
    check(Story::new(three_purchases_and_a_sale()), ["5", "15", "10", "80"]);
    check(
        Story::new(three_purchases_and_a_sale()).method(CostMethod::Average),
        ["5", "10", "15", "75"],
    );
}

#[test]
fn fees_belong_to_the_cost_and_lower_the_proceeds() {
    let buy =
        Transaction { fees: vec![fee("-2 EUR")], ..trade("1", "2024-01-01", "X", "10", "10 EUR") };
    let sell =
        Transaction { fees: vec![fee("-1 EUR")], ..trade("2", "2024-03-01", "X", "-5", "12 EUR") };
    check(Story::new(vec![Fact::Transaction(buy), Fact::Transaction(sell)]), ["5", "51", "9", "8"]);
}

#[test]
fn a_foreign_purchase_costs_what_it_cost_on_its_day() {
    // 100 USD were 50 EUR in January, and are 62.5 EUR in June.
    let buy = trade("1", "2024-01-01", "X", "10", "10 USD");
    check(Story::new(vec![Fact::Transaction(buy)]), ["10", "50", "12.5", "0"]);
}

#[test]
fn what_the_account_was_charged_beats_the_reference_rate() {
    let buy = Transaction {
        settled: Some(money("-51 EUR")),
        ..trade("1", "2024-01-01", "X", "10", "10 USD")
    };
    check(Story::new(vec![Fact::Transaction(buy)]), ["10", "51", "11.5", "0"]);
}

#[test]
fn pence_are_not_pounds() {
    // 10 × 80 GBX are 8 GBP, which are 10 EUR.
    let buy = trade("1", "2024-01-01", "X", "10", "80 GBX");
    let ledger = Story::new(vec![Fact::Transaction(buy)]).ledger();
    let holding = holding(&ledger, "X", "2024-06-30");
    assert_eq!(shown(&holding.base_value), "10");
    assert_eq!(shown(&holding.value), "8");
    assert_eq!(shown(&holding.average_cost(&ledger.instruments[0])), "0.8");
}

#[test]
fn a_short_position_gains_when_the_price_falls() {
    let sell = trade("1", "2024-01-01", "X", "-10", "10 EUR");
    let cover = trade("2", "2024-03-01", "X", "4", "7 EUR");
    let facts = vec![
        Fact::Transaction(sell),
        Fact::Transaction(cover),
        Fact::Quote(quote("X", "2024-06-01", "6 EUR")),
    ];
    let ledger = Story::new(facts).ledger();
    let holding = holding(&ledger, "X", "2024-06-30");
    assert_eq!(holding.oversold, decimal("10"));
    assert_eq!(shown(&holding.realized_gain), "12");
    assert_eq!(shown(&holding.base_value), "-36");
    assert_eq!(shown(&holding.unrealized_gain), "24");
}

#[test]
fn a_sale_through_zero_closes_and_opens() {
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "4", "10 EUR")),
        Fact::Transaction(trade("2", "2024-02-01", "X", "-10", "12 EUR")),
    ];
    check(Story::new(facts), ["-6", "-72", "0", "8"]);
}

#[test]
fn units_for_nothing_cost_nothing_and_units_from_elsewhere_their_price() {
    let reward = units("1", "2024-01-01", TransactionKind::Reward, "X", "2");
    let moved = Transaction {
        kind: TransactionKind::TransferIn,
        amount: None,
        ..trade("2", "2024-01-02", "X", "3", "10 EUR")
    };
    let facts = vec![
        Fact::Transaction(reward),
        Fact::Transaction(moved),
        Fact::Quote(quote("X", "2024-06-01", "11 EUR")),
    ];
    check(Story::new(facts), ["5", "30", "25", "0"]);
}

#[test]
fn units_from_elsewhere_without_a_price_have_no_cost_and_say_so() {
    let facts = vec![
        Fact::Transaction(units("1", "2024-01-01", TransactionKind::TransferIn, "X", "3")),
        Fact::Quote(quote("X", "2024-06-01", "11 EUR")),
    ];
    let reason = "what `X` cost in account `mine` isn't known";
    check(Story::new(facts), ["3", reason, reason, "0"]);
}

/// Value, cash, deposits, profit or loss, ROI at the end of a day.
fn check_total(story: Story, as_of: &str, expected: [&str; 5]) {
    let total = total(&story.ledger(), as_of).total;
    let figures: [Figure; 5] = [
        total.value.figure(),
        total.cash.figure(),
        total.deposits.figure(),
        total.profit_loss.clone(),
        total.roi_percent,
    ];
    assert_eq!(figures.each_ref().map(shown), expected);
}

#[test]
fn the_total_is_holdings_and_cash_against_what_was_put_in() {
    let facts = vec![
        Fact::CashMovement(cash("a", "2024-01-01", CashKind::Deposit, "200 EUR")),
        Fact::CashMovement(cash("b", "2024-01-05", CashKind::Deposit, "100 USD")),
        Fact::CashMovement(cash("c", "2024-04-01", CashKind::Withdrawal, "-50 EUR")),
        Fact::Transaction(Transaction {
            fees: vec![fee("-1 EUR")],
            ..trade("1", "2024-01-02", "X", "10", "10 EUR")
        }),
        Fact::Quote(quote("X", "2024-06-01", "13 EUR")),
    ];
    // Cash 200 − 100 − 1 − 50 EUR and 100 USD, 62.5 EUR in June; deposits 200 + 50 − 50.
    check_total(Story::new(facts), "2024-06-30", ["241.5", "111.5", "200", "41.5", "20.75"]);
}

#[test]
fn before_the_first_fact_there_is_nothing() {
    let facts = vec![Fact::CashMovement(cash("a", "2024-01-01", CashKind::Deposit, "200 EUR"))];
    let nothing = "nothing was put in, so that there is nothing to compare with";
    check_total(Story::new(facts), "2023-12-31", ["0", "0", "0", "0", nothing]);
}

#[test]
fn a_balance_before_the_first_movement_counts_as_put_in() {
    let facts = vec![
        Fact::Balance(opening("2024-02-01", "40 EUR")),
        Fact::CashMovement(cash("a", "2024-02-01", CashKind::Deposit, "60 EUR")),
    ];
    check_total(Story::new(facts), "2024-06-30", ["100", "100", "100", "0", "0"]);
}

#[test]
fn of_two_openings_the_earlier_counts_and_none_behind_earlier_movements() {
    let facts = vec![
        Fact::Balance(opening("2024-02-01", "40 EUR")),
        Fact::Balance(opening("2024-01-01", "0 EUR")),
        Fact::CashMovement(cash("a", "2024-01-15", CashKind::Deposit, "40 EUR")),
        Fact::CashMovement(cash("b", "2024-02-01", CashKind::Deposit, "60 EUR")),
    ];
    check_total(Story::new(facts.clone()), "2024-06-30", ["100", "100", "100", "0", "0"]);
    let without_the_earlier =
        facts.into_iter().enumerate().filter(|(place, _)| *place != 1).map(|(_, fact)| fact);
    check_total(
        Story::new(without_the_earlier.collect()),
        "2024-06-30",
        ["100", "100", "100", "0", "0"],
    );
}

#[test]
fn trades_before_the_statement_begins_are_paid_from_outside() {
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-02", "X", "10", "10 EUR")),
        Fact::Balance(opening("2024-02-01", "30 EUR")),
        Fact::CashMovement(cash("a", "2024-02-01", CashKind::Deposit, "70 EUR")),
        Fact::Transaction(trade("2", "2024-03-02", "X", "5", "10 EUR")),
    ];
    check_total(Story::new(facts), "2024-06-30", ["200", "50", "200", "0", "0"]);
}

#[test]
fn a_dividend_its_tax_and_its_reversal_are_one_payment() {
    let of = |id, kind, amount, value_date| {
        let mut movement = cash(id, "2024-03-02", kind, amount);
        movement.instrument = Some("X".parse().unwrap());
        movement.value_date = Some(date(value_date));
        Fact::CashMovement(movement)
    };
    let ledger = Story::new(vec![
        of("a", CashKind::Dividend, "10 USD", "2024-03-01"),
        of("b", CashKind::WithholdingTax, "-1.5 USD", "2024-03-01"),
        of("c", CashKind::Dividend, "-10 USD", "2024-03-01"),
        of("d", CashKind::Dividend, "12 USD", "2024-03-01"),
        of("e", CashKind::Dividend, "3 USD", "2024-04-01"),
    ])
    .ledger();
    let payments: Vec<_> = paid(&ledger.books[0])
        .iter()
        .map(|payment| (shown(&payment.gross), payment.tax, shown(&payment.net())))
        .collect();
    let expected = [("12", "-1.5", "10.5"), ("3", "0", "3")]
        .map(|(gross, tax, net)| (gross.to_owned(), decimal(tax), net.to_owned()));
    assert_eq!(payments, expected);
}

#[test]
fn a_fee_that_two_files_tell_counts_once() {
    let settled = |id, kind, amount| {
        let mut movement = cash(id, "2024-01-02", kind, amount);
        movement.transaction = Some("1".parse().unwrap());
        Fact::CashMovement(movement)
    };
    let told =
        Transaction { fees: vec![fee("-2 EUR")], ..trade("1", "2024-01-02", "X", "10", "10 EUR") };
    let bare = trade("1", "2024-01-02", "X", "10", "10 EUR");
    for transaction in [told, bare] {
        let ledger = Story::new(vec![
            Fact::Transaction(transaction),
            settled("a", CashKind::Trade, "-100 EUR"),
            settled("b", CashKind::Fee, "-2 EUR"),
            Fact::CashMovement(cash("c", "2024-01-03", CashKind::Fee, "-5 EUR")),
        ])
        .ledger();
        let paid: Vec<String> =
            fees(&ledger.books[0]).iter().map(|fee| fee.money.to_string()).collect();
        assert_eq!(paid, ["-2 EUR", "-5 EUR"]);
        assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").cost.base), "102");
        assert_eq!(shown(&total(&ledger, "2024-06-30").total.cash.figure()), "-107");
    }
}

#[test]
fn every_calendar_day_has_its_value() {
    let ledger = Story::new(vec![
        Fact::CashMovement(cash("a", "2024-01-30", CashKind::Deposit, "100 USD")),
        Fact::Transaction(trade("1", "2024-02-01", "X", "1", "32 USD")),
        Fact::Quote(quote("X", "2024-02-02", "48 USD")),
    ])
    .ledger();
    let rates = rates();
    let days = value_history(&ledger, None, None, terms(&rates, "2024-02-03"));
    let told: Vec<(String, String)> =
        days.iter().map(|day| (day.date.to_string(), shown(&day.value))).collect();
    let expected = [
        ("2024-01-30", "50"),
        ("2024-01-31", "50"),
        ("2024-02-01", "62.5"),
        ("2024-02-02", "72.5"),
        ("2024-02-03", "72.5"),
    ];
    assert_eq!(told, expected.map(|(day, value)| (day.to_owned(), value.to_owned())));
    let last = total(&ledger, "2024-02-03").total;
    assert_eq!(days.last().unwrap().value, last.value.figure());
    assert_eq!(days.last().unwrap().contributions, last.deposits.figure());
}

#[test]
fn what_the_broker_claims_is_held_against_the_facts() {
    let closing = |day: &str, amount: &str| {
        let mut balance = opening(day, amount);
        balance.identity = format!("closing:{day}").parse().unwrap();
        balance.side = DaySide::Closing;
        Fact::Balance(balance)
    };
    let ledger = Story::new(vec![
        Fact::CashMovement(cash("a", "2024-01-01", CashKind::Deposit, "200 EUR")),
        closing("2024-01-15", "150 EUR"),
        Fact::CashMovement(cash("b", "2024-02-01", CashKind::Fee, "-5 EUR")),
        closing("2024-02-01", "195 EUR"),
    ])
    .ledger();
    let told = |as_of: &str| {
        let claims = claims(&ledger.books[0], date(as_of));
        claims
            .iter()
            .map(|claim| (claim.claimed, claim.computed, claim.agrees()))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("2024-01-31"), [(decimal("150"), decimal("200"), false)]);
    assert_eq!(told("2024-06-30"), [(decimal("195"), decimal("195"), true)]);
}
