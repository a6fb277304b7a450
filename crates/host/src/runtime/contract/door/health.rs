//! What a plugin says of its health, checked.

use stonks_plugin::health::{Measurement, Report};

use super::values::{Checked, optional_text, text};
use crate::runtime::HealthReport;
use crate::runtime::contract::exports::lifecycle as wit;

/// More measurements in one report are refused.
const MOST_MEASUREMENTS: usize = 50;

/// Checks a report. The error names the field.
pub(in crate::runtime) fn health(told: wit::HealthReport) -> Checked<HealthReport> {
    if told.measurements.len() > MOST_MEASUREMENTS {
        return Err(format!(
            "a health report of {} measurements; at most {MOST_MEASUREMENTS} are allowed",
            told.measurements.len()
        ));
    }
    let status = match told.status {
        wit::HealthStatus::Up => Report::Up,
        wit::HealthStatus::Degraded => Report::Degraded,
        wit::HealthStatus::Down => Report::Down,
    };
    let measurement = |told: wit::Measurement| {
        let name = text("measurements.name", told.name)?;
        if !told.value.is_finite() {
            return Err(format!("measurements.value: that of `{name}` is no number"));
        }
        Ok(Measurement { name, value: told.value, unit: text("measurements.unit", told.unit)? })
    };
    Ok(HealthReport {
        status,
        message: optional_text("message", told.message)?,
        measurements: told.measurements.into_iter().map(measurement).collect::<Checked<_>>()?,
    })
}
