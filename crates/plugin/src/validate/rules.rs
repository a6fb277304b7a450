//! Every rule by which a plugin is judged: one table, from which `docs/reference/plugin-rules.md` comes.

use std::fmt::Write as _;

use crate::finding::Level;

/// A rule. Its id never changes its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable, kebab-case.
    pub id: &'static str,
    /// How bad it is to break it.
    pub level: Level,
    /// What it holds.
    pub meaning: &'static str,
    /// What to do where it is broken; empty where the message says it all.
    pub hint: &'static str,
}

macro_rules! rules {
    ($($group:literal { $($name:ident $level:ident $id:literal $meaning:literal $hint:literal;)* })*) => {
        $($(
            #[doc = $meaning]
            pub const $name: Rule =
                Rule { id: $id, level: Level::$level, meaning: $meaning, hint: $hint };
        )*)*

        /// All rules, in groups with a heading.
        pub const GROUPS: &[(&str, &[Rule])] = &[$(($group, &[$($name),*])),*];
    };
}

rules! {
    "The file" {
        MANIFEST_MISSING Error "manifest-missing" "A plugin has a manifest."
            "put `plugin_manifest.json` into the plugin's folder";
        MANIFEST_UNREADABLE Error "manifest-unreadable" "The manifest can be read."
            "";
        MANIFEST_OUTSIDE Error "manifest-outside" "The manifest lies in the plugin's folder, not behind a link that leads out."
            "copy the file into the folder";
        MANIFEST_EMPTY Error "manifest-empty" "The manifest holds something."
            "begin with the sections `plugin`, `api`, `capabilities` and `runtime`";
        MANIFEST_TOO_LARGE Error "manifest-too-large" "A manifest has at most 262,144 bytes."
            "move long texts and tables out of the manifest";
        MANIFEST_TOO_DEEP Error "manifest-too-deep" "A manifest is nested at most 32 levels deep."
            "no section of a manifest is nested that deep";
        MANIFEST_NOT_TEXT Error "manifest-not-text" "A manifest is UTF-8 text."
            "save the file as UTF-8";
        MANIFEST_MALFORMED Error "manifest-malformed" "A manifest is a JSON object."
            "JSON wants double quotes, no comments, and no comma after the last entry";
        KEY_TWICE Error "key-twice" "A key stands once in its object."
            "readers disagree on which one holds: remove one";
        FINDINGS_CUT Warning "findings-cut" "At most 100 findings are told."
            "mend those above and look again";
    }
    "Structure" {
        KEY_UNKNOWN Error "key-unknown" "Every key is one of the schema."
            "`stonks plugin validate --schema` prints all that may stand there";
        FIELD_MISSING Error "field-missing" "What the schema requires is there."
            "";
        TYPE_MISMATCH Error "type-mismatch" "A value is of the type that the schema names."
            "";
        VALUE_UNKNOWN Error "value-unknown" "A value is one of those that the schema lists."
            "";
        VALUE_OUT_OF_RANGE Error "value-out-of-range" "A number lies within its bounds."
            "";
        LEGACY_SPELLING Warning "legacy-spelling" "Old spellings are understood; new ones are better."
            "";
    }
    "Texts" {
        NAME_MALFORMED Error "name-malformed" "A plugin's name is safe as a folder and in an address."
            "";
        VERSION_MALFORMED Error "version-malformed" "A version is a semantic version."
            "write three numbers: `1.2.0`, or `1.2.0-beta.1`";
        RANGE_MALFORMED Error "range-malformed" "A range of versions is written as Cargo writes it."
            "write `^1.2`, `~1.2.3`, or `>=1.0, <3`";
        PYTHON_RANGE_MALFORMED Error "python-range-malformed" "Versions of Python and its packages follow PEP 440."
            "write `>=3.11`, or `>=2.31,<3`";
        LICENSE_UNKNOWN Warning "license-unknown" "A licence is an SPDX expression."
            "write an identifier of https://spdx.org/licenses, such as `MIT OR Apache-2.0`";
        CURRENCY_UNKNOWN Warning "currency-unknown" "A currency is one of ISO 4217."
            "write three capital letters, such as `EUR`; other units needn't be listed";
        MARKET_MALFORMED Warning "market-malformed" "A market is named by its ISO 10383 code."
            "write the market's MIC, such as `XAMS` or `XNYS`";
        ADDRESS_MALFORMED Warning "address-malformed" "An address begins with `https://` or `http://`."
            "";
        ADDRESS_INSECURE Error "address-insecure" "Secrets are sent to https addresses only."
            "";
        PATTERN_MALFORMED Error "pattern-malformed" "A pattern is a regular expression that takes linear time."
            "look-around and back-references are not understood";
        FIELD_KEY_MALFORMED Error "field-key-malformed" "The key of a setting or credential is a plain word."
            "";
        POINTER_MALFORMED Error "pointer-malformed" "A JSON pointer begins with `/`."
            "";
        TEXT_DECEPTIVE Error "text-deceptive" "Texts that people see hold no invisible signs."
            "remove controls, zero-width and directional signs";
    }
    "Names" {
        NAME_RESERVED Error "name-reserved" "Some names mean something else to the host or to a system."
            "choose the broker's own name";
        NAME_LOOKS_ALIKE Warning "name-looks-alike" "A name can't be taken for another plugin's."
            "choose a name that differs by more than a letter";
        NAME_DECEPTIVE Error "name-deceptive" "A name doesn't look the same as another plugin's."
            "write the name in the letters of one alphabet, or choose another";
    }
    "API" {
        API_RANGE_EMPTY Error "api-range-empty" "`api.min_version` is not above `api.max_version`."
            "";
        API_RANGE_UNMET Error "api-range-unmet" "The plugin works with an API that this host offers."
            "install a release of the plugin for this API, or update the host";
        INTERFACE_UNKNOWN Warning "interface-unknown" "`api.interfaces` lists interfaces of the contract."
            "";
    }
    "Dependencies" {
        DEPENDENCY_ON_ITSELF Error "dependency-on-itself" "A plugin doesn't need itself."
            "remove the entry";
        DEPENDENCY_MISSING Error "dependency-missing" "The plugins that it needs are there."
            "install that plugin first";
        DEPENDENCY_UNMET Error "dependency-unmet" "The plugins that it needs are there in a version that fits all."
            "install a version that fits, or widen the range in `dependencies.plugin_dependencies`";
        DEPENDENCY_CYCLE Error "dependency-cycle" "Plugins don't need one another in a circle."
            "take one of these dependencies away";
        CORE_VERSION_UNMET Error "core-version-unmet" "The plugin accepts this host's version."
            "install a release of the plugin for this host, or update the host";
        PYTHON_VERSION_UNMET Error "python-version-unmet" "The plugin accepts the host's version of Python."
            "install a version of Python that fits";
        PACKAGE_UNUSED Warning "package-unused" "A WebAssembly component needs no Python package."
            "remove the entry: what the component needs is built in";
    }
    "What it is" {
        RUNTIME_MISSING Warning "runtime-missing" "`runtime` says what runs the plugin."
            "add `\"runtime\": {\"kind\": \"wasm\", \"module\": \"plugin.wasm\"}`, or `{\"kind\": \"python\"}`";
        MODULE_MISSING Error "module-missing" "A WebAssembly plugin names its component."
            "add `\"module\": \"plugin.wasm\"` to `runtime`";
        MODULE_OUTSIDE Error "module-outside" "The component lies beside the manifest."
            "name a file in the plugin's own folder, without `/` and `..`";
        MODULE_UNUSED Warning "module-unused" "A Python plugin names a class and no component."
            "remove `runtime.module`";
        ENTRY_POINT_MISSING Error "entry-point-missing" "A Python plugin names its class."
            "add `\"entry_points\": {\"main\": \"package.module:Class\"}`";
        ENTRY_POINT_MALFORMED Error "entry-point-malformed" "An entry point is `package.module:Class`."
            "";
        SERVICES_EMPTY Error "services-empty" "A broker offers at least one service."
            "list what it answers: portfolio, transaction, deposit, dividend, fee, account, authentication, update or file-import";
        SERVICE_TWICE Warning "service-twice" "A service is listed once."
            "";
        SERVICES_MISPLACED Warning "services-misplaced" "Only brokers offer services."
            "remove them, or write `\"type\": \"broker\"`";
        ORDER_MISPLACED Warning "order-misplaced" "Only middleware has an order."
            "remove `order`";
    }
    "Permissions and limits" {
        PURPOSE_MISSING Error "purpose-missing" "Every permission states its purpose."
            "say in a few words what it is needed for: the user decides by it";
        HOST_MALFORMED Error "host-malformed" "A host is a name, or `*.` and a domain."
            "`api.example.com` or `*.example.com` is expected";
        METHOD_UNKNOWN Warning "method-unknown" "A method is one of HTTP."
            "write GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS";
        PATH_MALFORMED Error "path-malformed" "A path begins with `/`; `*` stands only at its end."
            "write `/v2/account`, or `/v2/*`";
        PERMISSION_TWICE Warning "permission-twice" "A host is asked for once."
            "put methods and paths into one entry";
        STORAGE_EMPTY Error "storage-empty" "A store holds at least a byte."
            "";
    }
    "Settings, credentials and signing" {
        SETTING_TWICE Error "setting-twice" "A setting's key stands once."
            "";
        CREDENTIAL_TWICE Error "credential-twice" "A credential's key stands once."
            "";
        DEFAULT_MISFIT Error "default-misfit" "A default is what the setting's own rules accept."
            "";
        CHOICES_MISSING Error "choices-missing" "A setting of the kind `choice` lists its choices."
            "add `\"choices\": [...]`";
        CONSTRAINT_MISPLACED Warning "constraint-misplaced" "A constraint belongs to the kind of its setting."
            "`choices` is for the kind `choice`, `min` and `max` for `number`, `pattern` and `max_length` for `text`";
        BOUNDS_EMPTY Error "bounds-empty" "The least that is accepted isn't above the most."
            "";
        CREDENTIAL_UNKNOWN Error "credential-unknown" "A profile names credentials of the manifest."
            "";
        CREDENTIAL_UNUSED Warning "credential-unused" "Every credential is used by a profile of `auth`."
            "credentials never enter the plugin: a profile must use them";
        TEMPLATE_MALFORMED Error "template-malformed" "A template holds only words that the host can fill in."
            "write {timestamp}, {method}, {path}, {query}, {body}, and in headers {credential:KEY}";
        AUTH_HOST_UNCOVERED Error "auth-host-uncovered" "A profile signs only for hosts that the plugin asks for."
            "add the host to `permissions.http`";
    }
    "Where it was found" {
        NAME_SHADOWS Warning "name-shadows" "A name stands once among all sources."
            "";
        NAME_SHADOWED Warning "name-shadowed" "A plugin isn't hidden by another of its name."
            "";
        SOURCE_UNTRUSTED Warning "source-untrusted" "A plugin of the working directory runs once the operator trusts it."
            "";
        FOLDER_OUTSIDE Error "folder-outside" "A plugin's folder lies below its source, not behind a link that leads out."
            "";
        PACKAGE_MISSING Error "package-missing" "An installed Python package holds the module that its entry point names."
            "";
    }
    "The component" {
        COMPONENT_MISSING Error "component-missing" "The component that the manifest names is there."
            "";
        COMPONENT_UNREADABLE Error "component-unreadable" "The component can be read."
            "";
        COMPONENT_MALFORMED Error "component-malformed" "The file is a WebAssembly component."
            "build it with the SDK for wasm32-unknown-unknown";
        COMPONENT_TOO_LARGE Error "component-too-large" "A component has at most 67,108,864 bytes."
            "build it optimised for size, and strip its names";
        LIFECYCLE_MISSING Error "lifecycle-missing" "A component exports `lifecycle`."
            "build it with the SDK for the API version that the manifest names";
        KIND_ABSENT Error "kind-absent" "A component exports the interface of its kind."
            "build it for the world of its kind, or change `plugin.type`";
        IMPORT_UNKNOWN Error "import-unknown" "A component imports only what this host offers."
            "build it for wasm32-unknown-unknown, without WASI";
        IMPORT_UNDECLARED Warning "import-undeclared" "What a component uses is asked for in its manifest."
            "";
        PERMISSION_UNUSED Warning "permission-unused" "What a manifest asks for is used by its component."
            "ask for nothing that isn't needed";
        SERVICE_ABSENT Error "service-absent" "A component exports the services that its manifest lists."
            "";
        SERVICE_UNDECLARED Warning "service-undeclared" "A manifest lists the services that its component exports."
            "";
        API_VERSION_UNSTAMPED Warning "api-version-unstamped" "A component carries the version of its API."
            "build it with the SDK";
        API_VERSION_UNMET Error "api-version-unmet" "A component was built for an API that this host offers."
            "build it with the SDK for an API version that this host offers";
        API_VERSION_OUTSIDE Error "api-version-outside" "A component was built for an API within its manifest's range."
            "";
    }
}

/// The rule of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// All rules, in the table's order.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|(_, rules)| rules.iter())
}

/// The table as the page that is published.
#[must_use]
pub fn rules_text() -> String {
    let mut text = String::from(
        "# Rules for plugins\n\nGenerated from `crates/plugin/src/validate/rules.rs`; `make bless` writes it anew.\n\n\
         `stonks plugin validate FOLDER` tells every rule that a plugin breaks. An error forbids its use, a warning\n\
         doesn't; with `--deny warnings` both fail the command.\n",
    );
    for (group, rules) in GROUPS {
        // Writing to a string never fails.
        let _ = write!(
            text,
            "\n## {group}\n\n| rule | level | what it holds | what to do |\n| --- | --- | --- | --- |\n"
        );
        for rule in *rules {
            let Rule { id, level, meaning, hint } = rule;
            let _ =
                writeln!(text, "| `{id}` | {level} | {meaning} | {} |", hint.replace('|', "\\|"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_once_and_is_written_in_one_way() {
        let ids: Vec<&str> = all().map(|rule| rule.id).collect();
        for (place, id) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(id), "{id} stands twice");
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert_eq!(find(id).map(|rule| rule.id), Some(*id));
        }
        assert!(ids.len() > 60);
    }
}
