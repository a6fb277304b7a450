//! International Securities Identification Numbers, ISO 6166.

/// Whether a text is an ISIN with a matching check digit (Luhn's algorithm over the digits that
/// letters expand to, A = 10 … Z = 35; ISO 6166 annex C). The host refuses any other.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 12
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && bytes[11].is_ascii_digit();
    if !is_shaped {
        return false;
    }
    let mut sum = 0;
    let mut is_doubled = false;
    for &byte in bytes.iter().rev() {
        let value = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 };
        let digits = if value >= 10 { vec![value % 10, value / 10] } else { vec![value] };
        for digit in digits {
            let weighted = if is_doubled { digit * 2 } else { digit };
            sum += u32::from(weighted / 10 + weighted % 10);
            is_doubled = !is_doubled;
        }
    }
    sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn the_check_digit_must_match() {
        for good in ["US0378331005", "IE00B4L5Y983", "NL0010273215", "GB00BPQY8M80", "ES0171996087"]
        {
            assert!(is_valid(good), "{good}");
        }
        for bad in
            ["US0378331006", "us0378331005", "US037833100", "", "NLFLATEXACNT", "ÄÖ037833100"]
        {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
