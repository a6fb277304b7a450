//! The old system's way of computing returns, over the values that are equal: what differs in the result is
//! what differs in the way.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Migrated, golden, migrated, number, text, then};

/// The values of the old page, and what was put in.
pub(super) struct OldWay {
    /// On business days, oldest first.
    values: Vec<(Date, f64)>,
    /// On the days on which it came.
    as_told: BTreeMap<Date, f64>,
    /// On the next day with a value.
    moved: BTreeMap<Date, f64>,
}

/// The return of a day, as a factor.
type DayFactor = (Date, f64);

impl OldWay {
    pub(super) async fn of(Migrated { test, folder, .. }: &Migrated) -> Self {
        let history = golden(folder, "all_historical_value");
        let rows = history.as_array().unwrap().iter();
        let value = |row| (text(row, "x").parse().unwrap(), row["y"].as_f64().unwrap());
        let values: Vec<(Date, f64)> = rows.map(value).collect();
        let (mut as_told, mut moved) = (BTreeMap::new(), BTreeMap::new());
        for row in test.app.deposits(&then()).await.unwrap() {
            let day = row.date.date;
            *as_told.entry(day).or_default() += number(&row.amount);
            let next = values.iter().map(|(of, _)| *of).find(|next| *next >= day);
            *moved.entry(next.unwrap()).or_default() += number(&row.amount);
        }
        Self { values, as_told, moved }
    }

    fn factors(&self, flows: &BTreeMap<Date, f64>) -> Vec<DayFactor> {
        let pairs = self.values.windows(2);
        let factor = |pair: &[(Date, f64)]| {
            let put_in = flows.get(&pair[1].0).copied().unwrap_or_default();
            (pair[1].0, (pair[1].1 - put_in) / pair[0].1)
        };
        pairs.map(factor).collect()
    }

    /// As the old page had it: what comes on a weekend is never looked for (Q8), and the first day of each
    /// period is lost (Q7).
    fn old(&self, is_in: impl Fn(Date) -> bool) -> f64 {
        let factors = self.factors(&self.as_told);
        linked(factors.into_iter().filter(|(day, _)| is_in(*day)).skip(1))
    }

    /// Both mended.
    pub(super) fn mended(&self, is_in: impl Fn(Date) -> bool) -> f64 {
        linked(self.factors(&self.moved).into_iter().filter(|(day, _)| is_in(*day)))
    }
}

fn linked(factors: impl Iterator<Item = DayFactor>) -> f64 {
    factors.map(|(_, factor)| factor).product::<f64>() - 1.0
}

/// Months of the old page, by year and number from 1; those that it has no day of are told as zero.
pub(super) fn old_months(performance: &serde_json::Value) -> BTreeMap<(i16, i8), f64> {
    const NAMES: [&str; 12] = [
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
    let years = performance["monthly_twr"].as_object().unwrap();
    let months = years.iter().flat_map(|(year, months)| {
        NAMES.iter().zip(1_i8..).map(move |(name, month)| {
            ((year.parse().unwrap(), month), months[name].as_f64().unwrap())
        })
    });
    months.collect()
}

#[tokio::test]
async fn the_old_return_follows_from_weekend_deposits_that_are_not_counted() {
    let Some(migrated) = migrated().await else { return };
    let way = OldWay::of(&migrated).await;
    let golden = golden(&migrated.folder, "all_dashboard_performance");
    let old = golden["total_return"].as_f64().unwrap();
    let total = linked(way.factors(&way.as_told).into_iter());
    assert!((total - old).abs() < 1e-9, "{total} {old}");
    assert_eq!(format!("{:.4}", way.mended(|_| true)), "0.1970");
    let days = golden["cash_flows_after_timing_correction"].as_object().unwrap();
    assert_eq!(days.len(), way.as_told.len());
    for (day, amount) in &way.as_told {
        assert_eq!(days[&day.to_string()].as_f64(), Some(*amount), "{day}");
    }
}

#[tokio::test]
async fn each_old_month_and_year_is_linked_without_its_first_day() {
    let Some(migrated) = migrated().await else { return };
    let way = OldWay::of(&migrated).await;
    let golden = golden(&migrated.folder, "all_dashboard_performance");
    let months = old_months(&golden);
    assert_eq!(months.len(), 36);
    for ((year, month), old) in months {
        let ours = way.old(|day| (day.year(), day.month()) == (year, month));
        assert!((ours - old).abs() < 1e-9, "{year}-{month}: {ours} {old}");
    }
    for (year, old) in golden["annual_twr"].as_object().unwrap() {
        let ours = way.old(|day| day.year().to_string() == *year);
        assert!((ours - old.as_f64().unwrap()).abs() < 1e-9, "{year}: {ours} {old}");
    }
}
