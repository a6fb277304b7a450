//! Which way a file runs: DEGIRO lists the newest first.

use stonks_plugin_sdk::Decimal;

use crate::table::Row;

/// Puts rows of data in the order in which they happened. `date` and `time` are columns; `change` is
/// the place of a row's amount and balance, where the file tells them.
///
/// A file that somebody sorted the other way is recognised by its first and last minute. Where both
/// are the same, the way in which the balances follow from each other decides, and else a file runs
/// as DEGIRO writes it.
pub(crate) fn oldest_first(
    rows: &mut [Row],
    (date, time): (usize, usize),
    change: impl Fn(&Row) -> Option<(String, Decimal, Decimal)>,
) {
    let minute = |row: Option<&Row>| {
        row.and_then(|row| {
            Some((crate::numbers::iso(row.field(date))?, row.field(time).to_owned()))
        })
    };
    let runs_forward = match minute(rows.first()).zip(minute(rows.last())) {
        Some((first, last)) if first == last => {
            let changes: Vec<_> = rows.iter().filter_map(change).collect();
            let backward: Vec<_> = changes.iter().rev().cloned().collect();
            agreements(&changes) > agreements(&backward)
        }
        Some((first, last)) => first < last,
        None => false,
    };
    if !runs_forward {
        rows.reverse();
    }
}

/// How often a balance follows from the one before it in the same currency.
fn agreements(changes: &[(String, Decimal, Decimal)]) -> usize {
    let follows = |pair: &&[(String, Decimal, Decimal)]| {
        pair[0].0 == pair[1].0 && pair[0].2 + pair[1].1 == pair[1].2
    };
    changes.windows(2).filter(follows).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[&str], expected: &[u32]) {
        let mut rows: Vec<Row> = (1..)
            .zip(rows)
            .map(|(line, row)| Row { line, fields: row.split(',').map(str::to_owned).collect() })
            .collect();
        oldest_first(&mut rows, (0, 1), |row| {
            Some(("EUR".to_owned(), row.field(2).parse().ok()?, row.field(3).parse().ok()?))
        });
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rows_are_put_in_order_whichever_way_a_file_runs() {
        check(&["02-01-2024,09:00,,", "01-01-2024,09:00,,"], &[2, 1]);
        check(&["01-01-2024,09:00,,", "02-01-2024,09:00,,"], &[1, 2]);
        check(&["01-01-2024,09:00,,", "01-01-2024,10:00,,"], &[1, 2]);
        check(&["01-01-2024,09:00,,", "01-01-2024,09:00,,"], &[2, 1]);
        check(&["01-01-2024,09:00,-100,-100", "01-01-2024,09:00,-3,-103"], &[1, 2]);
        check(&["01-01-2024,09:00,-3,-103", "01-01-2024,09:00,-100,-100"], &[2, 1]);
    }
}
