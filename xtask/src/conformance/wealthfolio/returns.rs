//! Returns from valuations, each with what was put in or paid up to its day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::performance::{Period, Series};

use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};

/// A day, the value at its end, and what was put in up to then.
type Valuation = (Date, Decimal, Decimal);

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let columns = inputs.find("columns").map(|list| list.items()).transpose()?;
    let columns = match &columns {
        Some(columns) => columns.iter().map(Inputs::text).collect::<Result<Vec<_>, _>>()?,
        None => vec!["date", "total_value", "net_contribution"],
    };
    let column = |names: &[&str]| columns.iter().position(|column| names.contains(column));
    let missing = |what: &str| Refusal::UnknownShape(format!("valuations without {what}"));
    let value =
        column(&["market_value", "total_value", "value"]).ok_or_else(|| missing("value"))?;
    let is_holdings_only = column(&["net_contribution", "contribution"]).is_none();
    let base = column(&["net_contribution", "contribution", "cost_basis"]);
    let base = base.ok_or_else(|| missing("what they are measured against"))?;
    let rows = inputs.get("valuations")?.items()?;
    let read = |row: &Inputs<'_>| -> Result<Valuation, Refusal> {
        Ok((row.at(0)?.date()?, row.at(value)?.decimal()?, row.at(base)?.decimal()?))
    };
    let rows: Vec<Valuation> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Err(missing("any day"));
    };
    let period = Period::new(first.0, last.0);
    let mut flows = vec![(first.0, first.1)];
    flows.extend(rows.windows(2).map(|pair| (pair[1].0, pair[1].2 - pair[0].2)));
    let values: Vec<(Date, Decimal)> =
        rows.iter().map(|(date, value, _)| (*date, *value)).collect();
    let series = Series::carried(&values, &flows, last.0);
    let known = asked.iter().filter_map(|figure| {
        let computed: Computed = match *figure {
            // Of holdings whose cash isn't told, the gain is measured against what they cost.
            "period_return" | "simple_return" => {
                let gain = series.gain(period).ok();
                let against = if is_holdings_only { last.2 } else { first.1 };
                let share = gain.and_then(|gain| gain.checked_div(against)?.to_f64());
                share.map_or_else(
                    || Computed::Nothing("nothing was paid".to_owned()),
                    Computed::Ratio,
                )
            }
            "twr" | "mwr" | "irr" if is_holdings_only => Computed::NotOffered(
                "holdings whose cash isn't told have a return here, since a purchase counts as \
                 money put in"
                    .to_owned(),
            ),
            "twr" => series.time_weighted(period).into(),
            "mwr" | "irr" => series.money_weighted(period).into(),
            "gain" | "gain_loss" | "gain_loss_amount" => series.gain(period).into(),
            "max_drawdown" => series.drawdown(period).map(|it| it.depth).into(),
            _ => return None,
        };
        Some(((*figure).to_owned(), computed))
    });
    Ok(known.collect())
}
