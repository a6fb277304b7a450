//! `Transactions.csv`: each row an execution, with its costs and what it came to in the base currency.

use stonks_plugin_sdk::decimal::{Separator, canonical};
use stonks_plugin_sdk::{
    Batch, Decimal, Fact, FactSource, Fee, FeeKind, Identities, Moment, Money, Note, PluginError,
    SourceLocation, Transaction, TransactionKind,
};

use crate::corporate_actions::{Action, Leg, pair};
use crate::header::TransactionColumns;
use crate::identities::{self, Place};
use crate::instruments::{self, Instruments};
use crate::table::{Row, Table};
use crate::{PAGE_LENGTH, ZONE, numbers, order};

/// A file, and how far it is told.
pub(crate) struct Transactions {
    rows: Vec<Row>,
    columns: TransactionColumns,
    separator: Separator,
    /// What each row turns out to be, where it is no trade.
    actions: Vec<Option<Action>>,
    next: usize,
    identities: Identities,
    instruments: Instruments,
}

/// The numbers of a row.
struct Figures {
    date: String,
    time: String,
    key: String,
    quantity: Decimal,
    price: Decimal,
    price_currency: String,
    local: Option<Money>,
    total: Option<Money>,
    /// Signed; none where there was none.
    fees: Vec<Fee>,
    exchange_rate: Option<Decimal>,
}

impl Figures {
    /// Whether the account was charged in another currency than that of the units.
    fn is_foreign(&self) -> bool {
        let both = self.local.as_ref().zip(self.total.as_ref());
        both.is_some_and(|(local, total)| local.currency != total.currency)
    }
}

impl Transactions {
    pub(crate) fn open(table: Table, columns: TransactionColumns) -> Result<Self, PluginError> {
        let amounts = [columns.price, columns.local_value, columns.base_value, columns.total];
        let separator = numbers::separator(&table, &amounts);
        let mut rows = table.rows;
        rows.drain(..1);
        order::oldest_first(&mut rows, (columns.date, columns.time), |_| None);
        let mut file = Self {
            rows,
            columns,
            separator,
            actions: Vec::new(),
            next: 0,
            identities: Identities::new(),
            instruments: Instruments::default(),
        };
        file.find_actions()?;
        Ok(file)
    }

    /// Corporate actions are not marked here: their legs have no order and cost nothing.
    fn find_actions(&mut self) -> Result<(), PluginError> {
        let mut places = Vec::new();
        let mut legs = Vec::new();
        for (place, row) in self.rows.iter().enumerate() {
            let Some(figures) = self.figures(row)? else { continue };
            if self.order(row).is_none() && figures.fees.is_empty() {
                places.push(place);
                legs.push(Leg {
                    at: format!("{}T{}", figures.date, figures.time),
                    instrument: figures.key,
                    quantity: figures.quantity,
                    value: figures.quantity.checked_mul(figures.price).unwrap_or_default(),
                    told: figures.price.is_zero().then_some(TransactionKind::StockDividend),
                });
            }
        }
        self.actions = vec![None; self.rows.len()];
        for (place, action) in places.into_iter().zip(pair(&legs)) {
            self.actions[place] = action;
        }
        Ok(())
    }

    /// The order's number stands under its title, or in the column behind it.
    fn order<'a>(&self, row: &'a Row) -> Option<&'a str> {
        let column = self.columns.order.unwrap_or(self.columns.total + 1);
        [column, column + 1]
            .into_iter()
            .map(|column| row.field(column))
            .find(|order| !order.is_empty())
    }

    /// In the currency of the title, or of the column behind.
    fn base_money(&self, row: &Row, column: usize) -> Result<Option<Money>, PluginError> {
        let Some(amount) = numbers::amount(row, column, self.separator)? else { return Ok(None) };
        let beside = numbers::currency(row.field(column + 1)).map(str::to_owned);
        let currency = self.columns.base_currency.clone().or(beside);
        Ok(currency.map(|currency| Money { amount: canonical(amount), currency }))
    }

    fn fees(&self, row: &Row) -> Result<Vec<Fee>, PluginError> {
        let mut fees = Vec::new();
        for (column, kind) in
            [(self.columns.auto_fx, FeeKind::Conversion), (self.columns.fee, FeeKind::Transaction)]
        {
            let Some(column) = column else { continue };
            if let Some(money) = self.base_money(row, column)?.filter(|money| money.amount != "0") {
                fees.push(Fee { kind, money, description: None });
            }
        }
        Ok(fees)
    }

    /// None for a row without units.
    fn figures(&self, row: &Row) -> Result<Option<Figures>, PluginError> {
        let columns = &self.columns;
        if row.fields.len() <= columns.total {
            let message = format!(
                "the row has {} fields; {} are expected",
                row.fields.len(),
                columns.total + 1
            );
            let refusal = row.refuse(row.fields.len(), message);
            return Err(refusal.hint("export the file again; it may have been cut off").into());
        }
        let date = numbers::date(row, columns.date)?;
        let time = numbers::time(row, columns.time)?;
        let number = |column: usize| numbers::amount(row, column, self.separator);
        let Some(quantity) = number(columns.quantity)?.filter(|quantity| !quantity.is_zero())
        else {
            return Ok(None);
        };
        let price = number(columns.price)?.ok_or_else(|| -> PluginError {
            row.refuse(columns.price, "the price is missing".to_owned())
                .hint("export the file again")
                .into()
        })?;
        let beside = |column: usize| numbers::currency(row.field(column + 1)).map(str::to_owned);
        let price_currency = beside(columns.price).or_else(|| columns.base_currency.clone());
        let price_currency = price_currency.ok_or_else(|| -> PluginError {
            row.refuse(columns.price + 1, "the currency of the price is missing".to_owned())
                .hint("export the file again")
                .into()
        })?;
        let local = number(columns.local_value)?.map(|amount| Money {
            amount: canonical(amount),
            currency: beside(columns.local_value).unwrap_or_else(|| price_currency.clone()),
        });
        let (product, isin) = (row.field(columns.product), row.field(columns.isin));
        let rate = columns.exchange_rate.map(&number).transpose()?.flatten();
        Ok(Some(Figures {
            date,
            time,
            key: instruments::key(product, isin).unwrap_or_else(|| "name:unnamed".to_owned()),
            quantity,
            price,
            price_currency,
            local,
            total: self.base_money(row, columns.total)?,
            fees: self.fees(row)?,
            // DEGIRO tells how much of the local currency one unit of the base currency buys.
            exchange_rate: rate
                .and_then(|rate| Decimal::ONE.checked_div(rate))
                .map(|rate| rate.round_dp(12)),
        }))
    }

    fn tell(&mut self, place: usize, facts: &mut Vec<Fact>) -> Result<(), PluginError> {
        let row = &self.rows[place];
        let source = SourceLocation { line: Some(row.line), path: None };
        let Some(figures) = self.figures(row)? else {
            let date = numbers::date(row, self.columns.date)?;
            let identity = self.identities.of("note", &[&date, &row.text()]);
            facts.push(note(row, date, identity, source));
            return Ok(());
        };
        let (product, isin) = (row.field(self.columns.product), row.field(self.columns.isin));
        facts.extend(self.instruments.tell(
            &figures.key,
            product,
            isin,
            Some(&figures.price_currency),
        ));
        let at = Place { date: &figures.date, time: &figures.time, instrument: &figures.key };
        let identity = identities::trade(
            &mut self.identities,
            at,
            figures.quantity,
            figures.price,
            &figures.price_currency,
        );
        let action = self.actions[place].clone();
        let trade = if figures.quantity > Decimal::ZERO {
            TransactionKind::Buy
        } else {
            TransactionKind::Sell
        };
        let is_foreign = figures.is_foreign();
        let venue =
            self.columns.venue.map(|column| row.field(column)).filter(|venue| !venue.is_empty());
        facts.push(Fact::Transaction(Transaction {
            identity,
            account: None,
            kind: action.as_ref().map_or(trade, |action| action.kind),
            at: Moment {
                date: figures.date,
                time: Some(figures.time),
                zone: Some(ZONE.to_owned()),
            },
            settlement_date: None,
            quantity: canonical(figures.quantity),
            price: Some(canonical(figures.price)),
            price_currency: Some(figures.price_currency),
            amount: figures.local,
            accrued: None,
            fees: figures.fees,
            settled: figures.total,
            exchange_rate: figures.exchange_rate.filter(|_| is_foreign).map(canonical),
            order: self.order(row).map(str::to_owned),
            group: action.and_then(|action| action.group),
            venue: venue.map(str::to_owned),
            description: None,
            instrument: figures.key,
            source,
        }));
        Ok(())
    }
}

fn note(row: &Row, date: String, identity: String, source: SourceLocation) -> Fact {
    Fact::Note(Note {
        identity,
        account: None,
        at: Some(Moment { date, time: None, zone: None }),
        reason: "a row without units".to_owned(),
        text: row.text(),
        source,
    })
}

impl FactSource for Transactions {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut facts = Vec::new();
        while self.next < self.rows.len() && facts.len() < PAGE_LENGTH {
            self.tell(self.next, &mut facts)?;
            self.next += 1;
        }
        let progress = Some((self.next as u64, self.rows.len() as u64));
        Ok(Batch { facts, has_more: self.next < self.rows.len(), progress })
    }
}
