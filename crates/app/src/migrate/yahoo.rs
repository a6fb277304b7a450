//! What the old database knows from Yahoo: sectors and countries of symbols, and splits.
//!
//! A symbol of a European listing may be that of another company in the United States, for which Yahoo was
//! asked. What is told of it counts only where its kind and currency are those of the instrument, and fills
//! only what the broker left open.

mod countries;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;
use stonks_core::fact::{Fact, Located};
use stonks_core::instrument::{AssetClass, Instrument};

use super::MigrationError;
use super::database::{OldDatabase, OldRow, OldTable};
use super::reading::{Fields, exact};
use super::report::TableReport;

const INFOS: OldTable = OldTable {
    name: "yfinance_ticker_info",
    columns: &["id", "symbol", "data"],
    order: "id",
    since: None,
};
const SPLITS: OldTable = OldTable {
    name: "yfinance_stock_splits",
    columns: &["id", "symbol", "data"],
    order: "id",
    since: None,
};

/// A split on the day on which it took effect: `ratio` units for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OldSplit {
    pub(super) date: Date,
    pub(super) ratio: Decimal,
}

/// All of it, by symbol.
#[derive(Default)]
pub(super) struct Yahoo {
    infos: HashMap<String, Info>,
    splits: HashMap<String, Vec<OldSplit>>,
    n_rows: (usize, usize),
    used: HashSet<String>,
    /// Symbols whose splits some account was told.
    split: BTreeSet<String>,
}

struct Info {
    kind: String,
    currency: String,
    sector: Option<String>,
    country: Option<&'static str>,
}

impl Yahoo {
    pub(super) async fn read(old: &mut OldDatabase) -> Result<Self, MigrationError> {
        let (infos, splits) = (old.rows(&INFOS).await?, old.rows(&SPLITS).await?);
        let mut yahoo = Self { n_rows: (infos.len(), splits.len()), ..Self::default() };
        // The symbol isn't unique: the newest row counts.
        for row in &infos {
            let info = info(&row.json("data")?);
            yahoo.infos.insert(row.text("symbol").unwrap_or_default(), info);
        }
        for row in &splits {
            yahoo.splits.insert(row.text("symbol").unwrap_or_default(), splits_of(row)?);
        }
        Ok(yahoo)
    }

    /// Fills sector and country where the broker tells none.
    pub(super) fn complete(&mut self, facts: &mut [Located]) {
        for Located { fact, .. } in facts {
            let Fact::Instrument(instrument) = fact else { continue };
            let symbol = instrument.symbol.clone().unwrap_or_default();
            let Some(info) = self.infos.get(&symbol).filter(|info| info.is_of(instrument)) else {
                continue;
            };
            let before = (instrument.sector.is_some(), instrument.country.is_some());
            let sector = instrument.sector.take().or_else(|| info.sector.clone());
            let country = instrument.country.take();
            // The domicile of a fund says nothing of what it holds.
            let told = info.country.filter(|_| instrument.asset_class == AssetClass::Stock);
            instrument.sector = sector;
            instrument.country = country.or_else(|| told.map(str::to_owned));
            if (instrument.sector.is_some(), instrument.country.is_some()) != before {
                self.used.insert(symbol);
            }
        }
    }

    /// Tells funds from shares, where a broker says neither.
    pub(super) fn classify(&self, facts: &mut [Located]) {
        for Located { fact, .. } in facts {
            let Fact::Instrument(instrument) = fact else { continue };
            let symbol = instrument.symbol.as_deref().unwrap_or_default();
            let is_fund = self.infos.get(symbol).is_some_and(|info| info.kind == "ETF");
            if is_fund && instrument.asset_class == AssetClass::Stock {
                instrument.asset_class = AssetClass::Etf;
            }
        }
    }

    /// Splits of a symbol, the oldest first.
    pub(super) fn splits(&self, symbol: &str) -> &[OldSplit] {
        self.splits.get(symbol).map_or(&[], Vec::as_slice)
    }

    /// Says that an account was told the splits of a symbol.
    pub(super) fn told_splits(&mut self, symbol: &str) {
        self.split.insert(symbol.to_owned());
    }

    pub(super) fn report(&self) -> [TableReport; 2] {
        let table = |name: &str, rows: usize, told: usize, rest: &str| TableReport {
            table: name.to_owned(),
            rows,
            told,
            left_out: (rows > told)
                .then(|| format!("{} {rest}", rows - told))
                .into_iter()
                .collect(),
        };
        let (infos, splits) = self.n_rows;
        [
            table(
                INFOS.name,
                infos,
                self.used.len().min(infos),
                "add nothing to what the brokers tell of sector and country",
            ),
            table(
                SPLITS.name,
                splits,
                self.split.len().min(splits),
                "are of splits that the broker's own rows tell, or of what wasn't held then",
            ),
        ]
    }
}

impl Info {
    fn is_of(&self, instrument: &Instrument) -> bool {
        let is_kind = match instrument.asset_class {
            AssetClass::Stock => self.kind == "EQUITY",
            AssetClass::Etf | AssetClass::Fund => matches!(&*self.kind, "ETF" | "MUTUALFUND"),
            _ => false,
        };
        let is_currency = instrument.currency.is_some_and(|currency| {
            currency.as_str() == self.currency
                || currency.as_str() == "GBX" && self.currency == "GBp"
        });
        is_kind && is_currency
    }
}

fn info(data: &Value) -> Info {
    let text = |name: &str| {
        let told = data.get(name).and_then(Value::as_str).map(str::trim);
        told.filter(|told| !told.is_empty()).map(str::to_owned)
    };
    Info {
        kind: text("quoteType").unwrap_or_default(),
        currency: text("currency").unwrap_or_default(),
        sector: text("sector"),
        country: text("country").and_then(|name| countries::code(&name)),
    }
}

/// `[{"date": "2020-08-31T00:00:00-04:00", "split_ratio": 4.0}]`. The day is that of the exchange, which
/// the text has in its own time.
fn splits_of(row: &OldRow) -> Result<Vec<OldSplit>, MigrationError> {
    let data = row.json("data")?;
    let mut splits = Vec::new();
    for told in data.as_array().into_iter().flatten() {
        let day = told.get("date").and_then(Value::as_str).unwrap_or_default();
        let day = day.split(['T', ' ']).next().unwrap_or_default();
        let date = Date::from_str(day).map_err(|_| row.bad("data", "list of splits"))?;
        let ratio = match told.get("split_ratio") {
            Some(Value::Number(number)) => exact(&number.to_string()),
            Some(Value::String(text)) => exact(text),
            _ => None,
        };
        let ratio = ratio.filter(|ratio| *ratio > Decimal::ZERO);
        splits.push(OldSplit {
            date,
            ratio: ratio.ok_or_else(|| row.bad("data", "list of splits"))?,
        });
    }
    splits.sort_by_key(|split| split.date);
    Ok(splits)
}
