//! Which interfaces of the contract a component exports, and how to call them.

use wasmtime::Store;
use wasmtime::component::{Component, Instance, InstancePre, Linker};

use super::limits::State;
use crate::runtime::contract::exports as contract;

/// Both structs list the same interfaces; all but `lifecycle` may be absent.
macro_rules! exports {
    ($($service:ident),*) => {
        /// A linked component, and where its exports are.
        pub(super) struct Exports {
            pub(super) component: InstancePre<State>,
            lifecycle: contract::lifecycle::GuestIndices,
            $($service: Option<contract::$service::GuestIndices>,)*
        }

        /// The exports of one instance, ready to be called.
        pub(super) struct Guests {
            pub(super) lifecycle: contract::lifecycle::Guest,
            $(pub(super) $service: Option<contract::$service::Guest>,)*
        }

        impl Exports {
            pub(super) fn find(linker: &Linker<State>, component: &Component) -> wasmtime::Result<Self> {
                let component = linker.instantiate_pre(component)?;
                Ok(Self {
                    lifecycle: contract::lifecycle::GuestIndices::new(&component)?,
                    $($service: contract::$service::GuestIndices::new(&component).ok(),)*
                    component,
                })
            }

            pub(super) fn load(
                &self,
                store: &mut Store<State>,
                instance: &Instance,
            ) -> wasmtime::Result<Guests> {
                Ok(Guests {
                    lifecycle: self.lifecycle.load(&mut *store, instance)?,
                    $($service: match &self.$service {
                        Some(indices) => Some(indices.load(&mut *store, instance)?),
                        None => None,
                    },)*
                })
            }
        }
    };
}

exports!(
    portfolio,
    transaction,
    deposit,
    dividend,
    fee,
    account,
    update,
    file_import,
    middleware,
    aggregator,
    view
);
