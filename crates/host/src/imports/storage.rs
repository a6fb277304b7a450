//! The plugin's own store. Denied to all plugins until grants exist.

use wasmtime::component::{Accessor, HasSelf};

use crate::runtime::wasm::contract::storage::{Host, HostWithStore, StorageError};
use crate::runtime::wasm::limits::State;

impl Host for State {}

fn denied<T>() -> Result<T, StorageError> {
    Err(StorageError::Denied("this version of the host keeps nothing for plugins".to_owned()))
}

impl HostWithStore<State> for HasSelf<State> {
    async fn get(_: &Accessor<State, Self>, _key: String) -> Result<Option<Vec<u8>>, StorageError> {
        denied()
    }

    async fn set(
        _: &Accessor<State, Self>,
        _key: String,
        _value: Vec<u8>,
    ) -> Result<(), StorageError> {
        denied()
    }

    async fn delete(_: &Accessor<State, Self>, _key: String) -> Result<(), StorageError> {
        denied()
    }

    async fn keys(_: &Accessor<State, Self>, _prefix: String) -> Result<Vec<String>, StorageError> {
        denied()
    }
}
