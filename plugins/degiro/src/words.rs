//! Texts made comparable: mojibake undone, accents and case folded, white space squeezed.

use std::borrow::Cow;

/// What Windows-1252 has for the bytes 0x80 to 0x9F. Source: Unicode Consortium, CP1252.TXT.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Undoes UTF-8 that was read as Windows-1252: `CrÃ©dito` was `Crédito`.
pub(crate) fn repaired(text: &str) -> Cow<'_, str> {
    // The first bytes of the two-byte letters of the nine languages, and of the non-breaking space.
    if !text.contains(['Ã', 'Å', 'Ä', 'Â']) {
        return Cow::Borrowed(text);
    }
    let byte = |sign: char| match u32::from(sign) {
        code @ 0..=0xff => u8::try_from(code).ok(),
        _ => {
            let place = WINDOWS_1252.iter().position(|&known| known == sign)?;
            u8::try_from(place + 0x80).ok()
        }
    };
    let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
    match bytes.map(String::from_utf8) {
        Some(Ok(repaired)) => Cow::Owned(repaired),
        _ => Cow::Borrowed(text),
    }
}

/// One ordinary space for every run of white space, none at the ends.
pub(crate) fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
    }
    squeezed
}

/// The form in which words are compared.
pub(crate) fn folded(text: &str) -> String {
    let text = squeezed(&repaired(text));
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'ď' => folded.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => folded.push('o'),
            'ř' => folded.push('r'),
            'ś' | 'š' => folded.push('s'),
            'ť' => folded.push('t'),
            'ú' | 'ù' | 'û' | 'ü' | 'ů' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            '’' | '‘' | '´' | '`' => folded.push('\''),
            // Accents that stand behind their letter, as some systems write them.
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(folded(text), expected, "{text}");
    }

    #[test]
    fn accents_case_and_gaps_do_not_matter() {
        check("  Opération\u{a0} de  change - Crédit ", "operation de change - credit");
        check("Währungswechsel (Einbuchung)", "wahrungswechsel (einbuchung)");
        check("FX vyučtování konverze měny", "fx vyuctovani konverze meny");
        check("Sprzedaż, Wypłata", "sprzedaz, wyplata");
        check("Cre\u{301}dito", "credito");
        check("Frais d’opération", "frais d'operation");
    }

    #[test]
    fn mojibake_is_undone() {
        check("CrÃ©dito de divisa", "credito de divisa");
        check("Ã„nderung", "anderung");
        check("OpÅ‚ata Transakcyjna", "oplata transakcyjna");
        // A real capital letter is no mojibake.
        check("ÃO", "ao");
        check("Änderung", "anderung");
    }
}
