//! Faults seeded into the core, one after the other: its tests must notice each of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{output, root, target};

/// A file below `crates/core/src`, what stands there once, and what is put in its place.
type Fault = (&'static str, &'static str, &'static str);

const FAULTS: &[Fault] = &[
    (
        "performance/time_weighted.rs",
        "|growth, day| growth * (1.0 + day.rate)",
        "|growth, day| growth + day.rate",
    ),
    (
        "performance/time_weighted.rs",
        "_ => (sum(before, inflow)?, sum(end, outflow)?)",
        "_ => (before, sum(end, outflow)?)",
    ),
    ("performance/time_weighted.rs", "YEAR / f64::from(n_days)", "f64::from(n_days) / YEAR"),
    ("performance/money_weighted.rs", "map(|flow| flow.date).min()", "map(|flow| flow.date).max()"),
    ("performance/money_weighted.rs", "then_some(-before)", "then_some(before)"),
    ("performance/dietz.rs", "f64::from(n_days - day)", "f64::from(n_days + day)"),
    ("performance/intervals.rs", "as_of.first_of_year()", "as_of.first_of_month()"),
    (
        "performance/history.rs",
        "self.units.pop_if(|(day, ..)| *day <= date)",
        "self.units.pop_if(|(day, ..)| *day < date)",
    ),
    (
        "performance/history.rs",
        "self.cash.pop_if(|(day, ..)| *day <= date)",
        "self.cash.pop_if(|(day, ..)| *day < date)",
    ),
    ("performance/risk.rs", "(peak_value - value) / peak_value", "(peak_value - value) / value"),
    (
        "performance/risk.rs",
        "(squares(is_low) / count(n_more))",
        "(squares(is_low) / count(n_more + 1))",
    ),
    (
        "dividends.rs",
        "CashKind::WithholdingTax => (Decimal::ZERO, movement.money.amount)",
        "CashKind::WithholdingTax => (movement.money.amount, Decimal::ZERO)",
    ),
    ("dividends.rs", "filter(|date| *date > as_of)", "filter(|date| *date >= as_of)"),
    (
        "deposits.rs",
        "CashKind::Withdrawal => DepositKind::Withdrawal",
        "CashKind::Withdrawal => DepositKind::Deposit",
    ),
    ("deposits.rs", "since <= date && date <= terms.as_of", "since <= date && date < terms.as_of"),
    ("fees.rs", "movement.kind == CashKind::Fee && !is_told", "movement.kind == CashKind::Fee"),
    ("portfolio.rs", "put_in <= Decimal::ZERO", "put_in < Decimal::ZERO"),
    ("claims.rs", "*known <= date", "*known >= date"),
    ("claims.rs", "booked.transaction.at.date <= date", "booked.transaction.at.date < date"),
    (
        "fx.rs",
        "partition_point(|(day, _)| *day <= date)",
        "partition_point(|(day, _)| *day < date)",
    ),
    (
        "fx.rs",
        "quotient(product(from.amount, of_target)?, of_source)?",
        "quotient(product(from.amount, of_source)?, of_target)?",
    ),
    (
        "sales.rs",
        "both(&base, &currency_effect, difference)",
        "both(&currency_effect, &base, difference)",
    ),
    (
        "holdings/trades.rs",
        "held.is_sign_positive() != quantity.is_sign_positive()",
        "held.is_sign_positive() == quantity.is_sign_positive()",
    ),
    ("holdings/trades.rs", "quantity.abs().min(held.abs())", "quantity.abs().max(held.abs())"),
    (
        "holdings/trades.rs",
        "self.facts().oversell == Oversell::IsIncomplete",
        "self.facts().oversell != Oversell::IsIncomplete",
    ),
    ("holdings/actions.rs", "rescale(held + change)", "rescale(held - change)"),
    (
        "ledger/adjustment.rs",
        "Told::Adjusted if quote.date < split.date",
        "Told::Adjusted if quote.date > split.date",
    ),
    (
        "ledger/order.rs",
        "_ if transaction.quantity.is_sign_positive() => 1",
        "_ if transaction.quantity.is_sign_positive() => 3",
    ),
    (
        "ledger/order.rs",
        "booked.transaction.quantity.max(-*held)",
        "booked.transaction.quantity.min(-*held)",
    ),
    (
        "ledger/order.rs",
        "marks.on(news.transactions.min(news.movements))",
        "marks.on(news.transactions.max(news.movements))",
    ),
    (
        "ledger/order.rs",
        "booked.transaction.at.date < news.transactions",
        "booked.transaction.at.date <= news.transactions",
    ),
    (
        "holdings/outcomes.rs",
        "(depends_on_prices && touched.has_prices(instrument))",
        "(!depends_on_prices && touched.has_prices(instrument))",
    ),
    ("statement/arrival.rs", "rank(known) == rank(&statement)", "rank(known) != rank(&statement)"),
    ("performance/history.rs", "|day| day.date < since", "|day| day.date <= since"),
    ("lots.rs", "lot.cost = lot.cost.minus(&cost);", "lot.cost = lot.cost.plus(&cost);"),
    (
        "lots.rs",
        "excess = excess.plus(&lot.cost.lower(&share));",
        "excess = excess.minus(&lot.cost.lower(&share));",
    ),
];

/// Tells for each fault whether the tests noticed it. Fails if one passed unnoticed.
pub(crate) fn run() -> Result<()> {
    let tree = target().join("faults");
    copy(&tree)?;
    if !passes(&tree)? {
        bail!("the tests of the core fail without any fault");
    }
    let mut unnoticed = Vec::new();
    for &(file, from, to) in FAULTS {
        let path = tree.join("crates/core/src").join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {file}"))?;
        if text.matches(from).count() != 1 {
            bail!("`{from}` doesn't stand exactly once in {file}: mend the list of faults");
        }
        fs::write(&path, text.replace(from, to))?;
        let is_noticed = !passes(&tree)?;
        fs::write(&path, text)?;
        println!("{} {file}: `{to}`", if is_noticed { "noticed  " } else { "UNNOTICED" });
        if !is_noticed {
            unnoticed.push(format!("{file}: `{to}`"));
        }
    }
    println!("faults noticed: {}, unnoticed: {}", FAULTS.len() - unnoticed.len(), unnoticed.len());
    if !unnoticed.is_empty() {
        bail!("no test fails with {}", unnoticed.join(", nor with "));
    }
    Ok(())
}

/// The files of the project, apart from the checkout, so that no fault can stay in it.
fn copy(tree: &Path) -> Result<()> {
    let listed = output(Command::new("git").args(["ls-files", "-z"]).current_dir(root()))?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root().join(name), tree.join(name));
        if !from.is_file() {
            continue;
        }
        let folder: PathBuf = to.parent().context("a file lies in a folder")?.to_path_buf();
        fs::create_dir_all(&folder)?;
        let content = fs::read(&from)?;
        // What is the same keeps its time, so that it isn't built again.
        if fs::read(&to).ok().as_ref() != Some(&content) {
            fs::write(&to, content).with_context(|| format!("copying {name}"))?;
        }
    }
    Ok(())
}

/// Whether the core builds with the fault and all its tests pass.
fn passes(tree: &Path) -> Result<bool> {
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(arguments).args(["--package", "stonks-core", "--quiet"]).current_dir(tree);
        command.env("CARGO_TARGET_DIR", tree.join("target")).env("INSTA_UPDATE", "no");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().context("starting cargo")
    };
    if !cargo(&["test", "--no-run"])?.success() {
        bail!("a fault doesn't compile: mend the list of faults");
    }
    Ok(cargo(&["test"])?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_place() {
        for &(file, from, to) in FAULTS {
            let text = fs::read_to_string(root().join("crates/core/src").join(file)).unwrap();
            assert_eq!(text.matches(from).count(), 1, "{file}: `{from}`");
            assert_ne!(from, to);
        }
        assert!(FAULTS.len() >= 30);
    }
}
