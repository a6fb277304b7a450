//! Portfolio Performance's transactions, prices and rates as a ledger of one account.
//!
//! In its files the amount of a purchase includes fees and taxes, that of a sale or a dividend is net
//! of them. A delivery's fees are paid from outside, since no account pays them.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::figure::Figure;
use stonks_core::fx::Rates;
use stonks_core::holdings::Terms;
use stonks_core::ledger::Ledger;
use stonks_core::money::{Currency, Money};
use stonks_core::performance::Period;
use stonks_core::transaction::TransactionKind;

use crate::conformance::books::{Books, Units};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::flows::dated_list;

/// A client, or its transactions, over a period.
pub(super) struct Client {
    pub(super) ledger: Ledger,
    rates: Rates,
    pub(super) base: Currency,
    pub(super) period: Period,
    /// Every transaction with a security.
    pub(super) rows: Vec<(Date, String)>,
    /// What was paid for units of a security, costs included.
    pub(super) invested: Vec<(Date, String, Money)>,
    /// Taxes by security; negative for a refund.
    pub(super) taxes: Vec<(Date, String, Money)>,
}

/// Lists of transactions of a client that isn't told whole.
const LISTS: [&str; 4] =
    ["transactions", "cash_transactions", "portfolio_transactions", "security_transactions"];

/// The one security of a case that names none.
pub(super) const ONLY: &str = "security";

impl Client {
    pub(super) fn terms(&self) -> Terms<'_> {
        Terms { rates: &self.rates, base: self.base, as_of: self.period.through }
    }

    pub(super) fn in_base(&self, money: Money, date: Date) -> Figure {
        self.rates.convert(money, self.base, date)
    }

    pub(super) fn read(inputs: &Inputs<'_>) -> Result<Self, Refusal> {
        let period = period(inputs)?;
        let base = match inputs.find("data") {
            Some(data) => currency(&data.get("base_currency")?)?,
            None => inputs
                .any(&["report_currency", "currency"])
                .as_ref()
                .map_or(Ok(Currency::EUR), currency)?,
        };
        let mut reader = Reader {
            books: Books::default(),
            base,
            invested: Vec::new(),
            taxes: Vec::new(),
            first: Vec::new(),
            rows: Vec::new(),
        };
        match inputs.find("data") {
            Some(data) => reader.client(&data)?,
            None => reader.transactions(inputs)?,
        }
        let rates = rates(inputs)?;
        let Reader { books, rows, invested, taxes, .. } = reader;
        Ok(Self { ledger: books.ledger(), rates, base, period, rows, invested, taxes })
    }
}

pub(super) fn currency(code: &Inputs<'_>) -> Result<Currency, Refusal> {
    let told = code.text()?;
    told.parse().map_err(|_| Refusal::Malformed(format!("`{}` is not a currency", code.path())))
}

/// `reporting_interval`, or `start` and `end`.
pub(super) fn period(inputs: &Inputs<'_>) -> Result<Period, Refusal> {
    let interval = inputs.find("reporting_interval").unwrap_or_else(|| inputs.clone());
    let day = |keys: &[&str]| interval.any(keys).map_or_else(|| interval.get(keys[0]), Ok)?.date();
    Ok(Period::new(day(&["start_exclusive", "start"])?, day(&["end_inclusive", "end"])?))
}

/// `{"EURUSD": {"2014-12-31": 1.2141}}`; before the first rate it holds too.
pub(super) fn rates(inputs: &Inputs<'_>) -> Result<Rates, Refusal> {
    let mut all = Vec::new();
    let pairs = inputs.find("fx_rates").map_or_else(|| Ok(Vec::new()), |pairs| pairs.entries())?;
    for (pair, list) in pairs {
        let quoted = pair.strip_prefix("EUR").and_then(|code| code.trim_matches('/').parse().ok());
        let quoted: Currency =
            quoted.ok_or_else(|| Refusal::UnknownShape(format!("rates of `{pair}`")))?;
        let rates = dated_list(&list)?;
        let first = rates.iter().min_by_key(|(date, _)| *date);
        all.extend(first.map(|(_, rate)| (quoted, date(1900, 1, 1), *rate)));
        all.extend(rates.iter().map(|(date, rate)| (quoted, *date, *rate)));
    }
    Ok(Rates::new(all))
}

struct Reader {
    books: Books,
    base: Currency,
    invested: Vec<(Date, String, Money)>,
    taxes: Vec<(Date, String, Money)>,
    rows: Vec<(Date, String)>,
    /// The first transaction with each security.
    first: Vec<(String, Date)>,
}

impl Reader {
    fn client(&mut self, data: &Inputs<'_>) -> Result<(), Refusal> {
        let lists = |key: &str| data.find(key).map_or_else(|| Ok(Vec::new()), |list| list.items());
        for account in lists("accounts")? {
            for row in account.get("transactions")?.items()? {
                // The securities account tells these with their units.
                if !matches!(row.get("type")?.text()?, "BUY" | "SELL") {
                    self.row(&row)?;
                }
            }
        }
        for portfolio in lists("portfolios")? {
            for row in portfolio.get("transactions")?.items()? {
                self.row(&row)?;
            }
        }
        for security in lists("securities")? {
            let priced_in = security.find("currency").as_ref().map_or(Ok(self.base), currency)?;
            let prices = security.find("prices");
            let prices = prices.map_or_else(|| Ok(Vec::new()), |list| dated_list(&list))?;
            self.prices(security.get("name")?.text()?, priced_in, &prices)?;
        }
        self.books.know_cash(date(1900, 1, 1), self.base)
    }

    fn transactions(&mut self, inputs: &Inputs<'_>) -> Result<(), Refusal> {
        for list in LISTS {
            for row in inputs.find(list).map_or_else(|| Ok(Vec::new()), |list| list.items())? {
                self.row(&row)?;
            }
        }
        let Some(prices) = inputs.find("prices") else { return Ok(()) };
        let told = prices.find("currency").or_else(|| inputs.find("security_currency"));
        let priced_in = told.as_ref().map_or(Ok(self.base), currency)?;
        let of_days = prices.entries()?.into_iter().filter(|(key, _)| *key != "currency");
        let read = of_days.map(|(key, price)| {
            let date = crate::conformance::case::read_date(key);
            let date =
                date.ok_or_else(|| Refusal::Malformed(format!("`{}` is no date", price.path())))?;
            Ok((date, price.decimal()?))
        });
        let read: Vec<(Date, Decimal)> = read.collect::<Result<_, Refusal>>()?;
        self.prices(ONLY, priced_in, &read)
    }

    /// Before its first price a security is worth that one.
    fn prices(
        &mut self,
        name: &str,
        priced_in: Currency,
        prices: &[(Date, Decimal)],
    ) -> Result<(), Refusal> {
        let security = self.books.instrument(name)?;
        let first = prices.iter().min_by_key(|(date, _)| *date).copied();
        let held = self.first.iter().filter(|(held, _)| held == name).map(|(_, date)| *date).min();
        let before = first.zip(held).filter(|((date, _), held)| held < date);
        let before = before.map(|((_, price), held)| (held, price));
        for (date, price) in before.iter().chain(prices) {
            self.books.quote(&security, *date, Money::new(*price, priced_in))?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Inputs<'_>) -> Result<(), Refusal> {
        let (date, kind) = (row.get("date")?.date()?, row.get("type")?.text()?);
        let told_in = row.find("currency").as_ref().map_or(Ok(self.base), currency)?;
        let number = |keys: &[&str]| row.any(keys).map_or(Ok(Decimal::ZERO), |told| told.decimal());
        let (fee, tax) = (number(&["fees", "fee"])?, number(&["taxes", "tax"])?);
        let amount = number(&["amount", "amount_net"])?;
        let security = row.find("security").map(|name| name.text()).transpose()?;
        let of = security.map(|name| self.books.instrument(name)).transpose()?;
        let money = |amount: Decimal| Money::new(amount, told_in);
        let named = security.unwrap_or(ONLY).to_owned();
        self.rows.push((date, named.clone()));
        if !tax.is_zero() {
            self.taxes.push((date, named.clone(), money(tax)));
        }
        let (kind, amount) = match kind {
            "DEPOSIT" => (CashKind::Deposit, amount),
            "REMOVAL" => (CashKind::Withdrawal, -amount),
            "INTEREST" => (CashKind::Interest, amount + fee + tax),
            "INTEREST_CHARGE" => (CashKind::Interest, -amount),
            "DIVIDENDS" | "DIVIDEND" => (CashKind::Dividend, amount + fee + tax),
            "FEES" => (CashKind::Fee, -amount),
            "FEES_REFUND" => (CashKind::Fee, amount),
            "TAXES" | "TAX_REFUND" => {
                let paid = if kind == "TAXES" { amount } else { -amount };
                self.taxes.push((date, named, money(paid)));
                (CashKind::Tax, -paid)
            }
            _ => return self.units(row, (date, kind, told_in), (amount, fee, tax), &named),
        };
        // A dividend of a case with one security is that one's.
        let of = match (of, kind) {
            (None, CashKind::Dividend) => Some(self.books.instrument(ONLY)?),
            (of, _) => of,
        };
        self.books.cash(kind, date, money(amount), of.as_ref())?;
        if matches!(kind, CashKind::Interest | CashKind::Dividend) {
            let is_interest = kind == CashKind::Interest;
            let tax_kind =
                if is_interest { CashKind::InterestTax } else { CashKind::WithholdingTax };
            self.books.cash(tax_kind, date, money(-tax), of.as_ref())?;
            self.books.cash(CashKind::Fee, date, money(-fee), of.as_ref())?;
        }
        Ok(())
    }

    fn units(
        &mut self,
        row: &Inputs<'_>,
        (date, kind, told_in): (Date, &str, Currency),
        (amount, fee, tax): (Decimal, Decimal, Decimal),
        security: &str,
    ) -> Result<(), Refusal> {
        if kind.starts_with("TRANSFER") && !row.has("shares") {
            // From one account of cash to another.
            let amount = if kind == "TRANSFER_IN" { amount } else { -amount };
            return self.books.cash(
                CashKind::InternalTransfer,
                date,
                Money::new(amount, told_in),
                None,
            );
        }
        let shares = row.get("shares")?.decimal()?;
        let of = self.books.instrument(security)?;
        self.first.push((security.to_owned(), date));
        let costs = fee + tax;
        let (kind, quantity, gross) = match kind {
            "BUY" => (TransactionKind::Buy, shares, amount - costs),
            "SELL" => (TransactionKind::Sell, -shares, amount + costs),
            "DELIVERY_INBOUND" => (TransactionKind::TransferIn, shares, amount - costs),
            "DELIVERY_OUTBOUND" => (TransactionKind::TransferOut, -shares, amount + costs),
            "TRANSFER_IN" => (TransactionKind::TransferIn, shares, Decimal::ZERO),
            "TRANSFER_OUT" => (TransactionKind::TransferOut, -shares, Decimal::ZERO),
            other => return Err(Refusal::UnknownShape(format!("a transaction of type `{other}`"))),
        };
        let mut units = Units::of(&of, kind, date, quantity, told_in);
        let money = |amount: Decimal| Money::new(amount, told_in);
        if quantity > Decimal::ZERO && !amount.is_zero() && gross != Decimal::ZERO {
            self.invested.push((date, security.to_owned(), money(amount)));
        }
        if matches!(kind, TransactionKind::Buy | TransactionKind::Sell) {
            let sign = if kind == TransactionKind::Buy { -Decimal::ONE } else { Decimal::ONE };
            (units.fee, units.tax, units.amount) = (fee, tax, Some(money(sign * gross)));
            if let Some((native, told)) = native_gross(row)? {
                units.amount = Some(Money::new(sign * native, told));
                units.settled = Some(money(sign * amount));
            }
            return self.books.units(&units);
        }
        units.price = gross.checked_div(shares).filter(|price| !price.is_zero());
        self.books.units(&units)?;
        self.books.cash(CashKind::Deposit, date, money(costs), None)?;
        self.books.cash(CashKind::Fee, date, money(-fee), Some(&of))?;
        self.books.cash(CashKind::Tax, date, money(-tax), Some(&of))
    }
}

/// The value of the units in the security's currency: `gross_usd`, or `gross` with its forex amount.
fn native_gross(row: &Inputs<'_>) -> Result<Option<(Decimal, Currency)>, Refusal> {
    if let Some(gross) = row.find("gross").filter(|gross| gross.has("forex_amount")) {
        let told_in = currency(&gross.get("forex_currency")?)?;
        return Ok(Some((gross.get("forex_amount")?.decimal()?, told_in)));
    }
    for key in row.keys() {
        let code = key.strip_prefix("gross_").map(str::to_uppercase);
        if let Some(told_in) = code.and_then(|code| code.parse().ok()) {
            return Ok(Some((row.get(key)?.decimal()?, told_in)));
        }
    }
    Ok(None)
}
