//! The demo's third broker, which has no plugin yet: coins, in a spreadsheet.

use std::fmt::Write;

use rust_decimal::Decimal;

use super::market::Market;

/// A file for the plugin `generic-csv`.
pub(super) fn file(market: &Market) -> String {
    let mut file = "date,kind,symbol,name,class,quantity,price,currency,amount,fee\n".to_owned();
    for (month, date) in market.month_days(20) {
        // Writing to a string can't fail.
        if month.is_multiple_of(3) {
            let _ =
                writeln!(file, "{date},deposit,,,,,,EUR,{},", if month == 0 { 2_000 } else { 400 });
            let (bitcoin, ether) = (market.price("BTC", date), market.price("ETH", date));
            let units = |euros: i64, price: Decimal| (Decimal::from(euros) / price).round_dp(6);
            let euros = if month == 0 { 1_100 } else { 220 };
            let quantity = units(euros, bitcoin);
            let _ = writeln!(
                file,
                "{date},buy,BTC,Bitcoin,crypto,{quantity},{bitcoin},EUR,,{}",
                fee(euros)
            );
            let euros = if month == 0 { 700 } else { 130 };
            let quantity = units(euros, ether);
            let _ = writeln!(
                file,
                "{date},buy,ETH,Ethereum,crypto,{quantity},{ether},EUR,,{}",
                fee(euros)
            );
        }
        if month % 2 == 1 {
            let _ = writeln!(file, "{date},reward,ETH,Ethereum,crypto,0.0012,,,,");
        }
        if month == 25 {
            let price = market.price("BTC", date);
            let _ = writeln!(file, "{date},sell,BTC,Bitcoin,crypto,0.008,{price},EUR,,1.10");
        }
    }
    file
}

/// A quarter of a per cent.
fn fee(euros: i64) -> Decimal {
    Decimal::new(euros * 25, 4)
}
