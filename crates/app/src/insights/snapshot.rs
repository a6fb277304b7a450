//! The portfolio as aggregators and views read it.

use jiff::ToSpan;
use jiff::civil::Date;
use stonks_core::account::AccountName;
use stonks_core::dividends::{Dividend, PaymentStatus, UnitsHeld, paid, upcoming};
use stonks_core::holdings::{Holding, Terms, holdings};
use stonks_core::instrument::Instrument;
use stonks_core::ledger::{Book, InstrumentIndex, Ledger};
use stonks_core::money::{Currency, Money, round};
use stonks_core::portfolio::portfolio;
use stonks_host::insight::{self, Snapshot};

use crate::books::Books;

/// The portfolio of one account, or of all, at the end of `as_of`.
pub(super) fn snapshot(
    books: &Books,
    account: Option<&AccountName>,
    as_of: Date,
    base: Currency,
) -> Snapshot {
    let terms = Terms { rates: &books.rates, base, as_of };
    let ledger = &books.ledger;
    let portfolio = portfolio(ledger, account, terms);
    let told = Told { ledger, terms };
    let open = portfolio.holdings.iter().filter(|holding| holding.is_open());
    let cash = portfolio.cash.iter().filter(|balance| !balance.money.amount.is_zero());
    Snapshot {
        as_of,
        base_currency: base,
        holdings: open.map(|holding| told.holding(holding)).collect(),
        cash: cash
            .map(|balance| insight::CashBalance {
                account: balance.account_label.clone(),
                money: balance.money,
                base_value: balance.base_value.clone().ok().map(|value| told.rounded(value)),
            })
            .collect(),
        income: ledger.books_of(account).flat_map(|book| told.income(book, account)).collect(),
    }
}

/// What everything is told in.
struct Told<'a> {
    ledger: &'a Ledger,
    terms: Terms<'a>,
}

impl Told<'_> {
    fn rounded(&self, amount: rust_decimal::Decimal) -> rust_decimal::Decimal {
        round(amount, self.terms.base.decimal_places())
    }

    fn instrument(&self, index: InstrumentIndex) -> &Instrument {
        &self.ledger.instruments[index]
    }

    fn holding(&self, holding: &Holding) -> insight::Holding {
        let instrument = self.instrument(holding.instrument);
        let value = holding.value.as_ref().ok();
        let places = holding.currency.decimal_places();
        insight::Holding {
            account: holding.account_label.clone(),
            instrument: holding.instrument.to_string(),
            name: instrument.label().to_owned(),
            symbol: instrument.symbol.clone(),
            isin: instrument.isin,
            asset_class: instrument.asset_class,
            sector: instrument.sector.clone(),
            country: instrument.country.clone(),
            quantity: holding.quantity,
            price: holding.price.map(|price| Money::new(price.price, price.currency)),
            value: value.map(|value| Money::new(round(*value, places), holding.currency)),
            base_value: holding.base_value.clone().ok().map(|value| self.rounded(value)),
            base_cost: holding.cost.base.clone().ok().map(|cost| self.rounded(cost)),
        }
    }

    /// Dividends of the last twelve months, and all that are to come.
    fn income(&self, book: &Book, account: Option<&AccountName>) -> Vec<insight::Income> {
        let as_of = self.terms.as_of;
        let year_ago = as_of.checked_sub(1.year()).unwrap_or(Date::MIN);
        let units = UnitsHeld::of(self.ledger, book);
        let paid = paid(book)
            .into_iter()
            .filter(|dividend| year_ago < dividend.at.date && dividend.at.date <= as_of);
        let holdings = holdings(self.ledger, account, self.terms);
        paid.chain(upcoming(book, &holdings, as_of))
            .filter_map(|dividend| self.dividend(book, &units, &dividend))
            .collect()
    }

    fn dividend(
        &self,
        book: &Book,
        units: &UnitsHeld<'_>,
        dividend: &Dividend<'_>,
    ) -> Option<insight::Income> {
        let as_of = self.terms.as_of;
        // An amount that nobody knows is no income that could be added up.
        let gross = dividend.gross.clone().ok()?;
        let instrument = dividend.instrument.map(|index| self.instrument(index));
        let bought_before = dividend.ex_date.unwrap_or(dividend.at.date);
        let is_paid = dividend.status == PaymentStatus::Paid;
        let day = dividend.at.date.min(as_of);
        let net = dividend.net().and_then(|net| {
            self.terms.rates.convert(Money::new(net, dividend.currency), self.terms.base, day)
        });
        let tax = Money::new(dividend.tax, dividend.currency);
        Some(insight::Income {
            account: book.label(),
            instrument: dividend.instrument.map(|index| index.to_string()),
            name: instrument
                .map(Instrument::label)
                .or(dividend.description)
                .unwrap_or("Dividend")
                .to_owned(),
            isin: instrument.and_then(|instrument| instrument.isin),
            status: match dividend.status {
                PaymentStatus::Paid => insight::IncomeStatus::Paid,
                PaymentStatus::Announced => insight::IncomeStatus::Announced,
                PaymentStatus::Forecast => insight::IncomeStatus::Forecast,
            },
            ex_date: dividend.ex_date,
            pay_date: Some(dividend.at.date),
            units: dividend
                .instrument
                .filter(|_| is_paid)
                .and_then(|index| units.before(index, bought_before, as_of)),
            gross: Money::new(gross, dividend.currency),
            withholding_tax: (!tax.amount.is_zero()).then_some(tax),
            base_net: net.ok().map(|net| self.rounded(net)),
        })
    }
}
