//! Transactions: purchases, sales, and the legs of corporate actions.

use rust_decimal::Decimal;
use stonks_core::fact::{Identity, Location};
use stonks_core::money::{Currency, Money, to_canonical};
use stonks_core::transaction::{Fee, FeeKind, Transaction, TransactionKind};

use super::super::MigrationError;
use super::super::database::OldRow;
use super::super::reading::{Fields, OldTime};
use super::products::{Product, Products};
use super::{TRADES, Teller};

/// Prices have so many decimal places in `Transactions.csv`.
const PRICE_PLACES: u32 = 4;

/// The base currency of DEGIRO's `…_in_base_currency` columns: the old system offers no other.
pub(super) const BASE: Currency = Currency::EUR;

/// A transaction on its way: what pays for it is still to be found.
pub(super) struct Trade {
    pub(super) transaction: Transaction,
    pub(super) location: Location,
    pub(super) product: String,
    pub(super) time: OldTime,
    /// Whether a cash movement is found that pays for it.
    pub(super) is_paid: bool,
}

pub(super) struct Trades {
    pub(super) all: Vec<Trade>,
    /// Whether the database tells amounts without their signs, as the Python system's own demo does:
    /// each purchase adds to what is counted in the base currency.
    pub(super) is_unsigned: bool,
}

pub(super) fn read(
    rows: &[OldRow],
    products: &mut Products,
    teller: &mut Teller,
) -> Result<Trades, MigrationError> {
    let mut purchases = Vec::new();
    for row in rows.iter().filter(|row| row.text("buysell").as_deref() == Some("B")) {
        purchases.push(row.needed("total_in_base_currency")?);
    }
    purchases.retain(|total| !total.is_zero());
    let is_unsigned = !purchases.is_empty() && purchases.iter().all(|total| *total > Decimal::ZERO);
    let mut all = Vec::with_capacity(rows.len());
    let mut unknown = Vec::new();
    for row in rows {
        let product = row.text("product_id").ok_or_else(|| row.bad("product_id", "number"))?;
        if !products.knows(&product) {
            unknown.push(product.clone());
        }
        let location = teller.row(row, &row.key());
        let reader = Reader { row, is_unsigned };
        all.push(reader.trade(product, location, products, teller)?);
    }
    unknown.sort();
    unknown.dedup();
    if !unknown.is_empty() {
        let text = format!("{}: {}", TRADES.name, unknown.join(", "));
        teller.remark(
            "unknown-products",
            "products of which the old database tells nothing",
            text,
        )?;
    }
    if is_unsigned {
        let text = format!(
            "all {} purchases of `{}` have a positive `total_in_base_currency`, as in the Python system's demo: \
             `buysell` tells the direction, and balances tell what was paid",
            purchases.len(),
            TRADES.name
        );
        teller.remark("unsigned-amounts", "amounts without signs", text)?;
    }
    teller.table(&TRADES, rows.len(), rows.len(), Vec::new());
    Ok(Trades { all, is_unsigned })
}

struct Reader<'a> {
    row: &'a OldRow,
    is_unsigned: bool,
}

impl Reader<'_> {
    fn trade(
        &self,
        product_id: String,
        location: Location,
        products: &mut Products,
        teller: &mut Teller,
    ) -> Result<Trade, MigrationError> {
        let row = self.row;
        let product = products.find(&product_id)?;
        let time = row.time("date")?;
        let quantity = self.quantity()?;
        let price = row.needed("price")?;
        let currency = product.currency.unwrap_or(BASE);
        let total = row.needed("total")?;
        let total =
            if total.is_sign_positive() == quantity.is_sign_positive() { -total } else { total };
        let kind = kind(&row.text("transaction_type_id").unwrap_or_default(), quantity);
        let fees = self.fees()?;
        teller.sums.add(
            "units of transactions, at their prices",
            currency,
            row.needed("total")?,
            total,
        );
        let paid: Decimal = fees.iter().map(|fee| fee.money.amount).sum();
        teller.sums.add(
            "fees of transactions",
            BASE,
            row.needed("total_fees_in_base_currency")?,
            paid,
        );
        let transaction = Transaction {
            identity: self.identity(time, product, quantity, teller)?,
            broker_account: None,
            instrument: product.instrument.clone(),
            kind,
            at: time.moment(),
            settlement_date: None,
            quantity,
            price: Some(price),
            price_currency: Some(currency),
            amount: Some(Money::new(total, currency)),
            accrued: None,
            fees,
            settled: Some(Money::new(self.settled(quantity)?, BASE)),
            exchange_rate: if currency == BASE { None } else { self.exchange_rate()? },
            order: None,
            group: is_action(kind).then(|| group(kind, time)),
            venue: row.text("trading_venue"),
            description: None,
        };
        Ok(Trade { transaction, location, product: product_id, time, is_paid: false })
    }

    fn identity(
        &self,
        time: OldTime,
        product: &Product,
        quantity: Decimal,
        teller: &mut Teller,
    ) -> Result<Identity, MigrationError> {
        let (price, currency) = (self.row.needed("price")?, product.currency.unwrap_or(BASE));
        let (day, minute) = time.export_stamp();
        let (quantity, price) =
            (to_canonical(quantity), to_canonical(price.round_dp(PRICE_PLACES)));
        teller.identity(
            "trade",
            &[&day, &minute, &product.code, &quantity, &price, currency.as_str()],
        )
    }

    /// Negative for what goes.
    fn quantity(&self) -> Result<Decimal, MigrationError> {
        let quantity = self.row.needed("quantity")?;
        match self.row.text("buysell").as_deref() {
            Some("B") => Ok(quantity.abs()),
            Some("S") => Ok(-quantity.abs()),
            _ => Err(self.row.bad("buysell", "`B` and no `S`")),
        }
    }

    /// Negative: paid. What is charged for converting the currency is told apart.
    fn fees(&self) -> Result<Vec<Fee>, MigrationError> {
        let conversion = self.row.decimal("auto_fx_fee_in_base_currency")?.unwrap_or_default();
        let all = self.row.needed("total_fees_in_base_currency")?;
        let own = match self.row.decimal("fee_in_base_currency")? {
            Some(own) => own,
            None => all.saturating_sub(conversion),
        };
        let fee = |kind, amount: Decimal| Fee {
            kind,
            money: Money::new(amount, BASE),
            description: None,
        };
        let fees = [fee(FeeKind::Conversion, conversion), fee(FeeKind::Transaction, own)];
        Ok(fees.into_iter().filter(|fee| !fee.money.amount.is_zero()).collect())
    }

    /// What the account was charged or credited in all.
    fn settled(&self, quantity: Decimal) -> Result<Decimal, MigrationError> {
        let all = self.row.needed("total_plus_all_fees_in_base_currency")?;
        if !self.is_unsigned {
            return Ok(all);
        }
        Ok(if quantity.is_sign_positive() { -all.abs() } else { all.abs() })
    }

    /// Base currency for one unit of the product's: whichever way round `fx_rate` is told, the totals
    /// say which.
    fn exchange_rate(&self) -> Result<Option<Decimal>, MigrationError> {
        let (Some(rate), Some(total), Some(in_base)) = (
            self.row.decimal("fx_rate")?,
            self.row.decimal("total")?,
            self.row.decimal("total_in_base_currency")?,
        ) else {
            return Ok(None);
        };
        let inverse = Decimal::ONE.checked_div(rate);
        let is_it = |rate: &Decimal| {
            let off = total.abs().checked_mul(*rate).map(|value| (value - in_base.abs()).abs());
            off.is_some_and(|off| off <= in_base.abs() / Decimal::ONE_HUNDRED)
        };
        let rates = [Some(rate), inverse].into_iter().flatten();
        Ok(rates.filter(|rate| *rate > Decimal::ZERO).find(is_it))
    }
}

/// DEGIRO's kinds of transactions; what has no kind is a purchase or a sale.
fn kind(type_id: &str, quantity: Decimal) -> TransactionKind {
    match type_id {
        "101" => TransactionKind::Split,
        "102" => TransactionKind::StockDividend,
        "106" => TransactionKind::Other,
        "108" | "204" => TransactionKind::Exchange,
        "112" => TransactionKind::Delisting,
        _ if quantity.is_sign_positive() => TransactionKind::Buy,
        _ => TransactionKind::Sell,
    }
}

const fn is_action(kind: TransactionKind) -> bool {
    matches!(kind, TransactionKind::Split | TransactionKind::Exchange)
}

/// The legs of one action have the same time.
fn group(kind: TransactionKind, time: OldTime) -> String {
    let (day, minute) = time.export_stamp();
    format!("{kind}:{day}T{minute}")
}
