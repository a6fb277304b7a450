//! Exchange rates: the ECB's euro foreign exchange reference rates, and what follows from them.
//!
//! Source: European Central Bank, euro foreign exchange reference rates. A rate states how many
//! units of a currency one euro buys; other pairs are crossed through the euro. On a day without a
//! rate the last one before it holds, and its day is told. Currencies that became the euro have their
//! fixed rates from then on.

mod fixed;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::fact::Identity;
use crate::figure::{Figure, NoValue, Rate, product, quotient};
use crate::money::{Currency, Money};

/// Whether the currency has become the euro by `date`.
pub(crate) fn is_fixed(currency: Currency, date: Date) -> bool {
    fixed::fixed(currency, date).is_some()
}

/// Units of `quote` for one unit of `base`, as a plugin delivers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FxRate {
    pub identity: Identity,
    pub base: Currency,
    pub quote: Currency,
    pub date: Date,
    pub rate: Decimal,
}

/// An amount in another currency, and how old the rate behind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted {
    pub amount: Decimal,
    /// The day of the older of the rates that were used; none where none was needed.
    pub rate_day: Option<Date>,
}

/// Rates against the euro, by currency and day.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    by_currency: BTreeMap<Currency, Vec<(Date, Decimal)>>,
}

impl Rates {
    /// `rates` are units of the currency for one euro. A later one for the same currency and day
    /// replaces an earlier one; rates that are not positive are left out.
    pub fn new(rates: impl IntoIterator<Item = (Currency, Date, Decimal)>) -> Self {
        let mut by_currency: BTreeMap<Currency, Vec<(Date, Decimal)>> = BTreeMap::new();
        for (currency, date, rate) in rates {
            if rate > Decimal::ZERO {
                by_currency.entry(currency).or_default().push((date, rate));
            }
        }
        for series in by_currency.values_mut() {
            // Stable, so that of two rates for one day the later given comes last and is kept.
            series.sort_by_key(|(date, _)| *date);
            series.reverse();
            series.dedup_by_key(|(date, _)| *date);
            series.reverse();
        }
        Self { by_currency }
    }

    /// Units of `currency` that one euro buys, and the day that this rate was set.
    #[must_use]
    pub fn per_euro(&self, currency: Currency, date: Date) -> Option<(Decimal, Date)> {
        if currency == Currency::EUR {
            return Some((Decimal::ONE, date));
        }
        if let Some(rate) = fixed::fixed(currency, date) {
            return Some((rate, date));
        }
        let series = self.by_currency.get(&currency)?;
        let behind = series.partition_point(|(day, _)| *day <= date);
        let (day, rate) = series.get(behind.checked_sub(1)?)?;
        Some((*rate, *day))
    }

    /// The amount in another currency, unrounded.
    ///
    /// # Errors
    /// No rate on or before `date`, or a number out of range.
    pub fn convert(&self, money: Money, to: Currency, date: Date) -> Figure {
        if money.currency == to {
            return Ok(money.amount);
        }
        self.convert_dated(money, to, date).map(|converted| converted.amount)
    }

    /// The amount in another currency, unrounded, with the day of the rate.
    ///
    /// # Errors
    /// As [`Self::convert`].
    pub fn convert_dated(
        &self,
        money: Money,
        to: Currency,
        date: Date,
    ) -> Result<Converted, NoValue> {
        let from = money.in_major_unit();
        let (target, units) = to.major();
        if from.amount.is_zero() {
            return Ok(Converted { amount: Decimal::ZERO, rate_day: None });
        }
        if from.currency == target {
            return Ok(Converted { amount: product(from.amount, units)?, rate_day: None });
        }
        let rate = |currency| {
            self.per_euro(currency, date).ok_or_else(|| {
                let (from, to) = (from.currency, target);
                NoValue::NoRate(Box::new(Rate { from, to, date }))
            })
        };
        let ((of_target, target_day), (of_source, source_day)) =
            (rate(target)?, rate(from.currency)?);
        // Multiply first: the quotient is the only step that rounds.
        let converted = quotient(product(from.amount, of_target)?, of_source)?;
        Ok(Converted {
            amount: product(converted, units)?,
            rate_day: Some(target_day.min(source_day)),
        })
    }

    /// The last day for which there is any rate.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.by_currency.values().filter_map(|series| series.last()).map(|(date, _)| *date).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn rates() -> Rates {
        let usd: Currency = "USD".parse().unwrap();
        let gbp: Currency = "GBP".parse().unwrap();
        Rates::new([
            (usd, date(2024, 1, 5), "1.0921".parse().unwrap()),
            (usd, date(2024, 1, 8), "1.0950".parse().unwrap()),
            (gbp, date(2024, 1, 5), "0.86".parse().unwrap()),
        ])
    }

    fn check(amount: &str, from: &str, to: &str, day: Date, expected: Result<&str, &str>) {
        let money = Money::new(amount.parse().unwrap(), from.parse().unwrap());
        let converted = rates().convert(money, to.parse().unwrap(), day);
        let shown = converted.map(|amount| amount.round_dp(4).normalize().to_string());
        assert_eq!(
            shown.map_err(|reason| reason.to_string()),
            expected.map(str::to_owned).map_err(str::to_owned)
        );
    }

    #[test]
    fn a_weekend_takes_the_rate_of_friday() {
        check("109.21", "USD", "EUR", date(2024, 1, 7), Ok("100"));
        check("109.50", "USD", "EUR", date(2024, 1, 8), Ok("100"));
    }

    #[test]
    fn other_pairs_are_crossed_through_the_euro() {
        check("109.21", "USD", "GBP", date(2024, 1, 5), Ok("86"));
        check("8600", "GBX", "USD", date(2024, 1, 5), Ok("109.21"));
        check("1", "GBP", "GBX", date(2024, 1, 5), Ok("100"));
    }

    #[test]
    fn a_missing_rate_is_said_and_not_guessed() {
        let reason = "there is no exchange rate from USD to EUR on or before 2024-01-04";
        check("1", "USD", "EUR", date(2024, 1, 4), Err(reason));
        check("0", "USD", "EUR", date(2024, 1, 4), Ok("0"));
        check("5", "USD", "USD", date(1990, 1, 1), Ok("5"));
    }

    #[test]
    fn the_day_of_a_rate_is_told() {
        let of = |from: &str, to: &str, day| {
            let money = Money::new(Decimal::ONE, from.parse().unwrap());
            rates().convert_dated(money, to.parse().unwrap(), day).unwrap().rate_day
        };
        assert_eq!(of("USD", "EUR", date(2024, 1, 7)), Some(date(2024, 1, 5)));
        assert_eq!(of("USD", "GBP", date(2024, 1, 10)), Some(date(2024, 1, 5)));
        assert_eq!(of("GBX", "GBP", date(2024, 1, 10)), None);
    }

    #[test]
    fn currencies_that_became_the_euro_keep_their_fixed_rates() {
        check("195.583", "DEM", "EUR", date(2001, 6, 1), Ok("100"));
        check("193627", "ITL", "NLG", date(1999, 1, 1), Ok("220.371"));
        check("7.5345", "HRK", "USD", date(2024, 1, 5), Ok("1.0921"));
        check("1.95583", "BGN", "EUR", date(2026, 1, 1), Ok("1"));
        let reason = "there is no exchange rate from DEM to EUR on or before 1998-12-31";
        check("1", "DEM", "EUR", date(1998, 12, 31), Err(reason));
    }

    #[test]
    fn a_currency_without_any_rate_is_said() {
        let reason = "there is no exchange rate from XAU to EUR on or before 2024-01-05";
        check("1", "XAU", "EUR", date(2024, 1, 5), Err(reason));
    }

    #[test]
    fn the_later_given_rate_of_a_day_replaces_the_earlier() {
        let usd: Currency = "USD".parse().unwrap();
        let day = date(2024, 1, 5);
        let rates = Rates::new([
            (usd, day, Decimal::ONE),
            (usd, day, Decimal::TWO),
            (usd, day, Decimal::ZERO),
        ]);
        assert_eq!(rates.per_euro(usd, day), Some((Decimal::TWO, day)));
    }
}
