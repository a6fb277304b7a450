//! One instance of a component, in the store that it lives in.

use std::collections::HashMap;
use std::time::Duration;

use stonks_plugin::Service;
use wasmtime::component::ResourceAny;
use wasmtime::{Store, Trap};

use super::Loaded;
use super::exports::Guests;
use super::limits::{State, limit};
use crate::runtime::contract::door;
use crate::runtime::contract::exports::lifecycle::{self, HealthReport};
use crate::runtime::contract::exports::middleware::Origin;
use crate::runtime::contract::exports::view::Panel;
use crate::runtime::contract::figures::Metric;
use crate::runtime::contract::snapshot::PortfolioSnapshot;
use crate::runtime::contract::types::{Fact, Page};
use crate::runtime::guest::{Guest, Told};
use crate::runtime::{CallErrorKind, FAREWELL, Limits, Setting, SettingValue};

/// Beyond the guest's own deadline, for a host call that doesn't come back.
const GRACE: Duration = Duration::from_millis(250);

/// An instance that has been initialised and has not failed.
pub(in crate::runtime) struct Running {
    store: Store<State>,
    guests: Guests,
    limits: Limits,
    files: HashMap<u64, ResourceAny>,
    n_files: u64,
}

/// Calls an async export with a deadline, and tells what became of it.
macro_rules! call {
    ($store:expr, $limit:expr, |$accessor:ident| $called:expr) => {{
        let store: &mut Store<State> = $store;
        store.data_mut().start_call($limit);
        store.set_epoch_deadline(1);
        let run = store.run_concurrent(async |$accessor| $called.await);
        let outcome = tokio::time::timeout($limit + GRACE, run).await;
        match outcome {
            Err(_) => Err(CallErrorKind::Deadline($limit)),
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error)) | Err(error)) => Err(trapped(store, $limit, &error)),
        }
    }};
}

/// What a failing call means: the plugin's time, its memory, its reply, or itself.
fn trapped(store: &Store<State>, limit: Duration, error: &wasmtime::Error) -> CallErrorKind {
    let state = store.data();
    if state.is_overdue {
        return CallErrorKind::Deadline(limit);
    }
    if state.is_out_of_memory {
        return CallErrorKind::OutOfMemory(state.limits.memory);
    }
    let shown = format!("{error:#}");
    if shown.contains("too much data is being copied") {
        return CallErrorKind::ReplyTooLarge(state.limits.reply);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => {
            CallErrorKind::Trapped("it gave up (a panic, or an abort)".to_owned())
        }
        Some(Trap::StackOverflow) => CallErrorKind::Trapped("it ran out of stack".to_owned()),
        Some(trap) => CallErrorKind::Trapped(trap.to_string()),
        None => CallErrorKind::Trapped(shown.lines().next().unwrap_or_default().to_owned()),
    }
}

impl Guest for Running {
    type Loaded = Loaded;

    async fn start(
        loaded: &Loaded,
        settings: &[Setting],
        limits: Limits,
    ) -> Result<Self, CallErrorKind> {
        let exports = &loaded.exports;
        let state = State::new(limits, loaded.imports.clone());
        let mut store = Store::new(exports.component.engine(), state);
        limit(&mut store);
        store.data_mut().start_call(limits.call);
        let instance = match exports.component.instantiate_async(&mut store).await {
            Ok(instance) => instance,
            Err(error) => return Err(trapped(&store, limits.call, &error)),
        };
        let guests = exports.load(&mut store, &instance);
        let guests = guests.map_err(|error| CallErrorKind::Trapped(error.to_string()))?;
        let mut running = Self { store, guests, limits, files: HashMap::new(), n_files: 0 };
        let configuration = configuration(settings);
        let outcome = call!(&mut running.store, limits.call, |accessor| running
            .guests
            .lifecycle
            .call_initialize(accessor, configuration));
        outcome?.map_err(door::failure)?;
        Ok(running)
    }

    fn is_alive(&mut self) -> bool {
        // A store does nothing between calls.
        true
    }

    async fn health(&mut self) -> Told<HealthReport> {
        let guest = &self.guests.lifecycle;
        call!(&mut self.store, self.limits.call, |accessor| guest.call_health(accessor))
    }

    async fn open_file(&mut self, name: String, content: Vec<u8>) -> Told<u64> {
        let guest = self.guests.file_import.as_ref().ok_or(CallErrorKind::NotOffered)?;
        let outcome = call!(&mut self.store, self.limits.call, |accessor| guest
            .call_open(accessor, name, content));
        Ok(outcome?.map(|session| {
            self.n_files += 1;
            self.files.insert(self.n_files, session);
            self.n_files
        }))
    }

    async fn next_page(&mut self, file: u64) -> Told<Page> {
        let session = *self.files.get(&file).ok_or(CallErrorKind::Stopped)?;
        let guest = self.guests.file_import.as_ref().ok_or(CallErrorKind::NotOffered)?;
        call!(&mut self.store, self.limits.call, |accessor| guest
            .session()
            .call_next_page(accessor, session))
    }

    async fn close_file(&mut self, file: u64) -> Result<(), CallErrorKind> {
        let Some(session) = self.files.remove(&file) else { return Ok(()) };
        self.store.data_mut().start_call(FAREWELL);
        let dropped = session.resource_drop_async(&mut self.store).await;
        dropped.map_err(|error| trapped(&self.store, FAREWELL, &error))
    }

    async fn fetch(
        &mut self,
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
    ) -> Told<Page> {
        macro_rules! fetch {
            ($($name:ident => $field:ident),*) => {
                match service {
                    $(Service::$name => {
                        let guest = self.guests.$field.as_ref().ok_or(CallErrorKind::NotOffered)?;
                        call!(&mut self.store, self.limits.call, |accessor| guest
                            .call_fetch(accessor, cursor, since))
                    })*
                    Service::Authentication | Service::FileImport => Err(CallErrorKind::NotOffered),
                }
            };
        }
        fetch!(
            Portfolio => portfolio, Transaction => transaction, Deposit => deposit, Dividend => dividend,
            Fee => fee, Account => account, Update => update
        )
    }

    async fn transform(&mut self, origin: Origin, facts: Vec<Fact>) -> Told<Vec<Fact>> {
        let guest = self.guests.middleware.as_ref().ok_or(CallErrorKind::NotOffered)?;
        call!(&mut self.store, self.limits.call, |accessor| guest
            .call_transform(accessor, origin, facts))
    }

    async fn compute(&mut self, portfolio: PortfolioSnapshot) -> Told<Vec<Metric>> {
        let guest = self.guests.aggregator.as_ref().ok_or(CallErrorKind::NotOffered)?;
        call!(&mut self.store, self.limits.call, |accessor| guest.call_compute(accessor, portfolio))
    }

    async fn render(&mut self, portfolio: PortfolioSnapshot) -> Told<Vec<Panel>> {
        let guest = self.guests.view.as_ref().ok_or(CallErrorKind::NotOffered)?;
        call!(&mut self.store, self.limits.call, |accessor| guest.call_render(accessor, portfolio))
    }

    async fn shutdown(mut self) -> Result<(), CallErrorKind> {
        let guest = &self.guests.lifecycle;
        call!(&mut self.store, FAREWELL, |accessor| guest.call_shutdown(accessor))
    }
}

fn configuration(settings: &[Setting]) -> lifecycle::Configuration {
    let setting = |setting: &Setting| lifecycle::Setting {
        key: setting.key.clone(),
        value: match &setting.value {
            SettingValue::Text(text) => lifecycle::SettingValue::Text(text.clone()),
            SettingValue::Number(number) => lifecycle::SettingValue::Number(number.clone()),
            SettingValue::Flag(flag) => lifecycle::SettingValue::Flag(*flag),
        },
    };
    lifecycle::Configuration { settings: settings.iter().map(setting).collect() }
}
