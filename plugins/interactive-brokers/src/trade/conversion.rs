//! Trades of currencies: one comes, another goes, and no units are held.

use stonks_plugin_sdk::{CashKind, Decimal, FeeKind, Refusal, decimal};

use super::Trade;
use crate::row::currency_code;
use crate::survey::Statement;
use crate::teller::{Cash, Teller};

/// Tells both sides of a conversion and its costs, bound by one group.
pub(super) fn tell(
    teller: &mut Teller,
    trade: &Trade<'_>,
    statement: &Statement,
    identity: &str,
) -> Result<(), Refusal> {
    let row = trade.row;
    let pair = row.get("symbol").or_else(|| row.get("description")).unwrap_or_default();
    let mut sides = pair.split('.').map(currency_code);
    let (base, quote) = (sides.next().flatten(), sides.next().flatten());
    let rate =
        trade.price.map_or_else(String::new, |price| format!(" at {}", decimal::canonical(price)));
    let description = format!("{pair}{rate}");
    let side = |name: &str, kind, amount, currency| Cash {
        group: Some(identity.to_owned()),
        description: Some(description.clone()),
        ..trade.cash(format!("{identity}:{name}"), kind, amount, currency)
    };
    let proceeds = trade.amount(Decimal::ONE);
    let is_whole = quote.as_deref() == Some(trade.currency.as_str());
    let kind = if is_whole { CashKind::Conversion } else { CashKind::Other };
    let account = trade.account.as_ref();
    if let (Some(base), true) = (&base, is_whole) {
        teller.cash(row, account, &trade.booked, side("base", kind, trade.quantity, base));
    }
    if let Some(proceeds) = proceeds {
        teller.cash(row, account, &trade.booked, side("quote", kind, proceeds, &trade.currency));
    }
    trade.tell_fees(teller, identity, FeeKind::Conversion);
    if base.is_none() || !is_whole || proceeds.is_none() {
        teller.note(
            row,
            statement,
            "the conversion does not name both currencies and amounts, so that only the cash that it tells is counted; tick the fields Symbol, CurrencyPrimary and Proceeds in the Flex Query",
        );
    }
    Ok(())
}
