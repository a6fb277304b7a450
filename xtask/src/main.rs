//! What `make` calls: guests, assets, tests, and the checks of the house.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal of a developer"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "starts compilers and reads the developer's environment"
)]

mod assets;
mod browser;
mod conformance;
mod coverage;
mod faults;
mod guests;
mod lint;
mod npm;
mod postgres;
mod process;
mod python;
mod suite;
mod tidy;
mod toolchain;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Builds and checks that need more than cargo")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build each crate under plugins/ and fixtures/guests/ into a component.
    Plugins,
    /// Build the style sheet and scripts of the web page.
    Assets,
    /// Draw the README's pictures of the pages.
    Screenshots,
    /// Everything that `make test` runs; prints how many tests passed and failed.
    Test,
    /// Which share of the lines of `plugin` and `host` their tests run; fails below 90 %.
    Coverage,
    /// Seeds faults into the core, one by one; fails if its tests don't notice one of them.
    Faults,
    /// Format, clippy, docs and tidy, in every workspace.
    Lint,
    /// The rules of the house: crate order, first-line docs, file size, generated files.
    Tidy,
    /// The figures of the core against cases of other programs' tests and of textbooks.
    Conformance {
        /// The folder of cases; by default `../shared/data/cases` beside the checkout.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// Write docs/conformance.md anew.
        #[arg(long)]
        write: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Plugins => guests::build().map(|_| ()),
        Task::Assets => assets::build(),
        Task::Screenshots => browser::screenshots(),
        Task::Test => suite::run(),
        Task::Coverage => coverage::run_tests(),
        Task::Faults => faults::run(),
        Task::Lint => lint::check(),
        Task::Tidy => tidy::run(),
        Task::Conformance { dir, write } => conformance::run(dir.as_deref(), write),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
