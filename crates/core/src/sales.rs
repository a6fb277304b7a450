//! What sales brought in: each with the lots it used, and why it gained.
//!
//! - Gain: proceeds less cost, in the instrument's currency and in the base currency.
//! - Currency effect: cost in the instrument's currency × (rate now − rate at purchase).
//! - Price effect: (proceeds − cost) in the instrument's currency × rate now.
//!
//! The two effects add up to the gain in the base currency. The rate now is the one at which the
//! proceeds came into the base currency: that of the broker where it tells one, else the reference rate
//! of the day. The same holds for what is held, with its value in the place of the proceeds.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::AccountName;
use crate::figure::{Figure, NoValue, Sum, both, difference};
use crate::holdings::Terms;
use crate::ledger::{InstrumentIndex, Place};
use crate::lots::{Amounts, Lot, ratio};
use crate::money::{Currency, Money};

/// A gain, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// In the currency of the instrument.
    pub native: Figure,
    /// In the base currency: the sum of both effects.
    pub base: Figure,
    pub price_effect: Figure,
    pub currency_effect: Figure,
}

impl Gain {
    pub const ZERO: Self = Self {
        native: Ok(Decimal::ZERO),
        base: Ok(Decimal::ZERO),
        price_effect: Ok(Decimal::ZERO),
        currency_effect: Ok(Decimal::ZERO),
    };

    /// What `proceeds`, or a value, on `date` gain over `cost`; both in `currency` and in the base.
    pub(crate) fn of(
        cost: &Amounts,
        proceeds: &Amounts,
        currency: Currency,
        date: Date,
        terms: Terms<'_>,
    ) -> Self {
        let native = both(&proceeds.native, &cost.native, difference);
        let base = both(&proceeds.base, &cost.base, difference);
        let cost_now = || match (&cost.native, &proceeds.native, &proceeds.base) {
            (Err(reason), ..) | (_, Err(reason), _) | (.., Err(reason)) => Err(reason.clone()),
            (Ok(cost), Ok(native), Ok(base)) if !native.is_zero() => ratio(*cost, *base, *native),
            // What brought in nothing tells no rate of its own.
            (Ok(cost), ..) => terms.in_base(Money::new(*cost, currency), date),
        };
        let currency_effect = if currency == terms.base.major().0 {
            base.as_ref().map(|_| Decimal::ZERO).map_err(NoValue::clone)
        } else {
            both(&cost_now(), &cost.base, difference)
        };
        let price_effect = both(&base, &currency_effect, difference);
        Self { native, base, price_effect, currency_effect }
    }

    fn each(&self, other: &Self, combine: fn(Decimal, Decimal) -> Figure) -> Self {
        Self {
            native: both(&self.native, &other.native, combine),
            base: both(&self.base, &other.base, combine),
            price_effect: both(&self.price_effect, &other.price_effect, combine),
            currency_effect: both(&self.currency_effect, &other.currency_effect, combine),
        }
    }

    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.each(other, crate::figure::sum)
    }

    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.each(other, difference)
    }
}

/// A lot, or the part of one, that a sale used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedLot {
    /// What was acquired when, by which transaction and for how much. Negative units were sold short.
    pub lot: Lot,
    /// Its share of what the sale brought in.
    pub proceeds: Amounts,
    pub gain: Gain,
}

/// A sale, the cover of a short position, or whatever else realises a gain: what became worthless,
/// cash for an exchange, and capital that came back beyond what the units cost.
#[derive(Debug, Clone)]
pub struct Sale {
    pub account: AccountName,
    /// As [`crate::ledger::Book::label`] has it.
    pub account_label: String,
    pub instrument: InstrumentIndex,
    pub date: Date,
    /// The row that told it.
    pub place: Place,
    /// Units sold, or, negative, covered. Zero where only capital came back.
    pub quantity: Decimal,
    /// In which the native amounts are told.
    pub currency: Currency,
    pub proceeds: Amounts,
    pub cost: Amounts,
    /// Fees of the sale, and those paid for the lots used; in cost and proceeds, or beside them.
    pub fees: Amounts,
    pub gain: Gain,
    pub lots: Vec<UsedLot>,
    /// Units that were sold and for which no acquisition is known: they count as if they had cost
    /// nothing.
    pub missing: Decimal,
}

impl Sale {
    /// Whether every unit sold is known to have been acquired.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.missing.is_zero()
    }
}

/// Gains added up. With one of them unknown there is no sum.
#[derive(Debug, Clone, Default)]
pub(crate) struct GainSum {
    native: Sum,
    base: Sum,
    price_effect: Sum,
    currency_effect: Sum,
}

impl GainSum {
    pub(crate) fn add(&mut self, gain: &Gain) {
        self.native.add(gain.native.clone());
        self.base.add(gain.base.clone());
        self.price_effect.add(gain.price_effect.clone());
        self.currency_effect.add(gain.currency_effect.clone());
    }

    pub(crate) fn gain(&self) -> Gain {
        Gain {
            native: self.native.figure(),
            base: self.base.figure(),
            price_effect: self.price_effect.figure(),
            currency_effect: self.currency_effect.figure(),
        }
    }
}

/// Divides what a sale brought in among the lots it used. The last takes what rounding leaves, so that
/// their gains add up to the gain of the sale; units without a lot take their share before.
pub(crate) fn used(
    lots: Vec<Lot>,
    (quantity, missing): (Decimal, Decimal),
    proceeds: &Amounts,
    gain: &Gain,
    gain_of: impl Fn(&Amounts, &Amounts) -> Gain,
) -> Vec<UsedLot> {
    let without = proceeds.share(missing, quantity);
    let has_missing = !missing.is_zero();
    let (mut proceeds_left, mut gain_left) = (proceeds.clone(), gain.clone());
    if has_missing {
        proceeds_left = proceeds.minus(&without);
        gain_left = gain.minus(&gain_of(&Amounts::ZERO, &without));
    }
    let last = lots.len().saturating_sub(1);
    let divide = |(place, lot): (usize, Lot)| {
        if place == last {
            let (proceeds, gain) = (proceeds_left.clone(), gain_left.clone());
            return UsedLot { lot, proceeds, gain };
        }
        let share = proceeds.share(lot.quantity, quantity);
        let gain = gain_of(&lot.cost, &share);
        proceeds_left = proceeds_left.minus(&share);
        gain_left = gain_left.minus(&gain);
        UsedLot { lot, proceeds: share, gain }
    };
    lots.into_iter().enumerate().map(divide).collect()
}
