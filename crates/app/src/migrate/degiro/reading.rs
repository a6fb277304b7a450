//! Fields of the old rows: exact decimals, times in UTC, currencies.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;
use serde_json::Value;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;

use super::super::MigrationError;
use super::super::database::OldRow;

/// Reads a row's fields by name.
pub(super) trait Fields {
    fn key(&self) -> String;
    fn bad(&self, column: &str, expected: &str) -> MigrationError;
    fn text(&self, column: &str) -> Option<String>;
    fn decimal(&self, column: &str) -> Result<Option<Decimal>, MigrationError>;
    fn needed(&self, column: &str) -> Result<Decimal, MigrationError>;
    fn time(&self, column: &str) -> Result<OldTime, MigrationError>;
    fn currency(&self, column: &str) -> Result<Currency, MigrationError>;
}

/// A time as Django stores it: UTC, without saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OldTime(DateTime);

impl OldTime {
    pub(super) fn moment(self) -> Moment {
        Moment { date: self.0.date(), time: Some((self.0.time(), Offset::UTC)) }
    }

    pub(super) fn date(self) -> Date {
        self.0.date()
    }

    /// Day and minute on the wall clock of DEGIRO's exports, which is Amsterdam's.
    pub(super) fn export_stamp(self) -> (String, String) {
        let here = self.0.to_zoned_datetime(TimeZone::UTC).ok();
        let there = here.map_or(self.0, |at| {
            let amsterdam = TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC);
            at.with_time_zone(amsterdam).datetime()
        });
        (there.date().to_string(), format!("{:02}:{:02}", there.hour(), there.minute()))
    }

    pub(super) fn is_same_minute(self, other: Self) -> bool {
        self.export_stamp() == other.export_stamp()
    }
}

impl Fields for OldRow {
    fn key(&self) -> String {
        // The primary key is the first column that is read of each table, or its ISIN.
        for column in ["id", "event_id", "isin"] {
            if let Some(key) = self.text(column) {
                return format!("{column} {key}");
            }
        }
        String::new()
    }

    fn bad(&self, column: &str, expected: &str) -> MigrationError {
        MigrationError::Row {
            table: self.table,
            id: self.key(),
            problem: format!("`{column}` is no {expected}"),
        }
    }

    /// None for nothing and for an empty text.
    fn text(&self, column: &str) -> Option<String> {
        match self.values.get(column)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn decimal(&self, column: &str) -> Result<Option<Decimal>, MigrationError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        exact(&text).map(Some).ok_or_else(|| self.bad(column, "number"))
    }

    fn needed(&self, column: &str) -> Result<Decimal, MigrationError> {
        self.decimal(column)?.ok_or_else(|| self.bad(column, "number"))
    }

    fn time(&self, column: &str) -> Result<OldTime, MigrationError> {
        let text = self.text(column).unwrap_or_default();
        DateTime::from_str(&text).map(OldTime).map_err(|_| self.bad(column, "time"))
    }

    fn currency(&self, column: &str) -> Result<Currency, MigrationError> {
        let text = self.text(column).unwrap_or_default();
        text.parse().map_err(|_| self.bad(column, "currency"))
    }
}

/// The decimal behind the shortest text that makes a stored number again: REAL columns hold doubles,
/// and 0.1 was meant where 0.1000000000000000055 is stored.
pub(super) fn exact(text: &str) -> Option<Decimal> {
    Decimal::from_str(text)
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
        .map(|told| told.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_become_the_decimals_that_were_meant() {
        let check = |number: f64, expected: &str| {
            let text = Value::from(number).to_string();
            assert_eq!(
                exact(&text).map(|told| told.to_string()).as_deref(),
                Some(expected),
                "{number}"
            );
        };
        check(0.1, "0.1");
        check(2092.80217292893, "2092.80217292893");
        check(0.00031078, "0.00031078");
        check(1e-7, "0.0000001");
        check(1e21, "1000000000000000000000");
        check(-450.384_819_455_999_95, "-450.38481945599995");
    }

    #[test]
    fn exports_tell_amsterdams_time() {
        let stamp = |text: &str| OldTime(text.parse().unwrap()).export_stamp();
        assert_eq!(stamp("2026-01-07 11:59:49"), ("2026-01-07".to_owned(), "12:59".to_owned()));
        assert_eq!(stamp("2024-06-30 22:30:01.5"), ("2024-07-01".to_owned(), "00:30".to_owned()));
    }
}
