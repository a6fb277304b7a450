//! One instrument for each thing that can be held, however many brokers name it.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::InstrumentIndex;
use crate::account::AccountName;
use crate::fact::Identity;
use crate::instrument::{AssetClass, Instrument, Isin};
use crate::statement::{Delivery, Owners, Statement, lead_and_complete};

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct InstrumentNames(Vec<HashMap<Identity, InstrumentIndex>>);

impl InstrumentNames {
    /// What facts of this owner call so.
    pub(super) fn find(&self, owner: usize, identity: &Identity) -> Option<InstrumentIndex> {
        self.0.get(owner)?.get(identity).copied()
    }

    /// Where each of `n_instruments` stands by the names that are told now. None where what was one is
    /// two now, or two are one.
    pub(super) fn moved_to(
        &self,
        now: &Self,
        n_instruments: usize,
    ) -> Option<Vec<InstrumentIndex>> {
        let mut places = vec![None; n_instruments];
        let names = self.0.iter().enumerate();
        for (owner, identity, place) in
            names.flat_map(|(owner, names)| names.iter().map(move |(name, at)| (owner, name, at)))
        {
            let found = Some(now.find(owner, identity)?);
            if places[*place].is_some_and(|_| places[*place] != found) {
                return None;
            }
            places[*place] = found;
        }
        let places: Vec<InstrumentIndex> = places.into_iter().collect::<Option<_>>()?;
        let distinct: HashSet<InstrumentIndex> = places.iter().copied().collect();
        (distinct.len() == places.len()).then_some(places)
    }
}

/// One instrument for each shared name, completed from all that is said of it.
pub(super) fn merge_instruments(
    deliveries: &[Delivery],
    owners: &Owners,
    statements: &[Statement<Instrument>],
) -> (Vec<Instrument>, InstrumentNames) {
    let mut groups: BTreeMap<SharedName, Vec<&Statement<Instrument>>> = BTreeMap::new();
    for statement in statements {
        let account = deliveries[statement.source.delivery].account.as_ref();
        groups.entry(SharedName::of(account, &statement.fact)).or_default().push(statement);
    }
    let mut names: Vec<HashMap<Identity, InstrumentIndex>> = Vec::new();
    let mut instruments = Vec::with_capacity(groups.len());
    for group in groups.into_values() {
        for statement in &group {
            let owner = owners.of_delivery(statement.source.delivery);
            if names.len() <= owner {
                names.resize_with(owner + 1, HashMap::default);
            }
            names[owner].insert(statement.fact.identity.clone(), instruments.len());
        }
        let group = group.into_iter().cloned().collect();
        instruments.extend(lead_and_complete(deliveries, group).map(|lead| lead.fact));
    }
    (instruments, InstrumentNames(names))
}
