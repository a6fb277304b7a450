//! Which of DEGIRO's exports a file is, and where its columns are.
//!
//! Titles that were seen in exports stand without a mark; those marked so are derived from DEGIRO's
//! PDF statements in that language, or translated.

use stonks_plugin_sdk::{PluginError, bad_data};

use crate::numbers;
use crate::table::{Row, Table};
use crate::words::folded;

/// A file that was recognised.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Transactions(TransactionColumns),
    Account(AccountColumns),
}

/// Columns of `Transactions.csv`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TransactionColumns {
    pub(crate) date: usize,
    pub(crate) time: usize,
    pub(crate) product: usize,
    pub(crate) isin: usize,
    pub(crate) venue: Option<usize>,
    pub(crate) quantity: usize,
    /// Its currency is in the column behind it.
    pub(crate) price: usize,
    /// Its currency is in the column behind it.
    pub(crate) local_value: usize,
    pub(crate) base_value: usize,
    pub(crate) exchange_rate: Option<usize>,
    pub(crate) auto_fx: Option<usize>,
    pub(crate) fee: Option<usize>,
    pub(crate) total: usize,
    pub(crate) order: Option<usize>,
    /// From the titles; none where each row tells it.
    pub(crate) base_currency: Option<String>,
}

/// Columns of `Account.csv`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AccountColumns {
    pub(crate) date: usize,
    pub(crate) time: usize,
    pub(crate) value_date: usize,
    pub(crate) product: usize,
    pub(crate) isin: usize,
    pub(crate) description: usize,
    /// A currency; the amount is in the column behind it.
    pub(crate) change: usize,
    /// A currency; the balance is in the column behind it.
    pub(crate) balance: usize,
    pub(crate) order: usize,
    /// Rows before the first row of data.
    pub(crate) n_titles: usize,
}

/// What a title means. Order: nl, en, de, fr, es, pt, it, cs, pl.
const TITLES: [(&str, &[&str]); 19] = [
    ("date", &["datum", "date", "fecha", "data"]),
    ("time", &["tijd", "time", "uhrzeit", "heure", "hora", "ora", "cas", "czas"]),
    // cs repeats `Datum`, which `recognise` knows; pl is derived.
    (
        "value date",
        &[
            "valutadatum",
            "value date",
            "date de",
            "date de valeur",
            "fecha valor",
            "data valor",
            "data valore",
            "datum valuty",
            "data waluty",
        ],
    ),
    ("product", &["product", "produkt", "produit", "producto", "produto", "prodotto"]),
    ("isin", &["isin", "code isin", "symbool/isin", "symbol/isin"]),
    // pl is derived.
    (
        "description",
        &[
            "omschrijving",
            "description",
            "beschreibung",
            "descripcion",
            "descricao",
            "descrizione",
            "popis",
            "opis",
        ],
    ),
    // cs and pl are derived.
    (
        "change",
        &[
            "mutatie",
            "change",
            "anderung",
            "mouvements",
            "variacion",
            "mudanca",
            "variazioni",
            "pohyb",
            "zmiana",
        ],
    ),
    // pl is derived.
    ("balance", &["saldo", "balance", "solde", "zustatek"]),
    (
        "order",
        &[
            "order id",
            "order-id",
            "id ordre",
            "id orden",
            "id da ordem",
            "id ordine",
            "id objednavky",
            "id zlecenia",
            "identyfikator zlecenia",
        ],
    ),
    (
        "venue",
        &[
            "uitvoeringsplaats",
            "venue",
            "ausfuhrungsort",
            "lieu d'execution",
            "centro de ejecucion",
            "sede di esecuzione",
            "misto provedeni",
            "miejsce wykonania",
        ],
    ),
    // es writes `Número`; pt `Quantidade`; cs is derived.
    (
        "quantity",
        &[
            "aantal",
            "quantity",
            "anzahl",
            "quantite",
            "numero",
            "quantidade",
            "quantita",
            "pocet",
            "liczba",
        ],
    ),
    (
        "price",
        &["koers", "price", "kurs", "cours", "precio", "precos", "quotazione", "cena", "kurz"],
    ),
    (
        "local value",
        &[
            "lokale waarde",
            "local value",
            "wert in lokalwahrung",
            "montant devise locale",
            "valor local",
            "valore locale",
            "mistni hodnota",
            "wartosc lokalna",
        ],
    ),
    ("value", &["waarde", "value", "wert", "montant", "valor", "valore", "hodnota", "wartosc"]),
    (
        "exchange rate",
        &[
            "wisselkoers",
            "exchange rate",
            "wechselkurs",
            "taux de change",
            "tipo de cambio",
            "taxa de cambio",
            "tasso di cambio",
            "smenny kurz",
            "kurs wymian",
            "kurs wymiany",
        ],
    ),
    (
        "autofx",
        &[
            "autofx kosten",
            "autofx fee",
            "autofx-gebuhr",
            "frais conversion autofx",
            "comision autofx",
            "taxa autofx",
            "commissione autofx",
            "poplatek autofx",
            "oplata autofx",
        ],
    ),
    (
        "fee",
        &[
            "transactiekosten en/of kosten van derden",
            "transaction and/or third party fees",
            "transaction costs",
            "transactiekosten",
            "transaktionsgebuhren und/oder fremdkosten",
            "gebuhr",
            "frais de courtage et/ou de parties",
            "frais de courtage",
            "costes de transaccion y/o externos",
            "costes de transaccion",
            "custos de transacao e/ou taxas de terceiros",
            "custos de transacao",
            "costi di transazione e/o di terze parti",
            "costi di transazione",
            "poplatky za transakce a/nebo poplatky tretich stran",
            "oplata transakcyjna",
            "oplaty transakcyjne i/lub koszty stron trzecich",
        ],
    ),
    ("total", &["totaal", "total", "gesamt", "montant negocie", "totale", "celkem", "razem"]),
    // Of the export of positions, which can't be imported.
    ("closing", &["slotkoers", "closing", "schlusskurs", "cloture", "cierre", "fecho", "chiusura"]),
];

/// A title without the base currency behind it, and that currency.
fn split_currency(title: &str) -> (&str, Option<&str>) {
    match title.rsplit_once(' ') {
        Some((rest, code)) if numbers::currency(code).is_some() => (rest, Some(code)),
        _ => (title, None),
    }
}

fn meaning(title: &str) -> Option<&'static str> {
    let (bare, _) = split_currency(title);
    let (bare, whole) = (folded(bare), folded(title));
    // `Waarde in EUR` is the same as `Waarde EUR`.
    let bare = bare.strip_suffix(" in").unwrap_or(&bare);
    TITLES
        .iter()
        .find(|(_, words)| words.contains(&whole.as_str()))
        .or_else(|| TITLES.iter().find(|(_, words)| words.contains(&bare)))
        .map(|(meaning, _)| *meaning)
}

/// Titles by their meaning, the first of each.
struct Titles<'a> {
    row: &'a Row,
    meanings: Vec<Option<&'static str>>,
}

impl Titles<'_> {
    fn find(&self, wanted: &str) -> Option<usize> {
        self.meanings.iter().position(|meaning| *meaning == Some(wanted))
    }

    fn needed(&self, wanted: &str) -> Result<usize, PluginError> {
        self.find(wanted).ok_or_else(|| {
            bad_data(format!("the column for the {wanted} is missing among the titles"))
                .line(self.row.line)
                .hint("export the file again, and leave the titles as they are")
                .into()
        })
    }
}

/// Recognises a file by its titles; by its rows where it has none.
pub(crate) fn recognise(table: &Table) -> Result<Header, PluginError> {
    let Some(row) = table.rows.first() else { return Err(unknown("nothing")) };
    let titles = Titles { row, meanings: row.fields.iter().map(|title| meaning(title)).collect() };
    if titles.find("closing").is_some() && titles.find("date").is_none() {
        return Err(bad_data("this is DEGIRO's list of positions, which tells no dates and no purchases")
            .line(row.line)
            .hint("export `Transactions.csv` and `Account.csv` instead, from the first day of the account")
            .into());
    }
    if titles.find("quantity").is_some() && titles.find("local value").is_some() {
        return transactions(&titles).map(Header::Transactions);
    }
    if titles.find("description").is_some() && titles.find("balance").is_some() {
        return account(&titles).map(Header::Account);
    }
    if is_account_row(row) {
        return Ok(Header::Account(AccountColumns { n_titles: 0, ..ACCOUNT }));
    }
    Err(unknown(&numbers::clipped(&row.text())))
}

fn unknown(found: &str) -> PluginError {
    bad_data(format!("this is not one of DEGIRO's exports: it begins with `{found}`"))
        .line(1)
        .hint("in DEGIRO choose Inbox, Transactions or Account Statement, and export as CSV")
        .into()
}

/// As all account statements are laid out.
const ACCOUNT: AccountColumns = AccountColumns {
    date: 0,
    time: 1,
    value_date: 2,
    product: 3,
    isin: 4,
    description: 5,
    change: 7,
    balance: 9,
    order: 11,
    n_titles: 1,
};

/// Whether a row without titles can be nothing but one of an account statement.
fn is_account_row(row: &Row) -> bool {
    let is_money = |column: usize| {
        row.field(column).is_empty() && row.field(column + 1).is_empty()
            || numbers::currency(row.field(column)).is_some()
    };
    row.fields.len() == 12
        && [0, 2].iter().all(|column| numbers::iso(row.field(*column)).is_some())
        && row.field(1).contains(':')
        && is_money(7)
        && is_money(9)
}

fn account(titles: &Titles<'_>) -> Result<AccountColumns, PluginError> {
    let date = titles.needed("date")?;
    // Czech titles call the value date `Datum`, too.
    let again = titles.meanings.iter().skip(date + 1).position(|meaning| *meaning == Some("date"));
    let value_date = titles.find("value date").or_else(|| again.map(|place| date + 1 + place));
    Ok(AccountColumns {
        date,
        time: titles.needed("time")?,
        value_date: value_date.unwrap_or(date),
        product: titles.needed("product")?,
        isin: titles.needed("isin")?,
        description: titles.needed("description")?,
        change: titles.needed("change")?,
        balance: titles.needed("balance")?,
        order: titles.find("order").unwrap_or(usize::MAX),
        n_titles: 1,
    })
}

fn transactions(titles: &Titles<'_>) -> Result<TransactionColumns, PluginError> {
    let base_value = titles.needed("value")?;
    let total = titles.needed("total")?;
    let currency = |column: usize| {
        let title = titles.row.field(column);
        split_currency(title).1.map(str::to_owned)
    };
    Ok(TransactionColumns {
        date: titles.needed("date")?,
        time: titles.needed("time")?,
        product: titles.needed("product")?,
        isin: titles.needed("isin")?,
        venue: titles.find("venue"),
        quantity: titles.needed("quantity")?,
        price: titles.needed("price")?,
        local_value: titles.needed("local value")?,
        base_value,
        exchange_rate: titles.find("exchange rate"),
        auto_fx: titles.find("autofx"),
        fee: titles.find("fee"),
        total,
        order: titles.find("order"),
        base_currency: currency(base_value).or_else(|| currency(total)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind of file, base currency, and the place of the value or of the balance.
    fn check(titles: &str, expected: (&str, Option<&str>, usize)) {
        let table = Table::read(titles).unwrap();
        let told = match recognise(&table).unwrap() {
            Header::Transactions(columns) => {
                ("transactions", columns.base_currency, columns.base_value)
            }
            Header::Account(columns) => ("account", None, columns.balance),
        };
        assert_eq!((told.0, told.1.as_deref(), told.2), expected, "{titles}");
    }

    #[test]
    fn transactions_are_recognised_in_nine_languages() {
        for titles in [
            "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,",
            "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde EUR,Wisselkoers,AutoFX Kosten,Transactiekosten en/of kosten van derden EUR,Totaal EUR,Order ID,",
            "Datum,Uhrzeit,Produkt,ISIN,Referenzbörse,Ausführungsort,Anzahl,Kurs,,Wert in Lokalwährung,,Wert EUR,Wechselkurs,AutoFX-Gebühr,Transaktionsgebühren und/oder Fremdkosten,Gesamt EUR,Order-ID,",
            "Date,Heure,Produit,Code ISIN,Place boursière sectionnée,Lieu d'exécution,Quantité,Cours,,Montant devise locale,,Montant EUR,Taux de change,Frais conversion AutoFX,Frais de courtage et/ou de parties,Montant négocié EUR,ID Ordre",
            "Fecha,Hora,Producto,ISIN,Bolsa de referencia,Centro de ejecución,Número,Precio,,Valor local,,Valor EUR,Tipo de cambio,Comisión AutoFX,Costes de transacción y/o externos EUR,Total EUR,ID Orden,",
            "Data,Hora,Produto,ISIN,Bolsa de referência,Bolsa,Quantidade,Preços,,Valor local,,Valor EUR,Taxa de Câmbio,Taxa Autofx,Custos de transação e/ou taxas de terceiros,Total EUR,ID da Ordem,",
            "Data,Ora,Prodotto,ISIN,Borsa di riferimento,Sede di esecuzione,Quantità,Quotazione,,Valore locale,,Valore EUR,Tasso di cambio,Commissione AutoFX,Costi di transazione e/o di terze parti EUR,Totale EUR,ID Ordine,",
            "Datum,Čas,Produkt,ISIN,Referenční burza,Místo provedení,Počet,Cena,,Místní hodnota,,Hodnota EUR,Směnný kurz,Poplatek AutoFX,Poplatky za transakce a/nebo poplatky třetích stran EUR,Celkem EUR,ID objednávky,",
            "Data,Czas,Produkt,ISIN,Giełda referencyjna,Miejsce wykonania,Liczba,Kurs,,Wartość lokalna,,Wartość EUR,Kurs wymiany,Opłata AutoFX,Opłata transakcyjna EUR,Razem EUR,ID zlecenia,",
        ] {
            check(titles, ("transactions", Some("EUR"), 11));
        }
        check(
            "Date,Time,Product,ISIN,Exchange,Quantity,Price,,Local value,,Value CHF,Exchange rate,Transaction costs,Total CHF,Order ID",
            ("transactions", Some("CHF"), 10),
        );
        check(
            "Date,Time,Product,ISIN,Exchange,Quantity,Price,,Local value,,Value,,Exchange rate,Transaction costs,,Total,,Order ID",
            ("transactions", None, 10),
        );
    }

    #[test]
    fn account_statements_are_recognised_in_nine_languages() {
        for titles in [
            "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id",
            "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
            "Datum,Uhrzeit,Valutadatum,Produkt,ISIN,Beschreibung,FX,Änderung,,Saldo,,Order-ID",
            "Date,Heure,Date de,Produit,Code ISIN,Description,FX,Mouvements,,Solde,,ID Ordre",
            "Fecha,Hora,Fecha valor,Producto,ISIN,Descripción,Tipo,Variación,,Saldo,,ID Orden",
            "Data,Hora,Data Valor,Produto,ISIN,Descrição,T.,Mudança,,Saldo,,ID da Ordem",
            "Data,Ora,Data Valore,Prodotto,ISIN,Descrizione,...,Variazioni,,Saldo,,ID Ordine",
            "Datum,Čas,Datum,Produkt,ISIN,Popis,Kurz,Pohyb,,Zůstatek,,ID objednávky",
            "Data,Czas,Data waluty,Produkt,ISIN,Opis,Kurs,Zmiana,,Saldo,,Identyfikator zlecenia",
        ] {
            check(titles, ("account", None, 9));
        }
        check(
            "18-03-2024,08:38,15-03-2024,REALTY INCOME CORP,US7561091049,Dividende,,USD,0.51,USD,0.36,",
            ("account", None, 9),
        );
    }

    #[test]
    fn what_is_no_such_export_is_told_apart() {
        let message =
            |text: &str| format!("{:?}", recognise(&Table::read(text).unwrap()).unwrap_err());
        assert!(
            message("Product,Symbool/ISIN,Aantal,Slotkoers,Lokale waarde,,Waarde in EUR")
                .contains("list of positions")
        );
        assert!(message("a,b,c").contains("not one of DEGIRO's exports"));
        assert!(
            message("Date,Time,Product,ISIN,Venue,Quantity,Price,,Local value,,Value EUR")
                .contains("total")
        );
    }
}
