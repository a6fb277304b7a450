//! What DEGIRO calls things, in nine languages.
//!
//! To teach the plugin a word, add a line: the text in lower case without accents, and what it means.
//! The first line whose text occurs in a description wins, so the more special stand first. A line
//! marked `derived` wasn't seen in a file, but follows from others in its language.

use stonks_plugin_sdk::{CashKind, FeeKind};

/// What a description says of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Cash(CashKind),
    Fee(FeeKind),
    /// Money that goes to DEGIRO's bank (`true`) or comes from it. The row names the amount in its
    /// text alone: the other side of a sweep that is booked beside it.
    Sweep {
        goes: bool,
    },
    /// Cash that DEGIRO keeps in a money market fund; it counts as cash all the while.
    CashFund,
}

use CashKind::{
    Adjustment, CapitalReturn, Conversion, Deposit, Dividend, Interest, InternalTransfer, Lending,
    Reward, Tax, Withdrawal, WithholdingTax,
};
use Meaning::{Cash, CashFund, Fee, Sweep};

const MEANINGS: &[(&str, Meaning)] = &[
    // Cash kept in a money market fund.
    ("geldmarktfonds umwandlung", CashFund),
    ("geldmarktfonds preisanderung", Cash(Interest)),
    ("geldmarktfonds kompensation", Cash(Interest)),
    ("money market fund conversion", CashFund),
    ("money market fund price change", Cash(Interest)), // derived
    ("money market fund compensation", Cash(Interest)), // derived
    ("conversion fonds monetaires", CashFund),
    ("variation fonds monetaires", Cash(Interest)),
    ("compensation fonds monetaires", Cash(Interest)), // derived
    ("konverze penezniho fondu", CashFund),
    ("zmena ceny penezniho fondu", Cash(Interest)),
    ("conversie geldmarktfonds", CashFund), // derived
    ("geldmarktfonds conversie", CashFund), // derived
    ("koersverandering geldmarktfonds", Cash(Interest)), // derived
    ("geldmarktfonds koersverandering", Cash(Interest)), // derived
    ("compensatie geldmarktfonds", Cash(Interest)), // derived
    ("conversion fondos del mercado monetario", CashFund), // derived
    ("conversion de fondos monetarios", CashFund), // derived
    ("conversao fundo monetario", CashFund), // derived
    ("conversione fondi monetari", CashFund), // derived
    ("konwersja funduszu pienieznego", CashFund), // derived
    // Sweeps to and from DEGIRO's bank.
    ("degiro cash sweep transfer", Cash(InternalTransfer)),
    ("flatex cash sweep", Cash(InternalTransfer)), // derived
    ("overboeking naar uw geldrekening", Sweep { goes: true }),
    ("overboeking van uw geldrekening", Sweep { goes: false }),
    ("transfer to your cash account", Sweep { goes: true }),
    ("transfer from your cash account", Sweep { goes: false }),
    ("uberweisung auf ihr geldkonto", Sweep { goes: true }),
    ("uberweisung von ihrem geldkonto", Sweep { goes: false }), // derived
    ("auszahlung von ihrem geldkonto", Sweep { goes: false }),
    ("virement vers votre compte especes", Sweep { goes: true }),
    ("virement depuis votre compte especes", Sweep { goes: false }),
    ("transferir a su cuenta de efectivo", Sweep { goes: true }), // derived
    ("transferir desde su cuenta de efectivo", Sweep { goes: false }), // derived
    ("transferencia a su cuenta de efectivo", Sweep { goes: true }), // derived
    ("transferencia desde su cuenta de efectivo", Sweep { goes: false }), // derived
    ("transferencia para a sua conta caixa", Sweep { goes: true }), // derived
    ("transferencia da sua conta caixa", Sweep { goes: false }),  // derived
    ("trasferimento sul tuo conto", Sweep { goes: true }),        // derived
    ("trasferimento dal tuo conto", Sweep { goes: false }),       // derived
    ("prevod na vas penezni ucet", Sweep { goes: true }),         // derived
    ("prevod z vaseho penezniho uctu", Sweep { goes: false }),    // derived
    ("przelew na twoj rachunek pieniezny", Sweep { goes: true }), // derived
    ("przelew z twojego rachunku pienieznego", Sweep { goes: false }), // derived
    // A deposit is reserved first, and booked when it arrives.
    ("reservation ideal", Cash(InternalTransfer)),
    ("reservierung", Cash(InternalTransfer)), // derived
    // Costs of paying in.
    ("sofort zahlungsgebuhr", Fee(FeeKind::Payment)),
    ("ideal betalingskosten", Fee(FeeKind::Payment)), // derived
    // Costs of a trade.
    ("transactiekosten", Fee(FeeKind::Transaction)),
    ("transaction and/or third party fee", Fee(FeeKind::Transaction)),
    ("degiro transaction fee", Fee(FeeKind::Transaction)),
    ("transaktionsgebuhr", Fee(FeeKind::Transaction)),
    ("fremdkosten", Fee(FeeKind::Transaction)),
    ("gebuhr fur ausubung", Fee(FeeKind::Transaction)),
    ("frais degiro de courtage", Fee(FeeKind::Transaction)),
    ("frais de courtage", Fee(FeeKind::Transaction)), // derived
    ("costes de transaccion", Fee(FeeKind::Transaction)),
    ("comisiones de transaccion", Fee(FeeKind::Transaction)), // derived
    ("comissoes de transacao", Fee(FeeKind::Transaction)),
    ("custos de transacao", Fee(FeeKind::Transaction)), // derived
    ("costi di transazione", Fee(FeeKind::Transaction)),
    ("commissioni di transazione", Fee(FeeKind::Transaction)), // derived
    ("transakcni poplatek", Fee(FeeKind::Transaction)),        // derived
    ("poplatky za transakce", Fee(FeeKind::Transaction)),      // derived
    ("oplata transakcyjna", Fee(FeeKind::Transaction)),
    ("oplaty transakcyjne", Fee(FeeKind::Transaction)), // derived
    ("autofx", Fee(FeeKind::Conversion)),               // derived
    // Taxes on trades.
    ("transactiebelasting", Fee(FeeKind::TransactionTax)),
    ("beurstaks", Fee(FeeKind::TransactionTax)), // derived
    ("transaction tax", Fee(FeeKind::TransactionTax)),
    ("transaktionssteuer", Fee(FeeKind::TransactionTax)),
    ("stamp duty", Fee(FeeKind::TransactionTax)), // derived
    ("taxe sur les transactions", Fee(FeeKind::TransactionTax)), // derived
    ("impuesto sobre transacciones", Fee(FeeKind::TransactionTax)), // derived
    ("impuesto de transaccion", Fee(FeeKind::TransactionTax)), // derived
    ("imposto de transacao", Fee(FeeKind::TransactionTax)), // derived
    ("imposta sulle transazioni", Fee(FeeKind::TransactionTax)), // derived
    ("dan z transakci", Fee(FeeKind::TransactionTax)), // derived
    ("podatek od transakcji", Fee(FeeKind::TransactionTax)), // derived
    // The right to trade on an exchange for a year.
    ("aansluitingskosten", Fee(FeeKind::Connection)),
    ("exchange connection fee", Fee(FeeKind::Connection)),
    ("connectivity fee", Fee(FeeKind::Connection)), // derived
    ("einrichtung von handelsmodalitaten", Fee(FeeKind::Connection)),
    ("einrichtung von", Fee(FeeKind::Connection)),
    ("frais de connexion", Fee(FeeKind::Connection)),
    ("costes de conectividad", Fee(FeeKind::Connection)), // derived
    ("comision de conectividad", Fee(FeeKind::Connection)), // derived
    ("custo de conectividade", Fee(FeeKind::Connection)),
    ("costi di connessione", Fee(FeeKind::Connection)), // derived
    ("costi di connettivita", Fee(FeeKind::Connection)), // derived
    ("poplatek za obchodovani na zahranicnich burzach", Fee(FeeKind::Connection)),
    ("oplata za podlaczenie", Fee(FeeKind::Connection)), // derived
    // Other costs.
    ("adr/gdr", Fee(FeeKind::DepositaryReceipt)),
    ("corporate action kosten", Fee(FeeKind::CorporateAction)),
    ("corporate action fee", Fee(FeeKind::CorporateAction)), // derived
    ("kapitalmassnahme gebuhr", Fee(FeeKind::CorporateAction)), // derived
    ("dividendverwerking", Fee(FeeKind::CorporateAction)),   // derived
    ("realtime koersen", Fee(FeeKind::MarketData)),          // derived
    ("market data", Fee(FeeKind::MarketData)),               // derived
    ("debetrente", Cash(Interest)),                          // derived
    // Taxes on dividends, before dividends, whose word they hold.
    ("dividendbelasting", Cash(WithholdingTax)),
    ("dividend tax", Cash(WithholdingTax)),
    ("dividendensteuer", Cash(WithholdingTax)),
    ("impots sur dividende", Cash(WithholdingTax)),
    ("impot sur dividende", Cash(WithholdingTax)), // derived
    ("retencion del dividendo", Cash(WithholdingTax)), // derived
    ("impuesto sobre dividendo", Cash(WithholdingTax)), // derived
    ("imposto sobre dividendo", Cash(WithholdingTax)),
    ("ritenuta sul dividendo", Cash(WithholdingTax)), // derived
    ("ritenuta sui dividendi", Cash(WithholdingTax)), // derived
    ("tassa sui dividendi", Cash(WithholdingTax)),    // derived
    ("dan z dividend", Cash(WithholdingTax)),         // derived
    ("dividendova dan", Cash(WithholdingTax)),        // derived
    ("podatek od dywidendy", Cash(WithholdingTax)),   // derived
    // Money from what is held.
    ("kapitalruckzahlung", Cash(CapitalReturn)),
    ("barausgleich kapitalmassnahme", Cash(CapitalReturn)),
    ("vermogenswinst", Cash(Dividend)),
    ("capital return", Cash(CapitalReturn)),    // derived
    ("return of capital", Cash(CapitalReturn)), // derived
    ("kapitaaluitkering", Cash(CapitalReturn)), // derived
    ("terugbetaling kapitaal", Cash(CapitalReturn)), // derived
    ("remboursement de capital", Cash(CapitalReturn)),
    ("devolucion de capital", Cash(CapitalReturn)), // derived
    ("reembolso de capital", Cash(CapitalReturn)),  // derived
    ("rimborso di capitale", Cash(CapitalReturn)),  // derived
    ("vraceni kapitalu", Cash(CapitalReturn)),      // derived
    ("zwrot kapitalu", Cash(CapitalReturn)),        // derived
    ("dividend", Cash(Dividend)),
    ("dywidenda", Cash(Dividend)), // derived
    ("coupon", Cash(Interest)),    // derived
    ("meegekochte rente", Cash(Interest)),
    ("stuckzinsen", Cash(Interest)),       // derived
    ("accrued interest", Cash(Interest)),  // derived
    ("securities lending", Cash(Lending)), // derived
    // Interest on cash.
    ("interest", Cash(Interest)),
    ("rente", Cash(Interest)), // derived
    ("zinsen", Cash(Interest)),
    ("interets", Cash(Interest)),  // derived
    ("intereses", Cash(Interest)), // derived
    ("juros", Cash(Interest)),     // derived
    ("interessi", Cash(Interest)), // derived
    ("urok", Cash(Interest)),      // derived
    ("odsetki", Cash(Interest)),   // derived
    // Currency conversion.
    ("valuta creditering", Cash(Conversion)),
    ("valuta debitering", Cash(Conversion)),
    ("fx credit", Cash(Conversion)),
    ("fx debit", Cash(Conversion)),
    ("wahrungswechsel", Cash(Conversion)),
    ("operation de change", Cash(Conversion)),
    ("cambio de divisa", Cash(Conversion)),
    ("credito de divisa", Cash(Conversion)),
    ("levantamento de divisa", Cash(Conversion)),
    ("debito de divisa", Cash(Conversion)), // derived
    ("credito fx", Cash(Conversion)),
    ("prelievo fx", Cash(Conversion)),
    ("fx vyuctovani konverze meny", Cash(Conversion)),
    ("wymiana walut", Cash(Conversion)), // derived
    ("fx withdrawal", Cash(Conversion)), // derived
    // Gifts and compensations.
    ("degiro courtesy", Cash(Reward)),
    ("gutschrift fur die neukundenaktion", Cash(Reward)),
    ("neukundenaktion", Cash(Reward)),
    ("promotion", Cash(Reward)),      // derived
    ("compensation", Cash(Reward)),   // derived
    ("compensatie", Cash(Reward)),    // derived
    ("kompensation", Cash(Reward)),   // derived
    ("correction", Cash(Adjustment)), // derived
    ("correctie", Cash(Adjustment)),  // derived
    ("korrektur", Cash(Adjustment)),  // derived
    // Money that leaves: what was asked for, what was booked, and what was taken back, all signed, so
    // that their sum is what left, wherever an export begins or ends.
    ("processed flatex withdrawal", Cash(Withdrawal)),
    ("terugstorting", Cash(Withdrawal)),
    ("auszahlung", Cash(Withdrawal)),
    ("withdrawal", Cash(Withdrawal)),
    ("retrait", Cash(Withdrawal)), // derived
    ("virement vers votre compte bancaire", Cash(Withdrawal)), // derived
    ("retirada", Cash(Withdrawal)), // derived
    ("levantamento", Cash(Withdrawal)), // derived
    ("prelievo", Cash(Withdrawal)), // derived
    ("vyber", Cash(Withdrawal)),   // derived
    ("wyplata", Cash(Withdrawal)), // derived
    // Money that comes.
    ("ideal deposit", Cash(Deposit)),
    ("ideal storting", Cash(Deposit)),
    ("storting", Cash(Deposit)),
    ("einzahlung", Cash(Deposit)),
    ("deposit", Cash(Deposit)),
    ("versement de fonds", Cash(Deposit)),
    ("versement", Cash(Deposit)), // derived
    ("depot", Cash(Deposit)),     // derived
    ("ingreso", Cash(Deposit)),
    ("versamento", Cash(Deposit)), // derived
    ("vklad", Cash(Deposit)),
    ("wplata", Cash(Deposit)),  // derived
    ("depozyt", Cash(Deposit)), // derived
    // What the state takes from the account.
    ("bronbelasting", Cash(WithholdingTax)), // derived
    ("quellensteuer", Cash(WithholdingTax)), // derived
    ("belasting", Cash(Tax)),                // derived
    ("steuer", Cash(Tax)),                   // derived
];

/// What a description in the form of [`crate::words::folded`] means.
pub(crate) fn meaning(folded: &str) -> Option<Meaning> {
    MEANINGS.iter().find(|(words, _)| folded.contains(words)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::folded;

    #[test]
    fn the_more_special_words_win() {
        for (text, expected) in [
            ("Dividendbelasting", Cash(WithholdingTax)),
            ("Dividend", Cash(Dividend)),
            ("Transactiebelasting", Fee(FeeKind::TransactionTax)),
            ("DEGIRO Transactiekosten en/of kosten van derden", Fee(FeeKind::Transaction)),
            ("Retirada Cambio de Divisa", Cash(Conversion)),
            ("Levantamento de divisa", Cash(Conversion)),
            ("CrÃ©dito de divisa", Cash(Conversion)),
            ("flatex terugstorting", Cash(Withdrawal)),
            ("flatex Storting", Cash(Deposit)),
            ("Auszahlung von Ihrem Geldkonto bei der flatex Bank: 5 EUR", Sweep { goes: false }),
            ("Auszahlung", Cash(Withdrawal)),
            ("Flatex Interest Income", Cash(Interest)),
            ("Variation Fonds Monétaires (EUR)", Cash(Interest)),
            ("ADR/GDR Weitergabegebühr", Fee(FeeKind::DepositaryReceipt)),
            ("Französische Transaktionssteuer", Fee(FeeKind::TransactionTax)),
            ("FX vyučtování konverze měny", Cash(Conversion)),
            (
                "DEGIRO poplatek za Obchodování na zahraničních burzách 2023 (Xetra - XET)",
                Fee(FeeKind::Connection),
            ),
        ] {
            assert_eq!(meaning(&folded(text)), Some(expected), "{text}");
        }
        assert_eq!(meaning("onbekende actie die niemand kent"), None);
    }

    #[test]
    fn no_line_is_hidden_by_an_earlier_one() {
        for (place, (words, _)) in MEANINGS.iter().enumerate() {
            let first = MEANINGS.iter().position(|(earlier, _)| words.contains(earlier));
            assert_eq!(first, Some(place), "`{words}` is hidden");
            assert_eq!(&folded(words), words, "`{words}` is not in the form that is compared");
        }
    }
}
