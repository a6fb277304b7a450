"""The service `authentication`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import Any


class AuthenticationResult(Enum):
    """What came of a login."""

    SUCCESS = "success"
    TOTP_REQUIRED = "totp_required"
    IN_APP_AUTHENTICATION_REQUIRED = "in_app_authentication_required"
    ACCOUNT_BLOCKED = "account_blocked"
    INVALID_CREDENTIALS = "invalid_credentials"
    CONNECTION_ERROR = "connection_error"
    MAINTENANCE_MODE = "maintenance_mode"
    OFFLINE_MODE = "offline_mode"
    CONFIGURATION_ERROR = "configuration_error"
    UNKNOWN_ERROR = "unknown_error"


@dataclass
class AuthenticationResponse:
    """What came of a login, with what there is to say."""

    result: AuthenticationResult
    message: str | None = None
    session_id: str | None = None
    requires_totp: bool = False
    is_maintenance_mode: bool = False
    error_details: dict[str, Any] | None = None

    @property
    def is_success(self) -> bool:
        """Whether the user is logged in."""
        return self.result == AuthenticationResult.SUCCESS


class AuthenticationServiceInterface(ABC):
    """Tells whether the host's credentials are accepted. `request` is None: there is no page."""

    @abstractmethod
    def check_broker_connection(self, request: Any = None) -> AuthenticationResponse:
        """Asks the broker."""
