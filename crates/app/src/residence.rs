//! In which process plugins live: the one that holds the lock of the data directory. The system takes
//! the lock back from a process that ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The file whose lock is held.
const FILE_NAME: &str = "server.lock";

/// How long a server waits for the lock.
const PATIENCE: Duration = Duration::from_millis(500);

/// Where plugins live.
pub(crate) enum Residence {
    /// In this process, while it holds the file.
    Here { _lock: File },
    /// In another process, or nowhere: whatever runs here ends soon.
    Elsewhere { is_running: bool },
}

impl Residence {
    /// # Errors
    /// Another process that plugins live in, where this one wants to be it.
    pub(crate) fn find(data_dir: &Path, is_resident: bool) -> Result<Self> {
        let path = data_dir.join(FILE_NAME);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = lock.with_context(|| format!("opening `{}`", path.display()))?;
        let mut locked = lock.try_lock();
        // A command that only looks whether the lock is held holds it for a moment itself.
        let patience = Instant::now() + PATIENCE;
        while is_resident
            && matches!(locked, Err(TryLockError::WouldBlock))
            && Instant::now() < patience
        {
            std::thread::sleep(PATIENCE / 20);
            locked = lock.try_lock();
        }
        match (locked, is_resident) {
            (Ok(()), true) => Ok(Self::Here { _lock: lock }),
            (Ok(()), false) => Ok(Self::Elsewhere { is_running: false }),
            (Err(TryLockError::WouldBlock), true) => bail!(
                "another `stonks serve` uses the data directory `{}`; end it, or name another folder with `--data-dir`",
                data_dir.display()
            ),
            (Err(TryLockError::WouldBlock), false) => Ok(Self::Elsewhere { is_running: true }),
            (Err(TryLockError::Error(error)), _) => {
                Err(error).with_context(|| format!("locking `{}`", path.display()))
            }
        }
    }

    pub(crate) const fn is_elsewhere(&self) -> bool {
        matches!(self, Self::Elsewhere { is_running: true })
    }
}
