"""The naive discovery that ours is measured against: globs the folders, reads each manifest as JSON, checks
the keys that must be there, and keeps a dataclass for each.

    python3 discovery.py FOLDER ROUNDS

prints how many plugins it found, and the seconds that all rounds took together.
"""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

REQUIRED = {
    "plugin": ("name", "version", "type"),
    "api": ("min_version", "max_version"),
    "capabilities": ("services",),
}
KINDS = {"broker", "aggregator", "middleware", "view"}


@dataclass
class Plugin:
    name: str
    version: str
    kind: str
    path: Path
    services: list[str] = field(default_factory=list)
    markets: list[str] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)


def problems(manifest: dict) -> list[str]:
    found = []
    for section, keys in REQUIRED.items():
        if section not in manifest:
            found.append(f"section {section} is missing")
            continue
        found += [f"{section}.{key} is missing" for key in keys if key not in manifest[section]]
    if not found and manifest["plugin"]["type"] not in KINDS:
        found.append(f"{manifest['plugin']['type']} is no type")
    return found


def discover(folder: Path) -> dict[str, Plugin]:
    plugins: dict[str, Plugin] = {}
    for path in sorted(folder.glob("*/plugin_manifest.json")):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if problems(manifest):
            continue
        about, capabilities = manifest["plugin"], manifest["capabilities"]
        plugin = Plugin(
            name=about["name"],
            version=about["version"],
            kind=about["type"],
            path=path.parent,
            services=list(capabilities["services"]),
            markets=list(capabilities.get("supported_markets", [])),
            currencies=list(capabilities.get("supported_currencies", [])),
        )
        plugins.setdefault(plugin.name, plugin)
    return plugins


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    started = time.perf_counter()
    for _ in range(rounds):
        n_plugins = len(discover(folder))
    print(n_plugins, time.perf_counter() - started)


if __name__ == "__main__":
    main()
