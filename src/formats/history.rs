//! `docker history`: the layers of an image as both builders tell them.
//!
//! ```text
//!     legacy      368620be54fa   /bin/sh -c #(nop)  CMD ["world"]
//!                 7e24af7e2d8c   /bin/sh -c chmod +x app.sh
//!                 758043b8b781   /bin/sh -c #(nop) COPY file:a8d4e2fd09b9a513…
//!     BuildKit    368620be54fa   CMD ["world"]
//!                 <missing>      RUN /bin/sh -c chmod +x app.sh # buildkit
//!                 <missing>      COPY app.sh . # buildkit
//! ```
//!
//! The instruction has to be the same, as far as both show it; what was copied is
//! printed by one builder only, and has to be what a Dockerfile of the notes copies.

use std::ops::Range;

use super::table::{TableCell, cell_text};
use crate::docker::ProgramCall;
use crate::pattern::pattern;

pattern! {
    /// What the legacy builder calls what it copied: a sum of the files with their modes.
    COPIED = r"(#\(nop\) +(?:COPY|ADD) (?:file|dir|multi):)(?P<sum>[0-9a-f]{8,64})";
}

/// The name under which a layer that another builder tells is reported.
pub const DIALECT: &str = "what built a layer";

/// The name under which a layer without files is reported that takes space in one image store.
pub const FOLDERS: &str = "the folders of a layer, which the containerd image store counts";

const COLUMN: &str = "CREATED BY";
/// What one to six blocks of 4096 bytes take: the folders on the way to those that a step makes.
const FOLDER_SIZES: [&str; 6] = ["4.1kB", "8.19kB", "12.3kB", "16.4kB", "20.5kB", "24.6kB"];
const MISSING: &str = "<missing>";
const OF_BUILDKIT: &str = "buildkit.dockerfile.v0";

/// What a layer was made by.
#[derive(Debug, PartialEq, Eq)]
enum LayerOrigin {
    /// An instruction, and whether all of it is shown.
    By(String, bool),
    /// An instruction that copies: what, where the builder tells.
    Copying(Option<(String, bool)>),
}

/// Which builder tells it, and what.
struct InstructionSource {
    by_buildkit: bool,
    made: LayerOrigin,
}

impl InstructionSource {
    fn read(cell: &str) -> Self {
        let (text, whole) = cell
            .strip_suffix('…')
            .map_or((cell, true), |text| (text, false));
        let set = text.split_once(" #(nop) ");
        if let Some((_, instruction)) = set.filter(|(shell, _)| shell.starts_with('/')) {
            let instruction = instruction.trim();
            let copies = ["COPY ", "ADD "]
                .iter()
                .any(|copy| instruction.starts_with(copy));
            let made = if copies {
                LayerOrigin::Copying(None)
            } else {
                LayerOrigin::By(exposed(instruction), whole)
            };
            return Self {
                by_buildkit: false,
                made,
            };
        }
        if text.starts_with("/bin/sh -c ") || text.starts_with('|') {
            let made = LayerOrigin::By(format!("RUN {text}"), whole);
            return Self {
                by_buildkit: false,
                made,
            };
        }
        let instruction = without_mark(text, whole);
        let copies = ["COPY ", "ADD "]
            .iter()
            .any(|copy| instruction.starts_with(copy));
        let made = if copies {
            LayerOrigin::Copying(Some((instruction.to_owned(), whole)))
        } else {
            LayerOrigin::By(exposed(instruction), whole)
        };
        Self {
            by_buildkit: true,
            made,
        }
    }
}

impl InstructionSource {
    /// Whether it is an EXPOSE, which versions of one builder tell in other ways too.
    fn exposes(&self) -> bool {
        matches!(&self.made, LayerOrigin::By(instruction, _) if instruction.starts_with("EXPOSE "))
    }
}

/// `EXPOSE 80`, `EXPOSE map[80/tcp:{}]` and `EXPOSE [80/tcp]`: one port, written in three ways.
fn exposed(instruction: &str) -> String {
    let port = instruction.strip_prefix("EXPOSE ").map(|port| {
        let port = port.strip_prefix("map").unwrap_or(port);
        let port = port.trim_matches(['[', ']']);
        port.strip_suffix(":{}").unwrap_or(port)
    });
    match port {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("EXPOSE {port}/tcp")
        }
        Some(port) => format!("EXPOSE {port}"),
        None => instruction.to_owned(),
    }
}

/// Whether both show the same, where what is cut off may be anything.
fn agree((one, whole): (&str, bool), (other, other_whole): (&str, bool)) -> bool {
    match (whole, other_whole) {
        (true, true) => one == other,
        (false, true) => other.starts_with(one),
        (true, false) => one.starts_with(other),
        (false, false) => one.starts_with(other) || other.starts_with(one),
    }
}

/// A row of `docker history`.
#[derive(Debug)]
pub struct HistoryRow {
    created_by: String,
    image: String,
    comment: String,
    size: String,
}

impl HistoryRow {
    /// The columns in which a layer that another builder made says the same.
    pub const SHARED: [&str; 3] = ["IMAGE", "CREATED", "SIZE"];

    /// The layer of a row with `cells`; none where they are no history's.
    pub fn of(cells: &[TableCell]) -> Option<Self> {
        cells.iter().find(|cell| cell.column == COLUMN)?;
        Some(Self {
            created_by: cell_text(cells, COLUMN).to_owned(),
            image: cell_text(cells, "IMAGE").to_owned(),
            comment: cell_text(cells, "COMMENT").to_owned(),
            size: cell_text(cells, "SIZE").to_owned(),
        })
    }

    /// Whether both are one layer, as two builders may print it; `authored` is
    /// what the author of the notes wrote.
    pub fn is(&self, other: &Self, authored: &str) -> bool {
        let comments = [&*other.comment, &*self.comment];
        let comments_agree = comments[0] == comments[1]
            || (comments.contains(&"") && comments.contains(&OF_BUILDKIT));
        comments_agree && self.is_made_alike(&other.created_by, authored)
    }

    /// Whether one builder keeps the layer's image, and the other does not.
    pub fn one_lacks_its_image(&self, other: &Self) -> bool {
        (other.image == MISSING) != (self.image == MISSING)
    }

    /// Whether one of the image stores counts the folders of the layer and the other does not:
    /// `own` is of the notes, and this run keeps images `on_containerd`. A folder takes a block.
    pub fn counts_folders_otherwise(&self, their: &Self, on_containerd: bool) -> bool {
        let (counted, other) = match on_containerd {
            true => (their, self),
            false => (self, their),
        };
        let makes_folders = match InstructionSource::read(&counted.created_by).made {
            LayerOrigin::By(instruction, _) => {
                instruction.starts_with("WORKDIR ")
                    || instruction.starts_with("RUN ") && !instruction.contains('>')
            }
            LayerOrigin::Copying(_) => false,
        };
        makes_folders && other.size == "0B" && FOLDER_SIZES.contains(&counted.size.as_str())
    }

    fn is_made_alike(&self, created_by: &str, authored: &str) -> bool {
        if self.created_by.is_empty() || created_by.is_empty() {
            return self.created_by == created_by;
        }
        let (own, their) = (
            InstructionSource::read(&self.created_by),
            InstructionSource::read(created_by),
        );
        if own.by_buildkit == their.by_buildkit {
            let copied = [&*self.created_by, created_by].map(|text| COPIED.replace(text, "$1"));
            return self.created_by == created_by
                || own.exposes() && own.made == their.made
                || copied[0] == copied[1] && COPIED.is_match(created_by);
        }
        match (own.made, their.made) {
            (LayerOrigin::By(own, whole), LayerOrigin::By(their, their_whole)) => {
                agree((&own, whole), (&their, their_whole))
                    || is_given(&own, &their, authored)
                    || is_given(&their, &own, authored)
            }
            (LayerOrigin::Copying(Some(copied)), LayerOrigin::Copying(None))
            | (LayerOrigin::Copying(None), LayerOrigin::Copying(Some(copied))) => {
                is_in_a_dockerfile(&copied, authored)
            }
            _ => false,
        }
    }
}

/// How many letters of an instruction a list shows that is not asked for all of it.
const SHOWN: usize = 44;

/// Where `text`, a line that a template of `docker history` prints, has the sum of the files
/// that a layer copies, in bytes.
pub fn sum_of_copied(text: &str, calls: &[ProgramCall]) -> Option<Range<usize>> {
    let mut calls = calls.iter();
    calls.find(|call| call.is_docker("history") && call.template().is_some())?;
    Some(COPIED.captures(text)?.name("sum")?.range())
}

/// What a template that prints `.CreatedBy` alone prints of a layer that another builder
/// made; `authored` is what the author wrote, and `sum` stands for the digits of a sum of files.
pub fn on_one_line(text: &str, calls: &[ProgramCall], authored: &str, sum: char) -> Vec<String> {
    const FILTERS: [&str; 4] = ["cat", "grep", "head", "tail"];
    let Some((call, filters)) = calls.split_first() else {
        return Vec::new();
    };
    let is_filtered = |filter: &ProgramCall| FILTERS.contains(&filter.program.as_str());
    let template = call.template().map(|template| template.replace(' ', ""));
    if !call.is_docker("history")
        || template.as_deref() != Some("{{.CreatedBy}}")
        || !filters.iter().all(is_filtered)
    {
        return Vec::new();
    }
    let is_cut = !call.words.iter().any(|word| word == "--no-trunc");
    let source = InstructionSource::read(text);
    let others = match source.made {
        LayerOrigin::By(instruction, true) => told_otherwise(&instruction, source.by_buildkit),
        LayerOrigin::By(shown, false) => {
            let shell = "/bin/sh -c ";
            let runs = instructions(authored).filter_map(|instruction| {
                let command = instruction.strip_prefix("RUN ")?.to_owned();
                Some(format!("RUN {shell}{command}"))
            });
            let runs = runs.filter(|run| agree((&shown, false), (run, true)));
            runs.flat_map(|run| told_otherwise(&run, source.by_buildkit))
                .collect()
        }
        // What was copied is not told by both.
        LayerOrigin::Copying(None) => {
            let copies = instructions(authored);
            let is_told = |copy: &String| {
                let word = copy.split(' ').next().unwrap_or_default();
                ["COPY", "ADD"].contains(&word) && text.contains(&format!("(nop) {word} "))
            };
            let copies = copies.filter(is_told);
            copies.map(|copy| format!("{copy} # buildkit")).collect()
        }
        LayerOrigin::Copying(Some(copied)) if is_in_a_dockerfile(&copied, authored) => {
            let mut words = copied.0.split(' ');
            let word = words.next().unwrap_or_default();
            let place = words.next_back().unwrap_or_default();
            let kinds = ["file", "dir", "multi"].into_iter();
            let told = kinds.map(|kind| format!("/bin/sh -c #(nop) {word} {kind}:{sum}"));
            return match is_cut {
                true => told.map(|told| format!("{told}…")).collect(),
                false => told.map(|told| format!("{told} in {place}")).collect(),
            };
        }
        LayerOrigin::Copying(Some(_)) => Vec::new(),
    };
    let others = others.into_iter();
    others
        .map(|other| if is_cut { cut(&other) } else { other })
        .filter(|other| other != text)
        .collect()
}

/// The ways in which builders tell an instruction: BuildKit's, and the legacy builder's where
/// it is `by_buildkit`.
fn told_otherwise(instruction: &str, by_buildkit: bool) -> Vec<String> {
    let mut told = Vec::new();
    let ports = instruction.strip_prefix("EXPOSE ");
    if let Some(port) = ports {
        told.push(format!("EXPOSE map[{port}:{{}}]"));
        told.push(format!("EXPOSE [{port}]"));
    } else if instruction.starts_with("RUN ") {
        told.push(format!("{instruction} # buildkit"));
    } else {
        told.push(instruction.to_owned());
    }
    if by_buildkit {
        let own = match ports.and_then(|port| port.strip_suffix("/tcp")) {
            Some(port) => format!("EXPOSE {port}"),
            None => instruction.to_owned(),
        };
        match own.strip_prefix("RUN ") {
            Some(program) => told.push(program.to_owned()),
            // WORKDIR alone is told with one blank.
            None => told.extend(["", " "].map(|gap| format!("/bin/sh -c #(nop) {gap}{own}"))),
        }
    }
    told
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) if text.chars().count() > SHOWN + 1 => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

/// `text` without BuildKit's mark, the end of which may be cut off where it is not `whole`.
fn without_mark(text: &str, whole: bool) -> &str {
    const MARK: &str = " # buildkit";
    let least = if whole { MARK.len() } else { 2 };
    let mut shown = (least..=MARK.len()).rev();
    let mark = shown.find(|length| text.ends_with(&MARK[..*length]));
    mark.map_or(text, |length| text[..text.len() - length].trim_end())
}

/// Whether `one` is an argument with its default (`ARG VER=1`), and `other` the same with
/// what `--build-arg` gives it, as BuildKit tells it.
fn is_given(one: &str, other: &str, authored: &str) -> bool {
    let name = |text: &str| -> Option<String> {
        let argument = text.strip_prefix("ARG ")?;
        Some(argument.split('=').next()?.to_owned())
    };
    let given = other.strip_prefix("ARG ").unwrap_or_default();
    let gives = |option: &str| authored.contains(&format!("{option}{given}"));
    name(one).is_some_and(|own| name(other) == Some(own))
        && (gives("--build-arg ") || gives("--build-arg="))
}

/// Whether a Dockerfile of the notes copies this; options are not printed.
fn is_in_a_dockerfile((copied, whole): &(String, bool), authored: &str) -> bool {
    let is_copied = |line: String| agree((copied, *whole), (&line, true));
    instructions(authored).any(is_copied)
}

/// The lines of Dockerfiles in `authored`, also in one that `printf` writes, without options.
fn instructions(authored: &str) -> impl Iterator<Item = String> {
    let lines = authored.lines().flat_map(|line| line.split("\\n"));
    lines.map(|line| {
        let words = line
            .split_whitespace()
            .filter(|word| !word.starts_with("--"));
        words.collect::<Vec<_>>().join(" ")
    })
}
