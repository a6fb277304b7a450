//! Tables of sales and of corporate actions.

use stonks_app::reports::{ActionRow, SaleLot, SaleRow};

use super::or_dash;
use crate::output::{Column, Output};

pub(super) fn sales(rows: &[SaleRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("account"),
        Column::Left("sale"),
        Column::Right("units"),
        Column::Right("proceeds"),
        Column::Right("cost"),
        Column::Right("gain"),
        Column::Left(""),
        Column::Right("gain in base"),
        Column::Right("by price"),
        Column::Right("by rates"),
        Column::Right("fees"),
    ];
    let mut cells = Vec::new();
    for row in rows {
        let name: String =
            row.instrument.name.as_deref().unwrap_or_default().chars().take(32).collect();
        cells.push(vec![
            row.date.to_string(),
            row.account.clone(),
            name,
            row.quantity.clone(),
            or_dash(row.proceeds.as_ref()),
            or_dash(row.cost.as_ref()),
            or_dash(row.gain.as_ref()),
            row.currency.to_string(),
            or_dash(row.base_gain.as_ref()),
            or_dash(row.price_effect.as_ref()),
            or_dash(row.currency_effect.as_ref()),
            or_dash(row.base_fees.as_ref()),
        ]);
        cells.extend(row.lots.iter().map(|lot| lot_cells(row, lot)));
    }
    output.table(&columns, cells, "nothing was sold");
    for row in rows {
        for reason in &row.reasons {
            output.note(&format!("note: {} on {}: {reason}", row.instrument.short(), row.date));
        }
    }
    if let Some(row) = rows.last() {
        output.note(&format!("`stonks explain sale.{}.gain` opens the last of them", row.id));
    }
}

fn lot_cells(row: &SaleRow, lot: &SaleLot) -> Vec<String> {
    vec![
        String::new(),
        String::new(),
        format!("  of {}", lot.acquired),
        lot.quantity.clone(),
        or_dash(lot.proceeds.as_ref()),
        or_dash(lot.cost.as_ref()),
        or_dash(lot.gain.as_ref()),
        row.currency.to_string(),
        or_dash(lot.base_gain.as_ref()),
        or_dash(lot.price_effect.as_ref()),
        or_dash(lot.currency_effect.as_ref()),
        or_dash(lot.base_fees.as_ref()),
    ]
}

pub(super) fn corporate_actions(rows: &[ActionRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("account"),
        Column::Left("kind"),
        Column::Left("holding"),
        Column::Right("units before"),
        Column::Right("after"),
        Column::Right("cost before"),
        Column::Right("after"),
        Column::Right("gain"),
        Column::Left(""),
    ];
    let mut cells = Vec::new();
    for row in rows {
        for (place, change) in row.changes.iter().enumerate() {
            let first = |text: String| if place == 0 { text } else { String::new() };
            let kind = row.kind.to_string().replace('-', " ");
            let kind = match &row.ratio {
                Some(ratio) => format!("{kind} 1:{ratio}"),
                None => kind,
            };
            cells.push(vec![
                first(row.date.to_string()),
                first(row.account.clone()),
                first(kind),
                change.instrument.name.as_deref().unwrap_or_default().chars().take(40).collect(),
                change.quantity_before.clone(),
                change.quantity_after.clone(),
                or_dash(change.cost_before.as_ref()),
                or_dash(change.cost_after.as_ref()),
                first(or_dash(row.base_gain.as_ref())),
                first(row.base_currency.to_string()),
            ]);
        }
    }
    output.table(&columns, cells, "there were no corporate actions");
}
