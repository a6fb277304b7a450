//! Cash transactions: deposits, dividends and their taxes, interest, fees.

mod words;

use stonks_plugin_sdk::{CashKind, Decimal, FeeKind, Refusal, decimal};

use crate::row::Row;
use crate::survey::Statement;
use crate::teller::{Cash, Teller};
pub(crate) use words::fee_kind;
use words::{Meaning, meaning};

/// Tells a cash transaction.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let amount = row.required_number("amount")?;
    let currency = row.required_currency()?;
    let told_kind = row.get("type").ok_or_else(|| row.missing("type"))?;
    let Some(booked) = teller.booked(row, &["reportDate"], &["dateTime", "date", "settleDate"])?
    else {
        return Err(row.missing("dateTime"));
    };
    // A dividend and its tax, even one that is corrected a year later, share the day of payment.
    let value_date = match teller.date(row, "settleDate")? {
        Some(date) => Some(date),
        None => teller.date(row, "dateTime")?,
    };
    let account = teller.account(row, statement);
    let instrument = teller.instrument(row);
    let description = row.get("description");
    let text = description.unwrap_or_default();
    let known = meaning(told_kind);
    let kind = known.map_or(CashKind::Other, |meaning| kind(meaning, text, amount, &instrument));
    let amount_text = decimal::canonical(amount);
    let identity = match row.id(&["transactionID"]) {
        Some(id) => {
            let instrument = instrument.as_deref().unwrap_or_default();
            let date = &booked.at.date;
            let content = [amount_text.as_str(), &currency, date, told_kind, instrument, text];
            let Some(identity) = teller.named("cash", id, &content) else { return Ok(()) };
            identity
        }
        None => {
            let account = account.as_deref().unwrap_or_default();
            let instrument = instrument.as_deref().unwrap_or_default();
            let date = value_date.as_deref().unwrap_or_default();
            let kind = words::normal(told_kind);
            teller.unnamed("c", &[account, &kind, date, &currency, &amount_text, instrument, text])
        }
    };
    let cash = Cash {
        identity,
        kind,
        fee_kind: (kind == CashKind::Fee).then(|| fee_kind_of(known, text)),
        amount,
        currency: &currency,
        instrument,
        value_date,
        group: row.id(&["actionID"]).map(|action| format!("action:{action}")),
        description: Some(description.unwrap_or(told_kind).to_owned()),
    };
    teller.cash(row, account.as_ref(), &booked, cash);
    if known.is_none() {
        let shown = crate::row::shown(told_kind);
        let reason =
            format!("the type `{shown}` of a cash transaction isn't known; its amount is counted");
        teller.note(row, statement, &reason);
    }
    Ok(())
}

/// The kind of a movement whose type is known.
fn kind(
    meaning: Meaning,
    description: &str,
    amount: Decimal,
    instrument: &Option<String>,
) -> CashKind {
    let says = |word: &str| description.to_ascii_uppercase().contains(word);
    match meaning {
        Meaning::InOrOut if amount < Decimal::ZERO => CashKind::Withdrawal,
        Meaning::InOrOut => CashKind::Deposit,
        Meaning::Dividend if says("RETURN OF CAPITAL") => CashKind::CapitalReturn,
        Meaning::Dividend => CashKind::Dividend,
        Meaning::Tax if instrument.is_none() && words::is_of_interest(description) => {
            CashKind::InterestTax
        }
        Meaning::Tax => CashKind::WithholdingTax,
        Meaning::Interest if says("BORROW FEE") => CashKind::Fee,
        Meaning::Interest | Meaning::OtherIncome if words::is_of_lending(description) => {
            CashKind::Lending
        }
        Meaning::Interest => CashKind::Interest,
        Meaning::OtherIncome => CashKind::Reward,
        Meaning::Fee | Meaning::Commission => CashKind::Fee,
        Meaning::Adjustment => CashKind::Adjustment,
        Meaning::OtherTax => CashKind::Tax,
    }
}

fn fee_kind_of(meaning: Option<Meaning>, description: &str) -> FeeKind {
    match meaning {
        Some(Meaning::Commission) => FeeKind::Transaction,
        _ => fee_kind(description),
    }
}
