//! The XML form: a `Cube` for each day, and in it one for each currency.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use stonks_plugin_sdk::{Fact, PluginError, bad_data};

use crate::rate;

/// All rates, or those from `since` on. Where there are none at all, it is no file of rates.
pub(crate) fn rates(text: &str, since: Option<&str>) -> Result<Vec<Fact>, PluginError> {
    let damaged = |error: &dyn std::fmt::Display| -> PluginError {
        bad_data(format!("the XML is damaged: {error}"))
            .hint("download the file again from the ECB")
            .into()
    };
    let mut reader = Reader::from_str(text);
    let mut facts = Vec::new();
    let mut day = None;
    let mut has_rates = false;
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == "Cube" =>
            {
                if let Some(time) = attribute(&element, "time").map_err(|error| damaged(&error))? {
                    day = Some(time);
                }
                let currency = attribute(&element, "currency").map_err(|error| damaged(&error))?;
                let told = attribute(&element, "rate").map_err(|error| damaged(&error))?;
                if let (Some(day), Some(currency), Some(told)) = (&day, currency, told) {
                    has_rates = true;
                    if since.is_none_or(|since| day.as_str() >= since) {
                        facts.extend(rate(day, &currency, &told, None)?);
                    }
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !has_rates {
        return Err(bad_data("the XML holds no reference rates")
            .hint("download eurofxref-hist-90d.xml from the ECB's page on reference rates")
            .into());
    }
    Ok(facts)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, quick_xml::Error> {
    match element.try_get_attribute(name)? {
        Some(attribute) => Ok(Some(attribute.value.into_owned())),
        None => Ok(None),
    }
}
