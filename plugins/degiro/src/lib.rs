//! DEGIRO's exports: `Transactions.csv` and `Account.csv`, in nine languages and either number format.
//!
//! Both files may be imported, or either alone: a trade gets the same identity from both, and the
//! account statement's rows settle it.

mod account;
mod corporate_actions;
mod currencies;
mod header;
mod identities;
mod instruments;
mod numbers;
mod order;
mod stamp;
mod table;
mod trade;
mod transactions;
mod vocabulary;
mod words;

use header::Header;
use stonks_plugin_sdk::{FactSource, FileImporter, Plugin, PluginError, text};

/// The plugin.
pub struct Degiro;

impl Plugin for Degiro {}

impl FileImporter for Degiro {
    fn open(_name: &str, content: Vec<u8>) -> Result<Box<dyn FactSource>, PluginError> {
        let expected = "DEGIRO's `Transactions.csv` or `Account.csv`";
        let text = text::decode(&content).map_err(|reason| reason.refusal(expected))?;
        let rows = table::read(&text)?;
        let Some(first) = rows.first() else {
            return Err(text::NoText::Empty.refusal(expected).into());
        };
        match header::recognise(first)? {
            Header::Transactions(columns) => {
                Ok(Box::new(transactions::Transactions::open(rows, columns)?))
            }
            Header::Account(columns) => Ok(Box::new(account::Account::open(rows, &columns)?)),
        }
    }
}

/// Facts in one page.
const PAGE_LENGTH: usize = 2_000;

stonks_plugin_sdk::export_plugin!(Degiro: file_import);
