//! The vault: what it keeps, what opens it, and what is said where it doesn't open.

use std::fs;
use std::path::Path;

use stonks_app::{App, Config, Secret, SecretError, VaultError};
use stonks_core::account::AccountName;

use crate::test_app::{Kind, TestApp, built, on_both};

fn name() -> AccountName {
    "mine".parse().unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

async fn set(app: &App, key: &str, value: &str) -> Result<(), SecretError> {
    app.set_account_secret(&name(), key, &secret(value)).await.map(drop)
}

async fn keys(app: &App) -> Vec<String> {
    let secrets = app.account_secrets(&name()).await.unwrap();
    secrets.into_iter().map(|secret| secret.key).collect()
}

/// A plugin that asks for credentials: one of the built ones under another manifest.
fn asking(folder: &Path) {
    let own = folder.join("ecb-rates");
    fs::create_dir(&own).unwrap();
    for entry in fs::read_dir(built("plugins").join("ecb-rates")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, own.join(path.file_name().unwrap())).unwrap();
    }
    let path = own.join("plugin_manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    manifest["credentials"] = serde_json::json!([
        {"key": "api_key", "kind": "password", "label": "API key", "min_length": 4, "max_length": 8}
    ]);
    manifest["auth"] =
        serde_json::json!({"key": {"kind": "header", "headers": {"X-Api-Key": "api_key"}}});
    fs::write(&path, manifest.to_string()).unwrap();
}

/// An application whose plugin `ecb-rates` asks for `api_key`, with an account of it.
struct Vault {
    app: App,
    config: Config,
    _plugins: tempfile::TempDir,
    _test: TestApp,
}

impl Vault {
    async fn of(test: TestApp) -> Self {
        let plugins = tempfile::tempdir().unwrap();
        asking(plugins.path());
        let mut config = Config { is_resident: false, ..test.config.clone() };
        config.plugin_dirs.insert(0, plugins.path().to_path_buf());
        let app = App::open(config.clone()).await.unwrap();
        let vault = Self { app, config, _plugins: plugins, _test: test };
        let new = stonks_app::NewAccount {
            name: name(),
            plugin: "ecb-rates".parse().unwrap(),
            settings: std::collections::BTreeMap::new(),
            cost_method: stonks_core::lots::CostMethod::default(),
        };
        vault.app.add_account(new).await.unwrap();
        vault
    }

    /// The same installation under another passphrase, or none.
    async fn under(&mut self, passphrase: Option<&str>) {
        self.config.vault_passphrase = passphrase.map(secret);
        self.app = App::open(self.config.clone()).await.unwrap();
    }

    fn key_file(&self) -> std::path::PathBuf {
        self.config.data_dir.join("vault.key")
    }

    /// Sets a secret, which must fail with this sentence.
    async fn refuses(&self, sentence: &str) -> VaultError {
        let error = set(&self.app, "api_key", "open").await.unwrap_err();
        let told = error.to_string().replace(&self.config.data_dir.display().to_string(), "DATA");
        assert_eq!(told, sentence);
        assert_eq!(keys(&self.app).await, ["api_key"], "nothing is lost");
        match error {
            SecretError::Vault(error) => error,
            error => panic!("{error}"),
        }
    }
}

on_both! {
    async fn a_secret_is_set_listed_without_its_value_and_removed(test) {
        let vault = Vault::of(test).await;
        set(&vault.app, "api_key", "open").await.unwrap();
        set(&vault.app, "api_key", "sesame").await.unwrap();
        let listed = vault.app.account_secrets(&name()).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].set_at, "2026-11-24T12:00:00Z");
        let shown = serde_json::to_string(&listed).unwrap();
        assert!(!shown.contains("sesame"), "{shown}");
        vault.app.remove_account_secret(&name(), "api_key").await.unwrap();
        let gone = vault.app.remove_account_secret(&name(), "api_key").await.unwrap_err();
        assert_eq!(gone.to_string(), "account `mine` has no secret `api_key`");
        assert!(keys(&vault.app).await.is_empty());
    }

    async fn an_account_that_goes_takes_its_secrets_along(test) {
        let vault = Vault::of(test).await;
        set(&vault.app, "api_key", "open").await.unwrap();
        vault.app.remove_account(&name()).await.unwrap();
        let gone = set(&vault.app, "api_key", "open").await.unwrap_err();
        assert_eq!(gone.to_string(), "there is no account `mine`");
        let new = stonks_app::NewAccount {
            name: name(),
            plugin: "ecb-rates".parse().unwrap(),
            settings: std::collections::BTreeMap::new(),
            cost_method: stonks_core::lots::CostMethod::default(),
        };
        vault.app.add_account(new).await.unwrap();
        assert!(keys(&vault.app).await.is_empty());
    }

    async fn a_key_that_the_plugin_does_not_know_is_refused(test) {
        let vault = Vault::of(test).await;
        let check = async |key: &str, value: &str, sentence: &str, hint: Option<&str>| {
            let error = set(&vault.app, key, value).await.unwrap_err();
            assert_eq!((error.to_string().as_str(), error.hint().as_deref()), (sentence, hint));
        };
        let near = Some("did you mean `api_key`?");
        check("apikey", "open", "plugin `ecb-rates` knows no credential `apikey`", near).await;
        let far = Some("there is api_key");
        check("password", "open", "plugin `ecb-rates` knows no credential `password`", far).await;
        check("api_key", "", "a secret has 1 to 65536 bytes", None).await;
        check("api_key", "abc", "`api_key` has 3 letters; plugin `ecb-rates` expects 4 or more", None).await;
        check("api_key", "123456789", "`api_key` has 9 letters; plugin `ecb-rates` expects at most 8", None).await;
        let unnamed = "`../key` can't name a secret: 1 to 64 letters, digits, `_`, `-` and `.` are expected";
        check("../key", "open", unnamed, None).await;
    }

    async fn a_passphrase_seals_and_no_other_opens(test) {
        let mut vault = Vault::of(test).await;
        vault.under(Some("correct horse")).await;
        set(&vault.app, "api_key", "sesame").await.unwrap();
        assert!(!vault.key_file().exists());
        vault.under(Some("battery staple")).await;
        let error = vault.refuses("the passphrase is not the vault's").await;
        assert!(error.hint().unwrap().contains("--vault-passphrase-file"));
        vault.under(None).await;
        vault.refuses("the vault is sealed by a passphrase, and none was given").await;
        vault.under(Some("correct horse")).await;
        set(&vault.app, "api_key", "open").await.unwrap();
    }

    async fn a_key_file_seals_and_no_other_opens(test) {
        let mut vault = Vault::of(test).await;
        set(&vault.app, "api_key", "sesame").await.unwrap();
        let key = fs::read(vault.key_file()).unwrap();
        assert_eq!(key.len(), 32);
        fs::write(vault.key_file(), [7; 32]).unwrap();
        vault.refuses("the key file `DATA/vault.key` is not the one that the vault was sealed by").await;
        fs::write(vault.key_file(), "short").unwrap();
        vault.refuses("the vault's key file `DATA/vault.key` is no key: it has not 32 bytes").await;
        fs::remove_file(vault.key_file()).unwrap();
        let error = vault.refuses("the vault's key file `DATA/vault.key` is missing").await;
        let findings = vault.app.examine().await.unwrap();
        let finding = findings.iter().find(|finding| finding.area == "vault").unwrap();
        assert_eq!((finding.message.clone(), finding.hint.clone()), (error.to_string(), error.hint()));
        let hint = error.hint().unwrap();
        assert!(hint.contains("remove the 1 secrets"), "{hint}");
        assert!(!vault.key_file().exists(), "no other key takes its place");
        vault.under(Some("correct horse")).await;
        vault.refuses("the vault is sealed by its key file `DATA/vault.key`, not by a passphrase").await;
        // With nothing left in it, the vault begins anew, by whichever key there is.
        vault.app.remove_account_secret(&name(), "api_key").await.unwrap();
        set(&vault.app, "api_key", "open").await.unwrap();
        vault.under(None).await;
        vault.refuses("the vault is sealed by a passphrase, and none was given").await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let vault = Vault::of(TestApp::open(Kind::Sqlite).await.unwrap()).await;
    set(&vault.app, "api_key", "sesame").await.unwrap();
    let mode = fs::metadata(vault.key_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::set_permissions(vault.key_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let error =
        vault.refuses("others may read the vault's key file `DATA/vault.key` (mode 644)").await;
    assert_eq!(error.hint(), Some(format!("`chmod 600 {}`", vault.key_file().display())));
}
