//! A router over a throw-away installation.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use jiff::Timestamp;
use stonks_app::{App, Config, ImportFile, Mode, NewAccount, Target};
use stonks_core::money::Currency;
use tower::ServiceExt;

pub(crate) struct TestWeb {
    pub(crate) app: Arc<App>,
    router: Router,
    _data_dir: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

fn built(kind: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join(kind);
    assert!(folder.exists(), "{} is missing: run `cargo xtask plugins`", folder.display());
    folder
}

pub(crate) const FILE: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,EUR,1000,,
2024-01-03,buy,IE00B4L5Y983,IWDA,World <b>ETF</b>,etf,10,76.5,EUR,,2,
2024-04-01,sell,IE00B4L5Y983,IWDA,World <b>ETF</b>,etf,4,80,EUR,,1,
";

impl TestWeb {
    pub(crate) async fn new() -> Self {
        Self::over(vec![built("plugins"), built("fixtures")]).await
    }

    /// With the plugins of one more folder.
    pub(crate) async fn beside(folder: &Path) -> Self {
        Self::over(vec![folder.to_owned(), built("plugins"), built("fixtures")]).await
    }

    /// With the plugins of these folders.
    pub(crate) async fn over(plugin_dirs: Vec<PathBuf>) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: data_dir.path().to_path_buf(),
            database_url: None,
            plugin_dirs,
            places: Default::default(),
            built_ins: &[],
            base_currency: Currency::EUR,
            compiler: stonks_app::Compiler::Here,
            python: stonks_app::PythonOptions::default(),
            vault_passphrase: None,
            is_resident: true,
            clock: Arc::new(|| "2024-06-30T12:00:00Z".parse::<Timestamp>().unwrap()),
        };
        let app = Arc::new(App::open(config).await.unwrap());
        Self { router: stonks_web::router(Arc::clone(&app), true), app, _data_dir: data_dir }
    }

    /// With an account and a few facts.
    pub(crate) async fn filled() -> Self {
        Self::with_file(FILE).await
    }

    /// With an account that one file fills.
    pub(crate) async fn with_file(content: &str) -> Self {
        Self::with_file_for("generic-csv", content).await
    }

    /// The same, read by a plugin.
    pub(crate) async fn with_file_for(plugin: &str, content: &str) -> Self {
        let web = Self::new().await;
        let target = Target::NewAccount(NewAccount {
            name: "mine".parse().unwrap(),
            plugin: plugin.parse().unwrap(),
            settings: std::collections::BTreeMap::new(),
            cost_method: stonks_core::lots::CostMethod::default(),
        });
        let file = ImportFile { name: "mine.csv".to_owned(), content: content.as_bytes().to_vec() };
        web.app.import(&target, vec![file], Mode::Store, &|_| ()).await.unwrap();
        web
    }

    /// An answer whose end isn't waited for.
    pub(crate) async fn open(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Page {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).header("host", "localhost:8000").body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let request = Request::post(path)
            .header("host", "localhost:8000")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", kind)
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }
}
