//! Files as DEGIRO would write them, of invented events.

use std::ops::Range;

use stonks_plugin_sdk::Decimal;

use crate::languages::{LANGUAGES, Language};

/// Something that happened: of what kind, in which minute of ten days of an hour each, and how big.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) kind: usize,
    pub(crate) minute: u32,
    pub(crate) size: i64,
}

/// How a file looks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    pub(crate) language: usize,
    /// Commas, points, or both by turns.
    pub(crate) numbers: u8,
    pub(crate) is_forward: bool,
    /// Whether the columns stand in another order.
    pub(crate) is_shuffled: bool,
    pub(crate) has_trailing: bool,
}

impl Look {
    fn number(self, number: Decimal, place: usize) -> String {
        let has_comma = match self.numbers {
            0 => true,
            1 => false,
            _ => place % 2 == 0,
        };
        let text = format!("{number:.2}");
        if has_comma { text.replace('.', ",") } else { text }
    }
}

/// A row under way: description, product and ISIN, order, currency, amount.
struct Line {
    minute: u32,
    text: String,
    of: [&'static str; 2],
    order: String,
    currency: &'static str,
    amount: Option<Decimal>,
    /// What it does to the balance.
    moved: Decimal,
}

fn units(event: &Event) -> (Decimal, Decimal) {
    // Prices are odd cents, so that no two events of a minute are legs of one another.
    (Decimal::from(event.size % 90 + 1), Decimal::new(event.size * 2 + 1, 2))
}

fn trade_text(language: &Language, is_sale: bool, figures: (Decimal, String, &str)) -> String {
    let text = language.trades[usize::from(is_sale)].replace("{n}", &figures.0.to_string());
    text.replace("{p}", &figures.1).replace("{c}", figures.2)
}

/// The rows of one event, oldest first.
fn lines(event: &Event, number: usize, look: Look) -> Vec<Line> {
    let language = &LANGUAGES[look.language];
    let size = Decimal::new(event.size, 2);
    let order = format!("order-{number:04}");
    let line = |text: &str, currency, moved: Decimal| Line {
        minute: event.minute,
        text: text.to_owned(),
        of: ["", ""],
        order: String::new(),
        currency,
        amount: Some(moved),
        moved,
    };
    let of_apple = |line: Line| Line { of: ["EXAMPLE CORP", "US0378331005"], ..line };
    let told = |number| look.number(number, event.minute as usize + 1);
    let (quantity, price) = units(event);
    let words = language.words;
    match event.kind {
        0 => vec![line(words[0], "EUR", size)],
        1 => vec![of_apple(line(words[1], "USD", size)), of_apple(line(words[2], "USD", -size))],
        2 => vec![line(words[3], "EUR", -size)],
        3 | 4 => {
            let is_sale = event.kind == 4;
            let value = if is_sale { quantity * price } else { -quantity * price };
            let text = trade_text(language, is_sale, (quantity, told(price), "EUR"));
            [line(&text, "EUR", value), line(words[4], "EUR", Decimal::NEGATIVE_ONE)]
                .map(|line| Line { order: order.clone(), ..of_apple(line) })
                .into()
        }
        5 => {
            let text = trade_text(language, false, (quantity, told(price), "USD"));
            let value = quantity * price;
            let rows = [
                line(&text, "USD", -value),
                line(words[6], "EUR", -size),
                line(words[5], "USD", value),
            ];
            rows.map(|line| Line { order: order.clone(), ..of_apple(line) }).into()
        }
        6 => {
            let sweep = line("Degiro Cash Sweep Transfer", "EUR", -size);
            let text = words[7].replace("{}", &told(size));
            vec![sweep, Line { amount: None, ..line(&text, "EUR", size) }]
        }
        _ => {
            let twice = (quantity * Decimal::TWO, price * quantity);
            let legs =
                [(true, quantity, price * quantity * Decimal::TWO), (false, twice.0, twice.1)];
            let split = legs.map(|(is_sale, quantity, price)| {
                let text = trade_text(language, is_sale, (quantity, told(price), "EUR"));
                let value = if is_sale { quantity * price } else { -quantity * price };
                of_apple(line(&format!("{}{text}", language.split), "EUR", value))
            });
            split.into()
        }
    }
}

/// A minute may hold one split only: two of them would be one action of four legs.
fn ordered(events: &[Event]) -> Vec<(usize, Event)> {
    let mut events: Vec<(usize, Event)> = events.iter().cloned().enumerate().collect();
    events.sort_by_key(|(_, event)| event.minute);
    events.dedup_by_key(|(_, event)| event.minute);
    events
}

fn date(minute: u32) -> String {
    format!("{:02}-01-2024", 1 + minute / 60)
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"']) { format!("\"{field}\"") } else { field.to_owned() }
}

/// A file of titles and rows; currency columns stay with their amounts.
fn file(titles: &str, mut rows: Vec<Vec<String>>, look: Look, blocks: &[Range<usize>]) -> String {
    if !look.is_forward {
        rows.reverse();
    }
    rows.insert(0, titles.split(',').map(str::to_owned).collect());
    let mut text = String::new();
    for row in rows {
        let mut columns: Vec<usize> = if look.is_shuffled {
            blocks.iter().rev().cloned().flatten().collect()
        } else {
            (0..row.len()).collect()
        };
        if !look.has_trailing {
            while columns.last().is_some_and(|&last| row[last].is_empty() && last > 10) {
                columns.pop();
            }
        }
        let fields: Vec<String> = columns.iter().map(|&column| quoted(&row[column])).collect();
        text += &fields.join(",");
        text.push('\n');
    }
    text
}

/// `Account.csv` of some days.
pub(crate) fn statement(events: &[Event], look: Look, days: Range<u32>) -> String {
    let mut balances = std::collections::BTreeMap::from([("EUR", Decimal::from(1000))]);
    let mut rows = Vec::new();
    for (number, event) in ordered(events) {
        for line in lines(&event, number, look) {
            let balance: &mut Decimal = balances.entry(line.currency).or_default();
            *balance += line.moved;
            if !days.contains(&(line.minute / 60)) {
                continue;
            }
            let place = rows.len();
            let (currency, amount) = match line.amount {
                Some(amount) => (line.currency, look.number(amount, place)),
                None => ("", String::new()),
            };
            let balance = look.number(*balance, place);
            let (day, time) = (date(line.minute), format!("09:{:02}", line.minute % 60));
            let [product, isin] = line.of.map(str::to_owned);
            let money = [currency.to_owned(), amount, line.currency.to_owned(), balance];
            let row = [day.clone(), time, day, product, isin, line.text, String::new()];
            rows.push(row.into_iter().chain(money).chain([line.order]).collect());
        }
    }
    // Czech and Polish tell both dates apart by their place alone.
    file(
        LANGUAGES[look.language].account,
        rows,
        look,
        &[3..5, 5..7, 7..9, 9..11, 11..12, 1..3, 0..1][..],
    )
}

/// `Transactions.csv` of the same events.
pub(crate) fn transactions(events: &[Event], look: Look) -> String {
    let mut rows = Vec::new();
    for (number, event) in ordered(events) {
        let (quantity, price) = units(&event);
        let order = format!("order-{number:04}");
        let executions = match event.kind {
            3 => vec![(quantity, price, "EUR", order)],
            4 => vec![(-quantity, price, "EUR", order)],
            5 => vec![(quantity, price, "USD", order)],
            7 => vec![
                (-quantity, price * quantity * Decimal::TWO, "EUR", String::new()),
                (quantity * Decimal::TWO, price * quantity, "EUR", String::new()),
            ],
            _ => continue,
        };
        for (quantity, price, currency, order) in executions {
            let place = rows.len();
            let told = |number| look.number(number, place);
            let fee = if order.is_empty() { Decimal::ZERO } else { Decimal::NEGATIVE_ONE };
            let value = -quantity * price;
            let (day, time) = (date(event.minute), format!("09:{:02}", event.minute % 60));
            let of = ["EXAMPLE CORP", "US0378331005", "NDQ", "XNAS"].map(str::to_owned);
            let local = [told(price), currency.to_owned(), told(value), currency.to_owned()];
            let base = [
                told(value),
                String::new(),
                String::new(),
                told(fee),
                told(value + fee),
                order,
                String::new(),
            ];
            let row = [day, time].into_iter().chain(of).chain([quantity.to_string()]);
            rows.push(row.chain(local).chain(base).collect());
        }
    }
    let titles = LANGUAGES[look.language].transactions;
    file(titles, rows, look, &[2..4, 4..7, 7..9, 9..11, 11..16, 16..18, 1..2, 0..1])
}
