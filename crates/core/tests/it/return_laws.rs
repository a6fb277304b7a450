//! Laws that hold for any series of values and flows.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use stonks_core::performance::{Day, Period, Scope, Series, annualised, linked, value_history};

use crate::laws::facts;
use crate::story::{Story, rates, terms, total};

const FIRST: Date = date(2023, 11, 20);

/// A price in cents, and units bought (positive) or sold, day by day.
fn market() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((100i64..10_000, -50i64..100), 2..120)
}

/// A holding of 1,000 units and what is bought at the price of the day before, or sold at the day's.
fn invested(market: &[(i64, i64)], scale: i64, is_trading: bool) -> Series {
    let price = |cents: i64| Decimal::new(cents * scale, 2);
    let mut units = Decimal::from(1000);
    let mut before = price(market[0].0);
    let mut days = vec![Day::quiet(Ok(units * before))];
    days[0].add(&Ok(units * before));
    for &(cents, traded) in &market[1..] {
        let traded = if is_trading {
            Decimal::from(traded).max(-units + Decimal::ONE)
        } else {
            Decimal::ZERO
        };
        units += traded;
        let today = price(cents);
        let at = if traded > Decimal::ZERO { before } else { today };
        let mut day = Day::quiet(Ok(units * today));
        day.add(&Ok(traded * at));
        days.push(day);
        before = today;
    }
    Series::new(FIRST, days)
}

fn whole(series: &Series) -> Period {
    series.whole().unwrap()
}

fn is_near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * (1.0 + left.abs())
}

proptest! {
    #[test]
    fn in_a_flat_market_no_flow_makes_a_return(
        flows in prop::collection::vec((0i32..200, -500i64..1000), 0..30),
    ) {
        let mut told = vec![(FIRST, Decimal::from(100_000))];
        told.extend(flows.iter().map(|&(day, amount)| {
            (FIRST.checked_add(jiff::Span::new().days(day)).unwrap(), amount.into())
        }));
        let series = Series::carried(&[], &told, date(2024, 12, 31));
        prop_assert_eq!(series.time_weighted(whole(&series)), Ok(0.0));
        prop_assert_eq!(series.gain(whole(&series)), Ok(Decimal::ZERO));
    }

    #[test]
    fn flows_change_no_time_weighted_return(market in market()) {
        let (with, without) = (invested(&market, 1, true), invested(&market, 1, false));
        let of = |series: &Series| series.time_weighted(whole(series)).unwrap();
        prop_assert!(is_near(of(&with), of(&without)));
        let (first, last) = (market[0].0, market[market.len() - 1].0);
        prop_assert!(is_near(of(&with), last as f64 / first as f64 - 1.0));
    }

    #[test]
    fn the_scale_of_amounts_scales_money_and_no_ratio(market in market()) {
        let (one, thousand) = (invested(&market, 1, true), invested(&market, 1000, true));
        let period = whole(&one);
        let gain = |series: &Series| series.gain(period).unwrap();
        prop_assert_eq!(gain(&one) * Decimal::from(1000), gain(&thousand));
        let ratios = |series: &Series| {
            [
                series.time_weighted(period),
                series.simple(period),
                series.modified_dietz(period),
                series.drawdown(period).map(|fall| fall.depth),
                series.volatility(period).map(|volatility| volatility.daily),
            ]
        };
        for (left, right) in ratios(&one).into_iter().zip(ratios(&thousand)) {
            match (left, right) {
                (Ok(left), Ok(right)) => prop_assert!(is_near(left, right)),
                (left, right) => prop_assert_eq!(left, right),
            }
        }
    }

    #[test]
    fn months_link_to_years_and_years_to_the_total(market in market()) {
        let series = invested(&market, 1, true);
        let years = series.yearly(whole(&series)).unwrap();
        let total = series.time_weighted(whole(&series)).unwrap();
        prop_assert!(is_near(linked(years.iter().map(|year| year.rate)), total));
        for year in &years {
            prop_assert!(is_near(linked(year.months.iter().map(|month| month.rate)), year.rate));
        }
    }

    #[test]
    fn periods_that_follow_each_other_link(market in market(), cut in 1i32..100) {
        let series = invested(&market, 1, true);
        let all = whole(&series);
        let cut = all.after.checked_add(jiff::Span::new().days(cut % all.n_days())).unwrap();
        prop_assume!(cut > all.after);
        let of = |after, through| series.time_weighted(Period::new(after, through)).unwrap();
        prop_assert!(is_near(linked([of(all.after, cut), of(cut, all.through)]), of(all.after, all.through)));
    }

    #[test]
    fn a_fall_is_between_nothing_and_everything(market in market()) {
        let series = invested(&market, 1, true);
        let fall = series.drawdown(whole(&series)).unwrap();
        prop_assert!((0.0..=1.0).contains(&fall.depth));
        let deepest = series.underwater(whole(&series)).unwrap().into_iter().map(|(_, depth)| depth);
        prop_assert!(is_near(deepest.fold(0.0, f64::min), -fall.depth));
    }

    #[test]
    fn without_flows_money_and_time_weigh_the_same(market in market()) {
        let series = invested(&market, 1, false);
        let period = Period::new(FIRST, whole(&series).through);
        let time = annualised(series.time_weighted(period).unwrap(), period.n_days());
        if let (Ok(money), Ok(time)) = (series.money_weighted(period), time) {
            prop_assert!((money - time).abs() <= 1e-6 * (1.0 + time.abs()));
        }
    }

    #[test]
    fn the_history_ends_with_the_total(facts in facts()) {
        let ledger = Story::new(facts).ledger();
        let rates = rates();
        let days = value_history(&ledger, None, None, terms(&rates, "2024-12-31"));
        let total = total(&ledger, "2024-12-31").total;
        if let Some(last) = days.last() {
            let rounded = |figure: &stonks_core::figure::Figure| figure.clone().map(|amount| amount.round_dp(9));
            prop_assert_eq!(rounded(&last.value), rounded(&total.value.figure()));
            prop_assert_eq!(rounded(&last.contributions), rounded(&total.deposits.figure()));
        }
    }

    #[test]
    fn holdings_and_cash_are_the_portfolio(facts in facts()) {
        let ledger = Story::new(facts).ledger();
        let rates = rates();
        let of = |scope| Series::of(&ledger, scope, terms(&rates, "2024-12-31"));
        let portfolio = of(Scope::Portfolio);
        let day = date(2024, 6, 30);
        let of_holdings: Decimal = (0..ledger.instruments.len())
            .map(|instrument| of(Scope::Holding { instrument, account: None }))
            .filter(|series| series.last().is_some())
            .map(|series| series.value(day).unwrap_or_default())
            .sum();
        let cash = total(&ledger, "2024-06-30").total.cash.figure().unwrap_or_default();
        if portfolio.last().is_some() {
            prop_assert_eq!(portfolio.value(day).unwrap_or_default().round_dp(9), (of_holdings + cash).round_dp(9));
        }
    }
}
