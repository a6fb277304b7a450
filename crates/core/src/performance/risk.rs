//! How much the value goes up and down: drawdown, volatility, semi-deviation, Sharpe ratio.

#![expect(clippy::float_arithmetic, reason = "ratios and their logarithms")]

use jiff::civil::{Date, Weekday};

use super::series::{Period, Series, days_between};
use super::time_weighted::{DayReturn, annualised, linked};
use crate::figure::{NoValue, Ratio};

/// Trading days of a year: the usual convention.
const TRADING_DAYS: f64 = 252.0;

/// The deepest fall from a peak of the accumulated return, and the longest time without a new peak.
///
/// Source: Portfolio Performance, maximum drawdown and its duration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawdown {
    /// (peak − trough) ÷ peak; 0 where the value never fell, 1 where nothing is left.
    pub depth: f64,
    pub peak: Date,
    pub trough: Date,
    /// The day on which the peak was reached again; none while it isn't.
    pub recovered: Option<Date>,
    /// The longest time from one peak to a higher one, or to the end.
    pub longest: Period,
    /// The longest time from the lowest point behind a peak to a higher peak, or to the end.
    pub longest_recovery: Period,
}

impl Drawdown {
    /// Of growth by day: what one unit of money became, and so 1 where nothing was gained. None
    /// without a day.
    #[must_use]
    pub fn of(growth: &[(Date, f64)]) -> Option<Self> {
        let &(first, start) = growth.first()?;
        let (mut peak, mut peak_value) = (first, start);
        let mut deepest = Self {
            depth: 0.0,
            peak: first,
            trough: first,
            recovered: None,
            longest: Period::new(first, first),
            longest_recovery: Period::new(first, first),
        };
        let mut deepest_peak = start;
        let (mut bottom, mut bottom_value) = (first, start);
        for &(date, value) in growth {
            let under = Period::new(peak, date);
            if under.n_days() > deepest.longest.n_days() {
                deepest.longest = under;
            }
            let is_lower = value < bottom_value;
            let recovering = Period::new(if is_lower { date } else { bottom }, date);
            if recovering.n_days() > deepest.longest_recovery.n_days() {
                deepest.longest_recovery = recovering;
            }
            if is_lower || value > peak_value {
                (bottom, bottom_value) = (date, value);
            }
            if value > peak_value {
                (peak, peak_value) = (date, value);
            } else if peak_value > 0.0 {
                let depth = (peak_value - value) / peak_value;
                if depth > deepest.depth {
                    deepest = Self { depth, peak, trough: date, recovered: None, ..deepest };
                    deepest_peak = peak_value;
                }
            }
            let is_fallen = deepest.depth > 0.0 && deepest.recovered.is_none();
            if is_fallen && date > deepest.trough && value >= deepest_peak {
                deepest.recovered = Some(date);
            }
        }
        Some(deepest)
    }

    /// Days of the longest time without a new peak.
    #[must_use]
    pub fn longest_days(&self) -> i32 {
        self.longest.n_days()
    }

    /// Days from the peak to the trough.
    #[must_use]
    pub fn days_of_fall(&self) -> i32 {
        days_between(self.peak, self.trough)
    }
}

/// Standard deviation of the logarithms of daily returns on trading days.
///
/// Source: Portfolio Performance, volatility and semi-deviation. The semi-deviation takes the days
/// below the mean alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volatility {
    pub n_returns: usize,
    /// Of one day.
    pub daily: f64,
    pub daily_semi: f64,
}

impl Volatility {
    /// Of daily returns; at least two are needed.
    ///
    /// # Errors
    /// For fewer, and where all was lost on a day.
    pub fn of(returns: &[f64]) -> Result<Self, NoValue> {
        let logs: Vec<f64> = returns.iter().map(|rate| rate.ln_1p()).collect();
        let Some(n_more) = logs.len().checked_sub(1).filter(|n_more| *n_more > 0) else {
            return Err(NoValue::TooFewDays);
        };
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let mean = logs.iter().sum::<f64>() / count(logs.len());
        if !mean.is_finite() {
            return Err(NoValue::OutOfRange);
        }
        let squares = |is_low: bool| {
            let counted = logs.iter().filter(|log| !is_low || **log < mean);
            counted.map(|log| (log - mean).powi(2)).sum::<f64>()
        };
        let deviation = |is_low: bool| (squares(is_low) / count(n_more)).sqrt();
        Ok(Self { n_returns: logs.len(), daily: deviation(false), daily_semi: deviation(true) })
    }

    fn scale(self) -> f64 {
        f64::from(u32::try_from(self.n_returns).unwrap_or(u32::MAX)).sqrt()
    }

    /// Of a year of 252 trading days.
    #[must_use]
    pub fn annual(self) -> f64 {
        self.daily * TRADING_DAYS.sqrt()
    }

    #[must_use]
    pub fn annual_semi(self) -> f64 {
        self.daily_semi * TRADING_DAYS.sqrt()
    }

    /// Of the whole period, as Portfolio Performance shows it: times the root of the number of
    /// returns.
    #[must_use]
    pub fn over_period(self) -> f64 {
        self.daily * self.scale()
    }

    #[must_use]
    pub fn semi_over_period(self) -> f64 {
        self.daily_semi * self.scale()
    }
}

/// Return of a year above the risk-free one, for each unit of volatility.
///
/// Source: William F. Sharpe, Mutual Fund Performance (1966).
///
/// # Errors
/// Where the value doesn't go up and down.
pub fn sharpe(annual_return: f64, risk_free: f64, annual_volatility: f64) -> Ratio {
    if annual_volatility <= 0.0 {
        return Err(NoValue::NoFluctuation);
    }
    Ok((annual_return - risk_free) / annual_volatility)
}

impl Series {
    /// What one unit of money became by the end of each day of a period, from the first day on which
    /// anything was held.
    fn growth(&self, period: Period) -> Result<Vec<(Date, f64)>, NoValue> {
        let before = self.value(period.after)?;
        let returns = self.daily_returns(period)?;
        let mut growth = Vec::with_capacity(returns.len() + 1);
        if !before.is_zero() {
            growth.push((period.after, 1.0));
        }
        let mut reached = 1.0;
        for day in returns {
            reached *= 1.0 + day.rate;
            let is_begun = !growth.is_empty() || !self.value(day.date)?.is_zero();
            if is_begun {
                growth.push((day.date, reached));
            }
        }
        Ok(growth)
    }

    /// The deepest fall of a period, from the first day on which anything was held.
    ///
    /// # Errors
    /// As [`Self::daily_returns`]; and where nothing was held at all.
    pub fn drawdown(&self, period: Period) -> Result<Drawdown, NoValue> {
        Drawdown::of(&self.growth(period)?).ok_or(NoValue::NoContributions)
    }

    /// How far the value was below its last peak at the end of each day: 0, or negative.
    ///
    /// # Errors
    /// As [`Self::daily_returns`].
    pub fn underwater(&self, period: Period) -> Result<Vec<(Date, f64)>, NoValue> {
        let mut peak = f64::MIN_POSITIVE;
        let below = |(date, reached): (Date, f64)| {
            peak = peak.max(reached);
            (date, reached / peak - 1.0)
        };
        Ok(self.growth(period)?.into_iter().map(below).collect())
    }

    /// The volatility of a period: of its trading days on which, as on the day before, anything was
    /// held.
    ///
    /// # Errors
    /// As [`Self::daily_returns`] and [`Volatility::of`].
    pub fn volatility(&self, period: Period) -> Result<Volatility, NoValue> {
        let is_held = |date: Date| self.value(date).is_ok_and(|value| !value.is_zero());
        let counts = |day: &DayReturn| {
            is_trading_day(day.date) && is_held(day.date) && day.date.yesterday().is_ok_and(is_held)
        };
        let returns = self.daily_returns(period)?;
        let rates: Vec<f64> =
            returns.iter().filter(|day| counts(day)).map(|day| day.rate).collect();
        Volatility::of(&rates)
    }

    /// The Sharpe ratio of a period, against a risk-free rate of a year.
    ///
    /// # Errors
    /// As [`Self::volatility`] and [`sharpe`].
    pub fn sharpe(&self, period: Period, risk_free: f64) -> Ratio {
        let returns = self.daily_returns(period)?;
        let annual = annualised(linked(returns.iter().map(|day| day.rate)), period.n_days())?;
        sharpe(annual, risk_free, self.volatility(period)?.annual())
    }
}

/// Monday to Friday without New Year, Good Friday, Easter Monday, 1 May, and 24 to 26 December.
///
/// Hardly an exchange trades on other days: their returns would be zeros that nobody could earn, and
/// make every volatility look smaller.
///
/// Source: Portfolio Performance, its default trading calendar.
#[must_use]
pub fn is_trading_day(date: Date) -> bool {
    let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let is_fixed = matches!((date.month(), date.day()), (1, 1) | (5, 1) | (12, 24..=26));
    let is_easter =
        matches!(easter(date.year()).map(|sunday| days_between(sunday, date)), Some(-2 | 1));
    !(is_weekend || is_fixed || is_easter)
}

/// Easter Sunday of the Gregorian calendar.
///
/// Source: the anonymous algorithm in Nature 13 (1876), as Meeus, Jones and Butcher give it.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let leap = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - leap + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let correction = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * correction + 114;
    let month = i8::try_from(days / 31).ok()?;
    Date::new(i16::try_from(year).ok()?, month, i8::try_from(days % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Depth, peak, trough, recovery and longest time of growth from 1 January 2024 on, day by day.
    fn check(growth: &[f64], depth: &str, days: (i8, i8, Option<i8>), longest: i32) {
        let dated: Vec<(Date, f64)> = date(2024, 1, 1)
            .series(jiff::Span::new().days(1))
            .zip(growth.iter().copied())
            .collect();
        let told = Drawdown::of(&dated).unwrap();
        assert_eq!(format!("{:.4}", told.depth), depth);
        assert_eq!(
            (told.peak.day(), told.trough.day(), told.recovered.map(|date| date.day())),
            days
        );
        assert_eq!(told.longest_days(), longest);
    }

    #[test]
    fn the_longest_recovery_is_from_the_lowest_point_to_a_higher_peak() {
        let growth = [1.0, 0.9, 0.5, 0.7, 0.8, 1.1, 1.0, 1.05];
        let dated: Vec<(Date, f64)> =
            date(2024, 1, 1).series(jiff::Span::new().days(1)).zip(growth).collect();
        let told = Drawdown::of(&dated).unwrap();
        let expected = Period::new(date(2024, 1, 3), date(2024, 1, 6));
        assert_eq!(told.longest_recovery, expected);
        assert_eq!(told.days_of_fall(), 2);
    }

    #[test]
    fn the_deepest_fall_is_told_with_its_days() {
        check(&[1.0, 1.2, 0.9, 1.2, 1.3], "0.2500", (2, 3, Some(4)), 3);
        check(&[2.0, 2.0, 0.5, 2.0, 2.0, 3.0, 4.0], "0.7500", (1, 3, Some(4)), 5);
        check(&[1.0, 1.1, 1.2], "0.0000", (1, 1, None), 1);
        check(&[1.0, 0.0], "1.0000", (1, 2, None), 1);
    }

    #[test]
    fn two_returns_at_least_make_a_volatility() {
        assert_eq!(Volatility::of(&[0.01]), Err(NoValue::TooFewDays));
        assert_eq!(Volatility::of(&[0.01, -1.0]), Err(NoValue::OutOfRange));
        let told = Volatility::of(&[1f64.exp_m1(), 3f64.exp_m1()]).unwrap();
        let shown = |number: f64| format!("{number:.6}");
        assert_eq!(shown(told.daily), shown(2f64.sqrt()));
        assert_eq!(shown(told.daily_semi), "1.000000");
        assert_eq!(shown(told.over_period()), "2.000000");
        assert_eq!(sharpe(0.1, 0.02, 0.0), Err(NoValue::NoFluctuation));
        assert_eq!(sharpe(0.1, 0.02, 0.16).map(shown), Ok("0.500000".to_owned()));
    }

    #[test]
    fn markets_rest_at_easter() {
        assert_eq!(easter(2024), Some(date(2024, 3, 31)));
        assert_eq!(easter(2025), Some(date(2025, 4, 20)));
        for rest in
            ["2024-03-29", "2024-04-01", "2024-05-01", "2024-12-24", "2024-12-26", "2024-06-01"]
        {
            assert!(!is_trading_day(rest.parse().unwrap()), "{rest}");
        }
        assert!(is_trading_day(date(2024, 3, 28)));
    }

    proptest! {
        #[test]
        fn no_fall_is_deeper_than_everything(growth in prop::collection::vec(0.0f64..100.0, 1..50)) {
            let dated: Vec<(Date, f64)> =
                date(2024, 1, 1).series(jiff::Span::new().days(1)).zip(growth).collect();
            let told = Drawdown::of(&dated).unwrap();
            prop_assert!((0.0..=1.0).contains(&told.depth));
            prop_assert!(told.peak <= told.trough);
        }
    }
}
