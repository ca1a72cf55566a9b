//! Digests as text.

/// The first `count` of `bytes` in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8], count: usize) -> String {
    let bytes = bytes.iter().take(count);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
