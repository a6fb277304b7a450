"""Health reports, sessions, settings, and where facts come from."""

from stonks_runner.contract.calls import (
    HealthReport,
    HealthStatus,
    Measurement,
    Origin,
    Session,
    SettingValue,
)

__all__ = ["HealthReport", "HealthStatus", "Measurement", "Origin", "Session", "SettingValue"]
