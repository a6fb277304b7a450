//! Secrets by which receivers know who sent an alert: files that only their owner may read, beside the
//! database and not in it. Each is read to sign, and forgotten.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::app::create_private;

/// The folder in the data directory.
const FOLDER: &str = "webhook-secrets";

fn path(data_dir: &Path, webhook: i64) -> PathBuf {
    data_dir.join(FOLDER).join(webhook.to_string())
}

/// Keeps the secret of a webhook.
pub(super) fn put(data_dir: &Path, webhook: i64, secret: &[u8]) -> Result<()> {
    let path = path(data_dir, webhook);
    let keeping = || format!("keeping a webhook's secret in `{}`", path.display());
    create_private(&data_dir.join(FOLDER)).with_context(keeping)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).with_context(keeping)?;
    file.write_all(secret).and_then(|()| file.sync_all()).with_context(keeping)
}

/// The secret of a webhook.
pub(super) fn read(data_dir: &Path, webhook: i64) -> Result<Vec<u8>> {
    let path = path(data_dir, webhook);
    fs::read(&path).with_context(|| format!("reading the webhook's secret in `{}`", path.display()))
}

/// Forgets the secret of a webhook, if it has one.
pub(super) fn remove(data_dir: &Path, webhook: i64) -> Result<()> {
    let path = path(data_dir, webhook);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
            .with_context(|| format!("removing the webhook's secret in `{}`", path.display())),
        _ => Ok(()),
    }
}
