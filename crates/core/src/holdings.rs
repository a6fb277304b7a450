//! What is held, what it cost, what it is worth, and what sales brought in.
//!
//! - Cost basis: what was paid for the units held, each purchase at the exchange rate that the broker
//!   charged, or else at the ECB's reference rate of its day. Fees are in it, unless the account keeps
//!   them apart.
//! - Unrealised gain: value less cost basis. Realised gain: proceeds of a sale less the cost basis of the
//!   units sold. What of them is due to the price and what to the currency: see [`crate::sales`].
//! - Units that move between own accounts take along their lots, with days and costs, in the order of the
//!   account they leave.

mod actions;
mod courses;
mod exchange;
mod families;
mod outcomes;
mod positions;
mod trades;
mod transfers;

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use families::Families;
pub use outcomes::{Outcomes, holdings_since};
use outcomes::{Question, develop, in_order};

use crate::account::AccountName;
use crate::corporate_actions::CorporateAction;
use crate::figure::{Figure, NoValue, Sum, product, quotient};
use crate::fx::Rates;
use crate::instrument::Instrument;
use crate::ledger::{InstrumentIndex, Ledger, Place};
use crate::lots::{Amounts, Lot};
use crate::money::{Currency, Money};
use crate::quotes::Price;
use crate::sales::{Gain, Sale};

/// One instrument in one book. Also one that is held no more.
#[derive(Debug, Clone)]
pub struct Holding {
    pub account: AccountName,
    /// As [`crate::ledger::Book::label`] has it.
    pub account_label: String,
    pub instrument: InstrumentIndex,
    pub quantity: Decimal,
    /// In which the price, the value and the average cost are told.
    pub currency: Currency,
    pub price: Option<Price>,
    pub value: Figure,
    pub base_value: Figure,
    /// Cost of what is held.
    pub cost: Amounts,
    /// Fees paid for what is held; in `cost`, or beside it.
    pub fees: Amounts,
    /// In the base currency.
    pub realized_gain: Figure,
    /// In the base currency.
    pub unrealized_gain: Figure,
    /// `realized_gain`, and what it is made of.
    pub realized: Gain,
    /// `unrealized_gain`, and what it is made of.
    pub unrealized: Gain,
    /// Fees of what was sold, of its purchase and of its sale; in the gains, or beside them.
    pub realized_fees: Amounts,
    /// What was sold beyond what was held; the history that was imported is then incomplete, or the
    /// position is short.
    pub oversold: Decimal,
    /// By the day of acquisition.
    pub lots: Arc<Vec<Lot>>,
}

impl Holding {
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.quantity.is_zero()
    }

    /// Cost of one unit, in `currency`.
    ///
    /// # Errors
    /// Where the cost isn't known. Zero where nothing is held.
    pub fn average_cost(&self, instrument: &Instrument) -> Figure {
        if !self.is_open() {
            return Ok(Decimal::ZERO);
        }
        let units = product(self.quantity, instrument.units_per_contract())?;
        quotient(self.cost.native.clone()?, units)
    }
}

/// What every computation needs beside the facts.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub rates: &'a Rates,
    pub base: Currency,
    pub as_of: Date,
}

impl Terms<'_> {
    /// In the base currency, at the rate of `date`.
    pub(crate) fn in_base(self, money: Money, date: Date) -> Figure {
        self.rates.convert(money, self.base, date)
    }
}

/// How what is held came to be.
#[derive(Debug, Clone, Default)]
pub struct Development {
    pub holdings: Vec<Holding>,
    /// In the order in which they happened.
    pub sales: Vec<Sale>,
    /// In the order in which they happened.
    pub corporate_actions: Vec<CorporateAction>,
}

/// What is told on the way.
#[derive(Debug, Default)]
struct Told {
    sales: Vec<Sale>,
    corporate_actions: Vec<CorporateAction>,
    /// What the one sale that was asked about could use.
    candidates: Vec<Lot>,
}

/// Holdings of the books of one account, or of all, at the end of `terms.as_of`.
#[must_use]
pub fn holdings(ledger: &Ledger, account: Option<&AccountName>, terms: Terms<'_>) -> Vec<Holding> {
    holdings_since(ledger, account, terms, Outcomes::default()).0
}

/// Holdings, and every sale and corporate action up to the end of `terms.as_of` on the way there.
#[must_use]
pub fn development(
    ledger: &Ledger,
    account: Option<&AccountName>,
    terms: Terms<'_>,
) -> Development {
    let families = Families::of(ledger);
    let question = Question { account, is_told: true, watched: None };
    let (mut positions, mut told) = (Vec::new(), Told::default());
    for (_, (outcomes, of_family)) in develop(ledger, &families, terms, question, |_| true) {
        positions.extend(outcomes);
        told.sales.extend(of_family.sales);
        told.corporate_actions.extend(of_family.corporate_actions);
    }
    told.sales.sort_by_key(|sale| (sale.date, sale.place));
    told.corporate_actions.sort_by_key(|action| (action.date, action.places.first().copied()));
    let holdings = in_order(ledger, positions.iter(), terms);
    let Told { sales, corporate_actions, .. } = told;
    Development { holdings, sales, corporate_actions }
}

/// The lots from which a sale could take its units, in the order in which it would without a choice of
/// the user's. Empty where the place tells no sale.
#[must_use]
pub fn candidates(ledger: &Ledger, sale: Place, terms: Terms<'_>) -> Vec<Lot> {
    let Some(sold) = ledger.transaction(sale) else { return Vec::new() };
    let families = Families::of(ledger);
    let family = families.first(sold.instrument);
    let account = ledger.books.get(sale.book).map(|book| &book.account);
    let question = Question { account, is_told: false, watched: Some(sale) };
    let is_family = |instrument| families.first(instrument) == family;
    let told = develop(ledger, &families, terms, question, is_family);
    told.into_iter().flat_map(|(_, (_, told))| told.candidates).collect()
}

/// What `quantity` units are worth at `price`.
pub(crate) fn value(
    instrument: &Instrument,
    quantity: Decimal,
    price: Option<Price>,
    date: Date,
) -> Result<Money, NoValue> {
    if quantity.is_zero() {
        return Ok(Money::new(Decimal::ZERO, Currency::EUR));
    }
    let price =
        price.ok_or_else(|| NoValue::NoPrice { instrument: instrument.label().into(), date })?;
    let amount = product(product(quantity, price.price)?, instrument.units_per_contract())?;
    Ok(Money::new(amount, price.currency))
}

/// Total of all parts of a kind.
pub(crate) fn total(parts: impl Iterator<Item = Figure>) -> Sum {
    parts.fold(Sum::default(), |mut total, part| {
        total.add(part);
        total
    })
}
