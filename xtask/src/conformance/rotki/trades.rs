//! Trades of one asset for another or for money, with their fees in the cost or apart.

use jiff::civil::Date;
use rust_decimal::Decimal;
use stonks_core::fact::Identity;
use stonks_core::figure::Figure;
use stonks_core::lots::FeeTreatment;
use stonks_core::money::{Currency, Money};
use stonks_core::sales::Sale;

use super::{ASSET, convention, moment, next, second};
use crate::conformance::accounts::{Accounts, Developed, Exchange, Units, nth_day, number};
use crate::conformance::case::{Inputs, Refusal};
use crate::conformance::computed::{Computed, Figures};

/// An amount of something.
struct Amount<'a> {
    quantity: Decimal,
    of: &'a str,
}

struct Reader<'a> {
    inputs: &'a Inputs<'a>,
    accounts: Accounts,
    exchange: Exchange,
    profit: Currency,
    /// Of each trade, in the currency in which profit is told.
    fees: Vec<Decimal>,
    /// Fees that were paid with units of an asset: their sales.
    paid_in_units: Vec<Identity>,
    /// Whether a fee in units belongs to a cost and the case tells no price of them.
    is_fee_unpriced: bool,
    is_in_cost: bool,
    last: Date,
}

pub(super) fn figures(inputs: &Inputs<'_>, asked: &[&str]) -> Result<Figures, Refusal> {
    let exchange = Exchange::read(inputs)?;
    let profit = inputs.find("profit_currency").map_or(Ok("EUR"), |code| code.text())?;
    let profit = exchange.currency(profit)?;
    let accounts = Accounts::default();
    let last = nth_day(0)?;
    let convention = convention(inputs)?;
    let is_apart = convention.fees == FeeTreatment::Apart;
    let mut reader = Reader {
        inputs,
        accounts,
        exchange,
        profit,
        fees: Vec::new(),
        paid_in_units: Vec::new(),
        is_fee_unpriced: false,
        is_in_cost: !is_apart,
        last,
    };
    let rows = inputs.get("trades")?.items()?;
    for (place, row) in rows.iter().enumerate() {
        reader.trade(row, place)?;
    }
    let Reader { accounts, exchange, fees, paid_in_units, is_fee_unpriced, last, .. } = reader;
    let developed = accounts.developed(convention, &exchange.rates, profit, last)?;
    let (of_fees, sales): (Vec<Sale>, Vec<Sale>) =
        developed.development.sales.iter().cloned().partition(|sale| {
            let told = developed.ledger.transaction(sale.place);
            told.is_some_and(|booked| paid_in_units.contains(&booked.transaction.identity))
        });
    let known = asked.iter().filter_map(|figure| {
        let computed = match *figure {
            "sell_pnl" => {
                sales.iter().map(|sale| sale.gain.base.clone()).collect::<Vec<_>>().into()
            }
            "trade_pnl" if is_fee_unpriced => Computed::NotOffered(
                "a fee in units is valued at a price of an oracle, which the case doesn't tell"
                    .to_owned(),
            ),
            "trade_pnl" => total(&sales).into(),
            "fee_pnl" if is_list(inputs) => {
                let fee = |fee: &Decimal| if is_apart { -*fee } else { Decimal::ZERO };
                fees.iter().map(fee).collect::<Vec<_>>().into()
            }
            // Units that pay for a fee gain like those of any sale.
            "fee_pnl" if is_apart => {
                total(&of_fees).map(|gain| gain - fees.iter().sum::<Decimal>()).into()
            }
            "fee_pnl" => Decimal::ZERO.into(),
            "rates" => rates(&developed),
            other => spent(&developed, other.strip_suffix("_spend")?),
        };
        Some(((*figure).to_owned(), computed))
    });
    Ok(known.collect())
}

/// Whether each trade tells its kind; then figures are told for each.
fn is_list(inputs: &Inputs<'_>) -> bool {
    let rows = inputs.get("trades").and_then(|rows| rows.items());
    rows.is_ok_and(|rows| rows.iter().any(|row| row.has("type")))
}

fn total(sales: &[Sale]) -> Figure {
    sales.iter().map(|sale| sale.gain.base.clone()).sum()
}

/// What a unit of each lot cost, in the order of purchase.
fn rates(developed: &Developed) -> Computed {
    let lots = developed.development.holdings.iter().flat_map(|holding| holding.lots.iter());
    let rate = lots.map(|lot| {
        let cost = lot.cost.plus(&lot.fees).base;
        cost.map(|cost| cost.checked_div(lot.quantity).unwrap_or_default())
    });
    Computed::List(rate.map(Into::into).collect())
}

fn spent(developed: &Developed, asset: &str) -> Computed {
    let asset = asset.to_uppercase();
    let sales = developed.development.sales.iter();
    let of_asset = sales.filter(|sale| developed.name(sale.instrument) == asset);
    of_asset.map(|sale| sale.quantity).sum::<Decimal>().into()
}

impl Reader<'_> {
    fn trade(&mut self, row: &Inputs<'_>, place: usize) -> Result<(), Refusal> {
        let second = if row.has("t") || row.has("timestamp") { Some(second(row)?) } else { None };
        let date = match second {
            Some(second) => moment(second)?.date.max(next(self.last)?),
            None => nth_day(place)?,
        };
        self.last = self.last.max(date);
        if row.has("spend") {
            return self.swap(row, date, second);
        }
        let profit = self.profit;
        let money = |amount: Decimal| Money::new(amount, profit);
        let is_sale =
            row.has("sell") || row.find("type").is_some_and(|it| matches!(it.text(), Ok("SELL")));
        let quantity = row.any(&["amount", "buy", "sell"]);
        let quantity = quantity.map_or_else(|| row.get("amount"), Ok)?.decimal()?;
        let price = row.any(&["price", "rate"]).map(|told| told.decimal()).transpose()?;
        let total = match row.find("total") {
            Some(total) => total.decimal()?,
            None => quantity * price.map_or_else(|| row.get("price")?.decimal(), Ok)?,
        };
        let fee = number(row, &["fee"])?;
        let fee = match row.find("fee_asset").map(|asset| asset.text()).transpose()? {
            // A fee in what was bought is worth what that was.
            Some(asset) if !is_money(asset) => {
                fee * total.checked_div(quantity).unwrap_or_default()
            }
            _ => fee,
        };
        self.fees.push(fee);
        let signed = if is_sale { -quantity } else { quantity };
        self.accounts.units(Units::trade(ASSET, date, signed, money(total)).costing(money(fee)))?;
        Ok(())
    }

    /// One asset for another: a sale and a purchase for what the first was worth.
    fn swap(&mut self, row: &Inputs<'_>, date: Date, second: Option<i64>) -> Result<(), Refusal> {
        let (out, come) = (amount(&row.get("spend")?)?, amount(&row.get("receive")?)?);
        let value = self.value(&out, &come, second)?;
        let worth = |of: &str| {
            let unit = |side: &Amount<'_>| value.amount.checked_div(side.quantity);
            if of == come.of { unit(&come) } else { unit(&out) }
        };
        let mut fee = Money::new(Decimal::ZERO, value.currency);
        let mut in_units = None;
        if let Some(told) = row.find("fee") {
            let told = amount(&told)?;
            if is_money(told.of) {
                fee = Money::new(told.quantity, self.exchange.currency(told.of)?);
            } else {
                fee.amount = told.quantity * worth(told.of).unwrap_or_default();
                self.is_fee_unpriced |= self.is_in_cost && self.price(told.of, second).is_none();
                in_units = Some(told).filter(|_| !self.is_in_cost);
            }
        }
        let in_profit = self.exchange.rates.convert(fee, self.profit, date);
        self.fees.push(in_profit.map_err(|reason| Refusal::Malformed(reason.to_string()))?);
        let own = if in_units.is_some() { Money::new(Decimal::ZERO, fee.currency) } else { fee };
        if !is_money(come.of) {
            self.accounts.units(Units::trade(come.of, date, come.quantity, value).costing(own))?;
        }
        if !is_money(out.of) {
            let own = if is_money(come.of) { own } else { Money::new(Decimal::ZERO, fee.currency) };
            self.accounts.units(Units::trade(out.of, date, -out.quantity, value).costing(own))?;
        }
        if let Some(units) = in_units {
            let paid = Units::trade(units.of, date, -units.quantity, fee);
            self.paid_in_units.push(self.accounts.units(paid)?);
        }
        Ok(())
    }

    /// The price of a unit at a time, where the case tells it.
    fn price(&self, of: &str, second: Option<i64>) -> Option<Inputs<'_>> {
        let profit = self.exchange.name(self.profit);
        self.inputs.find("prices")?.find(&format!("{of}{profit}@{}", second?))
    }

    /// What changed hands: the money, or else the price that is told of what was spent.
    fn value(
        &self,
        out: &Amount<'_>,
        come: &Amount<'_>,
        second: Option<i64>,
    ) -> Result<Money, Refusal> {
        for side in [out, come] {
            if is_money(side.of) {
                return Ok(Money::new(side.quantity, self.exchange.currency(side.of)?));
            }
        }
        for side in [out, come] {
            if let Some(price) = self.price(side.of, second) {
                return Ok(Money::new(side.quantity * price.decimal()?, self.profit));
            }
        }
        Err(Refusal::UnknownShape(format!("a trade of `{}` without a price", out.of)))
    }
}

fn is_money(code: &str) -> bool {
    code.parse::<Currency>().is_ok_and(Currency::is_iso)
}

/// `["268.678*82", "EUR"]`: a quantity, perhaps told as a product.
fn amount<'a>(told: &Inputs<'a>) -> Result<Amount<'a>, Refusal> {
    let quantity = told.at(0)?;
    let of = told.at(1)?.text()?;
    let Some((left, right)) = quantity.text().ok().and_then(|text| text.split_once('*')) else {
        return Ok(Amount { quantity: quantity.decimal()?, of });
    };
    let factor = |text: &str| {
        let read = text.trim().parse::<Decimal>();
        read.map_err(|_| Refusal::Malformed(format!("`{}` is no number", quantity.path())))
    };
    Ok(Amount { quantity: factor(left)? * factor(right)?, of })
}
