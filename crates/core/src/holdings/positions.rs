//! Positions under way: everything that happened, in its order, and what is there in the end.

use std::collections::{BTreeMap, HashMap, VecDeque};

use rust_decimal::Decimal;

use super::trades::Origins;
use super::transfers::{Moving, transfers};
use super::{Development, Holding, Terms, value};
use crate::account::AccountName;
use crate::cash::CashKind;
use crate::figure::Figure;
use crate::ledger::{Book, BookedTransaction, InstrumentIndex, Ledger, Legs, Place, Row};
use crate::lots::{Amounts, Lot, Lots};
use crate::moment::Moment;
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

/// What happens to a book.
enum Happening {
    Transactions(Legs),
    /// Capital comes back: a movement.
    Return(usize),
}

/// A book under way.
#[derive(Default)]
struct Course {
    /// What is still to happen, in order.
    ahead: VecDeque<Happening>,
    is_running: bool,
}

pub(super) struct Positions<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) terms: Terms<'a>,
    /// The book to which what is happening belongs.
    pub(super) book: usize,
    pub(super) open: BTreeMap<(usize, InstrumentIndex), Position>,
    pub(super) moving: Moving,
    pub(super) origins: Origins,
    /// By book; one that nobody asked for has not begun.
    courses: HashMap<usize, Course>,
    /// Whether sales and corporate actions are to be told.
    pub(super) is_told: bool,
    /// The transaction of which it is to be told what it could use.
    pub(super) watched: Option<Place>,
    pub(super) told: Development,
}

pub(super) fn develop(
    ledger: &Ledger,
    account: Option<&AccountName>,
    terms: Terms<'_>,
    (is_told, watched): (bool, Option<Place>),
) -> Development {
    let mut positions = Positions {
        ledger,
        terms,
        book: 0,
        open: BTreeMap::new(),
        moving: transfers(ledger, terms.as_of),
        origins: Origins::new(ledger),
        courses: HashMap::new(),
        is_told,
        watched,
        told: Development::default(),
    };
    let is_asked = |name: &AccountName| account.is_none_or(|account| account == name);
    for (book, facts) in ledger.books.iter().enumerate() {
        if is_asked(&facts.account) {
            positions.run(book, None);
        }
    }
    let mut development = positions.finish();
    // Lots that moved in brought along a part of the story of the account that they left.
    development.holdings.retain(|holding| is_asked(&holding.account));
    development.sales.retain(|sale| is_asked(&sale.account));
    development.corporate_actions.retain(|action| is_asked(&action.account));
    development.sales.sort_by_key(|sale| (sale.date, sale.place));
    development.corporate_actions.sort_by_key(|action| action.date);
    development
}

impl<'a> Positions<'a> {
    /// What happens to a book, in order.
    fn course(&self, book: usize) -> Course {
        let facts = &self.ledger.books[book];
        let returns = facts.movements.iter().enumerate().filter_map(|(index, booked)| {
            let at = Moment::day(booked.movement.at.date);
            let is_return = booked.movement.kind == CashKind::CapitalReturn;
            is_return.then_some((at, Happening::Return(index)))
        });
        let is_past = |at: Moment| at.date <= self.terms.as_of;
        let at = |legs: &Legs| facts.transactions[legs.first].transaction.at;
        let actions = facts.actions().into_iter().take_while(|legs| is_past(at(legs)));
        let mut returns: Vec<(Moment, Happening)> =
            returns.filter(|(at, _)| is_past(*at)).collect();
        let ahead = if returns.is_empty() {
            actions.map(Happening::Transactions).collect()
        } else {
            // Capital comes back for the units of before the day's trades.
            returns.extend(actions.map(|legs| (at(&legs), Happening::Transactions(legs))));
            returns.sort_by_key(|(at, _)| *at);
            returns.into_iter().map(|(_, happening)| happening).collect()
        };
        Course { ahead, is_running: false }
    }

    /// Lets happen what is still to happen to a book, up to a transaction or all of it.
    fn run(&mut self, book: usize, until: Option<usize>) {
        if !self.courses.contains_key(&book) {
            let course = self.course(book);
            self.courses.insert(book, course);
        }
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
            let price = ledger.prices[instrument].on(terms.as_of);
            let currency = price
                .filter(|price| price.source != PriceSource::Trade)
                .map(|price| price.currency)
                .or(ledger.instruments[instrument].currency)
                .or(price.map(|price| price.currency))
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

    fn finish(self) -> Development {
        let Self { ledger, terms, open, mut told, .. } = self;
        let labels: HashMap<usize, String> =
            ledger.books.iter().map(Book::label).enumerate().collect();
        told.holdings = open
            .into_iter()
            .map(|((book, instrument), position)| {
                let label = labels.get(&book).cloned().unwrap_or_default();
                position.finish(ledger, terms, (book, label), instrument)
            })
            .collect();
        told
    }
}

impl Position {
    fn finish(
        self,
        ledger: &Ledger,
        terms: Terms<'_>,
        (book, account_label): (usize, String),
        instrument: InstrumentIndex,
    ) -> Holding {
        let price = ledger.prices[instrument].on(terms.as_of);
        let quantity = self.lots.quantity();
        let value = value(&ledger.instruments[instrument], quantity, price, terms.as_of);
        let to = |currency| -> Figure {
            value.clone().and_then(|money| terms.rates.convert(money, currency, terms.as_of))
        };
        let worth = Amounts { native: to(self.currency), base: to(terms.base) };
        let (cost, fees) = (self.lots.cost(), self.lots.fees());
        let unrealized = Gain::of(&cost, &worth, self.currency, terms.as_of, terms);
        let realized = self.realized.gain();
        Holding {
            account: ledger.books[book].account.clone(),
            account_label,
            instrument,
            quantity,
            currency: self.currency,
            price,
            value: worth.native,
            base_value: worth.base,
            cost,
            fees,
            realized_gain: realized.base.clone(),
            unrealized_gain: unrealized.base.clone(),
            realized,
            unrealized,
            realized_fees: self.fees,
            oversold: self.oversold,
            lots: self.lots.into_vec(),
        }
    }
}
