//! What each figure means, how it is computed, and whose convention that is: to be shown beside it.

use serde::Serialize;

/// The meaning of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// By which pages, commands and the API name it.
    pub id: &'static str,
    pub name: &'static str,
    /// One or two sentences for a reader who isn't a mathematician.
    pub definition: &'static str,
    pub formula: &'static str,
    /// Whose convention it is.
    pub source: &'static str,
}

/// All figures about returns and value, in the order in which pages show them.
pub const DEFINITIONS: [Definition; 26] = [
    Definition {
        id: "value",
        name: "Value",
        definition: "Holdings at the last price known on the day, and cash, in the base currency. A price or exchange rate that is older than 7 days is told with its age; the value counts nevertheless.",
        formula: "Σ units × price × contract size × rate + Σ cash × rate",
        source: "European Central Bank, euro foreign exchange reference rates; the last one on or before the day",
    },
    Definition {
        id: "contributions",
        name: "Net contributions",
        definition: "Money and units put in, less what was taken out. Units moved in or out count at their price of the day; what moves between your own accounts on one day doesn't count.",
        formula: "Σ deposits − Σ withdrawals + Σ units moved × price",
        source: "own convention",
    },
    Definition {
        id: "gain",
        name: "Gain",
        definition: "The change in value over a period that isn't due to what was put in and taken out.",
        formula: "value at the end − value at the beginning − net contributions",
        source: "Portfolio Performance, delta of a period",
    },
    Definition {
        id: "simple-return",
        name: "Simple return",
        definition: "The gain of a period as a share of all that was there or was put in.",
        formula: "gain ÷ (value at the beginning + Σ put in)",
        source: "Portfolio Performance, delta in per cent",
    },
    Definition {
        id: "time-weighted-return",
        name: "Time-weighted return",
        definition: "How the investment did, whenever money went in or out: the returns of all calendar days, linked. Money put in counts from the start of its day, money taken out until its end.",
        formula: "Π (value at the end of the day + taken out) ÷ (value the day before + put in) − 1",
        source: "Portfolio Performance, true time-weighted rate of return",
    },
    Definition {
        id: "annualised-return",
        name: "Annualised return",
        definition: "The time-weighted return as that of a year of 365 days.",
        formula: "(1 + return)^(365 ÷ calendar days) − 1",
        source: "Actual/365, as Portfolio Performance",
    },
    Definition {
        id: "money-weighted-return",
        name: "Money-weighted return (XIRR)",
        definition: "The yearly rate at which what went in and what came out are worth the same: how you did, with the times at which you put money in and took it out. Where several rates solve, the one that a spreadsheet gives counts.",
        formula: "Σ flow ÷ (1 + rate)^(days ÷ 365) = 0",
        source: "Microsoft Excel, XIRR",
    },
    Definition {
        id: "xnpv",
        name: "Net present value",
        definition: "What flows with dates are worth on the day of the first of them, at a given yearly rate.",
        formula: "Σ flow ÷ (1 + rate)^(days ÷ 365)",
        source: "Microsoft Excel, XNPV",
    },
    Definition {
        id: "irr",
        name: "Periodic internal rate of return",
        definition: "The rate per period of amounts that are one period apart.",
        formula: "Σ amount ÷ (1 + rate)^place = 0",
        source: "Microsoft Excel, IRR",
    },
    Definition {
        id: "modified-dietz",
        name: "Modified Dietz return",
        definition: "The gain of a period as a share of what was invested on average: each flow counts for the share of the days that it was there.",
        formula: "gain ÷ (value at the beginning + Σ flow × (days − day of the flow) ÷ days)",
        source: "Peter O. Dietz, Pension Funds: Measuring Investment Performance (1966)",
    },
    Definition {
        id: "monthly-return",
        name: "Monthly and yearly returns",
        definition: "Time-weighted returns of calendar months and years. The first day of a month counts in it, so that months link to their year, and years to the total.",
        formula: "Π (1 + month) = 1 + year; Π (1 + year) = 1 + total",
        source: "own convention; the same days as the time-weighted return",
    },
    Definition {
        id: "max-drawdown",
        name: "Maximum drawdown",
        definition: "The deepest fall of the time-weighted return from a peak, with the days of the peak and of the trough, and the longest time without a new peak.",
        formula: "max (peak − value) ÷ peak",
        source: "Portfolio Performance, maximum drawdown",
    },
    Definition {
        id: "volatility",
        name: "Volatility",
        definition: "How much daily returns differ from their mean, as that of a year. Only trading days count on which, as on the day before, anything was held.",
        formula: "standard deviation of ln(1 + daily return) × √252",
        source: "usual convention of 252 trading days; days as in Portfolio Performance",
    },
    Definition {
        id: "volatility-of-period",
        name: "Volatility of the period",
        definition: "The same over the whole period, not as that of a year.",
        formula: "standard deviation of ln(1 + daily return) × √(number of returns)",
        source: "Portfolio Performance, volatility",
    },
    Definition {
        id: "semi-deviation",
        name: "Semi-deviation",
        definition: "The volatility of the days below the mean alone.",
        formula: "√(Σ (ln(1 + daily return) − mean)² of the days below the mean ÷ (number of returns − 1)) × √252",
        source: "Portfolio Performance, semi-deviation",
    },
    Definition {
        id: "sharpe-ratio",
        name: "Sharpe ratio",
        definition: "The yearly return above a risk-free one, for each unit of volatility.",
        formula: "(annualised return − risk-free rate) ÷ volatility",
        source: "William F. Sharpe, Mutual Fund Performance (1966)",
    },
    Definition {
        id: "benchmark",
        name: "Benchmark",
        definition: "What the same money, put in and taken out on the same days, would have become in an index, and the index's own time-weighted return.",
        formula: "units bought at the price of the day before, sold at that of the day",
        source: "own convention; flows count as in the time-weighted return",
    },
    Definition {
        id: "earnings",
        name: "Earnings",
        definition: "Dividends, interest and the like before taxes, less interest that was paid.",
        formula: "Σ dividends + Σ interest − Σ interest paid",
        source: "Portfolio Performance, earnings of a period",
    },
    Definition {
        id: "period-unrealised-gain",
        name: "Unrealised gain of a period",
        definition: "Of what is held at the end, against its value at the beginning or what it cost since, without fees.",
        formula: "value at the end − (value at the beginning or price paid)",
        source: "Portfolio Performance, capital gains of a period",
    },
    Definition {
        id: "period-realised-gain",
        name: "Realised gain of a period",
        definition: "Of what was sold, first in first out, against its value at the beginning or what it cost since, without fees.",
        formula: "proceeds − (value at the beginning or price paid)",
        source: "Portfolio Performance, realised capital gains of a period",
    },
    Definition {
        id: "gain-by-exchange-rates",
        name: "Gain by exchange rates",
        definition: "The part of a gain that the exchange rate made.",
        formula: "cost in its own currency × (later rate − earlier rate)",
        source: "Portfolio Performance, forex gains",
    },
    Definition {
        id: "return-of-holding",
        name: "Return of a holding",
        definition: "As the return of a portfolio, of the units of one instrument: purchases and costs go in, sales, dividends and other income come out. Taxes are left out.",
        formula: "as the time-weighted and the money-weighted return",
        source: "Portfolio Performance, performance of a security",
    },
    Definition {
        id: "dividend-periodicity",
        name: "Rhythm of dividends",
        definition: "How often an instrument pays, from the mean number of days between payments that aren't small special ones.",
        formula: "more than 270 days: annual; 130: semiannual; 60: quarterly; 20: monthly",
        source: "Portfolio Performance, periodicity of dividends",
    },
    Definition {
        id: "dividend-yield-on-cost",
        name: "Dividend yield on cost",
        definition: "Dividends of a year before taxes, as a share of what the units cost, on average of the calendar years from the first payment to the last.",
        formula: "Σ (dividend ÷ cost of the units) ÷ years",
        source: "Portfolio Performance, dividend rate of return per year",
    },
    Definition {
        id: "dividend-yield",
        name: "Dividend yield",
        definition: "Dividends before taxes that were paid in the last twelve months for what is still held, as a share of what it is worth. Announced and forecast payments don't count.",
        formula: "Σ dividends of twelve months ÷ value",
        source: "usual convention of a trailing twelve-month yield",
    },
    Definition {
        id: "share",
        name: "Share",
        definition: "A group's value as a share of all groups that have one, so rounded that they are 100 % together. A debt has a negative share.",
        formula: "value of the group ÷ Σ values",
        source: "method of the largest remainder (Hamilton)",
    },
];

/// The meaning of the figure of that id.
#[must_use]
pub fn definition(id: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_defined_once_and_wholly() {
        for (place, one) in DEFINITIONS.iter().enumerate() {
            assert!(DEFINITIONS[..place].iter().all(|other| other.id != one.id), "{}", one.id);
            for text in [one.id, one.name, one.definition, one.formula, one.source] {
                assert!(!text.is_empty(), "{}", one.id);
            }
            assert_eq!(definition(one.id), Some(one));
        }
        assert_eq!(definition("luck"), None);
    }
}
