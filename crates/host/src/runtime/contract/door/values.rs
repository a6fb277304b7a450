//! Single values at the door: each is well-formed, or refused with the name of its field.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money, parse_canonical};

use crate::runtime::contract::types as wit;

/// A longer text is refused; brokers' own descriptions have a few hundred characters.
pub(super) const LONGEST_TEXT: usize = 4_000;

/// A value, or what is wrong with it: the field, and the sentence.
pub(super) type Checked<T> = Result<T, String>;

pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(field: &str, told: &str) -> Checked<T> {
    told.parse().map_err(|error| format!("{field}: {error}"))
}

pub(super) fn optional<T: FromStr<Err: std::fmt::Display>>(
    field: &str,
    told: Option<&str>,
) -> Checked<Option<T>> {
    told.map(|told| parsed(field, told)).transpose()
}

pub(super) fn decimal(field: &str, told: &str) -> Checked<Decimal> {
    parse_canonical(told).map_err(|error| format!("{field}: {error}"))
}

pub(super) fn optional_decimal(field: &str, told: Option<&str>) -> Checked<Option<Decimal>> {
    told.map(|told| decimal(field, told)).transpose()
}

pub(super) fn date(field: &str, told: &str) -> Checked<Date> {
    let is_shaped = told.len() == 10;
    let read = told.parse::<Date>().ok().filter(|_| is_shaped);
    read.ok_or_else(|| format!("{field}: `{}` is not a date such as 2024-02-29", clipped(told)))
}

pub(super) fn optional_date(field: &str, told: Option<&str>) -> Checked<Option<Date>> {
    told.map(|told| date(field, told)).transpose()
}

pub(super) fn money(field: &str, told: &wit::Money) -> Checked<Money> {
    Ok(Money::new(decimal(field, &told.amount)?, parsed::<Currency>(field, &told.currency)?))
}

pub(super) fn optional_money(field: &str, told: Option<&wit::Money>) -> Checked<Option<Money>> {
    told.map(|told| money(field, told)).transpose()
}

fn clipped(told: &str) -> String {
    told.chars().take(60).collect()
}

pub(super) fn text(field: &str, told: String) -> Checked<String> {
    if told.len() > LONGEST_TEXT {
        return Err(format!(
            "{field}: a text of {} bytes; at most {LONGEST_TEXT} are allowed",
            told.len()
        ));
    }
    Ok(told)
}

pub(super) fn optional_text(field: &str, told: Option<String>) -> Checked<Option<String>> {
    told.map(|told| text(field, told)).transpose()
}

/// A wall-clock time that occurs twice, or never, when clocks change is taken as the earlier, or
/// moved by the gap: RFC 5545's rule.
pub(super) fn moment(field: &str, told: &wit::Moment) -> Checked<Moment> {
    let date = date(&format!("{field}.date"), &told.date)?;
    let Some(time) = &told.time else { return Ok(Moment::day(date)) };
    let time: Time = time
        .parse()
        .map_err(|_| format!("{field}.time: `{}` is not a time such as 16:40", clipped(time)))?;
    let zone = told.zone.as_deref().ok_or_else(|| format!("{field}: a time without its zone"))?;
    let bad_zone =
        || format!("{field}.zone: `{}` is neither an IANA name nor a UTC offset", clipped(zone));
    let offset = match zone_of(zone).ok_or_else(bad_zone)? {
        Zone::Fixed(offset) => offset,
        Zone::Named(zone) => {
            let at = DateTime::from_parts(date, time);
            zone.to_ambiguous_zoned_datetime(at).compatible().map_err(|_| bad_zone())?.offset()
        }
    };
    Ok(Moment { date, time: Some((time, offset)) })
}

enum Zone {
    Fixed(Offset),
    Named(TimeZone),
}

fn zone_of(zone: &str) -> Option<Zone> {
    if zone == "Z" || zone == "UTC" {
        return Some(Zone::Fixed(Offset::UTC));
    }
    let Some((sign, rest)) = zone
        .strip_prefix('+')
        .map(|rest| (1, rest))
        .or_else(|| zone.strip_prefix('-').map(|rest| (-1, rest)))
    else {
        return TimeZone::get(zone).ok().map(Zone::Named);
    };
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok().map(Zone::Fixed)
}
