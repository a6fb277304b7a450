//! Trades as descriptions tell them: `Koop 4 @ 43,58 SEK`, `AKTIENSPLIT: Kauf 40 zu je 113,875 EUR`.

use std::rc::Rc;

use stonks_plugin_sdk::{Decimal, TransactionKind};

use crate::currencies;
use crate::numbers::{Format, is_worth};
use crate::vocabulary::{Action, Vocabulary};
use crate::words::{folded, squeezed};

/// What stands between units and price.
const AT: [&str; 9] = ["@", "je", "at", "a", "za", "v", "por", "po", "per"];

/// Units bought or sold, or moved by a corporate action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trade {
    /// None for a plain purchase or sale; `Other` for an action whose word isn't known.
    pub(crate) action: Option<TransactionKind>,
    /// Positive for a purchase.
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) currency: Rc<str>,
}

/// What a description tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Trade(Trade),
    /// Cash that went into the money market fund, or came out of it; what it was worth.
    FundConversion(Option<Decimal>),
    /// A conversion of currencies.
    Currency,
}

/// A description, and what helps to read it.
pub(crate) struct Description<'a> {
    pub(crate) text: &'a str,
    pub(crate) format: Format,
    /// Decides between two readings of the same digits: `Koop 4 800 @` may be 4,800 units, or 4 units
    /// of something whose name begins with 800. Its sign tells a purchase where no word does.
    pub(crate) amount: Option<Decimal>,
}

impl Description<'_> {
    /// None for a description that tells no trade.
    pub(crate) fn told(&self, vocabulary: &Vocabulary) -> Option<Told> {
        let text = squeezed(self.text);
        let (action, told) = match text.split_once(':') {
            Some((before, behind)) if !starts_trade(before, vocabulary) => {
                (Some(before), behind.trim())
            }
            _ => (None, text.as_str()),
        };
        let known = action.map(|words| vocabulary.action(words));
        if let Some(Some(Action::Currency)) = known {
            return Some(Told::Currency);
        }
        let (first, rest) = told.split_once(' ').unwrap_or((told, ""));
        let (sign, rest) = match vocabulary.is_sale(first) {
            Some(is_sale) => (if is_sale { Decimal::NEGATIVE_ONE } else { Decimal::ONE }, rest),
            // `FRAZIONAMENTO AZIONARIO: 50 EXAMPLE @ 120,888 USD`.
            None if known.flatten().is_some() => (self.sign_of_amount(), told),
            None => return None,
        };
        let figures = self.figures(rest);
        if let Some(Some(Action::FundConversion)) = known {
            return Some(Told::FundConversion(
                figures.and_then(|(units, price, _)| units.checked_mul(price)),
            ));
        }
        let (units, price, currency) = figures?;
        let action = known.map(|known| match known {
            Some(Action::Units(kind)) => kind,
            _ => TransactionKind::Other,
        });
        Some(Told::Trade(Trade { action, quantity: units * sign, price, currency }))
    }

    fn sign_of_amount(&self) -> Decimal {
        let is_paid = self.amount.is_none_or(|amount| amount <= Decimal::ZERO);
        if is_paid { Decimal::ONE } else { Decimal::NEGATIVE_ONE }
    }

    /// Units, price and currency of `4 800 EXAMPLE@43,58 SEK (SE0000000000)`.
    fn figures(&self, text: &str) -> Option<(Decimal, Decimal, Rc<str>)> {
        let words: Vec<&str> = text.split(' ').collect();
        let last = words.iter().rposition(|word| currencies::code(word).is_some())?;
        let (place, price) = price_digits(&words[..last])?;
        let prices: Vec<Decimal> = self.format.readings(&price).collect();
        let units: Vec<Decimal> = unit_digits(&words[..place])
            .iter()
            .flat_map(|digits| self.format.readings(digits))
            .collect();
        let pairs =
            || units.iter().flat_map(|units| prices.iter().map(move |price| (*units, *price)));
        let (units, price) = pairs()
            .find(|(units, price)| {
                self.amount.is_some_and(|amount| is_worth(*units, *price, amount))
            })
            .or_else(|| pairs().next())?;
        // Zero units are no trade, and negative ones no words of DEGIRO's.
        let currency = currencies::code(words[last])?;
        (units > Decimal::ZERO && price >= Decimal::ZERO).then_some((units, price, currency))
    }
}

fn starts_trade(text: &str, vocabulary: &Vocabulary) -> bool {
    text.split(' ').next().is_some_and(|word| vocabulary.is_sale(word).is_some())
}

/// The digits of the price, grouped by gaps or not, at the end of `words`, and how many words stand
/// before them.
fn price_digits(words: &[&str]) -> Option<(usize, String)> {
    let mut digits = String::new();
    for place in (0..words.len()).rev() {
        let word = words[place];
        let (is_named, number) =
            word.rsplit_once('@').map_or((false, word), |(_, number)| (true, number));
        digits.insert_str(0, number);
        if is_named {
            return Some((place, digits));
        }
        if place.checked_sub(1).is_some_and(|before| AT.contains(&folded(words[before]).as_str())) {
            return Some((place - 1, digits));
        }
        if !is_number(number) {
            return None;
        }
    }
    None
}

/// The digits of the units at the beginning of `words`: the longest first, since a gap groups thousands
/// more often than a name begins with three digits.
fn unit_digits(words: &[&str]) -> Vec<String> {
    let mut readings = Vec::new();
    let mut digits = String::new();
    for word in words {
        let n_whole = word.bytes().take_while(u8::is_ascii_digit).count();
        let is_group = digits.is_empty() || n_whole == 3 && !digits.contains(['.', ',']);
        if !is_number(word) || !is_group {
            break;
        }
        digits.push_str(word);
        readings.insert(0, digits.clone());
    }
    readings
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
        && word.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ',' | '\'' | '’'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Evidence;

    fn check(text: &str, amount: &str, expected: &str) {
        let mut evidence = Evidence::default();
        evidence.see("0,01");
        let amount = amount.parse().ok();
        let description = Description { text, format: evidence.format(false), amount };
        let told = match description.told(&Vocabulary::read()) {
            Some(Told::Trade(Trade { action, quantity, price, currency })) => {
                let action = action.map_or(String::new(), |action| {
                    format!("{action:?}: ").replace("TransactionKind::", "")
                });
                format!("{action}{quantity} @ {price} {currency}")
            }
            Some(other) => format!("{other:?}"),
            None => String::new(),
        };
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn trades_are_read_in_nine_languages() {
        check("Koop 4 @ 43,58 SEK", "-174.32", "4 @ 43.58 SEK");
        check("Verkoop 1 @ 5,416 EUR", "5.42", "-1 @ 5.416 EUR");
        check("Buy 5 HP Inc@21.31 USD (US40434L1052)", "-106.55", "5 @ 21.31 USD");
        check("Sell 4 AVIVA@496 GBX (GB00BPQY8M80)", "19.84", "-4 @ 496 GBX");
        check("Kauf 1 zu je 211 USD (US88160R1014)", "-211", "1 @ 211 USD");
        check(
            "Achat 42 Example ETF USD (Acc)@96,11 CHF (IE00B4L5Y983)",
            "-4036.62",
            "42 @ 96.11 CHF",
        );
        check("Vente 17 Example: a fund@128,4 CHF (IE00B44Z5B48)", "2182.80", "-17 @ 128.4 CHF");
        check("Compra 40 Example SA@16,53 EUR (ES0171996087)", "-661.20", "40 @ 16.53 EUR");
        check("Venta 40 Example SA@16,53 EUR (ES0171996087)", "661.20", "-40 @ 16.53 EUR");
        check("Venda 1 Example@77,3 EUR (IE00B3XXRP09)", "77.30", "-1 @ 77.3 EUR");
        check("Acquisto 3 Example@1.314,97 USD (US11135F1012)", "-3944.91", "3 @ 1314.97 USD");
        check("Nákup 2 Example@80,1 EUR (IE00B3XXRP09)", "-160.20", "2 @ 80.1 EUR");
        check("Prodej 6 Example as@1\u{a0}035 CZK (CZ0008019106)", "6210", "-6 @ 1035 CZK");
        check("Kupno 4 11 Example SA@451 PLN (PL11BTS00015)", "-1804", "4 @ 451 PLN");
        check("Sprzedaż 9 Example@59,15 USD (US6541061031)", "532.35", "-9 @ 59.15 USD");
        check("Koop 7 @ 12,5 NO", "-87.5", "7 @ 12.5 NOK");
    }

    #[test]
    fn corporate_actions_are_told_before_the_trade() {
        check(
            "AKTIENSPLIT: Kauf 40 zu je 113,875 EUR (US0231351067)",
            "-4555",
            "Split: 40 @ 113.875 EUR",
        );
        check("AKTIENSPLIT: Verkauf 2 zu je 2.277,5 EUR", "4555", "Split: -2 @ 2277.5 EUR");
        check("PRODUCTWIJZIGING : Koop 3 @ 10 EUR", "-30", "Exchange: 3 @ 10 EUR");
        check("STOCK DIVIDEND: Koop 999 @ 0 EUR", "0", "StockDividend: 999 @ 0 EUR");
        check("NIEUW SOORT ACTIE: Koop 1 @ 5 EUR", "-5", "Other: 1 @ 5 EUR");
        check(
            "FRAZIONAMENTO AZIONARIO: 50 Example @ 120,888 USD",
            "-6044.4",
            "Split: 50 @ 120.888 USD",
        );
        check(
            "FRAZIONAMENTO AZIONARIO: 5 Example @ 1.208,88 USD",
            "6044.4",
            "Split: -5 @ 1208.88 USD",
        );
    }

    #[test]
    fn conversions_of_cash_are_no_trades() {
        check(
            "Geldmarktfonds Umwandlung: Kauf 709,65 zu je 1 EUR",
            "",
            "FundConversion(Some(709.65))",
        );
        check("Conversion Fonds Monétaires: Achat", "", "FundConversion(None)");
        check(
            "Règlement transaction devise: Vente 4 800 EUR/CHF@0,9412 CHF ()",
            "4517.76",
            "Currency",
        );
    }

    #[test]
    fn the_amount_decides_between_two_readings() {
        check("Achat 4 800 EUR/CHF@0,9412 CHF ()", "-4517.76", "4800 @ 0.9412 CHF");
        check("Koop 4 500 COM@1,5 EUR (DE000A0TGJ55)", "-6", "4 @ 1.5 EUR");
        check("Vente 1 046,3825 @ 0,9854 EUR", "1031.11", "-1046.3825 @ 0.9854 EUR");
        check("Verkauf 2 zu je 1 277,5 EUR", "2555", "-2 @ 1277.5 EUR");
        check("Koop 2 @ 5.416 EUR", "-10.83", "2 @ 5.416 EUR");
        check("Koop 2 @ 5,416 EUR", "-10832", "2 @ 5416 EUR");
    }

    #[test]
    fn what_tells_no_trade_is_left_alone() {
        for text in [
            "Dividend",
            "Koop",
            "Koop 4",
            "Koop 4 @",
            "Koop vier @ 5 EUR",
            "",
            "Koop 4 @ x EUR",
            "@ 5 EUR",
            "Koop 0 @ 5 EUR",
            "Kosten: 4 @ 5 EUR",
        ] {
            check(text, "1", "");
        }
    }
}
