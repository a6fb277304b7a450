//! Accounts of a case and the rates between their currencies, on their way into a ledger.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::account::AccountName;
use stonks_core::cash::{CashKind, CashMovement};
use stonks_core::fact::{Fact, Identity, Located, Location};
use stonks_core::fx::Rates;
use stonks_core::holdings::{Development, Holding, Terms, development};
use stonks_core::instrument::{AssetClass, Instrument};
use stonks_core::ledger::Ledger;
use stonks_core::lots::{Choices, CostMethod, FeeTreatment, Oversell, Selection};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::quotes::Quote;
use stonks_core::statement::{Delivery, Facts};
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

use super::case::{Inputs, Refusal, read_date};
use super::flows::dated_list;

/// How lots are released and what their cost is, in every account of a case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Convention {
    pub(super) method: CostMethod,
    pub(super) fees: FeeTreatment,
    pub(super) oversell: Oversell,
}

/// A change of units; to be completed with `..Units::of(…)`.
#[derive(Debug, Clone)]
pub(super) struct Units<'a> {
    pub(super) account: &'a str,
    pub(super) of: &'a str,
    pub(super) kind: TransactionKind,
    pub(super) at: Moment,
    pub(super) quantity: Decimal,
    pub(super) price: Option<Money>,
    /// The cash effect of the units alone.
    pub(super) amount: Option<Money>,
    pub(super) settled: Option<Money>,
    /// Paid, as positive numbers.
    pub(super) costs: Vec<Money>,
    pub(super) group: Option<&'a str>,
}

impl<'a> Units<'a> {
    pub(super) fn of(of: &'a str, kind: TransactionKind, date: Date, quantity: Decimal) -> Self {
        Self {
            account: ONLY,
            of,
            kind,
            at: Moment::day(date),
            quantity,
            price: None,
            amount: None,
            settled: None,
            costs: Vec::new(),
            group: None,
        }
    }

    /// Bought, or sold where the quantity is negative, for `total` without costs.
    pub(super) fn trade(of: &'a str, date: Date, quantity: Decimal, total: Money) -> Self {
        let is_purchase = quantity > Decimal::ZERO;
        let kind = if is_purchase { TransactionKind::Buy } else { TransactionKind::Sell };
        let amount = if is_purchase { -total.amount } else { total.amount };
        let amount = Some(Money::new(amount, total.currency));
        let price = total.amount.checked_div(quantity.abs());
        let price = price.map(|price| Money::new(price, total.currency));
        Self { price, amount, ..Self::of(of, kind, date, quantity) }
    }

    pub(super) fn costing(mut self, cost: Money) -> Self {
        if !cost.amount.is_zero() {
            self.costs.push(cost);
        }
        self
    }
}

/// The account of a case that tells of no several.
pub(super) const ONLY: &str = "case";

/// Facts of several accounts.
#[derive(Default)]
pub(super) struct Accounts {
    facts: BTreeMap<String, Vec<Fact>>,
    quotes: Vec<Fact>,
    /// By name: in which currency they are listed, where that is told.
    instruments: BTreeMap<String, Option<Currency>>,
    selections: Vec<Selection>,
    n_facts: usize,
}

impl Accounts {
    fn identity(&mut self) -> Result<Identity, Refusal> {
        self.n_facts += 1;
        visible(&format!("fact{:06}", self.n_facts))
    }

    /// Names the lots of sales.
    pub(super) fn select(&mut self, selections: Vec<Selection>) {
        self.selections = selections;
    }

    /// Says in which currency an instrument is listed.
    pub(super) fn list(&mut self, of: &str, currency: Currency) {
        self.instruments.insert(of.to_owned(), Some(currency));
    }

    pub(super) fn units(&mut self, units: Units<'_>) -> Result<Identity, Refusal> {
        let identity = self.identity()?;
        self.instruments.entry(units.of.to_owned()).or_default();
        let fees = units.costs.into_iter().map(|cost| Fee {
            kind: FeeKind::Transaction,
            money: Money::new(-cost.amount, cost.currency),
            description: None,
        });
        let transaction = Transaction {
            identity: identity.clone(),
            broker_account: None,
            instrument: visible(units.of)?,
            kind: units.kind,
            at: units.at,
            settlement_date: None,
            quantity: units.quantity,
            price: units.price.map(|price| price.amount),
            price_currency: units.price.map(|price| price.currency),
            amount: units.amount,
            accrued: None,
            fees: fees.collect(),
            settled: units.settled,
            exchange_rate: None,
            order: None,
            group: units.group.map(str::to_owned),
            venue: None,
            description: None,
        };
        let facts = self.facts.entry(units.account.to_owned()).or_default();
        facts.push(Fact::Transaction(transaction));
        Ok(identity)
    }

    pub(super) fn quote(&mut self, of: &str, date: Date, price: Money) -> Result<(), Refusal> {
        self.instruments.entry(of.to_owned()).or_default();
        let quote = Quote {
            identity: self.identity()?,
            instrument: visible(of)?,
            at: Moment::day(date),
            price: price.amount,
            currency: price.currency,
        };
        self.quotes.push(Fact::Quote(quote));
        Ok(())
    }

    pub(super) fn cash(&mut self, kind: CashKind, date: Date, money: Money) -> Result<(), Refusal> {
        self.cash_of(ONLY, kind, date, money)
    }

    pub(super) fn cash_of(
        &mut self,
        account: &str,
        kind: CashKind,
        date: Date,
        money: Money,
    ) -> Result<(), Refusal> {
        let movement = CashMovement {
            identity: self.identity()?,
            broker_account: None,
            kind,
            at: Moment::day(date),
            value_date: None,
            money,
            instrument: None,
            transaction: None,
            fee_kind: None,
            group: None,
            description: None,
            balance: None,
        };
        let facts = self.facts.entry(account.to_owned()).or_default();
        facts.push(Fact::CashMovement(movement));
        Ok(())
    }

    pub(super) fn ledger(&self, convention: Convention) -> Result<Ledger, Refusal> {
        let choices = Choices { selections: self.selections.clone(), ..Choices::default() };
        let mut all = Facts { choices, ..Facts::default() };
        let own = self.facts.iter().map(|(account, facts)| (Some(account), facts));
        for (account, facts) in own.chain([(None, &self.quotes)]) {
            let account = account.map(|name| {
                let name = name.replace(' ', "-").parse::<AccountName>();
                name.map_err(|_| Refusal::Malformed("an account's name".to_owned()))
            });
            let account = account.transpose()?;
            if let Some(account) = &account {
                all.methods.insert(account.clone(), convention.method);
                all.choices.fees.insert(account.clone(), convention.fees);
                all.choices.oversell.insert(account.clone(), convention.oversell);
            }
            let delivery = Delivery {
                id: 0,
                account,
                plugin: "case".to_owned(),
                version: "1.0.0".to_owned(),
                rank: 1,
                name: "case".to_owned(),
            };
            let instruments = self.instruments.iter().map(|(name, currency)| {
                Ok(Fact::Instrument(Instrument {
                    identity: visible(name)?,
                    // What has a symbol of its own is the same in every account.
                    asset_class: AssetClass::Crypto,
                    name: Some(name.clone()),
                    symbol: Some(name.clone()),
                    isin: None,
                    market: None,
                    currency: *currency,
                    multiplier: None,
                    terms: None,
                    sector: None,
                    country: None,
                    codes: Vec::new(),
                }))
            });
            let told = instruments.chain(facts.iter().cloned().map(Ok));
            let located =
                told.map(|fact| Ok(Located { fact: fact?, location: Location::default() }));
            all.deliver(delivery, located.collect::<Result<_, Refusal>>()?);
        }
        Ok(Ledger::new(all))
    }

    /// Everything that follows, with all figures in `base`.
    pub(super) fn developed(
        &self,
        convention: Convention,
        rates: &Rates,
        base: Currency,
        as_of: Date,
    ) -> Result<Developed, Refusal> {
        let ledger = self.ledger(convention)?;
        let development = development(&ledger, None, Terms { rates, base, as_of });
        Ok(Developed { ledger, development })
    }
}

/// A ledger, and what follows from it.
pub(super) struct Developed {
    pub(super) ledger: Ledger,
    pub(super) development: Development,
}

impl Developed {
    pub(super) fn name(&self, instrument: usize) -> &str {
        self.ledger.instruments[instrument].label()
    }

    /// The holding of a name in an account.
    pub(super) fn holding(&self, account: &str, of: &str) -> Option<&Holding> {
        let account = account.replace(' ', "-");
        self.development.holdings.iter().find(|holding| {
            holding.account.as_str() == account && self.name(holding.instrument) == of
        })
    }
}

/// An identity that a name can stand in.
fn visible(name: &str) -> Result<Identity, Refusal> {
    let visible: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_graphic() {
                letter.to_string()
            } else {
                format!("~{}", u32::from(letter))
            }
        })
        .collect();
    visible.parse().map_err(|_| Refusal::Malformed(format!("`{name}` can't be a name")))
}

/// Rates of a case. The core crosses all rates through the euro; where a case's cross through another
/// currency, that one and the euro change their names on the way in and out.
#[derive(Debug, Clone, Default)]
pub(super) struct Exchange {
    pub(super) rates: Rates,
    pivot: Option<Currency>,
}

impl Exchange {
    /// `USDCHF` tells how many francs a dollar buys. Before the first rate of a pair that one holds.
    pub(super) fn new(pairs: &[(String, Vec<(Date, Decimal)>)]) -> Result<Self, Refusal> {
        let split = |pair: &str| -> Result<[Currency; 2], Refusal> {
            let unknown = || Refusal::UnknownShape(format!("rates of `{pair}`"));
            let (base, quoted) = pair.split_at_checked(3).ok_or_else(unknown)?;
            let read = |code: &str| code.trim_matches('/').parse().map_err(|_| unknown());
            Ok([read(base)?, read(quoted)?])
        };
        let mut common: Option<BTreeSet<Currency>> = None;
        for (pair, _) in pairs {
            let both: BTreeSet<Currency> = split(pair)?.into();
            common = Some(match common {
                Some(common) => common.intersection(&both).copied().collect(),
                None => both,
            });
        }
        let Some(common) = common else { return Ok(Self::default()) };
        let first = common.first().copied();
        let pivot = common.get(&Currency::EUR).copied().or(first);
        let pivot = pivot.ok_or_else(|| {
            Refusal::UnknownShape("rates without a currency in common".to_owned())
        })?;
        let pivot = Some(pivot).filter(|pivot| *pivot != Currency::EUR);
        let exchange = Self { rates: Rates::default(), pivot };
        let mut all = Vec::new();
        for (pair, list) in pairs {
            let [base, quoted] = split(pair)?.map(|currency| exchange.swapped(currency));
            let told = |rate: Decimal| {
                let inverse = Decimal::ONE.checked_div(rate);
                if base == Currency::EUR { Some((quoted, rate)) } else { Some((base, inverse?)) }
            };
            let first = list.iter().min_by_key(|(date, _)| *date);
            let earliest = jiff::civil::date(1900, 1, 1);
            let rates = first.map(|(_, rate)| (earliest, *rate)).into_iter().chain(list.clone());
            for (date, rate) in rates {
                all.extend(told(rate).map(|(currency, rate)| (currency, date, rate)));
            }
        }
        Ok(Self { rates: Rates::new(all), ..exchange })
    }

    /// From `fx_rates`, or from members of the case that are named after a pair.
    pub(super) fn read(inputs: &Inputs<'_>) -> Result<Self, Refusal> {
        let among = inputs.find("fx_rates").unwrap_or_else(|| inputs.clone());
        let is_pair =
            |key: &str| key.len() == 6 && key.bytes().all(|letter| letter.is_ascii_uppercase());
        let mut pairs = Vec::new();
        for (pair, told) in among.entries()?.into_iter().filter(|(key, _)| is_pair(key)) {
            let always = jiff::civil::date(1900, 1, 1);
            let list = match told.decimal() {
                Ok(rate) => vec![(always, rate)],
                Err(_) => dated_list(&told)?,
            };
            pairs.push((pair.to_owned(), list));
        }
        Self::new(&pairs)
    }

    fn swapped(&self, currency: Currency) -> Currency {
        match self.pivot {
            Some(pivot) if currency == pivot => Currency::EUR,
            Some(pivot) if currency == Currency::EUR => pivot,
            _ => currency,
        }
    }

    /// A currency as the core is told it.
    pub(super) fn currency(&self, code: &str) -> Result<Currency, Refusal> {
        let told = code.parse::<Currency>();
        let told = told.map_err(|_| Refusal::Malformed(format!("`{code}` is not a currency")))?;
        Ok(self.swapped(told))
    }

    /// A currency as the case tells it.
    pub(super) fn name(&self, currency: Currency) -> String {
        self.swapped(currency).to_string()
    }
}

/// The first of several members as a decimal, or zero.
pub(super) fn number(row: &Inputs<'_>, keys: &[&str]) -> Result<Decimal, Refusal> {
    row.any(keys).map_or(Ok(Decimal::ZERO), |told| told.decimal())
}

/// The day of a row that tells one, or else a day of its own by its place.
pub(super) fn day(row: &Inputs<'_>, place: usize) -> Result<Date, Refusal> {
    match row.any(&["date", "day"]) {
        Some(told) => told.date(),
        None => nth_day(place),
    }
}

pub(super) fn nth_day(place: usize) -> Result<Date, Refusal> {
    let days = i64::try_from(place).unwrap_or(i64::MAX);
    let first = read_date("2020-01-01").unwrap_or(Date::MIN);
    first
        .checked_add(jiff::SignedDuration::from_hours(days.saturating_mul(24)))
        .map_err(|_| Refusal::Malformed("too many rows".to_owned()))
}
