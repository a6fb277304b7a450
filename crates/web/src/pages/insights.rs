//! What aggregators and views tell: figures, tables, lines and parts, all drawn here.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use stonks_app::Insight;

use super::{Frame, PageError, Visitor, drawn, filters};
use crate::panels::{Body, Card, Drawn};
use crate::router::Shared;

/// What one plugin tells, ready to be shown.
struct Section {
    label: String,
    plugin: String,
    /// Version, and the day at whose end things stood.
    told: String,
    problem: Option<String>,
    is_current: bool,
    is_waiting: bool,
    cards: Vec<Card>,
    panels: Vec<Drawn>,
}

#[derive(Template)]
#[template(path = "insights.html")]
struct InsightsPage {
    frame: Frame,
    sections: Vec<Section>,
    has_lines: bool,
}

impl Section {
    fn new(place: usize, insight: Insight) -> Result<Self, PageError> {
        let version = insight.version.as_deref().unwrap_or_default();
        let as_of = insight.as_of.map(|day| format!(" · {day}")).unwrap_or_default();
        let panels = insight.panels.iter().enumerate().map(|(number, panel)| {
            Drawn::new(format!("panel-{place}-{number}"), panel).map_err(PageError::from)
        });
        Ok(Self {
            label: insight.label,
            told: format!("{version}{as_of}"),
            plugin: insight.plugin,
            problem: insight.problem,
            is_current: insight.is_current,
            is_waiting: insight.computed_at.is_none(),
            cards: insight.metrics.iter().map(Card::new).collect(),
            panels: panels.collect::<Result<_, _>>()?,
        })
    }
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
) -> Result<Html<String>, PageError> {
    let insights = shared.app.insights(None).await?;
    let sections = insights.into_iter().enumerate();
    let sections = sections
        .map(|(place, insight)| Section::new(place, insight))
        .collect::<Result<Vec<_>, _>>()?;
    let mut panels = sections.iter().flat_map(|section| &section.panels);
    let has_lines = panels.any(|panel| matches!(panel.body, Body::Lines { .. }));
    drawn(&InsightsPage { frame: visitor.frame("Insights", "/insights"), sections, has_lines })
}
