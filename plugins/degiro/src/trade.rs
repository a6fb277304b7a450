//! Trades as descriptions tell them: `Koop 4 @ 43,58 SEK`, `AKTIENSPLIT: Kauf 40 zu je 113,875 EUR`.

use stonks_plugin_sdk::decimal::{self, Separator};
use stonks_plugin_sdk::{Decimal, TransactionKind};

use crate::numbers;
use crate::words::{folded, squeezed};

/// Words for purchases and sales: nl, en, de, fr, es, pt, it, cs, pl.
const BUY: [&str; 8] = ["koop", "buy", "kauf", "achat", "compra", "acquisto", "nakup", "kupno"];
const SELL: [&str; 9] =
    ["verkoop", "sell", "verkauf", "vente", "venta", "venda", "vendita", "prodej", "sprzedaz"];

/// What stands between units and price.
const AT: [&str; 10] = ["@", "zu je", "at", "a", "za", "v", "por", "po", "per", "per stuk"];

/// What is told before the trade, up to a colon, and what it means. Lines marked `derived` as in the
/// vocabulary.
const ACTIONS: &[(&str, TransactionKind)] = &[
    ("stock split", TransactionKind::Split),
    ("aktiensplit", TransactionKind::Split),
    ("aandelensplitsing", TransactionKind::Split), // derived
    ("fractionnement", TransactionKind::Split),    // derived
    ("desdobramento", TransactionKind::Split),     // derived
    ("frazionamento", TransactionKind::Split),     // derived
    ("split", TransactionKind::Split),             // derived
    ("stock dividend", TransactionKind::StockDividend),
    ("stockdividend", TransactionKind::StockDividend), // derived
    ("aktiendividende", TransactionKind::StockDividend), // derived
    ("dividende en actions", TransactionKind::StockDividend), // derived
    ("dividendo en acciones", TransactionKind::StockDividend), // derived
    ("spin-off", TransactionKind::SpinOff),            // derived
    ("spin off", TransactionKind::SpinOff),            // derived
    ("afsplitsing", TransactionKind::SpinOff),         // derived
    ("abspaltung", TransactionKind::SpinOff),          // derived
    ("productwijziging", TransactionKind::Exchange),
    ("product change", TransactionKind::Exchange), // derived
    ("produktwechsel", TransactionKind::Exchange), // derived
    ("produktanderung", TransactionKind::Exchange), // derived
    ("changement de produit", TransactionKind::Exchange), // derived
    ("cambio de producto", TransactionKind::Exchange), // derived
    ("mudanca de produto", TransactionKind::Exchange), // derived
    ("cambio prodotto", TransactionKind::Exchange), // derived
    ("zmena produktu", TransactionKind::Exchange), // derived
    ("zmiana produktu", TransactionKind::Exchange), // derived
    ("isin", TransactionKind::Exchange),
    ("fusie", TransactionKind::Exchange),        // derived
    ("fusion", TransactionKind::Exchange),       // derived
    ("merger", TransactionKind::Exchange),       // derived
    ("fusao", TransactionKind::Exchange),        // derived
    ("fusione", TransactionKind::Exchange),      // derived
    ("claim", TransactionKind::Rights),          // derived
    ("rights", TransactionKind::Rights),         // derived
    ("bezugsrecht", TransactionKind::Rights),    // derived
    ("delisting", TransactionKind::Delisting),   // derived
    ("expiratie", TransactionKind::Expiry),      // derived
    ("expiration", TransactionKind::Expiry),     // derived
    ("verfall", TransactionKind::Expiry),        // derived
    ("uitoefening", TransactionKind::Exercise),  // derived
    ("exercise", TransactionKind::Exercise),     // derived
    ("ausubung", TransactionKind::Exercise),     // derived
    ("assignment", TransactionKind::Assignment), // derived
    ("zuteilung", TransactionKind::Assignment),  // derived
];

/// A trade that a description tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trade {
    /// None for a plain purchase or sale; `Other` for an action whose word isn't known.
    pub(crate) action: Option<TransactionKind>,
    /// Positive for a purchase.
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) currency: String,
    /// From the brackets at the end.
    pub(crate) isin: Option<String>,
}

/// Reads a description. `amount` decides between two readings of the same digits: `Koop 4 800 @` may
/// be 4,800 units, or 4 units of something whose name begins with 800.
pub(crate) fn read(
    description: &str,
    separator: Separator,
    amount: Option<Decimal>,
) -> Option<Trade> {
    let text = squeezed(description);
    let words: Vec<&str> = text.split(' ').collect();
    let place = words.iter().position(|word| side(word).is_some())?;
    let sign = side(words[place])?;
    let action = (place > 0).then(|| action(&words[..place].join(" ")));
    let (price, currency, isin, price_place) = price(&words[place + 1..], separator)?;
    let quantity = quantity(&words[place + 1..place + 1 + price_place], separator, price, amount)?;
    Some(Trade { action, quantity: quantity * sign, price, currency, isin })
}

fn side(word: &str) -> Option<Decimal> {
    let word = folded(word);
    if BUY.contains(&word.as_str()) {
        Some(Decimal::ONE)
    } else if SELL.contains(&word.as_str()) {
        Some(Decimal::NEGATIVE_ONE)
    } else {
        None
    }
}

fn action(words: &str) -> TransactionKind {
    let words = folded(words);
    ACTIONS
        .iter()
        .find(|(known, _)| words.contains(known))
        .map_or(TransactionKind::Other, |(_, kind)| *kind)
}

/// Price, currency, ISIN in brackets, and how many words stand before the price.
fn price(words: &[&str], separator: Separator) -> Option<(Decimal, String, Option<String>, usize)> {
    let last = words.iter().rposition(|word| numbers::currency(word).is_some())?;
    let isin = words.get(last + 1).map(|word| word.trim_matches(['(', ')']).to_owned());
    // From the right: the number before the currency, grouped by spaces or not, up to the sign for
    // `at` before it or within it.
    let mut digits = String::new();
    for place in (0..last).rev() {
        let word = words[place];
        let (name, number) =
            word.rsplit_once('@').map_or((None, word), |(name, number)| (Some(name), number));
        digits.insert_str(0, number);
        if name.is_some()
            || place.checked_sub(1).is_some_and(|before| {
                AT.contains(&folded(words[before]).as_str()) || folded(words[before]) == "je"
            })
        {
            let price = decimal::parse(&digits, separator).filter(|price| price.scale() <= 18)?;
            return Some((
                price,
                words[last].to_owned(),
                isin.filter(|isin| !isin.is_empty()),
                place,
            ));
        }
        // A number that goes on to the left is one of thousands.
        if !number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
            return None;
        }
    }
    None
}

/// The units at the beginning of `words`, as the amount asks for where there are two readings.
fn quantity(
    words: &[&str],
    separator: Separator,
    price: Decimal,
    amount: Option<Decimal>,
) -> Option<Decimal> {
    let mut digits = String::new();
    let mut readings = Vec::new();
    for word in words {
        let is_number = word.starts_with(|letter: char| letter.is_ascii_digit())
            && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
        // Behind the first, groups have three digits; the last may have decimals.
        let is_group = digits.is_empty()
            || word.len() == 3
            || word.as_bytes().get(3).is_some_and(|byte| !byte.is_ascii_digit());
        if !is_number || !is_group || digits.contains([',', '.']) {
            break;
        }
        digits.push_str(word);
        readings.extend(decimal::parse(&digits, separator).filter(|units| units.scale() <= 18));
    }
    let fits = |units: &Decimal| {
        let expected = amount.map(|amount| amount.abs());
        let told = units.checked_mul(price);
        match (expected, told) {
            // Pence are quoted in hundredths of what is booked.
            (Some(expected), Some(told)) => {
                [Decimal::ONE, Decimal::ONE_HUNDRED].iter().any(|unit| {
                    (told / unit - expected).abs()
                        <= expected * Decimal::new(1, 2) + Decimal::new(2, 2)
                })
            }
            _ => false,
        }
    };
    let fitting = readings.iter().find(|units| fits(units)).copied();
    fitting.or_else(|| readings.last().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, amount: &str, expected: &str) {
        let amount = amount.parse().ok();
        let told = read(text, Separator::Comma, amount).map(|trade| {
            let action = trade.action.map_or(String::new(), |action| {
                format!("{action:?}: ").replace("TransactionKind::", "")
            });
            format!(
                "{action}{} @ {} {} {}",
                trade.quantity,
                trade.price,
                trade.currency,
                trade.isin.unwrap_or_default()
            )
        });
        assert_eq!(
            told.as_deref().map(str::trim),
            Some(expected).filter(|expected| !expected.is_empty()),
            "{text}"
        );
    }

    #[test]
    fn trades_are_read_in_nine_languages() {
        check("Koop 4 @ 43,58 SEK", "-174.32", "4 @ 43.58 SEK");
        check("Verkoop 1 @ 5,416 EUR", "5.42", "-1 @ 5.416 EUR");
        check("Buy 5 HP Inc@21.31 USD (US40434L1052)", "-106.55", "5 @ 21.31 USD US40434L1052");
        check("Sell 4 AVIVA@496 GBX (GB00BPQY8M80)", "19.84", "-4 @ 496 GBX GB00BPQY8M80");
        check("Kauf 1 zu je 211 USD (US88160R1014)", "-211", "1 @ 211 USD US88160R1014");
        check(
            "Achat 42 iShares Core MSCI World UCITS ETF USD (Acc)@96,11 CHF (IE00B4L5Y983)",
            "-4036.62",
            "42 @ 96.11 CHF IE00B4L5Y983",
        );
        check(
            "Vente 17 SPDR MSCI ACWI UCITS ETF USD Dis@128,4 CHF (IE00B44Z5B48)",
            "2182.80",
            "-17 @ 128.4 CHF IE00B44Z5B48",
        );
        check(
            "Compra 40 Grifols SA Class A@16,53 EUR (ES0171996087)",
            "-661.20",
            "40 @ 16.53 EUR ES0171996087",
        );
        check(
            "Venda 1 VANGUARD S&P500@77,3 EUR (IE00B3XXRP09)",
            "77.30",
            "-1 @ 77.3 EUR IE00B3XXRP09",
        );
        check("Vendita 3 ENI@14,2 EUR (IT0003132476)", "42.60", "-3 @ 14.2 EUR IT0003132476");
        check(
            "Nákup 2 VANGUARD S&P500@80,1 EUR (IE00B3XXRP09)",
            "-160.20",
            "2 @ 80.1 EUR IE00B3XXRP09",
        );
        check("Sprzedaż 9 NIKE@59,15 USD (US6541061031)", "532.35", "-9 @ 59.15 USD US6541061031");
    }

    #[test]
    fn corporate_actions_are_told_before_the_trade() {
        check(
            "AKTIENSPLIT: Kauf 40 zu je 113,875 EUR (US0231351067)",
            "-4555",
            "Split: 40 @ 113.875 EUR US0231351067",
        );
        check("AKTIENSPLIT: Verkauf 2 zu je 2.277,5 EUR", "4555", "Split: -2 @ 2277.5 EUR");
        check("PRODUCTWIJZIGING : Koop 3 @ 10 EUR", "-30", "Exchange: 3 @ 10 EUR");
        check("STOCK DIVIDEND: Koop 999 @ 0 EUR", "0", "StockDividend: 999 @ 0 EUR");
        check("NIEUW SOORT ACTIE: Koop 1 @ 5 EUR", "-5", "Other: 1 @ 5 EUR");
    }

    #[test]
    fn the_amount_decides_between_two_readings() {
        check("Achat 4 800 EUR/CHF@0,9412 CHF ()", "-4517.76", "4800 @ 0.9412 CHF");
        check("Koop 4 500 COM@1,5 EUR (DE000A0TGJ55)", "-6", "4 @ 1.5 EUR DE000A0TGJ55");
        check("Vente 1 046,3825 @ 0,9854 EUR", "1031.11", "-1046.3825 @ 0.9854 EUR");
        check("Verkauf 2 zu je 1 277,5 EUR", "2555", "-2 @ 1277.5 EUR");
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
        ] {
            check(text, "1", "");
        }
    }
}
