//! `stonks serve`: the web page.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use stonks_app::{App, Config, demo};
use tokio::net::TcpListener;

use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000", env = "STONKS_LISTEN")]
    listen: SocketAddr,
    /// Show three invented brokers, in a data directory that is thrown away.
    #[arg(long)]
    demo: bool,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    options: &Options,
    output: &Output,
) -> Result<ExitCode> {
    let mut config = Config { is_resident: true, ..global.config()? };
    // Held until the end: dropping it removes the folder.
    let throw_away = options
        .demo
        .then(tempfile::tempdir)
        .transpose()
        .context("creating a folder for the demo")?;
    if let Some(folder) = &throw_away {
        let data_dir = folder.path().to_path_buf();
        config = Config { data_dir, database_url: None, clock: Arc::new(demo::now), ..config };
    }
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.with_context(|| format!("listening on {}", options.listen))?;
    let address = listener.local_addr()?;
    let app = Arc::new(App::open(config).await?);
    if options.demo {
        demo::fill(&app).await.context("inventing the demo")?;
    }
    let keepers = [
        tokio::spawn(Arc::clone(&app).keep_insights()),
        tokio::spawn(Arc::clone(&app).keep_alerts()),
    ];
    output.note(&format!("Stonks Overwatch is at http://{address}"));
    let served = tokio::select! {
        served = stonks_web::serve(listener, Arc::clone(&app), shutdown()) => served,
        () = app.watch_plugins() => Ok(()),
    };
    for keeper in keepers {
        keeper.abort();
        // Gone in any case; what it held is free then.
        let _ = keeper.await;
    }
    served.context("serving")?;
    if let Ok(app) = Arc::try_unwrap(app) {
        app.close().await;
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends with Ctrl-C, and with the signal by which systems end services.
async fn shutdown() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match terminate {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
