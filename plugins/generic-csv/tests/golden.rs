//! Files beside what becomes of them; `BLESS=1` writes the latter anew.

use std::fs;
use std::path::Path;

use generic_csv::GenericCsv;
use proptest::prelude::*;
use stonks_plugin_sdk::testing::{import, tell, tell_error};

fn told(content: &[u8]) -> String {
    match import::<GenericCsv>("input.csv", content) {
        Ok(facts) => tell(&facts),
        Err(error) => tell_error(&error) + "\n",
    }
}

#[test]
fn files_become_what_stands_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut n_cases = 0;
    for case in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        let told = told(&fs::read(case.join("input.csv")).unwrap());
        let expected = case.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&expected).unwrap(), "{}", case.display());
        n_cases += 1;
    }
    assert!(n_cases >= 9, "{n_cases} cases");
}

proptest! {
    #[test]
    fn no_content_makes_it_panic(
        rows in prop::collection::vec("[a-z0-9,;.\"-]{0,40}", 0..8),
        header in prop::sample::select(vec!["date,kind,currency,amount", "kind;date", "", "date,kind,isin,quantity,price,currency"]),
    ) {
        let _unread = told(format!("{header}\n{}", rows.join("\n")).as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let _unread = told(&content);
    }
}
