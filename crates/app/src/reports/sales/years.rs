//! Sales by calendar year, and the newest of them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use stonks_core::figure::Figure;
use stonks_core::holdings::development;
use stonks_core::money::round;
use stonks_core::sales::Sale;

use super::super::corporate_actions::ActionRow;
use super::super::{Amount, Desk};
use super::SaleRow;

/// Sales that are told one by one.
const MOST: usize = 200;

/// The sales of a calendar year in the base currency, each as it is shown and then added up. With one
/// figure unknown there is no sum.
#[derive(Debug, Clone)]
pub struct SaleYear {
    pub year: i16,
    pub n_sales: usize,
    pub proceeds: Option<Amount>,
    pub cost: Option<Amount>,
    pub gain: Option<Amount>,
    pub price_effect: Option<Amount>,
    pub currency_effect: Option<Amount>,
}

/// What was sold, and what issuers did to the units.
#[derive(Debug, Clone)]
pub struct SalesReport {
    /// All there are, the newest first.
    pub years: Vec<SaleYear>,
    /// Sales of the year that was asked for, or of all.
    pub n_sales: usize,
    /// The newest of them, the newest first.
    pub sales: Vec<SaleRow>,
    /// Of the same time, the newest first.
    pub actions: Vec<ActionRow>,
}

impl SaleYear {
    fn new(desk: &Desk, year: i16, sales: &[&Sale]) -> Self {
        let shown = |amount: Decimal| round(amount, desk.base.decimal_places());
        let sum = |of: fn(&Sale) -> &Figure| {
            let sum = sales.iter().try_fold(Decimal::ZERO, |sum, sale| {
                sum.checked_add(shown(*of(sale).as_ref().ok()?))
            });
            sum.map(|sum| desk.rounded(sum))
        };
        Self {
            year,
            n_sales: sales.len(),
            proceeds: sum(|sale| &sale.proceeds.base),
            cost: sum(|sale| &sale.cost.base),
            gain: sum(|sale| &sale.gain.base),
            price_effect: sum(|sale| &sale.gain.price_effect),
            currency_effect: sum(|sale| &sale.gain.currency_effect),
        }
    }
}

impl SalesReport {
    pub(super) fn new(desk: &Desk, year: Option<i16>) -> Self {
        let told = development(desk.ledger(), desk.account(), desk.terms());
        let mut by_year: BTreeMap<i16, Vec<&Sale>> = BTreeMap::new();
        let covered: Vec<&Sale> = told.sales.iter().filter(|sale| desk.covers(sale.date)).collect();
        for sale in &covered {
            by_year.entry(sale.date.year()).or_default().push(sale);
        }
        let is_asked = |of: i16| year.is_none_or(|year| year == of);
        let asked = covered.iter().rev().filter(|sale| is_asked(sale.date.year()));
        let actions = told
            .corporate_actions
            .iter()
            .rev()
            .filter(|action| desk.covers(action.date) && is_asked(action.date.year()));
        Self {
            n_sales: asked.clone().count(),
            sales: asked.take(MOST).map(|sale| SaleRow::new(desk, sale)).collect(),
            actions: actions.map(|action| ActionRow::new(desk, action)).collect(),
            years: by_year
                .iter()
                .rev()
                .map(|(year, all)| SaleYear::new(desk, *year, all))
                .collect(),
        }
    }
}
