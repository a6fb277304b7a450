//! Imports: whole or not at all, each fact once, and every row with its source.

use stonks_app::reports::Query;
use stonks_app::{ImportFile, Mode, Target};

use crate::test_app::{TestApp, on_both};

const FIRST: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,EUR,1000,,
2024-01-03,buy,IE00B4L5Y983,IWDA,World,etf,10,76.5,EUR,,2,
2024-03-01,dividend,IE00B4L5Y983,,,,,,USD,12.30,,1.85
";

const SECOND: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-03-01,dividend,IE00B4L5Y983,,,,,,USD,12.30,,1.85
2024-04-01,sell,IE00B4L5Y983,IWDA,World,etf,4,80,EUR,,1,
2024-05-02,fee,,,,,,,EUR,2.5,,
";

fn day(text: &str) -> Query {
    Query { as_of: Some(text.parse().unwrap()), ..Query::default() }
}

async fn counts(test: &TestApp, files: &[(&str, &str)], mode: Mode) -> Vec<(usize, usize, usize)> {
    let report = test.import("mine", files, mode).await.unwrap();
    report.files.iter().map(|file| (file.facts, file.new, file.duplicates)).collect()
}

on_both! {
    async fn figures_follow_from_what_was_imported(test) {
        test.add_account("mine", "generic-csv").await;
        assert_eq!(counts(&test, &[("1.csv", FIRST), ("2.csv", SECOND)], Mode::Store).await, [(5, 5, 0), (5, 2, 3)]);
        let total = test.app.total(&day("2024-05-31")).await.unwrap();
        // Cash: 1000 − 765 − 2 + 320 − 1 − 2.5 EUR and 10.45 USD at 1.0852; 6 units at the last price, 80.
        assert_eq!(total.cash.as_deref(), Some("559.13"));
        assert_eq!(total.value.as_deref(), Some("1039.13"));
        assert_eq!(total.deposits.as_deref(), Some("1000.00"));
        assert_eq!(total.profit_loss.as_deref(), Some("39.13"));
        assert_eq!(total.reasons, Vec::<String>::new());
        let portfolio = test.app.portfolio(&day("2024-05-31")).await.unwrap();
        let holding = &portfolio.holdings[0];
        assert_eq!(holding.quantity, "6");
        assert_eq!(holding.average_cost.as_deref(), Some("76.7"));
        assert_eq!(holding.cost_basis.as_deref(), Some("460.20"));
        assert_eq!(holding.unrealized_gain.as_deref(), Some("19.80"));
        assert_eq!(holding.realized_gain.as_deref(), Some("12.20"));
        let dividends = test.app.dividends(&day("2024-05-31")).await.unwrap();
        assert_eq!(dividends.len(), 1);
        assert_eq!(dividends[0].gross.as_deref(), Some("12.3"));
        assert_eq!(dividends[0].tax, "-1.85");
        assert_eq!(dividends[0].net.as_deref(), Some("10.45"));
        assert_eq!(test.app.fees(&day("2024-05-31")).await.unwrap().len(), 3);
    }

    async fn the_same_fact_counts_once_across_files_and_runs(test) {
        test.add_account("mine", "generic-csv").await;
        assert_eq!(counts(&test, &[("1.csv", FIRST)], Mode::Store).await, [(5, 5, 0)]);
        assert_eq!(counts(&test, &[("1.csv", FIRST)], Mode::Store).await, [(5, 0, 5)]);
        let test = test.reopened().await;
        assert_eq!(counts(&test, &[("2.csv", SECOND), ("again.csv", FIRST)], Mode::Store).await, [(5, 2, 3), (5, 0, 5)]);
        assert_eq!(test.app.transactions(&Query::default()).await.unwrap().len(), 2);
    }

    async fn a_dry_run_tells_the_same_and_stores_nothing(test) {
        test.add_account("mine", "generic-csv").await;
        let files = [("1.csv", FIRST), ("2.csv", SECOND)];
        assert_eq!(counts(&test, &files, Mode::DryRun).await, [(5, 5, 0), (5, 2, 3)]);
        assert_eq!(test.app.transactions(&Query::default()).await.unwrap().len(), 0);
        assert_eq!(counts(&test, &files, Mode::Store).await, [(5, 5, 0), (5, 2, 3)]);
    }

    async fn one_bad_file_keeps_all_out(test) {
        test.add_account("mine", "generic-csv").await;
        let bad = "date,kind,currency,amount\n2024-01-02,deposit,EUR,1\n2024-01-32,deposit,EUR,2\n";
        let error = test.import("mine", &[("1.csv", FIRST), ("bad.csv", bad)], Mode::Store).await.unwrap_err();
        assert_eq!(error.to_string(), "`2024-01-32` is not a date");
        assert_eq!(error.file(), Some("bad.csv"));
        assert_eq!(error.place(), (Some(3), Some(1)));
        assert_eq!(test.app.transactions(&Query::default()).await.unwrap().len(), 0);
        assert_eq!(test.app.account_statement(&Query::default()).await.unwrap().len(), 0);
    }

    async fn every_row_tells_where_it_comes_from(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("1.csv", FIRST)], Mode::Store).await.unwrap();
        let rows = test.app.transactions(&Query::default()).await.unwrap();
        let source = &rows[0].source;
        assert_eq!((source.plugin.as_str(), source.version.as_str()), ("generic-csv", "0.1.0"));
        assert_eq!((source.file.as_str(), source.row.as_deref()), ("1.csv", Some("line 3")));
    }

    async fn without_a_statement_purchases_count_as_put_in(test) {
        test.add_account("mine", "generic-csv").await;
        let trades = "date,kind,isin,quantity,price,currency\n2024-01-03,buy,IE00B4L5Y983,10,76.5,EUR\n2024-02-01,quote,IE00B4L5Y983,,80,EUR\n";
        test.import("mine", &[("trades.csv", trades)], Mode::Store).await.unwrap();
        let total = test.app.total(&day("2024-02-01")).await.unwrap();
        assert_eq!(total.value.as_deref(), Some("800.00"));
        assert_eq!(total.deposits.as_deref(), Some("765.00"));
        assert_eq!(total.profit_loss.as_deref(), Some("35.00"));
        assert!(total.reasons[0].contains("no account statement was imported"));
    }

    async fn a_currency_without_a_rate_has_no_value_and_says_so(test) {
        test.add_account("mine", "generic-csv").await;
        let file = "date,kind,currency,amount\n2024-01-02,deposit,EUR,5\n2024-01-03,deposit,XAU,2\n";
        test.import("mine", &[("1.csv", file)], Mode::Store).await.unwrap();
        let total = test.app.total(&day("2024-01-31")).await.unwrap();
        assert_eq!(total.value, None);
        assert_eq!(total.known_value, "5.00");
        assert_eq!(total.roi_percent, None);
        assert_eq!(
            total.reasons,
            [
                "there is no exchange rate from XAU to EUR on or before 2024-01-31",
                "there is no exchange rate from XAU to EUR on or before 2024-01-03",
            ]
        );
    }

    async fn rates_are_imported_without_an_account_and_only_what_is_new(test) {
        let rates = "Date,USD,CHF,\n2026-11-20,2.5,N/A,\n2026-10-30,1.1172,0.9194,\n";
        let file = ImportFile { name: "eurofxref.csv".to_owned(), content: rates.as_bytes().to_vec() };
        let target = Target::Plugin("ecb-rates".parse().unwrap());
        let report = test.app.import(&target, vec![file], Mode::Store, &|_| ()).await.unwrap();
        assert_eq!((report.files[0].facts, report.files[0].new, report.files[0].duplicates), (3, 1, 2));
        test.add_account("mine", "generic-csv").await;
        let file = "date,kind,currency,amount\n2026-11-20,deposit,USD,25\n";
        test.import("mine", &[("1.csv", file)], Mode::Store).await.unwrap();
        assert_eq!(test.app.total(&Query::default()).await.unwrap().value.as_deref(), Some("10.00"));
    }

    async fn facts_of_an_account_need_one(test) {
        let file = ImportFile { name: "1.csv".to_owned(), content: FIRST.as_bytes().to_vec() };
        let target = Target::Plugin("generic-csv".parse().unwrap());
        let error = test.app.import(&target, vec![file], Mode::Store, &|_| ()).await.unwrap_err();
        assert!(error.to_string().contains("such as a cash-movement, and no account was named"), "{error}");
    }

    async fn a_plugin_that_fails_leaves_nothing_behind(test) {
        test.add_account("mine", "hostile").await;
        for (content, expected) in [
            ("trap", "plugin `hostile`, `import-file`: it crashed: it gave up (a panic, or an abort)"),
            ("two steps", "plugin `hostile`, `import-file`: it crashed: it gave up (a panic, or an abort)"),
            ("flood", "a page of 20000 facts; at most 10000 are allowed"),
        ] {
            let error = test.import("mine", &[("x.txt", "good"), ("y.txt", content)], Mode::Store).await.unwrap_err();
            assert!(error.to_string().ends_with(expected), "{error}");
            assert_eq!(error.file(), Some("y.txt"));
        }
        assert_eq!(counts(&test, &[("x.txt", "good")], Mode::Store).await, [(1, 1, 0)]);
    }

    async fn an_unknown_account_is_named_with_those_that_there_are(test) {
        test.add_account("mine", "generic-csv").await;
        let error = test.import("yours", &[("1.csv", FIRST)], Mode::Store).await.unwrap_err();
        assert_eq!(error.to_string(), "there is no account `yours`");
        assert_eq!(error.hint().as_deref(), Some("there is mine"));
    }

    async fn two_imports_at_once_store_each_fact_once(test) {
        test.add_account("mine", "generic-csv").await;
        let files = [("1.csv", FIRST)];
        let (left, right) =
            tokio::join!(test.import("mine", &files, Mode::Store), test.import("mine", &files, Mode::Store));
        let new: usize = [left.unwrap(), right.unwrap()].iter().map(|report| report.files[0].new).sum();
        assert_eq!(new, 5);
        assert_eq!(test.app.account_statement(&Query::default()).await.unwrap().len(), 4);
    }
}
