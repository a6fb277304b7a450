//! Where a row comes from: the lines of the broker's own file.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use stonks_app::reports::Excerpt;

use super::{Frame, PageError, Visitor, drawn};
use crate::router::Shared;

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage {
    frame: Frame,
    line: u32,
    excerpt: Excerpt,
}

pub(crate) async fn show(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path((delivery, line)): Path<(i64, u32)>,
) -> Result<Html<String>, PageError> {
    let excerpt = shared.app.excerpt(delivery, line).await?;
    let excerpt = excerpt.filter(|excerpt| !excerpt.lines.is_empty());
    let excerpt = excerpt.ok_or_else(|| {
        PageError::NotFound("there is no such line in an imported file".to_owned())
    })?;
    drawn(&SourcePage { frame: visitor.frame("Source", "/transactions"), line, excerpt })
}
