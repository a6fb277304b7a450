//! Steps that acquire and spend, by the lots alone: an acquisition may be told later than what it comes
//! before.

use rust_decimal::Decimal;
use stonks_core::ledger::{Place, Row};
use stonks_core::lots::{Amounts, Lot, Lots};

use super::method;
use crate::conformance::accounts::{nth_day, number};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};

/// Lots of which it is remembered how many units each began with, and when it was acquired.
struct Remembered {
    lots: Lots,
    /// By the place that stands in their origin.
    acquired: Vec<(Decimal, Decimal)>,
    /// All times of the case, in order.
    times: Vec<Decimal>,
}

pub(super) fn figures(inputs: &Inputs<'_>) -> Result<Figures, Refusal> {
    let is_stepwise = inputs.has("steps");
    let list = inputs.find(if is_stepwise { "steps" } else { "acquisitions" });
    let rows = list.map_or_else(|| Ok(Vec::new()), |rows| rows.items())?;
    let mut times: Vec<Decimal> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| time(row, place))
        .collect::<Result<_, Refusal>>()?;
    let told = times.clone();
    times.sort();
    times.dedup();
    let lots = Lots::new(method(inputs)?);
    let mut remembered = Remembered { lots, acquired: Vec::new(), times };
    let mut after = Vec::new();
    for (row, time) in rows.iter().zip(told) {
        if let Some(amount) = row.any(&["spend", "reduce"]) {
            after.push(remembered.spend(amount.decimal()?));
        } else {
            let amount = row.any(&["acquire", "amount"]);
            let amount = amount.map_or_else(|| row.get("amount"), Ok)?.decimal()?;
            remembered.acquire(amount, time, number(row, &["rate", "price"])?)?;
        }
    }
    if is_stepwise {
        return Ok(Figures::from([("after_spend".to_owned(), after.into())]));
    }
    let reduced = inputs.get("reduce")?;
    if !reduced.is_list() {
        return Ok(remembered.spend(reduced.decimal()?));
    }
    let after = reduced.items()?;
    let after: Result<Vec<Figures>, Refusal> =
        after.iter().map(|amount| Ok(remembered.spend(amount.decimal()?))).collect();
    Ok(Figures::from([("after".to_owned(), after?.into())]))
}

fn time(row: &Inputs<'_>, place: usize) -> Result<Decimal, Refusal> {
    row.any(&["timestamp", "t", "time"]).map_or(Ok(place.into()), |told| told.decimal())
}

impl Remembered {
    fn acquire(&mut self, amount: Decimal, time: Decimal, rate: Decimal) -> Result<(), Refusal> {
        let day = self.times.iter().position(|told| *told == time).unwrap_or_default();
        let cost = Amounts { native: Ok(amount * rate), base: Ok(amount * rate) };
        let origin = Some(Place { book: 0, row: Row::Transaction(self.acquired.len()) });
        self.acquired.push((amount, time));
        self.lots.acquire(Lot { origin, ..Lot::nowhere(nth_day(day)?, amount, cost) });
        Ok(())
    }

    fn spend(&mut self, amount: Decimal) -> Figures {
        let found: Decimal = self.lots.release(amount).iter().map(|lot| lot.quantity).sum();
        let left = self.lots.in_order_of_release();
        let missing = amount - found;
        let mut told: Vec<(&str, Computed)> = vec![
            ("lots", left.len().into()),
            ("lots_left", left.len().into()),
            ("found", found.into()),
            ("missing", missing.into()),
            ("missing_amount", missing.into()),
            ("complete", missing.is_zero().into()),
        ];
        if let Some(first) = left.first() {
            let (whole, time) = self.memory(first);
            let is: [(&str, Computed); 5] = [
                ("t", time.into()),
                ("timestamp", time.into()),
                ("amount", whole.into()),
                ("remaining", first.quantity.into()),
                ("rate", first.cost.base.clone().map(|it| it / first.quantity).into()),
            ];
            let is = is.map(|(name, figure)| (name.to_owned(), figure)).into();
            told.extend([
                ("first_remaining", first.quantity.into()),
                ("first_lot_remaining", first.quantity.into()),
                ("remaining", first.quantity.into()),
                ("lot_amount", whole.into()),
                ("first_lot_is", Computed::Map(is)),
            ]);
        }
        told.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()
    }

    fn memory(&self, lot: &Lot) -> (Decimal, Decimal) {
        let place = lot.origin.map(|origin| origin.row);
        let Some(Row::Transaction(index)) = place else { return Default::default() };
        self.acquired.get(index).copied().unwrap_or_default()
    }
}
