//! An invented portfolio: three brokers, three years, four currencies, dividends and fees.
//!
//! It comes in as files, in the form that the brokers give them, and through the same plugins as
//! anyone's: what the demo shows is what a user's own files would show. The names of the instruments
//! are real, their prices and all trades are invented. Nothing depends on the day or the machine.

mod coins;
mod dutch;
mod flex;
mod market;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::accounts::NewAccount;
use crate::app::App;
use crate::ingest::{ImportFile, Mode, Target};
use market::Market;

/// The demo's first day.
const FIRST_DAY: Date = date(2023, 11, 1);

/// The last day of the exchange rates that are part of the program.
const LAST_DAY: Date = date(2026, 10, 30);

/// The day on which the demo plays.
#[must_use]
pub const fn today() -> Date {
    LAST_DAY
}

/// The time at which the demo plays, for the clock of [`crate::Config`].
#[must_use]
pub fn now() -> Timestamp {
    // Evening in Europe: the last day's prices are known.
    LAST_DAY
        .at(18, 0, 0, 0)
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}

/// Imports the demo into an empty installation.
///
/// # Errors
/// Where a first-party plugin doesn't take the files, which a test rules out.
pub async fn fill(app: &App) -> Result<()> {
    let market = Market::new(FIRST_DAY, LAST_DAY);
    let quotes = Target::Plugin("generic-csv".parse()?);
    import(app, &quotes, vec![("quotes.csv", market.quotes())]).await?;
    let (transactions, account) = dutch::files(&market);
    let degiro = vec![("Transactions.csv", transactions), ("Account.csv", account)];
    import(app, &new_account("degiro", "degiro")?, degiro).await?;
    import(
        app,
        &new_account("ib", "interactive-brokers")?,
        vec![("flex.xml", flex::file(&market))],
    )
    .await?;
    import(app, &new_account("coins", "generic-csv")?, vec![("coins.csv", coins::file(&market))])
        .await
}

fn new_account(name: &str, plugin: &str) -> Result<Target> {
    Ok(Target::NewAccount(NewAccount {
        name: name.parse()?,
        plugin: plugin.parse()?,
        settings: std::collections::BTreeMap::new(),
        cost_method: stonks_core::lots::CostMethod::Fifo,
    }))
}

async fn import(app: &App, target: &Target, files: Vec<(&str, String)>) -> Result<()> {
    let files = files
        .into_iter()
        .map(|(name, content)| ImportFile { name: name.to_owned(), content: content.into_bytes() })
        .collect();
    app.import(target, files, Mode::Store, &|_| ()).await.context("importing the demo")?;
    Ok(())
}
