//! What is shown of the payments.

use std::collections::BTreeMap;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::view::{Cell, Column, ColumnKind, Panel, Point, Series, Slice, Table};
use stonks_plugin_sdk::{Decimal, Money};

use crate::days::{Day, Month};
use crate::payments::{Payment, Payments, Status};

/// Currencies that get pictures of their own; the tables hold all.
const MOST_PICTURED: usize = 4;

/// A table of payments holds as many as the host takes.
const MOST_ROWS: usize = 1_000;

const METHOD: &str = "Before tax. Announced is what the broker says is to be paid; forecast is last year's payment \
                      for each unit times the units held now, and no promise.";

pub(crate) fn panels(payments: &Payments, today: Day) -> Vec<Panel> {
    let mut panels = vec![by_month(payments, today)];
    for currency in currencies(payments).into_iter().take(MOST_PICTURED) {
        let of = Of { payments, currency: &currency };
        panels.push(of.months(today));
        panels.push(of.holdings());
        panels.push(of.over_time(today));
    }
    if !payments.expected.is_empty() {
        panels.push(single(payments));
    }
    panels
}

/// Currencies of what is expected, the one with most payments first.
fn currencies(payments: &Payments) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for expected in &payments.expected {
        *counts.entry(&expected.payment.currency).or_default() += 1;
    }
    let mut currencies: Vec<(&str, usize)> = counts.into_iter().collect();
    currencies.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    currencies.into_iter().map(|(currency, _)| currency.to_owned()).collect()
}

/// What is announced, and what is forecast.
#[derive(Default, Clone, Copy)]
struct Sums {
    announced: Decimal,
    forecast: Decimal,
}

impl Sums {
    fn add(&mut self, status: Status, amount: Decimal) {
        let sum = match status {
            Status::Announced => &mut self.announced,
            Status::Forecast => &mut self.forecast,
        };
        *sum = sum.saturating_add(amount);
    }

    fn whole(self) -> Decimal {
        self.announced.saturating_add(self.forecast)
    }

    fn cells(self, first: String, currency: &str) -> Vec<Cell> {
        let money = |amount: Decimal| {
            if amount.is_zero() { Cell::Empty } else { Cell::Money(money(amount, currency)) }
        };
        vec![Cell::Text(first), money(self.announced), money(self.forecast), money(self.whole())]
    }
}

fn money(amount: Decimal, currency: &str) -> Money {
    Money { amount: canonical(amount), currency: currency.to_owned() }
}

fn by_month(payments: &Payments, today: Day) -> Panel {
    let mut months: BTreeMap<(Month, &str), Sums> = BTreeMap::new();
    let mut whole: BTreeMap<&str, Sums> = BTreeMap::new();
    for expected in &payments.expected {
        let Payment { date, amount, currency, .. } = &expected.payment;
        months.entry((date.month, currency)).or_default().add(expected.status, *amount);
        whole.entry(currency).or_default().add(expected.status, *amount);
    }
    let mut rows = Vec::new();
    for month in today.month.up_to(today.next_year().month) {
        let n_rows = rows.len();
        for ((_, currency), sums) in months.range((month, "")..(month.next(), "")) {
            rows.push(sums.cells(month.to_string(), currency));
        }
        // A rung without income is a rung.
        if rows.len() == n_rows && !whole.is_empty() {
            rows.push(vec![Cell::Text(month.to_string()), Cell::Empty, Cell::Empty, Cell::Empty]);
        }
    }
    for (currency, sums) in whole {
        rows.push(sums.cells(format!("Twelve months, {currency}"), currency));
    }
    let columns = vec![
        Column::new("Month", ColumnKind::Text),
        Column::new("Announced", ColumnKind::Money),
        Column::new("Forecast", ColumnKind::Money),
        Column::new("Together", ColumnKind::Money),
    ];
    let mut told = METHOD.to_owned();
    match payments.n_without_units {
        0 => {}
        1 => told.push_str(" One payment of last year is left out: its units aren't known."),
        n => told.push_str(&format!(
            " {n} payments of last year are left out: their units aren't known."
        )),
    }
    if payments.expected.is_empty() {
        told =
            "Nothing is announced, and the last twelve months brought nothing to go by.".to_owned();
    }
    Panel::table("Expected income by month", Table { columns, rows }).describe(told)
}

/// Pictures of one currency.
struct Of<'a> {
    payments: &'a Payments,
    currency: &'a str,
}

impl Of<'_> {
    fn expected(&self) -> impl Iterator<Item = &Payment> {
        let all = self.payments.expected.iter().map(|expected| &expected.payment);
        all.filter(|payment| payment.currency == self.currency)
    }

    fn currency(&self) -> Option<String> {
        Some(self.currency.to_owned())
    }

    fn months(&self, today: Day) -> Panel {
        let sums = by_key(self.expected().map(|payment| (payment.date.month, payment.amount)));
        let months = today.month.up_to(today.next_year().month);
        let slices = months.filter_map(|month| slice(month.to_string(), *sums.get(&month)?));
        let title = format!("Expected income by month, {}", self.currency);
        Panel::breakdown(title, self.currency(), slices.collect())
    }

    fn holdings(&self) -> Panel {
        let sums = by_key(self.expected().map(|payment| (payment.name.as_str(), payment.amount)));
        let slices = sums.into_iter().filter_map(|(name, sum)| slice(name.to_owned(), sum));
        let title = format!("Expected income by holding, {}", self.currency);
        Panel::breakdown(title, self.currency(), slices.collect())
    }

    fn over_time(&self, today: Day) -> Panel {
        let (first, last) = (today.last_year().month, today.next_year().month);
        let of = self.payments.paid.iter().filter(|payment| payment.currency == self.currency);
        let paid = by_key(of.map(|payment| (payment.date.month, payment.amount)));
        let expected = by_key(self.expected().map(|payment| (payment.date.month, payment.amount)));
        let points = |from: Month, to: Month, sums: &BTreeMap<Month, Decimal>| {
            let point = |month: Month| Point {
                date: month.first_day(),
                value: canonical(sums.get(&month).copied().unwrap_or_default()),
            };
            from.up_to(to).map(point).collect()
        };
        let series = vec![
            Series { label: "Paid".to_owned(), points: points(first, today.month, &paid) },
            Series { label: "Expected".to_owned(), points: points(today.month, last, &expected) },
        ];
        let title = format!("Income month by month, {}", self.currency);
        Panel::time_series(title, self.currency(), series)
            .describe("What was paid in the last twelve months, and what is expected in the next.")
    }
}

fn slice(label: String, value: Decimal) -> Option<Slice> {
    (value > Decimal::ZERO).then(|| Slice { label, value: canonical(value) })
}

fn by_key<K: Ord>(amounts: impl Iterator<Item = (K, Decimal)>) -> BTreeMap<K, Decimal> {
    let mut sums: BTreeMap<K, Decimal> = BTreeMap::new();
    for (key, amount) in amounts {
        let sum = sums.entry(key).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums
}

/// Each payment, and what it rests on.
fn single(payments: &Payments) -> Panel {
    let columns = vec![
        Column::new("Date", ColumnKind::Date),
        Column::new("Holding", ColumnKind::Text),
        Column::new("Account", ColumnKind::Text),
        Column::new("Amount", ColumnKind::Money),
        Column::new("Status", ColumnKind::Text),
        Column::new("Rests on", ColumnKind::Text),
    ];
    let rows = payments.expected.iter().take(MOST_ROWS).map(|expected| {
        let Payment { date, account, name, amount, currency } = &expected.payment;
        let status = match expected.status {
            Status::Announced => "announced",
            Status::Forecast => "forecast",
        };
        vec![
            Cell::Date(date.to_string()),
            Cell::Text(name.clone()),
            Cell::Text(account.clone()),
            Cell::Money(money(*amount, currency)),
            Cell::Text(status.to_owned()),
            Cell::Text(expected.basis.clone()),
        ]
    });
    Panel::table("Expected payments", Table { columns, rows: rows.collect() })
}
