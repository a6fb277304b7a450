//! `Transactions.csv`: each row an execution, with its costs and what it came to in the base currency.

mod figures;

use std::rc::Rc;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{
    Batch, Decimal, Fact, FactSource, Fee, FeeKind, Identities, Money, Note, PluginError,
    SourceLocation, Transaction, TransactionKind,
};

use crate::corporate_actions::{self, Action, Leg};
use crate::header::TransactionColumns;
use crate::instruments::{Instruments, Place, Sighting};
use crate::order::oldest_first;
use crate::stamp::Stamp;
use crate::table::{self, Row};
use crate::{PAGE_LENGTH, currencies, identities, instruments};
use figures::{Figures, Reader, Sum};

/// What a row turns out to be.
enum Entry {
    Trade {
        figures: Box<Figures>,
        instrument: Place,
        action: Option<Action>,
    },
    /// Why it is none.
    Other {
        stamp: Stamp,
        reason: &'static str,
    },
}

impl Entry {
    const fn stamp(&self) -> Stamp {
        match self {
            Self::Trade { figures, .. } => figures.stamp,
            Self::Other { stamp, .. } => *stamp,
        }
    }
}

/// A file, and how far it is told.
pub(crate) struct Transactions {
    reader: Reader,
    rows: Vec<Row>,
    entries: Vec<Entry>,
    /// Places of the entries, oldest first.
    order: Vec<usize>,
    n_told: usize,
    identities: Identities,
    instruments: Instruments,
}

impl Transactions {
    pub(crate) fn open(
        mut rows: Vec<Row>,
        columns: TransactionColumns,
    ) -> Result<Self, PluginError> {
        rows.drain(..1);
        let (date, time) = (columns.date, columns.time);
        let rows = table::joined(rows, date, &columns.joins())?;
        let reader = Reader::new(columns, &rows);
        let mut instruments = Instruments::default();
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            entries.push(match reader.read(row)? {
                Some(figures) => entry(figures, &reader, row, &mut instruments),
                None => Entry::Other {
                    stamp: Stamp::field(row, date, time)?,
                    reason: "the row has no units",
                },
            });
        }
        find_actions(&mut entries, &rows, &reader, &instruments);
        let stamps: Vec<Stamp> = entries.iter().map(Entry::stamp).collect();
        let order = oldest_first(&stamps, &[]);
        let identities = Identities::new();
        Ok(Self { reader, rows, entries, order, n_told: 0, identities, instruments })
    }

    fn tell(&mut self, place: usize, facts: &mut Vec<Fact>) {
        match &self.entries[place] {
            Entry::Trade { figures, instrument, action } => {
                facts.extend(self.instruments.tell(*instrument));
                let currency = figures.price_currency.as_deref().unwrap_or_default();
                let identity = identities::trade(
                    &mut self.identities,
                    figures.stamp,
                    self.instruments.code(*instrument),
                    figures.quantity,
                    (figures.price.unwrap_or_default(), currency),
                );
                let instrument = self.instruments.identity(*instrument).to_owned();
                let row = &self.rows[place];
                facts.push(transaction(
                    figures,
                    action.as_ref(),
                    Transaction {
                        identity,
                        instrument,
                        order: self.reader.order(row).map(str::to_owned),
                        venue: self.reader.venue(row).map(str::to_owned),
                        source: SourceLocation { line: Some(row.line), path: None },
                        ..empty(figures.stamp)
                    },
                ));
            }
            Entry::Other { stamp, reason } => {
                let text = self.rows[place].text();
                let (day, time) = (stamp.day.to_string(), stamp.time_text());
                facts.push(Fact::Note(Note {
                    identity: self.identities.of("note", &[&day, &time, &text]),
                    account: None,
                    at: Some(stamp.moment()),
                    reason: (*reason).to_owned(),
                    text,
                    source: SourceLocation { line: Some(self.rows[place].line), path: None },
                }));
            }
        }
    }
}

/// A row with units; those of currencies and of the fund that keeps the cash are none.
fn entry(figures: Figures, reader: &Reader, row: &Row, known: &mut Instruments) -> Entry {
    let (product, stamp) = (reader.product(row), figures.stamp);
    let other = |reason| Entry::Other { stamp, reason };
    if currencies::is_pair(product) {
        return other("a conversion of currencies, whose cash the account statement tells");
    }
    if instruments::is_cash_fund(product) || instruments::is_bank(product) {
        return other("cash kept in the money market fund, which counts as cash");
    }
    let Some(instrument) = known.find(product, reader.isin(row), stamp) else {
        return other("the row names no product");
    };
    if let Some((price, price_currency)) = figures.price.zip(figures.price_currency.as_ref()) {
        known.see_trade(
            instrument,
            &Sighting {
                quantity: figures.quantity,
                price,
                price_currency,
                money: figures.local.as_ref().map(|(amount, currency)| (*amount, &**currency)),
            },
        );
    }
    Entry::Trade { figures: Box::new(figures), instrument, action: None }
}

/// Corporate actions are not marked here: their legs have no order and cost nothing.
fn find_actions(entries: &mut [Entry], rows: &[Row], reader: &Reader, instruments: &Instruments) {
    let mut places = Vec::new();
    let mut legs = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let Entry::Trade { figures, instrument, .. } = entry else { continue };
        if figures.is_free() && reader.order(&rows[place]).is_none() {
            places.push(place);
            legs.push(Leg {
                stamp: figures.stamp,
                instrument: *instrument,
                quantity: figures.quantity,
                price: figures.price.unwrap_or_default(),
                told: None,
            });
        }
    }
    let found = corporate_actions::pair(&legs, |place| instruments.code(place));
    for (place, found) in places.into_iter().zip(found) {
        if let Entry::Trade { action, .. } = &mut entries[place] {
            *action = found;
        }
    }
}

/// A transaction of which nothing is known but its time.
fn empty(stamp: Stamp) -> Transaction {
    Transaction {
        identity: String::new(),
        account: None,
        instrument: String::new(),
        kind: TransactionKind::Other,
        at: stamp.moment(),
        settlement_date: None,
        quantity: String::new(),
        price: None,
        price_currency: None,
        amount: None,
        accrued: None,
        fees: Vec::new(),
        settled: None,
        exchange_rate: None,
        order: None,
        group: None,
        venue: None,
        description: None,
        source: SourceLocation { line: None, path: None },
    }
}

fn transaction(figures: &Figures, action: Option<&Action>, base: Transaction) -> Fact {
    let is_bought = figures.quantity > Decimal::ZERO;
    let side = if is_bought { TransactionKind::Buy } else { TransactionKind::Sell };
    let money = |(amount, currency): &Sum| Money {
        amount: canonical(*amount),
        currency: currency.to_string(),
    };
    let fee = |kind: FeeKind, sum: &Option<Sum>| {
        sum.as_ref().map(|sum| Fee { kind, money: money(sum), description: None })
    };
    let price_currency = figures.price_currency.as_ref().map(Rc::to_string);
    Fact::Transaction(Transaction {
        kind: action.map_or(side, |action| action.kind),
        quantity: canonical(figures.quantity),
        price: figures.price.map(canonical).filter(|_| price_currency.is_some()),
        price_currency,
        amount: figures.local.as_ref().map(money),
        fees: [fee(FeeKind::Conversion, &figures.auto_fx), fee(FeeKind::Transaction, &figures.fee)]
            .into_iter()
            .flatten()
            .collect(),
        settled: figures.total.as_ref().map(money),
        exchange_rate: figures.exchange_rate.map(canonical),
        group: action.and_then(|action| action.group.clone()),
        ..base
    })
}

impl FactSource for Transactions {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut facts = Vec::new();
        while self.n_told < self.order.len() && facts.len() < PAGE_LENGTH {
            self.tell(self.order[self.n_told], &mut facts);
            self.n_told += 1;
        }
        let progress = Some((self.n_told as u64, self.order.len() as u64));
        Ok(Batch { facts, has_more: self.n_told < self.order.len(), progress })
    }
}
