//! Pages over reports: what a browser sees.
//!
//! Pages are drawn on the server and work without script. No request leaves the machine: style
//! sheet, scripts and pictures are part of the program, and the policy that each page carries forbids
//! everything else.
//!
//! Invariant: this crate calls use cases and draws their reports; it knows no SQL and no plugin.

mod api;
mod assets;
mod chart;
mod events;
mod figures;
mod graph;
mod pages;
mod panels;
mod router;
mod security;
mod staging;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use stonks_app::App;
use tokio::net::TcpListener;

pub use api::openapi_text;
pub use router::router;

/// For answers that are under way when the server ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves pages until `shutdown` completes, and then ends what is under way; a client that doesn't
/// take its answer holds nobody up.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let is_local = listener.local_addr()?.ip().is_loopback();
    if !is_local {
        tracing::warn!("whoever reaches this address sees the portfolio: there is no login yet");
    }
    let closing = shutdown.boxed().shared();
    let pages = router::router_until(app, is_local, closing.clone());
    let served = axum::serve(listener, pages).with_graceful_shutdown(closing.clone());
    tokio::select! {
        served = served => served,
        () = closing.then(|()| tokio::time::sleep(PATIENCE)) => Ok(()),
    }
}
