//! An index over plugins: by name, kind, service, feature, market, currency and state.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use stonks_plugin::service::PluginKind;
use stonks_plugin::validate::nearest;
use stonks_plugin::{PluginId, Service};

use crate::manager::PluginInfo;

/// What plugins can be asked for. Its words are those of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Field {
    /// What it is for.
    Kind,
    /// What it answers.
    Service,
    /// A word of its `capabilities.features`.
    Feature,
    /// An ISO 10383 MIC.
    Market,
    /// An ISO 4217 code.
    Currency,
    /// Where it stands.
    State,
}

/// What is asked for: all of it must hold. An empty query fits every plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    wanted: Vec<(Field, String)>,
}

impl Query {
    /// Asks for a kind as well.
    #[must_use]
    pub fn kind(self, kind: PluginKind) -> Self {
        self.with(Field::Kind, &kind.to_string())
    }

    /// Asks for a service as well.
    #[must_use]
    pub fn service(self, service: Service) -> Self {
        self.with(Field::Service, &service.to_string())
    }

    /// What [`Field::Market`] can be asked for: an ISO 10383 code.
    ///
    /// # Errors
    /// What is no such code.
    pub fn market(text: &str) -> Result<String, String> {
        let is_market = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let market = text.to_ascii_uppercase();
        is_market
            .then_some(market)
            .ok_or_else(|| "four letters or digits are expected: `XAMS`".to_owned())
    }

    /// Asks for a value of any field as well; letters' case doesn't matter.
    #[must_use]
    pub fn with(mut self, field: Field, value: &str) -> Self {
        self.wanted.push((field, normal(field, value)));
        self
    }
}

/// A value that no plugin has, and the nearest that one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Where it was asked for.
    pub field: Field,
    /// What was asked for.
    pub value: String,
    /// What may have been meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, nearest } = self;
        write!(formatter, "no plugin has {field} `{value}`")?;
        match nearest {
            Some(nearest) => write!(formatter, "; did you mean `{nearest}`"),
            None => Ok(()),
        }
    }
}

/// Plugins, and where each of their properties leads.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    plugins: Vec<PluginInfo>,
    by_name: HashMap<String, usize>,
    by_value: HashMap<Field, BTreeMap<String, BTreeSet<usize>>>,
}

impl Registry {
    /// Of plugins as [`crate::PluginManager::list`] tells them: of one name, the one that is used first.
    #[must_use]
    pub fn new(plugins: Vec<PluginInfo>) -> Self {
        let mut registry = Self::default();
        for (place, plugin) in plugins.iter().enumerate() {
            registry.by_name.entry(plugin.name.clone()).or_insert(place);
            for (field, value) in properties(plugin) {
                let places = registry.by_value.entry(field).or_default();
                places.entry(normal(field, &value)).or_default().insert(place);
            }
        }
        registry.plugins = plugins;
        registry
    }

    /// All, in their order.
    #[must_use]
    pub fn all(&self) -> &[PluginInfo] {
        &self.plugins
    }

    /// The plugin that is used under a name.
    #[must_use]
    pub fn get(&self, name: &PluginId) -> Option<&PluginInfo> {
        self.by_name.get(name.as_str()).map(|&place| &self.plugins[place])
    }

    /// The plugins that a query fits, in their order.
    #[must_use]
    pub fn select(&self, query: &Query) -> Vec<&PluginInfo> {
        let Some((first, rest)) = query.wanted.split_first() else {
            return self.plugins.iter().collect();
        };
        let holds = |place: &usize, wanted| {
            self.places(wanted).is_some_and(|places| places.contains(place))
        };
        let first = self.places(first).into_iter().flatten();
        first
            .filter(|place| rest.iter().all(|wanted| holds(place, wanted)))
            .map(|&place| &self.plugins[place])
            .collect()
    }

    /// What a query asks for and no plugin has at all, which explains an empty answer.
    #[must_use]
    pub fn unknown(&self, query: &Query) -> Vec<Unknown> {
        let missing = query.wanted.iter().filter(|wanted| self.places(wanted).is_none());
        missing
            .map(|(field, value)| {
                let known = self.by_value.get(field).into_iter().flat_map(BTreeMap::keys);
                let nearest = nearest(value, known.map(String::as_str)).map(str::to_owned);
                Unknown { field: *field, value: value.clone(), nearest }
            })
            .collect()
    }

    /// The name that may have been meant by one that there isn't.
    #[must_use]
    pub fn nearest_name(&self, name: &PluginId) -> Option<&str> {
        nearest(name.as_str(), self.plugins.iter().map(|plugin| plugin.name.as_str()))
    }

    fn places(&self, (field, value): &(Field, String)) -> Option<&BTreeSet<usize>> {
        self.by_value.get(field)?.get(value)
    }
}

/// As the field's values are usually written.
fn normal(field: Field, value: &str) -> String {
    match field {
        Field::Market | Field::Currency => value.to_uppercase(),
        _ => value.to_lowercase(),
    }
}

fn properties(plugin: &PluginInfo) -> Vec<(Field, String)> {
    let mut properties = vec![(Field::State, plugin.state.to_string())];
    let Some(manifest) = &plugin.manifest else { return properties };
    let capabilities = &manifest.capabilities;
    properties.push((Field::Kind, manifest.plugin.kind.to_string()));
    properties
        .extend(capabilities.services.iter().map(|service| (Field::Service, service.to_string())));
    for (field, values) in [
        (Field::Feature, &capabilities.features),
        (Field::Market, &capabilities.supported_markets),
        (Field::Currency, &capabilities.supported_currencies),
    ] {
        properties.extend(values.iter().map(|value| (field, value.clone())));
    }
    properties
}
