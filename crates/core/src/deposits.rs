//! Money put in and taken out: what gains are measured against.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::cash::CashKind;
use crate::figure::{Figure, Sum, product};
use crate::holdings::{Terms, total};
use crate::ledger::{Book, BookedTransaction, Cause, Ledger, Row};
use crate::moment::Moment;
use crate::money::Money;
use crate::statement::Source;
use crate::transaction::TransactionKind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DepositKind {
    Deposit,
    Withdrawal,
    /// The balance with which the imported statements begin. What was put in before isn't told, so
    /// that it counts as put in then.
    OpeningBalance,
}

/// A row of the deposits.
#[derive(Debug, Clone)]
pub struct Deposit<'a> {
    pub id: String,
    pub at: Moment,
    pub kind: DepositKind,
    /// Negative for a withdrawal.
    pub money: Money,
    pub description: Option<&'a str>,
    pub cause: Cause,
    pub source: &'a Source,
}

/// Deposits, withdrawals and opening balances of a book, oldest first.
#[must_use]
pub fn deposits(book: &Book) -> Vec<Deposit<'_>> {
    let openings =
        book.openings().filter(|(flow, _)| !flow.money.amount.is_zero()).map(|(flow, source)| {
            Deposit {
                id: format!("opening-balance:{}", flow.money.currency),
                at: Moment::day(flow.date),
                kind: DepositKind::OpeningBalance,
                money: flow.money,
                description: Some("Balance before the first imported movement"),
                cause: Cause::Opening(flow.money.currency),
                source,
            }
        });
    let movements = book.movements.iter().enumerate().filter_map(|(index, booked)| {
        let movement = &booked.movement;
        let kind = match movement.kind {
            CashKind::Deposit => DepositKind::Deposit,
            CashKind::Withdrawal => DepositKind::Withdrawal,
            _ => return None,
        };
        Some(Deposit {
            id: movement.identity.to_string(),
            at: movement.at,
            kind,
            money: movement.money,
            description: movement.description.as_deref(),
            cause: Cause::Row(Row::Movement(index)),
            source: &booked.source,
        })
    });
    let mut deposits: Vec<Deposit<'_>> = openings.chain(movements).collect();
    deposits.sort_by_key(|deposit| deposit.at);
    deposits
}

/// A flow between the portfolio and the world, in the base currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    pub date: Date,
    /// Positive: put in.
    pub amount: Figure,
    /// What was put in or taken out, as it was told; none where it was units.
    pub money: Option<Money>,
    pub cause: Cause,
}

/// All that was put in and taken out of a book: deposits and withdrawals, opening balances, the
/// money of trades where the cash isn't told, and units transferred in and out at the price of their
/// day.
#[must_use]
pub fn contributions(ledger: &Ledger, book: &Book, terms: Terms<'_>) -> Vec<Contribution> {
    contributions_since(ledger, book, terms, Date::MIN, |_| false)
}

/// The same since a day, without the transfers that `is_left_out`.
pub(crate) fn contributions_since(
    ledger: &Ledger,
    book: &Book,
    terms: Terms<'_>,
    since: Date,
    is_left_out: impl Fn(&BookedTransaction) -> bool,
) -> Vec<Contribution> {
    let mut contributions: Vec<Contribution> =
        each(ledger, book, terms, since, is_left_out).collect();
    contributions.sort_by_key(|contribution| contribution.date);
    contributions
}

/// In no order.
fn each(
    ledger: &Ledger,
    book: &Book,
    terms: Terms<'_>,
    since: Date,
    is_left_out: impl Fn(&BookedTransaction) -> bool,
) -> impl Iterator<Item = Contribution> {
    let is_asked = move |date: Date| since <= date && date <= terms.as_of;
    let deposits =
        deposits(book).into_iter().map(|deposit| (deposit.cause, deposit.at.date, deposit.money));
    let outside = book.outside_flows(since).map(|(cause, flow)| (cause, flow.date, flow.money));
    let in_cash = deposits.chain(outside).filter(move |(_, date, _)| is_asked(*date)).map(
        move |(cause, date, money)| Contribution {
            date,
            amount: terms.in_base(money, date),
            money: Some(money),
            cause,
        },
    );
    let rows = book.transactions.iter().enumerate().skip(book.first_since(since));
    let in_units = rows.filter_map(move |(index, booked)| {
        let transaction = &booked.transaction;
        let date = transaction.at.date;
        let is_transfer =
            matches!(transaction.kind, TransactionKind::TransferIn | TransactionKind::TransferOut);
        if !is_transfer || !is_asked(date) || !booked.cash.is_empty() || is_left_out(booked) {
            return None;
        }
        let instrument = &ledger.instruments[booked.instrument];
        let told = transaction.price.zip(transaction.price_currency).map(|(price, currency)| {
            let units = product(transaction.quantity, instrument.units_per_contract())?;
            terms.in_base(Money::new(product(units, price)?, currency), date)
        });
        let amount = told.unwrap_or_else(|| {
            let price = ledger.prices[booked.instrument].on(date);
            let value = crate::holdings::value(instrument, transaction.quantity, price, date)?;
            terms.in_base(value, date)
        });
        let cause = Cause::Row(Row::Transaction(index));
        Some(Contribution { date, amount, money: None, cause })
    });
    in_cash.chain(in_units)
}

/// What was put in less what was taken out of a book.
#[must_use]
pub fn net_contributions(ledger: &Ledger, book: &Book, terms: Terms<'_>) -> Sum {
    total(each(ledger, book, terms, Date::MIN, |_| false).map(|contribution| contribution.amount))
}

/// Sum of these contributions.
#[must_use]
pub fn sum_of(contributions: &[Contribution]) -> Sum {
    total(contributions.iter().map(|contribution| contribution.amount.clone()))
}

/// Running total behind each contribution, for those that are known.
#[must_use]
pub fn running_total(contributions: &[Contribution]) -> Vec<(Date, Decimal)> {
    let mut total = Decimal::ZERO;
    contributions
        .iter()
        .filter_map(|contribution| {
            total = total.checked_add(contribution.amount.clone().ok()?)?;
            Some((contribution.date, total))
        })
        .collect()
}
