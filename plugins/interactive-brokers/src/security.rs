//! Financial instrument information: details of instruments that other sections name.

use stonks_plugin_sdk::Refusal;

use crate::row::Row;
use crate::survey::Statement;
use crate::teller::Teller;

/// Tells the instrument.
pub(crate) fn tell(
    teller: &mut Teller,
    row: &Row<'_>,
    statement: &Statement,
) -> Result<(), Refusal> {
    if teller.instrument(row).is_none() {
        teller.note(row, statement, "the details do not say of which instrument they are");
    }
    Ok(())
}
