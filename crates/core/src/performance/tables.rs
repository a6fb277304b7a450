//! Returns by year and by month, which link to the total.

use jiff::civil::Date;

use super::series::{Period, Series};
use super::time_weighted::{DayReturn, linked};
use crate::figure::NoValue;

/// The return of a month, or of the part of it that a period covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthReturn {
    /// The first of the month.
    pub month: Date,
    pub rate: f64,
}

/// The return of a calendar year, or of the part of it that a period covers, and its months'.
#[derive(Debug, Clone, PartialEq)]
pub struct YearReturn {
    pub year: i16,
    /// The months', linked.
    pub rate: f64,
    /// Only those that the period covers.
    pub months: Vec<MonthReturn>,
}

impl Series {
    /// Time-weighted returns by year and month, oldest first.
    ///
    /// The value with which a month begins is the one with which the month before ended, so that no
    /// day's return is lost: months link to their year, and years to the total.
    ///
    /// # Errors
    /// As [`Series::daily_returns`].
    pub fn yearly(&self, period: Period) -> Result<Vec<YearReturn>, NoValue> {
        let returns = self.daily_returns(period)?;
        let months: Vec<MonthReturn> = returns
            .chunk_by(|left, right| month(left) == month(right))
            .map(|days| MonthReturn {
                month: days[0].date.first_of_month(),
                rate: linked(days.iter().map(|day| day.rate)),
            })
            .collect();
        Ok(months
            .chunk_by(|left, right| left.month.year() == right.month.year())
            .map(|months| YearReturn {
                year: months[0].month.year(),
                rate: linked(months.iter().map(|month| month.rate)),
                months: months.to_vec(),
            })
            .collect())
    }
}

fn month(day: &DayReturn) -> Date {
    day.date.first_of_month()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rust_decimal::Decimal;

    #[test]
    fn the_first_day_of_a_month_counts_in_it() {
        let values = [(date(2023, 12, 31), 100), (date(2024, 1, 31), 110), (date(2024, 2, 1), 121)]
            .map(|(date, value)| (date, Decimal::from(value)));
        let flows = [(date(2023, 12, 31), 100.into())];
        let series = Series::carried(&values, &flows, date(2024, 2, 29));
        let years = series.yearly(series.whole().unwrap()).unwrap();
        let shown: Vec<String> = years
            .iter()
            .flat_map(|year| &year.months)
            .map(|month| format!("{} {:.4}", month.month, month.rate))
            .collect();
        assert_eq!(shown, ["2023-12-01 0.0000", "2024-01-01 0.1000", "2024-02-01 0.1000"]);
        assert_eq!(format!("{:.4}", years[1].rate), "0.2100");
    }
}
