//! A file of 100,000 rows from upload to database, and what its parts cost: the same parser called
//! natively, and rows put into a table by the shortest way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use stonks_app::{App, ImportFile, Mode, NewAccount, Target};
use stonks_benches::{config, degiro_export};
use stonks_core::lots::CostMethod;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const N_ROWS: u32 = 100_000;

/// An installation without facts.
async fn installation() -> (App, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::open(config(folder.path())).await.expect("an installation");
    let account = NewAccount {
        name: "degiro".parse().expect("a name"),
        plugin: "degiro".parse().expect("a name"),
        settings: BTreeMap::new(),
        cost_method: CostMethod::default(),
    };
    app.add_account(account).await.expect("an account");
    (app, folder)
}

async fn import(app: &App, content: &str, mode: Mode) -> usize {
    let target = Target::Account("degiro".parse().expect("a name"));
    let file =
        ImportFile { name: "Transactions.csv".to_owned(), content: content.as_bytes().to_vec() };
    app.import(&target, vec![file], mode, &|_| ()).await.expect("an import").n_new()
}

/// Each row as one text, in one transaction: what any import into SQLite pays at the least.
async fn naive(content: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("naive.db"))
        .create_if_missing(true);
    let mut connection: SqliteConnection = options.connect().await.expect("a database");
    sqlx::query("CREATE TABLE rows (number INTEGER PRIMARY KEY, content TEXT NOT NULL)")
        .execute(&mut connection)
        .await
        .expect("a table");
    let mut transaction = connection.begin().await.expect("a transaction");
    let mut n_rows = 0;
    for row in csv::Reader::from_reader(content.as_bytes()).records() {
        let row = row.expect("a row");
        let fields: Vec<&str> = row.iter().collect();
        sqlx::query("INSERT INTO rows (content) VALUES (?)")
            .bind(fields.join(","))
            .execute(&mut *transaction)
            .await
            .expect("a row is stored");
        n_rows += 1;
    }
    transaction.commit().await.expect("a commit");
    n_rows
}

fn imports(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let content = degiro_export(N_ROWS);
    let mut group = criterion.benchmark_group("import of 100,000 rows");
    group.sample_size(10).measurement_time(Duration::from_secs(30));
    group.throughput(Throughput::Elements(N_ROWS.into()));

    group.bench_function("stored", |bencher| {
        bencher.to_async(&runtime).iter_custom(async |n_imports| {
            let mut spent = Duration::ZERO;
            for _ in 0..n_imports {
                let (app, _folder) = installation().await;
                let start = Instant::now();
                assert!(import(&app, &content, Mode::Store).await >= N_ROWS as usize);
                spent += start.elapsed();
                app.close().await;
            }
            spent
        });
    });
    let (app, _folder) = runtime.block_on(installation());
    group.bench_function("preview", |bencher| {
        bencher.to_async(&runtime).iter(|| import(&app, &content, Mode::DryRun));
    });
    group.bench_function("native parser alone", |bencher| {
        bencher.iter(|| {
            stonks_plugin_sdk::testing::import::<degiro::Degiro>(
                "Transactions.csv",
                content.as_bytes(),
            )
            .expect("facts")
            .len()
        });
    });
    group.bench_function("naive rows into SQLite", |bencher| {
        bencher.to_async(&runtime).iter(|| naive(&content));
    });
    group.finish();
}

criterion_group!(benches, imports);
criterion_main!(benches);
