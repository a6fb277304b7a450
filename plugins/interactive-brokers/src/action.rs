//! Corporate actions: each row is one leg, and the legs of one action share a group.

mod kinds;

use stonks_plugin_sdk::{
    CashKind, Decimal, Fact, FeeKind, Refusal, Transaction, TransactionKind, decimal,
};

use crate::number::{number, quotient};
use crate::row::{Row, money};
use crate::survey::Statement;
use crate::teller::{Booked, Cash, Teller};
use kinds::{Meaning, meaning};

/// What the legs of one action share: its id and day, or else its day and the common part of its
/// description. An action that is booked anew, after it was taken back, carries the id of the first.
pub(crate) fn key(row: &Row<'_>) -> String {
    let prefix = if is_cancelled(row) { "cancelled:" } else { "" };
    let day = row.first(&["reportDate", "dateTime", "date"]).map_or("", |(_, day)| day);
    let account = row.get("accountId").unwrap_or_default();
    let action = row.id(&["actionID"]).unwrap_or_else(|| head(row));
    format!("{prefix}{account}:{day}:{action}")
}

/// Whether the row takes another one back. It carries the id of the action, but not its group: the two
/// follow upon each other.
fn is_cancelled(row: &Row<'_>) -> bool {
    let codes = row.first(&["code", "notes"]).map_or("", |(_, codes)| codes);
    codes.split(';').any(|code| code.trim() == "Ca")
}

/// Whether the row brings units.
pub(crate) fn is_incoming(row: &Row<'_>) -> bool {
    row.get("quantity").and_then(number).is_some_and(|quantity| quantity > Decimal::ZERO)
}

/// The description without the last parenthesis, which names the instrument of the leg.
fn head<'a>(row: &'a Row<'_>) -> &'a str {
    let text =
        row.first(&["actionDescription", "description"]).map_or("", |(_, text)| text).trim_end();
    if !text.ends_with(')') {
        return text;
    }
    let mut depth = 0;
    for (at, sign) in text.char_indices().rev() {
        match sign {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text[..at].trim_end();
        }
    }
    text
}

/// Tells one leg.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let Some(booked) = teller.booked(row, &["reportDate"], &["dateTime", "date"])? else {
        return Err(row.missing("reportDate"));
    };
    let currency = row.required_currency()?;
    let quantity = row.required_number("quantity")?;
    let cash = cash_effect(row, quantity)?;
    let account = teller.account(row, statement);
    let told = row.get("type").unwrap_or_default();
    let known = meaning(told);
    if known.is_none() {
        let shown = crate::row::shown(told);
        let reason = format!(
            "the type `{shown}` of a corporate action isn't known; its units and its cash are counted"
        );
        teller.note(row, statement, &reason);
    }
    let meaning = known.unwrap_or(Meaning::Units(TransactionKind::Other));
    let action = row.id(&["actionID"]).unwrap_or_else(|| head(row));
    let group = format!("action:{}:{action}", booked.day);
    let group = if is_cancelled(row) { format!("{group}:cancelled") } else { group };
    let leg = Leg { row, account, booked, currency, quantity, cash, group };
    let instrument = teller.instrument(row);
    let Some(identity) = leg.identity(teller) else { return Ok(()) };
    match (instrument, meaning) {
        (Some(instrument), Meaning::Units(kind)) if !quantity.is_zero() => {
            leg.tell_units(teller, statement, (identity, instrument), kind)
        }
        (instrument, meaning) => leg.tell_cash(teller, statement, (identity, instrument), meaning),
    }
}

/// Money that comes with the leg. Proceeds are the broker's word for it; where they aren't part of the
/// query, the amount is, with the sign against that of the units.
fn cash_effect(row: &Row<'_>, quantity: Decimal) -> Result<Decimal, Refusal> {
    if let Some(proceeds) = row.number("proceeds")? {
        return Ok(proceeds);
    }
    let amount = row.number("amount")?.unwrap_or_default();
    Ok(if quantity > Decimal::ZERO { -amount.abs() } else { amount.abs() })
}

struct Leg<'a> {
    row: &'a Row<'a>,
    account: Option<String>,
    booked: Booked,
    currency: String,
    quantity: Decimal,
    cash: Decimal,
    group: String,
}

impl Leg<'_> {
    /// `None` where the leg was told before.
    fn identity(&self, teller: &mut Teller) -> Option<String> {
        let row = self.row;
        let (quantity, cash) = (decimal::canonical(self.quantity), decimal::canonical(self.cash));
        let content = [quantity.as_str(), &cash];
        if let Some(id) = row.id(&["transactionID"]) {
            return teller.named("action", id, &content);
        }
        let instrument = crate::instrument::identity(row).unwrap_or_default();
        let account = self.account.as_deref().unwrap_or_default();
        let day = self.booked.day.to_string();
        if let Some(id) = row.id(&["actionID"]) {
            let id = format!("{account}:{id}:{day}:{instrument}");
            return teller.named("action", &id, &content);
        }
        let told = row.get("type").unwrap_or_default();
        let content = [account, &day, told, &instrument, &quantity, &cash, head(row)];
        Some(teller.unnamed("a", &content))
    }

    fn tell_units(
        &self,
        teller: &mut Teller,
        statement: &Statement,
        (identity, instrument): (String, String),
        kind: TransactionKind,
    ) -> Result<(), Refusal> {
        let row = self.row;
        // Units that go for money, without others in return, are sold: a merger in cash.
        let is_sold = self.quantity < Decimal::ZERO
            && self.cash > Decimal::ZERO
            && !statement.brings_units(&key(row));
        let is_paid_off = kind == TransactionKind::Exchange && is_sold;
        let kind = if is_paid_off { TransactionKind::Sell } else { kind };
        let is_sale = kind == TransactionKind::Sell;
        // Units that are subscribed to cost what is paid, not what the rights to them did.
        let is_subscription = kind == TransactionKind::Rights
            && self.quantity > Decimal::ZERO
            && self.cash < Decimal::ZERO;
        let price = self.price(kind, teller.multiplier(&instrument))?;
        let transaction = Transaction {
            identity,
            account: self.account.clone(),
            instrument,
            kind,
            at: self.booked.at.clone(),
            settlement_date: None,
            quantity: decimal::canonical(self.quantity),
            price: price.map(decimal::canonical),
            price_currency: price.map(|_| self.currency.clone()),
            amount: (is_sale || !self.cash.is_zero()).then(|| money(self.cash, &self.currency)),
            accrued: None,
            fees: Vec::new(),
            settled: None,
            exchange_rate: None,
            order: None,
            group: (!is_sale && !is_subscription).then(|| self.group.clone()),
            venue: None,
            description: self.description(),
            source: row.source(),
        };
        teller.facts.push(Fact::Transaction(transaction));
        Ok(())
    }

    /// Of a sale, what a unit brought; else the value of a unit, if the statement values the leg.
    fn price(&self, kind: TransactionKind, unit: Decimal) -> Result<Option<Decimal>, Refusal> {
        let Some(units) = self.quantity.checked_mul(unit) else { return Ok(None) };
        if kind == TransactionKind::Sell {
            return Ok(quotient(-self.cash, units).filter(|price| *price > Decimal::ZERO));
        }
        // The one row of a forward split brings the additional units, and says nowhere whether its
        // value is theirs or that of all.
        if self.row.get("type") == Some("FS") {
            return Ok(None);
        }
        let value = self.row.number("value")?.filter(|value| !value.is_zero());
        Ok(value.and_then(|value| quotient(value, units)).filter(|price| *price > Decimal::ZERO))
    }

    /// Cash without units, such as a coupon.
    fn tell_cash(
        &self,
        teller: &mut Teller,
        statement: &Statement,
        (identity, instrument): (String, Option<String>),
        meaning: Meaning,
    ) -> Result<(), Refusal> {
        let row = self.row;
        if !self.quantity.is_zero() {
            let reason = "the corporate action moves units that this plugin can't place; only its cash is counted";
            teller.note(row, statement, reason);
        } else if self.cash.is_zero() {
            teller.note(row, statement, "the corporate action moves neither units nor cash");
        }
        if self.cash.is_zero() {
            return Ok(());
        }
        let (kind, fee_kind) = match meaning {
            Meaning::Cash(CashKind::Fee) => (CashKind::Fee, Some(FeeKind::CorporateAction)),
            Meaning::Cash(kind) => (kind, None),
            Meaning::Units(_) => (CashKind::Other, None),
        };
        let cash = Cash {
            identity,
            kind,
            fee_kind,
            amount: self.cash,
            currency: &self.currency,
            instrument,
            value_date: None,
            group: Some(self.group.clone()),
            description: self.description(),
        };
        teller.cash(row, self.account.as_ref(), &self.booked, cash);
        Ok(())
    }

    fn description(&self) -> Option<String> {
        let told = self.row.first(&["actionDescription", "description"]);
        told.map(|(_, description)| description.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Place;

    #[test]
    fn the_last_parenthesis_names_the_leg() {
        for (description, expected) in [
            (
                "AB(X1) MERGED(Offer)  FOR USD 3.00 PER SHARE (AB.TEN, AB (OLD) INC, X1)",
                "AB(X1) MERGED(Offer)  FOR USD 3.00 PER SHARE",
            ),
            ("AB(X1) SPLIT 4 FOR 1", "AB(X1) SPLIT 4 FOR 1"),
            (")", ")"),
            ("", ""),
        ] {
            let row = Row {
                name: "CorporateAction",
                fields: vec![("description", description.into())],
                line: 1,
                column: 1,
                place: Place::Table,
                raw: "".into(),
            };
            assert_eq!(head(&row), expected);
        }
    }
}
