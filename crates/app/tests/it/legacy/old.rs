//! Databases of the Python system, written for these tests.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

/// The tables as they are at migration 0009, as far as they are read.
const TABLES: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), name varchar(255), applied datetime);
INSERT INTO django_migrations (app, name) VALUES ('stonks_overwatch', '0001_degiro'), ('stonks_overwatch', '0002_yfinance'), ('stonks_overwatch', '0003_ibkr'), ('stonks_overwatch', '0004_bitvavo'), ('stonks_overwatch', '0005_brokers_configuration'), ('stonks_overwatch', '0006_alter_degiro_crypto'), ('stonks_overwatch', '0007_reset_brokers_configuration'), ('stonks_overwatch', '0008_alter_ibkrposition_asset_class_and_more'), ('stonks_overwatch', '0009_globalconfiguration');
CREATE TABLE degiro_productinfo (id integer PRIMARY KEY, name varchar(200), isin varchar(25), symbol varchar(8), contract_size decimal DEFAULT 1, product_type varchar(25), tradable bool DEFAULT 1, category varchar(1) DEFAULT 'A', currency varchar(3), exchange_id varchar(4) DEFAULT '663', vwd_id varchar(32));
CREATE TABLE degiro_companyprofile (isin varchar(25) PRIMARY KEY, data text);
CREATE TABLE degiro_transactions (id integer PRIMARY KEY, product_id integer, date datetime, buysell varchar(1), price decimal, quantity decimal, total decimal, fx_rate decimal, auto_fx_fee_in_base_currency decimal DEFAULT 0, total_in_base_currency decimal, fee_in_base_currency decimal DEFAULT 0, total_fees_in_base_currency decimal DEFAULT 0, total_plus_fee_in_base_currency decimal, total_plus_all_fees_in_base_currency decimal, transaction_type_id integer DEFAULT 0, trading_venue varchar(5));
CREATE TABLE degiro_cashmovements (id integer PRIMARY KEY, date datetime, value_date datetime, description varchar(200), currency varchar(3), type varchar(200) DEFAULT 'CASH_TRANSACTION', balance_unsettled_cash varchar(200), balance_flatex_cash varchar(200), balance_cash_fund varchar(200), balance_total varchar(200), product_id varchar(20), change decimal, order_id varchar(200));
CREATE TABLE degiro_productquotation (id integer PRIMARY KEY, interval varchar(10) DEFAULT 'P1D', last_import datetime, quotations text);
CREATE TABLE degiro_upcomingpayments (id integer PRIMARY KEY, ca_id varchar(20), product varchar(200), description varchar(255), currency varchar(3), amount decimal, amount_in_base_curr decimal, pay_date date);
CREATE TABLE degiro_agendadividend (event_id bigint PRIMARY KEY, isin varchar(25), organization_name varchar(200), event_type varchar(32), ex_dividend_date datetime, payment_date datetime, dividend decimal, currency varchar(3));
CREATE TABLE yfinance_ticker_info (id integer PRIMARY KEY, symbol varchar(8), data text);
CREATE TABLE yfinance_stock_splits (id integer PRIMARY KEY, symbol varchar(8), data text);
CREATE TABLE bitvavo_balance (symbol varchar(25) PRIMARY KEY, available decimal);
CREATE TABLE bitvavo_assets (symbol varchar(25) PRIMARY KEY, name varchar(100), decimals integer DEFAULT 8);
CREATE TABLE bitvavo_transactions (id integer PRIMARY KEY, transaction_id varchar(50) UNIQUE, executed_at datetime, type varchar(20), price_currency varchar(10), price_amount decimal, sent_currency varchar(10), sent_amount decimal, received_currency varchar(10), received_amount decimal, fees_currency varchar(10), fees_amount decimal, address varchar(100));
CREATE TABLE bitvavo_productquotation (symbol varchar(25) PRIMARY KEY, interval varchar(10) DEFAULT '1d', last_import datetime, quotations text);
CREATE TABLE ibkr_positions (conid integer PRIMARY KEY, acct_id varchar(20), contract_desc varchar(8), position decimal, mkt_price decimal, mkt_value decimal, currency varchar(3), avg_cost decimal, avg_price decimal, asset_class varchar(20), listing_exchange varchar(20), country_code varchar(2), name varchar(200), sector varchar(200), ticker varchar(25), full_name varchar(25), type varchar(25));
CREATE TABLE ibkr_transactions (id varchar(20) PRIMARY KEY, acct_id varchar(20), conid integer, date datetime, cur varchar(3), fx_rate decimal, pr decimal, qty decimal, amt decimal, type varchar(200), [desc] varchar(200));
CREATE TABLE brokers_configuration (id integer PRIMARY KEY, broker_name varchar(64) UNIQUE, enabled bool, start_date date, update_frequency integer, credentials text);
CREATE TABLE global_configuration (id integer PRIMARY KEY, key varchar(64) UNIQUE, value text, updated_at datetime);
";

/// What the two youngest migrations added.
pub(crate) const YOUNGER: &str = "
INSERT INTO django_migrations (app, name) VALUES ('stonks_overwatch', '0010_brokersynclog'), ('stonks_overwatch', '0011_alpaca');
CREATE TABLE broker_sync_log (id integer PRIMARY KEY, broker_name varchar(50), synced_at datetime, success bool);
CREATE TABLE alpaca_position (symbol varchar(25) PRIMARY KEY, qty decimal, avg_entry_price decimal, market_value decimal, current_price decimal, unrealized_pl decimal, cost_basis decimal, side varchar(10) DEFAULT 'long', currency varchar(10) DEFAULT 'USD', synced_at datetime);
CREATE TABLE alpaca_order (id integer PRIMARY KEY, order_id varchar(50) UNIQUE, symbol varchar(25), qty decimal, filled_qty decimal, filled_avg_price decimal, side varchar(10), order_type varchar(20) DEFAULT 'market', status varchar(20) DEFAULT 'filled', submitted_at datetime, filled_at datetime);
CREATE TABLE alpaca_activity (id integer PRIMARY KEY, activity_id varchar(100) UNIQUE, activity_type varchar(20), symbol varchar(25), qty decimal, price decimal, net_amount decimal, per_share_amount decimal, activity_date date, description varchar(500));
";

/// An old data directory.
pub(crate) struct Old {
    pub(crate) folder: tempfile::TempDir,
}

impl Old {
    /// With these statements run over the empty tables.
    pub(crate) async fn with(statements: &str) -> Self {
        let old = Self { folder: tempfile::tempdir().unwrap() };
        let mut connection = connect(&old.path()).await;
        run(&mut connection, TABLES).await;
        run(&mut connection, statements).await;
        connection.close().await.unwrap();
        old
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("db.sqlite3")
    }
}

pub(crate) async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

pub(crate) async fn run(connection: &mut SqliteConnection, statements: &str) {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))).await.unwrap();
}

pub(crate) fn product(id: u32, name: &str, isin: &str, symbol: &str, currency: &str) -> String {
    format!(
        "INSERT INTO degiro_productinfo (id, name, isin, symbol, product_type, currency) \
         VALUES ({id}, '{name}', '{isin}', '{symbol}', 'STOCK', '{currency}');"
    )
}

/// A trade without fees, with the signs of a real account. `rate`: base currency for one unit.
pub(crate) fn trade(
    (id, product): (u32, u32),
    date: &str,
    quantity: i32,
    price: i32,
    rate: f64,
) -> String {
    let side = if quantity > 0 { 'B' } else { 'S' };
    let total = -quantity * price;
    let in_base = f64::from(total) * rate;
    format!(
        "INSERT INTO degiro_transactions (id, product_id, date, buysell, price, quantity, total, fx_rate, \
         total_in_base_currency, total_plus_fee_in_base_currency, total_plus_all_fees_in_base_currency) VALUES \
         ({id}, {product}, '{date}', '{side}', {price}, {quantity}, {total}, {rate}, {in_base}, {in_base}, {in_base});"
    )
}

pub(crate) fn cash(id: u32, date: &str, description: &str, currency: &str, change: i32) -> String {
    format!(
        "INSERT INTO degiro_cashmovements (id, date, value_date, description, currency, change) \
         VALUES ({id}, '{date}', '{date}', '{description}', '{currency}', {change});"
    )
}

pub(crate) fn quotations(id: u32, days: &str) -> String {
    format!("INSERT INTO degiro_productquotation (id, quotations) VALUES ({id}, '{days}');")
}
