//! The plugin's own store: which plugin it is, and what it may keep, is the host's to say.

use wasmtime::component::{Accessor, HasSelf};

use super::Imports;
use crate::outside::OutsideError;
use crate::runtime::contract::storage::{Host, HostWithStore, StorageError};
use crate::runtime::wasm::limits::State;
use crate::storage::{KeepError, LARGEST_VALUE, LONGEST_KEY, Storage};

fn failed(error: &OutsideError) -> StorageError {
    tracing::error!(%error, "a plugin's storage failed");
    StorageError::Failed("the host's storage failed; its log says why".to_owned())
}

fn check_key(key: &str) -> Result<(), StorageError> {
    if (1..=LONGEST_KEY).contains(&key.len()) && !key.contains(char::is_control) {
        return Ok(());
    }
    Err(StorageError::Failed(format!(
        "a key has 1 to {LONGEST_KEY} bytes and no control characters"
    )))
}

impl Imports {
    fn store(&self) -> &dyn Storage {
        self.reach.egress.outside.storage.as_ref()
    }

    /// The plugin's quota, in bytes, if it may store anything.
    async fn quota(&self) -> Result<u64, StorageError> {
        let reach = &self.reach;
        let holding = reach.holding().await.map_err(|error| failed(&error))?;
        if let Some(storage) = holding.permissions.storage {
            return Ok(storage.quota_bytes);
        }
        let plugin = &reach.plugin;
        Err(StorageError::Denied(if reach.asked.storage.is_some() {
            format!(
                "storage is not granted; grant it with `stonks plugin grant {plugin} --storage`"
            )
        } else {
            format!(
                "the manifest of `{plugin}` doesn't ask for storage; add to its `permissions`: \
                 \"storage\": {{\"quota_bytes\": 65536, \"purpose\": \"…\"}}"
            )
        }))
    }

    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.quota().await?;
        check_key(key)?;
        self.store().get(&self.reach.plugin, key).await.map_err(|error| failed(&error))
    }

    pub(crate) async fn set(&self, key: &str, value: &[u8]) -> Result<(), StorageError> {
        let quota = self.quota().await?;
        check_key(key)?;
        if value.len() > LARGEST_VALUE {
            return Err(StorageError::Failed(format!("a value has at most {LARGEST_VALUE} bytes")));
        }
        let kept = self.store().set(&self.reach.plugin, key, value, quota).await;
        kept.map_err(|error| match error {
            KeepError::Full => StorageError::Full(quota),
            KeepError::Failed(error) => failed(&error),
        })
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.quota().await?;
        check_key(key)?;
        self.store().delete(&self.reach.plugin, key).await.map_err(|error| failed(&error))
    }

    pub(crate) async fn keys(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.quota().await?;
        if prefix.len() > LONGEST_KEY || prefix.contains('\0') {
            return Ok(Vec::new());
        }
        self.store().keys(&self.reach.plugin, prefix).await.map_err(|error| failed(&error))
    }
}

impl Host for State {}

fn imports(accessor: &Accessor<State, HasSelf<State>>) -> Imports {
    accessor.with(|mut access| access.get().imports.clone())
}

impl HostWithStore<State> for HasSelf<State> {
    async fn get(
        accessor: &Accessor<State, Self>,
        key: String,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        imports(accessor).get(&key).await
    }

    async fn set(
        accessor: &Accessor<State, Self>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), StorageError> {
        imports(accessor).set(&key, &value).await
    }

    async fn delete(accessor: &Accessor<State, Self>, key: String) -> Result<(), StorageError> {
        imports(accessor).delete(&key).await
    }

    async fn keys(
        accessor: &Accessor<State, Self>,
        prefix: String,
    ) -> Result<Vec<String>, StorageError> {
        imports(accessor).keys(&prefix).await
    }
}
