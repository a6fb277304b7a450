//! What is typed into a form, against the manifest that draws it.

use serde_json::{Value, json};
use stonks_plugin::manifest::{CredentialSchema, SettingSchema};

fn setting(rest: Value, text: &str, expected: Option<&str>) {
    let mut value = json!({ "key": "k", "label": "K" });
    value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let schema: SettingSchema = serde_json::from_value(value).unwrap();
    let told = schema.check(text).err().map(|error| error.to_string());
    assert_eq!(told.as_deref(), expected, "{text:?}");
}

fn credential(rest: Value, text: &str, expected: Option<&str>) {
    let mut value = json!({ "key": "k", "label": "API key" });
    value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let schema: CredentialSchema = serde_json::from_value(value).unwrap();
    let told = schema.check(text).err().map(|error| error.to_string());
    assert_eq!(told.as_deref(), expected);
}

#[test]
fn numbers_are_exact_and_within_their_bounds() {
    let percent = || json!({ "kind": "number", "min": 0, "max": 99.5 });
    setting(percent(), "15.25", None);
    setting(percent(), "-0.01", Some("at least 0 is expected"));
    setting(percent(), "99.51", Some("at most 99.5 is expected"));
    setting(percent(), "many", Some("a number is expected"));
    setting(json!({ "kind": "number", "max": 1e3 }), "1000", None);
}

#[test]
fn flags_and_choices_are_among_those_that_there_are() {
    setting(json!({ "kind": "flag" }), "true", None);
    setting(json!({ "kind": "flag" }), "yes", Some("`true` or `false` is expected"));
    let choice = || json!({ "kind": "choice", "choices": ["gross", "net"] });
    setting(choice(), "net", None);
    setting(choice(), "Net", Some("one of gross, net is expected"));
}

#[test]
fn texts_match_as_a_whole() {
    let text = || json!({ "kind": "text", "pattern": "[A-Z]{2}|x", "max_length": 3 });
    setting(text(), "NL", None);
    setting(text(), "", None);
    setting(text(), "NLx", Some("text that matches `[A-Z]{2}|x` is expected"));
    setting(text(), "éééé", Some("at most 3 characters are expected"));
    let needed = json!({ "kind": "text", "pattern": "a", "required": true });
    setting(needed, "", Some("text that matches `a` is expected"));
}

#[test]
fn credentials_are_checked_and_never_repeated() {
    let plain =
        || json!({ "kind": "password", "min_length": 4, "max_length": 6, "pattern": "\\d+" });
    credential(plain(), "12345", None);
    credential(plain(), "", Some("`API key` is required"));
    credential(plain(), "123", Some("at least 4 characters are expected"));
    credential(plain(), "1234567", Some("at most 6 characters are expected"));
    credential(plain(), "secret", Some("text that matches `\\d+` is expected"));
    credential(json!({ "kind": "text", "required": false }), "", None);
    credential(json!({ "kind": "pem" }), "-----BEGIN PRIVATE KEY-----", None);
    let pem = "a key in PEM form, which begins with `-----BEGIN`, is expected";
    credential(json!({ "kind": "pem" }), "secret", Some(pem));
    credential(json!({ "kind": "totp-secret" }), "JBSW Y3DP", None);
    let totp = "a base32 secret of letters and the digits 2 to 7 is expected";
    credential(json!({ "kind": "totp-secret" }), "189", Some(totp));
}
