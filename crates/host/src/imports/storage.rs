//! The plugin's own store: which plugin it is, and what it may keep, is the host's to say.

use std::sync::Arc;

use wasmtime::component::{Accessor, HasSelf};

use crate::outside::{OutsideError, Reach};
use crate::runtime::wasm::contract::storage::{Host, HostWithStore, StorageError};
use crate::runtime::wasm::limits::State;
use crate::storage::{KeepError, LARGEST_VALUE, LONGEST_KEY};

impl Host for State {}

/// The plugin's reach and its quota, if it may store anything.
async fn granted(
    accessor: &Accessor<State, HasSelf<State>>,
) -> Result<(Arc<Reach>, u64), StorageError> {
    let reach = accessor.with(|mut access| Arc::clone(&access.get().reach));
    let holding = reach.holding().await.map_err(|error| failed(&error))?;
    if let Some(storage) = holding.permissions.storage {
        return Ok((reach, storage.quota_bytes));
    }
    let plugin = &reach.plugin;
    Err(StorageError::Denied(if reach.asked.storage.is_some() {
        format!("storage is not granted; grant it with `stonks plugin grant {plugin} --storage`")
    } else {
        format!(
            "the manifest of `{plugin}` doesn't ask for storage; add to its `permissions`: \
             \"storage\": {{\"quota_bytes\": 65536, \"purpose\": \"…\"}}"
        )
    }))
}

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

impl HostWithStore<State> for HasSelf<State> {
    async fn get(
        accessor: &Accessor<State, Self>,
        key: String,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let (reach, _) = granted(accessor).await?;
        check_key(&key)?;
        reach.egress.outside.storage.get(&reach.plugin, &key).await.map_err(|error| failed(&error))
    }

    async fn set(
        accessor: &Accessor<State, Self>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), StorageError> {
        let (reach, quota) = granted(accessor).await?;
        check_key(&key)?;
        if value.len() > LARGEST_VALUE {
            return Err(StorageError::Failed(format!("a value has at most {LARGEST_VALUE} bytes")));
        }
        let kept = reach.egress.outside.storage.set(&reach.plugin, &key, &value, quota).await;
        kept.map_err(|error| match error {
            KeepError::Full => StorageError::Full(quota),
            KeepError::Failed(error) => failed(&error),
        })
    }

    async fn delete(accessor: &Accessor<State, Self>, key: String) -> Result<(), StorageError> {
        let (reach, _) = granted(accessor).await?;
        check_key(&key)?;
        reach
            .egress
            .outside
            .storage
            .delete(&reach.plugin, &key)
            .await
            .map_err(|error| failed(&error))
    }

    async fn keys(
        accessor: &Accessor<State, Self>,
        prefix: String,
    ) -> Result<Vec<String>, StorageError> {
        let (reach, _) = granted(accessor).await?;
        if prefix.len() > LONGEST_KEY || prefix.contains('\0') {
            return Ok(Vec::new());
        }
        reach
            .egress
            .outside
            .storage
            .keys(&reach.plugin, &prefix)
            .await
            .map_err(|error| failed(&error))
    }
}
