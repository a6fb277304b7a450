//! Transactions: trades, dividends and their taxes, and what else the broker told.

use jiff::civil::Time;
use rust_decimal::Decimal;
use stonks_core::cash::{CashKind, CashMovement};
use stonks_core::fact::{Fact, Identity, Location, Note};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::transaction::{FeeKind, Transaction, TransactionKind};

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::Fields;
use super::super::teller::{Teller, identity, visible};
use super::contracts::Contracts;
use super::{Accounts, HISTORY};

const CASH: &str = "changes of cash";

pub(super) fn tell(
    rows: &[OldRow],
    contracts: &mut Contracts,
    accounts: &mut Accounts,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    for row in rows {
        let location = teller.row(row, &row.key());
        let broker_account = accounts.of(row, &location, teller)?;
        let entry = Entry::read(row, broker_account, location)?;
        teller.sums.add_old(CASH, entry.currency, entry.amount);
        entry.tell(contracts, teller)?;
    }
    teller.sum_cash(CASH);
    teller.table(&HISTORY, rows.len(), rows.len(), Vec::new());
    Ok(())
}

/// A row of the history.
struct Entry<'a> {
    row: &'a OldRow,
    id: String,
    broker_account: Option<Identity>,
    location: Location,
    conid: String,
    at: Moment,
    currency: Currency,
    quantity: Decimal,
    price: Option<Decimal>,
    /// As it is stored.
    amount: Decimal,
    /// In small letters.
    kind: String,
}

/// What the broker's word for a transaction means.
#[derive(Clone, Copy)]
enum Meaning {
    Units(TransactionKind),
    Cash(CashKind),
}

impl<'a> Entry<'a> {
    fn read(
        row: &'a OldRow,
        broker_account: Option<Identity>,
        location: Location,
    ) -> Result<Self, MigrationError> {
        let time = row.time("date")?.moment();
        // The broker tells a day; its midnight is no time at which something happened.
        let is_day = time.time.is_some_and(|(time, _)| time == Time::midnight());
        Ok(Self {
            row,
            id: row.text("id").ok_or_else(|| row.bad("id", "text"))?,
            broker_account,
            location,
            conid: row.text("conid").ok_or_else(|| row.bad("conid", "number"))?,
            at: if is_day { Moment::day(time.date) } else { time },
            currency: row.currency("cur")?,
            quantity: row.decimal("qty")?.unwrap_or_default(),
            price: row.decimal("pr")?.filter(|price| !price.is_zero()),
            amount: row.needed("amt")?,
            kind: row.text("type").unwrap_or_default().to_lowercase(),
        })
    }

    fn meaning(&self) -> Option<Meaning> {
        let says = |word: &str| self.kind.contains(word);
        let is_in = !self.quantity.is_sign_negative();
        let meaning = if self.kind.starts_with("buy") {
            Meaning::Units(TransactionKind::Buy)
        } else if self.kind.starts_with("sell") {
            Meaning::Units(TransactionKind::Sell)
        } else if says("withholding") || says("tax") {
            Meaning::Cash(CashKind::WithholdingTax)
        } else if says("dividend") {
            Meaning::Cash(CashKind::Dividend)
        } else if says("interest") {
            Meaning::Cash(CashKind::Interest)
        } else if says("fee") || says("commission") {
            Meaning::Cash(CashKind::Fee)
        } else if says("split") {
            Meaning::Units(TransactionKind::Split)
        } else if says("transfer") && !self.quantity.is_zero() {
            let kind =
                if is_in { TransactionKind::TransferIn } else { TransactionKind::TransferOut };
            Meaning::Units(kind)
        } else if says("deposit") || says("withdrawal") {
            let is_in = self.amount.is_sign_positive();
            Meaning::Cash(if is_in { CashKind::Deposit } else { CashKind::Withdrawal })
        } else {
            return None;
        };
        Some(meaning)
    }

    fn tell(&self, contracts: &mut Contracts, teller: &mut Teller) -> Result<(), MigrationError> {
        let row = Some((self.row, &self.location));
        let instrument = contracts.tell(&self.conid, row, teller)?;
        let known = self.meaning();
        let other = if self.quantity.is_zero() {
            Meaning::Cash(CashKind::Other)
        } else {
            Meaning::Units(TransactionKind::Other)
        };
        match known.unwrap_or(other) {
            Meaning::Units(kind) if !self.quantity.is_zero() => {
                self.units(kind, instrument, teller)?
            }
            Meaning::Units(_) => self.cash(CashKind::Other, instrument, teller)?,
            Meaning::Cash(kind) => self.cash(kind, instrument, teller)?,
        }
        if known.is_some() {
            return Ok(());
        }
        let note = Note {
            identity: identity(&format!("ibkr:{}:note", visible(&self.id)))?,
            broker_account: self.broker_account.clone(),
            at: Some(self.at),
            reason: format!("the type `{}` isn't known; units and amount count", self.kind),
            text: self.row.text("desc").unwrap_or_default(),
        };
        teller.tell(Fact::Note(note), self.location.clone());
        Ok(())
    }

    fn units(
        &self,
        kind: TransactionKind,
        instrument: Identity,
        teller: &mut Teller,
    ) -> Result<(), MigrationError> {
        // The word says the direction, whatever the signs of a row are.
        let (quantity, amount) = match kind {
            TransactionKind::Buy => (self.quantity.abs(), -self.amount.abs()),
            TransactionKind::Sell => (-self.quantity.abs(), self.amount.abs()),
            _ => (self.quantity, self.amount),
        };
        let is_trade = matches!(kind, TransactionKind::Buy | TransactionKind::Sell);
        let amount = (is_trade || !amount.is_zero()).then(|| Money::new(amount, self.currency));
        let transaction = Transaction {
            identity: identity(&format!("ibkr:{}", visible(&self.id)))?,
            broker_account: self.broker_account.clone(),
            instrument,
            kind,
            at: self.at,
            settlement_date: None,
            quantity,
            price: self.price,
            price_currency: self.price.map(|_| self.currency),
            amount,
            accrued: None,
            fees: Vec::new(),
            settled: None,
            exchange_rate: None,
            order: None,
            group: None,
            venue: None,
            description: self.row.text("desc"),
        };
        teller.tell(Fact::Transaction(transaction), self.location.clone());
        Ok(())
    }

    fn cash(
        &self,
        kind: CashKind,
        instrument: Identity,
        teller: &mut Teller,
    ) -> Result<(), MigrationError> {
        let movement = CashMovement {
            identity: identity(&format!("ibkr:{}", visible(&self.id)))?,
            broker_account: self.broker_account.clone(),
            kind,
            at: self.at,
            value_date: None,
            money: Money::new(self.amount, self.currency),
            instrument: Some(instrument),
            transaction: None,
            fee_kind: (kind == CashKind::Fee).then_some(FeeKind::Other),
            group: None,
            description: self.row.text("desc").or_else(|| self.row.text("type")),
            balance: None,
        };
        teller.tell(Fact::CashMovement(movement), self.location.clone());
        Ok(())
    }
}
