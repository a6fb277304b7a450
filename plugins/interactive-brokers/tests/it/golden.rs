//! Files beside what becomes of them; `BLESS=1` writes the latter anew.

use std::fs;
use std::path::Path;

use crate::told;

#[test]
fn files_become_what_stands_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut n_cases = 0;
    for case in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        let input = fs::read_dir(&case)
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.file_stem().is_some_and(|stem| stem == "input"))
            .unwrap();
        let told = told(&fs::read(input).unwrap());
        let expected = case.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&expected).unwrap(), "{}", case.display());
        n_cases += 1;
    }
    assert!(n_cases >= 70, "{n_cases} cases");
}
