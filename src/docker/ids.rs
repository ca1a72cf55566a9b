//! The forms of IDs that Docker prints.

/// How many characters of an ID Docker shows.
pub const SHORT: usize = 12;

/// The first 12 digits of an ID, without `sha256:`.
pub fn short(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    digits.get(..SHORT).unwrap_or(digits)
}

/// Whether `text` has the form of an ID: as long as Docker shows it, or longer, in
/// hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() >= SHORT && is_hex(text)
}

/// Whether `text` has the form of an ID as Docker shows it, cut to 12 digits.
pub fn is_short_id(text: &str) -> bool {
    text.len() == SHORT && is_hex(text)
}

/// Whether two texts are an ID and its beginning.
pub fn are_one(one: &str, other: &str) -> bool {
    is_id(one) && is_id(other) && (one.starts_with(other) || other.starts_with(one))
}

/// Whether `text` holds nothing but the digits of IDs.
pub fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_twelve_small_hexadecimal_digits_or_more() {
        assert!(is_id("0123456789ab") && is_short_id("0123456789ab"));
        assert!(is_id(&"a".repeat(64)) && !is_short_id(&"a".repeat(64)));
        for other in ["0123456789a", "0123456789AB", "0123456789ag", ""] {
            assert!(!is_id(other), "{other}");
        }
    }
}
