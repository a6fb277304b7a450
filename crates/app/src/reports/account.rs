//! The account statement: every movement of cash.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::cash::CashKind;
use stonks_core::ledger::Book;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Query, RowSource, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A row of the statement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountRow {
    pub id: String,
    pub account: String,
    #[schema(value_type = String)]
    pub date: Moment,
    #[schema(value_type = Option<String>)]
    pub value_date: Option<Date>,
    #[schema(value_type = String)]
    pub kind: CashKind,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    pub description: Option<String>,
    #[schema(value_type = String)]
    pub amount: Amount,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Behind the movement: as the broker's statement has it, else as it follows from the movements.
    #[schema(value_type = String)]
    pub balance: Amount,
    /// As it follows from the movements.
    #[schema(value_type = String)]
    pub computed_balance: Amount,
    pub source: RowSource,
}

/// A change of cash on its way to a row.
struct Change {
    at: Moment,
    row: AccountRow,
    amount: Decimal,
    stated: Option<Decimal>,
}

impl App {
    /// Every movement of cash, oldest first: those of the statement, and those that follow from
    /// transactions where the broker's file doesn't list them.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn account_statement(&self, query: &Query) -> Result<Vec<AccountRow>, AccountError> {
        let desk = self.desk(query).await?;
        let mut rows: Vec<AccountRow> = desk
            .ledger()
            .books_of(desk.account())
            .flat_map(|book| statement(&desk, book))
            .collect();
        rows.retain(|row| desk.covers(row.date.date));
        rows.sort_by_key(|row| row.date);
        Ok(rows)
    }
}

fn statement(desk: &Desk, book: &Book) -> Vec<AccountRow> {
    if !book.is_cash_known() {
        return Vec::new();
    }
    let mut changes = movements(desk, book);
    changes.extend(of_transactions(desk, book));
    // What has the same time keeps the order of the file.
    changes.sort_by_key(|change| change.at);
    let mut balances: BTreeMap<Currency, Decimal> =
        book.openings().map(|(flow, _)| (flow.money.currency, flow.money.amount)).collect();
    changes
        .into_iter()
        .map(|Change { mut row, amount, stated, .. }| {
            let balance = balances.entry(row.currency).or_default();
            *balance = balance.saturating_add(amount);
            row.computed_balance = told(*balance);
            row.balance = told(stated.unwrap_or(*balance));
            row
        })
        .collect()
}

fn movements(desk: &Desk, book: &Book) -> Vec<Change> {
    let change = |booked: &stonks_core::ledger::BookedMovement| {
        let movement = &booked.movement;
        let money = movement.money.in_major_unit();
        Change {
            at: movement.at,
            amount: money.amount,
            stated: movement.balance,
            row: AccountRow {
                id: movement.identity.to_string(),
                account: book.label(),
                date: movement.at,
                value_date: movement.value_date,
                kind: movement.kind,
                instrument: booked
                    .instrument
                    .map(|index| InstrumentName::of(desk.instrument(index)))
                    .unwrap_or_default(),
                description: movement.description.clone(),
                amount: told(money.amount),
                currency: money.currency,
                balance: String::new(),
                computed_balance: String::new(),
                source: desk.source(&booked.source, movement.identity.as_str(), booked.instrument),
            },
        }
    };
    book.movements.iter().map(change).collect()
}

/// The cash of transactions that no movement settles.
fn of_transactions(desk: &Desk, book: &Book) -> Vec<Change> {
    let mut changes = Vec::new();
    for booked in book.transactions.iter().filter(|booked| !booked.is_settled) {
        let transaction = &booked.transaction;
        for money in &booked.cash {
            let begins = book.opening(money.currency).map(|(date, _)| date);
            if begins.is_some_and(|begins| transaction.at.date < begins) {
                continue;
            }
            changes.push(Change {
                at: transaction.at,
                amount: money.amount,
                stated: None,
                row: AccountRow {
                    id: transaction.identity.to_string(),
                    account: book.label(),
                    date: transaction.at,
                    value_date: transaction.settlement_date,
                    kind: CashKind::Trade,
                    instrument: InstrumentName::of(desk.instrument(booked.instrument)),
                    description: transaction.description.clone(),
                    amount: told(money.amount),
                    currency: money.currency,
                    balance: String::new(),
                    computed_balance: String::new(),
                    source: desk.source(
                        &booked.source,
                        transaction.identity.as_str(),
                        Some(booked.instrument),
                    ),
                },
            });
        }
    }
    changes
}
