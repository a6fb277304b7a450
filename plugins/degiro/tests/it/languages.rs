//! What DEGIRO writes in each of its languages, for files that are generated.

/// What one language writes.
pub(crate) struct Language {
    pub(crate) account: &'static str,
    pub(crate) transactions: &'static str,
    /// Deposit, dividend, tax on it, connection fee, transaction fee, conversion in and out, to the bank.
    pub(crate) words: [&'static str; 8],
    /// A purchase and a sale; `{n}`, `{p}` and `{c}` are units, price and currency.
    pub(crate) trades: [&'static str; 2],
    /// What stands before a split.
    pub(crate) split: &'static str,
}

pub(crate) const LANGUAGES: [Language; 9] = [
    Language {
        account: "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
        transactions: "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde EUR,Wisselkoers,AutoFX Kosten,Transactiekosten en/of kosten van derden EUR,Totaal EUR,Order ID,",
        words: [
            "iDEAL storting",
            "Dividend",
            "Dividendbelasting",
            "DEGIRO Aansluitingskosten 2024 (Xetra - XET)",
            "DEGIRO Transactiekosten en/of kosten van derden",
            "Valuta Creditering",
            "Valuta Debitering",
            "Overboeking naar uw geldrekening bij flatexDEGIRO Bank: {} EUR",
        ],
        trades: ["Koop {n} @ {p} {c}", "Verkoop {n} @ {p} {c}"],
        split: "STOCK SPLIT: ",
    },
    Language {
        account: "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id",
        transactions: "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,",
        words: [
            "flatex Deposit",
            "Dividend",
            "Dividend Tax",
            "DEGIRO Exchange Connection Fee 2024",
            "DEGIRO Transaction and/or third party fees",
            "FX Credit",
            "FX Debit",
            "Transfer to your Cash Account at flatexDEGIRO Bank: {} EUR",
        ],
        trades: [
            "Buy {n} Example@{p} {c} (US0378331005)",
            "Sell {n} Example@{p} {c} (US0378331005)",
        ],
        split: "STOCK SPLIT: ",
    },
    Language {
        account: "Datum,Uhrzeit,Valutadatum,Produkt,ISIN,Beschreibung,FX,Änderung,,Saldo,,Order-ID",
        transactions: "Datum,Uhrzeit,Produkt,ISIN,Referenzbörse,Ausführungsort,Anzahl,Kurs,,Wert in Lokalwährung,,Wert EUR,Wechselkurs,AutoFX-Gebühr,Transaktionsgebühren und/oder Fremdkosten,Gesamt EUR,Order-ID,",
        words: [
            "Einzahlung",
            "Dividende",
            "Dividendensteuer",
            "Einrichtung von Handelsmodalitäten 2024 (NASDAQ - NDQ)",
            "Transaktionsgebühr",
            "Währungswechsel (Einbuchung)",
            "Währungswechsel (Ausbuchung)",
            "Überweisung auf Ihr Geldkonto bei der flatex Bank: {} EUR",
        ],
        trades: [
            "Kauf {n} zu je {p} {c} (US0378331005)",
            "Verkauf {n} zu je {p} {c} (US0378331005)",
        ],
        split: "AKTIENSPLIT: ",
    },
    Language {
        account: "Date,Heure,Date de,Produit,Code ISIN,Description,FX,Mouvements,,Solde,,ID Ordre",
        transactions: "Date,Heure,Produit,Code ISIN,Place boursière sectionnée,Lieu d'exécution,Quantité,Cours,,Montant devise locale,,Montant EUR,Taux de change,Frais conversion AutoFX,Frais de courtage et/ou de parties,Montant négocié EUR,ID Ordre,",
        words: [
            "Versement de fonds",
            "Dividende",
            "Impôts sur dividende",
            "Frais de connexion aux places boursières 2024 (- - FX)",
            "Frais DEGIRO de courtage et/ou de parties tierces",
            "Operation de change - Crédit",
            "Opération de change - Débit",
            "Virement vers votre Compte Espèces à la flatexDEGIRO Bank: {} EUR",
        ],
        trades: [
            "Achat {n} Exemple@{p} {c} (US0378331005)",
            "Vente {n} Exemple@{p} {c} (US0378331005)",
        ],
        split: "FRACTIONNEMENT D'ACTIONS: ",
    },
    Language {
        account: "Fecha,Hora,Fecha valor,Producto,ISIN,Descripción,Tipo,Variación,,Saldo,,ID Orden",
        transactions: "Fecha,Hora,Producto,ISIN,Bolsa de referencia,Centro de ejecución,Número,Precio,,Valor local,,Valor EUR,Tipo de cambio,Comisión AutoFX,Costes de transacción y/o externos EUR,Total EUR,ID Orden,",
        words: [
            "Ingreso",
            "Dividendo",
            "Retención del dividendo",
            "Comisión de conectividad con el mercado 2024",
            "Costes de transacción y/o externos de DEGIRO",
            "Ingreso Cambio de Divisa",
            "Retirada Cambio de Divisa",
            "Transferir a su Cuenta de Efectivo en flatexDEGIRO Bank: {} EUR",
        ],
        trades: [
            "Compra {n} Ejemplo@{p} {c} (US0378331005)",
            "Venta {n} Ejemplo@{p} {c} (US0378331005)",
        ],
        split: "STOCK SPLIT: ",
    },
    Language {
        account: "Data,Hora,Data Valor,Produto,ISIN,Descrição,T.,Mudança,,Saldo,,ID da Ordem",
        transactions: "Data,Hora,Produto,ISIN,Bolsa de referência,Bolsa,Quantidade,Preços,,Valor local,,Valor EUR,Taxa de Câmbio,Taxa Autofx,Custos de transação e/ou taxas de terceiros,Total EUR,ID da Ordem,",
        words: [
            "Depósito",
            "Dividendo",
            "Imposto sobre dividendo",
            "Custo de Conectividade DEGIRO 2024 (Tradegate AG - TDG)",
            "Comissões de transação DEGIRO e/ou taxas de terceiros",
            "CrÃ©dito de divisa",
            "Levantamento de divisa",
            "Transferência para a sua Conta Caixa na flatexDEGIRO Bank: {} EUR",
        ],
        trades: [
            "Compra {n} Exemplo@{p} {c} (US0378331005)",
            "Venda {n} Exemplo@{p} {c} (US0378331005)",
        ],
        split: "STOCK SPLIT: ",
    },
    Language {
        account: "Data,Ora,Data Valore,Prodotto,ISIN,Descrizione,Borsa,Variazioni,,Saldo,,ID Ordine",
        transactions: "Data,Ora,Prodotto,ISIN,Borsa di riferimento,Sede di esecuzione,Quantità,Quotazione,,Valore locale,,Valore EUR,Tasso di cambio,Commissione AutoFX,Costi di transazione e/o di terze parti EUR,Totale EUR,ID Ordine,",
        words: [
            "Deposito flatex",
            "Dividendo",
            "Ritenuta sul dividendo",
            "DEGIRO Costi di connessione 2024 (Nasdaq - NDQ)",
            "DEGIRO costi di transazione e/o di terze parti",
            "Credito FX",
            "Prelievo FX",
            "Trasferisci sul tuo conto deposito presso flatexDEGIRO Bank: {} EUR",
        ],
        trades: [
            "Acquisto {n} Esempio@{p} {c} (US0378331005)",
            "Vendita {n} Esempio@{p} {c} (US0378331005)",
        ],
        split: "FRAZIONAMENTO AZIONARIO: ",
    },
    Language {
        account: "Datum,Čas,Datum,Produkt,ISIN,Popis,Kurz,Pohyb,,Zůstatek,,ID objednávky",
        transactions: "Datum,Čas,Produkt,ISIN,Reference exchange,Venue,Počet,Cena,,Hodnota v domácí měně,,Hodnota EUR,Směnný kurz,AutoFX Fee,Transaction and/or third party fees EUR,Celkem EUR,ID objednávky,",
        words: [
            "Vklad",
            "Dividenda",
            "Daň z dividendy",
            "DEGIRO poplatek za Obchodování na zahraničních burzách 2024 (Xetra - XET)",
            "DEGIRO Transaction and/or third party fees",
            "FX vyučtování konverze měny",
            "FX vyučtování konverze měny",
            "Transfer to your Cash Account at flatex Bank: {} EUR",
        ],
        trades: [
            "Nákup {n} Example@{p} {c} (US0378331005)",
            "Prodej {n} Example@{p} {c} (US0378331005)",
        ],
        split: "Stock split: ",
    },
    Language {
        account: "Data,Czas,Data,Produkt,ISIN,Opis,Kurs,Zmiana,,Saldo,,Identyfikator zlecenia",
        transactions: "Data,Czas,Produkt,ISIN,Giełda referencyjna,Miejsce wykonania,Liczba,Kurs,,Wartość lokalna,,Wartość EUR,Kurs wymiany,Opłaty AutoFX,Opłata transakcyjna DEGIRO i/lub opłata stron,Razem EUR,Identyfikator zlecenia,",
        words: [
            "Depozyt",
            "Dywidenda",
            "Podatek Dywidendowy",
            "DEGIRO Exchange Connection Fee 2024",
            "DEGIRO Opłata Transakcyjna i/lub opłata stron trzecich",
            "FX Credit",
            "FX Withdrawal",
            "Transfer to your Cash Account at flatexDEGIRO Bank: {} EUR",
        ],
        trades: [
            "Kupno {n} Example@{p} {c} (US0378331005)",
            "Sprzedaż {n} Example@{p} {c} (US0378331005)",
        ],
        split: "STOCK SPLIT: ",
    },
];
