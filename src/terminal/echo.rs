//! Where the echo of a typed line ends, for shells that do not mark it.
//!
//! bash 4.4 and later marks where a command's output begins (PS0). dash leaves
//! the echo to the kernel; busybox ash draws it itself and wraps it where the
//! terminal would. Both show the typed characters in order, with drawing between.

use super::marks;

/// The offset in `bytes` right after the line on which `typed` (one line, without
/// its end) was echoed; the whole length when its end is not there yet.
pub(super) fn end(bytes: &[u8], typed: &str) -> usize {
    let mut at = 0;
    for wanted in typed.chars().filter(|wanted| !wanted.is_whitespace()) {
        match shown(&bytes[at..], wanted) {
            Some(offset) => at += offset,
            // Not echoed (a password): the line's end is all there is.
            None => {
                at = 0;
                break;
            }
        }
    }
    match bytes[at..].iter().position(|byte| *byte == b'\n') {
        Some(offset) => at + offset + 1,
        None => bytes.len(),
    }
}

/// Whether a rendered line is a drawing of `typed` at `prompt`, or a piece of one:
/// shells that take the terminal for a narrow one draw it in pieces.
pub(super) fn draws(line: &str, prompt: &str, typed: &str) -> bool {
    let visible = |text: &str| -> Vec<char> {
        let characters = text.chars();
        characters.filter(|shown| !shown.is_whitespace()).collect()
    };
    let line = visible(line);
    let alike =
        |(shown, wanted): (&char, &char)| shown == wanted || (*shown == '?' && !wanted.is_ascii());
    line.is_empty()
        || [prompt, ">"].iter().any(|prompt| {
            visible(&[prompt, typed].concat())
                .windows(line.len())
                .any(|piece| line.iter().zip(piece).all(alike))
        })
}

/// The offset in `bytes` right after the first place where `wanted` may be shown.
/// busybox ash shows a question mark for what is not of a European alphabet
/// (`LAST_SUPPORTED_WCHAR`), where the locale lets it read characters.
fn shown(bytes: &[u8], wanted: char) -> Option<usize> {
    let mut buffer = [0; 4];
    let itself = wanted.encode_utf8(&mut buffer).as_bytes();
    let after = |text: &[u8]| Some(marks::position(bytes, text)? + text.len());
    match (after(itself), after(b"?")) {
        (Some(itself), Some(substitute)) if !wanted.is_ascii() => Some(itself.min(substitute)),
        (None, substitute) if !wanted.is_ascii() => substitute,
        (itself, _) => itself,
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
    fn a_question_mark_may_stand_for_a_character() {
        for bytes in ["echo ??\r\n안녕\r\n", "echo 안녕\r\n안녕\r\n"] {
            let bytes = bytes.as_bytes();
            assert_eq!(&bytes[end(bytes, "echo 안녕")..], "안녕\r\n".as_bytes());
        }
    }

    #[test]
    fn what_is_not_echoed_ends_with_its_line() {
        assert_eq!(end(b"\r\nwelcome\r\n", "secret"), 2);
    }

    #[test]
    fn a_piece_of_what_was_typed_is_its_drawing_and_nothing_else_is() {
        for line in [
            "/ # echo hi 안녕",
            "/ # echo",
            "hi 안녕",
            "hi ??",
            "> echo hi 안녕",
            "",
        ] {
            assert!(draws(line, "/ #", "echo hi 안녕"), "{line}");
        }
        for line in [
            "a lie",
            "/ # echo a lie",
            "echo hi 안녕!",
            "hi ho",
            "????????",
        ] {
            assert!(!draws(line, "/ #", "echo hi 안녕"), "{line}");
        }
    }

    #[test]
    fn an_empty_line_ends_at_its_end() {
        assert_eq!(end(b"\r\n", ""), 2);
        assert_eq!(end(b"", ""), 0);
    }
}
