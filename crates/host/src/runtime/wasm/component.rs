//! What a component exports and imports, read from its bytes without compiling or running it.

use stonks_plugin::Service;
use stonks_plugin::service::PluginKind;
use stonks_plugin::validate::ComponentFacts;
use wasmparser::{Encoding, Parser, Payload};

/// The custom section in which the SDK stamps the API version.
const API_VERSION_SECTION: &str = "stonks:api-version";

/// Interfaces that the host offers to plugins.
const OFFERED: [&str; 8] =
    ["http", "log", "storage", "clock", "progress", "types", "figures", "snapshot"];

/// Bytes that are no component.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// A core module.
    #[error("it is a core WebAssembly module, not a component")]
    CoreModule,
    /// Damaged, or something else.
    #[error("it is not a WebAssembly component: {0}")]
    Malformed(String),
}

/// Reads the outermost component's imports and exports, and the version stamp.
///
/// # Errors
/// Bytes that are no component.
pub fn inspect(bytes: &[u8]) -> Result<ComponentFacts, InspectError> {
    let malformed =
        |error: wasmparser::BinaryReaderError| InspectError::Malformed(error.message().to_owned());
    let mut facts = ComponentFacts::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(InspectError::CoreModule);
            }
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    note_import(import.map_err(malformed)?.name.name, &mut facts);
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    note_export(export.map_err(malformed)?.name.name, &mut facts);
                }
            }
            Payload::CustomSection(section) if section.name() == API_VERSION_SECTION => {
                let stamp: String =
                    String::from_utf8_lossy(section.data()).chars().take(40).collect();
                facts.api_version = Some(stamp);
            }
            _ => {}
        }
    }
    Ok(facts)
}

/// `stonks:plugin/http@1.0.0` is (`http`, `1.0.0`).
fn interface(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("stonks:plugin/")?.split_once('@')
}

fn is_offered(version: &str) -> bool {
    stonks_plugin::API_VERSIONS.iter().any(|offered| offered.to_string() == version)
}

fn note_import(name: &str, facts: &mut ComponentFacts) {
    match interface(name) {
        Some((interface, version)) if OFFERED.contains(&interface) && is_offered(version) => {
            facts.imports.push(interface.to_owned());
        }
        _ => facts.unknown_imports.push(name.to_owned()),
    }
}

fn note_export(name: &str, facts: &mut ComponentFacts) {
    let Some((interface, version)) = interface(name) else { return };
    if !is_offered(version) {
        return;
    }
    if interface == "lifecycle" {
        facts.has_lifecycle = true;
    } else if let Ok(service) = interface.parse::<Service>() {
        facts.services.push(service);
    } else if let Ok(kind) = interface.parse::<PluginKind>() {
        facts.kinds.push(kind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(component: &str) -> ComponentFacts {
        let bytes = wat::parse_str(format!("(component {component})"));
        inspect(&bytes.unwrap_or_default()).unwrap_or_default()
    }

    #[test]
    fn what_a_component_uses_and_offers_is_read_from_its_bytes() {
        let told = facts(
            r#"(import "stonks:plugin/http@1.0.0" (instance $used))
               (import "stonks:plugin/http@9.0.0" (instance))
               (import "wasi:sockets/tcp@0.2.0" (instance))
               (export "stonks:plugin/lifecycle@1.0.0" (instance $used))
               (export "stonks:plugin/dividend@1.0.0" (instance $used))
               (export "stonks:plugin/view@1.0.0" (instance $used))"#,
        );
        assert_eq!(told.imports, ["http"]);
        assert_eq!(told.unknown_imports, ["stonks:plugin/http@9.0.0", "wasi:sockets/tcp@0.2.0"]);
        assert!(told.has_lifecycle);
        assert_eq!(told.services, [Service::Dividend]);
        assert_eq!(told.kinds, [PluginKind::View]);
        assert_eq!(told.api_version, None);
    }
}
