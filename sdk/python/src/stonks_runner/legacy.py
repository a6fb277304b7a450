"""Brokers of an old installation, run by its own interpreter with its own modules.

The old program's modules are called `stonks_overwatch` too, so nothing here imports the SDK's: the
SDK's folder leaves the path of imports before the first old module is loaded.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from stonks_runner import logs
from stonks_runner.configuration import plain
from stonks_runner.contract.calls import HealthReport, HealthStatus, Measurement, Origin, Session
from stonks_runner.contract.errors import Failed, Unsupported
from stonks_runner.contract.facts import Fact, Page
from stonks_runner.paging import Answer, Pager
from stonks_runner.services import Services, service_name

log = logging.getLogger("stonks_runner")

# Where the package lies: in a checkout, in a packaged application, or directly.
_PLACES = ("src", "app", "")

_SETTINGS = "stonks_overwatch.settings"


def brokers(folder: str, own_folder: str) -> Mapping[str, Mapping[str, Any]]:
    """The table of brokers of an installation: by name, the configuration and the services."""
    _enter(Path(folder).resolve(), own_folder)
    _set_up_django()
    try:
        module = importlib.import_module("stonks_overwatch.core.registry_setup")
    except ImportError as error:
        raise Failed(f"`{folder}` has no table of brokers: {error}") from error
    # Django replaces the handlers of the root logger.
    logs.install()
    table = getattr(module, "BROKER_CONFIGS", None)
    if not isinstance(table, Mapping):
        raise Failed(f"`{module.__name__}` has no BROKER_CONFIGS")
    return table


def _enter(folder: Path, own_folder: str) -> None:
    """Puts the old modules on the path of imports, and takes the SDK's off it."""
    own = os.path.realpath(own_folder)
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != own]
    loaded = [name for name in sys.modules if name.partition(".")[0] == "stonks_overwatch"]
    for name in loaded:
        del sys.modules[name]
    for place in _PLACES:
        if (folder / place / "stonks_overwatch").is_dir():
            sys.path.insert(0, str(folder / place))
            break
    else:
        if importlib.util.find_spec("stonks_overwatch") is None:
            raise Failed(f"`{folder}` has no package `stonks_overwatch`")
    packages = folder / "app_packages"
    if packages.is_dir():
        sys.path.append(str(packages))
    importlib.invalidate_caches()


def _set_up_django() -> None:
    if importlib.util.find_spec("django") is None or importlib.util.find_spec(_SETTINGS) is None:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", _SETTINGS)
    setup: Any = importlib.import_module("django")
    setup.setup()


def describe(folder: str, own_folder: str) -> list[dict[str, Any]]:
    """What a manifest can be made of, for each broker."""
    table = brokers(folder, own_folder)
    return [
        {
            "broker": name,
            "name": _display_name(name),
            "config_class": _path(entry.get("config")),
            "credentials": _credentials(entry.get("config")),
            "services": {
                service_name(kind): _path(service)
                for kind, service in entry.get("services", {}).items()
            },
        }
        for name, entry in table.items()
    ]


def _path(kind: Any) -> str | None:
    return f"{kind.__module__}:{kind.__qualname__}" if isinstance(kind, type) else None


def _display_name(broker: str) -> str:
    """The name that the old pages show."""
    try:
        models = importlib.import_module("stonks_overwatch.services.models")
        for portfolio in models.PortfolioId:
            if portfolio.id == broker:
                return str(portfolio.long_name)
    except (ImportError, AttributeError):
        pass
    return broker.replace("_", " ").title()


def _credentials(config_class: Any) -> list[str]:
    """Names of the fields without which there are no credentials."""
    module = sys.modules.get(getattr(config_class, "__module__", ""))
    for name, kind in vars(module).items() if module is not None else ():
        is_own = getattr(kind, "__module__", None) == config_class.__module__
        if is_own and name.endswith("Credentials") and dataclasses.is_dataclass(kind):
            return [
                field.name
                for field in dataclasses.fields(kind)
                if field.default is dataclasses.MISSING
                and field.default_factory is dataclasses.MISSING
            ]
    return []


class RunningLegacyBroker:
    """One broker of the table."""

    def __init__(self, folder: str, broker: str, own_folder: str) -> None:
        table = brokers(folder, own_folder)
        if broker not in table:
            raise Failed(f"no broker `{broker}`; there are: {', '.join(table) or 'none'}")
        self._broker = broker
        self._config_class = table[broker].get("config")
        self._settings: Mapping[str, Any] = {}
        self._services = Services(table[broker].get("services", {}), self._config)
        self._pager = Pager()

    def initialize(self, settings: Mapping[str, Any]) -> None:
        """Keeps the settings, which go before those of the installation."""
        self._settings = settings

    def _config(self) -> Any:
        """The configuration as the old program's factory makes it: database, file, defaults."""
        kind: Any = self._config_class
        if kind is None:
            return None
        if hasattr(kind, "from_db_with_json_override"):
            try:
                return self._with_settings(kind.from_db_with_json_override(self._broker))
            except Exception as error:
                log.info("the stored configuration could not be read: %s", error)
        if hasattr(kind, "default"):
            return self._with_settings(kind.default())
        return self._with_settings(kind(credentials=None, enabled=True))

    def _with_settings(self, config: Any) -> Any:
        for key, value in self._settings.items():
            if value != "" and hasattr(config, key):
                setattr(config, key, plain(key, value))
        return config

    def health(self) -> HealthReport:
        """Up, since it was loaded; how many services it has."""
        count = len(self._services.names)
        return HealthReport(
            HealthStatus.UP,
            f"`{self._broker}` of the old installation",
            (Measurement("services", count, "1"),),
        )

    def fetch(self, service: str, cursor: str | None, since: date | None) -> Page:
        """A page of a service."""

        def ask(own: str | None) -> Answer:
            return self._services.fetch(service, own, since)

        return self._pager.page(service, cursor, ask)

    def verify(self) -> Session:
        """By the authentication service."""
        return self._services.verify()

    def import_file(self, name: str, content: bytes) -> Answer:
        """Old brokers read no files."""
        raise Unsupported("brokers of an old installation read no files")

    def transform(self, origin: Origin, facts: Sequence[Fact]) -> Iterable[Fact]:
        """A broker is no middleware."""
        raise Unsupported("a broker transforms nothing")

    def compute(self, portfolio: Any) -> Iterable[Any]:
        """A broker is no aggregator."""
        raise Unsupported("a broker computes nothing")

    def render(self, portfolio: Any) -> Iterable[Any]:
        """A broker is no view."""
        raise Unsupported("a broker shows nothing")

    def shutdown(self) -> None:
        """Nothing to put away."""
