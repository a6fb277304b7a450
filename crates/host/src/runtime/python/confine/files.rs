//! Files out of reach, by Landlock: what isn't listed can neither be read nor run, and nothing written.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};

/// The newest of Landlock's versions that is made use of; of an older kernel's, what it has.
const VERSION: ABI = ABI::V6;

/// Tells how far the kernel holds to it.
pub(super) fn restrict(readable: &[PathBuf]) -> io::Result<&'static str> {
    let refused = |error: landlock::RulesetError| io::Error::other(error.to_string());
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(VERSION))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(VERSION)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(VERSION)))
        .and_then(|ruleset| ruleset.create())
        .map_err(refused)?;
    for path in readable {
        // What isn't there can't be read either.
        let Ok(opened) = PathFd::new(path) else { continue };
        let rule = PathBeneath::new(opened, rights(path.is_dir()));
        ruleset = ruleset.add_rule(rule).map_err(refused)?;
    }
    let status = ruleset.restrict_self().map_err(refused)?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => "fully",
        RulesetStatus::PartiallyEnforced => "partially",
        RulesetStatus::NotEnforced => "not",
    })
}

/// Of a single file the kernel refuses rights that only folders have.
fn rights(is_folder: bool) -> BitFlags<AccessFs> {
    let read = AccessFs::Execute | AccessFs::ReadFile;
    if is_folder { read | AccessFs::ReadDir } else { read }
}
