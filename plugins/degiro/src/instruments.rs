//! Instruments, each told once and before it is named.

use std::collections::HashMap;
use std::rc::Rc;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{AssetClass, Decimal, Fact, Instrument, isin};

use crate::currencies;
use crate::stamp::Stamp;
use crate::words::folded;

/// Units of the underlying in one contract, as options and futures have them; and the hundredth of
/// bonds, whose price is in percent.
const MULTIPLIERS: [(i64, u32); 11] = [
    (1, 0),
    (1, 2),
    (5, 0),
    (10, 0),
    (20, 0),
    (25, 0),
    (50, 0),
    (100, 0),
    (200, 0),
    (500, 0),
    (1000, 0),
];

/// An index into [`Instruments`].
pub(crate) type Place = usize;

/// What a file says of an instrument.
struct Known {
    /// `isin:US0378331005`, or `name:…` where it has no code.
    identity: String,
    /// The identity without its scheme.
    code: Rc<str>,
    has_valid_isin: bool,
    /// The last name, and when it was used.
    name: (Stamp, String),
    is_etf: bool,
    currency: Option<Rc<str>>,
    /// Which of [`MULTIPLIERS`] agree with all trades so far; all of them at first.
    multipliers: Vec<Decimal>,
    is_told: bool,
}

/// All instruments of a file.
#[derive(Default)]
pub(crate) struct Instruments {
    places: HashMap<String, Place>,
    known: Vec<Known>,
}

/// A trade as far as it says something of its instrument.
pub(crate) struct Sighting<'a> {
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) price_currency: &'a Rc<str>,
    /// Amount and currency.
    pub(crate) money: Option<(Decimal, &'a str)>,
}

impl Instruments {
    /// The instrument that a row names, if it names one.
    pub(crate) fn find(&mut self, product: &str, code: &str, stamp: Stamp) -> Option<Place> {
        let (scheme, code) = scheme_and_code(product, code)?;
        let identity = format!("{scheme}:{code}");
        let is_etf = is_etf(product);
        if let Some(&place) = self.places.get(&identity) {
            let known = &mut self.known[place];
            known.is_etf |= is_etf;
            if stamp > known.name.0 && !product.is_empty() {
                known.name = (stamp, product.to_owned());
            }
            return Some(place);
        }
        self.places.insert(identity.clone(), self.known.len());
        self.known.push(Known {
            identity,
            has_valid_isin: isin::is_valid(&code),
            code: code.into(),
            name: (stamp, product.to_owned()),
            is_etf,
            currency: None,
            multipliers: MULTIPLIERS.map(|(units, places)| Decimal::new(units, places)).to_vec(),
            is_told: false,
        });
        Some(self.known.len() - 1)
    }

    /// Learns from a description that names the instrument at length.
    pub(crate) fn see_words(&mut self, place: Place, description: &str) {
        let known = &mut self.known[place];
        known.is_etf = known.is_etf || is_etf(description);
    }

    /// Learns from a trade.
    pub(crate) fn see_trade(&mut self, place: Place, trade: &Sighting<'_>) {
        let known = &mut self.known[place];
        known.currency.get_or_insert_with(|| Rc::clone(trade.price_currency));
        let Some((amount, currency)) = trade.money.filter(|(amount, _)| !amount.is_zero()) else {
            return;
        };
        let unit = if currencies::is_minor(trade.price_currency, currency) {
            Decimal::ONE_HUNDRED
        } else if **trade.price_currency == *currency {
            Decimal::ONE
        } else {
            return;
        };
        let Some(value) = trade.quantity.checked_mul(trade.price).map(|value| value.abs() / unit)
        else {
            return;
        };
        let amount = amount.abs();
        let tolerance = amount / Decimal::from(200) + Decimal::new(1, 2);
        known.multipliers.retain(|multiplier| {
            let off = value.checked_mul(*multiplier).and_then(|value| value.checked_sub(amount));
            off.is_some_and(|off| off.abs() <= tolerance)
        });
    }

    pub(crate) fn identity(&self, place: Place) -> &str {
        &self.known[place].identity
    }

    /// The ISIN, or the short form of the name where there is none.
    pub(crate) fn code(&self, place: Place) -> &str {
        &self.known[place].code
    }

    /// The ISIN, or nothing where there is none.
    pub(crate) fn isin(&self, place: Option<Place>) -> &str {
        let known = place.map(|place| &self.known[place]).filter(|known| known.has_valid_isin);
        known.map_or("", |known| &known.code)
    }

    /// The instrument as a fact, the first time it is asked for.
    pub(crate) fn tell(&mut self, place: Place) -> Option<Fact> {
        let known = &mut self.known[place];
        if std::mem::replace(&mut known.is_told, true) {
            return None;
        }
        let multiplier = known.multiplier();
        let asset_class = known.class(multiplier);
        // The domicile of a fund says nothing of what it holds, and `XS` is no country.
        let country = (asset_class == AssetClass::Stock && !known.code.starts_with('X'))
            .then(|| known.code[..2].to_owned());
        Some(Fact::Instrument(Instrument {
            identity: known.identity.clone(),
            asset_class,
            name: Some(known.name.1.clone()).filter(|name| !name.is_empty()),
            symbol: None,
            isin: known.has_valid_isin.then(|| known.code.to_string()),
            market: None,
            currency: known.currency.as_ref().map(ToString::to_string),
            multiplier: multiplier.map(canonical),
            terms: None,
            sector: None,
            country,
            codes: Vec::new(),
        }))
    }
}

impl Known {
    /// None where it is one, or where the trades don't agree.
    fn multiplier(&self) -> Option<Decimal> {
        match self.multipliers[..] {
            [only] if only != Decimal::ONE => Some(only),
            _ => None,
        }
    }

    fn class(&self, multiplier: Option<Decimal>) -> AssetClass {
        let name = &self.name.1;
        if is_cash_fund(name) {
            AssetClass::CashFund
        } else if currencies::is_pair(name) {
            AssetClass::CurrencyPair
        } else if self.is_etf {
            AssetClass::Etf
        } else if multiplier.is_some_and(|multiplier| multiplier < Decimal::ONE) {
            AssetClass::Bond
        } else if self.has_valid_isin && multiplier.is_none() {
            AssetClass::Stock
        } else {
            AssetClass::Unknown
        }
    }
}

/// `isin` and the code, or `name` and the name's short form.
fn scheme_and_code(product: &str, code: &str) -> Option<(&'static str, String)> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !code.is_empty() && code.len() <= 40 && code.bytes().all(is_plain) {
        return Some(("isin", code.to_owned()));
    }
    let mut slug = String::new();
    for letter in folded(product).chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 80 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| ("name", slug.to_owned()))
}

fn is_etf(name: &str) -> bool {
    name.split(|sign: char| !sign.is_ascii_alphanumeric())
        .any(|word| word.eq_ignore_ascii_case("ETF") || word.eq_ignore_ascii_case("UCITS"))
        && !is_cash_fund(name)
}

/// Funds in which DEGIRO keeps cash.
pub(crate) fn is_cash_fund(product: &str) -> bool {
    let name = folded(product);
    ["liquidity fund", "cash fund"].iter().any(|part| name.contains(part))
}

/// The customer's account at DEGIRO's bank, which some exports list as a product.
pub(crate) fn is_bank(product: &str) -> bool {
    folded(product).contains("bankaccount")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::Day;

    fn stamp() -> Stamp {
        Stamp { day: Day::read("01-01-2024").unwrap(), time: None }
    }

    /// `amounts`: units, price and what they came to.
    fn check(product: &str, code: &str, amounts: &[(&str, &str, &str)], expected: &str) {
        let mut instruments = Instruments::default();
        let place = instruments.find(product, code, stamp()).unwrap();
        let currency: Rc<str> = "EUR".into();
        for (quantity, price, amount) in amounts {
            instruments.see_trade(
                place,
                &Sighting {
                    quantity: quantity.parse().unwrap(),
                    price: price.parse().unwrap(),
                    price_currency: &currency,
                    money: Some((amount.parse().unwrap(), "EUR")),
                },
            );
        }
        let told = stonks_plugin_sdk::testing::tell(instruments.tell(place).as_slice());
        let told = told.replace("AssetClass::", "");
        assert_eq!(told.trim(), format!("instrument {expected}"), "{product}");
        assert!(instruments.tell(place).is_none());
    }

    #[test]
    fn a_class_is_told_only_with_reason() {
        check(
            "EXAMPLE INC",
            "US0378331005",
            &[],
            "isin:US0378331005 Stock name EXAMPLE INC isin US0378331005",
        );
        check(
            "EXAMPLE UCITS ETF",
            "IE00B3XXRP09",
            &[],
            "isin:IE00B3XXRP09 Etf name EXAMPLE UCITS ETF isin IE00B3XXRP09",
        );
        check(
            "EXAMPLE EUR LIQUIDITY FUND",
            "LU1959429272",
            &[],
            "isin:LU1959429272 CashFund name EXAMPLE EUR LIQUIDITY FUND isin LU1959429272",
        );
        check(
            "EXAMPLE UCITS EUR CASH FUND",
            "NL0010661914",
            &[],
            "isin:NL0010661914 CashFund name EXAMPLE UCITS EUR CASH FUND isin NL0010661914",
        );
        check("EUR/CHF", "", &[], "name:eur-chf CurrencyPair name EUR/CHF");
        check("Société X – Turbo", "", &[], "name:societe-x-turbo Unknown name Société X – Turbo");
        check("EXAMPLE", "IE00UNK0001", &[], "isin:IE00UNK0001 Unknown name EXAMPLE");
    }

    #[test]
    fn amounts_tell_how_many_units_a_contract_has() {
        check(
            "XYZ P100",
            "",
            &[("1", "1.5", "-150"), ("-2", "1.2", "240")],
            "name:xyz-p100 Unknown name XYZ P100 currency EUR multiplier 100",
        );
        check(
            "BOND 5%",
            "US0378331005",
            &[("1000", "101.5", "-1015")],
            "isin:US0378331005 Bond name BOND 5% isin US0378331005 currency EUR multiplier 0.01",
        );
        check(
            "A",
            "",
            &[("1", "1.5", "-150"), ("1", "1.5", "-1.5")],
            "name:a Unknown name A currency EUR",
        );
        check("A", "", &[("1", "0.01", "-0.01")], "name:a Unknown name A currency EUR");
    }
}
