//! A ledger of one account, from rows that adapters read.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::{Balance, CashKind, CashMovement, DaySide};
use stonks_core::fact::{Fact, Identity, Located, Location};
use stonks_core::instrument::{AssetClass, Instrument};
use stonks_core::ledger::{InstrumentIndex, Ledger};
use stonks_core::lots::CostMethod;
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::quotes::Quote;
use stonks_core::statement::{Delivery, Facts};
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

use super::case::Refusal;

/// Facts on their way into a ledger.
#[derive(Default)]
pub(super) struct Books {
    facts: Vec<Fact>,
    names: Vec<String>,
}

impl Books {
    /// A name that no other fact has; in the order of the calls.
    fn identity(&self, kind: &str) -> Result<Identity, Refusal> {
        let name = format!("{kind}{:06}", self.facts.len());
        name.parse().map_err(|_| Refusal::Malformed(format!("`{name}` is no identity")))
    }

    /// The place of the instrument of that name, among those of the ledger too.
    pub(super) fn instrument(&mut self, name: &str) -> Result<Identity, Refusal> {
        let known = self.names.iter().position(|known| known == name);
        let place = known.unwrap_or(self.names.len());
        let identity: Identity = format!("instrument{place:06}")
            .parse()
            .map_err(|_| Refusal::Malformed("too many instruments".to_owned()))?;
        if known.is_none() {
            self.names.push(name.to_owned());
            self.facts.push(Fact::Instrument(Instrument {
                identity: identity.clone(),
                asset_class: AssetClass::Stock,
                name: Some(name.to_owned()),
                symbol: None,
                isin: None,
                market: None,
                currency: None,
                multiplier: None,
                terms: None,
                sector: None,
                country: None,
                codes: Vec::new(),
            }));
        }
        Ok(identity)
    }

    pub(super) fn quote(&mut self, of: &Identity, date: Date, price: Money) -> Result<(), Refusal> {
        self.facts.push(Fact::Quote(Quote {
            identity: self.identity("quote")?,
            instrument: of.clone(),
            at: Moment::day(date),
            price: price.amount,
            currency: price.currency,
        }));
        Ok(())
    }

    /// A change of units, and what it did to the cash: `amount` without the costs, which are told as
    /// positive numbers.
    pub(super) fn units(&mut self, units: &Units<'_>) -> Result<(), Refusal> {
        let costs = [(FeeKind::Transaction, units.fee), (FeeKind::TransactionTax, units.tax)];
        let fees = costs.into_iter().filter(|(_, paid)| !paid.is_zero()).map(|(kind, paid)| Fee {
            kind,
            money: Money::new(-paid, units.currency),
            description: None,
        });
        self.facts.push(Fact::Transaction(Transaction {
            identity: self.identity("transaction")?,
            broker_account: None,
            instrument: units.of.clone(),
            kind: units.kind,
            at: Moment::day(units.date),
            settlement_date: None,
            quantity: units.quantity,
            price: units.price,
            price_currency: units.price.map(|_| units.currency),
            amount: units.amount,
            accrued: None,
            fees: fees.collect(),
            settled: units.settled,
            exchange_rate: None,
            order: None,
            group: None,
            venue: None,
            description: None,
        }));
        Ok(())
    }

    pub(super) fn cash(
        &mut self,
        kind: CashKind,
        date: Date,
        money: Money,
        of: Option<&Identity>,
    ) -> Result<(), Refusal> {
        if money.amount.is_zero() {
            return Ok(());
        }
        self.facts.push(Fact::CashMovement(CashMovement {
            identity: self.identity("movement")?,
            broker_account: None,
            kind,
            at: Moment::day(date),
            value_date: None,
            money,
            instrument: of.cloned(),
            transaction: None,
            fee_kind: None,
            group: None,
            description: None,
            balance: None,
        }));
        Ok(())
    }

    /// Says that the cash is told even where no movement is.
    pub(super) fn know_cash(&mut self, date: Date, currency: Currency) -> Result<(), Refusal> {
        self.facts.push(Fact::Balance(Balance {
            identity: self.identity("balance")?,
            broker_account: None,
            date,
            side: DaySide::Closing,
            money: Money::new(Decimal::ZERO, currency),
        }));
        Ok(())
    }

    pub(super) fn ledger(self) -> Ledger {
        self.ledger_by(CostMethod::default())
    }

    /// With a method by which sales release lots.
    pub(super) fn ledger_by(self, method: CostMethod) -> Ledger {
        let account = "case".parse().ok();
        let delivery = Delivery {
            id: 0,
            account: account.clone(),
            plugin: "case".to_owned(),
            version: "1.0.0".to_owned(),
            rank: 1,
            name: "case".to_owned(),
        };
        let methods = account.into_iter().map(|account| (account, method)).collect();
        let mut all = Facts { methods, ..Facts::default() };
        let located = |fact| Located { fact, location: Location::default() };
        all.deliver(delivery, self.facts.into_iter().map(located).collect());
        Ledger::new(all)
    }
}

/// A change of units; to be completed with `..Units::of(…)`.
pub(super) struct Units<'a> {
    pub(super) of: &'a Identity,
    pub(super) kind: TransactionKind,
    pub(super) date: Date,
    pub(super) quantity: Decimal,
    /// Of the price and the costs.
    pub(super) currency: Currency,
    /// Of one unit, where no quote tells it.
    pub(super) price: Option<Decimal>,
    pub(super) amount: Option<Money>,
    pub(super) settled: Option<Money>,
    pub(super) fee: Decimal,
    pub(super) tax: Decimal,
}

impl<'a> Units<'a> {
    pub(super) const fn of(
        of: &'a Identity,
        kind: TransactionKind,
        date: Date,
        quantity: Decimal,
        currency: Currency,
    ) -> Self {
        let (fee, tax) = (Decimal::ZERO, Decimal::ZERO);
        Self {
            of,
            kind,
            date,
            quantity,
            currency,
            price: None,
            amount: None,
            settled: None,
            fee,
            tax,
        }
    }
}

/// The place in a ledger of the instrument of that name.
pub(super) fn place(ledger: &Ledger, name: &str) -> Result<InstrumentIndex, Refusal> {
    let is_named = |instrument: &Instrument| instrument.name.as_deref() == Some(name);
    let place = ledger.instruments.iter().position(is_named);
    place.ok_or_else(|| Refusal::Malformed(format!("there is no security `{name}`")))
}
