//! Whether `01/02/2024` is in January or in February: all dates of a file decide together, and no
//! guess is made.

use stonks_plugin_sdk::{Refusal, bad_data};

use crate::day::{Day, Slashes};
use crate::row::shown;

/// What the dates heard so far allow.
#[derive(Debug)]
pub(crate) struct Votes {
    allows_day_first: bool,
    allows_month_first: bool,
    /// A date that is one day or another.
    ambiguous: Option<String>,
    /// What the period of a statement prefers, where all else allows both.
    preferred: Option<Slashes>,
}

impl Default for Votes {
    fn default() -> Self {
        Self { allows_day_first: true, allows_month_first: true, ambiguous: None, preferred: None }
    }
}

impl Votes {
    /// Hears a value; all but dates with slashes are passed over.
    pub(crate) fn hear(&mut self, text: &str) {
        let Some(date) = slashed(text) else { return };
        match read(date) {
            (Some(_), None) => self.allows_month_first = false,
            (None, Some(_)) => self.allows_day_first = false,
            (Some(day_first), Some(month_first)) if day_first != month_first => {
                self.ambiguous.get_or_insert_with(|| date.to_owned());
            }
            // Not a date in either order, which its row will say with its place; or the same in both.
            _ => {}
        }
    }

    /// Hears the first and last day of a statement, and when it was written.
    pub(crate) fn hear_period(&mut self, [from, to, generated]: [Option<&str>; 3]) {
        let days = |text: Option<&str>| text.and_then(slashed).map(read).unwrap_or_default();
        let (from, to, generated) = (days(from), days(to), days(generated));
        self.allows_day_first &= in_order(from.0, to.0);
        self.allows_month_first &= in_order(from.1, to.1);
        // A statement that was written before its last day is odd, but there are some.
        match (in_order(to.0, generated.0), in_order(to.1, generated.1)) {
            (true, false) => self.preferred = Some(Slashes::DayFirst),
            (false, true) => self.preferred = Some(Slashes::MonthFirst),
            _ => {}
        }
    }

    /// # Errors
    /// Both orders are possible, or none is.
    pub(crate) fn count(&self) -> Result<Slashes, Refusal> {
        let hint = "set the date format of the Flex Query to yyyyMMdd, and run it again";
        match (self.allows_day_first, self.allows_month_first) {
            (true, false) => Ok(Slashes::DayFirst),
            (false, true) => Ok(Slashes::MonthFirst),
            (true, true) => match (&self.ambiguous, self.preferred) {
                (None, _) => Ok(Slashes::DayFirst),
                (Some(_), Some(preferred)) => Ok(preferred),
                (Some(date), None) => Err(bad_data(format!(
                    "`{}` can be read as day/month and as month/day, and no other date of the file tells which it is",
                    shown(date)
                ))
                .hint(hint)),
            },
            (false, false) => {
                Err(bad_data("some dates are written day/month and others month/day").hint(hint))
            }
        }
    }
}

/// The date in front of a value such as `01/02/2024;093000`.
fn slashed(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() >= 8
        && bytes.is_ascii()
        && bytes[..2].iter().chain(&bytes[3..5]).all(u8::is_ascii_digit)
        && bytes[2] == b'/'
        && bytes[5] == b'/';
    if !is_shaped {
        return None;
    }
    Some(&text[..text.find([';', ',', ' ']).unwrap_or(text.len())])
}

/// Read day first, and month first.
fn read(date: &str) -> (Option<Day>, Option<Day>) {
    (Day::read(date, Slashes::DayFirst), Day::read(date, Slashes::MonthFirst))
}

fn in_order(first: Option<Day>, second: Option<Day>) -> bool {
    first.zip(second).is_none_or(|(first, second)| first <= second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dates: &[&str], period: [&str; 3], expected: &str) {
        let mut votes = Votes::default();
        for date in dates.iter().chain(&period) {
            votes.hear(date);
        }
        votes.hear_period(period.map(Some));
        let told = match votes.count() {
            Ok(slashes) => format!("{slashes:?}"),
            Err(refusal) => stonks_plugin_sdk::testing::tell_error(&refusal.into()),
        };
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn one_clear_date_decides_for_all() {
        check(&["01/02/2024"], ["01/01/2024", "31/01/2024", ""], "DayFirst");
        check(&["01/02/2024", "12/31/2024;093000"], ["", "", ""], "MonthFirst");
        check(&["01/02/24", "31/12/24"], ["", "", ""], "DayFirst");
    }

    #[test]
    fn a_period_runs_forwards() {
        check(&[], ["02/01/2024", "01/02/2024", ""], "DayFirst");
        check(&[], ["01/02/2024", "02/01/2024", ""], "MonthFirst");
        check(&[], ["01/02/2024", "02/02/2024", "03/02/2024;101010"], "refused");
        check(&[], ["01/02/2024", "03/04/2024", "04/03/2024;101010"], "MonthFirst");
    }

    #[test]
    fn nothing_is_guessed() {
        check(&["05/05/2024"], ["", "", ""], "DayFirst");
        check(
            &["01/02/2024"],
            ["", "", ""],
            "refused: `01/02/2024` can be read as day/month and as month/day",
        );
        check(
            &["31/01/2024", "01/31/2024"],
            ["", "", ""],
            "refused: some dates are written day/month and others month/day",
        );
    }
}
