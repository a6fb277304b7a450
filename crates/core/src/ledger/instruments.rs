//! One instrument for each thing that can be held, however many brokers name it.

use std::collections::{BTreeMap, HashMap};

use super::InstrumentIndex;
use crate::account::AccountName;
use crate::fact::Identity;
use crate::instrument::{AssetClass, Instrument, Isin};
use crate::statement::{Delivery, Statement, lead_and_complete, one_of_each};

/// By which name an instrument is the same at two brokers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum SharedName {
    Isin(Isin),
    Crypto(String),
    /// No other broker can know it.
    Own(Option<AccountName>, Identity),
}

impl SharedName {
    fn of(account: Option<&AccountName>, instrument: &Instrument) -> Self {
        let own = || Self::Own(account.cloned(), instrument.identity.clone());
        match instrument.asset_class {
            // Their ISIN, where one is given, is that of the underlying.
            AssetClass::Option | AssetClass::Future | AssetClass::Warrant | AssetClass::Cfd => {
                own()
            }
            AssetClass::Crypto => match &instrument.symbol {
                Some(symbol) => Self::Crypto(symbol.to_uppercase()),
                None => own(),
            },
            _ => instrument.isin.map_or_else(own, Self::Isin),
        }
    }
}

/// From what a delivery calls an instrument to its place in the ledger.
pub(super) struct InstrumentNames {
    places: HashMap<Option<AccountName>, HashMap<Identity, InstrumentIndex>>,
}

impl InstrumentNames {
    pub(super) fn find(&self, delivery: &Delivery, identity: &Identity) -> Option<InstrumentIndex> {
        self.places.get(&delivery.account)?.get(identity).copied()
    }

    pub(super) fn of_account(
        &self,
        account: &AccountName,
        identity: &Identity,
    ) -> Option<InstrumentIndex> {
        self.places.get(&Some(account.clone()))?.get(identity).copied()
    }
}

/// One instrument for each shared name, completed from all that is said of it.
pub(super) fn merge_instruments(
    deliveries: &[Delivery],
    statements: Vec<Statement<Instrument>>,
) -> (Vec<Instrument>, InstrumentNames) {
    let mut groups: BTreeMap<SharedName, Vec<Statement<Instrument>>> = BTreeMap::new();
    for statement in one_of_each(deliveries, statements) {
        let account = deliveries[statement.source.delivery].account.as_ref();
        groups.entry(SharedName::of(account, &statement.fact)).or_default().push(statement);
    }
    let mut places: HashMap<_, HashMap<_, _>> = HashMap::new();
    let mut instruments = Vec::with_capacity(groups.len());
    for group in groups.into_values() {
        for statement in &group {
            let account = deliveries[statement.source.delivery].account.clone();
            let of_account = places.entry(account).or_default();
            of_account.insert(statement.fact.identity.clone(), instruments.len());
        }
        instruments.extend(lead_and_complete(deliveries, group).map(|lead| lead.fact));
    }
    (instruments, InstrumentNames { places })
}
