//! `stonks doctor`: what is wrong, and what to do about it.

use std::process::ExitCode;

use anyhow::Result;
use stonks_app::doctor::Level;

use crate::config::GlobalOptions;
use crate::output::Output;

/// 1 where anything is an error.
pub(crate) async fn run(global: &GlobalOptions, output: &Output) -> Result<ExitCode> {
    let app = global.open().await?;
    let findings = async {
        app.map_facts().await?;
        anyhow::Ok(app.examine().await?)
    };
    let findings = findings.await;
    app.close().await;
    let findings = findings?;
    let n_of = |level| findings.iter().filter(|finding| finding.level == level).count();
    if output.is_json() {
        output.json(&findings)?;
    } else {
        for finding in &findings {
            output.line(&format!("{:<8}{}: {}", finding.level, finding.area, finding.message));
            if let Some(hint) = &finding.hint {
                output.line(&format!("        {hint}"));
            }
        }
        output.note(&format!("{} errors, {} warnings", n_of(Level::Error), n_of(Level::Warning)));
    }
    Ok(if n_of(Level::Error) > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
