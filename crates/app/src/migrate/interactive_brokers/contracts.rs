//! Contracts: instruments by the broker's own number, as its plugin names them.

use std::collections::BTreeMap;

use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::instrument::{AssetClass, Instrument};

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::Fields;
use super::super::teller::{Teller, identity};

/// By number: those of positions until they are told.
pub(super) struct Contracts {
    untold: BTreeMap<String, (Instrument, Location)>,
    locations: BTreeMap<String, Location>,
    told: BTreeMap<String, Identity>,
}

impl Contracts {
    pub(super) fn read(rows: &[OldRow], teller: &mut Teller) -> Result<Self, MigrationError> {
        let mut untold = BTreeMap::new();
        let mut locations = BTreeMap::new();
        for row in rows {
            let conid = row.text("conid").ok_or_else(|| row.bad("conid", "number"))?;
            let location = teller.row(row, &row.key());
            let contract = contract(row, &conid)?;
            untold.insert(conid.clone(), (contract, location.clone()));
            locations.insert(conid, location);
        }
        Ok(Self { untold, locations, told: BTreeMap::new() })
    }

    /// Where a position's row stands in what is delivered.
    pub(super) fn location(&self, row: &OldRow) -> Location {
        let conid = row.text("conid").unwrap_or_default();
        self.locations.get(&conid).cloned().unwrap_or_default()
    }

    /// Tells a contract before it is named, once. One that isn't held any more is known by its number,
    /// and by what a transaction says of it: text and currency.
    pub(super) fn tell(
        &mut self,
        conid: &str,
        row: Option<(&OldRow, &Location)>,
        teller: &mut Teller,
    ) -> Result<Identity, MigrationError> {
        if let Some(known) = self.told.get(conid) {
            return Ok(known.clone());
        }
        let (contract, location) = match self.untold.remove(conid) {
            Some(known) => known,
            None => {
                let name = row.and_then(|(row, _)| row.text("desc"));
                let mut contract =
                    plain(conid, name.unwrap_or_else(|| format!("contract {conid}")))?;
                contract.currency = row
                    .and_then(|(row, _)| row.text("cur"))
                    .and_then(|currency| currency.parse().ok());
                (contract, row.map(|(_, location)| location.clone()).unwrap_or_default())
            }
        };
        let identity = contract.identity.clone();
        self.told.insert(conid.to_owned(), identity.clone());
        teller.tell(Fact::Instrument(contract), location);
        Ok(identity)
    }
}

fn plain(conid: &str, name: String) -> Result<Instrument, MigrationError> {
    Ok(Instrument {
        identity: identity(&format!("conid:{conid}"))?,
        asset_class: AssetClass::Unknown,
        name: Some(name),
        symbol: None,
        isin: None,
        market: None,
        currency: None,
        multiplier: None,
        terms: None,
        sector: None,
        country: None,
        codes: vec![("conid".to_owned(), conid.to_owned())],
    })
}

fn contract(row: &OldRow, conid: &str) -> Result<Instrument, MigrationError> {
    let symbol = row.text("ticker").or_else(|| row.text("contract_desc"));
    let name = row.text("name").or_else(|| row.text("full_name")).or_else(|| symbol.clone());
    let class =
        class(&row.text("asset_class").unwrap_or_default(), &row.text("type").unwrap_or_default());
    let country = row.text("country_code").map(|code| code.to_uppercase());
    // The domicile of a fund says nothing of what it holds.
    let has_country = class == AssetClass::Stock;
    Ok(Instrument {
        asset_class: class,
        symbol,
        currency: Some(row.currency("currency")?),
        sector: row.text("sector"),
        country: country.filter(|code| has_country && code.len() == 2),
        ..plain(conid, name.unwrap_or_else(|| format!("contract {conid}")))?
    })
}

/// As the broker abbreviates them.
fn class(asset_class: &str, kind: &str) -> AssetClass {
    match (asset_class, kind) {
        ("STK" | "", "ETF") => AssetClass::Etf,
        ("STK", _) => AssetClass::Stock,
        ("OPT" | "FOP", _) => AssetClass::Option,
        ("FUT", _) => AssetClass::Future,
        ("WAR", _) => AssetClass::Warrant,
        ("BOND" | "BILL", _) => AssetClass::Bond,
        ("FUND", _) => AssetClass::Fund,
        ("CFD", _) => AssetClass::Cfd,
        ("CRYPTO", _) => AssetClass::Crypto,
        ("CASH", _) => AssetClass::CurrencyPair,
        ("CMDTY", _) => AssetClass::Commodity,
        ("", _) => AssetClass::Unknown,
        _ => AssetClass::Other,
    }
}
