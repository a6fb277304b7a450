//! The same trades as plain-text journals, for the peers.

use std::fmt::Write;

use rust_decimal::Decimal;

use crate::{N_INSTRUMENTS, Trade, trades};

/// In the order in which they happened, each with its price and its value in euros.
fn told(n_trades: u32) -> impl Iterator<Item = (Trade, Decimal, Decimal)> {
    trades(n_trades).map(|trade| {
        let price = Decimal::new(trade.cents, 2);
        let value = price * Decimal::from(trade.quantity);
        (trade, price, value)
    })
}

/// For beancount and what reads its files: lots by FIFO.
#[must_use]
pub fn beancount(n_trades: u32) -> String {
    let mut journal = String::from("option \"operating_currency\" \"EUR\"\n");
    for account in ["Assets:Cash", "Expenses:Fees", "Income:Gains"] {
        let _ = writeln!(journal, "2015-01-01 open {account}");
    }
    for instrument in 0..N_INSTRUMENTS {
        let _ = writeln!(journal, "2015-01-01 open Assets:F{instrument} F{instrument} \"FIFO\"");
    }
    for (trade, price, value) in told(n_trades) {
        let (day, instrument) = (trade.day(n_trades), trade.instrument);
        let _ = writeln!(journal, "{day} * \"trade\"");
        let (quantity, cash) = (trade.quantity, -value - Decimal::ONE);
        if quantity > 0 {
            let _ = writeln!(
                journal,
                "  Assets:F{instrument}  {quantity} F{instrument} {{{price} EUR}}"
            );
        } else {
            let _ = writeln!(
                journal,
                "  Assets:F{instrument}  {quantity} F{instrument} {{}} @ {price} EUR"
            );
            let _ = writeln!(journal, "  Income:Gains");
        }
        let _ = writeln!(journal, "  Expenses:Fees  1.00 EUR\n  Assets:Cash  {cash} EUR\n");
    }
    journal
}

/// For hledger: amounts with their prices.
#[must_use]
pub fn hledger(n_trades: u32) -> String {
    let mut journal = String::new();
    for (trade, price, value) in told(n_trades) {
        let (day, quantity) = (trade.day(n_trades), trade.quantity);
        // A commodity's name with digits stands in quotes.
        let fund = format!("assets:funds  {quantity} \"F{}\" @ {price} EUR", trade.instrument);
        let cash = -value - Decimal::ONE;
        let _ = writeln!(
            journal,
            "{day} trade\n    {fund}\n    expenses:fees  1.00 EUR\n    assets:cash  {cash} EUR\n"
        );
    }
    journal
}
