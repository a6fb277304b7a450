//! Figures as people read them: grouped digits, signs, and a dash where there is no value.

use rust_decimal::Decimal;
use stonks_app::reports::{ExplanationNode, HoldingRow};
use stonks_core::money::round;

/// What stands where a figure has no value.
const NO_VALUE: &str = "–";

/// `-1234567.5` as `−1,234,567.5`.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut shown = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// A decimal that may have no value.
pub(crate) fn or_dash(figure: Option<&String>) -> String {
    figure.map_or_else(|| NO_VALUE.to_owned(), |figure| grouped(figure))
}

/// With its sign, also where it is positive: a gain or a loss.
pub(crate) fn signed(figure: Option<&String>) -> String {
    match figure {
        Some(figure) if !is_zero(figure) && !figure.starts_with('-') => {
            format!("+{}", grouped(figure))
        }
        other => or_dash(other),
    }
}

/// The class that colours a gain or a loss.
pub(crate) fn tone(figure: Option<&String>) -> &'static str {
    match figure {
        Some(figure) if is_zero(figure) => "",
        Some(figure) if figure.starts_with('-') => "loss",
        Some(_) => "gain",
        None => "",
    }
}

fn is_zero(figure: &str) -> bool {
    !figure.contains(|c: char| c.is_ascii_digit() && c != '0')
}

/// A number, or a reference to one: templates hand over either.
pub(crate) trait Told<T>: Copy {
    fn told(self) -> T;
}

impl<T: Copy> Told<T> for T {
    fn told(self) -> T {
        self
    }
}

impl<T: Copy> Told<T> for &T {
    fn told(self) -> T {
        *self
    }
}

impl<T: Copy> Told<T> for &&T {
    fn told(self) -> T {
        **self
    }
}

/// A fraction in per cent: two places.
pub(crate) fn percent(ratio: impl Told<f64>) -> String {
    let shown = format!("{:.2}", ratio.told() * 100.0);
    // No minus before what is shown as zero.
    let shown = if is_zero(&shown) { shown.trim_start_matches('-') } else { &shown };
    grouped(shown)
}

/// The same with its sign, also where it is positive.
pub(crate) fn percent_signed(ratio: f64) -> String {
    let shown = percent(ratio);
    if is_zero(&shown) || shown.starts_with('−') { shown } else { format!("+{shown}") }
}

/// A fraction in per cent with its sign and its unit, or a dash where there is none.
pub(crate) fn rate(ratio: impl Told<Option<f64>>) -> String {
    ratio.told().map_or_else(|| NO_VALUE.to_owned(), |ratio| format!("{} %", percent_signed(ratio)))
}

/// The class that colours a rate.
pub(crate) fn tone_of(ratio: impl Told<Option<f64>>) -> &'static str {
    tone(ratio.told().map(|ratio| format!("{:.2}", ratio * 100.0)).as_ref())
}

/// A quantity or price without needless zeros, and with at most eight places.
pub(crate) fn trimmed(figure: &str) -> String {
    figure.parse::<Decimal>().map_or_else(
        |_| figure.to_owned(),
        |number| grouped(&number.round_dp(8).normalize().to_string()),
    )
}

/// An amount of money: two places, as statements have them. Its exact value is for [`exact`].
pub(crate) fn money(figure: Option<&String>) -> String {
    match figure.map(|figure| figure.parse::<Decimal>()) {
        Some(Ok(amount)) => grouped(&format!("{:.2}", round(amount, 2))),
        _ => or_dash(figure),
    }
}

/// The whole figure, where [`money`] or [`price`] leaves places out.
pub(crate) fn exact(figure: Option<&String>, shown: &str) -> String {
    match figure.and_then(|figure| figure.parse::<Decimal>().ok()) {
        Some(number) if grouped(&number.normalize().to_string()) != without_zeros(shown) => {
            grouped(&number.normalize().to_string())
        }
        _ => String::new(),
    }
}

fn without_zeros(shown: &str) -> &str {
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.') } else { shown }
}

/// A price or a cost of one unit: two places where they are enough, more for what is cheap.
pub(crate) fn price(figure: Option<&String>) -> String {
    let Some(Ok(number)) = figure.map(|figure| figure.parse::<Decimal>()) else {
        return or_dash(figure);
    };
    let places = match number.abs() {
        dear if dear >= Decimal::ONE_HUNDRED => 2,
        middling if middling >= Decimal::ONE => 4,
        _ => 8,
    };
    let rounded = round(number, places).normalize();
    let scale = usize::try_from(rounded.scale().max(2)).unwrap_or(2);
    grouped(&format!("{rounded:.scale$}"))
}

/// The figure that is explained, as its unit is read.
pub(crate) fn explained(node: &ExplanationNode) -> String {
    match (node.unit.as_str(), &node.value) {
        (_, None) => NO_VALUE.to_owned(),
        ("%", Some(value)) => money(Some(value)),
        ("units" | "", Some(value)) => trimmed(value),
        // Prices have as many places as they need, amounts those of their currency.
        (_, Some(value)) => grouped(value),
    }
}

/// What may stand in an address, or its percent-encoding.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The page that explains a figure.
pub(crate) fn explain(figure: &str, account: Option<&str>) -> String {
    let account = account.map(|account| format!("?account={}", encoded(account)));
    format!("/explain/{}{}", encoded(figure), account.unwrap_or_default())
}

/// The page that explains a figure of a holding.
pub(crate) fn explain_holding(row: &HoldingRow, what: &str) -> String {
    // The broker's own number follows the account's name; what is told together names several.
    let account = row.account.split('/').next().filter(|_| !row.account.contains(','));
    explain(&format!("holding.{}.{what}", row.key), account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped("1234567.50"), "1,234,567.50");
        assert_eq!(grouped("-999"), "−999");
        assert_eq!(grouped("-1000"), "−1,000");
        assert_eq!(grouped("0.00"), "0.00");
    }

    #[test]
    fn gains_carry_a_sign_and_a_tone() {
        let figure = |text: &str| Some(text.to_owned());
        assert_eq!(signed(figure("12.5").as_ref()), "+12.5");
        assert_eq!(signed(figure("-12.5").as_ref()), "−12.5");
        assert_eq!(signed(figure("0.00").as_ref()), "0.00");
        assert_eq!(signed(None), "–");
        assert_eq!(tone(figure("0.00").as_ref()), "");
        assert_eq!(tone(figure("-0.01").as_ref()), "loss");
        assert_eq!(tone(figure("3").as_ref()), "gain");
    }

    #[test]
    fn money_has_two_places_and_prices_as_many_as_they_need() {
        for (figure, as_money, as_price, whole) in [
            ("-514.1", "−514.10", "−514.10", ""),
            ("-130.00024065", "−130.00", "−130.00", "−130.00024065"),
            ("63383.181303", "63,383.18", "63,383.18", "63,383.181303"),
            ("27.91059", "27.91", "27.9106", "27.91059"),
            ("0.00001234", "0.00", "0.00001234", "0.00001234"),
            ("0", "0.00", "0.00", ""),
            ("1000", "1,000.00", "1,000.00", ""),
        ] {
            let figure = Some(figure.to_owned());
            let shown = money(figure.as_ref());
            assert_eq!(shown, as_money);
            assert_eq!(price(figure.as_ref()), as_price);
            assert_eq!(exact(figure.as_ref(), &shown), whole);
        }
        assert_eq!(money(None), "–");
        assert_eq!(price(None), "–");
    }

    #[test]
    fn rates_are_shown_in_per_cent() {
        assert_eq!(percent_signed(0.1234), "+12.34");
        assert_eq!(percent_signed(-12.5), "−1,250.00");
        assert_eq!(percent_signed(-0.000_001), "0.00");
        assert_eq!(percent(-0.000_001), "0.00");
        assert_eq!(rate(None::<f64>), "–");
        assert_eq!(
            (tone_of(Some(-0.000_001)), tone_of(Some(-0.01)), tone_of(None)),
            ("", "loss", "")
        );
    }

    #[test]
    fn needless_zeros_are_left_out() {
        assert_eq!(trimmed("10.500"), "10.5");
        assert_eq!(trimmed("0.123456789"), "0.12345679");
    }
}
