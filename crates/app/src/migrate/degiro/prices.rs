//! Quotations: prices of products, and the euro's rate in dollars.
//!
//! Product 705366 is the euro in dollars. Every figure in dollars that the old system showed rests on
//! its quotations, so that they are told as rates: on each weekday that they cover they stand in place of
//! the ECB's, and base values come out as they were. Before and behind them, and for all other
//! currencies, the ECB's rates hold. No other product is taken for a rate.

use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;
use serde_json::Value;
use stonks_core::fact::{Fact, Location};
use stonks_core::fx::FxRate;
use stonks_core::instrument::AssetClass;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::quotes::Quote;

use super::super::MigrationError;
use super::super::database::OldRow;
use super::products::{EURO_IN_DOLLARS, Products};
use super::reading::{Fields, exact};
use super::{QUOTATIONS, Teller, identity};

pub(super) fn tell(
    rows: &[OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut left_out = Vec::new();
    for row in rows {
        let id = row.text("id").ok_or_else(|| row.bad("id", "number"))?;
        let days = days(row)?;
        let location = teller.row(row, &row.key());
        if id == EURO_IN_DOLLARS {
            rates(&days, &location, teller)?;
            continue;
        }
        let product = products.find(&id)?;
        let Some(currency) = product.currency.filter(|_| product.class != AssetClass::CurrencyPair)
        else {
            left_out.push(format!("product {id} has no price in a currency"));
            continue;
        };
        let instrument = product.instrument.clone();
        products.tell(&instrument, teller);
        for (date, price) in days {
            let quote = Quote {
                identity: identity(&format!("degiro:quote:{id}:{date}"))?,
                instrument: instrument.clone(),
                at: Moment::day(date),
                price,
                currency,
            };
            teller.tell(Fact::Quote(quote), located(&location, date));
        }
    }
    teller.table(&QUOTATIONS, rows.len(), rows.len() - left_out.len(), left_out);
    Ok(())
}

fn located(row: &Location, date: Date) -> Location {
    let path = row.path.as_deref().unwrap_or_default();
    Location { line: row.line, path: Some(format!("{path} {date}").into()) }
}

fn rates(
    days: &[(Date, Decimal)],
    location: &Location,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let dollar = Currency::from_str("USD").map_err(anyhow::Error::from)?;
    for &(date, rate) in days {
        let rate = FxRate {
            identity: identity(&format!("degiro:rate:EUR:USD:{date}"))?,
            base: Currency::EUR,
            quote: dollar,
            date,
            rate,
        };
        teller.tell(Fact::FxRate(rate), located(location, date));
    }
    Ok(())
}

/// The days of a row's quotations in order, without weekends that repeat the day before: the old
/// importer filled its gaps, and the last price known holds anyway. Prices that are none are left out.
fn days(row: &OldRow) -> Result<Vec<(Date, Decimal)>, MigrationError> {
    let text = row.text("quotations").unwrap_or_else(|| "{}".to_owned());
    let told: serde_json::Map<String, Value> = serde_json::from_str(&text)
        .map_err(|_| row.bad("quotations", "object of days and prices"))?;
    let mut days = Vec::with_capacity(told.len());
    for (day, price) in &told {
        let date: Date = day.parse().map_err(|_| row.bad("quotations", "object of days"))?;
        let price = match price {
            Value::Number(number) => exact(&number.to_string()),
            Value::String(text) => exact(text),
            Value::Null => continue,
            _ => None,
        };
        let price = price.ok_or_else(|| row.bad("quotations", "object of prices"))?;
        if price > Decimal::ZERO {
            days.push((date, price));
        }
    }
    days.sort_by_key(|(date, _)| *date);
    let mut kept: Vec<(Date, Decimal)> = Vec::with_capacity(days.len());
    let mut last = None;
    for (date, price) in days {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !is_weekend || last != Some(price) {
            kept.push((date, price));
        }
        last = Some(price);
    }
    Ok(kept)
}
