//! Currencies that became the euro, at the rates that were fixed for ever.
//!
//! Source: Council Regulation (EC) No 2866/98 and its amendments up to Bulgaria's; European Central
//! Bank, irrevocable euro conversion rates.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::money::Currency;

/// Code, units for one euro as digits and places, and the day from which on they hold.
const FIXED: [(&str, i64, u32, Date); 21] = [
    ("ATS", 137_603, 4, date(1999, 1, 1)),
    ("BEF", 403_399, 4, date(1999, 1, 1)),
    ("DEM", 195_583, 5, date(1999, 1, 1)),
    ("ESP", 166_386, 3, date(1999, 1, 1)),
    ("FIM", 594_573, 5, date(1999, 1, 1)),
    ("FRF", 655_957, 5, date(1999, 1, 1)),
    ("IEP", 787_564, 6, date(1999, 1, 1)),
    ("ITL", 193_627, 2, date(1999, 1, 1)),
    ("LUF", 403_399, 4, date(1999, 1, 1)),
    ("NLG", 220_371, 5, date(1999, 1, 1)),
    ("PTE", 200_482, 3, date(1999, 1, 1)),
    ("GRD", 340_750, 3, date(2001, 1, 1)),
    ("SIT", 239_640, 3, date(2007, 1, 1)),
    ("CYP", 585_274, 6, date(2008, 1, 1)),
    ("MTL", 429_300, 6, date(2008, 1, 1)),
    ("SKK", 301_260, 4, date(2009, 1, 1)),
    ("EEK", 156_466, 4, date(2011, 1, 1)),
    ("LVL", 702_804, 6, date(2014, 1, 1)),
    ("LTL", 345_280, 5, date(2015, 1, 1)),
    ("HRK", 753_450, 5, date(2023, 1, 1)),
    ("BGN", 195_583, 5, date(2026, 1, 1)),
];

/// Units of a currency for one euro, where they are fixed on `date`.
pub(super) fn fixed(currency: Currency, date: Date) -> Option<Decimal> {
    let (_, digits, places, since) = FIXED.iter().find(|(code, ..)| *code == currency.as_str())?;
    (*since <= date).then(|| Decimal::new(*digits, *places))
}
