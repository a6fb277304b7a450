//! Python packages that announce a broker, read from what their installer wrote down.
//!
//! `NAME-VERSION.dist-info/entry_points.txt` has sections of `name = package.module:Class`. Nothing is
//! imported: <https://packaging.python.org/en/latest/specifications/entry-points/>.

use std::path::{Path, PathBuf};

use stonks_plugin::{Finding, manifest};

use super::found::printable;
use super::reading;

/// The group that brokers announce themselves in.
const GROUP: &str = "stonks_overwatch.brokers";

const FILE_NAME: &str = "entry_points.txt";

/// A larger file isn't read.
const MOST_BYTES: u64 = 256 * 1024;

/// A broker that a distribution announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Announced {
    pub(super) entry: String,
    pub(super) distribution: String,
    /// The folder of the package, or of the innermost part of it that has a manifest.
    pub(super) folder: PathBuf,
    /// What makes it unusable, whatever the folder holds.
    pub(super) problem: Option<Finding>,
}

/// What one `NAME.dist-info` folder announces.
pub(super) fn announced(site_packages: &Path, dist_info: &Path) -> Vec<Announced> {
    let Ok(content) = reading::read(dist_info, FILE_NAME, MOST_BYTES) else {
        // Most distributions announce nothing, and have no such file.
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&content.bytes);
    let distribution = dist_info.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut all: Vec<Announced> = Vec::new();
    for (entry, target) in entries(&text) {
        let announced = locate(site_packages, &printable(&distribution), entry, target);
        // Several classes of one package are one plugin.
        if !all.iter().any(|earlier| earlier.folder == announced.folder) {
            all.push(announced);
        }
    }
    all
}

/// The lines of our group.
fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut is_ours = false;
    text.lines().map(str::trim).filter_map(move |line| {
        if let Some(section) = line.strip_prefix('[') {
            is_ours = section.strip_suffix(']').is_some_and(|section| section.trim() == GROUP);
            return None;
        }
        if !is_ours || line.is_empty() || line.starts_with(['#', ';']) {
            return None;
        }
        let (name, target) = line.split_once('=')?;
        Some((name.trim(), target.trim()))
    })
}

fn locate(site_packages: &Path, distribution: &str, entry: &str, target: &str) -> Announced {
    let announced = |folder: PathBuf, problem: Option<Finding>| Announced {
        entry: printable(entry),
        distribution: distribution.to_owned(),
        folder,
        problem,
    };
    let module = target.split([':', '[', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = module.split('.').collect();
    if !parts.iter().all(|part| is_identifier(part)) {
        let message = format!("entry point `{entry}` names `{target}`, which is no Python module");
        let finding = Finding::error("entry-point-malformed", "", printable(&message))
            .hint("`package.module:Class` is expected");
        return announced(site_packages.join(distribution), Some(finding));
    }
    let package = site_packages.join(parts[0]);
    let folder = (1..=parts.len())
        .rev()
        .map(|depth| {
            parts[..depth].iter().fold(site_packages.to_path_buf(), |to, part| to.join(part))
        })
        .find(|folder| folder.join(manifest::FILE_NAME).symlink_metadata().is_ok())
        .unwrap_or_else(|| package.clone());
    let problem =
        match (package.is_dir(), leads_out(site_packages, &folder)) {
            (false, _) => {
                let message = format!(
                    "entry point `{entry}` names the package `{}`, which isn't in `{}`",
                    parts[0],
                    site_packages.display()
                );
                let finding = Finding::error("package-missing", "", printable(&message));
                Some(finding.hint(
                    "of an editable installation, name the source's folder with `--plugin-dir`",
                ))
            }
            (true, true) => Some(outside(&folder, site_packages)),
            (true, false) => None,
        };
    announced(folder, problem)
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty()
        && part.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
        && !part.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a folder is, or is reached by, a link that ends elsewhere.
pub(super) fn leads_out(root: &Path, folder: &Path) -> bool {
    match (root.canonicalize(), folder.canonicalize()) {
        (Ok(root), Ok(target)) => !target.starts_with(root),
        _ => true,
    }
}

pub(super) fn outside(folder: &Path, root: &Path) -> Finding {
    let message = format!(
        "`{}` is a link that leads out of `{}`, or nowhere",
        folder.display(),
        root.display()
    );
    Finding::error("folder-outside", "", printable(&message))
        .hint("copy the plugin there, or name the folder that holds it with `--plugin-dir`")
}
