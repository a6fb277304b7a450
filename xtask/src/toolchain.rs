//! A compiler for `wasm32-unknown-unknown`: rustup's, or a private one from Debian's packages.
//!
//! Debian's `rustc-web` builds for wasm, but its standard library for the target isn't packaged. It
//! is built once from Debian's source package, in the user's cache folder; nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cache, is_installed, output, run};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler for guests.
pub(crate) struct Toolchain {
    /// None: the one that rustup chose for this folder.
    pub rustc: Option<PathBuf>,
    /// Where `wasm-component-ld` and `rust-lld` are.
    pub linkers: PathBuf,
    /// What must differ where components may differ.
    pub version: String,
}

/// Finds a compiler for guests, or brings one in.
pub(crate) fn find() -> Result<Toolchain> {
    let linkers =
        host_library_folder()?.join("../bin").canonicalize().context("finding rust-lld")?;
    if !linkers.join("wasm-component-ld").exists() {
        bail!(
            "this Rust has no wasm-component-ld in {}: update Rust to 1.95 or newer",
            linkers.display()
        );
    }
    // Lets an ordinary machine try the way of those that have no target.
    let is_debian_wanted =
        std::env::var("STONKS_WASM_TOOLCHAIN").is_ok_and(|wanted| wanted == "debian");
    let has_target =
        || has_library() || (is_installed("rustup") && add_with_rustup() && has_library());
    if !is_debian_wanted && has_target() {
        let version = output(Command::new("rustc").arg("-vV"))?;
        return Ok(Toolchain { rustc: None, linkers, version });
    }
    println!("rustup has no {TARGET} here; using Debian's packages");
    let rustc = from_debian(&linkers)?;
    let version = output(Command::new(&rustc).arg("-vV"))?;
    Ok(Toolchain { rustc: Some(rustc), linkers, version })
}

fn host_library_folder() -> Result<PathBuf> {
    Ok(PathBuf::from(output(Command::new("rustc").args(["--print", "target-libdir"]))?.trim()))
}

fn has_library() -> bool {
    let folder =
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    let entries = folder.ok().and_then(|folder| fs::read_dir(folder.trim()).ok());
    entries
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

fn add_with_rustup() -> bool {
    println!("adding {TARGET} with rustup");
    Command::new("rustup")
        .args(["target", "add", TARGET])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// apt with state and cache of its own, so that it needs no rights and changes nothing.
struct Apt {
    state: PathBuf,
}

impl Apt {
    fn new(state: PathBuf) -> Result<Self> {
        fs::create_dir_all(state.join("lists/partial"))?;
        fs::create_dir_all(state.join("cache/archives/partial"))?;
        Ok(Self { state })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let option =
            |name: &str, folder: &str| format!("{name}={}", self.state.join(folder).display());
        command.arg("-qq").arg("-o").arg(option("Dir::State::Lists", "lists"));
        command.arg("-o").arg(option("Dir::Cache", "cache"));
        // apt's own user may not write into a home folder; the user who calls may.
        command.args(["-o", "APT::Sandbox::User="]);
        command
    }
}

/// Packages that make up the compiler, all of one version.
fn packages(version: &str) -> [String; 4] {
    let release: String = version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    [
        format!("rustc-web={version}"),
        format!("libstd-rust-web-dev={version}"),
        format!("libstd-rust-web-{release}={version}"),
        format!("rust-web-src={version}"),
    ]
}

fn from_debian(linkers: &Path) -> Result<PathBuf> {
    for program in ["apt-get", "dpkg-deb"] {
        if !is_installed(program) {
            bail!("no compiler for {TARGET}: add it with `rustup target add {TARGET}`");
        }
    }
    let folder = cache()?.join("wasm-toolchain");
    let rustc = folder.join("bin/rustc");
    if folder.join("complete").exists() {
        return Ok(rustc);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).context("removing a toolchain that wasn't completed")?;
    }
    let root = folder.join("root");
    fs::create_dir_all(&root)?;
    download_and_unpack(&folder, &root)?;
    link_to_linkers(&root, linkers)?;
    write_wrapper(&rustc, &root)?;
    build_standard_library(&folder, &root, &rustc)?;
    for leftover in ["apt", "packages", "build", "root/usr/src"] {
        fs::remove_dir_all(folder.join(leftover))?;
    }
    fs::write(folder.join("complete"), "")?;
    Ok(rustc)
}

fn download_and_unpack(folder: &Path, root: &Path) -> Result<()> {
    let apt = Apt::new(folder.join("apt"))?;
    run(apt.command("apt-get").arg("update"))?;
    let offers = output(apt.command("apt-cache").args(["madison", "rustc-web"]))?;
    // madison lists the newest first.
    let version = offers.lines().next().and_then(|line| line.split('|').nth(1)).map(str::trim);
    let version = version.context("apt offers no rustc-web: Debian 12 or newer is needed")?;
    println!("rustc-web {version}: downloading");
    let archives = folder.join("packages");
    fs::create_dir_all(&archives)?;
    let download = |wanted: &[String]| {
        run(apt.command("apt-get").arg("download").args(wanted).current_dir(&archives))
    };
    let wanted = packages(version);
    download(&wanted)?;
    let library = wanted[2].split('=').next().unwrap_or_default();
    let control = output(apt.command("apt-cache").args(["show", &wanted[2]]))?;
    let llvm = control.split([' ', ',', '\n']).find(|word| word.starts_with("libllvm"));
    let llvm = llvm.with_context(|| format!("{library} depends on no libllvm"))?;
    download(&[llvm.to_owned()])?;
    for entry in fs::read_dir(&archives)? {
        let archive = entry?.path();
        run(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(root))?;
    }
    Ok(())
}

fn rustlib(root: &Path) -> PathBuf {
    root.join("usr/lib/rustlib")
}

/// Debian's own linker is another package; rustup's Rust has one that fits.
fn link_to_linkers(root: &Path, linkers: &Path) -> Result<()> {
    let host = output(Command::new("rustc").arg("-vV"))?;
    let host =
        host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    link(linkers, &rustlib(root).join(host).join("bin"))?;
    Ok(())
}

/// Makes `at` a link to `to`, whatever stood there.
fn link(to: &Path, at: &Path) -> Result<()> {
    match at.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(at)?,
        Ok(_) => fs::remove_file(at)?,
        Err(_) => fs::create_dir_all(at.parent().context("a link has a folder")?)?,
    }
    std::os::unix::fs::symlink(to, at).with_context(|| format!("linking {}", at.display()))
}

fn write_wrapper(rustc: &Path, root: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let libraries = output(Command::new("dpkg-architecture").arg("-qDEB_HOST_MULTIARCH"))
        .map_or_else(|_| "x86_64-linux-gnu".to_owned(), |name| name.trim().to_owned());
    let (root, libraries) = (root.display(), format!("usr/lib/{libraries}"));
    let script = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH='{root}/{libraries}' exec '{root}/usr/bin/rustc' \"$@\"\n"
    );
    fs::create_dir_all(rustc.parent().context("a compiler has a folder")?)?;
    fs::write(rustc, script)?;
    fs::set_permissions(rustc, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Builds the standard library as a dependency of nothing, and moves it to where rustc looks for it,
/// so that guests then build with no unstable option.
fn build_standard_library(folder: &Path, root: &Path, rustc: &Path) -> Result<()> {
    println!("building the standard library for {TARGET}");
    let build = folder.join("build");
    fs::create_dir_all(build.join("src"))?;
    fs::write(build.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(
        build.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [profile.release]\npanic = \"abort\"\nopt-level = 3\n",
    )?;
    // Without bitcode, guests that ask for link-time optimisation fail. Without the remapping, paths
    // of this machine end up in panic messages.
    let flags = [
        "-Cembed-bitcode=yes".to_owned(),
        format!("--remap-path-prefix={}=/rustc", rustlib(root).join("src/rust").display()),
        format!("--remap-path-prefix={}=/rustc", root.join("usr/src").display()),
        format!("--remap-path-prefix={}=/build", build.display()),
    ];
    run(Command::new("cargo")
        .args(["build", "--quiet", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET])
        .current_dir(&build)
        .env("RUSTC", rustc)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", build.join("target"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))?;
    let installed = rustlib(root).join(TARGET).join("lib");
    fs::create_dir_all(&installed)?;
    for entry in fs::read_dir(build.join("target").join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(&path, installed.join(name))?;
        }
    }
    Ok(())
}
