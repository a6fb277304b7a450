//! Grants, rows of requests and storage of plugins, in the database.

use stonks_app::{GrantError, Selection, Standing};
use stonks_host::{EgressRecord, KeepError};

use crate::test_app::{TestApp, on_both};

fn hosts(hosts: &[&str]) -> Selection {
    let http = hosts.iter().map(|host| host.parse().unwrap()).collect();
    Selection { http, ..Selection::default() }
}

fn everything() -> Selection {
    Selection { all: true, ..Selection::default() }
}

/// Each permission of `caller` and how it stands.
async fn told(app: &TestApp) -> Vec<String> {
    let permissions = app.app.permissions(&"caller".parse().unwrap()).await.unwrap();
    let told = permissions.iter().map(|permission| {
        let object =
            if permission.object.is_empty() { permission.kind } else { &permission.object };
        format!("{object} {:?}", permission.standing)
    });
    told.collect()
}

async fn grant(app: &TestApp, selection: &Selection) -> Result<(), GrantError> {
    app.app.grant(&"caller".parse().unwrap(), selection, "test").await
}

async fn revoke(app: &TestApp, selection: &Selection) -> Result<(), GrantError> {
    app.app.revoke(&"caller".parse().unwrap(), selection).await
}

on_both! {
    async fn nothing_is_granted_at_first(app) {
        let nothing = ["api.example.com NotGranted", "*.listed.example NotGranted", "storage NotGranted"];
        assert_eq!(told(&app).await, nothing);
        assert_eq!(app.app.missing_grants(&"caller".parse().unwrap()).await.unwrap().len(), 3);
    }

    async fn grants_survive_a_restart_and_are_taken_back_one_by_one(app) {
        grant(&app, &everything()).await.unwrap();
        let app = app.reopened().await;
        let all = ["api.example.com Granted", "*.listed.example Granted", "storage Granted"];
        assert_eq!(told(&app).await, all);
        revoke(&app, &hosts(&["API.example.com."])).await.unwrap();
        assert_eq!(told(&app).await[0], "api.example.com NotGranted");
        revoke(&app, &Selection { storage: true, ..Selection::default() }).await.unwrap();
        assert_eq!(told(&app).await[2], "storage NotGranted");
        revoke(&app, &everything()).await.unwrap();
        assert!(told(&app).await.iter().all(|told| told.ends_with("NotGranted")));
    }

    async fn a_host_below_a_wildcard_may_be_granted_alone(app) {
        grant(&app, &hosts(&["one.listed.example"])).await.unwrap();
        assert_eq!(told(&app).await[1], "*.listed.example AsksForMore");
        let permission = &app.app.permissions(&"caller".parse().unwrap()).await.unwrap()[1];
        assert_eq!(permission.granted_by.as_deref(), Some("test"));
        assert_eq!(permission.granted_at.as_deref(), Some("2026-11-24T12:00:00Z"));
    }

    async fn what_is_not_asked_for_is_not_granted(app) {
        for (selection, expected) in [
            (hosts(&["other.example"]), "plugin `caller` doesn't ask for requests to `other.example`"),
            (hosts(&["listed.example"]), "plugin `caller` doesn't ask for requests to `listed.example`"),
            (
                Selection { addresses: vec!["10.0.0.1:80".parse().unwrap()], ..everything() },
                "10.0.0.1:80 is no address of this machine: 127.0.0.1:8080 or [::1]:8080 is expected",
            ),
        ] {
            assert_eq!(grant(&app, &selection).await.unwrap_err().to_string(), expected);
        }
        assert!(told(&app).await.iter().all(|told| told.ends_with("NotGranted")), "nor a part of it");
        let error = revoke(&app, &hosts(&["api.example.com"])).await.unwrap_err();
        assert_eq!(error.to_string(), "plugin `caller` was not granted `api.example.com`");
    }

    async fn an_opened_address_is_unmistakable(app) {
        let addresses = vec!["127.0.0.1:8080".parse().unwrap()];
        grant(&app, &Selection { addresses, ..Selection::default() }).await.unwrap();
        let permissions = app.app.permissions(&"caller".parse().unwrap()).await.unwrap();
        let opened = permissions.last().unwrap();
        assert_eq!(opened.standing, Standing::OpenForTests);
        assert_eq!(
            opened.sentence,
            "FOR TESTS: reach 127.0.0.1:8080 on this machine; unencrypted requests are sent there"
        );
    }

    async fn rows_of_requests_are_told_newest_first(app) {
        let audit = &app.app.outside().audit;
        let row = |number: u64, plugin: &str| EgressRecord {
            plugin: plugin.parse().unwrap(),
            at: "2026-11-24T12:00:00Z".parse().unwrap(),
            method: "GET".to_owned(),
            host: "a.b".to_owned(),
            path: "/".to_owned(),
            status: Some(200),
            problem: None,
            bytes: number,
            milliseconds: 1,
        };
        audit.record(row(0, "other")).await.unwrap();
        for number in 0..30 {
            audit.record(row(number, "caller")).await.unwrap();
        }
        let newest = app.app.egress(&"caller".parse().unwrap(), 5).await.unwrap();
        let newest: Vec<i64> = newest.iter().map(|request| request.bytes).collect();
        assert_eq!(newest, [29, 28, 27, 26, 25]);
        assert_eq!(app.app.egress(&"other".parse().unwrap(), 5).await.unwrap().len(), 1);
    }

    async fn storage_counts_every_byte(app) {
        let storage = &app.app.outside().storage;
        let (caller, other) = ("caller".parse().unwrap(), "other".parse().unwrap());
        storage.set(&caller, "é", b"12345678", 10).await.unwrap();
        assert_eq!(storage.set(&caller, "b", b"", 10).await, Err(KeepError::Full));
        storage.set(&caller, "é", b"1234567", 10).await.unwrap();
        storage.set(&caller, "b", b"", 10).await.unwrap();
        storage.set(&other, "b", b"12345678", 10).await.unwrap();
        storage.set(&other, "B%", b"1", 100).await.unwrap();
        assert_eq!(storage.get(&caller, "é").await.unwrap().as_deref(), Some(&b"1234567"[..]));
        assert_eq!(storage.get(&caller, "b").await.unwrap().as_deref(), Some(&b""[..]));
        assert_eq!(storage.get(&other, "é").await.unwrap(), None);
        assert_eq!(storage.keys(&caller, "").await.unwrap(), ["b", "é"]);
        assert_eq!(storage.keys(&other, "B%").await.unwrap(), ["B%"]);
        storage.delete(&caller, "é").await.unwrap();
        assert_eq!(storage.keys(&caller, "").await.unwrap(), ["b"]);
        assert_eq!(storage.keys(&other, "").await.unwrap(), ["B%", "b"]);
    }

    async fn many_at_once_never_exceed_the_quota(app) {
        let storage = &app.app.outside().storage;
        let caller = "caller".parse().unwrap();
        let keys: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
        let set = keys.iter().map(|key| storage.set(&caller, key, b"12345678", 50));
        let kept = futures::future::join_all(set).await;
        assert_eq!(kept.iter().filter(|kept| kept.is_ok()).count(), 5);
        assert_eq!(storage.keys(&caller, "").await.unwrap().len(), 5);
    }
}
