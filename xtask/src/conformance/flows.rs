//! Flows and values as the sources' files tell them, for the adapters.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::performance::{Flow, irr, mirr, npv, xirr, xnpv};

use super::case::{Inputs, Refusal};
use super::computed::Computed;

/// A date and an amount: `["2024-01-31", 100]`, or an object with `date` and `amount`.
pub(super) fn dated(entry: &Inputs<'_>) -> Result<(Date, Decimal), Refusal> {
    if entry.is_list() {
        return Ok((entry.at(0)?.date()?, entry.at(1)?.decimal()?));
    }
    let amount = entry.any(&["amount", "value", "flow"]);
    Ok((entry.get("date")?.date()?, amount.map_or_else(|| entry.get("amount"), Ok)?.decimal()?))
}

/// Dates and amounts: a list of pairs, or an object of dates.
pub(super) fn dated_list(list: &Inputs<'_>) -> Result<Vec<(Date, Decimal)>, Refusal> {
    if list.is_list() {
        return list.items()?.iter().map(dated).collect();
    }
    let entries = list.entries()?.into_iter().map(|(date, amount)| {
        let date = super::case::read_date(date);
        let date =
            date.ok_or_else(|| Refusal::Malformed(format!("`{}` is not a date", amount.path())))?;
        Ok((date, amount.decimal()?))
    });
    entries.collect()
}

/// Amounts without dates, or flows with theirs.
enum Told {
    Periodic(Vec<Decimal>),
    Dated(Vec<Flow>),
}

fn told(inputs: &Inputs<'_>) -> Result<Told, Refusal> {
    let flows = inputs.any(&["flows", "cash_flows", "amounts", "values"]);
    let flows = flows.map_or_else(|| inputs.get("flows"), Ok)?;
    if let Some(dates) = inputs.find("dates") {
        let dates: Vec<Date> = dates.items()?.iter().map(Inputs::date).collect::<Result<_, _>>()?;
        let amounts: Vec<Decimal> =
            flows.items()?.iter().map(Inputs::decimal).collect::<Result<_, _>>()?;
        if dates.len() != amounts.len() {
            return Err(Refusal::Malformed(
                "`inputs.dates` and amounts differ in number".to_owned(),
            ));
        }
        let flows = dates.into_iter().zip(amounts).map(|(date, amount)| Flow::new(date, amount));
        return Ok(Told::Dated(flows.collect()));
    }
    let is_periodic =
        flows.is_list() && flows.items()?.first().is_some_and(|first| first.is_number());
    if is_periodic {
        let amounts: Result<_, _> = flows.items()?.iter().map(Inputs::decimal).collect();
        return Ok(Told::Periodic(amounts?));
    }
    let flows = dated_list(&flows)?.into_iter().map(|(date, amount)| Flow::new(date, amount));
    Ok(Told::Dated(flows.collect()))
}

/// A rate of return or a present value of flows, or none where the figure is neither.
pub(super) fn rate_or_value(
    inputs: &Inputs<'_>,
    figure: &str,
) -> Result<Option<Computed>, Refusal> {
    let computed = match figure {
        "xirr" | "irr" => match told(inputs)? {
            Told::Periodic(amounts) => irr(&amounts),
            Told::Dated(flows) => xirr(&flows),
        },
        "xnpv" | "npv" => {
            let rate = inputs.get("rate")?.number()?;
            match told(inputs)? {
                // Excel's NPV dates the first amount one period ahead; with a first amount of now
                // it is told as IRR's is.
                Told::Periodic(amounts) => npv(rate, &amounts),
                Told::Dated(flows) => xnpv(rate, &flows),
            }
        }
        "mirr" => {
            let rate =
                |keys: &[&str]| inputs.any(keys).map_or_else(|| inputs.get(keys[0]), Ok)?.number();
            let finance = rate(&["finance_rate", "finance"])?;
            let reinvestment = rate(&["reinvest_rate", "reinvestment_rate", "reinvest"])?;
            match told(inputs)? {
                Told::Periodic(amounts) => mirr(&amounts, finance, reinvestment),
                Told::Dated(_) => {
                    return Err(Refusal::UnknownShape("MIRR of flows with dates".to_owned()));
                }
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(computed.into()))
}
