//! `stonks migrate plugins`: brokers of an old installation become plugin folders.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::program::Program;

fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// An installation with two brokers, of which one can't be taken along.
const OLD: &[(&str, &str)] = &[
    ("old/src/stonks_overwatch/__init__.py", ""),
    ("old/src/stonks_overwatch/config/__init__.py", ""),
    (
        "old/src/stonks_overwatch/config/acme.py",
        "from dataclasses import dataclass\n\
         from stonks_overwatch.config.base_config import BaseConfig\n\n\n\
         @dataclass\nclass AcmeCredentials:\n    apikey: str\n    pin: str = ''\n\n\n\
         class AcmeConfig(BaseConfig):\n    pass\n",
    ),
    ("old/src/stonks_overwatch/services/__init__.py", ""),
    ("old/src/stonks_overwatch/services/models.py", "Shared = 'old'\nOnlyOld = 'only old'\n"),
    ("old/src/stonks_overwatch/services/brokers/__init__.py", ""),
    ("old/src/stonks_overwatch/services/brokers/acme/__init__.py", ""),
    (
        "old/src/stonks_overwatch/services/brokers/acme/fees.py",
        "from stonks_overwatch.services.models import Shared, OnlyOld\n\n\n\
         class FeeService:\n    def get_fees(self):\n        return [Shared, OnlyOld]\n",
    ),
    (
        "old/src/stonks_overwatch/core/registry_setup.py",
        "from stonks_overwatch.config.acme import AcmeConfig\n\
         from stonks_overwatch.services.brokers.acme.fees import (\n    FeeService as AcmeFeeService,\n)\n\n\
         raise SystemExit('nothing of this runs')\n\n\
         BROKER_CONFIGS: Dict[str, Any] = {\n\
         \x20   \"acme\": {\n\
         \x20       \"config\": AcmeConfig,\n\
         \x20       \"services\": {\n\
         \x20           ServiceType.FEE: AcmeFeeService,\n\
         \x20           ServiceType.PIGEON: AcmeFeeService,\n\
         \x20       },\n\
         \x20   },\n\
         \x20   \"empty\": {\"config\": AcmeConfig, \"services\": {}},\n\
         }\n",
    ),
];

/// As much of the SDK as the wrapper imports.
const SDK: &[(&str, &str)] = &[
    ("sdk/stonks_overwatch/__init__.py", ""),
    ("sdk/stonks_overwatch/config/__init__.py", ""),
    ("sdk/stonks_overwatch/config/base_config.py", "class BaseConfig:\n    pass\n"),
    ("sdk/stonks_overwatch/core/__init__.py", ""),
    (
        "sdk/stonks_overwatch/core/service_types.py",
        "from enum import Enum\n\n\nclass ServiceType(Enum):\n    FEE = 'fee'\n",
    ),
    ("sdk/stonks_overwatch/services/__init__.py", ""),
    ("sdk/stonks_overwatch/services/models.py", "Shared = 'new'\n"),
    ("sdk/stonks_overwatch/plugins/__init__.py", ""),
    ("sdk/stonks_overwatch/plugins/interfaces.py", "class BrokerPluginInterface:\n    pass\n"),
    (
        "sdk/stonks_overwatch/plugins/models.py",
        "import json\n\n\nclass PluginManifest:\n    @classmethod\n    def from_file(cls, path):\n        \
         own = cls()\n        own.name = json.loads(path.read_text())['plugin']['name']\n        return own\n",
    ),
];

#[test]
fn each_broker_becomes_a_folder_that_validates() {
    let program = Program::new();
    write(program.folder.path(), OLD);
    let migrate = ["migrate", "plugins", "--from", "old", "--out", "out"];
    let report = program.json(&migrate);
    let (acme, empty) = (&report["plugins"][0], &report["plugins"][1]);
    assert_eq!(acme["plugin"], "acme-broker");
    assert_eq!(acme["folder"], "out/acme-plugin");
    assert_eq!(acme["services"], json!(["fee"]));
    assert_eq!(acme["credentials"], json!(["apikey", "pin"]));
    assert_eq!(acme["problems"], json!(["there is no service `pigeon` here"]));
    assert_eq!(empty["plugin"], json!(null));
    assert_eq!(empty["problems"], json!(["none of its services can be taken along"]));
    let folder = program.folder.path().join("out/acme-plugin");
    for name in ["config", "services", "client", "repositories"] {
        assert!(folder.join(name).join("__init__.py").is_file(), "{name}");
    }
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    assert!(
        readme.contains("What is left to do") && readme.contains("`apikey`, `pin`"),
        "{readme}"
    );
    let judged = program.run(&["plugin", "validate", "out/acme-plugin"]);
    assert_eq!(judged.code, 0, "{}{}", judged.stdout, judged.stderr);
    // Which the README says: only a person knows how requests are signed with them.
    let warning = "`configuration.required_credentials` is an old spelling of `credentials`";
    assert!(judged.stdout.contains(warning), "{}", judged.stdout);
    assert!(judged.stdout.contains("can be used: 1 warning\n"), "{}", judged.stdout);
    // What the user changed in a folder stays.
    fs::write(folder.join("README.md"), "mine").unwrap();
    let again = program.run(&migrate);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("`out/acme-plugin` is there already"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(folder.join("README.md")).unwrap(), "mine");
}

/// Beside the SDK's packages, those of the old installation are found, without editing anything.
#[test]
fn the_wrapper_hands_over_the_old_classes() {
    let program = Program::new();
    write(program.folder.path(), OLD);
    write(program.folder.path(), SDK);
    program.json(&["migrate", "plugins", "--from", "old", "--out", "out"]);
    let script = "\
import importlib.util, sys
sys.path.insert(0, 'sdk')
place = 'out/acme-plugin/'
spec = importlib.util.spec_from_file_location('acme_broker', place + '__init__.py', submodule_search_locations=[place])
package = importlib.util.module_from_spec(spec)
sys.modules['acme_broker'] = package
spec.loader.exec_module(package)
manifest = package.AcmePlugin.get_manifest()
plugin = package.AcmePlugin(manifest)
[(service, made)] = plugin.get_services().items()
config = plugin.get_config_class()
print(manifest.name, plugin.initialize(), service.value, made().get_fees(), config.__name__)
print(plugin.validate_configuration(config()), plugin.validate_configuration(None), plugin.health_check())
";
    let run = Command::new("python3")
        .args(["-B", "-I", "-c", script])
        .current_dir(program.folder.path())
        .output();
    let Ok(run) = run else {
        assert!(std::env::var_os("STONKS_REQUIRE_ALL").is_none(), "python3 must be here");
        println!("skipped: no python3");
        return;
    };
    let told = String::from_utf8(run.stdout).unwrap();
    assert_eq!(
        told,
        "acme-broker True fee ['new', 'only old'] AcmeConfig\n\
         [] ['the configuration is not of the class AcmeConfig'] {'status': 'ok', 'services_count': 1}\n",
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn what_is_no_old_installation_is_refused_in_one_sentence() {
    let program = Program::new();
    let refused = program.run(&["migrate", "plugins", "--from", ".", "--out", "out"]);
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.stderr,
        "error: there is no installation of the Python system in `.`\n\
         hint: name the folder of its source; looked for `src/stonks_overwatch/core/registry_setup.py`, \
         `app/stonks_overwatch/core/registry_setup.py`, `stonks_overwatch/core/registry_setup.py`\n"
    );
    write(program.folder.path(), &[("src/stonks_overwatch/core/registry_setup.py", "x = 1\n")]);
    let refused = program.run(&["migrate", "plugins", "--from", ".", "--out", "out"]);
    assert_eq!(
        refused.stderr,
        "error: `./src/stonks_overwatch/core/registry_setup.py` has no table `BROKER_CONFIGS` with brokers in it\n"
    );
    assert!(!program.folder.path().join("out").exists());
}
