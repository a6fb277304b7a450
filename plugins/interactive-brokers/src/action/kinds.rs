//! The two letters that tell the type of a corporate action.

use stonks_plugin_sdk::{CashKind, TransactionKind};

/// What a type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A change in units; of an exchange that brings only cash, a sale is made.
    Units(TransactionKind),
    /// Cash for units that stay.
    Cash(CashKind),
}

use Meaning::{Cash, Units};

/// Source: the types of corporate actions in Flex Queries.
const TYPES: &[(&str, Meaning)] = &[
    // Bond conversion.
    ("BC", Units(TransactionKind::Exchange)),
    // Bond maturity, and early redemption.
    ("BM", Units(TransactionKind::Sell)),
    // Contract soulte: money in place of a fraction.
    ("CA", Units(TransactionKind::Exchange)),
    // Contract consolidation.
    ("CC", Units(TransactionKind::Split)),
    ("CD", Cash(CashKind::Dividend)),
    // Dividend of the holder's choice: rights to it are handed out.
    ("CH", Units(TransactionKind::Rights)),
    // Convertible issue.
    ("CI", Units(TransactionKind::Rights)),
    // Contract spin-off.
    ("CO", Units(TransactionKind::SpinOff)),
    // Coupon payment.
    ("CP", Cash(CashKind::Interest)),
    // Contract split.
    ("CS", Units(TransactionKind::Split)),
    // CFD termination.
    ("CT", Units(TransactionKind::Exchange)),
    // Issue of dividend rights.
    ("DI", Units(TransactionKind::Rights)),
    // Delisted and worthless.
    ("DW", Units(TransactionKind::Delisting)),
    // Dividend rights that expire.
    ("ED", Units(TransactionKind::Rights)),
    // Fee allocation.
    ("FA", Cash(CashKind::Fee)),
    // Forward split, by an issue of new shares.
    ("FI", Units(TransactionKind::Split)),
    ("FS", Units(TransactionKind::Split)),
    // Generic voluntary offer.
    ("GV", Units(TransactionKind::Exchange)),
    // Delivery of the shares that were chosen in place of cash.
    ("HD", Units(TransactionKind::StockDividend)),
    // Issue of the rights to choose.
    ("HI", Units(TransactionKind::Rights)),
    // Change of issue: name, CUSIP, ISIN.
    ("IC", Units(TransactionKind::Exchange)),
    // Asset purchase: rights and money for units.
    ("OR", Units(TransactionKind::Rights)),
    // Purchase issue.
    ("PI", Units(TransactionKind::Rights)),
    // Proxy vote, and the tokens for it.
    ("PV", Units(TransactionKind::Rights)),
    ("RI", Units(TransactionKind::Rights)),
    ("RS", Units(TransactionKind::Split)),
    ("SD", Units(TransactionKind::StockDividend)),
    ("SO", Units(TransactionKind::SpinOff)),
    // Subscription of rights.
    ("SR", Units(TransactionKind::Rights)),
    // Merger.
    ("TC", Units(TransactionKind::Exchange)),
    // Issue for a tender.
    ("TI", Units(TransactionKind::Exchange)),
    // Maturity of a treasury bill.
    ("TM", Units(TransactionKind::Sell)),
    ("TO", Units(TransactionKind::Exchange)),
];

pub(super) fn meaning(told: &str) -> Option<Meaning> {
    TYPES.iter().find(|(own, _)| *own == told).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_stands_once() {
        assert!(TYPES.is_sorted_by(|(left, _), (right, _)| left < right));
    }
}
