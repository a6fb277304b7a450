//! Trades: what a sale closed, and what is still open.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::figure::Figure;
use stonks_core::holdings::Holding;
use stonks_core::lots::{Amounts, CostMethod, FeeTreatment};
use stonks_core::performance::{Flow, xirr};
use stonks_core::sales::Sale;

use super::data::Client;

use crate::conformance::case::Refusal;
use crate::conformance::computed::{Computed, Figures};

/// A round trip, or the first half of one.
struct Trade {
    is_closed: bool,
    is_long: bool,
    shares: Decimal,
    end: Date,
    /// By lot: the day, and what it cost or, of a short position, brought in.
    entries: Vec<(Date, Amounts)>,
    /// What the end brought in or, of a short position, cost; negative of it.
    exit: Amounts,
    gain: [Figure; 2],
    /// Without fees and taxes.
    gain_without_costs: [Figure; 2],
    native: String,
}

impl Trade {
    fn entry(&self) -> Amounts {
        self.entries.iter().fold(Amounts::ZERO, |sum, (_, cost)| sum.plus(cost))
    }

    fn closed(sale: &Sale, without_costs: &Sale, native: String) -> Self {
        let entries = sale.lots.iter().map(|it| (it.lot.acquired, it.lot.cost.clone()));
        Self {
            is_closed: true,
            is_long: sale.quantity > Decimal::ZERO,
            shares: sale.quantity.abs(),
            end: sale.date,
            entries: entries.collect(),
            exit: sale.proceeds.clone(),
            gain: [sale.gain.base.clone(), sale.gain.native.clone()],
            gain_without_costs: [
                without_costs.gain.base.clone(),
                without_costs.gain.native.clone(),
            ],
            native,
        }
    }

    fn open(holding: &Holding, without_costs: &Holding, end: Date, native: String) -> Self {
        let entries = holding.lots.iter().map(|lot| (lot.acquired, lot.cost.clone()));
        let exit = Amounts { native: holding.value.clone(), base: holding.base_value.clone() };
        let (with, without) = (&holding.unrealized, &without_costs.unrealized);
        Self {
            is_closed: false,
            is_long: holding.quantity > Decimal::ZERO,
            shares: holding.quantity.abs(),
            end,
            entries: entries.collect(),
            exit,
            gain: [with.base.clone(), with.native.clone()],
            gain_without_costs: [without.base.clone(), without.native.clone()],
            native,
        }
    }

    /// What was put at risk on each day comes back with the gain in the end.
    fn irr(&self) -> Computed {
        let (Ok(gain), Ok(entry)) = (&self.gain[0], &self.entry().base) else {
            return Computed::Nothing("a cost or a gain isn't known".to_owned());
        };
        let cost = |(day, cost): &(Date, Amounts)| {
            Flow::new(*day, -cost.base.clone().unwrap_or_default().abs())
        };
        let mut flows: Vec<Flow> = self.entries.iter().map(cost).collect();
        flows.push(Flow::new(self.end, entry.abs() + gain));
        xirr(&flows).into()
    }

    /// What an open trade is worth isn't told where there are no quotes.
    fn figures(&self, base: &str, is_valued: bool) -> Figures {
        let entry = self.entry();
        let start = self.entries.iter().map(|(day, _)| *day).min();
        let worth = |computed: Computed| {
            if is_valued || self.is_closed {
                computed
            } else {
                Computed::NotOffered(
                    "what has no quote is worth nothing there; here its last trade tells its \
                     price"
                        .to_owned(),
                )
            }
        };
        let positive = |figure: &Figure| figure.clone().map(|amount| amount.abs());
        let share = match (&self.gain[0], &entry.base) {
            (Ok(gain), Ok(entry)) => gain.checked_div(entry.abs()).and_then(|it| it.to_f64()),
            _ => None,
        };
        let share = share.map_or(Computed::Nothing("no cost".to_owned()), Computed::Ratio);
        let mut told: Vec<(String, Computed)> = vec![
            ("closed".to_owned(), self.is_closed.into()),
            ("long".to_owned(), self.is_long.into()),
            ("shares".to_owned(), self.shares.into()),
            ("return".to_owned(), worth(share)),
            ("irr".to_owned(), worth(self.irr())),
        ];
        told.extend(start.map(|start| ("start".to_owned(), start.into())));
        if self.is_closed {
            told.push(("end".to_owned(), self.end.into()));
        }
        let sides = [
            (String::new(), 0, &entry.base, &self.exit.base),
            (format!("_{}", base.to_lowercase()), 0, &entry.base, &self.exit.base),
            (format!("_{}", self.native.to_lowercase()), 1, &entry.native, &self.exit.native),
        ];
        for (suffix, side, entry, exit) in sides {
            told.push((format!("entry{suffix}"), positive(entry).into()));
            told.push((format!("entry_value{suffix}"), positive(entry).into()));
            told.push((format!("exit{suffix}"), worth(positive(exit).into())));
            told.push((format!("exit_value{suffix}"), worth(positive(exit).into())));
            let (gain, without) = (&self.gain[side], &self.gain_without_costs[side]);
            told.push((format!("profit_loss{suffix}"), worth(gain.clone().into())));
            let name = format!("profit_loss_without_taxes_and_fees{suffix}");
            told.push((name, worth(without.clone().into())));
        }
        told.into_iter().collect()
    }
}

impl Client {
    fn trades(&self, method: CostMethod) -> Result<Vec<Trade>, Refusal> {
        let within = self.developed(method, FeeTreatment::InCost)?;
        let apart = self.developed(method, FeeTreatment::Apart)?;
        let sales = self.sales(&within).zip(self.sales(&apart));
        let closed = sales
            .map(|(sale, without)| Trade::closed(sale, without, self.exchange.name(sale.currency)));
        let open = |developed| Self::held(self, developed).filter(|holding| holding.is_open());
        let open = open(&within).zip(open(&apart)).map(|(holding, without)| {
            let native = self.exchange.name(holding.currency);
            Trade::open(holding, without, self.last_day(), native)
        });
        Ok(closed.chain(open).collect())
    }

    pub(super) fn trade_figure(&self, figure: &str) -> Result<Option<Computed>, Refusal> {
        let trades = self.trades(CostMethod::Fifo)?;
        let base = self.exchange.name(self.base);
        // The same trades, each with the average as its cost.
        let averaged = self.trades(CostMethod::Average)?;
        let told = |place: usize| -> Option<Figures> {
            let mut figures = trades.get(place)?.figures(&base, self.is_quoted);
            let average = averaged.get(place)?.figures(&base, self.is_quoted);
            for (name, suffix) in [(&figures.clone(), "fifo"), (&average, "moving_average")] {
                let of_method = name.iter().map(|(name, told)| (format!("{name}_{suffix}"), told));
                figures.extend(of_method.map(|(name, told)| (name, told.clone())));
            }
            Some(figures)
        };
        let last = trades.len().saturating_sub(1);
        Ok(match figure {
            "trades" => Some((0..trades.len()).filter_map(told).collect::<Vec<_>>().into()),
            "number_of_trades" => Some(trades.len().into()),
            "first_trade" => told(0).map(Into::into),
            "last_trade" => told(last).map(Into::into),
            _ => {
                let (place, name) = match figure.strip_prefix("first_trade_") {
                    Some(name) => (0, name),
                    None => match figure.strip_prefix("last_trade_") {
                        Some(name) => (last, name),
                        None => return Ok(None),
                    },
                };
                told(place).and_then(|mut figures| figures.remove(name))
            }
        })
    }
}
