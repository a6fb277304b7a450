//! Requests to brokers. Denied to all plugins until grants exist: files come first, live brokers later.

use wasmtime::component::{Accessor, HasSelf};

use crate::runtime::wasm::contract::http::{
    Denial, Host, HostWithStore, HttpError, Request, Response,
};
use crate::runtime::wasm::limits::State;

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    async fn send(
        _accessor: &Accessor<State, Self>,
        request: Request,
    ) -> Result<Response, HttpError> {
        let host = request.url.split('/').nth(2).unwrap_or_default();
        Err(HttpError::Denied(Denial {
            message: format!(
                "requests to `{}` are not granted",
                host.chars().take(100).collect::<String>()
            ),
            hint:
                "this version of the host sends no requests for plugins; import the broker's files"
                    .to_owned(),
        }))
    }
}
