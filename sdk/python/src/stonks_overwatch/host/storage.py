"""A small store of the plugin's own, kept between calls and restarts.

Needs the `storage` permission.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from stonks_runner import host
from stonks_runner.contract import errors


class StorageError(errors.PluginError):
    """The store could not be used."""


class StorageDenied(StorageError):
    """The manifest does not ask for a store, or the user did not grant it."""


class StorageFull(StorageError):
    """The value does not fit into the quota, in bytes."""

    def __init__(self, quota: int) -> None:
        super().__init__(f"the store is full: its quota is {quota} bytes")
        self.quota = quota


class StorageFailed(StorageError):
    """The host could not do it."""


def get(key: str) -> bytes | None:
    """The value of a key, if it has one."""
    value = _ask("storage.get", {"key": key})["value"]
    return None if value is None else b64decode(value)


def set(key: str, value: bytes) -> None:
    """Stores a value."""
    _ask("storage.set", {"key": key, "value": b64encode(value).decode("ascii")})


def delete(key: str) -> None:
    """Removes a value, if there is one."""
    _ask("storage.delete", {"key": key})


def keys(prefix: str = "") -> list[str]:
    """The keys that begin so."""
    return list(_ask("storage.keys", {"prefix": prefix})["keys"])


def _ask(method: str, params: dict[str, Any]) -> Any:
    try:
        return host.current().request(method, params)
    except host.HostGone:
        raise
    except host.HostError as error:
        case, detail = error.case()
        if case == "Denied":
            raise StorageDenied(str(detail)) from None
        if case == "Full":
            raise StorageFull(int(detail)) from None
        raise StorageFailed(str(detail if case == "Failed" else error)) from None
