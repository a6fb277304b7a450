//! Income to come: announced payments, and dividends from the calendar.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::{DividendStatus, UpcomingDividend};
use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::money::{Currency, Money};

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::Fields;
use super::products::Products;
use super::{AGENDA, PAYMENTS, Teller, identity};

pub(super) fn tell(
    payments: &[OldRow],
    agenda: &[OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    announced(payments, products, teller)?;
    forecast(agenda, products, teller)
}

/// A payment and the tax on it are two rows of one event: product, currency and day.
type Event = (Identity, Currency, Date);

/// Gross and tax of an event, and where it was read first.
type Sum = (Decimal, Decimal, Location);

fn announced(
    rows: &[OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut events: BTreeMap<Event, Sum> = BTreeMap::new();
    let mut left_out = Vec::new();
    for row in rows {
        let location = teller.row(row, &row.key());
        let name = row.text("product").unwrap_or_default();
        // The old table names the product, and nothing else of it.
        let Some(product) = products.by_name(&name) else {
            left_out.push(format!("{}: no product is called `{name}`", row.key()));
            continue;
        };
        let amount = row.needed("amount")?;
        let key = (product.instrument.clone(), row.currency("currency")?, row.date("pay_date")?);
        let sum = events.entry(key).or_insert((Decimal::ZERO, Decimal::ZERO, location));
        let part = if amount.is_sign_positive() { &mut sum.0 } else { &mut sum.1 };
        *part = part.saturating_add(amount);
    }
    for ((instrument, currency, pay_date), (gross, tax, location)) in events {
        products.tell(&instrument, teller);
        let dividend = UpcomingDividend {
            identity: identity(&format!("degiro:announced:{instrument}:{currency}:{pay_date}"))?,
            broker_account: None,
            instrument,
            status: DividendStatus::Announced,
            ex_date: None,
            pay_date: Some(pay_date),
            per_unit: None,
            gross: Some(Money::new(gross, currency)),
            withholding_tax: (!tax.is_zero()).then(|| Money::new(tax, currency)),
        };
        teller.tell(Fact::UpcomingDividend(dividend), location);
    }
    teller.table(&PAYMENTS, rows.len(), rows.len() - left_out.len(), left_out);
    Ok(())
}

fn forecast(
    rows: &[OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let mut left_out = Vec::new();
    for row in rows {
        let location = teller.row(row, &row.key());
        let isin = row.text("isin").unwrap_or_default();
        let Some(product) = products.by_isin(&isin) else {
            left_out.push(format!("{}: no product has ISIN `{isin}`", row.key()));
            continue;
        };
        let instrument = product.instrument.clone();
        products.tell(&instrument, teller);
        let per_unit = Money::new(row.needed("dividend")?, row.currency("currency")?);
        let dividend = UpcomingDividend {
            identity: identity(&format!("degiro:agenda:{}", row.key().replace(' ', "-")))?,
            broker_account: None,
            instrument,
            status: DividendStatus::Forecast,
            ex_date: Some(row.date("ex_dividend_date")?),
            pay_date: Some(row.date("payment_date")?),
            per_unit: Some(per_unit),
            gross: None,
            withholding_tax: None,
        };
        teller.tell(Fact::UpcomingDividend(dividend), location);
    }
    teller.table(&AGENDA, rows.len(), rows.len() - left_out.len(), left_out);
    Ok(())
}
