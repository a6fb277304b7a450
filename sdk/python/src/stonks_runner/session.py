"""The host's calls, by name: parameters from JSON, answers as JSON text, failures as errors."""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stonks_runner.paging import Files
    from stonks_runner.running import Running

log = logging.getLogger("stonks_runner")

PLUGIN_ERROR = -32000
OUT_OF_MEMORY = -32001
NO_SUCH_METHOD = -32601
BAD_PARAMS = -32602


class CallError(Exception):
    """A call that failed, as JSON-RPC tells it."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Session:
    """One plugin, from `initialize` to `shutdown`."""

    def __init__(self, load: Callable[[], Running]) -> None:
        self._load = load
        self._running: Running | None = None
        self._files: Files | None = None
        self.is_over = False

    def handle(self, method: str, params: Any) -> str:
        """The answer to a call as JSON text. Raises `CallError`."""
        call = _CALLS.get(method)
        if call is None:
            raise CallError(NO_SUCH_METHOD, f"no method `{method}`")
        if params is None:
            params = {}
        if not isinstance(params, dict):
            raise CallError(BAD_PARAMS, f"`{method}` takes parameters by name")
        try:
            return call(self, _Params(method, params))
        except CallError:
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            raise failure(error, method) from error

    @property
    def _plugin(self) -> Running:
        if self._running is None:
            text = "not initialized"
            raise CallError(PLUGIN_ERROR, text, {"Failed": text})
        return self._running

    def _initialize(self, params: _Params) -> str:
        from stonks_runner.contract.settings import read_settings

        settings = read_settings(params.list("settings"))
        if self._running is None:
            self._running = self._load()
        self._running.initialize(settings)
        return "null"

    def _health(self, params: _Params) -> str:
        from stonks_runner.contract.wire import write

        return write(self._plugin.health())

    def _fetch(self, params: _Params) -> str:
        from stonks_runner.contract.wire import write_page

        service = params.text("service").replace("-", "_")
        since = params.optional_text("since")
        day = None if since is None else date.fromisoformat(since)
        return write_page(self._plugin.fetch(service, params.optional_text("cursor"), day))

    def _verify(self, params: _Params) -> str:
        from stonks_runner.contract.wire import write

        return write(self._plugin.verify())

    def _open_file(self, params: _Params) -> str:
        from stonks_runner.paging import Files

        if self._files is None:
            self._files = Files()
        content = b64decode(params.text("content"))
        return (
            f'{{"file":{self._files.open(self._plugin.import_file(params.text("name"), content))}}}'
        )

    def _next_page(self, params: _Params) -> str:
        from stonks_runner.contract.wire import write_page

        try:
            if self._files is None:
                raise KeyError
            page = self._files.next_page(params.number("file"))
        except KeyError:
            raise CallError(BAD_PARAMS, "no such file is open") from None
        return write_page(page)

    def _close_file(self, params: _Params) -> str:
        if self._files is not None:
            self._files.close(params.number("file"))
        return "null"

    def _transform(self, params: _Params) -> str:
        from stonks_runner.contract.calls import Origin
        from stonks_runner.contract.wire import read, read_fact, write_facts

        origin = read(Origin, params.object("origin"))
        facts = [read_fact(told) for told in params.list("facts")]
        return f'{{"facts":{write_facts(list(self._plugin.transform(origin, facts)))}}}'

    def _compute(self, params: _Params) -> str:
        from stonks_runner.contract.figures import PortfolioSnapshot
        from stonks_runner.contract.wire import read, write_all

        portfolio = read(PortfolioSnapshot, params.object("portfolio"))
        return f'{{"metrics":{write_all(list(self._plugin.compute(portfolio)))}}}'

    def _render(self, params: _Params) -> str:
        from stonks_runner.contract.figures import PortfolioSnapshot
        from stonks_runner.contract.wire import read, write_all

        portfolio = read(PortfolioSnapshot, params.object("portfolio"))
        return f'{{"panels":{write_all(list(self._plugin.render(portfolio)))}}}'

    def _shutdown(self, params: _Params) -> str:
        self.is_over = True
        if self._running is not None:
            self._running.shutdown()
        return "null"


_CALLS: dict[str, Callable[[Session, _Params], str]] = {
    "initialize": Session._initialize,
    "health": Session._health,
    "fetch": Session._fetch,
    "verify": Session._verify,
    "open_file": Session._open_file,
    "next_page": Session._next_page,
    "close_file": Session._close_file,
    "transform": Session._transform,
    "compute": Session._compute,
    "render": Session._render,
    "shutdown": Session._shutdown,
}


class _Params:
    """Parameters of a call, each of the kind that is expected."""

    def __init__(self, method: str, told: dict[str, Any]) -> None:
        self._method = method
        self._told = told

    def _of(self, name: str, kind: type, is_optional: bool = False) -> Any:
        value = self._told.get(name)
        if value is None and is_optional:
            return None
        if not isinstance(value, kind):
            raise CallError(BAD_PARAMS, f"`{self._method}` needs `{name}`: {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        """A text."""
        value: str = self._of(name, str)
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, or nothing."""
        value: str | None = self._of(name, str, is_optional=True)
        return value

    def number(self, name: str) -> int:
        """A whole number."""
        value: int = self._of(name, int)
        return value

    def list(self, name: str) -> list[Any]:
        """A list; an absent one is empty."""
        return self._of(name, list, is_optional=True) or []

    def object(self, name: str) -> dict[str, Any]:
        """An object."""
        value: dict[str, Any] = self._of(name, dict)
        return value


# By name: what `requests` and its like raise is not imported here.
_UNAVAILABLE = {"ConnectionError", "ConnectTimeout", "ReadTimeout", "Timeout", "ConnectError"}


def failure(error: BaseException, method: str) -> CallError:
    """A failure as the contract tells it; the traceback of what nobody foresaw goes to the log."""
    from stonks_runner.contract.errors import PluginError

    if isinstance(error, PluginError):
        return CallError(PLUGIN_ERROR, str(error), error.variant())
    if isinstance(error, NotImplementedError):
        text = str(error) or f"this plugin does not answer `{method}`"
        return CallError(PLUGIN_ERROR, text, {"Unsupported": text})
    if isinstance(error, MemoryError):
        # The host replaces the process: nothing is left to go on with.
        return CallError(OUT_OF_MEMORY, "out of memory")
    if not isinstance(error, Exception):
        # Whether the process goes on is the host's to say.
        text = f"the plugin wanted to exit: {type(error).__name__}: {error}"
        return CallError(PLUGIN_ERROR, text, {"Failed": text})
    text = f"{type(error).__name__}: {error}"
    log.error("`%s` failed", method, exc_info=_without_runner(error))
    is_away = isinstance(error, ConnectionError | TimeoutError)
    if is_away or any(kind.__name__ in _UNAVAILABLE for kind in type(error).__mro__):
        return CallError(PLUGIN_ERROR, text, {"Unavailable": text})
    return CallError(PLUGIN_ERROR, text, {"Failed": text})


_OWN_FOLDER = __file__.rpartition("session")[0]


def _without_runner(error: Exception) -> Exception:
    """The error with a traceback that begins in the plugin, where any of it is there."""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith((_OWN_FOLDER, "<frozen importlib")):
            return error.with_traceback(trace)
        trace = trace.tb_next
    return error
