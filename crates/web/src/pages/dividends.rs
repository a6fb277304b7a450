//! Dividends: what was received, what is to come, and a calendar of both.

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Html;
use jiff::civil::Date;
use serde::Deserialize;
use stonks_app::reports::{DividendMonth, DividendRow, DividendSummary, Query};
use stonks_core::definitions::{Definition, definition};
use stonks_core::dividends::PaymentStatus;

use super::choice::{AccountChoice, Link, Paging, address};
use super::{Frame, PageError, Visitor, drawn, filters};
use crate::figures;
use crate::router::Shared;

#[derive(Deserialize)]
pub(crate) struct Choice {
    account: Option<String>,
    year: Option<i16>,
    page: Option<usize>,
}

/// What happens on a day of a month.
struct Entry {
    day: i8,
    label: String,
    /// Net, in the base currency.
    amount: Option<String>,
    status: &'static str,
    is_paid: bool,
    is_ex_date: bool,
    /// The class of its badge.
    badge: &'static str,
}

struct Month {
    name: &'static str,
    paid: Option<String>,
    to_come: Vec<(&'static str, String)>,
    entries: Vec<Entry>,
    is_now: bool,
}

struct YearBar {
    year: i16,
    payments: usize,
    gross: Option<String>,
    tax: Option<String>,
    net: Option<String>,
    /// Against the best year, from 0 to 100.
    bar: String,
}

#[derive(Template)]
#[template(path = "dividends.html")]
struct DividendsPage {
    frame: Frame,
    choice: AccountChoice,
    summary: DividendSummary,
    of_yield: Option<&'static Definition>,
    year: i16,
    years: Vec<Link>,
    months: Vec<Month>,
    bars: Vec<YearBar>,
    /// Titles, ids and rows: what is yet to come, and what was received.
    lists: [(&'static str, &'static str, Vec<DividendRow>); 2],
    has_upcoming: bool,
    paging: Paging,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    UrlQuery(choice): UrlQuery<Choice>,
) -> Result<Html<String>, PageError> {
    let account = AccountChoice::read(&shared, choice.account).await?;
    let query = Query { account: account.name.clone(), ..Query::default() };
    let summary = shared.app.dividend_summary(&query).await?;
    let rows = shared.app.dividends(&query).await?;
    let today = summary.as_of;
    let year = choice.year.unwrap_or_else(|| today.year());
    let mut known: Vec<i16> =
        rows.iter().map(|row| row.date.date.year()).chain([today.year()]).collect();
    known.sort_unstable();
    known.dedup();
    let name = account.account.as_deref();
    let years = known.into_iter().map(|known| Link {
        href: address("/dividends", &[("account", name), ("year", Some(&known.to_string()))]),
        label: known.to_string(),
        is_chosen: known == year,
    });
    let years = years.collect();
    let months = months(year, today, &rows, &summary.months);
    let (paid, upcoming): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.status == PaymentStatus::Paid);
    let (paid, paging) = Paging::cut(paid, choice.page, "/dividends", name);
    drawn(&DividendsPage {
        frame: visitor.frame("Dividends", "/dividends"),
        of_yield: definition("dividend-yield"),
        year,
        years,
        months,
        bars: bars(&summary),
        has_upcoming: !upcoming.is_empty(),
        lists: [("Yet to come", "upcoming", upcoming), ("Received", "received", paid)],
        paging,
        summary,
        choice: account,
    })
}

const fn status(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Paid => "paid",
        PaymentStatus::Announced => "announced",
        PaymentStatus::Forecast => "forecast",
    }
}

const EX_DATE: &str = "ex-date";

impl Entry {
    fn new(day: i8, label: String, amount: Option<String>, status: &'static str) -> Self {
        let badge = match status {
            "announced" => "badge-soft badge-primary",
            "forecast" => "badge-soft badge-secondary",
            _ => "badge-outline",
        };
        let (is_paid, is_ex_date) = (status == "paid", status == EX_DATE);
        Self { day, label, amount, status, is_paid, is_ex_date, badge }
    }
}

fn months(year: i16, today: Date, rows: &[DividendRow], sums: &[DividendMonth]) -> Vec<Month> {
    let of_month = |date: Date, month: i8| date.year() == year && date.month() == month;
    let month = |(name, month): (&'static str, i8)| {
        let told = format!("{year:04}-{month:02}");
        let sums = sums.iter().find(|sums| sums.month == told);
        let mut entries: Vec<Entry> = Vec::new();
        for row in rows {
            let label = row.instrument.short().to_owned();
            if of_month(row.date.date, month) {
                let status = status(row.status);
                let (day, amount) = (row.date.date.day(), row.base_net.clone());
                entries.push(Entry::new(day, label.clone(), amount, status));
            }
            if let Some(day) = row.ex_date.filter(|day| of_month(*day, month)) {
                entries.push(Entry::new(day.day(), label, None, EX_DATE));
            }
        }
        entries.sort_by_key(|entry| entry.day);
        let to_come = sums.map(|sums| {
            let told = [("announced", &sums.announced), ("forecast", &sums.forecast)];
            told.into_iter().filter_map(|(label, sum)| Some((label, sum.clone()?))).collect()
        });
        Month {
            name,
            paid: sums.and_then(|sums| sums.paid.clone()),
            to_come: to_come.unwrap_or_default(),
            entries,
            is_now: of_month(today, month),
        }
    };
    MONTHS.into_iter().zip(1..).map(month).collect()
}

fn bars(summary: &DividendSummary) -> Vec<YearBar> {
    let net =
        |net: Option<&String>| net.and_then(|net| net.parse::<f64>().ok()).unwrap_or_default();
    let best = summary.years.iter().map(|year| net(year.net.as_ref())).fold(0.0, f64::max);
    let bar = |part: f64| if best > 0.0 { (part / best * 100.0).clamp(0.0, 100.0) } else { 0.0 };
    let years = summary.years.iter().rev().map(|year| YearBar {
        year: year.year,
        payments: year.payments,
        gross: year.gross.clone(),
        tax: year.tax.clone(),
        net: year.net.clone(),
        bar: format!("{:.2}", bar(net(year.net.as_ref()))),
    });
    years.collect()
}
