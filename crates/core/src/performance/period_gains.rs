//! Gains on prices over a period: what was held at its beginning counts as bought then.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::breakdown::units_at;
use super::series::Period;
use crate::figure::{Figure, NoValue, Sum, both, difference, product, quotient};
use crate::holdings::{Terms, value};
use crate::ledger::{Book, BookedTransaction, InstrumentIndex, Ledger};
use crate::lots::{Amounts, CostMethod, Lot, Lots};
use crate::money::{Currency, Money};
use crate::transaction::TransactionKind;

/// Sums over all books of a scope, and their parts that exchange rates made.
#[derive(Default)]
pub(super) struct PeriodGains {
    unrealized: Sum,
    unrealized_by_rates: Sum,
    realized: Sum,
    realized_by_rates: Sum,
}

/// An instrument's lots within the period.
struct Held {
    currency: Currency,
    lots: Lots,
}

impl PeriodGains {
    pub(super) fn unrealized(&self) -> [Figure; 2] {
        [self.unrealized.figure(), self.unrealized_by_rates.figure()]
    }

    pub(super) fn realized(&self) -> [Figure; 2] {
        [self.realized.figure(), self.realized_by_rates.figure()]
    }

    pub(super) fn add(&mut self, ledger: &Ledger, book: &Book, period: Period, terms: Terms<'_>) {
        let mut held: BTreeMap<InstrumentIndex, Held> = BTreeMap::new();
        for (instrument, quantity) in units_at(book, period.after) {
            let currency = currency_of(ledger, instrument, period.through, terms);
            let mut lots = Lots::new(CostMethod::Fifo);
            let cost = worth(ledger, (instrument, quantity), period.after, currency, terms);
            lots.acquire(Lot::nowhere(period.after, quantity, cost));
            held.insert(instrument, Held { currency, lots });
        }
        let within = book.transactions.iter();
        for booked in within.filter(|booked| period.contains(booked.transaction.at.date)) {
            let instrument = booked.instrument;
            let held = held.entry(instrument).or_insert_with(|| Held {
                currency: currency_of(ledger, instrument, period.through, terms),
                lots: Lots::new(CostMethod::Fifo),
            });
            self.apply(ledger, booked, held, terms);
        }
        for (instrument, Held { currency, lots }) in held {
            let quantity = lots.quantity();
            let end = worth(ledger, (instrument, quantity), period.through, currency, terms);
            let (gain, by_rates) = gain(&lots.cost(), &end);
            self.unrealized.add(gain);
            self.unrealized_by_rates.add(by_rates);
        }
    }

    fn apply(
        &mut self,
        ledger: &Ledger,
        booked: &BookedTransaction,
        held: &mut Held,
        terms: Terms<'_>,
    ) {
        let transaction = &booked.transaction;
        let (date, quantity) = (transaction.at.date, transaction.quantity);
        let before = held.lots.quantity();
        if transaction.kind == TransactionKind::Split && !before.is_zero() {
            return held.lots.rescale(before + quantity);
        }
        let price = price_of(ledger, booked, held.currency, terms);
        let is_closing =
            !before.is_zero() && before.is_sign_positive() != quantity.is_sign_positive();
        let closed = if is_closing { quantity.abs().min(before.abs()) } else { Decimal::ZERO };
        if is_closing {
            let released = held.lots.release(closed);
            let cost = released.iter().fold(Amounts::ZERO, |cost, lot| cost.plus(&lot.cost));
            let came = Amounts::ZERO.minus(&price.share(closed, quantity.abs()));
            let (gain, by_rates) = gain(&cost, &came);
            self.realized.add(gain);
            self.realized_by_rates.add(by_rates);
        }
        let opened =
            if quantity.is_sign_positive() { quantity - closed } else { quantity + closed };
        if !opened.is_zero() {
            let cost = price.share(opened, quantity);
            held.lots.acquire(Lot::nowhere(date, opened, cost));
        }
    }
}

/// What was gained from one worth to another, and the part that exchange rates made: the earlier
/// worth in its own currency, at the later rate less at the earlier.
fn gain(from: &Amounts, to: &Amounts) -> (Figure, Figure) {
    let gain = both(&to.base, &from.base, difference);
    let by_rates = if to.native == Ok(Decimal::ZERO) {
        Ok(Decimal::ZERO)
    } else {
        let at_later_rate = both(&from.native, &to.base, product);
        let at_later_rate = both(&at_later_rate, &to.native, quotient);
        both(&at_later_rate, &from.base, difference)
    };
    (gain, by_rates)
}

/// What the units of a transaction cost without fees and taxes: positive for units that come.
fn price_of(
    ledger: &Ledger,
    booked: &BookedTransaction,
    currency: Currency,
    terms: Terms<'_>,
) -> Amounts {
    let transaction = &booked.transaction;
    let date = transaction.at.date;
    if booked.cash.is_empty() {
        let told = transaction.price.zip(transaction.price_currency);
        let Some((price, told_in)) = told else {
            let quantity = transaction.quantity;
            return match transaction.kind {
                TransactionKind::Delisting | TransactionKind::Expiry => Amounts::ZERO,
                _ => worth(ledger, (booked.instrument, quantity), date, currency, terms),
            };
        };
        let units = ledger.instruments[booked.instrument].units_per_contract();
        let amount = product(transaction.quantity, price).and_then(|amount| product(amount, units));
        return in_both(&amount.map(|amount| Money::new(amount, told_in)), date, currency, terms);
    }
    // The cash without what isn't the price: fees are negative in both.
    let sum = |to: Currency| {
        let paid = booked.cash.iter().try_fold(Decimal::ZERO, |sum, money| {
            difference(sum, terms.rates.convert(*money, to, date)?)
        })?;
        booked.fees.iter().try_fold(paid, |sum, fee| {
            crate::figure::sum(sum, terms.rates.convert(fee.money, to, date)?)
        })
    };
    let native = match transaction.amount {
        Some(amount) if amount.currency.major().0 == currency => {
            terms.rates.convert(amount, currency, date).map(|amount| -amount)
        }
        _ => sum(currency),
    };
    Amounts { native, base: sum(terms.base) }
}

/// What units are worth at the end of a day.
fn worth(
    ledger: &Ledger,
    (instrument, quantity): (InstrumentIndex, Decimal),
    date: Date,
    currency: Currency,
    terms: Terms<'_>,
) -> Amounts {
    let price = ledger.prices[instrument].on(date);
    let told = value(&ledger.instruments[instrument], quantity, price, date);
    in_both(&told, date, currency, terms)
}

fn in_both(
    money: &Result<Money, NoValue>,
    date: Date,
    currency: Currency,
    terms: Terms<'_>,
) -> Amounts {
    let to = |currency| money.clone().and_then(|money| terms.rates.convert(money, currency, date));
    Amounts { native: to(currency), base: to(terms.base) }
}

fn currency_of(
    ledger: &Ledger,
    instrument: InstrumentIndex,
    date: Date,
    terms: Terms<'_>,
) -> Currency {
    let price = ledger.prices[instrument].on(date).map(|price| price.currency);
    let currency = price.or(ledger.instruments[instrument].currency).unwrap_or(terms.base);
    currency.major().0
}
