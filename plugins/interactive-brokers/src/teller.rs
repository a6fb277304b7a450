//! What facts have in common: identities, accounts, instruments, moments, notes.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use stonks_plugin_sdk::{
    Account, CashKind, CashMovement, Decimal, Fact, FeeKind, Identities, Moment, Note, Refusal,
};

use crate::day::{Day, Instant, Slashes};
use crate::instrument::{self, Catalogue};
use crate::row::{Row, money};
use crate::survey::{Statement, Survey, account_number};

/// Longest text of a row that a note keeps.
const LONGEST_NOTE: usize = 2_000;

/// Longest id of the broker's that becomes part of an identity; the contract has room for 200.
const LONGEST_ID: usize = 120;

/// Facts of one file under way.
#[derive(Debug)]
pub(crate) struct Teller {
    /// Told, and not yet handed over.
    pub(crate) facts: Vec<Fact>,
    pub(crate) slashes: Slashes,
    zone: String,
    identities: Identities,
    /// Digests of identities, and of facts whole, that were named by an id of the broker's.
    told: HashSet<u64>,
    accounts: HashSet<String>,
    catalogue: Catalogue,
    /// Identities of instruments that were told.
    instruments: HashSet<String>,
}

/// When a row was booked.
#[derive(Debug, Clone)]
pub(crate) struct Booked {
    pub(crate) day: Day,
    pub(crate) at: Moment,
    /// When it happened, where that was on another day.
    pub(crate) happened: Option<String>,
}

/// A cash movement, before it has its identity and place.
#[derive(Debug)]
pub(crate) struct Cash<'a> {
    pub(crate) identity: String,
    pub(crate) kind: CashKind,
    pub(crate) fee_kind: Option<FeeKind>,
    pub(crate) amount: Decimal,
    pub(crate) currency: &'a str,
    pub(crate) instrument: Option<String>,
    pub(crate) value_date: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) description: Option<String>,
}

fn digest(content: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

impl Teller {
    pub(crate) fn new(survey: &mut Survey, zone: String) -> Self {
        Self {
            facts: Vec::new(),
            slashes: survey.slashes,
            catalogue: std::mem::take(&mut survey.catalogue),
            zone,
            identities: Identities::new(),
            told: HashSet::new(),
            accounts: HashSet::new(),
            instruments: HashSet::new(),
        }
    }

    /// Tells whose statement begins.
    pub(crate) fn tell_statement(&mut self, statement: &Statement) {
        let Some(identity) = &statement.account else { return };
        if self.accounts.insert(identity.clone()) {
            self.facts.push(Fact::Account(Account {
                identity: identity.clone(),
                name: statement.alias.clone().or_else(|| statement.owner.clone()),
                currency: statement.currency.clone(),
                opened: statement.opened(self.slashes).map(|day| day.to_string()),
            }));
        }
    }

    /// The account of a row: its own, or else that of the statement.
    pub(crate) fn account(&mut self, row: &Row<'_>, statement: &Statement) -> Option<String> {
        let own = row.get("accountId").and_then(account_number);
        let account = own.or_else(|| statement.account.clone())?;
        if !self.accounts.contains(&account) {
            self.accounts.insert(account.clone());
            self.facts.push(Fact::Account(Account {
                identity: account.clone(),
                name: row.get("acctAlias").map(str::to_owned),
                currency: None,
                opened: None,
            }));
        }
        Some(account)
    }

    /// An identity from an id of the broker's; `None` where the very same fact was told before, by
    /// another statement of the file. A fact of the same id and other content gets another identity,
    /// so that neither is lost.
    pub(crate) fn named(&mut self, prefix: &str, id: &str, content: &[&str]) -> Option<String> {
        let digest = digest(&(prefix, id, content));
        if !self.told.insert(digest) {
            return None;
        }
        let is_plain = id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain {
            return Some(self.identities.of(prefix, &[&[id], content].concat()));
        }
        let name = format!("{prefix}:{id}");
        if self.told.insert(self::digest(&name)) {
            return Some(name);
        }
        Some(self.identities.of(&name, content))
    }

    /// An identity from content alone.
    pub(crate) fn unnamed(&mut self, prefix: &str, content: &[&str]) -> String {
        self.identities.of(prefix, content)
    }

    /// The identity of the row's instrument, which is told if it was not before.
    pub(crate) fn instrument(&mut self, row: &Row<'_>) -> Option<String> {
        let identity = instrument::identity(row)?;
        if !self.instruments.contains(&identity) {
            let known = self.catalogue.instrument(&identity, self.slashes);
            self.facts.extend(known.map(Fact::Instrument));
            self.instruments.insert(identity.clone());
        }
        Some(identity)
    }

    /// How many units of value one unit of an instrument at a price of 1 is worth.
    pub(crate) fn multiplier(&self, instrument: &str) -> Decimal {
        self.catalogue.multiplier(instrument)
    }

    /// When a row was booked: `days` are the fields that tell the day of the statement, best first,
    /// and `times` those that tell when it happened.
    ///
    /// Balances are those of the statement's days, so that its day rules: a trade of a late evening
    /// counts on the next day, and a split after the close before the next day's trades. The time
    /// is told where it lies on that day.
    pub(crate) fn booked(
        &self,
        row: &Row<'_>,
        days: &[&str],
        times: &[&str],
    ) -> Result<Option<Booked>, Refusal> {
        let happened = match row.first(times) {
            Some((name, _)) => row.instant(name, self.slashes)?,
            None => None,
        };
        let day = match row.first(days) {
            Some((name, _)) => row.day(name, self.slashes)?,
            None => happened.as_ref().map(|instant| instant.day),
        };
        Ok(day.map(|day| self.at(day, happened)))
    }

    /// A moment on `day`, with the time of `happened` where that is on the same day.
    pub(crate) fn at(&self, day: Day, happened: Option<Instant>) -> Booked {
        let date = day.to_string();
        match happened {
            Some(Instant { day: own, time: Some(time), offset }) if own == day => {
                let zone = offset.map_or_else(|| self.zone.clone(), str::to_owned);
                let at = Moment { date, time: Some(time), zone: Some(zone) };
                Booked { day, at, happened: None }
            }
            Some(Instant { day: own, time, .. }) if own != day => {
                let time = time.map_or_else(String::new, |time| format!(" {time}"));
                let at = Moment { date, time: None, zone: None };
                Booked { day, at, happened: Some(format!("{own}{time}")) }
            }
            _ => Booked { day, at: Moment { date, time: None, zone: None }, happened: None },
        }
    }

    /// The day of a field, in the contract's form.
    pub(crate) fn date(&self, row: &Row<'_>, name: &str) -> Result<Option<String>, Refusal> {
        Ok(row.day(name, self.slashes)?.map(|day| day.to_string()))
    }

    pub(crate) fn cash(
        &mut self,
        row: &Row<'_>,
        account: Option<&String>,
        booked: &Booked,
        cash: Cash<'_>,
    ) {
        self.facts.push(Fact::CashMovement(CashMovement {
            identity: cash.identity,
            account: account.cloned(),
            kind: cash.kind,
            at: booked.at.clone(),
            value_date: cash.value_date,
            money: money(cash.amount, cash.currency),
            instrument: cash.instrument,
            transaction: None,
            fee_kind: cash.fee_kind,
            group: cash.group,
            description: cash.description,
            balance: None,
            source: row.source(),
        }));
    }

    /// Notes a row, with the reason in one sentence.
    pub(crate) fn note(&mut self, row: &Row<'_>, statement: &Statement, reason: &str) {
        let text: String = row.raw.chars().take(LONGEST_NOTE).collect();
        let identity = self.identities.of("note", &[reason, &text]);
        let account = self.account(row, statement);
        self.facts.push(Fact::Note(Note {
            identity,
            account,
            at: None,
            reason: reason.to_owned(),
            text,
            source: row.source(),
        }));
    }
}
