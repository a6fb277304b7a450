"""What a component lacks, refused in words where it would trap.

Every call of WASI ends the instance. Files, randomness and other modules are refused by Python
itself before it comes to that; the time is the host's.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import io
import linecache
import os
import sys
import time
import traceback
from types import TracebackType
from typing import Any

from stonks_runner import host


def confine() -> None:
    """From here on there is nothing but what is in memory."""
    sys.path[:] = []
    sys.path_importer_cache.clear()
    path_finder = importlib.machinery.PathFinder
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not path_finder]
    # Tracebacks would look for the lines of files.
    linecache.updatecache = lambda filename, module_globals=None: []
    linecache.checkcache = lambda filename=None: None
    for module in (builtins, io):
        vars(module)["open"] = _no_files
    for name in ("urandom", "getrandom"):
        if hasattr(os, name):
            setattr(os, name, _no_randomness)
    time.time = lambda: _nanoseconds() / 1e9
    time.time_ns = _nanoseconds
    for name in ("monotonic", "perf_counter"):
        setattr(time, name, lambda: _nanoseconds() / 1e9)
        setattr(time, f"{name}_ns", _nanoseconds)
    time.sleep = _no_sleep


class _LogStream(io.TextIOBase):
    """What is printed, line by line, in the host's log."""

    def __init__(self, level: str) -> None:
        self._level = level
        self._rest = ""

    def write(self, text: str) -> int:
        """Tells each line as soon as it is whole."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            host.current().notify("log", {"level": self._level, "message": line})
        return len(text)


def divert() -> None:
    """Called when all is imported: what is printed from here on is printed where it runs."""
    sys.stdout = _LogStream("Info")
    sys.stderr = _LogStream("Warning")
    sys.excepthook = _tell


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error that nobody caught, before the instance ends."""
    begin()
    told = "".join(traceback.format_exception(kind, error, trace))
    host.current().notify("log", {"level": "Error", "message": told})


def begin() -> None:
    """Called before each call: with the first one building is over, and the host is there."""
    current = host.current()
    if not getattr(current, "is_running", True):
        vars(current)["is_running"] = True
        confine()


def _nanoseconds() -> int:
    current = host.current()
    if not getattr(current, "is_running", False):
        return 0
    now = current.request("clock.now", {})
    return int(now["seconds"]) * 1_000_000_000 + int(now["nanoseconds"])


def _no_files(*_: Any, **__: Any) -> Any:
    raise PermissionError("a component has no files")


def _no_randomness(*_: Any) -> Any:
    raise PermissionError("a component has no source of randomness")


def _no_sleep(seconds: Any) -> None:
    raise PermissionError("a component can't sleep: tell the host when to call again")
