//! What runs plugins, and how a call can fail.

pub(crate) mod contract;
mod guest;
mod instance;
mod kinds;
mod loaded;
pub mod python;
pub mod wasm;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use stonks_core::fact::Located;
use stonks_plugin::health::{Measurement, Report};
use stonks_plugin::{PluginId, Service};

pub(crate) use instance::Life;
pub use instance::{Instance, OpenFile};
pub use loaded::LoadError;
pub(crate) use loaded::{Code, Loaded};

/// Tells the time to plugins; tests hold it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long an ended plugin may take for its farewell.
const FAREWELL: Duration = Duration::from_secs(1);

/// What one instance of a plugin may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory, in bytes.
    pub memory: usize,
    /// How long one call may take, waiting included.
    pub call: Duration,
    /// How much one reply may hold, in bytes.
    pub reply: usize,
    /// The largest file that is handed in, in bytes.
    pub file: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 512 << 20, call: Duration::from_secs(30), reply: 64 << 20, file: 64 << 20 }
    }
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// Free text, or the choice.
    Text(String),
    /// An exact decimal in canonical form.
    Number(String),
    /// Yes or no.
    Flag(bool),
}

/// A setting as the plugin gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// As in the manifest.
    pub key: String,
    /// What the user set, or the default.
    pub value: SettingValue,
}

/// What was asked of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The first call.
    Initialize,
    /// How it fares.
    Health,
    /// Recognise a file.
    OpenFile,
    /// The next page of a file.
    NextPage,
    /// A page of a service.
    Fetch(Service),
    /// Facts on their way to the ledger.
    Transform,
    /// Figures of a portfolio.
    Compute,
    /// Panels of a portfolio.
    Render,
    /// The last call.
    Shutdown,
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initialize => formatter.write_str("`initialize`"),
            Self::Health => formatter.write_str("`health`"),
            Self::OpenFile | Self::NextPage => formatter.write_str("`import-file`"),
            Self::Fetch(service) => write!(formatter, "`{service}`"),
            Self::Transform => formatter.write_str("`transform`"),
            Self::Compute => formatter.write_str("`compute`"),
            Self::Render => formatter.write_str("`render`"),
            Self::Shutdown => formatter.write_str("`shutdown`"),
        }
    }
}

/// A page of facts, checked.
#[derive(Debug, Clone, Default)]
pub struct FilePage {
    /// In the order in which the plugin tells them.
    pub facts: Vec<Located>,
    /// What to ask for the next page with; none on the last.
    pub next: Option<String>,
    /// How far the plugin says it is: done, and of how many.
    pub progress: Option<(u64, Option<u64>)>,
}

/// What a plugin says of its health.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthReport {
    /// In a word.
    pub status: Report,
    /// In a sentence.
    pub message: Option<String>,
    /// In figures.
    pub measurements: Vec<Measurement>,
}

/// Input that a plugin refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// One sentence, lower case, no final stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1.
    pub column: Option<u32>,
}

/// Why a plugin says that it failed: the contract's `plugin-error`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No session, or refused credentials.
    #[error("it needs a login: {0}")]
    AuthRequired(String),
    /// Only the user can bring it on.
    #[error("it needs you: {0}")]
    NeedsUserAction(String),
    /// Too many requests; seconds to wait.
    #[error("the broker asks to wait{}", .0.map(|seconds| format!(" {seconds} s")).unwrap_or_default())]
    RateLimited(Option<u64>),
    /// The broker does not answer.
    #[error("the broker is not available: {0}")]
    Unavailable(String),
    /// The broker answers in another form.
    #[error("the broker changed its answers, the plugin needs an update: {0}")]
    UpstreamChanged(String),
    /// It refuses its input.
    #[error("{}", .0.message)]
    BadData(Refusal),
    /// It does not do that.
    #[error("it doesn't support that: {0}")]
    Unsupported(String),
    /// Anything else.
    #[error("it failed: {0}")]
    Failed(String),
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallErrorKind {
    /// The plugin says so.
    #[error(transparent)]
    Plugin(#[from] Failure),
    /// It did not come back.
    #[error("it was stopped: it took longer than {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// It broke off.
    #[error("it crashed: {0}")]
    Trapped(String),
    /// It wanted more memory than it may have.
    #[error("it was stopped: it wanted more than {} MiB of memory", .0 >> 20)]
    OutOfMemory(usize),
    /// It answered with more than it may.
    #[error("its reply was refused: it is larger than {} MiB", .0 >> 20)]
    ReplyTooLarge(usize),
    /// It answered with something that the contract forbids.
    #[error("its reply was refused: {0}")]
    BadReply(String),
    /// It has no such service.
    #[error("it doesn't offer this service")]
    NotOffered,
    /// It was stopped while the call was waiting.
    #[error("it was stopped")]
    Stopped,
    /// The same call ended it before, more than once.
    #[error("this call ended it before and is refused")]
    Deadly,
    /// It doesn't take calls where it stands.
    #[error("it isn't running; {0}")]
    NotRunning(String),
}

impl CallErrorKind {
    /// Whether it ended the instance.
    #[must_use]
    pub const fn is_crash(&self) -> bool {
        matches!(
            self,
            Self::Deadline(_) | Self::Trapped(_) | Self::OutOfMemory(_) | Self::ReplyTooLarge(_)
        )
    }

    /// Whether the plugin, and neither the user nor the host, is to be held responsible.
    #[must_use]
    pub const fn is_of_the_plugin(&self) -> bool {
        match self {
            Self::Plugin(failure) => matches!(
                failure,
                Failure::Unavailable(_) | Failure::UpstreamChanged(_) | Failure::Failed(_)
            ),
            Self::BadReply(_) => true,
            Self::NotOffered | Self::Stopped | Self::Deadly | Self::NotRunning(_) => false,
            _ => self.is_crash(),
        }
    }
}

/// A call that came to nothing: which plugin, which call, why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{plugin}`, {call}: {kind}")]
pub struct CallError {
    /// The plugin.
    pub plugin: PluginId,
    /// What was asked of it.
    pub call: Call,
    /// Why it failed.
    pub kind: CallErrorKind,
}

impl CallError {
    /// What the plugin refuses, if it refuses its input.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            CallErrorKind::Plugin(Failure::BadData(refusal)) => Some(refusal),
            _ => None,
        }
    }
}
