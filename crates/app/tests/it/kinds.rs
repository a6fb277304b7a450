//! Middleware, aggregators and views: from the user's table to one holding, and from facts to panels.

use std::collections::BTreeMap;

use stonks_app::reports::{HoldingRow, Query};
use stonks_app::{Insight, LedgerCounts, Mode};
use stonks_host::insight::{MetricValue, PanelBody};
use stonks_plugin::service::PluginKind;

use crate::test_app::{TestApp, on_both};

/// As DEGIRO tells it: with an ISIN, and another name.
const DEGIRO: &str = "\
Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,
03-01-2024,09:30,ASML HOLDING,NL0010273215,EAM,XAMS,2,\"650,00\",EUR,\"-1300,00\",EUR,\"-1300,00\",,,\"-3,00\",\"-1303,00\",aaaaaaaa-0000-4000-8000-000000000001,
";

/// As a broker tells it that knows its own symbols only.
const OTHER: &str = "\
date,kind,symbol,name,class,quantity,price,currency,amount,tax
2024-02-01,buy,ASM,ASML Hldg,stock,3,700,EUR,,
2025-12-04,dividend,ASM,,,,,EUR,4.5,-0.68
2026-10-30,quote,ASM,,,,900,EUR,,
";

const TABLE: &str = "code,isin,symbol\nASM,NL0010273215,ASML\n";

fn set(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

impl TestApp {
    async fn two_brokers(&self) {
        self.add_account("first", "degiro").await;
        self.add_account("second", "generic-csv").await;
        self.import("first", &[("Transactions.csv", DEGIRO)], Mode::Store).await.unwrap();
        self.import("second", &[("other.csv", OTHER)], Mode::Store).await.unwrap();
    }

    async fn set_table(&self, table: &str) {
        let plugin = "symbol-mapper".parse().unwrap();
        self.app.set_plugin_settings(&plugin, &set(&[("table", table)])).await.unwrap();
    }

    async fn set_what(&self, plugin: &str, what: &str) {
        let plugin = plugin.parse().unwrap();
        self.app.set_plugin_settings(&plugin, &set(&[("what", what)])).await.unwrap();
    }

    async fn holdings(&self, together: bool) -> Vec<HoldingRow> {
        self.app.portfolio(&Query { together, ..Query::default() }).await.unwrap().holdings
    }

    /// Units of each holding, all accounts together.
    async fn units(&self) -> Vec<String> {
        self.holdings(true).await.into_iter().map(|row| row.quantity).collect()
    }

    async fn reasons(&self) -> Vec<String> {
        self.app.total(&Query::default()).await.unwrap().reasons
    }

    async fn insight(&self, plugin: &str) -> Insight {
        let insights = self.app.insights(None).await.unwrap();
        insights.into_iter().find(|insight| insight.plugin == plugin).unwrap()
    }
}

on_both! {
    async fn one_share_at_two_brokers_is_one_holding(test) {
        test.two_brokers().await;
        assert_eq!(test.units().await, ["3", "2"], "two names, two holdings");
        test.set_table(TABLE).await;
        let rows = test.holdings(true).await;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].quantity.as_str(), rows[0].account.as_str()), ("5", "first, second"));
        assert_eq!(rows[0].instrument.isin.map(|isin| isin.to_string()).as_deref(), Some("NL0010273215"));
        assert_eq!(rows[0].instrument.symbol.as_deref(), Some("ASML"));
        // The quote is known under the broker's own symbol alone, and holds for both.
        assert_eq!(rows[0].base_value.as_deref(), Some("4500.00"));
        assert_eq!(rows[0].cost_basis.as_deref(), Some("3403.00"));
        assert_eq!(rows[0].unrealized_gain.as_deref(), Some("1097.00"));
        let apart = test.holdings(false).await;
        assert_eq!(apart.iter().map(|row| row.quantity.as_str()).collect::<Vec<_>>(), ["3", "2"]);
    }

    async fn every_figure_tells_which_middleware_changed_it(test) {
        test.two_brokers().await;
        test.set_table(TABLE).await;
        let mapped = ["symbol-mapper 0.1.0".to_owned()];
        let changed_by = |rows: &[HoldingRow], account: &str| {
            rows.iter().find(|row| row.account == account).unwrap().changed_by.clone()
        };
        let rows = test.holdings(false).await;
        assert_eq!(changed_by(&rows, "second"), mapped);
        assert_eq!(changed_by(&rows, "first"), Vec::<String>::new());
        assert_eq!(test.holdings(true).await[0].changed_by, mapped);
        let trades = test.app.transactions(&Query::default()).await.unwrap();
        assert_eq!(trades[1].source.changed_by, mapped);
        assert_eq!((trades[1].source.file.as_str(), trades[1].source.line), ("other.csv", Some(2)));
        let dividends = test.app.dividends(&Query::default()).await.unwrap();
        assert_eq!(dividends[0].source.changed_by, mapped);
        assert_eq!(dividends[0].instrument.symbol.as_deref(), Some("ASML"));
    }

    async fn another_table_changes_the_figures_without_another_import(test) {
        test.two_brokers().await;
        test.set_table(TABLE).await;
        assert_eq!(test.units().await, ["5"]);
        test.set_table("code,isin\nASM,US0378331005\n").await;
        assert_eq!(test.units().await, ["3", "2"]);
        let test = test.reopened().await;
        assert_eq!(test.units().await, ["3", "2"]);
        test.set_table(TABLE).await;
        test.app.set_middleware(&[]).await.unwrap();
        assert_eq!(test.units().await, ["3", "2"], "what the broker said is as it was");
        test.app.set_middleware(&["symbol-mapper".parse().unwrap()]).await.unwrap();
        assert_eq!(test.units().await, ["5"], "the table is kept");
    }

    async fn what_is_imported_later_goes_through_the_middleware_too(test) {
        test.set_table(TABLE).await;
        test.two_brokers().await;
        assert_eq!(test.units().await, ["5"]);
        let more = "date,kind,symbol,class,quantity,price,currency\n2024-03-01,buy,ASM,stock,1,710,EUR\n";
        test.import("second", &[("more.csv", more)], Mode::Store).await.unwrap();
        assert_eq!(test.units().await, ["6"]);
        assert_eq!(test.app.ledger_counts(), LedgerCounts { made: 1, added: 1 });
        let trades = test.app.transactions(&Query::default()).await.unwrap();
        for trade in trades.iter().filter(|trade| trade.account == "second") {
            assert_eq!(trade.source.changed_by, ["symbol-mapper 0.1.0"]);
        }
        test.app.remove_account(&"second".parse().unwrap()).await.unwrap();
        assert_eq!(test.units().await, ["2"]);
    }

    async fn a_bad_table_is_refused_and_the_one_before_stays(test) {
        test.two_brokers().await;
        test.set_table(TABLE).await;
        let plugin = "symbol-mapper".parse().unwrap();
        let bad = set(&[("table", "code,isin\nASM,NL0010273216\n")]);
        let error = test.app.set_plugin_settings(&plugin, &bad).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "plugin `symbol-mapper` refuses its settings: `NL0010273216` is not an ISIN: its check digit doesn't match"
        );
        assert_eq!(error.place(), (Some(2), Some(2)));
        assert_eq!(error.hint().as_deref(), Some("correct it, or leave it out and give a symbol"));
        assert_eq!(test.app.plugin_settings(&plugin).await.unwrap(), set(&[("table", TABLE)]));
        assert_eq!(test.units().await, ["5"]);
        let long = set(&[("table", &"x".repeat((1 << 20) + 1))]);
        let error = test.app.set_plugin_settings(&plugin, &long).await.unwrap_err();
        assert_eq!(error.to_string(), "setting `table` has 1048577 bytes; at most 1048576 are kept");
        let error = test.app.set_middleware(&["degiro".parse().unwrap()]).await.unwrap_err();
        assert_eq!(error.to_string(), "plugin `degiro` is no middleware: facts can't go through it");
    }

    async fn a_failing_middleware_loses_no_fact(test) {
        test.two_brokers().await;
        test.set_table(TABLE).await;
        for (what, why) in [
            ("trap", "it crashed: it gave up (a panic, or an abort)"),
            ("fail", "it failed: as it was told"),
            ("rename", "its reply was refused: fact "),
        ] {
            test.set_what("hostile-middleware", what).await;
            assert_eq!(test.units().await, ["5"], "{what}: the other middleware works on");
            let reasons = test.reasons().await;
            let told = format!("count as the broker told them: plugin `hostile-middleware`, `transform`: {why}");
            assert!(reasons.iter().any(|reason| reason.contains(&told)), "{told}: {reasons:?}");
        }
        test.set_what("hostile-middleware", "well").await;
        assert!(!test.reasons().await.iter().any(|reason| reason.contains("hostile")));
    }

    async fn a_failing_middleware_is_asked_again_only_where_something_changed(test) {
        test.two_brokers().await;
        test.set_what("hostile-middleware", "fail").await;
        test.app.refresh_insights(None).await.unwrap();
        test.app.map_facts().await.unwrap();
        test.app.refresh_insights(None).await.unwrap();
        assert!(test.insight("concentration").await.is_current, "nothing has changed");
        let test = test.reopened().await;
        test.app.map_facts().await.unwrap();
        assert!(test.insight("concentration").await.is_current);
    }

    async fn what_is_left_out_is_told(test) {
        test.two_brokers().await;
        test.set_what("hostile-middleware", "forget trades").await;
        assert_eq!(test.app.transactions(&Query::default()).await.unwrap().len(), 0);
        let told = "hostile-middleware 0.1.0 left out 2 facts, which count nowhere".to_owned();
        assert!(test.reasons().await.contains(&told));
        test.set_what("hostile-middleware", "describe").await;
        let trades = test.app.transactions(&Query::default()).await.unwrap();
        assert_eq!(trades.len(), 2);
        assert_eq!(trades[0].source.changed_by, ["hostile-middleware 0.1.0"]);
    }

    async fn insights_are_computed_once_and_read_from_the_database(test) {
        test.two_brokers().await;
        test.set_table(TABLE).await;
        let before = test.insight("concentration").await;
        assert_eq!((before.kind, before.is_current), (PluginKind::Aggregator, false));
        assert_eq!(before.metrics, []);
        test.app.refresh_insights(None).await.unwrap();
        let concentration = test.insight("concentration").await;
        assert!(concentration.is_current);
        let largest = &concentration.metrics[0];
        assert_eq!(largest.name, "largest-position");
        assert_eq!(largest.value, Some(MetricValue::Ratio(1.0)), "two accounts, one position");
        let ladder = test.insight("dividend-ladder").await;
        let PanelBody::Breakdown { slices, .. } = &ladder.panels[2].body else { panic!("{ladder:?}") };
        assert_eq!((slices[0].label.as_str(), slices[0].value.to_string()), ("ASML HOLDING", "4.5".to_owned()));
        let test = test.reopened().await;
        assert!(test.insight("dividend-ladder").await.is_current, "it outlives the program");
        let more = "date,kind,symbol,class,quantity,price,currency\n2026-01-15,buy,ASM,stock,3,910,EUR\n";
        test.import("second", &[("more.csv", more)], Mode::Store).await.unwrap();
        assert!(!test.insight("dividend-ladder").await.is_current, "the facts have changed");
        test.app.refresh_insights(None).await.unwrap();
        let ladder = test.insight("dividend-ladder").await;
        let PanelBody::Breakdown { slices, .. } = &ladder.panels[2].body else { panic!("{ladder:?}") };
        assert_eq!(slices[0].value.to_string(), "9", "twice as many are held");
    }

    async fn insights_of_one_account_are_apart(test) {
        test.two_brokers().await;
        let first = "first".parse().unwrap();
        test.app.refresh_insights(Some(&first)).await.unwrap();
        let insights = test.app.insights(Some(&first)).await.unwrap();
        let concentration = insights.iter().find(|insight| insight.plugin == "concentration").unwrap();
        assert_eq!(concentration.metrics[0].explanation.as_deref(), Some("ASML HOLDING: 1300.00 EUR of 1300.00 EUR"));
        assert!(!test.insight("concentration").await.is_current);
        test.app.remove_account(&first).await.unwrap();
        test.add_account("first", "degiro").await;
        let insights = test.app.insights(Some(&first)).await.unwrap();
        assert!(insights.iter().all(|insight| insight.computed_at.is_none()), "nothing is left of it");
        let error = test.app.insights(Some(&"third".parse().unwrap())).await.unwrap_err();
        assert_eq!(error.to_string(), "there is no account `third`");
    }

    async fn a_view_that_fails_stops_no_other(test) {
        test.two_brokers().await;
        test.set_what("hostile-insights", "trap").await;
        test.app.refresh_insights(None).await.unwrap();
        let failed = test.insight("hostile-insights").await;
        assert_eq!(
            failed.problem.as_deref(),
            Some("plugin `hostile-insights`, `render`: it crashed: it gave up (a panic, or an abort)")
        );
        assert_eq!(failed.panels, []);
        assert_eq!(test.insight("dividend-ladder").await.problem, None);
        test.set_what("hostile-insights", "well").await;
        test.app.refresh_insights(None).await.unwrap();
        assert_eq!(test.insight("hostile-insights").await.problem, None);
    }
}
