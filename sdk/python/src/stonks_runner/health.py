"""What plugins say of their health, as the contract's report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stonks_runner.contract.calls import HealthReport, HealthStatus, Measurement

_UP = {"ok", "up", "healthy", "active", "connected", "good", "running", "legacy_adapter"}
_DEGRADED = {"degraded", "warning", "warn", "limited", "partial"}
_DOWN = {"down", "error", "unhealthy", "failed", "failure", "disconnected", "critical"}

# UCUM codes of the names that the roadmap knows.
_UNITS = {
    "memory_usage": "MBy",
    "cpu_usage": "%",
    "request_count": "1",
    "error_rate": "%",
    "response_time": "ms",
}

_MOST_MEASUREMENTS = 50


def report_of(told: Any) -> HealthReport:
    """A report from what `health_check` returned: a report, a truth, or figures by name."""
    if isinstance(told, HealthReport):
        return told
    if not isinstance(told, Mapping):
        return HealthReport(HealthStatus.DOWN if told is False else HealthStatus.UP)
    status, unknown = _status(told)
    message = told.get("message") or told.get("status_message") or told.get("error") or unknown
    measurements = [
        Measurement(str(name), float(value), _UNITS.get(str(name), "1"))
        for name, value in told.items()
        if _is_measured(value)
    ]
    return HealthReport(
        status,
        None if message is None else str(message),
        tuple(measurements[:_MOST_MEASUREMENTS]),
    )


def _status(told: Mapping[str, Any]) -> tuple[HealthStatus, str | None]:
    """The status, and the plugin's own word for it where that is not known."""
    for name in ("healthy", "is_healthy"):
        if isinstance(told.get(name), bool):
            return (HealthStatus.UP if told[name] else HealthStatus.DOWN), None
    status = told.get("status", "ok")
    if isinstance(status, bool):
        return (HealthStatus.UP if status else HealthStatus.DOWN), None
    if isinstance(status, HealthStatus):
        return status, None
    word = str(getattr(status, "value", status)).lower()
    if word in _DEGRADED:
        return HealthStatus.DEGRADED, None
    if word in _DOWN:
        return HealthStatus.DOWN, None
    return HealthStatus.UP, None if word in _UP else str(status)


def _is_measured(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        return isinstance(value, int | float) and math.isfinite(value)
    except OverflowError:
        return False
