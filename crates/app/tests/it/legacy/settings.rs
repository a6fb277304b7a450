//! Settings and credentials of an old installation: its tables, `config/config.json` and `fernet.key`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stonks_app::{MigrationReport, Mode};

use super::legacy;
use super::old::Old;
use crate::test_app::{Kind, TestApp};

/// The test vector of the old system's own making: its key, and what it encrypted.
struct Vector {
    key: String,
    credentials: String,
    logo: String,
}

fn vector() -> Option<Vector> {
    let text = fs::read_to_string(legacy()?.join("fernet_vector.json")).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Some(Vector {
        key: text(&told["fernet_key_file"]),
        credentials: text(&told["brokers_configuration.credentials (raw column text)"]),
        logo: text(&told["global_configuration rows"][0][1]),
    })
}

/// An installation with the vector's credentials of DEGIRO, and with `key` as its key file.
async fn installation(vector: &Vector, key: Option<&str>) -> Old {
    let old = Old::with(&format!(
        "INSERT INTO brokers_configuration (broker_name, enabled, start_date, update_frequency, credentials) VALUES \
         ('degiro', 1, '2020-01-01', 5, '{}'), ('bitvavo', 0, '2021-01-01', 10, '{{}}'), ('pigeons', 1, NULL, 5, '{{}}'); \
         INSERT INTO global_configuration (key, value) VALUES ('base_currency', '\"EUR\"'), ('appearance', '\"dark\"'), \
         ('integration_logo_provider', '{}');",
        vector.credentials, vector.logo
    ))
    .await;
    if let Some(key) = key {
        fs::write(old.folder.path().join("fernet.key"), key).unwrap();
    }
    old
}

fn settings(report: &MigrationReport) -> Vec<String> {
    let told = report.settings.iter().map(|setting| {
        let holds = if setting.holds { "holds" } else { "no place" };
        format!("{}={} ({}): {holds}", setting.name, setting.value, setting.source)
    });
    told.collect()
}

fn secrets(report: &MigrationReport) -> Vec<String> {
    let told = report.secrets.iter().map(|secret| {
        format!("{}/{} ({}): {}", secret.owner, secret.key, secret.source, secret.outcome)
    });
    told.collect()
}

async fn keys(test: &TestApp, account: &str) -> Vec<String> {
    let secrets = test.app.account_secrets(&account.parse().unwrap()).await.unwrap();
    secrets.into_iter().map(|secret| secret.key).collect()
}

/// Nothing that is secret may be found in anything that is printed or kept.
fn check_hidden(report: &MigrationReport, data_dir: &Path) {
    let printed = format!("{} {report:?}", serde_json::to_string(report).unwrap());
    let mut kept = Vec::new();
    for entry in fs::read_dir(data_dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            kept.extend(fs::read(path).unwrap());
        }
    }
    for secret in ["s3cr3t", "JBSWY3DPEHPK3PXP", "hunter2"] {
        assert!(!printed.contains(secret), "{printed}");
        assert!(!kept.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn credentials_go_into_the_vault_and_settings_are_told() {
    let Some(vector) = vector() else { return };
    // Editors end the line of a key file.
    let old = installation(&vector, Some(&format!("{}\n", vector.key))).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let dry = test.app.migrate_python(old.folder.path(), None, Mode::DryRun).await.unwrap();
    assert!(!test.config.data_dir.join("vault.key").exists());
    assert_eq!(test.app.accounts().await.unwrap(), []);
    let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert_eq!(
        settings(&report),
        [
            "appearance=dark (database): no place",
            "base_currency=EUR (database): holds",
            "logo_provider.provider=logodev (database): no place",
            "degiro.enabled=true (database): holds",
            "degiro.start_date=2020-01-01 (database): no place",
            "degiro.update_frequency=5 (database): no place",
            "bitvavo.enabled=false (database): holds",
            "bitvavo.start_date=2021-01-01 (database): no place",
            "bitvavo.update_frequency=10 (database): no place",
        ]
    );
    let sealed = [
        "degiro/password (database): sealed",
        "degiro/totp_secret_key (database): sealed",
        "degiro/username (database): sealed",
        "logo-provider/api_key (database): sealed",
    ];
    assert_eq!(secrets(&report), sealed);
    assert_eq!(secrets(&dry), sealed);
    assert_eq!(report.cannot_come, Vec::<String>::new());
    let brokers =
        report.tables.iter().find(|table| table.table == "brokers_configuration").unwrap();
    assert_eq!((brokers.rows, brokers.told), (3, 2));
    assert_eq!(brokers.left_out, ["broker `pigeons` isn't known"]);
    assert_eq!(keys(&test, "degiro").await, ["password", "totp_secret_key", "username"]);
    check_hidden(&report, &test.config.data_dir);
    let again = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert!(secrets(&again).iter().all(|told| told.ends_with(": known")), "{:?}", secrets(&again));
}

/// `username` is told by nobody else, and comes; the facts come as well.
async fn check_undecryptable(vector: &Vector, key: Option<&str>, why: &str) {
    let old = installation(vector, key).await;
    let config = old.folder.path().join("config");
    fs::create_dir(&config).unwrap();
    fs::write(config.join("config.json"), r#"{"degiro": {"credentials": {"username": "bob"}}}"#)
        .unwrap();
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert_eq!(secrets(&report), ["degiro/username (config.json): sealed"]);
    let told: Vec<String> = report
        .cannot_come
        .iter()
        .map(|line| line.replace(&old.folder.path().display().to_string(), "OLD"))
        .collect();
    assert_eq!(
        told,
        [
            format!("the credentials of `degiro` can't be decrypted: {why}"),
            format!("the key of the logo provider can't be decrypted: {why}"),
        ]
    );
}

#[tokio::test]
async fn without_the_right_key_everything_else_still_comes() {
    let Some(vector) = vector() else { return };
    check_undecryptable(&vector, None, "there is no key file `OLD/fernet.key`").await;
    let another = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    let changed = "they were encrypted with another key, or damaged since";
    check_undecryptable(&vector, Some(another), changed).await;
    let unusable = "the key file `OLD/fernet.key` can't be used: it is no Fernet key: 32 bytes in URL-safe base64 are expected";
    check_undecryptable(&vector, Some("a letter"), unusable).await;
}

#[tokio::test]
async fn the_file_overrules_the_database_key_by_key() {
    let Some(vector) = vector() else { return };
    let old = installation(&vector, Some(&vector.key)).await;
    let config = old.folder.path().join("config");
    fs::create_dir(&config).unwrap();
    let content = r#"{
        "base_currency": "USD",
        "appearance": "UI theme: light, dark, or auto. Defaults to auto",
        "degiro": {
            "enabled": false,
            "credentials": {"password": "hunter2", "totp_secret_key": "See https://example.com"},
            "start_date": "PORTFOLIO CREATION DATE. Defaults to 2020-01-01",
            "update_frequency_minutes": 30
        },
        "bitvavo": {"enabled": true, "credentials": {"apikey": "BITVAVO API KEY", "apisecret": "BITVAVO API SECRET"}},
        "alpaca": {"credentials": {"api_key": "PK1", "secret_key": "hunter2", "paper_trading": true}},
        "logo_provider": {"provider": "none", "api_key": "YOUR_API_KEY. Get one at https://example.com"},
        "pigeons": 3
    }"#;
    fs::write(config.join("config.json"), content).unwrap();
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    let told = settings(&report);
    for line in [
        "base_currency=USD (config.json): no place",
        "appearance=dark (database): no place",
        "logo_provider.provider=none (config.json): holds",
        "degiro.enabled=false (config.json): no place",
        "degiro.start_date=2020-01-01 (database): no place",
        "degiro.update_frequency=30 (config.json): no place",
        "alpaca.paper_trading=true (config.json): no place",
    ] {
        assert!(told.iter().any(|told| told == line), "{line}: {told:?}");
    }
    assert_eq!(
        secrets(&report),
        [
            "degiro/password (config.json): sealed",
            "degiro/totp_secret_key (database): sealed",
            "degiro/username (database): sealed",
            "alpaca/api_key (config.json): sealed",
            "alpaca/secret_key (config.json): sealed",
            "logo-provider/api_key (database): sealed",
        ]
    );
    assert_eq!(report.cannot_come.len(), 1);
    assert!(report.cannot_come[0].ends_with("`pigeons` isn't known"), "{:?}", report.cannot_come);
    check_hidden(&report, &test.config.data_dir);
    // What the user sets since isn't overwritten.
    let account = "alpaca".parse().unwrap();
    let secret = stonks_app::Secret::new(b"another".to_vec());
    test.app.set_account_secret(&account, "secret_key", &secret).await.unwrap();
    let again = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert!(secrets(&again).contains(&"alpaca/secret_key (config.json): kept".to_owned()));
}

#[tokio::test]
async fn the_template_itself_is_told_to_be_no_json_and_holds_no_credentials() {
    let Some(folder) = legacy() else { return };
    let old = Old::with("").await;
    let config = old.folder.path().join("config");
    fs::create_dir(&config).unwrap();
    let template = fs::read_to_string(folder.join("config.json.template")).unwrap();
    fs::write(config.join("config.json"), &template).unwrap();
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert_eq!(report.cannot_come.len(), 1);
    assert!(
        report.cannot_come[0].contains("line 10, column 9 is no JSON"),
        "{:?}",
        report.cannot_come
    );
    // With its surplus comma taken out, it is JSON and explains every field.
    let lines: Vec<&str> = template.lines().collect();
    let mended = template.replace(lines[8], lines[8].trim_end_matches(','));
    fs::write(config.join("config.json"), mended).unwrap();
    let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert_eq!(secrets(&report), Vec::<String>::new());
    assert_eq!(report.cannot_come, Vec::<String>::new());
    assert_eq!(test.app.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn data_directory_project_folder_and_file_name_the_same_installation() {
    let Some(vector) = vector() else { return };
    let old = installation(&vector, Some(&vector.key)).await;
    let project = tempfile::tempdir().unwrap();
    let (data, config) = (project.path().join("data"), project.path().join("config"));
    fs::create_dir(&data).unwrap();
    fs::create_dir(&config).unwrap();
    fs::copy(old.path(), data.join("db.sqlite3")).unwrap();
    fs::copy(old.folder.path().join("fernet.key"), data.join("fernet.key")).unwrap();
    fs::write(config.join("config.json"), r#"{"alpaca": {"credentials": {"api_key": "PK1"}}}"#)
        .unwrap();
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    for from in [project.path().to_path_buf(), data.clone(), data.join("db.sqlite3")] {
        let report = test.app.migrate_python(&from, None, Mode::DryRun).await.unwrap();
        let found = report.places.iter().map(|place| place.found.is_some()).collect::<Vec<_>>();
        assert_eq!(found, [true, true, true], "{}", from.display());
        assert_eq!(report.secrets.len(), 5, "{}", from.display());
    }
    // Settings alone come, too.
    fs::remove_dir_all(&data).unwrap();
    let report = test.app.migrate_python(project.path(), None, Mode::Store).await.unwrap();
    assert_eq!((report.database, report.migration), (None, None));
    assert_eq!(keys(&test, "alpaca").await, ["api_key"]);
}

#[tokio::test]
async fn a_vault_that_does_not_open_keeps_no_figure_away() {
    let Some(vector) = vector() else { return };
    let old = installation(&vector, Some(&vector.key)).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    test.add_account("mine", "generic-csv").await;
    test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    fs::write(test.config.data_dir.join("vault.key"), [7; 32]).unwrap();
    let report = test.app.migrate_python(old.folder.path(), None, Mode::Store).await.unwrap();
    assert!(secrets(&report).iter().all(|told| told.ends_with(": locked")));
    assert_eq!(report.cannot_come.len(), 1);
    assert!(report.cannot_come[0].contains("is not the one that the vault was sealed by"));
}
