//! Prices and exchange rates, with their days and origins.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Evidence, Explaining, Explanation, Unit};
use crate::figure::NoValue;
use crate::holdings::Holding;
use crate::ledger::{Cause, Row};
use crate::money::{Currency, Money, to_canonical};
use crate::performance::MOST_AGE;
use crate::quotes::{Price, PriceSource};

impl<'a> Explaining<'a, '_> {
    /// How much of one currency one of another is; none where they are the same.
    pub(super) fn rate(&self, from: Currency, to: Currency, date: Date) -> Option<Explanation<'a>> {
        if from == to {
            return None;
        }
        let converted = self.terms.rates.convert_dated(Money::new(Decimal::ONE, from), to, date);
        let value = converted.as_ref().map(|it| it.amount).map_err(NoValue::clone);
        let mut rate = Explanation::new(format!("{to} for one {from}"), value, Unit::Number);
        rate.meaning = super::meaning("exchange-rate");
        let (from_major, to_major) = (from.major().0, to.major().0);
        for (minor, major) in [(from, from_major), (to, to_major)] {
            if minor != major {
                let units = to_canonical(minor.major().1);
                rate.notes.push(format!("one {major} is {units} {minor}"));
            }
        }
        if from_major != to_major {
            if let Some(day) = converted.ok().and_then(|it| it.rate_day) {
                rate.notes.push(aged("rate of", day, date));
            }
            let legs = [from_major, to_major].into_iter().filter(|it| *it != Currency::EUR);
            let legs: Vec<_> = legs.filter_map(|currency| self.leg(currency, date)).collect();
            rate = rate.from(legs);
        }
        Some(rate)
    }

    /// What one euro buys, and who says so.
    fn leg(&self, currency: Currency, date: Date) -> Option<Explanation<'a>> {
        let (per_euro, day) = self.terms.rates.per_euro(currency, date)?;
        let leg = Explanation::new(format!("{currency} for one euro"), Ok(per_euro), Unit::Number);
        if crate::fx::is_fixed(currency, date) {
            return Some(leg.note("the fixed rate at which the currency became the euro"));
        }
        let is_it = |place: &usize| {
            let rate = &self.ledger.fx_rates[*place];
            let is_pair = (rate.base, rate.quote) == (Currency::EUR, currency)
                || (rate.quote, rate.base) == (Currency::EUR, currency);
            is_pair && rate.date == day
        };
        let imported = (0..self.ledger.fx_rates.len()).rev().find(is_it);
        let leg = leg.note(aged("set on", day, date));
        Some(match imported {
            Some(place) => {
                let rate = &self.ledger.fx_rates[place];
                leg.rows([Evidence {
                    what: format!("rate {} for {}", rate.quote, rate.base),
                    date: Some(rate.date),
                    amount: Some((rate.rate, Unit::Number)),
                    identity: Some(&rate.identity),
                    instrument: None,
                    source: &self.ledger.fx_sources[place],
                }])
            }
            None => {
                leg.note("from the European Central Bank's reference rates, part of the program")
            }
        })
    }

    /// The last price of what is held, and who says so.
    pub(super) fn price(&self, holding: &Holding) -> Explanation<'a> {
        let label = self.instrument(holding.instrument).label();
        let name = format!("Price of {label}");
        let explained = match holding.price {
            None => {
                let date = self.terms.as_of;
                let reason = NoValue::NoPrice { instrument: label.into(), date };
                Explanation::new(name, Err(reason), Unit::Price(holding.currency))
            }
            Some(price) => {
                let origin = match price.source {
                    PriceSource::Quote => "quote",
                    PriceSource::Position => "the broker's own statement",
                    PriceSource::Trade => "price of the own trade",
                };
                let day = aged("of", price.date, self.terms.as_of);
                let evidence = self.told_price(holding, price);
                let told = evidence.as_ref().and_then(|row| row.amount).map(|(told, _)| told);
                let mut explained =
                    Explanation::new(name, Ok(price.price), Unit::Price(price.currency))
                        .note(format!("{origin} {day}"));
                if told.is_some_and(|told| told != price.price) {
                    explained.notes.push("told in units of before or behind a split".to_owned());
                }
                explained.rows(evidence)
            }
        };
        explained.meaning("holding.price")
    }

    fn told_price(&self, holding: &Holding, price: Price) -> Option<Evidence<'a>> {
        let instrument = holding.instrument;
        let unit = Unit::Price(price.currency);
        match price.source {
            PriceSource::Quote => self.quote(instrument, price),
            PriceSource::Position => {
                let books = self.ledger.books.iter().flat_map(|book| &book.positions);
                let mut on_day = books.filter(|claim| {
                    claim.instrument == instrument && claim.fact.date == price.date
                });
                let claim = on_day.find(|claim| claim.fact.price.is_some())?;
                Some(Evidence {
                    what: "the broker's statement of positions".to_owned(),
                    date: Some(claim.fact.date),
                    amount: claim.fact.price.map(|price| (price, unit)),
                    identity: Some(&claim.fact.identity),
                    instrument: Some(instrument),
                    source: &claim.source,
                })
            }
            PriceSource::Trade => self.ledger.books.iter().find_map(|book| {
                let last = book.transactions.iter().rposition(|booked| {
                    let at = &booked.transaction;
                    booked.instrument == instrument
                        && at.at.date == price.date
                        && at.price.is_some()
                })?;
                let told = book.transactions[last].transaction.price?;
                let cause = Cause::Row(Row::Transaction(last));
                self.evidence(book, cause, Some((told, unit)))
            }),
        }
    }

    fn quote(&self, instrument: usize, price: Price) -> Option<Evidence<'a>> {
        let quotes = self.quotes.get_or_init(|| {
            let mut places = std::collections::HashMap::<_, Vec<usize>>::new();
            let quoted = self.ledger.quotes.iter().zip(&self.ledger.quoted);
            for (place, (quote, instrument)) in quoted.enumerate() {
                places.entry((*instrument, quote.fact.at.date)).or_default().push(place);
            }
            places
        });
        let places = quotes.get(&(instrument, price.date))?;
        let is_it = |place: &&usize| self.ledger.quotes[**place].fact.price == price.price;
        let place = places.iter().find(is_it).or_else(|| places.last())?;
        let quote = &self.ledger.quotes[*place];
        Some(Evidence {
            what: format!("quote of {}", self.instrument(instrument).label()),
            date: Some(quote.fact.at.date),
            amount: Some((quote.fact.price, Unit::Price(quote.fact.currency))),
            identity: Some(&quote.fact.identity),
            instrument: Some(instrument),
            source: &quote.source,
        })
    }
}

/// `of 2026-10-30`, with its age where it is old.
fn aged(what: &str, day: Date, date: Date) -> String {
    let n_days = crate::performance::days_between(day, date);
    if n_days > MOST_AGE {
        return format!("{what} {day}, {n_days} days before {date}");
    }
    format!("{what} {day}")
}
