"""The service classes of a broker: found by name, made once, asked by what they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from stonks_runner.configuration import accepted
from stonks_runner.contract.calls import Session
from stonks_runner.contract.errors import (
    AuthRequired,
    BadData,
    Failed,
    NeedsUserAction,
    PluginError,
    Unavailable,
    Unsupported,
    UserActionKind,
)
from stonks_runner.mapping import Broker
from stonks_runner.paging import Answer

METHODS = {
    "portfolio": ("get_portfolio",),
    "transaction": ("get_transactions", "get_trades"),
    "deposit": ("get_cash_deposits", "get_deposits"),
    "dividend": ("get_dividends",),
    "fee": ("get_fees",),
    "account": ("get_account_overview", "get_account"),
    "update": ("update_all", "update"),
}
"""What a service that returns objects of `services.models` is asked."""

_OTHER_NAMES = {
    "trade": "transaction",
    "trades": "transaction",
    "transactions": "transaction",
    "deposits": "deposit",
    "dividends": "dividend",
    "fees": "fee",
    "account_overview": "account",
}


def service_name(key: Any) -> str:
    """The contract's name of a service, from a `ServiceType` or a text."""
    name = str(getattr(key, "value", key)).strip().lower().replace("-", "_")
    return _OTHER_NAMES.get(name, name)


class Services:
    """What answers for each service."""

    def __init__(self, offered: Mapping[Any, Any], make_config: Callable[[], Any]) -> None:
        self._offered = {service_name(key): made for key, made in offered.items() if made}
        self._make_config = make_config
        self._config: Any = None
        self._made: dict[str, Any] = {}
        self._broker = Broker(self.names, self._rows)

    @property
    def names(self) -> frozenset[str]:
        """The services that are offered."""
        return frozenset(self._offered)

    def service(self, name: str) -> Any:
        """The object that answers for a service."""
        if name not in self._made:
            offered = self._offered.get(name)
            if offered is None:
                raise Unsupported(f"this plugin offers no service `{name}`")
            self._made[name] = self._make(offered) if isinstance(offered, type) else offered
        return self._made[name]

    def _make(self, service_class: type) -> Any:
        if self._config is None:
            self._config = self._make_config()
        return service_class(**accepted(service_class, {"config": self._config}))

    def fetch(self, name: str, cursor: str | None, since: date | None) -> Answer:
        """Facts of a service: its own where it has `fetch`, else those that its objects mean."""
        service = self.service(name)
        fetch = getattr(service, "fetch", None)
        if callable(fetch):
            answer: Answer = fetch(**accepted(fetch, {"cursor": cursor, "since": since}))
            return answer
        returned = self._rows(name)
        return self._broker.facts(name, returned, since)

    def _rows(self, name: str) -> Any:
        service = self.service(name)
        for method in METHODS.get(name, ()):
            # The class is asked: `hasattr` of an object would read the property once more.
            if hasattr(type(service), method) or method in getattr(service, "__dict__", ()):
                # A property in the Python program, a method in some of its brokers.
                told = getattr(service, method)
                return told() if callable(told) else told
        known = " or ".join(f"`{method}`" for method in ("fetch", *METHODS.get(name, ())))
        raise Unsupported(f"the service `{name}` has no {known}")

    def verify(self) -> Session:
        """Whether the broker accepts the host's credentials."""
        service = self.service("authentication")
        for method in ("verify", "check_broker_connection", "test_connection"):
            ask = getattr(service, method, None)
            if callable(ask):
                takes_request = "request" in inspect.signature(ask).parameters
                return session_of(ask(None) if takes_request else ask())
        raise Unsupported("the service `authentication` has no `verify`")


def session_of(told: Any) -> Session:
    """What an authentication service returned, as a session or as an error."""
    if isinstance(told, Session):
        return told
    if isinstance(told, Mapping):
        return Session(told.get("user"), told.get("expires_in"))
    if told is None or told is True:
        return Session()
    if told is False:
        raise AuthRequired("the broker does not accept the session")
    result = getattr(told, "result", None)
    name = str(getattr(result, "value", result))
    message = str(getattr(told, "message", None) or name.replace("_", " "))
    errors: dict[str, PluginError] = {
        "totp_required": NeedsUserAction(UserActionKind.ONE_TIME_PASSWORD, message),
        "in_app_authentication_required": NeedsUserAction(UserActionKind.APP_CONFIRMATION, message),
        "account_blocked": AuthRequired(message),
        "invalid_credentials": AuthRequired(message),
        "connection_error": Unavailable(message),
        "maintenance_mode": Unavailable(message),
        "configuration_error": BadData(message),
        "unknown_error": Failed(message),
    }
    if name in errors:
        raise errors[name]
    return Session()
