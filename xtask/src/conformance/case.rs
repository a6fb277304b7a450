//! Cases as their files tell them, and a reader of their inputs that says what it misses.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// Inputs, and what follows from them.
pub(super) struct Case {
    pub(super) id: String,
    inputs: Value,
    topics: Vec<String>,
    pub(super) expected: Map<String, Value>,
    /// Absolute.
    pub(super) tolerance: Option<f64>,
}

impl Case {
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs { path: "inputs".to_owned(), value: &self.inputs, topics: &self.topics }
    }
}

/// A case that can't be read.
pub(super) struct Unread {
    pub(super) id: String,
    pub(super) reason: String,
}

/// Why an adapter computes nothing for a case.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The inputs aren't what they should be.
    Malformed(String),
    /// No computation is known for inputs like these.
    UnknownShape(String),
    /// The figures aren't offered, for a reason of the product.
    NotOffered(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(formatter, "malformed case: {what}"),
            Self::UnknownShape(what) => write!(formatter, "unknown shape: {what}"),
            Self::NotOffered(why) => write!(formatter, "not offered: {why}"),
        }
    }
}

/// The cases of a file; each by itself, so that a bad one hides no other.
pub(super) fn read(text: &str) -> Result<Vec<Result<Case, Unread>>, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(cases) = file.get("cases").and_then(Value::as_array) else {
        return Err("a list `cases` is expected".to_owned());
    };
    let read = cases.iter().enumerate().map(|(place, case)| read_case(place, case));
    Ok(read.map(|case| case.map(|case| completed(case, cases))).collect())
}

/// Inputs such as `"same_trades_as": "other-case"` are those of the other case, where they aren't told.
fn completed(mut case: Case, cases: &[Value]) -> Case {
    let Value::Object(inputs) = &mut case.inputs else { return case };
    let same = inputs.iter().find(|(key, _)| key.starts_with("same_") && key.ends_with("_as"));
    let Some(other) = same.and_then(|(_, id)| cases.iter().find(|case| case["id"] == *id)) else {
        return case;
    };
    for (key, value) in other["inputs"].as_object().into_iter().flatten() {
        inputs.entry(key.clone()).or_insert_with(|| value.clone());
    }
    case
}

fn read_case(place: usize, case: &Value) -> Result<Case, Unread> {
    let told = case.get("id").and_then(Value::as_str);
    let id = told.map_or_else(|| format!("case {place}"), str::to_owned);
    let fail =
        |reason: &str| Unread { id: id.clone(), reason: format!("malformed case: {reason}") };
    if told.is_none() {
        return Err(fail("it has no `id`"));
    }
    let inputs = case.get("inputs").filter(|inputs| inputs.is_object());
    let inputs = inputs.ok_or_else(|| fail("an object `inputs` is expected"))?;
    let expected = case.get("expected").and_then(Value::as_object);
    let expected = expected.ok_or_else(|| fail("an object `expected` is expected"))?;
    let tolerance = match case.get("tolerance") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_f64().filter(|tolerance| *tolerance >= 0.0) {
            Some(tolerance) => Some(tolerance),
            None => return Err(fail("`tolerance` is not a number from 0 on")),
        },
    };
    let topics = case.get("topic").and_then(Value::as_array).into_iter().flatten();
    let topics = topics.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Case { id, inputs: inputs.clone(), topics, expected: expected.clone(), tolerance })
}

/// A value of a case's inputs, with its place.
#[derive(Clone)]
pub(super) struct Inputs<'a> {
    /// Such as `inputs.flows[3]`.
    path: String,
    value: &'a Value,
    topics: &'a [String],
}

impl<'a> Inputs<'a> {
    fn wrong(&self, expected: &str) -> Refusal {
        Refusal::Malformed(format!("`{}` is not {expected}", self.path))
    }

    const fn part(&self, path: String, value: &'a Value) -> Self {
        Self { path, value, topics: self.topics }
    }

    /// Whether the case is about something, in the source's own words.
    pub(super) fn is_about(&self, topic: &str) -> bool {
        self.topics.iter().any(|told| told == topic)
    }

    /// Where in the case it stands.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The member of that name, unless it is missing or null.
    pub(super) fn find(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(self.part(format!("{}.{key}", self.path), value))
    }

    pub(super) fn get(&self, key: &str) -> Result<Self, Refusal> {
        let missing = || Refusal::Malformed(format!("`{}.{key}` is missing", self.path));
        self.find(key).ok_or_else(missing)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The first of several members by which sources call one thing.
    pub(super) fn any(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().find_map(|key| self.find(key))
    }

    /// The names of its members.
    pub(super) fn keys(&self) -> Vec<&'a str> {
        self.value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, Refusal> {
        let list = self.value.as_array().ok_or_else(|| self.wrong("a list"))?;
        let place = |(index, value)| self.part(format!("{}[{index}]", self.path), value);
        Ok(list.iter().enumerate().map(place).collect())
    }

    /// Members by name.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Refusal> {
        let members = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        let place = |(key, value): (&'a String, &'a Value)| {
            (key.as_str(), self.part(format!("{}.{key}", self.path), value))
        };
        Ok(members.iter().map(place).collect())
    }

    /// The value of a list at a place, as in `["2024-01-01", 100]`.
    pub(super) fn at(&self, index: usize) -> Result<Self, Refusal> {
        let missing = || Refusal::Malformed(format!("`{}[{index}]` is missing", self.path));
        let value = self.value.get(index).ok_or_else(missing)?;
        Ok(self.part(format!("{}[{index}]", self.path), value))
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    pub(super) fn is_number(&self) -> bool {
        self.value.is_number()
    }

    pub(super) fn text(&self) -> Result<&'a str, Refusal> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    /// An exact decimal, told as a number or as a text.
    pub(super) fn decimal(&self) -> Result<Decimal, Refusal> {
        let told = match self.value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return Err(self.wrong("a number")),
        };
        let read = told.parse().or_else(|_| Decimal::from_scientific(&told));
        read.map_err(|_| self.wrong("a number"))
    }

    pub(super) fn number(&self) -> Result<f64, Refusal> {
        let told = match self.value {
            Value::String(text) => text.parse().ok(),
            value => value.as_f64(),
        };
        told.ok_or_else(|| self.wrong("a number"))
    }

    pub(super) fn boolean(&self) -> Result<bool, Refusal> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    /// A day, told as a date or as a time of which the date counts.
    pub(super) fn date(&self) -> Result<Date, Refusal> {
        read_date(self.text()?).ok_or_else(|| self.wrong("a date"))
    }
}

/// Reads `2024-01-31`, also where a time follows.
pub(super) fn read_date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(case: &str, expected: &str) {
        let cases = read(&format!("{{\"cases\": [{case}]}}")).expect("a file of cases");
        let Err(unread) = &cases[0] else { panic!("the case was read") };
        assert_eq!(unread.reason, format!("malformed case: {expected}"));
    }

    #[test]
    fn what_a_case_lacks_is_said() {
        check("{}", "it has no `id`");
        check(r#"{"id": "x"}"#, "an object `inputs` is expected");
        check(r#"{"id": "x", "inputs": {}}"#, "an object `expected` is expected");
        check(
            r#"{"id": "x", "inputs": {}, "expected": {}, "tolerance": "wide"}"#,
            "`tolerance` is not a number from 0 on",
        );
        assert!(read("[").is_err());
        assert_eq!(read("{}").err().as_deref(), Some("a list `cases` is expected"));
    }

    #[test]
    fn a_value_that_is_not_what_it_should_be_is_named_by_its_place() {
        let text = r#"{"cases": [{"id": "x", "inputs": {"flows": [["2024-01-01", "much"]]}, "expected": {}}]}"#;
        let cases = read(text).expect("a file of cases");
        let case = cases[0].as_ref().ok().expect("a case");
        let flow = &case.inputs().get("flows").and_then(|flows| flows.items()).expect("flows")[0];
        let wrong = flow.at(1).and_then(|amount| amount.decimal()).expect_err("no number");
        assert_eq!(wrong.to_string(), "malformed case: `inputs.flows[0][1]` is not a number");
    }
}
