//! The figures about what is held.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{Evidence, ExplainError, Explaining, Explanation, Unit, key};
use crate::holdings::Holding;
use crate::ledger::{Book, Cause, InstrumentIndex, Row};
use crate::lots::Lot;
use crate::money::to_canonical;
use crate::portfolio::together;

impl<'a> Explaining<'a, '_> {
    pub(super) fn holding_figure(
        &self,
        name: &str,
        what: &str,
    ) -> Result<Explanation<'a>, ExplainError> {
        let index = self.find(name)?;
        let portfolio = self.portfolio;
        let of_it = portfolio.holdings.iter().filter(|holding| holding.instrument == index);
        let holdings: Vec<&Holding> = of_it.collect();
        let told = match holdings.as_slice() {
            [] => return Err(ExplainError::UnknownHolding(name.to_owned())),
            [one] => self.one(one, what),
            several => self.several(several, what),
        };
        Ok(told.asked_by(format!("holding.{}.{what}", key(self.ledger, index)), self.account))
    }

    /// By symbol, ISIN, the broker's own name, or the name that is shown.
    fn find(&self, name: &str) -> Result<InstrumentIndex, ExplainError> {
        let portfolio = self.portfolio;
        let held: BTreeSet<_> = portfolio.holdings.iter().map(|it| it.instrument).collect();
        let by = |is_it: &dyn Fn(InstrumentIndex) -> bool| -> Vec<InstrumentIndex> {
            held.iter().copied().filter(|index| is_it(*index)).collect()
        };
        let is_name = |text: Option<&str>| text.is_some_and(|it| it.eq_ignore_ascii_case(name));
        let mut found = by(&|index| is_name(Some(&key(self.ledger, index))));
        if found.is_empty() {
            found = by(&|index| {
                let instrument = self.instrument(index);
                is_name(instrument.symbol.as_deref())
                    || is_name(instrument.isin.as_ref().map(|isin| isin.as_str()))
                    || is_name(Some(instrument.identity.as_str()))
                    || is_name(Some(instrument.label()))
            });
        }
        match found.as_slice() {
            [] => Err(ExplainError::UnknownHolding(name.to_owned())),
            [one] => Ok(*one),
            several => Err(ExplainError::Ambiguous {
                name: name.to_owned(),
                keys: several.iter().map(|index| key(self.ledger, *index)).collect(),
            }),
        }
    }

    fn one(&self, holding: &Holding, what: &str) -> Explanation<'a> {
        match what {
            "quantity" => self.quantity(holding),
            "price" => self.price(holding),
            "value" => self.native_value(holding),
            "base_value" => self.base_value(holding),
            "cost_basis" => self.cost_basis(holding),
            "average_cost" => self.average_cost(holding),
            "unrealized_gain" => self.unrealized(holding),
            _ => self.realized(holding),
        }
    }

    /// The same instrument in several accounts.
    fn several(&self, holdings: &[&Holding], what: &str) -> Explanation<'a> {
        let joined = together(holdings.iter().map(|&holding| holding.clone()).collect());
        let (Some(whole), Some(first)) = (joined.first(), holdings.first()) else {
            return Explanation::new(what, Ok(Decimal::ZERO), Unit::Number);
        };
        let label = self.instrument(whole.instrument).label();
        let (figure, unit) = match what {
            "price" => return self.price(holdings.iter().find(|it| it.is_open()).unwrap_or(first)),
            "average_cost" => return self.average_cost(whole),
            "quantity" => (Ok(whole.quantity), Unit::Units),
            "value" => (whole.value.clone(), Unit::Money(whole.currency)),
            "base_value" => (whole.base_value.clone(), self.base()),
            "cost_basis" => (whole.cost.base.clone(), self.base()),
            "unrealized_gain" => (whole.unrealized_gain.clone(), self.base()),
            _ => (whole.realized_gain.clone(), self.base()),
        };
        let id = format!("holding.{what}");
        let name = super::meaning(&id).map_or(what, |meaning| meaning.name);
        let parts = holdings.iter().map(|holding| {
            let mut part = self.one(holding, what);
            part.name = format!("{}, account {}", part.name, holding.account_label);
            part
        });
        let whole = Explanation::new(format!("{name} of {label}"), figure, unit);
        whole.meaning(&id).from(parts).summed()
    }

    fn named(
        &self,
        holding: &Holding,
        what: &str,
        figure: crate::figure::Figure,
        unit: Unit,
    ) -> Explanation<'a> {
        let id = format!("holding.{what}");
        let name = super::meaning(&id).map_or(what, |meaning| meaning.name);
        let label = self.instrument(holding.instrument).label();
        let asked = format!("holding.{}.{what}", key(self.ledger, holding.instrument));
        Explanation::new(format!("{name} of {label}"), figure, unit)
            .meaning(&id)
            .asked_by(asked, Some(&holding.account))
    }

    fn book(&self, holding: &Holding) -> Option<&'a Book> {
        self.ledger
            .books
            .iter()
            .find(|book| book.account == holding.account && book.label() == holding.account_label)
    }

    pub(super) fn quantity(&self, holding: &Holding) -> Explanation<'a> {
        let told = self.named(holding, "quantity", Ok(holding.quantity), Unit::Units);
        self.below(told, |told| {
            let by_rows = told.clone().rows(self.moves(holding)).summed();
            // Units also come and go by what no row of this instrument tells, such as a delisting.
            if by_rows.is_sum {
                by_rows
            } else {
                told.from(self.lots(holding, Lotted::Units)).summed()
            }
        })
    }

    /// Rows that brought or took units.
    fn moves(&self, holding: &Holding) -> Vec<Evidence<'a>> {
        let rows = self.book(holding).map(|book| {
            let moved = book.transactions.iter().enumerate().filter(|(_, booked)| {
                booked.instrument == holding.instrument
                    && booked.transaction.at.date <= self.terms.as_of
                    && !booked.units.is_zero()
            });
            let rows = moved.filter_map(|(index, booked)| {
                let cause = Cause::Row(Row::Transaction(index));
                self.evidence(book, cause, Some((booked.units, Unit::Units)))
            });
            rows.collect()
        });
        rows.unwrap_or_default()
    }

    /// Units, price, contract size, and the rate into the currency.
    fn worth(&self, holding: &Holding, told: Explanation<'a>, unit: Unit) -> Explanation<'a> {
        let size = self.instrument(holding.instrument).units_per_contract();
        let size = (size != Decimal::ONE)
            .then(|| Explanation::new("Contract size", Ok(size), Unit::Number));
        let rate = holding.price.and_then(|price| match unit {
            Unit::Money(to) => self.rate(price.currency, to, self.terms.as_of),
            _ => None,
        });
        self.below(told, |told| {
            told.from([self.quantity(holding), self.price(holding)]).from(size).from(rate)
        })
    }

    fn native_value(&self, holding: &Holding) -> Explanation<'a> {
        let unit = Unit::Money(holding.currency);
        let told = self.named(holding, "value", holding.value.clone(), unit);
        if holding.is_open() { self.worth(holding, told, unit) } else { told }
    }

    pub(super) fn base_value(&self, holding: &Holding) -> Explanation<'a> {
        let told = self.named(holding, "base_value", holding.base_value.clone(), self.base());
        if holding.is_open() { self.worth(holding, told, self.base()) } else { told }
    }

    fn cost_basis(&self, holding: &Holding) -> Explanation<'a> {
        let told = self.named(holding, "cost_basis", holding.cost.base.clone(), self.base());
        let told = match self.book(holding).map(|book| (book.method, book.fee_treatment)) {
            Some((method, fees)) => {
                told.note(format!("lots by the method `{method}`, fees {}", fee_words(fees)))
            }
            None => told,
        };
        self.below(told, |told| told.from(self.lots(holding, Lotted::Base)).summed())
    }

    fn average_cost(&self, holding: &Holding) -> Explanation<'a> {
        let instrument = self.instrument(holding.instrument);
        let unit = Unit::Price(holding.currency);
        let told = self.named(holding, "average_cost", holding.average_cost(instrument), unit);
        self.below(told, |told| {
            let native = Unit::Money(holding.currency);
            let name = format!("Cost in {}", holding.currency);
            let cost = Explanation::new(name, holding.cost.native.clone(), native)
                .from(self.lots(holding, Lotted::Native))
                .summed();
            let mut units = Explanation::new("Quantity", Ok(holding.quantity), Unit::Units);
            units = units.from(self.lots(holding, Lotted::Units)).summed();
            told.from([cost, units])
        })
    }

    fn unrealized(&self, holding: &Holding) -> Explanation<'a> {
        let figure = holding.unrealized_gain.clone();
        let told = self.named(holding, "unrealized_gain", figure, self.base());
        let effect = |name: &str, figure: &crate::figure::Figure| match figure {
            Ok(amount) => format!("{name}: {} {}", rounded(*amount), self.terms.base),
            Err(reason) => format!("{name}: {reason}"),
        };
        let told = told
            .note(effect("of it by the price", &holding.unrealized.price_effect))
            .note(effect("of it by exchange rates", &holding.unrealized.currency_effect));
        self.below(told, |told| told.from([self.base_value(holding), self.cost_basis(holding)]))
    }

    fn realized(&self, holding: &Holding) -> Explanation<'a> {
        let figure = holding.realized_gain.clone();
        let told = self.named(holding, "realized_gain", figure, self.base());
        let sales = self.development().sales.iter().filter(|sale| {
            sale.instrument == holding.instrument && sale.account_label == holding.account_label
        });
        self.below(told, |told| told.from(sales.map(|sale| self.sale(sale))).summed())
    }

    fn lots(&self, holding: &Holding, what: Lotted) -> Vec<Explanation<'a>> {
        holding.lots.iter().map(|lot| self.lot(lot, holding, what)).collect()
    }

    /// A lot held: its units or its cost, and the row that acquired it.
    fn lot(&self, lot: &Lot, holding: &Holding, what: Lotted) -> Explanation<'a> {
        let units = to_canonical(lot.quantity.round_dp(8));
        let name = format!("{units} units acquired on {}", lot.acquired);
        let native = Unit::Money(holding.currency);
        let row = |amount| lot.origin.and_then(|origin| self.at(origin, amount));
        match what {
            Lotted::Units => Explanation::new(name, Ok(lot.quantity), Unit::Units).rows(row(None)),
            Lotted::Native => {
                Explanation::new(name, lot.cost.native.clone(), native).rows(row(None))
            }
            Lotted::Base => {
                let told = Explanation::new(name, lot.cost.base.clone(), self.base());
                self.cost_of(told, lot, holding.currency)
            }
        }
    }

    /// What a lot cost in both currencies, and at which rate.
    pub(super) fn cost_of(
        &self,
        told: Explanation<'a>,
        lot: &Lot,
        currency: crate::money::Currency,
    ) -> Explanation<'a> {
        let row = lot.origin.and_then(|origin| self.at(origin, None));
        if currency == self.terms.base {
            return told.rows(row);
        }
        let told = match (&lot.cost.native, &lot.cost.base) {
            (Ok(native), Ok(base)) if !native.is_zero() => {
                let implied = base.checked_div(*native).unwrap_or_default().round_dp(6).normalize();
                let native = rounded(*native);
                told.note(format!(
                    "cost {native} {currency}, which makes {implied} {} for one {currency}",
                    self.terms.base
                ))
            }
            (Err(reason), _) => told.note(reason.to_string()),
            _ => told,
        };
        let is_charged =
            lot.origin.and_then(|origin| self.ledger.transaction(origin)).is_some_and(|booked| {
                (booked.is_settled || booked.transaction.settled.is_some())
                    && booked.cash.iter().any(|money| money.currency == self.terms.base)
            });
        if is_charged {
            return told.note("at the rate that the broker charged").rows(row);
        }
        told.rows(row).from(self.rate(currency, self.terms.base, lot.acquired))
    }
}

/// What of lots is told.
#[derive(Clone, Copy)]
enum Lotted {
    Units,
    Native,
    Base,
}

/// In so many places as notes need.
pub(super) fn rounded(amount: Decimal) -> Decimal {
    crate::money::round(amount, 2)
}

const fn fee_words(fees: crate::lots::FeeTreatment) -> &'static str {
    match fees {
        crate::lots::FeeTreatment::InCost => "in the cost",
        crate::lots::FeeTreatment::Apart => "apart",
    }
}
