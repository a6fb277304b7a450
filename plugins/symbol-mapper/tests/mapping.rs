//! Tables, and what becomes of a broker's instruments by them.

use proptest::prelude::*;
use stonks_plugin_sdk::middleware::{Middleware, Origin};
use stonks_plugin_sdk::testing::{answer, tell, tell_error};
use stonks_plugin_sdk::{
    AssetClass, Configuration, Fact, Instrument, Plugin, Setting, SettingValue,
};
use symbol_mapper::SymbolMapper;

fn instrument(identity: &str, symbol: Option<&str>, isin: Option<&str>) -> Fact {
    Fact::Instrument(Instrument {
        identity: identity.to_owned(),
        asset_class: AssetClass::Stock,
        name: None,
        symbol: symbol.map(str::to_owned),
        isin: isin.map(str::to_owned),
        market: None,
        currency: None,
        multiplier: None,
        terms: None,
        sector: None,
        country: None,
        codes: vec![("conid".to_owned(), "117589399".to_owned())],
    })
}

/// What a table makes of facts of `generic-csv`, or why it is refused.
fn mapped(table: &str, facts: Vec<Fact>) -> String {
    let value = SettingValue::Text(table.to_owned());
    let settings = vec![Setting { key: "table".to_owned(), value }];
    if let Err(error) = SymbolMapper::initialize(Configuration { settings }) {
        return tell_error(&error);
    }
    let origin = Origin { account: Some("mine".to_owned()), plugin: "generic-csv".to_owned() };
    match answer(SymbolMapper::transform(origin, facts)) {
        Ok(facts) => tell(&facts).trim_end().to_owned(),
        Err(error) => tell_error(&error),
    }
}

fn check(table: &str, fact: Fact, expected: &str) {
    assert_eq!(mapped(table, vec![fact]), expected, "{table}");
}

const ASML: &str =
    "instrument symbol:ASM AssetClass::Stock symbol ASML isin NL0010273215 conid 117589399";

#[test]
fn a_code_is_any_name_that_the_broker_has() {
    for code in ["ASM", "conid:117589399", "117589399", "symbol:ASM"] {
        let table = format!("code,isin,symbol\n{code},NL0010273215,ASML\n");
        check(&table, instrument("symbol:ASM", Some("ASM"), None), ASML);
    }
    let table = "isin;code\nNL0010273215;US0378331005";
    let expected = "instrument i AssetClass::Stock isin NL0010273215 conid 117589399";
    check(table, instrument("i", None, Some("US0378331005")), expected);
}

#[test]
fn what_the_table_leaves_open_stays() {
    let told = "instrument i AssetClass::Stock symbol ASM isin NL0010273215 conid 117589399";
    check("code,isin\nASM,nl0010273215", instrument("i", Some("ASM"), None), told);
    let other = "instrument i AssetClass::Stock symbol AMS conid 117589399";
    check("code,isin\nASM,NL0010273215", instrument("i", Some("AMS"), None), other);
    check("", instrument("i", Some("AMS"), None), other);
    check("\n  \n", instrument("i", Some("AMS"), None), other);
}

#[test]
fn a_brokers_own_row_comes_first() {
    let table = "code,symbol,broker\nASM,ELSE,degiro\nASM,ALL,\nASM,OWN,generic-csv\n";
    let own = "instrument i AssetClass::Stock symbol OWN conid 117589399";
    check(table, instrument("i", Some("ASM"), None), own);
    let all = "instrument i AssetClass::Stock symbol ALL conid 117589399";
    check(
        "code,symbol,broker\nASM,ELSE,degiro\nASM,ALL,\n",
        instrument("i", Some("ASM"), None),
        all,
    );
}

#[test]
fn a_bad_table_is_refused_with_line_field_and_advice() {
    let form = "hint: begin with the line `code,isin,symbol`; a row is `ASML,NL0010273215,ASML`";
    for (table, expected) in [
        (
            "code,isin,symbol\nASML,NL0010273215,ASML\nAAPL,US0378331006,AAPL\n",
            "refused: `US0378331006` is not an ISIN: its check digit doesn't match line 3 column 2 hint: correct it, \
             or leave it out and give a symbol"
                .to_owned(),
        ),
        (
            "code,isin,symbol\nASML,,\n",
            "refused: nothing stands for `ASML` line 2 column 2 hint: give its ISIN, its symbol, or both, or remove \
             the row"
                .to_owned(),
        ),
        (
            "symbol,code\nASML,\n",
            "refused: the row has no code line 2 column 2 hint: write the broker's code, such as its symbol, or \
             remove the row"
                .to_owned(),
        ),
        (
            "code,symbol\nASML,A\n\nASML,B\n",
            "refused: `ASML` is in line 2 already line 4 column 1 hint: keep one of the two rows, or name a `broker` \
             in each"
                .to_owned(),
        ),
        ("ASML,NL0010273215\n", format!("refused: `asml` is not a column of the table line 1 column 1 {form}")),
        ("code,isin,isin\n", format!("refused: there are two columns `isin` line 1 column 3 {form}")),
        ("isin,symbol\n", format!("refused: the table has no column `code` line 1 column 1 {form}")),
        ("code\nA\n", format!("refused: the table has neither `isin` nor `symbol` line 1 column 1 {form}")),
    ] {
        assert_eq!(mapped(table, Vec::new()), expected, "{table}");
    }
    let long = format!("code,symbol\nA,{}\n", "x".repeat(61));
    let expected = "refused: a symbol of 61 bytes; at most 60 are read line 2 column 2 hint: look for a missing separator";
    assert_eq!(mapped(&long, Vec::new()), expected);
}

proptest! {
    #[test]
    fn no_table_makes_it_panic(rows in prop::collection::vec("[A-Z0-9,;\"\\t ]{0,30}", 0..6)) {
        let _unread = mapped(&format!("code,isin,symbol,broker\n{}", rows.join("\n")), Vec::new());
        let _unread = mapped(&rows.join("\n"), Vec::new());
    }
}
