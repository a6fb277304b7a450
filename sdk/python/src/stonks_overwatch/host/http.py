"""Requests to the broker, sent by the host.

The host asks the user's grants first, signs the request with the profile that `auth` names, and
removes the credentials from what comes back: a plugin never holds one.
"""

from __future__ import annotations

import json as json_module
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stonks_runner import host
from stonks_runner.contract import errors


class HttpError(errors.PluginError):
    """A request that got no answer. Where a plugin lets it pass, the call fails accordingly."""


class Denied(HttpError):
    """The manifest does not ask for it, or the user did not grant it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message = message
        self.hint = hint


class AuthRequired(HttpError):
    """The profile has no credentials or no session yet."""

    case = "AuthRequired"

    def __init__(self, profile: str) -> None:
        super().__init__(f"the profile `{profile}` has no session")
        self.profile = profile


class RateLimited(HttpError):
    """Too many requests, by the broker's answer or the host's own limit."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__("too many requests")
        self.seconds = seconds

    def variant(self) -> dict[str, Any]:
        """The failure of the plugin's call."""
        return {"RateLimited": self.seconds}


class TimedOut(HttpError):
    """No answer in time."""

    case = "Unavailable"


class TooLarge(HttpError):
    """The answer is larger than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the answer is larger than {limit} bytes")
        self.limit = limit


class Unreachable(HttpError):
    """No connection."""

    case = "Unavailable"


class InvalidRequest(HttpError):
    """The request itself is wrong."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status < 400

    def header(self, name: str) -> str | None:
        """The first header of a name, in whatever case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)

    @property
    def text(self) -> str:
        """The body as text, in the charset that the answer names, else UTF-8."""
        kind = self.header("content-type") or ""
        charset = kind.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Numbers with a point are exact: `Decimal`, never `float`."""
        return json_module.loads(self.body, parse_float=Decimal)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes | str | None = None,
    json: Any = None,
    auth: str | None = None,
    timeout: float | None = None,
) -> Response:
    """Sends a request. `auth` names a profile of the manifest; `timeout` is in seconds."""
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    if json is not None:
        body = json_module.dumps(json, default=_json_number)
        if not any(name.lower() == "content-type" for name, _ in pairs):
            pairs.append(("content-type", "application/json"))
    if isinstance(body, str):
        body = body.encode()
    params = {
        "method": method.upper(),
        "url": url,
        "headers": [[name, value] for name, value in pairs],
        "body": None if body is None else b64encode(body).decode("ascii"),
        "auth": auth,
        "timeout_milliseconds": None if timeout is None else max(1, round(timeout * 1000)),
    }
    try:
        answer = host.current().request("http.send", params)
    except host.HostGone:
        raise
    except host.HostError as error:
        raise _http_error(error) from None
    return Response(
        status=answer["status"],
        headers=tuple((name.lower(), value) for name, value in answer["headers"]),
        body=b64decode(answer["body"] or ""),
    )


def get(
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    auth: str | None = None,
    timeout: float | None = None,
) -> Response:
    """Reads a resource."""
    return request("GET", url, headers=headers, auth=auth, timeout=timeout)


def post(
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes | str | None = None,
    json: Any = None,
    auth: str | None = None,
    timeout: float | None = None,
) -> Response:
    """Sends data to a resource."""
    return request("POST", url, headers=headers, body=body, json=json, auth=auth, timeout=timeout)


def _json_number(value: object) -> float | str:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"`{type(value).__name__}` has no place in JSON")


def _http_error(error: host.HostError) -> HttpError:
    case, detail = error.case()
    if case == "Denied":
        return Denied(str(detail.get("message", "denied")), str(detail.get("hint", "")))
    if case == "AuthRequired":
        return AuthRequired(str(detail))
    if case == "RateLimited":
        return RateLimited(detail)
    if case == "TimedOut":
        return TimedOut("no answer in time")
    if case == "TooLarge":
        return TooLarge(int(detail))
    if case == "Unreachable":
        return Unreachable(str(detail))
    if case == "InvalidRequest":
        return InvalidRequest(str(detail))
    return HttpError(str(error))
