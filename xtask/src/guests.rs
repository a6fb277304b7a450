//! Components from the crates under `plugins/` and `fixtures/guests/`, cached by content.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process::{root, run, target};
use crate::toolchain::{self, TARGET, Toolchain};

const MANIFEST: &str = "plugin_manifest.json";

/// A workspace of guests, and where its components go: one folder for each, as an installed plugin
/// looks.
struct Workspace {
    source: PathBuf,
    built: PathBuf,
}

/// Builds what has changed; returns the folders of all components.
pub(crate) fn build() -> Result<Vec<PathBuf>> {
    let toolchain = toolchain::find()?;
    let workspaces = [
        Workspace { source: root().join("plugins"), built: target().join("plugins") },
        Workspace { source: root().join("fixtures/guests"), built: target().join("fixtures") },
    ];
    let mut folders = Vec::new();
    for workspace in &workspaces {
        folders.extend(workspace.build(&toolchain)?);
    }
    Ok(folders)
}

impl Workspace {
    /// Names of the crates that have a manifest.
    fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.source)
            .with_context(|| format!("reading {}", self.source.display()))?
        {
            let folder = entry?.path();
            if folder.join(MANIFEST).exists() {
                names.extend(folder.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
        names.sort();
        Ok(names)
    }

    fn build(&self, toolchain: &Toolchain) -> Result<Vec<PathBuf>> {
        let names = self.names()?;
        let shared = self.shared_digest(toolchain)?;
        let mut stale = Vec::new();
        for name in &names {
            let digest = digest_of(&[&self.source.join(name)], &shared)?;
            let is_fresh = fs::read_to_string(self.stamp(name)).is_ok_and(|built| built == digest);
            if !is_fresh {
                stale.push((name, digest));
            }
        }
        if !stale.is_empty() {
            self.compile(
                toolchain,
                &stale.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            )?;
        }
        for (name, digest) in &stale {
            self.install(toolchain, name)?;
            fs::write(self.stamp(name), digest)?;
            println!("built plugin {name}");
        }
        self.remove_others(&names)?;
        Ok(names.iter().map(|name| self.built.join(name)).collect())
    }

    /// What every component is made of, beside its own crate.
    fn shared_digest(&self, toolchain: &Toolchain) -> Result<String> {
        let root = root();
        let shared = [
            self.source.join("Cargo.toml"),
            self.source.join("Cargo.lock"),
            root.join("sdk/rust"),
            root.join("wit"),
        ];
        digest_of(&shared.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &toolchain.version)
    }

    fn stamp(&self, name: &str) -> PathBuf {
        self.built.join(format!("{name}.digest"))
    }

    fn target(&self, toolchain: &Toolchain) -> PathBuf {
        // Cargo does not see that a standard library was built anew, so the folder is named after it.
        let key = hex(&Sha256::digest(&toolchain.version))[..12].to_owned();
        target().join("guests").join(key)
    }

    fn compile(&self, toolchain: &Toolchain, names: &[&str]) -> Result<()> {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
        let registry = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
        let flags = [
            format!("--remap-path-prefix={}=/cargo", registry.display()),
            format!("--remap-path-prefix={}=/stonks-overwatch", root().display()),
        ];
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(
            std::iter::once(toolchain.linkers.clone()).chain(std::env::split_paths(&path)),
        )?;
        let mut command = Command::new("cargo");
        command
            .args(["build", "--quiet", "--release", "--locked", "--target", TARGET])
            .args(names.iter().flat_map(|name| ["--package", name]))
            .current_dir(&self.source)
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", self.target(toolchain))
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld");
        if let Some(rustc) = &toolchain.rustc {
            command.env("RUSTC", rustc);
        }
        // Set by `cargo xtask` for the host's compiler.
        command.env_remove("RUSTUP_TOOLCHAIN");
        run(&mut command)
    }

    /// Makes the folder of an installed plugin: manifest and component.
    fn install(&self, toolchain: &Toolchain, name: &str) -> Result<()> {
        let folder = self.built.join(name);
        fs::create_dir_all(&folder)?;
        let component = format!("{}.wasm", name.replace('-', "_"));
        let built = self.target(toolchain).join(TARGET).join("release").join(&component);
        fs::copy(&built, folder.join(format!("{name}.wasm")))
            .with_context(|| format!("copying {}", built.display()))?;
        fs::copy(self.source.join(name).join(MANIFEST), folder.join(MANIFEST))?;
        Ok(())
    }

    /// Removes components whose crate is gone.
    fn remove_others(&self, names: &[String]) -> Result<()> {
        let kept: BTreeSet<PathBuf> =
            names.iter().flat_map(|name| [self.built.join(name), self.stamp(name)]).collect();
        let Ok(entries) = fs::read_dir(&self.built) else { return Ok(()) };
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| !kept.contains(path))
        {
            if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
        }
        Ok(())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of the files below `paths`, names and content, and of `also`.
pub(crate) fn digest_of(paths: &[&Path], also: &str) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(also);
    for path in paths {
        let mut files = Vec::new();
        collect(path, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(root()).unwrap_or(&file).to_string_lossy().into_owned();
            let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            hash.update(format!("{name}\0{}\0", content.len()));
            hash.update(content);
        }
    }
    Ok(hex(&hash.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir()
        && path.file_name().is_some_and(|name| name != "target" && name != "proptest-regressions")
    {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}
