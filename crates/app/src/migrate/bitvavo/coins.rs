//! Coins, as instruments that Bitvavo trades in euro.

use std::collections::{BTreeMap, HashSet};

use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::instrument::{AssetClass, Instrument};

use super::super::MigrationError;
use super::super::database::{OldRow, OldTable};
use super::super::reading::Fields;
use super::super::teller::{Teller, identity, visible};
use super::MONEY;

/// What is known of coins, and which are told.
pub(super) struct Coins {
    names: BTreeMap<String, String>,
    n_rows: usize,
    told: HashSet<String>,
}

impl Coins {
    pub(super) fn read(rows: &[OldRow]) -> Self {
        let named = |row: &OldRow| Some((row.text("symbol")?, row.text("name")?));
        let names = rows.iter().filter_map(named).collect();
        Self { names, n_rows: rows.len(), told: HashSet::new() }
    }

    /// Tells a coin before it is named, once.
    pub(super) fn tell(
        &mut self,
        symbol: &str,
        teller: &mut Teller,
    ) -> Result<Identity, MigrationError> {
        let identity = identity(&format!("symbol:{}", visible(symbol)))?;
        if self.told.insert(symbol.to_owned()) {
            let instrument = Instrument {
                identity: identity.clone(),
                asset_class: AssetClass::Crypto,
                name: Some(self.names.get(symbol).map_or(symbol, String::as_str).to_owned()),
                symbol: Some(symbol.to_owned()),
                isin: None,
                market: None,
                currency: Some(MONEY),
                multiplier: None,
                terms: None,
                sector: None,
                country: None,
                codes: vec![("bitvavo".to_owned(), symbol.to_owned())],
            };
            let path = format!("bitvavo_assets symbol {symbol}");
            let location = Location { line: None, path: Some(path.into()) };
            teller.tell(Fact::Instrument(instrument), location);
        }
        Ok(identity)
    }

    pub(super) fn report(&self, table: &OldTable, teller: &mut Teller) {
        let told = self.told.iter().filter(|symbol| self.names.contains_key(*symbol)).count();
        let rest = self.n_rows.saturating_sub(told);
        let left_out = (rest > 0).then(|| format!("{rest} are of coins that nothing names"));
        teller.table(table, self.n_rows, told, left_out.into_iter().collect());
    }
}
