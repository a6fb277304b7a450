//! What brokers claim, day by day, against what follows from their facts: since when they differ, by
//! how much, and which row may be the cause.
//!
//! Claims are closing balances and positions, and the balance that a statement shows behind a movement.

mod likely;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::cash::DaySide;
use crate::claims::Subject;
use crate::ledger::{Book, Ledger};
use crate::money::Currency;
use crate::statement::Source;

pub use likely::{Cause, Likely};

/// A claim of one day, and what follows from the facts up to then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked<'a> {
    /// At the end of this day.
    pub date: Date,
    pub claimed: Decimal,
    pub computed: Decimal,
    pub source: &'a Source,
}

impl Checked<'_> {
    /// What the broker has beyond what was imported.
    #[must_use]
    pub fn difference(&self) -> Decimal {
        self.claimed.saturating_sub(self.computed)
    }

    #[must_use]
    pub fn agrees(&self) -> bool {
        self.claimed == self.computed
    }
}

/// All claims about the cash of one currency, or the units of one instrument, of one book.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciliation<'a> {
    /// An index into [`Ledger::books`].
    pub book: usize,
    pub subject: Subject,
    /// Days for which anything is claimed.
    pub n_days: usize,
    /// Days for which the claim is another than what follows.
    pub n_different: usize,
    /// The last day of the agreement before the first difference.
    pub agreed: Option<Date>,
    /// The first day of a difference.
    pub first: Option<Checked<'a>>,
    /// The last claim of all.
    pub last: Checked<'a>,
    /// What may have caused the first difference.
    pub likely: Vec<Likely<'a>>,
}

impl Reconciliation<'_> {
    /// Whether the last claim and the facts agree.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.last.agrees()
    }
}

/// What a claim is about, by day: what is claimed, and where.
type Claims<'a> = BTreeMap<Subject, BTreeMap<Date, Vec<(Decimal, &'a Source)>>>;

/// Every currency and instrument about which a broker claims anything, up to `as_of`.
#[must_use]
pub fn reconcile(ledger: &Ledger, book: usize, as_of: Date) -> Vec<Reconciliation<'_>> {
    let Some(facts) = ledger.books.get(book) else { return Vec::new() };
    let changes = changes(facts);
    let claims = claims(facts, as_of);
    claims
        .into_iter()
        .filter_map(|(subject, days)| {
            let of_subject = changes.get(&subject).map(Vec::as_slice).unwrap_or_default();
            let checked = check(days, of_subject);
            let last = *checked.last()?;
            let first_place = checked.iter().position(|day| !day.agrees());
            let first = first_place.map(|place| checked[place]);
            let agreed = first_place.and_then(|place| Some(checked[place.checked_sub(1)?].date));
            let likely = first.map_or_else(Vec::new, |first| {
                likely::likely(ledger, facts, subject, (agreed, &first))
            });
            Some(Reconciliation {
                book,
                subject,
                n_days: checked.len(),
                n_different: checked.iter().filter(|day| !day.agrees()).count(),
                agreed,
                first,
                last,
                likely,
            })
        })
        .collect()
}

fn claims(book: &Book, as_of: Date) -> Claims<'_> {
    let mut claims = Claims::new();
    let mut claim = |subject, date: Date, amount, source| {
        if date <= as_of {
            let days = claims.entry(subject).or_default();
            days.entry(date).or_default().push((amount, source));
        }
    };
    for told in &book.positions {
        let fact = &told.fact;
        claim(Subject::Units(told.instrument), fact.date, fact.quantity, &told.source);
    }
    let begins = |currency: Currency| book.opening(currency).map(|(date, _)| date);
    let is_told = |currency, date| begins(currency).is_none_or(|begins| begins <= date);
    for booked in &book.movements {
        let (movement, money) = (&booked.movement, booked.movement.money.in_major_unit());
        let date = movement.at.date;
        if let Some(balance) = movement.balance
            && is_told(money.currency, date)
        {
            claim(Subject::Cash(money.currency), date, balance, &booked.source);
        }
    }
    // Told last, so that it is the one that counts on its day.
    for told in book.balances.iter().filter(|told| told.fact.side == DaySide::Closing) {
        let money = told.fact.money.in_major_unit();
        if is_told(money.currency, told.fact.date) {
            claim(Subject::Cash(money.currency), told.fact.date, money.amount, &told.source);
        }
    }
    claims
}

/// What changes cash and units, oldest first.
fn changes(book: &Book) -> BTreeMap<Subject, Vec<(Date, Decimal)>> {
    let mut changes: BTreeMap<Subject, Vec<(Date, Decimal)>> = BTreeMap::new();
    for flow in book.cash_flows() {
        let of_currency = changes.entry(Subject::Cash(flow.money.currency)).or_default();
        of_currency.push((flow.date, flow.money.amount));
    }
    for booked in &book.transactions {
        let of_instrument = changes.entry(Subject::Units(booked.instrument)).or_default();
        of_instrument.push((booked.transaction.at.date, booked.units));
    }
    for all in changes.values_mut() {
        all.sort_by_key(|(date, _)| *date);
    }
    changes
}

fn check<'a>(
    days: BTreeMap<Date, Vec<(Decimal, &'a Source)>>,
    changes: &[(Date, Decimal)],
) -> Vec<Checked<'a>> {
    let (mut computed, mut behind) = (Decimal::ZERO, changes.iter().peekable());
    let mut checked = Vec::with_capacity(days.len());
    for (date, claims) in days {
        while let Some((_, amount)) = behind.next_if(|(day, _)| *day <= date) {
            computed = computed.saturating_add(*amount);
        }
        // Some statements list the newest first: whichever of the day's balances the facts lead to
        // is the one at its end.
        let agreeing = claims.iter().find(|(claimed, _)| *claimed == computed);
        if let Some((claimed, source)) = agreeing.or_else(|| claims.last()) {
            checked.push(Checked { date, claimed: *claimed, computed, source });
        }
    }
    checked
}
