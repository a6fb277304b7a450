//! Figures are explained, costs are counted as the user has it, and the doctor tells what is wrong.

use crate::program::Program;

const FILE: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,EUR,1000,,
2024-01-03,buy,US0378331005,AAPL,Apple,stock,4,100,USD,,1,
2024-01-10,buy,US0378331005,AAPL,Apple,stock,2,120,USD,,1,
2024-04-01,sell,US0378331005,AAPL,Apple,stock,3,150,USD,,1,
";

fn filled() -> Program {
    let program = Program::new().with_account("mine", "generic-csv");
    let file = program.file("mine.csv", FILE);
    let run = program.run(&["import", "--account", "mine", &file]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    program
}

/// Identities are digests: as long as they are, they would hide what is told.
fn named(program: &Program, text: String) -> String {
    let rows = program.json(&["show", "transactions"]);
    let ids = rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
    let names = ["BUY-1", "BUY-2", "SALE"];
    ids.zip(names).fold(text, |text, (id, name)| text.replace(&id, name))
}

#[test]
fn figures_are_opened_down_to_the_rows() {
    let program = filled();
    let told = program.transcript(&[
        "show sales",
        "show corporate-actions",
        "explain total.profit_loss --as-of 2024-04-30",
        "explain holding.AAPL.cost_basis --as-of 2024-04-30",
        "explain holding.AAPL.value --as-of 2024-04-30",
        "explain performance.mwr --as-of 2024-04-30",
    ]);
    insta::assert_snapshot!(named(&program, told));
}

#[test]
fn an_unknown_figure_is_told_in_one_sentence() {
    insta::assert_snapshot!(filled().transcript(&[
        "explain total.valeu",
        "explain holding.APPL.value",
        "explain holding.AAPL.worth",
        "explain sale.7.gain",
        "explain luck",
        "explain total.value --account yours",
    ]));
}

#[test]
fn an_account_counts_costs_as_it_is_told() {
    let program = filled();
    let rows = program.json(&["show", "transactions"]);
    let id = |place: usize| rows[place]["id"].as_str().unwrap().to_owned();
    let lots = format!("account lots mine --sale {}", id(2));
    let told = program.transcript(&[
        &lots,
        &format!("{lots} --use {}=2", id(1)),
        "account set mine --cost-method specific",
        &lots,
        &format!("{lots} --use {}=5", id(1)),
        &format!("{lots} --use x=5"),
        &format!("{lots} --clear"),
        "account set mine --fees apart --oversell incomplete --cost-method hifo",
        "account list",
        "account set mine",
        "account set mine --fees maybe",
        "account set yours --fees apart",
        "account lots mine --sale nothing",
        "account spin-off mine --transaction nothing --parent AAPL",
    ]);
    insta::assert_snapshot!(named(&program, told));
}

#[test]
fn the_doctor_tells_what_is_wrong_and_what_to_do() {
    let program = filled();
    let run = program.run(&["doctor"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("storage: the database can be read"), "{}", run.stdout);
    assert!(run.stdout.contains("prices are older than 7 days: Apple"), "{}", run.stdout);
    let findings = program.json(&["doctor"]);
    assert!(findings.as_array().unwrap().iter().all(|finding| finding["level"] != "error"));
}
