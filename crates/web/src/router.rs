//! Every URL, on one screen.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use futures::FutureExt;
use stonks_app::App;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::events::{self, Closing};
use crate::pages::{
    self, account, accounts, alerts, comparison, dashboard, deposits, diversification, dividends,
    explain, fees, import, insights, performance, plugins, portfolio, reconciliation, sales,
    source, transactions,
};
use crate::staging::Staging;
use crate::{api, assets, security};

/// What every handler may use.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) app: Arc<App>,
    pub(crate) staging: Arc<Staging>,
    /// Places for those who listen to what happens.
    pub(crate) streams: Arc<Semaphore>,
    /// What ends the streams that would go on for good.
    pub(crate) closing: Closing,
}

/// A form with files may hold a few of the largest.
const MOST_UPLOAD_BYTES: usize = 256 << 20;

/// `is_local`: only names of this machine are answered, so that no foreign page can reach in under a
/// name that resolves to it.
pub fn router(app: Arc<App>, is_local: bool) -> Router {
    router_until(app, is_local, futures::future::pending().boxed().shared())
}

/// The same for a server that ends: its streams end with `closing`.
pub(crate) fn router_until(app: Arc<App>, is_local: bool, closing: Closing) -> Router {
    let streams = Arc::new(Semaphore::new(events::MOST_STREAMS));
    let shared = Shared { app, staging: Arc::default(), streams, closing };
    let pages = Router::new()
        .route("/", get(dashboard::show))
        .route("/portfolio", get(portfolio::show))
        .route("/performance", get(performance::show))
        .route("/diversification", get(diversification::show))
        .route("/dividends", get(dividends::show))
        .route("/deposits", get(deposits::show))
        .route("/fees", get(fees::show))
        .route("/account", get(account::show))
        .route("/insights", get(insights::show))
        .route("/transactions", get(transactions::show))
        .route("/sales", get(sales::show))
        .route("/explain/{*figure}", get(explain::show))
        .route("/accounts", get(accounts::show))
        .route("/accounts/{name}", post(accounts::set))
        .route("/accounts/{name}/lots", post(accounts::choose_lots))
        .route("/accounts/{name}/spin-off", post(accounts::allocate_spin_off))
        .route("/accounts/{name}/compare", get(comparison::show))
        .route("/accounts/{name}/cut-over", post(comparison::cut_over))
        .route("/reconciliation", get(reconciliation::show))
        .route("/source/{delivery}/{line}", get(source::show))
        .route(
            "/import",
            get(import::form).post(import::upload).layer(DefaultBodyLimit::max(MOST_UPLOAD_BYTES)),
        )
        .route("/import/preview/{token}", get(import::preview))
        .route("/import/confirm", post(import::confirm))
        .route("/plugins", get(plugins::list))
        .route("/plugins/events", get(events::stream))
        .route("/plugins/{name}", get(plugins::show))
        .route("/plugins/{name}/settings", post(plugins::settings::set))
        .route("/plugins/{name}/permissions", post(plugins::permissions::decide))
        .route("/plugins/{name}/thresholds", post(plugins::set_threshold))
        .route("/plugins/{name}/{command}", get(plugins::ask).post(plugins::run))
        .route("/alerts", get(alerts::show))
        .route("/alerts/{id}/acknowledge", post(alerts::acknowledge))
        .route("/alerts/webhooks", post(alerts::add_webhook))
        .route("/alerts/webhooks/{id}/remove", post(alerts::remove_webhook))
        .route("/alerts/webhooks/{id}/test", post(alerts::test_webhook))
        .route("/appearance", post(pages::set_appearance))
        .fallback(pages::not_found)
        .layer(CsrfLayer::new())
        .merge(api::router())
        .with_state(shared);
    let pages = pages.layer(from_fn(security::headers));
    let pages = if is_local { pages.layer(from_fn(security::local_names_only)) } else { pages };
    let pages = pages.layer(from_fn(api::dressed));
    Router::new()
        .route("/assets/{*path}", get(assets::serve))
        .merge(pages)
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(pages::panicked))
        .layer(TraceLayer::new_for_http())
}
