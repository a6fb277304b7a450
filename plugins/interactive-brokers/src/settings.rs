//! The plugin's setting: the time zone in which statements tell times.

use std::cell::RefCell;

use stonks_plugin_sdk::{Configuration, PluginError, SettingValue, bad_data};

/// Times of Flex statements are those of New York, unless the account was set to another zone.
const DEFAULT: &str = "America/New_York";

thread_local! {
    /// A component has one thread; tests have one for each test.
    static ZONE: RefCell<String> = RefCell::new(DEFAULT.to_owned());
}

/// The zone of times that don't name one.
pub(crate) fn time_zone() -> String {
    ZONE.with_borrow(Clone::clone)
}

/// Takes the settings in.
///
/// # Errors
/// What can't be a time zone.
pub(crate) fn set(configuration: Configuration) -> Result<(), PluginError> {
    for setting in configuration.settings {
        if let ("time_zone", SettingValue::Text(zone)) = (setting.key.as_str(), setting.value) {
            let zone = zone.trim();
            if !is_zone(zone) {
                let shown = crate::row::shown(zone);
                return Err(bad_data(format!("`{shown}` is not a time zone"))
                    .hint("choose a name such as `America/New_York`, or an offset such as `+01:00`")
                    .into());
            }
            ZONE.replace(zone.to_owned());
        }
    }
    Ok(())
}

/// Whether it has the shape of one; the host knows all zones and refuses others.
fn is_zone(zone: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-:".contains(&byte);
    (1..=50).contains(&zone.len()) && zone.bytes().all(is_letter)
}
