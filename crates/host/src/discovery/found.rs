//! One plugin that was found, good or bad, and what is to be said about it.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stonks_plugin::manifest::{self, Manifest, RuntimeKind};
use stonks_plugin::{Finding, Level, validate};

use super::package;
use super::reading::{self, ReadError, Stamp};
use super::source::{BuiltIn, Source, Trust};
use crate::runtime::wasm::inspect;

/// A larger component isn't read.
const MOST_COMPONENT_BYTES: u64 = 64 << 20;

/// Of a Python package, so many files tell whether it changed.
const MOST_WATCHED_FILES: usize = 256;

const COMPONENT_MISSING: &str = "component-missing";

/// Longer texts of strangers are cut.
const MOST_MESSAGE_LETTERS: usize = 400;

/// Where a plugin's bytes are.
#[derive(Debug, Clone)]
pub(super) enum Bytes {
    Folder(PathBuf),
    BuiltIn(BuiltIn),
}

/// Tells one content of a plugin from another: its manifest by digest, its code by what the file
/// system says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256 of the manifest; zeros where there is none to read.
    pub manifest: [u8; 32],
    /// Changes with size, time or place of the files that hold the code.
    pub code: u64,
}

/// A plugin that was found, good or bad.
#[derive(Debug, Clone)]
pub struct Found {
    /// From the manifest; from the folder where there is no readable one.
    pub name: String,
    /// Where.
    pub source: Source,
    /// Whether it may run without the user's word.
    pub trust: Trust,
    /// The source of the plugin that is used in its place, where there are several of one name.
    pub hidden_by: Option<Source>,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// What is to be said about it.
    pub findings: Vec<Finding>,
    /// Which content was judged.
    pub fingerprint: Fingerprint,
    pub(super) bytes: Bytes,
}

/// What a manifest says, and what is said about it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) manifest: Option<Manifest>,
    pub(super) findings: Vec<Finding>,
    pub(super) digest: [u8; 32],
}

impl Judged {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let (manifest, mut findings) = validate::judge(bytes);
        for finding in &mut findings {
            finding.message = printable(&finding.message);
        }
        Self { manifest, findings, digest: Sha256::digest(bytes).into() }
    }

    pub(super) fn unreadable(finding: Finding) -> Self {
        Self { manifest: None, findings: vec![finding], digest: [0; 32] }
    }
}

/// A manifest that couldn't be read, as something to be said about the plugin.
pub(super) fn unreadable(folder: &Path, error: &ReadError) -> Finding {
    let (rule, hint) = match error {
        ReadError::Io { error, .. } if error.kind() == std::io::ErrorKind::NotFound => {
            let message =
                format!("there is no `{}` in `{}`", manifest::FILE_NAME, folder.display());
            let hint = "put the manifest beside the plugin's files, or remove the folder";
            return Finding::error("manifest-missing", "", printable(&message)).hint(hint);
        }
        ReadError::TooLarge { .. } => ("manifest-too-large", "keep data in files of their own"),
        ReadError::Outside { .. } => ("manifest-outside", "copy the file into the folder"),
        ReadError::NotAFile { .. } => ("manifest-unreadable", "put an ordinary file in its place"),
        _ => ("manifest-unreadable", "make the file readable for the user who runs the program"),
    };
    Finding::error(rule, "", printable(&error.to_string())).hint(hint)
}

/// What strangers wrote, fit for a terminal: one line of bounded length, without codes that steer it.
pub(super) fn printable(text: &str) -> String {
    let on_one_line = if text.contains(['\n', '\r', '\t']) {
        Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(text)
    };
    let mut shown: String = on_one_line
        .chars()
        .take(MOST_MESSAGE_LETTERS)
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .collect();
    if on_one_line.chars().nth(MOST_MESSAGE_LETTERS).is_some() {
        shown.push('…');
    }
    shown
}

impl Found {
    pub(super) fn new(fallback: &str, source: Source, bytes: Bytes, judged: Judged) -> Self {
        let Judged { manifest, mut findings, digest } = judged;
        let name = match &manifest {
            Some(manifest) => manifest.plugin.name.to_string(),
            None => printable(fallback),
        };
        let code = match &bytes {
            Bytes::Folder(folder) => code(folder, manifest.as_ref(), &mut findings),
            Bytes::BuiltIn(_) => 0,
        };
        let fingerprint = Fingerprint { manifest: digest, code };
        let trust = source.trust();
        findings.extend(why_untrusted(&source));
        Self { name, source, trust, hidden_by: None, manifest, findings, fingerprint, bytes }
    }

    /// Whether nothing that was found forbids its use. It may still await trust, or be hidden.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.manifest.is_some()
            && !self.findings.iter().any(|finding| finding.level == Level::Error)
    }

    /// Whether it may run as things are: usable, trusted, and not hidden by another of its name.
    #[must_use]
    pub fn may_run(&self) -> bool {
        self.is_usable() && self.hindrance().is_none()
    }

    /// Why it must not run as things are, though nothing is wrong with it.
    #[must_use]
    pub fn hindrance(&self) -> Option<String> {
        match (&self.hidden_by, self.trust) {
            (Some(source), _) => Some(format!("hidden by the plugin of this name from {source}")),
            (None, Trust::Awaiting) => Some("awaiting trust".to_owned()),
            (None, Trust::Trusted) => None,
        }
    }

    /// What it needs of other plugins, and they aren't.
    pub fn lacks(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| validate::is_about_others(finding))
    }

    /// The component's bytes, from beside the very manifest that was judged.
    ///
    /// # Errors
    /// A file that is missing, too large, or outside the folder; a manifest that isn't the judged one.
    pub fn component(&self) -> Result<Vec<u8>, ReadError> {
        let module = self.manifest.as_ref().and_then(wasm_module).ok_or(ReadError::NoComponent)?;
        match &self.bytes {
            Bytes::Folder(folder) => {
                self.confirm(folder)?;
                Ok(reading::read(folder, module, MOST_COMPONENT_BYTES)?.bytes)
            }
            Bytes::BuiltIn(built_in) => Ok(built_in.component.to_vec()),
        }
    }

    /// SHA-256 of the code, whatever runs it.
    ///
    /// # Errors
    /// Code that can't be read.
    pub fn code_digest(&self) -> Result<[u8; 32], ReadError> {
        match self.manifest.as_ref().and_then(|manifest| manifest.runtime.as_ref()) {
            Some(runtime) if runtime.kind == RuntimeKind::Python => Ok(self.package()?.digest),
            _ => Ok(Sha256::digest(self.component()?).into()),
        }
    }

    /// What is kept of earlier discoveries decides what is listed, never what runs.
    pub(super) fn confirm(&self, folder: &Path) -> Result<Vec<u8>, ReadError> {
        let content = reading::manifest(folder)?;
        if <[u8; 32]>::from(Sha256::digest(&content.bytes)) == self.fingerprint.manifest {
            return Ok(content.bytes);
        }
        Err(ReadError::Changed { path: folder.join(manifest::FILE_NAME) })
    }

    /// Adds what the component beside the manifest gives occasion to say.
    pub fn judge_component(&mut self) {
        let Some(manifest) = &self.manifest else { return };
        if self.findings.iter().any(|finding| finding.rule == COMPONENT_MISSING) {
            return;
        }
        if manifest.runtime.as_ref().is_none_or(|runtime| runtime.kind != RuntimeKind::Wasm) {
            return;
        }
        let told = match self.component() {
            Ok(bytes) => {
                inspect(&bytes).map_err(|error| ("component-malformed", error.to_string()))
            }
            Err(error) => Err(("component-unreadable", error.to_string())),
        };
        match told {
            Ok(facts) => self.findings.extend(validate::component(manifest, &facts)),
            Err((rule, message)) => {
                self.findings.push(Finding::error(rule, "/runtime/module", printable(&message)))
            }
        }
    }
}

fn why_untrusted(source: &Source) -> Option<Finding> {
    let (message, hint) = match source {
        Source::WorkingDir(_) => (
            "it lies in the working directory, which anyone may have filled",
            "look at it, and move its folder into `plugins` of the data directory, or name the folder \
             around it with `--plugin-dir`",
        ),
        Source::Bridge(_) => (
            "it runs the old installation's own code with that installation's rights: unconfined, with \
             its files, its network and its credentials",
            "if you trust that installation, say so with `stonks plugin enable NAME --trust`",
        ),
        _ => return None,
    };
    Some(Finding::warning("source-untrusted", "", message).hint(hint))
}

fn wasm_module(manifest: &Manifest) -> Option<&str> {
    let runtime = manifest.runtime.as_ref().filter(|runtime| runtime.kind == RuntimeKind::Wasm)?;
    runtime.module.as_deref()
}

/// The fingerprint of the code: of a component, its stamp; of a Python package, the stamps of its
/// files. A component that nobody put there shows here, without opening anything.
fn code(folder: &Path, manifest: Option<&Manifest>, findings: &mut Vec<Finding>) -> u64 {
    let Some(manifest) = manifest else { return 0 };
    let mut hasher = DefaultHasher::new();
    if let Some(module) = wasm_module(manifest) {
        let path = folder.join(module);
        match path.symlink_metadata() {
            Ok(metadata) => Stamp::of(&metadata).hash(&mut hasher),
            Err(error) => {
                let message = format!("`{}` isn't there: {error}", path.display());
                findings.push(
                    Finding::error(COMPONENT_MISSING, "/runtime/module", printable(&message))
                        .hint("build the component, and put it beside the manifest"),
                );
            }
        }
        return hasher.finish();
    }
    package::stamps(folder, MOST_WATCHED_FILES).hash(&mut hasher);
    hasher.finish()
}
