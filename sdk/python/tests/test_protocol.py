"""What docs/python-protocol.md says, line by line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import FIXTURES, WritePlugin
from stonks_overwatch.testing.plugin import RUN_PLUGIN
from stonks_runner import VERSION

ATTACKER = FIXTURES / "hostile" / "attacker"


class Process:
    """The runner, by its lines."""

    def __init__(self, *arguments: str | Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(RUN_PLUGIN), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def send(self, line: str | bytes) -> None:
        assert self.process.stdin is not None
        raw = line.encode() if isinstance(line, str) else line
        self.process.stdin.write(raw + b"\n")
        self.process.stdin.flush()

    def read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def call(self, identity: int, method: str, **params: Any) -> Any:
        """A call's answer, without the log."""
        told = {"jsonrpc": "2.0", "id": identity, "method": method, "params": params}
        self.send(json.dumps(told))
        while (message := self.read()) is not None:
            if message.get("method") != "log":
                return message
        return None

    def initialize(self, **settings: str) -> Any:
        assert self.read()["method"] == "ready"
        told = [{"key": key, "value": {"Text": value}} for key, value in settings.items()]
        return self.call(1, "initialize", settings=told)

    def end(self) -> tuple[int, str]:
        """Status and standard error, after standard input ended."""
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors.decode()


@pytest.fixture
def attacker() -> Iterator[Process]:
    process = Process("--plugin", ATTACKER)
    yield process
    process.process.kill()
    process.process.communicate()


def test_the_first_line_says_that_it_is_ready(attacker: Process) -> None:
    assert attacker.read() == {
        "jsonrpc": "2.0",
        "method": "ready",
        "params": {"protocol": 1, "python": sys.version.split()[0], "sdk": VERSION},
    }


def test_it_is_ready_before_the_plugin_is_loaded() -> None:
    process = Process("--plugin", FIXTURES / "hostile" / "import-exits")
    assert process.read()["method"] == "ready"
    assert process.call(1, "initialize", settings=[]) is None
    assert process.end()[0] == 3


def test_an_error_in_loading_answers_initialize() -> None:
    process = Process("--plugin", FIXTURES / "hostile" / "import-raises")
    assert process.initialize()["error"] == {
        "code": -32000,
        "message": "ValueError: this plugin is broken",
        "data": {"Failed": "ValueError: this plugin is broken"},
    }
    assert process.end()[0] == 0


def test_the_log_has_the_traceback_from_the_plugin_on() -> None:
    process = Process("--plugin", FIXTURES / "hostile" / "import-raises")
    process.read()
    process.send('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}')
    told = process.read()
    assert (told["method"], told["params"]["level"]) == ("log", "Error")
    assert "import-raises/__init__.py" in told["params"]["message"]
    assert "stonks_runner/" not in told["params"]["message"]
    process.end()


def test_what_a_plugin_prints_is_no_message() -> None:
    process = Process("--plugin", FIXTURES / "hostile" / "import-prints")
    assert process.initialize()["result"] is None
    assert process.call(2, "health")["result"]["message"] == "read 0 characters"
    status, errors = process.end()
    assert status == 0
    assert errors.splitlines() == [
        '{"jsonrpc":"2.0","id":1,"result":"not mine"}',
        "to standard error",
        "once more",
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"garbage", -32700),
        (b"[]", -32700),
        (b"3", -32700),
        (b"", -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc":"2.0","id":5,"method":"dance"}', -32601),
        (b'{"jsonrpc":"2.0","id":5,"method":"fetch","params":[]}', -32602),
        (b'{"jsonrpc":"2.0","id":5,"method":"fetch","params":{"service":1}}', -32602),
        (b'{"jsonrpc":"2.0","id":5,"method":"open_file","params":{"name":"x"}}', -32602),
        (b'{"jsonrpc":"2.0","id":5,"method":"next_page","params":{"file":1}}', -32602),
        (b'{"jsonrpc":"2.0","id":5,"method":"compute","params":{}}', -32602),
    ],
)
def test_what_is_no_call_is_answered_and_harms_nothing(
    attacker: Process, line: bytes, code: int
) -> None:
    attacker.initialize()
    attacker.send(line)
    assert attacker.read()["error"]["code"] == code
    assert attacker.call(6, "health")["result"]["status"] == "Up"


def test_a_call_before_initialize_fails(attacker: Process) -> None:
    attacker.read()
    assert attacker.call(1, "health")["error"]["data"] == {"Failed": "not initialized"}


def test_answers_that_nobody_waits_for_are_left_aside(attacker: Process) -> None:
    attacker.initialize()
    attacker.send('{"jsonrpc":"2.0","id":77,"result":null}')
    attacker.send('{"jsonrpc":"2.0","id":"text","result":null}')
    assert attacker.call(2, "health")["id"] == 2


def test_a_notification_gets_no_answer(attacker: Process) -> None:
    attacker.initialize()
    attacker.send('{"jsonrpc":"2.0","method":"close_file","params":{"file":3}}')
    attacker.send('{"jsonrpc":"2.0","method":"no_such_thing"}')
    assert attacker.call(2, "health")["id"] == 2


def test_calls_wait_for_their_turn(attacker: Process) -> None:
    attacker.initialize()
    for identity in range(2, 6):
        attacker.send(json.dumps({"jsonrpc": "2.0", "id": identity, "method": "health"}))
    assert [attacker.read()["id"] for _ in range(2, 6)] == [2, 3, 4, 5]


def test_calls_that_arrive_during_a_request_wait_for_it(attacker: Process) -> None:
    attacker.initialize(attack="fills_storage")
    asked = attacker.call(2, "fetch", service="account")
    assert asked["method"] == "storage.set"
    attacker.send('{"jsonrpc":"2.0","id":3,"method":"health"}')
    attacker.send(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": None}))
    assert [attacker.read()["id"] for _ in range(2)] == [2, 3]


def test_threads_of_a_plugin_may_ask_at_once_and_be_answered_in_any_order(
    attacker: Process,
) -> None:
    attacker.initialize(attack="asks_from_threads")
    attacker.send('{"jsonrpc":"2.0","id":2,"method":"fetch","params":{"service":"account"}}')
    asked = [attacker.read() for _ in range(8)]
    assert {told["method"] for told in asked} == {"storage.keys"}
    for told in reversed(asked):
        attacker.send(json.dumps({"jsonrpc": "2.0", "id": told["id"], "result": {"keys": []}}))
    (note,) = attacker.read()["result"]["facts"]
    assert note["Note"]["text"] == "8 answers"


@pytest.mark.parametrize(
    ("attack", "data"),
    [
        ("raises", {"Failed": "ValueError: this plugin is broken"}),
        ("recurses", {"Failed": "RecursionError: maximum recursion depth exceeded"}),
        ("asks_to_exit", {"Failed": "the plugin wanted to exit: SystemExit: enough"}),
        ("answers_with_nan", {"Failed": "ValueError: `NaN` is not a finite number"}),
        ("answers_strangers", {"Failed": "WireError: `str` is not a fact"}),
    ],
)
def test_a_failed_call_is_told_and_the_next_one_answered(
    attacker: Process, attack: str, data: dict[str, str]
) -> None:
    attacker.initialize(attack=attack)
    assert attacker.call(2, "fetch", service="account")["error"]["data"] == data
    assert attacker.call(3, "health")["result"]["status"] == "Up"


def test_shutdown_ends_the_process_whatever_threads_there_are(attacker: Process) -> None:
    attacker.initialize(attack="leaves_a_thread")
    attacker.call(2, "fetch", service="account")
    assert attacker.call(3, "shutdown")["result"] is None
    assert attacker.process.wait(timeout=10) == 0


def test_the_end_of_standard_input_ends_the_process(attacker: Process) -> None:
    attacker.initialize()
    assert attacker.end()[0] == 0


def test_a_host_that_goes_away_during_a_request_ends_the_process(attacker: Process) -> None:
    attacker.initialize(attack="fills_storage")
    attacker.call(2, "fetch", service="account")
    timer = threading.Timer(20, attacker.process.kill)
    timer.start()
    assert attacker.end()[0] == 0
    timer.cancel()


def test_a_text_that_utf_8_has_no_place_for_does_not_break_a_line(
    write_plugin: WritePlugin,
) -> None:
    text = """
from stonks_overwatch.plugins.bases import Broker

class Mine(Broker):
    def health_check(self):
        return {"message": "half \\ud800 a pair"}
"""
    process = Process("--plugin", write_plugin({"__init__.py": text}))
    process.initialize()
    assert process.call(2, "health")["result"]["message"] == "half ? a pair"
    process.end()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--plugin"], ["--dance"], ["--legacy", "x"], ["--build-component", "x"], ["x"]],
)
def test_arguments_that_mean_nothing_end_with_status_2(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(RUN_PLUGIN), *arguments], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"run_plugin.py --plugin DIR" in done.stderr
    assert done.stdout == b""
