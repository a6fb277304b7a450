//! The named columns of a file, and a row read by them.

use csv::StringRecord;
use stonks_plugin_sdk::decimal::{self, Separator};
use stonks_plugin_sdk::{Decimal, PluginError, Refusal, bad_data};

/// Every column that is known. `date` and `kind` are needed, the others as the kind asks.
const NAMES: [&str; 15] = [
    "date",
    "kind",
    "isin",
    "symbol",
    "name",
    "class",
    "quantity",
    "price",
    "currency",
    "amount",
    "fee",
    "tax",
    "description",
    "id",
    "time",
];

/// Where each known column stands.
pub(crate) struct Columns {
    places: [Option<usize>; NAMES.len()],
}

impl Columns {
    pub(crate) fn find(header: &StringRecord) -> Result<Self, PluginError> {
        let mut places = [None; NAMES.len()];
        for (place, title) in header.iter().enumerate() {
            let title = title.to_lowercase();
            match NAMES.iter().position(|name| *name == title) {
                Some(known) if places[known].is_some() => {
                    return Err(bad_data(format!("there are two columns `{title}`"))
                        .line(1)
                        .column(column(place))
                        .into());
                }
                Some(known) => places[known] = Some(place),
                None if title.is_empty() => {}
                None => {
                    return Err(bad_data(format!("the column `{title}` is not known"))
                        .line(1)
                        .column(column(place))
                        .hint(format!("the columns are {}", NAMES.join(", ")))
                        .into());
                }
            }
        }
        let columns = Self { places };
        for needed in ["date", "kind"] {
            if columns.place(needed).is_none() {
                return Err(bad_data(format!("there is no column `{needed}`"))
                    .line(1)
                    .hint(format!("the first line names the columns: date and kind, and of {} those that are needed", NAMES[2..].join(", ")))
                    .into());
            }
        }
        Ok(columns)
    }

    fn place(&self, name: &str) -> Option<usize> {
        NAMES.iter().position(|known| *known == name).and_then(|known| self.places[known])
    }
}

fn column(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

/// One row.
pub(crate) struct Row<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) record: &'a StringRecord,
    pub(crate) line: u32,
}

impl Row<'_> {
    /// None where the field is empty or absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.columns
            .place(name)
            .and_then(|place| self.record.get(place))
            .filter(|field| !field.is_empty())
    }

    /// A refusal that names the row and the field.
    pub(crate) fn refuse(&self, name: &str, message: String) -> Refusal {
        let refusal = bad_data(message).line(self.line);
        self.columns.place(name).map_or(refusal.clone(), |place| refusal.column(column(place)))
    }

    pub(crate) fn needed(&self, name: &str, kind: &str) -> Result<&str, PluginError> {
        self.text(name)
            .ok_or_else(|| self.refuse(name, format!("a {kind} needs a `{name}`")).into())
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<Decimal>, PluginError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = decimal::parse(text, Separator::Point).filter(|number| number.scale() <= 18);
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(self
                .refuse(name, format!("`{text}` is not a number"))
                .hint("write it as `-1234.56`, with at most 28 digits")
                .into()),
        }
    }

    pub(crate) fn needed_number(&self, name: &str, kind: &str) -> Result<Decimal, PluginError> {
        self.needed(name, kind)?;
        Ok(self.number(name)?.unwrap_or_default())
    }

    pub(crate) fn date(&self) -> Result<&str, PluginError> {
        let date = self.needed("date", "row")?;
        if is_date(date) {
            Ok(date)
        } else {
            Err(self
                .refuse("date", format!("`{date}` is not a date"))
                .hint("write it as `2024-12-31`")
                .into())
        }
    }
}

/// Whether a text is a day of the Gregorian calendar in the form `2024-02-29`.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) =
        (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>())
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && year > 0
}
