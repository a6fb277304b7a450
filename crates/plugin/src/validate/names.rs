//! Names: none that means something else, none that can be taken for another's.

use std::sync::LazyLock;

use unicode_security::confusable_detection::skeleton;

use crate::finding::{Finding, is_deceptive};
use crate::manifest::Manifest;
use crate::validate::spelling::distance;
use crate::validate::{Context, rules};

/// Words of the host's own addresses, commands and folders, and names of devices on Windows.
const RESERVED: &[&str] = &[
    "admin",
    "all",
    "api",
    "app",
    "auth",
    "aux",
    "built-in",
    "builtin",
    "catalogue",
    "con",
    "core",
    "default",
    "events",
    "host",
    "index",
    "install",
    "lpt1",
    "com1",
    "login",
    "logout",
    "manifest",
    "marketplace",
    "none",
    "nul",
    "null",
    "plugin",
    "plugins",
    "prn",
    "root",
    "self",
    "settings",
    "static",
    "stonks",
    "stonks-overwatch",
    "stonks_overwatch",
    "system",
    "test",
    "undefined",
    "vault",
];

/// Brokers and sources that people know, for which none should be taken.
const WELL_KNOWN: &[&str] = &[
    "alpaca",
    "binance",
    "bitvavo",
    "bux",
    "charles-schwab",
    "coinbase",
    "comdirect",
    "degiro",
    "ecb-rates",
    "etoro",
    "fidelity",
    "freetrade",
    "generic-csv",
    "ibkr",
    "interactive-brokers",
    "kraken",
    "lynx",
    "metatrader",
    "questrade",
    "revolut",
    "robinhood",
    "saxo-bank",
    "scalable-capital",
    "swissquote",
    "trade-republic",
    "trading212",
    "vanguard",
    "yahoo-finance",
];

/// Names shorter than this are near one another by chance.
const LEAST_TO_COMPARE: usize = 5;

/// A name in the forms in which it is compared.
struct Known {
    name: String,
    letters: String,
    look: String,
}

impl Known {
    fn of(name: &str) -> Self {
        let letters = letters_of(name);
        Self { name: name.to_owned(), look: look(&letters), letters }
    }

    fn is_near(&self, other: &Self) -> bool {
        let allowed = if other.letters.len() >= 10 { 2 } else { 1 };
        other.name.len() >= LEAST_TO_COMPARE
            && self.letters.len().abs_diff(other.letters.len()) <= allowed
            && distance(&self.letters, &other.letters) <= allowed
    }
}

pub(super) fn check(manifest: &Manifest, context: &Context, findings: &mut Vec<Finding>) {
    static WELL: LazyLock<Vec<Known>> =
        LazyLock::new(|| WELL_KNOWN.iter().map(|name| Known::of(name)).collect());
    let further: Vec<Known> = context.names.iter().map(|name| Known::of(name)).collect();
    let known = || WELL.iter().chain(&further);
    let own = Known::of(manifest.plugin.name.as_str());
    if RESERVED.contains(&own.name.as_str()) {
        let message = format!("`{}` is reserved", own.name);
        findings.push(Finding::of(&rules::NAME_RESERVED, "/plugin/name", message));
    }
    if !known().any(|other| other.name == own.name) {
        if let Some(other) = known().find(|other| other.look == own.look) {
            let message = format!("`{}` looks the same as `{}`", own.name, other.name);
            findings.push(Finding::of(&rules::NAME_DECEPTIVE, "/plugin/name", message));
        } else if let Some(other) = known().find(|other| own.is_near(other)) {
            let message = format!("`{}` is easily taken for `{}`", own.name, other.name);
            findings.push(Finding::of(&rules::NAME_LOOKS_ALIKE, "/plugin/name", message));
        }
    }
    if let Some(name) = &manifest.plugin.display_name {
        // The same letters as another's name are fine for variants of it; other letters that look the
        // same are not.
        let shown = Known::of(name);
        let imitated = known().find(|other| {
            other.look == shown.look && other.letters != shown.letters && other.name != own.name
        });
        if let Some(other) = imitated {
            let message = format!("`{name}` looks the same as `{}`", other.name);
            findings.push(Finding::of(&rules::NAME_DECEPTIVE, "/plugin/display_name", message));
        }
    }
    texts(manifest, findings);
}

/// Letters and digits as an eye takes them in: one form for all signs that look the same.
fn look(letters: &str) -> String {
    const SAME: [(&str, &str); 6] =
        [("rn", "m"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("vv", "w")];
    let plain = skeleton(letters).collect::<String>().to_lowercase();
    SAME.iter().fold(plain, |name, (from, to)| name.replace(from, to))
}

fn letters_of(name: &str) -> String {
    name.to_lowercase().chars().filter(|sign| sign.is_alphanumeric()).collect()
}

/// Texts that people decide by.
fn texts(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let about = &manifest.plugin;
    let mut texts = vec![
        ("/plugin/display_name".to_owned(), about.display_name.as_deref()),
        ("/plugin/description".to_owned(), about.description.as_deref()),
        ("/plugin/author".to_owned(), about.author.as_deref()),
    ];
    for (place, permission) in manifest.permissions.http.iter().enumerate() {
        texts.push((format!("/permissions/http/{place}/purpose"), Some(&permission.purpose)));
    }
    let storage = manifest.permissions.storage.as_ref().map(|storage| storage.purpose.as_str());
    texts.push(("/permissions/storage/purpose".to_owned(), storage));
    for (place, field) in manifest.credentials.iter().enumerate() {
        texts.push((format!("/credentials/{place}/label"), Some(&field.label)));
        texts.push((format!("/credentials/{place}/help"), field.help.as_deref()));
    }
    for (place, field) in manifest.settings.iter().enumerate() {
        texts.push((format!("/settings/{place}/label"), Some(&field.label)));
        texts.push((format!("/settings/{place}/help"), field.help.as_deref()));
    }
    for (at, text) in texts {
        let sign = text.and_then(|text| {
            text.chars().find(|sign| is_deceptive(*sign) && !matches!(sign, '\n' | '\t'))
        });
        if let Some(sign) = sign {
            let message = format!("the text holds the invisible sign {}", sign.escape_unicode());
            findings.push(Finding::of(&rules::TEXT_DECEPTIVE, at, message));
        }
    }
}
