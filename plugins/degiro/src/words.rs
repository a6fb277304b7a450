//! Text as it is compared: lower case, without accents, with single spaces.

/// Repairs UTF-8 that was read as Windows-1252 (`CrÃ©dito`), as some exports have it.
fn repaired(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'Ä', 'Å']) {
        return None;
    }
    let bytes: Option<Vec<u8>> =
        text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    String::from_utf8(bytes?).ok().filter(|text| !text.is_ascii())
}

/// The letter without its accent, for the letters of the languages that DEGIRO writes.
const fn bare(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => 'a',
        'č' | 'ç' | 'ć' => 'c',
        'ď' => 'd',
        'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ň' | 'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ő' => 'o',
        'ř' => 'r',
        'š' | 'ś' => 's',
        'ť' => 't',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        '’' | '´' | '`' => '\'',
        '\u{a0}' | '\u{202f}' => ' ',
        other => other,
    }
}

/// The form in which words are compared.
pub(crate) fn folded(text: &str) -> String {
    let repaired = repaired(text);
    let text = repaired.as_deref().unwrap_or(text);
    let bare: String = text.chars().flat_map(char::to_lowercase).map(bare).collect();
    squeezed(&bare)
}

/// With single spaces, and none at the ends.
pub(crate) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_spaces_make_no_difference() {
        assert_eq!(folded("  Währungswechsel\u{a0}(Einbuchung) "), "wahrungswechsel (einbuchung)");
        assert_eq!(folded("FX vyučtování konverze měny"), "fx vyuctovani konverze meny");
        assert_eq!(folded("Impôts  sur dividende"), "impots sur dividende");
        assert_eq!(folded("Wartość"), "wartosc");
    }

    #[test]
    fn text_that_was_read_in_the_wrong_encoding_is_repaired() {
        assert_eq!(folded("CrÃ©dito de divisa"), "credito de divisa");
        assert_eq!(folded("Änderung"), "anderung");
    }
}
