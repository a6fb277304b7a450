//! What a plugin's own tests need: a file read to its end, and facts told in one line each.

mod panels;

use std::fmt::Write;

pub use panels::{answer, holding, snapshot, tell_metrics, tell_panels};

use crate::{
    BadData, CashMovement, Fact, FileImporter, Instrument, Moment, Money, PluginError,
    SourceLocation, Transaction,
};

/// Reads a file to its end, as the host would.
///
/// # Errors
/// What the plugin refuses.
pub fn import<P: FileImporter>(name: &str, content: &[u8]) -> Result<Vec<Fact>, PluginError> {
    let mut source = P::open(name, content.to_vec())?;
    let mut facts = Vec::new();
    loop {
        let batch = source.next_batch()?;
        assert!(batch.facts.len() <= 10_000, "a page has at most 10,000 facts");
        facts.extend(batch.facts);
        if !batch.has_more {
            return Ok(facts);
        }
    }
}

/// Facts, one in a line, for golden files: fields that are absent are left out.
#[must_use]
pub fn tell(facts: &[Fact]) -> String {
    facts.iter().map(|fact| tell_fact(fact) + "\n").collect()
}

/// A refusal as the command line shows it.
#[must_use]
pub fn tell_error(error: &PluginError) -> String {
    match error {
        PluginError::BadData(BadData { message, hint, line, column }) => {
            let mut told = format!("refused: {message}");
            tell_optional(&mut told, "line", line.as_ref());
            tell_optional(&mut told, "column", column.as_ref());
            tell_optional(&mut told, "hint:", hint.as_ref());
            told
        }
        other => format!("{other:?}"),
    }
}

fn tell_fact(fact: &Fact) -> String {
    match fact {
        Fact::Account(account) => {
            let mut told = format!("account {}", account.identity);
            tell_optional(&mut told, "name", account.name.as_ref());
            tell_optional(&mut told, "currency", account.currency.as_ref());
            told
        }
        Fact::Instrument(instrument) => tell_instrument(instrument),
        Fact::Transaction(transaction) => tell_transaction(transaction),
        Fact::CashMovement(movement) => tell_movement(movement),
        Fact::Position(position) => {
            let mut told =
                format!("position {} {} {}", position.date, position.instrument, position.quantity);
            tell_optional(&mut told, "account", position.account.as_ref());
            tell_optional(&mut told, "price", position.price.as_ref());
            told + &tell_source(&position.source)
        }
        Fact::Balance(balance) => {
            let mut told = format!(
                "balance {} {:?} {}",
                balance.date,
                balance.side,
                tell_money(&balance.money)
            );
            tell_optional(&mut told, "account", balance.account.as_ref());
            told + &tell_source(&balance.source)
        }
        Fact::Quote(quote) => format!(
            "quote {} {} {} {}{}",
            tell_moment(&quote.at),
            quote.instrument,
            quote.price,
            quote.currency,
            tell_source(&quote.source)
        ),
        Fact::FxRate(rate) => {
            format!("fx-rate {} {}/{} {}", rate.date, rate.base, rate.quote, rate.rate)
        }
        Fact::UpcomingDividend(upcoming) => {
            let mut told =
                format!("upcoming-dividend {:?} {}", upcoming.status, upcoming.instrument);
            tell_optional(&mut told, "ex", upcoming.ex_date.as_ref());
            tell_optional(&mut told, "pay", upcoming.pay_date.as_ref());
            tell_optional(&mut told, "gross", upcoming.gross.as_ref().map(tell_money).as_ref());
            told + &tell_source(&upcoming.source)
        }
        Fact::Note(note) => {
            format!("note {}: {}{}", note.reason, note.text, tell_source(&note.source))
        }
    }
}

fn tell_instrument(instrument: &Instrument) -> String {
    let mut told = format!("instrument {} {:?}", instrument.identity, instrument.asset_class);
    tell_optional(&mut told, "name", instrument.name.as_ref());
    tell_optional(&mut told, "symbol", instrument.symbol.as_ref());
    tell_optional(&mut told, "isin", instrument.isin.as_ref());
    tell_optional(&mut told, "market", instrument.market.as_ref());
    tell_optional(&mut told, "currency", instrument.currency.as_ref());
    tell_optional(&mut told, "multiplier", instrument.multiplier.as_ref());
    for (scheme, code) in &instrument.codes {
        tell_optional(&mut told, scheme, Some(code));
    }
    told
}

fn tell_transaction(transaction: &Transaction) -> String {
    let mut told = format!(
        "transaction {} {:?} {} {}",
        tell_moment(&transaction.at),
        transaction.kind,
        transaction.quantity,
        transaction.instrument
    );
    tell_optional(&mut told, "account", transaction.account.as_ref());
    let price = transaction.price.as_ref().zip(transaction.price_currency.as_ref());
    tell_optional(
        &mut told,
        "@",
        price.map(|(price, currency)| format!("{price} {currency}")).as_ref(),
    );
    tell_optional(&mut told, "amount", transaction.amount.as_ref().map(tell_money).as_ref());
    tell_optional(&mut told, "accrued", transaction.accrued.as_ref().map(tell_money).as_ref());
    for fee in &transaction.fees {
        tell_optional(&mut told, &format!("fee {:?}", fee.kind), Some(&tell_money(&fee.money)));
    }
    tell_optional(&mut told, "settled", transaction.settled.as_ref().map(tell_money).as_ref());
    tell_optional(&mut told, "rate", transaction.exchange_rate.as_ref());
    tell_optional(&mut told, "order", transaction.order.as_ref());
    tell_optional(&mut told, "group", transaction.group.as_ref());
    tell_optional(&mut told, "venue", transaction.venue.as_ref());
    told + &tell_source(&transaction.source)
}

fn tell_movement(movement: &CashMovement) -> String {
    let mut told = format!(
        "cash {} {:?} {}",
        tell_moment(&movement.at),
        movement.kind,
        tell_money(&movement.money)
    );
    tell_optional(&mut told, "account", movement.account.as_ref());
    tell_optional(&mut told, "fee", movement.fee_kind.map(|kind| format!("{kind:?}")).as_ref());
    tell_optional(&mut told, "value-date", movement.value_date.as_ref());
    tell_optional(&mut told, "instrument", movement.instrument.as_ref());
    let settles = movement.transaction.as_ref().map(|_| "a transaction");
    tell_optional(&mut told, "settles", settles.as_ref());
    tell_optional(&mut told, "group", movement.group.as_ref());
    tell_optional(&mut told, "balance", movement.balance.as_ref());
    tell_optional(&mut told, "—", movement.description.as_ref());
    told + &tell_source(&movement.source)
}

fn tell_money(money: &Money) -> String {
    format!("{} {}", money.amount, money.currency)
}

fn tell_moment(moment: &Moment) -> String {
    let mut told = moment.date.clone();
    tell_optional(&mut told, "", moment.time.as_ref());
    tell_optional(&mut told, "", moment.zone.as_ref());
    told
}

fn tell_source(source: &SourceLocation) -> String {
    match (source.line, &source.path) {
        (Some(line), _) => format!(" (line {line})"),
        (None, Some(path)) => format!(" ({path})"),
        (None, None) => String::new(),
    }
}

fn tell_optional(told: &mut String, label: &str, value: Option<&impl std::fmt::Display>) {
    if let Some(value) = value {
        let gap = if label.is_empty() { "" } else { " " };
        // Writing to a string can't fail.
        let _ = write!(told, " {label}{gap}{value}");
    }
}
