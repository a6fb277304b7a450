//! What made the value change over a period.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::period_gains::PeriodGains;
use super::scope::Scope;
use super::series::{Period, Series};
use crate::cash::CashKind;
use crate::fees::fees;
use crate::figure::{Figure, Sum, both, difference, sum};
use crate::holdings::{Terms, total};
use crate::ledger::{Book, InstrumentIndex, Ledger};
use crate::transaction::FeeKind;

/// The value at the end of a period from that at its beginning, step by step, in the base currency:
/// initial + unrealised + realised + earnings − fees − taxes + transfers + rest = final.
///
/// Source: Portfolio Performance, calculation of the performance of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    pub initial: Figure,
    /// Of what is held at the end, against its value at the beginning or its price without fees.
    pub unrealized: Figure,
    /// The part of it that exchange rates made.
    pub unrealized_by_rates: Figure,
    /// Of what was sold, first in first out.
    pub realized: Figure,
    pub realized_by_rates: Figure,
    /// Dividends, interest and the like before taxes, less interest that was paid.
    pub earnings: Figure,
    /// Positive: paid.
    pub fees: Figure,
    /// Positive: paid.
    pub taxes: Figure,
    /// Put in less taken out.
    pub transfers: Figure,
    /// What exchange rates made of cash, and movements of no known kind.
    pub rest: Figure,
    pub final_value: Figure,
}

impl Breakdown {
    /// Of the whole portfolio or an account.
    #[must_use]
    pub fn of(ledger: &Ledger, scope: Scope<'_>, period: Period, terms: Terms<'_>) -> Self {
        let series = Series::of(ledger, scope, Terms { as_of: period.through, ..terms });
        let at = |date| match series.last() {
            Some(_) => series.value(date),
            None => Ok(Decimal::ZERO),
        };
        let (initial, final_value) = (at(period.after), at(period.through));
        let flows = scope.changes(ledger, terms, Date::MIN).flows.into_iter();
        let transfers =
            total(flows.filter(|(date, _)| period.contains(*date)).map(|(_, amount)| amount))
                .figure();
        let mut sums = Sums::default();
        let mut gains = PeriodGains::default();
        for book in scope.books(ledger) {
            sums.add(book, period, terms);
            gains.add(ledger, book, period, terms);
        }
        let [unrealized, unrealized_by_rates] = gains.unrealized();
        let [realized, realized_by_rates] = gains.realized();
        let [earnings, fees, taxes] = [&sums.earnings, &sums.fees, &sums.taxes].map(Sum::figure);
        let mut rest = both(&final_value, &initial, difference);
        for part in [&unrealized, &realized, &earnings, &transfers] {
            rest = both(&rest, part, difference);
        }
        for part in [&fees, &taxes] {
            rest = both(&rest, part, sum);
        }
        Self {
            initial,
            unrealized,
            unrealized_by_rates,
            realized,
            realized_by_rates,
            earnings,
            fees,
            taxes,
            transfers,
            rest,
            final_value,
        }
    }
}

#[derive(Default)]
struct Sums {
    earnings: Sum,
    fees: Sum,
    taxes: Sum,
}

impl Sums {
    fn add(&mut self, book: &Book, period: Period, terms: Terms<'_>) {
        for fee in fees(book).iter().filter(|fee| period.contains(fee.at.date)) {
            let paid = terms.in_base(fee.money, fee.at.date).map(|amount| -amount);
            match fee.kind {
                FeeKind::TransactionTax => self.taxes.add(paid),
                _ => self.fees.add(paid),
            }
        }
        for booked in &book.movements {
            let movement = &booked.movement;
            let date = movement.at.date;
            if !period.contains(date) {
                continue;
            }
            let amount = || terms.in_base(movement.money, date);
            match movement.kind {
                CashKind::Dividend
                | CashKind::CapitalReturn
                | CashKind::Interest
                | CashKind::Lending
                | CashKind::Reward
                | CashKind::VariationMargin => self.earnings.add(amount()),
                CashKind::WithholdingTax | CashKind::InterestTax | CashKind::Tax => {
                    self.taxes.add(amount().map(|amount| -amount));
                }
                _ => {}
            }
        }
    }
}

/// Units of each instrument of a book at the end of a day.
pub(super) fn units_at(book: &Book, date: Date) -> HashMap<InstrumentIndex, Decimal> {
    let mut units: HashMap<InstrumentIndex, Decimal> = HashMap::new();
    let before = book.transactions.iter().filter(|booked| booked.transaction.at.date <= date);
    for booked in before {
        let held = units.entry(booked.instrument).or_default();
        *held = held.saturating_add(booked.units);
    }
    units.retain(|_, held| !held.is_zero());
    units
}
