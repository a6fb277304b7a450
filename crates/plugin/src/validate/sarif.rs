//! Findings as SARIF 2.1.0, which the annotations of CI systems are made of.

use serde_json::{Value, json};

use crate::finding::{Finding, Level};
use crate::validate::place::locate;
use crate::validate::rules;

/// A manifest that was judged.
#[derive(Debug, Clone)]
pub struct File<'a> {
    /// Where it lies, best relative to the root of the sources.
    pub path: String,
    /// Its content, where it could be read.
    pub text: Option<&'a str>,
    /// What is to be said about it.
    pub findings: &'a [Finding],
}

/// The log of one run. `version` is the program's.
#[must_use]
pub fn log(files: &[File<'_>], version: &str) -> Value {
    let mut ids: Vec<&str> = Vec::new();
    for finding in files.iter().flat_map(|file| file.findings) {
        if !ids.contains(&finding.rule) {
            ids.push(finding.rule);
        }
    }
    let mut results = Vec::new();
    for file in files {
        for finding in file.findings {
            let index = ids.iter().position(|id| *id == finding.rule);
            results.push(result(finding, index, file));
        }
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "stonks plugin validate",
                    "semanticVersion": version,
                    "rules": ids.iter().map(|id| rule(id)).collect::<Vec<_>>(),
                }
            },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "The root of the sources." } }
            },
            "results": results,
        }]
    })
}

fn rule(id: &str) -> Value {
    let Some(rule) = rules::find(id) else { return json!({ "id": id }) };
    let mut value = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.meaning },
        "defaultConfiguration": { "level": level(rule.level) },
    });
    if !rule.hint.is_empty() {
        value["help"] = json!({ "text": rule.hint });
    }
    value
}

fn result(finding: &Finding, index: Option<usize>, file: &File<'_>) -> Value {
    let message = match &finding.hint {
        Some(hint) if hint.ends_with('?') => format!("{}. Hint: {hint}", finding.message),
        Some(hint) => format!("{}. Hint: {hint}.", finding.message),
        None => format!("{}.", finding.message),
    };
    let place = file.text.and_then(|text| locate(text, &finding.at));
    let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.level),
        "message": { "text": message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": artifact(&file.path),
                "region": { "startLine": line, "startColumn": column },
            },
            "logicalLocations": [{ "fullyQualifiedName": finding.at, "kind": "member" }],
        }],
        "partialFingerprints": { "ruleAndPlace/v1": format!("{}:{}", finding.rule, finding.at) },
    })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

/// A path below the root of the sources, or an absolute one as it is.
fn artifact(path: &str) -> Value {
    match path.strip_prefix('/') {
        Some(rest) => json!({ "uri": format!("file:///{}", address(rest)) }),
        None => json!({ "uri": address(path), "uriBaseId": "%SRCROOT%" }),
    }
}

/// A path as an address: what an address can't hold is written as `%XX`.
fn address(path: &str) -> String {
    let mut address = String::new();
    for byte in path.trim_start_matches("./").replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_an_address() {
        assert_eq!(address("./my plugins/ü.json"), "my%20plugins/%C3%BC.json");
        assert_eq!(address("a\\b.json"), "a/b.json");
    }
}
