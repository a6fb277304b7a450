//! Accounts: added, listed, removed.

use stonks_app::{AccountError, Mode, NewAccount};

use crate::test_app::on_both;

fn new(name: &str, plugin: &str, settings: &[(&str, &str)]) -> NewAccount {
    NewAccount {
        name: name.parse().unwrap(),
        plugin: plugin.parse().unwrap(),
        settings: settings.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
        cost_method: stonks_core::lots::CostMethod::Average,
    }
}

on_both! {
    async fn an_account_survives_a_restart(test) {
        let added = test.app.add_account(new("mine", "generic-csv", &[])).await.unwrap();
        let test = test.reopened().await;
        assert_eq!(test.app.accounts().await.unwrap(), [added]);
    }

    async fn a_name_is_taken_once(test) {
        test.app.add_account(new("mine", "generic-csv", &[])).await.unwrap();
        let error = test.app.add_account(new("mine", "ecb-rates", &[])).await.unwrap_err();
        assert_eq!(error.to_string(), "there is an account `mine` already");
    }

    async fn an_unknown_plugin_or_setting_is_refused(test) {
        let error = test.app.add_account(new("mine", "degoro", &[])).await.unwrap_err();
        assert_eq!(error.to_string(), "there is no plugin `degoro`");
        assert!(error.hint().unwrap().contains("generic-csv"));
        let error = test.app.add_account(new("mine", "generic-csv", &[("colour", "red")])).await.unwrap_err();
        assert_eq!(error.to_string(), "plugin `generic-csv`: there is no setting `colour`; it has none");
        assert!(test.app.accounts().await.unwrap().is_empty());
    }

    async fn removing_an_account_removes_what_was_imported(test) {
        test.app.add_account(new("mine", "generic-csv", &[])).await.unwrap();
        let file = ("a.csv", "date,kind,currency,amount\n2024-01-02,deposit,EUR,1000\n");
        test.import("mine", &[file], Mode::Store).await.unwrap();
        assert_eq!(test.app.total(&stonks_app::reports::Query::default()).await.unwrap().value.as_deref(), Some("1000.00"));
        test.app.remove_account(&"mine".parse().unwrap()).await.unwrap();
        assert_eq!(test.app.total(&stonks_app::reports::Query::default()).await.unwrap().value.as_deref(), Some("0.00"));
        let error = test.app.remove_account(&"mine".parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, AccountError::Unknown { .. }));
        assert_eq!(error.hint().as_deref(), Some("add one with `stonks account add NAME --plugin ID`"));
    }
}
