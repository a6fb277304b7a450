//! Fields of the old rows: exact decimals, times in UTC, currencies.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;
use serde_json::Value;
use stonks_core::moment::Moment;
use stonks_core::money::Currency;

use super::MigrationError;
use super::database::OldRow;

/// Reads a row's fields by name.
pub(super) trait Fields {
    fn key(&self) -> String;
    fn bad(&self, column: &str, expected: &str) -> MigrationError;
    fn text(&self, column: &str) -> Option<String>;
    fn decimal(&self, column: &str) -> Result<Option<Decimal>, MigrationError>;
    fn needed(&self, column: &str) -> Result<Decimal, MigrationError>;
    fn time(&self, column: &str) -> Result<OldTime, MigrationError>;
    fn date(&self, column: &str) -> Result<Date, MigrationError>;
    fn currency(&self, column: &str) -> Result<Currency, MigrationError>;
    fn json(&self, column: &str) -> Result<Value, MigrationError>;
    fn is_set(&self, column: &str) -> bool;
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
        // The primary key is the first column that is read of each table.
        let first = self.values.keys().next().map(|column| (column, self.text(column)));
        first.map_or_else(String::new, |(column, key)| {
            format!("{column} {}", key.unwrap_or_default())
        })
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

    /// The day of a date, or of a time.
    fn date(&self, column: &str) -> Result<Date, MigrationError> {
        let text = self.text(column).unwrap_or_default();
        let day = text.split([' ', 'T']).next().unwrap_or_default();
        Date::from_str(day).map_err(|_| self.bad(column, "date"))
    }

    fn currency(&self, column: &str) -> Result<Currency, MigrationError> {
        let text = self.text(column).unwrap_or_default();
        text.parse().map_err(|_| self.bad(column, "currency"))
    }

    /// None for nothing.
    fn json(&self, column: &str) -> Result<Value, MigrationError> {
        let Some(text) = self.text(column) else { return Ok(Value::Null) };
        serde_json::from_str(&text).map_err(|_| self.bad(column, "JSON"))
    }

    fn is_set(&self, column: &str) -> bool {
        matches!(self.text(column).as_deref(), Some("1" | "true"))
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

/// The days of a row's quotations in order, without weekends that repeat the day before: the old
/// importer filled its gaps, and the last price known holds anyway. Prices that are none are left out.
pub(super) fn quotations(row: &OldRow) -> Result<Vec<(Date, Decimal)>, MigrationError> {
    let text = row.text("quotations").unwrap_or_else(|| "{}".to_owned());
    let told: serde_json::Map<String, Value> = serde_json::from_str(&text)
        .map_err(|_| row.bad("quotations", "object of days and prices"))?;
    let mut days = Vec::with_capacity(told.len());
    for (day, price) in &told {
        let date: Date = day.parse().map_err(|_| row.bad("quotations", "object of days"))?;
        let price = match price {
            Value::Number(number) => exact(&number.to_string()),
            Value::String(text) => exact(text),
            Value::Null => continue,
            _ => None,
        };
        let price = price.ok_or_else(|| row.bad("quotations", "object of prices"))?;
        if price > Decimal::ZERO {
            days.push((date, price));
        }
    }
    days.sort_by_key(|(date, _)| *date);
    let mut kept: Vec<(Date, Decimal)> = Vec::with_capacity(days.len());
    let mut last = None;
    for (date, price) in days {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !is_weekend || last != Some(price) {
            kept.push((date, price));
        }
        last = Some(price);
    }
    Ok(kept)
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
