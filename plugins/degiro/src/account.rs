//! `Account.csv`: every movement of cash, and the trades that its rows pay for.

mod amounts;
mod balances;
mod entry;
mod links;

use std::collections::HashMap;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{
    Batch, CashKind, CashMovement, Decimal, Fact, FactSource, FeeKind, Identities, Money, Note,
    PluginError, SourceLocation, Transaction, TransactionKind,
};

use crate::corporate_actions::{self, Action, Leg};
use crate::header::AccountColumns;
use crate::instruments::Instruments;
use crate::order::{Claim, oldest_first};
use crate::table::{self, Row};
use crate::trade::Trade;
use crate::{PAGE_LENGTH, identities, numbers};
use entry::{Entry, Reader, Subject};

/// A file, and how far it is told. Entries are named by their places in the file.
pub(crate) struct Account {
    rows: Vec<Row>,
    entries: Vec<Entry>,
    description: usize,
    /// Places of the entries, oldest first.
    order: Vec<usize>,
    /// By entry: the identity of the trade that it tells.
    trades: Vec<Option<String>>,
    /// By entry: what its trade turns out to be, where it is none.
    actions: Vec<Option<Action>>,
    /// By entry: the entry whose trade it is a cost or a conversion of.
    links: Vec<Option<usize>>,
    /// Both sides of each conversion, each by the other.
    sides: HashMap<usize, usize>,
    /// Told before all others, then behind all others.
    openings: Vec<Fact>,
    closings: Vec<Fact>,
    /// How many entries are told.
    n_told: usize,
    identities: Identities,
    instruments: Instruments,
}

impl Account {
    pub(crate) fn open(mut rows: Vec<Row>, columns: &AccountColumns) -> Result<Self, PluginError> {
        rows.drain(..columns.n_titles.min(rows.len()));
        let rows = table::joined(rows, columns.date, &columns.joins())?;
        let mut reader = Reader::new(columns, &rows);
        let mut entries =
            rows.iter().map(|row| reader.read(row)).collect::<Result<Vec<Entry>, _>>()?;
        let instruments = reader.instruments;
        let order = order(&entries);
        amounts::fill_in(&mut entries, &order);
        let mut identities = Identities::new();
        let mut trades = vec![None; entries.len()];
        for &place in &order {
            let entry = &entries[place];
            if let (Some(trade), Some(instrument)) = (entry.trade(), entry.instrument) {
                let code = instruments.code(instrument);
                let price = (trade.price, &*trade.currency);
                let identity =
                    identities::trade(&mut identities, entry.stamp, code, trade.quantity, price);
                trades[place] = Some(identity);
            }
        }
        let sides = links::sides(&entries, &order);
        let (openings, closings) = balances::find(&entries, &rows, &order);
        Ok(Self {
            actions: actions(&entries, &instruments),
            links: links::find(&entries, &order, &sides),
            sides,
            description: columns.description,
            openings,
            closings,
            trades,
            order,
            entries,
            rows,
            n_told: 0,
            identities,
            instruments,
        })
    }

    fn tell(&mut self, place: usize, facts: &mut Vec<Fact>) {
        let entry = &self.entries[place];
        let movement = self.movement(place);
        let names_instrument = movement.is_some() || self.trades[place].is_some();
        if let Some(instrument) = entry.instrument.filter(|_| names_instrument) {
            facts.extend(self.instruments.tell(instrument));
        }
        if let (Some(trade), Some(identity)) = (entry.trade(), &self.trades[place]) {
            facts.extend(self.transaction(place, trade, identity.clone()));
        }
        if let Some((amount, mut movement)) = movement {
            let isin = self.instruments.isin(entry.instrument);
            let currency = &movement.money.currency;
            movement.identity =
                identities::movement(&mut self.identities, entry.stamp, isin, amount, currency);
            facts.push(Fact::CashMovement(movement));
        }
        if let Some(reason) = self.unexplained(place) {
            let text = self.rows[place].text();
            let (day, time) = (entry.stamp.day.to_string(), entry.stamp.time_text());
            facts.push(Fact::Note(Note {
                identity: self.identities.of("note", &[&day, &time, &text]),
                account: None,
                at: Some(entry.stamp.moment()),
                reason: reason.to_owned(),
                text,
                source: self.source(place),
            }));
        }
    }

    fn text(&self, place: usize) -> Option<String> {
        let text = self.rows[place].field(self.description);
        (!text.is_empty()).then(|| crate::words::squeezed(text))
    }

    fn source(&self, place: usize) -> SourceLocation {
        SourceLocation { line: Some(self.rows[place].line), path: None }
    }

    fn transaction(&self, place: usize, trade: &Trade, identity: String) -> Option<Fact> {
        let entry = &self.entries[place];
        let action = self.actions[place].as_ref();
        let is_bought = trade.quantity > Decimal::ZERO;
        let side = if is_bought { TransactionKind::Buy } else { TransactionKind::Sell };
        let amount = entry.amount.zip(entry.currency.as_ref()).map(|(amount, currency)| Money {
            amount: canonical(amount),
            currency: currency.to_string(),
        });
        Some(Fact::Transaction(Transaction {
            identity,
            account: None,
            instrument: self.instruments.identity(entry.instrument?).to_owned(),
            kind: action.map_or(side, |action| action.kind),
            at: entry.stamp.moment(),
            settlement_date: None,
            quantity: canonical(trade.quantity),
            price: Some(canonical(trade.price)),
            price_currency: Some(trade.currency.to_string()),
            amount,
            accrued: None,
            fees: Vec::new(),
            settled: None,
            exchange_rate: None,
            order: entry.order.as_ref().map(ToString::to_string),
            group: action.and_then(|action| action.group.clone()),
            venue: None,
            description: self.text(place),
            source: self.source(place),
        }))
    }

    /// What the row does to the cash, still without identity. A row that is understood and has no
    /// amount moves nothing, but its balance counts.
    fn movement(&self, place: usize) -> Option<(Decimal, CashMovement)> {
        let entry = &self.entries[place];
        let currency = entry.currency.as_ref()?;
        let is_known = !matches!(entry.subject, Subject::Unknown | Subject::Bank { .. });
        let amount = entry.amount.or_else(|| is_known.then_some(Decimal::ZERO))?;
        let (kind, fee_kind) = kind(entry, amount);
        let trade = self.links[place].unwrap_or(place);
        let action = self.actions[place].as_ref().and_then(|action| action.group.clone());
        let group = entry.order.as_ref().map(ToString::to_string);
        let side = || self.sides.get(&place);
        let group = group
            .or(action)
            .or_else(|| side().map(|&other| links::group(&self.entries, place, other)));
        let movement = CashMovement {
            identity: String::new(),
            account: None,
            kind,
            at: entry.stamp.moment(),
            value_date: entry.value_day.map(|day| day.to_string()),
            money: Money { amount: canonical(amount), currency: currency.to_string() },
            instrument: entry.instrument.map(|place| self.instruments.identity(place).to_owned()),
            transaction: self.trades[trade].clone(),
            fee_kind,
            group,
            description: self.text(place),
            balance: entry.balance.map(canonical),
            source: self.source(place),
        };
        Some((amount, movement))
    }

    fn unexplained(&self, place: usize) -> Option<&'static str> {
        let entry = &self.entries[place];
        let action = self.actions[place].as_ref().map(|action| action.kind);
        match entry.subject {
            Subject::Unknown if self.rows[place].field(self.description).is_empty() => {
                Some("the row has no description")
            }
            Subject::Unknown => Some("unknown description"),
            Subject::Bank { .. } if entry.amount.is_none() => {
                Some("a transfer whose amount or direction is not known")
            }
            _ if entry.currency.is_none() && entry.trade().is_none() => {
                Some("the row has no amount")
            }
            _ if action == Some(TransactionKind::Other) => Some("unknown corporate action"),
            _ => None,
        }
    }
}

/// The order in which the rows happened.
fn order(entries: &[Entry]) -> Vec<usize> {
    let stamps: Vec<_> = entries.iter().map(|entry| entry.stamp).collect();
    let claim = |entry: &Entry| {
        Some(Claim {
            currency: entry.currency.clone()?,
            amount: entry.amount.or_else(|| amounts::in_words(entry))?,
            balance: entry.balance?,
        })
    };
    oldest_first(&stamps, &entries.iter().map(claim).collect::<Vec<_>>())
}

fn kind(entry: &Entry, amount: Decimal) -> (CashKind, Option<FeeKind>) {
    let kind = match &entry.subject {
        Subject::Trade(_) => CashKind::Trade,
        Subject::Cash(kind) => *kind,
        Subject::Fee(kind) => return (CashKind::Fee, Some(*kind)),
        Subject::AccruedInterest => CashKind::Interest,
        Subject::Bank { .. } => CashKind::InternalTransfer,
        // The fund is where the cash is kept: what goes into it stays cash, what it earns is interest.
        Subject::Fund { .. } if amount.is_zero() => CashKind::InternalTransfer,
        Subject::Fund { worth } => match worth {
            Some(worth)
                if *worth >= Decimal::ONE && numbers::is_worth(*worth, Decimal::ONE, amount) =>
            {
                CashKind::InternalTransfer
            }
            _ => CashKind::Interest,
        },
        Subject::Unknown => CashKind::Other,
    };
    (kind, None)
}

/// What the trades of corporate actions turn out to be.
fn actions(entries: &[Entry], instruments: &Instruments) -> Vec<Option<Action>> {
    let mut places = Vec::new();
    let mut legs = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let told = entry.trade().and_then(|trade| Some((trade, trade.action?)));
        let Some(((trade, action), instrument)) = told.zip(entry.instrument) else { continue };
        places.push(place);
        legs.push(Leg {
            stamp: entry.stamp,
            instrument,
            quantity: trade.quantity,
            price: trade.price,
            told: Some(action),
        });
    }
    let mut actions = vec![None; entries.len()];
    let found = corporate_actions::pair(&legs, |place| instruments.code(place));
    for (place, action) in places.into_iter().zip(found) {
        actions[place] = action;
    }
    actions
}

impl FactSource for Account {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut facts = std::mem::take(&mut self.openings);
        while self.n_told < self.order.len() && facts.len() < PAGE_LENGTH {
            self.tell(self.order[self.n_told], &mut facts);
            self.n_told += 1;
        }
        let has_more = self.n_told < self.order.len();
        if !has_more {
            facts.append(&mut self.closings);
        }
        let progress = Some((self.n_told as u64, self.order.len() as u64));
        Ok(Batch { facts, has_more, progress })
    }
}
