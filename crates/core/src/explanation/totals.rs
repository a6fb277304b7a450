//! The figures about the whole.

use rust_decimal::Decimal;

use super::{Explaining, Explanation, Unit};
use crate::deposits::{Contribution, contributions, sum_of};
use crate::figure::Sum;
use crate::ledger::{Book, Cause, Row};
use crate::portfolio::CashBalance;

impl<'a> Explaining<'a, '_> {
    fn total(&self, id: &str, value: crate::figure::Figure, unit: Unit) -> Explanation<'a> {
        let name = super::meaning(id).map_or(id, |meaning| meaning.name);
        Explanation::new(name, value, unit).meaning(id).asked_by(id, self.account)
    }

    pub(super) fn value(&self) -> Explanation<'a> {
        let portfolio = self.portfolio;
        let open = portfolio.holdings.iter().filter(|holding| holding.is_open());
        let holdings = open.map(|holding| self.base_value(holding));
        let told = self.total("total.value", portfolio.total.value.figure(), self.base());
        self.below(told, |told| told.from(self.balances()).from(holdings).summed())
    }

    pub(super) fn cash(&self) -> Explanation<'a> {
        let portfolio = self.portfolio;
        let cash = self.total("total.cash", portfolio.total.cash.figure(), self.base());
        let mut cash = self.below(cash, |cash| cash.from(self.balances()).summed());
        cash.notes.extend(portfolio.total.without_cash.iter().map(|account| {
            format!(
                "no account statement of `{account}` was imported, so that its cash isn't known"
            )
        }));
        cash
    }

    fn balances(&self) -> Vec<Explanation<'a>> {
        let portfolio = self.portfolio;
        let there = portfolio.cash.iter().filter(|balance| !balance.money.amount.is_zero());
        there.map(|balance| self.balance(balance)).collect()
    }

    fn balance(&self, balance: &CashBalance) -> Explanation<'a> {
        let currency = balance.money.currency;
        let name = format!("Cash in {currency}, account {}", balance.account_label);
        let books = self.ledger.books.iter();
        let mut of = books.filter(|book| book.label() == balance.account_label);
        let told = of.next().map(|book| {
            let mut rows: Vec<_> = book
                .cash_changes()
                .filter(|(_, flow)| {
                    flow.money.currency == currency && flow.date <= self.terms.as_of
                })
                .filter_map(|(cause, flow)| {
                    self.evidence(book, cause, Some((flow.money.amount, Unit::Money(currency))))
                })
                .collect();
            rows.sort_by_key(|row| row.date);
            rows
        });
        let told = told.unwrap_or_default();
        let Some(rate) = self.rate(currency, self.terms.base, self.terms.as_of) else {
            return Explanation::new(name, balance.base_value.clone(), self.base())
                .rows(told)
                .summed();
        };
        let amount = Explanation::new(
            format!("Cash in {currency}"),
            Ok(balance.money.amount),
            Unit::Money(currency),
        );
        let amount = amount.rows(told).summed();
        Explanation::new(name, balance.base_value.clone(), self.base()).from([amount, rate])
    }

    pub(super) fn deposits(&self) -> Explanation<'a> {
        let books: Vec<(&Book, Vec<Contribution>)> = self
            .ledger
            .books_of(self.account)
            .map(|book| (book, contributions(self.ledger, book, self.terms)))
            .collect();
        let mut sum = Sum::default();
        for (_, contributions) in &books {
            sum.extend(&sum_of(contributions));
        }
        let total = self.total("total.deposits", sum.figure(), self.base());
        self.below(total, |total| {
            let is_one = books.len() == 1;
            let mut parts = Vec::new();
            for (book, contributions) in books {
                let each = contributions.iter().map(|one| self.contribution(book, one));
                if is_one {
                    parts.extend(each);
                } else if !contributions.is_empty() {
                    let figure = sum_of(&contributions).figure();
                    let name = format!("Account {}", book.label());
                    let of_book = Explanation::new(name, figure, self.base()).from(each).summed();
                    parts.push(of_book);
                }
            }
            total.from(parts).summed()
        })
    }

    pub(super) fn contribution(
        &self,
        book: &'a Book,
        contribution: &Contribution,
    ) -> Explanation<'a> {
        let direction = match &contribution.amount {
            Ok(amount) if *amount < Decimal::ZERO => "Taken out",
            _ => "Put in",
        };
        let told = Explanation::new(
            format!("{direction} on {}", contribution.date),
            contribution.amount.clone(),
            self.base(),
        );
        // The cash of a trade comes from outside where no statement tells the cash.
        let is_trade = contribution.money.is_some()
            && matches!(contribution.cause, Cause::Row(Row::Transaction(_)));
        let told = if is_trade {
            told.note("no account statement tells this cash, so that the trade counts as money put in or taken out")
        } else {
            told
        };
        let money = contribution.money.map(|money| (money.amount, Unit::Money(money.currency)));
        let rate = contribution
            .money
            .and_then(|money| self.rate(money.currency, self.terms.base, contribution.date));
        told.rows(self.evidence(book, contribution.cause, money)).from(rate)
    }

    pub(super) fn profit_loss(&self) -> Explanation<'a> {
        let portfolio = self.portfolio;
        let figure = portfolio.total.profit_loss.clone();
        let total = self.total("total.profit_loss", figure, self.base());
        self.below(total, |total| total.from([self.value(), self.deposits()]))
    }

    pub(super) fn roi(&self) -> Explanation<'a> {
        let portfolio = self.portfolio;
        let figure = portfolio.total.roi_percent.clone();
        let total = self.total("total.roi_percent", figure, Unit::Percent);
        self.below(total, |total| total.from([self.profit_loss(), self.deposits()]))
    }
}
