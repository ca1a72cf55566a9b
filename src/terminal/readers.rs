//! The readers of what programs print, for tests that feed them bytes: without a
//! terminal, a shell or a program.

use super::marks::{self, MarkedShell, Meaning};
use super::settings::Setting;
use super::stream::StepBytes;
use super::{echo, screen};

/// The lines that `bytes` show on a terminal of `columns` by `rows`.
pub fn render(bytes: &[u8], columns: u16, rows: u16) -> Vec<String> {
    screen::render(bytes, columns, rows)
}

/// The lines of a step's output among `pieces`, which were printed one after the other
/// behind the echo of `typed`. A byte that no text has (0xff) stands for the secret of
/// the shell.
///
/// # Errors
/// What the system says when it gives no random bytes.
pub fn read_step(pieces: &[&[u8]], typed: &str) -> std::io::Result<Vec<String>> {
    let shell = MarkedShell::new(None)?;
    let shells = || std::iter::once(&shell);
    let mut stream = StepBytes::default();
    let mut ends = 0;
    for piece in pieces {
        for byte in *piece {
            match byte {
                0xff => stream.buffer().extend_from_slice(shell.key().as_bytes()),
                byte => stream.buffer().push(*byte),
            }
        }
        stream.bound();
        while let Some(mark) = stream.next_mark(shells()) {
            if mark.meaning == Meaning::PromptEnd {
                ends = mark.range.end;
            }
        }
    }
    let bytes = &stream.bytes()[ends.min(stream.bytes().len())..];
    let output = &bytes[echo::end(bytes, typed)..];
    let output = marks::without_prompts(output, shells());
    let setting = Setting::of_same_shell(&shell);
    let output = setting.without_traces(&output).unwrap_or(output);
    let lines = screen::show(&output);
    Ok(lines
        .into_iter()
        .filter(|line| !echo::draws(line, shell.prompt(), typed))
        .collect())
}
