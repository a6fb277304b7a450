//! Dates, times and amounts as DEGIRO writes them.

use stonks_plugin_sdk::decimal::{self, Separator};
use stonks_plugin_sdk::{Decimal, PluginError};

use crate::table::{Row, Table};

/// Which sign separates the decimals: what most of the amounts with two or more places have. Files
/// that mix both are read all the same, since an amount is rarely ambiguous by itself.
pub(crate) fn separator(table: &Table, columns: &[usize]) -> Separator {
    let (mut points, mut commas) = (0, 0);
    for row in table.rows.iter().take(1_000) {
        for column in columns {
            let field = row.field(*column);
            match field.rfind(['.', ',']) {
                // Three digits behind may be thousands.
                Some(place) if field.len() - place - 1 == 3 => {}
                Some(place) if field[place..].starts_with('.') => points += 1,
                Some(_) => commas += 1,
                None => {}
            }
        }
    }
    if points > commas { Separator::Point } else { Separator::Comma }
}

/// None where the field is empty.
pub(crate) fn amount(
    row: &Row,
    column: usize,
    separator: Separator,
) -> Result<Option<Decimal>, PluginError> {
    let text = row.field(column);
    if text.is_empty() {
        return Ok(None);
    }
    match decimal::parse(text, separator).filter(|amount| amount.scale() <= 18) {
        Some(amount) => Ok(Some(amount)),
        None => Err(row
            .refuse(column, format!("`{}` is not an amount", clipped(text)))
            .hint("export the file again; don't save it from a spreadsheet program")
            .into()),
    }
}

/// A currency where the field holds one.
pub(crate) fn currency(text: &str) -> Option<&str> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code.then_some(text)
}

/// `31-12-2024` as `2024-12-31`.
pub(crate) fn date(row: &Row, column: usize) -> Result<String, PluginError> {
    let text = row.field(column);
    iso(text).ok_or_else(|| {
        row.refuse(column, format!("`{}` is not a date", clipped(text)))
            .hint("DEGIRO writes dates as 31-12-2024; export the file again")
            .into()
    })
}

/// A day of the calendar, or none.
pub(crate) fn iso(text: &str) -> Option<String> {
    let mut parts = text.split(['-', '/', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (day.len(), month.len(), year.len()) != (2, 2, 4) {
        return None;
    }
    let number = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok())?
    };
    let (d, m, y) = (number(day)?, number(month)?, number(year)?);
    let is_leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let days = match m {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    ((1..=days).contains(&d) && y > 1900).then(|| format!("{year}-{month}-{day}"))
}

/// `16:40`.
pub(crate) fn time(row: &Row, column: usize) -> Result<String, PluginError> {
    let text = row.field(column);
    let part = |text: &str, below: u32| {
        text.len() == 2 && text.parse::<u32>().is_ok_and(|number| number < below)
    };
    match text.split_once(':') {
        Some((hour, minute)) if part(hour, 24) && part(minute, 60) => Ok(text.to_owned()),
        _ => Err(row
            .refuse(column, format!("`{}` is not a time", clipped(text)))
            .hint("DEGIRO writes times as 16:40; export the file again")
            .into()),
    }
}

pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert_eq!(iso("29-02-2024").as_deref(), Some("2024-02-29"));
        for bad in [
            "29-02-2023",
            "31-04-2024",
            "00-01-2024",
            "01-13-2024",
            "2024-01-01",
            "1-1-2024",
            "",
            "+1-01-2024",
        ] {
            assert_eq!(iso(bad), None, "{bad}");
        }
    }
}
