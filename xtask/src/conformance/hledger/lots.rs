//! Lots that are left, and the gain of a sale, under each method.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::lots::{CostMethod, Lot, Selection};
use stonks_core::money::{Currency, Money};
use stonks_core::transaction::TransactionKind;

use crate::conformance::accounts::{Accounts, Convention, Developed, Exchange, ONLY, Units};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};

const SHARE: &str = "share";
const TARGET: &str = "target";

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let method = method(inputs)?;
    let convention = Convention { method, ..Convention::default() };
    let mut accounts = Accounts::default();
    let mut last = Date::MIN;
    let mut bought = Vec::new();
    for row in rows(inputs, &["buys", "buy"])? {
        let (date, quantity, price) = dated(&row)?;
        let units = Units::trade(SHARE, date, quantity, euros(quantity * price));
        bought.push((date, accounts.units(units)?));
        last = last.max(date);
    }
    let mut selections = Vec::new();
    for row in rows(inputs, &["sells", "sell"])? {
        let (date, quantity, price) = dated(&row)?;
        let sale = accounts.units(Units::trade(SHARE, date, -quantity, euros(quantity * price)))?;
        if let Ok(lot) = row.at(3) {
            let lot = lot.date()?;
            let acquisition = bought.iter().find(|(date, _)| *date == lot);
            let acquisition = acquisition.map(|(_, identity)| identity.clone());
            selections.extend(acquisition.map(|acquisition| (sale, acquisition, quantity)));
        }
        last = last.max(date);
    }
    for row in rows(inputs, &["transfers", "transfer"])? {
        let (date, quantity) = (row.at(0)?.date()?, row.at(1)?.decimal()?);
        accounts.units(Units::of(SHARE, TransactionKind::TransferOut, date, -quantity))?;
        let arrival = Units::of(SHARE, TransactionKind::TransferIn, date, quantity);
        accounts.units(Units { account: TARGET, ..arrival })?;
        last = last.max(date);
    }
    if !selections.is_empty() {
        let named = selections.into_iter().map(|(sale, acquisition, quantity)| {
            let account = ONLY.parse();
            let account = account.map_err(|_| Refusal::Malformed("an account".to_owned()))?;
            Ok(Selection { account, sale, acquisition, quantity })
        });
        accounts.select(named.collect::<Result<_, Refusal>>()?);
    }
    let rates = Exchange::default().rates;
    let developed = accounts.developed(convention, &rates, Currency::EUR, last)?;
    let known = asked.iter().filter_map(|figure| {
        let computed = match *figure {
            "lots_left" | "source_left" => left(&developed, ONLY),
            "target" => left(&developed, TARGET),
            "gain" => developed.holding(ONLY, SHARE)?.realized_gain.clone().into(),
            "cost_left" => developed.holding(ONLY, SHARE)?.cost.base.clone().into(),
            "quantity_left" => developed.holding(ONLY, SHARE)?.quantity.into(),
            _ => return None,
        };
        Some(((*figure).to_owned(), computed))
    });
    Ok(known.collect())
}

fn method(inputs: &Inputs<'_>) -> Result<CostMethod, Refusal> {
    let Some(told) = inputs.find("method") else { return Ok(CostMethod::Fifo) };
    let told = told.text()?;
    match told.to_uppercase().as_str() {
        "FIFO" => Ok(CostMethod::Fifo),
        "LIFO" => Ok(CostMethod::Lifo),
        "HIFO" => Ok(CostMethod::Hifo),
        "AVERAGE" | "AVG" => Ok(CostMethod::Average),
        "SPECID" | "SPECIFIC" => Ok(CostMethod::Specific),
        other if other.ends_with("ALL") => Err(Refusal::NotOffered(
            "lots are chosen within an account; a method over all accounts is not offered"
                .to_owned(),
        )),
        _ => Err(Refusal::UnknownShape(format!("the method `{told}`"))),
    }
}

/// Rows of a list, or the one row that stands alone.
fn rows<'a>(inputs: &Inputs<'a>, keys: &[&str]) -> Result<Vec<Inputs<'a>>, Refusal> {
    let Some(told) = inputs.any(keys) else { return Ok(Vec::new()) };
    let is_many = told.at(0).is_ok_and(|first| first.is_list());
    if is_many { told.items() } else { Ok(vec![told]) }
}

/// A date, units, and the price of one.
fn dated(row: &Inputs<'_>) -> Result<(Date, Decimal, Decimal), Refusal> {
    Ok((row.at(0)?.date()?, row.at(1)?.decimal()?, row.at(2)?.decimal()?))
}

fn euros(amount: Decimal) -> Money {
    Money::new(amount, Currency::EUR)
}

/// Lots with the cost of a unit each.
fn left(developed: &Developed, account: &str) -> Computed {
    let lots = developed.holding(account, SHARE).map(|holding| holding.lots.as_slice());
    let told = |lot: &Lot| {
        let unit = lot.cost.base.clone().map(|cost| cost.checked_div(lot.quantity));
        let unit = unit.map(Option::unwrap_or_default);
        Computed::List(vec![lot.acquired.into(), lot.quantity.into(), unit.into()])
    };
    Computed::List(lots.unwrap_or_default().iter().map(told).collect())
}
