//! Cases of hledger: returns of an investment, and lots.

mod lots;
mod roi;

use super::case::{Inputs, Refusal};
use super::computed::Figures;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let is_about_lots = ["method", "buys", "lots"].iter().any(|key| inputs.has(key));
    if is_about_lots { lots::figures(inputs, asked) } else { roi::figures(inputs, asked) }
}
