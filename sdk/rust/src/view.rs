//! The kind `view`: typed panels that the host draws.

use crate::PluginError;
use crate::figures::Metric;
use crate::snapshot::PortfolioSnapshot;

pub use crate::bindings::exports::view::exports::stonks::plugin::view::{
    Breakdown, Cell, Column, ColumnKind, Panel, PanelBody, Point, Series, Slice, Table, TimeSeries,
};

/// Draws nothing itself: it tells what is to be drawn.
///
/// ```
/// use stonks_plugin_sdk::snapshot::PortfolioSnapshot;
/// use stonks_plugin_sdk::view::{Cell, Column, ColumnKind, Panel, Table, View};
/// use stonks_plugin_sdk::{Plugin, PluginError};
///
/// struct Names;
///
/// impl Plugin for Names {}
///
/// impl View for Names {
///     async fn render(portfolio: PortfolioSnapshot) -> Result<Vec<Panel>, PluginError> {
///         let rows = portfolio.holdings.into_iter().map(|holding| vec![Cell::Text(holding.name)]);
///         let table =
///             Table { columns: vec![Column::new("Name", ColumnKind::Text)], rows: rows.collect() };
///         Ok(vec![Panel::table("What is held", table)])
///     }
/// }
///
/// stonks_plugin_sdk::export_plugin!(Names: view);
/// ```
pub trait View {
    /// The panels, in the order in which they are shown.
    ///
    /// # Errors
    /// Where nothing can be shown at all.
    fn render(
        portfolio: PortfolioSnapshot,
    ) -> impl Future<Output = Result<Vec<Panel>, PluginError>>;
}

impl Panel {
    fn new(title: impl Into<String>, body: PanelBody) -> Self {
        Self { title: title.into(), description: None, body }
    }

    /// A panel of figures.
    #[must_use]
    pub fn metrics(title: impl Into<String>, metrics: Vec<Metric>) -> Self {
        Self::new(title, PanelBody::Metrics(metrics))
    }

    /// A panel that is a table.
    #[must_use]
    pub fn table(title: impl Into<String>, table: Table) -> Self {
        Self::new(title, PanelBody::Table(table))
    }

    /// A panel of lines over time. `currency`: of the values, where they are amounts.
    #[must_use]
    pub fn time_series(
        title: impl Into<String>,
        currency: Option<String>,
        series: Vec<Series>,
    ) -> Self {
        Self::new(title, PanelBody::TimeSeries(TimeSeries { currency, series }))
    }

    /// A panel of parts of a whole. `currency`: of the values, where they are amounts.
    #[must_use]
    pub fn breakdown(
        title: impl Into<String>,
        currency: Option<String>,
        slices: Vec<Slice>,
    ) -> Self {
        Self::new(title, PanelBody::Breakdown(Breakdown { currency, slices }))
    }

    /// With a sentence below the title.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Column {
    /// A column whose cells are empty or of `kind`.
    #[must_use]
    pub fn new(label: impl Into<String>, kind: ColumnKind) -> Self {
        Self { label: label.into(), kind }
    }
}
