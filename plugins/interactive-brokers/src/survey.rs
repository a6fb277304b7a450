//! A first look through a file, before any fact is told: whose statements it holds, in which format
//! its dates are, which levels of detail there are, and what restates what.

mod slashes;

use std::collections::{HashMap, HashSet};

use stonks_plugin_sdk::Refusal;

use crate::action;
use crate::day::{Day, Slashes};
use crate::instrument::Catalogue;
use crate::option_event;
use crate::row::Row;
use crate::sections::{Rank, Section};
use slashes::Votes;

/// What one statement says as a whole.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    /// The account's number, where the statement is that of one account.
    pub(crate) account: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) currency: Option<String>,
    /// As it was sent.
    opened: Option<String>,
    from: Option<String>,
    to: Option<String>,
    generated: Option<String>,
    /// The best rank among the rows of each section.
    ranks: HashMap<&'static str, usize>,
    /// Whether any section is read, even if it is empty.
    pub(crate) has_section: bool,
    /// Whether cash transactions are part of the query, even if there are none.
    pub(crate) has_cash_transactions: bool,
    /// Ids of trades.
    trades: HashSet<String>,
    /// Ids of trades that tell their taxes themselves.
    taxed_trades: HashSet<String>,
    /// Trades that come from options, by instrument, day and quantity.
    option_trades: HashSet<String>,
    /// Corporate actions that bring units.
    incoming: HashSet<String>,
}

impl Statement {
    fn day(text: Option<&String>, slashes: Slashes) -> Option<Day> {
        crate::day::Instant::read(text?, slashes).map(|instant| instant.day)
    }

    /// The first day of its period.
    pub(crate) fn from(&self, slashes: Slashes) -> Option<Day> {
        Self::day(self.from.as_ref(), slashes)
    }

    /// The last day of its period.
    pub(crate) fn to(&self, slashes: Slashes) -> Option<Day> {
        Self::day(self.to.as_ref(), slashes)
    }

    pub(crate) fn opened(&self, slashes: Slashes) -> Option<Day> {
        Self::day(self.opened.as_ref(), slashes)
    }

    /// Whether the best rows of the section have this rank.
    pub(crate) fn is_best(&self, section: &Section, rank: usize) -> bool {
        self.ranks.get(section.name) == Some(&rank)
    }

    /// Whether the section has any row that can be read.
    pub(crate) fn has_rows(&self, section: &Section) -> bool {
        self.ranks.contains_key(section.name)
    }

    pub(crate) fn has_trade(&self, id: &str) -> bool {
        self.trades.contains(id)
    }

    pub(crate) fn has_taxed_trade(&self, id: &str) -> bool {
        self.taxed_trades.contains(id)
    }

    pub(crate) fn has_option_trade(&self, key: &str) -> bool {
        self.option_trades.contains(key)
    }

    pub(crate) fn brings_units(&self, action: &str) -> bool {
        self.incoming.contains(action)
    }
}

/// What a file says as a whole.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) statements: Vec<Statement>,
    pub(crate) slashes: Slashes,
    pub(crate) catalogue: Catalogue,
}

/// A survey under way.
#[derive(Debug, Default)]
pub(crate) struct Surveyor {
    statements: Vec<Statement>,
    catalogue: Catalogue,
    votes: Votes,
}

impl Surveyor {
    /// A statement begins.
    pub(crate) fn statement(&mut self, row: &Row<'_>) {
        let text = |name: &str| row.get(name).map(str::to_owned);
        for name in ["fromDate", "toDate", "whenGenerated"] {
            self.votes.hear(row.get(name).unwrap_or_default());
        }
        self.statements.push(Statement {
            account: row.get("accountId").and_then(account_number),
            from: text("fromDate"),
            to: text("toDate"),
            generated: text("whenGenerated"),
            ..Statement::default()
        });
    }

    /// A table is one statement that says nothing of itself.
    pub(crate) fn table(&mut self) {
        self.statements.push(Statement::default());
    }

    /// A section that is read begins, even if it turns out to be empty.
    pub(crate) fn section(&mut self, name: &str) {
        let Some(statement) = self.statements.last_mut() else { return };
        statement.has_section = true;
        statement.has_cash_transactions |= name == "CashTransactions";
    }

    /// The statement says whose it is.
    pub(crate) fn account(&mut self, row: &Row<'_>) {
        let Some(statement) = self.statements.last_mut() else { return };
        let text = |name: &str| row.get(name).map(str::to_owned);
        statement.alias = text("acctAlias");
        statement.owner = text("name");
        statement.currency = row.get("currency").and_then(crate::row::currency_code);
        statement.opened = text("dateOpened");
        self.votes.hear(row.get("dateOpened").unwrap_or_default());
    }

    /// A row of a section that is read.
    pub(crate) fn row(&mut self, section: &'static Section, row: &Row<'_>) {
        for (_, value) in &row.fields {
            self.votes.hear(value);
        }
        let Some(statement) = self.statements.last_mut() else { return };
        let Rank::Read(rank) = section.rank(row) else { return };
        self.catalogue.hear(row, section.is_of_events(row));
        let best = statement.ranks.entry(section.name).or_insert(rank);
        *best = rank.min(*best);
        match section.name {
            "Trades" => {
                if let Some(id) = row.id(&["tradeID"]) {
                    statement.trades.insert(id.to_owned());
                    if row.canonical("taxes") != "0" && row.get("taxes").is_some() {
                        statement.taxed_trades.insert(id.to_owned());
                    }
                }
                if row.get("transactionType") == Some("BookTrade") {
                    statement.option_trades.extend(option_event::keys(row));
                }
            }
            "CorporateActions" if action::is_incoming(row) => {
                statement.incoming.insert(action::key(row));
            }
            _ => {}
        }
    }

    /// # Errors
    /// Dates that can be read in two ways, or in none.
    pub(crate) fn finish(mut self) -> Result<Survey, Refusal> {
        for statement in &self.statements {
            let period = [&statement.from, &statement.to, &statement.generated];
            self.votes.hear_period(period.map(Option::as_deref));
        }
        Ok(Survey {
            slashes: self.votes.count()?,
            statements: self.statements,
            catalogue: self.catalogue,
        })
    }
}

/// An account's number, if it is one: a statement of several accounts at once lists them all.
pub(crate) fn account_number(text: &str) -> Option<String> {
    let is_number = text.len() <= 100
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',' && byte != b';');
    (is_number && !text.is_empty()).then(|| text.to_owned())
}
