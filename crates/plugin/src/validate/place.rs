//! Where in the text of a manifest something is.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::finding::Finding;
use crate::manifest::auth::escape;
use crate::validate::rules;

/// A place in a text, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// Where the value of a JSON pointer begins; of what isn't there, the nearest part above it that is. In a
/// text that is no JSON, where reading it failed.
#[must_use]
pub fn locate(text: &str, pointer: &str) -> Option<Place> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root: &RawValue = match serde_json::from_str(text) {
        Ok(root) => root,
        Err(error) => {
            // What ends too early ends on the line behind the last one.
            let n_lines = text.lines().count().max(1);
            let (line, column) = (error.line().min(n_lines), error.column().max(1));
            return (line > 0).then_some(Place { line, column });
        }
    };
    let mut found = root;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        match step(found, &part) {
            Some(within) => found = within,
            None => break,
        }
    }
    // Raw values are parts of the text that they were read from.
    let offset = (found.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Some(Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    })
}

fn step<'a>(value: &'a RawValue, part: &str) -> Option<&'a RawValue> {
    let text = value.get();
    if text.starts_with('{') {
        let members: Vec<(String, &RawValue)> = serde_json::from_str::<Members<'_>>(text).ok()?.0;
        return members.into_iter().rfind(|(key, _)| key == part).map(|(_, value)| value);
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    items.get(part.parse::<usize>().ok()?).copied()
}

/// The members of an object as they stand there, those that stand twice too.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// Tells keys that stand twice in one object: readers take the first or the last, whichever they like.
///
/// `parsed` is what was read of the text: of keys that stand twice it has one, so that counting tells
/// whether there is anything to look for.
pub(super) fn keys_twice(bytes: &[u8], parsed: &Value, findings: &mut Vec<Finding>) {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if serde_json::from_slice::<KeyCount>(bytes).is_ok_and(|told| told.0 == n_keys(parsed)) {
        return;
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    // The text was parsed before; what fails here has been told.
    let _ = Keys { at: String::new(), findings }.deserialize(&mut reader);
}

fn n_keys(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.len() + object.values().map(n_keys).sum::<usize>(),
        Value::Array(items) => items.iter().map(n_keys).sum(),
        _ => 0,
    }
}

/// How many keys there are in a text, those that stand twice counted twice.
struct KeyCount(usize);

impl<'de> serde::Deserialize<'de> for KeyCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountKeys)
    }
}

struct CountKeys;

impl<'de> Visitor<'de> for CountKeys {
    type Value = KeyCount;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KeyCount, A::Error> {
        let mut count = 0;
        while let Some((_, within)) = map.next_entry::<IgnoredAny, KeyCount>()? {
            count += 1 + within.0;
        }
        Ok(KeyCount(count))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<KeyCount, A::Error> {
        let mut count = 0;
        while let Some(within) = items.next_element::<KeyCount>()? {
            count += within.0;
        }
        Ok(KeyCount(count))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<KeyCount, E> {
        Ok(KeyCount(0))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<KeyCount, E> {
        Ok(KeyCount(0))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<KeyCount, E> {
        Ok(KeyCount(0))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<KeyCount, E> {
        Ok(KeyCount(0))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<KeyCount, E> {
        Ok(KeyCount(0))
    }

    fn visit_unit<E: de::Error>(self) -> Result<KeyCount, E> {
        Ok(KeyCount(0))
    }
}

/// Walks through a value and looks at keys only.
struct Keys<'a> {
    at: String,
    findings: &'a mut Vec<Finding>,
}

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let at = format!("{}/{}", self.at, escape(&key));
            let is_new = seen.insert(key.clone());
            if !is_new {
                let message = format!("`{key}` stands twice");
                self.findings.push(Finding::of(&rules::KEY_TWICE, at.clone(), message));
            }
            map.next_value_seed(Keys { at, findings: &mut *self.findings })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut place = 0;
        while items
            .next_element_seed(Keys {
                at: format!("{}/{place}", self.at),
                findings: &mut *self.findings,
            })?
            .is_some()
        {
            place += 1;
        }
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_ends_too_early_is_told_at_its_last_line() {
        let place = |text| locate(text, "").map(|place| place.line);
        assert_eq!([place("\n"), place("{\n"), place("{\n\n")], [Some(1), Some(1), Some(2)]);
    }
}
