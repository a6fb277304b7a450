//! A story of an account: facts in a line each, and what follows from them.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::{Balance, CashKind, CashMovement, DaySide};
use stonks_core::fact::{Fact, Located, Location};
use stonks_core::figure::Figure;
use stonks_core::fx::Rates;
use stonks_core::holdings::{Development, Holding, Terms, development, holdings};
use stonks_core::instrument::{AssetClass, Instrument};
use stonks_core::ledger::{Ledger, StartAnew, Touched};
use stonks_core::lots::{Choices, CostMethod};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::portfolio::{Portfolio, portfolio};
use stonks_core::quotes::Quote;
use stonks_core::statement::{Delivery, Facts};
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// `5 EUR`.
pub(crate) fn money(text: &str) -> Money {
    let (amount, currency) = text.split_once(' ').unwrap();
    Money::new(decimal(amount), currency.parse().unwrap())
}

pub(crate) fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A purchase or sale of a share; the other fields are to be set with `..`.
pub(crate) fn trade(id: &str, at: &str, of: &str, quantity: &str, price: &str) -> Transaction {
    let (quantity, price) = (decimal(quantity), money(price));
    Transaction {
        identity: id.parse().unwrap(),
        broker_account: None,
        instrument: of.parse().unwrap(),
        kind: if quantity > Decimal::ZERO { TransactionKind::Buy } else { TransactionKind::Sell },
        at: moment(at),
        settlement_date: None,
        quantity,
        price: Some(price.amount),
        price_currency: Some(price.currency),
        amount: Some(Money::new(
            -(quantity * price.in_major_unit().amount),
            price.currency.major().0,
        )),
        accrued: None,
        fees: Vec::new(),
        settled: None,
        exchange_rate: None,
        order: None,
        group: None,
        venue: None,
        description: None,
    }
}

/// A change of units without a price.
pub(crate) fn units(
    id: &str,
    at: &str,
    kind: TransactionKind,
    of: &str,
    quantity: &str,
) -> Transaction {
    let bare = trade(id, at, of, quantity, "1 EUR");
    Transaction { kind, price: None, price_currency: None, amount: None, ..bare }
}

pub(crate) fn fee(text: &str) -> Fee {
    Fee { kind: FeeKind::Transaction, money: money(text), description: None }
}

pub(crate) fn cash(id: &str, at: &str, kind: CashKind, amount: &str) -> CashMovement {
    CashMovement {
        identity: id.parse().unwrap(),
        broker_account: None,
        kind,
        at: moment(at),
        value_date: None,
        money: money(amount),
        instrument: None,
        transaction: None,
        fee_kind: None,
        group: None,
        description: None,
        balance: None,
    }
}

/// A share that is told by its name. A name that is an ISIN is the same share in every account.
pub(crate) fn share(name: &str) -> Instrument {
    Instrument {
        name: Some(name.to_owned()),
        isin: name.parse().ok(),
        identity: name.parse().unwrap(),
        asset_class: AssetClass::Stock,
        symbol: None,
        market: None,
        currency: None,
        multiplier: None,
        terms: None,
        sector: None,
        country: None,
        codes: Vec::new(),
    }
}

pub(crate) fn opening(day: &str, amount: &str) -> Balance {
    Balance {
        identity: format!("opening:{day}").parse().unwrap(),
        broker_account: None,
        date: date(day),
        side: DaySide::Opening,
        money: money(amount),
    }
}

pub(crate) fn quote(of: &str, day: &str, price: &str) -> Quote {
    let price = money(price);
    Quote {
        identity: format!("{of}:{day}").parse().unwrap(),
        instrument: of.parse().unwrap(),
        at: moment(day),
        price: price.amount,
        currency: price.currency,
    }
}

/// Facts on their way into a ledger. Every instrument that is named is a share, told by its name.
#[derive(Default)]
pub(crate) struct Story {
    deliveries: Vec<(Delivery, Vec<Located>)>,
    pub(crate) method: CostMethod,
    pub(crate) choices: Choices,
}

impl Story {
    pub(crate) fn new(facts: Vec<Fact>) -> Self {
        Self::default().and(1, facts)
    }

    /// A delivery of an account `mine` by a plugin of the version.
    pub(crate) fn and(self, version: u32, facts: Vec<Fact>) -> Self {
        self.told("mine", "test", version, facts)
    }

    /// Another account.
    pub(crate) fn of(self, account: &str, facts: Vec<Fact>) -> Self {
        self.told(account, "test", 1, facts)
    }

    /// A delivery of an account by a plugin of the version.
    pub(crate) fn told(
        mut self,
        account: &str,
        plugin: &str,
        version: u32,
        facts: Vec<Fact>,
    ) -> Self {
        let delivery = Delivery {
            id: i64::try_from(self.deliveries.len()).unwrap(),
            account: Some(account.parse().unwrap()),
            plugin: plugin.to_owned(),
            version: format!("{version}.0.0"),
            rank: version,
            name: "file".to_owned(),
        };
        let names = facts.iter().filter_map(|fact| match fact {
            Fact::Transaction(fact) => Some(&fact.instrument),
            Fact::CashMovement(fact) => fact.instrument.as_ref(),
            Fact::Quote(fact) => Some(&fact.instrument),
            _ => None,
        });
        let names: std::collections::BTreeSet<_> = names.cloned().collect();
        let instruments = names.into_iter().map(|name| Fact::Instrument(share(name.as_str())));
        let facts =
            instruments.chain(facts).map(|fact| Located { fact, location: Location::default() });
        self.deliveries.push((delivery, facts.collect()));
        self
    }

    pub(crate) fn method(mut self, method: CostMethod) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn choices(mut self, choices: Choices) -> Self {
        self.choices = choices;
        self
    }

    pub(crate) fn reversed(mut self) -> Self {
        self.deliveries.reverse();
        for (_, facts) in &mut self.deliveries {
            facts.reverse();
        }
        self
    }

    /// The states of the ledger while one delivery after the other is added, each with what the delivery
    /// touched. Where a ledger couldn't be had from the one before, it was made anew and nothing is told
    /// of what was touched.
    pub(crate) fn growing(&self) -> Vec<(Ledger, Option<Touched>)> {
        let mut states: Vec<(Ledger, Option<Touched>)> = Vec::new();
        for n_told in 1..=self.deliveries.len() {
            let before = states.last().map(|(ledger, _)| ledger.clone()).unwrap_or_default();
            let added = before.with(self.facts(n_told - 1, n_told));
            states.push(match added {
                Ok((ledger, touched)) => (ledger, Some(touched)),
                Err(StartAnew) => (Ledger::new(self.facts(0, n_told)), None),
            });
        }
        states
    }

    /// The first `n_told` deliveries, with what those behind the first `n_known` tell.
    fn facts(&self, n_known: usize, n_told: usize) -> Facts {
        let accounts = self.deliveries.iter().filter_map(|(delivery, _)| delivery.account.clone());
        let methods = accounts.map(|account| (account, self.method)).collect();
        let mut facts = Facts { methods, choices: self.choices.clone(), ..Facts::default() };
        facts.deliveries = self.deliveries[..n_known].iter().map(|(it, _)| it.clone()).collect();
        for (delivery, told) in &self.deliveries[n_known..n_told] {
            facts.deliver(delivery.clone(), told.clone());
        }
        facts
    }

    pub(crate) fn ledger(self) -> Ledger {
        Ledger::new(self.facts(0, self.deliveries.len()))
    }
}

/// One euro buys 2 dollars until the end of January 2024, and 1.6 from February on; 0.8 pounds always.
pub(crate) fn rates() -> Rates {
    let code = |code: &str| code.parse::<Currency>().unwrap();
    Rates::new([
        (code("USD"), date("2020-01-01"), decimal("2")),
        (code("USD"), date("2024-02-01"), decimal("1.6")),
        (code("GBP"), date("2020-01-01"), decimal("0.8")),
    ])
}

pub(crate) fn shown(figure: &Figure) -> String {
    figure
        .as_ref()
        .map_or_else(ToString::to_string, |amount| amount.round_dp(6).normalize().to_string())
}

pub(crate) fn terms<'a>(rates: &'a Rates, as_of: &str) -> Terms<'a> {
    Terms { rates, base: Currency::EUR, as_of: date(as_of) }
}

/// The holding of a name.
pub(crate) fn holding(ledger: &Ledger, of: &str, as_of: &str) -> Holding {
    let rates = rates();
    holdings(ledger, None, terms(&rates, as_of))
        .into_iter()
        .find(|holding| ledger.instruments[holding.instrument].label() == of)
        .unwrap()
}

pub(crate) fn total(ledger: &Ledger, as_of: &str) -> Portfolio {
    let rates = rates();
    portfolio(ledger, None, terms(&rates, as_of))
}

/// How everything came to be.
pub(crate) fn developed(ledger: &Ledger, as_of: &str) -> Development {
    let rates = rates();
    development(ledger, None, terms(&rates, as_of))
}
