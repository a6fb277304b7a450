//! A plugin's life: switched on and off, failing and tried again, quarantined, taken up where it stood.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use stonks_host::Options;
use stonks_host::events::Happening;
use stonks_host::records::{Actor, Transition};
use stonks_plugin::PluginId;
use stonks_plugin::health::Health;
use stonks_plugin::lifecycle::{Event, Reason, Standing, State};

use crate::kept::Kept;
use crate::test_host::{TestHost, built, options, read};

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

fn user() -> Actor {
    Actor::User("test".to_owned())
}

async fn host(kept: &Arc<Kept>) -> TestHost {
    let options = Options { records: Arc::clone(kept) as _, ..options(vec![built("fixtures")]) };
    TestHost::with(options).await
}

impl TestHost {
    fn standing(&self, name: &str) -> String {
        let info = self.manager.list().into_iter().find(|plugin| plugin.name == name).unwrap();
        Standing { state: info.state, reason: info.reason }.to_string()
    }
}

#[tokio::test]
async fn switched_on_and_off_step_by_step() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    host.manager.enable(&id("generator"), user()).await.unwrap();
    host.manager.disable(&id("generator"), user()).await.unwrap();
    assert_eq!(
        kept.story("generator"),
        [
            "enabled: discovered → loading by test",
            "loaded: loading → loaded by host",
            "started: loaded → active by host",
            "disabled: active → unloading: switched off by test",
            "unloaded: unloading → disabled: switched off by test",
        ]
    );
    let refused = host.start("generator", &[]).await.err().unwrap();
    assert_eq!(refused.to_string(), "plugin `generator` is disabled: switched off");
    assert_eq!(
        refused.hint().as_deref(),
        Some("switch it on with `stonks plugin enable generator`")
    );
    let again = host.manager.disable(&id("generator"), user()).await.err().unwrap();
    assert_eq!(
        again.to_string(),
        "plugin `generator`: a plugin that is disabled can't be disabled"
    );
}

#[tokio::test]
async fn what_a_call_brought_up_is_looked_after_as_well() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    let _called = host.start("generator", &[]).await.unwrap();
    host.manager.start_all().await;
    let checked = host.manager.check(&id("generator")).await.unwrap();
    assert_eq!((checked.health, checked.reasons), (Health::Healthy, vec![]));
}

#[tokio::test]
async fn a_crash_is_followed_by_a_rest_and_a_fresh_start() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    read(&hostile, "trap").await.unwrap_err();
    let resting = host.standing("hostile");
    assert!(
        resting.starts_with("error: retrying until 1970-01-01T00:00:00.2Z: it crashed"),
        "{resting}"
    );
    read(&hostile, "good").await.unwrap();
    let events: Vec<String> = kept
        .story("hostile")
        .iter()
        .map(|step| step.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(events, ["enabled", "loaded", "started", "failed", "retried", "loaded", "started"]);
}

#[tokio::test]
async fn who_fails_too_often_is_left_alone_until_someone_says_otherwise() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    for word in ["trap", "recurse", "memory", "two steps"] {
        read(&hostile, word).await.unwrap_err();
    }
    let told = "error: quarantined after 4 failures: it crashed: it gave up (a panic, or an abort)";
    assert_eq!(host.standing("hostile"), told);
    let refused = read(&hostile, "good").await.unwrap_err().to_string();
    assert_eq!(refused, format!("plugin `hostile`, `import-file`: it isn't running; {told}"));
    let refused = host.start("hostile", &[]).await.err().unwrap().to_string();
    assert_eq!(refused, format!("plugin `hostile` is {told}"));
    assert!(host.start("generator", &[]).await.is_ok(), "the others go on");

    host.manager.enable(&id("hostile"), user()).await.unwrap();
    assert_eq!(host.standing("hostile"), "active");
    let hostile = host.start("hostile", &[]).await.unwrap();
    read(&hostile, "good").await.unwrap();
}

#[tokio::test]
async fn a_call_that_killed_twice_is_refused() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    read(&hostile, "trap").await.unwrap_err();
    read(&hostile, "trap").await.unwrap_err();
    let refused = read(&hostile, "trap").await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "plugin `hostile`, `import-file`: this call ended it before and is refused"
    );
    read(&hostile, "good").await.unwrap();
}

#[tokio::test]
async fn a_start_that_fails_is_told_by_its_standing() {
    for (start, expected) in [
        ("fail", "error: it failed: as it was told"),
        (
            "trap",
            "error: retrying until 1970-01-01T00:00:00.2Z: it crashed: it gave up (a panic, or an abort)",
        ),
        (
            "loop",
            "error: retrying until 1970-01-01T00:00:00.2Z: it was stopped: it took longer than 0.5 s",
        ),
    ] {
        let kept = Arc::new(Kept::default());
        kept.set("hostile", "start", start);
        let host = host(&kept).await;
        host.manager.enable(&id("hostile"), user()).await.unwrap_err();
        assert_eq!(host.standing("hostile"), expected);
        host.manager.enable(&id("generator"), user()).await.unwrap();
    }
}

/// Where a plugin stands in a host that comes up after another ended, however it ended.
async fn check_recovery(stood: Standing, expected: &str) {
    let kept = Kept::at("generator", stood);
    let host = host(&kept).await;
    assert_eq!(host.standing("generator"), expected);
    assert!(host.manager.list().iter().all(|plugin| plugin.state != State::Unloading));
}

#[tokio::test]
async fn from_wherever_it_stood_it_comes_up_in_a_legal_state() {
    let plain = |state| Standing { state, reason: None };
    for state in [State::Discovered, State::Loading, State::Loaded, State::Active] {
        check_recovery(plain(state), "discovered").await;
    }
    check_recovery(plain(State::Unloading), "disabled").await;
    let off = Standing { state: State::Disabled, reason: Some(Reason::SwitchedOff) };
    check_recovery(off, "disabled: switched off").await;
    let message = "it crashed".to_owned();
    let quarantined = Standing {
        state: State::Error,
        reason: Some(Reason::Quarantined { failures: 4, message }),
    };
    check_recovery(quarantined, "error: quarantined after 4 failures: it crashed").await;
    let message = "no manifest".to_owned();
    let mended = Standing { state: State::Error, reason: Some(Reason::Invalid { message }) };
    check_recovery(mended, "discovered").await;
}

#[tokio::test]
async fn what_was_off_when_the_host_ended_stays_off() {
    let off = Standing { state: State::Disabled, reason: Some(Reason::SwitchedOff) };
    let kept = Kept::at("generator", off);
    let host = host(&kept).await;
    host.manager.start_all().await;
    assert_eq!(host.standing("generator"), "disabled: switched off");
    assert_eq!(host.standing("hostile"), "active");
}

#[tokio::test]
async fn a_full_disk_refuses_what_a_person_wants_and_hides_nothing_that_happened() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let mut events = host.manager.events().subscribe("test", 100);
    kept.is_full.store(true, Ordering::Relaxed);
    let refused = host.manager.disable(&id("hostile"), user()).await.err().unwrap().to_string();
    assert_eq!(refused, "plugin `hostile`: it can't be recorded: no space left on device");
    read(&hostile, "good").await.unwrap();
    read(&hostile, "trap").await.unwrap_err();
    assert!(host.standing("hostile").starts_with("error: retrying"), "what happened is true");
    let notes = std::iter::from_fn(|| events.try_recv().ok()).filter(
        |event| matches!(&event.what, Happening::Noted(note) if note.contains("no space left")),
    );
    assert_eq!(notes.count(), 1);
    kept.is_full.store(false, Ordering::Relaxed);
    read(&hostile, "good").await.unwrap();
    assert_eq!(host.standing("hostile"), "active");
}

#[tokio::test]
async fn a_clock_that_is_set_back_changes_the_times_and_not_the_order() {
    let kept = Arc::new(Kept::default());
    let hours = std::sync::atomic::AtomicI64::new(100);
    let back =
        move || Timestamp::from_second(3_600 * hours.fetch_sub(1, Ordering::Relaxed)).unwrap();
    let options = Options {
        records: Arc::clone(&kept) as _,
        clock: Arc::new(back),
        ..options(vec![built("fixtures")])
    };
    let host = TestHost::with(options).await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    read(&hostile, "trap").await.unwrap_err();
    read(&hostile, "good").await.unwrap();
    let steps = kept.steps.lock().unwrap();
    let steps: Vec<&Transition> = steps.iter().filter(|step| step.plugin == "hostile").collect();
    assert!(steps.windows(2).all(|pair| pair[0].to.state == pair[1].from), "one follows the other");
    assert!(steps.windows(2).all(|pair| pair[0].at > pair[1].at), "though time ran backwards");
}

#[tokio::test]
async fn what_another_process_switches_is_followed() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    host.manager.enable(&id("generator"), user()).await.unwrap();
    let step = |event, from, state, reason| Transition {
        plugin: "generator".to_owned(),
        event,
        from,
        to: Standing { state, reason },
        actor: user(),
        at: Timestamp::UNIX_EPOCH,
        version: None,
    };
    let off = Some(Reason::SwitchedOff);
    kept.tell_elsewhere(step(Event::Disabled, State::Active, State::Unloading, off.clone()));
    kept.tell_elsewhere(step(Event::Unloaded, State::Unloading, State::Disabled, off));
    host.manager.follow_others().await;
    assert_eq!(host.standing("generator"), "disabled: switched off");
    assert!(host.start("generator", &[]).await.is_err());

    kept.tell_elsewhere(step(Event::Enabled, State::Disabled, State::Loading, None));
    host.manager.follow_others().await;
    assert_eq!(host.standing("generator"), "active");
}

#[tokio::test]
async fn a_plugin_that_says_it_is_down_is_unhealthy_and_everyone_hears_it_once() {
    let kept = Arc::new(Kept::default());
    kept.set("hostile", "start", "down");
    let host = host(&kept).await;
    let hostile = id("hostile");
    host.manager.enable(&hostile, user()).await.unwrap();
    let mut events = host.manager.events().subscribe("test", 100);
    let checked = host.manager.check(&hostile).await.unwrap();
    assert_eq!(checked.health, Health::Unhealthy);
    assert_eq!(checked.reasons, ["it says that it is down: the broker is on fire"]);
    host.manager.check(&hostile).await.unwrap();
    let off = host.manager.check(&id("generator")).await.unwrap();
    assert_eq!(off.reasons, ["it isn't running; it is discovered"]);
    assert_eq!(off.health, Health::Unknown, "what shall not run is neither well nor unwell");
    let changes = std::iter::from_fn(|| events.try_recv().ok())
        .filter(|event| matches!(event.what, Happening::HealthChanged { .. }));
    assert_eq!(changes.count(), 1);
}

#[tokio::test]
async fn what_a_plugin_logs_is_kept_under_its_name() {
    let kept = Arc::new(Kept::default());
    let host = host(&kept).await;
    host.start("hostile", &[]).await.unwrap();
    host.manager.flush_logs().await;
    let logs = kept.logs.lock().unwrap();
    let told: Vec<(&str, &str)> =
        logs.iter().map(|line| (line.plugin.as_str(), line.message.as_str())).collect();
    assert_eq!(told, [("hostile", "initialised")]);
}
