//! `stonks plugin set` and `stonks plugin middleware`: what holds for a plugin in all accounts.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;
use stonks_app::App;
use stonks_plugin::PluginId;

use crate::output::{Column, Output};

#[derive(Args)]
pub(crate) struct Set {
    /// Whose settings.
    name: PluginId,
    /// A setting and its value; @FILE takes the value from a file, and no value takes the setting back.
    /// None shows what is set.
    #[arg(value_name = "KEY=VALUE", value_parser = assignment)]
    assignments: Vec<(String, String)>,
}

#[derive(Args)]
pub(crate) struct Middleware {
    /// Names in order, in place of the order before; none shows it.
    #[arg(value_name = "NAME")]
    names: Vec<PluginId>,
    /// Let facts go through none.
    #[arg(long, conflicts_with = "names")]
    none: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("`KEY=VALUE` or `KEY=@FILE` is expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

pub(crate) async fn set(app: &App, options: Set, output: &Output) -> Result<()> {
    let mut settings = app.plugin_settings(&options.name).await?;
    for (key, value) in &options.assignments {
        let value = match value.strip_prefix('@') {
            Some(file) => read(Path::new(file))?,
            None => value.clone(),
        };
        if value.is_empty() {
            settings.remove(key);
        } else {
            settings.insert(key.clone(), value);
        }
    }
    if !options.assignments.is_empty() {
        app.set_plugin_settings(&options.name, &settings).await?;
    }
    if output.is_json() {
        return output.json(&settings);
    }
    let rows = settings.into_iter().map(|(key, value)| {
        let n_lines = value.lines().count();
        let shown = if n_lines > 1 { format!("{n_lines} lines") } else { value };
        vec![key, shown]
    });
    let columns = [Column::Left("setting"), Column::Left("value")];
    output.table(&columns, rows.collect(), &format!("nothing is set for `{}`", options.name));
    Ok(())
}

/// One byte more than a setting may have is enough to have it refused.
fn read(file: &Path) -> Result<String> {
    let reading = || format!("reading `{}`", file.display());
    let mut text = String::new();
    let most = App::MOST_SETTING_BYTES as u64 + 1;
    File::open(file)
        .and_then(|file| file.take(most).read_to_string(&mut text))
        .with_context(reading)?;
    Ok(text)
}

pub(crate) async fn middleware(app: &App, options: Middleware, output: &Output) -> Result<()> {
    if options.none || !options.names.is_empty() {
        app.set_middleware(&options.names).await?;
    }
    let names = app.middleware().await?;
    if output.is_json() {
        return output.json(&names);
    }
    let rows = names.iter().enumerate();
    let rows = rows.map(|(place, name)| vec![(place + 1).to_string(), name.to_string()]);
    let columns = [Column::Right("place"), Column::Left("middleware")];
    output.table(&columns, rows.collect(), "facts go through no middleware");
    Ok(())
}
