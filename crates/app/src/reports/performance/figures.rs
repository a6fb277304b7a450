//! The figures of one period of one series.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::figure::{Figure, NoValue, Ratio};
use stonks_core::performance::{Drawdown, Period, Series};
use utoipa::ToSchema;

use super::super::{Amount, Desk};

/// Returns and amounts over a period. Rates are fractions: 0.05 is 5 %. A figure without value is
/// null, and `no_value` says why.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct PerformanceFigures {
    /// Time-weighted.
    pub twr: Option<f64>,
    /// As that of a year of 365 days.
    pub twr_annualized: Option<f64>,
    /// Money-weighted (XIRR): a rate of a year.
    pub mwr: Option<f64>,
    pub simple_return: Option<f64>,
    pub modified_dietz: Option<f64>,
    /// The deepest fall from a peak: zero, or positive.
    pub max_drawdown: Option<f64>,
    /// Of a year.
    pub volatility: Option<f64>,
    /// Against the risk-free rate.
    pub sharpe: Option<f64>,
    #[schema(value_type = Option<String>)]
    pub initial_value: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub final_value: Option<Amount>,
    /// Put in less taken out within the period.
    #[schema(value_type = Option<String>)]
    pub contributions: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub gain: Option<Amount>,
    /// Fields without value, and why.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub no_value: BTreeMap<&'static str, String>,
}

/// Figures on their way into a report: each that has no value says why.
struct Telling<'a> {
    no_value: BTreeMap<&'static str, String>,
    reasons: &'a mut Vec<String>,
}

impl Telling<'_> {
    fn told<T>(&mut self, field: &'static str, told: Result<T, NoValue>) -> Option<T> {
        let reason = match told {
            Ok(told) => return Some(told),
            Err(reason) => reason.to_string(),
        };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason.clone());
        }
        self.no_value.insert(field, reason);
        None
    }
}

impl PerformanceFigures {
    /// `reasons` are told once each.
    pub(super) fn new(
        desk: &Desk,
        series: &Series,
        (period, risk_free): (Option<Period>, f64),
        reasons: &mut Vec<String>,
    ) -> Self {
        let mut telling = Telling { no_value: BTreeMap::new(), reasons };
        // Where there is no period, nothing has a value, for one and the same reason.
        let nothing = NoValue::NoDays { after: desk.as_of, through: desk.as_of };
        let ratio = |of: &dyn Fn(&Series, Period) -> Ratio| {
            period.map_or_else(|| Err(nothing.clone()), |period| of(series, period))
        };
        let figure = |of: fn(&Series, Period) -> Figure| {
            period.map_or_else(|| Err(nothing.clone()), |period| of(series, period))
        };
        let rounded = |amount: Option<_>| amount.map(|amount| desk.rounded(amount));
        let max_drawdown = |series: &Series, period| Ok(series.drawdown(period)?.depth);
        let volatility = |series: &Series, period| Ok(series.volatility(period)?.annual());
        Self {
            twr: telling.told("twr", ratio(&Series::time_weighted)),
            twr_annualized: telling.told("twr_annualized", ratio(&Series::time_weighted_annual)),
            mwr: telling.told("mwr", ratio(&Series::money_weighted)),
            simple_return: telling.told("simple_return", ratio(&Series::simple)),
            modified_dietz: telling.told("modified_dietz", ratio(&Series::modified_dietz)),
            max_drawdown: telling.told("max_drawdown", ratio(&max_drawdown)),
            volatility: telling.told("volatility", ratio(&volatility)),
            sharpe: telling
                .told("sharpe", ratio(&|series, period| series.sharpe(period, risk_free))),
            initial_value: rounded(
                telling.told("initial_value", figure(|series, period| series.value(period.after))),
            ),
            final_value: rounded(
                telling.told("final_value", figure(|series, period| series.value(period.through))),
            ),
            contributions: rounded(telling.told("contributions", figure(contributions))),
            gain: rounded(telling.told("gain", figure(Series::gain))),
            no_value: telling.no_value,
        }
    }
}

/// Put in less taken out.
fn contributions(series: &Series, period: Period) -> Figure {
    let days = series.days().filter(|(date, _)| period.contains(*date));
    days.into_iter().try_fold(rust_decimal::Decimal::ZERO, |total, (_, day)| {
        let put_in = stonks_core::figure::sum(total, day.inflow.clone()?)?;
        stonks_core::figure::difference(put_in, day.outflow.clone()?)
    })
}

/// The deepest fall.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DrawdownRow {
    pub depth: f64,
    #[schema(value_type = String)]
    pub peak: Date,
    #[schema(value_type = String)]
    pub trough: Date,
    /// The day on which the peak was reached again.
    #[schema(value_type = Option<String>)]
    pub recovered: Option<Date>,
    /// The longest time without a new peak.
    #[schema(value_type = String)]
    pub longest_from: Date,
    #[schema(value_type = String)]
    pub longest_to: Date,
    pub longest_days: i32,
}

impl DrawdownRow {
    pub(super) fn new(drawdown: Drawdown) -> Self {
        Self {
            depth: drawdown.depth,
            peak: drawdown.peak,
            trough: drawdown.trough,
            recovered: drawdown.recovered,
            longest_from: drawdown.longest.after,
            longest_to: drawdown.longest.through,
            longest_days: drawdown.longest_days(),
        }
    }
}

/// A calendar year, or the part of it that the period covers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct YearRow {
    pub year: i16,
    /// Its months', linked.
    pub twr: f64,
    #[schema(value_type = Option<String>)]
    pub gain: Option<Amount>,
    pub months: Vec<MonthRow>,
}

/// A month, or the part of it that the period covers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonthRow {
    /// `2026-01`.
    pub month: String,
    pub twr: f64,
}

impl YearRow {
    /// None where a day in the period has no return; the figures say why.
    pub(super) fn all(desk: &Desk, series: &Series, period: Period) -> Vec<Self> {
        let years = series.yearly(period).unwrap_or_default();
        let rows = years.into_iter().map(|told| {
            let first = Date::new(told.year, 1, 1).unwrap_or(period.after);
            let after = first.yesterday().unwrap_or(first).max(period.after);
            let last = first.last_of_year().min(period.through);
            let gain = series.gain(Period::new(after, last));
            Self {
                year: told.year,
                twr: told.rate,
                gain: gain.ok().map(|gain| desk.rounded(gain)),
                months: told
                    .months
                    .iter()
                    .map(|month| MonthRow {
                        month: month.month.strftime("%Y-%m").to_string(),
                        twr: month.rate,
                    })
                    .collect(),
            }
        });
        rows.collect()
    }
}
