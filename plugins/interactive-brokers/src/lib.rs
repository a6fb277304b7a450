//! Statements of Interactive Brokers: Activity Flex Queries as XML, or as CSV of trades and cash
//! transactions.
//!
//! A file is surveyed once from end to end, so that damage is found before anything is told and each
//! event is read at one level of detail only. Then its rows become facts page by page.
//!
//! Limits, each explained where it arises: exchange rates are left to the ECB's (`sections`), the
//! daily settlement of futures isn't told (`trade`), and interest that is bought with a bond comes
//! from the cash transactions where a statement has them (`trade`).
//!
//! Invariant: one event of the account becomes one fact, whichever sections restate it.

mod accrual;
mod action;
mod cash;
mod charge;
mod columns;
mod day;
mod instrument;
mod markets;
mod number;
mod option_event;
mod position;
mod recognise;
mod report;
mod row;
mod sections;
mod security;
mod settings;
mod statement;
mod survey;
mod table;
mod teller;
mod trade;
mod transfer;
mod tree;

use std::borrow::Cow;

use stonks_plugin_sdk::{Configuration, FactSource, FileImporter, Plugin, PluginError, text};

/// Facts after which a page ends.
const PAGE_LENGTH: usize = 2_000;

/// The plugin.
pub struct InteractiveBrokers;

impl Plugin for InteractiveBrokers {
    fn initialize(configuration: Configuration) -> Result<(), PluginError> {
        settings::set(configuration)
    }
}

impl FileImporter for InteractiveBrokers {
    fn open(_name: &str, content: Vec<u8>) -> Result<Box<dyn FactSource>, PluginError> {
        let text = decoded(content)?;
        let zone = settings::time_zone();
        if recognise::is_web_page(&text) {
            return Err(recognise::web_page().into());
        }
        if text.trim_start().starts_with('<') {
            return Ok(Box::new(statement::Statements::open(text, zone)?));
        }
        Ok(Box::new(table::Table::open(text, zone)?))
    }
}

/// The text of a file; its own bytes where they are that already.
fn decoded(content: Vec<u8>) -> Result<String, PluginError> {
    let expected = "a Flex statement as XML or CSV";
    let text = match text::decode(&content).map_err(|reason| reason.refusal(expected))? {
        Cow::Owned(text) => text,
        // Without its byte order mark.
        Cow::Borrowed(text) if text.len() < content.len() => text.to_owned(),
        Cow::Borrowed(_) => {
            return String::from_utf8(content)
                .map_err(|_| text::NoText::Binary.refusal(expected).into());
        }
    };
    Ok(text)
}

stonks_plugin_sdk::export_plugin!(InteractiveBrokers: file_import);
