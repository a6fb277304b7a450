"""Credentials as the configuration of a broker names them.

The secrets themselves stay with the host, which signs requests: a field holds `HELD_BY_HOST`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from stonks_runner.configuration import HELD_BY_HOST

__all__ = ["HELD_BY_HOST", "BaseCredentials"]


@dataclass
class BaseCredentials:
    """What a broker's own class of credentials extends."""

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return dict(self.__dict__)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Credentials from fields by name."""
        return cls(**data)

    def has_minimal_credentials(self) -> bool:
        """Whether any field is set."""
        return any(self.__dict__.values())
