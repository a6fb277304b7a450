//! Costs, realised and unrealised gains, and trades.

use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::Figures;

pub(super) fn figures(_inputs: &Inputs<'_>, _asked: &[&str]) -> Result<Figures, Refusal> {
    Err(Refusal::UnknownShape("no adapter yet".to_owned()))
}
