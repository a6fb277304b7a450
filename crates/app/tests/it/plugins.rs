//! What plugins go through is kept, bounded, and the same for every process over one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use stonks_app::{App, Config};
use stonks_plugin::PluginId;
use stonks_plugin::health::Threshold;
use stonks_plugin::lifecycle::State;

use crate::test_app::{TestApp, on_both};

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

fn state(app: &App, name: &str) -> State {
    app.plugins().into_iter().find(|plugin| plugin.name == name).unwrap().state
}

async fn history(app: &App, name: &str) -> Vec<String> {
    let steps = app.plugin_history(&id(name), 100).await.unwrap();
    steps.into_iter().rev().map(|step| format!("{} by {}", step.event, step.actor)).collect()
}

/// An application whose clock is in the test's hand, in seconds.
pub(crate) async fn ticking(test: TestApp) -> (Arc<App>, Arc<AtomicI64>, tempfile::TempDir) {
    let start: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let seconds = Arc::new(AtomicI64::new(start.as_second()));
    let told = Arc::clone(&seconds);
    let clock = move || Timestamp::from_second(told.load(Ordering::Relaxed)).unwrap();
    let (app, folder) = test.under(Arc::new(clock)).await;
    (app, seconds, folder)
}

/// A command that ends soon, over the same database, while the server runs.
async fn command(test: &TestApp) -> App {
    App::open(Config { is_resident: false, ..test.config.clone() }).await.unwrap()
}

on_both! {
    async fn what_is_switched_off_stays_off_after_a_restart(test) {
        test.app.enable_plugin(&id("generic-csv"), "me").await.unwrap();
        test.app.disable_plugin(&id("generic-csv"), "me").await.unwrap();
        let test = test.reopened().await;
        assert_eq!(state(&test.app, "generic-csv"), State::Disabled);
        test.add_account("mine", "degiro").await;
        assert_eq!(
            history(&test.app, "generic-csv").await,
            [
                "enabled by me", "loaded by host", "started by host", "disabled by me",
                "unloaded by me", "recovered by host",
            ]
        );
        assert!(history(&test.app, "degiro").await.is_empty());
    }

    async fn an_import_through_a_plugin_that_is_off_says_how_to_switch_it_on(test) {
        test.add_account("mine", "generic-csv").await;
        test.app.disable_plugin(&id("generic-csv"), "me").await.unwrap();
        let error = test
            .import("mine", &[("mine.csv", "date,kind\n")], stonks_app::Mode::Store)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "plugin `generic-csv` is disabled: switched off");
        assert_eq!(
            error.hint().as_deref(),
            Some("switch it on with `stonks plugin enable generic-csv`")
        );
    }

    async fn a_command_and_the_server_agree(test) {
        test.app.enable_plugin(&id("degiro"), "me").await.unwrap();
        let command = command(&test).await;
        assert_eq!(state(&command, "degiro"), State::Active, "it lives in the server");
        command.disable_plugin(&id("degiro"), "command line").await.unwrap();
        test.app.manager().follow_others().await;
        assert_eq!(state(&test.app, "degiro"), State::Disabled);
        command.enable_plugin(&id("degiro"), "command line").await.unwrap();
        test.app.manager().follow_others().await;
        assert_eq!(state(&test.app, "degiro"), State::Active);
        command.close().await;
        assert_eq!(state(&test.app, "degiro"), State::Active, "a command's end is nobody else's");
    }

    async fn only_one_server_uses_a_data_directory(test) {
        let refused = App::open(test.config.clone()).await.err().unwrap().to_string();
        assert!(refused.starts_with("another `stonks serve` uses the data directory"), "{refused}");
    }

    async fn checks_are_kept_with_what_was_measured_and_only_so_many(test) {
        let (app, seconds, _folder) = ticking(test).await;
        app.enable_plugin(&id("hostile"), "me").await.unwrap();
        for _ in 0..1_010 {
            seconds.fetch_add(90, Ordering::Relaxed);
            app.check_plugin(&id("hostile")).await.unwrap();
        }
        let checks = app.plugin_health(&id("hostile"), SignedDuration::from_hours(30)).await.unwrap();
        assert_eq!(checks.len(), 1_000);
        assert_eq!(checks[0].health, "healthy");
        let names: Vec<&str> =
            checks[0].measurements.iter().map(|measurement| measurement.name.as_str()).collect();
        assert_eq!(names, ["check", "error-rate", "latency-p95", "since-success"]);
    }

    async fn checks_every_minute_cover_a_day_and_what_changed_stays(test) {
        let (app, seconds, _folder) = ticking(test).await;
        let day = SignedDuration::from_hours(24);
        app.enable_plugin(&id("hostile"), "me").await.unwrap();
        for minute in 0..1_500 {
            if minute == 300 || minute == 301 {
                let max = (minute == 300).then_some(-1.0);
                let strict = Threshold { name: "check".to_owned(), min: None, max };
                app.set_plugin_threshold(&id("hostile"), &strict).await.unwrap();
            }
            seconds.fetch_add(60, Ordering::Relaxed);
            app.check_plugin(&id("hostile")).await.unwrap();
        }
        let checks = app.plugin_health(&id("hostile"), day).await.unwrap();
        let oldest: Timestamp = checks.last().unwrap().at.parse().unwrap();
        let covered = app.now().duration_since(oldest);
        assert!(day - covered < SignedDuration::from_secs(174), "{covered}");
        let newest: Timestamp = checks[0].at.parse().unwrap();
        assert_eq!(newest, app.now(), "the last check is always there");
        let n_degraded = checks.iter().filter(|check| check.health == "degraded").count();
        assert_eq!(n_degraded, 1, "the minute in which it fared otherwise is there");
    }

    async fn bounds_are_the_users_where_there_are_any(test) {
        let strict = Threshold { name: "latency-p95".to_owned(), min: None, max: Some(0.0) };
        test.app.set_plugin_threshold(&id("hostile"), &strict).await.unwrap();
        let held = test.app.plugin_thresholds(&id("hostile")).await.unwrap();
        assert_eq!(held[0], strict);
        assert_eq!(held.len(), 2, "the default for the error rate remains");
        test.app.enable_plugin(&id("hostile"), "me").await.unwrap();
        test.app.check_plugin(&id("hostile")).await.unwrap();
        let checked = test.app.check_plugin(&id("hostile")).await.unwrap();
        assert_eq!(checked.health.to_string(), "degraded");
    }

    async fn a_plugins_log_is_kept(test) {
        test.app.enable_plugin(&id("hostile"), "me").await.unwrap();
        let logs = test.app.plugin_logs(&id("hostile"), 10).await.unwrap();
        assert_eq!(logs.len(), 1);
        assert_eq!((logs[0].level.as_str(), logs[0].message.as_str()), ("info", "initialised"));
    }
}
