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
