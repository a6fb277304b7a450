//! Cases of Portfolio Performance. Returns and gains have an adapter each; a case of both asks both.

mod gains;
mod returns;

use super::case::{Inputs, Refusal};
use super::computed::Figures;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let (returns, gains): (Vec<&str>, Vec<&str>) =
        asked.iter().partition(|figure| returns::is_known(inputs, figure));
    let mut figures = Figures::new();
    if !returns.is_empty() {
        figures.extend(returns::figures(inputs, &returns)?);
    }
    if !gains.is_empty() {
        figures.extend(gains::figures(inputs, &gains)?);
    }
    Ok(figures)
}
