//! Tables of the lists.

use stonks_app::reports::{
    AccountRow, DepositRow, DividendRow, FeeRow, HistoryRow, TransactionRow,
};
use stonks_core::moment::Moment;

use super::or_dash;
use crate::output::{Column, Output};

const NOTHING: &str = "there is nothing to show";

/// To the minute, without the offset: as the broker's own list has it.
fn time(at: &Moment) -> String {
    at.time.map_or_else(
        || at.date.to_string(),
        |(time, _)| format!("{} {}", at.date, time.strftime("%H:%M")),
    )
}

fn clipped(text: Option<&String>) -> String {
    text.map_or_else(String::new, |text| text.chars().take(44).collect())
}

pub(super) fn transactions(rows: &[TransactionRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("account"),
        Column::Left("kind"),
        Column::Right("quantity"),
        Column::Left("of"),
        Column::Right("price"),
        Column::Right("amount"),
        Column::Left(""),
        Column::Right("fees"),
        Column::Left(""),
        Column::Right("in base"),
    ];
    let rows = rows.iter().map(|row| {
        vec![
            time(&row.date),
            row.account.clone(),
            row.kind.to_string(),
            row.quantity.clone(),
            clipped(row.instrument.name.as_ref()),
            or_dash(row.price.as_ref()),
            or_dash(row.amount.as_ref()),
            row.currency.to_string(),
            or_dash(row.fees.as_ref()),
            row.fee_currency.to_string(),
            or_dash(row.base_amount.as_ref()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
}

pub(super) fn deposits(rows: &[DepositRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("account"),
        Column::Left("kind"),
        Column::Right("amount"),
        Column::Left(""),
        Column::Right("in base"),
        Column::Right("total"),
        Column::Left("description"),
    ];
    let rows = rows.iter().map(|row| {
        let kind = match row.kind {
            stonks_core::deposits::DepositKind::Deposit => "deposit",
            stonks_core::deposits::DepositKind::Withdrawal => "withdrawal",
            stonks_core::deposits::DepositKind::OpeningBalance => "opening balance",
        };
        vec![
            time(&row.date),
            row.account.clone(),
            kind.to_owned(),
            row.amount.clone(),
            row.currency.to_string(),
            or_dash(row.base_amount.as_ref()),
            or_dash(row.base_total.as_ref()),
            clipped(row.description.as_ref()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
}

pub(super) fn dividends(rows: &[DividendRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("account"),
        Column::Left("status"),
        Column::Left("of"),
        Column::Right("gross"),
        Column::Right("tax"),
        Column::Right("net"),
        Column::Left(""),
        Column::Right("net in base"),
        Column::Left("ex-date"),
    ];
    let rows = rows.iter().map(|row| {
        let status = match row.status {
            stonks_core::dividends::PaymentStatus::Paid => "paid",
            stonks_core::dividends::PaymentStatus::Announced => "announced",
            stonks_core::dividends::PaymentStatus::Forecast => "forecast",
        };
        vec![
            row.date.date.to_string(),
            row.account.clone(),
            status.to_owned(),
            clipped(row.instrument.name.as_ref()),
            or_dash(row.gross.as_ref()),
            row.tax.clone(),
            or_dash(row.net.as_ref()),
            row.currency.to_string(),
            or_dash(row.base_net.as_ref()),
            row.ex_date.map_or_else(String::new, |date| date.to_string()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
}

pub(super) fn fees(rows: &[FeeRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("account"),
        Column::Left("kind"),
        Column::Left("of"),
        Column::Right("amount"),
        Column::Left(""),
        Column::Right("in base"),
        Column::Left("description"),
    ];
    let rows = rows.iter().map(|row| {
        vec![
            time(&row.date),
            row.account.clone(),
            row.kind.to_string(),
            clipped(row.instrument.name.as_ref()),
            row.amount.clone(),
            row.currency.to_string(),
            or_dash(row.base_amount.as_ref()),
            clipped(row.description.as_ref()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
}

pub(super) fn account(rows: &[AccountRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Left("value date"),
        Column::Left("account"),
        Column::Left("kind"),
        Column::Left("of"),
        Column::Right("amount"),
        Column::Left(""),
        Column::Right("balance"),
        Column::Left("description"),
    ];
    let rows = rows.iter().map(|row| {
        vec![
            time(&row.date),
            row.value_date.map_or_else(String::new, |date| date.to_string()),
            row.account.clone(),
            row.kind.to_string(),
            row.instrument.short().chars().take(24).collect(),
            row.amount.clone(),
            row.currency.to_string(),
            row.balance.clone(),
            clipped(row.description.as_ref()),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
}

pub(super) fn history(rows: &[HistoryRow], output: &Output) {
    let columns = [
        Column::Left("date"),
        Column::Right("value"),
        Column::Right("put in"),
        Column::Left("to know"),
    ];
    let rows = rows.iter().map(|row| {
        let old = row.stale.iter().map(ToString::to_string);
        vec![
            row.date.to_string(),
            or_dash(row.value.as_ref()),
            or_dash(row.contributions.as_ref()),
            row.reasons.iter().cloned().chain(old).collect::<Vec<_>>().join("; "),
        ]
    });
    output.table(&columns, rows.collect(), NOTHING);
}
