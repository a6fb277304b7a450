//! Makes the SDK for Python, and the contract that it builds components against, part of the program.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by the environment")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let project = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let mut source = String::new();
    list("SDK", &project.join("sdk/python/src"), "py", &mut source)?;
    list("WIT", &project.join("wit/v1"), "wit", &mut source)?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("python_sdk.rs"), source)?;
    Ok(())
}

/// Names and contents of the files below a folder.
fn list(
    name: &str,
    root: &Path,
    extension: &str,
    source: &mut String,
) -> Result<(), Box<dyn std::error::Error>> {
    let root = root.canonicalize()?;
    let mut files = Vec::new();
    collect(&root, extension, &mut files)?;
    files.sort();
    writeln!(source, "static {name}: &[(&str, &[u8])] = &[")?;
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root)?;
        writeln!(source, "    ({name:?}, include_bytes!({file:?})),")?;
    }
    source.push_str("];\n");
    Ok(())
}

/// Source files of a folder and of those below it.
fn collect(folder: &Path, wanted: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "__pycache__") {
            collect(&path, wanted, files)?;
        } else if path.extension().is_some_and(|extension| extension == wanted) {
            files.push(path);
        }
    }
    Ok(())
}
