//! Requests to brokers: handed to the one place that sends them.

use std::sync::Arc;

use wasmtime::component::{Accessor, HasSelf};

use crate::runtime::wasm::contract::http::{Host, HostWithStore, HttpError, Request, Response};
use crate::runtime::wasm::limits::State;

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    async fn send(
        accessor: &Accessor<State, Self>,
        request: Request,
    ) -> Result<Response, HttpError> {
        let reach = accessor.with(|mut access| Arc::clone(&access.get().reach));
        reach.egress.send(&reach, request).await
    }
}
