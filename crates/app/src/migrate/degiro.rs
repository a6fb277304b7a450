//! DEGIRO's tables of the old database, as facts.

mod cash;
mod income;
mod prices;
mod products;
mod reading;
mod trades;
mod words;

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use stonks_core::fact::{Fact, Identity, Located, Location, Note};
use stonks_plugin::digest::hex;

use super::database::{OldDatabase, OldRow, OldTable};
use super::{MigrationError, Sums, TableReport, Told};
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
};
const PROFILES: OldTable =
    OldTable { name: "degiro_companyprofile", columns: &["isin", "data"], order: "isin" };
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
};
const QUOTATIONS: OldTable = OldTable {
    name: "degiro_productquotation",
    columns: &["id", "interval", "last_import", "quotations"],
    order: "id",
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
};

/// Reads all of DEGIRO's tables.
pub(super) async fn read(old: &mut OldDatabase) -> Result<Told, MigrationError> {
    // All tables before the first fact: a half migrated database is told at once.
    let (products, profiles) = (old.rows(&PRODUCTS).await?, old.rows(&PROFILES).await?);
    let (trades, cash) = (old.rows(&TRADES).await?, old.rows(&CASH).await?);
    let quotations = old.rows(&QUOTATIONS).await?;
    let (payments, agenda) = (old.rows(&PAYMENTS).await?, old.rows(&AGENDA).await?);
    let mut teller = Teller::default();
    let mut products = Products::read(&products, &profiles, &mut teller)?;
    let trades = trades::read(&trades, &mut products, &mut teller)?;
    cash::tell(&cash, trades, &mut products, &mut teller)?;
    prices::tell(&quotations, &mut products, &mut teller)?;
    income::tell(&payments, &agenda, &mut products, &mut teller)?;
    products.report(&mut teller);
    let Teller { mut told, sums, .. } = teller;
    told.sums = sums.told();
    Ok(told)
}

/// What is told so far.
#[derive(Default)]
struct Teller {
    told: Told,
    n_lines: u32,
    seen: HashMap<String, u32>,
    sums: Sums,
}

impl Teller {
    /// Keeps the row as a line of what was delivered, for whoever asks where a fact comes from.
    fn row(&mut self, row: &OldRow, key: &str) -> Location {
        let values = serde_json::Value::Object(row.values.clone());
        self.told.rows.push_str(&format!("{} {values}\n", row.table));
        self.n_lines += 1;
        let path = format!("{} {key}", row.table);
        Location { line: Some(self.n_lines), path: Some(path.into()) }
    }

    fn tell(&mut self, fact: Fact, location: Location) {
        self.told.facts.push(Located { fact, location });
    }

    /// One remark in the report, and one note that stays with the account.
    fn remark(&mut self, name: &str, reason: &str, text: String) -> Result<(), MigrationError> {
        self.told.remarks.push(format!("{reason}: {text}"));
        let identity = identity(&format!("python-migration:{name}"))?;
        let note =
            Note { identity, broker_account: None, at: None, reason: reason.to_owned(), text };
        self.tell(Fact::Note(note), Location::default());
        Ok(())
    }

    fn table(&mut self, table: &OldTable, rows: usize, told: usize, left_out: Vec<String>) {
        let table = table.name.to_owned();
        self.told.tables.push(TableReport { table, rows, told, left_out });
    }

    /// The identity that DEGIRO's plugin gives to the same content in an export, so that both are one
    /// fact: 128 bits of SHA-256 over the parts with their lengths, numbered among equals.
    fn identity(&mut self, prefix: &str, parts: &[&str]) -> Result<Identity, MigrationError> {
        let mut hash = Sha256::new();
        for part in [prefix].iter().chain(parts) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let short = format!("{prefix}:{}", hex(&hash.finalize()[..16]));
        let count = self.seen.entry(short.clone()).or_default();
        *count += 1;
        identity(&if *count == 1 { short } else { format!("{short}:{count}") })
    }
}

fn identity(text: &str) -> Result<Identity, MigrationError> {
    text.parse().map_err(|error| MigrationError::Storage(anyhow::Error::new(error)))
}
