//! A book in order: what the user decided, the order of what happened, and transactions joined with the
//! movements that settle them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::kept::by_currency;
use super::news::News;
use super::touched::Marks;
use super::{Book, BookedMovement, BookedTransaction, InstrumentIndex};
use crate::account::{AccountName, BrokerAccount};
use crate::cash::{CashKind, DaySide};
use crate::fact::Identity;
use crate::lots::{Choices, CostMethod, FeeTreatment, Oversell};
use crate::statement::{Delivery, Statement};
use crate::transaction::{Fee, FeeKind, Transaction, TransactionKind};

impl Book {
    pub(super) fn new(account: AccountName, broker_account: Option<Identity>) -> Self {
        let bare = |identity| BrokerAccount { identity, name: None, currency: None, opened: None };
        Self {
            account,
            broker_account: broker_account.map(bare),
            method: CostMethod::default(),
            fee_treatment: FeeTreatment::default(),
            oversell: Oversell::default(),
            selections: HashMap::new(),
            allocations: HashMap::new(),
            transactions: Vec::new(),
            movements: Vec::new(),
            positions: Vec::new(),
            balances: Vec::new(),
            upcoming: Vec::new(),
            openings: BTreeMap::new(),
        }
    }

    /// Takes over what the user decided about this account. Whether that is anything new.
    pub(super) fn choose(
        &mut self,
        methods: &BTreeMap<AccountName, CostMethod>,
        choices: &Choices,
        find: impl Fn(&Identity, &AccountName) -> Option<InstrumentIndex>,
    ) -> bool {
        let account = &self.account;
        let method = methods.get(account).copied().unwrap_or_default();
        let fee_treatment = choices.fees.get(account).copied().unwrap_or_default();
        let oversell = choices.oversell.get(account).copied().unwrap_or_default();
        let mut selections: HashMap<Identity, Vec<(Identity, Decimal)>> = HashMap::new();
        for selection in choices.selections.iter().filter(|it| it.account == *account) {
            let named = selections.entry(selection.sale.clone()).or_default();
            named.push((selection.acquisition.clone(), selection.quantity));
        }
        let own = choices.allocations.iter().filter(|it| it.account == *account);
        let allocations = own.filter_map(|allocation| {
            let part = (find(&allocation.parent, account)?, allocation.fraction);
            Some((allocation.transaction.clone(), part))
        });
        let allocations = allocations.collect();
        let before = (self.method, self.fee_treatment, self.oversell);
        (self.method, self.fee_treatment, self.oversell) = (method, fee_treatment, oversell);
        let is_new = before != (method, fee_treatment, oversell)
            || self.selections != selections
            || self.allocations != allocations;
        (self.selections, self.allocations) = (selections, allocations);
        is_new
    }

    /// Gives instruments their new numbers. What named one that wasn't known finds it now.
    pub(super) fn renumber(
        &mut self,
        places: &[InstrumentIndex],
        find: impl Fn(&Identity) -> Option<InstrumentIndex>,
        marks: &mut Marks,
    ) {
        for booked in &mut self.transactions {
            booked.instrument = places[booked.instrument];
        }
        for booked in &mut self.movements {
            booked.instrument = match (booked.instrument, &booked.movement.instrument) {
                (Some(instrument), _) => Some(places[instrument]),
                (None, name) => name.as_ref().and_then(&find).inspect(|found| {
                    marks.tell(*found);
                    marks.always();
                }),
            };
        }
        for told in &mut self.positions {
            told.instrument = places[told.instrument];
        }
        for told in &mut self.upcoming {
            told.instrument = places[told.instrument];
        }
        for (parent, _) in self.allocations.values_mut() {
            *parent = places[*parent];
        }
    }

    /// Marks every instrument of the book.
    fn touch_all(&self, marks: &mut Marks) {
        for booked in &self.transactions {
            marks.tell(booked.instrument);
        }
        for instrument in self.movements.iter().filter_map(|booked| booked.instrument) {
            marks.tell(instrument);
        }
        marks.always();
    }

    /// `is_chosen` is whether the user decided anything new.
    pub(super) fn put_in_order(&mut self, news: &News, is_chosen: bool, marks: &mut Marks) {
        if is_chosen {
            self.touch_all(marks);
        }
        if news.transactions < Date::MAX {
            self.sort_transactions(news.n_in_order);
            self.touch_groups(news, marks);
        }
        if news.transactions < Date::MAX || is_chosen {
            self.count_units(marks.told.len());
        }
        if news.movements < Date::MAX {
            // Movements of one minute stay in the order in which the broker lists them: their balances
            // follow from each other, and nothing else depends on it.
            self.movements.sort_by_key(|booked| booked.movement.at);
        }
        self.settle(news, marks);
        if news.movements < Date::MAX || news.balances {
            let before = std::mem::take(&mut self.openings);
            self.find_openings();
            if before != self.openings {
                self.touch_openings(news, marks);
            }
        }
        if news.was_cash_known.is_some_and(|was_known| was_known != self.is_cash_known()) {
            marks.always();
        }
        marks.on(news.transactions.min(news.movements));
        if news.was_cash_known.is_some() {
            self.touch_moved(news, marks);
        }
    }

    /// All legs of an action take effect at another time where its first leg is another.
    fn touch_groups(&self, news: &News, marks: &mut Marks) {
        if news.groups.is_empty() {
            return;
        }
        for booked in &self.transactions {
            if booked.transaction.group.as_ref().is_some_and(|it| news.groups.contains(it)) {
                marks.tell(booked.instrument);
                marks.on(booked.transaction.at.date);
            }
        }
    }

    /// Cash of before an opening doesn't count.
    fn touch_openings(&self, news: &News, marks: &mut Marks) {
        match news.was_cash_known {
            Some(_) => marks.always(),
            None => self.openings.values().for_each(|(date, ..)| marks.on(*date)),
        }
    }

    /// Rows behind those that came or went stand in other places.
    fn touch_moved(&self, news: &News, marks: &mut Marks) {
        let behind = |booked: &BookedTransaction| booked.transaction.at.date < news.transactions;
        for booked in &self.transactions[self.transactions.partition_point(behind)..] {
            marks.moved[booked.instrument] = true;
        }
        let behind = |booked: &BookedMovement| booked.movement.at.date < news.movements;
        let moved = &self.movements[self.movements.partition_point(behind)..];
        for instrument in moved.iter().filter_map(|booked| booked.instrument) {
            marks.moved[instrument] = true;
        }
    }

    /// Takes over what is told of the broker's account.
    pub(super) fn name(
        &mut self,
        broker_accounts: &[Statement<BrokerAccount>],
        deliveries: &[Delivery],
    ) {
        let Some(own) = &mut self.broker_account else { return };
        let told = broker_accounts.iter().find(|statement| {
            statement.fact.identity == own.identity
                && deliveries[statement.source.delivery].account.as_ref() == Some(&self.account)
        });
        if let Some(told) = told {
            own.clone_from(&told.fact);
        }
    }

    /// The first `n_in_order` are in order: what stands before all others needn't be looked at.
    fn sort_transactions(&mut self, n_in_order: usize) {
        let (known, new) = self.transactions.split_at_mut(n_in_order);
        new.sort_by(in_order);
        let Some(first) = new.first() else { return };
        let before = known.partition_point(|booked| in_order(booked, first).is_lt());
        if before < n_in_order {
            self.transactions[before..].sort_by(in_order);
        }
    }

    fn count_units(&mut self, n_instruments: usize) {
        if self.oversell != Oversell::IsIncomplete {
            for booked in &mut self.transactions {
                booked.units = booked.transaction.quantity;
            }
            return;
        }
        let mut held = vec![Decimal::ZERO; n_instruments];
        for booked in &mut self.transactions {
            let held = &mut held[booked.instrument];
            booked.units = booked.transaction.quantity.max(-*held);
            *held = held.saturating_add(booked.units);
        }
    }

    /// Joins transactions with the movements that settle them.
    fn settle(&mut self, news: &News, marks: &mut Marks) {
        if news.to_settle.as_ref().is_some_and(HashSet::is_empty) {
            return;
        }
        let is_asked = |transaction: &Identity| {
            news.to_settle.as_ref().is_none_or(|asked| asked.contains(transaction))
        };
        let mut linked: HashMap<&Identity, Vec<usize>> = HashMap::new();
        for (place, booked) in self.movements.iter().enumerate() {
            if let Some(transaction) =
                booked.movement.transaction.as_ref().filter(|it| is_asked(it))
            {
                linked.entry(transaction).or_default().push(place);
            }
        }
        if linked.is_empty() {
            return;
        }
        for booked in &mut self.transactions {
            let Some(places) = linked.get(&booked.transaction.identity) else { continue };
            let movements = || places.iter().map(|&place| &self.movements[place].movement);
            if !movements().any(|movement| movement.kind == CashKind::Trade) {
                continue;
            }
            marks.tell(booked.instrument);
            marks.on(booked.transaction.at.date);
            // What settles a transaction is no income of its own any more.
            places.iter().for_each(|&place| marks.on(self.movements[place].movement.at.date));
            booked.is_settled = true;
            booked.cash = by_currency(movements().map(|movement| movement.money));
            if !booked.has_own_fees {
                let fees = movements().filter(|movement| movement.kind == CashKind::Fee);
                booked.fees = fees
                    .map(|movement| Fee {
                        kind: movement.fee_kind.unwrap_or(FeeKind::Transaction),
                        money: movement.money,
                        description: movement.description.clone(),
                    })
                    .collect();
            }
        }
    }

    /// The earliest opening balance of each currency counts, unless movements reach further back.
    fn find_openings(&mut self) {
        for Statement { fact: balance, source } in &self.balances {
            if balance.side != DaySide::Opening {
                continue;
            }
            let money = balance.money.in_major_unit();
            let is_told_before = self.movements.iter().any(|booked| {
                booked.movement.at.date < balance.date
                    && booked.movement.money.in_major_unit().currency == money.currency
            });
            let is_earliest =
                self.openings.get(&money.currency).is_none_or(|(date, ..)| balance.date < *date);
            if !is_told_before && is_earliest {
                self.openings.insert(money.currency, (balance.date, money.amount, source.clone()));
            }
        }
    }
}

fn in_order(left: &BookedTransaction, right: &BookedTransaction) -> Ordering {
    let key = |booked: &BookedTransaction| {
        let transaction = &booked.transaction;
        (transaction.at, rank(transaction), transaction.kind)
    };
    let by_name = || left.transaction.identity.cmp(&right.transaction.identity);
    key(left).cmp(&key(right)).then_with(by_name)
}

/// Of what has the same time: a corporate action takes effect before the day's trade, and what adds
/// units comes before what takes them away.
fn rank(transaction: &Transaction) -> u8 {
    match transaction.kind {
        TransactionKind::Split
        | TransactionKind::Exchange
        | TransactionKind::SpinOff
        | TransactionKind::StockDividend => 0,
        _ if transaction.quantity.is_sign_positive() => 1,
        _ => 2,
    }
}
