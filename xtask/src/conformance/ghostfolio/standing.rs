//! How an asset stands at the end of a day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::figure::{Figure, NoValue};
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};
use stonks_core::performance::{average_invested, return_on_average};

use super::portfolio::{ASSETS, Asset, Portfolio};
use crate::conformance::accounts::Convention;
use crate::conformance::case::Refusal;
use crate::conformance::computed::{Computed, Figures};

pub(super) const CONVENTION: Convention = Convention {
    method: CostMethod::Average,
    fees: FeeTreatment::Apart,
    oversell: Oversell::OpensShort,
};

/// Of each pair, the first is in the currency of the asset and the second in that of the portfolio, each
/// amount at the rate of its own day.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) quantity: Decimal,
    pub(super) average: Figure,
    pub(super) price: Figure,
    pub(super) value: [Figure; 2],
    pub(super) invested: [Figure; 2],
    gross: [Figure; 2],
    pub(super) fees: [Figure; 2],
    /// At the rate of this day, and at those of their own.
    pub(super) average_invested: [Figure; 2],
    /// At the rate of this day.
    now: [Figure; 2],
}

impl Standing {
    pub(super) fn net(&self) -> [Figure; 2] {
        let net = |side: usize| Ok(self.gross[side].clone()? - self.fees[side].clone()?);
        [net(0), net(1)]
    }

    pub(super) fn net_now(&self) -> Figure {
        self.now[0].clone()
    }

    pub(super) fn invested_now(&self) -> Figure {
        self.now[1].clone()
    }

    /// Of an asset that isn't held and never was.
    fn nothing() -> Self {
        let zero = || [Ok(Decimal::ZERO), Ok(Decimal::ZERO)];
        Self {
            quantity: Decimal::ZERO,
            average: Ok(Decimal::ZERO),
            price: Ok(Decimal::ZERO),
            value: zero(),
            invested: zero(),
            gross: zero(),
            fees: zero(),
            average_invested: zero(),
            now: zero(),
        }
    }

    /// Performance, and its shares of what was invested.
    pub(super) fn figures(
        &self,
        portfolio: &Portfolio,
        asset: &Asset,
    ) -> Vec<(&'static str, Computed)> {
        let now =
            |figure: &Figure| portfolio.at_rate(figure.clone(), asset.currency, portfolio.end);
        let [gross, gross_in_base] = &self.gross;
        let net = self.net();
        let invested = portfolio.invested(asset, portfolio.end);
        // Of the map's ranges, also the last day counts.
        let behind = portfolio.end.tomorrow().unwrap_or(portfolio.end);
        let share_until = |gain: &Figure, side: usize, until: Date| -> Computed {
            match &invested {
                Ok(invested) => return_on_average(gain, &invested[side], until).into(),
                Err(refusal) => Computed::Nothing(refusal.to_string()),
            }
        };
        let max = share_until(&net[1], 1, behind);
        let share = |gain: &Figure, side: usize| share_until(gain, side, portfolio.end);
        vec![
            ("fee", self.fees[0].clone().into()),
            ("feeInBaseCurrency", self.fees[1].clone().into()),
            ("investment", self.invested_now().into()),
            ("investmentWithCurrencyEffect", self.invested[1].clone().into()),
            ("grossPerformance", now(gross).into()),
            ("grossPerformanceWithCurrencyEffect", gross_in_base.clone().into()),
            ("grossPerformancePercentage", share(gross, 0)),
            ("grossPerformancePercentageWithCurrencyEffect", share(gross_in_base, 1)),
            ("netPerformance", self.net_now().into()),
            ("netPerformanceWithCurrencyEffect", net[1].clone().into()),
            ("netPerformancePercentage", share(&net[0], 0)),
            ("netPerformancePercentageWithCurrencyEffect", share(&net[1], 1)),
            (
                "netPerformancePercentageWithCurrencyEffectMap",
                Computed::Map(Figures::from([("max".to_owned(), max)])),
            ),
            ("timeWeightedInvestment", self.average_invested[0].clone().into()),
            ("timeWeightedInvestmentWithCurrencyEffect", self.average_invested[1].clone().into()),
        ]
    }
}

impl Portfolio {
    pub(super) fn standing(&self, asset: &Asset, date: Date) -> Result<Standing, Refusal> {
        let terms = self.terms(date);
        let developed =
            self.accounts.developed(CONVENTION, &self.exchange.rates, self.base, date)?;
        let beside = self.fees_beside(asset, date);
        let Some(holding) = developed.holding(ASSETS, &asset.name) else {
            let at_rate = self.at_rate(beside[0].clone(), asset.currency, date);
            let net = at_rate.map(|fees| -fees);
            let now = [net, Ok(Decimal::ZERO)];
            return Ok(Standing { fees: beside, now, ..Standing::nothing() });
        };
        let instrument = &developed.ledger.instruments[holding.instrument];
        let sum = |left: &Figure, right: &Figure| -> Figure { Ok(left.clone()? + right.clone()?) };
        let gross = [
            sum(&holding.realized.native, &holding.unrealized.native),
            sum(&holding.realized.base, &holding.unrealized.base),
        ];
        let paid = holding.fees.plus(&holding.realized_fees);
        let fees = [sum(&paid.native, &beside[0]), sum(&paid.base, &beside[1])];
        let net: Figure = gross[0].clone().and_then(|gross| Ok(gross - fees[0].clone()?));
        let invested = self.invested(asset, date)?;
        let average = |side: usize| match average_invested(&invested[side], date) {
            Err(NoValue::NoContributions) => Ok(Decimal::ZERO),
            average => average,
        };
        let rate = |figure: Figure| self.at_rate(figure, asset.currency, date);
        let price = developed.ledger.prices[holding.instrument].on(terms.as_of);
        Ok(Standing {
            quantity: holding.quantity,
            average: holding.average_cost(instrument),
            price: price
                .map(|price| price.price)
                .ok_or_else(|| NoValue::NoPrice { instrument: asset.name.as_str().into(), date }),
            value: [holding.value.clone(), holding.base_value.clone()],
            invested: [holding.cost.native.clone(), holding.cost.base.clone()],
            average_invested: [rate(average(0)), average(1)],
            now: [rate(net), rate(holding.cost.native.clone())],
            gross,
            fees,
        })
    }

    /// What was invested behind each change up to a day, in the currency of the asset and in that of the
    /// portfolio.
    pub(super) fn invested(
        &self,
        asset: &Asset,
        until: Date,
    ) -> Result<[Vec<(Date, Figure)>; 2], Refusal> {
        let (mut native, mut base) = (Vec::new(), Vec::new());
        for date in asset.changes.iter().copied().filter(|date| *date <= until) {
            let developed =
                self.accounts.developed(CONVENTION, &self.exchange.rates, self.base, date)?;
            let Some(holding) = developed.holding(ASSETS, &asset.name) else { continue };
            native.push((date, holding.cost.native.clone()));
            base.push((date, holding.cost.base.clone()));
        }
        Ok([native, base])
    }
}
