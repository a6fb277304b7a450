//! Dates and times of the exports: Amsterdam's wall clock, day first.

use std::fmt;

use stonks_plugin_sdk::{Moment, PluginError};

use crate::numbers::clipped;
use crate::table::Row;

/// A day, and the time of it where one is told. Ordered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stamp {
    pub(crate) day: Day,
    pub(crate) time: Option<Time>,
}

/// A calendar day: 20230615.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(u32);

/// Seconds of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Time(u32);

impl Day {
    /// Reads `15-06-2023`, and `2023-06-15` as some spreadsheets write it. `06/15/2023` could be either of
    /// two days as soon as the day is below 13, so that slashes are refused.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
        let (day, year) = if first.len() == 4 { (last, first) } else { (first, last) };
        if parts.next().is_some() || year.len() != 4 || day.len() > 2 || month.len() > 2 {
            return None;
        }
        let (day, month, year) = (digits(day)?, digits(month)?, digits(year)?);
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let is_real = (1..=length).contains(&day) && (1900..=2200).contains(&year);
        is_real.then_some(Self(year * 10_000 + month * 100 + day))
    }

    /// The date in a field.
    pub(crate) fn field(row: &Row, column: usize) -> Result<Self, PluginError> {
        let text = row.field(column);
        Self::read(text).ok_or_else(|| {
            let refusal = row.refuse(column, format!("`{}` is not a date", clipped(text)));
            refusal.hint("DEGIRO writes dates as 31-12-2024; export the file again").into()
        })
    }
}

impl Time {
    /// Reads `16:50` and `16:50:12`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
        let second = parts.next().map_or(Some(0), digits)?;
        let is_real = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
        is_real.then_some(Self(hour * 3600 + minute * 60 + second))
    }
}

fn digits(text: &str) -> Option<u32> {
    let is_number =
        !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

impl Stamp {
    /// The date and time of a row.
    pub(crate) fn field(row: &Row, date: usize, time: usize) -> Result<Self, PluginError> {
        let text = row.field(time);
        let told = Time::read(text);
        if told.is_none() && !text.is_empty() {
            let refusal = row.refuse(time, format!("`{}` is not a time", clipped(text)));
            return Err(refusal.hint("DEGIRO writes times as 16:40; export the file again").into());
        }
        Ok(Self { day: Day::field(row, date)?, time: told })
    }

    /// As the contract tells it.
    pub(crate) fn moment(self) -> Moment {
        Moment {
            date: self.day.to_string(),
            time: self.time.map(|time| time.to_string()),
            zone: self.time.map(|_| "Europe/Amsterdam".to_owned()),
        }
    }

    /// The time as text, empty where none is told: for identities.
    pub(crate) fn time_text(self) -> String {
        self.time.map_or_else(String::new, |time| time.to_string())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        write!(formatter, "{hour:02}:{minute:02}")?;
        if second > 0 { write!(formatter, ":{second:02}") } else { Ok(()) }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.day)?;
        self.time.map_or(Ok(()), |time| write!(formatter, "T{time}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Day::read(text).map(|day| day.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn days_are_read_with_the_day_first() {
        check("15-06-2023", Some("2023-06-15"));
        check("5-6-2023", Some("2023-06-05"));
        check("2023-06-15", Some("2023-06-15"));
        check("29-02-2024", Some("2024-02-29"));
    }

    #[test]
    fn days_that_no_calendar_has_are_refused() {
        for bad in [
            "31-02-2023",
            "29-02-2023",
            "15-13-2023",
            "00-01-2023",
            "15-06-23",
            "",
            "a-b-c",
            "1-2-3-4",
            "05/06/2023",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn times_are_read_to_the_minute_or_second() {
        let told = |text| Time::read(text).map(|time| time.to_string());
        assert_eq!(told("16:50").as_deref(), Some("16:50"));
        assert_eq!(told("9:05:07").as_deref(), Some("09:05:07"));
        assert_eq!(told("24:00"), None);
        assert_eq!(told("16"), None);
        assert_eq!(told("16:5a"), None);
    }
}
