//! The columns of Flex CSV: which attribute of Flex XML each one is, and which section they make.

use crate::sections::{READ, Section};

/// Columns whose names differ from the attributes by more than capitals and signs.
const ALIASES: &[(&str, &str)] = &[
    ("accountalias", "acctAlias"),
    ("assetclass", "assetCategory"),
    ("clientaccountid", "accountId"),
    ("currencyprimary", "currency"),
    ("currency", "currency"),
    ("notescodes", "notes"),
];

/// Attributes that are read, and others by which a header is recognised.
const ATTRIBUTES: &[&str] = &[
    "accountId",
    "accruedInt",
    "accruedInterest",
    "acctAlias",
    "actionDescription",
    "actionID",
    "account",
    "amount",
    "assetCategory",
    "buySell",
    "cashTransfer",
    "code",
    "commission",
    "commissionCurrency",
    "company",
    "conid",
    "costBasisMoney",
    "cusip",
    "date",
    "dateTime",
    "description",
    "direction",
    "endingCash",
    "exchange",
    "execID",
    "expiry",
    "fifoPnlRealized",
    "figi",
    "fromDate",
    "fxRateToBase",
    "ibCommission",
    "ibCommissionCurrency",
    "ibExecID",
    "ibOrderID",
    "isin",
    "issuer",
    "issuerCountryCode",
    "levelOfDetail",
    "listingExchange",
    "markPrice",
    "model",
    "multiplier",
    "netCash",
    "notes",
    "orderID",
    "orderReference",
    "orderTime",
    "orderType",
    "position",
    "positionAmount",
    "positionValue",
    "price",
    "proceeds",
    "putCall",
    "quantity",
    "reportDate",
    "securityID",
    "securityIDType",
    "settleDate",
    "settleDateTarget",
    "startingCash",
    "strike",
    "subCategory",
    "symbol",
    "tax",
    "taxes",
    "toDate",
    "tradeDate",
    "tradeID",
    "tradeMoney",
    "tradePrice",
    "tradeTime",
    "transactionID",
    "transactionType",
    "type",
    "underlyingSymbol",
    "value",
];

/// Name and row of a section, and the attributes that only it has together.
const SIGNATURES: &[(&str, &str, &[&str])] = &[
    ("CashReport", "CashReportCurrency", &["startingCash", "endingCash"]),
    ("OpenPositions", "OpenPosition", &["position", "markPrice"]),
    ("Transfers", "Transfer", &["direction", "quantity", "cashTransfer"]),
    ("CorporateActions", "CorporateAction", &["type", "quantity", "value"]),
    ("CashTransactions", "CashTransaction", &["type", "amount"]),
    ("Trades", "Trade", &["quantity", "tradePrice"]),
    ("Trades", "Trade", &["quantity", "price", "proceeds"]),
];

/// A header, and what the rows under it are.
#[derive(Debug)]
pub(crate) struct Header {
    /// The attribute of each column; a column that isn't known keeps its own name.
    pub(crate) attributes: Vec<String>,
    /// The section, if it is one that is read, and the name of its rows.
    pub(crate) section: Option<(&'static Section, &'static str)>,
}

/// The attribute of a column, if it is known.
fn attribute(column: &str) -> Option<&'static str> {
    let normal: String =
        column.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(own, _)| *own == normal).map(|(_, attribute)| *attribute);
    alias.or_else(|| ATTRIBUTES.iter().find(|own| own.eq_ignore_ascii_case(&normal)).copied())
}

impl Header {
    /// Reads a line as a header; `None` if it is a row.
    pub(crate) fn read<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Option<Self> {
        let n_cells = cells.clone().count();
        let n_known = cells.clone().filter(|cell| attribute(cell).is_some()).count();
        if n_known < 2 || n_known * 2 < n_cells {
            return None;
        }
        let attributes: Vec<String> =
            cells.map(|cell| attribute(cell).unwrap_or(cell).to_owned()).collect();
        let has = |name: &&str| attributes.iter().any(|own| own == name);
        let signature = SIGNATURES.iter().find(|(.., needed)| needed.iter().all(has));
        let section = signature.and_then(|(name, row, _)| {
            READ.iter().find(|section| section.name == *name).map(|section| (section, *row))
        });
        Some(Self { attributes, section })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        let header = Header::read(line.split(','));
        let told = header.map(|header| header.section.map_or("none", |(section, _)| section.name));
        assert_eq!(told, expected, "{line}");
    }

    #[test]
    fn columns_tell_their_section() {
        check("Buy/Sell,TradeDate,ISIN,Quantity,TradePrice,CurrencyPrimary", Some("Trades"));
        check("ClientAccountID,Type,Amount,Date/Time", Some("CashTransactions"));
        check("ClientAccountID,Type,Quantity,Value,Proceeds,Amount", Some("CorporateActions"));
        check("ClientAccountID,CurrencyPrimary,FxRateToBase", Some("none"));
        check("Datum,Tijd,Product,ISIN", None);
        check("U1,Dividends,5,20240101", None);
    }
}
