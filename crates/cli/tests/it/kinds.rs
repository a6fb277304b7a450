//! Middleware and insights at the terminal.

use crate::program::Program;

const DEGIRO: &str = "\
Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,
03-01-2024,09:30,ASML HOLDING,NL0010273215,EAM,XAMS,2,\"650,00\",EUR,\"-1300,00\",EUR,\"-1300,00\",,,\"-3,00\",\"-1303,00\",aaaaaaaa-0000-4000-8000-000000000001,
";

const OTHER: &str = "\
date,kind,symbol,name,class,quantity,price,currency
2024-02-01,buy,ASM,ASML Hldg,stock,3,700,EUR
2024-03-01,quote,ASM,,,,900,EUR
";

fn two_brokers() -> Program {
    let program = Program::new();
    program.file("Transactions.csv", DEGIRO);
    program.file("other.csv", OTHER);
    program.file("map.csv", "code,isin,symbol\nASM,NL0010273215,ASML\n");
    program.file("bad.csv", "code,isin,symbol\nASM,NL0010273216,ASML\n");
    program
}

#[test]
fn a_table_makes_one_holding_of_one_share_at_two_brokers() {
    insta::assert_snapshot!(two_brokers().transcript(&[
        "account add first --plugin degiro",
        "account add second --plugin generic-csv",
        "import --account first Transactions.csv",
        "import --account second other.csv",
        "show portfolio --together --as-of 2024-06-30",
        "plugin set symbol-mapper",
        "plugin middleware",
        "plugin set symbol-mapper table=@bad.csv",
        "plugin set symbol-mapper table=@nowhere.csv",
        "plugin set symbol-mapper tables=@map.csv",
        "plugin set symbol-mapper table=@map.csv",
        "plugin middleware",
        "show portfolio --together --as-of 2024-06-30",
        "plugin middleware degiro",
        "plugin middleware --none",
        "show portfolio --as-of 2024-06-30",
        "show insights --account third",
    ]));
}

#[test]
fn insights_are_shown_as_tables_and_as_json() {
    let program = two_brokers();
    program.json(&["account", "add", "first", "--plugin", "degiro"]);
    program.json(&["import", "--account", "first", "Transactions.csv"]);
    let run = program.run(&["show", "insights"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for part in [
        "Concentration (concentration 0.1.0, as of 20",
        "Largest position",
        "100.00 %",
        "Expected income by month",
    ] {
        assert!(run.stdout.contains(part), "`{part}` is missing:\n{}", run.stdout);
    }
    let json = program.json(&["show", "insights", "--account", "first"]);
    assert_eq!(json[0]["plugin"], "concentration");
    assert_eq!(json[0]["type"], "aggregator");
    assert_eq!(json[0]["is_current"], true);
    assert_eq!(json[0]["metrics"][0]["value"]["kind"], "ratio");
    assert_eq!(json[0]["metrics"][3]["value"]["value"], "10000", "exact numbers are texts");
    assert_eq!(json[1]["panels"][0]["kind"], "table");
}
