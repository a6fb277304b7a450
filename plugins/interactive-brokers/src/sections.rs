//! The sections of a statement: which ones are read, at which level of detail, and which restate
//! others.

use stonks_plugin_sdk::Refusal;

use crate::row::Row;
use crate::survey::Statement;
use crate::teller::Teller;
use crate::{
    accrual, action, cash, charge, option_event, position, report, security, trade, transfer,
};

/// Turns a row into facts.
pub(crate) type Tell = fn(&mut Teller, &Row<'_>, &Statement) -> Result<(), Refusal>;

/// A section that is read.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) name: &'static str,
    /// Names of the rows that are read.
    rows: &'static [&'static str],
    /// Names of rows that restate them.
    restating_rows: &'static [&'static str],
    /// Levels of detail that tell the same, best first; of each statement only the best is read.
    /// `""` is a row that tells no level. Empty where every row is read.
    levels: &'static [&'static [&'static str]],
    /// Levels of sums and of lots, which never are.
    restating_levels: &'static [&'static str],
    /// Whether rows describe an event, not their instrument.
    has_events: bool,
    /// The option of the Flex Query without which only restating rows come.
    pub(crate) option: &'static str,
    pub(crate) tell: Tell,
}

/// The level of a sum in the base currency.
const BASE: &str = "BaseCurrency";

const TRADES: Section = Section {
    name: "Trades",
    rows: &["Trade", "Order", "TradeConfirm"],
    restating_rows: &["Lot", "WashSale", "SymbolSummary", "AssetSummary"],
    levels: &[&["EXECUTION", ""], &["ORDER"]],
    restating_levels: &[
        "SYMBOL_SUMMARY",
        "ASSET_SUMMARY",
        "CLOSED_LOT",
        "CLOSED_LOTS",
        "WASH_SALE",
        BASE,
    ],
    has_events: false,
    option: "Executions",
    tell: trade::tell,
};

const EVERY_ROW: Section = Section {
    name: "",
    rows: &[],
    restating_rows: &[],
    levels: &[],
    restating_levels: &[BASE],
    has_events: false,
    option: "Currency",
    tell: trade::tell,
};

const DETAIL_OR_SUMMARY: Section =
    Section { levels: &[&["DETAIL", ""], &["SUMMARY"]], option: "Detail", ..EVERY_ROW };

/// Sections that are read.
pub(crate) const READ: &[Section] = &[
    TRADES,
    Section { name: "TradeConfirms", ..TRADES },
    Section {
        name: "CashTransactions",
        rows: &["CashTransaction"],
        has_events: true,
        tell: cash::tell,
        ..DETAIL_OR_SUMMARY
    },
    Section {
        name: "CorporateActions",
        rows: &["CorporateAction"],
        has_events: true,
        tell: action::tell,
        ..DETAIL_OR_SUMMARY
    },
    Section {
        name: "Transfers",
        rows: &["Transfer"],
        restating_rows: &["TransferLot"],
        levels: &[&["TRANSFER", "DETAIL", ""], &["SUMMARY"]],
        restating_levels: &["LOT", "TRANSFER_LOT", "TRANSFER_LOTS", BASE],
        has_events: false,
        option: "Transfer",
        tell: transfer::tell,
    },
    Section {
        name: "TradeTransfers",
        rows: &["TradeTransfer"],
        tell: trade::tell_transferred,
        ..EVERY_ROW
    },
    Section { name: "OptionEAE", rows: &["OptionEAE"], tell: option_event::tell, ..EVERY_ROW },
    Section {
        name: "TransactionTaxes",
        rows: &["TransactionTax"],
        has_events: true,
        tell: charge::transaction_tax,
        ..DETAIL_OR_SUMMARY
    },
    Section {
        name: "SalesTaxes",
        rows: &["SalesTax"],
        has_events: true,
        tell: charge::sales_tax,
        ..EVERY_ROW
    },
    Section {
        name: "DebitCardActivities",
        rows: &["DebitCardActivity"],
        has_events: true,
        tell: charge::debit_card,
        ..EVERY_ROW
    },
    Section {
        name: "CFDCharges",
        rows: &["CFDCharge"],
        has_events: true,
        tell: charge::cfd_charge,
        ..EVERY_ROW
    },
    Section {
        name: "OpenPositions",
        rows: &["OpenPosition"],
        levels: &[&["SUMMARY", ""]],
        restating_levels: &["LOT", BASE],
        option: "Summary",
        tell: position::tell,
        ..EVERY_ROW
    },
    Section { name: "CashReport", rows: &["CashReportCurrency"], tell: report::tell, ..EVERY_ROW },
    Section {
        name: "OpenDividendAccruals",
        rows: &["OpenDividendAccrual"],
        tell: accrual::tell,
        ..EVERY_ROW
    },
    Section { name: "SecuritiesInfo", rows: &["SecurityInfo"], tell: security::tell, ..EVERY_ROW },
];

/// Read beforehand, since it says whose statement it is.
const READ_BEFORE: &[&str] = &["AccountInformation"];

/// The ECB's rates rule: the broker's are those of its own close, and two sources of rates would let
/// figures differ by the file that was imported last.
const ECB_RULES: &[&str] = &["ConversionRates"];

/// Amounts that are expected, and are told again when they are booked.
const NOT_BOOKED: &[&str] = &[
    "ChangeInDividendAccruals",
    "InterestAccruals",
    "PendingExcercises",
    "UnbookedTrades",
    "UnsettledTransfers",
];

/// Sums, breakdowns and valuations of what other sections tell.
const RESTATING: &[&str] = &[
    "AssetSummary",
    "ChangeInNAV",
    "ChangeInPositionValues",
    "ComplexPositions",
    "EquitySummaryInBase",
    "FIFOPerformanceSummaryInBase",
    "FdicInsuredDepositsByBank",
    "FxPositions",
    // Gains and losses of foreign cash: each row restates a trade, a conversion or a cash
    // transaction as a change in one currency, valued in another.
    "FxTransactions",
    "HardToBorrowDetails",
    "MTDYTDPerformanceSummary",
    "MTMPerformanceSummaryInBase",
    "NetStockPositionSummary",
    "PriorPeriodPositions",
    "RoutingCommissions",
    // Lent shares stay the owner's; what they earn comes as a cash transaction.
    "SLBActivities",
    "SLBCollaterals",
    "SLBFees",
    "SLBOpenContracts",
    "StmtFunds",
    "TierInterestDetails",
    "TransferLots",
    "UnbundledCommissionDetails",
];

/// Sections that carry nothing for the ledger.
const SILENT: &[&[&str]] = &[READ_BEFORE, ECB_RULES, NOT_BOOKED, RESTATING];

/// What is done with a section.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    Read(&'static Section),
    /// It carries nothing for the ledger.
    Silent,
    /// Its content is noted.
    Unknown,
}

pub(crate) fn reading(name: &str) -> Reading {
    if let Some(section) = READ.iter().find(|section| section.name == name) {
        return Reading::Read(section);
    }
    if SILENT.iter().any(|names| names.contains(&name)) {
        Reading::Silent
    } else {
        Reading::Unknown
    }
}

/// What a row of a section that is read is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// Read if the statement has no lower rank.
    Read(usize),
    Restates,
    Unknown,
}

impl Section {
    /// Whether the row's description and currency are those of an event, not of its instrument.
    pub(crate) fn is_of_events(&self, row: &Row<'_>) -> bool {
        // Where the action has a description of its own, the other one is the instrument's name.
        self.has_events && row.get("actionDescription").is_none()
    }

    pub(crate) fn rank(&self, row: &Row<'_>) -> Rank {
        if self.restating_rows.contains(&row.name) {
            return Rank::Restates;
        }
        if !self.rows.contains(&row.name) {
            return Rank::Unknown;
        }
        let level = match row.get("levelOfDetail") {
            _ if row.get("currency") == Some("BASE_SUMMARY") => BASE,
            Some(level) => level,
            None if row.name == "Order" => "ORDER",
            None => "",
        };
        let is_level = |own: &&str| own.eq_ignore_ascii_case(level);
        if self.restating_levels.iter().any(is_level) {
            return Rank::Restates;
        }
        if self.levels.is_empty() {
            return Rank::Read(0);
        }
        let place = self.levels.iter().position(|equals| equals.iter().any(is_level));
        place.map_or(Rank::Unknown, Rank::Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_stands_once() {
        let read = READ.iter().map(|section| section.name);
        let names: Vec<&str> = read.chain(SILENT.iter().copied().flatten().copied()).collect();
        for (place, name) in names.iter().enumerate() {
            assert!(!names[..place].contains(name), "{name}");
        }
    }
}
