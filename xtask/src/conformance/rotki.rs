//! Cases of rotki: what a spend used, by method, how long it was held, and what is left.
//!
//! In rotki an acquisition is free of tax after a year. The core tells the lots that a sale used, with the
//! transactions that acquired them; how long ago that was is counted here.

mod reductions;
mod trades;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;
use stonks_core::ledger::Row;
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::sales::{Sale, UsedLot};

use super::accounts::{Accounts, Convention, Developed, Exchange, ONLY, Units, nth_day};
use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};

const ASSET: &str = "asset";

/// Seconds after which an acquisition is free of tax.
const YEAR: i64 = 31_536_000;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    if inputs.has("steps") || inputs.has("reduce") {
        return reductions::figures(inputs);
    }
    if inputs.has("events") {
        return Ok(Figures::from([("after".to_owned(), after_events(inputs)?)]));
    }
    if inputs.has("trades") {
        return trades::figures(inputs, asked);
    }
    spends(inputs)
}

fn method(inputs: &Inputs<'_>) -> Result<CostMethod, Refusal> {
    let told = inputs.find("method").map_or(Ok("FIFO"), |method| method.text())?;
    Ok(match told.to_uppercase().as_str() {
        "FIFO" => CostMethod::Fifo,
        "LIFO" => CostMethod::Lifo,
        "HIFO" => CostMethod::Hifo,
        "ACB" | "AVERAGE" => CostMethod::Average,
        _ => return Err(Refusal::UnknownShape(format!("the method `{told}`"))),
    })
}

/// No account of rotki is ever short: what is spent and was never acquired is missing.
fn convention(inputs: &Inputs<'_>) -> Result<Convention, Refusal> {
    let is_in_cost = inputs.find("fees_in_cost_basis").map_or(Ok(false), |told| told.boolean())?;
    let fees = if is_in_cost { FeeTreatment::InCost } else { FeeTreatment::Apart };
    Ok(Convention { method: method(inputs)?, fees, oversell: Oversell::IsIncomplete })
}

fn moment(second: i64) -> Result<Moment, Refusal> {
    let told = Timestamp::from_second(second);
    let told = told.map_err(|_| Refusal::Malformed(format!("`{second}` is no time")))?;
    let told = Offset::UTC.to_datetime(told);
    Ok(Moment { date: told.date(), time: Some((told.time(), Offset::UTC)) })
}

fn second(row: &Inputs<'_>) -> Result<i64, Refusal> {
    let told = row.any(&["timestamp", "t"]).map_or_else(|| row.get("timestamp"), Ok)?.decimal()?;
    i64::try_from(told).map_err(|_| Refusal::Malformed(format!("`{}` is no time", row.path())))
}

fn euros(amount: Decimal) -> Money {
    Money::new(amount, Currency::EUR)
}

/// Acquisitions, and what is spent of them.
fn spends(inputs: &Inputs<'_>) -> Result<Figures, Refusal> {
    let mut accounts = Accounts::default();
    let mut seconds = Vec::new();
    let acquisitions = inputs.find("acquisitions");
    for row in acquisitions.map_or_else(|| Ok(Vec::new()), |rows| rows.items())? {
        let (at, amount) = (second(&row)?, row.get("amount")?.decimal()?);
        let total = euros(amount * row.get("rate")?.decimal()?);
        let units = Units::trade(ASSET, Date::MIN, amount, total);
        accounts.units(Units { at: moment(at)?, ..units })?;
        seconds.push(at);
    }
    let newest = seconds.iter().max().copied().unwrap_or_default();
    let is_many = inputs.has("spends");
    let rows = if is_many { inputs.get("spends")?.items()? } else { vec![inputs.get("spend")?] };
    let mut times = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let at = match row.find("within_year").map(|told| told.boolean()).transpose()? {
            Some(is_within) => {
                let later = i64::try_from(place).unwrap_or(i64::MAX);
                newest + if is_within { YEAR / 2 } else { YEAR * 2 } + later
            }
            None => second(row)?,
        };
        let amount = row.get("amount")?.decimal()?;
        let units = Units::trade(ASSET, Date::MIN, -amount, euros(Decimal::ZERO));
        let sale = accounts.units(Units { at: moment(at)?, ..units })?;
        times.push((sale, at));
    }
    let last = times.iter().map(|(_, at)| *at).max().unwrap_or(newest);
    let as_of = moment(last.max(newest))?.date;
    let rates = Exchange::default().rates;
    let developed = accounts.developed(convention(inputs)?, &rates, Currency::EUR, as_of)?;
    let mut left: Decimal = inputs_total(inputs)?;
    let mut steps = Vec::new();
    for (identity, at) in times {
        let is_of = |sale: &&Sale| {
            let told = developed.ledger.transaction(sale.place);
            told.is_some_and(|booked| booked.transaction.identity == identity)
        };
        let Some(sale) = developed.development.sales.iter().find(is_of) else {
            return Err(Refusal::Malformed("a spend of nothing".to_owned()));
        };
        left -= sale.quantity - sale.missing;
        let mut step = step(&developed, sale, at)?;
        step.insert("remaining".to_owned(), left.into());
        steps.push(step);
    }
    if is_many {
        return Ok(Figures::from([("steps".to_owned(), steps.into())]));
    }
    let mut step = steps.pop().unwrap_or_default();
    step.insert("remaining".to_owned(), lots_left(&developed));
    Ok(step)
}

fn inputs_total(inputs: &Inputs<'_>) -> Result<Decimal, Refusal> {
    let rows = inputs.find("acquisitions").map_or_else(|| Ok(Vec::new()), |rows| rows.items())?;
    rows.iter().map(|row| row.get("amount")?.decimal()).sum()
}

/// Which of what a spend used is taxed.
fn step(developed: &Developed, sale: &Sale, at: i64) -> Result<Figures, Refusal> {
    let is_free = |used: &UsedLot| -> Result<bool, Refusal> {
        let origin = used.lot.origin.and_then(|place| developed.ledger.transaction(place));
        let acquired = origin.map(|booked| booked.transaction.at);
        let acquired = acquired.and_then(|at| at.time.map(|(time, _)| at.date.to_datetime(time)));
        let acquired = acquired.and_then(|at| Offset::UTC.to_timestamp(at).ok());
        let acquired = acquired.ok_or_else(|| Refusal::Malformed("no time".to_owned()))?;
        Ok(acquired.as_second() + YEAR < at)
    };
    let (mut taxed, mut costs) = (sale.missing, [Decimal::ZERO; 2]);
    for used in &sale.lots {
        let cost = used.lot.cost.base.clone().unwrap_or_default();
        if is_free(used)? {
            costs[0] += cost;
        } else {
            costs[1] += cost;
            taxed += used.lot.quantity;
        }
    }
    let [free_cost, taxed_cost] = costs;
    let told: [(&str, Computed); 6] = [
        ("taxable_amount", taxed.into()),
        ("taxfree_bought_cost", free_cost.into()),
        ("taxable_bought_cost", taxed_cost.into()),
        ("complete", sale.is_complete().into()),
        ("missing_amount", sale.missing.into()),
        ("missing", sale.missing.into()),
    ];
    Ok(told.map(|(name, figure)| (name.to_owned(), figure)).into())
}

fn lots_left(developed: &Developed) -> Computed {
    let lots = developed.holding(ONLY, ASSET).map(|holding| holding.lots.as_slice());
    let told = lots.unwrap_or_default().iter().map(|lot| {
        let origin = lot.origin.and_then(|place| developed.ledger.transaction(place));
        let whole = origin.map(|booked| booked.transaction.quantity).unwrap_or_default();
        let rate = lot.cost.base.clone().map(|cost| cost.checked_div(lot.quantity));
        let told: [(&str, Computed); 4] = [
            ("amount", whole.into()),
            ("remaining", lot.quantity.into()),
            ("remaining_amount", lot.quantity.into()),
            ("rate", rate.map(Option::unwrap_or_default).into()),
        ];
        Computed::Map(told.map(|(name, figure)| (name.to_owned(), figure)).into())
    });
    Computed::List(told.collect())
}

/// Profit, cost and units after each of many events.
fn after_events(inputs: &Inputs<'_>) -> Result<Computed, Refusal> {
    let mut accounts = Accounts::default();
    let rows = inputs.get("events")?.items()?;
    for (place, row) in rows.iter().enumerate() {
        let (amount, rate) = (row.at(1)?.decimal()?, row.at(2)?.decimal()?);
        let quantity = match row.at(0)?.text()? {
            "BUY" => amount,
            "SELL" => -amount,
            other => return Err(Refusal::UnknownShape(format!("an event `{other}`"))),
        };
        accounts.units(Units::trade(ASSET, nth_day(place)?, quantity, euros(amount * rate)))?;
    }
    let (rates, convention) = (Exchange::default().rates, convention(inputs)?);
    let mut after = Vec::new();
    for place in 0..rows.len() {
        let date = nth_day(place)?;
        let developed = accounts.developed(convention, &rates, Currency::EUR, date)?;
        let is_of =
            |sale: &&Sale| matches!(sale.place.row, Row::Transaction(index) if index == place);
        let sale = developed.development.sales.iter().find(is_of);
        let holding = developed.holding(ONLY, ASSET);
        let pnl = sale.map_or(Ok(Decimal::ZERO), |sale| sale.gain.base.clone());
        let told: [(&str, Computed); 4] = [
            ("pnl", pnl.into()),
            ("total_acb", holding.map_or(Ok(Decimal::ZERO), |it| it.cost.base.clone()).into()),
            ("amount", holding.map(|it| it.quantity).unwrap_or_default().into()),
            ("missing", sale.map(|sale| sale.missing).unwrap_or_default().into()),
        ];
        after.push(Computed::Map(told.map(|(name, figure)| (name.to_owned(), figure)).into()));
    }
    Ok(Computed::List(after))
}

/// The day behind, so that what follows it happens later.
fn next(date: Date) -> Result<Date, Refusal> {
    date.checked_add(Span::new().days(1)).map_err(|_| Refusal::Malformed("too late".to_owned()))
}
