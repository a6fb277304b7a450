//! The Python of a plugin's folder.

use std::fmt::Write;

use super::table::Class;

/// A word of Python that may stand in generated code.
pub(super) fn is_identifier(word: &str) -> bool {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let mut letters = word.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !KEYWORDS.contains(&word)
}

/// Whether both of its names may stand in generated code.
pub(super) fn is_importable(class: &Class) -> bool {
    is_identifier(&class.name) && class.module.split('.').all(is_identifier)
}

/// A text as a Python literal: JSON's form is one.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What the generated modules say of a plugin.
pub(super) struct Code<'a> {
    /// `degiro`
    pub(super) broker: &'a str,
    /// `DegiroPlugin`
    pub(super) class: &'a str,
    pub(super) config: &'a Class,
    /// Member of `ServiceType`, name in this plugin, class.
    pub(super) services: &'a [(String, String, Class)],
    /// The folder that holds the old package.
    pub(super) installation: &'a str,
}

impl Code<'_> {
    pub(super) fn package(&self) -> String {
        let class = self.class;
        format!(
            r#""""The broker `{broker}` of an old installation, as a plugin."""

from .installation import reach

# Before anything else is imported: the broker's own classes lie there.
reach()

from .plugin import {class}  # noqa: E402

__all__ = ["{class}"]
"#,
            broker = self.broker
        )
    }

    pub(super) fn plugin(&self) -> String {
        let (class, config) = (self.class, &self.config.name);
        let mut imports = String::new();
        let mut services = String::new();
        for (service, name, _) in self.services {
            let _ = writeln!(imports, "    {name},");
            let _ = writeln!(services, "            ServiceType.{service}: {name},");
        }
        format!(
            r#""""The plugin: it hands over the broker's own classes."""

from pathlib import Path
from typing import Any, Dict, List, Type

from stonks_overwatch.config.base_config import BaseConfig
from stonks_overwatch.core.service_types import ServiceType
from stonks_overwatch.plugins.interfaces import BrokerPluginInterface
from stonks_overwatch.plugins.models import PluginManifest

from .config import {config}
from .services import (
{imports})


class {class}(BrokerPluginInterface):
    """Wraps the broker `{broker}`."""

    def __init__(self, manifest: PluginManifest):
        self._manifest = manifest

    @property
    def manifest(self) -> PluginManifest:
        return self._manifest

    def initialize(self) -> bool:
        return True

    def shutdown(self) -> bool:
        return True

    def health_check(self) -> Dict[str, Any]:
        return {{"status": "ok", "services_count": len(self.get_services())}}

    def get_config_class(self) -> Type[BaseConfig]:
        return {config}

    def get_services(self) -> Dict[ServiceType, Type]:
        return {{
{services}        }}

    def validate_configuration(self, config: BaseConfig) -> List[str]:
        if not isinstance(config, {config}):
            return ["the configuration is not of the class {config}"]
        return []

    @classmethod
    def get_manifest(cls) -> PluginManifest:
        return PluginManifest.from_file(Path(__file__).parent / "plugin_manifest.json")
"#,
            broker = self.broker
        )
    }

    pub(super) fn configuration(&self) -> String {
        let Class { module, name } = self.config;
        format!(
            "\"\"\"The broker's configuration.\"\"\"\n\nfrom {module} import {name}\n\n__all__ = [\"{name}\"]\n"
        )
    }

    pub(super) fn services(&self) -> String {
        let mut text = String::from("\"\"\"The broker's services.\"\"\"\n\n");
        for (_, name, class) in self.services {
            let alias = if *name == class.name { String::new() } else { format!(" as {name}") };
            let _ = writeln!(text, "from {} import {}{alias}", class.module, class.name);
        }
        text.push_str("\n__all__ = [\n");
        for (_, name, _) in self.services {
            let _ = writeln!(text, "    \"{name}\",");
        }
        text.push_str("]\n");
        text
    }

    pub(super) fn installation(&self) -> String {
        INSTALLATION.replace("{source}", &literal(self.installation))
    }
}

/// The module that reaches the old installation; `{source}` stands for where it is.
const INSTALLATION: &str = include_str!("installation.py.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_python_stand_in_generated_code() {
        for good in ["DegiroConfig", "_x1", "a"] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in ["", "1a", "a-b", "a b", "class", "a\"", "é", "a.b"] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }
}
