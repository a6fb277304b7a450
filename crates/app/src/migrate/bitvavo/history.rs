//! The history: trades, deposits and withdrawals of money and coins, rewards, and what they cost.

use rust_decimal::Decimal;
use stonks_core::cash::{CashKind, CashMovement};
use stonks_core::fact::{Fact, Location, Note};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::Fields;
use super::super::teller::{Teller, identity, visible};
use super::coins::Coins;
use super::{Amount, HISTORY, MONEY, moment};

const CASH: &str = "changes of cash";
const UNITS: &str = "changes of units";

pub(super) fn tell(
    rows: &[OldRow],
    coins: &mut Coins,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    for row in rows {
        let location = teller.row(row, &row.key());
        let entry = Entry::read(row, location)?;
        entry.sum(teller);
        entry.tell(coins, teller)?;
    }
    teller.sum_cash(CASH);
    sum_units(teller);
    teller.table(&HISTORY, rows.len(), rows.len(), Vec::new());
    Ok(())
}

/// Units that a row moves, and the money for them.
struct Leg<'a> {
    /// Of the identity, where a row moves more than one thing.
    suffix: &'static str,
    kind: TransactionKind,
    units: Decimal,
    code: &'a str,
    amount: Option<Decimal>,
}

/// A row of the history.
struct Entry {
    id: String,
    kind: String,
    at: Moment,
    location: Location,
    /// In euro, where the price is.
    price: Option<Decimal>,
    sent: Option<Amount>,
    received: Option<Amount>,
    fee: Option<Amount>,
}

impl Entry {
    fn read(row: &OldRow, location: Location) -> Result<Self, MigrationError> {
        let is_in_money = row.text("price_currency").as_deref() == Some(MONEY.as_str());
        Ok(Self {
            id: row.text("transaction_id").ok_or_else(|| row.bad("transaction_id", "text"))?,
            kind: row.text("type").unwrap_or_default().to_lowercase(),
            at: moment(row)?,
            location,
            price: row.decimal("price_amount")?.filter(|price| is_in_money && !price.is_zero()),
            sent: Amount::read(row, "sent")?,
            received: Amount::read(row, "received")?,
            fee: Amount::read(row, "fees")?,
        })
    }

    /// What the row itself says was moved: received, less sent, less fees.
    fn sum(&self, teller: &mut Teller) {
        for (amount, is_in) in [(&self.received, true), (&self.sent, false), (&self.fee, false)] {
            let Some(amount) = amount else { continue };
            let Ok(currency) = amount.code.parse::<Currency>() else { continue };
            let what = if amount.is_money() { CASH } else { UNITS };
            let moved = if is_in { amount.amount } else { -amount.amount };
            teller.sums.add_old(what, currency, moved);
        }
    }

    fn tell(&self, coins: &mut Coins, teller: &mut Teller) -> Result<(), MigrationError> {
        match (&self.sent, &self.received) {
            (Some(sent), Some(received)) => self.trade(sent, received, coins, teller),
            (None, Some(received)) if received.is_money() => {
                let kind = self.cash_kind(true);
                self.cash("", kind, received.amount, teller)?;
                self.fee_alone(coins, teller)
            }
            (Some(sent), None) if sent.is_money() => {
                let kind = self.cash_kind(false);
                self.cash("", kind, -sent.amount, teller)?;
                self.fee_alone(coins, teller)
            }
            (None, Some(received)) => {
                let kind = self.unit_kind();
                // A fee in the same coin was kept back of what came.
                let units = received.amount - self.fee_in(&received.code);
                let leg = Leg { suffix: "", kind, units, code: &received.code, amount: None };
                self.units(&leg, coins, teller)?;
                self.money_fee(teller)
            }
            (Some(sent), None) => {
                let units = -(sent.amount + self.fee_in(&sent.code));
                let kind = TransactionKind::TransferOut;
                let leg = Leg { suffix: "", kind, units, code: &sent.code, amount: None };
                self.units(&leg, coins, teller)?;
                self.money_fee(teller)
            }
            (None, None) if self.fee.is_some() => self.fee_alone(coins, teller),
            (None, None) => self.note("the row moves nothing", teller),
        }?;
        if self.is_known() {
            return Ok(());
        }
        let reason = format!("the type `{}` isn't known; what it moves counts", self.kind);
        self.note(&reason, teller)
    }

    fn trade(
        &self,
        sent: &Amount,
        received: &Amount,
        coins: &mut Coins,
        teller: &mut Teller,
    ) -> Result<(), MigrationError> {
        let (gone, come) =
            (sent.amount + self.fee_in(&sent.code), received.amount - self.fee_in(&received.code));
        match (sent.is_money(), received.is_money()) {
            (true, true) => {
                self.cash("", CashKind::Other, received.amount - sent.amount, teller)?;
                self.fee_alone(coins, teller)
            }
            (true, false) => {
                let (kind, amount) = (TransactionKind::Buy, Some(-sent.amount));
                let leg = Leg { suffix: "", kind, units: come, code: &received.code, amount };
                self.units(&leg, coins, teller)
            }
            (false, true) => {
                let (kind, amount) = (TransactionKind::Sell, Some(received.amount));
                let leg = Leg { suffix: "", kind, units: -gone, code: &sent.code, amount };
                self.units(&leg, coins, teller)
            }
            // A coin for a coin: neither has a price in money, and the cost goes along.
            (false, false) => {
                let (kind, amount) = (TransactionKind::Exchange, None);
                let out = Leg { suffix: ":out", kind, units: -gone, code: &sent.code, amount };
                self.units(&out, coins, teller)?;
                let into = Leg { suffix: ":in", kind, units: come, code: &received.code, amount };
                self.units(&into, coins, teller)?;
                self.money_fee(teller)
            }
        }
    }

    /// What of the fee is taken in `code`, beside money.
    fn fee_in(&self, code: &str) -> Decimal {
        let fee = self.fee.as_ref().filter(|fee| fee.code == code && !fee.is_money());
        fee.map_or(Decimal::ZERO, |fee| fee.amount)
    }

    fn units(
        &self,
        &Leg { suffix, kind, units, code, amount }: &Leg<'_>,
        coins: &mut Coins,
        teller: &mut Teller,
    ) -> Result<(), MigrationError> {
        let instrument = coins.tell(code, teller)?;
        let price = self.price.filter(|_| kind != TransactionKind::Exchange);
        let transaction = Transaction {
            identity: identity(&format!("bitvavo:{}{suffix}", visible(&self.id)))?,
            broker_account: None,
            instrument,
            kind,
            at: self.at,
            settlement_date: None,
            quantity: units,
            price,
            price_currency: price.map(|_| MONEY),
            amount: amount.map(|amount| Money::new(amount, MONEY)),
            accrued: None,
            fees: amount.and_then(|_| self.fee_of_trade()).into_iter().collect(),
            settled: None,
            exchange_rate: None,
            order: None,
            group: (kind == TransactionKind::Exchange).then(|| format!("bitvavo:{}", self.id)),
            venue: None,
            description: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
        };
        teller.tell(Fact::Transaction(transaction), self.location.clone());
        Ok(())
    }

    fn fee_of_trade(&self) -> Option<Fee> {
        let fee = self.fee.as_ref().filter(|fee| fee.is_money())?;
        let money = Money::new(-fee.amount, MONEY);
        Some(Fee { kind: FeeKind::Transaction, money, description: None })
    }

    /// A fee in money of what has no money itself.
    fn money_fee(&self, teller: &mut Teller) -> Result<(), MigrationError> {
        match self.fee.as_ref().filter(|fee| fee.is_money()) {
            Some(fee) => self.cash(":fee", CashKind::Fee, -fee.amount, teller),
            None => Ok(()),
        }
    }

    /// A fee of what moves money, which may be taken in a coin.
    fn fee_alone(&self, coins: &mut Coins, teller: &mut Teller) -> Result<(), MigrationError> {
        match &self.fee {
            Some(fee) if !fee.is_money() => {
                let (kind, units) = (TransactionKind::TransferOut, -fee.amount);
                let leg = Leg { suffix: ":fee", kind, units, code: &fee.code, amount: None };
                self.units(&leg, coins, teller)
            }
            _ => self.money_fee(teller),
        }
    }

    fn cash(
        &self,
        suffix: &str,
        kind: CashKind,
        amount: Decimal,
        teller: &mut Teller,
    ) -> Result<(), MigrationError> {
        let movement = CashMovement {
            identity: identity(&format!("bitvavo:{}{suffix}", visible(&self.id)))?,
            broker_account: None,
            kind,
            at: self.at,
            value_date: None,
            money: Money::new(amount, MONEY),
            instrument: None,
            transaction: None,
            fee_kind: (kind == CashKind::Fee).then_some(FeeKind::Payment),
            group: None,
            description: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            balance: None,
        };
        teller.tell(Fact::CashMovement(movement), self.location.clone());
        Ok(())
    }

    fn cash_kind(&self, is_in: bool) -> CashKind {
        match self.kind.as_str() {
            "deposit" | "external_transferred_funds" => CashKind::Deposit,
            // What was called back comes in again.
            "withdrawal" | "withdrawal_cancelled" => CashKind::Withdrawal,
            "rebate" | "affiliate" | "distribution" | "staking" | "fixed_staking" if is_in => {
                CashKind::Reward
            }
            "internal_transfer" | "loan" => CashKind::InternalTransfer,
            _ => CashKind::Other,
        }
    }

    fn unit_kind(&self) -> TransactionKind {
        match self.kind.as_str() {
            "staking" | "fixed_staking" | "rebate" | "affiliate" | "distribution" => {
                TransactionKind::Reward
            }
            _ => TransactionKind::TransferIn,
        }
    }

    fn is_known(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "buy"
                | "sell"
                | "deposit"
                | "withdrawal"
                | "withdrawal_cancelled"
                | "external_transferred_funds"
                | "internal_transfer"
                | "loan"
                | "staking"
                | "fixed_staking"
                | "rebate"
                | "affiliate"
                | "distribution"
        )
    }

    fn note(&self, reason: &str, teller: &mut Teller) -> Result<(), MigrationError> {
        let note = Note {
            identity: identity(&format!("bitvavo:{}:note", visible(&self.id)))?,
            broker_account: None,
            at: Some(self.at),
            reason: reason.to_owned(),
            text: self.id.clone(),
        };
        teller.tell(Fact::Note(note), self.location.clone());
        Ok(())
    }
}

fn sum_units(teller: &mut Teller) {
    for located in &teller.told.facts {
        let Fact::Transaction(told) = &located.fact else { continue };
        let code = told.instrument.as_str().trim_start_matches("symbol:");
        if let Ok(currency) = code.parse::<Currency>() {
            teller.sums.add(UNITS, currency, Decimal::ZERO, told.quantity);
        }
    }
}
