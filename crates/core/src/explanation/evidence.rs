//! Rows as evidence: what a file or a sync told.

use rust_decimal::Decimal;

use super::{Evidence, Explaining, Unit};
use crate::ledger::{Book, BookedTransaction, Cause, Place, Row};
use crate::money::to_canonical;

impl<'a> Explaining<'a, '_> {
    /// What changed the cash of a book, or its units.
    pub(super) fn evidence(
        &self,
        book: &'a Book,
        cause: Cause,
        amount: Option<(Decimal, Unit)>,
    ) -> Option<Evidence<'a>> {
        let source = book.source(cause)?;
        Some(match cause {
            Cause::Opening(currency) => Evidence {
                what: format!("balance in {currency} with which the statements begin"),
                date: book.opening(currency).map(|(date, _)| date),
                amount,
                identity: None,
                instrument: None,
                source,
            },
            Cause::Row(Row::Transaction(index)) => {
                let booked = book.transactions.get(index)?;
                Evidence {
                    what: self.what(booked),
                    date: Some(booked.transaction.at.date),
                    amount,
                    identity: Some(&booked.transaction.identity),
                    instrument: Some(booked.instrument),
                    source,
                }
            }
            Cause::Row(Row::Movement(index)) => {
                let booked = book.movements.get(index)?;
                let movement = &booked.movement;
                let kind = movement.kind.to_string().replace('-', " ");
                let what = match &movement.description {
                    Some(description) => format!("{kind}: {description}"),
                    None => kind,
                };
                Evidence {
                    what,
                    date: Some(movement.at.date),
                    amount,
                    identity: Some(&movement.identity),
                    instrument: booked.instrument,
                    source,
                }
            }
        })
    }

    pub(super) fn at(&self, place: Place, amount: Option<(Decimal, Unit)>) -> Option<Evidence<'a>> {
        self.evidence(self.ledger.books.get(place.book)?, Cause::Row(place.row), amount)
    }

    fn what(&self, booked: &BookedTransaction) -> String {
        let transaction = &booked.transaction;
        let kind = transaction.kind.to_string().replace('-', " ");
        let quantity = to_canonical(transaction.quantity);
        let label = self.instrument(booked.instrument).label();
        let price = transaction.price.zip(transaction.price_currency);
        let price =
            price.map(|(price, currency)| format!(" at {} {currency}", to_canonical(price)));
        format!("{kind} {quantity} {label}{}", price.unwrap_or_default())
    }
}
