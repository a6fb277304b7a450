//! What a plugin is and offers: its manifest by itself, and its component against it.

use crate::API_VERSIONS;
use crate::finding::Finding;
use crate::manifest::{Manifest, RuntimeKind};
use crate::service::{PluginKind, Service};
use crate::validate::rules;
use crate::validate::spelling::nearest;

/// The interfaces that a plugin may answer beside the services of a broker.
const INTERFACES: [&str; 4] = ["lifecycle", "middleware", "aggregator", "view"];

pub(super) fn check(manifest: &Manifest, findings: &mut Vec<Finding>) {
    interfaces(manifest, findings);
    runtime(manifest, findings);
    services(manifest, findings);
    if manifest.order.is_some() && manifest.plugin.kind != PluginKind::Middleware {
        let message = format!("a plugin of the type `{}` has no order", manifest.plugin.kind);
        findings.push(Finding::of(&rules::ORDER_MISPLACED, "/order", message));
    }
}

fn interfaces(manifest: &Manifest, findings: &mut Vec<Finding>) {
    for (place, name) in manifest.api.interfaces.iter().enumerate() {
        // Python plugins name their base class here.
        let is_class = name.starts_with(|sign: char| sign.is_ascii_uppercase());
        let is_known = name.parse::<Service>().is_ok() || INTERFACES.contains(&name.as_str());
        if is_known || is_class {
            continue;
        }
        let services: Vec<String> =
            <Service as strum::VariantArray>::VARIANTS.iter().map(ToString::to_string).collect();
        let known = services.iter().map(String::as_str).chain(INTERFACES);
        let message = format!("`{name}` is no interface of the contract");
        let finding =
            Finding::of(&rules::INTERFACE_UNKNOWN, format!("/api/interfaces/{place}"), message);
        findings.push(match nearest(name, known) {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None => finding,
        });
    }
}

fn runtime(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let main = manifest.entry_points.main.as_deref();
    for (field, entry) in [("main", main), ("config", manifest.entry_points.config.as_deref())] {
        if let Some(entry) = entry.filter(|entry| !is_entry_point(entry)) {
            let at = format!("/entry_points/{field}");
            let message = format!("`{entry}` is not `package.module:Class`");
            findings.push(Finding::of(&rules::ENTRY_POINT_MALFORMED, at, message));
        }
    }
    let Some(runtime) = &manifest.runtime else {
        let message = "the manifest names no runtime";
        findings.push(Finding::of(&rules::RUNTIME_MISSING, "/runtime", message));
        return;
    };
    match (runtime.kind, &runtime.module) {
        (RuntimeKind::Wasm, None) => {
            let message = "`runtime.module` is missing: the component's file is expected";
            findings.push(Finding::of(&rules::MODULE_MISSING, "/runtime/module", message));
        }
        (RuntimeKind::Wasm, Some(module)) if !is_plain_file_name(module) => {
            let message = format!("`{module}` is not a file beside the manifest");
            findings.push(Finding::of(&rules::MODULE_OUTSIDE, "/runtime/module", message));
        }
        (RuntimeKind::Python, module) => {
            if main.is_none() {
                let message = "`entry_points.main` is missing: the plugin's class is expected";
                findings.push(Finding::of(
                    &rules::ENTRY_POINT_MISSING,
                    "/entry_points/main",
                    message,
                ));
            }
            if let Some(module) = module {
                let message = format!("a Python plugin doesn't use `{module}`");
                findings.push(Finding::of(&rules::MODULE_UNUSED, "/runtime/module", message));
            }
        }
        _ => {}
    }
}

fn is_plain_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':'])
}

/// `package.module:Class`, each a word of Python.
fn is_entry_point(entry: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
            && word.chars().all(|sign| sign.is_alphanumeric() || sign == '_')
    };
    entry
        .split_once(':')
        .is_some_and(|(module, class)| module.split('.').chain(class.split('.')).all(is_word))
}

fn services(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let services = &manifest.capabilities.services;
    let is_broker = manifest.plugin.kind == PluginKind::Broker;
    if is_broker && services.is_empty() {
        let message = "a broker offers at least one service";
        findings.push(Finding::of(&rules::SERVICES_EMPTY, "/capabilities/services", message));
    }
    if !is_broker && !services.is_empty() {
        let message = format!("a plugin of the type `{}` offers no services", manifest.plugin.kind);
        findings.push(Finding::of(&rules::SERVICES_MISPLACED, "/capabilities/services", message));
    }
    for (place, service) in services.iter().enumerate() {
        if services[..place].contains(service) {
            let at = format!("/capabilities/services/{place}");
            findings.push(Finding::of(
                &rules::SERVICE_TWICE,
                at,
                format!("`{service}` is listed twice"),
            ));
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
    /// The kinds beside brokers whose interface it exports.
    pub kinds: Vec<PluginKind>,
    /// Interfaces of the host that it imports: `http`, `storage`.
    pub imports: Vec<String>,
    /// Interfaces that it imports and the host doesn't offer.
    pub unknown_imports: Vec<String>,
    /// The API version in its custom section.
    pub api_version: Option<String>,
}

/// What is to be said about a component beside its manifest.
#[must_use]
pub fn component(manifest: &Manifest, component: &ComponentFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let at = "/runtime/module";
    if !component.has_lifecycle {
        let message = "the component doesn't export `stonks:plugin/lifecycle`";
        findings.push(Finding::of(&rules::LIFECYCLE_MISSING, at, message));
    }
    let kind = manifest.plugin.kind;
    if kind != PluginKind::Broker && !component.kinds.contains(&kind) {
        let message = format!("the manifest says `{kind}`, the component doesn't export it");
        findings.push(Finding::of(&rules::KIND_ABSENT, at, message));
    }
    imports(manifest, component, &mut findings);
    let declared = &manifest.capabilities.services;
    let place = "/capabilities/services";
    for (index, service) in declared.iter().enumerate() {
        if !component.services.contains(service) && !declared[..index].contains(service) {
            let message =
                format!("the manifest lists `{service}`, the component doesn't export it");
            findings.push(Finding::of(&rules::SERVICE_ABSENT, format!("{place}/{index}"), message));
        }
    }
    for service in component.services.iter().filter(|service| !declared.contains(service)) {
        let message = format!("the component exports `{service}`, the manifest doesn't list it");
        findings.push(Finding::of(&rules::SERVICE_UNDECLARED, place, message));
    }
    api_stamp(manifest, component, &mut findings);
    findings
}

fn imports(manifest: &Manifest, component: &ComponentFacts, findings: &mut Vec<Finding>) {
    for import in &component.unknown_imports {
        let message = format!("the component imports `{import}`, which this host doesn't offer");
        findings.push(Finding::of(&rules::IMPORT_UNKNOWN, "/runtime/module", message));
    }
    let permissions = [
        ("http", !manifest.permissions.http.is_empty(), "{\"host\": \"…\", \"purpose\": \"…\"}"),
        (
            "storage",
            manifest.permissions.storage.is_some(),
            "{\"quota_bytes\": 1048576, \"purpose\": \"…\"}",
        ),
    ];
    for (name, is_declared, line) in permissions {
        let is_used = component.imports.iter().any(|import| import == name);
        if is_used && !is_declared {
            let message = format!(
                "the component uses `{name}`, the manifest doesn't ask for it: it will be denied"
            );
            let list = if name == "http" { format!("[{line}]") } else { line.to_owned() };
            let hint = format!("add `\"{name}\": {list}` to `permissions`, or don't use it");
            findings
                .push(Finding::of(&rules::IMPORT_UNDECLARED, "/permissions", message).hint(hint));
        }
        if is_declared && !is_used {
            let message = format!("the manifest asks for `{name}`, the component doesn't use it");
            findings.push(Finding::of(
                &rules::PERMISSION_UNUSED,
                format!("/permissions/{name}"),
                message,
            ));
        }
    }
}

fn api_stamp(manifest: &Manifest, component: &ComponentFacts, findings: &mut Vec<Finding>) {
    let at = "/runtime/module";
    let Some(stamp) = &component.api_version else {
        let message = "the component carries no API version";
        findings.push(Finding::of(&rules::API_VERSION_UNSTAMPED, at, message));
        return;
    };
    let version = API_VERSIONS.iter().find(|offered| offered.to_string() == *stamp);
    let Some(version) = version else {
        let message =
            format!("the component was built for API {stamp}, which this host doesn't offer");
        findings.push(Finding::of(&rules::API_VERSION_UNMET, at, message));
        return;
    };
    let (min, max) = (&manifest.api.min_version, &manifest.api.max_version);
    if version < min || max < version {
        let message =
            format!("the component was built for API {version}, the manifest says {min} to {max}");
        findings.push(Finding::of(&rules::API_VERSION_OUTSIDE, "/api", message));
    }
}
