//! Parts of a whole, or the reason why they have no shares.

use std::str::FromStr;

use stonks_plugin_sdk::Decimal;

/// One part, in the base currency.
pub(crate) struct Part {
    pub(crate) label: String,
    pub(crate) value: Decimal,
}

/// Parts that add up, the largest first; at least one, and the sum above zero.
pub(crate) struct Whole {
    pub(crate) parts: Vec<Part>,
    pub(crate) sum: Decimal,
}

/// A whole, or why there is none.
pub(crate) type Shares = Result<Whole, String>;

/// So many parts without value are named.
const MOST_NAMED: usize = 3;

pub(crate) fn of(mut parts: Vec<Part>, missing: &[&str], nothing: &str) -> Shares {
    if !missing.is_empty() {
        let named: Vec<String> =
            missing.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect();
        let others = match missing.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        return Err(format!(
            "{}{others} can't be valued: a price or an exchange rate is missing",
            named.join(", ")
        ));
    }
    parts.retain(|part| !part.value.is_zero());
    if let Some(part) = parts.iter().find(|part| part.value < Decimal::ZERO) {
        return Err(format!(
            "`{}` is worth less than nothing, so that shares of the whole mean nothing",
            part.label
        ));
    }
    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.value));
    let Some(sum) = sum else {
        return Err("a number became too large to compute with".to_owned());
    };
    if parts.is_empty() {
        return Err(nothing.to_owned());
    }
    parts.sort_by(|left, right| {
        right.value.cmp(&left.value).then_with(|| left.label.cmp(&right.label))
    });
    Ok(Whole { parts, sum })
}

impl Whole {
    /// A share for the eye: 0.25 for a quarter.
    pub(crate) fn ratio(&self, part: Decimal) -> f64 {
        let share = part.checked_div(self.sum).unwrap_or_default().round_dp(6);
        f64::from_str(&share.to_string()).unwrap_or_default()
    }

    /// The Herfindahl–Hirschman index.
    pub(crate) fn index(&self) -> Result<Decimal, String> {
        let square = |part: &Part| {
            let share = part.value.checked_div(self.sum)?.checked_mul(Decimal::ONE_HUNDRED)?;
            share.checked_mul(share)
        };
        let index = self
            .parts
            .iter()
            .try_fold(Decimal::ZERO, |index, part| index.checked_add(square(part)?));
        index.ok_or_else(|| "a number became too large to compute with".to_owned())
    }
}
