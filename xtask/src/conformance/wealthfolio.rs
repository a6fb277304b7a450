//! Cases of Wealthfolio: holdings, cash and contributions after activities, moves between accounts, and
//! returns.
//!
//! Its cost basis includes fees; lots go first in, first out. An account that begins with figures is
//! told as if it had just received them.

mod returns;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::cash::CashKind;
use stonks_core::deposits::net_contributions;
use stonks_core::figure::Figure;
use stonks_core::holdings::{Holding, Terms};
use stonks_core::money::{Currency, Money};
use stonks_core::portfolio::{CashBalance, cash_by_currency, portfolio};
use stonks_core::transaction::TransactionKind;

use super::accounts::{
    Accounts, Convention, Developed, Exchange, ONLY, Units, day, nth_day, number,
};
use super::case::{Inputs, Refusal};
use super::computed::{Computed, Figures};

/// The security of a case that names none.
const ASSET: &str = "asset";

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    if inputs.has("valuations") {
        return returns::figures(inputs, asked);
    }
    let mut case = Case::read(inputs)?;
    if let Some(start) = inputs.find("start") {
        case.start(&start)?;
    }
    let rows = match inputs.find("activities") {
        Some(rows) => rows.items()?,
        None => vec![inputs.get("activity")?],
    };
    for (place, row) in rows.iter().enumerate() {
        // What an account begins with is told before any activity.
        let date = day(row, place + 1)?;
        case.activity(row, date)?;
        case.last = case.last.max(date);
    }
    case.figures(asked)
}

struct Case {
    accounts: Accounts,
    exchange: Exchange,
    base: Currency,
    /// The base currency is that of every account whose name is a currency.
    names: BTreeSet<String>,
    currencies: BTreeSet<Currency>,
    last: Date,
}

impl Case {
    fn read(inputs: &Inputs<'_>) -> Result<Self, Refusal> {
        let exchange = Exchange::read(inputs)?;
        let base = match inputs.find("account_currency") {
            Some(code) => exchange.currency(code.text()?)?,
            None => exchange.currency("USD")?,
        };
        Ok(Self {
            accounts: Accounts::default(),
            exchange,
            base,
            names: BTreeSet::new(),
            currencies: BTreeSet::new(),
            last: nth_day(0)?,
        })
    }

    fn currency(&mut self, row: &Inputs<'_>) -> Result<Currency, Refusal> {
        let told = row.find("currency").map(|code| code.text()).transpose()?;
        let currency = told.map_or(Ok(self.base), |code| self.exchange.currency(code))?;
        self.currencies.insert(currency);
        Ok(currency)
    }

    fn start(&mut self, start: &Inputs<'_>) -> Result<(), Refusal> {
        let date = nth_day(0)?;
        let contributed = start.find("net_contribution").map(|told| told.decimal()).transpose()?;
        for (name, told) in start.entries()? {
            match name {
                "net_contribution" => {}
                "cash" => {
                    for (place, (code, amount)) in told.entries()?.into_iter().enumerate() {
                        let currency = self.exchange.currency(code)?;
                        self.currencies.insert(currency);
                        let money = |amount| Money::new(amount, currency);
                        let put_in = contributed.filter(|_| place == 0).unwrap_or_default();
                        self.accounts.cash(CashKind::Deposit, date, money(put_in))?;
                        let rest = money(amount.decimal()? - put_in);
                        self.accounts.cash(CashKind::Adjustment, date, rest)?;
                    }
                }
                _ => {
                    let currency = self.currency(&told)?;
                    let quantity = told.get("quantity")?.decimal()?;
                    let cost = match told.find("cost_basis") {
                        Some(cost) => cost.decimal()?,
                        None => told.get("average_cost")?.decimal()? * quantity,
                    };
                    let price = cost.checked_div(quantity).map(|it| Money::new(it, currency));
                    self.names.insert(name.to_owned());
                    let kind = TransactionKind::TransferIn;
                    self.accounts
                        .units(Units { price, ..Units::of(name, kind, date, quantity) })?;
                }
            }
        }
        Ok(())
    }

    fn activity(&mut self, row: &Inputs<'_>, date: Date) -> Result<(), Refusal> {
        let currency = self.currency(row)?;
        let account = row.find("account").map_or(Ok(ONLY), |name| name.text())?;
        let fee = Money::new(number(row, &["fee", "fees"])?, currency);
        let kind = row.get("type")?.text()?;
        if let (Some(from), Some(to)) = (row.find("from"), row.find("to")) {
            return self.transfer(row, [from.text()?, to.text()?], date);
        }
        let cash = match kind {
            "BUY" | "SELL" | "SPLIT" | "ADD_HOLDING" | "REMOVE_HOLDING" | "TRANSFER_IN"
            | "TRANSFER_OUT"
                if row.has("quantity") || kind == "SPLIT" =>
            {
                return self.units(row, account, date, (currency, fee));
            }
            "DEPOSIT" | "TRANSFER_IN" => (CashKind::Deposit, Decimal::ONE),
            "WITHDRAWAL" | "TRANSFER_OUT" => (CashKind::Withdrawal, -Decimal::ONE),
            "DIVIDEND" => (CashKind::Dividend, Decimal::ONE),
            "INTEREST" => (CashKind::Interest, Decimal::ONE),
            "CREDIT" => (CashKind::Adjustment, Decimal::ONE),
            "FEE" => (CashKind::Fee, -Decimal::ONE),
            "TAX" => (CashKind::Tax, -Decimal::ONE),
            other => return Err(Refusal::UnknownShape(format!("an activity `{other}`"))),
        };
        let (kind, sign) = cash;
        let amount = match row.find("amount") {
            Some(amount) => amount.decimal()?,
            None => number(row, &["quantity"])? * number(row, &["price", "unit_price"])?,
        };
        self.accounts.cash_of(account, kind, date, Money::new(sign * amount, currency))?;
        self.accounts.cash_of(account, CashKind::Fee, date, Money::new(-fee.amount, currency))
    }

    fn units(
        &mut self,
        row: &Inputs<'_>,
        account: &str,
        date: Date,
        (currency, fee): (Currency, Money),
    ) -> Result<(), Refusal> {
        let of = self.asset(row)?;
        let quantity = number(row, &["quantity"])?;
        let price = number(row, &["price", "unit_price"])?;
        let kind = row.get("type")?.text()?;
        let units = match kind {
            "BUY" | "SELL" => {
                let signed = if kind == "BUY" { quantity } else { -quantity };
                let total = Money::new(quantity * price, currency);
                Units::trade(&of, date, signed, total).costing(fee)
            }
            "SPLIT" => return Err(Refusal::UnknownShape("a split".to_owned())),
            _ => {
                let is_in = matches!(kind, "ADD_HOLDING" | "TRANSFER_IN");
                let kind =
                    if is_in { TransactionKind::TransferIn } else { TransactionKind::TransferOut };
                let signed = if is_in { quantity } else { -quantity };
                let price = Some(Money::new(price, currency));
                Units { price, ..Units::of(&of, kind, date, signed) }.costing(fee)
            }
        };
        self.accounts.units(Units { account, ..units })?;
        // The cash of every account is kept, and pays for what is bought.
        let nothing = Money::new(Decimal::ZERO, currency);
        self.accounts.cash_of(account, CashKind::Adjustment, date, nothing)
    }

    /// `AAPL (USD)` is listed in dollars.
    fn asset(&mut self, row: &Inputs<'_>) -> Result<String, Refusal> {
        let told = row.any(&["asset", "symbol", "asset_id"]);
        let named = match told {
            Some(told) => told.text()?.to_owned(),
            // An activity that names nothing is about what there is.
            None => self.names.first().cloned().unwrap_or_else(|| ASSET.to_owned()),
        };
        if let Some(listed) = named.split_once('(').map(|(_, listed)| listed.trim_end_matches(')'))
        {
            self.accounts.list(&named, self.exchange.currency(listed)?);
        }
        self.names.insert(named.clone());
        Ok(named)
    }

    fn transfer(
        &mut self,
        row: &Inputs<'_>,
        [from, to]: [&str; 2],
        date: Date,
    ) -> Result<(), Refusal> {
        let (of, quantity) = (self.asset(row)?, row.get("quantity")?.decimal()?);
        let leaving = Units::of(&of, TransactionKind::TransferOut, date, -quantity);
        self.accounts.units(Units { account: from, ..leaving })?;
        let arriving = Units::of(&of, TransactionKind::TransferIn, date, quantity);
        self.accounts.units(Units { account: to, ..arriving })?;
        Ok(())
    }

    fn figures(&self, asked: &[&str]) -> Result<Figures, Refusal> {
        let convention = Convention::default();
        let developed =
            self.accounts.developed(convention, &self.exchange.rates, self.base, self.last)?;
        let mut figures = Figures::new();
        for figure in asked {
            let account = figure.strip_suffix("_account").unwrap_or(figure);
            let of_account =
                developed.development.holdings.iter().find(|it| it.account.as_str() == account);
            let computed = match of_account {
                Some(holding) => Some(Computed::Map(self.of_holding(&developed, holding))),
                None => self.figure(&developed, figure),
            };
            figures.extend(computed.map(|computed| ((*figure).to_owned(), computed)));
        }
        Ok(figures)
    }

    fn terms(&self) -> Terms<'_> {
        Terms { rates: &self.exchange.rates, base: self.base, as_of: self.last }
    }

    fn figure(&self, developed: &Developed, figure: &str) -> Option<Computed> {
        let whole = portfolio(&developed.ledger, None, self.terms());
        let computed: Computed = match figure {
            "cash" => self.purses(&whole.cash),
            "cash_total_account_currency" | "cash_total" => whole.total.cash.figure().into(),
            "net_contribution" => self.contributed(developed).into(),
            "total_value" | "value" => whole.total.value.figure().into(),
            _ => {
                let [holding] = developed.development.holdings.as_slice() else { return None };
                return self.of_holding(developed, holding).remove(figure);
            }
        };
        Some(computed)
    }

    /// Cash by currency, also where there is none of one that was named.
    fn purses(&self, balances: &[CashBalance]) -> Computed {
        let zeros = self.currencies.iter().map(|currency| (*currency, Decimal::ZERO));
        let mut sums: BTreeMap<Currency, Decimal> = zeros.collect();
        sums.extend(cash_by_currency(balances));
        let named = sums
            .into_iter()
            .map(|(currency, amount)| (self.exchange.name(currency), amount.into()));
        Computed::Map(named.collect())
    }

    fn contributed(&self, developed: &Developed) -> Figure {
        let books = developed.ledger.books.iter();
        let mut sum = stonks_core::figure::Sum::default();
        for book in books {
            sum.extend(&net_contributions(&developed.ledger, book, self.terms()));
        }
        sum.figure()
    }

    fn of_holding(&self, developed: &Developed, holding: &Holding) -> Figures {
        let instrument = &developed.ledger.instruments[holding.instrument];
        let lots = holding.lots.iter().map(|lot| {
            let net = lot.cost.minus(&lot.fees).native;
            let price = net.map(|net| net.checked_div(lot.quantity).unwrap_or_default());
            let told: [(&str, Computed); 5] = [
                ("quantity", lot.quantity.into()),
                ("price", price.into()),
                ("fees", lot.fees.native.clone().into()),
                ("date", lot.acquired.into()),
                ("cost_basis", lot.cost.native.clone().into()),
            ];
            Computed::Map(told.map(|(name, figure)| (name.to_owned(), figure)).into())
        });
        let whole = portfolio(&developed.ledger, Some(&holding.account), self.terms());
        let told: [(&str, Computed); 9] = [
            ("cash", self.purses(&whole.cash)),
            ("total_value", whole.total.value.figure().into()),
            ("quantity", holding.quantity.into()),
            ("currency", Computed::Text(self.exchange.name(holding.currency))),
            ("average_cost", holding.average_cost(instrument).into()),
            ("cost_basis", holding.cost.native.clone().into()),
            ("realized_gain", holding.realized.native.clone().into()),
            ("unrealized_gain", holding.unrealized.native.clone().into()),
            ("lots", Computed::List(lots.collect())),
        ];
        told.map(|(name, figure)| (name.to_owned(), figure)).into()
    }
}
