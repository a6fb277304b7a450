//! The old installation's table of brokers, read without running it: `BROKER_CONFIGS` in
//! `core/registry_setup.py`, and where the classes that it names are imported from.

use std::collections::BTreeMap;

use super::tokens::{Token, tokens};

/// The table's name.
const TABLE: &str = "BROKER_CONFIGS";

/// The package in which the table's module lies.
const PACKAGE: &str = "stonks_overwatch.core";

/// Deeper nesting is no table of brokers.
const MOST_DEPTH: usize = 8;

/// A class, and the module that it is imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) module: String,
    pub(super) name: String,
}

/// A broker of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OldBroker {
    pub(super) name: String,
    pub(super) config: Option<Class>,
    /// By the name in `ServiceType`, in the order of the table.
    pub(super) services: Vec<(String, Class)>,
    /// What can't be read of it.
    pub(super) problems: Vec<String>,
}

/// The brokers of a source; none where it has no table.
pub(super) fn brokers(source: &str) -> Option<Vec<OldBroker>> {
    let tokens = tokens(source);
    let lines: Vec<&[Token]> = tokens.split(|token| *token == Token::End).collect();
    let mut imports = Imports::default();
    let mut brokers: Option<Vec<OldBroker>> = None;
    for line in &lines {
        imports.read(line);
        match line {
            [
                Token::Word(first),
                Token::Sign('['),
                Token::Text(name),
                Token::Sign(']'),
                Token::Sign('='),
                value @ ..,
            ] if first == TABLE => {
                let value = Values { rest: value, depth: 0 }.value();
                let broker = broker(name, &value, &imports);
                let known = brokers.get_or_insert_default();
                known.retain(|known| known.name != *name);
                known.push(broker);
            }
            [Token::Word(first), rest @ ..] if first == TABLE => {
                // `BROKER_CONFIGS: Dict[…] = {…}`
                let Some(value) = behind_assignment(rest) else { continue };
                let Value::Table(entries) = (Values { rest: value, depth: 0 }).value() else {
                    continue;
                };
                let named = entries.iter().filter_map(|(key, value)| match key {
                    Value::Text(name) => Some(broker(name, value, &imports)),
                    _ => None,
                });
                brokers = Some(named.collect());
            }
            _ => {}
        }
    }
    brokers
}

fn behind_assignment(line: &[Token]) -> Option<&[Token]> {
    let mut depth = 0_usize;
    for (place, token) in line.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Sign('=') if depth == 0 => return line.get(place + 1..),
            _ => {}
        }
    }
    None
}

fn broker(name: &str, value: &Value, imports: &Imports) -> OldBroker {
    let mut broker = OldBroker {
        name: name.to_owned(),
        config: None,
        services: Vec::new(),
        problems: Vec::new(),
    };
    let Value::Table(entries) = value else {
        broker.problems.push("its entry in the table is no `{…}`".to_owned());
        return broker;
    };
    let mut class = |value: &Value, what: &str| {
        let found = imports.class(value);
        if found.is_none() {
            let shown = match value {
                Value::Name(name) => format!("`{name}`, which isn't imported"),
                _ => "something else than a class".to_owned(),
            };
            broker.problems.push(format!("{what} is {shown}"));
        }
        found
    };
    for (key, value) in entries {
        match (key, value) {
            (Value::Text(key), value) if key == "config" => {
                broker.config = class(value, "`config`")
            }
            (Value::Text(key), Value::Table(services)) if key == "services" => {
                for (service, value) in services {
                    let service = match service {
                        Value::Text(name) => name.clone(),
                        Value::Name(name) => name.rsplit('.').next().unwrap_or(name).to_lowercase(),
                        _ => continue,
                    };
                    if let Some(found) = class(value, &format!("service `{service}`")) {
                        broker.services.push((service, found));
                    }
                }
            }
            _ => {}
        }
    }
    broker
}

/// A value of the table, as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Table(Vec<(Self, Self)>),
    Text(String),
    /// With its dots.
    Name(String),
    Other,
}

struct Values<'a> {
    rest: &'a [Token],
    depth: usize,
}

impl Values<'_> {
    fn take(&mut self) -> Option<&Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn value(&mut self) -> Value {
        let value = match self.rest.first() {
            Some(Token::Sign('{')) if self.depth < MOST_DEPTH => return self.table(),
            Some(Token::Text(text)) => Value::Text(text.clone()),
            Some(Token::Word(_)) => Value::Name(self.name()),
            _ => Value::Other,
        };
        if matches!(value, Value::Text(_)) {
            self.take();
        }
        // What else belongs to the expression makes it something that isn't understood.
        if self.skip() { Value::Other } else { value }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(Token::Word(word)) = self.rest.first() {
            name.push_str(word);
            self.take();
            let is_dotted = matches!(self.rest, [Token::Sign('.'), Token::Word(_), ..]);
            if !is_dotted {
                break;
            }
            self.take();
            name.push('.');
        }
        name
    }

    /// Up to the end of the expression. Returns whether there was anything before it.
    fn skip(&mut self) -> bool {
        let (mut depth, mut is_any) = (0_usize, false);
        while let Some(token) = self.rest.first() {
            match token {
                Token::Sign(',' | ':' | '}' | ']' | ')') if depth == 0 => break,
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            is_any = true;
            self.take();
        }
        is_any
    }

    fn table(&mut self) -> Value {
        self.take();
        self.depth += 1;
        let mut entries = Vec::new();
        loop {
            match self.rest.first() {
                None => break,
                Some(Token::Sign('}')) => {
                    self.take();
                    break;
                }
                _ => {}
            }
            let before = self.rest.len();
            let key = self.value();
            if matches!(self.rest.first(), Some(Token::Sign(':'))) {
                self.take();
                let value = self.value();
                entries.push((key, value));
            }
            if matches!(self.rest.first(), Some(Token::Sign(','))) || self.rest.len() == before {
                self.take();
            }
        }
        self.depth -= 1;
        Value::Table(entries)
    }
}

/// Names that a module knows by its imports.
#[derive(Default)]
struct Imports {
    /// By the name that it has here.
    classes: BTreeMap<String, Class>,
    modules: BTreeMap<String, String>,
}

impl Imports {
    fn read(&mut self, line: &[Token]) {
        let words: Vec<&str> = line
            .iter()
            .map(|token| match token {
                Token::Word(word) => word.as_str(),
                Token::Sign('.') => ".",
                Token::Sign(',') => ",",
                Token::Sign('(' | ')') => "",
                _ => "?",
            })
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            ["from", rest @ ..] => {
                let Some(place) = rest.iter().position(|word| *word == "import") else { return };
                let module = absolute(&rest[..place].concat());
                for (name, alias) in listed(&rest[place + 1..]) {
                    let class = Class { module: module.clone(), name };
                    self.classes.insert(alias, class);
                }
            }
            ["import", rest @ ..] => {
                for (module, alias) in listed(rest) {
                    self.modules.insert(alias, module);
                }
            }
            _ => {}
        }
    }

    fn class(&self, value: &Value) -> Option<Class> {
        let Value::Name(name) = value else { return None };
        if let Some(class) = self.classes.get(name) {
            return Some(class.clone());
        }
        let (before, name) = name.rsplit_once('.')?;
        let module = match (self.modules.get(before), self.classes.get(before)) {
            (Some(module), _) => module.clone(),
            // `from package import module`
            (None, Some(module)) => format!("{}.{}", module.module, module.name),
            (None, None) => return None,
        };
        Some(Class { module, name: name.to_owned() })
    }
}

/// `a.b as c, d`: each with the name that it has here.
fn listed(words: &[&str]) -> Vec<(String, String)> {
    let names = words.split(|word| *word == ",").filter(|part| !part.is_empty());
    let named = names.map(|part| {
        let as_at = part.iter().position(|word| *word == "as");
        let name = part[..as_at.unwrap_or(part.len())].concat();
        let alias = as_at.and_then(|place| part.get(place + 1)).map(|alias| (*alias).to_owned());
        (name.clone(), alias.unwrap_or(name))
    });
    named.collect()
}

/// A module that is named from where the table's module lies.
fn absolute(module: &str) -> String {
    let n_dots = module.len() - module.trim_start_matches('.').len();
    if n_dots == 0 {
        return module.to_owned();
    }
    let parts: Vec<&str> = PACKAGE.split('.').collect();
    let kept = parts.len().saturating_sub(n_dots - 1);
    let rest = &module[n_dots..];
    let mut parts: Vec<&str> = parts[..kept].to_vec();
    parts.extend((!rest.is_empty()).then_some(rest));
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `broker: config; service=module:Class …; problems`.
    fn check(source: &str, expected: &[&str]) {
        let shown = |class: &Class| format!("{}:{}", class.module, class.name);
        let told = brokers(source).unwrap_or_default().into_iter().map(|broker| {
            let services =
                broker.services.iter().map(|(name, class)| format!("{name}={}", shown(class)));
            format!(
                "{}: {}; {}; {}",
                broker.name,
                broker.config.as_ref().map(shown).unwrap_or_default(),
                services.collect::<Vec<_>>().join(" "),
                broker.problems.join(", ")
            )
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{source}");
    }

    #[test]
    fn the_table_is_read_with_the_places_of_its_classes() {
        check(
            r#"
from a.config import AcmeConfig  # the configuration
from a.services.fees import (
    FeeService as AcmeFees,
)
from ..config.other import OtherConfig
from . import nearby
import a.b.c as abc

BROKER_CONFIGS: Dict[str, Dict[str, Any]] = {
    "acme": {
        "config": AcmeConfig,
        "services": {
            ServiceType.FEE: AcmeFees,
            ServiceType.TRADE: abc.Trades,
            # ServiceType.DEPOSIT: nothing,
            "portfolio": nearby.Portfolio,
        },
        "supports_complete_registration": bool(1, {2: 3}),
    },
    'other': {"config": OtherConfig, "services": {}},
}
"#,
            &[
                "acme: a.config:AcmeConfig; fee=a.services.fees:FeeService trade=a.b.c:Trades portfolio=stonks_overwatch.core.nearby:Portfolio; ",
                "other: stonks_overwatch.config.other:OtherConfig; ; ",
            ],
        );
    }

    #[test]
    fn what_is_no_imported_class_is_told_and_stops_no_other() {
        check(
            "from a import C\nBROKER_CONFIGS = {'x': {'config': Unknown, 'services': {S.FEE: make(), S.DEPOSIT: C}}, 'y': load(), **more}",
            &[
                "x: ; deposit=a:C; `config` is `Unknown`, which isn't imported, service `fee` is something else than a class",
                "y: ; ; its entry in the table is no `{…}`",
            ],
        );
    }

    #[test]
    fn an_entry_may_be_added_behind_the_table() {
        check(
            "from a import C\nBROKER_CONFIGS = {}\nBROKER_CONFIGS['late'] = {'config': C}\n",
            &["late: a:C; ; "],
        );
    }

    #[test]
    fn anything_else_is_no_table() {
        for source in ["", "BROKERS = {}", "BROKER_CONFIGS = load()", "BROKER_CONFIGS", "{{{{"] {
            check(source, &[]);
        }
        check("BROKER_CONFIGS = {'x': {", &["x: ; ; "]);
        let deep = format!("BROKER_CONFIGS = {}", "{1:".repeat(10_000));
        check(&deep, &[]);
    }
}
