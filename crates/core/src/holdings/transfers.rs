//! Units on their way between own accounts: which departure belongs to which arrival.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::ledger::{BookedTransaction, InstrumentIndex, Ledger, Place, Row};
use crate::lots::Lot;
use crate::money::Currency;
use crate::transaction::TransactionKind;

/// Days that an arrival may be told before the departure: accounts keep different calendars.
const DAYS_BEFORE: i32 = 3;

/// Days that units may be on their way.
const DAYS_AFTER: i32 = 14;

/// Which departure belongs to which arrival.
#[derive(Default)]
pub(super) struct Transfers {
    /// By departure.
    arrivals: HashMap<Place, Place>,
    /// By arrival.
    departures: HashMap<Place, Place>,
}

/// Units on their way.
pub(super) struct Moving<'a> {
    transfers: &'a Transfers,
    /// By arrival.
    lots: HashMap<Place, (Vec<Lot>, Currency)>,
}

impl<'a> Moving<'a> {
    pub(super) fn new(transfers: &'a Transfers) -> Self {
        Self { transfers, lots: HashMap::new() }
    }

    /// Where the units that arrive here left the other account.
    pub(super) fn departure(&self, arrival: Place) -> Option<Place> {
        self.transfers.departures.get(&arrival).copied()
    }

    /// Sends off lots that are told in a currency; those that go nowhere we know are gone.
    pub(super) fn send(&mut self, departure: Place, lots: Vec<Lot>, currency: Currency) {
        if let Some(arrival) = self.transfers.arrivals.get(&departure) {
            self.lots.insert(*arrival, (lots, currency));
        }
    }

    pub(super) fn has_sent(&self, arrival: Place) -> bool {
        self.lots.contains_key(&arrival)
    }

    pub(super) fn receive(&mut self, arrival: Place) -> Option<(Vec<Lot>, Currency)> {
        self.lots.remove(&arrival)
    }
}

struct Departure {
    place: Place,
    date: Date,
    quantity: Decimal,
    group: Option<String>,
    is_taken: bool,
}

/// Departures and arrivals of the same instrument in two books that are one move: of as many units
/// within a few days, or bound by the same group. Of several the nearest day counts. Of those instruments
/// that are wanted.
pub(super) fn transfers(
    ledger: &Ledger,
    as_of: Date,
    is_wanted: impl Fn(InstrumentIndex) -> bool,
) -> Transfers {
    let is_wanted = &is_wanted;
    let moves = |kind: TransactionKind| {
        let books = ledger.books.iter().enumerate();
        books.flat_map(move |(book, facts)| {
            let all = facts.transactions.iter().enumerate();
            all.filter(move |(_, it)| is_wanted(it.instrument) && is_move(it, kind, as_of))
                .map(move |(index, booked)| (Place { book, row: Row::Transaction(index) }, booked))
        })
    };
    let mut departures: HashMap<InstrumentIndex, Vec<Departure>> = HashMap::new();
    for (place, booked) in moves(TransactionKind::TransferOut) {
        let transaction = &booked.transaction;
        departures.entry(booked.instrument).or_default().push(Departure {
            place,
            date: transaction.at.date,
            quantity: transaction.quantity.abs(),
            group: transaction.group.clone(),
            is_taken: false,
        });
    }
    let mut transfers = Transfers::default();
    let mut arrivals: Vec<(Place, &BookedTransaction)> =
        moves(TransactionKind::TransferIn).collect();
    arrivals.sort_by_key(|(place, booked)| (booked.transaction.at, *place));
    for (place, booked) in arrivals {
        let candidates = departures.get_mut(&booked.instrument).into_iter().flatten();
        let nearest = candidates
            .filter(|departure| !departure.is_taken && departure.place.book != place.book)
            .filter_map(|departure| Some((departure.distance(booked)?, departure)))
            .min_by_key(|(distance, departure)| (*distance, departure.place));
        if let Some((_, departure)) = nearest {
            departure.is_taken = true;
            transfers.arrivals.insert(departure.place, place);
            transfers.departures.insert(place, departure.place);
        }
    }
    transfers
}

/// Units that change place for no money.
fn is_move(booked: &BookedTransaction, kind: TransactionKind, as_of: Date) -> bool {
    let transaction = &booked.transaction;
    let is_out = kind == TransactionKind::TransferOut;
    transaction.kind == kind
        && transaction.at.date <= as_of
        && (transaction.quantity < Decimal::ZERO) == is_out
        && transaction.amount.is_none()
        && transaction.settled.is_none()
        && !booked.is_settled
}

impl Departure {
    /// In days; none if the arrival belongs to another departure.
    fn distance(&self, arrival: &BookedTransaction) -> Option<i32> {
        let transaction = &arrival.transaction;
        let days = self.date.until(transaction.at.date).ok()?.get_days();
        let is_near = (-DAYS_BEFORE..=DAYS_AFTER).contains(&days);
        let is_bound = self.group.is_some() && self.group == transaction.group;
        let is_same = is_near && self.quantity == transaction.quantity;
        (is_bound || is_same).then_some(if is_bound { 0 } else { days.abs() + 1 })
    }
}
