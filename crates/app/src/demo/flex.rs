//! The demo's Interactive Brokers account: an Activity Flex Query in XML.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::money::round;

use super::market::{LISTINGS, Listing, Market};

const ACCOUNT: &str = "U7654321";

/// The statement under way.
#[derive(Default)]
struct Statement {
    trades: String,
    cash: String,
    balances: BTreeMap<&'static str, Decimal>,
    held: BTreeMap<&'static str, i64>,
    n_entries: u32,
}

fn conid(symbol: &str) -> u32 {
    match symbol {
        "AAPL" => 265_598,
        "MSFT" => 272_093,
        _ => 68_291,
    }
}

fn exchange(listing: &Listing) -> &'static str {
    if listing.currency == "CHF" { "EBS" } else { "NASDAQ" }
}

fn listing(symbol: &str) -> &'static Listing {
    LISTINGS.iter().find(|listing| listing.symbol == symbol).unwrap_or(&LISTINGS[0])
}

fn compact(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// Attributes that describe an instrument.
fn described(of: &Listing) -> String {
    format!(
        "assetCategory=\"STK\" subCategory=\"COMMON\" symbol=\"{}\" description=\"{}\" conid=\"{}\" isin=\"{}\" \
         listingExchange=\"{}\" multiplier=\"1\"",
        of.symbol,
        of.name,
        conid(of.symbol),
        of.isin,
        exchange(of)
    )
}

impl Statement {
    fn id(&mut self) -> u32 {
        self.n_entries += 1;
        910_000_000 + self.n_entries
    }

    fn add(&mut self, currency: &'static str, amount: Decimal) {
        *self.balances.entry(currency).or_default() += amount;
    }

    fn trade(&mut self, market: &Market, date: Date, symbol: &'static str, quantity: i64) {
        let of = listing(symbol);
        let price = market.price(symbol, date);
        let proceeds = -(price * Decimal::from(quantity));
        let commission =
            if of.currency == "CHF" { Decimal::new(-500, 2) } else { Decimal::new(-100, 2) };
        let (id, day) = (self.id(), compact(date));
        let side = if quantity > 0 { "BUY" } else { "SELL" };
        // Writing to a string can't fail.
        let _ = writeln!(
            self.trades,
            "<Trade accountId=\"{ACCOUNT}\" currency=\"{currency}\" {} tradeID=\"{id}\" transactionID=\"{id}\" \
             dateTime=\"{day};103000\" tradeDate=\"{day}\" transactionType=\"ExchTrade\" exchange=\"{}\" \
             buySell=\"{side}\" quantity=\"{quantity}\" tradePrice=\"{price}\" proceeds=\"{proceeds}\" taxes=\"0\" \
             ibCommission=\"{commission}\" ibCommissionCurrency=\"{currency}\" netCash=\"{}\" \
             ibOrderID=\"{id}\" levelOfDetail=\"EXECUTION\" />",
            described(of),
            exchange(of),
            proceeds + commission,
            currency = of.currency,
        );
        self.add(of.currency, proceeds + commission);
        *self.held.entry(symbol).or_default() += quantity;
    }

    /// Sells euros for another currency.
    fn convert(&mut self, market: &Market, date: Date, euros: i64, currency: &'static str) {
        let rate = market.rate("EUR", currency, date);
        let proceeds = Decimal::from(euros) * rate;
        let (id, day) = (self.id(), compact(date));
        let commission = Decimal::new(-2, 0);
        let _ = writeln!(
            self.trades,
            "<Trade accountId=\"{ACCOUNT}\" currency=\"{currency}\" assetCategory=\"CASH\" symbol=\"EUR.{currency}\" \
             description=\"EUR.{currency}\" conid=\"12087792\" multiplier=\"1\" tradeID=\"{id}\" \
             transactionID=\"{id}\" dateTime=\"{day};095000\" tradeDate=\"{day}\" transactionType=\"ExchTrade\" \
             exchange=\"IDEALFX\" buySell=\"SELL\" quantity=\"-{euros}\" tradePrice=\"{rate}\" \
             proceeds=\"{proceeds}\" taxes=\"0\" ibCommission=\"{commission}\" ibCommissionCurrency=\"EUR\" \
             netCash=\"0\" ibOrderID=\"{id}\" levelOfDetail=\"EXECUTION\" />"
        );
        self.add("EUR", commission - Decimal::from(euros));
        self.add(currency, proceeds);
    }

    fn cash(
        &mut self,
        date: Date,
        kind: &str,
        of: Option<&Listing>,
        money: (Decimal, &'static str),
    ) {
        let (amount, currency) = money;
        let (id, day) = (self.id(), compact(date));
        let what = of.map(described).unwrap_or_default();
        let text = of.map_or_else(
            || kind.to_uppercase(),
            |of| format!("{}({}) {}", of.symbol, of.isin, kind.to_uppercase()),
        );
        let what = if what.is_empty() { format!("description=\"{text}\"") } else { what };
        let _ = writeln!(
            self.cash,
            "<CashTransaction accountId=\"{ACCOUNT}\" currency=\"{currency}\" {what} dateTime=\"{day};202000\" \
             settleDate=\"{day}\" amount=\"{amount}\" type=\"{kind}\" transactionID=\"{id}\" reportDate=\"{day}\" \
             levelOfDetail=\"DETAIL\" />"
        );
        self.add(currency, amount);
    }

    fn dividend(&mut self, date: Date, symbol: &'static str, per_unit: Decimal, tax_percent: i64) {
        let of = listing(symbol);
        let units = self.held.get(symbol).copied().unwrap_or_default();
        if units == 0 {
            return;
        }
        let gross = round(per_unit * Decimal::from(units), 2);
        self.cash(date, "Dividends", Some(of), (gross, of.currency));
        self.cash(
            date,
            "Withholding Tax",
            Some(of),
            (-round(gross * Decimal::new(tax_percent, 2), 2), of.currency),
        );
    }
}

/// The whole file.
pub(super) fn file(market: &Market) -> String {
    let mut statement = Statement::default();
    for (month, date) in market.month_days(12) {
        month_of(&mut statement, market, month, date);
    }
    let (first, last) = (market.days[0], market.days[market.days.len() - 1]);
    let mut report = String::new();
    for (currency, balance) in &statement.balances {
        let _ = writeln!(
            report,
            "<CashReportCurrency accountId=\"{ACCOUNT}\" currency=\"{currency}\" fromDate=\"{}\" toDate=\"{}\" \
             startingCash=\"0\" endingCash=\"{balance}\" levelOfDetail=\"Currency\" />",
            compact(first),
            compact(last)
        );
    }
    let positions = positions(&statement, market, last);
    format!(
        "<FlexQueryResponse queryName=\"Stonks\" type=\"AF\">\n<FlexStatements count=\"1\">\n\
         <FlexStatement accountId=\"{ACCOUNT}\" fromDate=\"{}\" toDate=\"{}\" period=\"\" whenGenerated=\"{};230000\">\n\
         <AccountInformation accountId=\"{ACCOUNT}\" acctAlias=\"\" currency=\"EUR\" />\n\
         <CashReport>\n{report}</CashReport>\n<Trades>\n{}</Trades>\n\
         <CashTransactions>\n{}</CashTransactions>\n<OpenPositions>\n{positions}</OpenPositions>\n</FlexStatement>\n</FlexStatements>\n</FlexQueryResponse>\n",
        compact(first),
        compact(last),
        compact(last),
        statement.trades,
        statement.cash
    )
}

/// What is held at the end.
fn positions(statement: &Statement, market: &Market, last: Date) -> String {
    let mut positions = String::new();
    for (symbol, quantity) in &statement.held {
        let of = listing(symbol);
        let _ = writeln!(
            positions,
            "<OpenPosition accountId=\"{ACCOUNT}\" currency=\"{}\" {} reportDate=\"{}\" position=\"{quantity}\" \
             markPrice=\"{}\" side=\"Long\" levelOfDetail=\"SUMMARY\" />",
            of.currency,
            described(of),
            compact(last),
            market.price(symbol, last),
        );
    }
    positions
}

fn month_of(statement: &mut Statement, market: &Market, month: usize, date: Date) {
    if month.is_multiple_of(4) {
        statement.cash(
            date,
            "Deposits/Withdrawals",
            None,
            (Decimal::from(if month == 0 { 8_000 } else { 1_500 }), "EUR"),
        );
        let (euros, currency) = if month % 12 == 8 {
            (1_150, "CHF")
        } else {
            (if month == 0 { 7_000 } else { 1_300 }, "USD")
        };
        statement.convert(market, date, euros, currency);
    }
    match month {
        1 => {
            statement.trade(market, date, "AAPL", 18);
            statement.trade(market, date, "MSFT", 6);
        }
        9 | 21 | 33 => statement.trade(market, date, "NESN", 11),
        13 => statement.trade(market, date, "AAPL", 4),
        17 => statement.trade(market, date, "MSFT", 4),
        23 => statement.trade(market, date, "AAPL", -6),
        29 => statement.trade(market, date, "MSFT", 3),
        _ => {}
    }
    if month.is_multiple_of(3) {
        statement.dividend(date, "AAPL", Decimal::new(25, 2), 15);
        statement.dividend(date, "MSFT", Decimal::new(83, 2), 15);
    }
    if date.month() == 4 {
        statement.dividend(date, "NESN", Decimal::new(305, 2), 35);
    }
    if month % 12 == 6 {
        let (kind, amount) = ("Broker Interest Received", Decimal::new(412, 2));
        statement.cash(date, kind, None, (amount, "USD"));
        statement.cash(date, "Other Fees", None, (Decimal::new(-150, 2), "USD"));
    }
}
