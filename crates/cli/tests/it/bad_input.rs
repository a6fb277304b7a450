//! Files that can't be imported: one clear sentence, exit code 1, and nothing stored.

use crate::program::Program;

/// Tries a file on both brokers' plugins and tells what each says.
fn refused(content: &[u8]) -> String {
    let mut told = String::new();
    for plugin in ["degiro", "interactive-brokers", "generic-csv"] {
        let program = Program::new().with_account("mine", plugin);
        let file = program.file("file", content);
        let run = program.run(&["import", "--account", "mine", &file]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{plugin} took it");
        let lines: Vec<&str> = run.stderr.lines().collect();
        assert!(lines.len() <= 2 && lines[0].starts_with("error: "), "{plugin}: {}", run.stderr);
        assert_eq!(program.json(&["show", "account"]).as_array().unwrap().len(), 0);
        assert_eq!(program.json(&["show", "transactions"]).as_array().unwrap().len(), 0);
        told += &format!("{plugin}\n{}\n", run.stderr);
    }
    told
}

#[test]
fn what_is_no_file_of_the_broker_is_refused() {
    insta::assert_snapshot!("empty", refused(b""));
    insta::assert_snapshot!("blank", refused(b" \n\n"));
    insta::assert_snapshot!("archive", refused(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00"));
    insta::assert_snapshot!(
        "page",
        refused(b"<!DOCTYPE html><html><body>Please log in</body></html>")
    );
    insta::assert_snapshot!("prose", refused("Guten Tag, hier ist Ihr Auszug.\n".as_bytes()));
    let mut cut_in_half = vec![0xff, 0xfe];
    cut_in_half.extend("Datum".encode_utf16().flat_map(u16::to_le_bytes));
    cut_in_half.push(0x41);
    insta::assert_snapshot!("half-utf16", refused(&cut_in_half));
}

#[test]
fn an_entity_bomb_is_not_expanded() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<FlexQueryResponse><FlexStatements count="1">&b;</FlexStatements></FlexQueryResponse>"#;
    insta::assert_snapshot!("entity-bomb", refused(bomb.as_bytes()));
}

#[test]
fn a_file_of_two_hundred_megabytes_is_refused_before_it_is_read() {
    let program = Program::new().with_account("mine", "degiro");
    let path = program.folder.path().join("huge.csv");
    std::fs::File::create(&path).unwrap().set_len(200_000_000).unwrap();
    let run = program.run(&["import", "--account", "mine", "huge.csv"]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stderr,
        "error: huge.csv: the file has 200 MB; at most 67 MB are read\n\
         hint: export a shorter period, and import one file after the other\n"
    );
}

#[test]
fn a_file_of_the_wrong_broker_is_named_as_such() {
    let degiro = "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id\n\
                  02-01-2024,09:00,02-01-2024,,,iDEAL storting,,EUR,\"5,00\",EUR,\"5,00\",\n";
    let program = Program::new().with_account("mine", "interactive-brokers");
    program.file("Account.csv", degiro);
    insta::assert_snapshot!(
        "wrong-broker",
        program.transcript(&["import --account mine Account.csv"])
    );
}
