//! Makes the first-party plugins part of the program.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by the environment")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = root.join(target).join("plugins");
    println!("cargo::rerun-if-changed={}", folder.display());
    let generated = match plugins(&folder) {
        Ok(folders) if !folders.is_empty() => list(&folders)?,
        _ => "compile_error!(\"the plugins are not built: run `cargo xtask plugins` first\");"
            .to_owned(),
    };
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("built_ins.rs"), generated)?;
    Ok(())
}

fn plugins(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("plugin_manifest.json").exists());
    folders.sort();
    Ok(folders)
}

fn list(folders: &[PathBuf]) -> Result<String, Box<dyn std::error::Error>> {
    let mut source = "pub(crate) static BUILT_INS: &[BuiltIn] = &[\n".to_owned();
    for folder in folders {
        let folder = folder.canonicalize()?;
        let name = folder
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or("a plugin's folder has an odd name")?;
        let manifest = folder.join("plugin_manifest.json");
        let component = folder.join(format!("{name}.wasm"));
        for file in [&manifest, &component] {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        writeln!(
            source,
            "    BuiltIn {{ name: {name:?}, manifest: include_bytes!({manifest:?}), component: include_bytes!({component:?}) }},"
        )?;
    }
    source.push_str("];\n");
    Ok(source)
}
