//! What the user decides about costs: of an account, of a sale, of a spin-off.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use stonks_core::account::AccountName;
use stonks_core::fact::Identity;
use stonks_core::holdings::{Terms, candidates};
use stonks_core::ledger::{Ledger, Place, Row};
use stonks_core::lots::{CostMethod, FeeTreatment, Oversell};
use stonks_core::money::{Currency, to_canonical};

use super::{Account, AccountError};
use crate::app::App;
use crate::db::accounts::{self, AccountRow};
use crate::db::choices::{self, AllocationRow, SelectionRow};
use crate::db::{Transaction, settings};

/// What is to change about an account; what isn't given stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct CostSettings {
    pub method: Option<CostMethod>,
    pub fees: Option<FeeTreatment>,
    pub oversell: Option<Oversell>,
}

/// A lot from which a sale could take units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CandidateLot {
    /// The row that acquired it; none of what no row tells.
    pub acquisition: Option<String>,
    pub acquired: Date,
    pub quantity: String,
    /// In the currency of the instrument.
    pub cost: Option<String>,
    /// Units that the sale takes of it as things stand.
    pub used: String,
    /// Units that the user chose.
    pub chosen: Option<String>,
}

/// A sale, and the lots from which it could take units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaleLots {
    pub account: AccountName,
    pub sale: String,
    pub date: Date,
    pub holding: String,
    /// Units sold.
    pub quantity: String,
    pub currency: Currency,
    /// Choices count where it is `specific`.
    pub cost_method: CostMethod,
    pub lots: Vec<CandidateLot>,
}

/// Why a choice about costs can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("account `{account}` has no sale `{sale}`")]
    UnknownSale { account: AccountName, sale: String },
    #[error("`{acquisition}` acquired no lot that sale `{sale}` could use")]
    UnknownLot { acquisition: String, sale: String, known: Vec<String> },
    #[error("`{0}` is no quantity of units: a positive number is expected")]
    Quantity(String),
    #[error("lot `{acquisition}` has {held} units on the day of the sale, not {wanted}")]
    TooMany { acquisition: String, wanted: String, held: String },
    #[error("{wanted} units are chosen, but the sale is of {sold}")]
    MoreThanSold { wanted: String, sold: String },
    #[error("account `{account}` has no row `{transaction}` that brought in units by a spin-off")]
    UnknownSpinOff { account: AccountName, transaction: String },
    #[error("account `{account}` never held `{parent}`")]
    UnknownParent { account: AccountName, parent: String },
    #[error("`{0}` is no share of a cost: a number from 0 to 1 is expected")]
    Fraction(String),
}

impl ChoiceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Account(error) => error.hint(),
            Self::UnknownSale { .. } => {
                Some("`stonks show sales` lists sales with their ids".to_owned())
            }
            Self::UnknownLot { known, .. } if !known.is_empty() => {
                Some(format!("there is {}", known.join(", ")))
            }
            Self::UnknownSpinOff { .. } => {
                Some("`stonks show transactions --json` tells the ids of rows".to_owned())
            }
            Self::UnknownParent { .. } => Some("name it by its symbol or its ISIN".to_owned()),
            _ => None,
        }
    }
}

impl From<anyhow::Error> for ChoiceError {
    fn from(error: anyhow::Error) -> Self {
        Self::Account(AccountError::Storage(error))
    }
}

/// The place of a row in one of the account's books.
fn place(ledger: &Ledger, account: &AccountName, identity: &str) -> Option<Place> {
    let mut books = ledger.books.iter().enumerate().filter(|(_, book)| book.account == *account);
    books.find_map(|(book, facts)| {
        let is_it = |it: &stonks_core::ledger::BookedTransaction| {
            it.transaction.identity.as_str() == identity
        };
        let index = facts.transactions.iter().position(is_it)?;
        Some(Place { book, row: Row::Transaction(index) })
    })
}

impl App {
    /// Changes how an account counts costs. Reports follow at once.
    ///
    /// # Errors
    /// Where there is no account of the name.
    pub async fn set_costs(
        &self,
        name: &AccountName,
        costs: CostSettings,
    ) -> Result<Account, AccountError> {
        let mut transaction = self.database.write().await?;
        let Some(mut row) = account_row(&mut transaction, name).await? else {
            drop(transaction);
            return Err(self.unknown_account(name).await?);
        };
        if let Some(method) = costs.method {
            row.cost_method = method.to_string();
        }
        if let Some(fees) = costs.fees {
            row.fee_treatment = fees.to_string();
        }
        if let Some(oversell) = costs.oversell {
            row.oversell = oversell.to_string();
        }
        accounts::set_costs(&mut transaction, &row).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Account::from_row(&row)?)
    }

    /// The lots from which a sale could take its units, and which it does.
    ///
    /// # Errors
    /// An account or a sale that there isn't.
    pub async fn sale_lots(&self, name: &AccountName, sale: &str) -> Result<SaleLots, ChoiceError> {
        let account = self.account(name).await?;
        let books = self.books().await?;
        let (ledger, rates) = (&books.ledger, &books.rates);
        let unknown = || ChoiceError::UnknownSale { account: name.clone(), sale: sale.to_owned() };
        let place = place(ledger, name, sale).ok_or_else(unknown)?;
        let booked = ledger.transaction(place).ok_or_else(unknown)?;
        let date = booked.transaction.at.date;
        let terms = Terms { rates, base: self.base_currency(), as_of: date };
        let development = stonks_core::holdings::development(ledger, Some(name), terms);
        let mut sales = development.sales.iter().filter(|sale| sale.place == place);
        let told = sales.next().ok_or_else(unknown)?;
        let mut used: BTreeMap<Option<Place>, Decimal> = BTreeMap::new();
        for lot in &told.lots {
            *used.entry(lot.lot.origin).or_default() += lot.lot.quantity.abs();
        }
        let chosen = ledger.books[place.book].selections.get(&booked.transaction.identity);
        let acquired = candidates(ledger, place, terms).into_iter().map(|lot| {
            let origin = lot.origin.and_then(|origin| ledger.transaction(origin));
            let identity = origin.map(|origin| &origin.transaction.identity);
            let units = chosen.into_iter().flatten().find(|(of, _)| Some(of) == identity);
            // Several lots of one row: the first takes what the sale uses, up to what it has.
            let of_origin = used.entry(lot.origin).or_default();
            let taken = (*of_origin).min(lot.quantity.abs());
            *of_origin -= taken;
            CandidateLot {
                acquisition: identity.map(ToString::to_string),
                acquired: lot.acquired,
                quantity: to_canonical(lot.quantity.abs()),
                cost: lot.cost.native.ok().map(|cost| to_canonical(cost.round_dp(6))),
                used: to_canonical(taken),
                chosen: units.map(|(_, units)| to_canonical(*units)),
            }
        });
        Ok(SaleLots {
            account: name.clone(),
            sale: sale.to_owned(),
            date,
            holding: ledger.instruments[booked.instrument].label().to_owned(),
            quantity: to_canonical(told.quantity.abs()),
            currency: told.currency,
            cost_method: account.cost_method,
            lots: acquired.collect(),
        })
    }

    /// Names the lots that a sale uses, in the place of what was named before; none where `chosen` is
    /// empty. It counts where the account's method is `specific`.
    ///
    /// # Errors
    /// A sale or a lot that there isn't, and more units than there are. Nothing is changed then.
    pub async fn choose_lots(
        &self,
        name: &AccountName,
        sale: &str,
        chosen: &[(String, String)],
    ) -> Result<SaleLots, ChoiceError> {
        let lots = self.sale_lots(name, sale).await?;
        let wanted = judged(&lots, chosen)?;
        let mut transaction = self.database.write().await?;
        let row = account_row(&mut transaction, name).await?;
        let account_id = row.context("the account has gone meanwhile")?.id;
        let rows: Vec<SelectionRow> = wanted
            .into_iter()
            .map(|(acquisition, quantity)| SelectionRow {
                account_id,
                sale: sale.to_owned(),
                acquisition,
                quantity: to_canonical(quantity),
            })
            .collect();
        choices::replace_selections(&mut transaction, (account_id, sale), &rows).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await.map_err(AccountError::from)?;
        self.sale_lots(name, sale).await
    }

    /// Says from what a spin-off came, and which share of its cost goes along; what follows from the
    /// prices where `fraction` is none.
    ///
    /// # Errors
    /// A row or a parent that there isn't, and a share that is none. Nothing is changed then.
    pub async fn allocate_spin_off(
        &self,
        name: &AccountName,
        identity: &str,
        (parent, fraction): (&str, Option<&str>),
    ) -> Result<(), ChoiceError> {
        self.account(name).await?;
        let fraction = fraction.map(share).transpose()?;
        let parent = {
            let books = self.books().await?;
            self.check_spin_off(&books.ledger, name, identity)?;
            let mut transaction = self.database.read().await?;
            let row = account_row(&mut transaction, name).await?;
            let account_id = row.map(|row| row.id);
            parent_identity(&mut transaction, account_id, parent).await?
        }
        .ok_or_else(|| ChoiceError::UnknownParent {
            account: name.clone(),
            parent: parent.to_owned(),
        })?;
        let mut transaction = self.database.write().await?;
        let row = account_row(&mut transaction, name).await?;
        let allocation = AllocationRow {
            account_id: row.context("the account has gone meanwhile")?.id,
            transaction_identity: identity.to_owned(),
            parent,
            fraction: fraction.map(to_canonical),
        };
        choices::put_allocation(&mut transaction, &allocation).await?;
        settings::count_change(&mut transaction).await?;
        transaction.commit().await.map_err(AccountError::from)?;
        Ok(())
    }

    /// Takes back what was said about a spin-off.
    ///
    /// # Errors
    /// Where nothing was said about it.
    pub async fn forget_spin_off(
        &self,
        name: &AccountName,
        identity: &str,
    ) -> Result<(), ChoiceError> {
        let account = self.account(name).await?;
        let mut transaction = self.database.write().await?;
        let row = account_row(&mut transaction, &account.name).await?;
        let account_id = row.context("the account has gone meanwhile")?.id;
        if !choices::delete_allocation(&mut transaction, account_id, identity).await? {
            return Err(ChoiceError::UnknownSpinOff {
                account: name.clone(),
                transaction: identity.to_owned(),
            });
        }
        settings::count_change(&mut transaction).await?;
        transaction.commit().await.map_err(AccountError::from)?;
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "reads as the other steps do")]
    fn check_spin_off(
        &self,
        ledger: &Ledger,
        name: &AccountName,
        identity: &str,
    ) -> Result<(), ChoiceError> {
        let booked = place(ledger, name, identity).and_then(|place| ledger.transaction(place));
        let is_spin_off = booked.is_some_and(|booked| booked.transaction.brings_in_spin_off());
        if is_spin_off {
            return Ok(());
        }
        Err(ChoiceError::UnknownSpinOff { account: name.clone(), transaction: identity.to_owned() })
    }
}

async fn account_row(
    transaction: &mut Transaction,
    name: &AccountName,
) -> anyhow::Result<Option<AccountRow>> {
    let all = accounts::all(transaction).await?;
    Ok(all.into_iter().find(|row| row.name == name.as_str()))
}

/// By what an account's own deliveries call an instrument of that symbol, ISIN or identity.
async fn parent_identity(
    transaction: &mut Transaction,
    account_id: Option<i64>,
    parent: &str,
) -> anyhow::Result<Option<String>> {
    use crate::db::facts::InstrumentRow;
    use crate::db::rows::Table;

    let is_named =
        |name: &Option<String>| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(parent));
    let own = InstrumentRow::of_account(transaction, account_id).await?;
    let found = own
        .into_iter()
        .find(|row| row.identity == parent || is_named(&row.symbol) || is_named(&row.isin));
    Ok(found.map(|row| row.identity))
}

fn share(text: &str) -> Result<Decimal, ChoiceError> {
    let wrong = || ChoiceError::Fraction(text.to_owned());
    let fraction: Decimal = text.parse().map_err(|_| wrong())?;
    if (Decimal::ZERO..=Decimal::ONE).contains(&fraction) { Ok(fraction) } else { Err(wrong()) }
}

/// The choice, if it can be made: each lot once.
fn judged(
    lots: &SaleLots,
    chosen: &[(String, String)],
) -> Result<BTreeMap<String, Decimal>, ChoiceError> {
    let number = |text: &str| text.parse::<Decimal>().unwrap_or_default();
    let mut wanted: BTreeMap<String, Decimal> = BTreeMap::new();
    for (acquisition, quantity) in chosen {
        let wrong = || ChoiceError::Quantity(quantity.clone());
        let units: Decimal = quantity.trim().parse().map_err(|_| wrong())?;
        let is_identity = acquisition.parse::<Identity>().is_ok();
        if units <= Decimal::ZERO {
            return Err(wrong());
        }
        let of_row = lots.lots.iter().filter(|lot| lot.acquisition.as_ref() == Some(acquisition));
        let of_row: Vec<&CandidateLot> = of_row.collect();
        if of_row.is_empty() || !is_identity {
            let known = lots.lots.iter().filter_map(|lot| lot.acquisition.clone());
            return Err(ChoiceError::UnknownLot {
                acquisition: acquisition.clone(),
                sale: lots.sale.clone(),
                known: known.take(10).collect(),
            });
        }
        let sum = wanted.entry(acquisition.clone()).or_default();
        *sum = sum.saturating_add(units);
        let held: Decimal = of_row.iter().map(|lot| number(&lot.quantity)).sum();
        if *sum > held {
            return Err(ChoiceError::TooMany {
                acquisition: acquisition.clone(),
                wanted: to_canonical(*sum),
                held: to_canonical(held),
            });
        }
    }
    let all: Decimal = wanted.values().copied().sum();
    if all > number(&lots.quantity) {
        return Err(ChoiceError::MoreThanSold {
            wanted: to_canonical(all),
            sold: lots.quantity.clone(),
        });
    }
    Ok(wanted)
}
