//! One instrument for each thing that can be held, however many brokers name it.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::InstrumentIndex;
use crate::account::AccountName;
use crate::fact::Identity;
use crate::instrument::{AssetClass, Instrument, Isin};
use crate::statement::{Delivery, Statement, lead_and_complete, one_of_each, owners};

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
    /// Places in `names`, by whom the facts belong to.
    owners: BTreeMap<Option<AccountName>, usize>,
    /// The same by delivery.
    of_delivery: Vec<usize>,
    names: Vec<HashMap<Identity, InstrumentIndex>>,
}

impl InstrumentNames {
    fn new(deliveries: &[Delivery]) -> Self {
        let (owners, of_delivery) = owners(deliveries);
        let owners: BTreeMap<_, _> =
            owners.into_iter().map(|(owner, number)| (owner.cloned(), number)).collect();
        let names = vec![HashMap::default(); owners.len()];
        Self { owners, of_delivery, names }
    }

    /// What the delivery at this place calls so.
    pub(super) fn find(&self, delivery: usize, identity: &Identity) -> Option<InstrumentIndex> {
        self.names[self.of_delivery[delivery]].get(identity).copied()
    }

    pub(super) fn of_account(
        &self,
        account: &AccountName,
        identity: &Identity,
    ) -> Option<InstrumentIndex> {
        self.names[*self.owners.get(&Some(account.clone()))?].get(identity).copied()
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
    let mut index = InstrumentNames::new(deliveries);
    let mut instruments = Vec::with_capacity(groups.len());
    for group in groups.into_values() {
        for statement in &group {
            let owner = index.of_delivery[statement.source.delivery];
            index.names[owner].insert(statement.fact.identity.clone(), instruments.len());
        }
        instruments.extend(lead_and_complete(deliveries, group).map(|lead| lead.fact));
    }
    (instruments, index)
}
