//! From a row to its facts.

use std::collections::HashSet;

use stonks_plugin_sdk::decimal::canonical;
use stonks_plugin_sdk::{
    AssetClass, Balance, CashKind, CashMovement, DaySide, Decimal, Fact, Fee, FeeKind, Identities,
    Instrument, Moment, Money, PluginError, Position, Quote, SourceLocation, Transaction,
    TransactionKind,
};

use crate::columns::Row;

/// What a kind of row turns into.
#[derive(Clone, Copy)]
enum Meaning {
    /// Units, and the sign of their quantity.
    Units(TransactionKind, i64),
    /// Cash, and the sign of its amount.
    Cash(CashKind, i64),
    Quote,
    Position,
    Balance,
}

/// Every kind that a row may have.
const KINDS: [(&str, Meaning); 18] = [
    ("buy", Meaning::Units(TransactionKind::Buy, 1)),
    ("sell", Meaning::Units(TransactionKind::Sell, -1)),
    ("transfer-in", Meaning::Units(TransactionKind::TransferIn, 1)),
    ("transfer-out", Meaning::Units(TransactionKind::TransferOut, -1)),
    // The change in units, with its sign: 9 for each share where one became ten.
    ("split", Meaning::Units(TransactionKind::Split, 1)),
    ("stock-dividend", Meaning::Units(TransactionKind::StockDividend, 1)),
    ("reward", Meaning::Units(TransactionKind::Reward, 1)),
    ("deposit", Meaning::Cash(CashKind::Deposit, 1)),
    ("withdrawal", Meaning::Cash(CashKind::Withdrawal, -1)),
    ("dividend", Meaning::Cash(CashKind::Dividend, 1)),
    ("interest", Meaning::Cash(CashKind::Interest, 1)),
    ("fee", Meaning::Cash(CashKind::Fee, -1)),
    ("tax", Meaning::Cash(CashKind::Tax, -1)),
    ("conversion", Meaning::Cash(CashKind::Conversion, 1)),
    ("other", Meaning::Cash(CashKind::Other, 1)),
    ("quote", Meaning::Quote),
    ("position", Meaning::Position),
    ("balance", Meaning::Balance),
];

const CLASSES: [(&str, AssetClass); 11] = [
    ("stock", AssetClass::Stock),
    ("etf", AssetClass::Etf),
    ("fund", AssetClass::Fund),
    ("bond", AssetClass::Bond),
    ("option", AssetClass::Option),
    ("future", AssetClass::Future),
    ("warrant", AssetClass::Warrant),
    ("certificate", AssetClass::Certificate),
    ("crypto", AssetClass::Crypto),
    ("commodity", AssetClass::Commodity),
    ("other", AssetClass::Other),
];

/// Appends what a row says.
pub(crate) fn tell(
    row: &Row<'_>,
    identities: &mut Identities,
    told: &mut HashSet<String>,
    facts: &mut Vec<Fact>,
) -> Result<(), PluginError> {
    let name = row.needed("kind", "row")?.to_lowercase();
    let Some((kind, meaning)) = KINDS.iter().find(|(kind, _)| *kind == name) else {
        let known: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        let refusal = row.refuse("kind", format!("`{name}` is not a kind of row"));
        return Err(refusal.hint(format!("the kinds are {}", known.join(", "))).into());
    };
    let instrument = instrument(row)?;
    let key = instrument.as_ref().map(|instrument| instrument.identity.clone());
    if let Some(instrument) = instrument {
        if told.insert(instrument.identity.clone()) {
            facts.push(Fact::Instrument(instrument));
        }
    }
    let row = &KindOfRow { row, kind, instrument: key };
    match *meaning {
        Meaning::Units(kind, sign) => facts.push(row.units(kind, sign, identities)?),
        Meaning::Cash(kind, sign) => row.cash(kind, sign, identities, facts)?,
        Meaning::Quote => facts.push(row.quote()?),
        Meaning::Position => facts.push(row.position()?),
        Meaning::Balance => facts.push(row.balance()?),
    }
    Ok(())
}

/// The instrument that the row names, if it names one.
fn instrument(row: &Row<'_>) -> Result<Option<Instrument>, PluginError> {
    let (isin, symbol) = (row.text("isin"), row.text("symbol"));
    if let Some(isin) = isin.filter(|isin| !stonks_plugin_sdk::isin::is_valid(isin)) {
        let refusal =
            row.refuse("isin", format!("`{isin}` is not an ISIN: its check digit doesn't match"));
        return Err(refusal.hint("correct it, or leave it out and give a `symbol`").into());
    }
    let Some(identity) =
        isin.map(|isin| format!("isin:{isin}")).or(symbol.map(|symbol| format!("symbol:{symbol}")))
    else {
        return Ok(None);
    };
    if !identity.bytes().all(|byte| byte.is_ascii_graphic()) || identity.len() > 100 {
        let field = if isin.is_some() { "isin" } else { "symbol" };
        return Err(row
            .refuse(field, format!("`{identity}` holds spaces or letters beyond ASCII"))
            .into());
    }
    let asset_class = match row.text("class").map(str::to_lowercase) {
        None => AssetClass::Unknown,
        Some(told) => match CLASSES.iter().find(|(name, _)| *name == told) {
            Some((_, class)) => *class,
            None => {
                let known: Vec<&str> = CLASSES.iter().map(|(name, _)| *name).collect();
                let refusal = row.refuse("class", format!("`{told}` is not a class"));
                return Err(refusal.hint(format!("the classes are {}", known.join(", "))).into());
            }
        },
    };
    Ok(Some(Instrument {
        identity,
        asset_class,
        name: row.text("name").map(str::to_owned),
        symbol: symbol.map(str::to_owned),
        isin: isin.map(str::to_owned),
        market: None,
        currency: row.text("currency").map(str::to_owned),
        multiplier: None,
        terms: None,
        sector: None,
        country: None,
        codes: Vec::new(),
    }))
}

/// A row of a known kind.
struct KindOfRow<'a> {
    row: &'a Row<'a>,
    kind: &'a str,
    instrument: Option<String>,
}

impl KindOfRow<'_> {
    fn instrument(&self) -> Result<String, PluginError> {
        let missing = || {
            self.row.refuse("isin", format!("a {} needs an `isin` or a `symbol`", self.kind)).into()
        };
        self.instrument.clone().ok_or_else(missing)
    }

    fn currency(&self) -> Result<String, PluginError> {
        let told = self.row.needed("currency", self.kind)?;
        let is_code = (2..=10).contains(&told.len())
            && told.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if is_code {
            return Ok(told.to_owned());
        }
        let refusal = self.row.refuse("currency", format!("`{told}` is not a currency"));
        Err(refusal.hint("write its code, such as `EUR`").into())
    }

    fn moment(&self) -> Result<Moment, PluginError> {
        let date = self.row.date()?.to_owned();
        let Some(told) = self.row.text("time") else {
            return Ok(Moment { date, time: None, zone: None });
        };
        let (time, zone) = told.split_at(told.len().min(5));
        let digits = |part: &str, below: u32| {
            part.len() == 2 && part.parse::<u32>().is_ok_and(|part| part < below)
        };
        let is_time = time
            .split_once(':')
            .is_some_and(|(hour, minute)| digits(hour, 24) && digits(minute, 60));
        let is_zone = zone.is_empty()
            || (zone.len() == 6
                && zone.starts_with(['+', '-'])
                && zone[1..]
                    .split_once(':')
                    .is_some_and(|(hour, minute)| digits(hour, 15) && digits(minute, 60)));
        if !is_time || !is_zone {
            let refusal = self.row.refuse("time", format!("`{told}` is not a time"));
            return Err(refusal
                .hint("write it as `16:40`, or with its offset from UTC as `16:40+02:00`")
                .into());
        }
        let zone = if zone.is_empty() { "Z" } else { zone };
        Ok(Moment { date, time: Some(time.to_owned()), zone: Some(zone.to_owned()) })
    }

    fn source(&self) -> SourceLocation {
        SourceLocation { line: Some(self.row.line), path: None }
    }

    /// The row's own id, or one that follows from its content.
    fn identity(&self, identities: &mut Identities) -> Result<String, PluginError> {
        let part = |name: &str| self.row.text(name).unwrap_or_default().to_owned();
        let number = |name: &str| {
            Ok::<_, PluginError>(self.row.number(name)?.map(canonical).unwrap_or_default())
        };
        if let Some(id) = self.row.text("id") {
            if id.len() <= 100 && id.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Ok(format!("id:{id}"));
            }
            return Err(self
                .row
                .refuse("id", "an `id` has 1 to 100 visible ASCII characters".to_owned())
                .into());
        }
        let instrument = self.instrument.clone().unwrap_or_default();
        let parts = [
            self.kind.to_owned(),
            part("date"),
            part("time"),
            instrument,
            part("currency"),
            number("quantity")?,
            number("price")?,
            number("amount")?,
        ];
        Ok(identities.of("row", &parts.each_ref().map(String::as_str)))
    }

    fn fee(&self, currency: &str) -> Result<Vec<Fee>, PluginError> {
        let fee = self.row.number("fee")?.filter(|fee| !fee.is_zero());
        let fee = fee.map(|fee| Fee {
            kind: FeeKind::Transaction,
            money: Money { amount: canonical(-fee.abs()), currency: currency.to_owned() },
            description: None,
        });
        Ok(fee.into_iter().collect())
    }

    fn units(
        &self,
        kind: TransactionKind,
        sign: i64,
        identities: &mut Identities,
    ) -> Result<Fact, PluginError> {
        let told = self.row.needed_number("quantity", self.kind)?;
        let quantity = match kind {
            TransactionKind::Split => told,
            _ => told.abs() * Decimal::from(sign),
        };
        let is_paid = matches!(kind, TransactionKind::Buy | TransactionKind::Sell);
        let price = match self.row.number("price")? {
            None if is_paid => Some(self.row.needed_number("price", self.kind)?),
            price => price,
        };
        let currency = if price.is_some() || self.row.text("currency").is_some() {
            Some(self.currency()?)
        } else {
            None
        };
        let amount = match (self.row.number("amount")?, price) {
            (Some(amount), _) => Some(amount.abs() * Decimal::from(-sign)),
            (None, Some(price)) if is_paid => Some(self.paid(quantity, price)?),
            (None, _) => None,
        };
        let money = |amount: Decimal, currency: &String| Money {
            amount: canonical(amount),
            currency: currency.clone(),
        };
        Ok(Fact::Transaction(Transaction {
            identity: self.identity(identities)?,
            account: None,
            instrument: self.instrument()?,
            kind,
            at: self.moment()?,
            settlement_date: None,
            quantity: canonical(quantity),
            price: price.map(canonical),
            price_currency: price.and(currency.clone()),
            amount: amount.zip(currency.as_ref()).map(|(amount, currency)| money(amount, currency)),
            accrued: None,
            fees: match &currency {
                Some(currency) => self.fee(currency)?,
                None => Vec::new(),
            },
            settled: None,
            exchange_rate: None,
            order: None,
            group: None,
            venue: None,
            description: self.row.text("description").map(str::to_owned),
            source: self.source(),
        }))
    }

    /// What units cost, or bring in, where no amount is told.
    fn paid(&self, quantity: Decimal, price: Decimal) -> Result<Decimal, PluginError> {
        let product = quantity.checked_mul(price).map(|paid| -paid.normalize());
        product
            .filter(|paid| paid.scale() <= 18 && paid.mantissa().unsigned_abs() < 10_u128.pow(28))
            .ok_or_else(|| {
                self.row
                    .refuse("price", "quantity times price has too many digits".to_owned())
                    .hint("add a column `amount`")
                    .into()
            })
    }

    fn cash(
        &self,
        kind: CashKind,
        sign: i64,
        identities: &mut Identities,
        facts: &mut Vec<Fact>,
    ) -> Result<(), PluginError> {
        let told = self.row.needed_number("amount", self.kind)?;
        // Where a sign is the rule, a file may leave it out.
        let is_always_signed = matches!(kind, CashKind::Withdrawal | CashKind::Fee | CashKind::Tax);
        let amount = if is_always_signed { told.abs() * Decimal::from(sign) } else { told };
        let currency = self.currency()?;
        let identity = self.identity(identities)?;
        let movement = |identity: String, kind: CashKind, amount: Decimal| {
            Ok::<_, PluginError>(Fact::CashMovement(CashMovement {
                identity,
                account: None,
                kind,
                at: self.moment()?,
                value_date: None,
                money: Money { amount: canonical(amount), currency: currency.clone() },
                instrument: self.instrument.clone(),
                transaction: None,
                fee_kind: (kind == CashKind::Fee).then_some(FeeKind::Other),
                group: None,
                description: self.row.text("description").map(str::to_owned),
                balance: None,
                source: self.source(),
            }))
        };
        facts.push(movement(identity.clone(), kind, amount)?);
        if let Some(tax) = self.row.number("tax")?.filter(|tax| !tax.is_zero()) {
            let kind = if kind == CashKind::Interest {
                CashKind::InterestTax
            } else {
                CashKind::WithholdingTax
            };
            facts.push(movement(format!("{identity}:tax"), kind, -tax.abs())?);
        }
        if let Some(fee) = self.row.number("fee")?.filter(|fee| !fee.is_zero()) {
            facts.push(movement(format!("{identity}:fee"), CashKind::Fee, -fee.abs())?);
        }
        Ok(())
    }

    fn quote(&self) -> Result<Fact, PluginError> {
        let (instrument, at) = (self.instrument()?, self.moment()?);
        let time = at.time.clone().unwrap_or_default();
        Ok(Fact::Quote(Quote {
            identity: format!("quote:{instrument}:{}{time}", at.date),
            instrument,
            price: canonical(self.row.needed_number("price", self.kind)?),
            currency: self.currency()?,
            at,
            source: self.source(),
        }))
    }

    fn position(&self) -> Result<Fact, PluginError> {
        let (instrument, date) = (self.instrument()?, self.row.date()?);
        let price = self.row.number("price")?;
        Ok(Fact::Position(Position {
            identity: format!("position:{instrument}:{date}"),
            account: None,
            instrument,
            date: date.to_owned(),
            quantity: canonical(self.row.needed_number("quantity", self.kind)?),
            price_currency: if price.is_some() { Some(self.currency()?) } else { None },
            price: price.map(canonical),
            value: None,
            cost: None,
            source: self.source(),
        }))
    }

    fn balance(&self) -> Result<Fact, PluginError> {
        let (date, currency) = (self.row.date()?, self.currency()?);
        let amount = canonical(self.row.needed_number("amount", self.kind)?);
        Ok(Fact::Balance(Balance {
            identity: format!("balance:{currency}:{date}"),
            account: None,
            date: date.to_owned(),
            side: DaySide::Closing,
            money: Money { amount, currency },
            source: self.source(),
        }))
    }
}
