//! Panels as a view tells them, each value checked.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::metrics::{at_most, finite, label, metrics, sentence};
use super::values::{Checked, date, decimal, money, optional};
use crate::insight::{Cell, Column, ColumnKind, Panel, PanelBody, Point, Series, Slice};
use crate::runtime::contract::exports::view as wit;

const MOST_PANELS: usize = 20;
const MOST_COLUMNS: usize = 20;
const MOST_ROWS: usize = 2_000;
const MOST_SERIES: usize = 8;
const MOST_POINTS: usize = 5_000;
const MOST_SLICES: usize = 200;

/// Checks panels. The error names the panel and the field.
pub(in crate::runtime) fn panels(told: Vec<wit::Panel>) -> Checked<Vec<Panel>> {
    at_most("panels", told.len(), MOST_PANELS)?;
    let check = |(place, told): (usize, wit::Panel)| {
        panel(told).map_err(|problem| format!("panel {}: {problem}", place + 1))
    };
    told.into_iter().enumerate().map(check).collect()
}

fn panel(told: wit::Panel) -> Checked<Panel> {
    Ok(Panel {
        title: label("title", told.title)?,
        description: told.description.map(|told| sentence("description", told)).transpose()?,
        body: match told.body {
            wit::PanelBody::Metrics(told) => PanelBody::Metrics { metrics: metrics(told)? },
            wit::PanelBody::Table(told) => table(told)?,
            wit::PanelBody::TimeSeries(told) => {
                at_most("series", told.series.len(), MOST_SERIES)?;
                PanelBody::TimeSeries {
                    currency: optional("currency", told.currency.as_deref())?,
                    series: told.series.into_iter().map(series).collect::<Checked<_>>()?,
                }
            }
            wit::PanelBody::Breakdown(told) => {
                at_most("slices", told.slices.len(), MOST_SLICES)?;
                PanelBody::Breakdown {
                    currency: optional("currency", told.currency.as_deref())?,
                    slices: told.slices.into_iter().map(slice).collect::<Checked<_>>()?,
                }
            }
        },
    })
}

fn table(told: wit::Table) -> Checked<PanelBody> {
    at_most("columns", told.columns.len(), MOST_COLUMNS)?;
    at_most("rows", told.rows.len(), MOST_ROWS)?;
    let column = |told: wit::Column| {
        Ok::<_, String>(Column {
            label: label("column", told.label)?,
            kind: match told.kind {
                wit::ColumnKind::Text => ColumnKind::Text,
                wit::ColumnKind::Number => ColumnKind::Number,
                wit::ColumnKind::Money => ColumnKind::Money,
                wit::ColumnKind::Ratio => ColumnKind::Ratio,
                wit::ColumnKind::Date => ColumnKind::Date,
            },
        })
    };
    let columns = told.columns.into_iter().map(column).collect::<Checked<Vec<_>>>()?;
    if columns.is_empty() {
        return Err("a table without columns".to_owned());
    }
    let mut rows = Vec::with_capacity(told.rows.len());
    for (place, told) in told.rows.into_iter().enumerate() {
        if told.len() != columns.len() {
            let (cells, columns) = (told.len(), columns.len());
            return Err(format!("row {} has {cells} cells for {columns} columns", place + 1));
        }
        let cells = told.into_iter().zip(&columns).map(|(told, column)| {
            cell(told, column.kind)
                .map_err(|problem| format!("row {}, `{}`: {problem}", place + 1, column.label))
        });
        rows.push(cells.collect::<Checked<_>>()?);
    }
    Ok(PanelBody::Table { columns, rows })
}

fn cell(told: wit::Cell, kind: ColumnKind) -> Checked<Cell> {
    let (cell, own) = match told {
        wit::Cell::Empty => return Ok(Cell::Empty),
        wit::Cell::Text(told) => (Cell::Text(sentence("cell", told)?), ColumnKind::Text),
        wit::Cell::Number(told) => (Cell::Number(decimal("cell", &told)?), ColumnKind::Number),
        wit::Cell::Money(told) => (Cell::Money(money("cell", &told)?), ColumnKind::Money),
        wit::Cell::Ratio(told) => (Cell::Ratio(finite("cell", told)?), ColumnKind::Ratio),
        wit::Cell::Date(told) => (Cell::Date(date("cell", &told)?), ColumnKind::Date),
    };
    if own == kind { Ok(cell) } else { Err(format!("a {own} in a column of kind {kind}")) }
}

fn series(told: wit::Series) -> Checked<Series> {
    let label = label("series", told.label)?;
    at_most(&format!("points in `{label}`"), told.points.len(), MOST_POINTS)?;
    let mut last: Option<Date> = None;
    let mut points = Vec::with_capacity(told.points.len());
    for told in told.points {
        let point =
            Point { date: date("date", &told.date)?, value: decimal("value", &told.value)? };
        if last.is_some_and(|last| last >= point.date) {
            return Err(format!("series `{label}`: {} is not behind the day before", point.date));
        }
        last = Some(point.date);
        points.push(point);
    }
    Ok(Series { label, points })
}

fn slice(told: wit::Slice) -> Checked<Slice> {
    let slice = Slice { label: label("slice", told.label)?, value: decimal("value", &told.value)? };
    if slice.value < Decimal::ZERO {
        return Err(format!("slice `{}` is below zero: {}", slice.label, slice.value));
    }
    Ok(slice)
}
