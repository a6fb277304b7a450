//! Returns, drawdown, volatility, dividends, and what made the value of a portfolio change.

mod breakdown;
mod data;
mod measures;

use jiff::Span;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use stonks_core::dividends::{Yielding, periodicity, yield_per_year};
use stonks_core::money::{Currency, Money};
use stonks_core::performance::{Drawdown, Volatility};

use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};
use crate::conformance::flows::{dated, dated_list, rate_or_value};

/// How the names of the figures begin that the adapter of gains computes.
const GAINS: [&str; 11] = [
    "cost_",
    "capital_gains_on_",
    "realized_",
    "unrealized_",
    "realised_",
    "unrealised_",
    "total_rate_of_return_div_",
    "trade",
    "number_of_trades",
    "first_trade",
    "last_trade",
];

/// Whether a figure is computed here rather than among the gains: whatever isn't a cost, a realised
/// or unrealised gain, or a trade. Of what a period brought, all figures are computed here; of single
/// transactions without a period, none but returns and dividends.
pub(super) fn is_known(inputs: &Inputs<'_>, figure: &str) -> bool {
    let is_breakdown = inputs.has("reporting_interval") && !inputs.has("data");
    let is_gain = GAINS.iter().any(|gain| figure.starts_with(gain))
        || figure == "shares_held" && !inputs.has("data");
    is_breakdown || !is_gain
}

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    if inputs.has("data") {
        return measures::figures(inputs, asked);
    }
    if inputs.has("cash_transactions") {
        return breakdown::daily(inputs, asked);
    }
    if inputs.has("reporting_interval") {
        return breakdown::figures(inputs, asked);
    }
    let mut figures = Figures::new();
    for figure in asked {
        let computed = match *figure {
            "periodicity" => rhythm(inputs)?,
            "rate_of_return_per_year" => yield_of(inputs)?,
            told if ["drawdown", "duration", "recovery"].iter().any(|word| told.contains(word)) => {
                fall(inputs, told)?
            }
            told if ["std", "semi", "deviation", "volatility"]
                .iter()
                .any(|word| told.contains(word)) =>
            {
                deviation(inputs, told.contains("semi"))?
            }
            _ => match rate_or_value(inputs, figure)? {
                Some(computed) => computed,
                None => continue,
            },
        };
        figures.insert((*figure).to_owned(), computed);
    }
    Ok(figures)
}

/// Of accumulated returns, a day apart where no dates are told.
fn fall(inputs: &Inputs<'_>, figure: &str) -> Result<Computed, Refusal> {
    let growth: Vec<f64> = numbers(inputs)?.into_iter().map(|rate| rate + 1.0).collect();
    let dates: Vec<Date> = match inputs.find("dates") {
        Some(dates) => dates.items()?.iter().map(Inputs::date).collect::<Result<_, _>>()?,
        None => date(2015, 1, 1).series(Span::new().days(1)).take(growth.len()).collect(),
    };
    let dated: Vec<(Date, f64)> = dates.into_iter().zip(growth).collect();
    Ok(match Drawdown::of(&dated) {
        Some(drawdown) if figure.contains("interval") => {
            vec![drawdown.peak, drawdown.trough].into()
        }
        Some(drawdown) if figure.contains("recovery") => {
            i64::from(drawdown.longest_recovery.n_days()).into()
        }
        Some(drawdown) if figure.contains("duration") => i64::from(drawdown.longest_days()).into(),
        Some(drawdown) => drawdown.depth.into(),
        None => Computed::Nothing("there is no day".to_owned()),
    })
}

fn deviation(inputs: &Inputs<'_>, is_semi: bool) -> Result<Computed, Refusal> {
    let returns = numbers(inputs)?;
    let told = Volatility::of(&returns);
    let deviation =
        told.map(|told| if is_semi { told.semi_over_period() } else { told.over_period() });
    Ok(deviation.into())
}

/// The one list of numbers of a case.
fn numbers(inputs: &Inputs<'_>) -> Result<Vec<f64>, Refusal> {
    let lists = inputs.keys().into_iter().filter_map(|key| inputs.find(key));
    let is_numbers = |list: &Inputs<'_>| {
        let items = if list.is_list() { list.items() } else { Ok(Vec::new()) };
        items.is_ok_and(|items| items.first().is_some_and(Inputs::is_number))
    };
    let list = lists.into_iter().find(is_numbers);
    let list = list.ok_or_else(|| Refusal::UnknownShape("no list of numbers".to_owned()))?;
    list.items()?.iter().map(Inputs::number).collect()
}

/// Of payments, all alike where no amounts are told.
fn rhythm(inputs: &Inputs<'_>) -> Result<Computed, Refusal> {
    let payments: Vec<(Date, Decimal)> = match inputs.any(&["payments", "dividends"]) {
        Some(list) => dated_list(&list)?,
        None => {
            let dates = inputs.get("payment_dates")?.items()?;
            let amounts =
                inputs.find("amounts").map_or_else(|| Ok(Vec::new()), |list| list.items())?;
            let amount =
                |place: usize| amounts.get(place).map_or(Ok(Decimal::ONE), Inputs::decimal);
            let paid = dates.iter().enumerate().map(|(place, day)| {
                if day.is_list() { dated(day) } else { Ok((day.date()?, amount(place)?)) }
            });
            paid.collect::<Result<_, Refusal>>()?
        }
    };
    Ok(Computed::Text(periodicity(&payments).to_string().to_uppercase().replace('-', "_")))
}

/// Dividends as a share of what their units cost on average, both in the reporting currency.
fn yield_of(inputs: &Inputs<'_>) -> Result<Computed, Refusal> {
    let report =
        inputs.find("report_currency").as_ref().map_or(Ok(Currency::EUR), data::currency)?;
    let rates = data::rates(inputs)?;
    let (mut units, mut cost) = (Decimal::ZERO, Decimal::ZERO);
    let mut payments = Vec::new();
    for row in inputs.get("transactions")?.items()? {
        let date = row.get("date")?.date()?;
        let told_in = row.find("currency").or_else(|| inputs.find("security_currency"));
        let told_in = told_in.as_ref().map_or(Ok(report), data::currency)?;
        let amount = row.any(&["amount", "amount_net"]).map_or_else(|| row.get("amount"), Ok)?;
        let taxes = row.any(&["taxes", "tax"]).map_or(Ok(Decimal::ZERO), |tax| tax.decimal())?;
        let in_report = |amount| {
            let converted = rates.convert(Money::new(amount, told_in), report, date);
            converted.map_err(|reason| Refusal::Malformed(reason.to_string()))
        };
        let shares = || row.get("shares")?.decimal();
        match row.get("type")?.text()? {
            "BUY" | "DELIVERY_INBOUND" => {
                units += shares()?;
                cost += in_report(amount.decimal()?)?;
            }
            "SELL" | "DELIVERY_OUTBOUND" => {
                let left = units - shares()?;
                cost = cost
                    .checked_mul(left)
                    .and_then(|cost| cost.checked_div(units))
                    .unwrap_or_default();
                units = left;
            }
            "DIVIDENDS" | "DIVIDEND" => {
                let gross = in_report(amount.decimal()? + taxes)?;
                payments.push(Yielding { date, gross, cost });
            }
            other => return Err(Refusal::UnknownShape(format!("a transaction of type `{other}`"))),
        }
    }
    Ok(yield_per_year(&payments).into())
}
