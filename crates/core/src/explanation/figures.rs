//! What the figures mean that can be explained.

use crate::definitions::{Definition, definition};

const RATES: &str = "European Central Bank, euro foreign exchange reference rates";
const OWN: &str = "own convention";

/// Figures by their names; `holding.` and `sale.` stand before a name and what is asked of it.
pub const FIGURES: [Definition; 14] = [
    Definition {
        id: "total.cash",
        name: "Cash",
        definition: "The cash of all accounts, as it follows from their movements, in the base currency.",
        formula: "Σ cash × rate",
        source: RATES,
    },
    Definition {
        id: "total.profit_loss",
        name: "Profit or loss",
        definition: "What there is, less what was put in.",
        formula: "value − net contributions",
        source: OWN,
    },
    Definition {
        id: "total.roi_percent",
        name: "Return on investment",
        definition: "Profit or loss as a share of net contributions, in per cent, whatever time it took.",
        formula: "profit or loss × 100 ÷ net contributions",
        source: OWN,
    },
    Definition {
        id: "holding.quantity",
        name: "Quantity",
        definition: "The units held: all that came, less all that went.",
        formula: "Σ units",
        source: "the broker's transactions",
    },
    Definition {
        id: "holding.price",
        name: "Price",
        definition: "The last price known on the day: a quote, or else the broker's own statement, or else that of the last trade.",
        formula: "last price on or before the day",
        source: "the broker or market-data plugin that is named",
    },
    Definition {
        id: "holding.value",
        name: "Value in its own currency",
        definition: "What the units are worth, in the currency in which they are quoted.",
        formula: "units × price × contract size",
        source: OWN,
    },
    Definition {
        id: "holding.base_value",
        name: "Value",
        definition: "What the units are worth, in the base currency.",
        formula: "units × price × contract size × rate",
        source: RATES,
    },
    Definition {
        id: "holding.cost_basis",
        name: "Cost basis",
        definition: "What was paid for the units held, each purchase at the exchange rate that the broker charged, or else at the reference rate of its day.",
        formula: "Σ cost of the lots held",
        source: RATES,
    },
    Definition {
        id: "holding.average_cost",
        name: "Average cost",
        definition: "Cost of one unit held, in the currency in which it is quoted.",
        formula: "cost ÷ (units × contract size)",
        source: OWN,
    },
    Definition {
        id: "holding.unrealized_gain",
        name: "Unrealised gain",
        definition: "What the units held gained since they were bought.",
        formula: "value − cost basis",
        source: OWN,
    },
    Definition {
        id: "holding.realized_gain",
        name: "Realised gain",
        definition: "What sales brought in beyond the cost of what was sold.",
        formula: "Σ (proceeds − cost of the lots used)",
        source: OWN,
    },
    Definition {
        id: "sale.gain",
        name: "Gain of a sale",
        definition: "What the sale brought in beyond the cost of the lots that it used.",
        formula: "Σ (proceeds − cost) of the lots used",
        source: OWN,
    },
    Definition {
        id: "exchange-rate",
        name: "Exchange rate",
        definition: "Units of one currency for one of another, crossed through the euro; the last rate on or before the day.",
        formula: "rate per euro of the one ÷ rate per euro of the other",
        source: RATES,
    },
    Definition {
        id: "lot.gain",
        name: "Gain of a lot",
        definition: "The share of the proceeds that fell to the units of the lot, less what they cost.",
        formula: "proceeds − cost",
        source: OWN,
    },
];

/// The meaning of a figure.
#[must_use]
pub fn meaning(id: &str) -> Option<&'static Definition> {
    let among_returns = match id {
        "total.value" => "value",
        "total.deposits" => "contributions",
        "performance.twr" => "time-weighted-return",
        "performance.mwr" => "money-weighted-return",
        _ => return FIGURES.iter().find(|definition| definition.id == id),
    };
    definition(among_returns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_meaning_of_its_own() {
        for (place, one) in FIGURES.iter().enumerate() {
            assert!(FIGURES[..place].iter().all(|other| other.id != one.id), "{}", one.id);
            assert_eq!(meaning(one.id), Some(one));
            for text in [one.name, one.definition, one.formula, one.source] {
                assert!(!text.is_empty(), "{}", one.id);
            }
        }
        for id in ["total.value", "total.deposits", "performance.twr", "performance.mwr"] {
            assert!(meaning(id).is_some(), "{id}");
        }
        assert_eq!(meaning("total.luck"), None);
    }
}
