//! A portfolio of activities, and what Ghostfolio tells of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use rust_decimal::Decimal;
use stonks_core::figure::{Figure, NoValue};
use stonks_core::holdings::Terms;
use stonks_core::money::{Currency, Money};
use stonks_core::performance::value_history;

use super::standing::Standing;
use crate::conformance::accounts::{Accounts, Exchange};
use crate::conformance::case::Refusal;
use crate::conformance::computed::{Computed, Figures};

/// Where assets are held, apart from the cash.
pub(super) const ASSETS: &str = "assets";

/// What was paid or received for an asset without a change of its units.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paid {
    Dividend,
    Interest,
    Fee,
}

/// An asset of the case.
pub(super) struct Asset {
    pub(super) name: String,
    pub(super) currency: Currency,
    pub(super) first: Date,
    pub(super) n_activities: usize,
    /// Days on which units changed.
    pub(super) changes: Vec<Date>,
    pub(super) paid: Vec<(Paid, Date, Money)>,
    pub(super) has_quote: bool,
    pub(super) is_cash: bool,
}

pub(super) struct Portfolio {
    pub(super) accounts: Accounts,
    pub(super) exchange: Exchange,
    pub(super) base: Currency,
    pub(super) end: Date,
    pub(super) assets: Vec<Asset>,
    pub(super) cash: Option<Currency>,
    pub(super) has_liability: bool,
    pub(super) n_trades: usize,
}

impl Portfolio {
    pub(super) fn terms(&self, date: Date) -> Terms<'_> {
        Terms { rates: &self.exchange.rates, base: self.base, as_of: date }
    }

    pub(super) fn at_rate(&self, amount: Figure, currency: Currency, date: Date) -> Figure {
        self.exchange.rates.convert(Money::new(amount?, currency), self.base, date)
    }

    fn first(&self) -> Option<Date> {
        self.assets.iter().map(|asset| asset.first).min()
    }

    /// Every day on which units of anything changed.
    fn days(&self) -> Vec<Date> {
        let mut days: Vec<Date> =
            self.assets.iter().flat_map(|asset| asset.changes.iter().copied()).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    fn standings(&self, date: Date) -> Result<Vec<Standing>, Refusal> {
        self.assets.iter().map(|asset| self.standing(asset, date)).collect()
    }

    /// What was paid for an asset up to a day, in its currency and in that of the portfolio.
    pub(super) fn fees_beside(&self, asset: &Asset, date: Date) -> [Figure; 2] {
        self.paid(asset, Paid::Fee, date)
    }

    fn paid(&self, asset: &Asset, kind: Paid, date: Date) -> [Figure; 2] {
        let paid = || asset.paid.iter().filter(|(of, day, _)| *of == kind && *day <= date);
        let base =
            paid().map(|(_, day, money)| self.exchange.rates.convert(*money, self.base, *day));
        [Ok(paid().map(|(.., money)| money.amount).sum()), base.sum()]
    }

    fn cash(&self, date: Date) -> Result<Figure, Refusal> {
        let ledger = self.accounts.ledger(super::standing::CONVENTION)?;
        let mut sum = Decimal::ZERO;
        for book in ledger.books.iter().filter(|book| book.is_cash_known()) {
            for (currency, amount) in book.cash(date).unwrap_or_default() {
                match self.exchange.rates.convert(Money::new(amount, currency), self.base, date) {
                    Ok(amount) => sum += amount,
                    Err(reason) => return Ok(Err(reason)),
                }
            }
        }
        Ok(Ok(sum))
    }

    /// The value of those assets that are cash.
    fn foreign_cash(&self, standings: &[Standing]) -> Figure {
        let all = self.assets.iter().zip(standings).filter(|(asset, _)| asset.is_cash);
        all.map(|(_, standing)| standing.value[1].clone()).sum()
    }

    pub(super) fn snapshot(&self) -> Result<Figures, Refusal> {
        let standings = self.standings(self.end)?;
        let sum = |of: fn(&Standing) -> Figure| standings.iter().map(of).sum::<Figure>();
        let own_cash = self.cash(self.end)?;
        let value = sum(|standing| standing.value[1].clone());
        let interest: Figure = self
            .assets
            .iter()
            .map(|asset| self.paid(asset, Paid::Interest, self.end)[1].clone())
            .sum();
        let liabilities = if self.has_liability {
            Computed::NotOffered("what is owed is not kept: there are no liabilities".to_owned())
        } else {
            Decimal::ZERO.into()
        };
        let positions: Vec<Figures> = self.positions()?;
        let errors: Vec<Computed> = Vec::new();
        let current = value.clone().and_then(|value| Ok(value + own_cash.clone()?));
        let cash = own_cash.and_then(|cash| Ok(cash + self.foreign_cash(&standings)?));
        let told: Vec<(&str, Computed)> = vec![
            ("hasErrors", value.is_err().into()),
            ("errors", Computed::List(errors)),
            ("currentValueInBaseCurrency", current.into()),
            ("totalCashInBaseCurrency", cash.into()),
            ("totalInvestment", sum(Standing::invested_now).into()),
            ("totalInvestmentWithCurrencyEffect", sum(|it| it.invested[1].clone()).into()),
            ("totalFeesWithCurrencyEffect", sum(|it| it.fees[1].clone()).into()),
            ("totalInterestWithCurrencyEffect", interest.into()),
            ("totalLiabilitiesWithCurrencyEffect", liabilities),
            ("historicalData", self.history()),
            ("positions", positions.into()),
        ];
        Ok(told.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect())
    }

    fn history(&self) -> Computed {
        if self.assets.is_empty() {
            return Computed::List(Vec::new());
        }
        Computed::NotOffered("the days of a chart are asked for one by one".to_owned())
    }

    pub(super) fn positions(&self) -> Result<Vec<Figures>, Refusal> {
        // A fee or interest by itself holds nothing.
        let held = self.assets.iter().filter(|asset| !asset.changes.is_empty());
        held.map(|asset| self.position_of(asset)).collect()
    }

    pub(super) fn position(&self, name: &str) -> Result<Option<Figures>, Refusal> {
        if let Some(asset) = self.assets.iter().find(|asset| asset.name == name) {
            return self.position_of(asset).map(Some);
        }
        if self.cash.is_none_or(|currency| self.exchange.name(currency) != name) {
            return Ok(None);
        }
        // Cash in the currency of the portfolio gains nothing.
        let base = self.cash(self.end)?;
        let zero = || Decimal::ZERO.into();
        let told: Vec<(&str, Computed)> = vec![
            ("currency", name.into()),
            ("symbol", name.into()),
            ("quantity", base.clone().into()),
            ("valueInBaseCurrency", base.clone().into()),
            ("investment", base.clone().into()),
            ("investmentWithCurrencyEffect", base.into()),
            ("grossPerformance", zero()),
            ("grossPerformanceWithCurrencyEffect", zero()),
            ("netPerformance", zero()),
            ("netPerformanceWithCurrencyEffect", zero()),
            ("dividend", Decimal::ZERO.into()),
            ("fee", Decimal::ZERO.into()),
        ];
        Ok(Some(told.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()))
    }

    fn position_of(&self, asset: &Asset) -> Result<Figures, Refusal> {
        let standing = self.standing(asset, self.end)?;
        let [dividend, dividend_in_base] = self.paid(asset, Paid::Dividend, self.end);
        let price = |figure: Figure| {
            if asset.has_quote {
                figure.into()
            } else {
                Computed::NotOffered(
                    "an asset without quotes has the price 1 there; here that of its purchase"
                        .to_owned(),
                )
            }
        };
        let quoted = standing.price.clone();
        let mut told: Vec<(&str, Computed)> = vec![
            ("symbol", asset.name.as_str().into()),
            ("currency", Computed::Text(self.exchange.name(asset.currency))),
            ("activitiesCount", asset.n_activities.into()),
            ("dateOfFirstActivity", asset.first.into()),
            ("quantity", standing.quantity.into()),
            ("averagePrice", standing.average.clone().into()),
            ("marketPrice", price(quoted.clone())),
            ("marketPriceInBaseCurrency", self.at_rate(quoted, asset.currency, self.end).into()),
            ("valueInBaseCurrency", standing.value[1].clone().into()),
            ("dividend", dividend.into()),
            ("dividendInBaseCurrency", dividend_in_base.into()),
            ("tags", Computed::List(Vec::new())),
            ("includeInHoldings", (!asset.is_cash).into()),
            ("dataSource", Computed::Label),
        ];
        told.extend(standing.figures(self, asset));
        let mut figures: Figures =
            told.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect();
        let ranges = self.ranges(asset)?;
        figures.insert("netPerformanceWithCurrencyEffectMap".to_owned(), ranges.into());
        Ok(figures)
    }

    /// Net performance since the end of the day before each range.
    fn ranges(&self, asset: &Asset) -> Result<Figures, Refusal> {
        let end = self.end;
        let back = |span: Span| end.checked_sub(span).unwrap_or(Date::MIN);
        let weekday = i64::from(end.weekday().to_monday_one_offset());
        let starts = [
            ("1d", back(1.days())),
            ("1y", back(1.years())),
            ("5y", back(5.years())),
            ("max", Date::MIN),
            ("mtd", end.first_of_month().yesterday().unwrap_or(Date::MIN)),
            ("wtd", back(weekday.days())),
            ("ytd", end.first_of_year().yesterday().unwrap_or(Date::MIN)),
        ];
        let now = self.standing(asset, end)?.net()[1].clone();
        let mut figures = Figures::new();
        for (name, start) in starts {
            let before = if start < asset.first {
                Ok(Decimal::ZERO)
            } else {
                self.standing(asset, start)?.net()[1].clone()
            };
            let change = now.clone().and_then(|now| Ok(now - before?));
            figures.insert(name.to_owned(), change.into());
        }
        Ok(figures)
    }

    pub(super) fn day_of(&self, which: &str) -> Result<Option<Figures>, Refusal> {
        let first = self.first();
        let date = match which {
            "last" => Some(self.end),
            "first" => first.and_then(|first| first.yesterday().ok()),
            "second" => first,
            _ => None,
        };
        date.map(|date| self.day(date)).transpose()
    }

    /// Every day whose value is told.
    pub(super) fn days_told(&self) -> Result<Computed, Refusal> {
        let ledger = self.accounts.ledger(super::standing::CONVENTION)?;
        let days = value_history(&ledger, None, None, self.terms(self.end));
        Ok(Computed::Days(days.into_iter().map(|day| day.date).collect()))
    }

    /// The end of a day.
    pub(super) fn day(&self, date: Date) -> Result<Figures, Refusal> {
        let standings = self.standings(date)?;
        let sum = |of: fn(&Standing) -> Figure| standings.iter().map(of).sum::<Figure>();
        let before = date.yesterday().map_or_else(|_| Ok(Vec::new()), |day| self.standings(day))?;
        let invested = sum(|it| it.invested[1].clone());
        let invested_before: Figure = before.iter().map(|it| it.invested[1].clone()).sum();
        let change = invested.clone().and_then(|invested| Ok(invested - invested_before?));
        let (net, net_in_base) = (sum(Standing::net_now), sum(|it| it.net()[1].clone()));
        let (average, average_in_base) = (sum(|it| it.average_invested[0].clone()), {
            sum(|it| it.average_invested[1].clone())
        });
        let share = |gain: &Figure, of: Figure| -> Computed {
            let share = gain.clone().and_then(|gain| {
                let share = gain.checked_div(of?).unwrap_or_default();
                Ok::<_, NoValue>(share)
            });
            share.into()
        };
        let (own_cash, value) = (self.cash(date)?, sum(|it| it.value[1].clone()));
        let worth = value.clone().and_then(|value| Ok(value + own_cash.clone()?));
        let cash = own_cash.and_then(|cash| Ok(cash + self.foreign_cash(&standings)?));
        let told: Vec<(&str, Computed)> = vec![
            ("date", date.into()),
            ("investmentValueWithCurrencyEffect", change.into()),
            ("netPerformanceInPercentage", share(&net, average)),
            ("netPerformanceInPercentageWithCurrencyEffect", share(&net_in_base, average_in_base)),
            ("netPerformance", net.into()),
            ("netPerformanceWithCurrencyEffect", net_in_base.into()),
            ("netWorth", worth.into()),
            ("totalCashInBaseCurrency", cash.into()),
            ("totalInvestment", sum(Standing::invested_now).into()),
            ("totalInvestmentValueWithCurrencyEffect", invested.into()),
            ("value", value.clone().into()),
            ("valueWithCurrencyEffect", value.into()),
        ];
        Ok(told.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect())
    }

    /// What is invested behind each change, each asset in its own currency.
    pub(super) fn investments(&self) -> Result<Computed, Refusal> {
        let mut list = Vec::new();
        for date in self.days() {
            let standings = self.standings(date)?;
            let invested: Figure = standings.iter().map(|it| it.invested[0].clone()).sum();
            list.push(entry(&date.to_string(), invested));
        }
        Ok(Computed::List(list))
    }

    /// What was added in each month or year, told by the first letters of its days, up to the last.
    pub(super) fn investments_by(&self, letters: usize) -> Result<Computed, Refusal> {
        let mut groups: BTreeMap<String, Figure> = BTreeMap::new();
        let group = |date: Date| {
            let start = date.to_string().get(..letters).unwrap_or_default().to_owned();
            if letters == 4 { format!("{start}-01-01") } else { format!("{start}-01") }
        };
        if let Some(first) = self.first() {
            let months = first.first_of_month().series(1.months());
            for month in months.take_while(|month| *month <= self.end) {
                groups.entry(group(month)).or_insert(Ok(Decimal::ZERO));
            }
        }
        let mut before: Figure = Ok(Decimal::ZERO);
        for date in self.days() {
            let standings = self.standings(date)?;
            let invested: Figure = standings.iter().map(|it| it.invested[1].clone()).sum();
            let change = invested.clone().and_then(|invested| Ok(invested - before?));
            let sum = groups.entry(group(date)).or_insert(Ok(Decimal::ZERO));
            *sum = sum.clone().and_then(|sum| Ok(sum + change?));
            before = invested;
        }
        let told = groups.into_iter().map(|(date, invested)| entry(&date, invested));
        Ok(Computed::List(told.collect()))
    }
}

fn entry(date: &str, invested: Figure) -> Computed {
    let told: [(&str, Computed); 2] = [("date", date.into()), ("investment", invested.into())];
    Computed::Map(told.map(|(name, figure)| (name.to_owned(), figure)).into())
}
