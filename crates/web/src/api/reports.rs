//! Figures and lists, as of any day: what `stonks show` tells.

use axum::Json;
use axum::extract::{Path, State};
use jiff::civil::Date;
use stonks_app::reports::{
    AccountRow, ActionRow, DepositRow, Depth, DividendRow, Explained, FeeRow, HistoryRow,
    HoldingRow, Query, ReconciliationRow, SaleRow, TotalReport, TransactionRow,
};
use stonks_core::account::AccountName;
use utoipa::IntoParams;

use super::parameters::{Asked, FromParameters, Parameters};
use super::problem::{MEDIA_TYPE, Problem};
use crate::router::Shared;

/// What a report is to cover.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the parameters; the query is read from them at once")]
pub(super) struct Scope {
    /// The name of one account; all where it isn't given.
    account: Option<String>,
    /// The day at whose end things stand, `2026-01-31`; today where it isn't given.
    #[param(format = Date)]
    as_of: Option<String>,
    /// The first day of lists.
    #[param(format = Date)]
    from: Option<String>,
    /// The last day of lists.
    #[param(format = Date)]
    to: Option<String>,
}

/// The same for holdings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the parameters; the query is read from them at once")]
pub(super) struct Holdings {
    /// Whether what is held in several accounts is one holding: `true` or `false`.
    together: Option<bool>,
}

/// A parameter that is a day.
pub(super) fn date(
    parameters: &mut Parameters,
    name: &'static str,
) -> Result<Option<Date>, Problem> {
    let expected = |_| "expected is a date such as 2026-01-31".to_owned();
    Ok(parameters.all_by(name, |text| text.parse::<Date>().map_err(expected))?.pop())
}

impl FromParameters for Query {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let mut date = |name| date(parameters, name);
        let (as_of, from, to) = (date("as_of")?, date("from")?, date("to")?);
        let account = parameters.one::<AccountName>("account")?;
        Ok(Self { account, as_of, from, to, together: false })
    }
}

/// What a report of holdings is to cover.
pub(super) struct Together(Query);

impl FromParameters for Together {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let together = parameters.one::<bool>("together")?.unwrap_or_default();
        Ok(Self(Query { together, ..Query::read(parameters)? }))
    }
}

/// Value, cash, deposits, profit or loss.
#[utoipa::path(
    get, path = "/total", tag = "reports", params(Scope),
    responses(
        (status = 200, body = TotalReport),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such account.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn total(
    State(shared): State<Shared>,
    Asked(query): Asked<Query>,
) -> Result<Json<TotalReport>, Problem> {
    Ok(Json(shared.app.total(&query).await?))
}

/// What is held and was held, the largest first.
#[utoipa::path(
    get, path = "/portfolio", tag = "reports", params(Scope, Holdings),
    responses(
        (status = 200, body = [HoldingRow]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such account.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn portfolio(
    State(shared): State<Shared>,
    Asked(Together(query)): Asked<Together>,
) -> Result<Json<Vec<HoldingRow>>, Problem> {
    Ok(Json(shared.app.portfolio(&query).await?.holdings))
}

/// How a figure came to be, down to the rows of files: `total.value`, `total.cash`, `total.deposits`,
/// `total.profit_loss`, `total.roi_percent`, `holding.SYMBOL.value` and the like, `sale.ID.gain`,
/// `performance.twr`, `performance.mwr`.
#[utoipa::path(
    get, path = "/explain/{figure}", tag = "reports",
    params(("figure" = String, Path, description = "The name of the figure."), Scope),
    responses(
        (status = 200, body = Explained),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such figure, or no such account.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn explain(
    State(shared): State<Shared>,
    Path(figure): Path<String>,
    Asked(query): Asked<Query>,
) -> Result<Json<Explained>, Problem> {
    Ok(Json(shared.app.explain(&figure, &query, Depth::Rows).await?))
}

/// A list of rows, oldest first, that the application tells under the same name.
macro_rules! lists {
    ($($(#[doc = $docs:literal])+ $name:ident, $use_case:ident, $path:literal, $row:ty;)*) => {$(
        $(#[doc = $docs])+
        #[utoipa::path(
            get, path = $path, tag = "reports", params(Scope),
            responses(
                (status = 200, body = [$row]),
                (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
                (status = 404, description = "There is no such account.", body = Problem, content_type = MEDIA_TYPE),
            )
        )]
        pub(super) async fn $name(
            State(shared): State<Shared>,
            Asked(query): Asked<Query>,
        ) -> Result<Json<Vec<$row>>, Problem> {
            Ok(Json(shared.app.$use_case(&query).await?))
        }
    )*};
}

lists! {
    /// Purchases, sales and corporate actions.
    transactions, transactions, "/transactions", TransactionRow;
    /// Sales, each with the lots that it used.
    sales, sales, "/sales", SaleRow;
    /// Splits, spin-offs, exchanges: what was held before and after.
    corporate_actions, corporate_actions, "/corporate-actions", ActionRow;
    /// What brokers claim against what was imported; what differs first.
    reconciliation, reconciliation, "/reconciliation", ReconciliationRow;
    /// Money put in and taken out.
    deposits, deposits, "/deposits", DepositRow;
    /// Dividends: paid, announced and forecast.
    dividends, dividends, "/dividends", DividendRow;
    /// What it cost.
    fees, fees, "/fees", FeeRow;
    /// Every movement of cash.
    account, account_statement, "/account", AccountRow;
    /// Value on every day.
    history, history, "/history", HistoryRow;
}
