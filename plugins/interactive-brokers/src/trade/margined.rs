//! Futures and CFDs, whose proceeds are notional: the cash moves by gains and losses alone, and here
//! when they are realised.
//!
//! The broker's realised gain holds the commissions of the closing trade and of the opening one,
//! which are fees of their own. So each trade's own costs are added to its gain, zero for an opening
//! trade: costs and gain of a trade sum to what it realised, and all trades of a closed position to
//! what it brought.
//!
//! Limits: the costs of an open position, and the daily settlement of a future, reach the cash only
//! when the position is closed; a statement of funds alone lists the latter. Prices are left out: at
//! them the units would be worth their notional value, which nobody paid.

use stonks_plugin_sdk::{CashKind, Fact, Refusal, Transaction, decimal};

use super::Trade;
use crate::survey::Statement;
use crate::teller::{Cash, Teller};

/// Tells the units, the costs, and the gain.
pub(super) fn tell(
    teller: &mut Teller,
    trade: &Trade<'_>,
    statement: &Statement,
    (identity, instrument): (String, String),
) -> Result<(), Refusal> {
    let mut description = trade.price.map_or_else(String::new, |price| {
        format!("at {} {}", decimal::canonical(price), trade.currency)
    });
    if let Some(happened) = &trade.booked.happened {
        description.push_str(&format!(", executed {happened}"));
    }
    let transaction = Transaction {
        description: Some(description).filter(|text| !text.is_empty()),
        ..trade.transaction(teller, identity.clone(), instrument.clone())?
    };
    teller.facts.push(Fact::Transaction(transaction));
    let Some(realized) = trade.row.number("fifoPnlRealized")? else {
        let reason = "the trade of a future or CFD does not tell what it realised; tick the field FifoPnlRealized in the Flex Query";
        teller.note(trade.row, statement, reason);
        return Ok(());
    };
    let gain = realized.checked_sub(trade.own_costs()?).unwrap_or(realized);
    if !gain.is_zero() {
        let cash = Cash {
            identity: format!("margin:{identity}"),
            kind: CashKind::VariationMargin,
            fee_kind: None,
            amount: gain,
            currency: &trade.currency,
            instrument: Some(instrument),
            value_date: None,
            group: None,
            description: trade.row.get("description").map(str::to_owned),
        };
        teller.cash(trade.row, trade.account.as_ref(), &trade.booked, cash);
    }
    Ok(())
}
