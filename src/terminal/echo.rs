//! Where the echo of a typed line ends, for shells that do not mark it.
//!
//! bash 4.4 and later marks where a command's output begins (PS0). dash leaves
//! the echo to the kernel; busybox ash draws it itself and wraps it where the
//! terminal would. Both show the typed characters in order, with drawing between.

/// The offset in `bytes` right after the line on which `typed` (one line, without
/// its end) was echoed; the whole length when its end is not there yet.
pub fn end(bytes: &[u8], typed: &str) -> usize {
    let mut at = 0;
    for wanted in typed.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match bytes
            .get(at..)
            .unwrap_or_default()
            .iter()
            .position(|byte| *byte == wanted)
        {
            Some(offset) => at += offset + 1,
            // Not echoed (a password): the line's end is all there is.
            None => {
                at = 0;
                break;
            }
        }
    }
    match bytes
        .get(at..)
        .unwrap_or_default()
        .iter()
        .position(|byte| *byte == b'\n')
    {
        Some(offset) => at + offset + 1,
        None => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_echo_is_one_line() {
        let bytes = b"echo hi\r\nhi\r\n";
        assert_eq!(&bytes[end(bytes, "echo hi")..], b"hi\r\n");
    }

    #[test]
    fn a_wrapped_and_drawn_echo_is_one_echo() {
        let bytes = b"\x1b[6necho \r\r\nhi\x1b[J\r\nhi\r\n";
        assert_eq!(&bytes[end(bytes, "echo hi")..], b"hi\r\n");
    }

    #[test]
    fn an_empty_line_ends_at_its_end() {
        assert_eq!(end(b"\r\n", ""), 2);
        assert_eq!(end(b"", ""), 0);
    }
}
