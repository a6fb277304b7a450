//! What made the value of a client change over a period, and its value day by day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::figure::{Figure, NoValue, Ratio};
use stonks_core::money::round;
use stonks_core::performance::{Breakdown, Period, Scope, Series};

use super::data::Client;
use crate::conformance::case::{Inputs, Refusal, read_date};
use crate::conformance::computed::{Computed, Figures};

/// Of `transactions` over a period.
pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let client = Client::read(inputs)?;
    let told = Breakdown::of(&client.ledger, Scope::Portfolio, client.period, client.terms());
    let series = Series::of(&client.ledger, Scope::Portfolio, client.terms());
    let mut figures = Figures::new();
    for figure in asked {
        let computed = match *figure {
            "initial_value" => cents(&told.initial),
            "final_value" => cents(&told.final_value),
            "capital_gains" => cents(&told.unrealized),
            "capital_gains_forex_part" => cents(&told.unrealized_by_rates),
            "realized_capital_gains" => cents(&told.realized),
            "realized_forex_part" | "realized_capital_gains_forex_part" => {
                cents(&told.realized_by_rates)
            }
            "earnings" => cents(&told.earnings),
            "fees" => cents(&told.fees),
            "taxes" => cents(&told.taxes),
            "transfers" => cents(&told.transfers),
            "currency_gains" => cents(&told.rest),
            "gross_value" => cents(&gross_value(inputs)),
            "irr" | "performance_irr" => series.money_weighted(client.period).into(),
            "ttwror" => series.time_weighted(client.period).into(),
            _ => continue,
        };
        figures.insert((*figure).to_owned(), computed);
    }
    Ok(figures)
}

fn cents(figure: &Figure) -> Computed {
    figure.clone().map(|amount| round(amount, 2)).into()
}

/// What the units of the only transaction are worth without its costs.
fn gross_value(inputs: &Inputs<'_>) -> Figure {
    let client = Client::read(inputs).map_err(|_| NoValue::OutOfRange)?;
    let transactions = client.ledger.books.iter().flat_map(|book| &book.transactions);
    let mut sum = Decimal::ZERO;
    for booked in transactions {
        let price = booked.transaction.price.ok_or(NoValue::OutOfRange)?;
        sum += booked.transaction.quantity.checked_mul(price).ok_or(NoValue::OutOfRange)?;
    }
    Ok(sum)
}

/// Of `cash_transactions`, day by day from the start on, whose own return is 0.
pub(super) fn daily(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let client = Client::read(inputs)?;
    let series = Series::of(&client.ledger, Scope::Portfolio, client.terms());
    let returns = series.daily_returns(client.period);
    let rates = returns.clone().map(|days| days.iter().map(|day| day.rate).collect::<Vec<_>>());
    let accumulated = series.accumulated(client.period);
    let accumulated =
        accumulated.map(|days| days.iter().map(|(_, rate)| *rate).collect::<Vec<_>>());
    let from_start = |rates: Result<Vec<f64>, NoValue>| {
        rates.map(|rates| std::iter::once(0.0).chain(rates).collect::<Vec<_>>())
    };
    let mut figures = Figures::new();
    for figure in asked {
        let computed: Computed = match *figure {
            "daily" | "delta" => from_start(rates.clone()).into(),
            "accumulated" => from_start(accumulated.clone()).into(),
            // One figure for every day, where all are the same.
            "accumulated_all" => all_the_same(accumulated.clone()).into(),
            "final_accumulated" | "accumulated_final" | "accumulated_last" | "final" | "ttwror"
            | "twr" | "performance" => series.time_weighted(client.period).into(),
            "max_drawdown" => series.drawdown(client.period).map(|fall| fall.depth).into(),
            "totals" => totals(&series, client.period).into(),
            "irr" => series.money_weighted(client.period).into(),
            "warnings" => {
                returns.clone().map(|days| days.iter().filter(|day| day.is_unlinked).count()).into()
            }
            _ => match on_a_day(&client, &series, figure) {
                Some(computed) => computed,
                None => continue,
            },
        };
        figures.insert((*figure).to_owned(), computed);
    }
    Ok(figures)
}

/// The value at the end of every day, from that with which the period begins on.
fn totals(series: &Series, period: Period) -> Result<Vec<Decimal>, NoValue> {
    let days = period.after.series(jiff::Span::new().days(1));
    days.take_while(|date| *date <= period.through).map(|date| series.value(date)).collect()
}

fn all_the_same(rates: Result<Vec<f64>, NoValue>) -> Ratio {
    let rates = rates?;
    let first = rates.first().copied().ok_or(NoValue::TooFewDays)?;
    let differs = rates.iter().find(|rate| (*rate - first).abs() > f64::EPSILON);
    Ok(differs.copied().unwrap_or(first))
}

/// `total_2022-12-24`, `interest_2022-12-24`, `taxes_2022-12-24`.
fn on_a_day(client: &Client, series: &Series, figure: &str) -> Option<Computed> {
    let (what, day) = figure.rsplit_once('_')?;
    let date: Date = read_date(day)?;
    let sum = |kinds: &[CashKind]| -> Figure {
        let movements = client.ledger.books.iter().flat_map(|book| &book.movements);
        let mut sum = Decimal::ZERO;
        for booked in movements {
            let movement = &booked.movement;
            if movement.at.date == date && kinds.contains(&movement.kind) {
                sum += client.in_base(movement.money, date)?;
            }
        }
        Ok(sum)
    };
    Some(match what {
        "total" => series.value(date).into(),
        // Portfolio Performance shows interest net of its tax.
        "interest" => sum(&[CashKind::Interest, CashKind::InterestTax]).into(),
        "dividends" => sum(&[CashKind::Dividend, CashKind::WithholdingTax]).into(),
        "taxes" => sum(&[CashKind::InterestTax, CashKind::WithholdingTax, CashKind::Tax])
            .map(|paid| -paid)
            .into(),
        _ => return None,
    })
}
