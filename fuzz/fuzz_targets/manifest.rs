//! Any bytes at all as a manifest: judged, never a panic, and never parsed with nothing against it and
//! refused at the same time.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stonks_plugin::validate::place::locate;
use stonks_plugin::validate::{MOST_FINDINGS, judge};
use stonks_plugin::{Level, Manifest};

fuzz_target!(|content: &[u8]| {
    let (manifest, findings) = judge(content);
    let is_forbidden = findings.iter().any(|finding| finding.level == Level::Error);
    assert!(manifest.is_some() || is_forbidden);
    assert!(findings.len() <= MOST_FINDINGS + 1);
    if !is_forbidden {
        assert_eq!(Manifest::parse(content).ok(), manifest);
    }
    if let Ok(text) = std::str::from_utf8(content) {
        for finding in &findings {
            let _place = locate(text, &finding.at);
        }
    }
});
