"""The command line of `run_plugin.py`."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stonks_runner import PROTOCOL, VERSION, host
from stonks_runner.channel import Channel, take_standard_streams

if TYPE_CHECKING:
    from stonks_runner.running import Running
    from stonks_runner.session import Session

USAGE = """\
run_plugin.py --plugin DIR
run_plugin.py --entry-point NAME [--group GROUP] [--site DIR]...
run_plugin.py --legacy DIR --broker NAME
run_plugin.py --legacy DIR --describe
run_plugin.py --build-component DIR --wit DIR --out FILE
"""

_FLAGS = {"--describe"}
_VALUES = {
    "--plugin",
    "--entry-point",
    "--group",
    "--site",
    "--legacy",
    "--broker",
    "--build-component",
    "--wit",
    "--out",
}


class UsageError(Exception):
    """Arguments that mean nothing."""


def main(arguments: list[str], own_folder: str) -> int:
    """Does what the arguments say. `own_folder` holds the SDK, and is on the path of imports."""
    try:
        told = _read(arguments)
        serve = _loader(told, own_folder)
    except UsageError as error:
        sys.stderr.write(f"{error}\n{USAGE}")
        return 2
    if serve is None:
        return _other_task(told, own_folder)
    return run(take_standard_streams(), serve)


def run(channel: Channel, load: Callable[[], Running]) -> int:
    """Answers the host until it says `shutdown`, or goes away."""
    host.install(channel)
    ready = {"protocol": PROTOCOL, "python": sys.version.split()[0], "sdk": VERSION}
    channel.notify("ready", ready)
    # What follows is not needed to be ready: it loads while the host sends its first call.
    import gc

    from stonks_runner import logs
    from stonks_runner.session import Session

    logs.install()
    # Pages are many small objects that live until they are sent.
    gc.set_threshold(20_000, 20, 20)
    session = Session(load)
    try:
        while not session.is_over and (call := channel.next_call()) is not None:
            _answer(channel, session, call)
    except BrokenPipeError:
        # The host no longer listens.
        pass
    _leave()
    return 0


def _answer(channel: Channel, session: Session, call: dict[str, Any]) -> None:
    from stonks_runner.session import CallError

    identity = call.get("id")
    error: dict[str, Any] | None = None
    try:
        result = session.handle(str(call.get("method")), call.get("params"))
    except CallError as failure:
        error = {"code": failure.code, "message": str(failure)}
        if failure.data is not None:
            error["data"] = failure.data
    if identity is None:
        return
    if error is not None:
        channel.send({"jsonrpc": "2.0", "id": identity, "error": error})
    else:
        channel.send_text(f'{{"jsonrpc":"2.0","id":{json.dumps(identity)},"result":{result}}}')


def _leave() -> None:
    """Ends at once where a thread of the plugin would hold the process."""
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if any(not thread.daemon for thread in others):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(0)


def _read(arguments: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"--site": []}
    rest = iter(arguments)
    for argument in rest:
        if argument in _FLAGS:
            told[argument] = True
        elif argument in _VALUES:
            value = next(rest, None)
            if value is None:
                raise UsageError(f"`{argument}` needs a value")
            if argument == "--site":
                told["--site"].append(value)
            else:
                told[argument] = value
        else:
            raise UsageError(f"`{argument}` is not understood")
    return told


def _loader(told: dict[str, Any], own_folder: str) -> Callable[[], Running] | None:
    """What loads the plugin that the arguments name; None where they want something else."""
    if "--plugin" in told:
        return lambda: _load_folder(told["--plugin"])
    if "--entry-point" in told:
        return lambda: _load_entry_point(told["--entry-point"], told.get("--group"), told["--site"])
    if "--legacy" in told and "--broker" in told:
        return lambda: _load_legacy(told["--legacy"], told["--broker"], own_folder)
    if "--legacy" in told and "--describe" in told:
        return None
    if "--build-component" in told:
        if "--wit" not in told or "--out" not in told:
            raise UsageError("`--build-component` needs `--wit` and `--out`")
        return None
    raise UsageError("nothing to run is named")


def _load_folder(folder: str) -> Running:
    from pathlib import Path

    from stonks_runner.loading import plugin_of_folder
    from stonks_runner.running import RunningPlugin

    return RunningPlugin(plugin_of_folder(Path(folder)))


def _load_entry_point(name: str, group: str | None, sites: list[str]) -> Running:
    import site

    from stonks_runner.loading import GROUP, plugin_of_entry_point
    from stonks_runner.running import RunningPlugin

    for folder in sites:
        site.addsitedir(folder)
    return RunningPlugin(plugin_of_entry_point(name, group or GROUP))


def _load_legacy(folder: str, broker: str, own_folder: str) -> Running:
    from stonks_runner.legacy import RunningLegacyBroker

    return RunningLegacyBroker(folder, broker, own_folder)


def _other_task(told: dict[str, Any], own_folder: str) -> int:
    if "--describe" in told:
        from stonks_runner.legacy import describe

        out = os.dup(1)
        # What the old installation prints while it loads is not the answer.
        os.dup2(2, 1)
        os.write(out, json.dumps(describe(told["--legacy"], own_folder), indent=2).encode() + b"\n")
        return 0
    from stonks_runner.component import ComponentError, build_component
    from stonks_runner.contract.errors import Failed

    try:
        build_component(told["--build-component"], told["--out"], told["--wit"])
    except (Failed, ComponentError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
