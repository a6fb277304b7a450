//! The cash report: what was there before the first day of a statement, and behind its last.

use stonks_plugin_sdk::{Balance, DaySide, Fact, Refusal, decimal};

use crate::row::{Row, money};
use crate::survey::Statement;
use crate::teller::Teller;

/// Tells both balances of a currency.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let currency = row.required_currency()?;
    let account = teller.account(row, statement);
    let slashes = teller.slashes;
    let sides = [
        ("startingCash", "fromDate", statement.from(slashes), DaySide::Opening),
        ("endingCash", "toDate", statement.to(slashes), DaySide::Closing),
    ];
    for (amount_name, day_name, day_of_statement, side) in sides {
        let Some(amount) = row.number(amount_name)? else { continue };
        let day = row.day(day_name, slashes)?.or(day_of_statement);
        let day = day.ok_or_else(|| row.missing(day_name))?;
        let of_account = account.as_deref().unwrap_or_default();
        let side_name = if side == DaySide::Opening { "opening" } else { "closing" };
        let mut id = format!("{of_account}:{currency}:{day}:{side_name}");
        if let Some(model) = row.get("model") {
            id = format!("{id}:{model}");
        }
        let Some(identity) = teller.named("balance", &id, &[&decimal::canonical(amount)]) else {
            continue;
        };
        teller.facts.push(Fact::Balance(Balance {
            identity,
            account: account.clone(),
            date: day.to_string(),
            side,
            money: money(amount, &currency),
            source: row.source(),
        }));
    }
    Ok(())
}
