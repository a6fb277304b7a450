//! Returns of the portfolio, an account or a holding over a period, and what they are made of.

mod benchmark;
mod figures;
mod parts;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::ledger::InstrumentIndex;
use stonks_core::money::Currency;
use stonks_core::performance::{DayValue, Interval, Period, Scope, Series};
use utoipa::ToSchema;

pub use benchmark::BenchmarkRow;
pub use figures::{DrawdownRow, MonthRow, PerformanceFigures, YearRow};
pub use parts::{AccountPerformance, HoldingPerformance};

use super::{Amount, Desk, InstrumentName, Query, StaleRow};
use crate::accounts::AccountError;
use crate::app::App;

/// Which returns are asked for.
#[derive(Debug, Clone, Default)]
pub struct PerformanceQuery {
    /// One account; all where it is none.
    pub account: Option<AccountName>,
    /// The symbol, ISIN or name of one holding.
    pub holding: Option<String>,
    /// A period by name. Without it: from `from` on, and all there is where that is none, too.
    pub interval: Option<Interval>,
    /// The first day that counts.
    pub from: Option<Date>,
    /// The last day that counts; `as_of` where it is none.
    pub to: Option<Date>,
    /// Today where it is none.
    pub as_of: Option<Date>,
    pub by_account: bool,
    pub by_holding: bool,
    /// The symbol, ISIN or name of what to compare with.
    pub benchmark: Option<String>,
    /// Whether each day is told.
    pub daily: bool,
    /// The risk-free rate of a year, as a fraction, that the Sharpe ratio is told against.
    pub risk_free: f64,
}

/// Returns over a period. Rates are fractions: 0.05 is 5 %.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PerformanceReport {
    /// Of one account, if one was asked for.
    pub account: Option<String>,
    /// Of one holding, if one was asked for.
    pub holding: Option<InstrumentName>,
    #[schema(value_type = Option<String>)]
    pub interval: Option<Interval>,
    /// The first day that counts; the period begins with the value of the evening before.
    #[schema(value_type = Option<String>)]
    pub from: Option<Date>,
    /// The last day that counts.
    #[schema(value_type = String)]
    pub to: Date,
    /// Calendar days.
    pub days: i32,
    #[schema(value_type = String)]
    pub base_currency: Currency,
    /// The rate of a year that the Sharpe ratio is told against.
    pub risk_free: f64,
    #[serde(flatten)]
    pub figures: PerformanceFigures,
    pub drawdown: Option<DrawdownRow>,
    /// Calendar years, oldest first: their returns, linked, are the time-weighted return.
    pub years: Vec<YearRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<BenchmarkRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountPerformance>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdings: Option<Vec<HoldingPerformance>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily: Option<Vec<PerformanceDay>>,
    /// What each field means: the id of its definition.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub definitions: BTreeMap<&'static str, &'static str>,
    /// Why a figure has no value, or is not what one might take it for.
    pub reasons: Vec<String>,
}

/// The end of one day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PerformanceDay {
    #[schema(value_type = String)]
    pub date: Date,
    #[schema(value_type = Option<String>)]
    pub value: Option<Amount>,
    /// Net contributions since the first day of all.
    #[schema(value_type = Option<String>)]
    pub contributions: Option<Amount>,
    /// Time-weighted, since the period began.
    pub twr: Option<f64>,
    /// How far below the last peak: zero, or negative.
    pub drawdown: Option<f64>,
    /// What the benchmark returned since the period began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<StaleRow>,
}

/// Fields, and the ids of their definitions.
const DEFINED: [(&str, &str); 16] = [
    ("initial_value", "value"),
    ("final_value", "value"),
    ("contributions", "contributions"),
    ("gain", "gain"),
    ("twr", "time-weighted-return"),
    ("twr_annualized", "annualised-return"),
    ("mwr", "money-weighted-return"),
    ("simple_return", "simple-return"),
    ("modified_dietz", "modified-dietz"),
    ("max_drawdown", "max-drawdown"),
    ("drawdown", "max-drawdown"),
    ("volatility", "volatility"),
    ("sharpe", "sharpe-ratio"),
    ("years", "monthly-return"),
    ("benchmark", "benchmark"),
    ("holdings", "return-of-holding"),
];

impl PerformanceQuery {
    /// The period of a series that is asked for, from no earlier than its first day; none where it
    /// has no day in it.
    fn period(&self, series: &Series, through: Date) -> Option<Period> {
        if let Some(interval) = self.interval {
            return interval.period(series, through);
        }
        let whole = series.whole()?;
        let after = self.from.and_then(|from| from.yesterday().ok()).unwrap_or(whole.after);
        let period = Period::new(after.max(whole.after), through.min(whole.through));
        (period.n_days() > 0).then_some(period)
    }

    fn desk_query(&self) -> Query {
        let as_of = self.to.into_iter().chain(self.as_of).min();
        Query { account: self.account.clone(), as_of, ..Query::default() }
    }
}

impl App {
    /// Returns of the portfolio, an account or a holding.
    ///
    /// # Errors
    /// An unknown account or instrument, or a database that can't be read.
    pub async fn performance(
        &self,
        query: &PerformanceQuery,
    ) -> Result<PerformanceReport, AccountError> {
        let mut desk = self.desk(&query.desk_query()).await?;
        // Nothing is known of days that are yet to come.
        desk.as_of = desk.as_of.min(query.as_of.unwrap_or_else(|| self.today()));
        let holding = query.holding.as_deref().map(|told| desk.held(told)).transpose()?;
        let benchmark = query.benchmark.as_deref().map(|told| desk.quoted(told)).transpose()?;
        // Years of days of many holdings are no work for a thread that answers others.
        let query = query.clone();
        let report = tokio::task::spawn_blocking(move || {
            let question = (format!("{query:?}"), desk.as_of);
            let compute = || report(&desk, &query, holding, benchmark);
            desk.books.figures.performance.to(question, compute).as_ref().clone()
        });
        Ok(report.await.map_err(anyhow::Error::from)?)
    }

    /// What returns can be compared with: instruments with quotes.
    ///
    /// # Errors
    /// A database that can't be read.
    pub async fn benchmarks(&self) -> Result<Vec<InstrumentName>, AccountError> {
        let desk = self.desk(&Query::default()).await?;
        Ok(desk.benchmarks())
    }
}

fn report(
    desk: &Desk,
    query: &PerformanceQuery,
    holding: Option<InstrumentIndex>,
    benchmark: Option<InstrumentIndex>,
) -> PerformanceReport {
    let account = desk.account();
    let scope = match (holding, account) {
        (Some(instrument), account) => Scope::Holding { instrument, account },
        (None, Some(account)) => Scope::Account(account),
        (None, None) => Scope::Portfolio,
    };
    let series = &desk.series(scope);
    let period = query.period(series, desk.as_of);
    let mut reasons = Vec::new();
    let asked = (period, query.risk_free);
    let figures = PerformanceFigures::new(desk, series, asked, &mut reasons);
    let drawdown = period.and_then(|period| series.drawdown(period).ok()).map(DrawdownRow::new);
    let years = period.map(|period| YearRow::all(desk, series, period)).unwrap_or_default();
    let compared = benchmark.map(|instrument| {
        let prices = benchmark::prices(desk, instrument);
        (BenchmarkRow::new(desk, series, period, instrument, &prices), prices)
    });
    let prices = compared.as_ref().map(|(_, prices)| prices.as_slice());
    let daily = query.daily.then(|| {
        period.map(|period| days(desk, scope, series, period, prices)).unwrap_or_default()
    });
    reasons.extend(without_cash(desk, holding));
    PerformanceReport {
        account: account.map(ToString::to_string),
        holding: holding.map(|index| InstrumentName::of(desk.instrument(index))),
        interval: query.interval,
        from: period.and_then(|period| period.after.tomorrow().ok()),
        to: period.map_or(desk.as_of, |period| period.through),
        days: period.map_or(0, |period| period.n_days()),
        base_currency: desk.base,
        risk_free: query.risk_free,
        figures,
        drawdown,
        years,
        benchmark: compared.map(|(row, _)| row),
        accounts: query.by_account.then(|| parts::by_account(desk, query)),
        holdings: query.by_holding.then(|| parts::by_holding(desk, query)),
        daily,
        definitions: BTreeMap::from(DEFINED),
        reasons,
    }
}

/// Accounts whose cash isn't told: what they bought counts as put in.
fn without_cash(desk: &Desk, holding: Option<InstrumentIndex>) -> Vec<String> {
    if holding.is_some() {
        return Vec::new();
    }
    let books = desk.ledger().books_of(desk.account()).filter(|book| !book.is_cash_known());
    let told = books.map(|book| {
        format!(
            "the cash of account `{}` isn't known, since no account statement was imported: what was bought counts \
             as put in, what was sold as taken out",
            book.label()
        )
    });
    told.collect()
}

fn days(
    desk: &Desk,
    scope: Scope<'_>,
    series: &Series,
    period: Period,
    prices: Option<&[benchmark::PriceOn]>,
) -> Vec<PerformanceDay> {
    let twr: BTreeMap<Date, f64> =
        series.accumulated(period).unwrap_or_default().into_iter().collect();
    let drawdown: BTreeMap<Date, f64> =
        series.underwater(period).unwrap_or_default().into_iter().collect();
    let index = |date| prices.and_then(|prices| benchmark::growth(prices, period.after, date));
    let first = period.after.max(series.first());
    let day = |date, value: Option<Amount>, contributions, stale| PerformanceDay {
        date,
        value,
        contributions,
        twr: twr.get(&date).copied().or((date == period.after && !twr.is_empty()).then_some(0.0)),
        drawdown: drawdown.get(&date).copied(),
        benchmark: index(date),
        stale,
    };
    let mut ignored = Vec::new();
    if let Scope::Holding { .. } = scope {
        let days = series.days().filter(|(date, _)| first <= *date && *date <= period.through);
        return days
            .map(|(date, told)| day(date, desk.figure(&told.value, &mut ignored), None, None))
            .collect();
    }
    let history = desk.history();
    let is_within = |told: &&DayValue| first <= told.date && told.date <= period.through;
    let told = history.iter().filter(is_within).map(|told| {
        let value = desk.figure(&told.value, &mut ignored);
        let contributions = desk.figure(&told.contributions, &mut ignored);
        let stale = told.stale.map(|stale| StaleRow::new(desk, stale));
        day(told.date, value, contributions, stale)
    });
    told.collect()
}
