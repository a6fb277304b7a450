//! What lies outside, in memory and in the test's hand: grants, rows, storage, names.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use stonks_core::fact::Fact;
use stonks_host::{
    Audit, EgressLimits, EgressRecord, Granted, GrantedAddress, Grants, Instance, KeepError,
    Outside, OutsideError, Resolver, Storage,
};
use stonks_plugin::permission::Permissions;
use stonks_plugin::{PluginId, Service};

/// Everything outside of the plugins of a test.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) granted: Mutex<BTreeMap<String, Granted>>,
    pub(crate) rows: Mutex<Vec<EgressRecord>>,
    /// Answers to come, for each name; the last one stays.
    names: Mutex<BTreeMap<String, VecDeque<Vec<SocketAddr>>>>,
    pub(crate) n_resolved: Mutex<u32>,
    kept: Mutex<BTreeMap<(String, String), Vec<u8>>>,
    pub(crate) is_audit_broken: Mutex<bool>,
}

/// Small limits, so that tests reach them.
pub(crate) fn egress_limits() -> EgressLimits {
    EgressLimits {
        timeout: Duration::from_secs(10),
        request: 10_000,
        response: 10_000,
        per_second: NonZeroU32::new(1).unwrap(),
        burst: NonZeroU32::new(20).unwrap(),
        at_once: 4,
        at_once_per_host: 2,
    }
}

impl World {
    pub(crate) fn outside(self: &Arc<Self>, limits: EgressLimits) -> Outside {
        Outside {
            grants: Arc::clone(self) as Arc<dyn Grants>,
            audit: Arc::clone(self) as Arc<dyn Audit>,
            storage: Arc::clone(self) as Arc<dyn Storage>,
            resolver: Arc::clone(self) as Arc<dyn Resolver>,
            limits,
        }
    }

    /// Grants a plugin permissions, as its manifest would write them.
    pub(crate) fn grant(&self, plugin: &str, permissions: &serde_json::Value) {
        let permissions: Permissions = serde_json::from_value(permissions.clone()).unwrap();
        self.granted.lock().unwrap().entry(plugin.to_owned()).or_default().permissions =
            permissions;
    }

    pub(crate) fn open(&self, plugin: &str, address: SocketAddr, root: Option<&str>) {
        let root_certificate = root.map(str::to_owned);
        let granted = GrantedAddress { address, root_certificate };
        self.granted.lock().unwrap().entry(plugin.to_owned()).or_default().addresses.push(granted);
    }

    pub(crate) fn revoke(&self, plugin: &str) {
        self.granted.lock().unwrap().remove(plugin);
    }

    /// Says where a name leads: at first, then, and so on.
    pub(crate) fn name(&self, name: &str, answers: &[&[&str]]) {
        let address = |text: &&str| text.parse().unwrap();
        let answers = answers.iter().map(|answer| answer.iter().map(address).collect()).collect();
        self.names.lock().unwrap().insert(name.to_owned(), answers);
    }

    /// Each row in a line.
    pub(crate) fn told(&self) -> Vec<String> {
        let told = |row: &EgressRecord| {
            let status = row.status.map_or("-".to_owned(), |status| status.to_string());
            let problem = row.problem.as_deref().unwrap_or("ok");
            format!(
                "{} {} {}{} {status} {}: {problem}",
                row.plugin, row.method, row.host, row.path, row.bytes
            )
        };
        self.rows.lock().unwrap().iter().map(told).collect()
    }
}

impl Grants for World {
    fn of<'a>(&'a self, plugin: &'a PluginId) -> BoxFuture<'a, Result<Granted, OutsideError>> {
        let granted = self.granted.lock().unwrap().get(plugin.as_str()).cloned();
        Box::pin(async move { Ok(granted.unwrap_or_default()) })
    }
}

impl Audit for World {
    fn record(&self, record: EgressRecord) -> BoxFuture<'static, Result<(), OutsideError>> {
        self.rows.lock().unwrap().push(record);
        let is_broken = *self.is_audit_broken.lock().unwrap();
        Box::pin(async move {
            if is_broken { Err(OutsideError("the disk is full".to_owned())) } else { Ok(()) }
        })
    }
}

impl Resolver for World {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        _port: u16,
    ) -> BoxFuture<'a, Result<Vec<SocketAddr>, OutsideError>> {
        *self.n_resolved.lock().unwrap() += 1;
        let mut names = self.names.lock().unwrap();
        let answer = names.get_mut(host).and_then(|answers| match answers.len() {
            0 | 1 => answers.front().cloned(),
            _ => answers.pop_front(),
        });
        Box::pin(async move { answer.ok_or_else(|| OutsideError("no such name".to_owned())) })
    }
}

impl Storage for World {
    fn get<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, OutsideError>> {
        let place = (plugin.to_string(), key.to_owned());
        let value = self.kept.lock().unwrap().get(&place).cloned();
        Box::pin(async move { Ok(value) })
    }

    fn set<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
        value: &'a [u8],
        quota: u64,
    ) -> BoxFuture<'a, Result<(), KeepError>> {
        let mut kept = self.kept.lock().unwrap();
        let place = (plugin.to_string(), key.to_owned());
        let others = kept.iter().filter(|(other, _)| other.0 == place.0 && **other != place);
        let used: usize = others.map(|(other, value)| other.1.len() + value.len()).sum();
        let fits = (used + key.len() + value.len()) as u64 <= quota;
        if fits {
            kept.insert(place, value.to_vec());
        }
        Box::pin(async move { if fits { Ok(()) } else { Err(KeepError::Full) } })
    }

    fn delete<'a>(
        &'a self,
        plugin: &'a PluginId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<(), OutsideError>> {
        self.kept.lock().unwrap().remove(&(plugin.to_string(), key.to_owned()));
        Box::pin(async { Ok(()) })
    }

    fn keys<'a>(
        &'a self,
        plugin: &'a PluginId,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Vec<String>, OutsideError>> {
        let kept = self.kept.lock().unwrap();
        let keys =
            kept.keys().filter(|(owner, key)| owner == plugin.as_str() && key.starts_with(prefix));
        let keys = keys.map(|(_, key)| key.clone()).collect();
        Box::pin(async move { Ok(keys) })
    }
}

/// What the guest `caller` got when it did as it was told.
pub(crate) async fn obey(instance: &Instance, told: &str) -> String {
    let page = instance.fetch(Service::Update, Some(told.to_owned()), None).await.unwrap();
    let Fact::Note(note) = &page.facts[0].fact else { panic!("a note is expected") };
    note.text.clone()
}
