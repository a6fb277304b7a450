//! Open dividend accruals: dividends that are announced for shares held on the day of record.

use stonks_plugin_sdk::{Decimal, DividendStatus, Fact, Refusal, UpcomingDividend};

use crate::row::{Row, money};
use crate::survey::Statement;
use crate::teller::Teller;

/// Tells a dividend that is paid after the statement's period. One that was due before is told by
/// the cash transaction of its payment.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let (ex_day, pay_day) =
        (row.day("exDate", teller.slashes)?, row.day("payDate", teller.slashes)?);
    let last_day = statement.to(teller.slashes);
    if pay_day.zip(last_day).is_some_and(|(pay_day, last_day)| pay_day <= last_day) {
        return Ok(());
    }
    let currency = row.required_currency()?;
    let account = teller.account(row, statement);
    let Some(instrument) = teller.instrument(row) else {
        teller.note(row, statement, "the dividend does not say of what it is");
        return Ok(());
    };
    let tell_day = |day: Option<crate::day::Day>| day.map(|day| day.to_string());
    let (ex_date, pay_date) = (tell_day(ex_day), tell_day(pay_day));
    let gross = row.number("grossAmount")?;
    // Told as what is kept back, which weighs against the dividend whatever its sign: a short
    // position pays it.
    let tax = row.number("tax")?.filter(|tax| !tax.is_zero()).map(|tax| -tax);
    let id = format!(
        "{}:{instrument}:{}:{}",
        account.as_deref().unwrap_or_default(),
        ex_date.as_deref().unwrap_or_default(),
        pay_date.as_deref().unwrap_or_default()
    );
    let content = [row.canonical("quantity"), row.canonical("grossAmount")];
    let Some(identity) = teller.named("dividend", &id, &[&content[0], &content[1]]) else {
        return Ok(());
    };
    let positive = |rate: &Decimal| *rate > Decimal::ZERO;
    teller.facts.push(Fact::UpcomingDividend(UpcomingDividend {
        identity,
        account,
        instrument,
        status: DividendStatus::Announced,
        ex_date,
        pay_date,
        per_unit: row.number("grossRate")?.filter(positive).map(|rate| money(rate, &currency)),
        gross: gross.map(|gross| money(gross, &currency)),
        withholding_tax: tax.map(|tax| money(tax, &currency)),
        source: row.source(),
    }));
    Ok(())
}
