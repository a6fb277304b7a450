//! Which of the Python system's migrations a database went through.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;

use super::super::MigrationError;

/// The Django application whose migrations count.
const APPLICATION: &str = "stonks_overwatch";

/// The first migration at which every table that isn't younger has today's columns.
const OLDEST: u32 = 9;

/// The migrations that are known here, from there on.
const KNOWN: [&str; 3] = ["0009_globalconfiguration", "0010_brokersynclog", "0011_alpaca"];

/// Migrations that were applied, in order.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Applied(Vec<String>);

impl Applied {
    pub(super) async fn read(
        connection: &mut SqliteConnection,
        path: &Path,
    ) -> Result<Self, MigrationError> {
        let foreign = || MigrationError::Foreign(path.to_path_buf());
        let told: Result<Vec<String>, sqlx::Error> =
            sqlx::query_scalar("SELECT name FROM django_migrations WHERE app = $1 ORDER BY name")
                .bind(APPLICATION)
                .fetch_all(connection)
                .await;
        let applied = Self(told.map_err(|_| foreign())?);
        let last = applied.0.last().ok_or_else(foreign)?;
        let last_number = number(last).ok_or_else(foreign)?;
        if last_number < OLDEST {
            let (path, migration) = (path.to_path_buf(), last.clone());
            return Err(MigrationError::TooOld { path, migration });
        }
        let is_there = |wanted: u32| applied.0.iter().any(|name| number(name) == Some(wanted));
        match (1..last_number).find(|wanted| !is_there(*wanted)) {
            Some(missing) => {
                let what = format!("migration {missing:04}, before `{last}`,");
                Err(MigrationError::Incomplete { path: path.to_path_buf(), what })
            }
            None => Ok(applied),
        }
    }

    pub(in super::super) fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    pub(super) fn contains(&self, migration: &str) -> bool {
        self.0.iter().any(|applied| applied == migration)
    }

    /// Those that came after this program was written.
    pub(in super::super) fn unknown(&self) -> Vec<&str> {
        let is_new = |name: &&str| {
            number(name).is_some_and(|number| number > OLDEST) && !KNOWN.contains(name)
        };
        self.0.iter().map(String::as_str).filter(is_new).collect()
    }

    /// Something that should be there isn't.
    pub(super) fn incomplete(&self, path: &Path, what: String) -> MigrationError {
        let path = path.to_path_buf();
        match self.unknown().last() {
            Some(newest) => MigrationError::TooNew { path, migration: (*newest).to_owned(), what },
            None => MigrationError::Incomplete { path, what },
        }
    }
}

fn number(name: &str) -> Option<u32> {
    name.split('_').next()?.parse().ok()
}
