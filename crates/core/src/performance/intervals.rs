//! The periods that pages and commands name: year to date, one month, five years, all.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::series::{Period, Series};

/// A period that ends today, by name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, Serialize, Deserialize,
)]
pub enum Interval {
    /// From the start of the month.
    #[serde(rename = "MTD")]
    #[strum(serialize = "MTD", ascii_case_insensitive)]
    MonthToDate,
    /// From the start of the year.
    #[serde(rename = "YTD")]
    #[strum(serialize = "YTD", ascii_case_insensitive)]
    YearToDate,
    #[serde(rename = "1M")]
    #[strum(serialize = "1M", ascii_case_insensitive)]
    OneMonth,
    #[serde(rename = "3M")]
    #[strum(serialize = "3M", ascii_case_insensitive)]
    ThreeMonths,
    #[serde(rename = "6M")]
    #[strum(serialize = "6M", ascii_case_insensitive)]
    SixMonths,
    #[serde(rename = "1Y")]
    #[strum(serialize = "1Y", ascii_case_insensitive)]
    OneYear,
    #[serde(rename = "3Y")]
    #[strum(serialize = "3Y", ascii_case_insensitive)]
    ThreeYears,
    #[serde(rename = "5Y")]
    #[strum(serialize = "5Y", ascii_case_insensitive)]
    FiveYears,
    /// From the first day of which anything is told.
    #[serde(rename = "ALL")]
    #[strum(serialize = "ALL", ascii_case_insensitive)]
    All,
}

impl Interval {
    /// The period that ends with `as_of`, and begins no earlier than the day before the series does:
    /// what is older is no part of a return. None where the series has no day in it.
    ///
    /// A month before 31 March is the last day of February, as calendars have it.
    #[must_use]
    pub fn period(self, series: &Series, as_of: Date) -> Option<Period> {
        let whole = series.whole()?;
        let before = |span: Span| as_of.checked_sub(span).ok();
        let after = match self {
            Self::MonthToDate => as_of.first_of_month().yesterday().ok(),
            Self::YearToDate => as_of.first_of_year().yesterday().ok(),
            Self::OneMonth => before(Span::new().months(1)),
            Self::ThreeMonths => before(Span::new().months(3)),
            Self::SixMonths => before(Span::new().months(6)),
            Self::OneYear => before(Span::new().years(1)),
            Self::ThreeYears => before(Span::new().years(3)),
            Self::FiveYears => before(Span::new().years(5)),
            Self::All => Some(whole.after),
        }?;
        let period = Period::new(after.max(whole.after), as_of.min(whole.through));
        (period.n_days() > 0).then_some(period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rust_decimal::Decimal;

    fn check(name: &str, as_of: Date, expected: (Date, Date)) {
        let values = [(date(2020, 6, 15), Decimal::ONE)];
        let series = Series::carried(&values, &[], date(2024, 12, 31));
        let period = name.parse::<Interval>().unwrap().period(&series, as_of).unwrap();
        assert_eq!((period.after, period.through), expected, "{name}");
        assert_eq!(name.to_lowercase().parse::<Interval>().unwrap().to_string(), name);
    }

    #[test]
    fn intervals_follow_the_calendar() {
        let day = date(2024, 3, 31);
        check("MTD", day, (date(2024, 2, 29), day));
        check("YTD", day, (date(2023, 12, 31), day));
        check("1M", day, (date(2024, 2, 29), day));
        check("6M", day, (date(2023, 9, 30), day));
        check("1Y", date(2024, 2, 29), (date(2023, 2, 28), date(2024, 2, 29)));
        check("3Y", day, (date(2021, 3, 31), day));
    }

    #[test]
    fn no_interval_begins_before_the_series() {
        check("5Y", date(2024, 3, 31), (date(2020, 6, 14), date(2024, 3, 31)));
        check("ALL", date(2024, 3, 31), (date(2020, 6, 14), date(2024, 3, 31)));
        check("ALL", date(2025, 3, 31), (date(2020, 6, 14), date(2024, 12, 31)));
        let values = [(date(2020, 6, 15), Decimal::ONE)];
        let series = Series::carried(&values, &[], date(2024, 12, 31));
        assert_eq!(Interval::All.period(&series, date(2020, 6, 1)), None);
    }
}
