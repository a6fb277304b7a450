//! `stonks plugin validate`: what is to be said about plugins in folders, for people and for machines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};
use stonks_app::App;
use stonks_plugin::manifest::{self, Manifest, schema};
use stonks_plugin::validate::place::{Place, locate};
use stonks_plugin::validate::{rules, sarif, together};
use stonks_plugin::{Finding, Level};

use crate::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// Folders that hold `plugin_manifest.json`. Several are also judged with one another: what they
    /// need of each other must be among them.
    #[arg(value_name = "FOLDER", required_unless_present = "schema")]
    folders: Vec<PathBuf>,

    /// How to tell what was found; `--json` is `--format json`.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// What fails the command beside errors.
    #[arg(long, value_enum)]
    deny: Option<Deny>,

    /// Print the JSON Schema of manifests instead.
    #[arg(long, conflicts_with_all = ["folders", "format", "deny"])]
    schema: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Sentences, in groups.
    Human,
    /// An object for each plugin.
    Json,
    /// SARIF 2.1.0, for annotations in CI.
    Sarif,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings fail it, too.
    Warnings,
}

/// A plugin that was judged.
struct Judged {
    folder: PathBuf,
    name: String,
    manifest: Option<Manifest>,
    findings: Vec<Finding>,
    /// The manifest's text, where there is one to point into.
    text: Option<String>,
}

/// A finding as scripts see it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    line: Option<usize>,
    column: Option<usize>,
}

pub(crate) fn run(options: &Options, output: &Output) -> Result<ExitCode> {
    if options.schema {
        output.line(schema::schema_text().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let mut judged: Vec<Judged> = options.folders.iter().map(|folder| judge(folder)).collect();
    if judged.len() > 1 {
        relate(&mut judged);
    }
    let format = if output.is_json() { Format::Json } else { options.format };
    match format {
        Format::Human => judged.iter().for_each(|plugin| tell_plugin(plugin, output)),
        Format::Json => {
            let all: Vec<Value> = judged.iter().map(as_json).collect();
            // One is told as it is; several as a list.
            match all.as_slice() {
                [one] => output.json(one)?,
                all => output.json(&all)?,
            }
        }
        Format::Sarif => output.json(&as_sarif(&judged))?,
    }
    let level =
        judged.iter().flat_map(|plugin| &plugin.findings).map(|finding| finding.level).max();
    let is_refused = match level {
        Some(Level::Error) => true,
        Some(Level::Warning) => options.deny == Some(Deny::Warnings),
        None => false,
    };
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn judge(folder: &Path) -> Judged {
    let found = App::validate_plugin(folder);
    let text = text(&folder.join(manifest::FILE_NAME));
    Judged {
        folder: folder.to_path_buf(),
        name: found.name,
        manifest: found.manifest,
        findings: found.findings,
        text,
    }
}

/// The manifest again, to point into; what can't be read was told.
fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(manifest::MAX_BYTES as u64).read_to_end(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// Adds what the plugins give occasion to say of one another.
fn relate(judged: &mut [Judged]) {
    let manifests: Vec<&Manifest> =
        judged.iter().filter_map(|plugin| plugin.manifest.as_ref()).collect();
    for (id, finding) in together(&manifests) {
        let is_meant = |plugin: &&mut Judged| {
            plugin.manifest.as_ref().is_some_and(|manifest| manifest.plugin.name == id)
        };
        if let Some(plugin) = judged.iter_mut().find(is_meant) {
            plugin.findings.push(finding);
        }
    }
}

impl Judged {
    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    fn place(&self, finding: &Finding) -> Option<Place> {
        locate(self.text.as_deref()?, &finding.at)
    }

    fn is_usable(&self) -> bool {
        self.manifest.is_some() && self.count(Level::Error) == 0
    }
}

fn as_json(plugin: &Judged) -> Value {
    let findings: Vec<Told<'_>> = plugin
        .findings
        .iter()
        .map(|finding| {
            let place = plugin.place(finding);
            Told {
                finding,
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
            }
        })
        .collect();
    json!({
        "name": plugin.name,
        "is_usable": plugin.is_usable(),
        "errors": plugin.count(Level::Error),
        "warnings": plugin.count(Level::Warning),
        "findings": findings,
    })
}

/// One log for all, whose paths are relative where they can be.
fn as_sarif(judged: &[Judged]) -> Value {
    let here = std::env::current_dir().unwrap_or_default();
    let files: Vec<sarif::File<'_>> = judged
        .iter()
        .map(|plugin| {
            let path = plugin.folder.join(manifest::FILE_NAME);
            let path = path.strip_prefix(&here).unwrap_or(&path).to_path_buf();
            sarif::File {
                path: path.to_string_lossy().into_owned(),
                text: plugin.text.as_deref(),
                findings: &plugin.findings,
            }
        })
        .collect();
    sarif::log(&files, env!("CARGO_PKG_VERSION"))
}

fn tell_plugin(plugin: &Judged, output: &Output) {
    tell(&plugin.findings, plugin.text.as_deref(), output);
    let named = if plugin.name.is_empty() {
        plugin.folder.display().to_string()
    } else {
        format!("plugin `{}`", plugin.name)
    };
    let verdict = if plugin.is_usable() { "can be used" } else { "can't be used" };
    let counted = |count: usize, what: &str| {
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {what}{plural}"))
    };
    let counts: Vec<String> = [
        counted(plugin.count(Level::Error), "error"),
        counted(plugin.count(Level::Warning), "warning"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    output.line(&format!("{named} {verdict}{counts}"));
}

/// Findings in the groups of the table of rules, each group in the order of the file.
pub(super) fn tell(findings: &[Finding], text: Option<&str>, output: &Output) {
    let group_of = |finding: &Finding| {
        let holds =
            |(_, rules): &(&str, &[rules::Rule])| rules.iter().any(|rule| rule.id == finding.rule);
        rules::GROUPS.iter().position(holds).unwrap_or(rules::GROUPS.len())
    };
    let mut groups: BTreeMap<usize, Vec<(Option<Place>, &Finding)>> = BTreeMap::new();
    for finding in findings {
        let place = text.and_then(|text| locate(text, &finding.at));
        groups.entry(group_of(finding)).or_default().push((place, finding));
    }
    for (group, mut findings) in groups {
        output.line(rules::GROUPS.get(group).map_or("Others", |(name, _)| name));
        findings.sort_by_key(|(place, _)| *place);
        for (place, finding) in findings {
            tell_one(place, finding, output);
        }
        output.line("");
    }
}

fn tell_one(place: Option<Place>, finding: &Finding, output: &Output) {
    let line = place
        .filter(|_| !finding.at.is_empty())
        .map(|place| format!(" line {}, column {}:", place.line, place.column));
    let at = if finding.at.is_empty() { String::new() } else { format!(" {}:", finding.at) };
    output.line(&format!(
        "  {}[{}]{}{at} {}",
        finding.level,
        finding.rule,
        line.unwrap_or_default(),
        finding.message
    ));
    if let Some(hint) = &finding.hint {
        output.line(&format!("    hint: {hint}"));
    }
}
