//! Portfolio Performance's securities accounts, each a book of its own, so that units move between them.
//!
//! The amount of a purchase includes fees and taxes, that of a sale is net of them. A delivery counts as
//! a purchase or a sale.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use stonks_core::money::{Currency, Money, round};
use stonks_core::transaction::TransactionKind;

use crate::conformance::accounts::{Accounts, Exchange, ONLY, Units, number};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::flows::dated_list;

/// The one security of a case that names none.
const SECURITY: &str = "security";

pub(super) struct Client {
    pub(super) accounts: Accounts,
    pub(super) exchange: Exchange,
    /// In which figures are told.
    pub(super) base: Currency,
    /// The day at whose end the period begins, if there is one.
    pub(super) begin: Option<Date>,
    pub(super) as_of: Date,
    /// The one that is asked for; all, where none is named.
    pub(super) security: Option<String>,
    /// Of that security, before taxes.
    pub(super) dividends: Decimal,
    pub(super) is_in_cents: bool,
    /// Whether anything but a trade tells what a unit is worth.
    pub(super) is_quoted: bool,
}

/// A transaction's money, in currencies as the core is told them.
struct Told {
    /// What the account paid or received.
    amount: Money,
    /// What the units are worth, in the security's currency.
    gross: Money,
    costs: Decimal,
}

impl Client {
    pub(super) fn read(inputs: &Inputs<'_>) -> Result<Self, Refusal> {
        let data = inputs.find("data");
        let rows = rows(inputs)?;
        let exchange = exchange(inputs, &rows)?;
        let told = data.as_ref().and_then(|data| data.find("base_currency"));
        let told = told.or_else(|| inputs.any(&["report_currency", "currency"]));
        let native = rows.iter().find_map(|(_, row)| suffix(row, "gross_", &["EUR"]));
        let base = match told {
            Some(code) => code.text()?.to_owned(),
            None => native.unwrap_or_else(|| "EUR".to_owned()),
        };
        let mut client = Self {
            accounts: Accounts::default(),
            base: exchange.currency(&base)?,
            exchange,
            begin: None,
            as_of: Date::MIN,
            security: inputs.find("security").map(|it| it.text()).transpose()?.map(str::to_owned),
            dividends: Decimal::ZERO,
            is_in_cents: data.is_some(),
            is_quoted: false,
        };
        for (account, row) in &rows {
            client.row(account, row)?;
        }
        client.securities(inputs)?;
        if let Some(interval) = inputs.find("reporting_interval") {
            client.begin = Some(interval.get("start_exclusive")?.date()?);
            client.as_of = interval.get("end_inclusive")?.date()?;
            client.dividends = client.dividends(inputs)?;
        }
        Ok(client)
    }

    fn row(&mut self, account: &str, row: &Inputs<'_>) -> Result<(), Refusal> {
        let (date, kind) = (row.get("date")?.date()?, row.get("type")?.text()?);
        let shares = number(row, &["shares"])?;
        let security = row.find("security").map_or(Ok(SECURITY), |name| name.text())?;
        let is_in = matches!(kind, "BUY" | "DELIVERY_INBOUND" | "TRANSFER_IN");
        let is_out = matches!(kind, "SELL" | "DELIVERY_OUTBOUND" | "TRANSFER_OUT");
        if !is_in && !is_out || !row.has("shares") {
            return Ok(());
        }
        self.as_of = self.as_of.max(date);
        let quantity = if is_in { shares } else { -shares };
        if kind.starts_with("TRANSFER") {
            let name = |key: &str| row.find(key).map_or(Ok(""), |name| name.text());
            let group = format!("{date} {} {}", name("transfer_from")?, name("transfer_to")?);
            let is_bound = row.has("transfer_from") && row.has("transfer_to");
            let group = is_bound.then_some(group);
            let kind =
                if is_in { TransactionKind::TransferIn } else { TransactionKind::TransferOut };
            let moved = Units::of(security, kind, date, quantity);
            self.accounts.units(Units { account, group: group.as_deref(), ..moved })?;
            return Ok(());
        }
        let told = self.told(row, is_in)?;
        let sign = if is_in { -Decimal::ONE } else { Decimal::ONE };
        let amount = self.in_cents(told.amount, date)?;
        let costs = self.in_cents(Money::new(told.costs, told.amount.currency), date)?;
        let settled = Some(Money::new(sign * amount.amount, amount.currency));
        let trade = Units::trade(security, date, quantity, told.gross).costing(costs);
        self.accounts.units(Units { account, settled, ..trade })?;
        Ok(())
    }

    /// What Portfolio Performance books in the currency of its figures.
    fn in_cents(&self, money: Money, date: Date) -> Result<Money, Refusal> {
        if !self.is_in_cents || money.currency == self.base {
            return Ok(money);
        }
        let converted = self.exchange.rates.convert(money, self.base, date);
        let converted = converted.map_err(|reason| Refusal::Malformed(reason.to_string()))?;
        Ok(Money::new(round(converted, 2), self.base))
    }

    fn told(&self, row: &Inputs<'_>, is_purchase: bool) -> Result<Told, Refusal> {
        let named = row.find("currency").map(|code| code.text()).transpose()?;
        let code = match (named, suffix(row, "amount_", &[])) {
            (Some(code), _) => code.to_owned(),
            (None, Some(code)) => code,
            (None, None) => self.exchange.name(self.base),
        };
        let currency = self.exchange.currency(&code)?;
        let lower = code.to_lowercase();
        let own = |key: &str| number(row, &[key, &format!("{key}_{lower}")]);
        let costs = own("fees")? + own("taxes")?;
        let amount = match row.find("price") {
            Some(price) => {
                let gross = price.decimal()? * row.get("shares")?.decimal()?;
                if is_purchase { gross + costs } else { gross - costs }
            }
            None => own("amount")?,
        };
        let own_gross = if is_purchase { amount - costs } else { amount + costs };
        let mut gross = Money::new(own_gross, currency);
        if let Some(forex) = row.find("gross").filter(|gross| gross.has("forex_amount")) {
            let native = self.exchange.currency(forex.get("forex_currency")?.text()?)?;
            gross = Money::new(forex.get("forex_amount")?.decimal()?, native);
        } else if let Some(native) = suffix(row, "gross_", &[code.as_str()]) {
            let key = format!("gross_{}", native.to_lowercase());
            gross = Money::new(row.get(&key)?.decimal()?, self.exchange.currency(&native)?);
        }
        Ok(Told { amount: Money::new(amount, currency), gross, costs })
    }

    /// Prices, and in which currency each security is listed.
    fn securities(&mut self, inputs: &Inputs<'_>) -> Result<(), Refusal> {
        let data = inputs.find("data").and_then(|data| data.find("securities"));
        for security in data.map_or_else(|| Ok(Vec::new()), |list| list.items())? {
            let (name, code) = (security.get("name")?.text()?, security.get("currency")?.text()?);
            let currency = self.exchange.currency(code)?;
            self.accounts.list(name, currency);
            let prices = security.find("prices");
            let prices = prices.map_or_else(|| Ok(Vec::new()), |list| dated_list(&list))?;
            self.quotes(name, currency, &prices)?;
        }
        let behind = self.as_of.tomorrow().unwrap_or(self.as_of);
        for key in inputs.keys().into_iter().filter(|key| key.starts_with("price_")) {
            let told = inputs.get(key)?;
            let code = key.trim_start_matches("price_").to_uppercase();
            let is_code = code.parse::<Currency>().is_ok_and(Currency::is_iso);
            let native = inputs.find("security_currency");
            let currency = match native {
                _ if is_code => self.exchange.currency(&code)?,
                Some(native) => self.exchange.currency(native.text()?)?,
                None => self.base,
            };
            let prices = match told.decimal() {
                Ok(price) => vec![(behind, price)],
                Err(_) => dated_list(&told)?,
            };
            self.as_of = prices.iter().map(|(date, _)| *date).max().unwrap_or(self.as_of);
            self.quotes(SECURITY, currency, &prices)?;
        }
        Ok(())
    }

    /// Before its first price a security is worth that one.
    fn quotes(
        &mut self,
        name: &str,
        currency: Currency,
        prices: &[(Date, Decimal)],
    ) -> Result<(), Refusal> {
        self.is_quoted |= !prices.is_empty();
        let first = prices.iter().min_by_key(|(date, _)| *date);
        let first = first.map(|(_, price)| (date(1900, 1, 1), *price));
        for (date, price) in first.iter().chain(prices) {
            self.accounts.quote(name, *date, Money::new(*price, currency))?;
        }
        Ok(())
    }

    fn dividends(&self, inputs: &Inputs<'_>) -> Result<Decimal, Refusal> {
        let accounts = inputs.find("data").and_then(|data| data.find("accounts"));
        let mut sum = Decimal::ZERO;
        for account in accounts.map_or_else(|| Ok(Vec::new()), |list| list.items())? {
            for row in account.get("transactions")?.items()? {
                let is_dividend = matches!(row.get("type")?.text()?, "DIVIDENDS" | "DIVIDEND");
                let of = row.find("security").map(|name| name.text()).transpose()?;
                let date = row.get("date")?.date()?;
                let is_within = date <= self.as_of && self.begin.is_none_or(|begin| begin < date);
                if !is_dividend || of != self.security.as_deref() || !is_within {
                    continue;
                }
                let gross = row.get("amount")?.decimal()? + number(&row, &["taxes", "tax"])?;
                let currency = self.exchange.currency(row.get("currency")?.text()?)?;
                let paid = Money::new(gross, currency);
                let paid = self.exchange.rates.convert(paid, self.base, date);
                sum += paid.map_err(|reason| Refusal::Malformed(reason.to_string()))?;
            }
        }
        Ok(sum)
    }
}

/// Every transaction of units, with the securities account that it belongs to. Portfolio Performance
/// counts all of them together; where units move between them they are told apart, so that they do.
fn rows<'a>(inputs: &Inputs<'a>) -> Result<Vec<(String, Inputs<'a>)>, Refusal> {
    let Some(data) = inputs.find("data") else {
        let rows = inputs.get("transactions")?.items()?;
        return Ok(rows.into_iter().map(|row| (ONLY.to_owned(), row)).collect());
    };
    let mut all = Vec::new();
    for portfolio in data.get("portfolios")?.items()? {
        let name = portfolio.get("name")?.text()?;
        for row in portfolio.get("transactions")?.items()? {
            all.push((name.to_owned(), row));
        }
    }
    let is_move = |row: &Inputs<'_>| {
        row.find("type").is_some_and(|told| told.text().is_ok_and(|it| it.starts_with("TRANSFER")))
    };
    if !all.iter().any(|(_, row)| is_move(row)) {
        for (account, _) in &mut all {
            ONLY.clone_into(account);
        }
    }
    Ok(all)
}

/// Rates of the case, or those with which its transactions came about: euros for a unit of the other.
fn exchange(inputs: &Inputs<'_>, rows: &[(String, Inputs<'_>)]) -> Result<Exchange, Refusal> {
    if inputs.has("fx_rates") {
        return Exchange::read(inputs);
    }
    let mut rates = Vec::new();
    let mut pair = None;
    for (_, row) in rows {
        let (Some(rate), Some(native)) = (row.find("rate"), suffix(row, "gross_", &["EUR"])) else {
            continue;
        };
        rates.push((row.get("date")?.date()?, rate.decimal()?));
        pair = Some(format!("{native}EUR"));
    }
    let keys = inputs.keys().into_iter().filter(|key| key.contains("rate"));
    for rate in keys.filter_map(|key| inputs.find(key)).filter(Inputs::is_number) {
        let last = rates.iter().map(|(date, _)| *date).max();
        let behind = last.and_then(|last| last.tomorrow().ok());
        rates.extend(behind.map(|behind| Ok((behind, rate.decimal()?))).transpose()?);
    }
    pair.map_or_else(|| Ok(Exchange::default()), |pair| Exchange::new(&[(pair, rates)]))
}

/// The currency in the name of a member such as `gross_usd`, unless it is one of some.
fn suffix(row: &Inputs<'_>, prefix: &str, but: &[&str]) -> Option<String> {
    let codes = row.keys().into_iter().filter_map(|key| key.strip_prefix(prefix));
    let mut codes = codes.map(str::to_uppercase);
    codes.find(|code| !but.contains(&code.as_str()) && code.parse::<Currency>().is_ok())
}
