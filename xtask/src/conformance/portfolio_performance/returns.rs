//! Returns, drawdown, volatility, dividends, and what made the value of a portfolio change.

use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::Figures;

/// How the names of the figures begin that the adapter of gains computes.
const GAINS: [&str; 11] = [
    "cost_",
    "capital_gains_on_",
    "realized_",
    "unrealized_",
    "realised_",
    "unrealised_",
    "total_rate_of_return_div_",
    "trade",
    "number_of_trades",
    "first_trade",
    "last_trade",
];

/// Whether a figure is computed here rather than among the gains: whatever isn't a cost, a realised
/// or unrealised gain, or a trade. Of what a period brought, all figures are computed here; of single
/// transactions without a period, none but returns and dividends.
pub(super) fn is_known(inputs: &Inputs<'_>, figure: &str) -> bool {
    let is_breakdown = inputs.has("reporting_interval") && !inputs.has("data");
    let is_gain = GAINS.iter().any(|gain| figure.starts_with(gain))
        || figure == "shares_held" && !inputs.has("data");
    is_breakdown || !is_gain
}

pub(super) fn figures(_inputs: &Inputs<'_>, _asked: &[&str]) -> Result<Figures, Refusal> {
    Err(Refusal::UnknownShape("no adapter yet".to_owned()))
}
