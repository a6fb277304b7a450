//! Returns: the values and flows from which they follow.

use jiff::civil::Date;

use super::{Explaining, Explanation, Input, Unit, Value};
use crate::deposits::contributions;
use crate::figure::{NoValue, Ratio};
use crate::performance::{Period, Scope, Series};

impl<'a> Explaining<'a, '_> {
    fn series(&self) -> (Series, Option<Period>) {
        let scope = self.account.map_or(Scope::Portfolio, Scope::Account);
        let series = Series::of(self.ledger, scope, self.terms);
        let whole = series.whole();
        (series, whole)
    }

    fn rate_of(&self, id: &str, rate: Ratio) -> Explanation<'a> {
        let name = super::meaning(id).map_or(id, |meaning| meaning.name);
        let told = Explanation::new(name, Ok(rust_decimal::Decimal::ZERO), Unit::Return);
        let told = Explanation { value: Value::Ratio(rate), ..told };
        told.meaning(id).asked_by(id, self.account)
    }

    const fn no_days(&self) -> NoValue {
        NoValue::NoDays { after: self.terms.as_of, through: self.terms.as_of }
    }

    pub(super) fn time_weighted(&self) -> Explanation<'a> {
        let (series, whole) = self.series();
        let Some(whole) = whole else {
            return self.rate_of("performance.twr", Err(self.no_days()));
        };
        let told = self.rate_of("performance.twr", series.time_weighted(whole));
        let years = series.yearly(whole).unwrap_or_default();
        let years = years.iter().map(|year| {
            let months = year.months.iter().map(|month| {
                let name = month.month.strftime("%Y-%m").to_string();
                let told = Explanation::new(name, Ok(rust_decimal::Decimal::ZERO), Unit::Return);
                Explanation { value: Value::Ratio(Ok(month.rate)), ..told }
            });
            let told = Explanation::new(
                year.year.to_string(),
                Ok(rust_decimal::Decimal::ZERO),
                Unit::Return,
            );
            Explanation { value: Value::Ratio(Ok(year.rate)), ..told }.from(months)
        });
        let end = Explanation::new(
            format!("Value at the end of {}", whole.through),
            series.value(whole.through),
            self.base(),
        );
        let end = end.asked_by("total.value", self.account);
        told.note(format!("from {} to {}", series.first(), whole.through))
            .note("the returns of the years link to the whole: Π (1 + year) − 1")
            .from(years)
            .from([self.flows(&series, whole), end])
    }

    pub(super) fn money_weighted(&self) -> Explanation<'a> {
        let (series, whole) = self.series();
        let Some(whole) = whole else {
            return self.rate_of("performance.mwr", Err(self.no_days()));
        };
        let told = self.rate_of("performance.mwr", series.money_weighted(whole));
        let end = Explanation::new(
            format!("Value at the end of {}, as if it came back", whole.through),
            series.value(whole.through),
            self.base(),
        );
        let end = end.asked_by("total.value", self.account);
        told.note(format!("from {} to {}", series.first(), whole.through))
            .from([self.flows(&series, whole), end])
    }

    /// What went in and out, day by day.
    fn flows(&self, series: &Series, whole: Period) -> Explanation<'a> {
        let days = series.days().filter(|(date, _)| whole.contains(*date));
        let mut sum = crate::figure::Sum::default();
        let mut flows = Vec::new();
        for (date, day) in days {
            let net = day.net();
            if net.as_ref().is_ok_and(|net| !net.is_zero()) || net.is_err() {
                sum.add(net.clone());
                let flow = Explanation::new(format!("Net on {date}"), net, self.base());
                flows.push(self.told_on(flow, date));
            }
        }
        Explanation::new("Put in less taken out", sum.figure(), self.base()).from(flows).summed()
    }

    fn told_on(&self, mut flow: Explanation<'a>, date: Date) -> Explanation<'a> {
        for book in self.ledger.books_of(self.account) {
            let of_day = contributions(self.ledger, book, self.terms);
            let of_day = of_day.into_iter().filter(|one| one.date == date);
            flow.inputs.extend(of_day.map(|one| Input::Figure(self.contribution(book, &one))));
        }
        flow
    }
}
