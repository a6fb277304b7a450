//! Facts to rows and back. What was stored well-formed is read back; anything else means that
//! somebody else wrote into the database, and is an error that names the row.

mod values;

use anyhow::{Context, Result};
use stonks_core::account::BrokerAccount;
use stonks_core::cash::{Balance, CashMovement, Position, UpcomingDividend};
use stonks_core::fact::{Fact, FactKind, Identity, Location, Note};
use stonks_core::fx::FxRate;
use stonks_core::instrument::Instrument;
use stonks_core::moment::Moment;
use stonks_core::money::to_canonical;
use stonks_core::quotes::Quote;
use stonks_core::transaction::Transaction;

use values::{
    amount, currency, decimal, optional_text, owned, read, read_date, read_fees, read_json,
    read_money, read_optional, read_optional_money, text,
};

use super::super::rows::Table;
use super::{
    BalanceRow, BrokerAccountRow, FxRateRow, InstrumentRow, MovementRow, NoteRow, PositionRow,
    QuoteRow, TransactionRow, UpcomingRow,
};

/// Where a fact is filed.
#[derive(Debug, Clone)]
pub(crate) struct Filing {
    pub(crate) delivery_id: i64,
    pub(crate) account_id: Option<i64>,
    pub(crate) statement: String,
    pub(crate) location: Location,
}

/// A row of a table of facts, and the fact that it holds.
pub(crate) trait Row: Table + bitcode::Encode + 'static {
    type Fact: Send;
    const KIND: FactKind;
    fn from_fact(fact: &Self::Fact, filing: Filing) -> Self;
    fn to_fact(&self) -> Result<Self::Fact>;
    fn location(&self) -> Location;
    /// Identity and statement.
    fn key(&self) -> (&str, &str);
    fn into_fact(fact: Self::Fact) -> Fact;
    /// What `make` makes of the facts in packed rows, each with its place.
    fn unpack<S>(content: &[u8], make: impl Fn(Self::Fact, Location) -> S) -> Result<Vec<S>>;
}

/// Implements [`Row`]: how the fact's fields fill the columns, and how they are read back.
macro_rules! row {
    (
        $row:ident holds $fact_type:ident, a $kind:ident,
        |$fact:ident| { $($column:ident: $written:expr),* $(,)? },
        |$stored:ident| { $($field:ident: $read:expr),* $(,)? }
    ) => {
        impl<T: AsRef<str> + Default> $row<T> {
            fn fact(&self) -> Result<$fact_type> {
                let $stored = self;
                let read_fact = || -> Result<$fact_type> {
                    Ok($fact_type { identity: read::<Identity>(&$stored.identity)?, $($field: $read,)* })
                };
                read_fact().with_context(|| {
                    format!(
                        "the database holds a damaged row: {} `{}`",
                        stringify!($fact_type),
                        self.identity.as_ref()
                    )
                })
            }

            fn place(&self) -> Location {
                Location {
                    line: self.line.and_then(|line| u32::try_from(line).ok()),
                    path: self.path.as_ref().map(|path| path.as_ref().into()),
                }
            }
        }

        impl Row for $row<String> {
            type Fact = $fact_type;

            const KIND: FactKind = FactKind::$kind;

            fn from_fact($fact: &$fact_type, filing: Filing) -> Self {
                Self {
                    delivery_id: filing.delivery_id,
                    account_id: filing.account_id,
                    identity: $fact.identity.to_string(),
                    statement: filing.statement,
                    line: filing.location.line.map(i64::from),
                    path: filing.location.path.map(String::from),
                    $($column: $written,)*
                }
            }

            fn to_fact(&self) -> Result<$fact_type> {
                self.fact()
            }

            fn key(&self) -> (&str, &str) {
                (&self.identity, &self.statement)
            }

            fn location(&self) -> Location {
                self.place()
            }

            fn into_fact(fact: $fact_type) -> Fact {
                Fact::$kind(fact)
            }

            fn unpack<S>(
                content: &[u8],
                make: impl Fn($fact_type, Location) -> S,
            ) -> Result<Vec<S>> {
                let rows: Vec<$row<&str>> = bitcode::decode(content).with_context(|| {
                        format!("unpacking facts of the kind {}", FactKind::$kind)
                    })?;
                let mut all = Vec::with_capacity(rows.len());
                for row in &rows {
                    all.push(make(row.fact()?, row.place()));
                }
                Ok(all)
            }
        }
    };
}

row!(BrokerAccountRow holds BrokerAccount, a Account,
    |fact| {
        name: fact.name.clone(),
        currency: optional_text(fact.currency.as_ref()),
        opened: optional_text(fact.opened.as_ref()),
    },
    |row| {
        name: owned(row.name.as_ref()),
        currency: read_optional(row.currency.as_ref())?,
        opened: read_date(row.opened.as_ref())?,
    }
);

row!(InstrumentRow holds Instrument, a Instrument,
    |fact| {
        asset_class: text(&fact.asset_class),
        name: fact.name.clone(),
        symbol: fact.symbol.clone(),
        isin: optional_text(fact.isin.as_ref()),
        market: fact.market.clone(),
        currency: optional_text(fact.currency.as_ref()),
        multiplier: decimal(fact.multiplier),
        terms: fact.terms.as_ref().and_then(|terms| serde_json::to_string(terms).ok()),
        sector: fact.sector.clone(),
        country: fact.country.clone(),
        codes: serde_json::to_string(&fact.codes).unwrap_or_default(),
    },
    |row| {
        asset_class: read(&row.asset_class)?,
        name: owned(row.name.as_ref()),
        symbol: owned(row.symbol.as_ref()),
        isin: read_optional(row.isin.as_ref())?,
        market: owned(row.market.as_ref()),
        currency: read_optional(row.currency.as_ref())?,
        multiplier: read_optional(row.multiplier.as_ref())?,
        terms: row.terms.as_ref().map(read_json).transpose()?,
        sector: owned(row.sector.as_ref()),
        country: owned(row.country.as_ref()),
        codes: read_json(&row.codes)?,
    }
);

row!(TransactionRow holds Transaction, a Transaction,
    |fact| {
        broker_account: optional_text(fact.broker_account.as_ref()),
        instrument: text(&fact.instrument),
        kind: text(&fact.kind),
        happened_at: text(&fact.at),
        settlement_date: optional_text(fact.settlement_date.as_ref()),
        quantity: to_canonical(fact.quantity),
        price: decimal(fact.price),
        price_currency: optional_text(fact.price_currency.as_ref()),
        amount: amount(fact.amount),
        amount_currency: currency(fact.amount),
        accrued: amount(fact.accrued),
        accrued_currency: currency(fact.accrued),
        fees: if fact.fees.is_empty() { String::new() } else { serde_json::to_string(&fact.fees).unwrap_or_default() },
        settled: amount(fact.settled),
        settled_currency: currency(fact.settled),
        exchange_rate: decimal(fact.exchange_rate),
        order_number: fact.order.clone(),
        action_group: fact.group.clone(),
        venue: fact.venue.clone(),
        description: fact.description.clone(),
    },
    |row| {
        broker_account: read_optional(row.broker_account.as_ref())?,
        instrument: read(&row.instrument)?,
        kind: read(&row.kind)?,
        at: read::<Moment>(&row.happened_at)?,
        settlement_date: read_date(row.settlement_date.as_ref())?,
        quantity: read(&row.quantity)?,
        price: read_optional(row.price.as_ref())?,
        price_currency: read_optional(row.price_currency.as_ref())?,
        amount: read_optional_money(row.amount.as_ref(), row.amount_currency.as_ref())?,
        accrued: read_optional_money(row.accrued.as_ref(), row.accrued_currency.as_ref())?,
        fees: read_fees(&row.fees)?,
        settled: read_optional_money(row.settled.as_ref(), row.settled_currency.as_ref())?,
        exchange_rate: read_optional(row.exchange_rate.as_ref())?,
        order: owned(row.order_number.as_ref()),
        group: owned(row.action_group.as_ref()),
        venue: owned(row.venue.as_ref()),
        description: owned(row.description.as_ref()),
    }
);

row!(MovementRow holds CashMovement, a CashMovement,
    |fact| {
        broker_account: optional_text(fact.broker_account.as_ref()),
        kind: text(&fact.kind),
        happened_at: text(&fact.at),
        value_date: optional_text(fact.value_date.as_ref()),
        amount: to_canonical(fact.money.amount),
        currency: text(&fact.money.currency),
        instrument: optional_text(fact.instrument.as_ref()),
        settles: optional_text(fact.transaction.as_ref()),
        fee_kind: optional_text(fact.fee_kind.as_ref()),
        movement_group: fact.group.clone(),
        description: fact.description.clone(),
        balance: decimal(fact.balance),
    },
    |row| {
        broker_account: read_optional(row.broker_account.as_ref())?,
        kind: read(&row.kind)?,
        at: read::<Moment>(&row.happened_at)?,
        value_date: read_date(row.value_date.as_ref())?,
        money: read_money(&row.amount, &row.currency)?,
        instrument: read_optional(row.instrument.as_ref())?,
        transaction: read_optional(row.settles.as_ref())?,
        fee_kind: read_optional(row.fee_kind.as_ref())?,
        group: owned(row.movement_group.as_ref()),
        description: owned(row.description.as_ref()),
        balance: read_optional(row.balance.as_ref())?,
    }
);

row!(PositionRow holds Position, a Position,
    |fact| {
        broker_account: optional_text(fact.broker_account.as_ref()),
        instrument: text(&fact.instrument),
        day: text(&fact.date),
        quantity: to_canonical(fact.quantity),
        price: decimal(fact.price),
        price_currency: optional_text(fact.price_currency.as_ref()),
        worth: amount(fact.value),
        worth_currency: currency(fact.value),
        cost: amount(fact.cost),
        cost_currency: currency(fact.cost),
    },
    |row| {
        broker_account: read_optional(row.broker_account.as_ref())?,
        instrument: read(&row.instrument)?,
        date: read(&row.day)?,
        quantity: read(&row.quantity)?,
        price: read_optional(row.price.as_ref())?,
        price_currency: read_optional(row.price_currency.as_ref())?,
        value: read_optional_money(row.worth.as_ref(), row.worth_currency.as_ref())?,
        cost: read_optional_money(row.cost.as_ref(), row.cost_currency.as_ref())?,
    }
);

row!(BalanceRow holds Balance, a Balance,
    |fact| {
        broker_account: optional_text(fact.broker_account.as_ref()),
        day: text(&fact.date),
        side: text(&fact.side),
        amount: to_canonical(fact.money.amount),
        currency: text(&fact.money.currency),
    },
    |row| {
        broker_account: read_optional(row.broker_account.as_ref())?,
        date: read(&row.day)?,
        side: read(&row.side)?,
        money: read_money(&row.amount, &row.currency)?,
    }
);

row!(QuoteRow holds Quote, a Quote,
    |fact| {
        instrument: text(&fact.instrument),
        quoted_at: text(&fact.at),
        price: to_canonical(fact.price),
        currency: text(&fact.currency),
    },
    |row| {
        instrument: read(&row.instrument)?,
        at: read(&row.quoted_at)?,
        price: read(&row.price)?,
        currency: read(&row.currency)?,
    }
);

row!(FxRateRow holds FxRate, a FxRate,
    |fact| {
        base: text(&fact.base),
        quote: text(&fact.quote),
        day: text(&fact.date),
        rate: to_canonical(fact.rate),
    },
    |row| {
        base: read(&row.base)?,
        quote: read(&row.quote)?,
        date: read(&row.day)?,
        rate: read(&row.rate)?,
    }
);

row!(UpcomingRow holds UpcomingDividend, a UpcomingDividend,
    |fact| {
        broker_account: optional_text(fact.broker_account.as_ref()),
        instrument: text(&fact.instrument),
        status: text(&fact.status),
        ex_date: optional_text(fact.ex_date.as_ref()),
        pay_date: optional_text(fact.pay_date.as_ref()),
        per_unit: amount(fact.per_unit),
        per_unit_currency: currency(fact.per_unit),
        gross: amount(fact.gross),
        gross_currency: currency(fact.gross),
        withholding_tax: amount(fact.withholding_tax),
        withholding_tax_currency: currency(fact.withholding_tax),
    },
    |row| {
        broker_account: read_optional(row.broker_account.as_ref())?,
        instrument: read(&row.instrument)?,
        status: read(&row.status)?,
        ex_date: read_date(row.ex_date.as_ref())?,
        pay_date: read_date(row.pay_date.as_ref())?,
        per_unit: read_optional_money(row.per_unit.as_ref(), row.per_unit_currency.as_ref())?,
        gross: read_optional_money(row.gross.as_ref(), row.gross_currency.as_ref())?,
        withholding_tax:
            read_optional_money(row.withholding_tax.as_ref(), row.withholding_tax_currency.as_ref())?,
    }
);

row!(NoteRow holds Note, a Note,
    |fact| {
        broker_account: optional_text(fact.broker_account.as_ref()),
        happened_at: optional_text(fact.at.as_ref()),
        reason: fact.reason.clone(),
        content: fact.text.clone(),
    },
    |row| {
        broker_account: read_optional(row.broker_account.as_ref())?,
        at: read_optional(row.happened_at.as_ref())?,
        reason: row.reason.as_ref().to_owned(),
        text: row.content.as_ref().to_owned(),
    }
);
