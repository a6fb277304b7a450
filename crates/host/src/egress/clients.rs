//! Connections that go to checked addresses and nowhere else.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use stonks_plugin::PluginId;

use crate::outside::OutsideError;

/// Kept for the next request; beyond these all are let go.
const MOST: usize = 64;

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Where a plugin's connections lead: to the addresses that were checked for this host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) plugin: PluginId,
    pub(super) host: String,
    /// In order.
    pub(super) addresses: Vec<SocketAddr>,
    /// The certificates that are trusted, where not this machine's; none at all for plain http.
    pub(super) roots: Option<Vec<String>>,
}

#[derive(Default)]
pub(super) struct Clients(Mutex<HashMap<Way, Client>>);

/// Knows no name: what wasn't pinned is not connected.
struct Pinned;

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let told = format!("`{}` was not checked", name.as_str());
        Box::pin(async move { Err(OutsideError(told).into()) })
    }
}

impl Clients {
    /// The client that has the way's addresses for the way's host.
    pub(super) fn on(&self, way: Way) -> Result<Client, String> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&way) {
            return Ok(client.clone());
        }
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .http1_only()
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .user_agent(concat!("stonks-overwatch/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Pinned)
            .resolve_to_addrs(&way.host, &way.addresses);
        if let Some(roots) = &way.roots {
            let roots = roots.iter().map(|root| Certificate::from_pem(root.as_bytes()));
            let roots: Result<Vec<Certificate>, _> = roots.collect();
            builder = builder.tls_certs_only(roots.map_err(|error| error.to_string())?);
        }
        let client = builder.build().map_err(|error| super::chain(&error))?;
        if clients.len() >= MOST {
            clients.clear();
        }
        clients.insert(way, client.clone());
        Ok(client)
    }
}
