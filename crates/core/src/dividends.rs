//! Dividends: gross, tax withheld and net, by payment.

mod rhythm;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::cash::{CashKind, DividendStatus};
use crate::figure::{Figure, product};
use crate::holdings::Holding;
use crate::ledger::{Book, InstrumentIndex, Ledger};
use crate::moment::Moment;
use crate::money::{Currency, Money};
use crate::statement::Source;

pub use rhythm::{Periodicity, Yielding, periodicity, yield_per_year};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentStatus {
    Paid,
    Announced,
    Forecast,
}

/// One payment of one instrument: the dividend and the taxes withheld from it.
#[derive(Debug, Clone)]
pub struct Dividend<'a> {
    pub id: String,
    pub at: Moment,
    pub status: PaymentStatus,
    pub instrument: Option<InstrumentIndex>,
    pub currency: Currency,
    pub gross: Figure,
    /// Negative, or zero.
    pub tax: Decimal,
    pub ex_date: Option<Date>,
    pub description: Option<&'a str>,
    pub source: &'a Source,
}

impl Dividend<'_> {
    /// Gross less tax.
    ///
    /// # Errors
    /// Where the gross amount isn't known, or out of range.
    pub fn net(&self) -> Figure {
        crate::figure::sum(self.gross.clone()?, self.tax)
    }
}

/// Paid dividends of a book, oldest first.
///
/// A payment is what one instrument brings on one value date in one currency. A reversal takes its
/// amount back from the gross, and a tax refund from the tax.
#[must_use]
pub fn paid(book: &Book) -> Vec<Dividend<'_>> {
    let mut payments: BTreeMap<(Date, Option<InstrumentIndex>, Currency), Dividend<'_>> =
        BTreeMap::new();
    for booked in &book.movements {
        let movement = &booked.movement;
        let (gross, tax) = match movement.kind {
            CashKind::Dividend => (movement.money.amount, Decimal::ZERO),
            CashKind::WithholdingTax => (Decimal::ZERO, movement.money.amount),
            _ => continue,
        };
        let currency = movement.money.currency;
        let date = movement.value_date.unwrap_or(movement.at.date);
        let payment =
            payments.entry((date, booked.instrument, currency)).or_insert_with(|| Dividend {
                id: movement.identity.to_string(),
                at: movement.at,
                status: PaymentStatus::Paid,
                instrument: booked.instrument,
                currency,
                gross: Ok(Decimal::ZERO),
                tax: Decimal::ZERO,
                ex_date: None,
                description: movement.description.as_deref(),
                source: &booked.source,
            });
        payment.gross = payment.gross.clone().and_then(|sum| crate::figure::sum(sum, gross));
        payment.tax = payment.tax.saturating_add(tax);
        if movement.kind == CashKind::Dividend {
            payment.id = movement.identity.to_string();
            payment.source = &booked.source;
            payment.description = movement.description.as_deref();
        }
    }
    let mut payments: Vec<Dividend<'_>> = payments.into_values().collect();
    payments.sort_by(|left, right| left.at.cmp(&right.at).then_with(|| left.id.cmp(&right.id)));
    payments
}

/// Announced and forecast dividends of a book that are to be paid after `as_of`, for the units held.
#[must_use]
pub fn upcoming<'a>(book: &'a Book, holdings: &[Holding], as_of: Date) -> Vec<Dividend<'a>> {
    let label = book.label();
    let held = |instrument: InstrumentIndex| {
        holdings
            .iter()
            .find(|holding| holding.instrument == instrument && holding.account_label == label)
            .map_or(Decimal::ZERO, |holding| holding.quantity)
    };
    let mut dividends: Vec<Dividend<'a>> = Vec::new();
    for told in &book.upcoming {
        let upcoming = &told.fact;
        let Some(date) = upcoming.pay_date.or(upcoming.ex_date).filter(|date| *date > as_of) else {
            continue;
        };
        let by_units = || {
            let per_unit = upcoming.per_unit?;
            Some((product(per_unit.amount, held(told.instrument)), per_unit.currency))
        };
        let whole = upcoming.gross.map(|money| (Ok(money.amount), money.currency));
        let Some((gross, currency)) = whole.or_else(by_units) else { continue };
        dividends.push(Dividend {
            id: upcoming.identity.to_string(),
            at: Moment::day(date),
            status: match upcoming.status {
                DividendStatus::Announced => PaymentStatus::Announced,
                DividendStatus::Forecast => PaymentStatus::Forecast,
            },
            instrument: Some(told.instrument),
            currency,
            gross,
            tax: upcoming.withholding_tax.map_or(Decimal::ZERO, |money: Money| money.amount),
            ex_date: upcoming.ex_date,
            description: None,
            source: &told.source,
        });
    }
    dividends.sort_by(|left, right| left.at.cmp(&right.at).then_with(|| left.id.cmp(&right.id)));
    dividends
}

/// Units of a book day by day, to tell for how many a dividend was paid.
#[derive(Debug)]
pub struct UnitsHeld<'a> {
    ledger: &'a Ledger,
    /// In the order in which they happened.
    changes: HashMap<InstrumentIndex, Vec<(Date, Decimal)>>,
}

impl<'a> UnitsHeld<'a> {
    #[must_use]
    pub fn of(ledger: &'a Ledger, book: &Book) -> Self {
        let mut changes: HashMap<InstrumentIndex, Vec<(Date, Decimal)>> = HashMap::new();
        for booked in &book.transactions {
            let change = (booked.transaction.at.date, booked.units);
            changes.entry(booked.instrument).or_default().push(change);
        }
        Self { ledger, changes }
    }

    /// Units held before `date`, as many as they are at the end of `as_of` after the splits since.
    /// None where none were held.
    #[must_use]
    pub fn before(&self, instrument: InstrumentIndex, date: Date, as_of: Date) -> Option<Decimal> {
        let day_before = date.yesterday().ok()?;
        let changes = self.changes.get(&instrument)?.iter().filter(|(day, _)| *day <= day_before);
        let held = changes.fold(Decimal::ZERO, |held, (_, change)| held.saturating_add(*change));
        let ratio = self.ledger.prices[instrument].ratio_since(day_before, as_of);
        held.checked_mul(ratio).filter(|units| *units > Decimal::ZERO)
    }
}
