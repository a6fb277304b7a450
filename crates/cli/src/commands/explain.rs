//! `stonks explain`: how a figure came to be.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;
use stonks_app::reports::{Depth, Explained, ExplanationInput, ExplanationNode, Query, Witness};
use stonks_core::account::AccountName;

use crate::config::GlobalOptions;
use crate::output::Output;

#[derive(Args)]
pub(crate) struct Options {
    /// `total.value`, `holding.SYMBOL.cost_basis`, `sale.ID.gain`, `performance.twr` and the like.
    #[arg(required = true, value_name = "FIGURE")]
    figures: Vec<String>,
    /// One account instead of all.
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
    /// At the end of this day instead of today.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// How deep the tree is shown. JSON always holds all of it.
    #[arg(long, value_name = "LEVELS", default_value_t = 8)]
    depth: usize,
}

pub(crate) async fn run(
    global: &GlobalOptions,
    options: Options,
    output: &Output,
) -> Result<ExitCode> {
    let app = global.open().await?;
    let depth = options.depth;
    let explained = async {
        app.map_facts().await?;
        let query = Query { account: options.account, as_of: options.as_of, ..Query::default() };
        let mut all = Vec::new();
        for figure in &options.figures {
            all.push(app.explain(figure, &query, Depth::Rows).await?);
        }
        anyhow::Ok(all)
    };
    let explained = explained.await;
    app.close().await;
    let explained = explained?;
    match explained.as_slice() {
        [one] if output.is_json() => output.json(one)?,
        all if output.is_json() => output.json(&all)?,
        all => {
            for (place, one) in all.iter().enumerate() {
                if place > 0 {
                    output.line("");
                }
                tell(one, depth, output);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(explained: &Explained, depth: usize, output: &Output) {
    let node = &explained.explanation;
    let figure = node.figure.as_deref().unwrap_or_default();
    output.line(&format!("{figure} as of {}", explained.as_of));
    output.line(&headline(node));
    if let Some(definition) = node.definition {
        output.line(&format!("  {definition}"));
    }
    branch(node, "", depth, output);
}

fn headline(node: &ExplanationNode) -> String {
    match (&node.value, &node.reason) {
        (Some(value), _) => format!("{}: {value} {}", node.name, node.unit).trim_end().to_owned(),
        (None, Some(reason)) => format!("{}: – ({reason})", node.name),
        (None, None) => format!("{}: –", node.name),
    }
}

/// What stands below a figure: formula, notes, inputs.
fn branch(node: &ExplanationNode, indent: &str, depth: usize, output: &Output) {
    let bar = if node.inputs.is_empty() { "  " } else { "│ " };
    if let Some(formula) = node.formula {
        let convention = node.convention.unwrap_or_default();
        let adds_up = if node.is_sum { "; the parts add up" } else { "" };
        output.line(&format!("{indent}{bar}= {formula} ({convention}{adds_up})"));
    }
    for note in &node.notes {
        output.line(&format!("{indent}{bar}{note}"));
    }
    if depth == 0 {
        if !node.inputs.is_empty() {
            output.line(&format!("{indent}└ {} more below", node.inputs.len()));
        }
        return;
    }
    for (place, input) in node.inputs.iter().enumerate() {
        let is_last = place + 1 == node.inputs.len();
        let (fork, below) = if is_last { ("└ ", "  ") } else { ("├ ", "│ ") };
        match input {
            ExplanationInput::Figure(figure) => {
                output.line(&format!("{indent}{fork}{}", headline(figure)));
                branch(figure, &format!("{indent}{below}"), depth - 1, output);
            }
            ExplanationInput::Row(row) => {
                output.line(&format!("{indent}{fork}{}", told(row)));
                output.line(&format!("{indent}{below}  {}", place_of(row)));
            }
        }
    }
}

fn told(row: &Witness) -> String {
    let date = row.date.map(|date| format!("{date} ")).unwrap_or_default();
    let amount = row.amount.as_ref().map(|amount| format!(": {amount} {}", row.unit));
    format!("{date}{}{}", row.what, amount.unwrap_or_default()).trim_end().to_owned()
}

/// File and line, and who read it.
fn place_of(row: &Witness) -> String {
    let source = &row.source;
    let place = source.row.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    let (file, plugin, version) = (&source.file, &source.plugin, &source.version);
    let mut told =
        format!("{file}{place}, read by {plugin} {version}, delivery {}", source.delivery);
    if !source.changed_by.is_empty() {
        told += &format!(", changed by {}", source.changed_by.join(", "));
    }
    told
}
