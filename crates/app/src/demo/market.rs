//! The demo's market: instruments, and prices that wander by a seeded chance.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::Span;
use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;
use stonks_core::fx::Rates;
use stonks_core::money::{Currency, Money};

/// Something that the demo trades.
pub(super) struct Listing {
    pub(super) symbol: &'static str,
    pub(super) isin: &'static str,
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) currency: &'static str,
    /// Price on the first day, in cents.
    start: i64,
    /// Drift of a day, in hundredths of a basis point.
    drift: i64,
    /// Largest step of a day, in basis points.
    swing: i64,
}

pub(super) const LISTINGS: [Listing; 9] = [
    listing(
        "IWDA",
        "IE00B4L5Y983",
        "ISHARES CORE MSCI WORLD UCITS ETF",
        "etf",
        "EUR",
        7_520,
        420,
        170,
    ),
    listing(
        "EMIM",
        "IE00BKM4GZ66",
        "ISHARES CORE MSCI EM IMI UCITS ETF",
        "etf",
        "EUR",
        2_710,
        250,
        190,
    ),
    listing("ASML", "NL0010273215", "ASML HOLDING", "stock", "EUR", 57_400, 380, 420),
    listing("KO", "US1912161007", "COCA-COLA COMPANY (THE)", "stock", "USD", 5_640, 210, 160),
    listing("AAPL", "US0378331005", "APPLE INC", "stock", "USD", 17_050, 430, 300),
    listing("MSFT", "US5949181045", "MICROSOFT CORP", "stock", "USD", 33_800, 400, 280),
    listing("NESN", "CH0038863350", "NESTLE SA-REG", "stock", "CHF", 9_700, -150, 170),
    listing("BTC", "", "Bitcoin", "crypto", "EUR", 3_270_000, 900, 620),
    listing("ETH", "", "Ethereum", "crypto", "EUR", 171_000, 500, 700),
];

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn listing(
    symbol: &'static str,
    isin: &'static str,
    name: &'static str,
    class: &'static str,
    currency: &'static str,
    start: i64,
    drift: i64,
    swing: i64,
) -> Listing {
    Listing { symbol, isin, name, class, currency, start, drift, swing }
}

impl Listing {
    fn is_traded_on(&self, date: Date) -> bool {
        self.class == "crypto" || is_working_day(date)
    }
}

pub(super) fn is_working_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Prices of every day, and exchange rates.
pub(super) struct Market {
    pub(super) days: Vec<Date>,
    /// In cents, by listing and day.
    prices: Vec<Vec<i64>>,
    rates: Rates,
}

impl Market {
    pub(super) fn new(first: Date, last: Date) -> Self {
        let days: Vec<Date> =
            first.series(Span::new().days(1)).take_while(|day| *day <= last).collect();
        let mut chance = fastrand::Rng::with_seed(20_231_101);
        let prices = LISTINGS.iter().map(|listing| wander(listing, &days, &mut chance)).collect();
        let wanted: BTreeSet<Currency> =
            ["USD", "CHF"].into_iter().filter_map(|code| code.parse().ok()).collect();
        Self { days, prices, rates: crate::rates::rates(&wanted, &[]) }
    }

    /// The price of a listing on a day.
    pub(super) fn price(&self, symbol: &str, date: Date) -> Decimal {
        let place = LISTINGS.iter().position(|listing| listing.symbol == symbol);
        let day = self.days.iter().position(|day| *day == date);
        let cents = place.zip(day).map_or(0, |(place, day)| self.prices[place][day]);
        Decimal::new(cents, 2)
    }

    /// Units of `to` for one unit of `from`, in four places as brokers tell it.
    pub(super) fn rate(&self, from: &str, to: &str, date: Date) -> Decimal {
        let pair = from.parse().ok().zip(to.parse().ok());
        let rate = pair.and_then(|(from, to)| {
            self.rates.convert(Money::new(Decimal::ONE, from), to, date).ok()
        });
        rate.unwrap_or(Decimal::ONE).round_dp(4)
    }

    /// The last days of each month that are working days, with the number of the month from 0.
    pub(super) fn month_days(&self, day_of_month: i8) -> impl Iterator<Item = (usize, Date)> + '_ {
        let mut months: Vec<Date> = Vec::new();
        for day in &self.days {
            let is_due = day.day() >= day_of_month && is_working_day(*day);
            let is_new = months
                .last()
                .is_none_or(|last| (last.year(), last.month()) != (day.year(), day.month()));
            if is_due && is_new {
                months.push(*day);
            }
        }
        months.into_iter().enumerate()
    }

    /// A file of quotes for the plugin `generic-csv`.
    pub(super) fn quotes(&self) -> String {
        let mut file = "date,kind,isin,symbol,name,class,price,currency\n".to_owned();
        for listing in &LISTINGS {
            for day in self.days.iter().filter(|day| listing.is_traded_on(**day)) {
                let Listing { isin, symbol, name, class, currency, .. } = listing;
                let price = self.price(symbol, *day);
                // Writing to a string can't fail.
                let _ =
                    writeln!(file, "{day},quote,{isin},{symbol},{name},{class},{price},{currency}");
            }
        }
        file
    }
}

/// A price that moves by the sum of three even chances each day.
fn wander(listing: &Listing, days: &[Date], chance: &mut fastrand::Rng) -> Vec<i64> {
    let mut price = listing.start;
    days.iter()
        .map(|day| {
            if listing.is_traded_on(*day) {
                let third = listing.swing / 3;
                let step: i64 = (0..3).map(|_| chance.i64(-third..=third)).sum();
                price += price * (step * 100 + listing.drift) / 1_000_000;
                price = price.max(1);
            }
            price
        })
        .collect()
}
