//! The kind `middleware`: facts on their way from a broker to the ledger.

use crate::{Fact, PluginError};

pub use crate::bindings::exports::middleware::exports::stonks::plugin::middleware::Origin;

/// Maps, enriches or classifies facts.
///
/// ```
/// use stonks_plugin_sdk::middleware::{Middleware, Origin};
/// use stonks_plugin_sdk::{Fact, Plugin, PluginError};
///
/// /// Gives instruments without a name their symbol as one.
/// struct Namer;
///
/// impl Plugin for Namer {}
///
/// impl Middleware for Namer {
///     async fn transform(_origin: Origin, mut facts: Vec<Fact>) -> Result<Vec<Fact>, PluginError> {
///         for fact in &mut facts {
///             if let Fact::Instrument(instrument) = fact {
///                 instrument.name = instrument.name.take().or(instrument.symbol.clone());
///             }
///         }
///         Ok(facts)
///     }
/// }
///
/// stonks_plugin_sdk::export_plugin!(Namer: middleware);
/// ```
pub trait Middleware {
    /// The facts that go on, in the order in which they came, each with its identity and with the
    /// account and the instrument that it names.
    ///
    /// # Errors
    /// Where the facts can't be mapped; they then go on as the broker told them, and the user is
    /// told why.
    fn transform(
        origin: Origin,
        facts: Vec<Fact>,
    ) -> impl Future<Output = Result<Vec<Fact>, PluginError>>;
}
