//! Open positions: what the broker says is held.

use stonks_plugin_sdk::{Fact, Position, Refusal, decimal};

use crate::instrument::is_margined;
use crate::row::{Row, money};
use crate::survey::Statement;
use crate::teller::Teller;

/// Tells a position at the end of the statement's day.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let day = match row.day("reportDate", teller.slashes)? {
        Some(day) => day,
        None => statement.to(teller.slashes).ok_or_else(|| row.missing("reportDate"))?,
    };
    let currency = row.required_currency()?;
    let quantity = row.first_number(&["position", "quantity"])?;
    let quantity = quantity.ok_or_else(|| row.missing("position"))?;
    let price = row.number("markPrice")?;
    let value = row.number("positionValue")?;
    let account = teller.account(row, statement);
    let Some(instrument) = teller.instrument(row) else {
        teller.note(row, statement, "the position does not say of what it is");
        return Ok(());
    };
    let of_account = account.as_deref().unwrap_or_default();
    let mut id = format!("{of_account}:{instrument}:{day}");
    if let Some(model) = row.get("model") {
        id = format!("{id}:{model}");
    }
    let canonical = decimal::canonical(quantity);
    // A future's or CFD's price times its units is no value: see the trades.
    let is_valued = !is_margined(row);
    let price = price.filter(|_| is_valued);
    let cost = row.number("costBasisMoney")?.filter(|_| is_valued);
    let Some(identity) = teller.named("position", &id, &[&canonical]) else { return Ok(()) };
    teller.facts.push(Fact::Position(Position {
        identity,
        account,
        instrument,
        date: day.to_string(),
        quantity: canonical,
        price: price.map(decimal::canonical),
        price_currency: price.map(|_| currency.clone()),
        value: value.filter(|_| is_valued).map(|value| money(value, &currency)),
        cost: cost.map(|cost| money(cost, &currency)),
        source: row.source(),
    }));
    Ok(())
}
