//! `stonks plugin info`: all that is known of one plugin.

use anyhow::Result;
use clap::Args;
use stonks_app::App;
use stonks_app::plugins::Description;
use stonks_host::Registry;
use stonks_plugin::{Manifest, PluginId};

use crate::output::{Advised, Output};

/// So many names are told to who asks for one that there isn't.
const FEW_NAMES: usize = 12;

#[derive(Args)]
pub(crate) struct Options {
    name: PluginId,
}

pub(super) async fn run(app: &App, options: &Options, output: &Output) -> Result<()> {
    let Some(described) = app.describe_plugin(options.name.as_str()).await? else {
        return Err(unknown(&options.name, &Registry::new(app.plugins())).into());
    };
    if output.is_json() {
        return output.json(&described);
    }
    describe(&described, *output);
    for other in &described.others {
        field(*output, "another", &format!("{} ({})", other.source, other.standing()));
    }
    super::validate::tell(&described.findings, None, output);
    Ok(())
}

fn unknown(name: &PluginId, registry: &Registry) -> Advised {
    let hint = match registry.nearest_name(name) {
        Some(nearest) => format!("did you mean `{nearest}`"),
        None if registry.all().is_empty() => "there are no plugins".to_owned(),
        None if registry.all().len() <= FEW_NAMES => {
            let mut known: Vec<&str> =
                registry.all().iter().map(|plugin| plugin.name.as_str()).collect();
            known.dedup();
            format!("there is {}", known.join(", "))
        }
        None => "`stonks plugin list` tells which there are".to_owned(),
    };
    Advised { message: format!("there is no plugin `{name}`"), hint }
}

fn field(output: Output, label: &str, value: &str) {
    if !value.is_empty() {
        // A stranger wrote it: no codes that steer the terminal.
        let shown: String = value
            .chars()
            .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
            .collect();
        output.line(&format!("{label:<12} {shown}"));
    }
}

fn describe(described: &Description, output: Output) {
    let row = &described.plugin;
    field(output, "plugin", &row.name);
    field(output, "version", row.version.as_deref().unwrap_or_default());
    if let Some(manifest) = &described.manifest {
        describe_manifest(manifest, output);
    }
    field(output, "type", row.kind.as_deref().unwrap_or_default());
    field(output, "runtime", row.runtime.as_deref().unwrap_or_default());
    field(output, "services", &row.services.join(", "));
    field(output, "state", &row.standing());
    field(output, "source", &row.source);
}

fn describe_manifest(manifest: &Manifest, output: Output) {
    let about = &manifest.plugin;
    field(output, "name", manifest.label());
    field(output, "description", about.description.as_deref().unwrap_or_default());
    field(output, "author", about.author.as_deref().unwrap_or_default());
    field(output, "license", about.license.as_deref().unwrap_or_default());
    field(output, "api", &format!("{} to {}", manifest.api.min_version, manifest.api.max_version));
    let capabilities = &manifest.capabilities;
    field(output, "features", &capabilities.features.join(", "));
    field(output, "markets", &capabilities.supported_markets.join(", "));
    field(output, "currencies", &capabilities.supported_currencies.join(", "));
    for permission in &manifest.permissions.http {
        let methods = if permission.methods.is_empty() {
            "any".to_owned()
        } else {
            permission.methods.join(", ")
        };
        let asked = format!("{methods} requests to {}: {}", permission.host, permission.purpose);
        field(output, "asks for", &asked);
    }
    for setting in &manifest.settings {
        let default = setting.default.as_ref().map(|default| format!(" [default: {default}]"));
        let told = format!("{}: {}{}", setting.key, setting.label, default.unwrap_or_default());
        field(output, "setting", &told);
    }
}
