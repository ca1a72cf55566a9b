//! `ls`: long listings, where folders' sizes and all times are volatile, and
//! names in columns, which are a list however wide the terminal is.

use std::ops::Range;

use super::fields::rule;
use super::table::Header;
use super::text::stands_in;
use super::volatile::Volatile;
use super::{Gaps, LineFields};
use crate::docker::ids::{SHORT, is_id};
use crate::docker::{Invocation, ProgramCall};
use crate::pattern::pattern;

pattern! {
    /// Mode, links, user and group, size and the time of a long listing's row.
    LONG = r"^ *(?<type>[-dlbcps])[-rwxsStT]{9}(?<mark>[.@]|)\+? +(?<links>[0-9]+) +(?<owners>\S+ +\S+) +(?<size>(?:[0-9]+, +)?[0-9.]+[KMGT]?) +(?<time>\S+ +\S+(?: +\S+)?) \S";
    /// The folders in which the kernel shows itself, as a listing names them.
    OF_KERNEL = r"^/?(?:proc|sys)/?$";
    TOTAL = r"^total ([0-9.]+[KMGT]?)$";
}

/// How `ls` tells times; the longer before the shorter one that begins like it.
const LISTED_TIMES: [Volatile; 4] = [
    Volatile::ListingDate,
    Volatile::GoTime,
    Volatile::IsoListingDate,
    Volatile::UnixDate,
];

/// The group that macOS gives the files of each user.
pub const GROUP_OF_MAC: &str = "staff";

/// Whether `call` is an `ls` that lists in long rows.
pub fn is_long(call: &ProgramCall) -> bool {
    (call.program == "ls" && (call.has_flag('l') || call.has_flag('n') || call.has_flag('g')))
        || call.program == "ll"
}

/// Whether `call` is an `ls` that lists names in columns on a terminal.
pub fn is_columns(call: &ProgramCall) -> bool {
    call.program == "ls"
        && !is_long(call)
        && !call.has_flag('1')
        && !call.has_flag('m')
        && !call.has_flag('R')
        && !call.has_flag('s')
        && !call.has_flag('i')
        && !call.has_flag('x')
}

/// Whether `name` is an archive that Docker writes (`docker save -o NAME`): how many bytes
/// it has depends on its version and image store.
fn is_archive(name: &str, authored: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    let writes = |call: &ProgramCall| call.is_docker("save") || call.is_docker("export");
    let mut lines = authored.lines();
    lines.any(|line| stands_in(line, name) && ProgramCall::all(line).iter().any(writes))
}

/// A row of a long listing taken apart, or none when it is no such row; `authored` is what
/// the author of the notes wrote.
pub fn long_row(text: &str, authored: &str) -> Option<LineFields> {
    if let Some(total) = TOTAL.captures(text).and_then(|captures| captures.get(1)) {
        return Some(LineFields::of(vec![(total.range(), Volatile::BlockTotal)]));
    }
    let captures = LONG.captures(text)?;
    let mut volatile: Vec<(Range<usize>, Volatile)> = Vec::new();
    let mark = captures.name("mark")?;
    if !mark.is_empty() {
        volatile.push((mark.range(), Volatile::ModeMark));
    }
    let time = captures.name("time")?.start();
    let (kind, length) = LISTED_TIMES
        .into_iter()
        .find_map(|kind| Some((kind, kind.length_at_start(text.get(time..)?)?)))?;
    let is_of_kernel = OF_KERNEL.is_match(text[time + length..].trim());
    if &captures["type"] == "d" {
        volatile.push((captures.name("links")?.range(), Volatile::FolderLinks));
        if is_of_kernel {
            volatile.push((captures.name("owners")?.range(), Volatile::KernelOwner));
        }
        volatile.push((captures.name("size")?.range(), Volatile::FolderSize));
    }
    let owners = captures.name("owners")?;
    let group = owners.as_str().split_whitespace().next_back()?;
    if group == GROUP_OF_MAC
        && ![GROUP_OF_MAC, "chgrp", "chown"]
            .iter()
            .any(|word| authored.contains(word))
    {
        let range = owners.end() - group.len()..owners.end();
        volatile.push((range, Volatile::OwnGroup));
    }
    volatile.push((time..time + length, kind));
    const LEAST_DIGITS: usize = 4;
    let size = captures.name("size")?;
    let kind_of_size = match size.as_str().ends_with(char::is_alphabetic) {
        true => Volatile::DiskSpace,
        false => Volatile::ByteSize,
    };
    let is_large = kind_of_size == Volatile::DiskSpace || size.len() >= LEAST_DIGITS;
    if &captures["type"] == "-"
        && is_large
        && kind_of_size.is(size.as_str())
        && is_archive(text[time + length..].trim(), authored)
    {
        volatile.push((size.range(), kind_of_size));
    }
    volatile.sort_by_key(|(range, _)| range.start);
    // What stands behind the time is the name, blanks and all.
    let gaps = Gaps::Before(time);
    Some(LineFields { volatile, gaps })
}

pattern! {
    /// An ID that the author cut, alone on its line: its end may stand behind the dots.
    CUT_ID = concat!(
        r"^(?:(sha256:)?([0-9a-f]{2,63})|(sha256:)())(?:",
        r"(?:\.{2,}|…+|[·・⋯]{2,}|[~～]{2,}|\*{3,}|x{3,})(?:[0-9a-f]{2,12}|\s*[(\[]?(?:이하 ?)?(?:생략|중략)[)\]]?)?",
        r"|\s*[(\[<{（]\s*(?:(?:이하|나머지|뒤) ?)?(?:생략|중략|(?:以下)?省略|\.{2,}|…+|snip|omitted|cut)\s*[)\]>}）]",
        r")$",
    );
}

/// What stands before the digits of an image's ID.
const DIGEST: &str = "sha256:";

/// The digits of a line that Docker prints whole and the notes cut, `69d137adef7a...`,
/// with what stands before them.
pub fn cut_id<'t>(text: &'t str, calls: &[ProgramCall]) -> Option<(&'t str, &'t str)> {
    calls.iter().find(|call| call.docker().is_some())?;
    // Docker's own short form, where the command prints the whole ID of what it makes.
    let first = calls.first().and_then(ProgramCall::docker);
    let digits = text.strip_prefix(DIGEST).unwrap_or(text);
    let is_short = digits.len() == SHORT && is_id(digits);
    if is_short && first.is_some_and(Invocation::prints_id) {
        return Some((&text[..text.len() - digits.len()], digits));
    }
    let captures = CUT_ID.captures(text)?;
    let part = |number: usize| captures.get(number).map(|part| part.as_str());
    let before = part(1).or_else(|| part(3)).unwrap_or_default();
    Some((before, part(2).or_else(|| part(4))?))
}

/// The columns of `ps` without its header, by the row's first words and its `options`.
fn columns_of_ps(row: &str, options: &str) -> Option<&'static str> {
    let mut words = row.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_terminal =
        |word: &str| word == "?" || word.starts_with("pts/") || word.starts_with("tty");
    if is_number(first) {
        return Some(match is_terminal(second) {
            true => "PID TTY TIME CMD",
            false => "PID USER TIME COMMAND",
        });
    }
    if !is_number(second) {
        return None;
    }
    Some(match options.contains('u') {
        true => "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND",
        false if options.contains('f') => "UID PID PPID C STIME TTY TIME CMD",
        false => return None,
    })
}

/// A row of `ps` behind a filter that took its header away, taken apart; none when it
/// is no such row.
pub fn process_row(text: &str, calls: &[ProgramCall], authored: &str) -> Option<LineFields> {
    let options = calls.iter().find_map(|call| match call.docker() {
        Some(docker) if call.is_docker("top") && docker.operands.len() < 2 => Some("-f".to_owned()),
        Some(docker) if call.is_docker("top") => Some(docker.operands[1..].concat()),
        _ => (call.program == "ps").then(|| call.words.concat()),
    })?;
    let header = Header::read(columns_of_ps(text, &options)?)?;
    let cells = header.cells(text);
    let last = cells.last().filter(|cell| !cell.text.is_empty())?.start;
    let volatile: Vec<(Range<usize>, Volatile)> = cells
        .iter()
        .flat_map(|cell| {
            let ranges = rule(cell.column).volatile(&cell.text, authored).into_iter();
            ranges.map(|(range, kind)| (cell.start + range.start..cell.start + range.end, kind))
        })
        .collect();
    let gaps = Gaps::Before(last);
    Some(LineFields { volatile, gaps })
}

/// Whether `call` is an `ls` that sorts by something else than names.
pub fn has_an_order(call: &ProgramCall) -> bool {
    ['t', 'S', 'r', 'U', 'X', 'v', 'f', 'c', 'u']
        .iter()
        .any(|letter| call.has_flag(*letter))
        || call
            .words
            .iter()
            .any(|word| word.starts_with("--sort") || word == "--reverse")
}

/// Whether `line` is the heading of a folder, where `ls` lists several.
pub fn is_heading(line: &str) -> bool {
    line.ends_with(':')
}

/// The lines of each listing: `ls` of several folders puts `FOLDER:` above each.
pub fn blocks(lines: &[&str]) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut start = 0;
    for (index, line) in lines.iter().enumerate() {
        if is_heading(line) {
            blocks.extend([start..index, index..index + 1]);
            start = index + 1;
        }
    }
    blocks.push(start..lines.len());
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// The names of lines in columns, read as `ls` fills them: down each column,
/// then the next. Each with the line, from 0, that it stands in.
pub fn names_in_columns(lines: &[&str]) -> Vec<(usize, String)> {
    blocks(lines)
        .into_iter()
        .flat_map(|block| {
            let start = block.start;
            names_of_block(&lines[block])
                .into_iter()
                .map(move |(line, name)| (start + line, name))
        })
        .collect()
}

fn names_of_block(lines: &[&str]) -> Vec<(usize, String)> {
    let rows: Vec<Vec<&str>> = lines
        .iter()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect()
        })
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..columns)
        .flat_map(|column| {
            rows.iter().enumerate().filter_map(move |(line, row)| {
                row.get(column).map(|name| (line, (*name).to_owned()))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_behind_the_mode_and_the_group_of_a_mac_are_the_machines() {
        let kinds = |row: &str, authored: &str| {
            let fields = long_row(row, authored).unwrap();
            fields
                .volatile
                .into_iter()
                .map(|(_, kind)| kind)
                .collect::<Vec<_>>()
        };
        let mac = "-rw-r--r--@ 1 kim  staff  0 Aug 30 10:12 a";
        let expected = [
            Volatile::ModeMark,
            Volatile::OwnGroup,
            Volatile::ListingDate,
        ];
        assert_eq!(kinds(mac, ""), expected);
        assert!(!kinds(mac, "chgrp staff a").contains(&Volatile::OwnGroup));
        for plain in [
            "-rw-r--r--+ 1 kim kim 0 Aug 30 10:12 a",
            "-rw-r--r-- 1 kim kim 0 Aug 30 10:12 a",
        ] {
            assert_eq!(kinds(plain, ""), [Volatile::ListingDate]);
        }
    }

    #[test]
    fn names_stay_under_the_heading_of_their_folder() {
        let names = |lines: &[&str]| -> Vec<String> {
            let names = names_in_columns(lines).into_iter();
            names.map(|(_, name)| name).collect()
        };
        assert_eq!(
            names(&["a:", "x  y", "", "b:", "z"]),
            ["a:", "x", "y", "b:", "z"]
        );
        assert_ne!(
            names(&["a:", "x  y", "", "b:", "z"]),
            names(&["a:", "x", "", "b:", "z  y"])
        );
    }

    #[test]
    fn columns_are_read_downwards() {
        let names: Vec<String> = names_in_columns(&["bin   etc", "boot  home"])
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(names, ["bin", "boot", "etc", "home"]);
    }
}
