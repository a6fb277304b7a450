//! Dividends by year, month and holding. What isn't paid yet is never among what was received.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use stonks_core::dividends::{PaymentStatus, Periodicity, periodicity};
use stonks_core::figure::{Figure, NoValue, Sum, quotient};
use stonks_core::holdings::Holding;
use stonks_core::ledger::InstrumentIndex;
use stonks_core::money::Currency;
use utoipa::ToSchema;

use super::super::{Amount, Desk, InstrumentName, Query};
use super::{DividendRow, rows};
use crate::accounts::AccountError;
use crate::app::App;

/// Dividends in the base currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DividendSummary {
    #[schema(value_type = String)]
    pub as_of: Date,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    /// Paid, before taxes.
    #[schema(value_type = Option<String>)]
    pub gross: Option<Amount>,
    /// Withheld from what was paid: negative, or zero.
    #[schema(value_type = Option<String>)]
    pub tax: Option<Amount>,
    /// Received: paid, less taxes.
    #[schema(value_type = Option<String>)]
    pub net: Option<Amount>,
    /// Announced for days to come, less taxes that are known already.
    #[schema(value_type = Option<String>)]
    pub announced: Option<Amount>,
    /// Expected for days to come, less taxes that are known already.
    #[schema(value_type = Option<String>)]
    pub forecast: Option<Amount>,
    /// Dividends before taxes of twelve months for what is held, as a share of what it is worth.
    pub r#yield: Option<f64>,
    /// Calendar years of what was paid, oldest first.
    pub years: Vec<DividendYear>,
    /// Months with payments, oldest first.
    pub months: Vec<DividendMonth>,
    /// What is held and paid in the last twelve months, the highest yield first.
    pub holdings: Vec<HoldingYield>,
    pub reasons: Vec<String>,
}

/// What was paid in a calendar year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DividendYear {
    pub year: i16,
    pub payments: usize,
    #[schema(value_type = Option<String>)]
    pub gross: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub tax: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub net: Option<Amount>,
}

/// Net payments of a month. Null where there are none.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DividendMonth {
    /// `2026-01`.
    pub month: String,
    #[schema(value_type = Option<String>)]
    pub paid: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub announced: Option<Amount>,
    #[schema(value_type = Option<String>)]
    pub forecast: Option<Amount>,
    pub reasons: Vec<String>,
}

/// What a holding pays.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldingYield {
    #[serde(flatten)]
    pub instrument: InstrumentName,
    #[schema(value_type = String)]
    pub periodicity: Periodicity,
    #[schema(value_type = String)]
    pub last_paid: Date,
    /// Of the last twelve months, before taxes.
    #[schema(value_type = Option<String>)]
    pub gross: Option<Amount>,
    /// What is held is worth.
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    pub r#yield: Option<f64>,
    pub reasons: Vec<String>,
}

/// Gross, tax and net.
#[derive(Default)]
struct Sums {
    payments: usize,
    gross: Sum,
    tax: Sum,
    net: Sum,
}

impl Sums {
    fn add(&mut self, row: &DividendRow) {
        self.payments += 1;
        self.gross.add(figure(row.base_gross.as_ref(), row));
        self.tax.add(figure(row.base_tax.as_ref(), row));
        self.net.add(figure(row.base_net.as_ref(), row));
    }
}

/// Back from the row, so that what is shown adds up.
fn figure(told: Option<&Amount>, row: &DividendRow) -> Figure {
    told.and_then(|told| told.parse().ok()).ok_or_else(|| NoValue::NoPrice {
        instrument: row.instrument.short().into(),
        date: row.date.date,
    })
}

/// Net payments of a month by status, and how many.
type Month = BTreeMap<PaymentStatus, Sum>;

/// A sum, if each of its parts is known.
fn told(desk: &Desk, sum: &Sum) -> Option<Amount> {
    sum.figure().ok().map(|amount| desk.rounded(amount))
}

impl DividendYear {
    fn new(desk: &Desk, year: i16, sums: &Sums) -> Self {
        let [gross, tax, net] = [&sums.gross, &sums.tax, &sums.net].map(|sum| told(desk, sum));
        Self { year, payments: sums.payments, gross, tax, net }
    }
}

impl DividendMonth {
    fn new(desk: &Desk, month: Date, sums: &Month) -> Self {
        let status = |status| sums.get(&status).and_then(|sum| told(desk, sum));
        let reasons = sums.values().flat_map(|sum| sum.reasons().iter().map(ToString::to_string));
        Self {
            month: month.strftime("%Y-%m").to_string(),
            paid: status(PaymentStatus::Paid),
            announced: status(PaymentStatus::Announced),
            forecast: status(PaymentStatus::Forecast),
            reasons: reasons.collect(),
        }
    }
}

impl DividendSummary {
    fn new(desk: &Desk, holdings: &[Holding]) -> Self {
        let rows = rows(desk, holdings);
        let (mut whole, mut years) = (Sums::default(), BTreeMap::<i16, Sums>::new());
        let mut months: BTreeMap<Date, Month> = BTreeMap::new();
        let mut upcoming = Month::new();
        let mut reasons: Vec<String> = Vec::new();
        for (row, _) in &rows {
            let net = figure(row.base_net.as_ref(), row);
            let month = months.entry(row.date.date.first_of_month()).or_default();
            month.entry(row.status).or_default().add(net.clone());
            if row.status == PaymentStatus::Paid {
                whole.add(row);
                years.entry(row.date.date.year()).or_default().add(row);
            } else {
                upcoming.entry(row.status).or_default().add(net);
            }
            for reason in &row.reasons {
                if !reasons.contains(reason) {
                    reasons.push(reason.clone());
                }
            }
        }
        let told = |sum: &Sum| told(desk, sum);
        let status = |status, sums: &Month| sums.get(&status).and_then(told);
        let yields = yields(desk, &rows, holdings);
        let mut summary = Self {
            as_of: desk.as_of,
            base_currency: desk.base,
            gross: told(&whole.gross),
            tax: told(&whole.tax),
            net: told(&whole.net),
            announced: status(PaymentStatus::Announced, &upcoming),
            forecast: status(PaymentStatus::Forecast, &upcoming),
            r#yield: None,
            years: years.iter().map(|(year, sums)| DividendYear::new(desk, *year, sums)).collect(),
            months: months
                .iter()
                .map(|(month, sums)| DividendMonth::new(desk, *month, sums))
                .collect(),
            holdings: yields.rows,
            reasons,
        };
        match whole_yield(holdings, &yields.gross) {
            Ok(told) => summary.r#yield = told,
            Err(reason) => summary.reasons.push(reason.to_string()),
        }
        summary
    }
}

struct Yields {
    rows: Vec<HoldingYield>,
    /// Of all that is held.
    gross: Sum,
}

/// Twelve months of dividends of all that is held, as a share of the worth of all that is held.
fn whole_yield(held: &[Holding], gross: &Sum) -> Result<Option<f64>, NoValue> {
    let mut value = Sum::default();
    for holding in held.iter().filter(|holding| holding.is_open()) {
        value.add(holding.base_value.clone());
    }
    let value = value.figure()?;
    if value <= Decimal::ZERO {
        return Err(NoValue::NothingHeld);
    }
    Ok(quotient(gross.figure()?, value)?.to_f64())
}

fn yields(
    desk: &Desk,
    rows: &[(DividendRow, Option<InstrumentIndex>)],
    holdings: &[Holding],
) -> Yields {
    let span: Span = 1.year();
    let since = desk.as_of.checked_sub(span).unwrap_or(desk.as_of);
    let mut values: BTreeMap<InstrumentIndex, Sum> = BTreeMap::new();
    for holding in holdings.iter().filter(|holding| holding.is_open()) {
        values.entry(holding.instrument).or_default().add(holding.base_value.clone());
    }
    let mut yields = Yields { rows: Vec::new(), gross: Sum::default() };
    for (instrument, value) in values {
        let paid: Vec<&DividendRow> = rows
            .iter()
            .filter(|(row, of)| *of == Some(instrument) && row.status == PaymentStatus::Paid)
            .map(|(row, _)| row)
            .collect();
        let recent = paid.iter().filter(|row| since < row.date.date && row.date.date <= desk.as_of);
        let Some(last) = recent.clone().map(|row| row.date.date).max() else { continue };
        let mut gross = Sum::default();
        for row in recent {
            gross.add(figure(row.base_gross.as_ref(), row));
        }
        yields.gross.extend(&gross);
        let payments: Vec<(Date, Decimal)> = paid
            .iter()
            .filter_map(|row| Some((row.date.date, row.base_gross.as_ref()?.parse().ok()?)))
            .collect();
        let mut reasons = Vec::new();
        let share = stonks_core::figure::both(&gross.figure(), &value.figure(), quotient);
        let share = super::super::known(&share, &mut reasons);
        yields.rows.push(HoldingYield {
            instrument: InstrumentName::of(desk.instrument(instrument)),
            periodicity: periodicity(&payments),
            last_paid: last,
            gross: desk.figure(&gross.figure(), &mut reasons),
            value: desk.figure(&value.figure(), &mut reasons),
            r#yield: share.and_then(|share| share.to_f64()),
            reasons,
        });
    }
    yields.rows.sort_by(|left, right| {
        right.r#yield.unwrap_or(-1.0).total_cmp(&left.r#yield.unwrap_or(-1.0))
    });
    yields
}

impl App {
    /// Dividends by year, month and holding.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn dividend_summary(&self, query: &Query) -> Result<DividendSummary, AccountError> {
        let desk = self.desk(query).await?;
        Ok(DividendSummary::new(&desk, &desk.portfolio().holdings))
    }
}
