//! Where plugins may be, in which order, and how far each place is trusted.

use std::fmt;
use std::path::PathBuf;

/// A plugin that is part of the program. It obeys the same rules as anyone's.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// The name of its folder.
    pub name: &'static str,
    /// Its manifest's bytes.
    pub manifest: &'static [u8],
    /// Its component's bytes.
    pub component: &'static [u8],
}

/// Places beside the operator's folders, the data directory and the program itself.
///
/// The host never asks the environment for them: whoever starts it says where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The user's own folder of plugins: `~/.stonks_overwatch/plugins`.
    pub user: Option<PathBuf>,
    /// The machine's: `/usr/local/share/stonks_overwatch/plugins`.
    pub system: Option<PathBuf>,
    /// Where Python packages are installed; their entry points are read, nothing is imported.
    pub site_packages: Vec<PathBuf>,
    /// `./plugins` of the working directory: listed, and not trusted.
    pub working: Option<PathBuf>,
}

/// Where a plugin was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder that the operator named.
    PluginDir(PathBuf),
    /// The folder `plugins` in the data directory.
    DataDir(PathBuf),
    /// The user's folder of plugins.
    UserDir(PathBuf),
    /// The machine's folder of plugins.
    SystemDir(PathBuf),
    /// A Python package that announces itself as a plugin.
    EntryPoint {
        /// The package's folder.
        folder: PathBuf,
        /// The name of the entry point.
        entry: String,
        /// The distribution that carries it: `stonks_bitvavo-1.0`.
        distribution: String,
        /// Where packages are installed.
        site_packages: PathBuf,
    },
    /// The program itself.
    BuiltIn,
    /// A broker of an old installation, which runs there with that installation's rights.
    Bridge(PathBuf),
    /// The folder `plugins` of the working directory.
    WorkingDir(PathBuf),
}

impl Source {
    /// Whether the host runs it, once it may run, without being asked.
    #[must_use]
    pub const fn starts_by_itself(&self) -> bool {
        !matches!(self, Self::Bridge(_))
    }

    /// How far what is found there may go without asking.
    #[must_use]
    pub const fn trust(&self) -> Trust {
        match self {
            Self::WorkingDir(_) | Self::Bridge(_) => Trust::Awaiting,
            _ => Trust::Trusted,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PluginDir(folder)
            | Self::DataDir(folder)
            | Self::UserDir(folder)
            | Self::SystemDir(folder)
            | Self::WorkingDir(folder) => write!(formatter, "{}", folder.display()),
            Self::EntryPoint { folder, entry, distribution, .. } => {
                let folder = folder.display();
                write!(formatter, "{folder} (entry point `{entry}` of {distribution})")
            }
            Self::BuiltIn => formatter.write_str("built-in"),
            Self::Bridge(folder) => write!(formatter, "{} (bridge)", folder.display()),
        }
    }
}

/// Whether a plugin may run without the user's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It came from a place that only the user, the operator or the program fills.
    Trusted,
    /// It lies in the working directory, which anyone's archive may have filled; or it runs with rights
    /// of its own.
    Awaiting,
}
