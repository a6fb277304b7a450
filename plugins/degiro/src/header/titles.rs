//! What the titles of columns mean, in nine languages.
//!
//! Words are in the form of [`folded`], languages in the order nl, en, de, fr, es, pt, it, cs, pl.
//! Titles that haven't been seen in an export, but were derived from DEGIRO's statements in that
//! language, stand in lines of their own marked `derived`.

use crate::numbers::clipped;
use crate::words::folded;

/// A column that is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Title {
    Date,
    Time,
    ValueDate,
    Product,
    Isin,
    // Of the account statement.
    Description,
    Change,
    Balance,
    // Of the transactions.
    Exchange,
    Venue,
    Quantity,
    Price,
    LocalValue,
    Value,
    ExchangeRate,
    AutoFx,
    Fee,
    Total,
    // Of both.
    Order,
}

use Title::{
    AutoFx, Balance, Change, Date, Description, Exchange, ExchangeRate, Fee, Isin, LocalValue,
    Order, Price, Product, Quantity, Time, Total, Value, ValueDate, Venue,
};

/// Whole titles, without the currency at their end.
const WHOLE: &[(Title, &[&str])] = &[
    // pl and cs call the value date by the same word.
    (Date, &["datum", "date", "fecha", "data"]),
    (Time, &["tijd", "time", "uhrzeit", "heure", "hora", "ora", "cas", "czas"]),
    (
        ValueDate,
        &["valutadatum", "value date", "date de", "fecha valor", "data valor", "data valore"],
    ),
    (ValueDate, &["date de valeur", "datum valuty", "data waluty"]), // derived
    (Product, &["product", "produkt", "produit", "producto", "produto", "prodotto"]),
    (Isin, &["isin", "code isin", "symbool/isin", "symbol/isin"]),
    (Isin, &["simbolo/isin", "symbole/isin", "symbole ou isin", "ticker/isin"]), // derived
    (Description, &["omschrijving", "description", "beschreibung", "descripcion", "descricao"]),
    (Description, &["descrizione", "popis", "opis"]),
    (
        Change,
        &["mutatie", "change", "anderung", "mouvements", "variacion", "mudanca", "variazioni"],
    ),
    (Change, &["pohyb", "zmiana"]),
    (Balance, &["saldo", "balance", "solde", "zustatek"]),
    (Exchange, &["beurs", "exchange", "reference exchange", "reference", "referenzborse", "borse"]),
    (
        Exchange,
        &["place boursiere sectionnee", "bolsa de referencia", "bolsa de", "borsa di riferimento"],
    ),
    (Exchange, &["borsa di", "gielda referencyjna", "gielda"]),
    (Exchange, &["place boursiere", "place", "referencni burza", "burza"]), // derived
    (
        Venue,
        &[
            "uitvoeringsplaats",
            "venue",
            "ausfuhrungsort",
            "lieu d'execution",
            "centro de ejecucion",
        ],
    ),
    (Venue, &["bolsa", "sede di esecuzione", "borsa", "miejsce wykonania"]),
    (Venue, &["misto provedeni"]), // derived
    (Quantity, &["aantal", "quantity", "anzahl", "quantite", "numero", "quantidade", "quantita"]),
    (Quantity, &["pocet", "liczba"]),
    (Price, &["koers", "price", "kurs", "cours", "precio", "precos", "quotazione", "cena"]),
    (
        LocalValue,
        &["lokale waarde", "local value", "wert in lokalwahrung", "montant devise locale"],
    ),
    (LocalValue, &["valor local", "valore locale", "hodnota v domaci mene", "wartosc lokalna"]),
    (LocalValue, &["mistni hodnota"]), // derived
    (Value, &["waarde", "value", "wert", "montant", "valor", "valore", "hodnota", "wartosc"]),
    (
        ExchangeRate,
        &["wisselkoers", "exchange rate", "wechselkurs", "taux de change", "tipo de cambio"],
    ),
    (
        ExchangeRate,
        &["taxa de cambio", "tasso di cambio", "smenny kurz", "kurs wymiany", "kurs wymian"],
    ),
    (Total, &["totaal", "total", "gesamt", "montant negocie", "totale", "celkem", "razem"]),
    (
        Order,
        &[
            "order id",
            "order-id",
            "id ordre",
            "id orden",
            "id da ordem",
            "id ordine",
            "id objednavky",
        ],
    ),
    (Order, &["identyfikator zlecenia"]),
    (Order, &["id zlecenia"]), // derived
    // Whole, since the word alone may begin another title.
    (Fee, &["kosten", "gebuhr", "frais de"]),
    (Fee, &["fee", "fees", "costs", "comision", "commissione", "oplata", "poplatek"]), // derived
];

/// How titles begin that DEGIRO words differently from year to year, or cuts short.
const BEGINNINGS: &[(Title, &[&str])] = &[
    (AutoFx, &["autofx", "frais conversion autofx", "comision autofx", "taxa autofx"]),
    (AutoFx, &["commissione autofx", "oplaty autofx"]),
    (AutoFx, &["frais autofx", "poplatek autofx", "oplata autofx"]), // derived
    (
        Fee,
        &[
            "transactiekosten",
            "transaction and/or third",
            "transaktionsgebuhr",
            "frais de courtage",
        ],
    ),
    (
        Fee,
        &[
            "costes de transaccion",
            "custos de transacao",
            "costi di transazione",
            "oplata transakcyjna",
        ],
    ),
    (Fee, &["transaction cost", "transaction fee", "transaktionskosten", "commissione di"]),
    (Fee, &["oplaty transakcyjne", "transakcni poplatek", "poplatky za transakce"]), // derived
];

/// A title without the currency at its end, and that currency.
pub(super) fn split_currency(title: &str) -> (&str, Option<&str>) {
    match title.trim().rsplit_once(' ') {
        Some((rest, code)) if is_currency(code) => (rest, Some(code)),
        _ => (title, None),
    }
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

pub(super) fn meaning(title: &str) -> Option<Title> {
    let whole = folded(title);
    let bare = folded(split_currency(title).0);
    // `Waarde in EUR` is the same as `Waarde EUR`.
    let bare = bare.strip_suffix(" in").unwrap_or(&bare);
    let among = |text: &str| WHOLE.iter().find(|(_, words)| words.contains(&text));
    let begins =
        || BEGINNINGS.iter().find(|(_, words)| words.iter().any(|words| whole.starts_with(words)));
    among(&whole).or_else(|| among(bare)).or_else(begins).map(|(title, _)| *title)
}

/// A title as it is quoted.
pub(super) fn quoted(title: &str) -> String {
    format!("`{}`", clipped(title))
}

/// What a column is called in sentences.
pub(super) const fn name(title: Title) -> &'static str {
    match title {
        Date => "date",
        Time => "time",
        ValueDate => "value date",
        Product => "product",
        Isin => "ISIN",
        Description => "description",
        Change => "change",
        Balance => "balance",
        Exchange => "exchange",
        Venue => "venue",
        Quantity => "quantity",
        Price => "price",
        LocalValue => "value in local currency",
        Value => "value",
        ExchangeRate => "exchange rate",
        AutoFx => "AutoFX fee",
        Fee => "transaction fee",
        Total => "total",
        Order => "order",
    }
}
