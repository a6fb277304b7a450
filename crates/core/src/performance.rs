//! Value over time.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::deposits::contributions;
use crate::figure::{Figure, Sum};
use crate::holdings::{Terms, value};
use crate::ledger::{CashFlow, InstrumentIndex, Ledger};
use crate::money::{Currency, Money};

/// The end of one calendar day, in the base currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayValue {
    pub date: Date,
    pub value: Figure,
    /// Net contributions up to and with this day.
    pub contributions: Figure,
}

/// Every calendar day from the first fact to `terms.as_of`, or from `from` if that is later.
///
/// Prices and rates are those last known on each day.
#[must_use]
pub fn value_history(
    ledger: &Ledger,
    account: Option<&AccountName>,
    from: Option<Date>,
    terms: Terms<'_>,
) -> Vec<DayValue> {
    let Some(first) = ledger.books_of(account).filter_map(|book| book.first_day()).min() else {
        return Vec::new();
    };
    let mut changes = Changes::collect(ledger, account, terms);
    let mut units: BTreeMap<InstrumentIndex, Decimal> = BTreeMap::new();
    let mut cash: BTreeMap<Currency, Decimal> = BTreeMap::new();
    let mut put_in = Sum::default();
    let mut days = Vec::new();
    let start = from.map_or(first, |from| from.max(first));
    for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= terms.as_of) {
        changes.apply(date, &mut units, &mut cash, &mut put_in);
        if date < start {
            continue;
        }
        let mut total = Sum::default();
        for (&instrument, &quantity) in &units {
            let price = ledger.prices[instrument].on(date);
            let worth = value(&ledger.instruments[instrument], quantity, price, date);
            total.add(worth.and_then(|money| terms.in_base(money, date)));
        }
        for (&currency, &amount) in &cash {
            total.add(terms.in_base(Money::new(amount, currency), date));
        }
        days.push(DayValue { date, value: total.figure(), contributions: put_in.figure() });
    }
    days
}

/// What changes on each day, oldest last, so that the next one can be popped.
struct Changes {
    units: Vec<(Date, InstrumentIndex, Decimal)>,
    cash: Vec<CashFlow>,
    put_in: Vec<(Date, Figure)>,
}

impl Changes {
    fn collect(ledger: &Ledger, account: Option<&AccountName>, terms: Terms<'_>) -> Self {
        let mut changes = Self { units: Vec::new(), cash: Vec::new(), put_in: Vec::new() };
        for book in ledger.books_of(account) {
            changes.units.extend(book.unit_changes());
            if book.is_cash_known() {
                changes.cash.extend(book.cash_flows());
            }
            let contributions = contributions(ledger, book, terms);
            changes.put_in.extend(contributions.into_iter().map(|put| (put.date, put.amount)));
        }
        changes.units.sort_by_key(|(date, ..)| std::cmp::Reverse(*date));
        changes.cash.sort_by_key(|flow| std::cmp::Reverse(flow.date));
        changes.put_in.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
        changes
    }

    fn apply(
        &mut self,
        date: Date,
        units: &mut BTreeMap<InstrumentIndex, Decimal>,
        cash: &mut BTreeMap<Currency, Decimal>,
        put_in: &mut Sum,
    ) {
        while let Some((_, instrument, change)) = self.units.pop_if(|(day, ..)| *day <= date) {
            let quantity = units.entry(instrument).or_default();
            *quantity = quantity.saturating_add(change);
            if quantity.is_zero() {
                units.remove(&instrument);
            }
        }
        while let Some(flow) = self.cash.pop_if(|flow| flow.date <= date) {
            let amount = cash.entry(flow.money.currency).or_default();
            *amount = amount.saturating_add(flow.money.amount);
        }
        while let Some((_, amount)) = self.put_in.pop_if(|(day, _)| *day <= date) {
            put_in.add(amount);
        }
    }
}
