//! Judges a manifest: all findings at once.

use crate::API_VERSIONS;
use crate::finding::Finding;
use crate::manifest::{Manifest, RuntimeKind, SettingKind, SettingSchema};
use crate::service::{PluginKind, Service};

/// What is to be said about a manifest, whatever the component beside it is.
#[must_use]
pub fn manifest(manifest: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    api(manifest, &mut findings);
    runtime(manifest, &mut findings);
    services(manifest, &mut findings);
    permissions(manifest, &mut findings);
    settings(&manifest.settings, &mut findings);
    findings
}

fn api(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let (min, max) = (&manifest.api.min_version, &manifest.api.max_version);
    if min > max {
        let message = format!("`api.min_version` {min} is above `api.max_version` {max}");
        findings.push(Finding::error("api-range-empty", "/api/max_version", message));
        return;
    }
    if !API_VERSIONS.iter().any(|offered| min <= offered && offered <= max) {
        let offered: Vec<String> = API_VERSIONS.iter().map(ToString::to_string).collect();
        let offered = offered.join(", ");
        let message = format!("the plugin asks for API {min} to {max}, this host offers {offered}");
        let finding = Finding::error("api-range-unmet", "/api", message);
        findings
            .push(finding.hint("install a release of the plugin for this API, or update the host"));
    }
}

fn runtime(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let Some(runtime) = &manifest.runtime else {
        let message = "the manifest names no runtime, which means a Python plugin";
        findings.push(Finding::warning("runtime-missing", "/runtime", message));
        return;
    };
    match (runtime.kind, &runtime.module) {
        (RuntimeKind::Wasm, None) => {
            let message = "`runtime.module` is missing: the component's file is expected";
            findings.push(Finding::error("module-missing", "/runtime/module", message));
        }
        (RuntimeKind::Wasm, Some(module)) if !is_plain_file_name(module) => {
            let message = format!("`{module}` is not a file beside the manifest");
            let finding = Finding::error("module-outside", "/runtime/module", message);
            findings
                .push(finding.hint("name a file in the plugin's own folder, without `/` and `..`"));
        }
        _ => {}
    }
}

fn is_plain_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

fn services(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let services = &manifest.capabilities.services;
    if manifest.plugin.kind == PluginKind::Broker && services.is_empty() {
        let message = "a broker offers at least one service";
        findings.push(Finding::error("services-empty", "/capabilities/services", message));
    }
    for (place, service) in services.iter().enumerate() {
        if services[..place].contains(service) {
            let at = format!("/capabilities/services/{place}");
            findings.push(Finding::warning(
                "service-twice",
                at,
                format!("`{service}` is listed twice"),
            ));
        }
    }
}

fn permissions(manifest: &Manifest, findings: &mut Vec<Finding>) {
    for (place, permission) in manifest.permissions.http.iter().enumerate() {
        let at = format!("/permissions/http/{place}");
        if permission.purpose.trim().is_empty() {
            let message = format!("the permission for `{}` states no purpose", permission.host);
            let finding = Finding::error("purpose-missing", format!("{at}/purpose"), message);
            findings.push(
                finding.hint("say in a few words what it is needed for: the user decides by it"),
            );
        }
        let host = permission.host.strip_prefix("*.").unwrap_or(&permission.host);
        let is_host = host.contains('.')
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        if !is_host {
            let message = format!("`{}` is not a host", permission.host);
            let finding = Finding::error("host-malformed", format!("{at}/host"), message);
            findings.push(finding.hint("`api.example.com` or `*.example.com` is expected"));
        }
    }
}

fn settings(settings: &[SettingSchema], findings: &mut Vec<Finding>) {
    for (place, setting) in settings.iter().enumerate() {
        let at = format!("/settings/{place}");
        if settings[..place].iter().any(|earlier| earlier.key == setting.key) {
            let message = format!("there are two settings `{}`", setting.key);
            findings.push(Finding::error("setting-twice", format!("{at}/key"), message));
        }
        let fits = setting.default.as_ref().is_none_or(|default| match setting.kind {
            SettingKind::Text => default.is_string(),
            SettingKind::Number => default.is_number() || default.is_string(),
            SettingKind::Flag => default.is_boolean(),
            SettingKind::Choice => default
                .as_str()
                .is_some_and(|text| setting.choices.iter().any(|choice| choice == text)),
        });
        if !fits {
            let message = format!("the default of `{}` doesn't fit its kind", setting.key);
            findings.push(Finding::error("default-misfit", format!("{at}/default"), message));
        }
    }
}

/// What a component exports and imports, read from the file and not by running it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComponentFacts {
    /// The services whose interfaces it exports.
    pub services: Vec<Service>,
    /// Whether it exports `lifecycle`.
    pub has_lifecycle: bool,
    /// Interfaces that it imports and the host doesn't offer.
    pub unknown_imports: Vec<String>,
    /// The API version in its custom section.
    pub api_version: Option<String>,
}

/// What is to be said about a component beside its manifest.
#[must_use]
pub fn component(manifest: &Manifest, component: &ComponentFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !component.has_lifecycle {
        let message = "the component doesn't export `stonks:plugin/lifecycle`";
        let finding = Finding::error("lifecycle-missing", "/runtime/module", message);
        findings.push(
            finding.hint("build it with the SDK for the API version that the manifest names"),
        );
    }
    for import in &component.unknown_imports {
        let message = format!("the component imports `{import}`, which this host doesn't offer");
        let finding = Finding::error("import-unknown", "/runtime/module", message);
        findings.push(finding.hint("build it for wasm32-unknown-unknown, without WASI"));
    }
    let declared = &manifest.capabilities.services;
    for service in declared.iter().filter(|service| !component.services.contains(service)) {
        let message = format!("the manifest lists `{service}`, the component doesn't export it");
        findings.push(Finding::error("service-absent", "/capabilities/services", message));
    }
    for service in component.services.iter().filter(|service| !declared.contains(service)) {
        let message = format!("the component exports `{service}`, the manifest doesn't list it");
        findings.push(Finding::warning("service-undeclared", "/capabilities/services", message));
    }
    match &component.api_version {
        None => {
            let message = "the component carries no API version";
            findings.push(Finding::warning("api-version-unstamped", "/runtime/module", message));
        }
        Some(version) => {
            let is_offered = API_VERSIONS.iter().any(|offered| offered.to_string() == *version);
            if !is_offered {
                let message = format!(
                    "the component was built for API {version}, which this host doesn't offer"
                );
                findings.push(Finding::error("api-version-unmet", "/runtime/module", message));
            }
        }
    }
    findings
}
