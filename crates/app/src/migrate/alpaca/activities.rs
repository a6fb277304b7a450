//! Activities that are no trades: deposits, dividends and their taxes, fees, splits.

use jiff::civil::Date;
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
use super::orders::dollar;
use super::{ACTIVITIES, CASH, Shares};

pub(super) fn tell(
    rows: &[OldRow],
    shares: &mut Shares,
    teller: &mut Teller,
) -> Result<(), MigrationError> {
    let (mut n_fills, mut left_out) = (0, Vec::new());
    for row in rows {
        let location = teller.row(row, &row.key());
        let kind = row.text("activity_type").unwrap_or_default().to_uppercase();
        if kind == "FILL" {
            n_fills += 1;
            continue;
        }
        if row.text("activity_date").is_none() {
            left_out.push(format!("{} says no day", row.key()));
            continue;
        }
        let instrument = match row.text("symbol") {
            Some(symbol) => Some(shares.tell(&symbol, &location, teller)?),
            None => None,
        };
        let activity = Activity::read(row, kind, instrument, location)?;
        activity.tell(teller)?;
    }
    if n_fills > 0 {
        left_out.push(format!("{n_fills} are fills, which the orders tell"));
    }
    let told = rows.len() - n_fills - (left_out.len() - usize::from(n_fills > 0));
    teller.table(&ACTIVITIES, rows.len(), told, left_out);
    Ok(())
}

struct Activity<'a> {
    row: &'a OldRow,
    id: String,
    kind: String,
    instrument: Option<Identity>,
    location: Location,
    date: Date,
    units: Decimal,
    amount: Decimal,
    dollar: Currency,
}

impl<'a> Activity<'a> {
    fn read(
        row: &'a OldRow,
        kind: String,
        instrument: Option<Identity>,
        location: Location,
    ) -> Result<Self, MigrationError> {
        Ok(Self {
            row,
            id: row.text("activity_id").ok_or_else(|| row.bad("activity_id", "text"))?,
            kind,
            instrument,
            location,
            date: row.date("activity_date")?,
            units: row.decimal("qty")?.unwrap_or_default(),
            amount: row.decimal("net_amount")?.unwrap_or_default(),
            dollar: dollar()?,
        })
    }

    fn tell(&self, teller: &mut Teller) -> Result<(), MigrationError> {
        teller.sums.add_old(CASH, self.dollar, self.amount);
        if let (Some(kind), Some(instrument)) = (self.unit_kind(), &self.instrument)
            && !self.units.is_zero()
        {
            return self.tell_units(kind, instrument, teller);
        }
        let known = self.cash_kind();
        if !self.amount.is_zero() {
            self.tell_cash(known.unwrap_or(CashKind::Other), teller)?;
        }
        if known.is_some() && !self.amount.is_zero() {
            return Ok(());
        }
        let note = Note {
            identity: identity(&format!("alpaca:activity:{}:note", visible(&self.id)))?,
            broker_account: None,
            at: Some(Moment::day(self.date)),
            reason: match known {
                Some(_) => format!("the activity `{}` moves nothing", self.kind),
                None => format!("the activity `{}` isn't known; only its amount counts", self.kind),
            },
            text: self.row.text("description").unwrap_or_else(|| self.id.clone()),
        };
        teller.tell(Fact::Note(note), self.location.clone());
        Ok(())
    }

    /// Alpaca's names, as its documentation lists them.
    fn cash_kind(&self) -> Option<CashKind> {
        let is_in = !self.amount.is_sign_negative();
        Some(match self.kind.as_str() {
            "CSD" | "CSW" | "TRANS" | "JNLC" | "JNL" if is_in => CashKind::Deposit,
            "CSD" | "CSW" | "TRANS" | "JNLC" | "JNL" => CashKind::Withdrawal,
            "DIVFT" | "DIVNRA" | "DIVTW" => CashKind::WithholdingTax,
            "DIVROC" => CashKind::CapitalReturn,
            "DIVFEE" | "FEE" | "CFEE" | "PTC" => CashKind::Fee,
            kind if kind.starts_with("DIV") => CashKind::Dividend,
            "INT" | "INTNRA" | "INTTW" => CashKind::Interest,
            "PTR" => CashKind::Reward,
            _ => return None,
        })
    }

    fn unit_kind(&self) -> Option<TransactionKind> {
        let is_in = !self.units.is_sign_negative();
        Some(match self.kind.as_str() {
            "SSP" | "SSO" | "SPLIT" => TransactionKind::Split,
            "DIVS" => TransactionKind::StockDividend,
            "SPIN" => TransactionKind::SpinOff,
            "JNLS" | "ACATS" if is_in => TransactionKind::TransferIn,
            "JNLS" | "ACATS" => TransactionKind::TransferOut,
            "MA" | "NC" | "SC" | "REORG" => TransactionKind::Exchange,
            _ => return None,
        })
    }

    fn tell_units(
        &self,
        kind: TransactionKind,
        instrument: &Identity,
        teller: &mut Teller,
    ) -> Result<(), MigrationError> {
        let price = self.row.decimal("price")?.filter(|price| !price.is_zero());
        let transaction = Transaction {
            identity: identity(&format!("alpaca:activity:{}", visible(&self.id)))?,
            broker_account: None,
            instrument: instrument.clone(),
            kind,
            at: Moment::day(self.date),
            settlement_date: None,
            quantity: self.units,
            price,
            price_currency: price.map(|_| self.dollar),
            amount: (!self.amount.is_zero()).then(|| Money::new(self.amount, self.dollar)),
            accrued: None,
            fees: Vec::new(),
            settled: None,
            exchange_rate: None,
            order: None,
            group: None,
            venue: None,
            description: self.description(),
        };
        teller.tell(Fact::Transaction(transaction), self.location.clone());
        Ok(())
    }

    fn tell_cash(&self, kind: CashKind, teller: &mut Teller) -> Result<(), MigrationError> {
        let movement = CashMovement {
            identity: identity(&format!("alpaca:activity:{}", visible(&self.id)))?,
            broker_account: None,
            kind,
            at: Moment::day(self.date),
            value_date: None,
            money: Money::new(self.amount, self.dollar),
            instrument: self.instrument.clone(),
            transaction: None,
            fee_kind: (kind == CashKind::Fee).then_some(FeeKind::Other),
            group: None,
            description: self.description(),
            balance: None,
        };
        teller.tell(Fact::CashMovement(movement), self.location.clone());
        Ok(())
    }

    fn description(&self) -> Option<String> {
        self.row.text("description").or_else(|| Some(self.kind.clone()))
    }
}
