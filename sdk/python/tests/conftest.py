"""What tests share: where the fixtures are, and a plugin written on the spot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "fixtures" / "python"
LEGACY = ROOT / "fixtures" / "legacy-installation"
WIT = ROOT / "wit" / "v1"

WritePlugin = Callable[..., Path]


def manifest(name: str = "sample", main: str = "", kind: str = "broker") -> dict[str, Any]:
    """The least that a manifest says."""
    return {
        "plugin": {"name": name, "version": "1.0.0", "type": kind},
        "api": {"min_version": "1.0.0", "max_version": "1.0.0"},
        "entry_points": {"main": main} if main else {},
    }


@pytest.fixture
def write_plugin(tmp_path: Path) -> WritePlugin:
    """Writes a plugin: its files by path, and what its manifest says beside the least."""

    def write(files: dict[str, str], folder: str = "sample", **told: Any) -> Path:
        place = tmp_path / folder
        for path, text in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
        (place / "plugin_manifest.json").write_text(json.dumps(manifest(**told)))
        return place

    return write


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages with the Acme broker in it."""
    place = tmp_path / "site-packages"
    package = FIXTURES / "acme-broker-package"
    shutil.copytree(
        FIXTURES / "acme-broker",
        place / "acme_broker",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    information = "acme_broker-1.0.0.dist-info"
    shutil.copytree(package / information, place / information)
    return place
