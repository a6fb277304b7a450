//! Returns, diversification and sums of lists, as a user reads them.

use stonks_app::demo;
use stonks_app::reports::{PerformanceQuery, Query};
use stonks_core::performance::{Interval, linked};

use crate::test_app::on_both;

/// What a portfolio returned, from what its years did.
fn check_links(total: f64, parts: impl Iterator<Item = f64>) {
    let of_parts = linked(parts);
    assert!((of_parts - total).abs() < 1e-9, "{of_parts} is not {total}");
}

on_both! {
    async fn months_link_to_years_and_years_to_the_total(test) {
        demo::fill(&test.app).await.unwrap();
        let as_of = Some(demo::today());
        for interval in [Interval::All, Interval::YearToDate, Interval::ThreeMonths] {
            let query = PerformanceQuery { interval: Some(interval), as_of, ..Default::default() };
            let report = test.app.performance(&query).await.unwrap();
            check_links(report.figures.twr.unwrap(), report.years.iter().map(|year| year.twr));
            for year in &report.years {
                check_links(year.twr, year.months.iter().map(|month| month.twr));
            }
        }
    }

    async fn gains_of_accounts_are_the_gain_of_the_portfolio(test) {
        demo::fill(&test.app).await.unwrap();
        let query = PerformanceQuery {
            as_of: Some(demo::today()),
            by_account: true,
            by_holding: true,
            benchmark: Some("iwda".to_owned()),
            daily: true,
            ..Default::default()
        };
        let report = test.app.performance(&query).await.unwrap();
        let cents = |figure: &Option<String>| figure.as_ref().unwrap().replace('.', "").parse::<i64>().unwrap();
        let accounts = report.accounts.unwrap();
        let sum: i64 = accounts.iter().map(|account| cents(&account.figures.gain)).sum();
        assert!((sum - cents(&report.figures.gain)).abs() <= 1, "{sum}");
        let days = report.daily.unwrap();
        assert_eq!(days.last().unwrap().value, report.figures.final_value);
        assert_eq!(days.last().unwrap().twr, report.figures.twr);
        let lowest = days.iter().filter_map(|day| day.drawdown).fold(0.0, f64::min);
        assert!((lowest + report.figures.max_drawdown.unwrap()).abs() < 1e-9);
        // Nothing was put in before the first price, so that the index can't be told for all days.
        assert!(report.benchmark.unwrap().instrument.isin.is_some());
    }

    async fn the_sharpe_ratio_is_told_against_the_rate_that_is_asked_for(test) {
        demo::fill(&test.app).await.unwrap();
        let as_of = Some(demo::today());
        let figures = async |risk_free| {
            let query = PerformanceQuery { as_of, risk_free, ..Default::default() };
            test.app.performance(&query).await.unwrap().figures
        };
        let (none, some) = (figures(0.0).await, figures(0.02).await);
        let lower = 0.02 / none.volatility.unwrap();
        assert!((none.sharpe.unwrap() - lower - some.sharpe.unwrap()).abs() < 1e-9);
        assert_eq!(none.twr, some.twr);
    }

    async fn a_return_of_nothing_has_no_value(test) {
        let report = test.app.performance(&PerformanceQuery::default()).await.unwrap();
        assert_eq!((report.figures.twr, report.figures.mwr, report.from), (None, None, None));
        assert!(!report.reasons.is_empty());
    }

    async fn shares_of_each_division_are_a_hundred(test) {
        demo::fill(&test.app).await.unwrap();
        let query = Query { as_of: Some(demo::today()), ..Query::default() };
        let report = test.app.diversification(&query).await.unwrap();
        for rows in report.groups.chunk_by(|left, right| left.by == right.by) {
            let hundredths = rows.iter().map(|row| {
                row.share_percent.as_ref().unwrap().replace('.', "").parse::<i64>().unwrap()
            });
            assert_eq!(hundredths.sum::<i64>(), 10_000, "{:?}", rows[0].by);
        }
        let unknown = report.groups.iter().find(|row| row.is_unknown).unwrap();
        assert_eq!(unknown.label(), "Not known");
        assert!(unknown.reasons[0].contains("middleware"), "{:?}", unknown.reasons);
    }

    async fn sums_of_dividends_and_fees_are_those_of_their_rows(test) {
        demo::fill(&test.app).await.unwrap();
        let query = Query { as_of: Some(demo::today()), ..Query::default() };
        let cents = |figure: &Option<String>| figure.as_ref().unwrap().replace('.', "").parse::<i64>().unwrap();
        let summary = test.app.dividend_summary(&query).await.unwrap();
        let rows = test.app.dividends(&query).await.unwrap();
        let net: i64 = rows.iter().map(|row| cents(&row.base_net)).sum();
        assert_eq!(cents(&summary.net), net);
        assert_eq!(cents(&summary.gross) + cents(&summary.tax), net);
        assert_eq!(summary.years.iter().map(|year| cents(&year.net)).sum::<i64>(), net);
        assert!(summary.announced.is_none() && summary.r#yield.unwrap() > 0.0);
        let deposits = test.app.deposits(&query).await.unwrap();
        let put_in: i64 = deposits.iter().map(|row| cents(&row.base_amount)).sum();
        assert_eq!(cents(&deposits.last().unwrap().base_total), put_in);
        let fees = test.app.fee_summary(&query).await.unwrap();
        let shares = fees.classes.iter().map(|class| cents(&class.share_percent));
        assert_eq!(shares.sum::<i64>(), 10_000);
        assert_eq!(fees.count, test.app.fees(&query).await.unwrap().len());
    }
}
