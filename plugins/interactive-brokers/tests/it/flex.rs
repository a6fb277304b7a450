//! Flex statements for tests.

/// A statement of January 2024 of account `U1`.
pub(crate) fn statement(sections: &str) -> String {
    statement_of(
        "accountId=\"U1\" fromDate=\"20240101\" toDate=\"20240131\" period=\"LastMonth\" whenGenerated=\"20240201;101112\"",
        sections,
    )
}

/// A statement with these attributes.
pub(crate) fn statement_of(attributes: &str, sections: &str) -> String {
    format!(
        "<FlexQueryResponse queryName=\"test\" type=\"AF\">\n<FlexStatements count=\"1\">\n<FlexStatement {attributes}>\n{sections}\n</FlexStatement>\n</FlexStatements>\n</FlexQueryResponse>\n"
    )
}
