//! What DEGIRO's descriptions mean: the table of its plugin, read here too.
//!
//! The old database holds descriptions in the language of the account, as the exports do.

use std::collections::HashMap;

use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::transaction::FeeKind;

/// One table for both readers, so that a movement is the same thing from either.
static TABLE: &str = include_str!("../../../../../plugins/degiro/src/vocabulary.txt");

/// What a description says about its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Cash(CashKind),
    Fee(FeeKind),
    /// A transfer to DEGIRO's bank (true) or from it (false); unknown where the words don't say.
    Bank(Option<bool>),
}

pub(super) struct Words {
    whole: HashMap<String, Meaning>,
    /// Longest first; whether they must stand at the beginning.
    parts: Vec<(String, bool, Meaning)>,
    /// First words of trades.
    trades: Vec<String>,
}

impl Words {
    pub(super) fn read() -> Self {
        let mut words = Self { whole: HashMap::new(), parts: Vec::new(), trades: Vec::new() };
        for line in TABLE.lines() {
            let told = line.split('#').next().unwrap_or_default();
            let mut cells = told.split('|').map(str::trim);
            let (Some(_language), Some(pattern), Some(meaning)) =
                (cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            if let "buy" | "sell" = meaning {
                words.trades.push(folded(pattern.trim_start_matches('=')));
            } else if let Some(meaning) = self::meaning(meaning) {
                words.add(pattern, meaning);
            }
        }
        words.parts.sort_by_key(|(words, ..)| std::cmp::Reverse(words.len()));
        words
    }

    fn add(&mut self, pattern: &str, meaning: Meaning) {
        if let Some(whole) = pattern.strip_prefix('=') {
            self.whole.insert(folded(whole), meaning);
        } else {
            let words = folded(pattern.trim_start_matches('^'));
            self.parts.push((words, pattern.starts_with('^'), meaning));
        }
    }

    pub(super) fn meaning(&self, description: &str) -> Option<Meaning> {
        let folded = folded(description);
        self.whole.get(&folded).copied().or_else(|| {
            let is_told = |words: &str, is_first: bool| {
                if is_first { folded.starts_with(words) } else { folded.contains(words) }
            };
            let part = self.parts.iter().find(|(words, is_first, _)| is_told(words, *is_first));
            part.map(|&(.., meaning)| meaning)
        })
    }

    /// Whether a description tells a trade or a corporate action: `Koop 2 @ 260.33 USD`,
    /// `AKTIENSPLIT: Kauf 40 zu je 113,875 EUR`.
    pub(super) fn is_trade(&self, description: &str) -> bool {
        let told = description.split_once(':').map_or(description, |(_, told)| told);
        [description, told].iter().any(|text| {
            let folded = folded(text);
            let first = folded.split(' ').next().unwrap_or_default();
            self.trades.iter().any(|word| word == first)
                && text.chars().any(|sign| sign.is_ascii_digit())
        })
    }
}

/// None for the words of trades, and for those that the old database tells in another way.
fn meaning(name: &str) -> Option<Meaning> {
    if let Some(kind) = name.strip_prefix("fee ") {
        return kind.parse().ok().map(Meaning::Fee);
    }
    let kind = match name {
        "accrued-interest" | "fund-price" => CashKind::Interest,
        "bank" => return Some(Meaning::Bank(None)),
        "to-bank" => return Some(Meaning::Bank(Some(true))),
        "from-bank" => return Some(Meaning::Bank(Some(false))),
        kind => kind.parse().ok()?,
    };
    Some(Meaning::Cash(kind))
}

/// The amount at the end of `Overboeking naar uw geldrekening bij flatexDEGIRO Bank: 3 601,9 EUR`.
pub(super) fn amount_at_end(description: &str) -> Option<Decimal> {
    let (_, told) = description.rsplit_once(':')?;
    let digits = told.trim().trim_end_matches(|sign: char| !sign.is_ascii_digit());
    let is_number =
        |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ',' | '\'' | ' ' | '\u{a0}');
    if digits.is_empty() || !digits.chars().all(is_number) {
        return None;
    }
    // Cents stand behind the last separator, in one digit or two; all others group thousands.
    let point = digits.rfind(['.', ',']).filter(|&place| digits.len() - place <= 3);
    let (whole, cents) =
        point.map_or((digits, ""), |place| (&digits[..place], &digits[place + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{whole}.{cents}").trim_end_matches('.').parse().ok()
}

/// The form in which words are compared: case, accents and the width of gaps don't matter.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for (place, word) in text.split_whitespace().enumerate() {
        if place > 0 {
            folded.push(' ');
        }
        for letter in word.chars().flat_map(char::to_lowercase) {
            match letter {
                'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => folded.push('a'),
                'ç' | 'ć' | 'č' => folded.push('c'),
                'ď' => folded.push('d'),
                'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' => folded.push('e'),
                'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
                'ł' => folded.push('l'),
                'ñ' | 'ń' | 'ň' => folded.push('n'),
                'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => folded.push('o'),
                'ř' => folded.push('r'),
                'ś' | 'š' => folded.push('s'),
                'ť' => folded.push('t'),
                'ú' | 'ù' | 'û' | 'ü' | 'ů' => folded.push('u'),
                'ý' | 'ÿ' => folded.push('y'),
                'ź' | 'ż' | 'ž' => folded.push('z'),
                'ß' => folded.push_str("ss"),
                '’' | '‘' | '´' | '`' => folded.push('\''),
                other => folded.push(other),
            }
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that the old system sorted by, from its list of exact texts.
    #[test]
    fn the_old_systems_words_mean_the_same() {
        let words = Words::read();
        let check = |text: &str, expected: Meaning| {
            assert_eq!(words.meaning(text), Some(expected), "{text}");
        };
        for text in [
            "iDEAL storting",
            "iDEAL Deposit",
            "SOFORT Einzahlung",
            "Soforteinzahlung",
            "flatex Einzahlung",
        ] {
            check(text, Meaning::Cash(CashKind::Deposit));
        }
        for text in [
            "Terugstorting",
            "flatex terugstorting",
            "Processed Flatex Withdrawal",
            "flatex Auszahlung",
        ] {
            check(text, Meaning::Cash(CashKind::Withdrawal));
        }
        for text in ["Dividend", "Vermogenswinst", "Dividende"] {
            check(text, Meaning::Cash(CashKind::Dividend));
        }
        for text in ["Dividendbelasting", "Dividendensteuer"] {
            check(text, Meaning::Cash(CashKind::WithholdingTax));
        }
        for text in ["Kapitalrückzahlung", "Barausgleich Kapitalmaßnahme (Aktie)"] {
            check(text, Meaning::Cash(CashKind::CapitalReturn));
        }
        check("Spanish Transaction Tax", Meaning::Fee(FeeKind::TransactionTax));
        check("DEGIRO Aansluitingskosten 2024", Meaning::Fee(FeeKind::Connection));
        check("ADR/GDR Externe Kosten", Meaning::Fee(FeeKind::DepositaryReceipt));
        check("ADR/GDR Weitergabegebühr", Meaning::Fee(FeeKind::DepositaryReceipt));
    }

    #[test]
    fn transfers_tell_their_amount_at_their_end() {
        let check = |text: &str, expected: Option<&str>| {
            let told = amount_at_end(text).map(|amount| amount.to_string());
            assert_eq!(told.as_deref(), expected, "{text}");
        };
        check(
            "Overboeking naar uw geldrekening bij flatexDEGIRO Bank: 3 601,9 EUR",
            Some("3601.9"),
        );
        check("Auszahlung von Ihrem Geldkonto bei der flatex Bank: 291.07 CHF", Some("291.07"));
        check("Overboeking: 1.500 EUR", Some("1500"));
        check("Overboeking naar uw geldrekening", None);
        check("Overboeking: veel EUR", None);
    }

    #[test]
    fn trades_are_told_by_their_first_word() {
        let words = Words::read();
        assert!(words.is_trade("Koop 2 @ 260.33 USD"));
        assert!(words.is_trade("AKTIENSPLIT: Kauf 40 zu je 113,875 EUR"));
        assert!(!words.is_trade("DEGIRO Transactiekosten en/of kosten van derden"));
    }
}
