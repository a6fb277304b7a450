//! Euro foreign exchange reference rates, from the ECB's files or its site.
//!
//! Source: European Central Bank, euro foreign exchange reference rates: `eurofxref-hist.csv`,
//! `eurofxref-daily.csv` and the XML files of the same names.

mod refresh;
mod table;
mod tree;

use stonks_plugin_sdk::services::update::Guest as Update;
use stonks_plugin_sdk::{
    Fact, FactSource, FileImporter, FxRate, Page, Plugin, PluginError, SourceLocation, all_at_once,
    bad_data, text,
};

/// The plugin.
pub struct EcbRates;

impl Plugin for EcbRates {}

impl FileImporter for EcbRates {
    fn open(_name: &str, content: Vec<u8>) -> Result<Box<dyn FactSource>, PluginError> {
        let text = text::decode(&content)
            .map_err(|reason| reason.refusal("a file of the ECB's reference rates"))?
            .into_owned();
        if text.trim_start().starts_with('<') {
            return Ok(all_at_once(tree::rates(&text, None)?));
        }
        Ok(Box::new(table::Table::open(text)?))
    }
}

impl Update for EcbRates {
    async fn fetch(cursor: Option<String>, since: Option<String>) -> Result<Page, PluginError> {
        refresh::page(cursor, since).await
    }
}

/// One rate as a fact; `None` for `N/A` and for an empty field.
///
/// # Errors
/// A day, a currency or a rate that is none.
fn rate(
    day: &str,
    currency: &str,
    told: &str,
    line: Option<u32>,
) -> Result<Option<Fact>, PluginError> {
    if told.is_empty() || told == "N/A" {
        return Ok(None);
    }
    let refusal = |message: String| {
        let refusal = bad_data(message).hint("download the file again from the ECB");
        line.map_or(refusal.clone(), |line| refusal.line(line))
    };
    if !is_day(day) {
        return Err(refusal(format!("`{day}` is not a date of the form 2026-10-30")).into());
    }
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(refusal(format!("`{currency}` is not a currency")).into());
    }
    let number =
        told.parse::<stonks_plugin_sdk::Decimal>().ok().filter(|rate| rate.is_sign_positive());
    let Some(number) = number.filter(|rate| !rate.is_zero()) else {
        return Err(refusal(format!("`{told}` is not a rate of {currency}")).into());
    };
    Ok(Some(Fact::FxRate(FxRate {
        identity: format!("ecb:{day}:{currency}"),
        base: "EUR".to_owned(),
        quote: currency.to_owned(),
        date: day.to_owned(),
        rate: stonks_plugin_sdk::decimal::canonical(number),
        source: SourceLocation { line, path: None },
    })))
}

fn is_day(day: &str) -> bool {
    day.len() == 10
        && day.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

stonks_plugin_sdk::export_plugin!(EcbRates: update, file_import);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stonks_plugin_sdk::testing::{import, tell, tell_error};

    fn check(content: &str, expected: &str) {
        let told = match import::<EcbRates>("rates", content.as_bytes()) {
            Ok(facts) => tell(&facts),
            Err(error) => tell_error(&error),
        };
        assert_eq!(told.trim(), expected);
    }

    #[test]
    fn both_formats_give_the_same_facts() {
        let expected = "fx-rate 2026-10-30 EUR/USD 1.1172\nfx-rate 2026-10-30 EUR/JPY 175.68";
        check("Date,USD,JPY,CYP,\n2026-10-30,1.1172,175.68,N/A,\n", expected);
        check(
            "<Envelope><Cube><Cube time='2026-10-30'><Cube currency='USD' rate='1.1172'/>\
             <Cube currency='JPY' rate='175.680'/></Cube></Cube></Envelope>",
            expected,
        );
        check("Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n", expected);
    }

    #[test]
    fn what_is_no_file_of_rates_is_refused() {
        let hint = "hint: download eurofxref-hist.csv from the ECB's page on reference rates";
        check(
            "Datum,Tijd\n",
            &format!(
                "refused: this is no file of the ECB's reference rates: its first line is `Datum,Tijd` line 1 {hint}"
            ),
        );
        check(
            "Date,USD,\n2026-10-30,abc,\n",
            "refused: `abc` is not a rate of USD line 2 hint: download the file again from the ECB",
        );
        check(
            "Date,USD,\n2026-10-30,-1,\n",
            "refused: `-1` is not a rate of USD line 2 hint: download the file again from the ECB",
        );
        check(
            "<a><b></a>",
            "refused: the XML is damaged: ill-formed document: expected `</b>`, but `</a>` was found hint: download the file again from the ECB",
        );
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
            let _unread = import::<EcbRates>("rates", &content);
        }
    }
}
