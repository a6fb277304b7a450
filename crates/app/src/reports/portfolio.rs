//! What is held, and what is no longer held.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::explanation::key;
use stonks_core::figure::Figure;
use stonks_core::holdings::Holding;
use stonks_core::instrument::AssetClass;
use stonks_core::money::{Currency, round};
use stonks_core::portfolio::{CashBalance, together};
use stonks_core::quotes::PriceSource;
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Query, TotalReport, known, rounded_in, told};
use crate::accounts::AccountError;
use crate::app::App;

/// One instrument in one account, or in all where they are told together. Gains and cost basis are in the base currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldingRow {
    pub account: String,
    /// By which [`App::explain`] knows it.
    pub key: String,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    #[schema(value_type = String)]
    pub asset_class: AssetClass,
    #[schema(value_type = String)]
    pub quantity: Amount,
    /// Of price, value and average cost.
    #[schema(value_type = String)]
    pub currency: Currency,
    #[schema(value_type = Option<String>)]
    pub price: Option<Amount>,
    /// The day of the price.
    #[schema(value_type = Option<String>)]
    pub price_date: Option<Date>,
    #[schema(value_type = Option<String>)]
    pub price_source: Option<PriceSource>,
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub base_value: Option<Amount>,
    /// Of one unit, fees included.
    #[schema(value_type = Option<String>)]
    pub average_cost: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub cost_basis: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub unrealized_gain: Option<Amount>,
    /// Unrealised gain as a share of the cost basis, in per cent.
    #[schema(value_type = Option<String>)]
    pub unrealized_percent: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub realized_gain: Option<Amount>,
    pub is_open: bool,
    /// Share of all that has a value, in per cent.
    #[schema(value_type = Option<String>)]
    pub weight_percent: Option<Amount>,
    pub reasons: Vec<String>,
    /// Middleware that changed what the holding rests on: name and version.
    pub changed_by: Vec<String>,
}

/// Cash in one account and currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CashRow {
    pub account: String,
    #[schema(value_type = String)]
    pub currency: Currency,
    #[schema(value_type = String)]
    pub amount: Amount,
    #[schema(value_type = Option<String>)]
    pub base_value: Option<Amount>,
    pub reasons: Vec<String>,
}

/// Everything that is there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PortfolioReport {
    pub total: TotalReport,
    /// The largest first; what is held no more, last.
    pub holdings: Vec<HoldingRow>,
    /// Without currencies of which nothing is left.
    pub cash: Vec<CashRow>,
}

/// Places to which average costs are told.
const AVERAGE_COST_PLACES: u32 = 6;

impl Desk {
    /// Who changed anything on which a holding rests; in any account where they are told together.
    fn changed_by(&self, holding: &Holding) -> Vec<String> {
        let of = |account| self.books.changes.of_instrument(account, holding.instrument);
        if !self.query.together {
            return of(&holding.account);
        }
        let books = self.ledger().books_of(self.account());
        let all: BTreeSet<String> = books.flat_map(|book| of(&book.account)).collect();
        all.into_iter().collect()
    }
}

impl HoldingRow {
    fn new(desk: &Desk, holding: &Holding, whole: Decimal) -> Self {
        let instrument = desk.instrument(holding.instrument);
        let mut reasons = Vec::new();
        let average_cost = known(&holding.average_cost(instrument), &mut reasons);
        if !holding.oversold.is_zero() {
            reasons.push(format!(
                "{} more units were sold than bought: the position was short, or earlier purchases are missing",
                told(holding.oversold)
            ));
        }
        let percent = |part: &Figure, whole: Decimal| {
            let share =
                part.as_ref().ok()?.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
            Some(format!("{:.2}", round(share, 2)))
        };
        let cost = holding.cost.base.clone().unwrap_or_default().abs();
        Self {
            account: holding.account_label.clone(),
            key: key(desk.ledger(), holding.instrument),
            instrument: InstrumentName::of(instrument),
            asset_class: instrument.asset_class,
            quantity: told(holding.quantity),
            currency: holding.currency,
            price: holding.price.map(|price| told(price.price)),
            price_date: holding.price.map(|price| price.date),
            price_source: holding.price.map(|price| price.source),
            value: known(&holding.value, &mut reasons)
                .map(|value| rounded_in(value, holding.currency)),
            base_value: desk.figure(&holding.base_value, &mut reasons),
            average_cost: average_cost.map(|cost| told(round(cost, AVERAGE_COST_PLACES))),
            cost_basis: desk.figure(&holding.cost.base, &mut reasons),
            unrealized_gain: desk.figure(&holding.unrealized_gain, &mut reasons),
            unrealized_percent: percent(&holding.unrealized_gain, cost)
                .filter(|_| holding.is_open()),
            realized_gain: desk.figure(&holding.realized_gain, &mut reasons),
            is_open: holding.is_open(),
            weight_percent: percent(&holding.base_value, whole),
            reasons,
            changed_by: desk.changed_by(holding),
        }
    }
}

impl CashRow {
    fn new(desk: &Desk, balance: &CashBalance) -> Self {
        let mut reasons = Vec::new();
        Self {
            account: balance.account_label.clone(),
            currency: balance.money.currency,
            amount: told(balance.money.amount),
            base_value: desk.figure(&balance.base_value, &mut reasons),
            reasons,
        }
    }
}

impl App {
    /// Holdings and cash, with their total.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn portfolio(&self, query: &Query) -> Result<PortfolioReport, AccountError> {
        let desk = self.desk(query).await?;
        let portfolio = desk.portfolio();
        let mut holdings = portfolio.holdings.clone();
        if query.together {
            holdings = together(holdings);
        }
        holdings.sort_by(|left, right| {
            let key = |holding: &Holding| {
                (holding.is_open(), holding.base_value.clone().unwrap_or_default())
            };
            key(right).cmp(&key(left))
        });
        let whole = portfolio.total.value.known();
        Ok(PortfolioReport {
            total: TotalReport::new(&desk, &portfolio.total),
            holdings: holdings
                .iter()
                .map(|holding| HoldingRow::new(&desk, holding, whole))
                .collect(),
            cash: portfolio
                .cash
                .iter()
                .filter(|balance| !balance.money.amount.is_zero())
                .map(|balance| CashRow::new(&desk, balance))
                .collect(),
        })
    }
}
