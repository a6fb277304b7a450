//! Returns of an investment over a window, and over parts of it.
//!
//! hledger's windows begin with the start of their first day and end with the start of the day behind
//! their last; its year has 365.25 days.

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::performance::{Flow, Period, Series, xirr};

use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};
use crate::conformance::flows::dated_list;

/// How much longer than Actual/365's hledger's year is.
const YEAR: f64 = 365.25 / 365.0;

/// Parts of a window, and how many months each has.
const PARTS: [(&str, i32); 4] = [("months", 1), ("quarters", 3), ("halves", 6), ("years", 12)];

struct Investment {
    series: Series,
    flows: Vec<(Date, Decimal)>,
}

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let (begin, end) = (inputs.get("begin")?.date()?, inputs.get("end")?.date()?);
    let investment = Investment::read(inputs, begin, end)?;
    let whole = investment.figures(begin, end)?;
    let mut figures = Figures::new();
    for figure in asked {
        let months = PARTS.iter().find(|(part, _)| part == figure);
        let computed = match months {
            Some((_, months)) => investment.parts(begin, end, *months)?,
            None if *figure == "total" => whole.clone().into(),
            None => match whole.get(*figure) {
                Some(computed) => computed.clone(),
                None => continue,
            },
        };
        figures.insert((*figure).to_owned(), computed);
    }
    Ok(figures)
}

impl Investment {
    fn read(inputs: &Inputs<'_>, begin: Date, end: Date) -> Result<Self, Refusal> {
        let list =
            |key: &str| inputs.find(key).map_or_else(|| Ok(Vec::new()), |list| dated_list(&list));
        if inputs.has("purchases") {
            return Ok(Self::of_units(&list("purchases")?, &list("prices")?, end));
        }
        let mut flows = list("flows")?;
        let mut values = list("valuations")?;
        if !inputs.has("flows") && !inputs.has("valuations") {
            return Err(Refusal::UnknownShape("neither flows nor purchases".to_owned()));
        }
        if let Some(value) = inputs.find("value_begin") {
            let before = day_before(begin)?;
            flows.push((before, value.decimal()?));
            values.push((before, value.decimal()?));
        }
        // Whoever takes out more than there is has gained it: nothing is left, not a debt.
        let carried = Series::carried(&values, &flows, end);
        let emptied = carried
            .days()
            .filter(|(_, day)| day.value.as_ref().is_ok_and(|value| *value < Decimal::ZERO));
        let emptied = emptied.map(|(date, _)| (date, Decimal::ZERO)).take(1);
        let values: Vec<(Date, Decimal)> = values.iter().copied().chain(emptied).collect();
        Ok(Self { series: Series::carried(&values, &flows, end), flows })
    }

    /// Units bought, at the price last known on each day.
    fn of_units(purchases: &[(Date, Decimal)], prices: &[(Date, Decimal)], end: Date) -> Self {
        let price = |date: Date| {
            let known = prices.iter().filter(|(day, _)| *day <= date).max_by_key(|(day, _)| *day);
            // Before its first price a unit is worth that one.
            known
                .or_else(|| prices.iter().min_by_key(|(day, _)| *day))
                .map_or(Decimal::ZERO, |known| known.1)
        };
        let held = |date: Date| -> Decimal {
            purchases.iter().filter(|(day, _)| *day <= date).map(|(_, units)| *units).sum()
        };
        let flows: Vec<(Date, Decimal)> =
            purchases.iter().map(|(date, units)| (*date, *units * price(*date))).collect();
        let dates = purchases.iter().chain(prices).map(|(date, _)| *date);
        let values: Vec<(Date, Decimal)> =
            dates.map(|date| (date, held(date) * price(date))).collect();
        Self { series: Series::carried(&values, &flows, end), flows }
    }

    fn parts(&self, begin: Date, end: Date, months: i32) -> Result<Computed, Refusal> {
        let mut parts = Vec::new();
        let mut start = begin;
        while start <= end {
            let next = start.checked_add(Span::new().months(months));
            let next =
                next.map_err(|_| Refusal::Malformed("`inputs.end` is too late".to_owned()))?;
            parts.push(self.figures(start, day_before(next)?.min(end))?);
            start = next;
        }
        Ok(parts.into())
    }

    fn figures(&self, begin: Date, end: Date) -> Result<Figures, Refusal> {
        let period = Period::new(day_before(begin)?, end);
        let within = || self.flows.iter().filter(|(date, _)| period.contains(*date));
        let cashflow: Decimal = within().map(|(_, amount)| amount).sum();
        let before = self.series.value(period.after);
        let pnl = self.series.gain(period);
        // With no gain the return is zero however the flows are valued.
        let is_told = pnl == Ok(Decimal::ZERO) || within().all(|(date, _)| *date == begin);
        let twr = |figure: Computed| {
            if is_told { figure } else { Computed::NotOffered(APART.to_owned()) }
        };
        let figures: [(&str, Computed); 7] = [
            ("value_begin", before.into()),
            ("cashflow", cashflow.into()),
            ("value_end", self.series.value(end).into()),
            ("pnl", pnl.into()),
            ("irr", self.irr(period)?),
            ("twr", twr(self.series.time_weighted(period).into())),
            (
                "twr_annual",
                twr(self.series.time_weighted_annual(period).map(of_hledgers_year).into()),
            ),
        ];
        Ok(figures.map(|(name, figure)| (name.to_owned(), figure)).into())
    }

    /// The value with which a window begins counts from its first day, that with which it ends on
    /// the day behind its last.
    fn irr(&self, period: Period) -> Result<Computed, Refusal> {
        let out_of_range = |_| Refusal::Malformed("`inputs.end` is too late".to_owned());
        let begin = period.after.tomorrow().map_err(out_of_range)?;
        let end = period.through.tomorrow().map_err(out_of_range)?;
        let known = |date| self.series.value(date).unwrap_or_default();
        let mut flows = vec![Flow::new(begin, -known(period.after))];
        let within = self.flows.iter().filter(|(date, _)| period.contains(*date));
        flows.extend(within.map(|(date, amount)| Flow::new(*date, -*amount)));
        flows.push(Flow::new(end, known(period.through)));
        Ok(xirr(&flows).map(of_hledgers_year).into())
    }
}

const APART: &str = "where money goes in or out within a window, hledger's figure for it is not \
    what its figures for the parts link to; the one computed here is";

fn of_hledgers_year(rate: f64) -> f64 {
    (1.0 + rate).powf(YEAR) - 1.0
}

fn day_before(date: Date) -> Result<Date, Refusal> {
    date.yesterday().map_err(|_| Refusal::Malformed(format!("{date} is too early")))
}
