//! Brokers' own figures against what was imported, day by day.

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::claims::Subject;
use stonks_core::reconciliation::{Cause, Checked, Likely, Reconciliation, reconcile};
use strum::Display;
use utoipa::ToSchema;

use super::{Amount, Desk, Query, RowSource, told};
use crate::accounts::AccountError;
use crate::app::App;

/// How what the broker claims and what was imported go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// The last claim is another than what follows from the rows.
    Differs,
    /// Some day differed; the last doesn't.
    AgreesAgain,
    Agrees,
}

/// A row that may be the cause of a difference.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LikelyRow {
    #[schema(value_type = String)]
    pub cause: Cause,
    /// The same in words.
    pub sentence: &'static str,
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    pub what: String,
    #[schema(value_type = Option<String>)]
    pub amount: Option<Amount>,
    pub source: RowSource,
}

/// All that a broker claims about one currency or one instrument.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReconciliationRow {
    pub account: String,
    /// A currency, or the name of an instrument.
    pub subject: String,
    pub is_cash: bool,
    pub verdict: Verdict,
    /// Days for which the broker tells a figure.
    pub n_days: usize,
    /// Days on which it is another than what follows.
    pub n_different: usize,
    /// The last day of agreement before the first difference.
    #[schema(value_type = Option<String>)]
    pub agreed: Option<Date>,
    /// The first day of a difference.
    #[schema(value_type = Option<String>)]
    pub first_day: Option<Date>,
    /// What the broker had then beyond what was imported.
    #[schema(value_type = Option<String>)]
    pub first_difference: Option<Amount>,
    pub first_source: Option<RowSource>,
    /// The day of the last claim.
    #[schema(value_type = String)]
    pub last_day: Date,
    #[schema(value_type = String)]
    pub claimed: Amount,
    #[schema(value_type = String)]
    pub computed: Amount,
    /// Claimed less computed.
    #[schema(value_type = String)]
    pub difference: Amount,
    pub likely: Vec<LikelyRow>,
}

const fn sentence(cause: Cause) -> &'static str {
    match cause {
        Cause::NotCountedByBroker => "was imported, and the broker's figure is without it",
        Cause::CountedOnceMoreByBroker => "the broker's figure has one more like it",
        Cause::WrongSign => "its sign seems to be the other way round",
        Cause::Cost => "a cost of it counts on one side only",
        Cause::BeforeOpening => {
            "stands before the balance with which the statements begin, and isn't counted"
        }
        Cause::NotUnderstood => "the plugin didn't understand it",
    }
}

impl LikelyRow {
    fn new(desk: &Desk, likely: &Likely<'_>) -> Self {
        Self {
            cause: likely.cause,
            sentence: sentence(likely.cause),
            date: likely.date,
            what: likely.what.clone(),
            amount: likely.amount.map(told),
            source: desk.source(likely.source, "", None),
        }
    }
}

impl ReconciliationRow {
    fn new(desk: &Desk, found: &Reconciliation<'_>) -> Self {
        let (subject, is_cash) = match found.subject {
            Subject::Cash(currency) => (currency.to_string(), true),
            Subject::Units(index) => (desk.instrument(index).label().to_owned(), false),
        };
        let verdict = match (found.agrees(), found.first) {
            (false, _) => Verdict::Differs,
            (true, Some(_)) => Verdict::AgreesAgain,
            (true, None) => Verdict::Agrees,
        };
        Self {
            account: desk.ledger().books[found.book].label(),
            subject,
            is_cash,
            verdict,
            n_days: found.n_days,
            n_different: found.n_different,
            agreed: found.agreed,
            first_day: found.first.map(|first| first.date),
            first_difference: found.first.map(|first| told(first.difference())),
            first_source: found.first.map(|first| desk.source(first.source, "", None)),
            last_day: found.last.date,
            claimed: told(found.last.claimed),
            computed: told(found.last.computed),
            difference: told(Checked::difference(&found.last)),
            likely: found.likely.iter().map(|likely| LikelyRow::new(desk, likely)).collect(),
        }
    }

    /// The difference in one sentence; none where there is none.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let (account, subject) = (&self.account, &self.subject);
        let subject = if self.is_cash { subject.clone() } else { format!("units of `{subject}`") };
        let first = self.first_day?;
        let since = match self.agreed {
            Some(agreed) => format!("since {first}; until {agreed} both agree"),
            None => format!("since {first}, the first day that the broker tells"),
        };
        Some(match self.verdict {
            Verdict::Agrees => return None,
            Verdict::Differs => format!(
                "account `{account}`: at the end of {} the broker states {} {subject}, what was imported makes {}: {} apart, {since}",
                self.last_day, self.claimed, self.computed, self.difference
            ),
            Verdict::AgreesAgain => format!(
                "account `{account}`: {subject} differ on {} of {} days {since}; at the end of {} both agree again",
                self.n_different, self.n_days, self.last_day
            ),
        })
    }
}

impl App {
    /// What each broker claims against what was imported; what differs first.
    ///
    /// # Errors
    /// An unknown account, or a database that can't be read.
    pub async fn reconciliation(
        &self,
        query: &Query,
    ) -> Result<Vec<ReconciliationRow>, AccountError> {
        let desk = self.desk(query).await?;
        let question = (desk.query.account.clone(), desk.as_of);
        Ok(desk.books.figures.reconciliation.to(question, || rows(&desk)).as_ref().clone())
    }
}

fn rows(desk: &Desk) -> Vec<ReconciliationRow> {
    let books = desk.ledger().books.iter().enumerate();
    let asked =
        books.filter(|(_, book)| desk.account().is_none_or(|account| *account == book.account));
    let mut rows: Vec<ReconciliationRow> = asked
        .flat_map(|(book, _)| reconcile(desk.ledger(), book, desk.as_of))
        .map(|found| ReconciliationRow::new(desk, &found))
        .collect();
    rows.sort_by(|left, right| {
        let key = |row: &ReconciliationRow| (row.verdict, !row.is_cash, row.account.clone());
        key(left).cmp(&key(right)).then_with(|| left.subject.cmp(&right.subject))
    });
    rows
}
