"""JSON-RPC 2.0 over the original standard input and output, one object a line."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import deque
from typing import Any

from stonks_runner.host import HostError, HostGone

_PIECE = 1 << 16


class Channel:
    """Requests in both directions.

    The plugin runs on the main thread. Whoever waits, be it the main thread for its next call or
    any thread for an answer, reads for all: one reads at a time, and hands each message to whom it
    is for.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = os.fdopen(incoming, "rb", buffering=_PIECE)
        self._outgoing = outgoing
        self._writing = threading.Lock()
        # Guards all that follows; told whenever a message came or a reader went.
        self._changed = threading.Condition()
        self._is_read = False
        self._is_closed = False
        self._calls: deque[dict[str, Any]] = deque()
        self._answers: dict[int, dict[str, Any]] = {}
        self._last_id = 0

    def next_call(self) -> dict[str, Any] | None:
        """The host's next request or notification; None where the host closed the channel."""
        with self._changed:
            while not self._calls:
                if self._is_closed:
                    return None
                self._read_or_wait()
            return self._calls.popleft()

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Asks the host and waits for its answer."""
        with self._changed:
            self._last_id += 1
            identity = self._last_id
        self.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
        with self._changed:
            while identity not in self._answers:
                if self._is_closed:
                    raise HostGone(f"the host went away during `{method}`")
                self._read_or_wait()
            answer = self._answers.pop(identity)
        if "error" in answer:
            error = answer["error"]
            raise HostError(str(error.get("message", "the host refused")), error.get("data"))
        return answer.get("result")

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Tells the host without waiting."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: dict[str, Any]) -> None:
        """Sends one object."""
        self.send_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def send_text(self, text: str) -> None:
        """Sends an object that is text already."""
        # A lone surrogate has no place in UTF-8.
        piece = memoryview(text.encode("utf-8", "replace") + b"\n")
        with self._writing:
            while piece:
                piece = piece[os.write(self._outgoing, piece) :]

    def _read_or_wait(self) -> None:
        """Takes part in reading until something changed. Called with the lock held."""
        if self._is_read:
            self._changed.wait()
            return
        self._is_read = True
        self._changed.release()
        message: dict[str, Any] | None = None
        try:
            message = self._read()
        finally:
            self._changed.acquire()
            self._is_read = False
            if message is None:
                self._is_closed = True
            elif "method" in message:
                self._calls.append(message)
            elif isinstance(message.get("id"), int):
                self._answers[message["id"]] = message
            self._changed.notify_all()

    def _read(self) -> dict[str, Any] | None:
        """The next message that is one; None at the end."""
        while line := self._incoming.readline():
            try:
                message = json.loads(line)
            except ValueError:
                message = None
            if isinstance(message, dict):
                return message
            error = {"code": -32700, "message": "not a JSON object"}
            self.send({"jsonrpc": "2.0", "id": None, "error": error})
        return None


def take_standard_streams() -> Channel:
    """The channel over the original streams, which are the plugin's no longer.

    What the plugin prints goes to standard error, and it reads nothing: neither harms the channel.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = _nothing()
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.stdout is not None:
        sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    return Channel(incoming, outgoing)


def _nothing() -> int:
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        # A sandbox may have no /dev: a pipe that nobody writes to ends at once as well.
        reading, writing = os.pipe()
        os.close(writing)
        return reading
