//! Instruments: what a row says of the security, contract or coin that it is about.

mod catalogue;
mod class;

use stonks_plugin_sdk::isin::is_valid;
use stonks_plugin_sdk::{AssetClass, Decimal};

use crate::number::{number, product};
use crate::row::Row;
pub(crate) use catalogue::Catalogue;
use class::class;

/// Bonds and bills are quoted in per cent of their face value, and their units are of face value.
const PER_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The broker's contract number, or else the first code that the row tells.
pub(crate) fn identity(row: &Row<'_>) -> Option<String> {
    if let Some(conid) = row.id(&["conid"]) {
        return Some(format!("conid:{}", visible(conid)));
    }
    if let Some(isin) = isin(row) {
        return Some(format!("isin:{isin}"));
    }
    row.get("symbol").map(|symbol| format!("symbol:{}", visible(symbol)))
}

/// As part of an identity: short, visible ASCII.
fn visible(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let seen = words.join("_");
    seen.chars().take(100).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

fn isin<'a>(row: &'a Row<'_>) -> Option<&'a str> {
    let security_id =
        || row.get("securityID").filter(|_| row.get("securityIDType") == Some("ISIN"));
    row.get("isin")
        .filter(|isin| is_valid(isin))
        .or_else(|| security_id().filter(|id| is_valid(id)))
}

/// The class of the row's instrument.
pub(crate) fn class_of(row: &Row<'_>) -> AssetClass {
    class(row.get("assetCategory").unwrap_or_default(), row.get("subCategory").unwrap_or_default())
}

/// Whether gains are settled in cash, so that a trade moves none but its costs.
pub(crate) fn is_margined(row: &Row<'_>) -> bool {
    let is_future_style = matches!(row.get("assetCategory"), Some("FSOPT" | "FSFOP"));
    is_future_style || matches!(class_of(row), AssetClass::Future | AssetClass::Cfd)
}

/// How many units of value one unit at a price of 1 is worth, as the row tells it.
fn told_multiplier(row: &Row<'_>) -> Option<Decimal> {
    row.get("multiplier").and_then(number).filter(|told| *told > Decimal::ZERO)
}

/// The multiplier of a bond, if the row tells price, units and value: its price may be one of money.
fn checked_multiplier(row: &Row<'_>) -> Option<Decimal> {
    let read = |names: &[&str]| row.first(names).and_then(|(_, text)| number(text));
    let told = told_multiplier(row).unwrap_or(Decimal::ONE);
    let price = read(&["tradePrice", "price", "markPrice"])?;
    let units = read(&["quantity", "position"])?;
    let value = read(&["proceeds", "positionValue", "tradeMoney"])?;
    let ratio = value.checked_div(product(product(units, price)?, told)?)?;
    let is_money = ratio.abs() > Decimal::new(5, 1);
    if is_money { Some(told) } else { told.checked_mul(PER_CENT) }
}
