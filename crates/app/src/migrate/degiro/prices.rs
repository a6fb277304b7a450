//! Quotations: prices of products, and the euro's rate in dollars.
//!
//! Product 705366 is the euro in dollars. Every figure in dollars that the old system showed rests on
//! its quotations, so that they are told as rates: on each weekday that they cover they stand in place of
//! the ECB's, and base values come out as they were. Before and behind them, and for all other
//! currencies, the ECB's rates hold. No other product is taken for a rate.

use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::fact::{Fact, Location};
use stonks_core::fx::FxRate;
use stonks_core::instrument::AssetClass;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::quotes::Quote;

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::{Fields, quotations};
use super::products::{EURO_IN_DOLLARS, Products};
use super::{QUOTATIONS, Teller, identity};

pub(super) fn tell(
    rows: &[OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut left_out = Vec::new();
    for row in rows {
        let id = row.text("id").ok_or_else(|| row.bad("id", "number"))?;
        let days = quotations(row)?;
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
