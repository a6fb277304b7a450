//! Instruments, each told once and before it is named.

use std::collections::HashSet;

use stonks_plugin_sdk::{AssetClass, Fact, Instrument, isin};

use crate::words::folded;

/// Instruments that were told.
#[derive(Default)]
pub(crate) struct Instruments {
    told: HashSet<String>,
}

/// By what a row names an instrument: `isin:US0378331005`, or `name:…` where it has none. None for a
/// row that names none.
pub(crate) fn key(product: &str, isin: &str) -> Option<String> {
    let is_code = !isin.is_empty()
        && isin.len() <= 40
        && isin.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_code {
        return Some(format!("isin:{isin}"));
    }
    let name = folded(product);
    if name.is_empty() {
        return None;
    }
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let slug: String = name.chars().take(80).map(plain).collect();
    Some(format!("name:{slug}"))
}

/// Pairs of currencies that are traded as such: `EUR/CHF`.
pub(crate) fn is_currency_pair(product: &str) -> bool {
    let is_code =
        |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    product.trim().split_once('/').is_some_and(|(base, quote)| is_code(base) && is_code(quote))
}

/// Funds in which DEGIRO keeps cash, and the account at its bank.
pub(crate) fn is_cash_fund(product: &str) -> bool {
    let name = folded(product);
    ["liquidity fund", "cash fund", "bankaccount", "geldmarktfonds"]
        .iter()
        .any(|part| name.contains(part))
}

fn class(product: &str, has_isin: bool) -> AssetClass {
    let name = format!(" {} ", folded(product));
    if is_cash_fund(product) {
        AssetClass::CashFund
    } else if is_currency_pair(product) {
        AssetClass::CurrencyPair
    } else if name.contains(" etf ") || name.contains(" ucits ") || name.contains(" etc ") {
        AssetClass::Etf
    } else if has_isin {
        AssetClass::Stock
    } else {
        AssetClass::Unknown
    }
}

impl Instruments {
    /// The instrument as a fact, the first time it is asked for.
    pub(crate) fn tell(
        &mut self,
        key: &str,
        product: &str,
        code: &str,
        currency: Option<&str>,
    ) -> Option<Fact> {
        if !self.told.insert(key.to_owned()) {
            return None;
        }
        let asset_class = class(product, key.starts_with("isin:"));
        let isin = isin::is_valid(code).then(|| code.to_owned());
        // The domicile of a fund says nothing about what it holds.
        let country = isin
            .as_ref()
            .filter(|_| asset_class == AssetClass::Stock)
            .map(|isin| isin[..2].to_owned());
        Some(Fact::Instrument(Instrument {
            identity: key.to_owned(),
            asset_class,
            name: Some(product.to_owned()).filter(|product| !product.is_empty()),
            symbol: None,
            isin,
            market: None,
            currency: currency.map(str::to_owned),
            multiplier: None,
            terms: None,
            sector: None,
            country,
            codes: Vec::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_told_only_with_reason() {
        let class = |product: &str, code: &str| {
            let key = key(product, code).unwrap();
            match Instruments::default().tell(&key, product, code, None) {
                Some(Fact::Instrument(instrument)) => (instrument.asset_class, instrument.country),
                _ => unreachable!("an instrument is told the first time"),
            }
        };
        assert_eq!(class("APPLE INC", "US0378331005"), (AssetClass::Stock, Some("US".to_owned())));
        assert_eq!(class("VANGUARD S&P 500 UCITS", "IE00B3XXRP09"), (AssetClass::Etf, None));
        assert_eq!(
            class("MORGAN STANLEY EUR LIQUIDITY FUND", "LU1959429272"),
            (AssetClass::CashFund, None)
        );
        assert_eq!(class("EUR/CHF", ""), (AssetClass::CurrencyPair, None));
        assert_eq!(class("MINI LONG", ""), (AssetClass::Unknown, None));
    }

    #[test]
    fn a_key_is_plain_ascii() {
        assert_eq!(
            key("Société Générale – Turbo", ""),
            Some("name:societe-generale---turbo".to_owned())
        );
        assert_eq!(key("", ""), None);
    }
}
