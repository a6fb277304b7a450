//! Trades: executions, or whole orders where a statement has only those.

mod conversion;
mod margined;

use stonks_plugin_sdk::{
    AssetClass, CashKind, Decimal, Fact, Fee, FeeKind, Refusal, Transaction, TransactionKind,
    decimal,
};

use crate::instrument::{class_of, is_margined};
use crate::number::product;
use crate::row::{Row, money};
use crate::survey::Statement;
use crate::teller::{Booked, Cash, Teller};

/// Fields of a trade, as activity statements and trade confirmations name them.
const PRICE: [&str; 2] = ["tradePrice", "price"];
const COMMISSION: [&str; 2] = ["ibCommission", "commission"];
const COMMISSION_CURRENCY: [&str; 2] = ["ibCommissionCurrency", "commissionCurrency"];
const TAX: [&str; 2] = ["taxes", "tax"];
const SETTLEMENT: [&str; 2] = ["settleDateTarget", "settleDate"];
const ORDER: [&str; 2] = ["ibOrderID", "orderID"];

/// What every kind of trade has.
pub(crate) struct Trade<'a> {
    pub(crate) row: &'a Row<'a>,
    pub(crate) account: Option<String>,
    pub(crate) currency: String,
    pub(crate) booked: Booked,
    /// Positive for units that come.
    pub(crate) quantity: Decimal,
    pub(crate) price: Option<Decimal>,
    /// Without costs; positive for money that comes.
    pub(crate) proceeds: Option<Decimal>,
    pub(crate) fees: Vec<Fee>,
}

/// Tells a trade.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    let trade = Trade::read(teller, row, statement)?;
    let instrument = if is_conversion(row) { None } else { teller.instrument(row) };
    let Some(identity) = trade.identity(teller) else { return Ok(()) };
    if is_conversion(row) {
        return conversion::tell(teller, &trade, statement, &identity);
    }
    let Some(instrument) = instrument else {
        tell_unnamed(teller, &trade, statement, &identity);
        return Ok(());
    };
    if is_margined(row) {
        return margined::tell(teller, &trade, statement, (identity, instrument));
    }
    let amount = trade.amount(teller.multiplier(&instrument));
    let transaction = Transaction {
        price: trade.price.map(decimal::canonical),
        price_currency: trade.price.map(|_| trade.currency.clone()),
        amount: amount.map(|amount| money(amount, &trade.currency)),
        accrued: trade.accrued(statement)?.map(|accrued| money(accrued, &trade.currency)),
        ..trade.transaction(teller, identity, instrument)?
    };
    teller.facts.push(Fact::Transaction(transaction));
    Ok(())
}

fn is_conversion(row: &Row<'_>) -> bool {
    row.get("assetCategory") == Some("CASH")
}

/// Tells a trade that was made at another broker and settles here, unless it is among the trades.
pub(crate) fn tell_transferred(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    if row.id(&["tradeID"]).is_some_and(|id| statement.has_trade(id)) {
        return Ok(());
    }
    tell(teller, row, statement)
}

/// A trade that does not say of what: its cash counts, its units can't.
fn tell_unnamed(teller: &mut Teller, trade: &Trade<'_>, statement: &Statement, identity: &str) {
    if let Some(amount) = trade.amount(Decimal::ONE) {
        let kind = CashKind::Other;
        teller.cash(
            trade.row,
            trade.account.as_ref(),
            &trade.booked,
            trade.cash(format!("{identity}:amount"), kind, amount, &trade.currency),
        );
    }
    trade.tell_fees(teller, identity, FeeKind::Transaction);
    teller.note(
        trade.row,
        statement,
        "the trade does not say what was traded, so that only its cash is counted; tick the fields Conid, Symbol and AssetClass in the Flex Query",
    );
}

impl<'a> Trade<'a> {
    fn read(teller: &mut Teller, row: &'a Row<'a>, statement: &Statement) -> Result<Self, Refusal> {
        let days = ["reportDate", "tradeDate", "date"];
        let Some(mut booked) = teller.booked(row, &days, &["dateTime"])? else {
            return Err(row.missing("tradeDate"));
        };
        // Older statements tell the time apart.
        if let (None, None, Some(time)) =
            (&booked.at.time, row.get("dateTime"), row.get("tradeTime"))
        {
            let time = crate::day::time(time).ok_or_else(|| {
                let shown = crate::row::shown(time);
                row.refuse("tradeTime", format!("`{shown}` in `tradeTime` is not a time"))
            })?;
            let day = row.day("tradeDate", teller.slashes)?.unwrap_or(booked.day);
            let happened = crate::day::Instant { day, time: Some(time), offset: None };
            booked = teller.at(booked.day, Some(happened));
        }
        let currency = row.required_currency()?;
        let quantity = signed(row, row.required_number("quantity")?);
        let price = row.first_number(&PRICE)?;
        let proceeds = match row.number("proceeds")? {
            Some(proceeds) => Some(proceeds),
            None => {
                row.first_number(&["tradeMoney", "amount"])?.map(|money| against(money, quantity))
            }
        };
        let mut trade = Self {
            account: teller.account(row, statement),
            row,
            currency,
            booked,
            quantity,
            price,
            proceeds,
            fees: Vec::new(),
        };
        trade.read_fees()?;
        Ok(trade)
    }

    fn read_fees(&mut self) -> Result<(), Refusal> {
        let row = self.row;
        let commission =
            row.first_number(&COMMISSION)?.or(row.number("commisionsAndTax")?).unwrap_or_default();
        if !commission.is_zero() {
            let currency = match row.first(&COMMISSION_CURRENCY) {
                Some((name, _)) => row.currency(name)?,
                None => None,
            };
            let currency = currency.unwrap_or_else(|| self.currency.clone());
            self.add_fee(FeeKind::Transaction, commission, &currency);
        }
        let tax = self.tax()?;
        if !tax.is_zero() {
            let currency = self.currency.clone();
            self.add_fee(FeeKind::TransactionTax, tax, &currency);
        }
        Ok(())
    }

    fn add_fee(&mut self, kind: FeeKind, amount: Decimal, currency: &str) {
        self.fees.push(Fee { kind, money: money(amount, currency), description: None });
    }

    /// The commission, where it is in the currency of the trade.
    fn own_commission(&self) -> Result<Decimal, Refusal> {
        let currency = self.row.first(&COMMISSION_CURRENCY).map(|(_, currency)| currency);
        let is_own = currency.is_none_or(|currency| currency == self.currency);
        let commission = if is_own { self.row.first_number(&COMMISSION)? } else { None };
        Ok(commission.unwrap_or_default())
    }

    /// Taxes; negative: paid. Some statements write what was paid without its sign, which the net
    /// cash betrays.
    fn tax(&self) -> Result<Decimal, Refusal> {
        let tax = self.row.first_number(&TAX)?.unwrap_or_default();
        let (Some(net), Some(proceeds)) = (self.row.number("netCash")?, self.proceeds) else {
            return Ok(tax);
        };
        let without = proceeds.checked_add(self.own_commission()?);
        let is_turned = without.and_then(|without| without.checked_sub(tax)) == Some(net);
        Ok(if is_turned { -tax } else { tax })
    }

    /// Commissions and taxes in the currency of the trade.
    fn own_costs(&self) -> Result<Decimal, Refusal> {
        let (commission, tax) = (self.own_commission()?, self.tax()?);
        Ok(commission.checked_add(tax).unwrap_or(commission))
    }

    /// Cash effect of the units.
    fn amount(&self, multiplier: Decimal) -> Option<Decimal> {
        self.proceeds.or_else(|| {
            let units = self.quantity.checked_mul(multiplier)?;
            product(units, self.price?).map(|value| -value)
        })
    }

    /// Interest bought with a bond. A statement with cash transactions tells it there, as
    /// `PURCHASE ACCRUED INT`.
    fn accrued(&self, statement: &Statement) -> Result<Option<Decimal>, Refusal> {
        let accrued = self.row.first_number(&["accruedInt", "accruedInterest"])?;
        let is_told_here = !statement.has_cash_transactions;
        let is_bond = class_of(self.row) == AssetClass::Bond;
        Ok(accrued
            .filter(|accrued| is_told_here && is_bond && !accrued.is_zero())
            .map(|accrued| against(accrued, self.quantity)))
    }

    /// `None` where the trade was told before.
    ///
    /// The id of the trade comes first, since nearly every query has it. A correction carries the id
    /// of the trade that it corrects, so that day and units are part of the identity. Then come the
    /// ids of the booking, of the execution, and of the order on a day; or else the content.
    fn identity(&self, teller: &mut Teller) -> Option<String> {
        let row = self.row;
        let quantity = decimal::canonical(self.quantity);
        let proceeds = self.proceeds.map(decimal::canonical).unwrap_or_default();
        let day = self.booked.day.to_string();
        let instrument = crate::instrument::identity(row).unwrap_or_default();
        let content = [quantity.as_str(), &proceeds, &day, &instrument];
        let account = self.account.as_deref().unwrap_or_default();
        let in_account = |id: &str| format!("{account}:{id}");
        if let Some(id) = row.id(&["tradeID"]) {
            let id = in_account(&format!("{id}:{day}:{quantity}"));
            return teller.named("trade", &id, &content);
        }
        if let Some(id) = row.id(&["transactionID"]) {
            return teller.named("tx", id, &content);
        }
        if let Some(id) = row.id(&["ibExecID", "execID"]) {
            return teller.named("exec", &in_account(id), &content);
        }
        let is_order = row.name == "Order"
            || row.get("levelOfDetail").is_some_and(|level| level.eq_ignore_ascii_case("ORDER"));
        if let Some(id) = row.id(&ORDER).filter(|_| is_order) {
            return teller.named("order", &format!("{}:{day}", in_account(id)), &content);
        }
        let time = self.booked.at.time.clone().unwrap_or_default();
        let price = self.price.map(decimal::canonical).unwrap_or_default();
        let content =
            [account, &instrument, &day, &time, &quantity, &price, &self.currency, &proceeds];
        Some(teller.unnamed("t", &content))
    }

    fn transaction(
        &self,
        teller: &Teller,
        identity: String,
        instrument: String,
    ) -> Result<Transaction, Refusal> {
        let row = self.row;
        let settlement = row.first(&SETTLEMENT).map(|(name, _)| name);
        Ok(Transaction {
            identity,
            account: self.account.clone(),
            instrument,
            kind: self.kind(),
            at: self.booked.at.clone(),
            settlement_date: settlement.map_or(Ok(None), |name| teller.date(row, name))?,
            quantity: decimal::canonical(self.quantity),
            price: None,
            price_currency: None,
            amount: None,
            accrued: None,
            fees: self.fees.clone(),
            settled: None,
            exchange_rate: None,
            order: row.id(&ORDER).map(str::to_owned),
            group: None,
            venue: row.get("exchange").map(str::to_owned),
            description: self.booked.happened.as_ref().map(|at| format!("executed {at}")),
            source: row.source(),
        })
    }

    /// An option that is closed at no price was exercised, assigned, or ran out.
    fn kind(&self) -> TransactionKind {
        /// Codes in `notes`.
        const ENDS: &[(&str, TransactionKind)] = &[
            ("A", TransactionKind::Assignment),
            ("Ex", TransactionKind::Exercise),
            ("AEx", TransactionKind::Exercise),
            ("MEx", TransactionKind::Exercise),
            ("Ep", TransactionKind::Expiry),
        ];
        let is_contract = matches!(
            class_of(self.row),
            AssetClass::Option | AssetClass::Warrant | AssetClass::Certificate | AssetClass::Future
        );
        if is_contract && self.price.unwrap_or_default().is_zero() {
            let mut codes =
                self.row.first(&["notes", "code"]).map_or("", |(_, codes)| codes).split(';');
            let end = codes.find_map(|code| ENDS.iter().find(|(own, _)| *own == code.trim()));
            if let Some((_, kind)) = end {
                return *kind;
            }
        }
        if self.quantity < Decimal::ZERO { TransactionKind::Sell } else { TransactionKind::Buy }
    }

    fn cash<'c>(
        &self,
        identity: String,
        kind: CashKind,
        amount: Decimal,
        currency: &'c str,
    ) -> Cash<'c> {
        Cash {
            identity,
            kind,
            fee_kind: None,
            amount,
            currency,
            instrument: None,
            value_date: None,
            group: None,
            description: self.row.get("description").map(str::to_owned),
        }
    }

    /// Tells the costs as movements, for a trade that is no transaction.
    fn tell_fees(&self, teller: &mut Teller, identity: &str, kind: FeeKind) {
        for (place, fee) in self.fees.iter().enumerate() {
            // Read from this very row before.
            let amount = fee.money.amount.parse().unwrap_or_default();
            let fee_kind = if fee.kind == FeeKind::Transaction { kind } else { fee.kind };
            let cash = Cash {
                fee_kind: Some(fee_kind),
                group: Some(identity.to_owned()),
                ..self.cash(
                    format!("{identity}:fee{}", place + 1),
                    CashKind::Fee,
                    amount,
                    &fee.money.currency,
                )
            };
            teller.cash(self.row, self.account.as_ref(), &self.booked, cash);
        }
    }
}

/// The quantity with the sign of its direction: a cancelled purchase gives units back.
fn signed(row: &Row<'_>, quantity: Decimal) -> Decimal {
    let Some(told) = row.get("buySell") else {
        let is_delivered = row.get("deliveredReceived") == Some("Delivered");
        return if is_delivered { -quantity.abs() } else { quantity };
    };
    let told = told.to_ascii_uppercase();
    let is_cancelled = told.contains("(CA.)");
    match (told.starts_with("BUY"), told.starts_with("SELL"), is_cancelled) {
        (true, _, false) | (_, true, true) => quantity.abs(),
        (_, true, false) | (true, _, true) => -quantity.abs(),
        _ => quantity,
    }
}

/// The amount with the sign against that of the units: what comes is paid for.
fn against(amount: Decimal, quantity: Decimal) -> Decimal {
    if quantity < Decimal::ZERO { amount.abs() } else { -amount.abs() }
}
