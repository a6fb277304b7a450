"""A plugin at work: the calls of the contract, answered by its class."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from stonks_runner.configuration import make_config
from stonks_runner.contract.calls import HealthReport, Origin, Session
from stonks_runner.contract.errors import BadData, Failed, Unsupported
from stonks_runner.health import report_of

if TYPE_CHECKING:
    # Facts are loaded with the first of them: until then a plugin starts faster.
    from stonks_runner.contract.facts import Fact, Page
    from stonks_runner.paging import Answer, Pager
    from stonks_runner.services import Services

log = logging.getLogger("stonks_runner")


class Running(Protocol):
    """What a session asks: a plugin, or a broker of an old installation."""

    def initialize(self, settings: Mapping[str, Any]) -> None:
        """Starts with settings."""

    def health(self) -> HealthReport:
        """How it fares."""

    def fetch(self, service: str, cursor: str | None, since: date | None) -> Page:
        """A page of a service."""

    def verify(self) -> Session:
        """Who is logged in."""

    def import_file(self, name: str, content: bytes) -> Answer:
        """Facts of a file."""

    def transform(self, origin: Origin, facts: Sequence[Fact]) -> Iterable[Fact]:
        """Facts that go on."""

    def compute(self, portfolio: Any) -> Iterable[Any]:
        """Figures."""

    def render(self, portfolio: Any) -> Iterable[Any]:
        """Panels."""

    def shutdown(self) -> None:
        """Ends."""


class RunningPlugin:
    """A `PluginInterface` of `stonks_overwatch.plugins`."""

    def __init__(self, plugin: Any) -> None:
        self._plugin = plugin
        self._settings: Mapping[str, Any] = {}
        self._services: Services | None = None
        self._pager: Pager | None = None
        self._problems: list[str] = []

    def initialize(self, settings: Mapping[str, Any]) -> None:
        """Hands over the settings, lets the plugin judge its configuration, and starts it."""
        self._settings = settings
        try:
            self._plugin.settings = dict(settings)
        except AttributeError:
            log.debug("the plugin has no place for `settings`")
        self._validate()
        if self._plugin.initialize() is False:
            raise Failed("the plugin's `initialize` returned False")

    def _validate(self) -> None:
        validate = getattr(self._plugin, "validate_configuration", None)
        if not callable(validate) or not callable(getattr(self._plugin, "get_config_class", None)):
            return
        problems = [str(problem) for problem in validate(self._config()) or ()]
        if problems:
            raise BadData("; ".join(problems), "change the plugin's settings")

    def _config(self) -> Any:
        manifest = self._plugin.manifest
        credentials = getattr(manifest, "required_credentials", None) or ()
        return make_config(self._plugin.get_config_class(), self._settings, credentials)

    @property
    def services(self) -> Services:
        """The plugin's service classes."""
        if self._services is None:
            from stonks_runner.services import Services

            offered = self._asked("get_services")() or {}
            self._services = Services(offered, self._config)
        return self._services

    def health(self) -> HealthReport:
        """What the plugin reports."""
        return report_of(self._plugin.health_check())

    def fetch(self, service: str, cursor: str | None, since: date | None) -> Page:
        """A page, by the plugin's own `fetch` or by its services."""
        if self._pager is None:
            from stonks_runner.paging import Pager

            self._pager = Pager()

        def ask(own: str | None) -> Answer:
            if _overrides(self._plugin, "fetch"):
                from stonks_overwatch.core.service_types import ServiceType

                try:
                    kind = ServiceType(service)
                except ValueError:
                    raise Unsupported(f"no service is called `{service}`") from None
                answer: Answer = self._plugin.fetch(kind, own, since)
                return answer
            return self.services.fetch(service, own, since)

        return self._pager.page(service, cursor, ask)

    def verify(self) -> Session:
        """By the plugin's own `verify`, or by its authentication service."""
        own = getattr(self._plugin, "verify", None)
        if callable(own):
            from stonks_runner.services import session_of

            return session_of(own())
        return self.services.verify()

    def import_file(self, name: str, content: bytes) -> Answer:
        """Facts of a file."""
        answer: Answer = self._asked("import_file")(name, content)
        return answer

    def transform(self, origin: Origin, facts: Sequence[Fact]) -> Iterable[Fact]:
        """Facts that go on."""
        passed: Iterable[Fact] = self._asked("transform")(origin, facts)
        return passed

    def compute(self, portfolio: Any) -> Iterable[Any]:
        """Figures."""
        figures: Iterable[Any] = self._asked("compute")(portfolio)
        return figures

    def render(self, portfolio: Any) -> Iterable[Any]:
        """Panels."""
        panels: Iterable[Any] = self._asked("render")(portfolio)
        return panels

    def shutdown(self) -> None:
        """Lets the plugin put away what it holds; a failure is told in the log."""
        try:
            if self._plugin.shutdown() is False:
                log.warning("the plugin's `shutdown` returned False")
        except Exception:
            log.exception("the plugin's `shutdown` failed")

    def _asked(self, name: str) -> Callable[..., Any]:
        method = getattr(self._plugin, name, None)
        if not callable(method):
            raise Unsupported(f"a `{type(self._plugin).__name__}` has no `{name}`")
        return method  # type: ignore[no-any-return]


def _overrides(plugin: Any, name: str) -> bool:
    """Whether a method is the plugin's own, and not that of an interface."""
    method = getattr(type(plugin), name, None)
    return method is not None and method.__module__ != "stonks_overwatch.plugins.interfaces"
