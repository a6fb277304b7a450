//! Which of DEGIRO's exports a file is, and where its columns are.

mod titles;

use std::ops::Range;

use stonks_plugin_sdk::{PluginError, bad_data};

use crate::numbers::clipped;
use crate::stamp::{Day, Time};
use crate::table::{Join, Row};
use titles::{Title, meaning, name, quoted, split_currency};

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
    pub(crate) value: Option<usize>,
    pub(crate) exchange_rate: Option<usize>,
    pub(crate) auto_fx: Option<usize>,
    pub(crate) fee: Option<usize>,
    pub(crate) total: usize,
    /// The column of the order and those without titles behind it, in one of which its number stands.
    pub(crate) order: Option<Range<usize>>,
    /// From the titles; none where each amount has its currency in the column behind it.
    pub(crate) base_currency: Option<String>,
    pub(crate) has_points: bool,
}

/// Columns of `Account.csv`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AccountColumns {
    pub(crate) date: usize,
    pub(crate) time: usize,
    pub(crate) value_date: Option<usize>,
    pub(crate) product: usize,
    pub(crate) isin: usize,
    pub(crate) description: usize,
    /// This column and the one behind it: a currency and an amount.
    pub(crate) change: usize,
    /// This column and the one behind it: a currency and an amount.
    pub(crate) balance: usize,
    pub(crate) order: Option<usize>,
    /// Rows before the first row of data.
    pub(crate) n_titles: usize,
    /// Whether the language of the titles writes `1.50`, which only English does.
    pub(crate) has_points: bool,
}

impl TransactionColumns {
    /// How many fields a row has at least.
    pub(crate) fn n_needed(&self) -> usize {
        [self.date, self.time, self.product, self.isin, self.quantity, self.price + 1]
            .into_iter()
            .chain([self.local_value + 1, self.total])
            .max()
            .map_or(0, |last| last + 1)
    }

    pub(crate) fn joins(&self) -> Vec<(usize, Join)> {
        let words = self.order.iter().map(|columns| (columns.start, Join::Word));
        let texts = [Some(self.product), self.venue].into_iter().flatten();
        texts.map(|column| (column, Join::Text)).chain(words).collect()
    }
}

impl AccountColumns {
    /// How many fields a row has at least.
    pub(crate) fn n_needed(&self) -> usize {
        [self.date, self.time, self.product, self.isin, self.description]
            .into_iter()
            .chain([self.change + 1, self.balance + 1])
            .max()
            .map_or(0, |last| last + 1)
    }

    pub(crate) fn joins(&self) -> Vec<(usize, Join)> {
        let words = self.order.into_iter().map(|column| (column, Join::Word));
        let texts = [self.product, self.description].map(|column| (column, Join::Text));
        texts.into_iter().chain(words).collect()
    }
}

/// Titles by their meaning, the first of each.
struct Titles<'a> {
    row: &'a Row,
    meanings: Vec<Option<Title>>,
}

impl Titles<'_> {
    fn find(&self, wanted: Title) -> Option<usize> {
        self.meanings.iter().position(|meaning| *meaning == Some(wanted))
    }

    fn has(&self, all: &[Title]) -> bool {
        all.iter().all(|title| self.find(*title).is_some())
    }

    fn needed(&self, wanted: Title) -> Result<usize, PluginError> {
        self.find(wanted).ok_or_else(|| {
            let message = format!("the column of the {} is missing", name(wanted));
            bad_data(message).line(self.row.line).hint(LEAVE_COLUMNS).into()
        })
    }

    /// A column that has its currency or amount in the column behind it, which has no title.
    fn needed_pair(&self, wanted: Title) -> Result<usize, PluginError> {
        let place = self.needed(wanted)?;
        if self.meanings.get(place + 1).copied().flatten().is_none() {
            return Ok(place);
        }
        let message = format!("the column behind {} is missing", quoted(self.row.field(place)));
        Err(self.row.refuse(place + 1, message).hint(LEAVE_COLUMNS).into())
    }
}

const LEAVE_COLUMNS: &str = "export the file again, and leave its columns as they are";

/// Recognises a file by its titles; by its rows where it has none.
pub(crate) fn recognise(first: &Row) -> Result<Header, PluginError> {
    let titles = Titles { row: first, meanings: first.fields().map(meaning).collect() };
    let has_date = titles.find(Title::Date).is_some();
    if !has_date && titles.has(&[Title::Product, Title::Isin, Title::Quantity]) {
        return Err(bad_data(
            "this is DEGIRO's list of positions, which tells neither dates nor what was paid",
        )
        .line(first.line)
        .hint("export `Transactions.csv` and `Account.csv` instead, from the day the account was opened")
        .into());
    }
    let is_account = titles.has(&[Title::Description, Title::Balance])
        || titles.has(&[Title::Description, Title::Change]);
    if is_account {
        return account(&titles).map(Header::Account);
    }
    if titles.has(&[Title::Quantity, Title::Price])
        && (has_date || titles.find(Title::LocalValue).is_some())
    {
        return transactions(&titles).map(Header::Transactions);
    }
    if is_account_row(first) {
        return Ok(Header::Account(WITHOUT_TITLES));
    }
    let known = titles.meanings.iter().flatten().count();
    let message = if known > 4 {
        "this export of DEGIRO's is neither its transactions nor its account statement".to_owned()
    } else {
        format!("this is not one of DEGIRO's exports: it begins with `{}`", clipped(&first.text()))
    };
    Err(bad_data(message)
        .line(first.line)
        .hint("on DEGIRO's site choose Activity, then Transactions or Account statement, and export as CSV")
        .into())
}

/// As all account statements are laid out.
const WITHOUT_TITLES: AccountColumns = AccountColumns {
    date: 0,
    time: 1,
    value_date: Some(2),
    product: 3,
    isin: 4,
    description: 5,
    change: 7,
    balance: 9,
    order: Some(11),
    n_titles: 0,
    has_points: false,
};

/// Whether a row without titles can be nothing but one of an account statement.
fn is_account_row(row: &Row) -> bool {
    let is_money = |column: usize| {
        let code = row.field(column);
        row.field(column + 1).is_empty() && code.is_empty()
            || code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    row.len() == 12
        && [0, 2].iter().all(|column| Day::read(row.field(*column)).is_some())
        && Time::read(row.field(1)).is_some()
        && is_money(7)
        && is_money(9)
}

fn account(titles: &Titles<'_>) -> Result<AccountColumns, PluginError> {
    let date = titles.needed(Title::Date)?;
    // In Czech and Polish both dates have the same title.
    let again = titles.meanings.iter().rposition(|meaning| *meaning == Some(Title::Date));
    let change = titles.needed_pair(Title::Change)?;
    Ok(AccountColumns {
        date,
        time: titles.needed(Title::Time)?,
        value_date: titles.find(Title::ValueDate).or(again.filter(|place| *place != date)),
        product: titles.needed(Title::Product)?,
        isin: titles.needed(Title::Isin)?,
        description: titles.needed(Title::Description)?,
        change,
        balance: titles.needed_pair(Title::Balance)?,
        order: titles.find(Title::Order),
        n_titles: 1,
        has_points: titles.row.field(change).eq_ignore_ascii_case("change"),
    })
}

fn transactions(titles: &Titles<'_>) -> Result<TransactionColumns, PluginError> {
    let total = titles.needed(Title::Total)?;
    let value = titles.find(Title::Value);
    let currency = |column: usize| split_currency(titles.row.field(column)).1.map(str::to_owned);
    let quantity = titles.needed(Title::Quantity)?;
    Ok(TransactionColumns {
        date: titles.needed(Title::Date)?,
        time: titles.needed(Title::Time)?,
        product: titles.needed(Title::Product)?,
        isin: titles.needed(Title::Isin)?,
        venue: titles.find(Title::Venue).or_else(|| titles.find(Title::Exchange)),
        quantity,
        price: titles.needed_pair(Title::Price)?,
        local_value: titles.needed_pair(Title::LocalValue)?,
        value,
        exchange_rate: titles.find(Title::ExchangeRate),
        auto_fx: titles.find(Title::AutoFx),
        fee: titles.find(Title::Fee),
        total,
        order: titles.find(Title::Order).map(|place| {
            let next = titles.row.fields().skip(place + 1).position(|title| !title.is_empty());
            place..next.map_or(usize::MAX, |n_free| place + 1 + n_free)
        }),
        base_currency: currency(total).or_else(|| value.and_then(currency)),
        has_points: titles.row.field(quantity).eq_ignore_ascii_case("quantity"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind of file, base currency, and the place of the total or of the balance.
    fn check(titles: &str, expected: (&str, Option<&str>, usize)) {
        let rows = crate::table::read(titles).unwrap();
        let told = match recognise(&rows[0]).unwrap() {
            Header::Transactions(columns) => ("transactions", columns.base_currency, columns.total),
            Header::Account(columns) => ("account", None, columns.balance),
        };
        assert_eq!((told.0, told.1.as_deref(), told.2), expected, "{titles}");
    }

    fn refused(titles: &str) -> String {
        let rows = crate::table::read(titles).unwrap();
        stonks_plugin_sdk::testing::tell_error(&recognise(&rows[0]).unwrap_err())
    }

    #[test]
    fn transactions_are_recognised_in_nine_languages() {
        for titles in [
            "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde EUR,Wisselkoers,AutoFX Kosten,Transactiekosten en/of kosten van derden EUR,Totaal EUR,Order ID,",
            "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,",
            "Datum,Uhrzeit,Produkt,ISIN,Referenzbörse,Ausführungsort,Anzahl,Kurs,,Wert in Lokalwährung,,Wert EUR,Wechselkurs,AutoFX-Gebühr,Transaktionsgebühren und/oder Fremdkosten,Gesamt EUR,Order-ID,",
            "Date,Heure,Produit,Code ISIN,Place boursière sectionnée,Lieu d'exécution,Quantité,Cours,,Montant devise locale,,Montant EUR,Taux de change,Frais conversion AutoFX,Frais de courtage et/ou de parties,Montant négocié EUR,ID Ordre",
            "Fecha,Hora,Producto,ISIN,Bolsa de referencia,Centro de ejecución,Número,Precio,,Valor local,,Valor EUR,Tipo de cambio,Comisión AutoFX,Costes de transacción y/o externos EUR,Total EUR,ID Orden,",
            "Data,Hora,Produto,ISIN,Bolsa de referência,Bolsa,Quantidade,Preços,,Valor local,,Valor EUR,Taxa de Câmbio,Taxa Autofx,Custos de transação e/ou taxas de terceiros,Total EUR,ID da Ordem,",
            "Data,Ora,Prodotto,ISIN,Borsa di riferimento,Sede di esecuzione,Quantità,Quotazione,,Valore locale,,Valore EUR,Tasso di cambio,Commissione AutoFX,Costi di transazione e/o di terze parti EUR,Totale EUR,ID Ordine,",
            "Datum,Čas,Produkt,ISIN,Reference exchange,Venue,Počet,Cena,,Hodnota v domácí měně,,Hodnota EUR,Směnný kurz,AutoFX Fee,Transaction and/or third party fees EUR,Celkem EUR,ID objednávky",
            "Data,Czas,Produkt,ISIN,Giełda referencyjna,Miejsce wykonania,Liczba,Kurs,,Wartość lokalna,,Wartość EUR,Kurs wymiany,Opłaty AutoFX,Opłata transakcyjna DEGIRO i/lub opłata stron,Razem EUR,,Identyfikator zlecenia",
        ] {
            check(titles, ("transactions", Some("EUR"), 15));
        }
    }

    #[test]
    fn transactions_of_other_years_are_recognised() {
        check(
            "Date,Time,Product,ISIN,Exchange,Quantity,Price,,Local value,,Value CHF,Exchange rate,Transaction costs,Total CHF,Order ID",
            ("transactions", Some("CHF"), 13),
        );
        check(
            "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde,,Wisselkoers,Transactiekosten en/of,,Totaal,,Order ID",
            ("transactions", None, 16),
        );
    }

    #[test]
    fn account_statements_are_recognised_in_nine_languages() {
        for titles in [
            "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
            "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id",
            "Datum,Uhrzeit,Valutadatum,Produkt,ISIN,Beschreibung,FX,Änderung,,Saldo,,Order-ID",
            "Date,Heure,Date de,Produit,Code ISIN,Description,FX,Mouvements,,Solde,,ID Ordre",
            "Fecha,Hora,Fecha valor,Producto,ISIN,Descripción,Tipo,Variación,,Saldo,,ID Orden",
            "Data,Hora,Data Valor,Produto,ISIN,Descrição,T.,Mudança,,Saldo,,ID da Ordem",
            "Data,Ora,Data Valore,Prodotto,ISIN,Descrizione,...,Variazioni,,Saldo,,ID Ordine",
            "Datum,Čas,Datum,Produkt,ISIN,Popis,Kurz,Pohyb,,Zůstatek,,ID objednávky",
            "Data,Czas,Data,Produkt,ISIN,Opis,Kurs,Zmiana,,Saldo,,Identyfikator zlecenia",
        ] {
            check(titles, ("account", None, 9));
        }
    }

    #[test]
    fn an_account_statement_without_titles_is_known_by_its_dates() {
        let row = "18-03-2024,08:38,15-03-2024,REALTY INCOME CORP,US7561091049,Dividende,,USD,0.51,USD,0.36,";
        check(row, ("account", None, 9));
        assert!(refused(&row.replace("15-03", "35-03")).contains("not one of DEGIRO's exports"));
    }

    #[test]
    fn what_is_no_such_export_is_told_apart() {
        for titles in [
            "Product,Symbool/ISIN,Aantal,Slotkoers,Lokale waarde,,Waarde in EUR",
            "Produkt,Symbol/ISIN,Anzahl,Schlusskurs,Wert,,Wert in EUR",
        ] {
            assert!(refused(titles).contains("list of positions"), "{titles}");
        }
        assert!(refused("a,b,c").contains("it begins with `a,b,c`"));
        assert!(
            refused("Date,Time,Product,ISIN,Quantity,Price,,Local value,,Value EUR")
                .contains("column of the total")
        );
        assert!(
            refused("Date,Time,Product,ISIN,Description,FX,Change,Balance,,Order Id")
                .contains("column behind `Change`")
        );
    }
}
