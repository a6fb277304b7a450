"""Makes a WebAssembly component of a plugin folder, with componentize-py.

The plugin is imported while the component is built, and the component begins from there. It
exports what the manifest offers, imports what the manifest asks for, and nothing of WASI.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from stonks_runner.component.binary import ComponentError, imports, mark_async
from stonks_runner.contract.errors import Failed
from stonks_runner.services import service_name

API_VERSION_SECTION = b"stonks:api-version"

WORLD = "python-guest"

_SERVICES = (
    "portfolio",
    "transaction",
    "deposit",
    "dividend",
    "fee",
    "account",
    "authentication",
    "update",
    "file-import",
)

__all__ = ["ComponentError", "build_component", "interfaces", "write_world"]

_NOT_COPIED = ("__pycache__", "*.pyc", "*.wasm", ".git", ".venv", "tests", "test_*.py")


def build_component(plugin: str | Path, out: str | Path, wit: str | Path) -> None:
    """Writes the component of the plugin in a folder. `wit` holds the contract's files."""
    import tempfile

    plugin, out, wit = Path(plugin).resolve(), Path(out), Path(wit)
    manifest = _manifest(plugin)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        version, functions = write_world(manifest, wit, work / "wit")
        _write_app(plugin, work / "app")
        raw = work / "component.wasm"
        _componentize(work, raw)
        component = mark_async(raw.read_bytes(), functions)
    strangers = [name for name in imports(component) if not name.startswith("stonks:plugin/")]
    if strangers:
        raise ComponentError(f"the component imports {', '.join(strangers)}")
    stamped = component + _custom_section(API_VERSION_SECTION, version.encode())
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(stamped)


def _manifest(plugin: Path) -> dict[str, Any]:
    try:
        told = json.loads((plugin / "plugin_manifest.json").read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise Failed(f"{plugin}: no manifest that can be read: {error}") from error
    if not isinstance(told, dict):
        raise Failed(f"{plugin}: the manifest is no JSON object")
    return told


def write_world(
    manifest: dict[str, Any], wit: Path, target: Path
) -> tuple[str, dict[str, frozenset[str]]]:
    """Writes the contract with a world for this plugin, whose imports block.

    Returns the contract's version, and by interface the functions that are `async func` in it.
    """
    imported, exported = interfaces(manifest)
    target.mkdir(parents=True)
    package = ""
    functions: dict[str, frozenset[str]] = {}
    for path in sorted(wit.glob("*.wit")):
        text = path.read_text("utf-8")
        package = package or "".join(re.findall(r"^package ([^;]+);", text, re.M)[:1])
        for name in imported:
            text, blocking = _plain(text, name)
            if blocking:
                functions[name] = blocking
        (target / path.name).write_text(text, "utf-8")
    name, _, version = package.partition("@")
    if not version:
        raise Failed(f"{wit}: no WIT files of a versioned package")
    lines = [f"package {package};", f"world {WORLD} {{"]
    lines += [f"    import {name};" for name in imported]
    lines += [f"    export {name};" for name in exported]
    (target / f"{WORLD}.wit").write_text("\n".join([*lines, "}", ""]), "utf-8")
    return version, {f"{name}/{found}@{version}": told for found, told in functions.items()}


def interfaces(manifest: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What the component imports and exports, by the manifest."""
    kind = str(manifest.get("plugin", {}).get("type", "broker")).lower()
    permissions = manifest.get("permissions") or {}
    imported = ["log", "clock"]
    if permissions.get("storage"):
        imported.append("storage")
    if permissions.get("http") and kind in ("broker", "middleware"):
        imported.append("http")
    if kind != "broker":
        return imported, ["lifecycle", kind]
    told = (manifest.get("capabilities") or {}).get("services") or ()
    offered = {service_name(service).replace("_", "-") for service in told}
    services = [service for service in _SERVICES if service in offered]
    return [*imported, "progress"], ["lifecycle", *services]


def _plain(text: str, interface: str) -> tuple[str, frozenset[str]]:
    """The text with an interface's functions plain, and the names of those that were not."""
    found = re.search(rf"^interface {interface} \{{.*?^\}}", text, re.M | re.S)
    if found is None:
        return text, frozenset()
    body = found.group()
    names = frozenset(re.findall(r"([a-z][a-z0-9-]*): async func", body))
    return text.replace(body, body.replace(": async func", ": func")), names


def _write_app(plugin: Path, target: Path) -> None:
    """The module that componentize-py is told to import, beside the plugin."""
    shutil.copytree(plugin, target / "plugin", ignore=shutil.ignore_patterns(*_NOT_COPIED))
    (target / "guest_app.py").write_text("from stonks_runner.component.guest import *\n", "utf-8")


def _componentize(work: Path, raw: Path) -> None:
    own_folder = Path(__file__).parent.parent.parent
    command = [
        sys.executable,
        "-I",
        "-c",
        "import sys; from componentize_py import script; sys.exit(script())",
        *("--wit-path", str(work / "wit")),
        *("--world", WORLD),
        "componentize",
        "guest_app",
        *("--python-path", str(work / "app")),
        *("--python-path", str(own_folder)),
        *("--output", str(raw)),
        "--stub-wasi",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=work)
    if done.returncode != 0 or not raw.is_file():
        # The tool's own stack is of no use to an author.
        parts = (done.stdout, done.stderr.partition("\n\nStack backtrace")[0])
        told = "\n".join(part.strip() for part in parts if part.strip())
        raise Failed(f"componentize-py could not make a component:\n{told}")


def _custom_section(name: bytes, content: bytes) -> bytes:
    payload = bytes([len(name)]) + name + content
    return b"\x00" + bytes([len(payload)]) + payload
