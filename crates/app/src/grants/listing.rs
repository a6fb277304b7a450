//! A plugin's permissions one by one: asked for, granted, and how the two compare.

use anyhow::Result;
use stonks_host::{Granted, GrantedAddress};
use stonks_plugin::permission::{HostPattern, HttpPermission, Permissions, StoragePermission};

use super::{Permission, Standing, host_of};
use crate::db::grants::{self, GrantRow};

/// What is asked for, what was granted beside it, and what was opened for tests.
pub(super) fn listed(asked: &Permissions, rows: &[GrantRow]) -> Result<Vec<Permission>> {
    let granted = grants::granted(rows)?;
    let mut listed: Vec<Permission> =
        asked.http.iter().map(|permission| http(permission, &granted, rows)).collect();
    listed.extend(asked.storage.iter().map(|permission| storage(permission, &granted, rows)));
    listed.extend(rows.iter().filter_map(|row| not_asked_for(row, asked)));
    listed.extend(granted.addresses.iter().map(|opened| address(opened, rows)));
    Ok(listed)
}

impl Permission {
    fn new(kind: &'static str, object: String, sentence: String, standing: Standing) -> Self {
        let (purpose, granted_at, granted_by) = (None, None, None);
        let optional = false;
        Self { kind, object, sentence, purpose, optional, standing, granted_at, granted_by }
    }

    fn since(self, row: Option<&GrantRow>) -> Self {
        let row = row.filter(|_| self.standing != Standing::NotGranted);
        let granted_at = row.map(|row| row.granted_at.clone());
        Self { granted_at, granted_by: row.map(|row| row.granted_by.clone()), ..self }
    }
}

fn http(asked: &HttpPermission, granted: &Granted, rows: &[GrantRow]) -> Permission {
    let alone = Permissions { http: vec![asked.clone()], storage: None };
    let object = host_of(asked);
    let mut hosts = rows.iter().filter(|row| row.kind == "http");
    // The grant that covers it; else one that covers a part of it.
    let covering = hosts.clone().find(|row| covers(&row.object, &object));
    let row = covering.or_else(|| hosts.find(|row| covers(&object, &row.object)));
    let permission =
        Permission::new("http", object.clone(), asked.sentence(), standing(&alone, granted));
    Permission {
        purpose: Some(asked.purpose.clone()),
        optional: asked.optional,
        ..permission.since(row)
    }
}

fn storage(asked: &StoragePermission, granted: &Granted, rows: &[GrantRow]) -> Permission {
    let alone = Permissions { http: Vec::new(), storage: Some(asked.clone()) };
    let row = rows.iter().find(|row| row.kind == "storage");
    let standing = standing(&alone, granted);
    let permission = Permission::new("storage", String::new(), asked.sentence(), standing);
    Permission {
        purpose: Some(asked.purpose.clone()),
        optional: asked.optional,
        ..permission.since(row)
    }
}

/// A grant that has no effect, as after an update that asks for less.
fn not_asked_for(row: &GrantRow, asked: &Permissions) -> Option<Permission> {
    let (kind, sentence) = match row.kind.as_str() {
        "http" => {
            let is_asked_for = asked
                .http
                .iter()
                .map(host_of)
                .any(|host| covers(&host, &row.object) || covers(&row.object, &host));
            (!is_asked_for).then(|| ("http", format!("send requests to {}", row.object)))?
        }
        "storage" if asked.storage.is_none() => ("storage", "keep data of its own".to_owned()),
        _ => return None,
    };
    let permission = Permission::new(kind, row.object.clone(), sentence, Standing::NotAskedFor);
    Some(permission.since(Some(row)))
}

fn address(opened: &GrantedAddress, rows: &[GrantRow]) -> Permission {
    let object = opened.address.to_string();
    let row = rows.iter().find(|row| row.kind == "address" && row.object == object);
    let trust = match opened.root_certificate {
        Some(_) => "the certificate that was given with it, and no other, is trusted there",
        None => "unencrypted requests are sent there",
    };
    let sentence = format!("FOR TESTS: reach {object} on this machine; {trust}");
    Permission::new("address", object, sentence, Standing::OpenForTests).since(row)
}

fn covers(wide: &str, narrow: &str) -> bool {
    match (wide.parse::<HostPattern>(), narrow.parse::<HostPattern>()) {
        (Ok(wide), Ok(narrow)) => wide.covers(&narrow),
        _ => false,
    }
}

fn standing(asked: &Permissions, granted: &Granted) -> Standing {
    if asked.beyond(&granted.permissions).is_empty() {
        Standing::Granted
    } else if asked.intersection(&granted.permissions).is_empty() {
        Standing::NotGranted
    } else {
        Standing::AsksForMore
    }
}
