//! A leaf of a long list: what one page shows of it.

/// Which leaf is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// From 1; the nearest there is where there are fewer.
    pub number: usize,
    /// Rows of each.
    pub length: usize,
}

/// A leaf, and how many there are.
#[derive(Debug, Clone)]
pub struct Leafed<T> {
    pub rows: Vec<T>,
    /// Of all leaves.
    pub n_rows: usize,
    /// From 1.
    pub number: usize,
    /// At least 1.
    pub n_leaves: usize,
}

impl Leaf {
    /// Of rows that come oldest first, newest first. Only those that are on the leaf are told.
    pub fn of<S, T>(self, all: Vec<S>, tell: impl FnMut(S) -> T) -> Leafed<T> {
        let n_rows = all.len();
        let n_leaves = n_rows.div_ceil(self.length.max(1)).max(1);
        let number = self.number.clamp(1, n_leaves);
        let rows = all.into_iter().rev().skip((number - 1) * self.length).take(self.length);
        Leafed { rows: rows.map(tell).collect(), n_rows, number, n_leaves }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: usize, rows: std::ops::RangeInclusive<i32>, told: usize) {
        let leaf = Leaf { number, length: 50 }.of((1..=120).collect(), |row| row);
        assert_eq!(leaf.rows, rows.rev().collect::<Vec<i32>>());
        assert_eq!((leaf.number, leaf.n_leaves, leaf.n_rows), (told, 3, 120));
    }

    #[test]
    fn the_newest_rows_are_on_the_first_leaf() {
        check(1, 71..=120, 1);
        check(2, 21..=70, 2);
    }

    #[test]
    fn a_leaf_that_is_not_there_is_the_nearest_that_is() {
        check(0, 71..=120, 1);
        check(9, 1..=20, 3);
        let none = Leaf { number: 3, length: 0 }.of(Vec::<i32>::new(), |row| row);
        assert_eq!((none.number, none.n_leaves, none.rows), (1, 1, vec![]));
    }
}
