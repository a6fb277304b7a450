//! Tables of facts: one for each kind, each row as a delivery states it.

pub(crate) mod convert;

use super::rows::fact_table;
use super::{Transaction, with_connection};

/// The last day of which a plugin delivered a rate that belongs to no account.
pub(crate) async fn last_rate_day(
    transaction: &mut Transaction,
    plugin: &str,
) -> anyhow::Result<Option<String>> {
    let sql = "SELECT MAX(rate.day) FROM fx_rates rate JOIN deliveries delivery \
               ON delivery.id = rate.delivery_id \
               WHERE delivery.plugin = $1 AND rate.account_id IS NULL";
    Ok(with_connection!(transaction, |connection| sqlx::query_scalar(sql)
        .bind(plugin)
        .fetch_one(connection)
        .await)?)
}

fact_table!(
    /// A row of `broker_accounts`.
    BrokerAccountRow in "broker_accounts" {
        name: Option<String>,
        currency: Option<String>,
        opened: Option<String>,
    }
);

fact_table!(
    /// A row of `instruments`.
    InstrumentRow in "instruments" {
        asset_class: String,
        name: Option<String>,
        symbol: Option<String>,
        isin: Option<String>,
        market: Option<String>,
        currency: Option<String>,
        multiplier: Option<String>,
        terms: Option<String>,
        sector: Option<String>,
        country: Option<String>,
        codes: String,
    }
);

fact_table!(
    /// A row of `transactions`.
    TransactionRow in "transactions" {
        broker_account: Option<String>,
        instrument: String,
        kind: String,
        happened_at: String,
        settlement_date: Option<String>,
        quantity: String,
        price: Option<String>,
        price_currency: Option<String>,
        amount: Option<String>,
        amount_currency: Option<String>,
        accrued: Option<String>,
        accrued_currency: Option<String>,
        fees: String,
        settled: Option<String>,
        settled_currency: Option<String>,
        exchange_rate: Option<String>,
        order_number: Option<String>,
        action_group: Option<String>,
        venue: Option<String>,
        description: Option<String>,
    }
);

fact_table!(
    /// A row of `cash_movements`.
    MovementRow in "cash_movements" {
        broker_account: Option<String>,
        kind: String,
        happened_at: String,
        value_date: Option<String>,
        amount: String,
        currency: String,
        instrument: Option<String>,
        settles: Option<String>,
        fee_kind: Option<String>,
        movement_group: Option<String>,
        description: Option<String>,
        balance: Option<String>,
    }
);

fact_table!(
    /// A row of `positions`.
    PositionRow in "positions" {
        broker_account: Option<String>,
        instrument: String,
        day: String,
        quantity: String,
        price: Option<String>,
        price_currency: Option<String>,
        worth: Option<String>,
        worth_currency: Option<String>,
        cost: Option<String>,
        cost_currency: Option<String>,
    }
);

fact_table!(
    /// A row of `balances`.
    BalanceRow in "balances" {
        broker_account: Option<String>,
        day: String,
        side: String,
        amount: String,
        currency: String,
    }
);

fact_table!(
    /// A row of `quotes`.
    QuoteRow in "quotes" {
        instrument: String,
        quoted_at: String,
        price: String,
        currency: String,
    }
);

fact_table!(
    /// A row of `fx_rates`.
    FxRateRow in "fx_rates" {
        base: String,
        quote: String,
        day: String,
        rate: String,
    }
);

fact_table!(
    /// A row of `upcoming_dividends`.
    UpcomingRow in "upcoming_dividends" {
        broker_account: Option<String>,
        instrument: String,
        status: String,
        ex_date: Option<String>,
        pay_date: Option<String>,
        per_unit: Option<String>,
        per_unit_currency: Option<String>,
        gross: Option<String>,
        gross_currency: Option<String>,
        withholding_tax: Option<String>,
        withholding_tax_currency: Option<String>,
    }
);

fact_table!(
    /// A row of `notes`.
    NoteRow in "notes" {
        broker_account: Option<String>,
        happened_at: Option<String>,
        reason: String,
        content: String,
    }
);
