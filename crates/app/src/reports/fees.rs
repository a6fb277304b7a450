//! Fees, each once.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::diversification::shares;
use stonks_core::fees::{PaidFee, fees};
use stonks_core::figure::{Figure, Sum};
use stonks_core::moment::Moment;
use stonks_core::money::Currency;
use stonks_core::transaction::FeeKind;
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Leaf, Leafed, Query, RowSource, SHARE_PLACES, told};
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
        let mut classes: BTreeMap<FeeKind, Tally> = BTreeMap::new();
        let mut years: BTreeMap<i16, Tally> = BTreeMap::new();
        let mut whole = Tally::default();
        for fee in desk.covered_fees() {
            let base = desk.books.rates.convert(fee.money, desk.base, fee.at.date);
            classes.entry(fee.kind).or_default().add(&base);
            years.entry(fee.at.date.year()).or_default().add(&base);
            whole.add(&base);
        }
        let mut classes: Vec<(FeeKind, Tally)> = classes.into_iter().collect();
        classes.sort_by_key(|(kind, tally)| (tally.sum.known(), <&str>::from(kind)));
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

impl FeeRow {
    fn new(desk: &Desk, fee: &PaidFee<'_>) -> Self {
        let mut reasons = Vec::new();
        let base = desk.books.rates.convert(fee.money, desk.base, fee.at.date);
        let id = fee.id();
        let instrument = fee.instrument.map(|index| InstrumentName::of(desk.instrument(index)));
        Self {
            account: fee.book.label(),
            date: fee.at,
            kind: fee.kind,
            instrument: instrument.unwrap_or_default(),
            amount: told(fee.money.amount),
            currency: fee.money.currency,
            base_amount: desk.figure(&base, &mut reasons),
            description: fee.description.map(str::to_owned),
            source: desk.source(fee.source, &id, fee.instrument),
            id,
            reasons,
        }
    }
}

impl Desk {
    /// Oldest first.
    fn covered_fees(&self) -> Vec<PaidFee<'_>> {
        let mut covered: Vec<PaidFee<'_>> = Vec::new();
        for book in self.ledger().books_of(self.account()) {
            let mut of_book = fees(book);
            of_book.retain(|fee| self.covers(fee.at.date));
            if covered.is_empty() {
                covered = of_book;
            } else {
                covered.append(&mut of_book);
                covered.sort_by_key(|fee| fee.at);
            }
        }
        covered
    }
}

impl App {
    /// Fees by class and by year.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn fee_summary(&self, query: &Query) -> Result<FeeSummary, AccountError> {
        let desk = self.desk(query).await?;
        let figures = &desk.books.figures;
        let summary = figures.fees.to((query.clone(), desk.as_of), || FeeSummary::new(&desk));
        Ok(FeeSummary::clone(&summary))
    }

    /// Fees, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn fees(&self, query: &Query) -> Result<Vec<FeeRow>, AccountError> {
        let desk = self.desk(query).await?;
        let covered = desk.covered_fees();
        Ok(covered.iter().map(|fee| FeeRow::new(&desk, fee)).collect())
    }

    /// Fees, newest first, a leaf at a time.
    ///
    /// # Errors
    /// As [`App::fees`].
    pub async fn leaf_of_fees(
        &self,
        query: &Query,
        leaf: Leaf,
    ) -> Result<Leafed<FeeRow>, AccountError> {
        let desk = self.desk(query).await?;
        Ok(leaf.of(desk.covered_fees(), |fee| FeeRow::new(&desk, &fee)))
    }
}
