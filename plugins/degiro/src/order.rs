//! Which way a file runs: DEGIRO lists the newest first, and spreadsheets sort.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use stonks_plugin_sdk::Decimal;

use crate::stamp::Stamp;

/// What a row of a statement says of the cash.
pub(crate) struct Claim {
    pub(crate) currency: Rc<str>,
    pub(crate) amount: Decimal,
    pub(crate) balance: Decimal,
}

/// How often something runs forward, and how often backward.
#[derive(Default, Clone, Copy)]
struct Votes {
    forward: u32,
    backward: u32,
}

impl Votes {
    fn count(&mut self, ordering: Ordering) {
        match ordering {
            Ordering::Less => self.forward += 1,
            Ordering::Greater => self.backward += 1,
            Ordering::Equal => {}
        }
    }

    /// Whether it runs forward; None where nobody can tell.
    fn verdict(self) -> Option<bool> {
        (self.forward != self.backward).then_some(self.forward > self.backward)
    }
}

/// The rows of a file in the order in which they happened, by their places in the file.
///
/// Rows of one minute run their own way, since a spreadsheet that sorts by day and time leaves them as
/// they were: there the balances tell, and else the way of the whole file.
pub(crate) fn oldest_first(stamps: &[Stamp], claims: &[Option<Claim>]) -> Vec<usize> {
    let mut all = Votes::default();
    for pair in stamps.windows(2) {
        all.count(pair[0].cmp(&pair[1]));
    }
    let in_minutes = votes_of_balances(stamps, claims);
    let is_forward = in_minutes.verdict().or(all.verdict()).unwrap_or(false);
    let mut places: Vec<usize> = (0..stamps.len()).collect();
    if !is_forward {
        places.reverse();
    }
    places.sort_by_key(|&place| stamps[place]);
    places
}

/// How often the balance of a row follows from that of the row before it in the same currency and
/// minute, and how often the other way round.
fn votes_of_balances(stamps: &[Stamp], claims: &[Option<Claim>]) -> Votes {
    let mut votes = Votes::default();
    let mut last: HashMap<&str, (Stamp, &Claim)> = HashMap::new();
    for (stamp, claim) in stamps.iter().zip(claims) {
        let Some(claim) = claim else { continue };
        let follows = |older: &Claim, newer: &Claim| {
            newer.balance.checked_sub(newer.amount) == Some(older.balance)
        };
        let before = last.insert(&claim.currency, (*stamp, claim));
        if let Some((_, before)) = before.filter(|(old, _)| old == stamp) {
            votes.forward += u32::from(follows(before, claim));
            votes.backward += u32::from(follows(claim, before));
        }
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::{Day, Time};

    /// Rows of day, minute, and optionally amount and balance.
    fn check(rows: &[&str], expected: &[usize]) {
        let mut stamps = Vec::new();
        let mut claims = Vec::new();
        for row in rows {
            let mut cells = row.split(' ');
            let day = Day::read(&format!("{}-01-2024", cells.next().unwrap())).unwrap();
            stamps.push(Stamp { day, time: Time::read(cells.next().unwrap()) });
            let numbers: Vec<Decimal> = cells.map(|cell| cell.parse().unwrap()).collect();
            claims.push(match numbers[..] {
                [amount, balance] => Some(Claim { currency: "EUR".into(), amount, balance }),
                _ => None,
            });
        }
        assert_eq!(oldest_first(&stamps, &claims), expected, "{rows:?}");
    }

    #[test]
    fn rows_are_put_in_order_whichever_way_a_file_runs() {
        check(&["02 09:00", "01 09:00"], &[1, 0]);
        check(&["01 09:00", "02 09:00"], &[0, 1]);
        check(&["01 09:00", "01 10:00"], &[0, 1]);
        check(&["01 10:00", "01 09:00"], &[1, 0]);
    }

    #[test]
    fn in_one_minute_the_balances_tell() {
        check(&["01 09:00 -100 -100", "01 09:00 -3 -103"], &[0, 1]);
        check(&["01 09:00 -3 -103", "01 09:00 -100 -100"], &[1, 0]);
        check(&["01 09:00", "01 09:00"], &[1, 0]);
    }

    #[test]
    fn a_spreadsheet_may_have_sorted_all_but_the_minutes() {
        check(
            &["01 09:00 2 3", "01 09:00 1 1", "01 10:00", "02 09:00 4 9", "02 09:00 5 5"],
            &[1, 0, 2, 4, 3],
        );
    }

    #[test]
    fn files_that_were_put_together_are_sorted() {
        check(&["09 09:00", "08 09:00", "03 09:00", "05 09:00", "05 10:00"], &[2, 3, 4, 1, 0]);
    }
}
