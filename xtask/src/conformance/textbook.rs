//! Worked examples of documentation and textbooks.

use jiff::Span;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::figure::{Figure, NoValue, Ratio};
use stonks_core::fx::Rates;
use stonks_core::holdings::{Terms, holdings};
use stonks_core::ledger::Ledger;
use stonks_core::lots::CostMethod;
use stonks_core::money::{Currency, Money};
use stonks_core::performance::{
    Drawdown, Series, Volatility, annualised, linked, modified_dietz, sharpe,
};
use stonks_core::transaction::TransactionKind;

use super::books::{Books, Units};
use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};
use super::flows::{dated_list, rate_or_value};

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    if inputs.has("transactions") {
        return lots(inputs, asked);
    }
    let mut figures = Figures::new();
    for figure in asked {
        if let Some(computed) = figure_of(inputs, figure)? {
            figures.insert((*figure).to_owned(), computed);
        }
    }
    Ok(figures)
}

fn figure_of(inputs: &Inputs<'_>, figure: &str) -> Result<Option<Computed>, Refusal> {
    let numbers = |key: &str| -> Result<Vec<f64>, Refusal> {
        inputs.get(key)?.items()?.iter().map(Inputs::number).collect()
    };
    let number = |key: &str| inputs.get(key)?.number();
    Ok(Some(match figure {
        "twr" | "time_weighted_return" | "ttwror" => time_weighted(inputs)?.into(),
        "return" | "modified_dietz" | "simple_return" => period_return(inputs)?.into(),
        "cagr" | "annualized" | "annualised" | "annualized_return" => yearly(inputs)?.into(),
        "max_drawdown" | "drawdown" => {
            let values = numbers("values")?;
            let days = date(2000, 1, 1).series(Span::new().days(1));
            let growth: Vec<(Date, f64)> = days.zip(values).collect();
            let fall = Drawdown::of(&growth).map(|drawdown| drawdown.depth);
            fall.ok_or(NoValue::TooFewDays).into()
        }
        "volatility" | "standard_deviation" => {
            Volatility::of(&numbers("returns")?).map(|volatility| volatility.daily).into()
        }
        "sharpe" | "sharpe_ratio" => {
            sharpe(number("return")?, number("risk_free")?, number("volatility")?).into()
        }
        _ => return rate_or_value(inputs, figure),
    }))
}

fn time_weighted(inputs: &Inputs<'_>) -> Result<Ratio, Refusal> {
    let returns = inputs.any(&["sub_period_returns", "returns", "period_returns"]);
    if let Some(returns) = returns {
        let rates: Result<Vec<f64>, Refusal> =
            returns.items()?.iter().map(Inputs::number).collect();
        return Ok(Ok(linked(rates?)));
    }
    if let Some(periods) = inputs.any(&["periods", "sub_periods"]) {
        // Each with its values at both ends, and what was put in at its start.
        let mut rates = Vec::new();
        for period in periods.items()? {
            let number = |keys: &[&str]| period.any(keys).map(|told| told.number()).transpose();
            let start = number(&["start", "begin", "start_value"])?.unwrap_or(0.0);
            let put_in = number(&["flow", "inflow", "put_in"])?.unwrap_or(0.0);
            let end = number(&["end", "end_value"])?;
            let end =
                end.ok_or_else(|| Refusal::Malformed(format!("`{}` has no `end`", period.path())))?;
            rates.push(end / (start + put_in) - 1.0);
        }
        return Ok(Ok(linked(rates)));
    }
    let values = dated_list(&inputs.get("values")?)?;
    let mut flows =
        inputs.find("flows").map_or_else(|| Ok(Vec::new()), |list| dated_list(&list))?;
    let first = values.iter().min_by_key(|(date, _)| *date).copied();
    // The first value is what was there before.
    flows.extend(first.filter(|(date, _)| flows.iter().all(|(day, _)| day > date)));
    let through = values.iter().chain(&flows).map(|(date, _)| *date).max().unwrap_or_default();
    let series = Series::carried(&values, &flows, through);
    let period =
        series.whole().ok_or_else(|| Refusal::Malformed("there is no value".to_owned()))?;
    Ok(series.time_weighted(period))
}

/// Of a value at the start, one at the end, and flows by the days since the start.
fn period_return(inputs: &Inputs<'_>) -> Result<Ratio, Refusal> {
    let (start, end) = (inputs.get("start")?.decimal()?, inputs.get("end")?.decimal()?);
    let mut flows = Vec::new();
    for flow in inputs.find("flows").map_or_else(|| Ok(Vec::new()), |list| list.items())? {
        let day = flow.at(0)?.decimal()?.to_i32();
        let day = day.ok_or_else(|| Refusal::Malformed(format!("`{}` has no day", flow.path())))?;
        flows.push((day, flow.at(1)?.decimal()?));
    }
    let days = inputs.find("days").map_or(Ok(Decimal::ONE), |days| days.decimal())?.to_i32();
    let days = days.ok_or_else(|| Refusal::Malformed("`inputs.days` is too large".to_owned()))?;
    Ok(modified_dietz(start, end, &flows, days))
}

fn yearly(inputs: &Inputs<'_>) -> Result<Ratio, Refusal> {
    let total = match inputs.any(&["return", "total_return"]) {
        Some(total) => total.number()?,
        None => inputs.get("end")?.number()? / inputs.get("start")?.number()? - 1.0,
    };
    let days = match inputs.find("days") {
        Some(days) => days.decimal()?,
        None => inputs.get("years")?.decimal()? * Decimal::from(365),
    };
    let days = days.round().to_i32();
    let days = days.ok_or_else(|| Refusal::Malformed("too many years".to_owned()))?;
    Ok(annualised(total, days))
}

/// Purchases and sales of one security.
fn lots(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let ledger = ledger(inputs)?;
    let rates = Rates::default();
    let terms = Terms { rates: &rates, base: Currency::EUR, as_of: date(9000, 1, 1) };
    let all = holdings(&ledger, None, terms);
    let held =
        all.first().ok_or_else(|| Refusal::Malformed("there is no transaction".to_owned()))?;
    // What sales brought in is the cash that came.
    let cash =
        ledger.books.iter().flat_map(|book| &book.transactions).flat_map(|booked| &booked.cash);
    let proceeds: Decimal =
        cash.map(|money| money.amount).filter(|cash| *cash > Decimal::ZERO).sum();
    let mut figures = Figures::new();
    for figure in asked {
        let computed: Figure = match *figure {
            "average_cost" | "cost_per_share" => {
                held.average_cost(&ledger.instruments[held.instrument])
            }
            "cost_basis" | "cost" | "cost_left" | "remaining_cost" => held.cost.base.clone(),
            "proceeds_net" | "proceeds" => Ok(proceeds),
            "gain" | "realized_gain" | "realised_gain" => held.realized_gain.clone(),
            "cost_of_sold" => held.realized_gain.clone().map(|gain| proceeds - gain),
            "shares" | "quantity" | "shares_left" => Ok(held.quantity),
            _ => continue,
        };
        figures.insert((*figure).to_owned(), computed.into());
    }
    Ok(figures)
}

/// A row of transactions, told as a list whose columns are named apart, or as an object.
struct Row<'a> {
    row: Inputs<'a>,
    columns: &'a [&'a str],
}

impl<'a> Row<'a> {
    fn find(&self, name: &str) -> Option<Inputs<'a>> {
        if !self.row.is_list() {
            return self.row.find(name);
        }
        let column = self.columns.iter().position(|column| *column == name)?;
        self.row.at(column).ok()
    }

    fn get(&self, name: &str) -> Result<Inputs<'a>, Refusal> {
        let missing = || Refusal::Malformed(format!("`{}` has no `{name}`", self.row.path()));
        self.find(name).ok_or_else(missing)
    }
}

/// Transactions a day apart where no dates are told.
fn ledger(inputs: &Inputs<'_>) -> Result<Ledger, Refusal> {
    let mut books = Books::default();
    let security = books.instrument("security")?;
    let columns: Vec<&str> = match inputs.find("columns") {
        Some(columns) => columns.items()?.iter().map(Inputs::text).collect::<Result<_, _>>()?,
        None => vec!["type", "shares", "price", "fee"],
    };
    let days = date(2020, 1, 1).series(Span::new().days(1));
    for (row, day) in inputs.get("transactions")?.items()?.into_iter().zip(days) {
        let row = Row { row, columns: &columns };
        let date = row.find("date").map_or(Ok(day), |date| date.date())?;
        let (shares, price) = (row.get("shares")?.decimal()?, row.get("price")?.decimal()?);
        let fee = row.find("fee").map_or(Ok(Decimal::ZERO), |fee| fee.decimal())?;
        let (kind, quantity) = match row.get("type")?.text()?.to_uppercase().as_str() {
            "BUY" => (TransactionKind::Buy, shares),
            "SELL" => (TransactionKind::Sell, -shares),
            other => return Err(Refusal::UnknownShape(format!("a transaction of type `{other}`"))),
        };
        let amount = quantity.checked_mul(price).map(|value| Money::new(-value, Currency::EUR));
        let units = Units::of(&security, kind, date, quantity, Currency::EUR);
        books.units(&Units { price: Some(price), amount, fee, ..units })?;
    }
    Ok(books.ledger_by(method(inputs)?))
}

/// The method of which the case is an example.
fn method(inputs: &Inputs<'_>) -> Result<CostMethod, Refusal> {
    for (topic, name) in [
        ("average", "average"),
        ("moving-average", "average"),
        ("fifo", "fifo"),
        ("lifo", "lifo"),
        ("hifo", "hifo"),
    ] {
        if inputs.is_about(topic) {
            let unknown = || Refusal::NotOffered(format!("sales don't release lots by {name}"));
            return name.parse().map_err(|_| unknown());
        }
    }
    Ok(CostMethod::default())
}
