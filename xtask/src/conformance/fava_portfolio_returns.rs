//! Cases of fava-portfolio-returns: investments, without the cash that pays for them.
//!
//! Its windows begin with the start of their first day; an end value is dated the day behind the
//! window; money goes in and out at the end of its day; fees are costs of the investment and no part of what the units cost; its modified Dietz
//! counts a day more for each flow.

mod investments;

use jiff::Span;
use jiff::civil::Date;
use stonks_core::figure::{NoValue, Ratio};
use stonks_core::performance::{
    Breakdown, Flow, Period, Scope, Series, Timing, linked, modified_dietz, xirr,
};

use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};
use investments::Investments;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let investments = Investments::read(inputs)?;
    let about = About::of(inputs);
    let mut figures = Figures::new();
    for figure in asked {
        if let Some(computed) = figure_of(&investments, figure, about)? {
            figures.insert((*figure).to_owned(), computed);
        }
    }
    Ok(figures)
}

/// What a series or a table of a case tells; its name alone doesn't say.
#[derive(Clone, Copy)]
enum About {
    Gain,
    TimeWeighted,
    MoneyWeighted,
    Dietz,
    Drawdown,
}

impl About {
    fn of(inputs: &Inputs<'_>) -> Self {
        let topics = [
            ("pnl", Self::Gain),
            ("drawdown", Self::Drawdown),
            ("twr", Self::TimeWeighted),
            ("irr", Self::MoneyWeighted),
            ("modified-dietz", Self::Dietz),
        ];
        let told = topics.into_iter().find(|(topic, _)| inputs.is_about(topic));
        told.map_or(Self::Gain, |(_, about)| about)
    }

    /// Of a part of a window.
    fn of_part(self, series: &Series, part: Period) -> Computed {
        match self {
            Self::Gain => series.gain(part).into(),
            Self::TimeWeighted => accumulated(series, part)
                .map(|days| days.last().map_or(0.0, |(_, rate)| *rate))
                .into(),
            Self::MoneyWeighted => irr(series, part).into(),
            Self::Dietz => dietz(series, part).into(),
            Self::Drawdown => series.drawdown(part).map(|drawdown| -drawdown.depth).into(),
        }
    }

    /// Day by day since the beginning of a window.
    fn by_day(self, series: &Series, period: Period) -> Computed {
        match self {
            Self::TimeWeighted => by_day(accumulated(series, period)),
            Self::Drawdown => by_day(series.underwater(period)),
            _ => {
                let days = series.days().filter(|(date, _)| period.contains(*date));
                let of = |date| self.of_part(series, Period::new(period.after, date));
                Computed::ByDay(days.map(|(date, _)| (date.to_string(), of(date))).collect())
            }
        }
    }
}

fn figure_of(
    investments: &Investments,
    figure: &str,
    about: About,
) -> Result<Option<Computed>, Refusal> {
    // The same in another currency.
    let (figure, series) = match figure.rsplit_once('_') {
        Some((name, "target")) => (name, investments.series_in_target()?),
        Some((name, "base")) => (name, investments.series()?),
        _ => (figure, investments.series()?),
    };
    let period = investments.period;
    Ok(Some(match figure {
        "total_pnl" | "pnl" => series.gain(period).into(),
        "unrealised_pnl" | "unrealized_pnl" => unrealised(investments).into(),
        "realised_pnl" | "realized_pnl" => {
            let total = series.gain(period);
            total.and_then(|total| Ok(total - unrealised(investments)?)).into()
        }
        "market_value" | "value" => series.value(period.through).into(),
        "irr" => irr(&series, period).into(),
        "twr" => accumulated(&series, period)
            .map(|days| days.last().map_or(0.0, |(_, rate)| *rate))
            .into(),
        "modified_dietz" | "mdm" => dietz(&series, period).into(),
        "max_drawdown" => series.drawdown(period).map(|drawdown| -drawdown.depth).into(),
        "series" => about.by_day(&series, period),
        "drawdown_series" | "mdd_series" => About::Drawdown.by_day(&series, period),
        "twr_series" => About::TimeWeighted.by_day(&series, period),
        "irr_series" => About::MoneyWeighted.by_day(&series, period),
        "pnl_series" => About::Gain.by_day(&series, period),
        "value_series" | "market_value_series" => values(&series, period),
        "total" | "yearly" => by_period(&series, period, about, |date| date.year().to_string()),
        "monthly" => by_period(&series, period, about, |date| date.strftime("%Y-%m").to_string()),
        _ => return investments.of_holdings(figure),
    }))
}

/// Of what is held at the end, against the beginning of the window.
fn unrealised(investments: &Investments) -> Result<rust_decimal::Decimal, NoValue> {
    let terms = investments.terms(investments.base);
    Breakdown::of(&investments.ledger, Scope::Portfolio, investments.period, terms).unrealized
}

fn accumulated(series: &Series, period: Period) -> Result<Vec<(Date, f64)>, NoValue> {
    let days = series.daily_returns_by(period, Timing::End)?;
    let rates: Vec<f64> = days.iter().map(|day| day.rate).collect();
    let upto = |place: usize| linked(rates.iter().take(place + 1).copied());
    Ok(days.iter().enumerate().map(|(place, day)| (day.date, upto(place))).collect())
}

fn by_day(days: Result<Vec<(Date, f64)>, NoValue>) -> Computed {
    match days {
        Ok(days) => Computed::ByDay(
            days.into_iter().map(|(date, rate)| (date.to_string(), rate.into())).collect(),
        ),
        Err(reason) => Computed::Nothing(reason.to_string()),
    }
}

fn values(series: &Series, period: Period) -> Computed {
    let days = series.days().filter(|(date, _)| period.contains(*date));
    Computed::ByDay(days.map(|(date, day)| (date.to_string(), day.value.clone().into())).collect())
}

/// Of each year or month of a window, by its name.
fn by_period(
    series: &Series,
    period: Period,
    about: About,
    name: impl Fn(Date) -> String,
) -> Computed {
    let mut figures = Figures::new();
    let mut start = period.after;
    let days = period.after.series(Span::new().days(1)).skip(1);
    for date in days.take_while(|date| *date <= period.through) {
        let next = date.tomorrow().unwrap_or(date);
        if date == period.through || name(next) != name(date) {
            let is_before = series.first() > date;
            let part = Period::new(start, date);
            let figure = if is_before { 0.0.into() } else { about.of_part(series, part) };
            figures.insert(name(date), figure);
            start = date;
        }
    }
    figures.into()
}

/// What went in and out, the value at the beginning on the first day, and the one at the end a day
/// behind it.
fn dated_flows(series: &Series, period: Period) -> Result<Vec<Flow>, NoValue> {
    let next = |date: Date| date.tomorrow().map_err(|_| NoValue::OutOfRange);
    let mut flows = vec![Flow::new(next(period.after)?, -series.value(period.after)?)];
    for (date, day) in series.days().filter(|(date, _)| period.contains(*date)) {
        flows.push(Flow::new(date, day.outflow.clone()? - day.inflow.clone()?));
    }
    flows.push(Flow::new(next(period.through)?, series.value(period.through)?));
    flows.retain(|flow| !flow.amount.is_zero());
    Ok(flows)
}

fn irr(series: &Series, period: Period) -> Ratio {
    xirr(&dated_flows(series, period)?)
}

fn dietz(series: &Series, period: Period) -> Ratio {
    let mut flows = dated_flows(series, period)?;
    let end = series.value(period.through)?;
    if !end.is_zero() {
        flows.pop();
    }
    let first = flows.first().map(|flow| flow.date).ok_or(NoValue::NoContributions)?;
    let days = |date: Date| Period::new(first, date).n_days();
    let last = period.through.tomorrow().map_err(|_| NoValue::OutOfRange)?;
    let weighted: Vec<_> = flows.iter().map(|flow| (days(flow.date) - 1, -flow.amount)).collect();
    modified_dietz(rust_decimal::Decimal::ZERO, end, &weighted, days(last))
}
