//! What the portfolio is made of.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use stonks_core::diversification::{By, Group, Part, diversification};
use stonks_core::instrument::AssetClass;
use stonks_core::money::Currency;
use utoipa::ToSchema;

use super::{Amount, Desk, Query, SHARE_PLACES, TotalReport, known};
use crate::accounts::AccountError;
use crate::app::App;

/// A group of one division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DiversificationRow {
    /// `class`, `sector`, `country`, `currency` or `account`.
    #[schema(value_type = String)]
    pub by: By,
    /// The class, sector, country (ISO 3166), currency or account; `cash`, or `not known`.
    pub group: String,
    /// In the base currency.
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    /// A fraction: 0.25 is 25 %.
    pub share: Option<f64>,
    /// The same in per cent. Those of one division are 100.00 together.
    #[schema(value_type = Option<String>)]
    pub share_percent: Option<Amount>,
    /// Whether nobody told what it is of.
    pub is_unknown: bool,
    pub reasons: Vec<String>,
}

/// All divisions, and the whole that they divide.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DiversificationReport {
    #[schema(value_type = String)]
    pub as_of: Date,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    pub total: TotalReport,
    /// Division by division, the largest group first.
    pub groups: Vec<DiversificationRow>,
}

/// What to do about what nobody told.
pub const HOW_TO_FILL: &str = "no broker tells the sector or the country of these holdings; a middleware plugin \
                               can add them to its instruments, and then they are told here";

impl DiversificationRow {
    fn new(desk: &Desk, part: &Part) -> Self {
        let mut reasons = Vec::new();
        let value = desk.figure(&part.value, &mut reasons);
        let share = known(&part.share, &mut reasons);
        let is_unknown = part.group == Group::NotKnown;
        if is_unknown && matches!(part.by, By::Sector | By::Country) {
            reasons.push(HOW_TO_FILL.to_owned());
        }
        Self {
            by: part.by,
            group: match &part.group {
                Group::Class(class) => class.to_string(),
                Group::Named(name) => name.clone(),
                Group::Cash => "cash".to_owned(),
                Group::NotKnown => "not known".to_owned(),
            },
            value,
            share: share.and_then(|share| share.checked_div(Decimal::ONE_HUNDRED)?.to_f64()),
            share_percent: share.map(|share| format!("{share:.*}", SHARE_PLACES as usize)),
            is_unknown,
            reasons,
        }
    }

    /// The group as people call it.
    #[must_use]
    pub fn label(&self) -> String {
        if self.is_unknown {
            return "Not known".to_owned();
        }
        if self.group == "cash" && self.by != By::Account {
            return "Cash".to_owned();
        }
        let class = || self.group.parse::<AssetClass>().ok();
        match self.by {
            By::Class => {
                class().map_or_else(|| self.group.clone(), |class| class_label(class).to_owned())
            }
            By::Sector | By::Country if self.group == "crypto" => "Crypto".to_owned(),
            _ => self.group.clone(),
        }
    }
}

/// The class as people call it, in the plural.
#[must_use]
pub const fn class_label(class: AssetClass) -> &'static str {
    match class {
        AssetClass::Stock => "Stocks",
        AssetClass::Etf => "ETFs",
        AssetClass::Fund => "Funds",
        AssetClass::CashFund => "Cash funds",
        AssetClass::Bond => "Bonds",
        AssetClass::Option => "Options",
        AssetClass::Future => "Futures",
        AssetClass::Warrant => "Warrants",
        AssetClass::Certificate => "Certificates",
        AssetClass::Cfd => "CFDs",
        AssetClass::Crypto => "Crypto",
        AssetClass::CurrencyPair => "Currencies",
        AssetClass::Commodity => "Commodities",
        AssetClass::Other | AssetClass::Unknown => "Other",
    }
}

impl App {
    /// What the portfolio is made of, by class, sector, country, currency and account.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn diversification(
        &self,
        query: &Query,
    ) -> Result<DiversificationReport, AccountError> {
        let desk = self.desk(query).await?;
        let portfolio = desk.portfolio();
        let parts = diversification(desk.ledger(), &portfolio, SHARE_PLACES);
        Ok(DiversificationReport {
            as_of: desk.as_of,
            base_currency: desk.base,
            total: TotalReport::new(&desk, &portfolio.total),
            groups: parts.iter().map(|part| DiversificationRow::new(&desk, part)).collect(),
        })
    }
}
