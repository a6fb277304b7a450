//! The code of a plugin, as it was when it was loaded, and everything that runs of it.
//!
//! A reload makes another generation. What runs of the old one finishes its work and ends; nothing
//! new is started of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stonks_plugin::Manifest;
use tokio::sync::{mpsc, watch};

use crate::runtime::{CallError, Instance, Life, Limits, Loaded, Setting};
use crate::supervisor::Supervisor;

/// Loaded code, and its instances.
pub(crate) struct Generation {
    pub(crate) manifest: Manifest,
    loaded: Loaded,
    limits: Limits,
    supervisor: Arc<Supervisor>,
    closed: watch::Sender<bool>,
    /// Taken when it ends, so that only instances hold one.
    alive: Mutex<Option<mpsc::Sender<()>>>,
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
    /// The instance that the host itself keeps, for health checks and for calls that need no settings
    /// of an account.
    resident: Mutex<Option<Instance>>,
}

impl Generation {
    pub(crate) fn new(
        manifest: Manifest,
        loaded: Loaded,
        limits: Limits,
        supervisor: Arc<Supervisor>,
    ) -> Self {
        let (alive, ended) = mpsc::channel(1);
        Self {
            manifest,
            loaded,
            limits,
            supervisor,
            closed: watch::Sender::new(false),
            alive: Mutex::new(Some(alive)),
            ended: tokio::sync::Mutex::new(ended),
            resident: Mutex::default(),
        }
    }

    /// Starts an instance. The supervisor isn't told how that goes.
    pub(crate) async fn start(&self, settings: Vec<Setting>) -> Result<Instance, CallError> {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Without one the generation has ended, and its watch is closed: the instance ends at once.
        let alive = alive.unwrap_or_else(|| mpsc::channel(1).0);
        let life = Life {
            supervisor: Arc::clone(&self.supervisor),
            closed: self.closed.subscribe(),
            _alive: alive,
        };
        self.loaded.start(settings, self.limits, life).await
    }

    /// SHA-256 of the code.
    pub(crate) const fn digest(&self) -> [u8; 32] {
        self.loaded.digest
    }

    pub(crate) const fn call_limit(&self) -> Duration {
        self.limits.call
    }

    pub(crate) fn keep(&self, instance: Instance) {
        *self.resident.lock().unwrap_or_else(PoisonError::into_inner) = Some(instance);
    }

    pub(crate) fn resident(&self) -> Option<Instance> {
        self.resident.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets calls that are queued or under way finish, and ends all instances. False where some
    /// needed longer than `within`; they end with their calls.
    pub(crate) async fn end(&self, within: Duration) -> bool {
        self.resident.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.alive.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.closed.send_replace(true);
        let mut ended = self.ended.lock().await;
        tokio::time::timeout(within, async { while ended.recv().await.is_some() {} }).await.is_ok()
    }
}
