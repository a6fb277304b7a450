//! `stonks plugin dev`: builds a plugin, runs it as a server would, and does so again whenever a file of
//! it is saved. What is refused leaves the last good one running.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use notify::{RecursiveMode, Watcher};
use stonks_app::{App, Config, ImportFile, Mode, NewAccount, Target};
use stonks_core::account::AccountName;
use stonks_core::lots::CostMethod;
use stonks_host::events::{Happening, PluginEvent};
use stonks_plugin::lifecycle::Reason;
use stonks_plugin::manifest;
use stonks_plugin::{Level, PluginId};
use tokio::sync::mpsc;

use crate::config::GlobalOptions;
use crate::output::Output;

/// Editors write several files in a row; all of them make one round.
const QUIET: Duration = Duration::from_millis(150);

/// Log lines and steps that may wait to be printed.
const EVENTS: usize = 1_000;

#[derive(Args)]
pub(crate) struct Options {
    /// The plugin's folder, which holds `plugin_manifest.json`.
    folder: PathBuf,
    /// A file that the plugin shall read after each round; nothing is stored.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Do one round, and end with 1 where it fails.
    #[arg(long)]
    once: bool,
    /// Grant the plugin all that it asks for; what it tries is refused without.
    #[arg(long)]
    grant: bool,
}

/// A plugin under development, and the application that runs it.
struct Development<'a> {
    options: &'a Options,
    output: &'a Output,
    app: App,
    /// Whose file the plugin reads.
    account: AccountName,
    /// Where the built plugin lies as an installed one would.
    installed: PathBuf,
}

pub(crate) async fn run(global: &GlobalOptions, options: &Options, output: &Output) -> Result<()> {
    if !options.folder.join(manifest::FILE_NAME).is_file() {
        bail!("`{}` holds no {}", options.folder.display(), manifest::FILE_NAME);
    }
    // Apart from the user's own data, and gone with the command.
    let scratch = tempfile::tempdir().context("creating a folder for the plugin to run in")?;
    let plugins = scratch.path().join("plugins");
    let installed = plugins.join("plugin");
    std::fs::create_dir_all(&installed).context("creating the plugin's folder")?;
    let config = Config {
        data_dir: scratch.path().join("data"),
        database_url: None,
        plugin_dirs: vec![plugins],
        built_ins: &[],
        is_resident: true,
        ..global.config()?
    };
    // From before the first round, so that nothing that is saved meanwhile is missed.
    let (_watcher, mut saved) = watch(&options.folder)?;
    let is_built = install(options, output, &installed).await;
    let app = App::open(config).await?;
    let mut events = app.manager().events().subscribe("plugin dev", EVENTS);
    let account = "development".parse()?;
    let development = Development { options, output, app, account, installed };
    let mut is_well = is_built && development.round(&mut events).await;
    if !options.once {
        loop {
            output.note("waiting for a file to be saved; Ctrl-C ends");
            tokio::select! {
                Some(()) = saved.recv() => {}
                _ = tokio::signal::ctrl_c() => break,
            }
            // Until it has been quiet for a while.
            while tokio::time::timeout(QUIET, saved.recv()).await.is_ok() {}
            is_well = install(options, output, &development.installed).await
                && development.round(&mut events).await;
        }
    }
    development.app.close().await;
    if options.once && !is_well {
        bail!("the plugin isn't well");
    }
    Ok(())
}

/// Builds, and puts manifest and component where they are run from. False where that failed, which was
/// told.
async fn install(options: &Options, output: &Output, installed: &Path) -> bool {
    match super::build::build(&options.folder, installed, output).await {
        Ok(()) => true,
        Err(error) => {
            output.warn(&format!("{error:#}"));
            false
        }
    }
}

impl Development<'_> {
    /// Judges, loads and tries what was built. True where all went well.
    async fn round(&self, events: &mut mpsc::Receiver<std::sync::Arc<PluginEvent>>) -> bool {
        let found = App::validate_plugin(&self.installed);
        super::validate::tell(&found.findings, None, self.output);
        if found.findings.iter().any(|finding| finding.level == Level::Error) {
            self.output.note("not loaded; what ran before goes on");
            return false;
        }
        let Ok(id) = found.name.parse::<PluginId>() else {
            return false;
        };
        self.app.manager().rescan().await;
        let is_up = match self.bring_up(&id).await {
            Ok(()) => self.check(&id).await,
            Err(error) => {
                self.output.warn(&format!("{error:#}"));
                false
            }
        };
        let is_read = !is_up || self.read_file(&id).await;
        self.app.manager().flush_logs().await;
        while let Ok(event) = events.try_recv() {
            self.tell(&event);
        }
        is_up && is_read
    }

    /// Decides about what the plugin asks for, as the command says, and starts it.
    async fn bring_up(&self, id: &PluginId) -> Result<()> {
        let manager = self.app.manager();
        if self.options.grant {
            super::grant::everything(&self.app, id, self.output).await?;
        } else if manager.get(id).and_then(|info| info.reason) == Some(Reason::AwaitingGrant) {
            for permission in self.app.missing_grants(id).await? {
                let told = permission.told();
                self.output.note(&format!("not granted, since `--grant` wasn't said: {told}"));
            }
            self.app.enable_plugin_as_granted(id, super::grant::BY).await?;
        }
        Ok(manager.bring_up(id).await?)
    }

    fn tell(&self, event: &PluginEvent) {
        match &event.what {
            Happening::Moved(step) => {
                self.output.note(&format!("{}: {} → {}", step.event, step.from, step.to));
            }
            Happening::Logged(line) => {
                self.output.note(&format!("log {}: {}", line.level.as_str(), line.message));
            }
            Happening::HealthChanged { .. } => {}
            Happening::Noted(note) => self.output.warn(note),
        }
    }

    async fn check(&self, id: &PluginId) -> bool {
        match self.app.check_plugin(id).await {
            Ok(checked) => {
                self.output.line(&format!("plugin `{id}` is {}", checked.health));
                for reason in &checked.reasons {
                    self.output.line(&format!("  {reason}"));
                }
                checked.reasons.is_empty()
            }
            Err(error) => {
                self.output.warn(&error.to_string());
                false
            }
        }
    }

    /// Lets the plugin read the file, as an import that stores nothing.
    async fn read_file(&self, plugin: &PluginId) -> bool {
        let Some(path) = &self.options.file else { return true };
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let account = NewAccount {
            name: self.account.clone(),
            plugin: plugin.clone(),
            settings: BTreeMap::new(),
            cost_method: CostMethod::default(),
        };
        let content = match std::fs::read(path) {
            Ok(content) => content,
            Err(error) => {
                self.output.warn(&format!("`{}` can't be read: {error}", path.display()));
                return false;
            }
        };
        let files = vec![ImportFile { name, content }];
        let target = Target::NewAccount(account);
        match self.app.import(&target, files, Mode::DryRun, &|_| ()).await {
            Ok(report) => {
                for file in &report.files {
                    self.output.line(&crate::commands::import::kinds(file));
                    for warning in &file.warnings {
                        self.output.warn(&format!("{}: {warning}", file.name));
                    }
                }
                true
            }
            Err(error) => {
                // As `stonks import` tells it.
                let _ = self.output.fail(&error.into());
                false
            }
        }
    }
}

/// Tells of files that were saved below a folder, but for what builds write, while the watcher lives.
fn watch(folder: &Path) -> Result<(impl Watcher + use<>, mpsc::Receiver<()>)> {
    let (sender, saved) = mpsc::channel(1);
    let folder = folder.canonicalize().context("finding the plugin's folder")?;
    let target = folder.join("target");
    let on_event = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let is_source = |path: &PathBuf| {
            !path.starts_with(&target)
                && !path.components().any(|part| part.as_os_str() == ".git")
                && path.extension().is_none_or(|ending| ending != "wasm")
        };
        let is_change = event.kind.is_create() || event.kind.is_modify() || event.kind.is_remove();
        if is_change && event.paths.iter().any(is_source) {
            // One that waits already is enough.
            let _ = sender.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(on_event).context("watching files")?;
    watcher
        .watch(&folder, RecursiveMode::Recursive)
        .with_context(|| format!("watching `{}`", folder.display()))?;
    Ok((watcher, saved))
}
