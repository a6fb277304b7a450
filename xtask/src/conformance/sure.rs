//! Cases of Sure: average cost over purchases and sales, and the cost that a broker states.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::figure::Figure;
use stonks_core::lots::CostMethod;
use stonks_core::money::{Currency, Money};

use super::accounts::{Accounts, Convention, Exchange, ONLY, Units, day, nth_day, number};
use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};

const SHARE: &str = "share";

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let (accounts, last) = read(inputs)?;
    let convention = Convention { method: CostMethod::Average, ..Convention::default() };
    let rates = Exchange::default().rates;
    let developed = accounts.developed(convention, &rates, Currency::EUR, last)?;
    let Some(holding) = developed.holding(ONLY, SHARE) else {
        return Err(Refusal::Malformed("nothing was ever held".to_owned()));
    };
    let share = |part: &Figure| -> Computed {
        let known = part.clone().ok().zip(holding.cost.base.clone().ok());
        let share = known.and_then(|(part, cost)| part.checked_div(cost)?.to_f64());
        share.map_or_else(|| Computed::Nothing("nothing was paid".to_owned()), Computed::Ratio)
    };
    let instrument = &developed.ledger.instruments[holding.instrument];
    let known = asked.iter().filter_map(|figure| {
        let computed: Computed = match *figure {
            "average_cost" | "avg_cost" => holding.average_cost(instrument).into(),
            "quantity" | "shares" => holding.quantity.into(),
            "cost_basis" | "cost" => holding.cost.base.clone().into(),
            "market_value" | "value" => holding.base_value.clone().into(),
            "return" => share(&holding.unrealized_gain),
            "unrealised" | "unrealized" | "unrealised_gain" | "unrealized_gain" => {
                holding.unrealized_gain.clone().into()
            }
            "realised" | "realized" | "realised_gain" | "realized_gain" => {
                holding.realized_gain.clone().into()
            }
            _ => return None,
        };
        Some(((*figure).to_owned(), computed))
    });
    Ok(known.collect())
}

fn euros(amount: Decimal) -> Money {
    Money::new(amount, Currency::EUR)
}

/// What happened, and the last day of it.
fn read(inputs: &Inputs<'_>) -> Result<(Accounts, Date), Refusal> {
    let mut accounts = Accounts::default();
    let mut last = nth_day(0)?;
    if let Some(rows) = inputs.any(&["activities", "trades"]) {
        for (place, row) in rows.items()?.iter().enumerate() {
            let date = day(row, place)?;
            let (quantity, price) = (row.get("quantity")?.decimal()?, row.get("price")?.decimal()?);
            let quantity = match row.get("type")?.text()?.to_uppercase().as_str() {
                "BUY" => quantity,
                "SELL" => -quantity,
                other => return Err(Refusal::UnknownShape(format!("an activity `{other}`"))),
            };
            let total = euros(quantity.abs() * price);
            let fee = euros(number(row, &["fee", "fees"])?);
            accounts.units(Units::trade(SHARE, date, quantity, total).costing(fee))?;
            last = last.max(date);
        }
    } else {
        accounts.units(Units::trade(SHARE, last, stated(inputs)?, euros(paid(inputs)?)))?;
    }
    let price = match inputs.find("market_value") {
        Some(value) => value.decimal()?.checked_div(stated(inputs)?),
        None => inputs
            .any(&["price", "market_price", "current_price"])
            .map(|told| told.decimal())
            .transpose()?,
    };
    if let Some(price) = price {
        accounts.quote(SHARE, last, euros(price))?;
    }
    Ok((accounts, last))
}

/// Units that a broker states.
fn stated(inputs: &Inputs<'_>) -> Result<Decimal, Refusal> {
    let told = inputs.any(&["shares", "quantity"]);
    told.map_or_else(|| inputs.get("shares"), Ok)?.decimal()
}

/// What a broker states as cost is that of all units.
fn paid(inputs: &Inputs<'_>) -> Result<Decimal, Refusal> {
    match inputs.find("cost_basis") {
        Some(cost) => cost.decimal(),
        None => Ok(inputs.get("purchase_price")?.decimal()? * stated(inputs)?),
    }
}
