"""The host of a component: what the channel asks by JSON-RPC, asked through its imports."""

from __future__ import annotations

import importlib
from base64 import b64decode, b64encode
from typing import Any

from componentize_py_types import Err  # type: ignore[import-not-found]

from stonks_runner.host import HostError


def _interface(name: str) -> Any:
    """The module of an import, if the component's world has it."""
    try:
        return importlib.import_module(f"wit_world.imports.{name}")
    except ImportError:
        return None


def _told(error: Any) -> HostError:
    """An error of the host, as JSON-RPC would tell it."""
    case = type(error.value).__name__.rpartition("_")[2]
    detail: Any = getattr(error.value, "value", None)
    if case == "Denied" and hasattr(detail, "hint"):
        detail = {"message": detail.message, "hint": detail.hint}
    return HostError("the host refused", case if case == "TimedOut" else {case: detail})


class ComponentHost:
    """Asks through imports. They were not there to be asked while the component was built."""

    def __init__(self) -> None:
        self._http = _interface("http")
        self._storage = _interface("storage")
        self._log = _interface("log")
        self._clock = _interface("clock")
        self._progress = _interface("progress")
        self._types = _interface("types")
        self.is_running = False

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Asks and waits."""
        try:
            if method == "clock.now":
                now = self._clock.now()
                return {"seconds": now.seconds, "nanoseconds": now.nanoseconds}
            if method == "http.send":
                return self._send(params)
            return self._store(method, params)
        except Err as error:
            raise _told(error) from None

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Tells."""
        if not self.is_running:
            return
        if method == "log":
            level = self._log.Level[params["level"].upper()]
            self._log.write(level, params["message"])
        elif method == "progress" and self._progress is not None:
            told = params["progress"]
            progress = self._types.Progress(told["done"], told["total"])
            self._progress.report(progress, params["message"])

    def _send(self, params: dict[str, Any]) -> Any:
        if self._http is None:
            message = "this component was built without requests"
            hint = 'add `"http"` to `permissions`, and build it again'
            raise HostError(message, {"Denied": {"message": message, "hint": hint}})
        body = params["body"]
        request = self._http.Request(
            params["method"],
            params["url"],
            [tuple(pair) for pair in params["headers"]],
            None if body is None else b64decode(body),
            params["auth"],
            params["timeout_milliseconds"],
        )
        answer = self._http.send(request)
        return {
            "status": answer.status,
            "headers": [list(pair) for pair in answer.headers],
            "body": b64encode(answer.body).decode("ascii"),
        }

    def _store(self, method: str, params: dict[str, Any]) -> Any:
        if self._storage is None:
            message = "this component was built without a store: add `storage` to `permissions`"
            raise HostError(message, {"Denied": message})
        if method == "storage.get":
            value = self._storage.get(params["key"])
            return {"value": None if value is None else b64encode(value).decode("ascii")}
        if method == "storage.set":
            return self._storage.set(params["key"], b64decode(params["value"]))
        if method == "storage.delete":
            return self._storage.delete(params["key"])
        return {"keys": list(self._storage.keys(params["prefix"]))}
