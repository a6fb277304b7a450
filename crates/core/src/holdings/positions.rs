//! Positions under way: everything that happened to a family of instruments, in its order, and what is
//! there in the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::courses::{Courses, Happening};
use super::trades::Origins;
use super::transfers::{Moving, Transfers};
use super::{Holding, Terms, Told, value};
use crate::figure::Figure;
use crate::ledger::{Book, BookedTransaction, InstrumentIndex, Ledger, Place, Row};
use crate::lots::{Amounts, Lot, Lots};
use crate::money::Currency;
use crate::quotes::PriceSource;
use crate::sales::{Gain, GainSum, Sale};
use crate::transaction::Transaction;

/// The lots of one instrument under way.
pub(super) struct Position {
    pub(super) currency: Currency,
    pub(super) lots: Lots,
    pub(super) realized: GainSum,
    pub(super) fees: Amounts,
    pub(super) oversold: Decimal,
}

/// What all families are followed with.
pub(super) struct Shared<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) terms: Terms<'a>,
    pub(super) transfers: Transfers,
    pub(super) origins: Origins,
    /// Whether sales and corporate actions are to be told.
    pub(super) is_told: bool,
    /// The transaction of which it is to be told what it could use.
    pub(super) watched: Option<Place>,
}

/// One family of instruments under way.
pub(super) struct Positions<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) terms: Terms<'a>,
    /// The book to which what is happening belongs.
    pub(super) book: usize,
    pub(super) open: BTreeMap<(usize, InstrumentIndex), Position>,
    pub(super) moving: Moving<'a>,
    pub(super) origins: &'a Origins,
    courses: Courses,
    pub(super) is_told: bool,
    pub(super) watched: Option<Place>,
    pub(super) told: Told,
}

/// What a position has come to, whatever it is worth. The key is its book and its instrument.
pub(super) type Outcome = ((usize, InstrumentIndex), Settled);

impl<'a> Positions<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, courses: Courses) -> Self {
        Self {
            ledger: shared.ledger,
            terms: shared.terms,
            book: 0,
            open: BTreeMap::new(),
            moving: Moving::new(&shared.transfers),
            origins: &shared.origins,
            courses,
            is_told: shared.is_told,
            watched: shared.watched,
            told: Told::default(),
        }
    }

    /// Lets everything happen to the books that are asked for; and to others, as far as lots come from
    /// them.
    pub(super) fn outcome(mut self, is_asked: impl Fn(usize) -> bool) -> (Vec<Outcome>, Told) {
        let books: Vec<usize> =
            self.courses.keys().copied().filter(|book| is_asked(*book)).collect();
        for book in books {
            self.run(book, None);
        }
        let Self { open, terms, mut told, ledger, .. } = self;
        // Lots that moved in brought along a part of the story of the account that they left.
        let own = open.into_iter().filter(|((book, _), _)| is_asked(*book));
        let outcomes = own.map(|((book, instrument), position)| {
            let basis = basis(ledger, instrument, terms);
            ((book, instrument), position.settled(basis))
        });
        let outcomes = outcomes.collect();
        told.sales.retain(|sale| is_asked(sale.place.book));
        told.corporate_actions
            .retain(|action| action.places.first().is_some_and(|place| is_asked(place.book)));
        (outcomes, told)
    }

    /// Lets happen what is still to happen to a book, up to a transaction or all of it.
    fn run(&mut self, book: usize, until: Option<usize>) {
        let before = std::mem::replace(&mut self.book, book);
        while let Some(happening) = self.next(book) {
            match happening {
                Happening::Return(movement) => self.return_capital(movement),
                Happening::Transactions(legs) => {
                    self.apply(&legs);
                    if legs.iter().any(|leg| until == Some(leg)) {
                        break;
                    }
                }
            }
        }
        if let Some(course) = self.courses.get_mut(&book) {
            course.is_running = false;
        }
        self.book = before;
    }

    fn next(&mut self, book: usize) -> Option<Happening> {
        let course = self.courses.get_mut(&book)?;
        course.is_running = true;
        course.ahead.pop_front()
    }

    /// Lots that arrive from an own account, whatever day the accounts tell: that one first catches up
    /// to where they left it.
    pub(super) fn arriving(&mut self, arrival: Place) -> Option<(Vec<Lot>, Currency)> {
        let departure = self.moving.departure(arrival)?;
        let is_running = self.courses.get(&departure.book).is_some_and(|course| course.is_running);
        match departure.row {
            Row::Transaction(index) if !is_running && !self.moving.has_sent(arrival) => {
                self.run(departure.book, Some(index));
            }
            _ => {}
        }
        self.moving.receive(arrival)
    }

    pub(super) fn facts(&self) -> &'a Book {
        &self.ledger.books[self.book]
    }

    pub(super) fn booked(&self, index: usize) -> &'a BookedTransaction {
        &self.facts().transactions[index]
    }

    pub(super) const fn place(&self, index: usize) -> Place {
        Place { book: self.book, row: Row::Transaction(index) }
    }

    pub(super) fn held(&self, instrument: InstrumentIndex) -> Decimal {
        self.open
            .get(&(self.book, instrument))
            .map_or(Decimal::ZERO, |position| position.lots.quantity())
    }

    /// The position of an instrument; a new one is told in the currency of its quotes, or else of the
    /// instrument, or else of whatever was paid for it.
    pub(super) fn position(
        &mut self,
        instrument: InstrumentIndex,
        transaction: &Transaction,
    ) -> &mut Position {
        let (terms, ledger, method) = (self.terms, self.ledger, self.facts().method);
        self.open.entry((self.book, instrument)).or_insert_with(|| {
            let currency = basis(ledger, instrument, terms)
                .or(transaction.price_currency)
                .or(transaction.amount.map(|amount| amount.currency))
                .unwrap_or(terms.base);
            Position {
                currency: currency.major().0,
                lots: Lots::new(method),
                realized: GainSum::default(),
                fees: Amounts::ZERO,
                oversold: Decimal::ZERO,
            }
        })
    }

    /// Adds what was realised to the position, and tells it where that is asked for.
    pub(super) fn realize(&mut self, instrument: InstrumentIndex, gain: &Gain, fees: &Amounts) {
        if let Some(position) = self.open.get_mut(&(self.book, instrument)) {
            position.realized.add(gain);
            position.fees = position.fees.plus(fees);
        }
    }

    pub(super) fn tell(&mut self, sale: impl FnOnce(&Self) -> Sale) {
        if self.is_told {
            let sale = sale(self);
            self.told.sales.push(sale);
        }
    }
}

/// In which currency a position is told, as far as its first transaction needn't be asked.
pub(super) fn basis(
    ledger: &Ledger,
    instrument: InstrumentIndex,
    terms: Terms<'_>,
) -> Option<Currency> {
    let price = ledger.prices[instrument].on(terms.as_of);
    price
        .filter(|price| price.source != PriceSource::Trade)
        .map(|price| price.currency)
        .or(ledger.instruments[instrument].currency)
        .or(price.map(|price| price.currency))
}

impl Position {
    fn settled(self, basis: Option<Currency>) -> Settled {
        Settled {
            basis,
            currency: self.currency,
            quantity: self.lots.quantity(),
            cost: self.lots.cost(),
            fees: self.lots.fees(),
            realized: self.realized.gain(),
            realized_fees: self.fees,
            oversold: self.oversold,
            lots: Arc::new(self.lots.into_vec()),
        }
    }
}

/// A position at the end of its course: all but what it is worth.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    /// As [`basis`] had it.
    pub(super) basis: Option<Currency>,
    currency: Currency,
    quantity: Decimal,
    cost: Amounts,
    fees: Amounts,
    realized: Gain,
    realized_fees: Amounts,
    oversold: Decimal,
    lots: Arc<Vec<Lot>>,
}

impl Settled {
    /// The holding, at its price.
    pub(super) fn holding(
        &self,
        ledger: &Ledger,
        (book, instrument): (usize, InstrumentIndex),
        terms: Terms<'_>,
    ) -> Holding {
        let book = &ledger.books[book];
        let price = ledger.prices[instrument].on(terms.as_of);
        let value = value(&ledger.instruments[instrument], self.quantity, price, terms.as_of);
        let to = |currency| -> Figure {
            value.clone().and_then(|money| terms.rates.convert(money, currency, terms.as_of))
        };
        let worth = Amounts { native: to(self.currency), base: to(terms.base) };
        let unrealized = Gain::of(&self.cost, &worth, self.currency, terms.as_of, terms);
        Holding {
            account: book.account.clone(),
            account_label: book.label(),
            instrument,
            quantity: self.quantity,
            currency: self.currency,
            price,
            value: worth.native,
            base_value: worth.base,
            cost: self.cost.clone(),
            fees: self.fees.clone(),
            realized_gain: self.realized.base.clone(),
            unrealized_gain: unrealized.base.clone(),
            realized: self.realized.clone(),
            unrealized,
            realized_fees: self.realized_fees.clone(),
            oversold: self.oversold,
            lots: Arc::clone(&self.lots),
        }
    }
}
