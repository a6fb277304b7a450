"""A host whose answers a test writes."""

from __future__ import annotations

import json as json_module
from base64 import b64decode, b64encode
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stonks_runner.host import HostError

NOW = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A request that the plugin sent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    auth: str | None
    timeout_milliseconds: int | None

    def json(self) -> Any:
        """The body as JSON."""
        return json_module.loads(self.body or b"null")


class FakeHost:
    """Keeps what the plugin tells, and answers what it asks."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.asked: list[Asked] = []
        self.storage: dict[str, bytes] = {}
        self.quota: int | None = None
        self.log: list[tuple[str, str]] = []
        self.progress: list[tuple[int, int | None, str]] = []
        self._answers: dict[tuple[str, str], deque[Any]] = {}

    def answer(
        self,
        method: str,
        url: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        body: bytes | str = b"",
        json: Any = None,
    ) -> None:
        """Writes the next answer to a request; the last one is given again and again."""
        if json is not None:
            body = json_module.dumps(json)
        raw = body.encode() if isinstance(body, str) else body
        told = {
            "status": status,
            "headers": [[name.lower(), value] for name, value in (headers or {}).items()],
            "body": b64encode(raw).decode("ascii"),
        }
        self._answers.setdefault((method.upper(), url), deque()).append(told)

    def refuse(self, method: str, url: str, error: dict[str, Any] | str) -> None:
        """Writes a case of the contract's `http-error`, such as `{"RateLimited": 5}`."""
        refusal = HostError("refused", error)
        self._answers.setdefault((method.upper(), url), deque()).append(refusal)

    def messages(self, level: str | None = None) -> list[str]:
        """What stands in the log, of one level or of all."""
        return [text for written, text in self.log if level in (None, written)]

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Answers what the runner asks."""
        if method == "http.send":
            return self._send(params)
        if method == "clock.now":
            seconds = int(self.now.timestamp())
            return {"seconds": seconds, "nanoseconds": self.now.microsecond * 1000}
        if method == "storage.get":
            value = self.storage.get(params["key"])
            return {"value": None if value is None else b64encode(value).decode("ascii")}
        if method == "storage.set":
            return self._store(params["key"], b64decode(params["value"]))
        if method == "storage.delete":
            self.storage.pop(params["key"], None)
            return None
        if method == "storage.keys":
            return {"keys": sorted(key for key in self.storage if key.startswith(params["prefix"]))}
        raise HostError(f"no method `{method}`")

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Keeps what the runner tells."""
        if method == "log":
            self.log.append((params["level"], params["message"]))
        elif method == "progress":
            told = params["progress"]
            self.progress.append((told["done"], told.get("total"), params["message"]))

    def _store(self, key: str, value: bytes) -> None:
        others = sum(len(kept) for name, kept in self.storage.items() if name != key)
        if self.quota is not None and others + len(value) > self.quota:
            raise HostError("full", {"Full": self.quota})
        self.storage[key] = value

    def _send(self, params: dict[str, Any]) -> Any:
        body = params.get("body")
        asked = Asked(
            method=params["method"],
            url=params["url"],
            headers=tuple((name, value) for name, value in params["headers"]),
            body=None if body is None else b64decode(body),
            auth=params.get("auth"),
            timeout_milliseconds=params.get("timeout_milliseconds"),
        )
        self.asked.append(asked)
        answers = self._answers.get((asked.method, asked.url))
        if not answers:
            known = ", ".join(f"{method} {url}" for method, url in self._answers) or "none"
            raise HostError(
                "denied",
                {
                    "Denied": {
                        "message": f"the test has no answer to {asked.method} {asked.url}",
                        "hint": f"it has answers to: {known}",
                    }
                },
            )
        told = answers.popleft() if len(answers) > 1 else answers[0]
        if isinstance(told, HostError):
            raise told
        return told
