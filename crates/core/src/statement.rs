//! What was delivered, and how several statements of one fact become one.
//!
//! A broker may state a fact more than once: in two kinds of export, in overlapping periods, read by
//! an older and a newer version of its plugin. All statements are kept. One of them leads, and the
//! others fill in what it leaves open; the choice depends on the statements alone, never on the
//! order of their arrival.

mod arrival;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Debug;

pub(crate) use arrival::{Arrived, Owners, Versions};

use crate::account::{AccountName, BrokerAccount};
use crate::cash::{Balance, CashMovement, Position, UpcomingDividend};
use crate::fact::{Fact, Identity, Located, Location, Note};
use crate::fx::FxRate;
use crate::instrument::Instrument;
use crate::lots::{Choices, CostMethod};
use crate::quotes::Quote;
use crate::transaction::{Transaction, TransactionKind};

/// One file or one sync: what a plugin delivered in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: i64,
    /// None where the facts belong to no account, such as exchange rates.
    pub account: Option<AccountName>,
    pub plugin: String,
    pub version: String,
    /// Of two statements that differ, the one whose delivery has the higher rank leads. Higher for a
    /// newer version of the plugin.
    pub rank: u32,
    /// The file's name, or `sync`.
    pub name: String,
}

impl Delivery {
    /// Whether it is the same delivery, whatever its rank among others is.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.id, it.account.clone(), it.plugin.clone(), it.version.clone());
        key(self) == key(other) && self.name == other.name
    }
}

/// Where a fact comes from: an index into [`Facts::deliveries`], and the place in that delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub delivery: usize,
    pub location: Location,
}

/// A fact as one delivery states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<T> {
    pub fact: T,
    pub source: Source,
}

/// Everything that was delivered.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// How each account's sales release lots; FIFO for one that isn't listed.
    pub methods: BTreeMap<AccountName, CostMethod>,
    pub choices: Choices,
    pub deliveries: Vec<Delivery>,
    pub broker_accounts: Vec<Statement<BrokerAccount>>,
    pub instruments: Vec<Statement<Instrument>>,
    /// Boxed: the largest of the facts, which moves through several hands on its way into a book.
    pub transactions: Vec<Statement<Box<Transaction>>>,
    pub movements: Vec<Statement<CashMovement>>,
    pub positions: Vec<Statement<Position>>,
    pub balances: Vec<Statement<Balance>>,
    pub quotes: Vec<Statement<Quote>>,
    pub fx_rates: Vec<Statement<FxRate>>,
    pub upcoming: Vec<Statement<UpcomingDividend>>,
    pub notes: Vec<Statement<Note>>,
}

impl Facts {
    /// Adds what one delivery states.
    pub fn deliver(&mut self, delivery: Delivery, facts: Vec<Located>) {
        let index = self.deliveries.len();
        self.deliveries.push(delivery);
        for Located { fact, location } in facts {
            let source = Source { delivery: index, location };
            match fact {
                Fact::Account(fact) => self.broker_accounts.push(Statement { fact, source }),
                Fact::Instrument(fact) => self.instruments.push(Statement { fact, source }),
                Fact::Transaction(fact) => {
                    self.transactions.push(Statement { fact: Box::new(fact), source });
                }
                Fact::CashMovement(fact) => self.movements.push(Statement { fact, source }),
                Fact::Position(fact) => self.positions.push(Statement { fact, source }),
                Fact::Balance(fact) => self.balances.push(Statement { fact, source }),
                Fact::Quote(fact) => self.quotes.push(Statement { fact, source }),
                Fact::FxRate(fact) => self.fx_rates.push(Statement { fact, source }),
                Fact::UpcomingDividend(fact) => self.upcoming.push(Statement { fact, source }),
                Fact::Note(fact) => self.notes.push(Statement { fact, source }),
            }
        }
    }
}

/// A kind of fact of which several statements can be made one.
pub(crate) trait Completed: Debug {
    fn identity(&self) -> &Identity;
    /// How many of the fields that may be open are filled.
    fn filled(&self) -> usize;
    /// Takes from `other` what is open here.
    fn complete(&mut self, other: &Self);
}

impl<T: Completed> Completed for Box<T> {
    fn identity(&self) -> &Identity {
        (**self).identity()
    }

    fn filled(&self) -> usize {
        (**self).filled()
    }

    fn complete(&mut self, other: &Self) {
        (**self).complete(other);
    }
}

pub(crate) fn lead_and_complete<T: Completed>(
    deliveries: &[Delivery],
    mut group: Vec<Statement<T>>,
) -> Option<Statement<T>> {
    if group.len() > 1 {
        group.sort_by_cached_key(|statement| {
            let rank = deliveries[statement.source.delivery].rank;
            (Reverse((rank, statement.fact.filled())), format!("{:?}", statement.fact))
        });
    }
    let mut statements = group.into_iter();
    let mut lead = statements.next()?;
    for other in statements {
        lead.fact.complete(&other.fact);
    }
    Some(lead)
}

/// Implements [`Completed`] over the fields that may be open.
macro_rules! completed {
    ($type:ty: $($field:ident),* $(; $also:expr)?) => {
        impl Completed for $type {
            fn identity(&self) -> &Identity {
                &self.identity
            }

            fn filled(&self) -> usize {
                [$(usize::from(self.$field.is_some())),*].iter().sum()
            }

            fn complete(&mut self, other: &Self) {
                $(if self.$field.is_none() { self.$field.clone_from(&other.$field); })*
                $(let also: fn(&mut $type, &$type) = $also; also(self, other);)?
            }
        }
    };
}

completed!(BrokerAccount: name, currency, opened);
completed!(Instrument: name, symbol, isin, market, currency, multiplier, terms, sector, country;
|lead, other| {
    if lead.asset_class == crate::instrument::AssetClass::Unknown {
        lead.asset_class = other.asset_class;
    }
    for code in &other.codes {
        if !lead.codes.contains(code) {
            lead.codes.push(code.clone());
        }
    }
});
completed!(Transaction: broker_account, settlement_date, price, price_currency, amount, accrued, settled,
exchange_rate, order, group, venue, description;
|lead, other| {
    if lead.fees.is_empty() {
        lead.fees.clone_from(&other.fees);
    }
    // One export may call a leg of a corporate action a sale; whoever knows better is believed.
    if matches!(lead.kind, TransactionKind::Buy | TransactionKind::Sell) {
        lead.kind = match other.kind {
            TransactionKind::Buy | TransactionKind::Sell => lead.kind,
            better => better,
        };
    }
});
completed!(CashMovement: broker_account, value_date, instrument, transaction, fee_kind, group, description,
balance;
|lead, other| {
    if lead.kind == crate::cash::CashKind::Other {
        lead.kind = other.kind;
    }
});
completed!(Position: broker_account, price, price_currency, value, cost);
completed!(Balance: broker_account);
completed!(UpcomingDividend: broker_account, ex_date, pay_date, per_unit, gross, withholding_tax);
completed!(Note: broker_account, at);

/// Facts of which every field is given have nothing to complete.
macro_rules! always_complete {
    ($($type:ty),*) => {$(
        impl Completed for $type {
            fn identity(&self) -> &Identity {
                &self.identity
            }

            fn filled(&self) -> usize {
                0
            }

            fn complete(&mut self, _other: &Self) {}
        }
    )*};
}

always_complete!(Quote, FxRate);
