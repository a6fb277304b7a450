//! Orders that were filled, as purchases and sales in dollars.

use rust_decimal::Decimal;
use stonks_core::fact::Fact;
use stonks_core::money::{Currency, Money};
use stonks_core::transaction::{Transaction, TransactionKind};

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::Fields;
use super::super::teller::{Teller, identity, visible};
use super::{CASH, ORDERS, Shares};

pub(super) fn tell(
    rows: &[OldRow],
    shares: &mut Shares,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut n_unfilled = 0;
    for row in rows {
        let location = teller.row(row, &row.key());
        let filled = row.decimal("filled_qty")?.unwrap_or_default().abs();
        if filled.is_zero() {
            n_unfilled += 1;
            continue;
        }
        let symbol = row.text("symbol").ok_or_else(|| row.bad("symbol", "text"))?;
        let instrument = shares.tell(&symbol, &location, teller)?;
        let price = row.needed("filled_avg_price")?;
        let at = if row.text("filled_at").is_some() { "filled_at" } else { "submitted_at" };
        let side = row.text("side").unwrap_or_default().to_lowercase();
        let (kind, quantity) = match side.as_str() {
            "buy" => (TransactionKind::Buy, filled),
            "sell" | "sell_short" => (TransactionKind::Sell, -filled),
            _ => return Err(row.bad("side", "`buy` and no `sell`")),
        };
        let worth =
            quantity.checked_mul(price).ok_or_else(|| row.bad("filled_avg_price", "price"))?;
        let dollar = dollar()?;
        teller.sums.add_old(CASH, dollar, Decimal::ZERO.saturating_sub(worth));
        let id = row.text("order_id").ok_or_else(|| row.bad("order_id", "text"))?;
        let transaction = Transaction {
            identity: identity(&format!("alpaca:order:{}", visible(&id)))?,
            broker_account: None,
            instrument,
            kind,
            at: row.time(at)?.moment(),
            settlement_date: None,
            quantity,
            price: Some(price),
            price_currency: Some(dollar),
            amount: Some(Money::new(-worth, dollar)),
            accrued: None,
            fees: Vec::new(),
            settled: None,
            exchange_rate: None,
            order: Some(id),
            group: None,
            venue: None,
            description: row.text("order_type").map(|kind| format!("{kind} order")),
        };
        teller.tell(Fact::Transaction(transaction), location);
    }
    let left_out = (n_unfilled > 0).then(|| format!("{n_unfilled} were never filled"));
    teller.table(&ORDERS, rows.len(), rows.len() - n_unfilled, left_out.into_iter().collect());
    Ok(())
}

/// In which Alpaca keeps its accounts.
pub(super) fn dollar() -> Result<Currency, MigrationError> {
    Ok("USD".parse().map_err(anyhow::Error::from)?)
}
