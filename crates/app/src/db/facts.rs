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

/// Runs `$body` for each table of facts with `$row` as its row: instruments before what names them.
macro_rules! with_each_table {
    ($row:ident => $body:block) => {
        $crate::db::facts::with_each_table!($row => $body;
            BrokerAccountRow, InstrumentRow, TransactionRow, MovementRow, PositionRow, BalanceRow,
            QuoteRow, FxRateRow, UpcomingRow, NoteRow)
    };
    ($row:ident => $body:block; $($each:ident),*) => {
        $({
            type $row = $crate::db::facts::$each;
            $body
        })*
    };
}
pub(crate) use with_each_table;

fact_table!(
    /// A row of `broker_accounts`.
    BrokerAccountRow in "broker_accounts" {
        name: Option<T>,
        currency: Option<T>,
        opened: Option<T>,
    }
);

fact_table!(
    /// A row of `instruments`.
    InstrumentRow in "instruments" {
        asset_class: T,
        name: Option<T>,
        symbol: Option<T>,
        isin: Option<T>,
        market: Option<T>,
        currency: Option<T>,
        multiplier: Option<T>,
        terms: Option<T>,
        sector: Option<T>,
        country: Option<T>,
        codes: T,
    }
);

fact_table!(
    /// A row of `transactions`.
    TransactionRow in "transactions" {
        broker_account: Option<T>,
        instrument: T,
        kind: T,
        happened_at: T,
        settlement_date: Option<T>,
        quantity: T,
        price: Option<T>,
        price_currency: Option<T>,
        amount: Option<T>,
        amount_currency: Option<T>,
        accrued: Option<T>,
        accrued_currency: Option<T>,
        fees: T,
        settled: Option<T>,
        settled_currency: Option<T>,
        exchange_rate: Option<T>,
        order_number: Option<T>,
        action_group: Option<T>,
        venue: Option<T>,
        description: Option<T>,
    }
);

fact_table!(
    /// A row of `cash_movements`.
    MovementRow in "cash_movements" {
        broker_account: Option<T>,
        kind: T,
        happened_at: T,
        value_date: Option<T>,
        amount: T,
        currency: T,
        instrument: Option<T>,
        settles: Option<T>,
        fee_kind: Option<T>,
        movement_group: Option<T>,
        description: Option<T>,
        balance: Option<T>,
    }
);

fact_table!(
    /// A row of `positions`.
    PositionRow in "positions" {
        broker_account: Option<T>,
        instrument: T,
        day: T,
        quantity: T,
        price: Option<T>,
        price_currency: Option<T>,
        worth: Option<T>,
        worth_currency: Option<T>,
        cost: Option<T>,
        cost_currency: Option<T>,
    }
);

fact_table!(
    /// A row of `balances`.
    BalanceRow in "balances" {
        broker_account: Option<T>,
        day: T,
        side: T,
        amount: T,
        currency: T,
    }
);

fact_table!(
    /// A row of `quotes`.
    QuoteRow in "quotes" {
        instrument: T,
        quoted_at: T,
        price: T,
        currency: T,
    }
);

fact_table!(
    /// A row of `fx_rates`.
    FxRateRow in "fx_rates" {
        base: T,
        quote: T,
        day: T,
        rate: T,
    }
);

fact_table!(
    /// A row of `upcoming_dividends`.
    UpcomingRow in "upcoming_dividends" {
        broker_account: Option<T>,
        instrument: T,
        status: T,
        ex_date: Option<T>,
        pay_date: Option<T>,
        per_unit: Option<T>,
        per_unit_currency: Option<T>,
        gross: Option<T>,
        gross_currency: Option<T>,
        withholding_tax: Option<T>,
        withholding_tax_currency: Option<T>,
    }
);

fact_table!(
    /// A row of `notes`.
    NoteRow in "notes" {
        broker_account: Option<T>,
        happened_at: Option<T>,
        reason: T,
        content: T,
    }
);
