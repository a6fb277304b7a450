//! Calendar days and months: as much of the calendar as a year's ladder needs.

use std::fmt;

use stonks_plugin_sdk::PluginError;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    pub(crate) month: Month,
    day: u32,
}

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    year: i32,
    /// From 1.
    month: u32,
}

const NAMES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Day {
    /// `2024-02-29`, as the host tells it.
    pub(crate) fn parse(told: &str) -> Result<Self, PluginError> {
        let mut parts = told.splitn(3, '-');
        let mut next = || parts.next().and_then(|part| part.parse::<u32>().ok());
        let day = (|| {
            let (year, month, day) = (next()?, next()?, next()?);
            let year = i32::try_from(year).ok()?;
            let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
            is_day.then_some(Self { month: Month { year, month }, day })
        })();
        day.ok_or_else(|| PluginError::Failed(format!("the host told `{told}` as a day")))
    }

    /// The same day a year on; 29 February becomes the 28th.
    pub(crate) fn next_year(self) -> Self {
        self.years_on(1)
    }

    pub(crate) fn last_year(self) -> Self {
        self.years_on(-1)
    }

    fn years_on(self, years: i32) -> Self {
        let month = Month { year: self.month.year + years, ..self.month };
        let day = if month.month == 2 { self.day.min(28) } else { self.day };
        Self { month, day }
    }

    /// Days since 1 March of the year 0.
    fn number(self) -> i64 {
        // Years begin in March, so that the leap day is a year's last.
        let (year, month) = match self.month.month {
            month @ 1..=2 => (i64::from(self.month.year) - 1, month + 9),
            month => (i64::from(self.month.year), month - 3),
        };
        let days_of_months = (153 * i64::from(month) + 2) / 5;
        year * 365 + year / 4 - year / 100 + year / 400 + days_of_months + i64::from(self.day) - 1
    }

    pub(crate) fn days_from(self, other: Self) -> u64 {
        self.number().abs_diff(other.number())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.month.year, self.month.month, self.day)
    }
}

impl Month {
    pub(crate) fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { month: month + 1, ..self },
        }
    }

    /// Its first day, as the contract wants dates.
    pub(crate) fn first_day(self) -> String {
        Day { month: self, day: 1 }.to_string()
    }

    /// This month and those behind it, up to `last`.
    pub(crate) fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |month| Some(month.next()))
            .take_while(move |month| *month <= last)
    }
}

/// `Nov 2026`
impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.get(self.month as usize - 1).copied().unwrap_or_default();
        write!(formatter, "{name} {}", self.year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(told: &str) -> Day {
        Day::parse(told).unwrap()
    }

    #[test]
    fn a_year_on_is_the_same_day() {
        assert_eq!(day("2025-11-03").next_year().to_string(), "2026-11-03");
        assert_eq!(day("2024-02-29").next_year().to_string(), "2025-02-28");
        assert_eq!(day("2024-02-29").last_year().to_string(), "2023-02-28");
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(day("2024-03-01").days_from(day("2024-02-28")), 2);
        assert_eq!(day("2023-03-01").days_from(day("2023-02-28")), 1);
        assert_eq!(day("2024-01-01").days_from(day("2025-01-01")), 366);
        assert_eq!(day("2026-10-30").days_from(day("2026-10-30")), 0);
    }

    #[test]
    fn months_follow_each_other_over_the_year() {
        let months: Vec<String> = day("2026-11-30")
            .month
            .up_to(day("2027-02-01").month)
            .map(|month| month.to_string())
            .collect();
        assert_eq!(months, ["Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027"]);
        assert_eq!(day("2026-11-30").month.first_day(), "2026-11-01");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for bad in ["", "2026", "2026-13-01", "2026-01-00", "today"] {
            assert!(Day::parse(bad).is_err(), "{bad}");
        }
    }
}
