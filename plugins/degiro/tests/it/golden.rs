//! Files beside what becomes of them; `BLESS=1` writes the latter anew.

use std::fs;
use std::path::Path;

use degiro::Degiro;
use stonks_plugin_sdk::testing::{import, tell, tell_error};

pub(crate) fn told(content: &[u8]) -> String {
    match import::<Degiro>("input.csv", content) {
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
    assert!(n_cases >= 20, "{n_cases} cases");
}

#[test]
fn every_encoding_is_read() {
    let text = "Datum,Uhrzeit,Valutadatum,Produkt,ISIN,Beschreibung,FX,Änderung,,Saldo,,Order-ID\n\
                02-01-2024,09:00,02-01-2024,,,Währungswechsel,,EUR,\"5,00\",EUR,\"5,00\",\n";
    let expected = told(text.as_bytes());
    assert!(expected.contains("Conversion 5 EUR"), "{expected}");
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let windows: Vec<u8> =
        text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    for bytes in [[&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(), utf16, windows] {
        assert_eq!(told(&bytes), expected);
    }
}
