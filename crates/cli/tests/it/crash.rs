//! `kill -9` in the midst of an import: all of it or none of it, and what was reported stays.

use std::fmt::Write;
use std::fs;
use std::process::Stdio;

use crate::program::Program;

const N_ROWS: usize = 20_000;

fn file() -> String {
    let mut file = "date,kind,currency,amount,id\n".to_owned();
    for number in 0..N_ROWS {
        writeln!(file, "2024-01-02,deposit,EUR,{}.25,row-{number}", number + 1).unwrap();
    }
    file
}

fn n_stored(program: &Program) -> usize {
    program.json(&["show", "deposits"]).as_array().unwrap().len()
}

#[test]
fn an_import_that_is_killed_never_happened_and_one_that_was_reported_did() {
    let program = Program::new().with_account("mine", "generic-csv");
    let file = program.file("mine.csv", file());
    let log = program.data_dir().join("stonks.sqlite3-wal");
    let logged = || fs::metadata(&log).map_or(0, |log| log.len());
    let mut n_killed = 0;
    // At the beginning, and when so much of the transaction is on disk.
    for threshold in [0, 100_000, 1_000_000, 3_000_000] {
        let mut import = program
            .command(&["import", "--account", "mine", &file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while import.try_wait().unwrap().is_none() && logged() < threshold {
            std::thread::yield_now();
        }
        let was_reported = import.try_wait().unwrap().is_some_and(|status| status.success());
        // SIGKILL; the process may have ended meanwhile.
        let _ = import.kill();
        import.wait().unwrap();
        let stored = n_stored(&program);
        assert!(
            stored == N_ROWS || (stored == 0 && !was_reported),
            "{stored} of {N_ROWS} rows at {threshold}"
        );
        n_killed += usize::from(stored == 0);
    }
    assert!(n_killed > 0, "no import was killed in its midst");
    assert_eq!(program.run(&["import", "--account", "mine", &file]).code, 0);
    assert_eq!(n_stored(&program), N_ROWS);
}
