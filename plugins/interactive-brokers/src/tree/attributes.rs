//! The attributes of one element, their entities resolved.

use std::borrow::Cow;

use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attributes;

use crate::row::shown;

/// Names and values in the text behind an element's name.
///
/// # Errors
/// What is wrong with them.
pub(super) fn attributes(text: &str) -> Result<Vec<(&str, Cow<'_, str>)>, String> {
    // Flex rows have some eighty attributes.
    let mut told = Vec::with_capacity(80);
    let mut all = Attributes::new(text, 0);
    // Looking for twins is quadratic; the first one counts.
    all.with_checks(false);
    for attribute in all {
        let attribute =
            attribute.map_err(|_| "an attribute is not of the form `name=\"value\"`".to_owned())?;
        let name = attribute.key.into_inner();
        let value = match attribute.value {
            Cow::Borrowed(raw) if raw.contains('&') => unescape(raw).map_err(|_| {
                let entity = raw.find('&').map_or("", |at| &raw[at..]);
                let end = entity.find(';').map_or(entity.len(), |end| end + 1);
                format!("`{}` holds the unknown entity `{}`", shown(name), shown(&entity[..end]))
            })?,
            value => value,
        };
        // Tabs and line ends in a value are spaces to XML; no other control character has a place there.
        let value = if value.bytes().any(|byte| byte.is_ascii_control()) {
            Cow::Owned(value.replace(char::is_control, " "))
        } else {
            value
        };
        told.push((name, value));
    }
    Ok(told)
}
