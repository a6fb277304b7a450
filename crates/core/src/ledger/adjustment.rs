//! Quotes in the units of their own day, whether they were told so or adjusted for later splits.
//!
//! A source that adjusts divides what it tells of before a split by the split's ratio; one that doesn't
//! shows a jump by that ratio. Which it is follows from the quotes themselves, for each instrument, source
//! and split: from a jump near the day on which the split was booked, or else from the prices of trades,
//! which are always told in the units of their day.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::quotes::{Price, Split};

/// Days around the booking of a split within which a market's prices may jump.
const NEAR: i32 = 7;

/// A ratio this close to one is hidden among ordinary moves of a price, unless it falls on the day.
const PLAIN_RATIO: (Decimal, Decimal) =
    (Decimal::from_parts(80, 0, 0, false, 2), Decimal::from_parts(125, 0, 0, false, 2));

/// What a series tells about one split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Prices of before are in units of behind.
    Adjusted,
    /// Prices jump on this day.
    JumpsOn(Date),
    Nothing,
}

/// Brings the quotes of one source, ordered by day, into the units that the books have on each day.
/// `trades` are prices in units of their own day.
pub(super) fn in_units_of_the_day(
    mut quotes: Vec<Price>,
    splits: &[Split],
    trades: &[Price],
) -> Vec<Price> {
    let original = quotes.clone();
    for split in splits {
        let told = match told(&original, split) {
            Told::Nothing => told_by_trades(&original, split, splits, trades),
            told => told,
        };
        for quote in &mut quotes {
            let price = match told {
                Told::Adjusted if quote.date < split.date => quote.price.checked_mul(split.ratio),
                // The market's day isn't the one on which the broker booked.
                Told::JumpsOn(day) if (day..split.date).contains(&quote.date) => {
                    quote.price.checked_mul(split.ratio)
                }
                Told::JumpsOn(day) if (split.date..day).contains(&quote.date) => {
                    quote.price.checked_div(split.ratio)
                }
                _ => None,
            };
            quote.price = price.unwrap_or(quote.price);
        }
    }
    quotes
}

fn told(quotes: &[Price], split: &Split) -> Told {
    let is_near =
        |date: Date| days_between(split.date, date).is_some_and(|days| days.abs() <= NEAR);
    let behind = quotes.partition_point(|quote| quote.date < split.date);
    let steps = quotes.windows(2).enumerate().filter_map(|(place, pair)| {
        let [before, after] = pair else { return None };
        let is_across = place + 1 == behind;
        let is_comparable = before.currency == after.currency && !after.price.is_zero();
        let is_hidden = split.ratio > PLAIN_RATIO.0 && split.ratio < PLAIN_RATIO.1;
        let counts = is_across || (is_near(before.date) && is_near(after.date) && !is_hidden);
        (is_comparable && counts).then_some((is_across, before, after))
    });
    let (mut is_told, mut best) = (false, None::<(Decimal, bool, Date)>);
    for (is_across, before, after) in steps {
        let Some(jump) = before.price.checked_div(after.price) else { continue };
        // A jump in a gap of months may be anything.
        is_told |= is_across && is_near(before.date) && is_near(after.date);
        if is_jump(jump, split.ratio) {
            let distance = distance(jump, split.ratio);
            let is_better = best
                .is_none_or(|(least, was_across, _)| (distance, !is_across) < (least, !was_across));
            if is_better {
                let day = if is_across { split.date } else { after.date };
                best = Some((distance, is_across, day));
            }
        }
    }
    match best {
        Some((.., day)) => Told::JumpsOn(day),
        None if is_told => Told::Adjusted,
        None => Told::Nothing,
    }
}

/// Holds quotes of before a split against trades of the same day.
fn told_by_trades(quotes: &[Price], split: &Split, splits: &[Split], trades: &[Price]) -> Told {
    let is_single = splits.iter().filter(|other| other.date >= split.date).count() == 1;
    for trade in trades.iter().rev().filter(|trade| trade.date < split.date && is_single) {
        let of_day = quotes.binary_search_by_key(&trade.date, |quote| quote.date);
        let Some(quote) = of_day.ok().and_then(|place| quotes.get(place)) else { continue };
        if quote.currency != trade.currency {
            continue;
        }
        let Some(jump) = trade.price.checked_div(quote.price) else { continue };
        let is_adjusted = is_jump(jump, split.ratio);
        return if is_adjusted { Told::Adjusted } else { Told::JumpsOn(split.date) };
    }
    Told::Nothing
}

/// Whether a quotient of prices is nearer to a split's ratio than to one.
fn is_jump(jump: Decimal, ratio: Decimal) -> bool {
    let Some(square) = jump.checked_mul(jump) else { return false };
    if ratio > Decimal::ONE { square > ratio } else { square < ratio }
}

/// How far a jump is from the ratio, as a factor above one.
fn distance(jump: Decimal, ratio: Decimal) -> Decimal {
    let (less, more) = if jump < ratio { (jump, ratio) } else { (ratio, jump) };
    more.checked_div(less).unwrap_or(Decimal::MAX)
}

fn days_between(from: Date, to: Date) -> Option<i32> {
    from.until((jiff::Unit::Day, to)).ok().map(|span| span.get_days())
}

/// Splits that several books tell within a few days are one.
pub(super) fn told_once(mut splits: Vec<(usize, Split)>) -> Vec<Split> {
    splits.sort_by_key(|(book, split)| (split.date, *book, split.ratio));
    let mut kept: Vec<(usize, Split)> = Vec::new();
    for (book, split) in splits {
        let earliest = split.date.checked_sub(NEAR.days()).unwrap_or(split.date);
        let is_told = kept.iter().any(|(other, known)| {
            known.date == split.date || (*other != book && known.date >= earliest)
        });
        if !is_told {
            kept.push((book, split));
        }
    }
    kept.into_iter().map(|(_, split)| split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::quotes::PriceSource;
    use jiff::civil::date;

    fn series(prices: &[(i8, i64)]) -> Vec<Price> {
        let price = |&(day, price): &(i8, i64)| Price {
            date: date(2024, 3, day),
            price: price.into(),
            currency: Currency::EUR,
            source: PriceSource::Quote,
        };
        prices.iter().map(price).collect()
    }

    fn split(day: i8, ratio: &str) -> Split {
        Split { date: date(2024, 3, day), ratio: ratio.parse().unwrap() }
    }

    /// Quotes that came as `told`, in the units of their day.
    fn check(told: &[(i8, i64)], splits: &[Split], trades: &[(i8, i64)], expected: &[i64]) {
        let prices = in_units_of_the_day(series(told), splits, &series(trades));
        let prices: Vec<Decimal> = prices.iter().map(|price| price.price).collect();
        let expected: Vec<Decimal> = expected.iter().map(|price| (*price).into()).collect();
        assert_eq!(prices, expected);
    }

    #[test]
    fn a_series_that_jumps_is_told_in_the_units_of_each_day() {
        let told = [(11, 400), (12, 420), (13, 105), (14, 100)];
        check(&told, &[split(13, "4")], &[], &[400, 420, 105, 100]);
        check(&[(12, 2), (13, 19)], &[split(13, "0.1")], &[], &[2, 19]);
    }

    #[test]
    fn a_series_that_does_not_jump_was_adjusted() {
        let told = [(11, 100), (12, 105), (13, 102), (14, 100)];
        check(&told, &[split(13, "4")], &[], &[400, 420, 102, 100]);
        check(&[(12, 20), (13, 19)], &[split(13, "0.1")], &[], &[2, 19]);
    }

    #[test]
    fn each_of_two_splits_is_told_by_itself() {
        let told = [(4, 100), (5, 105), (6, 98), (20, 104), (21, 100)];
        let splits = [split(6, "2"), split(21, "3")];
        check(&told, &splits, &[], &[600, 630, 294, 312, 100]);
    }

    #[test]
    fn a_market_that_splits_before_the_broker_books_is_told_in_the_units_of_the_books() {
        let told = [(11, 400), (12, 100), (13, 105), (14, 100)];
        check(&told, &[split(14, "4")], &[], &[400, 400, 420, 100]);
        check(&told, &[split(11, "4")], &[], &[100, 100, 105, 100]);
    }

    #[test]
    fn a_small_ratio_is_looked_for_on_its_day_only() {
        let told = [(11, 100), (12, 90), (13, 90), (14, 90)];
        check(&told, &[split(14, "1.1")], &[], &[110, 99, 99, 90]);
    }

    #[test]
    fn with_no_quote_behind_the_split_trades_decide_and_else_nothing_is_changed() {
        check(&[(1, 100), (2, 105)], &[split(25, "4")], &[(2, 421)], &[400, 420]);
        check(&[(1, 400), (2, 420)], &[split(25, "4")], &[(2, 421)], &[400, 420]);
        check(&[(1, 400), (2, 420)], &[split(25, "4")], &[], &[400, 420]);
    }

    #[test]
    fn two_accounts_tell_one_split() {
        let splits = vec![(0, split(4, "4")), (1, split(5, "4")), (0, split(20, "4"))];
        assert_eq!(told_once(splits), [split(4, "4"), split(20, "4")]);
    }
}
