//! What a plugin written in Rust depends on: the contract's types, and what most plugins need.
//!
//! A plugin is a type that implements [`Plugin`] and the services it offers, and one line that
//! exports them. The same code runs as a WebAssembly component in the host and natively in the
//! plugin's own tests.
//!
//! Invariant: nothing here knows the host; everything crosses the contract in `wit/`.
//!
//! ```
//! use stonks_plugin_sdk::{FactSource, FileImporter, Plugin, PluginError, all_at_once, bad_data};
//!
//! struct Example;
//!
//! impl Plugin for Example {}
//!
//! impl FileImporter for Example {
//!     fn open(name: &str, content: Vec<u8>) -> Result<Box<dyn FactSource>, PluginError> {
//!         if content.is_empty() {
//!             return Err(bad_data(format!("`{name}` is empty")).into());
//!         }
//!         Ok(all_at_once(Vec::new()))
//!     }
//! }
//!
//! stonks_plugin_sdk::export_plugin!(Example: file_import);
//! ```

#![deny(missing_docs)]

pub mod aggregator;
mod bindings;
pub mod decimal;
mod errors;
pub mod figures;
mod identity;
pub mod isin;
pub mod middleware;
mod session;
pub mod testing;
pub mod text;
pub mod view;

#[doc(hidden)]
pub use bindings::exports;
pub use bindings::exports::lifecycle::exports::stonks::plugin::lifecycle::{
    Configuration, HealthReport, HealthStatus, Measurement, Setting, SettingValue,
};
pub use bindings::host::{clock, http, log, progress, storage};
pub use bindings::services;
pub use bindings::snapshot;
pub use bindings::types::*;
pub use errors::{Refusal, bad_data};
pub use identity::Identities;
pub use rust_decimal::Decimal;
pub use session::{Batch, FactSource, Session, all_at_once};

/// The version of the contract that this SDK speaks.
pub const API_VERSION: &[u8; 5] = b"1.0.0";

/// What every plugin answers, whatever its kind. Each method has a default that suits a plugin
/// without settings.
pub trait Plugin {
    /// Called once, before any other call, with the settings that the manifest describes.
    ///
    /// # Errors
    /// Settings that the plugin can't work with.
    fn initialize(configuration: Configuration) -> Result<(), PluginError> {
        let _ = configuration;
        Ok(())
    }

    /// How the plugin fares, by its own account.
    ///
    /// # Errors
    /// Where it can't tell.
    fn health() -> Result<HealthReport, PluginError> {
        Ok(HealthReport { status: HealthStatus::Up, message: None, measurements: Vec::new() })
    }

    /// Called before the plugin is unloaded.
    fn shutdown() {}
}

/// The service `file-import`: exports that the user downloads from the broker.
pub trait FileImporter {
    /// Recognises a file by its content, or refuses it.
    ///
    /// # Errors
    /// [`bad_data`] with a sentence that says what is wrong, where, and what to do.
    fn open(name: &str, content: Vec<u8>) -> Result<Box<dyn FactSource>, PluginError>;
}

/// Exports a plugin: `export_plugin!(Type: service, …)`, with the services in snake case as in
/// [`services`], and `file_import` for a [`FileImporter`].
///
/// The other kinds are `middleware` for a [`middleware::Middleware`], `aggregator` for an
/// [`aggregator::Aggregator`], and `view` for a [`view::View`].
///
/// Outside WebAssembly it does nothing, so that a plugin's tests link natively.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ident: $($service:ident),+ $(,)?) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            impl $crate::exports::lifecycle::exports::stonks::plugin::lifecycle::Guest for $plugin {
                async fn initialize(
                    configuration: $crate::Configuration,
                ) -> ::core::result::Result<(), $crate::PluginError> {
                    <$plugin as $crate::Plugin>::initialize(configuration)
                }

                async fn health() -> ::core::result::Result<$crate::HealthReport, $crate::PluginError> {
                    <$plugin as $crate::Plugin>::health()
                }

                async fn shutdown() {
                    <$plugin as $crate::Plugin>::shutdown();
                }
            }
            $crate::exports::lifecycle::export_lifecycle!(
                $plugin with_types_in $crate::exports::lifecycle
            );
            $($crate::__export_service!($plugin, $service);)+

            // The host reads it without running any code of the plugin.
            #[used]
            #[allow(unsafe_code, reason = "a section of the file, not of the memory")]
            #[unsafe(link_section = "stonks:api-version")]
            static API_VERSION: [u8; $crate::API_VERSION.len()] = *$crate::API_VERSION;
        };
    };
}

/// Exports one service.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_service {
    ($plugin:ident, file_import) => {
        impl $crate::exports::file_import::exports::stonks::plugin::file_import::Guest for $plugin {
            type Session = $crate::Session;

            async fn open(
                name: ::std::string::String,
                content: ::std::vec::Vec<u8>,
            ) -> ::core::result::Result<
                $crate::exports::file_import::exports::stonks::plugin::file_import::Session,
                $crate::PluginError,
            > {
                let source = <$plugin as $crate::FileImporter>::open(&name, content)?;
                Ok($crate::Session::exported(source))
            }
        }
        $crate::exports::file_import::export_file_import!(
            $plugin with_types_in $crate::exports::file_import
        );
    };
    ($plugin:ident, portfolio) => {
        $crate::exports::portfolio::export_portfolio!($plugin with_types_in $crate::exports::portfolio);
    };
    ($plugin:ident, transaction) => {
        $crate::exports::transaction::export_transaction!($plugin with_types_in $crate::exports::transaction);
    };
    ($plugin:ident, deposit) => {
        $crate::exports::deposit::export_deposit!($plugin with_types_in $crate::exports::deposit);
    };
    ($plugin:ident, dividend) => {
        $crate::exports::dividend::export_dividend!($plugin with_types_in $crate::exports::dividend);
    };
    ($plugin:ident, fee) => {
        $crate::exports::fee::export_fee!($plugin with_types_in $crate::exports::fee);
    };
    ($plugin:ident, account) => {
        $crate::exports::account::export_account!($plugin with_types_in $crate::exports::account);
    };
    ($plugin:ident, authentication) => {
        $crate::exports::authentication::export_authentication!(
            $plugin with_types_in $crate::exports::authentication
        );
    };
    ($plugin:ident, update) => {
        $crate::exports::update::export_update!($plugin with_types_in $crate::exports::update);
    };
    ($plugin:ident, middleware) => {
        impl $crate::exports::middleware::exports::stonks::plugin::middleware::Guest for $plugin {
            async fn transform(
                origin: $crate::middleware::Origin,
                facts: ::std::vec::Vec<$crate::Fact>,
            ) -> ::core::result::Result<::std::vec::Vec<$crate::Fact>, $crate::PluginError> {
                <$plugin as $crate::middleware::Middleware>::transform(origin, facts).await
            }
        }
        $crate::exports::middleware::export_middleware!(
            $plugin with_types_in $crate::exports::middleware
        );
    };
    ($plugin:ident, aggregator) => {
        impl $crate::exports::aggregator::exports::stonks::plugin::aggregator::Guest for $plugin {
            async fn compute(
                portfolio: $crate::snapshot::PortfolioSnapshot,
            ) -> ::core::result::Result<
                ::std::vec::Vec<$crate::figures::Metric>,
                $crate::PluginError,
            > {
                <$plugin as $crate::aggregator::Aggregator>::compute(portfolio).await
            }
        }
        $crate::exports::aggregator::export_aggregator!(
            $plugin with_types_in $crate::exports::aggregator
        );
    };
    ($plugin:ident, view) => {
        impl $crate::exports::view::exports::stonks::plugin::view::Guest for $plugin {
            async fn render(
                portfolio: $crate::snapshot::PortfolioSnapshot,
            ) -> ::core::result::Result<::std::vec::Vec<$crate::view::Panel>, $crate::PluginError> {
                <$plugin as $crate::view::View>::render(portfolio).await
            }
        }
        $crate::exports::view::export_view!($plugin with_types_in $crate::exports::view);
    };
}
