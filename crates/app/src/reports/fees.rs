//! Fees, each once.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::diversification::shares;
use stonks_core::fees::fees;
use stonks_core::figure::{Figure, Sum};
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::transaction::FeeKind;
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Query, RowSource, SHARE_PLACES, told};
use crate::accounts::AccountError;
use crate::app::App;

/// A row of the fees.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeRow {
    pub id: String,
    pub account: String,
    #[schema(value_type = String)]
    pub date: Moment,
    #[schema(value_type = String)]
    pub kind: FeeKind,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    /// Negative: paid. Positive: paid back.
    #[schema(value_type = String)]
    pub amount: Amount,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// At the rate of its day.
    #[schema(value_type = Option<String>)]
    pub base_amount: Option<Amount>,
    pub description: Option<String>,
    pub source: RowSource,
    pub reasons: Vec<String>,
}

/// Fees by class and by year, in the base currency. Negative: paid.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeSummary {
    #[schema(value_type = String)]
    pub as_of: Date,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    pub count: usize,
    #[schema(value_type = Option<String>)]
    pub total: Option<Amount>,
    /// The dearest first.
    pub classes: Vec<FeeClass>,
    /// Calendar years, oldest first.
    pub years: Vec<FeeYear>,
    pub reasons: Vec<String>,
}

/// Fees of a class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeClass {
    #[schema(value_type = String)]
    pub kind: FeeKind,
    pub count: usize,
    #[schema(value_type = Option<String>)]
    pub amount: Option<Amount>,
    /// Of all fees, in per cent; together 100. None where a class was paid back on balance.
    #[schema(value_type = Option<String>)]
    pub share_percent: Option<Amount>,
}

/// Fees of a calendar year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeYear {
    pub year: i16,
    pub count: usize,
    #[schema(value_type = Option<String>)]
    pub amount: Option<Amount>,
}

/// How many, and how much.
#[derive(Default)]
struct Tally {
    count: usize,
    sum: Sum,
}

impl Tally {
    fn add(&mut self, amount: &Figure) {
        self.count += 1;
        self.sum.add(amount.clone());
    }
}

impl FeeSummary {
    fn new(desk: &Desk) -> Self {
        let mut classes: BTreeMap<String, (FeeKind, Tally)> = BTreeMap::new();
        let mut years: BTreeMap<i16, Tally> = BTreeMap::new();
        let mut whole = Tally::default();
        for book in desk.ledger().books_of(desk.account()) {
            for fee in fees(book).into_iter().filter(|fee| desk.covers(fee.at.date)) {
                let base = desk.books.rates.convert(fee.money, desk.base, fee.at.date);
                let class = classes.entry(fee.kind.to_string());
                class.or_insert_with(|| (fee.kind, Tally::default())).1.add(&base);
                years.entry(fee.at.date.year()).or_default().add(&base);
                whole.add(&base);
            }
        }
        let mut classes: Vec<(FeeKind, Tally)> = classes.into_values().collect();
        classes.sort_by_key(|(_, tally)| tally.sum.known());
        let paid: Vec<Decimal> = classes.iter().map(|(_, tally)| -tally.sum.known()).collect();
        let is_shared =
            whole.sum.figure().is_ok() && paid.iter().all(|paid| *paid >= Decimal::ZERO);
        let mut shares =
            is_shared.then(|| shares(&paid, SHARE_PLACES).ok()).flatten().into_iter().flatten();
        let mut reasons = Vec::new();
        let total = desk.figure(&whole.sum.figure(), &mut reasons);
        Self {
            as_of: desk.as_of,
            base_currency: desk.base,
            count: whole.count,
            total,
            classes: classes
                .into_iter()
                .map(|(kind, tally)| FeeClass {
                    kind,
                    count: tally.count,
                    amount: desk.figure(&tally.sum.figure(), &mut reasons),
                    share_percent: shares.next().map(|share| share.to_string()),
                })
                .collect(),
            years: years
                .into_iter()
                .map(|(year, tally)| FeeYear {
                    year,
                    count: tally.count,
                    amount: desk.figure(&tally.sum.figure(), &mut reasons),
                })
                .collect(),
            reasons,
        }
    }
}

impl App {
    /// Fees by class and by year.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn fee_summary(&self, query: &Query) -> Result<FeeSummary, AccountError> {
        Ok(FeeSummary::new(&self.desk(query).await?))
    }

    /// Fees, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn fees(&self, query: &Query) -> Result<Vec<FeeRow>, AccountError> {
        let desk = self.desk(query).await?;
        let mut rows = Vec::new();
        for book in desk.ledger().books_of(desk.account()) {
            for fee in fees(book).into_iter().filter(|fee| desk.covers(fee.at.date)) {
                let mut reasons = Vec::new();
                let base = desk.books.rates.convert(fee.money, desk.base, fee.at.date);
                rows.push(FeeRow {
                    account: book.label(),
                    date: fee.at,
                    kind: fee.kind,
                    instrument: fee
                        .instrument
                        .map(|index| InstrumentName::of(desk.instrument(index)))
                        .unwrap_or_default(),
                    amount: told(fee.money.amount),
                    currency: fee.money.currency,
                    base_amount: desk.figure(&base, &mut reasons),
                    description: fee.description.map(str::to_owned),
                    source: desk.source(fee.source, &fee.id, fee.instrument),
                    id: fee.id,
                    reasons,
                });
            }
        }
        rows.sort_by_key(|row| row.date);
        Ok(rows)
    }
}
