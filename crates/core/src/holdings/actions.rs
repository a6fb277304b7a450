//! Corporate actions: which one a row or a group of rows tells, and what each does to the lots.

use rust_decimal::Decimal;

use super::positions::Positions;
use crate::corporate_actions::{ActionKind, Change, CorporateAction};
use crate::figure::{Figure, product};
use crate::ledger::{BookedTransaction, InstrumentIndex, Legs, Place, Row};
use crate::lots::{Amounts, Lot, rescaled};
use crate::money::{Currency, Money};
use crate::sales::{Gain, Sale};
use crate::transaction::TransactionKind;

/// Units and cost before an action.
type Before = Vec<(InstrumentIndex, Decimal, Amounts)>;

impl Positions<'_> {
    pub(super) fn apply(&mut self, legs: &Legs) {
        let kind = if self.is_told { self.kind_of(legs) } else { None };
        let Some(kind) = kind else { return self.carry_out(legs) };
        let mut touched: Vec<InstrumentIndex> = self.parent_of(legs).into_iter().collect();
        let mut rows: Vec<&BookedTransaction> = legs.iter().map(|leg| self.booked(leg)).collect();
        rows.sort_by_key(|booked| booked.transaction.quantity);
        for booked in rows {
            if !touched.contains(&booked.instrument) {
                touched.push(booked.instrument);
            }
        }
        let before = self.snapshot(&touched);
        let n_sales = self.told.sales.len();
        self.carry_out(legs);
        let places = legs.iter().map(|leg| self.place(leg)).collect();
        self.tell_action(kind, places, before, n_sales);
    }

    fn carry_out(&mut self, legs: &Legs) {
        if legs.others.is_empty() { self.single(legs.first) } else { self.group(legs) }
    }

    fn single(&mut self, index: usize) {
        let booked = self.booked(index);
        let (kind, quantity) = (booked.transaction.kind, booked.transaction.quantity);
        let is_free = booked.cash.is_empty() && booked.transaction.amount.is_none();
        match kind {
            TransactionKind::Split => self.split(index, quantity),
            TransactionKind::StockDividend if is_free => self.split(index, quantity),
            TransactionKind::SpinOff if quantity > Decimal::ZERO => self.spin_off(index, None),
            TransactionKind::TransferIn if quantity > Decimal::ZERO => self.take_in(index),
            kind if is_moved(kind) && quantity < Decimal::ZERO => self.take_out(index),
            _ => self.trade(index),
        }
    }

    /// The legs of one action.
    fn group(&mut self, legs: &Legs) {
        let rows: Vec<usize> = legs.iter().collect();
        let quantity = |leg: usize| self.booked(leg).transaction.quantity;
        let is_short =
            rows.iter().all(|leg| {
                let held = self.held(self.booked(*leg).instrument);
                quantity(*leg).is_zero() || held.is_zero() || held < Decimal::ZERO
            }) && rows.iter().any(|leg| self.held(self.booked(*leg).instrument) < Decimal::ZERO);
        let goes = |leg: &usize| (quantity(*leg) < Decimal::ZERO) != is_short;
        // A leg of no units names the parent that a spin-off leaves as it is.
        let parent = rows.iter().copied().find(|leg| quantity(*leg).is_zero());
        let moving = rows.into_iter().filter(|leg| !quantity(*leg).is_zero());
        let (gone, come): (Vec<usize>, Vec<usize>) = moving.partition(goes);
        if !gone.is_empty() && !come.is_empty() {
            return self.exchange(&gone, &come);
        }
        let parent = parent.map(|leg| self.booked(leg).instrument);
        for leg in gone.into_iter().chain(come) {
            match (self.booked(leg).transaction.kind, parent) {
                (TransactionKind::SpinOff, Some(parent)) => self.spin_off(leg, Some(parent)),
                _ => self.single(leg),
            }
        }
    }

    /// So many units more, or fewer, for the same cost.
    fn split(&mut self, index: usize, change: Decimal) {
        let booked = self.booked(index);
        let (acquired, origin) = (booked.transaction.at.date, Some(self.place(index)));
        let position = self.position(booked.instrument, &booked.transaction);
        let held = position.lots.quantity();
        if held.is_zero() {
            let (cost, fees) = (Amounts::ZERO, Amounts::ZERO);
            position.lots.acquire(Lot { acquired, quantity: change, cost, fees, origin });
        } else {
            position.lots.rescale(held + change);
        }
    }

    /// Units that take along a part of their parent's cost, and its days.
    fn spin_off(&mut self, index: usize, parent: Option<InstrumentIndex>) {
        let booked = self.booked(index);
        let (parent, fraction) = match self.allocation(index) {
            Some((parent, fraction)) => (Some(parent), fraction),
            None => (parent, None),
        };
        let part = parent.and_then(|parent| {
            let by_value = || self.value_shares(booked, parent);
            Some((parent, fraction.map(|part| (part, Decimal::ONE)).or_else(by_value)?))
        });
        let Some((parent, (part, whole))) = part.filter(|(.., (_, whole))| !whole.is_zero()) else {
            return self.trade(index);
        };
        let Some(position) = self.open.get_mut(&(self.book, parent)) else {
            return self.trade(index);
        };
        let from = position.currency;
        let lots = position.lots.give_cost(part, whole);
        if lots.is_empty() {
            return self.trade(index);
        }
        let to = self.position(booked.instrument, &booked.transaction).currency;
        for lot in rescaled(lots, booked.transaction.quantity) {
            let lot = self.told_in(lot, from, to);
            self.position(booked.instrument, &booked.transaction).lots.acquire(lot);
        }
    }

    fn allocation(&self, index: usize) -> Option<(InstrumentIndex, Option<Decimal>)> {
        self.facts().allocations.get(&self.booked(index).transaction.identity).copied()
    }

    /// What the new units are worth, and what they and their parent's are, at the first prices of the day
    /// or later.
    fn value_shares(
        &self,
        booked: &BookedTransaction,
        parent: InstrumentIndex,
    ) -> Option<(Decimal, Decimal)> {
        let date = booked.transaction.at.date;
        let worth = |instrument: InstrumentIndex, units: Decimal| -> Option<Figure> {
            let price = self.ledger.prices[instrument].first_since(date)?;
            let multiplier = self.ledger.instruments[instrument].units_per_contract();
            let amount = product(units, price.price).and_then(|it| product(it, multiplier));
            Some(self.terms.in_base(Money::new(amount.ok()?, price.currency), price.date))
        };
        let new = worth(booked.instrument, booked.transaction.quantity)?.ok()?;
        let old = worth(parent, self.held(parent))?.ok()?;
        Some((new, new.checked_add(old)?)).filter(|(_, whole)| *whole > Decimal::ZERO)
    }

    /// Capital that comes back: lowers the cost of what is held; beyond it, and where nothing is held any
    /// more, it is gain.
    pub(super) fn return_capital(&mut self, index: usize) {
        let (ledger, terms) = (self.ledger, self.terms);
        let booked = &ledger.books[self.book].movements[index];
        let (date, money) = (booked.movement.at.date, booked.movement.money);
        let Some(instrument) = booked.instrument else { return };
        let Some(position) = self.open.get_mut(&(self.book, instrument)) else { return };
        let currency = position.currency;
        let returned = Amounts {
            native: terms.rates.convert(money, currency, date),
            base: terms.in_base(money, date),
        };
        let is_long = position.lots.quantity() > Decimal::ZERO;
        let before = if self.is_told { self.snapshot(&[instrument]) } else { Vec::new() };
        let n_sales = self.told.sales.len();
        let place = Place { book: self.book, row: Row::Movement(index) };
        let excess = match self.open.get_mut(&(self.book, instrument)) {
            Some(position) if is_long && money.amount > Decimal::ZERO => {
                position.lots.lower(&returned)
            }
            _ => returned,
        };
        self.gain_without_units(instrument, place, currency, &excess);
        if self.is_told {
            self.tell_action(ActionKind::ReturnOfCapital, vec![place], before, n_sales);
        }
    }

    /// Money that came in beyond any cost.
    pub(super) fn gain_without_units(
        &mut self,
        instrument: InstrumentIndex,
        place: Place,
        currency: Currency,
        proceeds: &Amounts,
    ) {
        if proceeds.is_zero() {
            return;
        }
        let date = self.date_of(place);
        let gain = Gain::of(&Amounts::ZERO, proceeds, currency, date, self.terms);
        self.realize(instrument, &gain, &Amounts::ZERO);
        self.tell(|positions| Sale {
            account: positions.facts().account.clone(),
            account_label: positions.facts().label(),
            instrument,
            date,
            place,
            quantity: Decimal::ZERO,
            currency,
            proceeds: proceeds.clone(),
            cost: Amounts::ZERO,
            fees: Amounts::ZERO,
            gain,
            lots: Vec::new(),
            missing: Decimal::ZERO,
        });
    }

    fn date_of(&self, place: Place) -> jiff::civil::Date {
        let facts = self.facts();
        match place.row {
            Row::Transaction(index) => facts.transactions[index].transaction.at.date,
            Row::Movement(index) => facts.movements[index].movement.at.date,
        }
    }

    /// Which corporate action rows tell, if any.
    fn kind_of(&self, legs: &Legs) -> Option<ActionKind> {
        let rows: Vec<&BookedTransaction> = legs.iter().map(|leg| self.booked(leg)).collect();
        let is_any = |kind| rows.iter().any(|booked| booked.transaction.kind == kind);
        if is_any(TransactionKind::Split) {
            let change: Decimal = rows.iter().map(|booked| booked.transaction.quantity).sum();
            let is_short = self.held(rows[0].instrument) < Decimal::ZERO;
            let is_more = (change > Decimal::ZERO) != is_short;
            return Some(if is_more { ActionKind::Split } else { ActionKind::ReverseSplit });
        }
        if is_any(TransactionKind::SpinOff) {
            return Some(ActionKind::SpinOff);
        }
        if is_any(TransactionKind::Exchange) {
            let is_rename = match rows.as_slice() {
                [left, right] => {
                    left.instrument != right.instrument
                        && left.transaction.quantity == -right.transaction.quantity
                }
                _ => false,
            };
            return Some(if is_rename { ActionKind::Rename } else { ActionKind::Exchange });
        }
        if is_any(TransactionKind::StockDividend) {
            return Some(ActionKind::StockDividend);
        }
        is_any(TransactionKind::Delisting).then_some(ActionKind::Delisting)
    }

    /// The instrument that gives to a spin-off and isn't among its legs.
    fn parent_of(&self, legs: &Legs) -> Option<InstrumentIndex> {
        legs.iter().find_map(|leg| self.allocation(leg)).map(|(parent, _)| parent)
    }

    fn snapshot(&self, touched: &[InstrumentIndex]) -> Before {
        let state = |instrument: &InstrumentIndex| {
            let position = self.open.get(&(self.book, *instrument));
            let cost = position.map_or(Amounts::ZERO, |position| position.lots.cost());
            (*instrument, self.held(*instrument), cost)
        };
        touched.iter().map(state).collect()
    }

    fn tell_action(
        &mut self,
        kind: ActionKind,
        places: Vec<Place>,
        before: Before,
        n_sales: usize,
    ) {
        let after = self.snapshot(&before.iter().map(|(it, ..)| *it).collect::<Vec<_>>());
        let gains = self.told.sales.get(n_sales..).unwrap_or_default();
        let gain = gains.iter().fold(Gain::ZERO, |sum, sale| sum.plus(&sale.gain));
        let facts = self.facts();
        let ratio = self.ratio_of(kind, &places, &before, &after);
        let changes = before.into_iter().zip(after).map(|(before, after)| Change {
            instrument: before.0,
            currency: self
                .open
                .get(&(self.book, before.0))
                .map_or(self.terms.base, |position| position.currency),
            quantity_before: before.1,
            quantity_after: after.1,
            cost_before: before.2,
            cost_after: after.2,
        });
        let action = CorporateAction {
            kind,
            account: facts.account.clone(),
            account_label: facts.label(),
            date: places.first().map_or(self.terms.as_of, |place| self.date_of(*place)),
            ratio,
            changes: changes.collect(),
            gain,
            places,
        };
        self.told.corporate_actions.push(action);
    }

    /// Units after for each before: as the legs tell it, or else as the units held do.
    fn ratio_of(
        &self,
        kind: ActionKind,
        places: &[Place],
        before: &Before,
        after: &Before,
    ) -> Option<Decimal> {
        let is_split = matches!(
            kind,
            ActionKind::Split | ActionKind::ReverseSplit | ActionKind::StockDividend
        );
        let rows = places.iter().filter_map(|place| self.ledger.transaction(*place));
        let (mut gone, mut come) = (Decimal::ZERO, Decimal::ZERO);
        for booked in rows {
            let quantity = booked.transaction.quantity;
            if quantity < Decimal::ZERO { gone -= quantity } else { come += quantity }
        }
        let ratio = match (places.len(), before.first(), after.first()) {
            (1, Some((_, before, _)), Some((_, after, _))) => after.checked_div(*before),
            _ => come.checked_div(gone),
        };
        ratio.filter(|_| is_split)
    }
}

/// Kinds whose units go without a sale.
const fn is_moved(kind: TransactionKind) -> bool {
    matches!(
        kind,
        TransactionKind::TransferOut | TransactionKind::Exchange | TransactionKind::Delisting
    )
}
