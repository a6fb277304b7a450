//! Pictures drawn on the server: the line of values, and the ring of shares.

use std::fmt::Write;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::diversification::shares;

/// Width and height of the line chart's own units; the browser stretches them.
pub(crate) const WIDTH: f64 = 1000.0;
pub(crate) const HEIGHT: f64 = 260.0;

/// More points than this are thinned: no screen shows more.
const MOST_POINTS: usize = 500;

/// Paths of the value chart.
pub(crate) struct Lines {
    pub(crate) value: String,
    pub(crate) area: String,
    pub(crate) contributions: String,
}

/// A picture for the eye, where floats do no harm: no figure is read back from it.
pub(crate) fn lines(values: &[Option<Decimal>], contributions: &[Option<Decimal>]) -> Lines {
    let step = values.len().div_ceil(MOST_POINTS).max(1);
    let points = |series: &[Option<Decimal>]| -> Vec<(usize, f64)> {
        let last = series.len().saturating_sub(1);
        series
            .iter()
            .enumerate()
            .filter(|(place, _)| place % step == 0 || *place == last)
            .filter_map(|(place, value)| Some((place, value.as_ref()?.to_f64()?)))
            .collect()
    };
    let (value, put_in) = (points(values), points(contributions));
    let all = value.iter().chain(&put_in).map(|(_, value)| *value);
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let span = if high > low { high - low } else { 1.0 };
    let days = values.len().saturating_sub(1).max(1);
    let path = |points: &[(usize, f64)]| {
        let mut path = String::new();
        for (place, value) in points {
            let x = *place as f64 / days as f64 * WIDTH;
            let y = HEIGHT - 8.0 - (value - low) / span * (HEIGHT - 16.0);
            let command = if path.is_empty() { 'M' } else { 'L' };
            // Writing to a string can't fail.
            let _ = write!(path, "{command}{x:.1} {y:.1}");
        }
        path
    };
    let line = path(&value);
    let area = match (value.first(), value.last()) {
        (Some((first, _)), Some((last, _))) => {
            let x = |place: usize| place as f64 / days as f64 * WIDTH;
            format!("{line}L{:.1} {HEIGHT}L{:.1} {HEIGHT}Z", x(*last), x(*first))
        }
        _ => String::new(),
    };
    Lines { area, contributions: path(&put_in), value: line }
}

/// One arc of a ring whose circumference is 100.
pub(crate) struct Slice {
    pub(crate) label: String,
    pub(crate) value: Decimal,
    /// In per cent, as shown.
    pub(crate) share: String,
    /// Length of the arc, and of the rest of the ring.
    pub(crate) length: String,
    /// Where it begins.
    pub(crate) offset: String,
    /// Which of the eight colours.
    pub(crate) colour: usize,
}

/// A ring keeps at most eight colours; what is beyond them is `Other`.
const MOST_SLICES: usize = 8;

/// Shares of the parts that are positive, the largest first; together 100 %. None where the parts are too
/// large to be added up.
pub(crate) fn ring(mut parts: Vec<(String, Decimal)>) -> Vec<Slice> {
    parts.retain(|(_, value)| *value > Decimal::ZERO);
    parts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    if parts.len() > MOST_SLICES {
        let rest = parts.split_off(MOST_SLICES - 1).into_iter();
        let rest = rest.fold(Decimal::ZERO, |sum, (_, value)| sum.saturating_add(value));
        parts.push(("Other".to_owned(), rest));
    }
    let values: Vec<Decimal> = parts.iter().map(|(_, value)| *value).collect();
    let (Ok(told), Ok(drawn)) = (shares(&values, 1), shares(&values, 3)) else {
        return Vec::new();
    };
    let mut begin = Decimal::ZERO;
    let mut slices = Vec::with_capacity(parts.len());
    let parts = parts.into_iter().zip(told.into_iter().zip(drawn));
    for (place, ((label, value), (share, length))) in parts.enumerate() {
        slices.push(Slice {
            label,
            value,
            share: share.to_string(),
            length: length.to_string(),
            offset: (-begin).to_string(),
            colour: place + 1,
        });
        begin += length;
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_ring_add_up() {
        let parts =
            (1..=12).map(|number| (format!("part {number}"), Decimal::from(number))).collect();
        let slices = ring(parts);
        assert_eq!(slices.len(), 8);
        assert_eq!(slices[7].label, "Other");
        for told in [|slice: &Slice| slice.share.clone(), |slice: &Slice| slice.length.clone()] {
            let sum: Decimal = slices.iter().map(|it| told(it).parse::<Decimal>().unwrap()).sum();
            assert_eq!(sum, Decimal::ONE_HUNDRED);
        }
    }

    #[test]
    fn what_is_too_large_to_add_up_is_no_ring() {
        let parts = (0..9).map(|number| (format!("part {number}"), Decimal::MAX)).collect();
        assert!(ring(parts).is_empty());
    }

    #[test]
    fn nothing_draws_nothing() {
        assert!(ring(vec![("debt".to_owned(), Decimal::NEGATIVE_ONE)]).is_empty());
        assert_eq!(lines(&[], &[]).value, "");
        assert_eq!(lines(&[None], &[None]).area, "");
    }

    #[test]
    fn a_flat_line_stays_inside_the_picture() {
        let flat = [Some(Decimal::TEN), Some(Decimal::TEN)];
        assert_eq!(lines(&flat, &[]).value, "M0.0 252.0L1000.0 252.0");
    }
}
