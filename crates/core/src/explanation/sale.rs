//! What a sale gained.

use rust_decimal::Decimal;

use super::holding::rounded;
use super::{ExplainError, Explaining, Explanation};
use crate::figure::{NoValue, Sum};
use crate::ledger::{Place, Row};
use crate::money::to_canonical;
use crate::sales::{Sale, UsedLot};

impl<'a> Explaining<'a, '_> {
    pub(super) fn sale_figure(&self, identity: &str) -> Result<Explanation<'a>, ExplainError> {
        let development = self.development();
        let of_row = |sale: &&Sale| self.identity(sale.place) == Some(identity);
        let sales: Vec<&Sale> = development.sales.iter().filter(of_row).collect();
        match sales.as_slice() {
            [] => Err(ExplainError::UnknownSale(identity.to_owned())),
            [one] => Ok(self.sale(one)),
            several => {
                let mut sum = Sum::default();
                for sale in several {
                    sum.add(sale.gain.base.clone());
                }
                let parts = several.iter().map(|sale| self.sale(sale));
                Ok(Explanation::new("Gain of a sale", sum.figure(), self.base())
                    .meaning("sale.gain")
                    .asked_by(format!("sale.{identity}.gain"), self.account)
                    .from(parts)
                    .summed())
            }
        }
    }

    fn identity(&self, place: Place) -> Option<&'a str> {
        let book = self.ledger.books.get(place.book)?;
        Some(match place.row {
            Row::Transaction(index) => book.transactions.get(index)?.transaction.identity.as_str(),
            Row::Movement(index) => book.movements.get(index)?.movement.identity.as_str(),
        })
    }

    pub(super) fn sale(&self, sale: &Sale) -> Explanation<'a> {
        let label = self.instrument(sale.instrument).label();
        let quantity = to_canonical(sale.quantity.abs());
        let what = match sale.quantity {
            units if units.is_zero() => format!("Capital of {label} that came back"),
            units if units < Decimal::ZERO => format!("Cover of {quantity} {label}"),
            _ => format!("Sale of {quantity} {label}"),
        };
        let name = format!("{what} on {}", sale.date);
        let mut told = Explanation::new(name, sale.gain.base.clone(), self.base());
        told.meaning = super::meaning("sale.gain");
        if let Some(identity) = self.identity(sale.place) {
            told = told.asked_by(format!("sale.{identity}.gain"), Some(&sale.account));
        }
        let base = self.terms.base;
        let effects = [
            ("of it by the price", &sale.gain.price_effect),
            ("of it by exchange rates", &sale.gain.currency_effect),
        ];
        for (name, effect) in effects {
            if let Ok(amount) = effect {
                told.notes.push(format!("{name}: {} {base}", rounded(*amount)));
            }
        }
        let told = told.from(sale.lots.iter().map(|lot| self.used(sale, lot)));
        let told = if sale.is_complete() && !sale.lots.is_empty() {
            told
        } else {
            told.from(self.rest(sale))
        };
        let told = told.summed();
        told.rows(self.at(sale.place, None))
    }

    /// What of a sale no lot stands for.
    fn rest(&self, sale: &Sale) -> Option<Explanation<'a>> {
        let mut sum = Sum::default();
        for lot in &sale.lots {
            sum.add(lot.gain.base.clone());
        }
        let rest = crate::figure::both(&sale.gain.base, &sum.figure(), crate::figure::difference);
        let name = if sale.missing.is_zero() {
            "Money for which no units went".to_owned()
        } else {
            format!("{} units of which no purchase is known", to_canonical(sale.missing))
        };
        Some(Explanation::new(name, rest, self.base()))
    }

    fn used(&self, sale: &Sale, used: &UsedLot) -> Explanation<'a> {
        let lot = &used.lot;
        let units = to_canonical(lot.quantity.round_dp(8));
        let name = format!("{units} units acquired on {}", lot.acquired);
        let mut told = Explanation::new(name, used.gain.base.clone(), self.base());
        told.meaning = super::meaning("lot.gain");
        let proceeds = Explanation::new("Proceeds", used.proceeds.base.clone(), self.base());
        let proceeds = match &used.proceeds.native {
            Ok(native) if sale.currency != self.terms.base => {
                proceeds.note(format!("{} {}", rounded(*native), sale.currency))
            }
            Err(reason @ NoValue::NoRate(_)) => proceeds.note(reason.to_string()),
            _ => proceeds,
        };
        let cost = Explanation::new("Cost", lot.cost.base.clone(), self.base());
        told.from([proceeds, self.cost_of(cost, lot, sale.currency)])
    }
}
