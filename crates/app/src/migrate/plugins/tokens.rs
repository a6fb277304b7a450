//! Python source as tokens, as far as a table of names needs: words, texts, signs and ends of lines.
//!
//! Nothing is run. What isn't understood becomes a sign, and whoever reads the tokens leaves it out.

/// A piece of Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// A string literal, without its quotes.
    Text(String),
    Sign(char),
    /// The end of a logical line: not inside brackets, and not behind a backslash.
    End,
}

/// Cuts a source into tokens.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { rest: source, depth: 0, tokens: Vec::new() };
    while reader.step() {}
    reader.tokens.push(Token::End);
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    /// False at the end of the source.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if first == '#' {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        } else if self.rest.starts_with("\\\n") || self.rest.starts_with("\\\r\n") {
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if first == '\n' {
            if self.depth == 0 {
                self.tokens.push(Token::End);
            }
            self.rest = &self.rest[1..];
        } else if first.is_whitespace() {
            self.rest = &self.rest[first.len_utf8()..];
        } else if matches!(first, '"' | '\'') {
            self.text();
        } else if first.is_alphanumeric() || first == '_' {
            self.word();
        } else {
            match first {
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.tokens.push(Token::Sign(first));
            self.rest = &self.rest[first.len_utf8()..];
        }
        true
    }

    fn word(&mut self) {
        let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
        let end = self.rest.find(|sign| !is_part(sign)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        // `r"…"`, `f'…'`: the letters before the quote say how it is read.
        let is_prefix = word.len() <= 2
            && word.chars().all(|sign| "rRbBuUfF".contains(sign))
            && rest.starts_with(['"', '\'']);
        self.rest = rest;
        if is_prefix {
            self.text();
        } else {
            self.tokens.push(Token::Word(word.to_owned()));
        }
    }

    fn text(&mut self) {
        let quote = &self.rest[..1];
        let long = quote.repeat(3);
        let end = if self.rest.starts_with(&long) { long } else { quote.to_owned() };
        let mut rest = &self.rest[end.len()..];
        let mut text = String::new();
        while !rest.is_empty() && !rest.starts_with(&end) {
            let mut signs = rest.chars();
            match (signs.next(), end.len()) {
                (Some('\\'), _) => {
                    let _ = signs.next().map(|sign| text.push(sign));
                }
                // A literal that isn't closed ends with its line.
                (Some('\n') | None, 1) => break,
                (Some(sign), _) => text.push(sign),
                (None, _) => {}
            }
            rest = signs.as_str();
        }
        self.rest = rest.strip_prefix(&*end).unwrap_or(rest);
        self.tokens.push(Token::Text(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let told: Vec<String> = tokens(source)
            .into_iter()
            .map(|token| match token {
                Token::Word(word) => word,
                Token::Text(text) => format!("<{text}>"),
                Token::Sign(sign) => sign.to_string(),
                Token::End => ";".to_owned(),
            })
            .collect();
        assert_eq!(told.join(" "), expected, "{source:?}");
    }

    #[test]
    fn words_texts_and_ends_of_lines_are_told_apart() {
        check("a = 1  # why\nb", "a = 1 ; b ;");
        check("x = {\n  'k': V,\n}\n", "x = { <k> : V , } ; ;");
        check("from a import \\\n  b", "from a import b ;");
        check(r#"r"raw" f'{x}' "it\'s" b"#, "<raw> <{x}> <it's> b ;");
        check("\"\"\"a 'b' \n c\"\"\"\nd", "<a 'b' \n c> ; d ;");
        check("'open\nnext", "<open> ; next ;");
        check("", ";");
        check("'", "<> ;");
        check("\\", "\\ ;");
    }
}
