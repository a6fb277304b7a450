//! Value over time, and the returns that follow from it.
//!
//! A [`Series`] of days with values and flows is what every return is computed from; a portfolio, an
//! account and a holding differ in nothing but their series.

mod benchmark;
mod breakdown;
mod columns;
mod dietz;
mod history;
mod holding;
mod intervals;
mod invested;
mod money_weighted;
mod period_gains;
mod risk;
mod roots;
mod scope;
mod series;
mod tables;
mod time_weighted;

pub use benchmark::Comparison;
pub use breakdown::Breakdown;
pub use dietz::modified_dietz;
pub use history::{DayValue, MOST_AGE, Stale, Told, value_history, value_history_since};
pub use intervals::Interval;
pub use invested::{average_invested, return_on_average};
pub use money_weighted::{Flow, irr, mirr, npv, xirr, xnpv};
pub use risk::{Drawdown, Volatility, is_trading_day, sharpe};
pub use scope::Scope;
pub(crate) use series::days_between;
pub use series::{Day, Period, Series};
pub use tables::{MonthReturn, YearReturn};
pub use time_weighted::{DayReturn, Timing, annualised, linked};
