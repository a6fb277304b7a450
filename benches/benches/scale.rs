//! The whole program at 1,000 to 1,000,000 transactions over ten years with daily quotes: from the
//! database to positions, history and returns, each by a process of its own; pages of a server; what it
//! takes of memory. Beside it `rledger check` and `hledger balance` over the same trades, where they are
//! installed.
//!
//! Prints a table instead of criterion's report, since processes, percentiles and memory are wanted.
//! `STONKS_SCALE=1000,10000` measures these sizes only.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "measures processes and prints a table"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use stonks_app::reports::Query;
use stonks_app::{App, ImportFile, Mode, Target};
use stonks_benches::journals::{beancount, hledger};
use stonks_benches::{config, degiro_export, one_trade, program, quotes_export};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Runs of a process; the middle one counts.
const N_RUNS: usize = 7;

/// Requests of a page, once it was asked for.
const N_REQUESTS: usize = 100;

/// Pages whose cost grows with what is stored.
const PAGES: [&str; 10] = [
    "/",
    "/portfolio",
    "/performance",
    "/diversification",
    "/dividends",
    "/fees",
    "/account",
    "/transactions",
    "/sales",
    "/explain/total.value",
];

/// Rows of one file: a file has no more than 64 MiB.
const ROWS_OF_FILE: usize = 250_000;

/// A table as several files, each with the titles.
fn parts(table: &str) -> Vec<String> {
    let mut lines = table.lines();
    let titles = lines.next().unwrap_or_default();
    let rows: Vec<&str> = lines.collect();
    let parts = rows.chunks(ROWS_OF_FILE);
    parts.map(|rows| format!("{titles}\n{}\n", rows.join("\n"))).collect()
}

/// A data directory, gone with the value.
struct Installation(TempDir);

impl Installation {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("--data-dir").arg(self.0.path().join("data")).args(arguments);
        command.env("HOME", self.0.path()).current_dir(self.0.path()).stdout(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Duration {
        timed(&mut self.command(arguments))
    }

    /// Filled through the front door; how long the import of the transactions took.
    fn filled(n_transactions: u32, has_quotes: bool) -> (Self, Duration) {
        let installation = Self(tempfile::tempdir().expect("a folder"));
        let write = |name: &str, content: String| {
            fs::write(installation.0.path().join(name), content).expect("a file is written");
        };
        write("quotes.csv", quotes_export());
        installation.run(&["account", "add", "broker", "--plugin", "degiro"]);
        if has_quotes {
            installation.run(&["import", "--plugin", "generic-csv", "quotes.csv"]);
        }
        let mut spent = Duration::ZERO;
        for part in parts(&degiro_export(n_transactions)) {
            write("Transactions.csv", part);
            spent += installation.run(&["import", "--account", "broker", "Transactions.csv"]);
        }
        (installation, spent)
    }
}

fn timed(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stderr(Stdio::null()).status().expect("it starts");
    assert!(status.success(), "{command:?} ended with {status}");
    start.elapsed()
}

fn middle(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

fn process(installation: &Installation, arguments: &[&str]) -> Duration {
    middle((0..N_RUNS).map(|_| installation.run(arguments)).collect())
}

/// A server that ends with the value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(installation: &Installation) -> Self {
        let mut command = installation.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("http://")));
        let line = line.expect("it says where it is");
        let address = line.split("http://").nth(1).expect("an address").to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> Duration {
        let start = Instant::now();
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .expect("it listens");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
        start.elapsed()
    }

    /// The first request, the middle one of those after it, and the 95th percentile.
    fn page(&self, path: &str) -> (Duration, Duration, Duration) {
        let cold = self.get(path);
        let mut warm: Vec<Duration> = (0..N_REQUESTS).map(|_| self.get(path)).collect();
        warm.sort_unstable();
        (cold, warm[N_REQUESTS / 2], warm[N_REQUESTS * 95 / 100])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A peer's time over the same trades; none where it isn't installed.
fn peer(name: &str, arguments: &[&str], journal: &str) -> Option<Duration> {
    let is_there = Command::new(name).arg("--version").output().is_ok();
    if !is_there {
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    fs::write(&path, journal).expect("a journal is written");
    let run = || {
        let mut command = Command::new(name);
        let path = path.display().to_string();
        let with_path = |argument: &&str| {
            if *argument == "FILE" { path.clone() } else { (*argument).to_owned() }
        };
        command.args(arguments.iter().map(with_path)).stdout(Stdio::null());
        timed(&mut command)
    };
    Some(middle((0..3).map(|_| run()).collect()))
}

/// The most memory that a process held, in MiB.
fn most_memory_of(installation: &Installation, arguments: &[&str]) -> u64 {
    let mut child =
        installation.command(arguments).stderr(Stdio::null()).spawn().expect("it starts");
    let mut most = 0;
    // What it held last is told until it is waited for, but no more once it is: so it is asked all along.
    while child.try_wait().expect("it runs").is_none() {
        most = most.max(memory_of(child.id()));
    }
    most
}

/// The most that a process ever held, in MiB, as Linux counts it.
fn memory_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// What the dashboard asks for behind an import of one trade: by a process that knows what was there, and by
/// one that must learn all of it.
async fn one_more_trade(installation: &Installation) -> (Duration, Duration) {
    let data_dir = installation.0.path().join("data");
    let (mut added, mut anew) = (Vec::new(), Vec::new());
    for round in 0..3 {
        let app = App::open(config(&data_dir)).await.expect("an installation");
        anew.push(figures(&app).await);
        for number in 0..N_RUNS {
            let number = u32::try_from(round * N_RUNS + number).unwrap_or(0);
            let content = one_trade(number).into_bytes();
            let file = ImportFile { name: "One.csv".to_owned(), content };
            let target = Target::Account("broker".parse().expect("a name"));
            let report = app.import(&target, vec![file], Mode::Store, &|_| ()).await;
            assert_eq!(report.expect("an import").n_new(), 1, "a trade that nobody knows");
            added.push(figures(&app).await);
        }
        app.close().await;
    }
    (middle(added), middle(anew))
}

async fn figures(app: &App) -> Duration {
    let (start, all) = (Instant::now(), Query::default());
    app.portfolio(&all).await.expect("a portfolio");
    app.total(&all).await.expect("a total");
    app.history(&all).await.expect("a history");
    start.elapsed()
}

fn ms(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

fn told(peer: Option<Duration>) -> String {
    peer.map_or_else(|| "not installed".to_owned(), ms)
}

fn measure(n_transactions: u32) {
    println!("## {n_transactions} transactions");
    let (trades, _) = Installation::filled(n_transactions, false);
    let positions = process(&trades, &["show", "portfolio", "--json"]);
    println!("positions of the trades alone, whole process: {}", ms(positions));
    drop(trades);
    let (installation, import) = Installation::filled(n_transactions, true);
    println!("import: {}", ms(import));
    println!(
        "positions, whole process: {}",
        ms(process(&installation, &["show", "portfolio", "--json"]))
    );
    println!(
        "history, whole process: {}",
        ms(process(&installation, &["show", "history", "--json"]))
    );
    println!(
        "returns, whole process: {}",
        ms(process(&installation, &["show", "performance", "--json"]))
    );
    let most = most_memory_of(&installation, &["show", "performance", "--json"]);
    println!("memory of returns: {most} MiB");
    let server = Server::start(&installation);
    for path in PAGES {
        let (cold, half, most) = server.page(path);
        println!("page {path}: first {}, p50 {}, p95 {}", ms(cold), ms(half), ms(most));
    }
    println!("memory of the server: {} MiB", memory_of(server.child.id()));
    drop(server);
    let (added, anew) = Runtime::new().expect("a runtime").block_on(one_more_trade(&installation));
    println!("figures behind one more trade: {}, all anew: {}", ms(added), ms(anew));
    // The peers take minutes for a million.
    if n_transactions <= 100_000 {
        let rledger = peer("rledger", &["check", "FILE"], &beancount(n_transactions));
        println!("rledger check: {}", told(rledger));
        let hledger = peer("hledger", &["-f", "FILE", "balance"], &hledger(n_transactions));
        println!("hledger balance: {}", told(hledger));
    }
}

fn main() {
    let sizes =
        std::env::var("STONKS_SCALE").unwrap_or_else(|_| "1000,10000,100000,1000000".to_owned());
    for size in sizes.split(',') {
        measure(size.trim().parse().expect("a number of transactions"));
    }
}
