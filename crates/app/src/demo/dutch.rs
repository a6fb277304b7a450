//! The demo's DEGIRO account: `Transactions.csv` and `Account.csv` as a Dutch customer gets them.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::money::round;

use super::market::{LISTINGS, Listing, Market};

const TRANSACTIONS: &str = "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde EUR,\
    Wisselkoers,AutoFX Kosten,Transactiekosten en/of kosten van derden EUR,Totaal EUR,Order ID,\n";

const ACCOUNT: &str =
    "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id\n";

/// The two files under way: rows oldest first, and balances.
struct Export {
    transactions: Vec<String>,
    account: Vec<String>,
    euro: Decimal,
    dollar: Decimal,
    n_orders: u32,
}

/// `1234.5` as `"1234,50"`.
fn dutch(amount: Decimal) -> String {
    format!("\"{:.2}\"", round(amount, 2)).replace('.', ",")
}

fn day(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}

fn listing(symbol: &str) -> &'static Listing {
    LISTINGS.iter().find(|listing| listing.symbol == symbol).unwrap_or(&LISTINGS[0])
}

/// One row of the account statement.
struct Row<'a> {
    date: Date,
    time: &'a str,
    of: Option<&'static Listing>,
    text: &'a str,
    rate: Option<Decimal>,
    amount: Decimal,
    currency: &'a str,
    order: &'a str,
}

impl Export {
    fn book(&mut self, row: &Row<'_>) {
        let amount = round(row.amount, 2);
        let balance = if row.currency == "EUR" { &mut self.euro } else { &mut self.dollar };
        *balance += amount;
        let (name, isin) = row.of.map_or(("", ""), |listing| (listing.name, listing.isin));
        let rate =
            row.rate.map(|rate| format!("\"{rate:.4}\"").replace('.', ",")).unwrap_or_default();
        let (date, balance, currency) = (day(row.date), dutch(*balance), row.currency);
        let text =
            if row.text.contains(',') { format!("\"{}\"", row.text) } else { row.text.to_owned() };
        self.account.push(format!(
            "{date},{},{date},{name},{isin},{text},{rate},{currency},{},{currency},{balance},{}",
            row.time,
            dutch(amount),
            row.order
        ));
    }

    fn cash(&mut self, date: Date, text: &str, amount: Decimal) {
        self.book(&Row {
            date,
            time: "09:12",
            of: None,
            text,
            rate: None,
            amount,
            currency: "EUR",
            order: "",
        });
    }

    /// Buys for a positive quantity, sells for a negative one; in euros, or in dollars by AutoFX.
    fn trade(&mut self, market: &Market, date: Date, symbol: &str, quantity: i64) {
        let of = listing(symbol);
        let price = market.price(symbol, date);
        let quantity = Decimal::from(quantity);
        let local = -(quantity * price);
        let fee = if of.class == "etf" { Decimal::new(-100, 2) } else { Decimal::new(-200, 2) };
        self.n_orders += 1;
        let order = &format!("{:08x}-0000-4000-8000-000000000000", self.n_orders);
        let rate = market.rate("EUR", of.currency, date);
        let value = round(local / rate, 2);
        let is_foreign = of.currency != "EUR";
        let auto_fx =
            if is_foreign { -round(value.abs() * Decimal::new(25, 4), 2) } else { Decimal::ZERO };
        let total = value + auto_fx + fee;
        let shown_price = price.to_string().replace('.', ",");
        let shown_rate =
            if is_foreign { format!("\"{rate:.4}\"").replace('.', ",") } else { String::new() };
        let shown_fx = if is_foreign { dutch(auto_fx) } else { String::new() };
        self.transactions.push(format!(
            "{},15:30,{},{},{},{},{quantity},\"{shown_price}\",{currency},{},{currency},{},{shown_rate},{shown_fx},{},{},{order},",
            day(date),
            of.name,
            of.isin,
            if is_foreign { "NSY" } else { "EAM" },
            if is_foreign { "SOHO" } else { "XAMS" },
            dutch(local),
            dutch(value),
            dutch(fee),
            dutch(total),
            currency = of.currency,
        ));
        let word = if quantity > Decimal::ZERO { "Koop" } else { "Verkoop" };
        let text = &format!("{word} {} @ {shown_price} {}", quantity.abs(), of.currency);
        let row = Row {
            date,
            time: "15:30",
            of: Some(of),
            text,
            rate: None,
            amount: local,
            currency: of.currency,
            order,
        };
        self.book(&row);
        let text = "DEGIRO Transactiekosten en/of kosten van derden";
        self.book(&Row { text, amount: fee, currency: "EUR", ..row });
        if is_foreign {
            let (text, amount) = ("Valuta Debitering", value + auto_fx);
            self.book(&Row { text, amount, currency: "EUR", ..row });
            let (text, amount) = ("Valuta Creditering", -local);
            self.book(&Row { text, amount, rate: Some(rate), ..row });
        }
    }

    /// A dividend with its tax, turned into euros on the next day.
    fn dividend(&mut self, market: &Market, date: Date, symbol: &str, gross: Decimal) {
        let of = listing(symbol);
        let tax = -round(gross * Decimal::new(15, 2), 2);
        let row = Row {
            date,
            time: "07:40",
            of: Some(of),
            text: "Dividend",
            rate: None,
            amount: gross,
            currency: of.currency,
            order: "",
        };
        self.book(&row);
        self.book(&Row { text: "Dividendbelasting", amount: tax, ..row });
        if of.currency != "EUR" {
            let rate = market.rate("EUR", of.currency, date);
            let net = gross + tax;
            let row = Row { time: "07:55", of: None, rate: Some(rate), ..row };
            self.book(&Row { text: "Valuta Debitering", amount: -net, ..row });
            let (text, amount) = ("Valuta Creditering", net / rate);
            self.book(&Row { text, amount, rate: None, currency: "EUR", ..row });
        }
    }
}

/// `Transactions.csv` and `Account.csv`.
pub(super) fn files(market: &Market) -> (String, String) {
    let mut export = Export {
        transactions: Vec::new(),
        account: Vec::new(),
        euro: Decimal::ZERO,
        dollar: Decimal::ZERO,
        n_orders: 0,
    };
    let mut held = Held::default();
    for (month, date) in market.month_days(3) {
        month_of(&mut export, market, month, date, &mut held);
    }
    let file = |header: &str, rows: Vec<String>| {
        // DEGIRO lists the newest first.
        let rows: String = rows.into_iter().rev().map(|row| row + "\n").collect();
        format!("{header}{rows}")
    };
    (file(TRANSACTIONS, export.transactions), file(ACCOUNT, export.account))
}

/// Units on which dividends are paid.
#[derive(Default)]
struct Held {
    cola: i64,
    asml: i64,
}

/// The rows of a day in the order of their times, as DEGIRO lists them.
fn month_of(export: &mut Export, market: &Market, month: usize, date: Date, held: &mut Held) {
    if month % 6 == 5 {
        export.dividend(market, date, "ASML", Decimal::new(152, 2) * Decimal::from(held.asml));
    }
    if month % 3 == 2 {
        export.dividend(market, date, "KO", Decimal::new(51, 2) * Decimal::from(held.cola));
    }
    export.cash(date, "iDEAL Deposit", Decimal::from(if month == 0 { 6_000 } else { 750 }));
    if month == 27 {
        export.cash(date, "flatex terugstorting", Decimal::from(-900));
    }
    if date.month() == 1 {
        let text =
            format!("DEGIRO Aansluitingskosten {} (New York Stock Exchange - NSY)", date.year());
        export.cash(date, &text, Decimal::new(-250, 2));
    }
    if month.is_multiple_of(3) && month > 0 {
        export.cash(date, "Flatex Interest Income", Decimal::new(37, 2));
    }
    match month % 6 {
        0 | 2 | 4 => export.trade(market, date, "IWDA", if month == 0 { 20 } else { 8 }),
        1 | 3 => export.trade(market, date, "EMIM", 24),
        _ => {
            export.trade(market, date, "KO", 9);
            held.cola += 9;
        }
    }
    if month == 0 {
        export.trade(market, date, "ASML", 4);
        export.trade(market, date, "KO", 18);
        held.asml += 4;
        held.cola += 18;
    }
    if month == 20 {
        export.trade(market, date, "ASML", -1);
        held.asml -= 1;
    }
}
