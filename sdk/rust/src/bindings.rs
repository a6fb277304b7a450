//! Bindings generated from `wit/v1`: one module for each exported interface, since a plugin exports
//! only the services that it offers.

#![expect(missing_docs, reason = "the WIT files hold the docs")]
#![allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::allow_attributes,
    rustdoc::all,
    unreachable_pub,
    unsafe_code,
    reason = "written by wit-bindgen, differently for each target"
)]

/// The words of the contract.
pub mod types {
    pub use super::imports::stonks::plugin::types::*;
}

/// The portfolio as it stands.
pub mod snapshot {
    pub use super::imports::stonks::plugin::snapshot::*;
}

/// Named figures.
pub mod figures {
    pub use super::imports::stonks::plugin::figures::*;
}

/// What plugins may call.
pub mod host {
    pub use super::imports::stonks::plugin::{clock, http, log, progress, storage};
}

mod imports {
    wit_bindgen::generate!({
        path: "../../wit/v1",
        inline: "package stonks:guest; world imported {
            import stonks:plugin/types@1.0.0;
            import stonks:plugin/snapshot@1.0.0;
            import stonks:plugin/figures@1.0.0;
            import stonks:plugin/http@1.0.0;
            import stonks:plugin/log@1.0.0;
            import stonks:plugin/storage@1.0.0;
            import stonks:plugin/clock@1.0.0;
            import stonks:plugin/progress@1.0.0;
        }",
        world: "stonks:guest/imported",
        generate_all,
    });
}

/// Services that a broker may offer: a trait named `Guest` in each.
pub mod services {
    pub use super::exports::account::exports::stonks::plugin::account;
    pub use super::exports::authentication::exports::stonks::plugin::authentication;
    pub use super::exports::deposit::exports::stonks::plugin::deposit;
    pub use super::exports::dividend::exports::stonks::plugin::dividend;
    pub use super::exports::fee::exports::stonks::plugin::fee;
    pub use super::exports::portfolio::exports::stonks::plugin::portfolio;
    pub use super::exports::transaction::exports::stonks::plugin::transaction;
    pub use super::exports::update::exports::stonks::plugin::update;
}

pub mod exports {
    /// Bindings of one exported interface.
    macro_rules! exported {
        (
            $module:ident, $inline:literal, $world:literal, $export:literal, $bindings:literal
            $(, $used:literal => $at:path)*
        ) => {
            pub mod $module {
                wit_bindgen::generate!({
                    path: "../../wit/v1",
                    inline: $inline,
                    world: $world,
                    pub_export_macro: true,
                    export_macro_name: $export,
                    default_bindings_module: $bindings,
                    with: {
                        "stonks:plugin/types@1.0.0": crate::bindings::types,
                        $($used: $at,)*
                    },
                });
            }
        };
    }

    exported!(
        lifecycle,
        "package stonks:guest; world lifecycle-exported { export stonks:plugin/lifecycle@1.0.0; }",
        "stonks:guest/lifecycle-exported",
        "export_lifecycle",
        "stonks_plugin_sdk::exports::lifecycle"
    );
    exported!(
        portfolio,
        "package stonks:guest; world portfolio-exported { export stonks:plugin/portfolio@1.0.0; }",
        "stonks:guest/portfolio-exported",
        "export_portfolio",
        "stonks_plugin_sdk::exports::portfolio"
    );
    exported!(
        transaction,
        "package stonks:guest; world transaction-exported { export stonks:plugin/transaction@1.0.0; }",
        "stonks:guest/transaction-exported",
        "export_transaction",
        "stonks_plugin_sdk::exports::transaction"
    );
    exported!(
        deposit,
        "package stonks:guest; world deposit-exported { export stonks:plugin/deposit@1.0.0; }",
        "stonks:guest/deposit-exported",
        "export_deposit",
        "stonks_plugin_sdk::exports::deposit"
    );
    exported!(
        dividend,
        "package stonks:guest; world dividend-exported { export stonks:plugin/dividend@1.0.0; }",
        "stonks:guest/dividend-exported",
        "export_dividend",
        "stonks_plugin_sdk::exports::dividend"
    );
    exported!(
        fee,
        "package stonks:guest; world fee-exported { export stonks:plugin/fee@1.0.0; }",
        "stonks:guest/fee-exported",
        "export_fee",
        "stonks_plugin_sdk::exports::fee"
    );
    exported!(
        account,
        "package stonks:guest; world account-exported { export stonks:plugin/account@1.0.0; }",
        "stonks:guest/account-exported",
        "export_account",
        "stonks_plugin_sdk::exports::account"
    );
    exported!(
        authentication,
        "package stonks:guest; world authentication-exported { export stonks:plugin/authentication@1.0.0; }",
        "stonks:guest/authentication-exported",
        "export_authentication",
        "stonks_plugin_sdk::exports::authentication"
    );
    exported!(
        update,
        "package stonks:guest; world update-exported { export stonks:plugin/update@1.0.0; }",
        "stonks:guest/update-exported",
        "export_update",
        "stonks_plugin_sdk::exports::update"
    );
    exported!(
        file_import,
        "package stonks:guest; world file-import-exported { export stonks:plugin/file-import@1.0.0; }",
        "stonks:guest/file-import-exported",
        "export_file_import",
        "stonks_plugin_sdk::exports::file_import"
    );
    exported!(
        middleware,
        "package stonks:guest; world middleware-exported { export stonks:plugin/middleware@1.0.0; }",
        "stonks:guest/middleware-exported",
        "export_middleware",
        "stonks_plugin_sdk::exports::middleware"
    );
    exported!(
        aggregator,
        "package stonks:guest; world aggregator-exported { export stonks:plugin/aggregator@1.0.0; }",
        "stonks:guest/aggregator-exported",
        "export_aggregator",
        "stonks_plugin_sdk::exports::aggregator",
        "stonks:plugin/snapshot@1.0.0" => crate::bindings::snapshot,
        "stonks:plugin/figures@1.0.0" => crate::bindings::figures
    );
    exported!(
        view,
        "package stonks:guest; world view-exported { export stonks:plugin/view@1.0.0; }",
        "stonks:guest/view-exported",
        "export_view",
        "stonks_plugin_sdk::exports::view",
        "stonks:plugin/snapshot@1.0.0" => crate::bindings::snapshot,
        "stonks:plugin/figures@1.0.0" => crate::bindings::figures
    );
}
