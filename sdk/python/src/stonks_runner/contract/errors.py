"""Why a call failed, so that the host can retry, ask for a login, or stop."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class PluginError(Exception):
    """A failure that the host understands. Raise one of its subclasses, or of their subclasses."""

    case = "Failed"
    """The case of the contract's variant `plugin-error`."""

    def variant(self) -> dict[str, Any]:
        """The failure as the contract writes it."""
        return {self.case: str(self)}


class UserActionKind(StrEnum):
    """What the user is asked for."""

    ONE_TIME_PASSWORD = "OneTimePassword"
    APP_CONFIRMATION = "AppConfirmation"
    CAPTCHA = "Captcha"
    BROWSER_LOGIN = "BrowserLogin"
    ACCEPT_TERMS = "AcceptTerms"
    OTHER = "Other"


class AuthRequired(PluginError):
    """There is no session, or the credentials were refused."""

    case = "AuthRequired"


class NeedsUserAction(PluginError):
    """Only the user can bring it on: a code, a tap in the broker's app."""

    def __init__(self, kind: UserActionKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    def variant(self) -> dict[str, Any]:
        """The failure as the contract writes it."""
        return {"NeedsUserAction": {"kind": str(self.kind), "message": self.message}}


class RateLimited(PluginError):
    """Too many requests; `seconds` to wait where the broker says."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__(f"wait {seconds} s" if seconds is not None else "wait")
        self.seconds = seconds

    def variant(self) -> dict[str, Any]:
        """The failure as the contract writes it."""
        return {"RateLimited": self.seconds}


class Unavailable(PluginError):
    """The broker does not answer, or is under maintenance. Worth a retry."""

    case = "Unavailable"


class UpstreamChanged(PluginError):
    """The broker answered in a form that this plugin does not know: it needs an update."""

    case = "UpstreamChanged"


class BadData(PluginError):
    """Input that the plugin refuses, and what the user can do about it.

    `message`: one sentence, lower case, without a final stop. `line` and `column` count from 1.
    """

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column

    def variant(self) -> dict[str, Any]:
        """The failure as the contract writes it."""
        detail: dict[str, Any] = {"message": self.message}
        for name in ("hint", "line", "column"):
            value = getattr(self, name)
            if value is not None:
                detail[name] = value
        return {"BadData": detail}


class Unsupported(PluginError):
    """The plugin does not offer what was asked for."""

    case = "Unsupported"


class Failed(PluginError):
    """Anything else."""
