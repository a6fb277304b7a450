"""What a plugin says of itself: the manifest, and what is known of it at run time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from stonks_overwatch.plugins.exceptions import ManifestError


class PluginType(Enum):
    """The four kinds of plugins."""

    BROKER = "broker"
    AGGREGATOR = "aggregator"
    MIDDLEWARE = "middleware"
    VIEW = "view"


@dataclass
class PluginManifest:
    """A plugin's manifest. Fields are named, never given by position."""

    name: str
    version: str
    type: PluginType = PluginType.BROKER
    display_name: str = ""
    description: str = ""
    author: str = ""
    license: str = ""
    homepage: str | None = None

    min_api_version: str = "1.0.0"
    max_api_version: str = "1.0.0"
    required_interfaces: list[str] = field(default_factory=list)

    python_version: str = ">=3.11"
    core_dependencies: dict[str, str] = field(default_factory=dict)
    plugin_dependencies: dict[str, str] = field(default_factory=dict)

    services: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    supported_markets: list[str] = field(default_factory=list)
    supported_currencies: list[str] = field(default_factory=list)

    config_class: str = ""
    required_credentials: list[str] = field(default_factory=list)
    optional_settings: list[str] = field(default_factory=list)

    service_mappings: dict[str, str] = field(default_factory=dict)
    main_entry_point: str = ""
    config_entry_point: str = ""

    data: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole manifest as it was read, with what has no field here."""

    def __post_init__(self) -> None:
        if not isinstance(self.type, PluginType):
            try:
                self.type = PluginType(str(self.type).lower())
            except ValueError:
                known = ", ".join(kind.value for kind in PluginType)
                raise ManifestError(f"plugin.type: `{self.type}` is none of {known}") from None
        if not self.display_name:
            self.display_name = self.name

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PluginManifest:
        """The manifest that the nested sections of a `plugin_manifest.json` tell."""
        plugin = _section(data, "plugin")
        for required in ("name", "version"):
            if not plugin.get(required):
                raise ManifestError(f"plugin.{required}: missing")
        api = _section(data, "api")
        dependencies = dict(_section(data, "dependencies"))
        capabilities = _section(data, "capabilities")
        configuration = _section(data, "configuration")
        entry_points = _section(data, "entry_points")
        python = dependencies.pop("python", None) or dependencies.pop("python_version", None)
        plugins = dependencies.pop("plugin_dependencies", None) or {}
        if not isinstance(plugins, Mapping):
            plugins = dict.fromkeys(plugins, "*")
        return cls(
            name=str(plugin["name"]),
            version=str(plugin["version"]),
            type=plugin.get("type") or PluginType.BROKER,
            display_name=plugin.get("display_name") or "",
            description=plugin.get("description") or "",
            author=plugin.get("author") or "",
            license=plugin.get("license") or "",
            homepage=plugin.get("homepage"),
            min_api_version=api.get("min_version") or "1.0.0",
            max_api_version=api.get("max_version") or "1.0.0",
            required_interfaces=list(api.get("interfaces") or ()),
            python_version=python or ">=3.11",
            core_dependencies=dependencies,
            plugin_dependencies=dict(plugins),
            services=list(capabilities.get("services") or ()),
            features=list(capabilities.get("features") or ()),
            supported_markets=list(capabilities.get("supported_markets") or ()),
            supported_currencies=list(capabilities.get("supported_currencies") or ()),
            config_class=configuration.get("config_class") or "",
            required_credentials=list(configuration.get("required_credentials") or ()),
            optional_settings=list(configuration.get("optional_settings") or ()),
            service_mappings=dict(_section(data, "services")),
            main_entry_point=entry_points.get("main") or "",
            config_entry_point=entry_points.get("config") or "",
            data=dict(data),
        )

    @classmethod
    def from_file(cls, path: str | Path) -> PluginManifest:
        """The manifest in a file, or in a folder's `plugin_manifest.json`."""
        path = Path(path)
        if path.is_dir():
            path = path / "plugin_manifest.json"
        try:
            data = json.loads(path.read_text("utf-8-sig"))
        except OSError as error:
            raise ManifestError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise ManifestError(f"{path}: {error}") from error
        if not isinstance(data, dict):
            raise ManifestError(f"{path}: a JSON object is expected")
        return cls.from_dict(data)


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = data.get(name) or {}
    if not isinstance(section, Mapping):
        raise ManifestError(f"{name}: a JSON object is expected")
    return section


@dataclass
class PluginInfo:
    """A plugin as it is known at run time."""

    manifest: PluginManifest
    path: str
    state: str
    load_time: float | None = None
    error: str | None = None
    metrics: dict[str, Any] | None = None
