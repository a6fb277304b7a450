//! The schema, made ready for what is asked most: whether nothing at all is wrong with a manifest. Ten
//! thousand plugins are as many questions, and hardly any answer is no.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{constant, tag_of};
use crate::manifest::format::{self, Format};

/// Shapes that refer to each other by their place in a list.
pub(super) struct Shapes(Vec<Shape>);

type Id = usize;

enum Shape {
    /// While what it refers to is made ready.
    Pending,
    /// One for null, one for everything else; none of either accepts anything.
    Either {
        null: Option<Id>,
        other: Option<Id>,
    },
    Listed(Vec<&'static Value>),
    /// Told apart by the value of one key.
    Tagged {
        tag: &'static str,
        variants: Vec<(&'static Value, Id)>,
    },
    Plain(Plain),
}

#[derive(Default)]
struct Plain {
    /// None where any will do.
    types: Option<Vec<&'static str>>,
    properties: HashMap<&'static str, Id>,
    others: Others,
    required: Vec<&'static str>,
    items: Option<Id>,
    format: Option<&'static Format>,
    least: Option<i128>,
    most: Option<i128>,
}

/// What a key may hold that isn't listed.
#[derive(Default)]
enum Others {
    #[default]
    Anything,
    Nothing,
    Shape(Id),
}

impl Shapes {
    pub(super) fn of(schema: &'static Value) -> Self {
        let mut making =
            Making { definitions: &schema["$defs"], shapes: Vec::new(), known: HashMap::new() };
        making.shape(schema);
        Self(making.shapes)
    }

    /// Whether a walk by the schema would find nothing to say.
    pub(super) fn fits(&self, value: &Value) -> bool {
        self.has(0, value)
    }

    fn has(&self, id: Id, value: &Value) -> bool {
        match &self.0[id] {
            // Of a schema that refers to itself and to nothing else; the walk decides.
            Shape::Pending => false,
            Shape::Either { null, other } => {
                let chosen = if value.is_null() { null } else { other };
                chosen.is_none_or(|id| self.has(id, value))
            }
            Shape::Listed(listed) => listed.contains(&value),
            Shape::Tagged { tag, variants } => {
                let Some(object) = value.as_object() else { return false };
                let Some(name) = object.get(*tag) else { return false };
                let variant = variants.iter().find(|(told, _)| *told == name);
                variant.is_some_and(|(_, id)| match &self.0[*id] {
                    Shape::Plain(plain) => self.has_all(plain, object),
                    _ => false,
                })
            }
            Shape::Plain(plain) => {
                plain.takes(value)
                    && match value {
                        Value::Object(object) => self.has_all(plain, object),
                        Value::Array(items) => {
                            plain.items.is_none_or(|id| items.iter().all(|item| self.has(id, item)))
                        }
                        _ => true,
                    }
            }
        }
    }

    fn has_all(&self, plain: &Plain, object: &Map<String, Value>) -> bool {
        plain.required.iter().all(|name| object.contains_key(*name))
            && object.iter().all(|(key, value)| {
                match (plain.properties.get(key.as_str()), &plain.others) {
                    (Some(id), _) | (None, Others::Shape(id)) => self.has(*id, value),
                    (None, Others::Nothing) => false,
                    (None, Others::Anything) => true,
                }
            })
    }
}

impl Plain {
    /// Whether the value itself will do, whatever is in it.
    fn takes(&self, value: &Value) -> bool {
        let is = |name: &&str| super::is_of(name, value);
        if self.types.as_ref().is_some_and(|types| !types.iter().any(is)) {
            return false;
        }
        match value {
            Value::String(text) => self.format.is_none_or(|form| (form.check)(text).is_ok()),
            // What is no whole number has no bounds in the schema.
            Value::Number(number) => number.as_i128().is_none_or(|number| {
                self.least.is_none_or(|least| least <= number)
                    && self.most.is_none_or(|most| number <= most)
            }),
            _ => true,
        }
    }
}

/// Shapes in the making.
struct Making {
    definitions: &'static Value,
    shapes: Vec<Shape>,
    /// By the place of the schema in memory, which stays where it is.
    known: HashMap<*const Value, Id>,
}

impl Making {
    fn shape(&mut self, schema: &'static Value) -> Id {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            return self.shape(&self.definitions[name.trim_start_matches("#/$defs/")]);
        }
        if let Some(id) = self.known.get(&std::ptr::from_ref(schema)) {
            return *id;
        }
        let id = self.shapes.len();
        self.shapes.push(Shape::Pending);
        self.known.insert(schema, id);
        let shape = self.made(schema);
        self.shapes[id] = shape;
        id
    }

    fn made(&mut self, schema: &'static Value) -> Shape {
        if let Some(either) = schema.get("anyOf").and_then(Value::as_array) {
            let is_null =
                |schema: &Value| schema.get("type").and_then(Value::as_str) == Some("null");
            let mut find = |wanted| {
                let found = either.iter().find(|schema| is_null(schema) == wanted);
                found.map(|schema| self.shape(schema))
            };
            return Shape::Either { null: find(true), other: find(false) };
        }
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            return self.one_of(variants);
        }
        if let Some(listed) = schema.get("enum").and_then(Value::as_array) {
            return Shape::Listed(listed.iter().collect());
        }
        Shape::Plain(self.plain(schema))
    }

    fn one_of(&mut self, variants: &'static [Value]) -> Shape {
        let Some(tag) = variants.iter().find_map(tag_of) else {
            let each = variants.iter().flat_map(|variant| {
                let listed = variant.get("enum").and_then(Value::as_array).into_iter().flatten();
                variant.get("const").into_iter().chain(listed)
            });
            return Shape::Listed(each.collect());
        };
        let named = variants.iter().filter_map(|variant| Some((constant(variant, tag)?, variant)));
        let variants = named.map(|(name, variant)| {
            let id = self.shapes.len();
            self.shapes.push(Shape::Pending);
            let plain = self.plain(variant);
            self.shapes[id] = Shape::Plain(plain);
            (name, id)
        });
        Shape::Tagged { tag, variants: variants.collect() }
    }

    fn plain(&mut self, schema: &'static Value) -> Plain {
        let texts = |value: Option<&'static Value>| -> Vec<&'static str> {
            let listed = value.and_then(Value::as_array).into_iter().flatten();
            listed.filter_map(Value::as_str).collect()
        };
        let types = match schema.get("type") {
            Some(Value::String(name)) => Some(vec![name.as_str()]),
            types @ Some(Value::Array(_)) => Some(texts(types)),
            _ => None,
        };
        let listed = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let properties = listed.map(|(key, schema)| (key.as_str(), self.shape(schema))).collect();
        let named = schema.get("format").and_then(Value::as_str);
        let bound = |name: &str| schema.get(name).and_then(Value::as_i64).map(i128::from);
        let (least, most) = match named {
            Some("uint32") => (bound("minimum"), Some(i128::from(u32::MAX))),
            Some("int32") => (Some(i128::from(i32::MIN)), Some(i128::from(i32::MAX))),
            _ => (bound("minimum"), None),
        };
        Plain {
            types,
            properties,
            others: match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => Others::Nothing,
                Some(schema @ Value::Object(_)) => Others::Shape(self.shape(schema)),
                _ => Others::Anything,
            },
            required: texts(schema.get("required")),
            items: schema.get("items").map(|schema| self.shape(schema)),
            format: named.and_then(format::find),
            least,
            most,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{schema, walked};
    use super::*;

    /// What the quick answer says of a value is what the walk finds.
    fn check(manifest: &Value) {
        let schema = schema::schema();
        let mut findings = Vec::new();
        let refused = walked(schema, &mut manifest.clone(), &mut findings);
        let is_flawless = findings.is_empty() && refused.0.is_empty();
        assert_eq!(Shapes::of(schema).fits(manifest), is_flawless, "{manifest}\n{findings:?}");
    }

    /// A value, and the same with each part of it left out, or replaced by something else.
    fn variations(value: &Value) -> Vec<Value> {
        let strange =
            [json!(null), json!(7), json!(-1), json!("7"), json!([]), json!({}), json!(true)];
        let mut all = strange.to_vec();
        match value {
            Value::Object(object) => {
                for (key, within) in object {
                    let mut without = object.clone();
                    without.shift_remove(key);
                    all.push(without.into());
                    for changed in variations(within) {
                        let mut with = object.clone();
                        with.insert(key.clone(), changed);
                        all.push(with.into());
                    }
                }
                let mut more = object.clone();
                more.insert("stranger".to_owned(), json!(1));
                all.push(more.into());
            }
            Value::Array(items) => {
                for (place, within) in items.iter().enumerate() {
                    for changed in variations(within) {
                        let mut with = items.clone();
                        with[place] = changed;
                        all.push(with.into());
                    }
                }
            }
            _ => {}
        }
        all
    }

    #[test]
    fn the_quick_answer_is_that_of_the_walk() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
        let mut n_checked = 0;
        for kind in ["valid", "invalid", "legacy"] {
            for entry in std::fs::read_dir(folder.join(kind)).unwrap().flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "json")
                    && let Ok(manifest) = serde_json::from_slice(&std::fs::read(&path).unwrap())
                {
                    check(&manifest);
                    n_checked += 1;
                }
            }
        }
        assert!(n_checked > 20, "{n_checked}");
    }

    #[test]
    fn the_quick_answer_holds_whatever_is_wrong() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/valid");
        let full = std::fs::read(folder.join("full.json")).unwrap();
        for manifest in variations(&serde_json::from_slice(&full).unwrap()) {
            check(&manifest);
        }
    }
}
