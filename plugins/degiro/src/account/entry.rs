//! A row of the account statement, read.

use std::collections::HashSet;
use std::rc::Rc;

use stonks_plugin_sdk::{CashKind, Decimal, FeeKind, PluginError};

use crate::header::AccountColumns;
use crate::instruments::{Instruments, Place, Sighting};
use crate::numbers::{Evidence, Format, clipped};
use crate::stamp::{Day, Stamp};
use crate::table::Row;
use crate::trade::{Description, Told, Trade};
use crate::vocabulary::{Meaning, Vocabulary};
use crate::words::squeezed;
use crate::{currencies, instruments};

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    Trade(Trade),
    Cash(CashKind),
    Fee(FeeKind),
    /// Interest that was bought or sold with a bond.
    AccruedInterest,
    /// The other side of a sweep to DEGIRO's bank (true) or from it (false), with the amount that its
    /// words tell.
    Bank {
        goes: Option<bool>,
        told: Option<Decimal>,
    },
    /// The money market fund that holds the cash: a change of its price, or a conversion worth so much.
    Fund {
        worth: Option<Decimal>,
    },
    Unknown,
}

/// What a row says.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) stamp: Stamp,
    pub(super) value_day: Option<Day>,
    pub(super) instrument: Option<Place>,
    pub(super) subject: Subject,
    /// The change, where the row tells one.
    pub(super) amount: Option<Decimal>,
    pub(super) currency: Option<Rc<str>>,
    pub(super) balance: Option<Decimal>,
    pub(super) order: Option<Rc<str>>,
}

impl Entry {
    pub(super) const fn trade(&self) -> Option<&Trade> {
        match &self.subject {
            Subject::Trade(trade) => Some(trade),
            _ => None,
        }
    }
}

/// How the numbers of a statement are written: in its columns, and in its descriptions.
#[derive(Clone, Copy)]
struct Formats {
    columns: Format,
    words: Format,
}

/// What reading rows takes, and what is learnt from them.
pub(super) struct Reader<'a> {
    columns: &'a AccountColumns,
    formats: Formats,
    vocabulary: Vocabulary,
    orders: HashSet<Rc<str>>,
    pub(super) instruments: Instruments,
}

impl<'a> Reader<'a> {
    pub(super) fn new(columns: &'a AccountColumns, rows: &[Row]) -> Self {
        let (mut in_columns, mut in_words) = (Evidence::default(), Evidence::default());
        for row in rows {
            for column in [columns.change, columns.change + 1, columns.balance, columns.balance + 1]
            {
                in_columns.see(row.field(column));
            }
            for word in row
                .field(columns.description)
                .split(|sign: char| sign.is_whitespace() || sign == '@')
            {
                if word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
                    in_words.see(word);
                }
            }
        }
        let formats = Formats {
            columns: in_columns.format(columns.has_points),
            words: in_words.format(in_columns.format(columns.has_points).writes_points()),
        };
        Self {
            columns,
            formats,
            vocabulary: Vocabulary::read(),
            orders: HashSet::new(),
            instruments: Instruments::default(),
        }
    }

    pub(super) fn read(&mut self, row: &Row) -> Result<Entry, PluginError> {
        let columns = self.columns;
        row.must_have(columns.n_needed())?;
        let stamp = Stamp::field(row, columns.date, columns.time)?;
        let value_day = match columns.value_date {
            Some(column) if !row.field(column).is_empty() => Some(Day::field(row, column)?),
            _ => None,
        };
        let (balance_currency, balance) = self.money(row, columns.balance)?;
        let (currency, amount) = self.money(row, columns.change)?;
        if amount.is_some() && currency.is_none() && balance_currency.is_none() {
            let refusal = row.refuse(columns.change, "the amount has no currency");
            return Err(refusal
                .hint("export the file again, and leave its columns as they are")
                .into());
        }
        let (instrument, subject) = self.subject(row, stamp, amount);
        let currency = currency.or(balance_currency);
        if let (Some(place), Subject::Trade(trade)) = (instrument, &subject) {
            self.instruments.see_words(place, row.field(columns.description));
            self.instruments.see_trade(
                place,
                &Sighting {
                    quantity: trade.quantity,
                    price: trade.price,
                    price_currency: &trade.currency,
                    money: amount.zip(currency.as_deref()),
                },
            );
        }
        let order = columns.order.map(|column| row.field(column)).filter(|order| !order.is_empty());
        let order = order.map(|order| self.order(order));
        Ok(Entry { stamp, value_day, instrument, subject, amount, currency, balance, order })
    }

    /// A currency and an amount in two columns, in either order.
    fn money(
        &self,
        row: &Row,
        column: usize,
    ) -> Result<(Option<Rc<str>>, Option<Decimal>), PluginError> {
        let (first, second) = (row.field(column), row.field(column + 1));
        let read = |column| self.formats.columns.field(row, column);
        if let Some(currency) = currencies::code(first) {
            return Ok((Some(currency), read(column + 1)?));
        }
        if let Some(currency) = currencies::code(second) {
            return Ok((Some(currency), read(column)?));
        }
        if first.is_empty() {
            return Ok((None, read(column + 1)?));
        }
        let refusal = row.refuse(column, format!("`{}` is not a currency", clipped(first)));
        Err(refusal.hint("export the file again, and leave its columns as they are").into())
    }

    fn subject(
        &mut self,
        row: &Row,
        stamp: Stamp,
        amount: Option<Decimal>,
    ) -> (Option<Place>, Subject) {
        let product = row.field(self.columns.product);
        let text = row.field(self.columns.description);
        let description = Description { text, format: self.formats.words, amount };
        let told = description.told(&self.vocabulary);
        // `FLATEX EURO BANKACCOUNT` is no instrument, and newer exports leave it out.
        let is_bank = instruments::is_bank(product);
        let isin = Some(row.field(self.columns.isin)).filter(|isin| !isin.is_empty());
        let code =
            isin.or_else(|| told.as_ref().and_then(|_| isin_at_end(text))).unwrap_or_default();
        let instrument = if is_bank { None } else { self.instruments.find(product, code, stamp) };
        let subject = match told {
            Some(Told::Currency) => Subject::Cash(CashKind::Conversion),
            Some(Told::FundConversion(worth)) => Subject::Fund { worth },
            Some(Told::Trade(trade)) if instruments::is_cash_fund(product) => {
                Subject::Fund { worth: trade.quantity.abs().checked_mul(trade.price) }
            }
            Some(Told::Trade(_)) if currencies::is_pair(product) => {
                Subject::Cash(CashKind::Conversion)
            }
            // Units of something that the row doesn't name can't be booked.
            Some(Told::Trade(trade)) if instrument.is_some() => Subject::Trade(trade),
            Some(Told::Trade(_)) => Subject::Unknown,
            None => match self.vocabulary.description(text) {
                Some(Meaning::Cash(kind)) => Subject::Cash(kind),
                Some(Meaning::Fee(kind)) => Subject::Fee(kind),
                Some(Meaning::AccruedInterest) => Subject::AccruedInterest,
                Some(Meaning::FundPrice) => Subject::Fund { worth: None },
                Some(Meaning::Bank(goes)) => Subject::Bank { goes, told: self.amount_at_end(text) },
                None => Subject::Unknown,
            },
        };
        (instrument, subject)
    }

    /// The amount at the end of `Virement vers votre Compte Espèces à la flatexDEGIRO Bank: 3 601,9 EUR`.
    fn amount_at_end(&self, text: &str) -> Option<Decimal> {
        let text = squeezed(text);
        let (rest, currency) = text.rsplit_once(' ')?;
        currencies::code(currency)?;
        let is_sign =
            |sign: char| sign.is_ascii_digit() || matches!(sign, ' ' | '.' | ',' | '\'' | '’');
        let start = rest.trim_end_matches(is_sign).len();
        self.formats.words.read(rest[start..].trim())
    }

    /// Orders recur, so that they are kept once.
    fn order(&mut self, order: &str) -> Rc<str> {
        if let Some(known) = self.orders.get(order) {
            return Rc::clone(known);
        }
        let order: Rc<str> = order.into();
        self.orders.insert(Rc::clone(&order));
        order
    }
}

/// The ISIN in brackets at the end of a description.
fn isin_at_end(text: &str) -> Option<&str> {
    let inside = text.trim().strip_suffix(')')?.rsplit_once('(')?.1;
    Some(inside).filter(|inside| stonks_plugin_sdk::isin::is_valid(inside))
}
