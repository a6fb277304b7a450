//! What a misspelt word was meant to be.

/// The known word that is nearest, where one is near enough to have been meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing costs length times length; no known word is longer.
    if word.chars().count() > 64 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let asked = plain(word);
    known
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (distance(&asked, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3).min(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, put in, taken out, or swapped with their neighbour.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    strsim::osa_distance(left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<&str>) {
        let known = ["permissions", "settings", "purpose", "max_version", "file-import", "kind"];
        assert_eq!(nearest(word, known), expected, "{word}");
    }

    #[test]
    fn a_slip_is_understood_and_another_word_isnt() {
        check("premissions", Some("permissions"));
        check("setings", Some("settings"));
        check("Purpose", Some("purpose"));
        check("max-version", Some("max_version"));
        check("file_import", Some("file-import"));
        check("kidn", Some("kind"));
        check("author", None);
        check(&"x".repeat(1000), None);
    }
}
