//! The question as the solver understands it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

use pubgrub::{
    Dependencies, DependencyProvider, PackageResolutionStatistics, PubGrubError, Ranges, resolve,
};
use semver::{Version, VersionReq};

use crate::id::PluginId;
use crate::resolve::{Conflict, Offer, explain};
use crate::version;

/// What versions are asked of: a plugin, or the question itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    /// All that is wanted.
    Question,
    Plugin(PluginId),
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question => formatter.write_str("this"),
            Self::Plugin(id) => write!(formatter, "`{id}`"),
        }
    }
}

/// All offers by plugin, the newest first, without pre-releases that nobody asked for.
pub(super) struct Offers<'a> {
    wanted: &'a [(PluginId, VersionReq)],
    by_plugin: BTreeMap<&'a PluginId, Vec<(Version, &'a Offer)>>,
}

impl<'a> Offers<'a> {
    fn new(wanted: &'a [(PluginId, VersionReq)], offers: &'a [Offer]) -> Self {
        let mut asked: BTreeMap<&PluginId, Vec<&VersionReq>> = BTreeMap::new();
        let needs = offers.iter().flat_map(|offer| &offer.needs);
        for (id, range) in wanted.iter().map(|(id, range)| (id, range)).chain(needs) {
            asked.entry(id).or_default().push(range);
        }
        let mut by_plugin: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for offer in offers {
            let is_asked = || {
                let ranges = asked.get(&offer.id).into_iter().flatten();
                ranges.into_iter().any(|range| range.matches(&offer.version))
            };
            let versions = by_plugin.entry(&offer.id).or_default();
            if offer.version.pre.is_empty() || is_asked() {
                versions.push((version::bare(&offer.version), offer));
            }
        }
        for (id, versions) in &mut by_plugin {
            // Of a plugin that only has pre-releases, those are meant.
            if versions.is_empty() {
                let all = offers.iter().filter(|offer| offer.id == **id);
                versions.extend(all.map(|offer| (version::bare(&offer.version), offer)));
            }
            versions.sort_by(|left, right| right.1.version.cmp(&left.1.version));
        }
        Self { wanted, by_plugin }
    }

    /// The versions of a plugin, the newest first.
    pub(super) fn versions(&self, id: &PluginId) -> impl Iterator<Item = &Version> {
        self.by_plugin.get(id).into_iter().flatten().map(|(version, _)| version)
    }
}

impl DependencyProvider for Offers<'_> {
    type P = Subject;
    type V = Version;
    type VS = Ranges<Version>;
    type M = String;
    type Err = Infallible;
    /// Plugins that made trouble first, then those with the fewest fitting versions, then by name.
    type Priority = (u32, Reverse<usize>, Reverse<Subject>);

    fn prioritize(
        &self,
        subject: &Subject,
        range: &Self::VS,
        statistics: &PackageResolutionStatistics,
    ) -> Self::Priority {
        let fitting = match subject {
            Subject::Question => 0,
            Subject::Plugin(id) => {
                self.versions(id).filter(|version| range.contains(version)).count()
            }
        };
        (statistics.conflict_count(), Reverse(fitting), Reverse(subject.clone()))
    }

    fn choose_version(
        &self,
        subject: &Subject,
        range: &Self::VS,
    ) -> Result<Option<Version>, Infallible> {
        Ok(match subject {
            Subject::Question => Some(question()),
            Subject::Plugin(id) => {
                self.versions(id).find(|version| range.contains(version)).cloned()
            }
        })
    }

    fn get_dependencies(
        &self,
        subject: &Subject,
        version: &Version,
    ) -> Result<Dependencies<Subject, Self::VS, String>, Infallible> {
        let mut needed: BTreeMap<Subject, Ranges<Version>> = BTreeMap::new();
        let mut need = |id: &PluginId, request: &VersionReq| {
            let range = version::range(request);
            needed
                .entry(Subject::Plugin(id.clone()))
                .and_modify(|known| *known = known.intersection(&range))
                .or_insert(range);
        };
        match subject {
            Subject::Question => self.wanted.iter().for_each(|(id, range)| need(id, range)),
            Subject::Plugin(id) => {
                let offers = self.by_plugin.get(id).into_iter().flatten();
                for (_, offer) in offers.filter(|(offered, _)| offered == version).take(1) {
                    // One that needs itself is a circle, which the order tells.
                    let others = offer.needs.iter().filter(|(needed, _)| *needed != id);
                    others.for_each(|(id, range)| need(id, range));
                }
            }
        }
        Ok(Dependencies::Available(needed.into_iter().collect()))
    }
}

const fn question() -> Version {
    Version::new(0, 0, 0)
}

/// One offer of each plugin that is wanted or needed.
pub(super) fn solve<'a>(
    wanted: &'a [(PluginId, VersionReq)],
    offers: &'a [Offer],
) -> Result<Vec<&'a Offer>, Conflict> {
    let provider = Offers::new(wanted, offers);
    match resolve(&provider, Subject::Question, question()) {
        Ok(solution) => Ok(solution
            .into_iter()
            .filter_map(|(subject, version)| {
                let Subject::Plugin(id) = subject else { return None };
                let offered = provider.by_plugin.get(&id)?;
                offered.iter().find(|(known, _)| *known == version).map(|(_, offer)| *offer)
            })
            .collect()),
        Err(PubGrubError::NoSolution(tree)) => {
            Err(Conflict::Unmet { explanation: explain::explain(&tree, &provider) })
        }
        // The provider's own methods can't fail.
        Err(error) => Err(Conflict::Unmet { explanation: error.to_string() }),
    }
}
