//! A row of the transactions, read.

use std::rc::Rc;

use stonks_plugin_sdk::{Decimal, PluginError};

use crate::currencies;
use crate::header::TransactionColumns;
use crate::numbers::{Evidence, Format, is_worth};
use crate::stamp::Stamp;
use crate::table::Row;

/// Quotients are rounded to so many places.
const QUOTIENT_PLACES: u32 = 12;

/// An amount and its currency.
pub(super) type Sum = (Decimal, Rc<str>);

/// Units, price and value, each where the row tells it.
type Units = (Option<Decimal>, Option<Decimal>, Option<Decimal>);

/// The numbers of a row.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) stamp: Stamp,
    pub(super) quantity: Decimal,
    pub(super) price: Option<Decimal>,
    pub(super) price_currency: Option<Rc<str>>,
    /// What the units came to, in the currency of the exchange.
    pub(super) local: Option<Sum>,
    /// Signed, and not zero.
    pub(super) auto_fx: Option<Sum>,
    pub(super) fee: Option<Sum>,
    pub(super) total: Option<Sum>,
    /// Units of the base currency for one of the local one, where they differ.
    pub(super) exchange_rate: Option<Decimal>,
}

impl Figures {
    pub(super) const fn is_free(&self) -> bool {
        self.auto_fx.is_none() && self.fee.is_none()
    }
}

/// Reads rows by their columns.
pub(super) struct Reader {
    columns: TransactionColumns,
    format: Format,
}

impl Reader {
    pub(super) fn new(columns: TransactionColumns, rows: &[Row]) -> Self {
        let mut evidence = Evidence::default();
        let amounts = [columns.value, columns.exchange_rate, columns.auto_fx, columns.fee];
        let amounts: Vec<usize> =
            [columns.quantity, columns.price, columns.local_value, columns.total]
                .into_iter()
                .chain(amounts.into_iter().flatten())
                .collect();
        for row in rows {
            for column in &amounts {
                evidence.see(row.field(*column));
            }
        }
        Self { format: evidence.format(columns.has_points), columns }
    }

    pub(super) fn product<'a>(&self, row: &'a Row) -> &'a str {
        row.field(self.columns.product)
    }

    pub(super) fn isin<'a>(&self, row: &'a Row) -> &'a str {
        row.field(self.columns.isin)
    }

    pub(super) fn venue<'a>(&self, row: &'a Row) -> Option<&'a str> {
        self.columns.venue.map(|column| row.field(column)).filter(|venue| !venue.is_empty())
    }

    /// The order's number stands under its title, or in a column behind it that has none.
    pub(super) fn order<'a>(&self, row: &'a Row) -> Option<&'a str> {
        let columns = self.columns.order.clone()?;
        row.fields().skip(columns.start).take(columns.len()).find(|field| !field.is_empty())
    }

    /// `Ok(None)` for a row without units.
    pub(super) fn read(&self, row: &Row) -> Result<Option<Figures>, PluginError> {
        let columns = &self.columns;
        row.must_have(columns.n_needed())?;
        let stamp = Stamp::field(row, columns.date, columns.time)?;
        let (quantity, price, local) = self.units(row)?;
        let (value, base) = (self.base(row, columns.value)?, self.base(row, Some(columns.total))?);
        let rate = columns.exchange_rate.map(|column| self.format.field(row, column));
        let rate = rate.transpose()?.flatten();
        let Some(quantity) = quantity.filter(|quantity| !quantity.is_zero()) else {
            return Ok(None);
        };
        let beside = |column: usize| currencies::code(row.field(column + 1));
        let local_currency = beside(columns.local_value).or_else(|| beside(columns.price));
        let local = local.zip(local_currency);
        let exchange_rate = match (&local, &base) {
            (Some((local, own)), Some((_, base))) if own != base => {
                exchange_rate(*local, value.map(|(value, _)| value), rate)
            }
            _ => None,
        };
        Ok(Some(Figures {
            stamp,
            quantity,
            price,
            price_currency: beside(columns.price).or_else(|| beside(columns.local_value)),
            local,
            auto_fx: self.base(row, columns.auto_fx)?.filter(|(amount, _)| !amount.is_zero()),
            fee: self.base(row, columns.fee)?.filter(|(amount, _)| !amount.is_zero()),
            total: base,
            exchange_rate,
        }))
    }

    /// Units, price and value; where one can be read in two ways, so that they agree.
    fn units(&self, row: &Row) -> Result<Units, PluginError> {
        let columns = &self.columns;
        let (quantity, price, local) = (
            self.format.field(row, columns.quantity)?,
            self.format.field(row, columns.price)?,
            self.format.field(row, columns.local_value)?,
        );
        let agrees = |quantity: Decimal, price: Decimal, local: Decimal| {
            is_worth(quantity.abs(), price, local)
        };
        if quantity
            .zip(price)
            .zip(local)
            .is_none_or(|((units, price), local)| agrees(units, price, local))
        {
            return Ok((quantity, price, local));
        }
        let readings = |column: usize| self.format.readings(row.field(column));
        for units in readings(columns.quantity) {
            for unit_price in readings(columns.price) {
                let value =
                    readings(columns.local_value).find(|value| agrees(units, unit_price, *value));
                if let Some(value) = value {
                    return Ok((Some(units), Some(unit_price), Some(value)));
                }
            }
        }
        Ok((quantity, price, local))
    }

    /// An amount in the base currency: that of the titles, or of the column behind.
    fn base(&self, row: &Row, column: Option<usize>) -> Result<Option<Sum>, PluginError> {
        let Some(column) = column else { return Ok(None) };
        let Some(amount) = self.format.field(row, column)? else { return Ok(None) };
        let told = self.columns.base_currency.as_deref().map(Rc::from);
        Ok(told
            .or_else(|| currencies::code(row.field(column + 1)))
            .map(|currency| (amount, currency)))
    }
}

/// Units of the base currency for one of the local one. DEGIRO prints the inverse, of pounds even where
/// the value is in pence; what both values tell decides.
fn exchange_rate(local: Decimal, value: Option<Decimal>, told: Option<Decimal>) -> Option<Decimal> {
    let told = told.filter(|told| *told > Decimal::ZERO);
    let inverse = told.and_then(|told| Decimal::ONE.checked_div(told));
    let real =
        value.and_then(|value| value.abs().checked_div(local.abs())).filter(|rate| !rate.is_zero());
    let Some(real) = real else { return inverse.and_then(rounded) };
    let is_real = |rate: &Decimal| {
        let off = rate.checked_sub(real).map(|off| off.abs());
        off.is_some_and(|off| off <= real / Decimal::from(50))
    };
    let hundredth =
        |rate: Option<Decimal>| rate.and_then(|rate| rate.checked_div(Decimal::ONE_HUNDRED));
    let candidates = [inverse, told, hundredth(inverse), hundredth(told)];
    rounded(candidates.into_iter().flatten().find(is_real).unwrap_or(real))
}

fn rounded(rate: Decimal) -> Option<Decimal> {
    Some(rate.round_dp(QUOTIENT_PLACES)).filter(|rate| !rate.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(local: &str, value: &str, told: &str, expected: Option<&str>) {
        let rate = exchange_rate(local.parse().unwrap(), value.parse().ok(), told.parse().ok());
        assert_eq!(rate.map(|rate| rate.normalize().to_string()).as_deref(), expected);
    }

    #[test]
    fn the_rate_is_turned_as_both_values_ask() {
        check("-11591.88", "-9910.62", "1.1696", Some("0.854993160055"));
        check("-528.99", "-484.55", "0.916", Some("0.916"));
        check("1984", "23.09", "0.8592", Some("0.011638733706"));
        check("100", "50", "7", Some("0.5"));
        check("100", "", "1.25", Some("0.8"));
        check("0", "0", "1.25", Some("0.8"));
        check("100", "0", "", None);
    }
}
