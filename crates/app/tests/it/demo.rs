//! The demo: a portfolio in which every sum agrees with what its brokers state.

use std::collections::BTreeSet;

use stonks_app::demo;
use stonks_app::reports::Query;

use crate::test_app::on_both;

on_both! {
    async fn the_demo_agrees_with_its_brokers(test) {
        demo::fill(&test.app).await.unwrap();
        let query = Query { as_of: Some(demo::today()), ..Query::default() };
        let portfolio = test.app.portfolio(&query).await.unwrap();
        assert_eq!(portfolio.total.reasons, Vec::<String>::new());
        let accounts: BTreeSet<&str> =
            portfolio.holdings.iter().map(|holding| holding.account.as_str()).collect();
        assert_eq!(accounts, BTreeSet::from(["coins", "degiro", "ib/U7654321"]));
        let currencies: BTreeSet<String> =
            portfolio.cash.iter().map(|cash| cash.currency.to_string()).collect();
        assert_eq!(currencies, BTreeSet::from(["CHF", "EUR", "USD"].map(str::to_owned)));
        for cash in &portfolio.cash {
            assert!(!cash.amount.starts_with('-'), "{cash:?}");
        }
        assert!(!test.app.dividends(&query).await.unwrap().is_empty());
        assert!(!test.app.fees(&query).await.unwrap().is_empty());
    }
}
