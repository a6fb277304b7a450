//! The CSV form: a column for each currency, a line for each day, newest first.

use stonks_plugin_sdk::{Batch, FactSource, PluginError, bad_data};

use crate::rate;

/// Days in one page: 40 currencies each make it 2,000 facts.
const DAYS: usize = 50;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The file, and how far it is read.
pub(crate) struct Table {
    currencies: Vec<String>,
    /// Number and content of the lines that are left, last first.
    lines: Vec<(u32, String)>,
    total: u64,
}

impl Table {
    pub(crate) fn open(text: String) -> Result<Self, PluginError> {
        let mut lines = text.lines();
        let header = lines.next().unwrap_or_default();
        let mut columns = header.split(',').map(str::trim);
        if columns.next() != Some("Date") || !header.contains("USD") {
            let shown: String = header.chars().take(40).collect();
            return Err(bad_data(format!(
                "this is no file of the ECB's reference rates: its first line is `{shown}`"
            ))
            .line(1)
            .hint("download eurofxref-hist.csv from the ECB's page on reference rates")
            .into());
        }
        let currencies = columns.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let numbered =
            (2..).zip(lines.map(str::to_owned)).filter(|(_, line)| !line.trim().is_empty());
        let mut lines: Vec<(u32, String)> = numbered.collect();
        lines.reverse();
        let total = lines.len() as u64;
        Ok(Self { currencies, lines, total })
    }
}

impl FactSource for Table {
    fn next_batch(&mut self) -> Result<Batch, PluginError> {
        let mut facts = Vec::new();
        for _ in 0..DAYS {
            let Some((number, line)) = self.lines.pop() else { break };
            let mut fields = line.split(',').map(str::trim);
            let day = iso(fields.next().unwrap_or_default());
            for (currency, told) in self.currencies.iter().zip(fields) {
                facts.extend(rate(&day, currency, told, Some(number))?);
            }
        }
        let left = self.lines.len() as u64;
        Ok(Batch { facts, has_more: left > 0, progress: Some((self.total - left, self.total)) })
    }
}

/// `eurofxref.csv` writes `30 October 2026`, `eurofxref-hist.csv` the ISO form.
fn iso(day: &str) -> String {
    let mut words = day.split_whitespace();
    let (Some(number), Some(name), Some(year)) = (words.next(), words.next(), words.next()) else {
        return day.to_owned();
    };
    let month = MONTHS.iter().position(|month| *month == name).map_or(0, |place| place + 1);
    format!("{year}-{month:02}-{number:0>2}")
}
