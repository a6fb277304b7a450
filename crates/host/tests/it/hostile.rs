//! Guests that hang, crash, hoard, flood and lie: stopped, named, and the next call works.

use std::time::{Duration, Instant};

use stonks_core::fact::Fact;
use stonks_plugin::Service;

use crate::test_host::{TestHost, built, limits, options, read};
use stonks_host::Options;

/// What the user sees when a guest does as it is told; and that it works again right after.
async fn check(content: &str, expected: &str) {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let told = read(&hostile, content).await.unwrap_err().to_string();
    assert_eq!(told, expected);
    assert_eq!(
        read(&hostile, "good").await.map(|facts| facts.len()),
        Ok(1),
        "a fresh instance answers"
    );
}

#[tokio::test]
async fn an_endless_loop_is_ended_at_its_deadline() {
    let started = Instant::now();
    check("loop", "plugin `hostile`, `import-file`: it was stopped: it took longer than 0.5 s")
        .await;
    assert!(started.elapsed() < Duration::from_secs(20), "it did not wait for the guest");
}

#[tokio::test]
async fn a_crash_is_told_and_the_next_call_gets_a_fresh_instance() {
    check("trap", "plugin `hostile`, `import-file`: it crashed: it gave up (a panic, or an abort)")
        .await;
}

#[tokio::test]
async fn endless_recursion_is_a_crash_of_the_guest_alone() {
    check("recurse", "plugin `hostile`, `import-file`: it crashed: it ran out of stack").await;
}

#[tokio::test]
async fn hoarding_memory_is_stopped_at_the_limit() {
    let expected =
        "plugin `hostile`, `import-file`: it was stopped: it wanted more than 64 MiB of memory";
    check("memory", expected).await;
    check("huge", expected).await;
}

#[tokio::test]
async fn a_flood_of_facts_is_refused() {
    check(
        "flood",
        "plugin `hostile`, `import-file`: its reply was refused: a page of 20000 facts; at most 10000 are allowed",
    )
    .await;
}

#[tokio::test]
async fn a_reply_larger_than_the_limit_is_refused() {
    let mut small = limits();
    small.reply = 64 << 10;
    let options = options(vec![built("fixtures")]);
    let host = TestHost::with(Options { limits: small, ..options }).await;
    let generator = host.start("generator", &[]).await.unwrap();
    let fetch = |wanted: &str| generator.fetch(Service::Transaction, Some(wanted.to_owned()), None);
    let told = fetch("1000").await.unwrap_err().to_string();
    assert_eq!(
        told,
        "plugin `generator`, `transaction`: its reply was refused: it is larger than 0 MiB"
    );
    assert_eq!(fetch("10").await.map(|page| page.facts.len()), Ok(10));
}

#[tokio::test]
async fn values_that_the_contract_forbids_are_refused_by_name() {
    check(
        "inexact",
        "plugin `hostile`, `import-file`: its reply was refused: fact 1 of the page, an fx rate: rate: \
         `1.50` is not a decimal in canonical form, such as `-1147.5`: it ends with a needless zero",
    )
    .await;
    check(
        "no day",
        "plugin `hostile`, `import-file`: its reply was refused: fact 1 of the page, an fx rate: date: \
         `2024-02-30` is not a date such as 2024-02-29",
    )
    .await;
}

#[tokio::test]
async fn a_crash_behind_the_first_page_is_told() {
    check(
        "two steps",
        "plugin `hostile`, `import-file`: it crashed: it gave up (a panic, or an abort)",
    )
    .await;
}

#[tokio::test]
async fn a_refusal_keeps_its_place_and_its_hint() {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let error = read(&hostile, "refuse").await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.message, "`file.txt` is not to its taste");
    assert_eq!((refusal.line, refusal.column), (Some(3), Some(7)));
    assert_eq!(refusal.hint.as_deref(), Some("try another"));
}

#[tokio::test]
async fn control_characters_never_reach_a_terminal() {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let error = read(&hostile, "escape").await.unwrap_err();
    assert_eq!(error.refusal().unwrap().message, "[2Jcleared your screen");
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_before_the_guest_sees_it() {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let error = hostile.open_file("big.csv", vec![b'x'; 2 << 20]).await.err().unwrap();
    assert_eq!(error.refusal().unwrap().message, "the file has 2 MB; at most 1 MB are read");
}

#[tokio::test]
async fn a_bad_start_is_told() {
    let host = TestHost::new().await;
    for (start, expected) in [
        ("fail", "plugin `hostile`, `initialize`: it failed: as it was told"),
        ("loop", "plugin `hostile`, `initialize`: it was stopped: it took longer than 0.5 s"),
        ("trap", "plugin `hostile`, `initialize`: it crashed: it gave up (a panic, or an abort)"),
    ] {
        let error = host.start("hostile", &[("start", start)]).await.err().unwrap();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn settings_are_checked_before_the_guest_sees_them() {
    let host = TestHost::new().await;
    for (settings, expected) in [
        (
            ("start", "sideways"),
            "plugin `hostile`: setting `start` is `sideways`; one of well, fail, loop, trap, down is expected",
        ),
        (("begin", "well"), "plugin `hostile`: there is no setting `begin`; it has start"),
    ] {
        let error = host.start("hostile", &[settings]).await.err().unwrap();
        assert_eq!(error.to_string(), expected);
    }
}

/// What a guest gets when it calls the host.
async fn check_import(cursor: &str, expected: &str) {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let page = hostile.fetch(Service::Update, Some(cursor.to_owned()), None).await.unwrap();
    let Fact::Note(note) = &page.facts[0].fact else { panic!("a note is expected") };
    assert!(note.text.contains(expected), "{}", note.text);
}

#[tokio::test]
async fn requests_and_storage_are_denied() {
    check_import(
        "http",
        "the manifest of `hostile` doesn't ask for GET requests to `example.com/steal`",
    )
    .await;
    check_import("storage", "the manifest of `hostile` doesn't ask for storage").await;
}

#[tokio::test]
async fn the_clock_is_the_hosts() {
    check_import("clock", "0").await;
}

#[tokio::test]
async fn a_service_that_is_not_offered_is_said_to_be_so() {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let error = hostile.fetch(Service::Portfolio, None, None).await.unwrap_err();
    assert_eq!(error.to_string(), "plugin `hostile`, `portfolio`: it doesn't offer this service");
}

/// One guest loops; on the same single thread another one answers, and a timer fires in time.
#[tokio::test(flavor = "current_thread")]
async fn a_looping_guest_delays_neither_another_guest_nor_the_host() {
    let host = TestHost::new().await;
    let hostile = host.start("hostile", &[]).await.unwrap();
    let generator = host.start("generator", &[]).await.unwrap();
    let looping = tokio::spawn(async move { read(&hostile, "loop").await });
    let mut n_answers = 0;
    while !looping.is_finished() {
        let page =
            generator.fetch(Service::Transaction, Some("10".to_owned()), None).await.unwrap();
        n_answers += page.facts.len() / 10;
    }
    assert!(looping.await.unwrap().is_err());
    assert!(
        n_answers >= 20,
        "the other guest answered {n_answers} times while the first one looped"
    );
}
