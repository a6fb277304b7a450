//! One process of a plugin: the conversation with it, and its end.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use super::Loaded;
use super::calls::{self, Odd};
use super::message::{self, Incoming, METHOD_NOT_FOUND, OUT_OF_MEMORY, PROTOCOL, Ready, Request};
use super::stream::{LineError, read_line};
use crate::imports::Imports;
use crate::runtime::contract::log::Level;
use crate::runtime::contract::types::PluginError;
use crate::runtime::guest::Told;
use crate::runtime::{CallErrorKind, Limits};

/// What a plugin writes to standard error goes to its log, cut to lines of this length.
const LONGEST_LOG_LINE: usize = 2_000;

/// Of its last words, so many letters are told.
const LONGEST_WORDS: usize = 200;

/// How long the end of a process may take that has closed its output.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// A plugin's process that has been initialised.
pub(in crate::runtime) struct Process {
    pub(super) child: Child,
    /// Ends with standard error, and then tells the last line of it.
    words: JoinHandle<String>,
    pub(super) to: ChildStdin,
    from: BufReader<ChildStdout>,
    /// What was read of a line so far.
    line: Vec<u8>,
    imports: Imports,
    pub(super) limits: Limits,
    n_calls: u64,
}

impl Process {
    pub(super) fn spawn(loaded: &Loaded, limits: Limits) -> Result<Self, String> {
        let mut child = loaded.launch.start(limits).map_err(|error| error.to_string())?;
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
    pub(super) async fn call<T: DeserializeOwned>(
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
    pub(super) async fn ended(&mut self, otherwise: &str) -> CallErrorKind {
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
    pub(super) async fn greet(&mut self) -> Result<(), CallErrorKind> {
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

impl Drop for Process {
    /// Ends what it started, too; the process itself is killed by its handle.
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(group) = group {
            // Nobody is left of a group that has ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
