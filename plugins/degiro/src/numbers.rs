//! Numbers in either format, even where one file mixes both.

use stonks_plugin_sdk::decimal::{Separator, parse};
use stonks_plugin_sdk::{Decimal, PluginError};

use crate::table::Row;

/// More than these can't cross the contract.
const MOST_DIGITS: usize = 28;
const MOST_DECIMALS: usize = 18;

/// What the numbers of a file tell about one of the signs `.` and `,`.
#[derive(Debug, Default, Clone, Copy)]
struct Uses {
    decimal: u32,
    grouping: u32,
}

/// What the numbers of a file tell about its format.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    point: Uses,
    comma: Uses,
}

impl Evidence {
    /// Counts a number that can be read in one way only.
    pub(crate) fn see(&mut self, number: &str) {
        match (number.rfind('.'), number.rfind(',')) {
            (Some(point), Some(comma)) if point > comma => {
                self.point.decimal += 1;
                self.comma.grouping += 1;
            }
            (Some(_), Some(_)) => {
                self.comma.decimal += 1;
                self.point.grouping += 1;
            }
            (Some(place), None) => see_only_sign(&mut self.point, number, place),
            (None, Some(place)) => see_only_sign(&mut self.comma, number, place),
            (None, None) => {}
        }
    }

    /// `has_points`: whether the language of the file writes `1.50`, for a file that doesn't tell.
    pub(crate) fn format(&self, has_points: bool) -> Format {
        let is_decimal = |own: Uses, other: Uses, default: bool| {
            match own.decimal.cmp(&own.grouping) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Less => false,
                // The other sign has the part of the decimal sign.
                std::cmp::Ordering::Equal if other.decimal > other.grouping => false,
                std::cmp::Ordering::Equal => default,
            }
        };
        Format {
            is_point_decimal: is_decimal(self.point, self.comma, has_points),
            is_comma_decimal: is_decimal(self.comma, self.point, !has_points),
        }
    }
}

/// A sign that stands once groups thousands only where three digits follow and one to three precede.
fn see_only_sign(uses: &mut Uses, number: &str, place: usize) {
    let before = number[..place].trim_start_matches(['-', '+']);
    let n_behind = number.len() - place - 1;
    let is_once = number.matches(['.', ',']).count() == 1;
    if !is_once {
        uses.grouping += 1;
    } else if n_behind != 3 || before.len() > 3 || before.starts_with('0') {
        uses.decimal += 1;
    }
}

/// How the numbers of a file are written. A file may write some with points and some with commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    is_point_decimal: bool,
    is_comma_decimal: bool,
}

impl Format {
    /// The likelier reading of a number; None for what is none, or has too many digits.
    pub(crate) fn read(self, text: &str) -> Option<Decimal> {
        parse(text, self.separator(text)).filter(|number| fits(*number))
    }

    /// Both readings of a number such as `9,606`, the likelier one first.
    pub(crate) fn readings(self, text: &str) -> impl Iterator<Item = Decimal> {
        let likely = self.separator(text);
        let other = match likely {
            Separator::Comma => Separator::Point,
            Separator::Point => Separator::Comma,
        };
        let first = parse(text, likely);
        let second = parse(text, other).filter(|number| Some(*number) != first);
        first.into_iter().chain(second).filter(|number| fits(*number))
    }

    /// Whether it writes `1.50` rather than `1,50`.
    pub(crate) const fn writes_points(self) -> bool {
        self.is_point_decimal && !self.is_comma_decimal
    }

    fn separator(self, text: &str) -> Separator {
        let is_point =
            if text.contains('.') { self.is_point_decimal } else { !self.is_comma_decimal };
        if is_point { Separator::Point } else { Separator::Comma }
    }

    /// The number in a field; None where it is empty.
    pub(crate) fn field(self, row: &Row, column: usize) -> Result<Option<Decimal>, PluginError> {
        let text = row.field(column);
        if text.is_empty() {
            return Ok(None);
        }
        self.read(text).map(Some).ok_or_else(|| refusal(row, column, text))
    }
}

fn refusal(row: &Row, column: usize, text: &str) -> PluginError {
    let is_sign =
        |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ',' | '-' | ' ' | '\u{a0}');
    let n_digits = text.chars().filter(char::is_ascii_digit).count();
    let n_decimals = text.rfind(['.', ',']).map_or(0, |place| text.len() - place - 1);
    let is_long = n_digits > MOST_DIGITS || n_decimals > MOST_DECIMALS;
    let text = clipped(text);
    let message = if is_long && text.chars().all(is_sign) {
        format!(
            "`{text}` has more than {MOST_DIGITS} digits, or more than {MOST_DECIMALS} decimal places"
        )
    } else {
        format!("`{text}` is not a number")
    };
    row.refuse(column, message)
        .hint("export the file again, and don't save it from a spreadsheet")
        .into()
}

/// Whether a number can cross the contract as it is.
fn fits(number: Decimal) -> bool {
    number.normalize().scale() as usize <= MOST_DECIMALS
}

/// Whether so many units at that price make that amount, in whole units of currency or in pence.
pub(crate) fn is_worth(units: Decimal, price: Decimal, amount: Decimal) -> bool {
    let amount = amount.abs();
    let tolerance = amount / Decimal::ONE_HUNDRED + Decimal::new(2, 2);
    units.checked_mul(price).is_some_and(|value| {
        [value, value / Decimal::ONE_HUNDRED]
            .iter()
            .any(|value| value.checked_sub(amount).is_some_and(|off| off.abs() <= tolerance))
    })
}

/// The start of a text, for sentences that quote it.
pub(crate) fn clipped(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { start + "…" } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(evidence: &[&str], number: &str, expected: &[&str]) {
        let mut seen = Evidence::default();
        for number in evidence {
            seen.see(number);
        }
        let readings = seen.format(false).readings(number).map(|number| number.to_string());
        assert_eq!(readings.collect::<Vec<_>>(), expected, "{number} among {evidence:?}");
    }

    #[test]
    fn other_numbers_of_the_file_tell_how_a_number_is_read() {
        check(&["-31,91"], "9,606", &["9.606", "9606"]);
        check(&["-31.91"], "9,606", &["9606", "9.606"]);
        check(&["-31.91"], "9.606", &["9.606", "9606"]);
        check(&["1.147,50"], "9.606", &["9606", "9.606"]);
        check(&["1234.567"], "9.606", &["9.606", "9606"]);
        check(&["1.234.567"], "9.606", &["9606", "9.606"]);
    }

    #[test]
    fn a_file_may_mix_both_formats() {
        check(&["-31,91", "-97.93"], "9,606", &["9.606", "9606"]);
        check(&["-31,91", "-97.93"], "9.606", &["9.606", "9606"]);
    }

    #[test]
    fn a_file_that_tells_nothing_is_read_as_its_language_writes() {
        check(&["1.234", "5,678", "12"], "9,606", &["9.606", "9606"]);
        assert_eq!(Evidence::default().format(true).read("9,606"), Some(Decimal::from(9606)));
    }

    #[test]
    fn most_numbers_have_one_reading() {
        check(&[], "9,6", &["9.6"]);
        check(&[], "-1 046,3825", &["-1046.3825"]);
        check(&[], "0.985", &["0.985"]);
        check(&[], "abc", &[]);
        check(&[], "0,1234567890123456789", &[]);
    }
}
