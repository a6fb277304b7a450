//! Transactions, prices and rates as a ledger, and the investments of it as one series.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::figure::{Figure, NoValue};
use stonks_core::fx::Rates;
use stonks_core::holdings::{Holding, Terms, holdings};
use stonks_core::ledger::Ledger;
use stonks_core::money::{Currency, Money};
use stonks_core::performance::{Day, Period, Scope, Series};
use stonks_core::transaction::TransactionKind;

use crate::conformance::books::{Books, Units};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::Computed;
use crate::conformance::flows::dated_list;

pub(super) struct Investments {
    pub(super) ledger: Ledger,
    rates: Rates,
    pub(super) base: Currency,
    target: Option<Currency>,
    pub(super) period: Period,
}

fn currency(code: &str) -> Result<Currency, Refusal> {
    code.parse().map_err(|_| Refusal::Malformed(format!("`{code}` is not a currency")))
}

impl Investments {
    pub(super) fn terms(&self, base: Currency) -> Terms<'_> {
        Terms { rates: &self.rates, base, as_of: self.period.through }
    }

    pub(super) fn read(inputs: &Inputs<'_>) -> Result<Self, Refusal> {
        let rows = inputs.get("transactions")?.items()?;
        let told = rows.iter().find_map(|row| row.find("currency"));
        let base = told.map_or(Ok(Currency::EUR), |told| currency(told.text()?))?;
        let mut books = Books::default();
        let mut last = None;
        for (symbol, prices) in inputs.get("prices")?.entries()? {
            let security = books.instrument(symbol)?;
            for (date, price) in dated_list(&prices)? {
                last = last.max(Some(date));
                books.quote(&security, date, Money::new(price, base))?;
            }
        }
        let (mut first, mut held) = (None, Vec::new());
        for row in &rows {
            let date = read_row(&mut books, &mut held, row, base)?;
            first = first.map_or(Some(date), |first: Date| Some(first.min(date)));
            last = last.max(Some(date));
        }
        let day = |key: &str, otherwise: Option<Date>| match inputs.find(key) {
            Some(day) => day.date(),
            None => otherwise.ok_or_else(|| Refusal::Malformed("there is no date".to_owned())),
        };
        let start = day("start", first)?;
        let after = start.yesterday();
        let after =
            after.map_err(|_| Refusal::Malformed("`inputs.start` is too early".to_owned()))?;
        books.know_cash(start, base)?;
        let (rates, target) = rates(inputs, base)?;
        let period = Period::new(after, day("end", last)?);
        Ok(Self { ledger: books.ledger(), rates, base, target, period })
    }

    pub(super) fn series(&self) -> Result<Series, Refusal> {
        Ok(self.series_in(self.base))
    }

    pub(super) fn series_in_target(&self) -> Result<Series, Refusal> {
        let target =
            self.target.ok_or_else(|| Refusal::Malformed("no rates are told".to_owned()))?;
        Ok(self.series_in(target))
    }

    /// All holdings together: the sums of their days.
    fn series_in(&self, base: Currency) -> Series {
        let of_one = |instrument| {
            Series::of(&self.ledger, Scope::Holding { instrument, account: None }, self.terms(base))
        };
        let all: Vec<Series> = (0..self.ledger.instruments.len()).map(of_one).collect();
        let told = |series: &&Series| series.last().is_some();
        let first = all.iter().filter(told).map(Series::first).min().unwrap_or(self.period.through);
        let n_days =
            usize::try_from(Period::new(first, self.period.through).n_days() + 1).unwrap_or(0);
        let mut days = vec![Day::quiet(Ok(Decimal::ZERO)); n_days];
        for series in &all {
            for (date, day) in series.days() {
                let place = usize::try_from(Period::new(first, date).n_days()).unwrap_or(n_days);
                let Some(sum) = days.get_mut(place) else { continue };
                sum.value = plus(&sum.value, &day.value);
                sum.inflow = plus(&sum.inflow, &day.inflow);
                sum.outflow = plus(&sum.outflow, &day.outflow);
            }
        }
        Series::new(first, days)
    }

    /// A figure about what is held at the end.
    pub(super) fn of_holdings(&self, figure: &str) -> Result<Option<Computed>, Refusal> {
        let held = holdings(&self.ledger, None, self.terms(self.base));
        let sum = |of: fn(&Holding) -> Figure| -> Figure {
            held.iter().try_fold(Decimal::ZERO, |sum, holding| Ok(sum + of(holding)?))
        };
        let quantity = || sum(|holding| Ok(holding.quantity));
        let cost = || sum(|holding| holding.cost.base.clone());
        Ok(Some(match figure {
            "quantity" | "units" => quantity().into(),
            "cost_value" | "cost" => cost().into(),
            "cost_per_unit" => quantity()
                .and_then(|units| cost()?.checked_div(units).ok_or(NoValue::OutOfRange))
                .into(),
            "cash" => {
                let balances =
                    self.ledger.books.iter().filter_map(|book| book.cash(self.period.through));
                balances.flat_map(std::collections::BTreeMap::into_values).sum::<Decimal>().into()
            }
            _ => return Ok(None),
        }))
    }
}

fn plus(left: &Figure, right: &Figure) -> Figure {
    left.clone()?.checked_add(right.clone()?).ok_or(NoValue::OutOfRange)
}

/// `BASE/TARGET`: so many units of the target for one of the base.
fn rates(inputs: &Inputs<'_>, base: Currency) -> Result<(Rates, Option<Currency>), Refusal> {
    let Some(pairs) = inputs.find("fx") else { return Ok((Rates::default(), None)) };
    let (mut all, mut target) = (Vec::new(), None);
    for (pair, list) in pairs.entries()? {
        let Some((from, to)) = pair.split_once('/') else {
            return Err(Refusal::UnknownShape(format!("rates of `{pair}`")));
        };
        let (from, to) = (currency(from)?, currency(to)?);
        if from != base {
            return Err(Refusal::UnknownShape(format!("rates of `{pair}` for money in {base}")));
        }
        target = Some(to);
        for (date, rate) in dated_list(&list)? {
            // Rates are told against the euro: here one euro is one unit of the base.
            all.push((from, date, Decimal::ONE));
            all.push((to, date, rate));
        }
    }
    Ok((Rates::new(all), target))
}

fn read_row(
    books: &mut Books,
    held: &mut Vec<(String, Decimal)>,
    row: &Inputs<'_>,
    base: Currency,
) -> Result<Date, Refusal> {
    let (date, symbol) = (row.get("date")?.date()?, row.get("symbol")?.text()?);
    let security = books.instrument(symbol)?;
    let fee = row.find("fee").map_or(Ok(Decimal::ZERO), |fee| fee.decimal())?;
    let number = |key: &str| row.get(key)?.decimal();
    if !held.iter().any(|(name, _)| name == symbol) {
        held.push((symbol.to_owned(), Decimal::ZERO));
    }
    let units_held = held.iter_mut().find(|(name, _)| name == symbol).map(|(_, units)| units);
    let units_held = units_held.ok_or_else(|| Refusal::Malformed("no units".to_owned()))?;
    let (kind, quantity) = match row.get("type")?.text()? {
        "BUY" => (TransactionKind::Buy, number("quantity")?),
        "SELL" => (TransactionKind::Sell, -number("quantity")?),
        "SPLIT" => (TransactionKind::Split, *units_held * (number("ratio")? - Decimal::ONE)),
        "DIVIDEND" => {
            let amount = Money::new(number("amount")?, base);
            books.cash(CashKind::Dividend, date, amount, Some(&security))?;
            books.cash(CashKind::Fee, date, Money::new(-fee, base), Some(&security))?;
            return Ok(date);
        }
        other => return Err(Refusal::UnknownShape(format!("a transaction of type `{other}`"))),
    };
    *units_held += quantity;
    let mut units = Units::of(&security, kind, date, quantity, base);
    if kind != TransactionKind::Split {
        units.amount = Some(Money::new(-(quantity * number("price")?), base));
    }
    books.units(&units)?;
    books.cash(CashKind::Fee, date, Money::new(-fee, base), Some(&security))?;
    Ok(date)
}
