//! What several pages let the visitor choose: an account, and a part of a long list.

use stonks_app::reports::{Leaf, Leafed};
use stonks_core::account::{AccountName, ParseAccountNameError};

use super::PageError;
use super::transactions::escaped;
use crate::router::Shared;

/// The account that a page is about; all where it is none.
pub(crate) struct AccountChoice {
    pub(crate) name: Option<AccountName>,
    /// The same as text, for templates.
    pub(crate) account: Option<String>,
    pub(crate) accounts: Vec<String>,
}

impl AccountChoice {
    /// From what the address says.
    pub(crate) async fn read(shared: &Shared, told: Option<String>) -> Result<Self, PageError> {
        let account = told.filter(|told| !told.is_empty());
        let name = account.as_deref().map(str::parse).transpose();
        let name =
            name.map_err(|error: ParseAccountNameError| PageError::BadRequest(error.to_string()))?;
        let accounts = shared.app.accounts().await?;
        let accounts = accounts.into_iter().map(|account| account.name.to_string()).collect();
        Ok(Self { name, account, accounts })
    }
}

/// An address with parameters; those without value are left out.
pub(crate) fn address(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    let given = given.filter(|(_, value)| !value.is_empty());
    let query: Vec<String> = given
        .map(|(name, value)| format!("{name}={}", value.bytes().map(escaped).collect::<String>()))
        .collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// A link among several, of which one is chosen.
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) is_chosen: bool,
}

/// Rows of one page of a list.
const PAGE_LENGTH: usize = 50;

/// The part of a list that an address asks for.
pub(crate) fn leaf(page: Option<usize>) -> Leaf {
    Leaf { number: page.unwrap_or(1), length: PAGE_LENGTH }
}

/// A page of a long list, newest first.
pub(crate) struct Paging {
    pub(crate) n_rows: usize,
    /// From 1.
    pub(crate) page: usize,
    pub(crate) n_pages: usize,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
}

impl Paging {
    /// Cuts a page from rows that come oldest first.
    pub(crate) fn cut<T>(
        rows: Vec<T>,
        page: Option<usize>,
        path: &str,
        account: Option<&str>,
    ) -> (Vec<T>, Self) {
        Self::of(leaf(page).of(rows, |row| row), path, &[("account", account)])
    }

    /// The rows of a leaf, and the way to those before and behind it, with what else the visitor chose.
    pub(crate) fn of<T>(
        leaf: Leafed<T>,
        path: &str,
        chosen: &[(&str, Option<&str>)],
    ) -> (Vec<T>, Self) {
        let Leafed { rows, n_rows, number, n_leaves } = leaf;
        let link = |page: usize| {
            let page = page.to_string();
            let parameters: Vec<_> =
                chosen.iter().copied().chain([("page", Some(page.as_str()))]).collect();
            address(path, &parameters)
        };
        let paging = Self {
            n_rows,
            page: number,
            n_pages: n_leaves,
            newer: (number > 1).then(|| link(number - 1)),
            older: (number < n_leaves).then(|| link(number + 1)),
        };
        (rows, paging)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_what_is_chosen() {
        assert_eq!(address("/fees", &[("account", None), ("page", Some(""))]), "/fees");
        assert_eq!(
            address("/fees", &[("account", Some("Ü b")), ("page", Some("2"))]),
            "/fees?account=%C3%9C%20b&page=2"
        );
    }

    #[test]
    fn the_newest_rows_are_on_the_first_page() {
        let (shown, paging) = Paging::cut((1..=120).collect(), None, "/fees", None);
        assert_eq!((shown[0], shown.len(), paging.n_pages), (120, 50, 3));
        assert_eq!(paging.older.as_deref(), Some("/fees?page=2"));
        let (shown, paging) = Paging::cut((1..=120).collect(), Some(9), "/fees", None);
        assert_eq!((shown, paging.page), ((1..=20).rev().collect::<Vec<_>>(), 3));
    }
}
