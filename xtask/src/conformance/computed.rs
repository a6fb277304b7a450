//! What an adapter computes: figures by name, or the reason why there is none.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::figure::NoValue;

/// Figures by the names that the source gives them.
pub(super) type Figures = BTreeMap<String, Computed>;

/// A computed figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Computed {
    Exact(Decimal),
    /// A ratio.
    Ratio(f64),
    Text(String),
    Truth(bool),
    /// No value, and why. Equals `null`.
    Nothing(String),
    /// The product doesn't offer this figure, and why.
    NotOffered(String),
    List(Vec<Self>),
    Map(Figures),
    /// A figure of every day, of which a case asks for some: as pairs of date and figure.
    ByDay(Figures),
    /// The days that are told, of which a case asks for some.
    Days(BTreeSet<Date>),
    /// A label of the source's own that its inputs don't tell, such as the name of a provider of
    /// prices: nothing is compared.
    Label,
}

impl From<Decimal> for Computed {
    fn from(amount: Decimal) -> Self {
        Self::Exact(amount)
    }
}

impl From<f64> for Computed {
    fn from(ratio: f64) -> Self {
        Self::Ratio(ratio)
    }
}

impl From<usize> for Computed {
    fn from(count: usize) -> Self {
        Self::Exact(count.into())
    }
}

impl From<i64> for Computed {
    fn from(count: i64) -> Self {
        Self::Exact(count.into())
    }
}

impl From<bool> for Computed {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<&str> for Computed {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Date> for Computed {
    fn from(date: Date) -> Self {
        Self::Text(date.to_string())
    }
}

impl<T: Into<Self>> From<Vec<T>> for Computed {
    fn from(list: Vec<T>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl From<Figures> for Computed {
    fn from(figures: Figures) -> Self {
        Self::Map(figures)
    }
}

impl<T: Into<Self>> From<Result<T, NoValue>> for Computed {
    fn from(figure: Result<T, NoValue>) -> Self {
        figure.map_or_else(|reason| Self::Nothing(reason.to_string()), Into::into)
    }
}
