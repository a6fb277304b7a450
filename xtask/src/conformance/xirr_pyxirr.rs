//! Cases of pyxirr: rates of return and present values of flows, with dates and without.

use super::case::{Inputs, Refusal};
use super::computed::Figures;
use super::flows::rate_or_value;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let mut figures = Figures::new();
    for figure in asked {
        if let Some(computed) = rate_or_value(inputs, figure)? {
            figures.insert((*figure).to_owned(), computed);
        }
    }
    Ok(figures)
}
