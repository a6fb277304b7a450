//! The kind `aggregator`: a portfolio turned into named figures.

use crate::PluginError;
use crate::figures::Metric;
use crate::snapshot::PortfolioSnapshot;

/// Computes named figures.
///
/// ```
/// use stonks_plugin_sdk::aggregator::Aggregator;
/// use stonks_plugin_sdk::figures::{Metric, MetricValue};
/// use stonks_plugin_sdk::snapshot::PortfolioSnapshot;
/// use stonks_plugin_sdk::{Plugin, PluginError};
///
/// struct Counter;
///
/// impl Plugin for Counter {}
///
/// impl Aggregator for Counter {
///     async fn compute(portfolio: PortfolioSnapshot) -> Result<Vec<Metric>, PluginError> {
///         let n_holdings = portfolio.holdings.len().to_string();
///         Ok(vec![Metric::new("holdings", "Holdings", MetricValue::Number(n_holdings))])
///     }
/// }
///
/// stonks_plugin_sdk::export_plugin!(Counter: aggregator);
/// ```
pub trait Aggregator {
    /// The figures, in the order in which they are shown.
    ///
    /// # Errors
    /// Where nothing can be computed at all. A figure that has no value is no error: tell it with
    /// [`Metric::without_value`].
    fn compute(
        portfolio: PortfolioSnapshot,
    ) -> impl Future<Output = Result<Vec<Metric>, PluginError>>;
}
