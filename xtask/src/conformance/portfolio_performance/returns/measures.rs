//! Measures of a security, and of a client as a whole, over a period.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use stonks_core::cash::CashKind;
use stonks_core::dividends::{paid, periodicity};
use stonks_core::fees::fees;
use stonks_core::figure::{Figure, NoValue};
use stonks_core::holdings::holdings;
use stonks_core::ledger::InstrumentIndex;
use stonks_core::money::round;
use stonks_core::performance::{Flow, Period, Scope, Series, Volatility, xirr};
use stonks_core::transaction::FeeKind;

use super::data::{Client, ONLY};
use crate::conformance::books::place;
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};
use crate::conformance::flows::dated_list;

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let client = Client::read(inputs)?;
    let security = inputs.find("security").map(|name| name.text()).transpose()?;
    let mut figures = Figures::new();
    for figure in asked {
        let computed = match security {
            Some(security) => client.of_security(security, figure)?,
            None => client.of_anything(inputs, figure)?,
        };
        if let Some(computed) = computed {
            figures.insert((*figure).to_owned(), computed);
        }
    }
    Ok(figures)
}

/// Portfolio Performance tells money in cents.
fn cents(figure: Figure) -> Computed {
    figure.map(|amount| round(amount, 2)).into()
}

/// Of fewer than two returns Portfolio Performance tells a deviation of 0, and the core none.
fn deviation(told: Result<Volatility, NoValue>, of: fn(Volatility) -> f64) -> Computed {
    match told {
        Err(NoValue::TooFewDays) => Computed::NotOffered(
            "fewer than two returns have no deviation here, and 0 in Portfolio Performance"
                .to_owned(),
        ),
        told => told.map(of).into(),
    }
}

impl Client {
    fn series(&self, scope: Scope<'_>) -> Series {
        Series::of(&self.ledger, scope, self.terms())
    }

    fn holding(&self, security: &str) -> Result<(InstrumentIndex, Series), Refusal> {
        let instrument = place(&self.ledger, security)?;
        Ok((instrument, self.series(Scope::Holding { instrument, account: None })))
    }

    /// A return or a risk of any series; none for another figure.
    fn measure(&self, series: &Series, period: Period, figure: &str) -> Option<Computed> {
        Some(match figure {
            "irr" | "performance_irr" | "irr_excel_excl_taxes" => {
                series.money_weighted(period).into()
            }
            "ttwror" | "performance_ttwror" => series.time_weighted(period).into(),
            "ttwror_annualized" => series.time_weighted_annual(period).into(),
            "drawdown_max_drawdown" | "max_drawdown" => {
                series.drawdown(period).map(|drawdown| drawdown.depth).into()
            }
            "drawdown_max_drawdown_duration_days" | "max_drawdown_duration_days" => {
                series.drawdown(period).map(|drawdown| i64::from(drawdown.longest_days())).into()
            }
            "volatility_standard_deviation" | "volatility_std" | "volatility" => {
                deviation(series.volatility(period), Volatility::over_period)
            }
            "volatility_semi_deviation" | "volatility_semi" | "semi_deviation" => {
                deviation(series.volatility(period), Volatility::semi_over_period)
            }
            _ => return None,
        })
    }

    /// Of the whole client; of one of its investments (`investment_basf_…`); or of a security's
    /// prices (`benchmark_sap_…`).
    fn of_anything(&self, inputs: &Inputs<'_>, figure: &str) -> Result<Option<Computed>, Refusal> {
        for (prefix, is_price) in
            [("investment_", false), ("benchmark_", true), ("security_", true)]
        {
            let Some((name, figure)) =
                figure.strip_prefix(prefix).and_then(|rest| rest.split_once('_'))
            else {
                continue;
            };
            let (security, prices) = find_security(inputs, name)?;
            if !is_price {
                return Ok(self.measure(&self.holding(&security)?.1, self.period, figure));
            }
            // A benchmark is measured as far as its prices reach.
            let (first, last) = (prices.iter().min().copied(), prices.iter().max().copied());
            let end = last.map_or(self.period.through, |(date, _)| date).min(self.period.through);
            let series = Series::carried(&prices, first.as_slice(), end);
            let begin = first.map_or(self.period.after, |(date, _)| date).max(self.period.after);
            return Ok(self.measure(&series, Period::new(begin, end), figure));
        }
        let series = self.series(Scope::Portfolio);
        let figure = figure.strip_prefix("client_").unwrap_or(figure);
        Ok(match figure {
            "value_initial_value" | "initial_value" => Some(cents(series.value(self.period.after))),
            "value_final_value" | "final_value" => Some(cents(series.value(self.period.through))),
            "delta" => Some(cents(series.gain(self.period))),
            _ => self.measure(&series, self.period, figure),
        })
    }

    fn of_security(&self, security: &str, figure: &str) -> Result<Option<Computed>, Refusal> {
        let (instrument, series) = self.holding(security)?;
        if let Some(measured) = self.measure(&series, self.period, figure) {
            return Ok(Some(measured));
        }
        let held = || {
            let all = holdings(&self.ledger, None, self.terms());
            all.into_iter().filter(|holding| holding.instrument == instrument).collect::<Vec<_>>()
        };
        let quantity = || held().iter().map(|holding| holding.quantity).sum::<Decimal>();
        Ok(Some(match figure {
            "shares_held" => quantity().into(),
            "market_value" => cents(series.value(self.period.through)),
            "quote" => self.ledger.prices[instrument]
                .on(self.period.through)
                .map(|price| price.price)
                .ok_or_else(|| NoValue::NoPrice {
                    instrument: security.into(),
                    date: self.period.through,
                })
                .into(),
            "fees" => cents(self.fees(instrument)),
            "taxes" => cents(self.taxes(instrument)),
            "delta" => cents(self.delta(&series, instrument)),
            "delta_percent" => self.delta_percent(&series, instrument, security).into(),
            "irr_excel_incl_taxes" => self.irr_with_taxes(&series, security).into(),
            "line_items_size" => self.n_items(&series, security).into(),
            _ => return self.dividends(instrument, figure),
        }))
    }

    fn dividends(
        &self,
        instrument: InstrumentIndex,
        figure: &str,
    ) -> Result<Option<Computed>, Refusal> {
        // The rhythm is that of all payments there are.
        let counts = |date| figure == "periodicity" || self.period.contains(date);
        let mut payments = Vec::new();
        for book in &self.ledger.books {
            for payment in
                paid(book).iter().filter(|payment| payment.instrument == Some(instrument))
            {
                if counts(payment.at.date) {
                    let gross = payment.gross.clone();
                    let money = gross
                        .map(|amount| stonks_core::money::Money::new(amount, payment.currency));
                    payments.push((
                        payment.at.date,
                        money.and_then(|money| self.in_base(money, payment.at.date)),
                    ));
                }
            }
        }
        let known: Result<Vec<_>, NoValue> =
            payments.into_iter().map(|(date, gross)| Ok((date, gross?))).collect();
        let known = known.map_err(|reason| Refusal::Malformed(reason.to_string()))?;
        Ok(Some(match figure {
            "sum_of_dividends" => cents(Ok(known.iter().map(|(_, gross)| *gross).sum())),
            "dividend_event_count" => known.len().into(),
            "last_dividend_payment" => match known.iter().map(|(date, _)| *date).max() {
                Some(date) => date.into(),
                None => Computed::Nothing("no dividend was paid".to_owned()),
            },
            "periodicity" => {
                Computed::Text(periodicity(&known).to_string().to_uppercase().replace('-', "_"))
            }
            _ => return Ok(None),
        }))
    }

    /// What the figures of a security rest on: its transactions, and its value at either end.
    fn n_items(&self, series: &Series, security: &str) -> usize {
        let rows =
            self.rows.iter().filter(|(date, of)| of == security && self.period.contains(*date));
        let is_held = |date| series.value(date).is_ok_and(|value| !value.is_zero());
        let ends = [self.period.after, self.period.through];
        rows.count() + ends.into_iter().filter(|date| is_held(*date)).count()
    }

    fn fees(&self, instrument: InstrumentIndex) -> Figure {
        let mut sum = Decimal::ZERO;
        for fee in self.ledger.books.iter().flat_map(fees) {
            let is_own = fee.instrument == Some(instrument) && fee.kind != FeeKind::TransactionTax;
            if is_own && self.period.contains(fee.at.date) {
                sum -= round(self.in_base(fee.money, fee.at.date)?, 2);
            }
        }
        Ok(sum)
    }

    fn taxes(&self, instrument: InstrumentIndex) -> Figure {
        let mut sum = Decimal::ZERO;
        for book in &self.ledger.books {
            for fee in fees(book) {
                let is_own =
                    fee.instrument == Some(instrument) && fee.kind == FeeKind::TransactionTax;
                if is_own && self.period.contains(fee.at.date) {
                    sum -= round(self.in_base(fee.money, fee.at.date)?, 2);
                }
            }
            for booked in &book.movements {
                let movement = &booked.movement;
                let is_tax = matches!(movement.kind, CashKind::Tax | CashKind::WithholdingTax);
                let is_own = booked.instrument == Some(instrument) && is_tax;
                if is_own && self.period.contains(movement.at.date) {
                    sum -= round(self.in_base(movement.money, movement.at.date)?, 2);
                }
            }
        }
        Ok(sum)
    }

    /// A holding's gain is told before taxes; Portfolio Performance's delta is after them.
    fn delta(&self, series: &Series, instrument: InstrumentIndex) -> Figure {
        Ok(series.gain(self.period)? - self.taxes(instrument)?)
    }

    fn delta_percent(
        &self,
        series: &Series,
        instrument: InstrumentIndex,
        security: &str,
    ) -> Result<f64, NoValue> {
        let mut invested = series.value(self.period.after)?;
        for (date, of, paid) in &self.invested {
            if of == security && self.period.contains(*date) {
                invested += self.in_base(*paid, *date)?;
            }
        }
        let share = self.delta(series, instrument)?.checked_div(invested);
        share.and_then(|share| share.to_f64()).ok_or(NoValue::NoContributions)
    }

    fn irr_with_taxes(&self, series: &Series, security: &str) -> Result<f64, NoValue> {
        let mut flows = series.flows(self.period)?;
        for (date, of, paid) in &self.taxes {
            if of == security && self.period.contains(*date) {
                flows.push(Flow::new(*date, -self.in_base(*paid, *date)?));
            }
        }
        xirr(&flows)
    }
}

/// A security by the beginning of its name, and its prices.
fn find_security(
    inputs: &Inputs<'_>,
    name: &str,
) -> Result<(String, Vec<(jiff::civil::Date, Decimal)>), Refusal> {
    for security in inputs.get("data")?.get("securities")?.items()? {
        let told = security.get("name")?.text()?;
        if told.to_lowercase().starts_with(name) {
            return Ok((told.to_owned(), dated_list(&security.get("prices")?)?));
        }
    }
    Err(Refusal::Malformed(format!(
        "there is no security whose name begins with `{name}`, nor `{ONLY}`"
    )))
}
