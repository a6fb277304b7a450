//! Whether a request may go where it wants to, and to which addresses.

use std::net::SocketAddr;

use stonks_plugin::permission::Target;
use url::Host;

use super::address;
use super::clients::Way;
use crate::grants::Holding;
use crate::outside::Reach;
use crate::runtime::contract::http::{Denial, HttpError};

/// A host with more addresses than these is not looked at.
const MOST_ADDRESSES: usize = 32;

fn denied(message: String, hint: String) -> HttpError {
    HttpError::Denied(Denial { message, hint })
}

/// Asks the grants, without touching the network.
pub(super) fn ask(
    reach: &Reach,
    holding: &Holding,
    method: &str,
    target: &Target,
) -> Result<(), HttpError> {
    let (plugin, port) = (&reach.plugin, target.port);
    let ip = match &target.host {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some((*ip).into()),
        Host::Ipv6(ip) => Some((*ip).into()),
    };
    if let Some(ip) = ip {
        if holding.address(ip, port).is_some() {
            return Ok(());
        }
        let kind = address::forbidden(ip).map(|kind| format!(" ({kind})")).unwrap_or_default();
        return Err(denied(
            format!("requests to the address {}{kind} are refused", SocketAddr::new(ip, port)),
            "plugins ask for hosts by their names".to_owned(),
        ));
    }
    let host = &target.host;
    if !target.is_https() {
        return Err(denied(
            format!("requests to `{host}` by http are refused: anyone on the way could read them"),
            "use `https://`".to_owned(),
        ));
    }
    if holding.permissions.allows(method, target) {
        return Ok(());
    }
    let shown = format!("{method} requests to `{host}{}`", target.path());
    if reach.asked.allows(method, target) {
        return Err(denied(
            format!("{shown} are not granted"),
            format!("grant them with `stonks plugin grant {plugin} --http {host}`"),
        ));
    }
    let named = if port == 443 { host.to_string() } else { format!("{host}:{port}") };
    Err(denied(
        format!("the manifest of `{plugin}` doesn't ask for {shown}"),
        format!(
            "add to `permissions.http` of its manifest: {}",
            serde_json::json!({ "host": named, "methods": [method], "purpose": "…" })
        ),
    ))
}

/// Resolves the host and checks every address that it has; what comes back is all that is connected.
pub(super) async fn way(
    reach: &Reach,
    holding: &Holding,
    target: &Target,
) -> Result<Way, HttpError> {
    let mut addresses = match &target.host {
        Host::Ipv4(ip) => vec![SocketAddr::new((*ip).into(), target.port)],
        Host::Ipv6(ip) => vec![SocketAddr::new((*ip).into(), target.port)],
        Host::Domain(name) => {
            let found = reach.egress.outside.resolver.resolve(name, target.port).await;
            found.map_err(|error| {
                HttpError::Unreachable(format!("`{name}` is not found: {error}"))
            })?
        }
    };
    if let Some(port) = target.url.port() {
        // A port in the URL is the one that is connected to, whatever the resolver says.
        addresses.iter_mut().for_each(|address| address.set_port(port));
    }
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
        let told = format!("`{}` has {} addresses", target.host, addresses.len());
        return Err(HttpError::Unreachable(told));
    }
    let mut roots = Vec::new();
    let mut n_granted = 0;
    for address in &addresses {
        if let Some(granted) = holding.address(address.ip(), address.port()) {
            n_granted += 1;
            roots.extend(granted.root_certificate.clone());
        } else if let Some(kind) = address::forbidden(address.ip()) {
            return Err(denied(
                format!("`{}` resolves to {}, which is no public address ({kind})", target.host, address.ip()),
                "no plugin may reach this machine or its network; whoever runs the name's servers can \
                 change where it leads"
                    .to_owned(),
            ));
        }
    }
    // A certificate that was given for tests is never trusted beyond the addresses opened for them.
    let is_opened = n_granted == addresses.len();
    let roots = match (target.is_https(), is_opened, roots.is_empty()) {
        (false, ..) => Some(Vec::new()),
        (true, true, false) => Some(roots),
        _ => None,
    };
    let host = target.url.host_str().unwrap_or_default().to_owned();
    Ok(Way { plugin: reach.plugin.clone(), host, addresses, roots })
}
