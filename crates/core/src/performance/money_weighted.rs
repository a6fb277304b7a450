//! Money-weighted return: the yearly rate at which what went in and what came out are worth the same.
//!
//! Source: Microsoft Excel's XIRR, XNPV, IRR, NPV and MIRR; a year is 365 days (Actual/365), and time
//! begins with the earliest flow.

#![expect(
    clippy::float_arithmetic,
    reason = "rates and powers of them; amounts come in as decimals"
)]

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::roots::{Equation, rate_of};
use super::series::{Period, Series, days_between};
use super::time_weighted::{YEAR, finite, float};
use crate::figure::{NoValue, Ratio, difference};

/// Money on a day, as an investor's pocket sees it: negative when it was invested, positive when it
/// came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    pub date: Date,
    pub amount: Decimal,
}

impl Flow {
    #[must_use]
    pub const fn new(date: Date, amount: Decimal) -> Self {
        Self { date, amount }
    }
}

/// Amounts with the years since the earliest of them.
fn timed(flows: &[Flow]) -> Result<Vec<(f64, f64)>, NoValue> {
    let first = flows.iter().map(|flow| flow.date).min().unwrap_or_default();
    let time =
        |flow: &Flow| Ok((f64::from(days_between(first, flow.date)) / YEAR, float(flow.amount)?));
    flows.iter().map(time).collect()
}

/// Amounts with their places: one period between each and the next.
fn periodic(amounts: &[Decimal]) -> Result<Vec<(f64, f64)>, NoValue> {
    let time = |(place, amount): (usize, &Decimal)| {
        Ok((f64::from(u32::try_from(place).unwrap_or(u32::MAX)), float(*amount)?))
    };
    amounts.iter().enumerate().map(time).collect()
}

/// The rate r for which Σ amount ÷ (1 + r)^(days ÷ 365) is zero.
///
/// # Errors
/// Where all flows go one way, or no rate solves.
pub fn xirr(flows: &[Flow]) -> Ratio {
    rate_of(&Equation::new(timed(flows)?))
}

/// Σ amount ÷ (1 + rate)^(days ÷ 365), the days counted from the earliest flow.
///
/// # Errors
/// A rate of −100 % or less, or a number out of range.
pub fn xnpv(rate: f64, flows: &[Flow]) -> Ratio {
    present_value(rate, timed(flows)?)
}

/// The rate per period of amounts that are a period apart.
///
/// # Errors
/// Where all flows go one way, or no rate solves.
pub fn irr(amounts: &[Decimal]) -> Ratio {
    rate_of(&Equation::new(periodic(amounts)?))
}

/// The net present value of amounts that are a period apart, the first of them now.
///
/// # Errors
/// A rate of −100 % or less, or a number out of range.
pub fn npv(rate: f64, amounts: &[Decimal]) -> Ratio {
    present_value(rate, periodic(amounts)?)
}

/// The modified rate: what is put in is financed at one rate, what comes back invested at another.
///
/// # Errors
/// Where all flows go one way, or a rate is −100 % or less.
pub fn mirr(amounts: &[Decimal], finance: f64, reinvestment: f64) -> Ratio {
    let flows = periodic(amounts)?;
    let n_periods = flows.last().map_or(0.0, |(place, _)| *place);
    let one_way = |is_in: bool| {
        flows
            .iter()
            .copied()
            .filter(move |(_, amount)| (*amount < 0.0) == is_in)
            .collect::<Vec<_>>()
    };
    let put_in = -present_value(finance, one_way(true))?;
    let came_back =
        present_value(reinvestment, one_way(false))? * (1.0 + reinvestment).powf(n_periods);
    if put_in <= 0.0 || came_back <= 0.0 {
        return Err(NoValue::OneWay);
    }
    finite((came_back / put_in).powf(1.0 / n_periods) - 1.0)
}

fn present_value(rate: f64, flows: Vec<(f64, f64)>) -> Ratio {
    if rate <= -1.0 {
        return Err(NoValue::OutOfRange);
    }
    finite(Equation::new(flows).at(rate))
}

impl Series {
    /// What went in and came out in a period, as an investor's pocket sees it: the value with which
    /// it begins is put in, the one with which it ends comes back.
    ///
    /// # Errors
    /// Where a flow, or the value at either end, isn't known.
    pub fn flows(&self, period: Period) -> Result<Vec<Flow>, NoValue> {
        let (before, days) = self.within(period)?;
        let mut flows = Vec::new();
        let mut begins = (!before.is_zero()).then_some(-before);
        let mut last = None;
        for (date, day) in days {
            if let Some(amount) = begins.take() {
                flows.push(Flow::new(date.yesterday().unwrap_or(date), amount));
            }
            // Money that is put in counts from the start of its day, so that it and what is taken
            // out on the same day are apart by nothing but their order.
            let net = difference(day.outflow.clone()?, day.inflow.clone()?)?;
            if !net.is_zero() {
                flows.push(Flow::new(date, net));
            }
            last = Some((date, day));
        }
        if let Some((date, day)) = last {
            let end = day.value.clone()?;
            if !end.is_zero() {
                flows.push(Flow::new(date, end));
            }
        }
        Ok(flows)
    }

    /// The money-weighted return of a period, as that of a year.
    ///
    /// # Errors
    /// As [`Self::flows`] and [`xirr`].
    pub fn money_weighted(&self, period: Period) -> Ratio {
        xirr(&self.flows(period)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn check(flows: &[(&str, i64)], expected: Result<&str, NoValue>) {
        let flows: Vec<Flow> = flows
            .iter()
            .map(|(day, amount)| Flow::new(day.parse().unwrap(), (*amount).into()))
            .collect();
        let told = xirr(&flows).map(|rate| format!("{rate:.9}"));
        assert_eq!(told, expected.map(str::to_owned));
    }

    #[test]
    fn the_example_of_excels_documentation() {
        let flows = [
            ("2008-01-01", -10000),
            ("2008-03-01", 2750),
            ("2008-10-30", 4250),
            ("2009-02-15", 3250),
            ("2009-04-01", 2750),
        ];
        check(&flows, Ok("0.373362534"));
        let flows: Vec<Flow> = flows
            .iter()
            .map(|(day, amount)| Flow::new(day.parse().unwrap(), (*amount).into()))
            .collect();
        assert_eq!(xnpv(0.09, &flows).map(|npv| format!("{npv:.6}")), Ok("2086.647602".to_owned()));
    }

    #[test]
    fn a_rate_near_a_total_loss_and_a_very_large_one_are_found() {
        check(&[("2020-03-05", -18480), ("2020-03-16", 13120)], Ok("-0.999988423"));
        check(&[("2024-01-01", -1), ("2024-07-01", 2)], Ok("3.015263050"));
        check(&[("2024-01-01", -100), ("2024-01-11", 150)], Ok("2675043.158290116"));
    }

    #[test]
    fn money_that_goes_one_way_has_no_rate_and_no_gain_has_rate_zero() {
        check(&[("2024-01-01", -100), ("2024-02-01", -100)], Err(NoValue::OneWay));
        check(&[], Err(NoValue::OneWay));
        check(&[("2024-01-01", 0)], Err(NoValue::OneWay));
        check(&[("2024-01-01", -100), ("2025-01-01", 100)], Ok("0.000000000"));
        check(&[("2024-01-01", -100), ("2024-01-01", 110)], Err(NoValue::NoRoot));
    }

    #[test]
    fn what_a_period_begins_with_is_put_in_and_what_it_ends_with_comes_back() {
        let days = [(date(2024, 1, 1), 100), (date(2025, 1, 1), 110), (date(2026, 1, 1), 121)];
        let values = days.map(|(date, value)| (date, value.into()));
        let put_in = [(date(2024, 1, 1), 100.into())];
        let series = Series::carried(&values, &put_in, date(2026, 1, 1));
        let year = Period::new(date(2025, 1, 1), date(2026, 1, 1));
        let flows = [(date(2025, 1, 1), -110), (date(2026, 1, 1), 121)];
        let flows = flows.map(|(date, amount)| Flow::new(date, amount.into()));
        assert_eq!(series.flows(year), Ok(flows.to_vec()));
        assert!((series.money_weighted(year).unwrap() - 0.1).abs() < 1e-9);
    }

    #[test]
    fn the_modified_rate_of_excels_documentation() {
        let amounts = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000].map(Decimal::from);
        let shown = |told: Ratio| told.map(|rate| format!("{rate:.6}"));
        assert_eq!(shown(mirr(&amounts, 0.10, 0.12)), Ok("0.126094".to_owned()));
        assert_eq!(mirr(&amounts[1..], 0.10, 0.12), Err(NoValue::OneWay));
    }

    proptest! {
        #[test]
        fn at_its_rate_flows_are_worth_nothing(
            first in 1i64..100_000,
            later in prop::collection::vec((1i32..5000, -20_000i64..100_000), 1..30),
        ) {
            let start = date(2015, 1, 1);
            let mut flows = vec![Flow::new(start, (-first).into())];
            flows.extend(later.iter().map(|&(days, amount)| {
                Flow::new(start.checked_add(jiff::Span::new().days(days)).unwrap(), amount.into())
            }));
            if let Ok(rate) = xirr(&flows) {
                let weight: f64 = timed(&flows).unwrap().iter()
                    .map(|(time, amount)| amount.abs() * (1.0 + rate).powf(-time)).sum();
                prop_assert!(xnpv(rate, &flows).unwrap().abs() <= weight * 1e-9);
            }
        }

        #[test]
        fn the_scale_of_amounts_changes_no_rate(
            later in prop::collection::vec((1i32..2000, -2000i64..10_000), 1..10),
        ) {
            let start = date(2015, 1, 1);
            let scaled = |scale: i64| {
                let mut flows = vec![Flow::new(start, Decimal::from(-5000 * scale))];
                flows.extend(later.iter().map(|&(days, amount)| {
                    let date = start.checked_add(jiff::Span::new().days(days)).unwrap();
                    Flow::new(date, Decimal::from(amount * scale))
                }));
                xirr(&flows)
            };
            match (scaled(1), scaled(1000)) {
                (Ok(one), Ok(other)) => prop_assert!((one - other).abs() <= 1e-8 * (1.0 + one.abs())),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
