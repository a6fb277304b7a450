//! A point in time, as exactly as the broker tells it.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date, with a time and its offset from UTC where the broker gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The calendar day where the broker keeps its books.
    pub date: Date,
    pub time: Option<(Time, Offset)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a date nor a time with its offset")]
pub struct ParseMomentError(String);

impl Moment {
    #[must_use]
    pub const fn day(date: Date) -> Self {
        Self { date, time: None }
    }
}

/// By day, then by time; what has no time comes first on its day.
impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |moment: &Self| {
            (moment.date, moment.time.map(|(time, offset)| (time, offset.seconds())))
        };
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// RFC 3339, or the date alone.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((time, offset)) = self.time else { return write!(formatter, "{}", self.date) };
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        write!(formatter, "{}T{time}{sign}{hours:02}:{minutes:02}", self.date)
    }
}

impl std::str::FromStr for Moment {
    type Err = ParseMomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || ParseMomentError(text.chars().take(40).collect());
        let Some((date, rest)) = text.split_once('T') else {
            return Ok(Self::day(date(text).ok_or_else(fail)?));
        };
        let at =
            rest.len().checked_sub(6).filter(|&at| rest.is_char_boundary(at)).ok_or_else(fail)?;
        let (time, offset) = rest.split_at(at);
        let (sign, hours_minutes) = match offset.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(fail()),
        };
        let (hours, minutes) = hours_minutes.split_once(':').ok_or_else(fail)?;
        let number = |part: &str| part.parse::<i32>().map_err(|_| fail());
        let seconds = sign * (number(hours)? * 3600 + number(minutes)? * 60);
        Ok(Self {
            date: self::date(date).ok_or_else(fail)?,
            time: Some((
                self::time(time).ok_or_else(fail)?,
                Offset::from_seconds(seconds).map_err(|_| fail())?,
            )),
        })
    }
}

/// `2024-02-29`. All that is stored is written so; any other spelling that jiff knows is left to it, which
/// takes three times as long.
fn date(text: &str) -> Option<Date> {
    let plain = || {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
        let year = number(&[*y0, *y1, *y2, *y3])?;
        let (month, day) = (number(&[*m0, *m1])?, number(&[*d0, *d1])?);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    plain().or_else(|| text.parse().ok())
}

/// `16:40:00`, in the same way.
fn time(text: &str) -> Option<Time> {
    let plain = || {
        let [h0, h1, b':', m0, m1, b':', s0, s1] = text.as_bytes() else { return None };
        let part = |tens: u8, ones: u8| i8::try_from(number(&[tens, ones])?).ok();
        Time::new(part(*h0, *h1)?, part(*m0, *m1)?, part(*s0, *s1)?, 0).ok()
    };
    plain().or_else(|| text.parse().ok())
}

/// Up to four digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number: i16, digit| {
        let digit = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        assert_eq!(text.parse::<Moment>().map(|moment| moment.to_string()).as_deref(), Ok(text));
    }

    #[test]
    fn a_moment_survives_a_round_trip() {
        check("2024-02-29");
        check("2023-06-15T16:40:00+02:00");
        check("2023-06-15T16:40:00.123-05:00");
        check("2023-06-15T16:40:00+05:30");
    }

    #[test]
    fn the_quick_way_reads_what_jiff_reads() {
        for text in
            ["2024-02-29", "2024-02-30", "0000-01-01", "9999-12-31", "2024-1-01", "2024-01-1x"]
        {
            assert_eq!(date(text), text.parse().ok(), "{text}");
        }
        for text in
            ["00:00:00", "23:59:59", "24:00:00", "23:59:60", "12:5:00", "12:05", "12:05:00.5"]
        {
            assert_eq!(time(text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in
            ["", "2024-02-30", "2024-01-01T", "2024-01-01T10:00", "2024-01-01T10:00:00Z", "é"]
        {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_without_a_time_comes_before_its_hours() {
        let moments: Vec<Moment> = ["2024-01-01", "2024-01-01T00:00:00+00:00", "2024-01-02"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        assert!(moments.is_sorted());
    }
}
