//! Runs `labbook` in a terminal, and keeps what its screen showed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::support::Desk;

/// What a command showed in a terminal.
pub struct Shown {
    pub status: Option<i32>,
    /// The lines that stood there at the end, without colours.
    pub lines: Vec<String>,
    /// Every line that stood there at any time.
    pub ever: BTreeSet<String>,
    /// All bytes that were written.
    pub raw: String,
}

impl Desk {
    /// Runs `labbook` in a terminal so many `columns` wide; `meanwhile` is called
    /// with it and what it has written, whenever it writes more.
    pub fn in_terminal(
        &self,
        columns: u16,
        arguments: &[&str],
        mut meanwhile: impl FnMut(&Child, &str),
    ) -> Shown {
        self.typing_in_terminal(columns, arguments, |child, raw| {
            meanwhile(child, raw);
            None
        })
    }

    /// Runs `labbook` in a terminal, and types each of the answers when its question
    /// is asked.
    pub fn answering(&self, arguments: &[&str], answers: &[(&str, &str)]) -> Shown {
        let (mut read, mut left) = (0, answers.iter());
        let mut next = left.next();
        self.typing_in_terminal(80, arguments, |_, raw| {
            let (question, answer) = next?;
            read += raw[read..].find(question)? + question.len();
            next = left.next();
            Some((*answer).to_owned())
        })
    }

    /// Runs `labbook` in a terminal, and types what `typed` says.
    fn typing_in_terminal(
        &self,
        columns: u16,
        arguments: &[&str],
        mut typed: impl FnMut(&Child, &str) -> Option<String>,
    ) -> Shown {
        let (ours, theirs) = terminal(columns);
        let twin = || theirs.try_clone().expect("a terminal");
        let mut child = Command::new("env")
            .args(["--default-signal=INT", env!("CARGO_BIN_EXE_labbook")])
            .args(arguments)
            .current_dir(self.path())
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("TERM", "xterm-256color")
            .envs(self.variables().iter().cloned())
            .stdin(twin())
            .stdout(twin())
            .stderr(twin())
            .spawn()
            .expect("labbook can be started");
        drop(theirs);
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        let mut terminal = File::from(ours);
        let mut screen = Screen::default();
        // Where nobody has it open any more, reading is an error.
        while let Ok(count @ 1..) = terminal.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
            let raw = String::from_utf8_lossy(&bytes);
            screen.show(&raw, usize::from(columns));
            while let Some(text) = typed(&child, &raw) {
                terminal.write_all(text.as_bytes()).expect("a terminal");
            }
        }
        Shown {
            status: child.wait().expect("labbook ends").code(),
            lines: screen.lines,
            ever: screen.ever,
            raw: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

fn terminal(columns: u16) -> (OwnedFd, OwnedFd) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("a terminal");
    unlockpt(&ours).expect("a terminal");
    let name = ptsname(&ours, Vec::new()).expect("a terminal's name");
    let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
    let theirs = theirs.expect("a terminal");
    let size = Winsize {
        ws_row: 40,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&theirs, size).expect("a size");
    (ours, theirs)
}

/// As much of a terminal as progress needs: lines, up and down, and emptying a line.
#[derive(Default)]
struct Screen {
    lines: Vec<String>,
    ever: BTreeSet<String>,
}

impl Screen {
    fn show(&mut self, raw: &str, columns: usize) {
        let (mut lines, mut at, mut column) = (vec![Vec::<char>::new()], 0_usize, 0);
        let mut rest = raw.chars();
        while let Some(character) = rest.next() {
            match character {
                '\r' => column = 0,
                '\n' => (at, column) = (at + 1, 0),
                '\u{1b}' => {
                    let sequence: String = rest
                        .by_ref()
                        .skip(1)
                        .take_while(|next| !next.is_ascii_alphabetic())
                        .collect();
                    // What `take_while` took away is told by what is known of indicatif:
                    // colours end in m, and only these have other numbers.
                    let number: usize = sequence.parse().unwrap_or(0);
                    let taken = raw[..raw.len() - rest.as_str().len()].chars().last();
                    match taken {
                        Some('A') => at = at.saturating_sub(number.max(1)),
                        Some('B') => at += number.max(1),
                        Some('K') => lines[at].clear(),
                        _ => {}
                    }
                }
                _ => {
                    // A terminal goes on in the next line.
                    if column == columns {
                        (at, column) = (at + 1, 0);
                    }
                    lines.resize(lines.len().max(at + 1), Vec::new());
                    let line = &mut lines[at];
                    line.resize(line.len().max(column + 1), ' ');
                    line[column] = character;
                    column += 1;
                }
            }
            lines.resize(lines.len().max(at + 1), Vec::new());
        }
        let text = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned();
        self.lines = lines.iter().map(text).collect();
        self.ever.extend(self.lines.iter().cloned());
    }
}
