//! Names into addresses. The host resolves them itself, so that what was checked is what is connected.

use std::net::SocketAddr;

use futures::future::BoxFuture;

use crate::outside::OutsideError;

/// Turns names into addresses; tests hold it.
pub trait Resolver: Send + Sync {
    /// The addresses of a host, each with a port to connect to: `port` in real life.
    ///
    /// # Errors
    /// Where there are none.
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, Result<Vec<SocketAddr>, OutsideError>>;
}

/// The operating system's resolver.
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, Result<Vec<SocketAddr>, OutsideError>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, port)).await;
            Ok(found.map_err(|error| OutsideError(error.to_string()))?.collect())
        })
    }
}
