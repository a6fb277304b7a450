//! Files that are no manifests, or worse.

use stonks_plugin::manifest::{MAX_BYTES, MAX_DEPTH};
use stonks_plugin::validate::{Context, MOST_FINDINGS, Release, judge, judge_within, together};
use stonks_plugin::{Finding, Manifest};

const GOOD: &str = include_str!("../ui/valid/smallest.json");

fn check(bytes: &[u8], expected: &str) {
    let (manifest, findings) = judge(bytes);
    assert_eq!(manifest, None);
    let told: Vec<String> =
        findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect();
    assert_eq!(told, [expected]);
    assert!(Manifest::parse(bytes).is_err());
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn an_empty_file_is_told_as_one() {
    check(b"", "manifest-empty: the manifest is empty");
    check(" \n\u{feff}".as_bytes(), "manifest-malformed: expected value at line 2, column 1");
    check(b" \n\t ", "manifest-empty: the manifest is empty");
}

#[test]
fn a_huge_file_is_not_parsed() {
    let huge = vec![b'['; MAX_BYTES + 1];
    let message = "the manifest has 262145 bytes; at most 262144 are read";
    check(&huge, &format!("manifest-too-large: {message}"));
}

#[test]
fn a_file_nested_deeply_is_not_parsed() {
    let message = "manifest-too-deep: the manifest is nested deeper than 32 levels";
    check("[".repeat(MAX_BYTES).as_bytes(), message);
    check("{\"a\":".repeat(MAX_DEPTH + 1).as_bytes(), message);
    let in_a_text = GOOD.replace("Smallest", &"[{".repeat(100));
    assert_eq!(judge(in_a_text.as_bytes()).1, []);
}

#[test]
fn a_file_that_is_no_text_is_told_where() {
    check(
        b"{\"plugin\": \"\xff\"}",
        "manifest-not-text: the manifest is not UTF-8 text: byte 13 is none of its characters",
    );
    let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(rules(&judge(&utf16).1), ["manifest-malformed"]);
}

#[test]
fn json_that_breaks_off_is_told_where() {
    check(
        b"{\n  \"plugin\": {",
        "manifest-malformed: EOF while parsing an object at line 2, column 13",
    );
    check(b"null", "type-mismatch: an object is expected, not null");
    check(b"[]", "type-mismatch: an object is expected, not a list");
}

#[test]
fn a_mark_before_the_text_is_no_problem() {
    let marked = format!("\u{feff}{GOOD}");
    let (manifest, findings) = judge(marked.as_bytes());
    assert!(manifest.is_some());
    assert_eq!(findings, []);
}

#[test]
fn a_key_that_stands_twice_is_told() {
    let twice = GOOD.replace("\"version\"", "\"name\": \"other-one\", \"version\"");
    let (_, findings) = judge(twice.as_bytes());
    assert_eq!(rules(&findings), ["key-twice"]);
    assert_eq!(findings[0].at, "/plugin/name");
}

#[test]
fn no_more_is_told_than_anyone_reads() {
    let keys: String = (0..5_000).map(|n| format!("\"key{n}\": 1, ")).collect();
    let crowded = GOOD.replacen('{', &format!("{{{keys}"), 1);
    let (manifest, findings) = judge(crowded.as_bytes());
    assert!(manifest.is_some());
    assert_eq!(findings.len(), MOST_FINDINGS + 1);
    assert_eq!(
        findings.last().map(|last| last.message.as_str()),
        Some("there are 4900 more findings")
    );
}

#[test]
fn an_api_too_new_names_the_release_that_fits() {
    let new = GOOD.replace("\"1.0.0\"", "\"2.3.0\"");
    let (_, findings) = judge(new.as_bytes());
    assert_eq!(rules(&findings), ["api-range-unmet"]);
    assert_eq!(findings[0].message, "the plugin asks for API 2.3.0, this host offers 1.0.0");
    let release = |version: &str, min: &str, max: &str| Release {
        version: version.parse().unwrap(),
        min_api: min.parse().unwrap(),
        max_api: max.parse().unwrap(),
    };
    let releases = vec![
        release("0.8.0", "1.0.0", "1.0.0"),
        release("0.9.0", "1.0.0", "1.4.0"),
        release("1.0.0", "1.4.0", "2.0.0"),
    ];
    let context = Context { releases, ..Context::default() };
    let (_, findings) = judge_within(new.as_bytes(), &context);
    let hint = "the nearest release that this host runs is smallest 0.9.0";
    assert_eq!(findings[0].hint.as_deref(), Some(hint));
}

#[test]
fn what_is_wrong_in_a_list_keeps_its_place() {
    let text = GOOD.replace(
        "\"capabilities\"",
        "\"permissions\": {\"http\": [
            {\"host\": \"a.example.com\"},
            {\"host\": 7, \"purpose\": \"x\"},
            {\"host\": \"nowhere\", \"purpose\": \"x\"},
            {\"host\": \"b.example.com\", \"purpose\": \" \"}]},
         \"capabilities\"",
    );
    let (manifest, findings) = judge(text.as_bytes());
    assert_eq!(manifest.unwrap().permissions.http.len(), 2);
    let told: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.at.as_str())).collect();
    assert_eq!(
        told,
        [
            ("purpose-missing", "/permissions/http/0"),
            ("type-mismatch", "/permissions/http/1/host"),
            ("host-malformed", "/permissions/http/2/host"),
            ("purpose-missing", "/permissions/http/3/purpose"),
        ]
    );
}

#[test]
fn plugins_side_by_side_are_told_what_they_lack() {
    let named = |name: &str, needs: &str| {
        let needs = format!("\"dependencies\": {{\"plugin_dependencies\": {needs}}}, \"api\"");
        let text = GOOD.replace("smallest", name).replace("\"api\"", &needs);
        Manifest::parse(text.as_bytes()).unwrap()
    };
    let manifests = [
        named("rates", "{}"),
        named("fine", r#"{"rates": "^0.1"}"#),
        named("new", r#"{"rates": "^2"}"#),
        named("alone", r#"{"nowhere": "*", "rates": "*"}"#),
        named("left", r#"{"right": "*"}"#),
        named("right", r#"{"left": "*"}"#),
    ];
    let told: Vec<String> = together(&manifests.iter().collect::<Vec<_>>())
        .into_iter()
        .map(|(id, finding)| format!("{id} {} {}", finding.rule, finding.at))
        .collect();
    let section = "/dependencies/plugin_dependencies";
    assert_eq!(
        told,
        [
            format!("alone dependency-missing {section}/nowhere"),
            format!("left dependency-cycle {section}"),
            format!("new dependency-unmet {section}"),
            format!("right dependency-cycle {section}"),
        ]
    );
}
