//! What the user granted a plugin, and what of it holds.

use std::net::{IpAddr, SocketAddr};

use futures::future::BoxFuture;
use stonks_plugin::PluginId;
use stonks_plugin::permission::Permissions;

use crate::outside::OutsideError;

/// An address of this machine that the operator opened to a plugin, for tests.
///
/// The plugin may send plain http to it, and a host that it may reach may resolve to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedAddress {
    /// Exactly this address and port.
    pub address: SocketAddr,
    /// The only certificate (PEM) that is trusted there; none for those that this machine trusts.
    pub root_certificate: Option<String>,
}

/// What the user granted a plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    /// Of what the plugin's manifest asked for when it was granted.
    pub permissions: Permissions,
    /// Opened for tests.
    pub addresses: Vec<GrantedAddress>,
}

/// Tells what the user granted. Asked for each request: what is taken back is gone at once.
pub trait Grants: Send + Sync {
    /// All that was granted to a plugin.
    ///
    /// # Errors
    /// Where it can't be told, which denies everything.
    fn of<'a>(&'a self, plugin: &'a PluginId) -> BoxFuture<'a, Result<Granted, OutsideError>>;
}

/// What holds for a plugin: what its manifest asks for *and* the user granted.
pub(crate) struct Holding {
    pub(crate) permissions: Permissions,
    pub(crate) addresses: Vec<GrantedAddress>,
}

impl Holding {
    pub(crate) fn new(asked: &Permissions, granted: Granted) -> Self {
        Self { permissions: asked.intersection(&granted.permissions), addresses: granted.addresses }
    }

    pub(crate) fn address(&self, ip: IpAddr, port: u16) -> Option<&GrantedAddress> {
        self.addresses.iter().find(|granted| granted.address == SocketAddr::new(ip, port))
    }
}

/// Why an address isn't opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenAddressError {
    /// Only this machine's own are opened, and each by its port.
    #[error("{0} is no address of this machine: 127.0.0.1:8080 or [::1]:8080 is expected")]
    NotLoopback(SocketAddr),
    /// Not a certificate.
    #[error("the root certificate is no PEM file: {0}")]
    Certificate(String),
}

impl GrantedAddress {
    /// An address that is opened for tests.
    ///
    /// # Errors
    /// An address of another machine, a certificate that is none.
    pub fn new(
        address: SocketAddr,
        root_certificate: Option<String>,
    ) -> Result<Self, OpenAddressError> {
        if !address.ip().is_loopback() || address.port() == 0 {
            return Err(OpenAddressError::NotLoopback(address));
        }
        if let Some(root) = &root_certificate {
            let certificates = reqwest::Certificate::from_pem_bundle(root.as_bytes());
            let certificates =
                certificates.map_err(|error| OpenAddressError::Certificate(error.to_string()))?;
            if certificates.is_empty() {
                let told = "it holds no certificate".to_owned();
                return Err(OpenAddressError::Certificate(told));
            }
        }
        Ok(Self { address, root_certificate })
    }
}
