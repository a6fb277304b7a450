//! Dates and times in each format that a Flex Query can be set to.

use std::fmt;

/// Which of the first two numbers of `01/02/2024` is the day. No single date tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slashes {
    DayFirst,
    MonthFirst,
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

impl Day {
    /// `None` for a day that no calendar has.
    fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => 31,
        };
        let is_real = (1900..=2200).contains(&year)
            && (1..=12).contains(&month)
            && (1..=length).contains(&day);
        is_real.then_some(Self { year, month, day })
    }

    /// Reads `20240229`, `2024-02-29`, `29/02/2024`, `02/29/24` or `29-Feb-24`.
    pub(crate) fn read(text: &str, slashes: Slashes) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::new(digits(&text[..4])?, digits(&text[4..6])?, digits(&text[6..])?);
        }
        if let Some([first, second, year]) = parts(text, '/') {
            let (day, month) = match slashes {
                Slashes::DayFirst => (first, second),
                Slashes::MonthFirst => (second, first),
            };
            return Self::new(year_of(year)?, two_digits(month)?, two_digits(day)?);
        }
        let [first, month, last] = parts(text, '-')?;
        if first.len() == 4 {
            return Self::new(digits(first)?, two_digits(month)?, two_digits(last)?);
        }
        let place = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
        Self::new(year_of(last)?, u8::try_from(place + 1).ok()?, two_digits(first)?)
    }
}

fn parts(text: &str, sign: char) -> Option<[&str; 3]> {
    let mut parts = text.split(sign);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn two_digits(text: &str) -> Option<u8> {
    if (1..=2).contains(&text.len()) { digits(text) } else { None }
}

/// Two digits are a year from 1970 to 2069.
fn year_of(text: &str) -> Option<u16> {
    let year: u16 = digits(text)?;
    match text.len() {
        4 => Some(year),
        2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

/// A day, with the time and its zone where they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instant {
    pub(crate) day: Day,
    /// `HH:MM:SS`.
    pub(crate) time: Option<String>,
    /// Offset of the zone that the time names itself.
    pub(crate) offset: Option<&'static str>,
}

/// Zones that times name. Source: the time format `HH:mm:ss TimeZone` of Flex Queries.
const ZONES: &[(&str, &str)] =
    &[("EST", "-05:00"), ("EDT", "-04:00"), ("UTC", "Z"), ("GMT", "Z"), ("Z", "Z")];

impl Instant {
    /// Reads a date, or a date and a time with one of the separators `;`, `,`, `T` and a space.
    pub(crate) fn read(text: &str, slashes: Slashes) -> Option<Self> {
        let text = text.trim();
        if !text.is_ascii() {
            return None;
        }
        let Some(end) = text.find([';', ',', ' ', 'T']) else {
            return Some(Self { day: Day::read(text, slashes)?, time: None, offset: None });
        };
        let day = Day::read(&text[..end], slashes)?;
        let rest = text[end..].trim_start_matches([';', ',', ' ', 'T']);
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
        let (clock, zone) = rest.split_at(length);
        let offset = match zone.trim() {
            "" => None,
            name => Some(ZONES.iter().find(|(zone, _)| *zone == name)?.1),
        };
        Some(Self { day, time: Some(time(clock)?), offset })
    }
}

/// Reads `093000`, `09:30:00` or `09:30`.
pub(crate) fn time(text: &str) -> Option<String> {
    let joined: String = text.chars().filter(|c| *c != ':').collect();
    let is_shaped = matches!((text.len(), joined.len()), (6 | 8, 6) | (4 | 5, 4))
        && joined.bytes().all(|byte| byte.is_ascii_digit());
    if !is_shaped {
        return None;
    }
    let part = |from: usize| digits::<u8>(joined.get(from..from + 2).unwrap_or("00"));
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 24 && minutes < 60 && seconds < 60)
        .then(|| format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let told = match Instant::read(text, Slashes::DayFirst) {
            Some(Instant { day, time, offset }) => {
                format!("{day} {} {}", time.unwrap_or_default(), offset.unwrap_or_default())
            }
            None => "none".to_owned(),
        };
        assert_eq!(told.trim(), expected, "{text}");
    }

    #[test]
    fn every_format_of_a_flex_query_is_read() {
        check("20240229", "2024-02-29");
        check("2024-02-29", "2024-02-29");
        check("29/02/2024", "2024-02-29");
        check("29/02/24", "2024-02-29");
        check("29-Feb-24", "2024-02-29");
        check("20240229;093000", "2024-02-29 09:30:00");
        check("2024-02-29;09:30:00", "2024-02-29 09:30:00");
        check("2024-02-29, 093000", "2024-02-29 09:30:00");
        check("2024-02-29 09:30:00", "2024-02-29 09:30:00");
        check("2024-02-29T09:30:00", "2024-02-29 09:30:00");
        check("29-Feb-24 09:30:00", "2024-02-29 09:30:00");
        check("20240229;09:30:00 EST", "2024-02-29 09:30:00 -05:00");
        check("2024-07-01;09:30:00 EDT", "2024-07-01 09:30:00 -04:00");
    }

    #[test]
    fn what_no_calendar_or_clock_has_is_refused() {
        for bad in [
            "20230229",
            "2024-13-01",
            "00000000",
            "1/1",
            "20240229;250000",
            "20240229;0930001",
            "MULTI",
            "20240229;",
            "20240229;09:30:00 XYZ",
            "2024-2-",
            "2é240229",
            "20240229;0:9:300",
            "31/04/2024",
        ] {
            check(bad, "none");
        }
    }
}
