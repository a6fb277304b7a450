//! Tables of Bitvavo, Interactive Brokers, Alpaca and Yahoo, row by row.

use std::collections::BTreeMap;

use stonks_app::reports::Query;
use stonks_app::{AccountNames, MigrationReport, Mode};

use super::old::{Old, YOUNGER};
use crate::test_app::{Kind, TestApp};

struct Brought {
    test: TestApp,
    report: MigrationReport,
}

impl Brought {
    /// Brings along a database with these statements run over it, twice: the second time adds nothing.
    async fn of(statements: &str) -> Self {
        let old = Old::with(&format!("{YOUNGER} {statements}")).await;
        let test = TestApp::open(Kind::Sqlite).await.unwrap();
        let report = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
        let again = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
        assert_eq!(again.n_new(), 0);
        Self { test, report }
    }

    fn table(&self, name: &str) -> (usize, usize, String) {
        let table = self.report.tables.iter().find(|table| table.table == name).unwrap();
        (table.rows, table.told, table.left_out.join("; "))
    }

    /// `broker what currency: old here`.
    fn sums(&self) -> Vec<String> {
        let told = self.report.sums.iter().map(|sum| {
            format!("{} {} {}: {} {}", sum.broker, sum.what, sum.currency, sum.old, sum.new)
        });
        told.collect()
    }

    /// `day kind symbol quantity amount fees`, the last two without their currency.
    async fn transactions(&self) -> Vec<String> {
        let told = self.test.app.transactions(&Query::default()).await.unwrap();
        let told = told.into_iter().map(|row| {
            let symbol = row.instrument.symbol.clone().unwrap_or_default();
            let amount = row.amount.clone().unwrap_or_default();
            let fees = row.fees.clone().unwrap_or_default();
            format!("{} {} {symbol} {} {amount} {fees}", row.date, row.kind, row.quantity)
        });
        told.collect()
    }

    /// `day kind amount currency`, without what transactions tell of their own cash.
    async fn movements(&self) -> Vec<String> {
        let told = self.test.app.account_statement(&Query::default()).await.unwrap();
        let is_own = |row: &stonks_app::reports::AccountRow| row.kind.to_string() != "trade";
        told.into_iter()
            .filter(is_own)
            .map(|row| format!("{} {} {} {}", row.date, row.kind, row.amount, row.currency))
            .collect()
    }

    /// By symbol: quantity, average cost and value.
    async fn holdings(&self) -> BTreeMap<String, (String, Option<String>, Option<String>)> {
        let told = self.test.app.portfolio(&Query::default()).await.unwrap();
        let told = told.holdings.into_iter().map(|row| {
            (
                row.instrument.symbol.clone().unwrap_or_default(),
                (row.quantity, row.average_cost, row.value),
            )
        });
        told.collect()
    }
}

fn bitvavo(id: &str, at: &str, kind: &str, moved: &str) -> String {
    format!(
        "INSERT INTO bitvavo_transactions (transaction_id, executed_at, type, price_currency, price_amount, \
         sent_currency, sent_amount, received_currency, received_amount, fees_currency, fees_amount, address) \
         VALUES ('{id}', '{at}', '{kind}', {moved}, 'a wallet');"
    )
}

#[tokio::test]
async fn bitvavos_history_balances_and_quotations_come_along() {
    let rows = [
        bitvavo("d1", "2024-03-01 08:00:00", "deposit", "NULL, NULL, NULL, NULL, 'EUR', 1000, NULL, NULL"),
        bitvavo("b1", "2024-03-02 09:30:00.5", "buy", "'EUR', 50000, 'EUR', 500, 'BTC', 0.01, 'EUR', 1.25"),
        bitvavo("s1", "2024-03-03 10:00:00", "staking", "NULL, NULL, NULL, NULL, 'ETH', 0.002, NULL, NULL"),
        bitvavo("x1", "2024-03-04 11:00:00", "sell", "'EUR', 60000, 'BTC', 0.004, 'EUR', 240, 'EUR', 0.6"),
        bitvavo("w1", "2024-03-05 12:00:00", "withdrawal", "NULL, NULL, 'BTC', 0.001, NULL, NULL, 'BTC', 0.0001"),
        bitvavo("w2", "2024-03-06 12:00:00", "withdrawal", "NULL, NULL, 'EUR', 100, NULL, NULL, NULL, NULL"),
        bitvavo("c1", "2024-03-07 12:00:00", "buy", "'BTC', 0.05, 'BTC', 0.0005, 'ETH', 0.01, 'EUR', 0.1"),
        bitvavo("p1", "2024-03-08 12:00:00", "pigeon", "NULL, NULL, NULL, NULL, 'EUR', 5, NULL, NULL"),
        "INSERT INTO bitvavo_assets (symbol, name) VALUES ('BTC', 'Bitcoin'), ('ETH', 'Ethereum'), ('DOGE', 'Dogecoin');".to_owned(),
        "INSERT INTO bitvavo_balance VALUES ('BTC', 0.0044), ('EUR', 642.05);".to_owned(),
        "INSERT INTO bitvavo_productquotation (symbol, last_import, quotations) VALUES ('BTC', '2024-03-09 06:00:00', '{\"2024-03-08\": 61000.5, \"2024-03-09\": 62000}');".to_owned(),
    ];
    let brought = Brought::of(&rows.concat()).await;
    assert_eq!(
        brought.transactions().await,
        [
            "2024-03-02T09:30:00.5+00:00 buy BTC 0.01 -500 -1.25",
            "2024-03-03T10:00:00+00:00 reward ETH 0.002  0",
            "2024-03-04T11:00:00+00:00 sell BTC -0.004 240 -0.6",
            "2024-03-05T12:00:00+00:00 transfer-out BTC -0.0011  0",
            "2024-03-07T12:00:00+00:00 exchange ETH 0.01  0",
            "2024-03-07T12:00:00+00:00 exchange BTC -0.0005  0",
        ]
    );
    assert_eq!(
        brought.movements().await,
        [
            "2024-03-01T08:00:00+00:00 deposit 1000 EUR",
            "2024-03-06T12:00:00+00:00 withdrawal -100 EUR",
            "2024-03-07T12:00:00+00:00 fee -0.1 EUR",
            "2024-03-08T12:00:00+00:00 other 5 EUR",
        ]
    );
    assert_eq!(
        brought.sums(),
        [
            "bitvavo changes of cash EUR: 643.05 643.05",
            "bitvavo changes of units BTC: 0.0044 0.0044",
            "bitvavo changes of units ETH: 0.012 0.012",
        ]
    );
    assert_eq!(brought.table("bitvavo_transactions"), (8, 8, String::new()));
    assert_eq!(brought.table("bitvavo_balance"), (2, 2, String::new()));
    assert_eq!(
        brought.table("bitvavo_assets"),
        (3, 2, "1 are of coins that nothing names".to_owned())
    );
    let holdings = brought.holdings().await;
    assert_eq!(holdings["BTC"].0, "0.0044");
    assert_eq!(holdings["BTC"].2.as_deref(), Some("272.80"));
    let account = &brought.test.app.accounts().await.unwrap()[0];
    assert_eq!((account.name.as_str(), account.plugin.as_str()), ("bitvavo", "bitvavo"));
    assert!(brought.report.remarks[0].starts_with("there is no plugin `bitvavo` yet"));
    // A euro less than the rows add up to: the broker's own figure stands beside them.
    let differences = brought.test.app.examine().await.unwrap();
    let told: Vec<&str> = differences.iter().map(|finding| finding.message.as_str()).collect();
    assert!(told.iter().any(|line| line.contains("642.05")), "{told:?}");
    let wallet = brought.test.app.transactions(&Query::default()).await.unwrap();
    assert!(!serde_json::to_string(&wallet).unwrap().contains("a wallet"));
}

fn position(conid: u32, ticker: &str, units: &str, more: &str) -> String {
    format!(
        "INSERT INTO ibkr_positions (conid, acct_id, contract_desc, position, mkt_price, mkt_value, currency, avg_cost, \
         avg_price, asset_class, listing_exchange, country_code, name, sector, ticker, type) VALUES \
         ({conid}, 'U1', '{ticker}', {units}, {more});"
    )
}

fn ibkr(id: &str, date: &str, kind: &str, (quantity, price, amount): (&str, &str, &str)) -> String {
    let conid = id.split('_').next().unwrap();
    format!(
        "INSERT INTO ibkr_transactions (id, acct_id, conid, date, cur, fx_rate, pr, qty, amt, type, \"desc\") VALUES \
         ('{id}', 'U1', {conid}, '{date}', 'USD', 1, {price}, {quantity}, {amount}, '{kind}', 'Example Inc');"
    )
}

#[tokio::test]
async fn interactive_brokers_positions_and_transactions_come_along() {
    let rows = [
        position(265598, "AAPL", "11", "200, 2200, 'USD', 150, 150, 'STK', 'NASDAQ', 'us', 'APPLE INC', 'Technology', 'AAPL', 'COMMON'"),
        position(756733, "SPY", "2", "500, 1000, 'USD', 400, 400, 'STK', 'ARCA', 'US', 'SPDR S&P 500', NULL, 'SPY', 'ETF'"),
        ibkr("265598_1", "2024-05-02 00:00:00", "Buy", ("5", "160", "800")),
        ibkr("265598_2", "2024-05-03 00:00:00", "Sell", ("-1", "170", "170")),
        ibkr("265598_3", "2024-05-10 00:00:00", "Dividend Payment", ("0", "0", "2.5")),
        ibkr("265598_4", "2024-05-10 00:00:00", "Withholding Tax", ("0", "0", "-0.4")),
        ibkr("4444_5", "2024-05-11 13:30:00", "Pigeon", ("3", "1", "-3")),
        "INSERT INTO broker_sync_log (broker_name, synced_at, success) VALUES ('ibkr', '2024-05-20 20:00:00', 1), ('ibkr', '2024-05-21 20:00:00', 0);".to_owned(),
    ];
    let brought = Brought::of(&rows.concat()).await;
    assert_eq!(
        brought.transactions().await,
        [
            // Units that only the position tells: 11 less the 4 of the rows.
            "2024-05-01 transfer-in AAPL 7  0",
            "2024-05-02 buy AAPL 5 -800 0",
            "2024-05-03 sell AAPL -1 170 0",
            "2024-05-11T13:30:00+00:00 other  3 -3 0",
            "2024-05-19 transfer-in SPY 2  0",
        ]
    );
    assert_eq!(
        brought.movements().await,
        ["2024-05-10 dividend 2.5 USD", "2024-05-10 withholding-tax -0.4 USD"]
    );
    // The purchase is stored without its sign, which the sum over the old column shows.
    assert_eq!(brought.sums(), ["interactive-brokers changes of cash USD: 969.1 -630.9"]);
    let holdings = brought.holdings().await;
    assert_eq!(holdings["AAPL"].0, "11");
    assert_eq!(holdings["AAPL"].2.as_deref(), Some("2200.00"));
    assert_eq!(
        holdings["SPY"],
        ("2".to_owned(), Some("400".to_owned()), Some("1000.00".to_owned()))
    );
    let remarks = brought.report.remarks.join("\n");
    assert!(remarks.contains("7 of `conid:265598`, 2 of `conid:756733`"), "{remarks}");
    assert!(remarks.contains("no deposits and no balance"), "{remarks}");
    assert_eq!(brought.table("ibkr_positions"), (2, 2, String::new()));
    let told = "they tell when the old system spoke with brokers, and no figure";
    assert_eq!(brought.table("broker_sync_log"), (2, 0, told.to_owned()));
    let account = &brought.test.app.accounts().await.unwrap()[0];
    assert_eq!(account.plugin.as_str(), "interactive-brokers");
}

#[tokio::test]
async fn positions_of_an_unknown_day_are_left_out_and_said_so() {
    let rows =
        position(1, "X", "1", "1, 1, 'USD', 1, 1, 'STK', NULL, NULL, NULL, NULL, 'X', 'COMMON'");
    let brought = Brought::of(&rows).await;
    let told = brought.table("ibkr_positions");
    assert_eq!((told.0, told.1), (1, 0));
    assert!(told.2.starts_with("nothing tells of which day they are"), "{}", told.2);
    assert!(brought.report.imports.is_empty());
}

fn order(id: &str, symbol: &str, side: &str, (filled, price): (&str, &str), at: &str) -> String {
    format!(
        "INSERT INTO alpaca_order (order_id, symbol, qty, filled_qty, filled_avg_price, side, submitted_at, filled_at) \
         VALUES ('{id}', '{symbol}', {filled}, {filled}, {price}, '{side}', '{at}', '{at}');"
    )
}

fn activity(id: &str, kind: &str, symbol: &str, amount: &str, date: &str) -> String {
    format!(
        "INSERT INTO alpaca_activity (activity_id, activity_type, symbol, net_amount, activity_date, description) \
         VALUES ('{id}', '{kind}', {symbol}, {amount}, '{date}', '{kind} of a test');"
    )
}

#[tokio::test]
async fn alpacas_orders_activities_and_positions_come_along_with_yahoos_splits() {
    let rows = [
        order("o1", "AAPL", "buy", ("10", "400"), "2020-08-03 14:30:00"),
        order("o2", "AAPL", "sell", ("5", "120"), "2020-09-01 14:30:00.25"),
        order("o3", "QQQ", "buy", ("2", "300.125"), "2020-09-02 14:30:00"),
        order("o4", "TSLA", "buy", ("0", "NULL"), "2020-09-03 14:30:00"),
        activity("a1", "CSD", "NULL", "5000", "2020-08-01"),
        activity("a2", "DIV", "'AAPL'", "8.2", "2020-08-13"),
        activity("a3", "DIVNRA", "'AAPL'", "-1.23", "2020-08-13"),
        activity("a4", "FILL", "'AAPL'", "NULL", "2020-08-03"),
        activity("a5", "CSW", "NULL", "-100", "2020-10-01"),
        activity("a6", "PIGEON", "NULL", "-1", "2020-10-02"),
        "INSERT INTO alpaca_position (symbol, qty, avg_entry_price, market_value, current_price, cost_basis, synced_at) VALUES \
         ('AAPL', 35, 100, 4200, 120, 3500, '2020-12-01 20:00:00'), ('QQQ', 2, 300.125, 610, 305, 600.25, '2020-12-01 20:00:00');".to_owned(),
        "INSERT INTO yfinance_stock_splits (symbol, data) VALUES ('AAPL', '[{\"date\": \"2014-06-09T00:00:00-04:00\", \"split_ratio\": 7.0}, {\"date\": \"2020-08-31T00:00:00-04:00\", \"split_ratio\": 4.0}]'), ('GE', '[]');".to_owned(),
        "INSERT INTO yfinance_ticker_info (symbol, data) VALUES \
         ('AAPL', '{\"quoteType\": \"EQUITY\", \"currency\": \"USD\", \"sector\": \"Technology\", \"country\": \"United States\"}'), \
         ('QQQ', '{\"quoteType\": \"ETF\", \"currency\": \"USD\"}');".to_owned(),
    ];
    let brought = Brought::of(&rows.concat()).await;
    assert_eq!(
        brought.transactions().await,
        [
            "2020-08-03T14:30:00+00:00 buy AAPL 10 -4000 0",
            "2020-08-31 split AAPL 30  0",
            "2020-09-01T14:30:00.25+00:00 sell AAPL -5 600 0",
            "2020-09-02T14:30:00+00:00 buy QQQ 2 -600.25 0",
        ]
    );
    assert_eq!(
        brought.movements().await,
        [
            "2020-08-01 deposit 5000 USD",
            "2020-08-13 dividend 8.2 USD",
            "2020-08-13 withholding-tax -1.23 USD",
            "2020-10-01 withdrawal -100 USD",
            "2020-10-02 other -1 USD",
        ]
    );
    assert_eq!(brought.sums(), ["alpaca changes of cash USD: 905.72 905.72"]);
    assert_eq!(brought.table("alpaca_order"), (4, 3, "1 were never filled".to_owned()));
    let told = "1 are fills, which the orders tell";
    assert_eq!(brought.table("alpaca_activity"), (6, 5, told.to_owned()));
    let rest = "1 are of splits that the broker's own rows tell, or of what wasn't held then";
    assert_eq!(brought.table("yfinance_stock_splits"), (2, 1, rest.to_owned()));
    assert_eq!(brought.table("yfinance_ticker_info").1, 1);
    let portfolio = brought.test.app.portfolio(&Query::default()).await.unwrap();
    let apple = portfolio.holdings.iter().find(|row| row.quantity == "35").unwrap();
    assert_eq!(apple.average_cost.as_deref(), Some("100"));
    let groups = brought.test.app.diversification(&Query::default()).await.unwrap().groups;
    for group in ["Technology", "US"] {
        assert!(groups.iter().any(|row| row.group == group), "{group}");
    }
    let fund = portfolio.holdings.iter().find(|row| row.quantity == "2").unwrap();
    assert_eq!(fund.asset_class.to_string(), "etf");
}

#[tokio::test]
async fn each_account_is_called_as_the_user_wants() {
    let old = Old::with(&bitvavo(
        "d1",
        "2024-03-01 08:00:00",
        "deposit",
        "NULL, NULL, NULL, NULL, 'EUR', 1000, NULL, NULL",
    ))
    .await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let named = |broker: &str, name: &str| -> AccountNames {
        [(Some(broker.to_owned()), name.parse().unwrap())].into_iter().collect()
    };
    let wrong = test.app.migrate_python(&old.path(), named("bitfavo", "mine"), Mode::Store).await;
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.to_string(), "the Python system knows no broker `bitfavo`");
    assert_eq!(wrong.hint().as_deref(), Some("there is degiro, bitvavo, ibkr, alpaca"));
    test.app.migrate_python(&old.path(), named("bitvavo", "coins"), Mode::Store).await.unwrap();
    let accounts = test.app.accounts().await.unwrap();
    assert_eq!(accounts.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["coins"]);
}

#[tokio::test]
async fn a_row_of_any_broker_that_can_not_be_read_stores_nothing_of_any() {
    let good = bitvavo(
        "d1",
        "2024-03-01 08:00:00",
        "deposit",
        "NULL, NULL, NULL, NULL, 'EUR', 1000, NULL, NULL",
    );
    let bad = order("o1", "AAPL", "borrow", ("1", "1"), "2020-08-03 14:30:00");
    let old = Old::with(&format!("{YOUNGER} {good} {bad}")).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let error = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "row order_id o1 of table `alpaca_order` can't be read: `side` is no `buy` and no `sell`"
    );
    assert_eq!(test.app.accounts().await.unwrap(), []);
}
