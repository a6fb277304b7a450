//! Products: instruments by their ISIN, as DEGIRO's exports name them.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use serde_json::Value;
use stonks_core::fact::{Fact, Identity, Location};
use stonks_core::instrument::{AssetClass, Instrument, Isin};
use stonks_core::money::Currency;

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::Fields;
use super::words::folded;
use super::{PRODUCTS, PROFILES, Teller, identity};

/// The product whose quotations are the euro's rate in dollars.
pub(super) const EURO_IN_DOLLARS: &str = "705366";

/// A product of the old database.
pub(super) struct Product {
    pub(super) instrument: Identity,
    /// What an export has for it: the ISIN, or the short form of its name.
    pub(super) code: String,
    /// Nothing where the ISIN is none.
    pub(super) isin: String,
    pub(super) name: String,
    pub(super) currency: Option<Currency>,
    pub(super) class: AssetClass,
}

/// All products, and which of their instruments are told already.
#[derive(Default)]
pub(super) struct Products {
    by_id: BTreeMap<String, Product>,
    /// By identity: the instrument, and where it was read.
    untold: HashMap<Identity, (Instrument, Location)>,
    n_rows: usize,
    n_profiles: (usize, usize),
}

impl Products {
    pub(super) fn read(
        rows: &[OldRow],
        profiles: &[OldRow],
        teller: &mut Teller,
    ) -> Result<Self, MigrationError> {
        let sectors: HashMap<String, String> = profiles
            .iter()
            .filter_map(|row| {
                let profile: Value = serde_json::from_str(&row.text("data")?).ok()?;
                let sector = profile.get("data")?.get("sector")?.as_str()?;
                Some((row.text("isin")?, sector.trim().to_owned()))
            })
            .filter(|(_, sector)| !sector.is_empty())
            .collect();
        let n_profiles = (profiles.len(), sectors.len());
        let mut products = Self { n_rows: rows.len(), n_profiles, ..Self::default() };
        for row in rows {
            let location = teller.row(row, &row.key());
            products.add(row, &sectors, location)?;
        }
        Ok(products)
    }

    fn add(
        &mut self,
        row: &OldRow,
        sectors: &HashMap<String, String>,
        location: Location,
    ) -> Result<(), MigrationError> {
        let id = row.text("id").ok_or_else(|| row.bad("id", "number"))?;
        let name = row.text("name").unwrap_or_else(|| format!("DEGIRO product {id}"));
        let (scheme, code) = scheme_and_code(&name, &row.text("isin").unwrap_or_default(), &id);
        let class = class(&row.text("product_type").unwrap_or_default());
        let currency = row.text("currency").and_then(|code| code.parse().ok());
        let isin: Option<Isin> = code.parse().ok();
        let contract = row.decimal("contract_size")?.filter(|size| *size > Decimal::ZERO);
        let is_contract =
            matches!(class, AssetClass::Option | AssetClass::Future | AssetClass::Bond);
        let has_country = class == AssetClass::Stock && !code.starts_with('X');
        let instrument = Instrument {
            identity: identity(&format!("{scheme}:{code}"))?,
            asset_class: class,
            name: Some(name.clone()),
            symbol: row.text("symbol"),
            isin,
            market: None,
            currency,
            multiplier: contract.filter(|size| is_contract && *size != Decimal::ONE),
            terms: None,
            sector: sectors.get(&code).cloned(),
            // The domicile of a fund says nothing of what it holds, and `XS` is no country.
            country: isin.filter(|_| has_country).map(|isin| isin.as_str()[..2].to_owned()),
            codes: vec![("degiro".to_owned(), id.clone())],
        };
        let product = Product {
            instrument: instrument.identity.clone(),
            isin: isin.map(|isin| isin.to_string()).unwrap_or_default(),
            code,
            name,
            currency,
            class,
        };
        self.by_id.insert(id.clone(), product);
        // A product that was listed anew has another id and the same ISIN: one instrument.
        match self.untold.get_mut(&instrument.identity) {
            Some((first, _)) => first.codes.extend(instrument.codes),
            None => {
                self.untold.insert(instrument.identity.clone(), (instrument, location));
            }
        }
        Ok(())
    }

    /// The product with this id; one of which the old database knows nothing but the id is told as
    /// that.
    pub(super) fn find(&mut self, id: &str) -> Result<&Product, MigrationError> {
        if !self.by_id.contains_key(id) {
            let name = format!("DEGIRO product {id}");
            let identity = identity(&format!("degiro:{id}"))?;
            let instrument = Instrument {
                identity: identity.clone(),
                asset_class: AssetClass::Unknown,
                name: Some(name.clone()),
                symbol: None,
                isin: None,
                market: None,
                currency: None,
                multiplier: None,
                terms: None,
                sector: None,
                country: None,
                codes: vec![("degiro".to_owned(), id.to_owned())],
            };
            self.untold.insert(identity.clone(), (instrument, Location::default()));
            let product = Product {
                instrument: identity,
                code: id.to_owned(),
                isin: String::new(),
                name,
                currency: None,
                class: AssetClass::Unknown,
            };
            self.by_id.insert(id.to_owned(), product);
        }
        self.by_id.get(id).ok_or_else(|| MigrationError::Storage(anyhow::anyhow!("a lost product")))
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Product> {
        self.by_id.values().find(|product| product.name == name)
    }

    pub(super) fn by_isin(&self, isin: &str) -> Option<&Product> {
        self.by_id.values().find(|product| product.code == isin)
    }

    /// Tells the instrument before it is named, once.
    pub(super) fn tell(&mut self, instrument: &Identity, teller: &mut Teller) {
        if let Some((instrument, location)) = self.untold.remove(instrument) {
            teller.tell(Fact::Instrument(instrument), location);
        }
    }

    /// What became of the products, once all that names them is told.
    pub(super) fn report(&self, teller: &mut Teller) {
        let unnamed: Vec<String> = self
            .untold
            .values()
            .map(|(instrument, _)| format!("`{}` is named by nothing", instrument.label()))
            .collect();
        teller.table(&PRODUCTS, self.n_rows, self.n_rows - unnamed.len().min(self.n_rows), unnamed);
        let (rows, sectors) = self.n_profiles;
        let empty = rows - sectors;
        let left_out = (empty > 0).then(|| format!("{empty} tell no sector"));
        teller.table(&PROFILES, rows, sectors, left_out.into_iter().collect());
    }
}

/// As DEGIRO's plugin makes an identity of what an export tells.
fn scheme_and_code(name: &str, isin: &str, id: &str) -> (&'static str, String) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !isin.is_empty() && isin.len() <= 40 && isin.bytes().all(is_plain) {
        return ("isin", isin.to_owned());
    }
    let mut slug = String::new();
    for letter in folded(name).chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 80 {
            break;
        }
    }
    match slug.trim_end_matches('-') {
        "" => ("degiro", id.to_owned()),
        slug => ("name", slug.to_owned()),
    }
}

fn class(product_type: &str) -> AssetClass {
    match product_type {
        "STOCK" => AssetClass::Stock,
        "ETF" => AssetClass::Etf,
        "FUND" | "MUTUAL_FUND" | "INVESTMENT_FUND" => AssetClass::Fund,
        "BOND" => AssetClass::Bond,
        "OPTION" => AssetClass::Option,
        "FUTURE" => AssetClass::Future,
        "WARRANT" => AssetClass::Warrant,
        "CERTIFICATE" | "LEVERAGED" | "ETC" | "STRUCTURED" => AssetClass::Certificate,
        "CFD" => AssetClass::Cfd,
        "CRYPTO" => AssetClass::Crypto,
        "CURRENCY" => AssetClass::CurrencyPair,
        "CASH" => AssetClass::CashFund,
        "" => AssetClass::Unknown,
        _ => AssetClass::Other,
    }
}
