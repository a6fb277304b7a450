//! Ranges of versions, as sets that the resolver can intersect.
//!
//! A pre-release lies within a range where the order of versions puts it there; whether one is taken at
//! all is the resolver's question. `<2.0.0` ends before the first pre-release of 2.0.0.

use std::fmt::Write as _;
use std::ops::Bound;

use pubgrub::Ranges;
use semver::{BuildMetadata, Comparator, Op, Prerelease, Version, VersionReq};

/// The versions that a range covers.
#[must_use]
pub fn range(request: &VersionReq) -> Ranges<Version> {
    request.comparators.iter().fold(Ranges::full(), |all, part| all.intersection(&covered(part)))
}

/// Whether a version lies within a range. Releases are judged as Cargo does.
#[must_use]
pub fn allows(request: &VersionReq, version: &Version) -> bool {
    range(request).contains(&bare(version))
}

/// A version without its build metadata, which no range tells apart.
#[must_use]
pub fn bare(version: &Version) -> Version {
    Version { build: BuildMetadata::EMPTY, ..version.clone() }
}

/// A set of versions in words of a range: `>=1.2.0, <2.0.0`.
#[must_use]
pub fn show(range: &Ranges<Version>) -> String {
    if *range == Ranges::full() {
        return "any version".to_owned();
    }
    let mut shown = String::new();
    for (place, (low, high)) in range.iter().enumerate() {
        if place > 0 {
            shown.push_str(" or ");
        }
        // Writing to a string never fails.
        let _ = match (low, high) {
            (Bound::Included(low), Bound::Included(high)) if low == high => write!(shown, "{low}"),
            (Bound::Unbounded, high) => write!(shown, "{}", upper(high)),
            (low, Bound::Unbounded) => write!(shown, "{}", lower(low)),
            (low, high) => write!(shown, "{}, {}", lower(low), upper(high)),
        };
    }
    if shown.is_empty() { "no version".to_owned() } else { shown }
}

fn lower(bound: &Bound<Version>) -> String {
    match bound {
        Bound::Included(version) => format!(">={}", plain(version)),
        Bound::Excluded(version) => format!(">{version}"),
        Bound::Unbounded => String::new(),
    }
}

fn upper(bound: &Bound<Version>) -> String {
    match bound {
        Bound::Included(version) => format!("<={version}"),
        Bound::Excluded(version) => format!("<{}", plain(version)),
        Bound::Unbounded => String::new(),
    }
}

/// A bound as a person writes it: the lowest pre-release stands for "before any of them".
fn plain(version: &Version) -> Version {
    if version.pre.as_str() == LOWEST {
        release(version.major, version.minor, version.patch)
    } else {
        version.clone()
    }
}

/// No pre-release comes before this one.
const LOWEST: &str = "0";

const fn release(major: u64, minor: u64, patch: u64) -> Version {
    Version::new(major, minor, patch)
}

/// Everything before the release and its pre-releases.
fn before(major: u64, minor: u64, patch: u64) -> Version {
    let mut version = release(major, minor, patch);
    version.pre = Prerelease::new(LOWEST).unwrap_or(Prerelease::EMPTY);
    version
}

fn covered(part: &Comparator) -> Ranges<Version> {
    let (major, minor, patch) = (part.major, part.minor, part.patch);
    let lowest =
        Version { pre: part.pre.clone(), ..release(major, minor.unwrap_or(0), patch.unwrap_or(0)) };
    // The first version past all that the written numbers begin.
    let past = match (minor, patch) {
        (None, _) => before(major.saturating_add(1), 0, 0),
        (Some(minor), None) => before(major, minor.saturating_add(1), 0),
        (Some(minor), Some(patch)) => before(major, minor, patch.saturating_add(1)),
    };
    let is_whole = patch.is_some();
    match part.op {
        Op::Exact if is_whole => Ranges::singleton(lowest),
        Op::Exact | Op::Wildcard => between(lowest, past),
        Op::Greater if is_whole => Ranges::strictly_higher_than(lowest),
        Op::Greater => Ranges::higher_than(past),
        Op::GreaterEq => Ranges::higher_than(lowest),
        Op::Less if !part.pre.is_empty() => Ranges::strictly_lower_than(lowest),
        Op::Less => {
            Ranges::strictly_lower_than(before(major, minor.unwrap_or(0), patch.unwrap_or(0)))
        }
        Op::LessEq if is_whole => Ranges::lower_than(lowest),
        Op::LessEq => Ranges::strictly_lower_than(past),
        Op::Tilde => {
            let end = match minor {
                Some(minor) => before(major, minor.saturating_add(1), 0),
                None => before(major.saturating_add(1), 0, 0),
            };
            between(lowest, end)
        }
        Op::Caret => between(lowest, caret_end(major, minor, patch)),
        // A later release of `semver` may know more; what isn't known covers nothing.
        _ => Ranges::empty(),
    }
}

/// At the largest numbers the end can't lie past the beginning: nothing is covered.
fn between(low: Version, high: Version) -> Ranges<Version> {
    if low < high { Ranges::between(low, high) } else { Ranges::empty() }
}

/// The leftmost number that isn't zero stays.
fn caret_end(major: u64, minor: Option<u64>, patch: Option<u64>) -> Version {
    match (major, minor, patch) {
        (0, Some(0), Some(patch)) => before(0, 0, patch.saturating_add(1)),
        (0, Some(minor), _) => before(0, minor.saturating_add(1), 0),
        _ => before(major.saturating_add(1), 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(request: &str, expected: &str) {
        assert_eq!(show(&range(&request.parse().unwrap())), expected, "{request}");
    }

    #[test]
    fn ranges_are_shown_by_their_ends() {
        check("*", "any version");
        check("^1.2", ">=1.2.0, <2.0.0");
        check("^0.2.3", ">=0.2.3, <0.3.0");
        check("^0.0.3", ">=0.0.3, <0.0.4");
        check("~1.2.3", ">=1.2.3, <1.3.0");
        check("~1", ">=1.0.0, <2.0.0");
        check("1.*", ">=1.0.0, <2.0.0");
        check("=1.2.3", "1.2.3");
        check("=1.2", ">=1.2.0, <1.3.0");
        check(">1.2", ">=1.3.0");
        check(">1.2.3", ">1.2.3");
        check("<=1.2", "<1.3.0");
        check("<=1.2.3", "<=1.2.3");
        check("<2.0.0-beta", "<2.0.0-beta");
        check(">=1, <3", ">=1.0.0, <3.0.0");
        check(">=3, <1", "no version");
        check("^18446744073709551615", "no version");
        check(">2", ">=3.0.0");
        let two = range(&"=1.0.0".parse().unwrap()).union(&range(&"^2".parse().unwrap()));
        assert_eq!(show(&two), "1.0.0 or >=2.0.0, <3.0.0");
    }

    #[test]
    fn a_range_ends_before_the_pre_releases_of_its_end() {
        let allows = |request: &str, version: &str| {
            allows(&request.parse().unwrap(), &version.parse().unwrap())
        };
        assert!(!allows("<2.0.0", "2.0.0-alpha"));
        assert!(allows(">=2.0.0-alpha", "2.0.0-beta.1"));
        assert!(allows("^1.0", "1.5.0-alpha"));
        assert!(allows("=1.0.0", "1.0.0+build.7"));
    }

    proptest! {
        #[test]
        fn releases_are_judged_as_cargo_judges_them(
            operator in prop::sample::select(vec!["=", ">", ">=", "<", "<=", "~", "^"]),
            numbers in prop::collection::vec(0_u64..4, 1..=3),
            version in prop::array::uniform3(0_u64..5),
        ) {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let request: VersionReq = format!("{operator}{}", numbers.join(".")).parse().unwrap();
            let version = release(version[0], version[1], version[2]);
            prop_assert_eq!(allows(&request, &version), request.matches(&version), "{} {}", request, version);
        }

        #[test]
        fn a_pre_release_that_cargo_takes_is_within(
            operator in prop::sample::select(vec!["=", ">", ">=", "<", "<=", "~", "^"]),
            asked in 0_u64..4, offered in 0_u64..4,
        ) {
            let request: VersionReq = format!("{operator}1.0.0-beta.{asked}").parse().unwrap();
            let version: Version = format!("1.0.0-beta.{offered}").parse().unwrap();
            prop_assert!(!request.matches(&version) || allows(&request, &version), "{} {}", request, version);
        }
    }
}
