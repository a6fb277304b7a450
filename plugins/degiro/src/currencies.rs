//! Codes of currencies.

use std::rc::Rc;

/// DEGIRO shortens two codes to those of the exchanges.
const SHORT: [(&str, &str); 2] = [("NO", "NOK"), ("SG", "SGD")];

/// The code that a word is, if it is one.
pub(crate) fn code(word: &str) -> Option<Rc<str>> {
    let is_code = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code {
        return Some(word.into());
    }
    SHORT.iter().find(|(short, _)| *short == word).map(|(_, code)| (*code).into())
}

/// Prices quoted in a hundredth of what is booked: the quoted and the booked code.
const MINOR: [(&str, &str); 3] = [("GBX", "GBP"), ("ZAC", "ZAR"), ("ILA", "ILS")];

/// Whether `quoted` is a hundredth of `booked`.
pub(crate) fn is_minor(quoted: &str, booked: &str) -> bool {
    MINOR.contains(&(quoted, booked))
}

/// Whether a product is a pair of currencies, traded as such: `EUR/CHF`.
pub(crate) fn is_pair(product: &str) -> bool {
    let is_code =
        |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    product.trim().split_once('/').is_some_and(|(base, quote)| is_code(base) && is_code(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_codes_only_in_capitals() {
        assert_eq!(code("EUR").as_deref(), Some("EUR"));
        assert_eq!(code("NO").as_deref(), Some("NOK"));
        for bad in ["eur", "EURO", "E", "", "12,", "US"] {
            assert_eq!(code(bad), None, "{bad}");
        }
    }

    #[test]
    fn pairs_of_currencies_are_told_from_other_names() {
        assert!(is_pair("EUR/CHF"));
        assert!(!is_pair("AC/DC") && !is_pair("EUR CHF") && !is_pair("ADR/GDR/X"));
    }
}
