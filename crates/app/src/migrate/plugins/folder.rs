//! The files of a plugin's folder.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::places::read_small;
use super::credentials::{Credential, credentials};
use super::python::{Code, is_identifier, is_importable};
use super::table::{Class, OldBroker};

/// Services by the name that the old `ServiceType` gives them, and by ours; the members of the enum are
/// the same in capitals.
const SERVICES: [(&str, &str); 9] = [
    ("portfolio", "portfolio"),
    ("transaction", "transaction"),
    ("trade", "transaction"),
    ("deposit", "deposit"),
    ("dividend", "dividend"),
    ("fee", "fee"),
    ("account", "account"),
    ("authentication", "authentication"),
    ("update", "update"),
];

/// Sub-folders of the roadmap that are filled by hand, and what belongs there.
const EMPTY_FOLDERS: [(&str, &str); 2] = [
    ("client", "What speaks with the broker."),
    ("repositories", "What keeps and finds what the broker said."),
];

/// A plugin's folder, before it is written.
pub(super) struct Plan {
    /// As part of names: lower case, digits, hyphens.
    slug: String,
    class: String,
    config: Class,
    /// Member of `ServiceType`, name in the plugin, class.
    services: Vec<(String, String, Class)>,
    pub(super) credentials: Vec<Credential>,
    installation: String,
    pub(super) problems: Vec<String>,
}

impl Plan {
    /// # Errors
    /// Why no plugin can be made of a broker.
    pub(super) fn of(broker: OldBroker, installation: &Path) -> Result<Self, String> {
        let slug = slug(&broker.name).ok_or_else(|| format!("`{}` makes no name", broker.name))?;
        let config = broker.config.filter(is_importable);
        let config = config.ok_or("it has no class of its configuration")?;
        let mut problems = Vec::new();
        let mut services: Vec<(String, String, Class)> = Vec::new();
        for (service, class) in broker.services {
            let Some((_, ours)) = SERVICES.iter().find(|(old, _)| *old == service) else {
                problems.push(format!("there is no service `{service}` here"));
                continue;
            };
            if !is_importable(&class) {
                problems.push(format!("the class of service `{service}` can't be imported"));
                continue;
            }
            let member = ours.to_uppercase();
            if services.iter().any(|(known, ..)| *known == member) {
                problems.push(format!("service `{service}` is told twice"));
                continue;
            }
            let is_taken = services.iter().any(|(_, known, _)| *known == class.name);
            let name =
                if is_taken { format!("{}For{member}", class.name) } else { class.name.clone() };
            services.push((member, name, class));
        }
        if services.is_empty() {
            return Err("none of its services can be taken along".to_owned());
        }
        let module = format!("{}.py", config.module.replace('.', "/"));
        let source = read_small(&installation.join(&module)).unwrap_or_default();
        let credentials = credentials(&String::from_utf8_lossy(&source));
        let class = format!("{}Plugin", capitalised(&slug));
        let installation = installation.display().to_string();
        Ok(Self { slug, class, config, services, credentials, installation, problems })
    }

    /// The roadmap's name of the folder.
    pub(super) fn folder(&self) -> String {
        format!("{}-plugin", self.slug)
    }

    /// The roadmap's name of the plugin.
    pub(super) fn name(&self) -> String {
        format!("{}-broker", self.slug)
    }

    /// By the names that they have in the manifest.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        let ours = |member: &str| SERVICES.iter().find(|(_, ours)| ours.to_uppercase() == *member);
        self.services.iter().filter_map(move |(member, ..)| ours(member).map(|(_, ours)| *ours))
    }

    /// Each with its path below the folder.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let code = Code {
            broker: &self.slug,
            class: &self.class,
            config: &self.config,
            services: &self.services,
            installation: &self.installation,
        };
        let mut files = vec![
            ("plugin_manifest.json".to_owned(), format!("{:#}\n", self.manifest())),
            ("__init__.py".to_owned(), code.package()),
            ("plugin.py".to_owned(), code.plugin()),
            ("installation.py".to_owned(), code.installation()),
            ("config/__init__.py".to_owned(), code.configuration()),
            ("services/__init__.py".to_owned(), code.services()),
            ("README.md".to_owned(), self.readme()),
        ];
        for (folder, what) in EMPTY_FOLDERS {
            files.push((format!("{folder}/__init__.py"), format!("\"\"\"{what}\"\"\"\n")));
        }
        files
    }

    /// The package that the manifest speaks of; the folder is one under any name.
    fn package(&self) -> String {
        format!("{}_broker", self.slug.replace('-', "_"))
    }

    fn manifest(&self) -> Value {
        let package = self.package();
        let services: Vec<&str> = self.services().collect();
        let classes: Map<String, Value> = services
            .iter()
            .zip(&self.services)
            .map(|(service, (_, name, _))| {
                ((*service).to_owned(), format!("{package}.services:{name}").into())
            })
            .collect();
        let required: Vec<&str> = self
            .credentials
            .iter()
            .filter(|credential| credential.is_required)
            .map(|credential| credential.key.as_str())
            .collect();
        let config = &self.config.name;
        let title = capitalised(&self.slug);
        json!({
            "schema_version": "1.0",
            "plugin": {
                "name": self.name(),
                "version": "1.0.0",
                "type": "broker",
                "display_name": format!("{title} (migrated)"),
                "description": format!("The broker {title} of an installation of the Python system."),
                "author": "Stonks Overwatch",
                "license": "MIT"
            },
            "api": {
                "min_version": "1.0.0",
                "max_version": "1.0.0",
                "interfaces": ["BrokerPluginInterface"]
            },
            "dependencies": { "python": ">=3.11" },
            "capabilities": {
                "services": services,
                "features": ["migrated_legacy"],
                "supported_markets": [],
                "supported_currencies": []
            },
            "configuration": {
                "config_class": format!("{package}.config.{config}"),
                // Their typed form would need profiles that sign with them, which only a person can write.
                "required_credentials": required
            },
            "settings": [
                { "key": "update_frequency_minutes", "kind": "number", "label": "Minutes between updates" },
                { "key": "offline_mode", "kind": "flag", "label": "Never ask the broker" }
            ],
            "services": classes,
            "entry_points": {
                "main": format!("{package}.plugin:{}", self.class),
                "config": format!("{package}.config:{config}")
            },
            "runtime": { "kind": "python" }
        })
    }

    fn readme(&self) -> String {
        let mut text = format!(
            "# {title}\n\n\
             A plugin around the broker `{slug}` of an installation of the Python system, written by\n\
             `stonks migrate plugins`. It imports the broker's own classes from\n\n    {installation}\n\n\
             and runs wherever these can be imported.\n\n\
             | file | what |\n| --- | --- |\n\
             | `plugin_manifest.json` | what the plugin is, offers and needs |\n\
             | `plugin.py` | the plugin: hands over configuration and services |\n\
             | `installation.py` | where the old installation is |\n\
             | `config/`, `services/` | the old classes under the plugin's own names |\n\
             | `client/`, `repositories/` | empty: for what moves here |\n\n\
             | service | class |\n| --- | --- |\n",
            title = capitalised(&self.slug),
            slug = self.slug,
            installation = self.installation
        );
        for (service, (_, _, class)) in self.services().zip(&self.services) {
            let _ = writeln!(text, "| `{service}` | `{}.{}` |", class.module, class.name);
        }
        text.push_str(LEFT_TO_DO);
        if self.credentials.is_empty() {
            text.push_str(
                "   No credentials were found beside the configuration: add those that it needs.\n",
            );
        } else {
            let keys: Vec<String> =
                self.credentials.iter().map(|credential| format!("`{}`", credential.key)).collect();
            let _ = writeln!(text, "   The old configuration has {}.", keys.join(", "));
        }
        text
    }
}

/// Step 2 goes on with the broker's own credentials.
const LEFT_TO_DO: &str = "
## What is left to do

1. Check it: `stonks plugin validate .` judges the manifest, and runs nothing.
2. Credentials: they never enter a plugin. Name them in `credentials`, say in `auth` how the host signs
   requests with them, and set them with `stonks account secrets set`.
3. Network: send requests with `stonks_overwatch.host.http` in place of the broker's own client, and name
   the hosts in `permissions.http` with their purpose.
4. Independence: move the broker's client, repositories and services into the folders of this plugin, and
   remove `installation.py` and its call in `__init__.py`.
5. Markets and currencies: fill `capabilities.supported_markets` (MIC) and `supported_currencies` (ISO 4217).
6. Version, author and licence: make them yours.
";

/// As part of a plugin's name and of a folder: `Interactive Brokers` is `interactive-brokers`.
fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase).take(40) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-').to_owned();
    let is_name = is_identifier(&slug.replace('-', "_"));
    is_name.then_some(slug)
}

/// `my-broker` is `MyBroker`.
fn capitalised(slug: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    };
    slug.split('-').filter(|part| !part.is_empty()).map(word).collect()
}
