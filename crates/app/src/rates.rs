//! Exchange rates: the snapshot that is part of the program, and what was imported since.
//!
//! The snapshot is `eurofxref-hist.csv`, the European Central Bank's published reference rates.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::fx::{FxRate, Rates};
use stonks_core::money::Currency;

static SNAPSHOT: &str = include_str!("../data/eurofxref-hist.csv");

/// Rates of the snapshot: units of the currency for one euro. Only the columns of `wanted` are read,
/// since all of them would take a tenth of a second.
fn snapshot(wanted: &BTreeSet<Currency>) -> impl Iterator<Item = (Currency, Date, Decimal)> {
    let mut lines = SNAPSHOT.lines();
    let header = lines.next().unwrap_or_default().split(',').skip(1);
    let columns: Vec<(usize, Currency)> = header
        .enumerate()
        .filter_map(|(place, code)| Some((place, code.parse().ok()?)))
        .filter(|(_, currency)| wanted.contains(currency))
        .collect();
    lines.flat_map(move |line| {
        let mut fields = line.split(',');
        let date: Option<Date> = fields.next().and_then(|date| date.parse().ok());
        let mut rates = Vec::with_capacity(columns.len());
        let mut next = 0;
        for (place, currency) in &columns {
            let told = fields.nth(place - next);
            next = place + 1;
            // `N/A` where the ECB sets no rate.
            rates.extend(
                date.zip(told.and_then(|told| told.parse().ok()))
                    .map(|(date, rate)| (*currency, date, rate)),
            );
        }
        rates
    })
}

/// The newest day of the snapshot.
pub(crate) fn last_day_of_snapshot() -> Option<Date> {
    // The newest line is the first below the titles.
    SNAPSHOT.lines().nth(1)?.split(',').next()?.parse().ok()
}

/// What one euro buys in a rate, where it is one against the euro.
fn against_euro(rate: &FxRate) -> Option<(Currency, Date, Decimal)> {
    if rate.base == Currency::EUR {
        return Some((rate.quote, rate.date, rate.rate));
    }
    let inverse =
        (rate.quote == Currency::EUR).then(|| Decimal::ONE.checked_div(rate.rate)).flatten()?;
    Some((rate.base, rate.date, inverse))
}

/// The rates of the wanted currencies; those imported replace the snapshot's of the same day.
pub(crate) fn rates(wanted: &BTreeSet<Currency>, imported: &[FxRate]) -> Rates {
    Rates::new(snapshot(wanted).chain(imported.iter().filter_map(against_euro)))
}

/// Which of `rates` the snapshot holds already, exactly as they are.
pub(crate) fn known_to_snapshot(rates: &[&FxRate]) -> Vec<bool> {
    let wanted: BTreeSet<Currency> = rates.iter().map(|rate| rate.quote).collect();
    let held: HashSet<(Currency, Date, Decimal)> = snapshot(&wanted).collect();
    rates
        .iter()
        .map(|rate| {
            rate.base == Currency::EUR && held.contains(&(rate.quote, rate.date, rate.rate))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn per_euro(code: &str, day: Date) -> Option<(String, Date)> {
        let currency: Currency = code.parse().unwrap();
        let rates = rates(&BTreeSet::from([currency]), &[]);
        rates.per_euro(currency, day).map(|(rate, day)| (rate.to_string(), day))
    }

    #[test]
    fn the_snapshot_holds_the_first_and_the_last_published_day() {
        assert_eq!(
            per_euro("USD", date(1999, 1, 4)),
            Some(("1.1789".to_owned(), date(1999, 1, 4)))
        );
        assert_eq!(
            per_euro("USD", date(2026, 10, 30)),
            Some(("1.1172".to_owned(), date(2026, 10, 30)))
        );
        assert_eq!(
            per_euro("ZAR", date(2026, 10, 30)),
            Some(("18.6455".to_owned(), date(2026, 10, 30)))
        );
        assert_eq!(per_euro("USD", date(1999, 1, 3)), None);
    }

    #[test]
    fn columns_are_read_together_as_they_are_alone() {
        let codes = ["USD", "GBP", "CHF", "ZAR"].map(|code| code.parse().unwrap());
        let together = rates(&BTreeSet::from(codes), &[]);
        for currency in codes {
            let day = date(2020, 3, 18);
            let alone = rates(&BTreeSet::from([currency]), &[]);
            assert_eq!(together.per_euro(currency, day), alone.per_euro(currency, day));
            assert!(alone.per_euro(currency, day).is_some());
        }
    }
}
