//! DEGIRO's tables of the old database, as facts.

mod cash;
mod income;
mod prices;
mod products;
mod trades;
mod words;

use super::MigrationError;
use super::brokers::DEGIRO;
use super::database::{OldDatabase, OldTable};
use super::teller::{Teller, Told, identity};
use products::Products;

const PRODUCTS: OldTable = OldTable {
    name: "degiro_productinfo",
    columns: &[
        "id",
        "name",
        "isin",
        "symbol",
        "contract_size",
        "product_type",
        "tradable",
        "category",
        "currency",
        "exchange_id",
        "vwd_id",
    ],
    order: "id",
    since: None,
};
const PROFILES: OldTable = OldTable {
    name: "degiro_companyprofile",
    columns: &["isin", "data"],
    order: "isin",
    since: None,
};
const TRADES: OldTable = OldTable {
    name: "degiro_transactions",
    columns: &[
        "id",
        "product_id",
        "date",
        "buysell",
        "price",
        "quantity",
        "total",
        "fx_rate",
        "auto_fx_fee_in_base_currency",
        "total_in_base_currency",
        "fee_in_base_currency",
        "total_fees_in_base_currency",
        "total_plus_fee_in_base_currency",
        "total_plus_all_fees_in_base_currency",
        "transaction_type_id",
        "trading_venue",
    ],
    order: "date, id",
    since: None,
};
// Not its `exchange_rate`: the old importer took every `.0` out of it, so that 1.0812 became 1812.
const CASH: OldTable = OldTable {
    name: "degiro_cashmovements",
    columns: &[
        "id",
        "date",
        "value_date",
        "description",
        "currency",
        "type",
        "balance_unsettled_cash",
        "balance_flatex_cash",
        "balance_cash_fund",
        "balance_total",
        "product_id",
        "change",
        "order_id",
    ],
    order: "date, id",
    since: None,
};
const QUOTATIONS: OldTable = OldTable {
    name: "degiro_productquotation",
    columns: &["id", "interval", "last_import", "quotations"],
    order: "id",
    since: None,
};
const PAYMENTS: OldTable = OldTable {
    name: "degiro_upcomingpayments",
    columns: &[
        "id",
        "ca_id",
        "product",
        "description",
        "currency",
        "amount",
        "amount_in_base_curr",
        "pay_date",
    ],
    order: "id",
    since: None,
};
const AGENDA: OldTable = OldTable {
    name: "degiro_agendadividend",
    columns: &[
        "event_id",
        "isin",
        "organization_name",
        "event_type",
        "ex_dividend_date",
        "payment_date",
        "dividend",
        "currency",
    ],
    order: "event_id",
    since: None,
};

/// Reads all of DEGIRO's tables.
pub(super) async fn read(old: &mut OldDatabase) -> Result<Told, MigrationError> {
    // All tables before the first fact: a half migrated database is told at once.
    let (products, profiles) = (old.rows(&PRODUCTS).await?, old.rows(&PROFILES).await?);
    let (trades, cash) = (old.rows(&TRADES).await?, old.rows(&CASH).await?);
    let quotations = old.rows(&QUOTATIONS).await?;
    let (payments, agenda) = (old.rows(&PAYMENTS).await?, old.rows(&AGENDA).await?);
    let mut teller = Teller::new(&DEGIRO);
    let mut products = Products::read(&products, &profiles, &mut teller)?;
    let trades = trades::read(&trades, &mut products, &mut teller)?;
    cash::tell(&cash, trades, &mut products, &mut teller)?;
    prices::tell(&quotations, &mut products, &mut teller)?;
    income::tell(&payments, &agenda, &mut products, &mut teller)?;
    products.report(&mut teller);
    Ok(teller.finish())
}
