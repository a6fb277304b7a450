//! Transfers of units and of cash from and to other brokers and accounts.

use stonks_plugin_sdk::{CashKind, Decimal, Fact, Refusal, Transaction, TransactionKind, decimal};

use crate::instrument::is_margined;
use crate::number::quotient;
use crate::row::Row;
use crate::survey::Statement;
use crate::teller::{Booked, Cash, Teller};

/// Tells a transfer.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let Some(booked) = teller.booked(row, &["reportDate", "date"], &["dateTime"])? else {
        return Err(row.missing("date"));
    };
    let currency = row.required_currency()?;
    let quantity = directed(row, row.number("quantity")?.unwrap_or_default());
    let cash = directed(row, row.number("cashTransfer")?.unwrap_or_default());
    let account = teller.account(row, statement);
    let transfer = Transfer { row, account, booked, currency, quantity, cash };
    let is_of_units = row.get("assetCategory") != Some("CASH") && !quantity.is_zero();
    let instrument = if is_of_units { teller.instrument(row) } else { None };
    let is_told = instrument.is_some() || !cash.is_zero();
    let Some(identity) = transfer.identity(teller) else { return Ok(()) };
    if let Some(instrument) = instrument {
        transfer.tell_units(teller, identity.clone(), instrument)?;
    }
    if !cash.is_zero() {
        transfer.tell_cash(teller, identity);
    }
    if !is_told {
        let reason = "the transfer tells neither units of an instrument nor cash";
        teller.note(row, statement, reason);
    }
    Ok(())
}

/// With the sign of the direction: some statements write it without.
fn directed(row: &Row<'_>, amount: Decimal) -> Decimal {
    match row.get("direction") {
        Some("OUT" | "Out" | "To") => -amount.abs(),
        Some("IN" | "In" | "From") => amount.abs(),
        _ => amount,
    }
}

struct Transfer<'a> {
    row: &'a Row<'a>,
    account: Option<String>,
    booked: Booked,
    currency: String,
    quantity: Decimal,
    cash: Decimal,
}

impl Transfer<'_> {
    /// `None` where the transfer was told before.
    fn identity(&self, teller: &mut Teller) -> Option<String> {
        let row = self.row;
        let (quantity, cash) = (decimal::canonical(self.quantity), decimal::canonical(self.cash));
        if let Some(id) = row.id(&["transactionID"]) {
            return teller.named("transfer", id, &[&quantity, &cash]);
        }
        let instrument = crate::instrument::identity(row).unwrap_or_default();
        let account = self.account.as_deref().unwrap_or_default();
        let day = self.booked.day.to_string();
        let other = row.get("account").unwrap_or_default();
        let content = [account, &day, &instrument, &quantity, &self.currency, &cash, other];
        Some(teller.unnamed("x", &content))
    }

    fn tell_units(
        &self,
        teller: &mut Teller,
        identity: String,
        instrument: String,
    ) -> Result<(), Refusal> {
        let row = self.row;
        let value = row.number("positionAmount")?.filter(|value| !value.is_zero());
        let unit = teller.multiplier(&instrument);
        let units = self.quantity.checked_mul(unit).filter(|_| !is_margined(row));
        let price = value
            .zip(units)
            .and_then(|(value, units)| quotient(value.abs(), units.abs()))
            .filter(|price| !price.is_zero());
        let is_in = self.quantity > Decimal::ZERO;
        let transaction = Transaction {
            identity,
            account: self.account.clone(),
            instrument,
            kind: if is_in { TransactionKind::TransferIn } else { TransactionKind::TransferOut },
            at: self.booked.at.clone(),
            settlement_date: teller.date(row, "settleDate")?,
            quantity: decimal::canonical(self.quantity),
            price: price.map(decimal::canonical),
            price_currency: price.map(|_| self.currency.clone()),
            amount: None,
            accrued: None,
            fees: Vec::new(),
            settled: None,
            exchange_rate: None,
            order: None,
            group: None,
            venue: None,
            description: Some(self.description()),
            source: row.source(),
        };
        teller.facts.push(Fact::Transaction(transaction));
        Ok(())
    }

    fn tell_cash(&self, teller: &mut Teller, identity: String) {
        let is_in = self.cash > Decimal::ZERO;
        let cash = Cash {
            identity,
            kind: if is_in { CashKind::Deposit } else { CashKind::Withdrawal },
            fee_kind: None,
            amount: self.cash,
            currency: &self.currency,
            instrument: None,
            value_date: None,
            group: None,
            description: Some(self.description()),
        };
        teller.cash(self.row, self.account.as_ref(), &self.booked, cash);
    }

    /// `ACATS transfer, Example Bank, 1234567`.
    fn description(&self) -> String {
        let kind = self.row.get("type").unwrap_or_default();
        let mut words = format!("{kind} transfer").trim_start().to_owned();
        for name in ["company", "deliveringBroker", "account"] {
            if let Some(value) = self.row.get(name) {
                words.push_str(", ");
                words.push_str(value);
            }
        }
        words
    }
}
