//! Says what to do where the assets aren't built yet.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=assets/dist");
    println!("cargo::rerun-if-changed=templates");
    if !Path::new("assets/dist/style.css").exists() {
        println!("cargo::error=the page's assets are not built: run `cargo xtask assets` first");
    }
}
