"""Errors: what a plugin raises so that the host understands it, and what goes wrong in loading."""

from stonks_runner.contract.errors import (
    AuthRequired,
    BadData,
    Failed,
    NeedsUserAction,
    PluginError,
    RateLimited,
    Unavailable,
    Unsupported,
    UpstreamChanged,
    UserActionKind,
)


class PluginLoadError(Failed):
    """A plugin can't be loaded."""


class ManifestError(PluginLoadError):
    """A manifest can't be read."""


__all__ = [
    "AuthRequired",
    "BadData",
    "Failed",
    "ManifestError",
    "NeedsUserAction",
    "PluginError",
    "PluginLoadError",
    "RateLimited",
    "Unavailable",
    "Unsupported",
    "UpstreamChanged",
    "UserActionKind",
]
