//! Cases of Ghostfolio: positions, performance and investments of a portfolio on a day.
//!
//! Each unit costs the average, fees stay apart and lower the net performance. Figures "with currency
//! effect" convert each amount on its own day, the others convert what they are in the currency of the
//! asset on the day of valuation. Rates are shares of what was invested on average.

mod activities;
mod portfolio;
mod standing;

use stonks_core::performance::annualised;

use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};
use portfolio::Portfolio;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    if inputs.has("cumulative_return") {
        let days = inputs.get("days")?.decimal()?;
        let days =
            i32::try_from(days).map_err(|_| Refusal::Malformed("too many days".to_owned()))?;
        let rate = match annualised(inputs.get("cumulative_return")?.number()?, days) {
            Err(_) if days <= 0 => Computed::NotOffered(
                "of no day there is no return of a year here, and 0 in Ghostfolio".to_owned(),
            ),
            rate => rate.into(),
        };
        return Ok(Figures::from([("annualised".to_owned(), rate)]));
    }
    let portfolio = Portfolio::read(inputs)?;
    let mut figures = Figures::new();
    for figure in asked {
        let computed = match figure.strip_prefix("snapshot.") {
            Some(rest) => part(&portfolio, rest)?,
            None => whole(&portfolio, figure)?,
        };
        figures.extend(computed.map(|computed| ((*figure).to_owned(), computed)));
    }
    Ok(figures)
}

fn whole(portfolio: &Portfolio, figure: &str) -> Result<Option<Computed>, Refusal> {
    Ok(match figure {
        "snapshot" => Some(Computed::Map(portfolio.snapshot()?)),
        "investments" => Some(portfolio.investments()?),
        "investments_by_month" => Some(portfolio.investments_by(7)?),
        "investments_by_year" => Some(portfolio.investments_by(4)?),
        _ => {
            let [position] = portfolio.positions()?.try_into().unwrap_or_default();
            let mut position: Figures = position;
            position.remove(figure)
        }
    })
}

/// `positions.0.averagePrice`, `historical[2021-11-30].netPerformance`, `historical_last`.
fn part(portfolio: &Portfolio, path: &str) -> Result<Option<Computed>, Refusal> {
    if path.starts_with("historical_dates") {
        return portfolio.days_told().map(Some);
    }
    if let Some(which) = path.strip_prefix("historical_") {
        return Ok(portfolio.day_of(which)?.map(Computed::Map));
    }
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let bracket = head.trim_end_matches(']').split_once('[');
    let found = match bracket {
        Some(("historical", date)) => super::case::read_date(date)
            .map(|date| portfolio.day(date).map(Computed::Map))
            .transpose()?,
        Some(("position", name)) => portfolio.position(name)?.map(Computed::Map),
        _ => portfolio.snapshot()?.remove(head),
    };
    Ok(rest.map_or_else(|| found.clone(), |rest| member(found.clone(), rest)))
}

fn member(of: Option<Computed>, path: &str) -> Option<Computed> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let found = match of? {
        Computed::Map(mut members) => members.remove(head),
        Computed::List(list) => list.into_iter().nth(head.parse().ok()?),
        _ => None,
    };
    match rest {
        Some(rest) => member(found, rest),
        None => found,
    }
}
