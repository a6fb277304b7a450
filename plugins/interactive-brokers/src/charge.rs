//! Charges that have sections of their own: taxes on trades and services, card payments, the
//! financing of CFDs.

use stonks_plugin_sdk::{CashKind, Decimal, FeeKind, Refusal, decimal};

use crate::row::Row;
use crate::survey::Statement;
use crate::teller::{Cash, Teller};

/// A tax on a trade; those that a trade tells itself are not told twice.
pub(crate) fn transaction_tax(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let trade = row.id(&["tradeId", "tradeID"]);
    if row.get("source") != Some("STANDALONE")
        && trade.is_some_and(|trade| statement.has_taxed_trade(trade))
    {
        return Ok(());
    }
    let kind = (CashKind::Fee, Some(FeeKind::TransactionTax));
    let description = row.get("taxDescription");
    let amount = row.required_number("taxAmount")?;
    tell(teller, row, statement, Charge { prefix: "tax", kind, amount, description })
}

/// VAT and the like on market data and other services.
pub(crate) fn sales_tax(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let words = [row.get("country"), row.get("taxType"), row.get("taxableDescription")];
    let description = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let description = Some(description.as_str()).filter(|text| !text.is_empty());
    let amount = row.required_number("salesTax")?;
    let kind = (CashKind::Tax, None);
    tell(teller, row, statement, Charge { prefix: "sales-tax", kind, amount, description })
}

/// A payment by the broker's debit card: money that leaves for good.
pub(crate) fn debit_card(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    if row.get("status").is_some_and(|status| status.eq_ignore_ascii_case("PENDING")) {
        teller.note(row, statement, "the card payment is pending; it counts once it is settled");
        return Ok(());
    }
    let amount = row.required_number("amount")?;
    let is_in = amount > Decimal::ZERO;
    let kind = if is_in { CashKind::Deposit } else { CashKind::Withdrawal };
    let description = row.get("merchantNameLocation");
    let charge = Charge { prefix: "card", kind: (kind, None), amount, description };
    tell(teller, row, statement, charge)
}

/// Interest on what a CFD lends, or brings.
pub(crate) fn cfd_charge(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let amount = row.required_number("total")?;
    let description = row.first(&["activityDescription", "description"]).map(|(_, text)| text);
    let kind = (CashKind::Interest, None);
    let description = description.or(Some("CFD charge"));
    tell(teller, row, statement, Charge { prefix: "cfd-charge", kind, amount, description })
}

struct Charge<'a> {
    prefix: &'static str,
    kind: (CashKind, Option<FeeKind>),
    amount: Decimal,
    description: Option<&'a str>,
}

fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
    charge: Charge<'_>,
) -> Result<(), Refusal> {
    let days = ["reportDate", "date", "postingDate"];
    let Some(booked) = teller.booked(row, &days, &["transactionDateTime", "dateTime"])? else {
        return Err(row.missing("date"));
    };
    let currency = row.required_currency()?;
    let account = teller.account(row, statement);
    let instrument = teller.instrument(row);
    let amount = decimal::canonical(charge.amount);
    let day = booked.day.to_string();
    let identity = match row.id(&["transactionID"]) {
        Some(id) => {
            let content = [amount.as_str(), &currency, &day];
            let Some(identity) = teller.named(charge.prefix, id, &content) else { return Ok(()) };
            identity
        }
        None => {
            let account = account.as_deref().unwrap_or_default();
            let subject = row.id(&["tradeId", "tradeID"]).or(instrument.as_deref());
            let subject = subject.unwrap_or_default();
            let text = charge.description.unwrap_or_default();
            teller.unnamed(charge.prefix, &[account, &day, &amount, &currency, subject, text])
        }
    };
    let cash = Cash {
        identity,
        kind: charge.kind.0,
        fee_kind: charge.kind.1,
        amount: charge.amount,
        currency: &currency,
        instrument,
        value_date: None,
        group: None,
        description: charge.description.map(str::to_owned),
    };
    teller.cash(row, account.as_ref(), &booked, cash);
    Ok(())
}
