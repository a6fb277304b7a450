//! Numbers as Flex statements write them: `-1147.5`, `1,147.50`, and `1E-8` for very small ones.

use stonks_plugin_sdk::Decimal;
use stonks_plugin_sdk::decimal::{Separator, parse};

/// Most decimal places and significant digits that the contract carries.
const MOST_PLACES: u32 = 18;
const MOST_DIGITS: usize = 28;

/// Places to which quotients are rounded.
pub(crate) const QUOTIENT_PLACES: u32 = 12;

/// Reads a number; `None` where it is none, or longer than the contract carries.
pub(crate) fn number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let read = if unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        plain(text, unsigned)
    } else if unsigned.contains(['e', 'E']) {
        let is_shaped =
            unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        let starts_right = unsigned.starts_with(|c: char| c.is_ascii_digit());
        (is_shaped && starts_right).then(|| Decimal::from_scientific(text).ok()).flatten()
    } else {
        is_grouped(unsigned).then(|| parse(text, Separator::Point)).flatten()
    }?;
    let number = read.normalize();
    (number.scale() <= MOST_PLACES).then_some(number)
}

/// The common case, without any detour.
fn plain(text: &str, unsigned: &str) -> Option<Decimal> {
    let n_digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let has_outer_digits = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.ends_with(|c: char| c.is_ascii_digit());
    if !has_outer_digits || n_digits > MOST_DIGITS || unsigned.matches('.').count() > 1 {
        return None;
    }
    text.parse().ok()
}

/// Interactive Brokers always groups by `,`: `1,5` is a damaged number, not one and a half.
fn is_grouped(unsigned: &str) -> bool {
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
    whole.contains(',') && whole.split(',').skip(1).all(|group| group.len() == 3)
}

/// `dividend / divisor`, rounded; `None` for a divisor of zero.
pub(crate) fn quotient(dividend: Decimal, divisor: Decimal) -> Option<Decimal> {
    Some(dividend.checked_div(divisor)?.round_dp(QUOTIENT_PLACES).normalize())
}

/// `left × right`, rounded so that it fits the contract.
pub(crate) fn product(left: Decimal, right: Decimal) -> Option<Decimal> {
    Some(left.checked_mul(right)?.round_dp(QUOTIENT_PLACES).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let read = number(text).map(stonks_plugin_sdk::decimal::canonical);
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn numbers_come_plain_grouped_and_tiny() {
        check("-1147.50", Some("-1147.5"));
        check("-0", Some("0"));
        check(".5", Some("0.5"));
        check("21,792.73", Some("21792.73"));
        check("-1,234,567", Some("-1234567"));
        check("1E-8", Some("0.00000001"));
        check("-1.5E-4", Some("-0.00015"));
        check("0.123456789012345678", Some("0.123456789012345678"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in ["", "-", ".", "1.", "1.2.3", "1,5", "1,2345", "abc", "1E", "E5", "0x10", "--5"]
        {
            check(bad, None);
        }
    }

    #[test]
    fn more_digits_than_the_contract_carries_are_refused() {
        check("0.1234567890123456789", None);
        check("12345678901234567890123456789", None);
        check("1E-19", None);
    }
}
