//! Commands, their results and their mistakes.

use crate::program::Program;

const FILE: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,EUR,1000,,
2024-01-03,buy,IE00B4L5Y983,IWDA,World,etf,10,76.5,EUR,,2,
2024-03-01,dividend,IE00B4L5Y983,,,,,,USD,12.30,,1.85
2024-04-01,sell,IE00B4L5Y983,IWDA,World,etf,4,80,EUR,,1,
2024-05-02,fee,,,,,,,EUR,2.5,,
";

#[test]
fn an_account_is_filled_and_shown() {
    let program = Program::new();
    program.file("mine.csv", FILE);
    insta::assert_snapshot!(program.transcript(&[
        "account list",
        "account add mine --plugin generic-csv --cost-method average",
        "account list",
        "import --account mine mine.csv --dry-run",
        "import --account mine mine.csv",
        "import --account mine mine.csv",
        "show total --as-of 2024-06-30",
        "show portfolio --as-of 2024-06-30",
        "show transactions",
        "show deposits",
        "show dividends",
        "show fees",
        "show account",
        "show transactions --from 2024-04-01",
        "show history --as-of 2024-01-04",
        "show history --from 2024-06-29 --as-of 2024-06-30",
        "show performance --as-of 2024-06-30 --by-account --by-holding",
        "show performance --interval 1m --as-of 2024-06-30 --holding iwda",
        "show diversification --as-of 2024-06-30",
        "show dividends --summary --as-of 2024-06-30",
        "show fees --summary --as-of 2024-06-30",
        "account remove mine",
        "show total --as-of 2024-06-30",
    ]));
}

#[test]
fn mistakes_are_told_in_one_sentence() {
    let program = Program::new();
    program.file("mine.csv", FILE);
    insta::assert_snapshot!(program.transcript(&[
        "account add mine --plugin degoro",
        "account add mine --plugin Degiro!",
        "account add my/account --plugin degiro",
        "account add mine --plugin interactive-brokers --set colour=red",
        "account remove mine",
        "import --account mine mine.csv",
        "account add mine --plugin generic-csv",
        "account add mine --plugin degiro",
        "import --account mine nowhere.csv",
        "import --account mine .",
        "import mine.csv",
        "import --plugin generic-csv mine.csv",
        "show total --account yours",
        "show performance --interval 2W",
        "show performance --interval 1Y --from 2024-01-01",
        "show performance --holding nothing",
        "show performance --account yours",
        "show total --as-of 2024-02-30",
        "plugin info nothing",
        "plugin validate .",
        "show everything",
    ]));
}

#[test]
fn plugins_are_listed_and_described() {
    let program = Program::new();
    insta::assert_snapshot!(program.transcript(&[
        "plugin list",
        "plugin info ecb-rates",
        "plugin info degiro"
    ]));
}

#[test]
fn json_has_the_promised_fields() {
    let program = Program::new().with_account("mine", "generic-csv");
    let file = program.file("mine.csv", FILE);
    insta::assert_json_snapshot!("import", program.json(&["import", "--account", "mine", &file]));
    for what in ["total", "portfolio", "transactions", "deposits", "dividends", "fees", "account"] {
        insta::assert_json_snapshot!(what, program.json(&["show", what, "--as-of", "2024-06-30"]));
    }
    insta::assert_json_snapshot!(
        "history",
        program.json(&["show", "history", "--as-of", "2024-01-03"])
    );
    for (name, arguments) in [
        ("performance", vec!["show", "performance", "--by-account", "--by-holding"]),
        ("diversification", vec!["show", "diversification"]),
        ("dividend_summary", vec!["show", "dividends", "--summary"]),
        ("fee_summary", vec!["show", "fees", "--summary"]),
    ] {
        let told = program.json(&[arguments, vec!["--as-of", "2024-06-30"]].concat());
        insta::assert_json_snapshot!(name, told);
    }
    insta::assert_json_snapshot!("plugins", program.json(&["plugin", "list"]));
}

#[test]
fn a_refusal_is_one_json_object_on_stderr() {
    let program = Program::new().with_account("mine", "generic-csv");
    let file = program.file("bad.csv", "date,kind,currency,amount\n2024-01-02,deposit,EUR,five\n");
    let run = program.run(&["import", "--account", "mine", &file, "--json"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let told: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(
        told,
        serde_json::json!({
            "file": "bad.csv", "line": 2, "column": 4, "message": "`five` is not a number",
            "hint": "write it as `-1234.56`, with at most 28 digits"
        })
    );
}

#[test]
fn a_return_without_value_is_null_and_says_why() {
    let program = Program::new();
    let told = program.json(&["show", "performance", "--as-of", "2024-06-30"]);
    for field in ["twr", "twr_annualized", "mwr", "simple_return", "max_drawdown", "volatility"] {
        assert!(told[field].is_null(), "{field}: {told}");
        assert!(told["no_value"][field].is_string(), "{field}: {told}");
    }
    assert!(!told["reasons"].as_array().unwrap().is_empty());
    assert_eq!(program.json(&["show", "diversification"]), serde_json::json!([]));
}
