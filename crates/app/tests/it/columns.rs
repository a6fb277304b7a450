//! Packed facts beside their rows: what is computed from them is what the rows tell.

use stonks_app::Mode;
use stonks_app::demo;
use stonks_app::doctor::Level;
use stonks_app::reports::{Query, TotalReport};

use crate::test_app::{TestApp, on_both};

const FILE: &str = "date,kind,symbol,quantity,price,currency\n2024-01-02,buy,IWDA,10,80,EUR\n";

async fn total(test: &TestApp) -> TotalReport {
    let query = Query { as_of: Some(demo::today()), ..Query::default() };
    test.app.total(&query).await.unwrap()
}

async fn quantity(test: &TestApp) -> String {
    let portfolio = test.app.portfolio(&Query::default()).await.unwrap();
    portfolio.holdings[0].quantity.clone()
}

/// What the doctor says of the database.
async fn storage(test: &TestApp) -> (Level, String) {
    let findings = test.app.examine().await.unwrap();
    let finding = findings.into_iter().find(|finding| finding.area == "storage").unwrap();
    (finding.level, finding.message)
}

on_both! {
    async fn facts_of_before_there_were_columns_are_packed_when_they_are_first_asked_for(test) {
        demo::fill(&test.app).await.unwrap();
        let before = total(&test).await;
        test.execute("DELETE FROM fact_columns").await;
        test.execute("UPDATE deliveries SET packed = NULL").await;
        let test = test.reopened().await;
        assert_eq!(format!("{:?}", total(&test).await), format!("{before:?}"));
        // From now on they are there.
        assert_eq!(storage(&test).await.0, Level::Ok);
    }

    async fn the_columns_of_another_version_of_the_program_are_written_anew(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        test.execute("UPDATE deliveries SET packed = 0").await;
        test.execute("UPDATE fact_columns SET content = substr(content, 2)").await;
        let test = test.reopened().await;
        assert_eq!(quantity(&test).await, "10");
    }

    async fn a_row_that_somebody_else_wrote_is_found_and_counts(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        test.execute("UPDATE transactions SET quantity = '11'").await;
        let test = test.reopened().await;
        assert_eq!(quantity(&test).await, "10");
        let told = "what figures were computed from `a.csv` wasn't what its rows tell; it is again";
        assert_eq!(storage(&test).await, (Level::Warning, told.to_owned()));
        assert_eq!(quantity(&test).await, "11");
    }

    async fn columns_go_with_their_account(test) {
        test.add_account("mine", "generic-csv").await;
        test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
        assert_ne!(test.count("SELECT COUNT(*) FROM fact_columns").await, 0);
        test.app.remove_account(&"mine".parse().unwrap()).await.unwrap();
        assert!(test.app.portfolio(&Query::default()).await.unwrap().holdings.is_empty());
        assert_eq!(test.count("SELECT COUNT(*) FROM fact_columns").await, 0);
    }
}
