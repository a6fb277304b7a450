//! Activities, splits, prices and balances on their way into a portfolio.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::moment::Moment;
use stonks_core::money::{Currency, Money};
use stonks_core::transaction::TransactionKind;

use super::portfolio::{ASSETS, Asset, Paid, Portfolio};
use crate::conformance::accounts::{Accounts, Exchange, Units, number};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::flows::dated_list;

/// Change of units, and how many there were.
struct Change {
    date: Date,
    quantity: Decimal,
}

impl Portfolio {
    pub(super) fn read(inputs: &Inputs<'_>) -> Result<Self, Refusal> {
        let exchange = Exchange::read(inputs)?;
        let base = exchange.currency(inputs.get("base_currency")?.text()?)?;
        let mut portfolio = Self {
            accounts: Accounts::default(),
            exchange,
            base,
            end: Date::MIN,
            assets: Vec::new(),
            cash: None,
            has_liability: false,
            n_trades: 0,
        };
        let mut changes: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        let mut rows = inputs.get("activities")?.items()?;
        let dates: Vec<Date> =
            rows.iter().map(|row| row.get("date")?.date()).collect::<Result<_, _>>()?;
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|place| dates[*place]);
        rows = order.into_iter().map(|place| rows[place].clone()).collect();
        let last = dates.into_iter().max();
        let splits = inputs.find("splits");
        let splits = splits.map_or_else(|| Ok(Vec::new()), |list| list.items())?;
        let last_split = splits.iter().map(|split| split.get("date")?.date());
        let last_split = last_split.collect::<Result<Vec<Date>, _>>()?.into_iter().max();
        portfolio.end = match inputs.find("valuation_date") {
            Some(told) => told.date()?,
            None => last.max(last_split).unwrap_or(Date::MIN),
        };
        for row in &rows {
            let change = portfolio.activity(row)?;
            if let Some(change) = change {
                let symbol = row.get("symbol")?.text()?.to_owned();
                changes.entry(symbol).or_default().push(change);
            }
        }
        portfolio.splits(&splits, &mut changes)?;
        portfolio.quotes(inputs)?;
        portfolio.balances(inputs)?;
        Ok(portfolio)
    }

    fn asset(&mut self, row: &Inputs<'_>, date: Date) -> Result<(usize, Currency), Refusal> {
        let currency = self.exchange.currency(row.get("currency")?.text()?)?;
        let name = row.get("symbol")?.text()?;
        let place = self.place(name, currency, date);
        self.assets[place].n_activities += 1;
        Ok((place, currency))
    }

    /// Of an asset among all, first seen on a day.
    fn place(&mut self, name: &str, currency: Currency, date: Date) -> usize {
        if let Some(place) = self.assets.iter().position(|asset| asset.name == name) {
            return place;
        }
        self.accounts.list(name, currency);
        self.assets.push(Asset {
            name: name.to_owned(),
            currency,
            first: date,
            n_activities: 0,
            changes: Vec::new(),
            paid: Vec::new(),
            has_quote: false,
            is_cash: false,
        });
        self.assets.len() - 1
    }

    /// Of one day, in the order in which they are told.
    fn activity(&mut self, row: &Inputs<'_>) -> Result<Option<Change>, Refusal> {
        let (date, kind) = (row.get("date")?.date()?, row.get("type")?.text()?);
        if kind == "LIABILITY" {
            self.has_liability = true;
            return Ok(None);
        }
        let (place, currency) = self.asset(row, date)?;
        let (quantity, price) = (number(row, &["quantity"])?, number(row, &["unitPrice"])?);
        let money = |amount| Money::new(amount, currency);
        let fee = number(row, &["fee"])?;
        let quantity = match kind {
            "BUY" | "ITEM" => quantity,
            "SELL" => -quantity,
            "DIVIDEND" | "INTEREST" | "FEE" => {
                let asset = &mut self.assets[place];
                let kind = if kind == "DIVIDEND" { Paid::Dividend } else { Paid::Interest };
                asset.paid.push((kind, date, money(quantity * price)));
                asset.paid.push((Paid::Fee, date, money(fee)));
                return Ok(None);
            }
            other => return Err(Refusal::UnknownShape(format!("an activity `{other}`"))),
        };
        let asset = &mut self.assets[place];
        if asset.changes.last() != Some(&date) {
            asset.changes.push(date);
        }
        let total = money(quantity.abs() * price);
        let trade = Units::trade(&asset.name, date, quantity, total).costing(money(fee));
        let second = jiff::SignedDuration::from_secs(i64::try_from(self.n_trades).unwrap_or(0));
        let time = jiff::civil::Time::midnight().saturating_add(second);
        let at = Moment { date, time: Some((time, jiff::tz::Offset::UTC)) };
        self.n_trades += 1;
        self.accounts.units(Units { account: ASSETS, at, ..trade })?;
        Ok(Some(Change { date, quantity }))
    }

    /// A split adjusts what was held before its day.
    fn splits(
        &mut self,
        splits: &[Inputs<'_>],
        changes: &mut BTreeMap<String, Vec<Change>>,
    ) -> Result<(), Refusal> {
        for split in splits {
            let date = split.get("date")?.date()?;
            let (numerator, denominator) =
                (split.get("numerator")?.decimal()?, split.get("denominator")?.decimal()?);
            let asset = match split.find("symbol") {
                Some(symbol) => symbol.text()?.to_owned(),
                None => self.assets.first().map(|asset| asset.name.clone()).unwrap_or_default(),
            };
            let changes = changes.entry(asset.clone()).or_default();
            let before = changes.iter().filter(|change| change.date < date);
            let held: Decimal = before.map(|change| change.quantity).sum();
            let after = (held * numerator).checked_div(denominator).unwrap_or_default();
            changes.push(Change { date, quantity: after - held });
            let units = Units::of(&asset, TransactionKind::Split, date, after - held);
            self.accounts.units(Units { account: ASSETS, ..units })?;
        }
        Ok(())
    }

    fn quotes(&mut self, inputs: &Inputs<'_>) -> Result<(), Refusal> {
        let prices = inputs.find("market_prices");
        for (name, list) in prices.map_or_else(|| Ok(Vec::new()), |prices| prices.entries())? {
            let asset = self.assets.iter_mut().find(|asset| asset.name == name);
            let Some(asset) = asset else { continue };
            let currency = asset.currency;
            let prices = match list.find("every_day") {
                Some(price) => vec![(asset.first, price.decimal()?)],
                None => dated_list(&list)?,
            };
            asset.has_quote = !prices.is_empty();
            for (date, price) in prices {
                self.accounts.quote(name, date, Money::new(price, currency))?;
            }
        }
        Ok(())
    }

    fn balances(&mut self, inputs: &Inputs<'_>) -> Result<(), Refusal> {
        let Some(account) = inputs.find("cash_account") else { return Ok(()) };
        let currency = self.exchange.currency(account.get("currency")?.text()?)?;
        self.cash = Some(currency);
        let mut before = Decimal::ZERO;
        let told = inputs.find("account_balances");
        for balance in told.map_or_else(|| Ok(Vec::new()), |list| list.items())? {
            let (amount, date) = (balance.get("value")?.decimal()?, balance.get("date")?.date()?);
            let change = Money::new(amount - before, currency);
            if currency == self.base {
                self.accounts.cash(CashKind::Deposit, date, change)?;
            } else {
                self.hold_cash(date, change)?;
            }
            before = amount;
        }
        Ok(())
    }

    /// Cash in another currency is an asset there, each unit of which costs one.
    fn hold_cash(&mut self, date: Date, change: Money) -> Result<(), Refusal> {
        let name = self.exchange.name(change.currency);
        let place = self.place(&name, change.currency, date);
        let asset = &mut self.assets[place];
        asset.n_activities += 1;
        asset.changes.push(date);
        (asset.is_cash, asset.has_quote) = (true, true);
        let units = Units::trade(&name, date, change.amount, {
            Money::new(change.amount.abs(), change.currency)
        });
        self.accounts.units(Units { account: ASSETS, ..units })?;
        self.accounts.quote(&name, date, Money::new(Decimal::ONE, change.currency))
    }
}
