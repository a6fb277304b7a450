//! What is delivered later is added to the ledger that there is, and comes to what all of it does at once.

use stonks_app::reports::{PerformanceQuery, Query};
use stonks_app::{CostSettings, LedgerCounts, Mode};
use stonks_core::lots::CostMethod;

use crate::test_app::{TestApp, on_both};

const TITLES: &str = "date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax\n";

/// What happens to an installation, one after the other.
const STEPS: [Step; 8] = [
    Step::Import(
        "mine",
        "2024-01-02,deposit,,,,,,,EUR,10000,,\n2024-01-03,buy,IE00B4L5Y983,IWDA,World,etf,10,10,EUR,,2,\n",
    ),
    // Behind, before, and the same once more.
    Step::Import("mine", "2024-02-01,sell,IE00B4L5Y983,IWDA,World,etf,4,40,EUR,,1,\n"),
    Step::Import(
        "mine",
        "2024-01-02,buy,IE00B4L5Y983,IWDA,World,etf,5,9,EUR,,2,\n2024-01-03,buy,IE00B4L5Y983,IWDA,World,etf,10,10,EUR,,2,\n",
    ),
    Step::Import("mine", "2024-03-01,buy,US0378331005,AAPL,Apple,stock,3,170,USD,,1,\n"),
    Step::Import("mine", "2024-03-08,quote,IE00B4L5Y983,,,,,50,EUR,,,\n"),
    Step::Method(CostMethod::Lifo),
    Step::Import("other", "2024-01-09,buy,IE00B4L5Y983,IWDA,World,etf,7,12,EUR,,2,\n"),
    Step::Remove("other"),
];

enum Step {
    Import(&'static str, &'static str),
    Method(CostMethod),
    Remove(&'static str),
}

async fn filled(test: &TestApp) {
    test.add_account("mine", "generic-csv").await;
    test.add_account("other", "generic-csv").await;
}

async fn take(test: &TestApp, step: &Step) {
    match step {
        Step::Import(account, rows) => {
            let file = format!("{TITLES}{rows}");
            test.import(account, &[("a.csv", &file)], Mode::Store).await.unwrap();
        }
        Step::Method(method) => {
            let costs = CostSettings { method: Some(*method), ..CostSettings::default() };
            test.app.set_costs(&"mine".parse().unwrap(), costs).await.unwrap();
        }
        Step::Remove(account) => {
            test.app.remove_account(&account.parse().unwrap()).await.unwrap();
        }
    }
}

/// What a user may see of it.
async fn seen(test: &TestApp) -> String {
    let (app, all) = (&test.app, Query::default());
    let figures = (app.total(&all).await.unwrap(), app.portfolio(&all).await.unwrap());
    let rows = (app.transactions(&all).await.unwrap(), app.sales(&all).await.unwrap());
    let returns = app.performance(&PerformanceQuery::default()).await.unwrap();
    let days = app.history(&all).await.unwrap();
    format!("{figures:#?}\n{rows:#?}\n{returns:#?}\n{days:#?}")
}

on_both! {
    async fn figures_are_the_same_whether_facts_came_one_by_one_or_at_once(test) {
        filled(&test).await;
        let mut grown = Vec::new();
        for step in &STEPS {
            take(&test, step).await;
            grown.push(seen(&test).await);
        }
        let counts = test.app.ledger_counts();
        let Some(mut fresh) = TestApp::open(test.kind()).await else { return };
        filled(&fresh).await;
        for (step, grown) in STEPS.iter().zip(grown) {
            take(&fresh, step).await;
            fresh = fresh.reopened().await;
            assert_eq!(grown, seen(&fresh).await);
        }
        // The first, and the one without the account that went.
        assert_eq!(counts, LedgerCounts { made: 2, added: 6 });
    }
}
