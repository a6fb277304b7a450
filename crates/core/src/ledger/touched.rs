//! What new facts changed in a ledger, and with it, what was computed before and still holds.

use jiff::civil::Date;

use super::InstrumentIndex;

/// What new facts changed in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub(super) rows: Vec<bool>,
    pub(super) prices: Vec<bool>,
    pub(super) since: Date,
}

impl Touched {
    /// Nothing is as it was.
    pub(super) fn all(n_instruments: usize) -> Self {
        let all = vec![true; n_instruments];
        Self { rows: all.clone(), prices: all, since: Date::MIN }
    }

    /// Whether a row of the instrument is new, is told in another way, counts in another way, or stands
    /// in another place.
    #[must_use]
    pub fn has_rows(&self, instrument: InstrumentIndex) -> bool {
        self.rows.get(instrument).copied().unwrap_or(true)
    }

    /// Whether a price or a split of the instrument is new or another.
    #[must_use]
    pub fn has_prices(&self, instrument: InstrumentIndex) -> bool {
        self.prices.get(instrument).copied().unwrap_or(true)
    }

    /// The first day that may be other than it was: units, cash, prices and flows of the days before are
    /// the same.
    #[must_use]
    pub const fn since(&self) -> Date {
        self.since
    }
}

/// Marks of what is touched while facts come in.
pub(super) struct Marks {
    /// By instrument, whether anything that is told of it changed.
    pub(super) told: Vec<bool>,
    /// By instrument, whether rows of it stand in other places.
    pub(super) moved: Vec<bool>,
    /// The first day on which anything changed.
    pub(super) since: Date,
}

impl Marks {
    pub(super) fn new(n_instruments: usize) -> Self {
        let none = vec![false; n_instruments];
        Self { told: none.clone(), moved: none, since: Date::MAX }
    }

    pub(super) fn tell(&mut self, instrument: InstrumentIndex) {
        self.told[instrument] = true;
    }

    pub(super) fn on(&mut self, date: Date) {
        self.since = self.since.min(date);
    }

    /// What changed can't be told by its day.
    pub(super) const fn always(&mut self) {
        self.since = Date::MIN;
    }
}
