"""Finds the plugin's class and makes the plugin: from a folder, or from an installed package."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import keyword
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from stonks_overwatch.plugins.exceptions import PluginLoadError
from stonks_overwatch.plugins.interfaces import (
    AggregatorPluginInterface,
    BrokerPluginInterface,
    MiddlewarePluginInterface,
    PluginInterface,
    ViewPluginInterface,
)
from stonks_overwatch.plugins.models import PluginManifest
from stonks_runner.aliases import PackageNames

GROUP = "stonks_overwatch.brokers"
"""The group of entry points in which installed plugins are found."""


def plugin_of_folder(folder: Path) -> PluginInterface:
    """The plugin in a folder with a `plugin_manifest.json`."""
    folder = folder.resolve()
    manifest = PluginManifest.from_file(folder)
    package = _package(folder, manifest)
    plugin_class = _class_of_folder(package, folder, manifest)
    return instance(plugin_class, manifest)


def plugin_of_entry_point(name: str, group: str = GROUP) -> PluginInterface:
    """The plugin that an installed package offers under a name."""
    from importlib.metadata import entry_points

    found = entry_points(group=group, name=name)
    if not found:
        known = sorted(entry.name for entry in entry_points(group=group)) or ["none"]
        raise PluginLoadError(
            f"no entry point `{name}` in the group `{group}`; there are: {', '.join(known)}"
        )
    loaded = next(iter(found)).load()
    plugin_class = loaded if isinstance(loaded, type) else _only_class(loaded, None)
    return instance(plugin_class, _manifest_of_class(plugin_class, name))


def instance(plugin_class: type, manifest: PluginManifest) -> PluginInterface:
    """The plugin itself, made with its manifest, or with nothing where it takes nothing."""
    if inspect.isabstract(plugin_class):
        missing = ", ".join(sorted(getattr(plugin_class, "__abstractmethods__", ())))
        raise PluginLoadError(f"`{plugin_class.__qualname__}` leaves open: {missing}")
    try:
        signature: inspect.Signature | None = inspect.signature(plugin_class)
    except (TypeError, ValueError):
        signature = None
    made: Any
    if signature is None or not signature.parameters:
        made = plugin_class()
    else:
        made = plugin_class(manifest)
    if not isinstance(made, PluginInterface):
        raise PluginLoadError(
            f"`{plugin_class.__qualname__}` is no `PluginInterface` of stonks_overwatch.plugins"
        )
    return made


def _package(folder: Path, manifest: PluginManifest) -> ModuleType:
    """The folder as a package, with the names under which its modules may be asked for."""
    safe = _identifier(manifest.name)
    first = _split(manifest.main_entry_point)[0].partition(".")[0]
    inside = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    # A name inside the folder, or of another package, means that and not the plugin.
    is_free = safe not in inside and importlib.util.find_spec(safe) is None
    name = safe if is_free else f"plugin_{safe}"
    other_names = {f"plugin_{safe}", _identifier(folder.name), safe, first} - inside - {name, ""}
    # The manifest itself says that its entry point's package is the plugin.
    PackageNames(name, other_names, inside).install(claimed=other_names & {first})

    file = folder / "__init__.py"
    if file.is_file():
        spec = importlib.util.spec_from_file_location(
            name, file, submodule_search_locations=[str(folder)]
        )
    else:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    if spec is None:
        raise PluginLoadError(f"`{file}` can't be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if spec.loader is not None:
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return module


def _class_of_folder(package: ModuleType, folder: Path, manifest: PluginManifest) -> type:
    module_name, class_name = _split(manifest.main_entry_point)
    if not class_name:
        return _only_class(package, manifest)
    module = package
    if module_name:
        found = _module_in_folder(package.__name__, folder, module_name)
        if found is None and not hasattr(package, class_name):
            raise PluginLoadError(
                f"entry_points.main: `{manifest.main_entry_point}` names no module in the plugin"
            )
        module = package if found is None else importlib.import_module(found)
    for place in (module, package):
        named = getattr(place, class_name, None)
        if isinstance(named, type):
            return named
    place_name = module_name or package.__name__
    raise PluginLoadError(f"entry_points.main: there is no class `{class_name}` in `{place_name}`")


def _module_in_folder(package: str, folder: Path, name: str) -> str | None:
    """The full name of a module that is told with or without the package's own name before it."""
    parts = name.split(".")
    for inner in (parts, parts[1:]):
        path = folder.joinpath(*inner)
        if inner and (path.with_suffix(".py").is_file() or path.is_dir()):
            return ".".join([package, *inner])
    return package if len(parts) == 1 else None


def _split(entry_point: str) -> tuple[str, str]:
    """Module and class of `pkg.module:Class`, `pkg.module.Class`, or `Class`."""
    text = entry_point.partition("[")[0].strip()
    if ":" in text:
        module, _, name = text.partition(":")
        return module.strip(), name.strip()
    module, _, name = text.rpartition(".")
    return module, name


_KINDS = {
    "broker": BrokerPluginInterface,
    "middleware": MiddlewarePluginInterface,
    "aggregator": AggregatorPluginInterface,
    "view": ViewPluginInterface,
}


def _only_class(module: ModuleType, manifest: PluginManifest | None) -> type:
    """The one class that a module, or else its package, offers as a plugin."""
    kind: type = PluginInterface if manifest is None else _KINDS[manifest.type.value]
    places = [module] + [
        loaded
        for name, loaded in list(sys.modules.items())
        if name.startswith(f"{module.__name__}.") and loaded is not None
    ]
    for scope in (places[:1], places[1:]):
        found = {
            offered
            for place in scope
            for offered in vars(place).values()
            if isinstance(offered, type)
            and issubclass(offered, kind)
            and not inspect.isabstract(offered)
            and not offered.__module__.startswith("stonks_overwatch.")
        }
        # A base that another found class extends is not what is meant.
        found = {one for one in found if not any(one in other.__mro__[1:] for other in found)}
        if len(found) == 1:
            return found.pop()
        if found:
            names = ", ".join(sorted(one.__qualname__ for one in found))
            raise PluginLoadError(f"several classes are plugins: {names}; name one in entry_points")
    raise PluginLoadError(f"no class in `{module.__name__}` implements `{kind.__name__}`")


def _manifest_of_class(plugin_class: type, name: str) -> PluginManifest:
    """The manifest that an installed plugin has in its package, or tells."""
    module = sys.modules[plugin_class.__module__]
    package = sys.modules[module.__name__.partition(".")[0]]
    for place in (module, package):
        file = getattr(place, "__file__", None)
        if file and (beside := Path(file).parent / "plugin_manifest.json").is_file():
            return PluginManifest.from_file(beside)
    tell = getattr(plugin_class, "get_manifest", None)
    told = tell() if callable(tell) else None
    if isinstance(told, PluginManifest):
        return told
    if isinstance(told, dict):
        return PluginManifest.from_dict(told)
    raise PluginLoadError(
        f"`{name}` has no manifest: neither a plugin_manifest.json in its package, "
        "nor a get_manifest"
    )


def _identifier(name: str) -> str:
    """A name as Python allows it."""
    safe = re.sub(r"\W", "_", name)
    if not safe or safe[0].isdigit() or keyword.iskeyword(safe):
        safe = f"plugin_{safe}"
    return safe
