//! Middleware, aggregators and views: the first-party ones through the sandbox, and hostile ones at the
//! door.

use jiff::civil::{Date, date};
use stonks_core::account::BrokerAccount;
use stonks_core::cash::{
    Balance, CashKind, CashMovement, DaySide, DividendStatus, Position, UpcomingDividend,
};
use stonks_core::fact::{Fact, Identity, Located, Location, Note};
use stonks_core::fx::FxRate;
use stonks_core::instrument::{AssetClass, Instrument};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::quotes::Quote;
use stonks_core::transaction::{FeeKind, Transaction, TransactionKind};
use stonks_host::insight::{
    CashBalance, Holding, Income, IncomeStatus, MetricValue, Origin, PanelBody, Snapshot,
};

use crate::test_host::TestHost;

fn euros(amount: i64) -> Money {
    Money::new(amount.into(), Currency::EUR)
}

fn instrument(identity: &str, symbol: &str) -> Located {
    let fact = Fact::Instrument(Instrument {
        identity: identity.parse().unwrap(),
        asset_class: AssetClass::Stock,
        name: Some("ASML Holding".to_owned()),
        symbol: Some(symbol.to_owned()),
        isin: None,
        market: None,
        currency: Some(Currency::EUR),
        multiplier: None,
        terms: None,
        sector: None,
        country: None,
        codes: vec![("conid".to_owned(), "117589399".to_owned())],
    });
    Located { fact, location: Location::default() }
}

fn purchase(identity: &str, instrument: &str) -> Located {
    let fact = Fact::Transaction(Transaction {
        identity: identity.parse().unwrap(),
        broker_account: None,
        instrument: instrument.parse().unwrap(),
        kind: TransactionKind::Buy,
        at: "2024-01-03T16:40:00+01:00".parse::<Moment>().unwrap(),
        settlement_date: None,
        quantity: 3.into(),
        price: Some(700.into()),
        price_currency: Some(Currency::EUR),
        amount: Some(euros(-2100)),
        accrued: None,
        fees: Vec::new(),
        settled: None,
        exchange_rate: None,
        order: None,
        group: None,
        venue: None,
        description: None,
    });
    Located { fact, location: Location { line: Some(7), path: None } }
}

pub(crate) fn delivery() -> Vec<Located> {
    vec![
        instrument("symbol:ASML", "ASML"),
        purchase("t1", "symbol:ASML"),
        purchase("t2", "symbol:ASML"),
    ]
}

const DAY: Date = date(2024, 2, 29);

fn identity(text: &str) -> Identity {
    text.parse().unwrap()
}

fn at() -> Moment {
    "2024-01-03T16:40:00.123-05:30".parse().unwrap()
}

/// One fact of each other kind, with every field that may be open filled.
fn of_every_kind() -> Vec<Located> {
    let location = Location { line: Some(9), path: Some("/Trades/Trade[1]".into()) };
    let facts = [happenings(), claims()].concat();
    facts.into_iter().map(|fact| Located { fact, location: location.clone() }).collect()
}

fn happenings() -> Vec<Fact> {
    let (account, share) = (Some(identity("a")), identity("symbol:ASML"));
    vec![
        Fact::Account(BrokerAccount {
            identity: identity("a"),
            name: Some("Main".to_owned()),
            currency: Some(Currency::EUR),
            opened: Some(DAY),
        }),
        Fact::CashMovement(CashMovement {
            identity: identity("c1"),
            broker_account: account,
            kind: CashKind::Fee,
            at: at(),
            value_date: Some(DAY),
            money: euros(-2),
            instrument: Some(share),
            transaction: Some(identity("t1")),
            fee_kind: Some(FeeKind::Custody),
            group: Some("g".to_owned()),
            description: Some("Custody".to_owned()),
            balance: Some(98.into()),
        }),
    ]
}

fn claims() -> Vec<Fact> {
    let (account, share) = (Some(identity("a")), identity("symbol:ASML"));
    vec![
        Fact::Position(Position {
            identity: identity("p1"),
            broker_account: account.clone(),
            instrument: share.clone(),
            date: DAY,
            quantity: 6.into(),
            price: Some(900.into()),
            price_currency: Some(Currency::EUR),
            value: Some(euros(5400)),
            cost: Some(euros(4200)),
        }),
        Fact::Balance(Balance {
            identity: identity("b1"),
            broker_account: account.clone(),
            date: DAY,
            side: DaySide::Opening,
            money: euros(100),
        }),
        Fact::Quote(Quote {
            identity: identity("q1"),
            instrument: share.clone(),
            at: at(),
            price: 900.into(),
            currency: Currency::EUR,
        }),
        Fact::FxRate(FxRate {
            identity: identity("r1"),
            base: Currency::EUR,
            quote: "USD".parse().unwrap(),
            date: DAY,
            rate: "1.0825".parse().unwrap(),
        }),
        Fact::UpcomingDividend(UpcomingDividend {
            identity: identity("u1"),
            broker_account: account.clone(),
            instrument: share,
            status: DividendStatus::Forecast,
            ex_date: Some(DAY),
            pay_date: Some(DAY),
            per_unit: Some(euros(2)),
            gross: Some(euros(12)),
            withholding_tax: Some(euros(-1)),
        }),
        Fact::Note(Note {
            identity: identity("n1"),
            broker_account: account,
            at: Some(at()),
            reason: "not understood".to_owned(),
            text: "???".to_owned(),
        }),
    ]
}

pub(crate) fn origin() -> Origin {
    Origin { account: Some("mine".to_owned()), plugin: "generic-csv".to_owned() }
}

pub(crate) fn snapshot() -> Snapshot {
    let holding = Holding {
        account: "mine".to_owned(),
        instrument: "NL0010273215".to_owned(),
        name: "ASML Holding".to_owned(),
        symbol: Some("ASML".to_owned()),
        isin: "NL0010273215".parse().ok(),
        asset_class: AssetClass::Stock,
        sector: None,
        country: None,
        quantity: 6.into(),
        price: Some(euros(900)),
        value: Some(euros(5400)),
        base_value: Some(5400.into()),
        base_cost: Some(4200.into()),
    };
    let income = Income {
        account: "mine".to_owned(),
        instrument: Some("NL0010273215".to_owned()),
        name: "ASML Holding".to_owned(),
        isin: None,
        status: IncomeStatus::Paid,
        ex_date: None,
        pay_date: Some(date(2026, 5, 6)),
        units: Some(3.into()),
        gross: euros(5),
        withholding_tax: None,
        base_net: None,
    };
    let cash =
        CashBalance { account: "mine".to_owned(), money: euros(600), base_value: Some(600.into()) };
    Snapshot {
        as_of: date(2026, 10, 30),
        base_currency: Currency::EUR,
        holdings: vec![holding],
        cash: vec![cash],
        income: vec![income],
    }
}

#[tokio::test]
async fn the_symbol_mapper_changes_instruments_and_nothing_else() {
    let host = TestHost::new().await;
    let table = "code,isin,symbol\nASML,NL0010273215,ASML.AS\n";
    let mapper = host.start("symbol-mapper", &[("table", table)]).await.unwrap();
    let facts = mapper.transform(origin(), delivery()).await.unwrap();
    let Fact::Instrument(mapped) = &facts[0] else { panic!("an instrument is expected") };
    assert_eq!(mapped.isin.map(|isin| isin.to_string()).as_deref(), Some("NL0010273215"));
    assert_eq!(mapped.symbol.as_deref(), Some("ASML.AS"));
    let others: Vec<Fact> = delivery().into_iter().skip(1).map(|located| located.fact).collect();
    assert_eq!(facts[1..], others);
}

#[tokio::test]
async fn a_bad_table_is_refused_with_its_place() {
    let host = TestHost::new().await;
    let table = "code,isin\nASML,NL0010273216\n";
    let error = host.start("symbol-mapper", &[("table", table)]).await.err().unwrap();
    let stonks_host::StartError::Call(call) = error else { panic!("a refusal is expected") };
    let refusal = call.refusal().unwrap();
    assert_eq!(refusal.message, "`NL0010273216` is not an ISIN: its check digit doesn't match");
    assert_eq!((refusal.line, refusal.column), (Some(2), Some(2)));
}

#[tokio::test]
async fn concentration_is_computed_in_the_sandbox() {
    let host = TestHost::new().await;
    let metrics =
        host.start("concentration", &[]).await.unwrap().compute(&snapshot()).await.unwrap();
    let value = |name: &str| {
        metrics.iter().find(|metric| metric.name == name).and_then(|metric| metric.value.clone())
    };
    assert_eq!(value("largest-position"), Some(MetricValue::Ratio(1.0)));
    assert_eq!(value("hhi-positions"), Some(MetricValue::Number(10_000.into())));
    assert_eq!(value("exposure-eur"), Some(MetricValue::Ratio(1.0)));
}

#[tokio::test]
async fn the_dividend_ladder_is_drawn_from_panels() {
    let host = TestHost::new().await;
    let panels =
        host.start("dividend-ladder", &[]).await.unwrap().render(&snapshot()).await.unwrap();
    let titles: Vec<&str> = panels.iter().map(|panel| panel.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Expected income by month",
            "Expected income by month, EUR",
            "Expected income by holding, EUR",
            "Income month by month, EUR",
            "Expected payments",
        ]
    );
    let PanelBody::Breakdown { slices, .. } = &panels[2].body else { panic!("parts are expected") };
    assert_eq!(slices[0].value, 10.into(), "twice as many are held as were paid for");
}

/// What the user sees of a view that tells something that it may not.
async fn check_view(what: &str, expected: &str) {
    let host = TestHost::new().await;
    let view = host.start("hostile-insights", &[("what", what)]).await.unwrap();
    let told = view.render(&snapshot()).await.unwrap_err().to_string();
    assert_eq!(told, format!("plugin `hostile-insights`, `render`: {expected}"), "{what}");
}

#[tokio::test]
async fn panels_that_the_contract_forbids_are_refused_by_name() {
    for (what, expected) in [
        ("many", "21 panels; at most 20 are allowed"),
        ("columns", "panel 1: 21 columns; at most 20 are allowed"),
        ("no columns", "panel 1: a table without columns"),
        ("rows", "panel 1: 2001 rows; at most 2000 are allowed"),
        ("ragged", "panel 2: row 1 has 1 cells for 2 columns"),
        ("kind", "panel 1: row 2, `Column 0`: a text in a column of kind money"),
        ("cell", "panel 1: row 1, `Column 0`: cell: -inf is not a finite number"),
        (
            "no day",
            "panel 1: row 1, `Column 0`: cell: `2026-02-30` is not a date such as 2024-02-29",
        ),
        ("series", "panel 1: 9 series; at most 8 are allowed"),
        ("points", "panel 1: 5001 points in `Line</script>`; at most 5000 are allowed"),
        ("order", "panel 1: series `Line</script>`: 2026-01-01 is not behind the day before"),
        ("slices", "panel 1: 201 slices; at most 200 are allowed"),
        ("below zero", "panel 1: slice `Part 0` is below zero: -1"),
        (
            "currency",
            "panel 1: currency: `€` is not a currency: 2 to 10 upper-case letters and digits are expected, such as `EUR`",
        ),
        ("title", "panel 1: title: it is empty"),
        (
            "figures",
            "panel 1: figure 1: value: `01` is not a decimal in canonical form, such as `-1147.5`: it begins with a \
             needless zero",
        ),
    ] {
        check_view(what, &format!("its reply was refused: {expected}")).await;
    }
}

#[tokio::test]
async fn a_view_that_fails_is_told_and_answers_again() {
    check_view("trap", "it crashed: it gave up (a panic, or an abort)").await;
    check_view("loop", "it was stopped: it took longer than 0.5 s").await;
    check_view("fail", "it failed: as it was told").await;
}

#[tokio::test]
async fn figures_that_the_contract_forbids_are_refused_by_name() {
    let host = TestHost::new().await;
    for (what, expected) in [
        ("many", "201 figures; at most 200 are allowed"),
        ("name", "figure 1: name: `Figure 1` is not kebab-case of at most 60 letters"),
        ("twice", "there are two figures `one`"),
        (
            "inexact",
            "figure 1: value: `1.50` is not a decimal in canonical form, such as `-1147.5`: it ends with a needless \
             zero",
        ),
        ("not a number", "figure 1: value: NaN is not a finite number"),
        ("endless", "figure 1: value: inf is not a finite number"),
        ("unexplained", "figure 1: `one` has neither a value nor an explanation why"),
        ("control", "figure 1: explanation: the control character '\\u{1b}' is not allowed"),
        ("direction", "figure 1: explanation: the control character '\\u{202e}' is not allowed"),
        ("empty label", "figure 1: label: it is empty"),
        ("long", "figure 1: explanation: a text of 501 letters; at most 500 are allowed"),
        (
            "currency",
            "figure 1: value: `euro` is not a currency: 2 to 10 upper-case letters and digits are expected, such as `EUR`",
        ),
    ] {
        let aggregator = host.start("hostile-insights", &[("what", what)]).await.unwrap();
        let told = aggregator.compute(&snapshot()).await.unwrap_err().to_string();
        let expected =
            format!("plugin `hostile-insights`, `compute`: its reply was refused: {expected}");
        assert_eq!(told, expected, "{what}");
    }
}

#[tokio::test]
async fn facts_keep_their_identity_their_order_and_what_they_name() {
    let host = TestHost::new().await;
    for (what, expected) in [
        ("double", "its reply was refused: 6 facts came back for 3 handed in"),
        (
            "reverse",
            "its reply was refused: instrument `symbol:ASML` was left out, which other facts may name",
        ),
        (
            "rename",
            "its reply was refused: fact 2, a transaction `t1!`, was not handed in, or comes out of order",
        ),
        (
            "elsewhere",
            "its reply was refused: fact 2, a transaction `t1`: instrument: it names `another` instead of `symbol:ASML`",
        ),
        (
            "forget instruments",
            "its reply was refused: instrument `symbol:ASML` was left out, which other facts may name",
        ),
        (
            "inexact",
            "its reply was refused: fact 2, a transaction: quantity: `1.50` is not a decimal in canonical form, such \
             as `-1147.5`: it ends with a needless zero",
        ),
        ("trap", "it crashed: it gave up (a panic, or an abort)"),
        ("fail", "it failed: as it was told"),
    ] {
        let middleware = host.start("hostile-middleware", &[("what", what)]).await.unwrap();
        let told = middleware.transform(origin(), delivery()).await.unwrap_err().to_string();
        assert_eq!(told, format!("plugin `hostile-middleware`, `transform`: {expected}"), "{what}");
    }
}

#[tokio::test]
async fn facts_may_be_left_out_and_what_isnt_changed_comes_back_as_it_went() {
    let host = TestHost::new().await;
    let middleware = host.start("hostile-middleware", &[("what", "forget trades")]).await.unwrap();
    assert_eq!(middleware.transform(origin(), delivery()).await.unwrap().len(), 1);
    let middleware = host.start("hostile-middleware", &[("what", "well")]).await.unwrap();
    let delivery = [delivery(), of_every_kind()].concat();
    let sent: Vec<Fact> = delivery.iter().map(|located| located.fact.clone()).collect();
    assert_eq!(middleware.transform(origin(), delivery).await.unwrap(), sent);
}

#[tokio::test]
async fn a_kind_that_a_plugin_isnt_is_not_offered() {
    let host = TestHost::new().await;
    let view = host.start("dividend-ladder", &[]).await.unwrap();
    let error = view.compute(&snapshot()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin `dividend-ladder`, `compute`: it doesn't offer this service"
    );
}
