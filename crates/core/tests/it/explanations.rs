//! Every figure can be opened down to the rows it came from.

use stonks_core::account::AccountName;
use stonks_core::cash::CashKind;
use stonks_core::explanation::{ExplainError, Explanation, Grounds, Input, Value, explain};
use stonks_core::fact::Fact;
use stonks_core::figure::Figure;
use stonks_core::holdings::Terms;
use stonks_core::ledger::Ledger;
use stonks_core::lots::CostMethod;
use stonks_core::portfolio::portfolio;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{
    Story, cash, date, decimal, developed, fee, holding, opening, quote, rates, terms, total,
    trade, units,
};

const DAY: &str = "2024-06-30";

/// Two accounts, two currencies, a sale, a split, a fee, a transfer of units, a quote.
fn ledger() -> Ledger {
    let with_fee = Transaction {
        fees: vec![fee("-2 USD")],
        ..trade("2", "2024-01-05", "US0378331005", "10", "10 USD")
    };
    let split = units("3", "2024-02-10", TransactionKind::Split, "US0378331005", "10");
    Story::new(vec![
        Fact::Balance(opening("2024-01-01", "100 EUR")),
        Fact::CashMovement(cash("d", "2024-01-02", CashKind::Deposit, "1000 EUR")),
        Fact::CashMovement(cash("e", "2024-01-03", CashKind::Deposit, "500 USD")),
        Fact::CashMovement(cash("f", "2024-03-03", CashKind::Withdrawal, "-50 USD")),
        Fact::Transaction(with_fee),
        Fact::Transaction(split),
        Fact::Transaction(trade("4", "2024-03-01", "US0378331005", "-5", "8 USD")),
        Fact::Quote(quote("US0378331005", "2024-06-01", "9 USD")),
    ])
    .of(
        "other",
        vec![
            Fact::Transaction(trade("5", "2024-02-05", "US0378331005", "3", "7 USD")),
            Fact::Transaction(trade("6", "2024-02-06", "X", "7", "11 EUR")),
            Fact::Transaction(trade("7", "2024-04-06", "X", "-7", "12 EUR")),
            Fact::Transaction(units("8", "2024-04-07", TransactionKind::TransferIn, "X", "2")),
        ],
    )
    .method(CostMethod::Fifo)
    .ledger()
}

/// Explains a figure down to the rows.
fn told<'a>(
    ledger: &'a Ledger,
    figure: &str,
    account: Option<&'a AccountName>,
    terms: Terms<'a>,
) -> Result<Explanation<'a>, ExplainError> {
    let portfolio = &portfolio(ledger, account, terms);
    explain(Grounds { ledger, account, terms, portfolio, levels: usize::MAX }, figure)
}

/// Explains a figure, checks every sum in the tree, and returns its value.
fn check(ledger: &Ledger, figure: &str, account: Option<&AccountName>) -> Figure {
    let rates = rates();
    let explained = told(ledger, figure, account, terms(&rates, DAY)).unwrap();
    assert!(explained.meaning.is_some(), "{figure}");
    sums(&explained);
    match explained.value {
        Value::Exact(figure) => figure,
        Value::Ratio(ratio) => unreachable!("{figure} is {ratio:?}"),
    }
}

fn sums(explained: &Explanation<'_>) {
    if explained.is_sum {
        let sum = explained.sum_of_inputs().map(Ok);
        assert_eq!(Some(explained.value.clone()), sum.map(Value::Exact), "{}", explained.name);
    }
    for input in &explained.inputs {
        if let Input::Figure(figure) = input {
            sums(figure);
        }
    }
}

/// Rows at the leaves.
fn rows(explained: &Explanation<'_>) -> Vec<String> {
    let of_input = |input: &Input<'_>| match input {
        Input::Figure(figure) => rows(figure),
        Input::Row(row) => vec![row.what.clone()],
    };
    explained.inputs.iter().flat_map(of_input).collect()
}

#[test]
fn an_explanation_tells_the_value_of_the_report() {
    let ledger = ledger();
    let whole = total(&ledger, DAY).total;
    assert_eq!(check(&ledger, "total.value", None), whole.value.figure());
    assert_eq!(check(&ledger, "total.cash", None), whole.cash.figure());
    assert_eq!(check(&ledger, "total.deposits", None), whole.deposits.figure());
    assert_eq!(check(&ledger, "total.profit_loss", None), whole.profit_loss);
    assert_eq!(check(&ledger, "total.roi_percent", None), whole.roi_percent);
    let x = holding(&ledger, "X", DAY);
    assert_eq!(check(&ledger, "holding.X.quantity", None), Ok(x.quantity));
    assert_eq!(check(&ledger, "holding.X.value", None), x.value);
    assert_eq!(check(&ledger, "holding.X.base_value", None), x.base_value);
    assert_eq!(check(&ledger, "holding.x.cost_basis", None), x.cost.base);
    assert_eq!(check(&ledger, "holding.X.unrealized_gain", None), x.unrealized_gain);
    assert_eq!(check(&ledger, "holding.X.realized_gain", None), x.realized_gain);
    assert_eq!(check(&ledger, "holding.X.price", None), Ok(x.price.unwrap().price));
    let sale = &developed(&ledger, DAY).sales[0];
    assert_eq!(check(&ledger, "sale.4.gain", None), sale.gain.base);
}

#[test]
fn what_is_held_in_two_accounts_is_explained_by_both() {
    let ledger = ledger();
    let holdings = total(&ledger, DAY).holdings;
    let of = |account: &str| {
        let is_it = |name: &str| ledger.instruments[0].isin.is_some() && name == account;
        holdings
            .iter()
            .find(|it| is_it(it.account.as_str()) && it.instrument == apple(&ledger))
            .unwrap()
    };
    let sum = of("mine").base_value.clone().unwrap() + of("other").base_value.clone().unwrap();
    assert_eq!(check(&ledger, "holding.US0378331005.base_value", None), Ok(sum));
    let other: AccountName = "other".parse().unwrap();
    let alone = check(&ledger, "holding.US0378331005.base_value", Some(&other));
    assert_eq!(alone, of("other").base_value);
}

fn apple(ledger: &Ledger) -> usize {
    ledger.instruments.iter().position(|it| it.label() == "US0378331005").unwrap()
}

#[test]
fn sums_end_in_rows_that_add_up_to_them() {
    let ledger = ledger();
    let rates = rates();
    let explained = |figure| told(&ledger, figure, None, terms(&rates, DAY)).unwrap();
    for figure in ["total.value", "total.cash", "total.deposits", "sale.4.gain"] {
        assert!(explained(figure).is_sum, "{figure}");
    }
    let cash = rows(&explained("total.cash"));
    assert_eq!(
        cash,
        [
            "balance in EUR with which the statements begin",
            "deposit",
            "deposit",
            "buy 10 US0378331005 at 10 USD",
            "sell -5 US0378331005 at 8 USD",
            "withdrawal",
        ]
    );
    let cost = explained("holding.US0378331005.cost_basis");
    assert!(cost.is_sum);
    assert_eq!(rows(&cost).len(), 2);
}

#[test]
fn a_rate_is_told_with_its_day() {
    let ledger = ledger();
    let rates = rates();
    let explained = told(&ledger, "holding.US0378331005.base_value", None, terms(&rates, DAY));
    let Input::Figure(mine) = &explained.unwrap().inputs[0].clone() else { panic!() };
    let Some(Input::Figure(rate)) = mine.inputs.last() else { panic!() };
    assert_eq!(rate.value, Value::Exact(Ok(decimal("0.625"))));
    assert_eq!(rate.notes, ["rate of 2024-02-01, 150 days before 2024-06-30"]);
    assert_eq!(date("2024-02-01").to_string(), "2024-02-01");
}

#[test]
fn returns_are_explained_by_years_and_flows() {
    let ledger = ledger();
    let rates = rates();
    for figure in ["performance.twr", "performance.mwr"] {
        let explained = told(&ledger, figure, None, terms(&rates, DAY)).unwrap();
        let Value::Ratio(Ok(_)) = explained.value else { panic!("{figure}") };
        sums(&explained);
        assert!(!explained.inputs.is_empty(), "{figure}");
    }
}

#[test]
fn an_unknown_figure_is_named() {
    let ledger = ledger();
    let rates = rates();
    let refused = |figure| told(&ledger, figure, None, terms(&rates, DAY)).unwrap_err();
    assert_eq!(refused("total.luck"), ExplainError::UnknownFigure("total.luck".to_owned()));
    assert_eq!(refused("holding.X.luck"), ExplainError::UnknownFigure("holding.X.luck".to_owned()));
    assert_eq!(refused("holding.Y.value"), ExplainError::UnknownHolding("Y".to_owned()));
    assert_eq!(refused("sale.99.gain"), ExplainError::UnknownSale("99".to_owned()));
}
