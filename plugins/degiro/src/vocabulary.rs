//! What DEGIRO's words mean, from the table in `vocabulary.txt`.

use std::collections::HashMap;

use stonks_plugin_sdk::{CashKind, FeeKind, TransactionKind};

use crate::words::folded;

/// What a description says about its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Cash(CashKind),
    Fee(FeeKind),
    /// Interest that was bought or sold with a bond.
    AccruedInterest,
    /// A transfer to DEGIRO's bank (true) or from it (false); unknown where the words don't say.
    Bank(Option<bool>),
    /// The money market fund that holds the cash is worth more or less.
    FundPrice,
}

/// What the words before the colon of a trade say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Units(TransactionKind),
    /// Cash that went into the money market fund, or came out of it.
    FundConversion,
    /// A conversion of cash that was traded like an instrument.
    Currency,
}

/// Words with what they mean, found by the whole text or by the longest words that it holds.
struct Wordings<T> {
    whole: HashMap<String, T>,
    /// Longest first; whether they must stand at the beginning.
    parts: Vec<(String, bool, T)>,
}

impl<T: Copy> Wordings<T> {
    fn new() -> Self {
        Self { whole: HashMap::new(), parts: Vec::new() }
    }

    fn add(&mut self, pattern: &str, meaning: T) {
        if let Some(words) = pattern.strip_prefix('=') {
            self.whole.insert(folded(words), meaning);
            return;
        }
        let words = folded(pattern.trim_start_matches('^'));
        let place = self.parts.partition_point(|(other, ..)| other.len() >= words.len());
        self.parts.insert(place, (words, pattern.starts_with('^'), meaning));
    }

    fn find(&self, folded: &str) -> Option<T> {
        let is_told = |words: &String, is_first: bool| {
            if is_first { folded.starts_with(words) } else { folded.contains(words) }
        };
        self.whole.get(folded).copied().or_else(|| {
            let part = self.parts.iter().find(|(words, is_first, _)| is_told(words, *is_first));
            part.map(|&(.., meaning)| meaning)
        })
    }
}

/// The table, ready to be asked.
pub(crate) struct Vocabulary {
    descriptions: Wordings<Meaning>,
    actions: Wordings<Action>,
    /// First words of trades, and whether they sell.
    trades: HashMap<String, bool>,
    /// What was asked already: most descriptions recur.
    known: HashMap<String, Option<Meaning>>,
}

impl Vocabulary {
    pub(crate) fn read() -> Self {
        let mut vocabulary = Self {
            descriptions: Wordings::new(),
            actions: Wordings::new(),
            trades: HashMap::new(),
            known: HashMap::new(),
        };
        for line in include_str!("vocabulary.txt").lines() {
            vocabulary.learn(line);
        }
        vocabulary
    }

    /// Whether the line could be read; comments and empty lines can.
    fn learn(&mut self, line: &str) -> bool {
        let told = line.split('#').next().unwrap_or_default().trim();
        if told.is_empty() {
            return true;
        }
        let mut cells = told.split('|').map(str::trim);
        let (Some(_language), Some(words), Some(meaning), None) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            return false;
        };
        if let "buy" | "sell" = meaning {
            self.trades.insert(folded(words.trim_start_matches('=')), meaning == "sell");
        } else if let Some(kind) = meaning.strip_prefix("action ") {
            let Some(action) = action(kind) else { return false };
            self.actions.add(words, action);
        } else {
            let Some(meaning) = self::meaning(meaning) else { return false };
            self.descriptions.add(words, meaning);
        }
        true
    }

    pub(crate) fn description(&mut self, text: &str) -> Option<Meaning> {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let meaning = self.descriptions.find(&folded(text));
        self.known.insert(text.to_owned(), meaning);
        meaning
    }

    /// What stands before the colon of a trade.
    pub(crate) fn action(&self, text: &str) -> Option<Action> {
        self.actions.find(&folded(text))
    }

    /// Whether a word starts a trade, and if so whether it sells.
    pub(crate) fn is_sale(&self, word: &str) -> Option<bool> {
        self.trades.get(&folded(word)).copied()
    }
}

fn meaning(name: &str) -> Option<Meaning> {
    if let Some(kind) = name.strip_prefix("fee ") {
        return fee_kind(kind).map(Meaning::Fee);
    }
    let kind = match name {
        "accrued-interest" => return Some(Meaning::AccruedInterest),
        "to-bank" => return Some(Meaning::Bank(Some(true))),
        "from-bank" => return Some(Meaning::Bank(Some(false))),
        "bank" => return Some(Meaning::Bank(None)),
        "fund-price" => return Some(Meaning::FundPrice),
        "deposit" => CashKind::Deposit,
        // A request takes the money, its completion gives it back and takes it again, each in a row of
        // its own: all of them are withdrawals, and what is left is what was paid.
        "withdrawal" => CashKind::Withdrawal,
        "dividend" => CashKind::Dividend,
        "withholding-tax" => CashKind::WithholdingTax,
        "capital-return" => CashKind::CapitalReturn,
        "interest" => CashKind::Interest,
        "interest-tax" => CashKind::InterestTax,
        "conversion" => CashKind::Conversion,
        "internal-transfer" => CashKind::InternalTransfer,
        "lending" => CashKind::Lending,
        "reward" => CashKind::Reward,
        "tax" => CashKind::Tax,
        "adjustment" => CashKind::Adjustment,
        _ => return None,
    };
    Some(Meaning::Cash(kind))
}

fn fee_kind(name: &str) -> Option<FeeKind> {
    Some(match name {
        "transaction" => FeeKind::Transaction,
        "conversion" => FeeKind::Conversion,
        "transaction-tax" => FeeKind::TransactionTax,
        "connection" => FeeKind::Connection,
        "custody" => FeeKind::Custody,
        "depositary-receipt" => FeeKind::DepositaryReceipt,
        "market-data" => FeeKind::MarketData,
        "corporate-action" => FeeKind::CorporateAction,
        "payment" => FeeKind::Payment,
        "borrowing" => FeeKind::Borrowing,
        "other" => FeeKind::Other,
        _ => return None,
    })
}

fn action(name: &str) -> Option<Action> {
    Some(Action::Units(match name {
        "fund-conversion" => return Some(Action::FundConversion),
        "currency" => return Some(Action::Currency),
        "split" => TransactionKind::Split,
        "exchange" => TransactionKind::Exchange,
        "spin-off" => TransactionKind::SpinOff,
        "stock-dividend" => TransactionKind::StockDividend,
        "rights" => TransactionKind::Rights,
        "delisting" => TransactionKind::Delisting,
        "expiry" => TransactionKind::Expiry,
        "exercise" => TransactionKind::Exercise,
        "assignment" => TransactionKind::Assignment,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = Vocabulary::read().description(text);
        assert_eq!(found, meaning(expected), "{text}");
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        for (number, line) in (1..).zip(include_str!("vocabulary.txt").lines()) {
            assert!(Vocabulary::read().learn(line), "line {number}: {line}");
        }
    }

    #[test]
    fn no_two_lines_contradict_each_other() {
        let mut meanings: HashMap<String, &str> = HashMap::new();
        for line in include_str!("vocabulary.txt").lines() {
            let told = line.split('#').next().unwrap_or_default();
            let cells: Vec<&str> = told.split('|').map(str::trim).collect();
            let [_, words, meaning] = cells[..] else { continue };
            let kind = meaning.split(' ').next().unwrap_or_default();
            let place = if kind == "action" { "action" } else { "description" };
            let other = meanings.insert(format!("{place} {}", folded(words)), meaning);
            assert!(other.is_none_or(|other| other == meaning), "{line}: also {other:?}");
        }
    }

    #[test]
    fn the_longest_words_win() {
        check("Dividend", "dividend");
        check("Dividendbelasting", "withholding-tax");
        check("Dividend Tax", "withholding-tax");
        check("Dividende", "dividend");
        check("Dividendensteuer", "withholding-tax");
        check("Ingreso", "deposit");
        check("Ingreso Cambio de Divisa", "conversion");
        check("Retirada Cambio de Divisa", "conversion");
        check("Prelievo FX", "conversion");
        check("Prelievo flatex", "withdrawal");
        check("Auszahlung", "withdrawal");
        check("Auszahlung von Ihrem Geldkonto bei der flatex Bank: 291.07 CHF", "from-bank");
        check("Reservation iDEAL / Sofort Deposit", "internal-transfer");
        check("iDEAL Deposit", "deposit");
        check("Odsetki krótka sprzedaż", "fee borrowing");
        check("DEGIRO Corporate Action Kosten", "fee corporate-action");
        check("Giro Exchange Connection Fee 2024", "fee connection");
        check("DEGIRO Aansluitingskosten 2024 (Nasdaq - NDQ)", "fee connection");
        check("London/Dublin Stamp Duty", "fee transaction-tax");
        check("Spanish Transaction Tax", "fee transaction-tax");
        check("Französische Transaktionssteuer", "fee transaction-tax");
        check(
            "DEGIRO poplatek za Obchodování na zahraničních burzách 2023 (Xetra - XET)",
            "fee connection",
        );
        check("Variation Fonds Monétaires (EUR)", "fund-price");
        check("Flatex Interest Income", "interest");
        check("Meegekochte Rente", "accrued-interest");
        check("Vklad", "deposit");
    }

    #[test]
    fn neither_accents_nor_a_wrong_encoding_matter() {
        check("CrÃ©dito de divisa", "conversion");
        check("Operation de change - Crédit", "conversion");
        check("Opération de change - Débit", "conversion");
        check("FX vyučtování konverze měny", "conversion");
    }

    #[test]
    fn what_is_not_in_the_table_means_nothing_known() {
        assert_eq!(Vocabulary::read().description("Onbekende Actie Die Niemand Kent"), None);
        assert_eq!(Vocabulary::read().description(""), None);
    }

    #[test]
    fn corporate_actions_are_known_by_what_stands_before_the_colon() {
        let vocabulary = Vocabulary::read();
        let units = |text| match vocabulary.action(text) {
            Some(Action::Units(kind)) => Some(kind),
            _ => None,
        };
        assert_eq!(units("PRODUCTWIJZIGING "), Some(TransactionKind::Exchange));
        assert_eq!(units("ISIN-ÄNDERUNG"), Some(TransactionKind::Exchange));
        assert_eq!(units("AKTIENSPLIT"), Some(TransactionKind::Split));
        assert_eq!(units("Fractionnement d’actions"), Some(TransactionKind::Split));
        let fund = vocabulary.action("Conversion Fonds Monétaires finalisée");
        assert_eq!(fund, Some(Action::FundConversion));
        assert_eq!(vocabulary.action("Règlement transaction devise"), Some(Action::Currency));
    }
}
