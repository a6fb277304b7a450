//! `Account.csv`: every movement of cash, and the trades that its rows pay for.

mod balances;
mod entry;
mod links;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{
    Batch, CashKind, CashMovement, Decimal, Fact, FactSource, Identities, Moment, Money, Note,
    PluginError, SourceLocation, Transaction, TransactionKind,
};

use crate::corporate_actions::{Action, Leg, pair};
use crate::header::AccountColumns;
use crate::identities::{self, Place};
use crate::instruments::Instruments;
use crate::table::Table;
use crate::trade::Trade;
use crate::vocabulary::Meaning;
use crate::{PAGE_LENGTH, ZONE, numbers, order};
use entry::Entry;

/// A file, and how far it is told.
pub(crate) struct Account {
    entries: Vec<Entry>,
    /// By entry: the identity of the trade that it tells.
    trades: Vec<Option<String>>,
    /// By entry: what its trade turns out to be, where it is none.
    actions: Vec<Option<Action>>,
    /// By entry: the trade that it belongs to.
    links: Vec<Option<String>>,
    /// Told first.
    balances: Vec<Fact>,
    next: usize,
    identities: Identities,
    instruments: Instruments,
}

impl Account {
    pub(crate) fn open(table: Table, columns: AccountColumns) -> Result<Self, PluginError> {
        let separator = numbers::separator(&table, &[columns.change + 1, columns.balance + 1]);
        let mut rows = table.rows;
        rows.drain(..columns.n_titles.min(rows.len()));
        order::oldest_first(&mut rows, (columns.date, columns.time), |row| {
            let amount = |column: usize| numbers::amount(row, column, separator).ok().flatten();
            let currency = row.field(columns.balance).to_owned();
            Some((currency, amount(columns.change + 1)?, amount(columns.balance + 1)?))
        });
        let entries = rows
            .iter()
            .map(|row| Entry::read(row, &columns, separator))
            .collect::<Result<Vec<_>, _>>()?;
        let mut identities = Identities::new();
        let trades: Vec<Option<String>> = entries
            .iter()
            .map(|entry| {
                let trade = entry.trade.as_ref()?;
                let place = entry.place();
                Some(identities::trade(
                    &mut identities,
                    place,
                    trade.quantity,
                    trade.price,
                    &trade.currency,
                ))
            })
            .collect();
        Ok(Self {
            actions: actions(&entries),
            links: links::find(&entries, &trades),
            balances: balances::find(&entries),
            trades,
            entries,
            next: 0,
            identities,
            instruments: Instruments::default(),
        })
    }

    fn tell(&mut self, place: usize, facts: &mut Vec<Fact>) {
        let entry = &self.entries[place];
        if let Some(key) = &entry.instrument {
            let currency = entry.trade.as_ref().map(|trade| trade.currency.as_str());
            facts.extend(self.instruments.tell(key, &entry.product, &entry.isin, currency));
        }
        if let (Some(trade), Some(identity)) = (&entry.trade, &self.trades[place]) {
            facts.extend(transaction(entry, trade, identity, self.actions[place].as_ref()));
        }
        let kind = kind(entry);
        if let Some(money) = entry.money() {
            let amount = money.0;
            facts.push(Fact::CashMovement(CashMovement {
                identity: identities::movement(
                    &mut self.identities,
                    entry.place(),
                    amount,
                    &money.1,
                ),
                account: None,
                kind: kind.unwrap_or(CashKind::Other),
                at: entry.moment(),
                value_date: entry.value_date.clone(),
                money: Money { amount: canonical(amount), currency: money.1 },
                instrument: entry.instrument.clone(),
                transaction: self.trades[place].clone().or_else(|| self.links[place].clone()),
                fee_kind: match entry.meaning {
                    Some(Meaning::Fee(kind)) => Some(kind),
                    _ => None,
                },
                group: entry.order.clone(),
                description: Some(entry.description.clone()).filter(|text| !text.is_empty()),
                balance: entry.balance.map(canonical),
                source: entry.source(),
            }));
        }
        if let Some(reason) = unexplained(entry, kind, self.actions[place].as_ref()) {
            facts.push(Fact::Note(Note {
                identity: self.identities.of("note", &[&entry.date, &entry.time, &entry.text]),
                account: None,
                at: Some(entry.moment()),
                reason: reason.to_owned(),
                text: entry.text.clone(),
                source: entry.source(),
            }));
        }
    }
}

/// What a row is for the cash; none where nobody knows.
const fn kind(entry: &Entry) -> Option<CashKind> {
    if entry.trade.is_some() {
        return Some(CashKind::Trade);
    }
    if entry.is_currency_pair {
        return Some(CashKind::Conversion);
    }
    match entry.meaning {
        Some(Meaning::Cash(kind)) => Some(kind),
        Some(Meaning::Fee(_)) => Some(CashKind::Fee),
        Some(Meaning::Sweep { .. } | Meaning::CashFund) => Some(CashKind::InternalTransfer),
        None => None,
    }
}

fn unexplained(
    entry: &Entry,
    kind: Option<CashKind>,
    action: Option<&Action>,
) -> Option<&'static str> {
    match (kind, action) {
        (None, _) if entry.description.is_empty() => Some("a row without a description"),
        (None, _) => Some("unknown description"),
        (_, Some(Action { kind: TransactionKind::Other, .. })) => Some("unknown corporate action"),
        _ => None,
    }
}

fn transaction(
    entry: &Entry,
    trade: &Trade,
    identity: &str,
    action: Option<&Action>,
) -> Option<Fact> {
    let side =
        if trade.quantity > Decimal::ZERO { TransactionKind::Buy } else { TransactionKind::Sell };
    Some(Fact::Transaction(Transaction {
        identity: identity.to_owned(),
        account: None,
        instrument: entry.instrument.clone()?,
        kind: action.map_or(side, |action| action.kind),
        at: entry.moment(),
        settlement_date: None,
        quantity: canonical(trade.quantity),
        price: Some(canonical(trade.price)),
        price_currency: Some(trade.currency.clone()),
        amount: entry
            .money()
            .map(|(amount, currency)| Money { amount: canonical(amount), currency }),
        accrued: None,
        fees: Vec::new(),
        settled: None,
        exchange_rate: None,
        order: entry.order.clone(),
        group: action.and_then(|action| action.group.clone()),
        venue: None,
        description: Some(entry.description.clone()),
        source: entry.source(),
    }))
}

/// What the trades of corporate actions turn out to be.
fn actions(entries: &[Entry]) -> Vec<Option<Action>> {
    let mut places = Vec::new();
    let mut legs = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let Some((trade, action)) =
            entry.trade.as_ref().and_then(|trade| Some((trade, trade.action?)))
        else {
            continue;
        };
        places.push(place);
        legs.push(Leg {
            at: format!("{}T{}", entry.date, entry.time),
            instrument: entry.instrument.clone().unwrap_or_default(),
            quantity: trade.quantity,
            value: trade.quantity.checked_mul(trade.price).unwrap_or_default(),
            told: Some(action),
        });
    }
    let mut actions = vec![None; entries.len()];
    for (place, action) in places.into_iter().zip(pair(&legs)) {
        actions[place] = action;
    }
    actions
}

impl Entry {
    fn place(&self) -> Place<'_> {
        Place {
            date: &self.date,
            time: &self.time,
            instrument: self.instrument.as_deref().unwrap_or_default(),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            date: self.date.clone(),
            time: Some(self.time.clone()),
            zone: Some(ZONE.to_owned()),
        }
    }

    const fn source(&self) -> SourceLocation {
        SourceLocation { line: Some(self.line), path: None }
    }
}

impl FactSource for Account {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut facts = std::mem::take(&mut self.balances);
        while self.next < self.entries.len() && facts.len() < PAGE_LENGTH {
            self.tell(self.next, &mut facts);
            self.next += 1;
        }
        let progress = Some((self.next as u64, self.entries.len() as u64));
        Ok(Batch { facts, has_more: self.next < self.entries.len(), progress })
    }
}
