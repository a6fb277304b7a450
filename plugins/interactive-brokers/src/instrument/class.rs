//! Asset classes, from the words of Interactive Brokers.

use stonks_plugin_sdk::AssetClass;

/// `assetCategory` and the class. Source: asset classes and codes of Flex Queries.
const CATEGORIES: &[(&str, AssetClass)] = &[
    ("BILL", AssetClass::Bond),
    ("BOND", AssetClass::Bond),
    ("CASH", AssetClass::CurrencyPair),
    ("CFD", AssetClass::Cfd),
    ("CMDTY", AssetClass::Commodity),
    ("CRYPTO", AssetClass::Crypto),
    ("EC", AssetClass::Option),
    ("FOP", AssetClass::Option),
    ("FSFOP", AssetClass::Option),
    ("FSOPT", AssetClass::Option),
    ("FUND", AssetClass::Fund),
    ("FUT", AssetClass::Future),
    // Structured products: bonus, discount and turbo certificates.
    ("IOPT", AssetClass::Certificate),
    ("OPT", AssetClass::Option),
    ("STK", AssetClass::Stock),
    ("WAR", AssetClass::Warrant),
];

/// `subCategory` of what Interactive Brokers counts among the stocks, and the class.
const STOCKS: &[(&str, AssetClass)] = &[
    ("CLOSED-END FUND", AssetClass::Fund),
    ("ETC", AssetClass::Etf),
    ("ETF", AssetClass::Etf),
    ("ETMF", AssetClass::Etf),
    ("ETN", AssetClass::Etf),
    ("ETP", AssetClass::Etf),
    ("FUND OF FUNDS", AssetClass::Fund),
];

/// The class of an instrument.
pub(crate) fn class(category: &str, sub_category: &str) -> AssetClass {
    let of = |table: &[(&str, AssetClass)], word: &str| {
        table.iter().find(|(own, _)| *own == word).map(|(_, class)| *class)
    };
    match of(CATEGORIES, category) {
        Some(AssetClass::Stock) => of(STOCKS, sub_category).unwrap_or(AssetClass::Stock),
        Some(class) => class,
        None if category.is_empty() => AssetClass::Unknown,
        None => AssetClass::Other,
    }
}
