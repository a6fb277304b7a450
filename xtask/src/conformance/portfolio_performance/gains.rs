//! Costs, realised and unrealised gains, and trades.
//!
//! Portfolio Performance tells money in cents, lot by lot. Its costs include fees and taxes, its gains
//! leave them out, its trades count them in.

mod data;
mod trades;

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::figure::{Figure, NoValue};
use stonks_core::holdings::Holding;
use stonks_core::lots::{CostMethod, FeeTreatment};
use stonks_core::money::round;
use stonks_core::sales::{Gain, Sale};

use crate::conformance::accounts::{Convention, Developed};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};
use data::Client;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let client = Client::read(inputs)?;
    let mut figures = Figures::new();
    for figure in asked {
        let computed = client.figure(figure)?;
        figures.extend(computed.map(|computed| ((*figure).to_owned(), computed)));
    }
    Ok(figures)
}

/// What a figure's name says about how it is computed.
#[derive(Clone, Copy)]
struct Named {
    method: CostMethod,
    is_forex: bool,
}

impl Named {
    fn new(figure: &str) -> Self {
        let is_average = figure.contains("moving_average");
        let method = if is_average { CostMethod::Average } else { CostMethod::Fifo };
        Self { method, is_forex: figure.contains("forex") }
    }

    fn of(self, gain: &Gain) -> Figure {
        if self.is_forex { gain.currency_effect.clone() } else { gain.base.clone() }
    }
}

impl Client {
    fn developed(&self, method: CostMethod, fees: FeeTreatment) -> Result<Developed, Refusal> {
        let convention = Convention { method, fees, ..Convention::default() };
        self.accounts.developed(convention, &self.exchange.rates, self.base, self.as_of)
    }

    fn figure(&self, figure: &str) -> Result<Option<Computed>, Refusal> {
        let named = Named::new(figure);
        let is_trade = figure.contains("trade");
        if !is_trade && self.is_held_before()? {
            return Ok(Some(Computed::NotOffered(
                "what is held as a period begins counts there as bought then for its value; here \
                 a cost is what was paid"
                    .to_owned(),
            )));
        }
        let cost = |developed: &Developed| self.cost(developed, named.method);
        let within = || self.developed(named.method, FeeTreatment::InCost);
        let apart = || self.developed(named.method, FeeTreatment::Apart);
        let computed: Computed = match figure {
            _ if is_trade => return self.trade_figure(figure),
            "shares_held" => {
                self.held(&within()?).map(|holding| holding.quantity).sum::<Decimal>().into()
            }
            _ if figure.starts_with("cost_per_shares") => {
                let developed = if figure.contains("excl") { apart()? } else { within()? };
                let shares: Decimal = self.held(&developed).map(|holding| holding.quantity).sum();
                let cost = cost(&developed);
                cost.map(|cost| cost.checked_div(shares).unwrap_or_default()).into()
            }
            _ if figure.starts_with("cost_") => {
                let developed = if figure.contains("excl") { apart()? } else { within()? };
                cost(&developed).into()
            }
            _ if figure.starts_with("capital_gains_on_holdings") => {
                let developed = within()?;
                let gain = difference(self.value(&developed), cost(&developed));
                if figure.contains("percent") { share(gain, cost(&developed)) } else { gain.into() }
            }
            _ if figure.starts_with("total_rate_of_return_div") => {
                share(Ok(self.dividends), cost(&within()?))
            }
            _ if figure.starts_with("unreali") => {
                let developed = apart()?;
                let gains = self.held(&developed).map(|holding| named.of(&holding.unrealized));
                if named.is_forex {
                    self.cents(gains.sum()).into()
                } else {
                    difference(self.value(&developed), cost(&developed)).into()
                }
            }
            _ if figure.starts_with("reali") => {
                let developed = apart()?;
                let gains = self.sales(&developed).map(|sale| self.cents(named.of(&sale.gain)));
                gains.sum::<Figure>().into()
            }
            _ => return Ok(None),
        };
        Ok(Some(computed))
    }

    fn cents(&self, figure: Figure) -> Figure {
        if self.is_in_cents { figure.map(|amount| round(amount, 2)) } else { figure }
    }

    fn held<'a>(&'a self, developed: &'a Developed) -> impl Iterator<Item = &'a Holding> {
        developed.development.holdings.iter().filter(|it| self.is_asked(developed, it.instrument))
    }

    fn sales<'a>(&'a self, developed: &'a Developed) -> impl Iterator<Item = &'a Sale> {
        developed.development.sales.iter().filter(|it| self.is_asked(developed, it.instrument))
    }

    fn is_asked(&self, developed: &Developed, instrument: usize) -> bool {
        self.security.as_deref().is_none_or(|asked| developed.name(instrument) == asked)
    }

    /// Lot by lot where each has a cost of its own.
    fn cost(&self, developed: &Developed, method: CostMethod) -> Figure {
        let held = self.held(developed);
        if method == CostMethod::Average {
            return held.map(|holding| self.cents(holding.cost.base.clone())).sum();
        }
        let lots = held.flat_map(|holding| holding.lots.iter());
        lots.map(|lot| self.cents(lot.cost.base.clone())).sum()
    }

    fn value(&self, developed: &Developed) -> Figure {
        let held = self.held(developed).filter(|holding| holding.is_open());
        held.map(|holding| self.cents(holding.base_value.clone())).sum()
    }

    fn is_held_before(&self) -> Result<bool, Refusal> {
        let Some(begin) = self.begin else { return Ok(false) };
        let convention = Convention::default();
        let developed =
            self.accounts.developed(convention, &self.exchange.rates, self.base, begin)?;
        Ok(self.held(&developed).any(Holding::is_open))
    }

    fn last_day(&self) -> Date {
        self.as_of
    }
}

fn difference(left: Figure, right: Figure) -> Figure {
    left?.checked_sub(right?).ok_or(NoValue::OutOfRange)
}

/// Of nothing, everything is nothing.
fn share(part: Figure, whole: Figure) -> Computed {
    let share = part.and_then(|part| {
        let whole = whole?;
        let share = part.checked_div(whole).unwrap_or_default();
        share.to_f64().ok_or(NoValue::OutOfRange)
    });
    share.into()
}
