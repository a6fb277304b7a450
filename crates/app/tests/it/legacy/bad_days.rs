//! Old databases that can't be brought along, and those that can although something is going on.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sqlx::Connection;
use stonks_app::reports::Query;
use stonks_app::{MigrationError, Mode};

use super::old::{Old, YOUNGER, cash, connect, product, run, trade};
use crate::test_app::{Kind, TestApp};

/// One clear sentence, and nothing left behind: no account, no facts, no copy.
async fn check(from: &Path, sentence: &str) -> MigrationError {
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let error = test.app.migrate_python(from, None, Mode::Store).await.unwrap_err();
    let told = error.to_string().replace(&from.display().to_string(), "OLD");
    assert_eq!(told, sentence);
    assert_eq!(test.app.accounts().await.unwrap(), []);
    assert!(test.app.transactions(&Query::default()).await.unwrap().is_empty());
    let left: Vec<String> = std::fs::read_dir(&test.config.data_dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("migration-"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    error
}

fn small() -> String {
    [
        product(1, "Example", "NL0010273215", "EX", "EUR"),
        cash(1, "2024-01-02 09:00:00", "iDEAL storting", "EUR", 1000),
        trade((1, 1), "2024-01-03 10:00:00", 10, 50, 1.0),
        cash(2, "2024-01-03 10:00:00", "Koop 10 @ 50 EUR", "EUR", -500),
        "UPDATE degiro_cashmovements SET product_id = '1', type = 'TRANSACTION' WHERE id = 2;"
            .to_owned(),
    ]
    .concat()
}

#[tokio::test]
async fn a_folder_without_a_database_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = check(folder.path(), "there is no database of the Python system in `OLD`").await;
    assert!(error.hint().unwrap().contains("db.sqlite3"));
    let missing = folder.path().join("gone");
    check(&missing, "there is no database of the Python system in `OLD`").await;
}

#[tokio::test]
async fn what_is_no_database_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db.sqlite3");
    std::fs::write(&path, "this is a letter, and no database at all\n".repeat(200)).unwrap();
    check(&path, "`OLD` is not a database").await;
    std::fs::write(&path, "").unwrap();
    check(&path, "`OLD` is a database, but none of the Python system's").await;
}

#[tokio::test]
async fn a_database_of_something_else_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db.sqlite3");
    let mut connection = connect(&path).await;
    run(&mut connection, "CREATE TABLE songs (id integer PRIMARY KEY, title text);").await;
    connection.close().await.unwrap();
    check(&path, "`OLD` is a database, but none of the Python system's").await;
}

#[tokio::test]
async fn an_older_migration_names_the_way_out() {
    let old = Old::with("DELETE FROM django_migrations WHERE name > '0007'").await;
    let error = check(
        &old.path(),
        "the database `OLD` stands at migration `0006_alter_degiro_crypto`; `0009_globalconfiguration` or a later one is needed",
    )
    .await;
    assert!(error.hint().unwrap().contains("start the newest Python version once"));
}

#[tokio::test]
async fn a_half_migrated_database_names_what_is_missing() {
    let old = Old::with("DROP TABLE degiro_agendadividend").await;
    check(
        &old.path(),
        "the database `OLD` is half migrated: table `degiro_agendadividend` is missing",
    )
    .await;
    let old = Old::with("ALTER TABLE degiro_transactions DROP COLUMN total").await;
    check(
        &old.path(),
        "the database `OLD` is half migrated: column `total` of table `degiro_transactions` is missing",
    )
    .await;
}

#[tokio::test]
async fn a_migration_that_is_missing_in_the_middle_is_told() {
    let old = Old::with("DELETE FROM django_migrations WHERE name LIKE '0004%'").await;
    let sentence = "the database `OLD` is half migrated: migration 0004, before `0009_globalconfiguration`, is missing";
    let error = check(&old.path(), sentence).await;
    assert!(error.hint().unwrap().contains("start the newest Python version once"));
    let old = Old::with(&format!("{YOUNGER} DROP TABLE alpaca_order")).await;
    check(&old.path(), "the database `OLD` is half migrated: table `alpaca_order` is missing")
        .await;
}

#[tokio::test]
async fn a_newer_version_is_brought_along_as_far_as_it_is_known() {
    let newer = format!(
        "{YOUNGER} {} INSERT INTO django_migrations (app, name) VALUES ('stonks_overwatch', '0012_pigeons'); \
         CREATE TABLE pigeons (id integer PRIMARY KEY, ring text); INSERT INTO pigeons (ring) VALUES ('A1'), ('B2');",
        small()
    );
    let old = Old::with(&newer).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    assert_eq!(report.migration.as_deref(), Some("0012_pigeons"));
    let told = &report.remarks[0];
    assert!(told.contains("a newer version") && told.contains("`0012_pigeons`"), "{told}");
    assert_eq!(
        report.cannot_come,
        ["table `pigeons`, with 2 rows: nothing here knows what it holds"]
    );
    assert_eq!(test.app.transactions(&Query::default()).await.unwrap().len(), 1);

    let changed =
        Old::with(&format!("{newer} ALTER TABLE degiro_transactions DROP COLUMN total")).await;
    let sentence = "the database `OLD` is of a newer version of the Python system, at migration `0012_pigeons`, \
                    and column `total` of table `degiro_transactions` is missing";
    let error = check(&changed.path(), sentence).await;
    assert_eq!(error.hint().as_deref(), Some("update this program, and try again"));
}

#[tokio::test]
async fn a_damaged_page_is_found_before_anything_is_read() {
    let many: String =
        (1..400).map(|id| cash(id, "2024-01-02 09:00:00", "iDEAL storting", "EUR", 1)).collect();
    let old = Old::with(&many).await;
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(old.path()).unwrap();
    let length = file.metadata().unwrap().len();
    for page in 5..length / 4096 {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0x5a; 64]).unwrap();
    }
    drop(file);
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let error = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap_err();
    assert!(matches!(error, MigrationError::Damaged { .. }), "{error}");
    assert!(error.hint().unwrap().contains("backup"));
    assert_eq!(test.app.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_row_that_can_not_be_read_is_named_and_nothing_is_stored() {
    let old =
        Old::with(&format!("{} UPDATE degiro_transactions SET date = 'yesterday'", small())).await;
    check(&old.path(), "row id 1 of table `degiro_transactions` can't be read: `date` is no time")
        .await;
    let old =
        Old::with(&format!("{} UPDATE degiro_cashmovements SET change = 'much'", small())).await;
    check(
        &old.path(),
        "row id 1 of table `degiro_cashmovements` can't be read: `change` is no number",
    )
    .await;
}

/// Everything in the folder, byte for byte.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let mut bytes = Vec::new();
            std::fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), bytes)
        })
        // The index of the log is shared memory, which whoever has the database open writes.
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_database_in_use_is_read_as_it_was_committed_and_left_alone() {
    for mode in ["WAL", "DELETE"] {
        let old = Old::with(&small()).await;
        let mut writer = connect(&old.path()).await;
        run(&mut writer, &format!("PRAGMA journal_mode = {mode}")).await;
        // Committed, and in the log alone.
        run(&mut writer, &cash(3, "2024-02-01 09:00:00", "iDEAL storting", "EUR", 7)).await;
        // Locked, and not committed.
        run(&mut writer, "BEGIN EXCLUSIVE").await;
        run(&mut writer, &cash(4, "2024-02-02 09:00:00", "iDEAL storting", "EUR", 9)).await;
        let before = contents(old.folder.path());
        let test = TestApp::open(Kind::Sqlite).await.unwrap();
        let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
        assert_eq!(report.tables[1].rows, 3, "{mode}");
        assert!(contents(old.folder.path()) == before, "{mode}");
        let total = test.app.total(&Query::default()).await.unwrap();
        assert_eq!(total.cash.as_deref(), Some("507.00"), "{mode}");
        run(&mut writer, "ROLLBACK").await;
    }
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_stores_nothing() {
    let old = Old::with(&small()).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let name = "mine".parse().unwrap();
    let dry = test.app.migrate_python(&old.path(), Some(&name), Mode::DryRun).await.unwrap();
    assert_eq!(test.app.accounts().await.unwrap(), []);
    let wet = test.app.migrate_python(&old.path(), Some(&name), Mode::Store).await.unwrap();
    assert_eq!(dry.sums, wet.sums);
    assert_eq!(dry.import.unwrap().n_new(), wet.import.unwrap().n_new());
    assert_eq!(test.app.accounts().await.unwrap()[0].plugin.as_str(), "degiro");
    let again = test.app.migrate_python(&old.path(), Some(&name), Mode::Store).await.unwrap();
    assert_eq!(again.import.unwrap().n_new(), 0);
}

#[tokio::test]
async fn an_empty_database_adds_no_account() {
    let old = Old::with("").await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    assert!(report.import.is_none());
    assert_eq!(test.app.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn an_account_of_another_broker_is_refused() {
    let old = Old::with(&small()).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    test.add_account("mine", "generic-csv").await;
    let name = "mine".parse().unwrap();
    let error = test.app.migrate_python(&old.path(), Some(&name), Mode::Store).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "account `mine` belongs to plugin `generic-csv`, not to `degiro`"
    );
}

/// What was migrated, and an export of the same days: each trade and movement is there once.
#[tokio::test]
async fn an_export_of_the_same_account_adds_nothing_twice() {
    let old = Old::with(&small()).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    let account = "\
Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id
03-01-2024,11:00,03-01-2024,EXAMPLE,NL0010273215,\"Koop 10 @ 50 EUR\",,EUR,\"-500,00\",EUR,\"500,00\",
02-01-2024,10:00,02-01-2024,,,iDEAL storting,,EUR,\"1000,00\",EUR,\"1000,00\",
";
    test.import("degiro", &[("Account.csv", account)], Mode::Store).await.unwrap();
    assert_eq!(test.app.transactions(&Query::default()).await.unwrap().len(), 1);
    let total = test.app.total(&Query::default()).await.unwrap();
    assert_eq!(total.cash.as_deref(), Some("500.00"));
    assert_eq!(total.deposits.as_deref(), Some("1000.00"));
}
