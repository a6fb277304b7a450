//! What issuers did to the units, with what was held before and after.

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::corporate_actions::{ActionKind, Change, CorporateAction};
use stonks_core::explanation::key;
use stonks_core::holdings::development;
use stonks_core::ledger::Place;
use stonks_core::money::Currency;
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Query, RowSource, told};
use crate::accounts::AccountError;
use crate::app::App;

/// What a corporate action did to one instrument. Costs are in the base currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActionChange {
    #[serde(flatten)]
    pub instrument: InstrumentName,
    #[schema(value_type = String)]
    pub quantity_before: Amount,
    #[schema(value_type = String)]
    pub quantity_after: Amount,
    #[schema(value_type = Option<String>)]
    pub cost_before: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub cost_after: Option<Amount>,
}

/// What is said about a spin-off.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SpinOffRow {
    /// The row that brought in the new units.
    pub transaction: String,
    /// By which [`App::explain`] knows what they were spun off from; none as long as nobody said.
    pub parent: Option<String>,
    /// The share of the parent's cost that goes along, from 0 to 1; none where it follows from prices.
    #[schema(value_type = Option<String>)]
    pub fraction: Option<Amount>,
}

/// A corporate action in one account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActionRow {
    /// Of the first row that told it.
    pub id: String,
    pub account: String,
    /// The user's name of the account.
    #[schema(value_type = String)]
    pub account_name: AccountName,
    #[schema(value_type = String)]
    pub date: Date,
    #[schema(value_type = String)]
    pub kind: ActionKind,
    /// Units after for each unit before, of a split.
    #[schema(value_type = Option<String>)]
    pub ratio: Option<Amount>,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    /// What it realised, in the base currency.
    #[schema(value_type = Option<String>)]
    pub base_gain: Option<Amount>,
    /// Those that went or gave first.
    pub changes: Vec<ActionChange>,
    /// Of a spin-off.
    pub spin_off: Option<SpinOffRow>,
    pub sources: Vec<RowSource>,
    pub reasons: Vec<String>,
}

impl ActionRow {
    pub(super) fn new(desk: &Desk, action: &CorporateAction) -> Self {
        let mut reasons = Vec::new();
        let rows: Vec<_> = action.places.iter().filter_map(|place| desk.row(*place)).collect();
        let change = |change: &Change| ActionChange {
            instrument: InstrumentName::of(desk.instrument(change.instrument)),
            quantity_before: told(change.quantity_before),
            quantity_after: told(change.quantity_after),
            cost_before: desk.figure(&change.cost_before.base, &mut reasons),
            cost_after: desk.figure(&change.cost_after.base, &mut reasons),
        };
        let changes = action.changes.iter().map(change).collect();
        Self {
            id: rows.first().map(|(id, _)| id.clone()).unwrap_or_default(),
            account: action.account_label.clone(),
            account_name: action.account.clone(),
            date: action.date,
            kind: action.kind,
            ratio: action.ratio.map(|ratio| told(ratio.round_dp(8))),
            base_currency: desk.base,
            base_gain: desk.figure(&action.gain.base, &mut reasons),
            changes,
            spin_off: desk.spin_off(action),
            sources: rows.into_iter().map(|(_, source)| source).collect(),
            reasons,
        }
    }
}

impl Desk {
    fn spin_off(&self, action: &CorporateAction) -> Option<SpinOffRow> {
        let spins_off = |place: &&Place| {
            let booked = self.ledger().transaction(**place);
            booked.is_some_and(|booked| booked.transaction.brings_in_spin_off())
        };
        let place = action.places.iter().find(spins_off)?;
        let identity = &self.ledger().transaction(*place)?.transaction.identity;
        let said = self.ledger().books.get(place.book)?.allocations.get(identity);
        Some(SpinOffRow {
            transaction: identity.to_string(),
            parent: said.map(|(parent, _)| key(self.ledger(), *parent)),
            fraction: said.and_then(|(_, fraction)| fraction.map(told)),
        })
    }
}

impl App {
    /// Corporate actions, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn corporate_actions(&self, query: &Query) -> Result<Vec<ActionRow>, AccountError> {
        let desk = self.desk(query).await?;
        let told = development(desk.ledger(), desk.account(), desk.terms());
        let actions = told.corporate_actions.iter().filter(|action| desk.covers(action.date));
        Ok(actions.map(|action| ActionRow::new(&desk, action)).collect())
    }
}
