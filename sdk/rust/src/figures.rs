//! Named figures: what an aggregator computes, and what a panel may show.

pub use crate::bindings::figures::{Metric, MetricValue};

impl Metric {
    /// A figure. `name`: stable, kebab-case.
    #[must_use]
    pub fn new(name: impl Into<String>, label: impl Into<String>, value: MetricValue) -> Self {
        Self { name: name.into(), label: label.into(), value: Some(value), explanation: None }
    }

    /// A figure that has no value, and one sentence that says why.
    #[must_use]
    pub fn without_value(
        name: impl Into<String>,
        label: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        let explanation = Some(reason.into());
        Self { name: name.into(), label: label.into(), value: None, explanation }
    }

    /// With a sentence that says what it is a figure of.
    #[must_use]
    pub fn explain(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = Some(explanation.into());
        self
    }
}
