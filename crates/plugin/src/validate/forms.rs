//! Settings and credentials: a form can be drawn from them, and its defaults pass its own checks.

use crate::finding::Finding;
use crate::manifest::Manifest;
use crate::manifest::form::{SettingKind, SettingSchema, decimal};
use crate::validate::rules;

pub(super) fn check(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let settings = &manifest.settings;
    for (place, setting) in settings.iter().enumerate() {
        let at = format!("/settings/{place}");
        if settings[..place].iter().any(|earlier| earlier.key == setting.key) {
            let message = format!("there are two settings `{}`", setting.key);
            findings.push(Finding::of(&rules::SETTING_TWICE, format!("{at}/key"), message));
        }
        self::setting(setting, &at, findings);
    }
    let credentials = &manifest.credentials;
    for (place, credential) in credentials.iter().enumerate() {
        let at = format!("/credentials/{place}");
        if credentials[..place].iter().any(|earlier| earlier.key == credential.key) {
            let message = format!("there are two credentials `{}`", credential.key);
            findings.push(Finding::of(&rules::CREDENTIAL_TWICE, format!("{at}/key"), message));
        }
        if let (Some(min), Some(max)) = (credential.min_length, credential.max_length)
            && min > max
        {
            let message = format!("`min_length` {min} is above `max_length` {max}");
            findings.push(Finding::of(&rules::BOUNDS_EMPTY, format!("{at}/max_length"), message));
        }
    }
}

fn setting(setting: &SettingSchema, at: &str, findings: &mut Vec<Finding>) {
    let misplaced = [
        ("choices", !setting.choices.is_empty(), SettingKind::Choice),
        ("min", setting.min.is_some(), SettingKind::Number),
        ("max", setting.max.is_some(), SettingKind::Number),
        ("pattern", setting.pattern.is_some(), SettingKind::Text),
        ("max_length", setting.max_length.is_some(), SettingKind::Text),
    ];
    for (field, is_there, kind) in misplaced {
        if is_there && setting.kind != kind {
            let message = format!("`{field}` says nothing about `{}`", setting.key);
            findings.push(Finding::of(
                &rules::CONSTRAINT_MISPLACED,
                format!("{at}/{field}"),
                message,
            ));
        }
    }
    if setting.kind == SettingKind::Choice && setting.choices.is_empty() {
        let message = format!("`{}` has nothing to choose from", setting.key);
        findings.push(Finding::of(&rules::CHOICES_MISSING, at, message));
        return;
    }
    if let (Some(min), Some(max)) = (&setting.min, &setting.max)
        && decimal(min) > decimal(max)
    {
        let message = format!("`min` {min} is above `max` {max}");
        findings.push(Finding::of(&rules::BOUNDS_EMPTY, format!("{at}/max"), message));
        return;
    }
    if setting.default.is_none() {
        return;
    }
    let problem = match setting.default_text() {
        None => Some("its kind is another".to_owned()),
        Some(text) => setting.check(&text).err().map(|error| error.to_string()),
    };
    if let Some(problem) = problem {
        let message = format!("the default of `{}` doesn't fit: {problem}", setting.key);
        findings.push(Finding::of(&rules::DEFAULT_MISFIT, format!("{at}/default"), message));
    }
}
