//! Telling a Flex statement from all else that comes as XML.

use quick_xml::Reader;
use quick_xml::events::Event;
use stonks_plugin_sdk::{Refusal, bad_data};

use crate::row::{Row, shown};

const HINT: &str = "export an Activity Flex Query as XML: Performance & Reports, Flex Queries";

/// Accepts the outermost element of a Flex statement.
pub(crate) fn root(root: &Row<'_>, text: &str) -> Result<(), Refusal> {
    match root.name {
        "FlexQueryResponse" => Ok(()),
        "FlexStatementResponse" => Err(response(text)),
        name if name.eq_ignore_ascii_case("html") => Err(web_page()),
        name => Err(unknown(name, root.line)),
    }
}

/// A web page is recognised before it is read as XML, which it seldom is.
pub(crate) fn is_web_page(text: &str) -> bool {
    let start: String =
        text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

pub(crate) fn web_page() -> Refusal {
    bad_data("this is a web page, not a Flex statement")
        .line(1)
        .hint("log in at Interactive Brokers, run the Flex Query, and save the file that it offers")
}

pub(crate) fn unknown(name: &str, line: u32) -> Refusal {
    bad_data(format!(
        "this is no Flex statement of Interactive Brokers: it holds `{}` where `FlexQueryResponse` and `FlexStatement` are expected",
        shown(name)
    ))
    .line(line)
    .hint(HINT)
}

pub(crate) fn no_statement() -> Refusal {
    bad_data("the Flex response holds no statement").hint(HINT)
}

/// What the Flex web service answers in place of a statement: an error, or a reference to it.
fn response(text: &str) -> Refusal {
    let told = |name| element(text, name).unwrap_or_default();
    let (message, code) = (told("ErrorMessage"), told("ErrorCode"));
    if message.is_empty() {
        return bad_data(
            "this is the answer to a request for a statement, not the statement itself",
        )
        .hint("fetch the statement with the reference code that it names");
    }
    let code = if code.is_empty() { code } else { format!(" (code {})", shown(&code)) };
    bad_data(format!(
        "Interactive Brokers sent no statement but the message `{}`{code}",
        message.chars().filter(|c| !c.is_control()).take(200).collect::<String>()
    ))
    .hint("run the Flex Query again a few minutes later")
}

/// The text of the first element of this name.
fn element(text: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut is_inside = false;
    let mut told = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => is_inside = start.name().as_ref() == name,
            Event::Text(part) if is_inside => told.push_str(&part.into_inner()),
            Event::End(_) if is_inside => return Some(told.trim().to_owned()),
            Event::Eof => return None,
            _ => {}
        }
    }
}
