//! What became of the old settings: which hold here, and why the others have no place.

use stonks_core::money::Currency;

use super::brokers::BROKERS;
use super::configuration::{Configuration, Sourced};
use super::report::SettingReport;

/// The service that the old system fetched logos from; its key is kept under this name.
pub(super) const LOGO_PROVIDER: &str = "logo-provider";

/// Tells each setting. `account`: what a broker's account is called.
pub(super) fn report(
    configuration: &Configuration,
    base: Currency,
    account: impl Fn(&'static str) -> Option<String>,
) -> Vec<SettingReport> {
    let mut told = Vec::new();
    for (name, value) in &configuration.values {
        told.push(global(name, value, base));
    }
    for broker in BROKERS {
        let Some(settings) = configuration.of(broker) else { continue };
        for (name, value) in &settings.values {
            let name = format!("{}.{name}", broker.old);
            told.push(of_broker(name, value, account(broker.old)));
        }
    }
    told
}

fn setting(
    name: String,
    (value, source): &Sourced<String>,
    holds: bool,
    outcome: impl Into<String>,
) -> SettingReport {
    let (value, source) = (value.clone(), source.as_str());
    SettingReport { name, value, source, holds, outcome: outcome.into() }
}

fn global(name: &str, value: &Sourced<String>, base: Currency) -> SettingReport {
    let named = name.to_owned();
    match (name, value.0.as_str()) {
        ("base_currency", code) if code == base.as_str() => {
            setting(named, value, true, "totals are told in it here, too")
        }
        ("base_currency", code) => {
            let outcome = format!(
                "totals are told in {base}: start with `--base-currency {code}`, or set STONKS_BASE_CURRENCY"
            );
            setting(named, value, false, outcome)
        }
        ("appearance", "auto") => setting(
            named,
            value,
            true,
            "pages follow the system, as long as nothing else is chosen",
        ),
        ("appearance", _) => {
            setting(named, value, false, "each browser keeps its own: choose it beside the menu")
        }
        ("logo_provider.provider", "none") => setting(named, value, true, "no logos are fetched"),
        ("logo_provider.provider", _) => {
            let outcome = "pages fetch no logos: they send nothing elsewhere";
            setting(named, value, false, outcome)
        }
        _ => setting(named, value, false, "it has no place here"),
    }
}

fn of_broker(name: String, value: &Sourced<String>, account: Option<String>) -> SettingReport {
    let key = name.rsplit('.').next().unwrap_or_default();
    match (key, value.0.as_str(), account) {
        ("enabled", "true", Some(account)) => {
            setting(name, value, true, format!("account `{account}`"))
        }
        ("enabled", "true", None) => {
            let outcome = "nothing of it is there to be brought along: add an account for it";
            setting(name, value, false, outcome)
        }
        ("enabled", _, None) => setting(name, value, true, "there is no account for it"),
        ("enabled", _, Some(account)) => {
            let outcome = format!(
                "an account can't be switched off: account `{account}` counts; `stonks account remove {account}` takes it out"
            );
            setting(name, value, false, outcome)
        }
        ("start_date", ..) => {
            setting(name, value, false, "an account begins with the first row that is imported")
        }
        ("update_frequency", ..) => setting(
            name,
            value,
            false,
            "nothing is fetched by the clock yet: `stonks sync` fetches",
        ),
        ("offline_mode", "false", _) => setting(name, value, true, "pages read the database alone"),
        ("offline_mode", ..) => setting(name, value, true, "pages never ask a broker"),
        _ => setting(name, value, false, "it has no place here"),
    }
}
