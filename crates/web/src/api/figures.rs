//! Returns, diversification and sums of lists.

use axum::Json;
use axum::extract::State;
use stonks_app::reports::{
    DiversificationRow, DividendSummary, FeeSummary, PerformanceQuery, PerformanceReport, Query,
};
use stonks_core::account::AccountName;
use stonks_core::performance::Interval;
use utoipa::IntoParams;

use super::parameters::{Asked, FromParameters, Parameters};
use super::problem::{MEDIA_TYPE, Problem};
use super::reports::{Scope, date};
use crate::router::Shared;

/// Which returns are asked for, beside account and dates.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the parameters; the query is read from them at once")]
pub(super) struct Returns {
    /// The symbol, ISIN or name of one holding.
    holding: Option<String>,
    /// `MTD`, `YTD`, `1M`, `3M`, `6M`, `1Y`, `3Y`, `5Y` or `ALL`; not beside `from` and `to`.
    interval: Option<String>,
    /// `account` or `holding`: tell each of them, too. May be given twice.
    by: Option<Vec<String>>,
    /// The symbol, ISIN or name of an instrument with quotes, to compare with.
    benchmark: Option<String>,
    /// Whether each day is told: `true` or `false`.
    daily: Option<bool>,
    /// The risk-free rate of a year for the Sharpe ratio, as a fraction: `0.025`. 0 where it is left out.
    risk_free: Option<f64>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (-1.0..=1.0).contains(rate));
    rate.ok_or_else(|| "a fraction from -1 to 1 is expected".to_owned())
}

impl FromParameters for PerformanceQuery {
    fn read(parameters: &mut Parameters) -> Result<Self, Problem> {
        let [as_of, from, to] = ["as_of", "from", "to"].map(|name| date(parameters, name));
        let (as_of, from, to) = (as_of?, from?, to?);
        let expected = |_| "expected is one of MTD, YTD, 1M, 3M, 6M, 1Y, 3Y, 5Y, ALL".to_owned();
        let read = |text: &str| text.parse::<Interval>().map_err(expected);
        let interval = parameters.all_by("interval", read)?.pop();
        if interval.is_some() && (from.is_some() || to.is_some()) {
            let detail = "`interval` can't be given beside `from` or `to`";
            return Err(Problem::of_parameter("interval", detail));
        }
        let part = |text: &str| match text {
            "account" | "holding" => Ok(text.to_owned()),
            _ => Err("expected is `account` or `holding`".to_owned()),
        };
        let by = parameters.all_by("by", part)?;
        Ok(Self {
            account: parameters.one::<AccountName>("account")?,
            holding: parameters.one("holding")?,
            interval,
            from,
            to,
            as_of,
            by_account: by.iter().any(|by| by == "account"),
            by_holding: by.iter().any(|by| by == "holding"),
            benchmark: parameters.one("benchmark")?,
            daily: parameters.one::<bool>("daily")?.unwrap_or_default(),
            risk_free: parameters.all_by("risk_free", rate)?.pop().unwrap_or_default(),
        })
    }
}

/// Returns over a period: time-weighted, money-weighted, drawdown, volatility.
#[utoipa::path(
    get, path = "/performance", tag = "reports", params(Scope, Returns),
    responses(
        (status = 200, body = PerformanceReport),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such account or instrument.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn performance(
    State(shared): State<Shared>,
    Asked(query): Asked<PerformanceQuery>,
) -> Result<Json<PerformanceReport>, Problem> {
    Ok(Json(shared.app.performance(&query).await?))
}

/// What the portfolio is made of: by class, sector, country, currency and account.
#[utoipa::path(
    get, path = "/diversification", tag = "reports", params(Scope),
    responses(
        (status = 200, body = [DiversificationRow]),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such account.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn diversification(
    State(shared): State<Shared>,
    Asked(query): Asked<Query>,
) -> Result<Json<Vec<DiversificationRow>>, Problem> {
    Ok(Json(shared.app.diversification(&query).await?.groups))
}

/// Dividends by year, month and holding, with what was received apart from what is to come.
#[utoipa::path(
    get, path = "/dividends/summary", tag = "reports", params(Scope),
    responses(
        (status = 200, body = DividendSummary),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such account.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn dividend_summary(
    State(shared): State<Shared>,
    Asked(query): Asked<Query>,
) -> Result<Json<DividendSummary>, Problem> {
    Ok(Json(shared.app.dividend_summary(&query).await?))
}

/// Fees by class and by year.
#[utoipa::path(
    get, path = "/fees/summary", tag = "reports", params(Scope),
    responses(
        (status = 200, body = FeeSummary),
        (status = 400, description = "A parameter isn't what it should be.", body = Problem, content_type = MEDIA_TYPE),
        (status = 404, description = "There is no such account.", body = Problem, content_type = MEDIA_TYPE),
    )
)]
pub(super) async fn fee_summary(
    State(shared): State<Shared>,
    Asked(query): Asked<Query>,
) -> Result<Json<FeeSummary>, Problem> {
    Ok(Json(shared.app.fee_summary(&query).await?))
}
