//! Gives a broker's own codes the ISIN and the symbol that the user's table states.
//!
//! Instruments that share an ISIN are one in the ledger, whatever each broker calls them.

mod table;

use std::cell::RefCell;

use stonks_plugin_sdk::middleware::{Middleware, Origin};
use stonks_plugin_sdk::{Configuration, Fact, Instrument, Plugin, PluginError, SettingValue};

use table::{Entry, Table};

/// The plugin.
pub struct SymbolMapper;

thread_local! {
    /// What the user set. A component has one thread; native tests have one each.
    static TABLE: RefCell<Table> = RefCell::default();
}

impl Plugin for SymbolMapper {
    fn initialize(configuration: Configuration) -> Result<(), PluginError> {
        let told = configuration.settings.iter().find(|setting| setting.key == "table");
        let table = match told.map(|setting| &setting.value) {
            Some(SettingValue::Text(text)) => Table::parse(text)?,
            _ => Table::default(),
        };
        TABLE.set(table);
        Ok(())
    }
}

impl Middleware for SymbolMapper {
    async fn transform(origin: Origin, mut facts: Vec<Fact>) -> Result<Vec<Fact>, PluginError> {
        TABLE.with_borrow(|table| {
            for fact in &mut facts {
                if let Fact::Instrument(instrument) = fact {
                    if let Some(entry) = find(table, &origin.plugin, instrument) {
                        apply(entry, instrument);
                    }
                }
            }
        });
        Ok(facts)
    }
}

/// What the table states of an instrument, by any name that the broker has for it: symbol, ISIN,
/// another code with or without its scheme (`conid:265598`), or the name that the plugin gave it.
fn find<'a>(table: &'a Table, broker: &str, instrument: &Instrument) -> Option<&'a Entry> {
    let with_scheme = |(scheme, code): &(String, String)| format!("{scheme}:{code}");
    let names = instrument
        .symbol
        .iter()
        .chain(&instrument.isin)
        .cloned()
        .chain(instrument.codes.iter().map(with_scheme))
        .chain(instrument.codes.iter().map(|(_, code)| code.clone()))
        .chain([instrument.identity.clone()]);
    names.into_iter().find_map(|name| table.find(broker, &name))
}

/// What the table leaves open stays as the broker told it.
fn apply(entry: &Entry, instrument: &mut Instrument) {
    if let Some(isin) = &entry.isin {
        instrument.isin = Some(isin.clone());
    }
    if let Some(symbol) = &entry.symbol {
        instrument.symbol = Some(symbol.clone());
    }
}

stonks_plugin_sdk::export_plugin!(SymbolMapper: middleware);
