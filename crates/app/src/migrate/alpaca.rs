//! Alpaca's tables of the old database, as facts.

mod activities;
mod orders;

use std::collections::HashSet;

use stonks_core::cash::Position;
use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::instrument::{AssetClass, Instrument};
use stonks_core::money::Money;

use super::MigrationError;
use super::brokers::ALPACA;
use super::database::{OldDatabase, OldRow, OldTable};
use super::openings::{self, Held};
use super::reading::Fields;
use super::splits;
use super::teller::{Teller, Told, identity, visible};
use super::yahoo::Yahoo;

/// The migration that made the three tables.
const SINCE: Option<&str> = Some("0011_alpaca");

const POSITIONS: OldTable = OldTable {
    name: "alpaca_position",
    columns: &[
        "symbol",
        "qty",
        "avg_entry_price",
        "market_value",
        "current_price",
        "cost_basis",
        "side",
        "currency",
        "synced_at",
    ],
    order: "symbol",
    since: SINCE,
};
const ORDERS: OldTable = OldTable {
    name: "alpaca_order",
    columns: &[
        "order_id",
        "symbol",
        "qty",
        "filled_qty",
        "filled_avg_price",
        "side",
        "order_type",
        "status",
        "submitted_at",
        "filled_at",
    ],
    order: "filled_at, submitted_at, id",
    since: SINCE,
};
const ACTIVITIES: OldTable = OldTable {
    name: "alpaca_activity",
    columns: &[
        "activity_id",
        "activity_type",
        "symbol",
        "qty",
        "price",
        "net_amount",
        "per_share_amount",
        "activity_date",
        "description",
    ],
    order: "activity_date, id",
    since: SINCE,
};

const CASH: &str = "changes of cash";

/// Reads all of Alpaca's tables; none of an older database, which has none.
pub(super) async fn read(
    old: &mut OldDatabase,
    yahoo: &mut Yahoo,
) -> Result<Option<Told>, MigrationError> {
    if !old.has(&POSITIONS) {
        return Ok(None);
    }
    let (positions, list) = (old.rows(&POSITIONS).await?, old.rows(&ORDERS).await?);
    let others = old.rows(&ACTIVITIES).await?;
    let mut teller = Teller::new(&ALPACA);
    let mut shares = Shares::default();
    orders::tell(&list, &mut shares, &mut teller)?;
    activities::tell(&others, &mut shares, &mut teller)?;
    yahoo.classify(&mut teller.told.facts);
    teller.sum_cash(CASH);
    tell_positions(&positions, &mut shares, yahoo, &mut teller)?;
    Ok(Some(teller.finish()))
}

/// Instruments by symbol, and which are told.
#[derive(Default)]
struct Shares(HashSet<String>);

impl Shares {
    /// Tells an instrument before it is named, once. Alpaca says nothing of it but its symbol; a coin's
    /// has a slash.
    fn tell(
        &mut self,
        symbol: &str,
        location: &Location,
        teller: &mut Teller,
    ) -> Result<Identity, MigrationError> {
        let identity = identity(&format!("symbol:{}", visible(symbol)))?;
        if self.0.insert(symbol.to_owned()) {
            let coin = symbol.split_once('/').map(|(coin, _)| coin);
            let class = if coin.is_some() { AssetClass::Crypto } else { AssetClass::Stock };
            let instrument = Instrument {
                identity: identity.clone(),
                asset_class: class,
                name: Some(symbol.to_owned()),
                symbol: Some(coin.unwrap_or(symbol).to_owned()),
                isin: None,
                market: None,
                currency: "USD".parse().ok(),
                multiplier: None,
                terms: None,
                sector: None,
                country: None,
                codes: vec![("alpaca".to_owned(), symbol.to_owned())],
            };
            teller.tell(Fact::Instrument(instrument), location.clone());
        }
        Ok(identity)
    }
}

fn tell_positions(
    rows: &[OldRow],
    shares: &mut Shares,
    yahoo: &mut Yahoo,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let location = teller.row(row, &row.key());
        let symbol = row.text("symbol").ok_or_else(|| row.bad("symbol", "text"))?;
        let instrument = shares.tell(&symbol, &location, teller)?;
        let date = row.time("synced_at")?.date();
        let currency = row.currency("currency")?;
        let is_short = row.text("side").is_some_and(|side| side.eq_ignore_ascii_case("short"));
        let quantity = row.needed("qty")?;
        let quantity = if is_short { -quantity.abs() } else { quantity };
        let price = row.decimal("current_price")?.filter(|price| !price.is_zero());
        let position = Position {
            identity: identity(&format!("position:{instrument}:{date}"))?,
            broker_account: None,
            instrument,
            date,
            quantity,
            price,
            price_currency: price.map(|_| currency),
            value: row.decimal("market_value")?.map(|value| Money::new(value, currency)),
            cost: row.decimal("cost_basis")?.map(|cost| Money::new(cost, currency)),
        };
        held.push(Held { position, average_price: row.decimal("avg_entry_price")?, location });
    }
    splits::tell(&held, yahoo, teller)?;
    openings::tell(held, teller)?;
    teller.table(&POSITIONS, rows.len(), rows.len(), Vec::new());
    Ok(())
}
