//! Exact decimals: the contract's canonical form, and numbers as people write them.

use rust_decimal::Decimal;

/// The canonical spelling, as the contract wants it: `-1147.5`.
#[must_use]
pub fn canonical(decimal: Decimal) -> String {
    let normal = decimal.normalize();
    if normal.is_zero() { "0".to_owned() } else { normal.to_string() }
}

/// Which of `.` and `,` separates the decimals in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `1,234.56`
    Point,
    /// `1.234,56`
    Comma,
}

impl Separator {
    const fn signs(self) -> (char, char) {
        match self {
            Self::Point => ('.', ','),
            Self::Comma => (',', '.'),
        }
    }
}

/// Reads a number as people write it.
///
/// Spaces and apostrophes between digits group thousands. Of `.` and `,` the one that stands last is
/// the decimal separator where both stand. Where one stands alone it groups thousands if it is not
/// `separator` and three digits follow each one; else it separates the decimals.
#[must_use]
pub fn parse(text: &str, separator: Separator) -> Option<Decimal> {
    let trimmed = text.trim();
    let (is_negative, digits) = match trimmed.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let is_gap = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}');
    let starts_and_ends_with_digit = digits
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
        && digits.ends_with(|c: char| c.is_ascii_digit());
    if !starts_and_ends_with_digit {
        return None;
    }
    let digits: String = digits.chars().filter(|&c| !is_gap(c)).collect();
    let (whole, fraction) = split_decimals(&digits, separator)?;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(&whole) || !is_digits(fraction) || whole.len() + fraction.len() > 28 {
        return None;
    }
    let number: Decimal = format!(
        "{}.{}",
        if whole.is_empty() { "0" } else { &whole },
        if fraction.is_empty() { "0" } else { fraction }
    )
    .parse()
    .ok()?;
    let number = number.normalize();
    Some(if is_negative && !number.is_zero() { -number } else { number })
}

/// Whole digits without their grouping, and the decimals.
fn split_decimals(digits: &str, separator: Separator) -> Option<(String, &str)> {
    let last_point = digits.rfind('.');
    let last_comma = digits.rfind(',');
    let (decimal, group) = match (last_point, last_comma) {
        (Some(point), Some(comma)) if point > comma => ('.', ','),
        (Some(_), Some(_)) => (',', '.'),
        (None, None) => return Some((digits.to_owned(), "")),
        (point, _) => {
            let only = if point.is_some() { '.' } else { ',' };
            let (decimal, group) = separator.signs();
            let is_grouping = only == group && is_grouped(digits, only) && !digits.starts_with('0');
            if is_grouping || digits.matches(only).count() > 1 {
                return is_grouped(digits, only).then(|| (digits.replace(only, ""), ""));
            }
            if only == decimal { (decimal, group) } else { (group, decimal) }
        }
    };
    let (whole, fraction) = digits.rsplit_once(decimal)?;
    let is_good = !whole.contains(group) || is_grouped(whole, group);
    is_good.then(|| (whole.replace(group, ""), fraction))
}

/// Whether each `sign` is followed by exactly three digits, and the first preceded by one to three.
fn is_grouped(digits: &str, sign: char) -> bool {
    let mut parts = digits.split(sign);
    let is_first_good = parts.next().is_some_and(|first| (1..=3).contains(&first.len()));
    is_first_good && parts.all(|part| part.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, separator: Separator, expected: Option<&str>) {
        assert_eq!(parse(text, separator).map(canonical).as_deref(), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_in_either_format() {
        check("-1147,50", Separator::Comma, Some("-1147.5"));
        check("1.147,50", Separator::Comma, Some("1147.5"));
        check("1.147", Separator::Comma, Some("1147"));
        check("1.14", Separator::Comma, Some("1.14"));
        check("1,147.50", Separator::Point, Some("1147.5"));
        check("1,147", Separator::Point, Some("1147"));
        check("77,3", Separator::Point, Some("77.3"));
        check("1 046,3825", Separator::Comma, Some("1046.3825"));
        check("3\u{a0}601,9", Separator::Comma, Some("3601.9"));
        check("1.234.567", Separator::Comma, Some("1234567"));
        check("0.985", Separator::Comma, Some("0.985"));
        check("41,3996", Separator::Comma, Some("41.3996"));
        check("0,00", Separator::Comma, Some("0"));
        check("-0", Separator::Comma, Some("0"));
        check("7", Separator::Comma, Some("7"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in ["", "-", "abc", "1,2,3", "1.2.3,4", "--1", "1e5", "12a", "1,", "NaN"] {
            check(bad, Separator::Comma, None);
        }
    }

    proptest! {
        #[test]
        fn both_formats_tell_the_same_number(cents in -1_000_000_000_000i64..1_000_000_000_000) {
            let number = Decimal::new(cents, 2);
            let pointed = format!("{number:.2}");
            prop_assert_eq!(parse(&pointed, Separator::Point), Some(number.normalize()));
            prop_assert_eq!(parse(&pointed.replace('.', ","), Separator::Comma), Some(number.normalize()));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _unread = parse(&text, Separator::Comma);
        }
    }
}
