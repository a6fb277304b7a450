//! Value, return and drawdown over the days of a period.

use jiff::civil::Date;
use stonks_app::reports::PerformanceDay;

use super::super::PageError;
use crate::graph::{Curve, Graph, Subject};

pub(super) struct Graphs {
    pub(super) value: Option<Graph>,
    pub(super) returns: Option<Graph>,
    pub(super) drawdown: Option<Graph>,
}

impl Graphs {
    pub(super) fn new(
        base: &str,
        days: &[PerformanceDay],
        benchmark: Option<String>,
    ) -> Result<Self, PageError> {
        let dates: Vec<Date> = days.iter().map(|day| day.date).collect();
        let stale: Vec<bool> = days.iter().map(|day| day.stale.is_some()).collect();
        let amounts = |of: fn(&PerformanceDay) -> Option<&String>| {
            days.iter().map(|day| of(day)?.parse().ok()).collect::<Vec<Option<f64>>>()
        };
        let mut value =
            vec![Curve::new("Value", "chart-primary", amounts(|day| day.value.as_ref())).area()];
        let put_in = amounts(|day| day.contributions.as_ref());
        if put_in.iter().any(Option::is_some) {
            value.push(Curve::new("Put in", "chart-ink", put_in).step().dashed());
        }
        let own = days.iter().map(|day| day.twr).collect();
        let mut returns = vec![Curve::new("Time-weighted return", "chart-primary", own).area()];
        if let Some(name) = benchmark {
            let index = days.iter().map(|day| day.benchmark).collect();
            returns.push(Curve::new(name, "slice-2", index));
        }
        let below = days.iter().map(|day| day.drawdown).collect();
        let below = [Curve::new("Below the last peak", "chart-loss", below).area()];
        let currency = Some(base.to_owned());
        let subject = |id, title, currency| Subject { id, title, currency };
        Ok(Self {
            value: Graph::new(
                subject("value", "value and what was put in", currency),
                &dates,
                &value,
                &stale,
            )?,
            returns: Graph::new(
                subject("returns", "time-weighted return", None),
                &dates,
                &returns,
                &[],
            )?,
            drawdown: Graph::new(
                subject("drawdown", "fall below the last peak", None),
                &dates,
                &below,
                &[],
            )?,
        })
    }
}

/// What is to be known of old prices: of the last day, or else of how many days.
pub(super) fn stale(days: &[PerformanceDay]) -> Option<String> {
    if let Some(stale) = days.last().and_then(|day| day.stale.as_ref()) {
        return Some(format!("{stale}"));
    }
    let n_days = days.iter().filter(|day| day.stale.is_some()).count();
    let last = days.iter().rev().find_map(|day| Some((day.date, day.stale.as_ref()?)));
    last.map(|(date, stale)| {
        format!("on {n_days} of these days the value rests on a price or exchange rate that is more than a week old: on {date}, {stale}")
    })
}
