//! Old brokers as plugin folders: manifest, a wrapper around the broker's own classes, and what is left to do.
//!
//! The old installation is read as text; none of it runs, and nothing is copied out of it. The wrapper imports
//! the broker's classes from where they are, so that it works where those can be imported.

mod credentials;
mod folder;
mod python;
mod table;
mod tokens;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::MigrationError;
use super::places::read_small;
use table::OldBroker;

/// The table of brokers, from the old installation's source folder.
const TABLE: &str = "stonks_overwatch/core/registry_setup.py";

/// Where the package lies: in a checkout, in a packaged application, or directly.
const PLACES: [&str; 3] = ["src", "app", ""];

/// A broker that became a plugin, or didn't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginReport {
    /// As the old installation calls it.
    pub broker: String,
    /// The plugin's name.
    pub plugin: Option<String>,
    pub folder: Option<PathBuf>,
    pub services: Vec<String>,
    pub credentials: Vec<String>,
    /// What couldn't be taken along, or why nothing was.
    pub problems: Vec<String>,
}

/// What became of an installation's brokers.
#[derive(Debug, Clone, Serialize)]
pub struct PluginsReport {
    /// The file that was read.
    pub table: PathBuf,
    pub plugins: Vec<PluginReport>,
}

/// Writes a plugin folder for each broker of an old installation into `out`. A folder that is there
/// already is left as it is, and said so.
///
/// # Errors
/// An installation whose table of brokers isn't found or can't be read, a folder that can't be written.
pub fn migrate_plugins(from: &Path, out: &Path) -> Result<PluginsReport, MigrationError> {
    let looked_for = PLACES.map(|place| from.join(place).join(TABLE));
    let Some(table) = looked_for.iter().find(|path| path.is_file()) else {
        let (from, looked_for) = (from.to_path_buf(), looked_for.to_vec());
        return Err(MigrationError::NoTable { from, looked_for });
    };
    let content = read_small(table)?;
    let source = String::from_utf8_lossy(&content);
    let no_brokers = || MigrationError::NoBrokers(table.clone());
    let brokers = table::brokers(&source).filter(|brokers| !brokers.is_empty());
    let brokers = brokers.ok_or_else(no_brokers)?;
    // The folder that holds the package.
    let folder = table.ancestors().nth(3).unwrap_or(from);
    let installation = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let unwritable = |error| MigrationError::Unwritable { path: out.to_path_buf(), error };
    fs::create_dir_all(out).map_err(unwritable)?;
    let mut plugins = Vec::with_capacity(brokers.len());
    for broker in brokers {
        plugins.push(migrate_broker(broker, &installation, out)?);
    }
    Ok(PluginsReport { table: table.clone(), plugins })
}

fn migrate_broker(
    broker: OldBroker,
    installation: &Path,
    out: &Path,
) -> Result<PluginReport, MigrationError> {
    let mut report = PluginReport {
        broker: broker.name.clone(),
        plugin: None,
        folder: None,
        services: Vec::new(),
        credentials: Vec::new(),
        problems: broker.problems.clone(),
    };
    let plan = match folder::Plan::of(broker, installation) {
        Ok(plan) => plan,
        Err(problem) => {
            report.problems.push(problem);
            return Ok(report);
        }
    };
    report.problems.extend(plan.problems.iter().cloned());
    let target = out.join(plan.folder());
    match fs::create_dir(&target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let shown = target.display();
            report.problems.push(format!("`{shown}` is there already, and is left as it is"));
            return Ok(report);
        }
        created => created.map_err(|error| unwritable(&target, error))?,
    }
    for (name, content) in plan.files() {
        let path = target.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
        }
        fs::write(&path, content).map_err(|error| unwritable(&path, error))?;
    }
    report.plugin = Some(plan.name());
    report.folder = Some(target);
    report.services = plan.services().map(str::to_owned).collect();
    report.credentials = plan.credentials.iter().map(|it| it.key.clone()).collect();
    Ok(report)
}

fn unwritable(path: &Path, error: std::io::Error) -> MigrationError {
    MigrationError::Unwritable { path: path.to_path_buf(), error }
}
