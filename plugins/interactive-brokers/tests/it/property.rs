//! Laws that hold for any statement, and for anything else that is taken for one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;
use stonks_plugin_sdk::{Decimal, Fact};

use crate::flex::{statement, statement_of};
use crate::{facts, sums, told};

/// Something that happens on a day of January, its amounts in cents.
#[derive(Debug, Clone)]
enum Event {
    /// Units of an instrument; negative when sold.
    Trade {
        instrument: u8,
        units: i64,
        price: i64,
        commission: i64,
    },
    /// Euros for dollars.
    Conversion {
        euros: i64,
        rate: i64,
        commission: i64,
    },
    Cash {
        kind: &'static str,
        amount: i64,
        is_euro: bool,
    },
}

const CASH_KINDS: [&str; 6] = [
    "Deposits/Withdrawals",
    "Dividends",
    "Withholding Tax",
    "Broker Interest Paid",
    "Other Fees",
    "Never Heard Of",
];

fn event() -> impl Strategy<Value = Event> {
    let units = (-500i64..500).prop_filter("a trade moves units", |units| *units != 0);
    prop_oneof![
        (0u8..4, units, 1i64..100_000, 0i64..1_000).prop_map(
            |(instrument, units, price, commission)| Event::Trade {
                instrument,
                units,
                price,
                commission
            }
        ),
        (-100_000i64..100_000, 50i64..200, 0i64..300)
            .prop_map(|(euros, rate, commission)| Event::Conversion { euros, rate, commission }),
        (prop::sample::select(&CASH_KINDS[..]), -100_000i64..100_000, any::<bool>())
            .prop_map(|(kind, amount, is_euro)| Event::Cash { kind, amount, is_euro }),
    ]
}

/// The events of a month, in order.
fn month() -> impl Strategy<Value = Vec<(u8, Event)>> {
    prop::collection::vec((1u8..=31, event()), 0..40).prop_map(|mut events| {
        events.sort_by_key(|(day, _)| *day);
        events
    })
}

fn cents(amount: i64) -> Decimal {
    Decimal::new(amount, 2)
}

/// Rows of a statement, and what they sum to.
#[derive(Default)]
struct Written {
    trades: String,
    cash: String,
    /// Ten-thousandths, by whether it is the euro.
    balances: BTreeMap<bool, i64>,
    units: BTreeMap<u8, i64>,
}

impl Written {
    fn add(&mut self, number: usize, day: u8, event: &Event, has_ids: bool) {
        let id = if has_ids { format!("{}", 1_000 + number) } else { String::new() };
        let date = format!("202401{day:02}");
        match event {
            Event::Trade { instrument, units, price, commission } => {
                let proceeds = -units * price;
                writeln!(
                    self.trades,
                    "<Trade currency=\"USD\" assetCategory=\"STK\" symbol=\"S{instrument}\" conid=\"{}\" transactionID=\"{id}\" reportDate=\"{date}\" dateTime=\"{date};1000{:02}\" quantity=\"{units}\" tradePrice=\"{}\" proceeds=\"{}\" ibCommission=\"{}\" buySell=\"{}\" levelOfDetail=\"EXECUTION\"/>",
                    100 + u32::from(*instrument), number % 60, cents(*price), cents(proceeds), cents(-commission),
                    if *units < 0 { "SELL" } else { "BUY" }
                )
                .unwrap();
                *self.balances.entry(false).or_default() += (proceeds - commission) * 100;
                *self.units.entry(*instrument).or_default() += units;
            }
            Event::Conversion { euros, rate, commission } => {
                let dollars = -euros * rate;
                writeln!(
                    self.trades,
                    "<Trade currency=\"USD\" assetCategory=\"CASH\" symbol=\"EUR.USD\" conid=\"1\" transactionID=\"{id}\" reportDate=\"{date}\" dateTime=\"{date};1100{:02}\" quantity=\"{}\" tradePrice=\"{}\" proceeds=\"{}\" ibCommission=\"{}\" ibCommissionCurrency=\"EUR\" levelOfDetail=\"EXECUTION\"/>",
                    number % 60, cents(*euros), cents(*rate), Decimal::new(dollars, 4), cents(-commission)
                )
                .unwrap();
                *self.balances.entry(true).or_default() += (euros - commission) * 100;
                *self.balances.entry(false).or_default() += dollars;
            }
            Event::Cash { kind, amount, is_euro } => {
                writeln!(
                    self.cash,
                    "<CashTransaction currency=\"{}\" type=\"{kind}\" transactionID=\"{id}\" reportDate=\"{date}\" dateTime=\"{date}\" amount=\"{}\" description=\"n{number}\"/>",
                    if *is_euro { "EUR" } else { "USD" }, cents(*amount)
                )
                .unwrap();
                *self.balances.entry(*is_euro).or_default() += amount * 100;
            }
        }
    }

    fn sections(&self, openings: [i64; 2]) -> String {
        let mut written = format!(
            "<Trades>\n{}</Trades>\n<CashTransactions>\n{}</CashTransactions>\n",
            self.trades, self.cash
        );
        written.push_str("<OpenPositions>\n");
        for (instrument, units) in &self.units {
            writeln!(written, "<OpenPosition currency=\"USD\" assetCategory=\"STK\" symbol=\"S{instrument}\" conid=\"{}\" reportDate=\"20240131\" position=\"{units}\" markPrice=\"1\" levelOfDetail=\"SUMMARY\"/>", 100 + u32::from(*instrument)).unwrap();
        }
        written.push_str("</OpenPositions>\n<CashReport>\n<CashReportCurrency currency=\"BASE_SUMMARY\" startingCash=\"1\" endingCash=\"2\"/>\n");
        for (is_euro, opening) in [(false, openings[0]), (true, openings[1])] {
            let moved = self.balances.get(&is_euro).copied().unwrap_or_default();
            let (opening, closing) = (Decimal::new(opening, 4), Decimal::new(opening + moved, 4));
            let currency = if is_euro { "EUR" } else { "USD" };
            writeln!(written, "<CashReportCurrency currency=\"{currency}\" fromDate=\"20240101\" toDate=\"20240131\" startingCash=\"{opening}\" endingCash=\"{closing}\"/>").unwrap();
        }
        written + "</CashReport>"
    }
}

fn written(events: &[(usize, (u8, Event))], has_ids: bool) -> Written {
    let mut written = Written::default();
    for (number, (day, event)) in events {
        written.add(*number, *day, event, has_ids);
    }
    written
}

/// Identities of transactions and movements.
fn identities(content: &str) -> BTreeSet<String> {
    facts(content.as_bytes())
        .unwrap()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Transaction(fact) => Some(format!("transaction {}", fact.identity)),
            Fact::CashMovement(fact) => Some(format!("movement {}", fact.identity)),
            _ => None,
        })
        .collect()
}

proptest! {
    #[test]
    fn openings_and_effects_sum_to_closings(
        events in month(),
        openings in [-1_000_000_000i64..1_000_000_000, -1_000_000_000i64..1_000_000_000],
    ) {
        let numbered: Vec<_> = events.into_iter().enumerate().collect();
        let written = written(&numbered, true);
        let facts = facts(statement(&written.sections(openings)).as_bytes()).unwrap();
        let cash = sums::cash(&facts, Decimal::ZERO);
        prop_assert_eq!(cash.n_compared, 2);
        prop_assert_eq!(cash.differences, Vec::<String>::new());
        prop_assert_eq!(sums::units(&facts).differences, Vec::<String>::new());
    }

    #[test]
    fn a_month_in_parts_gives_the_identities_of_the_whole(
        events in month(),
        first in 1u8..=31,
        second in 1u8..=31,
        has_ids in any::<bool>(),
    ) {
        let (from, to) = (first.min(second), first.max(second));
        let numbered: Vec<_> = events.into_iter().enumerate().collect();
        let part = |days: std::ops::RangeInclusive<u8>| {
            let events: Vec<_> =
                numbered.iter().filter(|(_, (day, _))| days.contains(day)).cloned().collect();
            identities(&statement(&written(&events, has_ids).sections([0, 0])))
        };
        // Two statements that overlap from `from` to `to`.
        let parts: BTreeSet<String> = part(1..=to).union(&part(from..=31)).cloned().collect();
        prop_assert_eq!(parts, part(1..=31));
    }

    #[test]
    fn no_bytes_make_it_panic(content in prop::collection::vec(any::<u8>(), 0..300)) {
        let _unread = told(&content);
    }

    #[test]
    fn no_damage_to_a_statement_makes_it_panic(
        events in month(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let numbered: Vec<_> = events.into_iter().enumerate().collect();
        let mut content = statement(&written(&numbered, true).sections([0, 0])).into_bytes();
        for (place, byte) in places {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if is_cut {
            content.truncate(end.index(content.len()));
        }
        let _unread = told(&content);
    }

    #[test]
    fn no_values_make_it_panic(
        section in prop::sample::select(vec![
            ("Trades", "Trade"), ("CashTransactions", "CashTransaction"),
            ("CorporateActions", "CorporateAction"), ("Transfers", "Transfer"),
            ("OpenPositions", "OpenPosition"), ("CashReport", "CashReportCurrency"),
            ("OptionEAE", "OptionEAE"), ("TransactionTaxes", "TransactionTax"),
            ("SalesTaxes", "SalesTax"), ("OpenDividendAccruals", "OpenDividendAccrual"),
            ("DebitCardActivities", "DebitCardActivity"), ("SecuritiesInfo", "SecurityInfo"),
        ]),
        values in prop::collection::vec(
            "|[A-Z.]{1,8}|-?[0-9.,]{1,30}|202[0-9][01][0-9][0-3][0-9]|[0-3][0-9]/[0-3][0-9]/2024|\\PC{0,20}",
            24,
        ),
    ) {
        let names = [
            "accountId", "currency", "assetCategory", "symbol", "conid", "isin", "multiplier", "quantity",
            "tradePrice", "proceeds", "ibCommission", "taxes", "reportDate", "dateTime", "type", "amount",
            "position", "markPrice", "startingCash", "transactionID", "description", "date", "buySell",
            "fifoPnlRealized",
        ];
        let mut row = format!("<{}", section.1);
        for (name, value) in names.iter().zip(&values) {
            let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            write!(row, " {name}=\"{escaped}\"").unwrap();
        }
        let content = statement_of("accountId=\"U1\"", &format!("<{0}>{row}/></{0}>", section.0));
        let _unread = told(content.as_bytes());
    }
}
