"""A plugin in a test: in the test's own process, or in one of its own."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol, cast

from stonks_overwatch.testing.fake_host import FakeHost
from stonks_overwatch.testing.judge import MOST_FACTS, problems_of_facts
from stonks_runner import host as hosts
from stonks_runner import logs
from stonks_runner.contract import errors
from stonks_runner.contract.calls import HealthReport, Origin, Session, SettingValue
from stonks_runner.contract.facts import Fact, Page, Progress
from stonks_runner.contract.figures import Metric, PortfolioSnapshot
from stonks_runner.contract.panels import Panel
from stonks_runner.contract.settings import setting_value
from stonks_runner.contract.wire import (
    read,
    read_fact,
    write,
    write_facts,
)
from stonks_runner.session import CallError
from stonks_runner.session import Session as Calls

RUN_PLUGIN = Path(__file__).parent.parent.parent / "run_plugin.py"


class Caller(Protocol):
    """The way to the plugin."""

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """A call's answer, or `CallError`."""

    def close(self) -> None:
        """Ends it."""


class PluginUnderTest:
    """The calls of the contract, with facts for JSON."""

    def __init__(self, caller: Caller, host: FakeHost, is_judged: bool) -> None:
        self._caller = caller
        self._is_judged = is_judged
        self.host = host

    def call(self, method: str, **params: Any) -> Any:
        """A call as the host makes it: JSON in, JSON out, the plugin's errors raised."""
        try:
            return self._caller.call(method, params)
        except CallError as failure:
            if failure.data is None:
                raise
            raise _error(failure) from failure

    def initialize(self, settings: Mapping[str, SettingValue | int | float]) -> None:
        """Starts it with settings."""
        told = [{"key": key, "value": setting_value(value)} for key, value in settings.items()]
        self.call("initialize", settings=told)

    def health(self) -> HealthReport:
        """How it fares."""
        return cast(HealthReport, read(HealthReport, self.call("health")))

    def pages(self, service: str, since: date | None = None) -> list[Page]:
        """All pages of a service."""
        day = None if since is None else since.isoformat()
        found = [self.page(service, None, day)]
        while (cursor := found[-1].next) is not None:
            found.append(self.page(service, cursor, day))
        self._judge([fact for page in found for fact in page.facts])
        return found

    def page(self, service: str, cursor: str | None = None, since: str | None = None) -> Page:
        """One page of a service."""
        return _page(self.call("fetch", service=service, cursor=cursor, since=since))

    def fetch(self, service: str, since: date | None = None) -> list[Fact]:
        """All facts of a service."""
        return [fact for page in self.pages(service, since) for fact in page.facts]

    def verify(self) -> Session:
        """Who is logged in."""
        return cast(Session, read(Session, self.call("verify")))

    def read_file(self, name: str, content: bytes | str) -> list[Fact]:
        """All facts of a file."""
        raw = content.encode() if isinstance(content, str) else content
        opened = self.call("open_file", name=name, content=b64encode(raw).decode("ascii"))
        facts: list[Fact] = []
        while True:
            page = _page(self.call("next_page", file=opened["file"]))
            facts.extend(page.facts)
            if page.next is None:
                break
        self.call("close_file", file=opened["file"])
        self._judge(facts)
        return facts

    def transform(self, origin: Origin, facts: Sequence[Fact]) -> list[Fact]:
        """Those facts that go on."""
        told = self.call(
            "transform",
            origin=json.loads(write(origin)),
            facts=json.loads(write_facts(facts)),
        )
        return [read_fact(fact) for fact in told["facts"]]

    def compute(self, portfolio: PortfolioSnapshot) -> list[Metric]:
        """Figures."""
        told = self.call("compute", portfolio=json.loads(write(portfolio)))
        return [read(Metric, metric) for metric in told["metrics"]]

    def render(self, portfolio: PortfolioSnapshot) -> list[Panel]:
        """Panels."""
        told = self.call("render", portfolio=json.loads(write(portfolio)))
        return [read(Panel, panel) for panel in told["panels"]]

    def shutdown(self) -> None:
        """Ends it."""
        self.call("shutdown")

    def _judge(self, facts: Sequence[Fact]) -> None:
        problems = problems_of_facts(facts) if self._is_judged else []
        if problems:
            raise AssertionError("the host would refuse this:\n" + "\n".join(problems))


def _page(told: dict[str, Any]) -> Page:
    if len(told["facts"]) > MOST_FACTS:
        raise AssertionError(f"a page of {len(told['facts'])} facts; {MOST_FACTS} are allowed")
    progress = told.get("progress")
    return Page(
        tuple(read_fact(fact) for fact in told["facts"]),
        told.get("next"),
        None if progress is None else read(Progress, progress),
    )


def _error(failure: CallError) -> errors.PluginError:
    """The plugin's error from its case."""
    ((case, detail),) = failure.data.items()
    if case == "NeedsUserAction":
        kind = errors.UserActionKind(detail["kind"])
        return errors.NeedsUserAction(kind, detail["message"])
    if case == "BadData":
        return errors.BadData(**detail)
    kinds: dict[str, type[errors.PluginError]] = {
        "AuthRequired": errors.AuthRequired,
        "RateLimited": errors.RateLimited,
        "Unavailable": errors.Unavailable,
        "UpstreamChanged": errors.UpstreamChanged,
        "Unsupported": errors.Unsupported,
        "Failed": errors.Failed,
    }
    return kinds[case](detail)


class LocalCaller:
    """Calls in the test's own process: a debugger stops in the plugin."""

    def __init__(self, folder: Path, host: FakeHost) -> None:
        from stonks_runner.loading import plugin_of_folder
        from stonks_runner.running import RunningPlugin

        self._modules = set(sys.modules)
        self._finders = list(sys.meta_path)
        self._handlers = list(logging.getLogger().handlers)
        self._before = hosts.install(host)
        logs.install()
        self._calls = Calls(lambda: RunningPlugin(plugin_of_folder(folder)))

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """A call's answer."""
        # Through JSON, so that the test sees what the host would.
        return json.loads(self._calls.handle(method, json.loads(json.dumps(params))))

    def close(self) -> None:
        """Forgets the plugin's modules."""
        hosts.install(self._before)
        logging.getLogger().handlers[:] = self._handlers
        sys.meta_path[:] = self._finders
        for name in set(sys.modules) - self._modules:
            if not name.startswith(("stonks_", "encodings")):
                del sys.modules[name]


class ProcessCaller:
    """Calls over the protocol, as the host makes them."""

    def __init__(self, arguments: Sequence[str], host: FakeHost, python: str) -> None:
        self._host = host
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`
        self.process = subprocess.Popen(
            [python, "-I", str(RUN_PLUGIN), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._last_id = 0
        ready = self._read()
        if ready is None or ready.get("method") != "ready":
            raise AssertionError(f"not ready: {ready}\n{self.stderr}")
        self.ready = ready["params"]

    @property
    def stderr(self) -> str:
        """What the process wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """A call's answer; what the plugin asks meanwhile is answered."""
        self._last_id += 1
        identity = self._last_id
        self._send({"jsonrpc": "2.0", "id": identity, "method": method, "params": dict(params)})
        while (message := self._read()) is not None:
            if "method" in message:
                self._serve(message)
            elif message.get("id") == identity:
                if "error" in message:
                    error = message["error"]
                    raise CallError(error["code"], error["message"], error.get("data"))
                return message["result"]
        raise AssertionError(f"the process ended during `{method}`\n{self.stderr}")

    def close(self) -> None:
        """Closes the channel, upon which the process ends."""
        streams = (self.process.stdin, self.process.stdout)
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in streams:
            if stream is not None:
                stream.close()
        self._errors.close()

    def _serve(self, message: dict[str, Any]) -> None:
        if "id" not in message:
            self._host.notify(message["method"], message["params"])
            return
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            answer["result"] = self._host.request(message["method"], message["params"])
        except hosts.HostError as error:
            answer["error"] = {"code": -32000, "message": str(error), "data": error.data}
        self._send(answer)

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return cast("dict[str, Any]", json.loads(line)) if line else None


@contextmanager
def run(
    folder: str | Path,
    *,
    settings: Mapping[str, SettingValue | int | float] | None = None,
    host: FakeHost | None = None,
    in_process: bool = True,
    python: str = sys.executable,
    is_judged: bool = True,
) -> Iterator[PluginUnderTest]:
    """The plugin in a folder, started with settings.

    `in_process=False` runs it as the host does, in a process of its own. `is_judged=False` lets
    facts pass that the host would refuse.
    """
    host = host if host is not None else FakeHost()
    folder = Path(folder)
    caller: Caller
    if in_process:
        caller = LocalCaller(folder, host)
    else:
        caller = ProcessCaller(["--plugin", str(folder)], host, python)
    try:
        plugin = PluginUnderTest(caller, host, is_judged)
        plugin.initialize(settings or {})
        yield plugin
    finally:
        caller.close()
