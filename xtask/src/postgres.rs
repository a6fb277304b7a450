//! A private PostgreSQL cluster for tests: on a Unix socket, as a user without rights, gone afterwards.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::{output, run};

/// A running cluster. Stopped and removed when it is dropped.
pub(crate) struct Cluster {
    folder: PathBuf,
    server: Child,
}

/// Debian keeps each version's programs in a folder of its own.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.retain(|folder| folder.join("initdb").exists());
    versions.sort();
    versions.pop()
}

/// `postgres` refuses to run as root; another user of the system then runs it.
struct User(Option<&'static str>);

impl User {
    fn choose() -> Result<Self> {
        let me = fs::metadata("/proc/self")?.uid();
        if me != 0 {
            return Ok(Self(None));
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let is_known =
            |name: &&str| users.lines().any(|line| line.starts_with(&format!("{name}:")));
        let user = ["postgres", "nobody"].into_iter().find(|name| is_known(name));
        Ok(Self(Some(user.context("there is no user to run PostgreSQL as")?)))
    }

    fn command(&self, program: &Path) -> Command {
        match self.0 {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", user, "--regid"])
                    .arg(group_of(user))
                    .arg("--clear-groups")
                    .arg(program);
                command
            }
        }
    }

    fn own(&self, folder: &Path) -> Result<()> {
        match self.0 {
            None => Ok(()),
            Some(user) => run(Command::new("chown").arg(user).arg(folder)),
        }
    }
}

fn group_of(user: &str) -> String {
    output(Command::new("id").args(["-g", user]))
        .map_or_else(|_| user.to_owned(), |id| id.trim().to_owned())
}

impl Cluster {
    /// None where PostgreSQL isn't installed.
    pub(crate) fn start() -> Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let user = User::choose()?;
        // In the folder for temporary files, since another user can't enter a home folder.
        let folder = std::env::temp_dir().join(format!("stonks-postgres-{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        user.own(&folder)?;
        let data = folder.join("data");
        output(
            user.command(&programs.join("initdb"))
                .args([
                    "--username=postgres",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-sync",
                    "--pgdata",
                ])
                .arg(&data)
                .current_dir("/"),
        )?;
        let server = user
            .command(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"])
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log"))?)
            .spawn()
            .context("starting postgres")?;
        let mut cluster = Self { folder, server };
        cluster.wait(&programs, &user)?;
        Ok(Some(cluster))
    }

    fn wait(&mut self, programs: &Path, user: &User) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut ready = user.command(&programs.join("pg_isready"));
        ready.arg("--quiet").arg("-h").arg(&self.folder).current_dir("/");
        while !ready.status()?.success() {
            if self.server.try_wait()?.is_some() || Instant::now() > deadline {
                bail!("PostgreSQL did not start: {}", fs::read_to_string(self.folder.join("log"))?);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// A URL with `NAME` for the database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@localhost/NAME?host={}", self.folder.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // INT asks for a fast shutdown; what can't be stopped or removed is in a temporary folder.
        let _ = Command::new("kill").arg("-INT").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
