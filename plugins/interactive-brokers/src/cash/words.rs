//! The words of cash transactions: their types, and what the descriptions of fees say.

use stonks_plugin_sdk::FeeKind;

/// What a type of cash transactions means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A deposit or a withdrawal, by its sign.
    InOrOut,
    Dividend,
    /// Withheld from a dividend, or from interest.
    Tax,
    Interest,
    Fee,
    /// Commissions paid back or charged later.
    Commission,
    Adjustment,
    OtherIncome,
    OtherTax,
}

/// Types in letters and digits only, since each has several spellings. Source: the options of the
/// section Cash Transactions of a Flex Query, and real statements.
const TYPES: &[(&str, Meaning)] = &[
    ("871mwithholding", Meaning::Tax),
    ("advisorfees", Meaning::Fee),
    ("bondinterestpaid", Meaning::Interest),
    ("bondinterestreceived", Meaning::Interest),
    ("brokerfees", Meaning::Fee),
    ("brokerinterestpaid", Meaning::Interest),
    ("brokerinterestreceived", Meaning::Interest),
    ("clientfees", Meaning::Fee),
    ("commissionadjustment", Meaning::Commission),
    ("commissionadjustments", Meaning::Commission),
    ("deposits", Meaning::InOrOut),
    ("depositsandwithdrawals", Meaning::InOrOut),
    ("depositswithdrawals", Meaning::InOrOut),
    ("dividend", Meaning::Dividend),
    ("dividends", Meaning::Dividend),
    ("otherfees", Meaning::Fee),
    ("otherincome", Meaning::OtherIncome),
    ("paymentinlieuofdividend", Meaning::Dividend),
    ("paymentinlieuofdividends", Meaning::Dividend),
    ("priceadjustments", Meaning::Adjustment),
    ("salestax", Meaning::OtherTax),
    ("transactionfees", Meaning::Fee),
    ("withdrawals", Meaning::InOrOut),
    ("withholdingtax", Meaning::Tax),
];

/// Letters and digits alone, in lower case.
pub(super) fn normal(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

pub(super) fn meaning(told: &str) -> Option<Meaning> {
    let told = normal(told);
    TYPES.iter().find(|(own, _)| *own == told).map(|(_, meaning)| *meaning)
}

/// Whether a tax was withheld from interest: `WITHHOLDING @ 20% ON CREDIT INT FOR MAY-2023`.
pub(super) fn is_of_interest(description: &str) -> bool {
    let words = words_of(description);
    [" CREDIT INT ", " INTEREST ", " INT "].iter().any(|word| words.contains(word))
}

/// Whether interest comes from lending shares.
pub(super) fn is_of_lending(description: &str) -> bool {
    let words = words_of(description);
    [" SYEP ", " MANAGED SECURITIES ", " YIELD ENHANCEMENT ", " SECURITIES LENDING "]
        .iter()
        .any(|word| words.contains(word))
}

/// Words in the descriptions of fees, and the kind. The first that occurs counts. Each stands for
/// whole words. Source: real statements, and the broker's lists of fees.
const FEES: &[(&str, FeeKind)] = &[
    ("ADR", FeeKind::DepositaryReceipt),
    ("GDR", FeeKind::DepositaryReceipt),
    ("DEPOSITARY", FeeKind::DepositaryReceipt),
    ("DEPOSITORY", FeeKind::DepositaryReceipt),
    // Taken from a dividend on its way: `CASH DIVIDEND USD 0.10 PER SHARE - FEE`.
    ("CASH DIVIDEND", FeeKind::DepositaryReceipt),
    ("BORROW", FeeKind::Borrowing),
    ("HARD TO BORROW", FeeKind::Borrowing),
    ("SNAPSHOT", FeeKind::MarketData),
    ("MARKET DATA", FeeKind::MarketData),
    ("LEVEL 1", FeeKind::MarketData),
    ("LEVEL 2", FeeKind::MarketData),
    ("LEVEL I", FeeKind::MarketData),
    ("LEVEL II", FeeKind::MarketData),
    ("L1", FeeKind::MarketData),
    ("L2", FeeKind::MarketData),
    ("NP", FeeKind::MarketData),
    ("NON PROFESSIONAL", FeeKind::MarketData),
    ("QUOTE", FeeKind::MarketData),
    ("QUOTES", FeeKind::MarketData),
    ("STREAMING", FeeKind::MarketData),
    ("OPRA", FeeKind::MarketData),
    ("STAMP", FeeKind::TransactionTax),
    ("TRANSACTION TAX", FeeKind::TransactionTax),
    ("FTT", FeeKind::TransactionTax),
    ("CORPORATE ACTION", FeeKind::CorporateAction),
    ("TENDER", FeeKind::CorporateAction),
    ("REORGANIZATION", FeeKind::CorporateAction),
    ("PROXY", FeeKind::CorporateAction),
    ("WIRE", FeeKind::Payment),
    ("WITHDRAWAL", FeeKind::Payment),
    ("DISBURSEMENT", FeeKind::Payment),
    ("CHECK", FeeKind::Payment),
    ("ACH", FeeKind::Payment),
    ("SEPA", FeeKind::Payment),
    ("CUSTODY", FeeKind::Custody),
    ("CUSTODIAN", FeeKind::Custody),
    ("SAFEKEEPING", FeeKind::Custody),
    ("REGULATORY", FeeKind::Regulatory),
    ("FINRA", FeeKind::Regulatory),
    ("SEC FEE", FeeKind::Regulatory),
    ("TRADING ACTIVITY", FeeKind::Regulatory),
    ("CONNECTION", FeeKind::Connection),
    ("COMMISSION", FeeKind::Transaction),
];

/// The kind of a fee by its description.
pub(crate) fn fee_kind(description: &str) -> FeeKind {
    // `r******09:NASDAQ (UTP Tape C)`: a subscription of a user, whose name is hidden.
    if description.split_once(':').is_some_and(|(user, _)| user.contains("**")) {
        return FeeKind::MarketData;
    }
    let words = words_of(description);
    let is_told = |word: &str| words.contains(&format!(" {word} "));
    FEES.iter().find(|(word, _)| is_told(word)).map_or(FeeKind::Other, |(_, kind)| *kind)
}

/// Words in capitals, with one space around each.
fn words_of(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        words.push_str(&word.to_ascii_uppercase());
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(description: &str, expected: FeeKind) {
        assert_eq!(fee_kind(description), expected, "{description}");
    }

    #[test]
    fn fees_are_known_by_their_words() {
        check("ABC(US0000000000) ADR FEE USD 0.02 PER SHARE", FeeKind::DepositaryReceipt);
        check(
            "ABC(US0000000000) CASH DIVIDEND USD 0.1 PER SHARE - FEE",
            FeeKind::DepositaryReceipt,
        );
        check("x****12:US Securities Snapshot (NP)", FeeKind::MarketData);
        check("US SECURITIES SNAPSHOT FOR JAN 2024", FeeKind::MarketData);
        check("USD BORROW FEES FOR JAN-2024", FeeKind::Borrowing);
        check("WIRE FEE", FeeKind::Payment);
        check("FinAdvisor Fee: Percent of Equity, Posted Monthly", FeeKind::Other);
        check("MACHINE", FeeKind::Other);
    }

    #[test]
    fn each_type_is_known_in_every_spelling() {
        for (told, expected) in [
            ("Deposits/Withdrawals", Meaning::InOrOut),
            ("Deposits & Withdrawals", Meaning::InOrOut),
            ("Payment In Lieu Of Dividends", Meaning::Dividend),
            ("Payment in Lieu of Dividend", Meaning::Dividend),
            ("871(m) Withholding", Meaning::Tax),
        ] {
            assert_eq!(meaning(told), Some(expected), "{told}");
        }
        assert!(TYPES.is_sorted_by_key(|(told, _)| *told));
    }
}
