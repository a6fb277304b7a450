//! A row of the account statement, read.

use stonks_plugin_sdk::decimal::{self, Separator};
use stonks_plugin_sdk::{Decimal, PluginError};

use crate::header::AccountColumns;
use crate::table::Row;
use crate::trade::{self, Trade};
use crate::vocabulary::{self, Meaning};
use crate::words::{folded, squeezed};
use crate::{instruments, numbers};

/// What a row says.
pub(crate) struct Entry {
    pub(crate) line: u32,
    pub(crate) date: String,
    pub(crate) time: String,
    pub(crate) value_date: Option<String>,
    pub(crate) product: String,
    pub(crate) isin: String,
    /// The instrument's key.
    pub(crate) instrument: Option<String>,
    pub(crate) description: String,
    pub(crate) meaning: Option<Meaning>,
    /// Units bought or sold; also those of a corporate action.
    pub(crate) trade: Option<Trade>,
    /// Whether the row trades one currency for another.
    pub(crate) is_currency_pair: bool,
    amount: Option<Decimal>,
    pub(crate) currency: Option<String>,
    pub(crate) balance: Option<Decimal>,
    pub(crate) order: Option<String>,
    /// As the file has it.
    pub(crate) text: String,
}

impl Entry {
    pub(crate) fn read(
        row: &Row,
        columns: &AccountColumns,
        separator: Separator,
    ) -> Result<Self, PluginError> {
        let needed = columns.balance + 2;
        if row.fields.len() < needed {
            let message = format!("the row has {} fields; {needed} are expected", row.fields.len());
            let refusal = row.refuse(row.fields.len(), message);
            return Err(refusal.hint("export the file again; it may have been cut off").into());
        }
        let date = numbers::date(row, columns.date)?;
        let time = numbers::time(row, columns.time)?;
        let value_date = match row.field(columns.value_date) {
            "" => None,
            _ => Some(numbers::date(row, columns.value_date)?),
        };
        let description = squeezed(row.field(columns.description));
        let words = folded(&description);
        let meaning = vocabulary::meaning(&words);
        let change = numbers::amount(row, columns.change + 1, separator)?;
        let product = row.field(columns.product).to_owned();
        let is_currency_pair = instruments::is_currency_pair(&product);
        let trade = trade::read(&description, separator, change)
            .filter(|_| meaning != Some(Meaning::CashFund) && !is_currency_pair);
        let told = trade.as_ref().and_then(|trade| trade.isin.clone());
        let isin = Some(row.field(columns.isin)).filter(|isin| !isin.is_empty()).map(str::to_owned);
        let isin = isin.or(told).unwrap_or_default();
        let currency =
            [columns.change, columns.balance].map(|column| numbers::currency(row.field(column)));
        let swept = match meaning {
            Some(Meaning::Sweep { goes }) if change.is_none() => {
                swept(&description, separator, goes)
            }
            _ => None,
        };
        let instrument = instruments::key(&product, &isin).filter(|_| !is_currency_pair);
        Ok(Self {
            line: row.line,
            date,
            time,
            value_date,
            // A trade of something that the row doesn't name can't be booked as units.
            trade: trade.filter(|_| instrument.is_some()),
            instrument,
            product,
            isin,
            description,
            meaning,
            is_currency_pair,
            amount: change.or(swept),
            currency: currency.into_iter().flatten().next().map(str::to_owned),
            balance: numbers::amount(row, columns.balance + 1, separator)?,
            order: Some(row.field(columns.order))
                .filter(|order| !order.is_empty())
                .map(str::to_owned),
            text: row.text(),
        })
    }

    /// What the row does to the cash. A row that is understood and has no amount moves nothing.
    pub(crate) fn money(&self) -> Option<(Decimal, String)> {
        let is_known = self.meaning.is_some() || self.trade.is_some() || self.is_currency_pair;
        let amount = self.amount.or_else(|| is_known.then_some(Decimal::ZERO))?;
        Some((amount, self.currency.clone()?))
    }
}

/// The amount at the end of `Overboeking van uw geldrekening bij flatexDEGIRO Bank: 3 601,9 EUR`.
///
/// The sweep beside it took what goes to the bank out of the account, and this row puts it back, since
/// money at the bank is the customer's, too.
fn swept(description: &str, separator: Separator, goes: bool) -> Option<Decimal> {
    let (rest, currency) = description.rsplit_once(' ')?;
    numbers::currency(currency)?;
    let is_number =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    let mut groups: Vec<&str> = rest.rsplit(' ').take_while(is_number).collect();
    groups.reverse();
    let amount =
        decimal::parse(&groups.concat(), separator).filter(|amount| amount.scale() <= 18)?;
    Some(if goes { amount } else { -amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_side_of_a_sweep_is_told_by_the_text() {
        let swept =
            |text: &str, goes| swept(text, Separator::Comma, goes).map(|amount| amount.to_string());
        let text = "Overboeking van uw geldrekening bij flatexDEGIRO Bank 26,45 EUR";
        assert_eq!(swept(text, false).as_deref(), Some("-26.45"));
        let text = "Virement vers votre Compte Espèces à la flatexDEGIRO Bank: 6 770,1 CHF";
        assert_eq!(swept(text, true).as_deref(), Some("6770.1"));
        assert_eq!(swept("Overboeking naar uw geldrekening", true), None);
    }
}
