//! Requests to brokers: handed to the one place that sends them.

use wasmtime::component::{Accessor, HasSelf};

use super::Imports;
use crate::runtime::contract::http::{Host, HostWithStore, HttpError, Request, Response};
use crate::runtime::wasm::limits::State;

impl Imports {
    pub(crate) async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.reach.egress.send(&self.reach, request).await
    }
}

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    async fn send(
        accessor: &Accessor<State, Self>,
        request: Request,
    ) -> Result<Response, HttpError> {
        let imports = accessor.with(|mut access| access.get().imports.clone());
        imports.send(request).await
    }
}
