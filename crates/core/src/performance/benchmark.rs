//! What the same money would have become elsewhere.

#![expect(clippy::float_arithmetic, reason = "the difference of two returns")]

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::series::{Day, Period, Series};
use crate::figure::{Figure, NoValue, Ratio, difference, product, quotient, sum};

/// A portfolio beside an index into which the same money went.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What the index itself returned, time-weighted.
    pub index: Ratio,
    /// What the portfolio returned, time-weighted.
    pub own: Ratio,
    /// Own less the index's.
    pub difference: Ratio,
    /// What the flows of the period would be worth in the index.
    pub value: Figure,
    /// Own value at the end less that.
    pub value_difference: Figure,
    /// The index's own money-weighted return for the same flows.
    pub money_weighted: Ratio,
}

impl Series {
    /// Puts the value with which a period begins, and its flows, into an index: what is put in buys
    /// at the price of the day before, what is taken out sells at that of its day, as flows count in
    /// the time-weighted return. `prices` are one a day at most, oldest first; the last one holds
    /// until the next.
    ///
    /// # Errors
    /// Where a flow or the value at the beginning isn't known, or there is no price.
    pub fn against(
        &self,
        prices: &[(Date, Decimal)],
        period: Period,
    ) -> Result<Comparison, NoValue> {
        let (before, days) = self.within(period)?;
        let price = |date: Date| {
            let behind = prices.partition_point(|(day, _)| *day <= date);
            let found = behind.checked_sub(1).and_then(|place| prices.get(place));
            let found = found.map(|(_, price)| *price).filter(|price| *price > Decimal::ZERO);
            found.ok_or(NoValue::NoPrice { instrument: "index".into(), date })
        };
        let mut units = Decimal::ZERO;
        let (mut worth, mut of_index) = (Vec::new(), Vec::new());
        let mut first = None;
        for (date, day) in days {
            let yesterday = price(date.yesterday().unwrap_or(date))?;
            let today = price(date)?;
            let put_in = match first {
                None => sum(before, day.inflow.clone()?)?,
                Some(_) => day.inflow.clone()?,
            };
            units = sum(units, quotient(put_in, yesterday)?)?;
            units = difference(units, quotient(day.outflow.clone()?, today)?)?;
            worth.push(Day {
                value: product(units, today),
                inflow: Ok(put_in),
                outflow: day.outflow.clone(),
            });
            let inflow = if first.is_none() { yesterday } else { Decimal::ZERO };
            of_index.push(Day { inflow: Ok(inflow), ..Day::quiet(Ok(today)) });
            first = first.or(Some(date));
        }
        let first = first.unwrap_or(period.through);
        let period = Period::new(first.yesterday().unwrap_or(first), period.through);
        let (worth, of_index) = (Self::new(first, worth), Self::new(first, of_index));
        let end = worth.last().unwrap_or(period.through);
        let (index, own) = (of_index.time_weighted(period), self.time_weighted(period));
        let value = worth.value(end);
        let both = |left: &Ratio, right: &Ratio| Ok(left.clone()? - right.clone()?);
        Ok(Comparison {
            difference: both(&own, &index),
            index,
            own,
            value_difference: difference(self.value(end)?, value.clone()?),
            value,
            money_weighted: worth.money_weighted(period),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_same_money_in_an_index() {
        let day = |day| date(2024, 1, day);
        let series = Series::carried(
            &[(day(2), 100.into()), (day(3), 220.into()), (day(4), 240.into())],
            &[(day(2), 100.into()), (day(3), 100.into())],
            day(4),
        );
        let prices =
            [(day(1), 10), (day(3), 20), (day(4), 30)].map(|(date, price)| (date, price.into()));
        let told = series.against(&prices, series.whole().unwrap()).unwrap();
        // 10 units, and 10 more at the price before the second: 20 units at 30.
        assert_eq!(told.value, Ok(600.into()));
        assert_eq!(told.value_difference, Ok((-360).into()));
        assert_eq!(told.index.map(|rate| format!("{rate:.4}")), Ok("2.0000".to_owned()));
        assert_eq!(told.own.map(|rate| format!("{rate:.4}")), Ok("0.2000".to_owned()));
        let before = prices[1..].to_vec();
        assert!(series.against(&before, series.whole().unwrap()).is_err());
    }
}
