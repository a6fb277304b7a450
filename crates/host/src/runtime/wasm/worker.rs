//! The task that owns a store: it serves one call after the other, and discards an instance that fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use stonks_plugin::Service;
use stonks_plugin::supervision::CallKey;
use tokio::sync::mpsc;
use tokio::time::Instant;
use wasmtime::component::ResourceAny;
use wasmtime::{Store, Trap};

use super::exports::{Guests, contract};
use super::instance::{Life, Reply, Request, Setting, SettingValue};
use super::limits::{State, limit};
use super::{Loaded, door};
use crate::runtime::{CallErrorKind, FilePage, HealthReport, Limits};

/// How long an ended plugin may take for its farewell.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// Beyond the guest's own deadline, for a host call that doesn't come back.
pub(super) const GRACE: Duration = Duration::from_millis(250);

/// Owns the store.
pub(super) struct Worker {
    loaded: Loaded,
    settings: Vec<Setting>,
    pub(super) limits: Limits,
    life: Life,
    running: Option<Running>,
}

/// A call that was let through, and since when it is under way.
pub(super) struct Admitted {
    key: Option<CallKey>,
    since: Instant,
}

/// An instance that has been initialised and has not failed.
pub(super) struct Running {
    pub(super) store: Store<State>,
    pub(super) guests: Guests,
    files: HashMap<u64, File>,
    n_files: u64,
}

/// A file that the plugin recognised, and the key of the call that handed it in.
struct File {
    session: ResourceAny,
    key: Option<CallKey>,
}

/// Calls an async export with the call's deadline, and tells what became of it.
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

pub(super) use call;

/// What a failing call means: the plugin's time, its memory, its reply, or itself.
pub(super) fn trapped(
    store: &Store<State>,
    limit: Duration,
    error: &wasmtime::Error,
) -> CallErrorKind {
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

impl Worker {
    pub(super) const fn new(
        loaded: Loaded,
        settings: Vec<Setting>,
        limits: Limits,
        life: Life,
    ) -> Self {
        Self { loaded, settings, limits, life, running: None }
    }

    pub(super) async fn serve(mut self, mut inbox: mpsc::Receiver<Request>) {
        while let Some(request) = self.next(&mut inbox).await {
            if let Request::CloseFile { file } = request {
                self.close_file(file).await;
                continue;
            }
            let key = self.key(&request);
            if let Err(kind) = self.life.supervisor.admit(key.as_ref()).await {
                request.refuse(kind);
                continue;
            }
            let call = Admitted { key, since: Instant::now() };
            match request {
                Request::Health(reply) => {
                    let outcome = self.health().await;
                    self.answer(&call, reply, outcome).await;
                }
                Request::OpenFile { name, content, reply } => {
                    let outcome = self.open_file(name, content, call.key.clone()).await;
                    self.answer(&call, reply, outcome).await;
                }
                Request::NextPage { file, reply } => {
                    let outcome = self.next_page(file).await;
                    self.answer(&call, reply, outcome).await;
                }
                Request::Fetch { service, cursor, since, reply } => {
                    let outcome = self.fetch(service, cursor, since).await;
                    self.answer(&call, reply, outcome).await;
                }
                Request::CloseFile { file } => self.close_file(file).await,
                Request::Kind(request) => self.kind(&call, request).await,
                Request::Shutdown(reply) => {
                    let outcome = self.shutdown().await;
                    self.answer(&call, reply, outcome).await;
                    return;
                }
            }
        }
        // The last handle is gone, or the plugin is unloaded; whether the farewell succeeds interests
        // nobody.
        let _ = self.shutdown().await;
    }

    /// The next call. Once the plugin is being unloaded, those that are queued, and then none.
    async fn next(&mut self, inbox: &mut mpsc::Receiver<Request>) -> Option<Request> {
        tokio::select! {
            biased;
            request = inbox.recv() => return request,
            closed = self.life.closed.wait_for(|is_closed| *is_closed) => {
                // Where another generation took the place of this one, nobody is left to close it: it
                // goes on until its last handle is gone.
                if closed.is_ok() {
                    inbox.close();
                }
            }
        }
        inbox.recv().await
    }

    fn key(&self, request: &Request) -> Option<CallKey> {
        match request {
            Request::NextPage { file, .. } => self.running.as_ref()?.files.get(file)?.key.clone(),
            other => other.key(),
        }
    }

    /// Tells the supervisor how a call went, then the caller.
    pub(super) async fn answer<T>(
        &self,
        call: &Admitted,
        reply: Reply<T>,
        outcome: Result<T, CallErrorKind>,
    ) {
        let took = call.since.elapsed();
        let supervisor = &self.life.supervisor;
        match &outcome {
            Err(kind) if kind.is_crash() => {
                supervisor.failed(took, call.key.as_ref(), kind).await;
            }
            Err(kind) if kind.is_of_the_plugin() => supervisor.refused(took),
            _ => supervisor.succeeded(took),
        }
        // A caller that went away needs no answer.
        let _ = reply.send(outcome);
    }

    /// Starts the first instance, of which the supervisor is not told.
    pub(super) async fn start(&mut self) -> Result<(), CallErrorKind> {
        self.running = Some(Running::start(&self.loaded, &self.settings, self.limits).await?);
        Ok(())
    }

    /// The instance, a fresh one if there is none.
    pub(super) async fn running(&mut self) -> Result<&mut Running, CallErrorKind> {
        if self.running.is_none() {
            self.start().await?;
            self.life.supervisor.started().await;
        }
        self.running.as_mut().ok_or(CallErrorKind::Stopped)
    }

    /// Discards the instance unless the failure is one that a healthy plugin tells.
    pub(super) fn kept<T>(
        &mut self,
        outcome: Result<T, CallErrorKind>,
    ) -> Result<T, CallErrorKind> {
        if let Err(kind) = &outcome
            && !matches!(
                kind,
                CallErrorKind::Plugin(_) | CallErrorKind::NotOffered | CallErrorKind::BadReply(_)
            )
        {
            tracing::warn!(plugin = %self.loaded.plugin, reason = %kind, "plugin instance discarded");
            self.running = None;
        }
        outcome
    }

    async fn health(&mut self) -> Result<HealthReport, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        let outcome = call!(&mut running.store, limit, |accessor| running
            .guests
            .lifecycle
            .call_health(accessor));
        let report = self.kept(outcome)?.map_err(door::failure)?;
        door::health(report).map_err(CallErrorKind::BadReply)
    }

    async fn open_file(
        &mut self,
        name: String,
        content: Vec<u8>,
        key: Option<CallKey>,
    ) -> Result<u64, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        let file_import = running.guests.file_import.as_ref().ok_or(CallErrorKind::NotOffered)?;
        let outcome = call!(&mut running.store, limit, |accessor| file_import
            .call_open(accessor, name, content));
        let session = self.kept(outcome)?.map_err(door::failure)?;
        let running = self.running().await?;
        running.n_files += 1;
        running.files.insert(running.n_files, File { session, key });
        Ok(running.n_files)
    }

    async fn next_page(&mut self, file: u64) -> Result<FilePage, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        // A fresh instance doesn't know the files of the one before it.
        let session = running.files.get(&file).ok_or(CallErrorKind::Stopped)?.session;
        let file_import = running.guests.file_import.as_ref().ok_or(CallErrorKind::NotOffered)?;
        let outcome = call!(&mut running.store, limit, |accessor| file_import
            .session()
            .call_next_page(accessor, session));
        let page = self.kept(outcome)?.map_err(door::failure)?;
        door::page(page).map_err(CallErrorKind::BadReply)
    }

    async fn close_file(&mut self, file: u64) {
        let Some(running) = &mut self.running else { return };
        let Some(File { session, .. }) = running.files.remove(&file) else { return };
        running.store.data_mut().start_call(SHUTDOWN);
        if let Err(error) = session.resource_drop_async(&mut running.store).await {
            tracing::warn!(plugin = %self.loaded.plugin, %error, "plugin instance discarded");
            self.running = None;
        }
    }

    async fn fetch(
        &mut self,
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
    ) -> Result<FilePage, CallErrorKind> {
        let limit = self.limits.call;
        let running = self.running().await?;
        macro_rules! fetch {
            ($($name:ident => $field:ident),*) => {
                match service {
                    $(Service::$name => {
                        let guest = running.guests.$field.as_ref().ok_or(CallErrorKind::NotOffered)?;
                        call!(&mut running.store, limit, |accessor| guest.call_fetch(accessor, cursor, since))
                    })*
                    Service::Authentication | Service::FileImport => return Err(CallErrorKind::NotOffered),
                }
            };
        }
        let outcome = fetch!(
            Portfolio => portfolio, Transaction => transaction, Deposit => deposit, Dividend => dividend,
            Fee => fee, Account => account, Update => update
        );
        let page = self.kept(outcome)?.map_err(door::failure)?;
        door::page(page).map_err(CallErrorKind::BadReply)
    }

    async fn shutdown(&mut self) -> Result<(), CallErrorKind> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        call!(&mut running.store, SHUTDOWN, |accessor| running
            .guests
            .lifecycle
            .call_shutdown(accessor))
    }
}

impl Running {
    async fn start(
        loaded: &Loaded,
        settings: &[Setting],
        limits: Limits,
    ) -> Result<Self, CallErrorKind> {
        let exports = &loaded.exports;
        let mut store = Store::new(
            exports.component.engine(),
            State::new(
                limits,
                Arc::clone(&loaded.clock),
                loaded.logs.clone(),
                Arc::clone(&loaded.reach),
            ),
        );
        limit(&mut store);
        store.data_mut().start_call(limits.call);
        let instance = match exports.component.instantiate_async(&mut store).await {
            Ok(instance) => instance,
            Err(error) => return Err(trapped(&store, limits.call, &error)),
        };
        let guests = exports.load(&mut store, &instance);
        let guests = guests.map_err(|error| CallErrorKind::Trapped(error.to_string()))?;
        let mut running = Self { store, guests, files: HashMap::new(), n_files: 0 };
        let configuration = configuration(settings);
        let outcome = call!(&mut running.store, limits.call, |accessor| running
            .guests
            .lifecycle
            .call_initialize(accessor, configuration));
        outcome?.map_err(door::failure)?;
        Ok(running)
    }
}

fn configuration(settings: &[Setting]) -> contract::lifecycle::Configuration {
    let setting = |setting: &Setting| contract::lifecycle::Setting {
        key: setting.key.clone(),
        value: match &setting.value {
            SettingValue::Text(text) => contract::lifecycle::SettingValue::Text(text.clone()),
            SettingValue::Number(number) => {
                contract::lifecycle::SettingValue::Number(number.clone())
            }
            SettingValue::Flag(flag) => contract::lifecycle::SettingValue::Flag(*flag),
        },
    };
    contract::lifecycle::Configuration { settings: settings.iter().map(setting).collect() }
}
