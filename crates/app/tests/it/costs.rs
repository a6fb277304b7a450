//! What users decide about costs counts at once, or is refused in a sentence and changes nothing.

use stonks_app::reports::Query;
use stonks_app::{CostSettings, Mode};
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};

use crate::test_app::{TestApp, on_both};

const FILE: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,EUR,10000,,
2024-01-03,buy,IE00B4L5Y983,IWDA,World,etf,10,10,EUR,,2,
2024-01-04,buy,IE00B4L5Y983,IWDA,World,etf,10,30,EUR,,2,
2024-02-01,sell,IE00B4L5Y983,IWDA,World,etf,10,40,EUR,,1,
";

async fn filled(test: &TestApp) -> String {
    test.add_account("mine", "generic-csv").await;
    test.import("mine", &[("a.csv", FILE)], Mode::Store).await.unwrap();
    test.app.sales(&Query::default()).await.unwrap()[0].id.clone()
}

async fn gain(test: &TestApp) -> String {
    test.app.sales(&Query::default()).await.unwrap()[0].base_gain.clone().unwrap()
}

async fn set(test: &TestApp, costs: CostSettings) {
    test.app.set_costs(&"mine".parse().unwrap(), costs).await.unwrap();
}

fn method(method: CostMethod) -> CostSettings {
    CostSettings { method: Some(method), ..CostSettings::default() }
}

on_both! {
    async fn a_changed_method_counts_at_once_and_survives_a_restart(test) {
        filled(&test).await;
        assert_eq!(gain(&test).await, "297.00");
        set(&test, method(CostMethod::Lifo)).await;
        assert_eq!(gain(&test).await, "97.00");
        set(&test, method(CostMethod::Average)).await;
        assert_eq!(gain(&test).await, "197.00");
        set(&test, CostSettings { fees: Some(FeeTreatment::Apart), ..CostSettings::default() }).await;
        assert_eq!(gain(&test).await, "200.00");
        set(&test, CostSettings { oversell: Some(Oversell::IsIncomplete), ..CostSettings::default() }).await;
        let test = test.reopened().await;
        let account = &test.app.accounts().await.unwrap()[0];
        assert_eq!(account.cost_method, CostMethod::Average);
        assert_eq!(account.fee_treatment, FeeTreatment::Apart);
        assert_eq!(account.oversell, Oversell::IsIncomplete);
        assert_eq!(gain(&test).await, "200.00");
    }

    async fn named_lots_are_used_until_they_are_forgotten(test) {
        let sale = filled(&test).await;
        let name = "mine".parse().unwrap();
        set(&test, method(CostMethod::Specific)).await;
        let lots = test.app.sale_lots(&name, &sale).await.unwrap();
        let [first, second] = lots.lots.as_slice() else { panic!("{lots:?}") };
        assert_eq!((first.used.as_str(), second.used.as_str()), ("10", "0"));
        let named = [(second.acquisition.clone().unwrap(), "4".to_owned())];
        let lots = test.app.choose_lots(&name, &sale, &named).await.unwrap();
        assert_eq!(lots.lots[1].chosen.as_deref(), Some("4"));
        assert_eq!((lots.lots[0].used.as_str(), lots.lots[1].used.as_str()), ("6", "4"));
        assert_eq!(gain(&test).await, "217.00");
        let lots = test.app.choose_lots(&name, &sale, &[]).await.unwrap();
        assert!(lots.lots.iter().all(|lot| lot.chosen.is_none()));
        assert_eq!(gain(&test).await, "297.00");
    }

    async fn a_choice_that_cannot_be_is_refused_whole(test) {
        let sale = filled(&test).await;
        let name = "mine".parse().unwrap();
        let lots = test.app.sale_lots(&name, &sale).await.unwrap();
        let lot = |place: usize| lots.lots[place].acquisition.clone().unwrap();
        for (chosen, sentence) in [
            (vec![(lot(0), "3".to_owned()), ("nothing".to_owned(), "1".to_owned())], "acquired no lot"),
            (vec![(lot(0), "many".to_owned())], "`many` is no quantity of units"),
            (vec![(lot(0), "-1".to_owned())], "a positive number is expected"),
            (vec![(lot(0), "10.5".to_owned())], "has 10 units on the day of the sale, not 10.5"),
            (vec![(lot(0), "6".to_owned()), (lot(1), "6".to_owned())], "12 units are chosen, but the sale is of 10"),
        ] {
            let error = test.app.choose_lots(&name, &sale, &chosen).await.unwrap_err();
            assert!(error.to_string().contains(sentence), "{error}");
        }
        let error = test.app.choose_lots(&name, "nothing", &[]).await.unwrap_err();
        assert_eq!(error.to_string(), "account `mine` has no sale `nothing`");
        let error = test.app.allocate_spin_off(&name, &sale, ("IWDA", Some("0.2"))).await.unwrap_err();
        assert!(error.to_string().contains("brought in units by a spin-off"), "{error}");
        let error = test.app.allocate_spin_off(&name, &sale, ("IWDA", Some("2"))).await.unwrap_err();
        assert_eq!(error.to_string(), "`2` is no share of a cost: a number from 0 to 1 is expected");
        let after = test.app.sale_lots(&name, &sale).await.unwrap();
        assert_eq!(after, lots);
    }
}
