//! Many accounts as one: what all of it is worth, and what became of the money put in.
//!
//! - Value: holdings at their last known price, and cash, in the base currency.
//! - Profit or loss: value less net contributions.
//! - ROI: profit or loss as a share of net contributions.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::deposits::net_contributions;
use crate::figure::{Figure, NoValue, Sum, both, difference, product, quotient, sum};
use crate::holdings::{Holding, Outcomes, Terms, holdings_since};
use crate::ledger::{InstrumentIndex, Ledger};
use crate::money::{Currency, Money};

/// Cash of one book in one currency.
#[derive(Debug, Clone)]
pub struct CashBalance {
    pub account: AccountName,
    pub account_label: String,
    pub money: Money,
    pub base_value: Figure,
}

/// What is there, and the figures about the whole.
#[derive(Debug, Clone)]
pub struct Portfolio {
    pub holdings: Vec<Holding>,
    pub cash: Vec<CashBalance>,
    pub total: Total,
}

/// Figures about the whole, in the base currency.
#[derive(Debug, Clone)]
pub struct Total {
    /// Holdings and cash.
    pub value: Sum,
    pub cash: Sum,
    /// Net contributions: put in less taken out.
    pub deposits: Sum,
    pub profit_loss: Figure,
    /// In per cent.
    pub roi_percent: Figure,
    /// Books whose cash isn't told.
    pub without_cash: Vec<String>,
}

/// The portfolio of one account, or of all, at the end of `terms.as_of`.
#[must_use]
pub fn portfolio(ledger: &Ledger, account: Option<&AccountName>, terms: Terms<'_>) -> Portfolio {
    portfolio_since(ledger, account, terms, Outcomes::default()).0
}

/// The same, where `known` is what is known already of the same account and the same terms; and what is
/// known then.
#[must_use]
pub fn portfolio_since(
    ledger: &Ledger,
    account: Option<&AccountName>,
    terms: Terms<'_>,
    known: Outcomes,
) -> (Portfolio, Outcomes) {
    let ((holdings, known), (cash, deposits, without_cash)) = rayon::join(
        || holdings_since(ledger, account, terms, known),
        || cash_and_deposits(ledger, account, terms),
    );
    let total = Total::new(&holdings, &cash, deposits, without_cash);
    (Portfolio { holdings, cash, total }, known)
}

/// Cash, what was put in less what was taken out, and the books whose cash isn't told.
fn cash_and_deposits(
    ledger: &Ledger,
    account: Option<&AccountName>,
    terms: Terms<'_>,
) -> (Vec<CashBalance>, Sum, Vec<String>) {
    let (mut cash, mut deposits, mut without_cash) = (Vec::new(), Sum::default(), Vec::new());
    for book in ledger.books_of(account) {
        match book.cash(terms.as_of) {
            Some(balances) => cash.extend(balances.into_iter().map(|(currency, amount)| {
                let money = Money::new(amount, currency);
                CashBalance {
                    account: book.account.clone(),
                    account_label: book.label(),
                    money,
                    base_value: terms.in_base(money, terms.as_of),
                }
            })),
            None => without_cash.push(book.label()),
        }
        deposits.extend(&net_contributions(ledger, book, terms));
    }
    (cash, deposits, without_cash)
}

impl Total {
    fn new(
        holdings: &[Holding],
        balances: &[CashBalance],
        deposits: Sum,
        without_cash: Vec<String>,
    ) -> Self {
        let mut cash = Sum::default();
        for balance in balances {
            cash.add(balance.base_value.clone());
        }
        let mut value = cash.clone();
        for holding in holdings {
            value.add(holding.base_value.clone());
        }
        let put_in = deposits.figure();
        let profit_loss = both(&value.figure(), &put_in, difference);
        let roi_percent = both(&profit_loss, &put_in, |gain, put_in| {
            if put_in <= Decimal::ZERO {
                return Err(NoValue::NoContributions);
            }
            quotient(product(gain, Decimal::ONE_HUNDRED)?, put_in)
        });
        Self { value, cash, deposits, profit_loss, roi_percent, without_cash }
    }
}

/// One holding for each instrument, whatever accounts it is in: their sums, and their names.
///
/// What has no value in one account has none in the sum.
#[must_use]
pub fn together(holdings: Vec<Holding>) -> Vec<Holding> {
    let mut sums: BTreeMap<InstrumentIndex, Holding> = BTreeMap::new();
    for holding in holdings {
        match sums.entry(holding.instrument) {
            Entry::Vacant(entry) => {
                entry.insert(holding);
            }
            Entry::Occupied(mut entry) => entry.get_mut().join(holding),
        }
    }
    sums.into_values().collect()
}

impl Holding {
    /// Takes another account's units of the same instrument.
    fn join(&mut self, other: Self) {
        self.account_label = match (self.is_open(), other.is_open()) {
            (true, false) => self.account_label.clone(),
            (false, true) => other.account_label.clone(),
            _ => format!("{}, {}", self.account_label, other.account_label),
        };
        // An account that holds nothing any more tells value and cost in whatever currency it paid.
        if self.currency != other.currency && !self.is_open() {
            (self.currency, self.value, self.cost.native) =
                (other.currency, other.value, other.cost.native);
        } else if self.currency == other.currency {
            self.value = both(&self.value, &other.value, sum);
            self.cost.native = both(&self.cost.native, &other.cost.native, sum);
        } else if other.is_open() {
            let unknown = NoValue::TwoCurrencies { left: self.currency, right: other.currency };
            (self.value, self.cost.native) = (Err(unknown.clone()), Err(unknown));
        }
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.base_value = both(&self.base_value, &other.base_value, sum);
        self.cost.base = both(&self.cost.base, &other.cost.base, sum);
        self.realized_gain = both(&self.realized_gain, &other.realized_gain, sum);
        self.unrealized_gain = both(&self.unrealized_gain, &other.unrealized_gain, sum);
        self.oversold = self.oversold.saturating_add(other.oversold);
        self.price = self.price.or(other.price);
        let lots = Arc::make_mut(&mut self.lots);
        lots.extend(other.lots.iter().cloned());
        lots.sort_by_key(|lot| lot.acquired);
    }
}

/// Cash of all books by currency.
#[must_use]
pub fn cash_by_currency(balances: &[CashBalance]) -> BTreeMap<Currency, Decimal> {
    let mut sums: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for balance in balances {
        let sum = sums.entry(balance.money.currency).or_default();
        *sum = sum.saturating_add(balance.money.amount);
    }
    sums
}
