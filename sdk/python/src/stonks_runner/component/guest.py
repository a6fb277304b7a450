"""A plugin inside a component: what componentize-py calls, answered by the plugin's class.

This module is imported while the component is built, and brings everything in that may be needed
later: a component has no files, so that nothing can be imported once it runs.
"""

from __future__ import annotations

# isort: off
import stonks_runner.component.clocks  # noqa: F401 - before all that uses `datetime`

# isort: on
import ast
import gc
import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from componentize_py_types import Err  # type: ignore[import-not-found]

from stonks_runner import host, logs
from stonks_runner.component import confined
from stonks_runner.component.calls import ComponentHost
from stonks_runner.component.convert import Converter
from stonks_runner.contract import calls, figures
from stonks_runner.loading import plugin_of_folder
from stonks_runner.paging import Files
from stonks_runner.running import RunningPlugin
from stonks_runner.session import failure

log = logging.getLogger("stonks_runner")

# Imported inside functions, where the runner starts faster without them.
_NEEDED = (
    "stonks_overwatch.core.exceptions",
    "stonks_overwatch.core.interfaces",
    "stonks_overwatch.facts",
    "stonks_overwatch.figures",
    "stonks_overwatch.health",
    "stonks_overwatch.host.clock",
    "stonks_overwatch.host.http",
    "stonks_overwatch.host.log",
    "stonks_overwatch.host.progress",
    "stonks_overwatch.host.storage",
    "stonks_overwatch.panels",
    "stonks_overwatch.plugins.bases",
    "stonks_overwatch.services.models",
    "hashlib",
    "stonks_runner.mapping",
    "stonks_runner.services",
    "traceback",
    "_colorize",
    "_strptime",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.utf_8_sig",
    "encodings.cp1252",
)


def _world_modules() -> Iterator[Any]:
    """The modules of the component's world, those of types first."""
    names = [
        *(f"wit_world.imports.{name}" for name in ("types", "figures", "snapshot")),
        *(
            f"wit_world.exports.{name}"
            for name in ("lifecycle", "authentication", "middleware", "aggregator", "view")
        ),
    ]
    for name in names:
        try:
            yield importlib.import_module(name)
        except ImportError:
            continue


def _bring_in(folder: Path) -> None:
    """Imports what the plugin may import later: its own modules, and what their code names."""
    for path in sorted(folder.rglob("*.py")):
        for name in _imported(path):
            try:
                importlib.import_module(name)
            except Exception:
                continue


def _imported(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def _own_modules(package: str, folder: Path) -> None:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        try:
            importlib.import_module(".".join([package, *parts]))
        except Exception as error:
            sys.stderr.write(f"{path.name} is left out: {error}\n")


FOLDER = Path(importlib.import_module("guest_app").__file__ or "").parent / "plugin"

for _name in _NEEDED:
    try:
        importlib.import_module(_name)
    except ImportError:
        continue

CONVERTER = Converter(_world_modules())
_HOST = ComponentHost()
host.install(_HOST)
logs.install()
_plugin = plugin_of_folder(FOLDER)
_own_modules(type(_plugin).__module__.partition(".")[0], FOLDER)
_bring_in(FOLDER)
RUNNING = RunningPlugin(_plugin)
FILES = Files()
confined.divert()
gc.collect()
# What is there from the beginning needn't be looked at again.
gc.freeze()
gc.set_threshold(20_000, 20, 20)


def _answered(method: str, answer: Callable[[], Any]) -> Any:
    """What the plugin answers, or its failure as a case of `plugin-error`."""
    confined.begin()
    try:
        return answer()
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        told = failure(error, method)
        raise Err(CONVERTER.error(told.data or {"Failed": str(told)})) from None


def _base(name: str, module: str = "wit_world.exports") -> Any:
    """What componentize-py made of an interface that the component exports."""
    try:
        return getattr(importlib.import_module(module), name, object)
    except ImportError:
        return object


class Lifecycle(_base("Lifecycle")):  # type: ignore[misc]
    """`lifecycle`."""

    async def initialize(self, configuration: Any) -> None:
        """Starts the plugin with settings."""
        settings = CONVERTER.read_settings(configuration.settings)
        _answered("initialize", lambda: RUNNING.initialize(settings))

    async def health(self) -> Any:
        """How it fares."""
        return _answered("health", lambda: CONVERTER.write(RUNNING.health()))

    async def shutdown(self) -> None:
        """Ends it."""
        confined.begin()
        RUNNING.shutdown()


class _Service:
    """A service that delivers facts."""

    name = ""

    async def fetch(self, cursor: str | None, since: str | None) -> Any:
        """A page."""

        def answer() -> Any:
            day = None if since is None else date.fromisoformat(since)
            return CONVERTER.write_page(RUNNING.fetch(self.name, cursor, day))

        return _answered("fetch", answer)


class Portfolio(_Service, _base("Portfolio")):  # type: ignore[misc]
    """`portfolio`."""

    name = "portfolio"


class Transaction(_Service, _base("Transaction")):  # type: ignore[misc]
    """`transaction`."""

    name = "transaction"


class Deposit(_Service, _base("Deposit")):  # type: ignore[misc]
    """`deposit`."""

    name = "deposit"


class Dividend(_Service, _base("Dividend")):  # type: ignore[misc]
    """`dividend`."""

    name = "dividend"


class Fee(_Service, _base("Fee")):  # type: ignore[misc]
    """`fee`."""

    name = "fee"


class Account(_Service, _base("Account")):  # type: ignore[misc]
    """`account`."""

    name = "account"


class Update(_Service, _base("Update")):  # type: ignore[misc]
    """`update`."""

    name = "update"


class Authentication(_base("Authentication")):  # type: ignore[misc]
    """`authentication`."""

    async def verify(self) -> Any:
        """Who is logged in."""
        return _answered("verify", lambda: CONVERTER.write(RUNNING.verify()))


class FileSession(_base("Session", "wit_world.exports.file_import")):  # type: ignore[misc]
    """The resource of `file-import`: one file on its way in."""

    def __init__(self, file: int) -> None:
        self._file = file

    async def next_page(self) -> Any:
        """The page behind the last one."""
        return _answered("next_page", lambda: CONVERTER.write_page(FILES.next_page(self._file)))

    def __del__(self) -> None:
        FILES.close(self._file)


class FileImport(_base("FileImport")):  # type: ignore[misc]
    """`file-import`."""

    async def open(self, name: str, content: bytes) -> FileSession:
        """Recognises a file, or refuses it."""

        def answer() -> FileSession:
            return FileSession(FILES.open(RUNNING.import_file(name, content)))

        result: FileSession = _answered("open", answer)
        return result


class Middleware(_base("Middleware")):  # type: ignore[misc]
    """`middleware`."""

    async def transform(self, origin: Any, facts: list[Any]) -> list[Any]:
        """Facts that go on."""

        def answer() -> list[Any]:
            told = [CONVERTER.read_fact(fact) for fact in facts]
            passed = RUNNING.transform(CONVERTER.read(calls.Origin, origin), told)
            return CONVERTER.write_facts(passed)

        result: list[Any] = _answered("transform", answer)
        return result


class Aggregator(_base("Aggregator")):  # type: ignore[misc]
    """`aggregator`."""

    async def compute(self, portfolio: Any) -> list[Any]:
        """Figures."""

        def answer() -> list[Any]:
            told = CONVERTER.read(figures.PortfolioSnapshot, portfolio)
            return [CONVERTER.write(metric) for metric in RUNNING.compute(told)]

        result: list[Any] = _answered("compute", answer)
        return result


class View(_base("View")):  # type: ignore[misc]
    """`view`."""

    async def render(self, portfolio: Any) -> list[Any]:
        """Panels."""

        def answer() -> list[Any]:
            told = CONVERTER.read(figures.PortfolioSnapshot, portfolio)
            return [CONVERTER.write(panel) for panel in RUNNING.render(told)]

        result: list[Any] = _answered("render", answer)
        return result
