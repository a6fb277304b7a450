//! Instruments: what a row says of the security, contract or coin that it is about.

mod class;

use std::hash::{DefaultHasher, Hash, Hasher};

use stonks_plugin_sdk::isin::is_valid;
use stonks_plugin_sdk::{
    AssetClass, ContractTerms, Decimal, Instrument, OptionRight, Refusal, decimal,
};

use crate::day::Slashes;
use crate::markets::mic;
use crate::number::{number, product};
use crate::row::Row;
pub(crate) use class::class;

/// Bonds and bills are quoted in per cent of their face value, and their units are of face value.
const PER_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// What a row says beside who the instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoted {
    /// The instrument's own name, in the currency of its quotes, with units × price = value, if all
    /// three are told.
    Yes { value: Option<Decimal>, units: Option<Decimal>, price: Option<Decimal> },
    /// An event such as a dividend: its description and its currency are not the instrument's.
    No,
}

impl Quoted {
    /// The instrument itself, without any value to check its multiplier by.
    pub(crate) const UNCHECKED: Self = Self::Yes { value: None, units: None, price: None };
}

/// Fields that tell an instrument.
const FIELDS: [&str; 22] = [
    "conid",
    "isin",
    "symbol",
    "description",
    "assetCategory",
    "subCategory",
    "currency",
    "multiplier",
    "listingExchange",
    "strike",
    "expiry",
    "putCall",
    "cusip",
    "figi",
    "sedol",
    "securityID",
    "securityIDType",
    "underlyingSymbol",
    "issuerCountryCode",
    "maturity",
    "issuer",
    "valoren",
];

/// A digest of all that a row says of its instrument.
pub(crate) fn digest(row: &Row<'_>, quoted: Quoted) -> u64 {
    let mut hasher = DefaultHasher::new();
    for field in FIELDS {
        let is_of_event = matches!(field, "description" | "currency") && quoted == Quoted::No;
        row.get(field).filter(|_| !is_of_event).hash(&mut hasher);
    }
    (quoted == Quoted::No).hash(&mut hasher);
    multiplier(row, quoted).hash(&mut hasher);
    hasher.finish()
}

/// The broker's contract number, or else the first code that the row tells.
pub(crate) fn identity(row: &Row<'_>) -> Option<String> {
    if let Some(conid) = row.id(&["conid"]) {
        return Some(format!("conid:{}", visible(conid)));
    }
    if let Some(isin) = isin(row) {
        return Some(format!("isin:{isin}"));
    }
    row.get("symbol").map(|symbol| format!("symbol:{}", visible(symbol)))
}

/// As part of an identity: short, visible ASCII.
fn visible(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let seen = words.join("_");
    seen.chars().take(100).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

fn isin<'a>(row: &'a Row<'_>) -> Option<&'a str> {
    let security_id =
        || row.get("securityID").filter(|_| row.get("securityIDType") == Some("ISIN"));
    row.get("isin")
        .filter(|isin| is_valid(isin))
        .or_else(|| security_id().filter(|id| is_valid(id)))
}

/// The class of the row's instrument.
pub(crate) fn class_of(row: &Row<'_>) -> AssetClass {
    let class = class(
        row.get("assetCategory").unwrap_or_default(),
        row.get("subCategory").unwrap_or_default(),
    );
    // Older statements don't tell the sub-category; the names of funds do.
    let is_named_fund = || {
        let name = row.get("description").unwrap_or_default();
        name.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("ETF"))
    };
    if class == AssetClass::Stock && row.get("subCategory").is_none() && is_named_fund() {
        return AssetClass::Etf;
    }
    class
}

/// Whether gains are settled in cash, so that a trade moves none but its costs.
pub(crate) fn is_margined(row: &Row<'_>) -> bool {
    let is_future_style = matches!(row.get("assetCategory"), Some("FSOPT" | "FSFOP"));
    is_future_style || matches!(class_of(row), AssetClass::Future | AssetClass::Cfd)
}

/// How many units of value one unit at a price of 1 is worth. `None` where the row does not tell.
pub(crate) fn multiplier(row: &Row<'_>, quoted: Quoted) -> Option<Decimal> {
    let Quoted::Yes { value, units, price } = quoted else { return None };
    let told = row.get("multiplier").and_then(number).filter(|told| *told > Decimal::ZERO);
    if class_of(row) != AssetClass::Bond {
        return told;
    }
    let told = told.unwrap_or(Decimal::ONE);
    let in_per_cent = told.checked_mul(PER_CENT)?;
    // The face value may be counted in hundreds, or the price be one of money; the value tells.
    let at_told = units.zip(price).and_then(|(units, price)| product(product(units, price)?, told));
    let ratio = value.zip(at_told).and_then(|(value, at_told)| value.checked_div(at_told));
    let is_money = ratio.is_some_and(|ratio| ratio.abs() > Decimal::new(5, 1));
    Some(if is_money { told } else { in_per_cent })
}

/// The row's instrument.
pub(crate) fn instrument(
    row: &Row<'_>,
    identity: String,
    quoted: Quoted,
    slashes: Slashes,
) -> Result<Instrument, Refusal> {
    let class = class_of(row);
    let is_own = quoted != Quoted::No;
    let text = |name: &str| row.get(name).map(str::to_owned);
    let symbol = match (class, row.get("symbol")) {
        // `BTC.USD-PAXOS`: the coin, its currency and its custodian.
        (AssetClass::Crypto, Some(symbol)) => symbol.split('.').next().map(str::to_owned),
        (_, symbol) => symbol.map(str::to_owned),
    };
    let codes = ["conid", "cusip", "figi", "sedol", "valoren"]
        .into_iter()
        .filter_map(|scheme| Some((scheme.to_owned(), text(scheme)?)))
        .collect();
    let multiplier = multiplier(row, quoted)
        .filter(|told| *told != Decimal::ONE || class == AssetClass::Bond)
        .map(decimal::canonical);
    Ok(Instrument {
        identity,
        asset_class: class,
        name: if is_own { text("description") } else { None },
        symbol,
        isin: isin(row).map(str::to_owned),
        market: row.get("listingExchange").and_then(mic).map(str::to_owned),
        currency: if is_own { row.currency("currency")? } else { None },
        multiplier,
        terms: terms(row, class, slashes),
        sector: None,
        country: row
            .get("issuerCountryCode")
            .filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
            .map(str::to_owned),
        codes,
    })
}

/// The terms of a contract. A damaged one is left out: the ledger computes nothing by it.
fn terms(row: &Row<'_>, class: AssetClass, slashes: Slashes) -> Option<ContractTerms> {
    let has_terms = matches!(
        class,
        AssetClass::Option
            | AssetClass::Future
            | AssetClass::Warrant
            | AssetClass::Certificate
            | AssetClass::Cfd
    );
    if !has_terms {
        return None;
    }
    let terms = ContractTerms {
        underlying: row.get("underlyingSymbol").map(str::to_owned),
        expiry: row.day("expiry", slashes).ok().flatten().map(|day| day.to_string()),
        strike: row
            .get("strike")
            .and_then(number)
            .filter(|strike| !strike.is_zero())
            .map(decimal::canonical),
        right: match row.get("putCall") {
            Some("C" | "CALL" | "Call") => Some(OptionRight::Call),
            Some("P" | "PUT" | "Put") => Some(OptionRight::Put),
            _ => None,
        },
    };
    let is_empty = terms.underlying.is_none()
        && terms.expiry.is_none()
        && terms.strike.is_none()
        && terms.right.is_none();
    (!is_empty).then_some(terms)
}
