//! Payments of the last twelve months, and those that are to be expected in the next.

use std::collections::BTreeMap;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::snapshot::{Income, IncomeStatus, PortfolioSnapshot};
use stonks_plugin_sdk::{Decimal, PluginError};

use crate::days::Day;

/// How sure a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Announced,
    Forecast,
}

/// A payment, before tax.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) date: Day,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) amount: Decimal,
    pub(crate) currency: String,
}

/// A payment that is to come.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) payment: Payment,
    pub(crate) status: Status,
    /// What the expectation rests on, in one sentence.
    pub(crate) basis: String,
}

/// What was paid, and what is to come, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Payments {
    pub(crate) paid: Vec<Payment>,
    pub(crate) expected: Vec<Expected>,
    /// Payments of which nothing can be expected, since their units aren't known.
    pub(crate) n_without_units: usize,
}

/// A payment announced so near to the anniversary of the last one is that one's successor: companies
/// move their dates by some weeks, and pay four times a year at most months apart.
const SAME_PAYMENT_DAYS: u64 = 45;

/// Forecasts are told to the cent.
const FORECAST_PLACES: u32 = 2;

fn number(told: &str) -> Result<Decimal, PluginError> {
    told.parse().map_err(|_| PluginError::Failed(format!("the host told `{told}` as a number")))
}

fn day_of(income: &Income) -> Result<Option<Day>, PluginError> {
    income.pay_date.as_deref().or(income.ex_date.as_deref()).map(Day::parse).transpose()
}

fn payment(income: &Income, date: Day, amount: Decimal) -> Payment {
    Payment {
        date,
        account: income.account.clone(),
        name: income.name.clone(),
        amount,
        currency: income.gross.currency.clone(),
    }
}

impl Payments {
    pub(crate) fn of(portfolio: &PortfolioSnapshot) -> Result<Self, PluginError> {
        let today = Day::parse(&portfolio.as_of)?;
        let mut payments = Self::default();
        let mut announced: Vec<(&Income, Day)> = Vec::new();
        for income in portfolio.income.iter().filter(|income| income.status != IncomeStatus::Paid) {
            let Some(date) = day_of(income)? else { continue };
            announced.push((income, date));
            if date > today && date <= today.next_year() {
                let (status, basis) = match income.status {
                    IncomeStatus::Forecast => (Status::Forecast, "forecast by the broker"),
                    _ => (Status::Announced, "announced"),
                };
                payments.expected.push(Expected {
                    payment: payment(income, date, number(&income.gross.amount)?),
                    status,
                    basis: basis.to_owned(),
                });
            }
        }
        let held = units_held(portfolio)?;
        for income in portfolio.income.iter().filter(|income| income.status == IncomeStatus::Paid) {
            let Some(date) = day_of(income)? else { continue };
            let gross = number(&income.gross.amount)?;
            if date <= today.last_year() || date > today {
                continue;
            }
            payments.paid.push(payment(income, date, gross));
            let Some(instrument) = income.instrument.as_deref() else { continue };
            let Some(held) = held.get(&(income.account.as_str(), instrument)) else { continue };
            let is_told = announced.iter().any(|(told, day)| {
                told.account == income.account
                    && told.instrument == income.instrument
                    && day.days_from(date.next_year()) <= SAME_PAYMENT_DAYS
            });
            if gross <= Decimal::ZERO || is_told {
                continue;
            }
            match forecast(income, date, gross, *held)? {
                Some(forecast) => payments.expected.push(forecast),
                None => payments.n_without_units += 1,
            }
        }
        payments.paid.sort_by_key(|payment| payment.date);
        payments.expected.sort_by(|left, right| {
            let key = |expected: &Expected| (expected.payment.date, expected.payment.name.clone());
            key(left).cmp(&key(right))
        });
        Ok(payments)
    }
}

/// Units above zero by account and instrument.
fn units_held(
    portfolio: &PortfolioSnapshot,
) -> Result<BTreeMap<(&str, &str), Decimal>, PluginError> {
    let mut held = BTreeMap::new();
    for holding in &portfolio.holdings {
        let key = (holding.account.as_str(), holding.instrument.as_str());
        let units: &mut Decimal = held.entry(key).or_default();
        *units = units.saturating_add(number(&holding.quantity)?);
    }
    held.retain(|_, units| *units > Decimal::ZERO);
    Ok(held)
}

/// The same payment for each unit, a year later. None where the units aren't known.
fn forecast(
    income: &Income,
    date: Day,
    gross: Decimal,
    held: Decimal,
) -> Result<Option<Expected>, PluginError> {
    let Some(units) = income.units.as_deref().map(number).transpose()? else { return Ok(None) };
    let amount = gross.checked_mul(held).and_then(|product| product.checked_div(units));
    let Some(amount) = amount.filter(|_| units > Decimal::ZERO) else { return Ok(None) };
    let basis = format!(
        "{} {} paid for {} units on {date}, {} units held now",
        income.gross.amount,
        income.gross.currency,
        canonical(units),
        canonical(held)
    );
    Ok(Some(Expected {
        payment: payment(income, date.next_year(), amount.round_dp(FORECAST_PLACES)),
        status: Status::Forecast,
        basis,
    }))
}
