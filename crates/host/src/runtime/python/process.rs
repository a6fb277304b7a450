//! One process of a plugin: the conversation with it, and its end.

use std::process::Stdio;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stonks_plugin::Service;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::calls::{self, Odd};
use super::message::{
    self, Bytes, Incoming, METHOD_NOT_FOUND, Notification, OUT_OF_MEMORY, PROTOCOL, Ready, Request,
};
use super::stream::{LineError, read_line};
use super::{Confinement, Loaded, confine};
use crate::imports::Imports;
use crate::runtime::contract::door;
use crate::runtime::contract::exports::lifecycle::HealthReport;
use crate::runtime::contract::exports::middleware::Origin;
use crate::runtime::contract::exports::view::Panel;
use crate::runtime::contract::figures::Metric;
use crate::runtime::contract::log::Level;
use crate::runtime::contract::snapshot::PortfolioSnapshot;
use crate::runtime::contract::types::{Fact, Page, PluginError};
use crate::runtime::guest::{Guest, Told};
use crate::runtime::{CallErrorKind, FAREWELL, Limits, Setting, SettingValue};

/// Processor time in a process's whole life: beyond it the kernel ends it, and the next call gets a fresh
/// one. A call's own limit is its deadline.
const PROCESSOR_SECONDS: u64 = 3_600;

/// What a plugin writes to standard error goes to its log, cut to lines of this length.
const LONGEST_LOG_LINE: usize = 2_000;

/// Of its last words, so many letters are told.
const LONGEST_WORDS: usize = 200;

/// How long the end of a process may take that has closed its output.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// A plugin's process that has been initialised.
pub(in crate::runtime) struct Process {
    child: Child,
    /// Ends with standard error, and then tells the last line of it.
    words: JoinHandle<String>,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    /// What was read of a line so far.
    line: Vec<u8>,
    imports: Imports,
    limits: Limits,
    n_calls: u64,
}

#[derive(Serialize)]
struct Fetch {
    service: Service,
    cursor: Option<String>,
    since: Option<String>,
}

#[derive(Serialize)]
struct OpenFile {
    name: String,
    content: Bytes,
}

#[derive(Serialize, Deserialize)]
struct File {
    file: u64,
}

#[derive(Serialize)]
struct Transform {
    origin: Origin,
    facts: Vec<Fact>,
}

#[derive(Deserialize)]
struct Transformed {
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Portfolio {
    portfolio: PortfolioSnapshot,
}

#[derive(Deserialize)]
struct Computed {
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
struct Rendered {
    panels: Vec<Panel>,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Initialize {
    settings: Vec<GivenSetting>,
}

#[derive(Serialize)]
struct GivenSetting {
    key: String,
    value: crate::runtime::contract::exports::lifecycle::SettingValue,
}

impl Process {
    #[expect(
        clippy::disallowed_methods,
        reason = "the plugin's own process, which confines itself first"
    )]
    fn spawn(loaded: &Loaded, limits: Limits) -> Result<Self, String> {
        let launch = &loaded.launch;
        let confinement = Confinement {
            program: launch.program.clone(),
            arguments: launch.arguments.clone(),
            readable: launch.readable.clone(),
            memory: limits.memory as u64,
            processor_seconds: PROCESSOR_SECONDS,
        };
        let told = confine::argument(&confinement).map_err(|error| error.to_string())?;
        let (program, arguments) = &launch.confiner;
        let mut child = Command::new(program)
            .args(arguments)
            .arg(told)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| error.to_string())?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(errors)) = streams else {
            return Err("its streams are not there".to_owned());
        };
        let words = tokio::spawn(keep_words(errors, loaded.imports.clone()));
        Ok(Self {
            child,
            words,
            to,
            from: BufReader::with_capacity(1 << 16, from),
            line: Vec::new(),
            imports: loaded.imports.clone(),
            limits,
            n_calls: 0,
        })
    }

    /// Asks, and answers what the plugin asks meanwhile, until it answers or its time is over.
    async fn call<T: DeserializeOwned>(
        &mut self,
        method: &str,
        params: impl Serialize + Send,
        limit: Duration,
    ) -> Told<T> {
        self.n_calls += 1;
        let request = message::line(&Request::new(self.n_calls, method, params));
        let request = request.map_err(|error| CallErrorKind::BadReply(error.to_string()))?;
        let conversation = async {
            if let Err(error) = self.to.write_all(&request).await {
                return Err(self.ended(&error.to_string()).await);
            }
            self.converse().await
        };
        match tokio::time::timeout(limit, conversation).await {
            Ok(told) => told,
            Err(_) => Err(CallErrorKind::Deadline(limit)),
        }
    }

    async fn converse<T: DeserializeOwned>(&mut self) -> Told<T> {
        let mut asked = FuturesUnordered::new();
        loop {
            let read = tokio::select! {
                Some(answer) = asked.next(), if !asked.is_empty() => {
                    self.reply(answer).await?;
                    continue;
                }
                read = read_line(&mut self.from, &mut self.line, self.limits.reply) => read,
            };
            self.arrived(read).await?;
            let line = std::mem::take(&mut self.line);
            let incoming = incoming(&line)?;
            match (incoming.method, incoming.id) {
                (Some(method), Some(id)) => {
                    let params = incoming.params.map(ToOwned::to_owned);
                    let imports = self.imports.clone();
                    asked.push(calls::answer(imports, id.to_owned(), method.into_owned(), params));
                }
                (Some(method), None) => {
                    calls::note(&self.imports, &method, incoming.params)
                        .map_err(|odd| babble(&odd))?;
                }
                (None, _) => return self.told(incoming.result, incoming.error),
            }
        }
    }

    /// An answer on its way to the plugin.
    async fn reply(&mut self, answer: Result<Vec<u8>, Odd>) -> Result<(), CallErrorKind> {
        let answer = answer.map_err(|odd| babble(&odd))?;
        match self.to.write_all(&answer).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.ended(&error.to_string()).await),
        }
    }

    async fn arrived(&mut self, read: Result<(), LineError>) -> Result<(), CallErrorKind> {
        match read {
            Ok(()) => Ok(()),
            Err(LineError::TooLong) => Err(CallErrorKind::ReplyTooLarge(self.limits.reply)),
            Err(LineError::Ended) => Err(self.ended("it closed its output").await),
            Err(LineError::Io(error)) => Err(self.ended(&error.to_string()).await),
        }
    }

    /// How a process ended that doesn't speak any more.
    async fn ended(&mut self, otherwise: &str) -> CallErrorKind {
        use std::os::unix::process::ExitStatusExt;
        let status = tokio::time::timeout(LAST_BREATH, self.child.wait()).await;
        let Ok(Ok(status)) = status else { return CallErrorKind::Trapped(otherwise.to_owned()) };
        let how = match (status.code(), status.signal()) {
            (Some(code), _) => format!("its process ended with code {code}"),
            (None, Some(signal)) => format!("its process was ended by signal {signal}"),
            (None, None) => otherwise.to_owned(),
        };
        let words = tokio::time::timeout(LAST_BREATH, &mut self.words).await;
        CallErrorKind::Trapped(match words {
            Ok(Ok(last)) if !last.is_empty() => format!("{how}: {last}"),
            _ => how,
        })
    }

    fn told<T: DeserializeOwned>(
        &self,
        result: Option<&RawValue>,
        error: Option<message::CallFailure>,
    ) -> Told<T> {
        let Some(error) = error else {
            let result = result.map_or("null", RawValue::get);
            let read = serde_json::from_str(result);
            return read.map(Ok).map_err(|error| CallErrorKind::BadReply(shape(&error)));
        };
        match (error.code, error.data) {
            (OUT_OF_MEMORY, _) => Err(CallErrorKind::OutOfMemory(self.limits.memory)),
            (METHOD_NOT_FOUND, None) => Err(CallErrorKind::NotOffered),
            (_, Some(data)) => Ok(Err(data)),
            (_, None) => Ok(Err(PluginError::Failed(error.message))),
        }
    }

    /// The first words, and that they are of this protocol.
    async fn greet(&mut self) -> Result<(), CallErrorKind> {
        let read = read_line(&mut self.from, &mut self.line, self.limits.reply).await;
        self.arrived(read).await?;
        let line = std::mem::take(&mut self.line);
        let incoming = incoming(&line)?;
        let params = incoming.params.map_or("{}", RawValue::get);
        match serde_json::from_str::<Ready>(params) {
            Ok(Ready { protocol: PROTOCOL }) => Ok(()),
            Ok(Ready { protocol }) => Err(CallErrorKind::Trapped(format!(
                "it speaks version {protocol} of the host's protocol, the host version {PROTOCOL}"
            ))),
            Err(error) => Err(CallErrorKind::Trapped(format!("its first words are odd: {error}"))),
        }
    }
}

impl Guest for Process {
    type Loaded = Loaded;

    async fn start(
        loaded: &Loaded,
        settings: &[Setting],
        limits: Limits,
    ) -> Result<Self, CallErrorKind> {
        let spawned = Self::spawn(loaded, limits);
        let mut process = spawned.map_err(|reason| {
            CallErrorKind::Trapped(format!("its process can't be started: {reason}"))
        })?;
        let greeted = tokio::time::timeout(limits.call, process.greet()).await;
        greeted.map_err(|_| CallErrorKind::Deadline(limits.call))??;
        let settings = Initialize { settings: settings.iter().map(given).collect() };
        let outcome = process.call::<()>("initialize", settings, limits.call).await;
        outcome?.map_err(door::failure)?;
        Ok(process)
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    async fn health(&mut self) -> Told<HealthReport> {
        self.call("health", Nothing {}, self.limits.call).await
    }

    async fn open_file(&mut self, name: String, content: Vec<u8>) -> Told<u64> {
        let params = OpenFile { name, content: Bytes(content) };
        let told = self.call::<File>("open_file", params, self.limits.call).await?;
        Ok(told.map(|opened| opened.file))
    }

    async fn next_page(&mut self, file: u64) -> Told<Page> {
        self.call("next_page", File { file }, self.limits.call).await
    }

    async fn close_file(&mut self, file: u64) -> Result<(), CallErrorKind> {
        let line = message::line(&Notification::new("close_file", File { file }));
        let line = line.map_err(|error| CallErrorKind::BadReply(error.to_string()))?;
        match tokio::time::timeout(FAREWELL, self.to.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.ended(&error.to_string()).await),
            Err(_) => Err(CallErrorKind::Deadline(FAREWELL)),
        }
    }

    async fn fetch(
        &mut self,
        service: Service,
        cursor: Option<String>,
        since: Option<String>,
    ) -> Told<Page> {
        self.call("fetch", Fetch { service, cursor, since }, self.limits.call).await
    }

    async fn transform(&mut self, origin: Origin, facts: Vec<Fact>) -> Told<Vec<Fact>> {
        let params = Transform { origin, facts };
        let told = self.call::<Transformed>("transform", params, self.limits.call).await?;
        Ok(told.map(|transformed| transformed.facts))
    }

    async fn compute(&mut self, portfolio: PortfolioSnapshot) -> Told<Vec<Metric>> {
        let params = Portfolio { portfolio };
        let told = self.call::<Computed>("compute", params, self.limits.call).await?;
        Ok(told.map(|computed| computed.metrics))
    }

    async fn render(&mut self, portfolio: PortfolioSnapshot) -> Told<Vec<Panel>> {
        let params = Portfolio { portfolio };
        let told = self.call::<Rendered>("render", params, self.limits.call).await?;
        Ok(told.map(|rendered| rendered.panels))
    }

    async fn shutdown(mut self) -> Result<(), CallErrorKind> {
        self.call::<()>("shutdown", Nothing {}, FAREWELL).await.map(drop)
        // The process is killed with this handle, had it not ended by itself.
    }
}

fn given(setting: &Setting) -> GivenSetting {
    use crate::runtime::contract::exports::lifecycle::SettingValue as Given;
    let value = match &setting.value {
        SettingValue::Text(text) => Given::Text(text.clone()),
        SettingValue::Number(number) => Given::Number(number.clone()),
        SettingValue::Flag(flag) => Given::Flag(*flag),
    };
    GivenSetting { key: setting.key.clone(), value }
}

/// Once it says something else than messages, nothing that follows can be relied on.
fn babble(odd: &Odd) -> CallErrorKind {
    CallErrorKind::Trapped(format!("it says what the host doesn't understand: {}", odd.0))
}

fn incoming(line: &[u8]) -> Result<Incoming<'_>, CallErrorKind> {
    serde_json::from_slice(line).map_err(|error| babble(&Odd(shape(&error))))
}

/// Serde's words, without what of the reply it quotes.
fn shape(error: &serde_json::Error) -> String {
    error.to_string().chars().filter(|sign| !sign.is_control()).take(300).collect()
}

/// What a plugin prints goes to its log, line by line; a longer line is cut. Tells the last one.
async fn keep_words(errors: ChildStderr, imports: Imports) -> String {
    let mut errors = BufReader::new(errors);
    let (mut line, mut last) = (Vec::new(), String::new());
    loop {
        let read = read_line(&mut errors, &mut line, LONGEST_LOG_LINE).await;
        if !line.is_empty() {
            let text = String::from_utf8_lossy(&line);
            imports.write(Level::Warning, &text);
            last = text.chars().filter(|sign| !sign.is_control()).take(LONGEST_WORDS).collect();
            line.clear();
        }
        if matches!(read, Err(LineError::Ended | LineError::Io(_))) {
            return last;
        }
    }
}
