from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import ROOT, manifest
from stonks_overwatch.plugins.exceptions import ManifestError
from stonks_overwatch.plugins.models import PluginInfo, PluginManifest, PluginType

LEGACY = ROOT / "crates" / "plugin" / "tests" / "ui" / "legacy"


def test_a_manifest_of_the_roadmap_is_read_field_by_field() -> None:
    read = PluginManifest.from_file(LEGACY / "roadmap.json")
    assert (read.name, read.version, read.type) == ("degiro", "1.0.0", PluginType.BROKER)
    assert read.display_name == "DEGIRO"
    assert read.core_dependencies == {"degiro-connector": ">=3.0.0,<4.0.0"}
    assert read.plugin_dependencies == {}
    assert read.python_version == ">=3.11"
    assert read.required_interfaces == ["BrokerPluginInterface"]
    assert "trade" in read.services
    assert read.service_mappings["trade"].endswith(":TransactionsService")
    assert read.main_entry_point == "degiro.plugin:DegiroPlugin"
    assert read.config_entry_point == "degiro.config:DegiroConfig"
    assert read.required_credentials == ["username", "password"]
    assert read.data["plugin"]["author"] == "Stonks Overwatch Team"


@pytest.mark.parametrize("name", ["list_of_plugins.json", "spellings.json"])
def test_other_old_spellings_are_read_as_well(name: str) -> None:
    assert PluginManifest.from_file(LEGACY / name).plugin_dependencies["rates"]


def test_a_manifest_is_made_from_fields_by_name() -> None:
    made = PluginManifest(
        name="x",
        version="1.0.0",
        type=PluginType.VIEW,
        display_name="X",
        description="",
        author="",
        license="MIT",
        min_api_version="1.0.0",
        max_api_version="2.0.0",
        required_interfaces=[],
        python_version=">=3.11",
        core_dependencies={},
        plugin_dependencies={},
        services=[],
        features=[],
        supported_markets=[],
        supported_currencies=[],
        config_class="",
        required_credentials=[],
        optional_settings=[],
        service_mappings={},
        main_entry_point="x:X",
        config_entry_point="",
    )
    assert made.homepage is None
    assert PluginInfo(manifest=made, path="", state="discovered").error is None


def test_the_type_may_be_told_as_text() -> None:
    assert PluginManifest(name="x", version="1", type="Middleware").type is PluginType.MIDDLEWARE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "Expecting"),
        ("[]", "object is expected"),
        ("{}", "plugin.name: missing"),
        ('{"plugin": []}', "plugin.name: missing"),
        ('{"plugin": "x"}', "plugin: a JSON object"),
        (json.dumps({"plugin": {"name": "x"}}), "plugin.version: missing"),
        (json.dumps(manifest(kind="robot")), "`robot` is none of broker, aggregator"),
    ],
)
def test_a_manifest_that_is_wrong_says_where(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "plugin_manifest.json"
    path.write_text(text)
    with pytest.raises(ManifestError, match=problem):
        PluginManifest.from_file(path)


def test_a_folder_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="No such file"):
        PluginManifest.from_file(tmp_path)
