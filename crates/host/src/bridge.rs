//! Brokers of an old installation as plugins: the classes that answer stay where they are, and run there.
//!
//! What the installation's static table says is written down once, as a folder of the data directory for
//! each broker; from then on nothing of it is run to list it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stonks_plugin::{PluginId, Service, manifest};
use tokio::process::Command;

use crate::discovery;
use crate::runtime::python::Sdk;

/// Where bridges are, in the data directory. Nothing but the host writes there.
pub(crate) const FOLDER: &str = "bridges";

const FILE_NAME: &str = "bridge.json";

/// How long an installation may take to tell its table: it loads all of its brokers for that.
const PATIENCE: Duration = Duration::from_secs(60);

/// One end of a bridge: where the other is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// The folder with the old program's source.
    pub installation: PathBuf,
    /// The interpreter of its environment.
    pub interpreter: PathBuf,
    /// What answers there.
    #[serde(flatten)]
    pub end: End,
}

/// What answers at the other end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// A broker, as the old table names it.
    Broker(String),
    /// A plugin in a folder of its own, which uses the installation.
    Plugin(PathBuf),
}

impl Bridge {
    pub(crate) fn read(files: &[(PathBuf, Vec<u8>)]) -> Option<Self> {
        let (_, content) = files.iter().find(|(name, _)| name == Path::new(FILE_NAME))?;
        serde_json::from_slice(content).ok()
    }
}

/// An old installation.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The folder with its source: the one that holds `src/stonks_overwatch`.
    pub folder: PathBuf,
    /// Its virtual environment; the machine's `python3` where there is none.
    pub environment: Option<PathBuf>,
}

/// Why there is no bridge.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// Nothing of the kind is there.
    #[error(
        "`{folder}` is no installation of the Python system: there is no `src/stonks_overwatch/core/registry_setup.py` in it"
    )]
    NoInstallation {
        /// The folder.
        folder: PathBuf,
    },
    /// Its interpreter isn't there.
    #[error("`{environment}` is no virtual environment: there is no `bin/python` in it")]
    NoEnvironment {
        /// The folder.
        environment: PathBuf,
    },
    /// Nothing that could answer.
    #[error("there is no valid plugin in `{folder}`")]
    NoPlugin {
        /// The folder.
        folder: PathBuf,
    },
    /// It doesn't tell its table.
    #[error("the installation doesn't tell its brokers: {0}")]
    Silent(String),
    /// The data directory can't be written.
    #[error("bridges can't be kept: {0}")]
    Keeping(#[from] io::Error),
}

/// A broker of an installation's table, and the services of it that have a place here.
#[derive(Debug, Clone, Deserialize)]
struct Told {
    broker: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    /// The class of its configuration.
    #[serde(default)]
    config_class: Option<String>,
    /// By service, the class that answers: `package.module:Class`.
    services: std::collections::BTreeMap<String, String>,
}

/// A plugin that answers over a bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bridged {
    /// The plugin's name.
    pub plugin: PluginId,
    /// The broker, as the old table names it.
    pub broker: String,
    /// What it answers.
    pub services: Vec<Service>,
    /// Services of the table that have no place here.
    pub left_out: Vec<String>,
}

/// Asks an installation for its brokers, and keeps a plugin for each in the data directory.
///
/// The installation's own code runs for that, with the rights of the user.
///
/// # Errors
/// What is no installation, or one that doesn't tell.
pub async fn build(
    data_dir: &Path,
    installation: &Installation,
) -> Result<Vec<Bridged>, BridgeError> {
    let folder = std::path::absolute(&installation.folder)?;
    if !folder.join("src/stonks_overwatch/core/registry_setup.py").is_file() {
        return Err(BridgeError::NoInstallation { folder });
    }
    let interpreter = interpreter(installation)?;
    let sdk = Sdk::new(Some(data_dir));
    let table = describe(&interpreter, &folder, sdk.unpacked()?.folder()).await?;
    let root = data_dir.join(FOLDER);
    let mut bridged = Vec::with_capacity(table.len());
    for told in table {
        let bridge = Bridge {
            installation: folder.clone(),
            interpreter: interpreter.clone(),
            end: End::Broker(told.broker.clone()),
        };
        bridged.push(keep(&root, &told, &bridge)?);
    }
    Ok(bridged)
}

/// Lets plugins that lie in a folder each, such as those that were written for an installation's brokers,
/// run in that installation's environment with its rights.
///
/// # Errors
/// What is no installation, a folder without plugins, a plugin that isn't valid.
pub fn build_of_folders(
    data_dir: &Path,
    installation: &Installation,
    plugins: &Path,
) -> Result<Vec<Bridged>, BridgeError> {
    let interpreter = interpreter(installation)?;
    let (folder, plugins) =
        (std::path::absolute(&installation.folder)?, std::path::absolute(plugins)?);
    let mut bridged = Vec::new();
    for entry in fs::read_dir(&plugins)? {
        let place = entry?.path();
        let Some(content) = discovery::manifest_bytes(&place) else { continue };
        let (Some(told), _) = stonks_plugin::validate::judge(&content) else {
            return Err(BridgeError::NoPlugin { folder: place });
        };
        let bridge = Bridge {
            installation: folder.clone(),
            interpreter: interpreter.clone(),
            end: End::Plugin(place.clone()),
        };
        let plugin = told.plugin.name.clone();
        put(&data_dir.join(FOLDER), &plugin, &bridge, &content)?;
        bridged.push(Bridged {
            broker: plugin.to_string(),
            plugin,
            services: told.capabilities.services.clone(),
            left_out: Vec::new(),
        });
    }
    if bridged.is_empty() {
        return Err(BridgeError::NoPlugin { folder: plugins });
    }
    bridged.sort_by(|left, right| left.plugin.cmp(&right.plugin));
    Ok(bridged)
}

/// Takes all bridges down. What they delivered stays. Tells how many there were.
///
/// # Errors
/// A folder that can't be removed.
pub fn remove(data_dir: &Path) -> io::Result<usize> {
    let root = data_dir.join(FOLDER);
    let n_bridges = fs::read_dir(&root).map_or(0, |entries| entries.flatten().count());
    match fs::remove_dir_all(&root) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(n_bridges),
    }
}

fn interpreter(installation: &Installation) -> Result<PathBuf, BridgeError> {
    let Some(environment) = &installation.environment else { return Ok("python3".into()) };
    let interpreter = std::path::absolute(environment)?.join("bin/python");
    if interpreter.exists() {
        return Ok(interpreter);
    }
    Err(BridgeError::NoEnvironment { environment: environment.clone() })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the old installation's own interpreter, which the user asked to run"
)]
async fn describe(
    interpreter: &Path,
    installation: &Path,
    sdk: &Path,
) -> Result<Vec<Told>, BridgeError> {
    let mut command = Command::new(interpreter);
    command.args(["-I", "-B"]).arg(sdk.join("run_plugin.py"));
    command.arg("--legacy").arg(installation).arg("--describe");
    command.current_dir(installation).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let late = || BridgeError::Silent(format!("it took longer than {} s", PATIENCE.as_secs()));
    let output = output.map_err(|_| late())?;
    let output = output.map_err(|error| {
        BridgeError::Silent(format!("`{}` can't be run: {error}", interpreter.display()))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed");
        return Err(BridgeError::Silent(last.chars().take(300).collect()));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| BridgeError::Silent(format!("its answer is odd: {error}")))
}

fn keep(root: &Path, told: &Told, bridge: &Bridge) -> Result<Bridged, BridgeError> {
    let name = format!("{}-legacy", told.broker.to_lowercase().replace(['_', ' '], "-"));
    let odd = |_| BridgeError::Silent(format!("`{}` can't name a broker", told.broker));
    let plugin: PluginId = name.parse().map_err(odd)?;
    let (mut services, mut left_out) = (Vec::new(), Vec::new());
    for key in told.services.keys() {
        match manifest::legacy::service_of(key) {
            // The old program writes its own tables with it; here nothing would come of it.
            Some(Service::Update) | None => left_out.push(key.clone()),
            Some(service) => services.push(service),
        }
    }
    services.sort();
    let services_told: Vec<String> = services.iter().map(ToString::to_string).collect();
    let manifest = format!("{:#}\n", manifest_of(&name, told, &services_told));
    put(root, &plugin, bridge, manifest.as_bytes())?;
    Ok(Bridged { plugin, broker: told.broker.clone(), services, left_out })
}

fn manifest_of(name: &str, told: &Told, services: &[String]) -> Value {
    let shown = told.name.clone().unwrap_or_else(|| told.broker.clone());
    let version = told.version.as_deref().filter(|text| text.parse::<semver::Version>().is_ok());
    json!({
        "plugin": {
            "name": name,
            "version": version.unwrap_or("0.0.0"),
            "type": "broker",
            "display_name": format!("{shown} (old installation)"),
            "description": "Answers by the classes of an installation of the Python system.",
        },
        "api": { "min_version": "1.0.0", "max_version": "1.0.0", "interfaces": services },
        "capabilities": { "services": services },
        "configuration": { "config_class": told.config_class },
        "entry_points": { "main": "stonks_runner.legacy:Bridge" },
        "runtime": { "kind": "python" },
    })
}

/// Writes a bridge down, with the manifest of the plugin that it makes.
fn put(root: &Path, plugin: &PluginId, bridge: &Bridge, manifest: &[u8]) -> io::Result<()> {
    let folder = root.join(plugin.as_str());
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(FILE_NAME), format!("{:#}\n", serde_json::to_value(bridge)?))?;
    fs::write(folder.join(manifest::FILE_NAME), manifest)
}
