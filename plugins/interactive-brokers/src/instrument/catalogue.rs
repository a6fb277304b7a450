//! All instruments of a file, each completed from every row that names it: a file tells each one once,
//! and before the first fact that names it.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use stonks_plugin_sdk::{AssetClass, ContractTerms, Decimal, Instrument, OptionRight, decimal};

use super::{PER_CENT, checked_multiplier, class_of, identity, isin, told_multiplier};
use crate::day::{Instant, Slashes};
use crate::markets::mic;
use crate::number::number;
use crate::row::{Row, currency_code};

/// What is known of instruments.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    known: HashMap<String, Known>,
    /// Digests of what rows said, since most say what others said before.
    heard: HashSet<u64>,
}

#[derive(Debug)]
struct Known {
    instrument: Instrument,
    multiplier: Option<Decimal>,
    /// As it was sent.
    expiry: Option<String>,
}

/// Fields that tell an instrument.
const FIELDS: [&str; 20] = [
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
    "valoren",
];

/// Fields that go into [`Instrument::codes`] under their own names.
const CODES: [&str; 5] = ["conid", "cusip", "figi", "sedol", "valoren"];

impl Catalogue {
    /// Hears what a row says of its instrument. `is_of_event`: its description and its currency are
    /// those of an event, such as a dividend.
    pub(crate) fn hear(&mut self, row: &Row<'_>, is_of_event: bool) {
        let Some(identity) = identity(row) else { return };
        let class = class_of(row);
        let checked = if class == AssetClass::Bond { checked_multiplier(row) } else { None };
        let mut hasher = DefaultHasher::new();
        (is_of_event, checked).hash(&mut hasher);
        for field in FIELDS {
            row.get(field).hash(&mut hasher);
        }
        // Each dividend has a description of its own: a cheap guard against hearing most of it again.
        if !self.heard.insert(hasher.finish()) {
            return;
        }
        let told = told(row, class, identity, is_of_event, checked);
        match self.known.get_mut(&told.instrument.identity) {
            Some(known) => known.complete(told),
            None => {
                self.known.insert(told.instrument.identity.clone(), told);
            }
        }
    }

    /// The whole of what is known.
    pub(crate) fn instrument(&self, identity: &str, slashes: Slashes) -> Option<Instrument> {
        let known = self.known.get(identity)?;
        let mut instrument = known.instrument.clone();
        let multiplier = known.multiplier();
        let is_telling = multiplier != Decimal::ONE || instrument.asset_class == AssetClass::Bond;
        instrument.multiplier = is_telling.then(|| decimal::canonical(multiplier));
        let expiry = known.expiry.as_ref().and_then(|text| Instant::read(text, slashes));
        if let Some(terms) = &mut instrument.terms {
            terms.expiry = expiry.map(|expiry| expiry.day.to_string());
        }
        Some(instrument)
    }

    /// How many units of value one unit at a price of 1 is worth.
    pub(crate) fn multiplier(&self, identity: &str) -> Decimal {
        self.known.get(identity).map_or(Decimal::ONE, Known::multiplier)
    }
}

impl Known {
    fn multiplier(&self) -> Decimal {
        let default = match self.instrument.asset_class {
            AssetClass::Bond => PER_CENT,
            _ => Decimal::ONE,
        };
        self.multiplier.unwrap_or(default)
    }

    /// Takes from `other` what is open here.
    fn complete(&mut self, other: Self) {
        fn fill<T>(own: &mut Option<T>, other: Option<T>) {
            if own.is_none() {
                *own = other;
            }
        }
        fill(&mut self.multiplier, other.multiplier);
        fill(&mut self.expiry, other.expiry);
        let (own, other) = (&mut self.instrument, other.instrument);
        fill(&mut own.name, other.name);
        fill(&mut own.symbol, other.symbol);
        fill(&mut own.isin, other.isin);
        fill(&mut own.market, other.market);
        fill(&mut own.currency, other.currency);
        fill(&mut own.terms, other.terms);
        fill(&mut own.country, other.country);
        for (scheme, code) in other.codes {
            if !own.codes.iter().any(|(told, _)| *told == scheme) {
                own.codes.push((scheme, code));
            }
        }
        // A stock without a sub-category may be a fund.
        let is_better = match own.asset_class {
            AssetClass::Unknown => true,
            AssetClass::Stock => matches!(other.asset_class, AssetClass::Etf | AssetClass::Fund),
            _ => false,
        };
        if is_better {
            own.asset_class = other.asset_class;
        }
    }
}

/// What one row tells.
fn told(
    row: &Row<'_>,
    class: AssetClass,
    identity: String,
    is_of_event: bool,
    checked: Option<Decimal>,
) -> Known {
    let text = |name: &str| row.get(name).map(str::to_owned);
    let name = text("description").filter(|_| !is_of_event);
    // Older statements don't tell the sub-category; the names of funds do.
    let is_named_fund = name.as_ref().is_some_and(|name| {
        name.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("ETF"))
    });
    let is_fund = class == AssetClass::Stock && row.get("subCategory").is_none() && is_named_fund;
    let symbol = match (class, row.get("symbol")) {
        // `BTC.USD-PAXOS`: the coin, its currency and its custodian.
        (AssetClass::Crypto, Some(symbol)) => symbol.split('.').next().map(str::to_owned),
        (_, symbol) => symbol.map(str::to_owned),
    };
    let is_country = |code: &&str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    let instrument = Instrument {
        identity,
        asset_class: if is_fund { AssetClass::Etf } else { class },
        name,
        symbol,
        isin: isin(row).map(str::to_owned),
        market: row.get("listingExchange").and_then(mic).map(str::to_owned),
        currency: row.get("currency").and_then(currency_code).filter(|_| !is_of_event),
        multiplier: None,
        terms: terms(row, class),
        sector: None,
        country: row.get("issuerCountryCode").filter(is_country).map(str::to_owned),
        codes: CODES
            .into_iter()
            .filter_map(|scheme| Some((scheme.to_owned(), text(scheme)?)))
            .collect(),
    };
    let multiplier = if class == AssetClass::Bond { checked } else { told_multiplier(row) };
    Known { instrument, multiplier, expiry: text("expiry") }
}

/// The terms of a contract, but for its expiry. Damaged ones are left out: the ledger computes nothing
/// by them.
fn terms(row: &Row<'_>, class: AssetClass) -> Option<ContractTerms> {
    let has_terms = matches!(
        class,
        AssetClass::Option
            | AssetClass::Future
            | AssetClass::Warrant
            | AssetClass::Certificate
            | AssetClass::Cfd
    );
    let is_told = ["underlyingSymbol", "expiry", "strike", "putCall"]
        .iter()
        .any(|name| row.get(name).is_some());
    (has_terms && is_told).then(|| ContractTerms {
        underlying: row.get("underlyingSymbol").map(str::to_owned),
        expiry: None,
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
    })
}
