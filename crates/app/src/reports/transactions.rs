//! Purchases, sales and corporate actions.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::figure::{Figure, difference, sum};
use stonks_core::ledger::{Book, BookedTransaction, InstrumentIndex};
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::transaction::{FeeKind, TransactionKind};
use utoipa::ToSchema;

use super::{Amount, Desk, InstrumentName, Leaf, Leafed, Query, RowSource, told};
use crate::accounts::AccountError;
use crate::app::App;

/// One cost of a transaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeItem {
    #[schema(value_type = String)]
    pub kind: FeeKind,
    #[schema(value_type = String)]
    pub amount: Amount,
    #[schema(value_type = String)]
    pub currency: Currency,
}

/// A row of the transactions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TransactionRow {
    pub id: String,
    pub account: String,
    #[schema(value_type = String)]
    pub date: Moment,
    #[schema(value_type = String)]
    pub kind: TransactionKind,
    #[serde(flatten)]
    pub instrument: InstrumentName,
    #[schema(value_type = String)]
    pub quantity: Amount,
    #[schema(value_type = Option<String>)]
    pub price: Option<Amount>,
    /// Of the amount.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Of the price, where it is another: `GBX`.
    #[schema(value_type = Option<String>)]
    pub price_currency: Option<Currency>,
    /// Effect on the cash, without fees: negative for a purchase.
    #[schema(value_type = Option<String>)]
    pub amount: Option<Amount>,
    /// Negative. In `fee_currency`.
    #[schema(value_type = Option<String>)]
    pub fees: Option<Amount>,
    #[schema(value_type = String)]
    pub fee_currency: Currency,
    pub fee_items: Vec<FeeItem>,
    /// The amount in the base currency, as it was charged, or at the rate of its day.
    #[schema(value_type = Option<String>)]
    pub base_amount: Option<Amount>,
    pub venue: Option<String>,
    pub order: Option<String>,
    pub source: RowSource,
    pub reasons: Vec<String>,
}

impl TransactionRow {
    fn new(desk: &Desk, book: &Book, booked: &BookedTransaction) -> Self {
        let transaction = &booked.transaction;
        let mut reasons = Vec::new();
        let (fees, fee_currency) = fees(desk, booked);
        let currency = transaction
            .amount
            .or(transaction.settled)
            .map(|money| money.currency)
            .or(transaction.price_currency.map(|currency| currency.major().0))
            .unwrap_or(desk.base);
        let base_amount = base_amount(desk, booked);
        Self {
            id: transaction.identity.to_string(),
            account: book.label(),
            date: transaction.at,
            kind: transaction.kind,
            instrument: InstrumentName::of(desk.instrument(booked.instrument)),
            quantity: told(transaction.quantity),
            price: transaction.price.map(told),
            currency,
            price_currency: transaction.price_currency.filter(|price| *price != currency),
            amount: transaction.amount.map(|money| told(money.amount)),
            fees: super::known(&fees, &mut reasons).map(told),
            fee_currency,
            fee_items: booked
                .fees
                .iter()
                .map(|fee| FeeItem {
                    kind: fee.kind,
                    amount: told(fee.money.amount),
                    currency: fee.money.currency,
                })
                .collect(),
            base_amount: base_amount.and_then(|figure| desk.figure(&figure, &mut reasons)),
            venue: transaction.venue.clone(),
            order: transaction.order.clone(),
            source: desk.source(
                &booked.source,
                transaction.identity.as_str(),
                Some(booked.instrument),
            ),
            reasons,
        }
    }
}

/// All fees in their own currency; in the base currency where there are several.
fn fees(desk: &Desk, booked: &BookedTransaction) -> (Figure, Currency) {
    let date = booked.transaction.at.date;
    let first = booked.fees.first().map_or(desk.base, |fee| fee.money.currency);
    let is_one = booked.fees.iter().all(|fee| fee.money.currency == first);
    let currency = if is_one { first } else { desk.base };
    let total = booked.fees.iter().try_fold(Decimal::ZERO, |total, fee| {
        sum(total, desk.books.rates.convert(fee.money, currency, date)?)
    });
    (total, currency)
}

/// The effect of the units alone, in the base currency: the whole effect on the cash less the fees.
fn base_amount(desk: &Desk, booked: &BookedTransaction) -> Option<Figure> {
    let date = booked.transaction.at.date;
    let in_base = |money: Money| desk.books.rates.convert(money, desk.base, date);
    if booked.cash.is_empty() {
        return booked.transaction.amount.map(in_base);
    }
    let less_fees = cash_less_fees(booked, in_base);
    match (amount_at_own_rate(desk, booked), &less_fees) {
        // Within the precision of a rate the cash is exact; where a broker's total, its fees and its
        // rate don't fit together, what it says of the units alone counts.
        (Some(own), Ok(less_fees)) if is_apart(own, *less_fees) => Some(Ok(own)),
        _ => Some(less_fees),
    }
}

/// The amount in the base currency as the broker itself converts it.
fn amount_at_own_rate(desk: &Desk, booked: &BookedTransaction) -> Option<Decimal> {
    let amount = booked.transaction.amount?.in_major_unit();
    if amount.currency == desk.base {
        return Some(amount.amount);
    }
    let is_in_base = booked.transaction.settled?.currency == desk.base;
    let rate = booked.transaction.exchange_rate.filter(|_| is_in_base)?;
    amount.amount.checked_mul(rate)
}

/// Whether two amounts differ by more than rounded rates and cents make them.
fn is_apart(own: Decimal, less_fees: Decimal) -> bool {
    let tolerance = own.abs() / Decimal::from(1000) + Decimal::new(2, 2);
    own.checked_sub(less_fees).is_some_and(|off| off.abs() > tolerance)
}

fn cash_less_fees(booked: &BookedTransaction, in_base: impl Fn(Money) -> Figure) -> Figure {
    let whole =
        booked.cash.iter().try_fold(Decimal::ZERO, |total, money| sum(total, in_base(*money)?));
    let fees =
        booked.fees.iter().try_fold(Decimal::ZERO, |total, fee| sum(total, in_base(fee.money)?));
    whole.and_then(|whole| difference(whole, fees?))
}

/// Words of which each must be in what a row shows: in the name, symbol or ISIN of the instrument, the
/// account, the kind or the date.
struct Search {
    words: Vec<String>,
    /// What is known of each word and instrument.
    known: HashMap<(usize, InstrumentIndex), bool>,
}

impl Search {
    fn new(text: &str) -> Self {
        let words = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        Self { words, known: HashMap::new() }
    }

    fn finds(&mut self, desk: &Desk, book: &Book, booked: &BookedTransaction) -> bool {
        let Self { words, known } = self;
        words.iter().enumerate().all(|(place, word)| {
            let names = || {
                let name = InstrumentName::of(desk.instrument(booked.instrument));
                let isin = name.isin.as_ref().map(|isin| isin.as_str().to_owned());
                [name.symbol, name.name, isin]
            };
            let is_named = known.entry((place, booked.instrument)).or_insert_with(|| {
                names().iter().flatten().any(|name| name.to_lowercase().contains(word))
            });
            let transaction = &booked.transaction;
            *is_named
                || book.label().to_lowercase().contains(word)
                || <&str>::from(transaction.kind).contains(word)
                || transaction.at.date.to_string().contains(word)
        })
    }
}

impl Desk {
    /// Oldest first.
    fn covered_transactions(&self) -> Vec<(&Book, &BookedTransaction)> {
        let books = self.ledger().books_of(self.account());
        let all = books.flat_map(|book| book.transactions.iter().map(move |booked| (book, booked)));
        let mut covered: Vec<_> =
            all.filter(|(_, booked)| self.covers(booked.transaction.at.date)).collect();
        covered.sort_by_key(|(_, booked)| booked.transaction.at);
        covered
    }
}

impl App {
    /// Transactions, oldest first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn transactions(&self, query: &Query) -> Result<Vec<TransactionRow>, AccountError> {
        let desk = self.desk(query).await?;
        let covered = desk.covered_transactions().into_iter();
        Ok(covered.map(|(book, booked)| TransactionRow::new(&desk, book, booked)).collect())
    }

    /// Those that hold all words of `search`, newest first, a leaf at a time.
    ///
    /// # Errors
    /// As [`App::transactions`].
    pub async fn leaf_of_transactions(
        &self,
        query: &Query,
        search: &str,
        leaf: Leaf,
    ) -> Result<Leafed<TransactionRow>, AccountError> {
        let desk = self.desk(query).await?;
        let mut search = Search::new(search);
        let mut found = desk.covered_transactions();
        if !search.words.is_empty() {
            found.retain(|(book, booked)| search.finds(&desk, book, booked));
        }
        Ok(leaf.of(found, |(book, booked)| TransactionRow::new(&desk, book, booked)))
    }

    /// The last of them, the newest first.
    ///
    /// # Errors
    /// As [`App::transactions`].
    pub async fn recent_transactions(
        &self,
        query: &Query,
        most: usize,
    ) -> Result<Vec<TransactionRow>, AccountError> {
        let desk = self.desk(query).await?;
        // Of each book in its own order, so that nothing has to be told of those that aren't wanted.
        let mut last: Vec<(&Book, &BookedTransaction)> = Vec::new();
        for book in desk.ledger().books_of(desk.account()) {
            let covered = book.transactions.iter().rev();
            let covered = covered.filter(|booked| desk.covers(booked.transaction.at.date));
            last.extend(covered.take(most).map(|booked| (book, booked)));
        }
        last.sort_by_key(|(_, booked)| std::cmp::Reverse(booked.transaction.at));
        let last = last.into_iter().take(most);
        Ok(last.map(|(book, booked)| TransactionRow::new(&desk, book, booked)).collect())
    }
}
