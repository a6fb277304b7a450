//! Figures of reports are explained by the rows of the files, and brokers' own figures are compared.

use stonks_app::Mode;
use stonks_app::demo;
use stonks_app::doctor::Level;
use stonks_app::reports::{Depth, ExplanationInput, ExplanationNode, Query, Verdict};

use crate::test_app::on_both;

const FILE: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,EUR,1000,,
2024-01-03,buy,IE00B4L5Y983,IWDA,World,etf,10,76.5,EUR,,2,
";

/// Lines of the files at the leaves.
fn lines(node: &ExplanationNode) -> Vec<(String, Option<u32>)> {
    let of_input = |input: &ExplanationInput| match input {
        ExplanationInput::Figure(node) => lines(node),
        ExplanationInput::Row(row) => vec![(row.source.file.clone(), row.source.line)],
    };
    node.inputs.iter().flat_map(of_input).collect()
}

on_both! {
    async fn a_figure_leads_to_the_lines_of_the_file(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        let query = Query::default();
        let cash = test.app.explain("total.cash", &query, Depth::Rows).await.unwrap().explanation;
        assert_eq!(cash.value.as_deref(), Some("233.00"));
        assert_eq!(lines(&cash), [("a.csv".to_owned(), Some(2)), ("a.csv".to_owned(), Some(3))]);
        let cost = test.app.explain("holding.IWDA.cost_basis", &query, Depth::Rows).await.unwrap().explanation;
        assert_eq!(cost.value.as_deref(), Some("767.00"));
        assert_eq!(lines(&cost), [("a.csv".to_owned(), Some(3))]);
    }

    async fn every_figure_of_the_demo_is_explained_as_it_is_reported(test) {
        demo::fill(&test.app).await.unwrap();
        let query = Query { as_of: Some(demo::today()), ..Query::default() };
        let portfolio = test.app.portfolio(&query).await.unwrap();
        let value = |figure: String, query: Query| {
            let app = &test.app;
            async move { app.explain(&figure, &query, Depth::Rows).await.unwrap().explanation.value }
        };
        let total = &portfolio.total;
        assert_eq!(value("total.value".to_owned(), query.clone()).await, total.value);
        assert_eq!(value("total.cash".to_owned(), query.clone()).await, total.cash);
        assert_eq!(value("total.deposits".to_owned(), query.clone()).await, total.deposits);
        assert_eq!(value("total.profit_loss".to_owned(), query.clone()).await, total.profit_loss);
        for row in &portfolio.holdings {
            let account = row.account.split('/').next().unwrap().parse().unwrap();
            let query = Query { account: Some(account), ..query.clone() };
            for (what, told) in [
                ("quantity", Some(&row.quantity)),
                ("price", row.price.as_ref()),
                ("value", row.value.as_ref()),
                ("base_value", row.base_value.as_ref()),
                ("cost_basis", row.cost_basis.as_ref()),
                ("average_cost", row.average_cost.as_ref()),
                ("unrealized_gain", row.unrealized_gain.as_ref()),
                ("realized_gain", row.realized_gain.as_ref()),
            ] {
                let figure = format!("holding.{}.{what}", row.key);
                assert_eq!(value(figure.clone(), query.clone()).await.as_ref(), told, "{figure}");
            }
        }
        for sale in test.app.sales(&query).await.unwrap() {
            let query = Query { account: Some(sale.account_name.clone()), ..query.clone() };
            let figure = format!("sale.{}.gain", sale.id);
            assert_eq!(value(figure, query).await, sale.base_gain);
        }
        let rows = test.app.reconciliation(&query).await.unwrap();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row.verdict == Verdict::Agrees), "{rows:?}");
    }

    async fn of_more_rows_than_make_a_page_each_figure_is_opened_by_itself(test) {
        test.add_account("mine", "generic-csv").await;
        let mut file = FILE.to_owned();
        for number in 0..5_000 {
            file += &format!("2024-01-{:02},buy,IE00B4L5Y983,IWDA,World,etf,1,{number},EUR,,,\n", 1 + number % 28);
        }
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        let value = async |depth| {
            let explained = test.app.explain("total.value", &Query::default(), depth).await.unwrap();
            explained.explanation
        };
        let (page, rows) = (value(Depth::Page).await, value(Depth::Rows).await);
        assert_eq!(lines(&page), lines(&rows));
        test.import("mine", &[("b.csv", &file)], Mode::Store).await.unwrap();
        let whole = value(Depth::Page).await;
        let Some(ExplanationInput::Figure(holding)) = whole.inputs.last() else {
            panic!("nothing is told of what is held");
        };
        assert!(whole.is_sum && holding.inputs.is_empty());
        let figure = holding.figure.clone().unwrap();
        let holding = test.app.explain(&figure, &Query::default(), Depth::Page).await.unwrap();
        assert!(!holding.explanation.inputs.is_empty());
    }

    async fn an_unknown_figure_is_refused_with_what_was_meant(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        for (figure, sentence, hint) in [
            ("total.valeu", "there is no figure `total.valeu`", "did you mean `total.value`"),
            ("holding.IWDA.cost", "there is no figure `holding.IWDA.cost`", "of a holding there is"),
            ("holding.IWDB.price", "nothing called `IWDB` is or was held", "did you mean `holding.IWDA.price`"),
            ("sale.1.gain", "no sale is told by a row `1`", "`stonks show sales`"),
        ] {
            let error = test.app.explain(figure, &Query::default(), Depth::Rows).await.unwrap_err();
            assert_eq!(error.to_string(), sentence);
            assert!(error.hint().unwrap_or_default().starts_with(hint), "{figure}: {:?}", error.hint());
        }
    }

    async fn the_doctor_finds_a_sound_installation_sound(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        let findings = test.app.examine().await.unwrap();
        let storage = findings.iter().find(|finding| finding.area == "storage").unwrap();
        assert_eq!(storage.level, Level::Ok);
        let quotes = findings.iter().find(|finding| finding.area == "quotes").unwrap();
        assert_eq!(quotes.message, "prices are older than 7 days: World (2024-01-03)");
    }
}
