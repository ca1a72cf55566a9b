//! One event in other words: how rows of [`super::messages`] reword lines.
//!
//! ```text
//!     lines of the notes --rows, one after the other--> lines as this run may have them
//!
//!     docker: {message}.                 docker: {message}
//!     See 'docker run --help'.      ->
//!                                        Run 'docker run --help' for more information
//! ```
//!
//! What stands in a hole on one side stands in the hole of the same name on the
//! other, values bound as everywhere. A hole that only one side has is text that
//! the other never had: of a strict kind, or a word of the command itself. Nothing
//! else is free.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexSet};

use super::authored::Authored;
use super::history;
use super::members;
use super::messages::{MESSAGES, MessageRow};
use super::properties;
use super::published;
use super::text::stands_in;
use super::usages;
use super::volatile::Volatile;
use crate::docker::ids::{is_hex, short};
use crate::docker::names::looks_made_up;
use crate::docker::names::with_tag;
use crate::docker::{Does, ProgramCall};
use crate::pattern::{compiled, pattern};

/// How many rows may reword the same lines, one after the other.
const ROWS: usize = 6;

/// How many rewordings of the same lines are looked at.
const MOST: usize = 100;

/// How many lines a hole for a message may span beyond its first.
const SPAN: usize = 2;

/// Lines as another version of Docker prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewording {
    /// The name of the row that was used first.
    pub row: &'static str,
    /// How many lines, from the first one given on, it rewords.
    pub takes: usize,
    /// The lines in other words. What only they have is a mark of its kind: see
    /// [`kinds_in`].
    pub lines: Vec<String>,
}

impl Rewording {
    /// One line, which is `text` by the row `row`.
    fn of_line(row: &'static str, text: String) -> Self {
        Self {
            row,
            takes: 1,
            lines: vec![text],
        }
    }
}

/// What the notes say about names, for texts that tell of a thing by another one.
#[derive(Debug, Clone, Default)]
pub struct KnownNames {
    /// All that no command printed.
    pub authored: Authored,
    /// The ID that stands in the notes for what has a name.
    pub ids: Arc<HashMap<String, String>>,
    /// The names that have one ID throughout.
    pub lasting: Arc<HashSet<String>>,
}

impl KnownNames {
    /// Whether `id` can be that of what commands call `name`.
    fn can_be(&self, name: &str, id: &str) -> bool {
        match self.ids.get(name) {
            Some(own) if short(own) == short(id) => true,
            Some(_) if self.lasting.contains(name) => false,
            _ => !self.ids.values().any(|other| short(other) == short(id)),
        }
    }

    /// Whether something has this name: the author gave it, or Docker made it up.
    fn is_name(&self, name: &str) -> bool {
        stands_in(&self.authored, name) || looks_made_up(name)
    }
}

/// A row in one direction.
struct DirectedRow {
    row: &'static MessageRow,
    /// From the older text to the newer one.
    forwards: bool,
    from: Regex,
    to: &'static str,
    /// How many lines it reads, at least and at most.
    lines: std::ops::RangeInclusive<usize>,
}

static READINGS: LazyLock<Vec<DirectedRow>> = LazyLock::new(|| {
    MESSAGES
        .iter()
        .flat_map(|row| {
            [
                (row, true, row.older.as_str(), row.newer.as_str()),
                (row, false, row.newer.as_str(), row.older.as_str()),
            ]
        })
        .filter(|(_, _, from, _)| !from.is_empty())
        .map(|(row, forwards, from, to)| {
            let least = from.split('\n').count();
            let more = if from.contains("{message}") { SPAN } else { 0 };
            DirectedRow {
                row,
                forwards,
                from: compiled(pattern(from)),
                to,
                lines: least..=least + more,
            }
        })
        .collect()
});

/// The signs of all readings: a line without the sign of the first line that a
/// reading reads is quickly passed over.
static SIGNS: LazyLock<RegexSet> = LazyLock::new(|| {
    let signs = READINGS.iter().map(|reading| {
        let first = reading.own().split('\n').next().unwrap_or_default();
        let longest = literals(first).max_by_key(|piece| piece.len());
        match longest {
            Some(sign) if !sign.is_empty() => regex::escape(sign),
            _ => "^$".to_owned(),
        }
    });
    RegexSet::new(signs).unwrap_or_else(|error| panic!("escaped texts are patterns: {error}"))
});

/// The parts of a row's text that are in no hole.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after))
}

/// The parts of a row's text: what stands letter by letter, then a hole's name,
/// and so on in turns. `{}` is no hole.
fn parts(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((literal, (hole, after))) = rest
        .split_once('{')
        .and_then(|(literal, tail)| Some((literal, tail.split_once('}')?)))
    {
        parts.push((literal, Some(hole)));
        rest = after;
    }
    parts.push((rest, None));
    parts
}

/// What only one side of a row has: text of a strict kind.
fn kind_of(hole: &str) -> Option<Volatile> {
    let kind = ["some_", "another_"]
        .into_iter()
        .find_map(|article| hole.strip_prefix(article));
    Some(match kind.unwrap_or(hole) {
        "id" if kind.is_some() => Volatile::FullId,
        "short_id" => Volatile::ShortId,
        "name" if kind.is_some() => Volatile::GivenName,
        "number" if kind.is_some() => Volatile::Number,
        "size" => Volatile::Size,
        "version" => Volatile::Version,
        "commit" => Volatile::Commit,
        "a_sentence" => Volatile::Sentence,
        "operands" => Volatile::Operands,
        _ => return None,
    })
}

/// The pattern of a row's text: a hole that is there twice holds the same.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("^");
    for (literal, hole) in parts(text) {
        pattern.push_str(&regex::escape(literal));
        let Some(hole) = hole else { continue };
        if hole.is_empty() {
            pattern.push_str(r"\{\}");
            continue;
        }
        let hole = if hole == "image" { "name" } else { hole };
        let any = match (hole, kind_of(hole)) {
            (_, Some(kind)) => kind.pattern().to_owned(),
            ("rest" | "usage", _) => ".+".to_owned(),
            ("message", _) => format!(".+(?:\n.+){{0,{SPAN}}}"),
            ("before" | "after", _) => ".*".to_owned(),
            ("gap", _) => " *".to_owned(),
            ("number", _) => "[0-9]+".to_owned(),
            ("port", _) => "[0-9]+(?:-[0-9]+)?".to_owned(),
            ("command", _) => "[a-z][a-z ]*".to_owned(),
            _ => "\\S+".to_owned(),
        };
        if pattern.contains(&format!("(?P<{hole}>")) {
            // That both hold the same is checked where it is put together again.
            pattern.push_str(&format!("(?:{any})"));
        } else {
            pattern.push_str(&format!("(?P<{hole}>{any})"));
        }
    }
    pattern.push('$');
    pattern
}

/// Marks stand for text of a kind in reworded lines: letters
/// that no program prints.
const FIRST_MARK: u32 = 0xE000;

fn mark(kind: Volatile) -> char {
    char::from_u32(FIRST_MARK + kind as u32).unwrap_or('\u{E000}')
}

/// The marks of a reworded line, with the kinds that they stand for.
pub fn kinds_in(line: &str) -> Vec<(std::ops::Range<usize>, Volatile)> {
    line.char_indices()
        .filter_map(|(at, letter)| {
            let is_mark = u32::from(letter) >= FIRST_MARK;
            let kind = Volatile::all().find(|kind| is_mark && mark(*kind) == letter)?;
            Some((at..at + letter.len_utf8(), kind))
        })
        .collect()
}

/// The words of the docker commands that `calls` are, without options.
fn arguments(calls: &[ProgramCall]) -> impl Iterator<Item = &str> {
    calls
        .iter()
        .filter(|call| call.program == "docker")
        .flat_map(|call| &call.words)
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'))
}

/// The container that `CONTAINER:PATH` names.
fn owner(argument: &str) -> Option<&str> {
    argument.split_once(':').map(|(owner, _)| owner)
}

/// What the holes of a row's text hold in the lines that it reads.
struct HeldTexts<'t>(regex::Captures<'t>);

impl<'t> HeldTexts<'t> {
    fn of(&self, hole: &str) -> Option<&'t str> {
        self.0.name(hole).map(|found| found.as_str())
    }
}

/// What fills holes of the other text that the lines read do not decide alone.
struct Filling<'f> {
    /// The name, with or without its tag.
    name: &'f str,
    /// The word of the command that the lines are about.
    argument: &'f str,
    /// The name of `{some_name}`, where the author gave one; else a mark stands there.
    some_name: Option<&'f str>,
    /// The operands of the command and the sentence about it.
    usage: (&'f str, &'f str),
}

impl DirectedRow {
    /// The lines in other words, where `lines` are what it reads.
    fn reword(
        &self,
        lines: &[String],
        calls: &[ProgramCall],
        known: &KnownNames,
    ) -> Vec<Vec<String>> {
        if !self.lines.contains(&lines.len()) || !self.is_printed_by(calls) {
            return Vec::new();
        }
        let text = lines.join("\n");
        let held = self.from.captures(&text).map(HeldTexts);
        // A hole that is there twice held the same, or this is not the text.
        let held =
            held.filter(|held| self.own_text(held) == text && self.agrees(held, calls, known));
        let Some(held) = held else {
            return Vec::new();
        };
        let names = self.names(held.of("name").unwrap_or_default());
        let names = names.iter().map(String::as_str);
        names
            .flat_map(|name| self.fillings(name, &held, calls, known))
            .map(|filling| self.fill(&filling, &held, known))
            .map(|other| match self.to {
                "" => Vec::new(),
                _ => other.split('\n').map(str::to_owned).collect(),
            })
            .collect()
    }

    /// Whether one of the commands that print its text is among `calls`.
    fn is_printed_by(&self, calls: &[ProgramCall]) -> bool {
        let only = &self.row.only;
        let is_one = |call: &ProgramCall| only.iter().any(|command| call.is_docker_with(command));
        only.is_empty() || calls.iter().any(is_one)
    }

    /// Whether what its holes hold are names and words of the notes' and of the command's.
    fn agrees(&self, held: &HeldTexts, calls: &[ProgramCall], known: &KnownNames) -> bool {
        let is = |hole: &str, is_one: &dyn Fn(&str) -> bool| held.of(hole).is_none_or(is_one);
        let is_name = |name: &str| known.is_name(name);
        let prints_ports = self.row.name.starts_with(published::DIALECT);
        let command = held.of("command").unwrap_or_default();
        is("some_name", &is_name)
            && is("another_name", &is_name)
            && is("a_sentence", &|held| usages::says(command, held))
            && is("operands", &|held| usages::has_operands(command, held))
            && is("owner", &|held| {
                arguments(calls).any(|word| owner(word) == Some(held))
            })
            && is("argument", &|held| {
                arguments(calls).any(|word| word == held)
            })
            && is("destination", &|held| {
                arguments(calls)
                    .last()
                    .is_some_and(|last| ends_in(held, last))
            })
            && is("port", &|held| {
                !prints_ports || !published::is_on_ipv4_alone(held, &known.authored)
            })
    }

    /// The texts of a name in the other text. What was typed without a tag is printed with it;
    /// where it is printed with its tag, it may have been typed without.
    fn names(&self, name: &str) -> Vec<String> {
        if self.to.contains("{image}") {
            return vec![with_tag(name)];
        }
        let without = name.strip_suffix(":latest").map(str::to_owned);
        std::iter::once(name.to_owned()).chain(without).collect()
    }

    /// The ways to fill the holes of the other text.
    fn fillings<'f>(
        &self,
        name: &'f str,
        held: &HeldTexts<'f>,
        calls: &'f [ProgramCall],
        known: &'f KnownNames,
    ) -> Vec<Filling<'f>> {
        let arguments: Vec<&str> = match held.of("argument") {
            Some(argument) => vec![argument],
            None if self.to.contains("{argument}") => arguments(calls).collect(),
            None => vec![""],
        };
        // A name that only this text has is one that the author gave, or a made-up one.
        let mut some_names = vec![None];
        if self.to.contains("{some_name}") && held.of("some_name").is_none() {
            let words = known.authored.split([' ', '=', '\n']);
            let given = words.clone().zip(words.skip(1));
            let given = given.filter(|(option, _)| *option == "--name");
            some_names.extend(given.map(|(_, name)| Some(name)));
        }
        let shows_usage = ["{operands}", "{a_sentence}"]
            .iter()
            .any(|hole| self.to.contains(hole));
        let usages = match shows_usage {
            true => usages::of(held.of("command").unwrap_or_default()),
            false => vec![("", "")],
        };
        let mut fillings = Vec::new();
        let is_owned = |argument: &&str| match held.of("owner") {
            Some(own) if self.to.contains("{argument}") => owner(argument) == Some(own),
            _ => true,
        };
        for argument in arguments.into_iter().filter(is_owned) {
            let named = held.of("network").unwrap_or(argument);
            if held.of("some_id").is_none_or(|id| known.can_be(named, id)) {
                let named = |usage| {
                    some_names.iter().map(move |some_name| Filling {
                        name,
                        argument,
                        some_name: *some_name,
                        usage,
                    })
                };
                fillings.extend(usages.iter().copied().flat_map(named));
            }
        }
        fillings
    }

    /// The other text.
    fn fill(&self, filling: &Filling, held: &HeldTexts, known: &KnownNames) -> String {
        let value = |hole: &str| -> String {
            if hole == "operands" && held.of(hole).is_none() {
                return format!(" {}", filling.usage.0);
            }
            let own = match hole {
                "" => Some("{}"),
                "name" | "image" => Some(filling.name),
                "argument" => Some(filling.argument),
                "owner" => held.of("owner").or(owner(filling.argument)),
                "a_sentence" => held.of("a_sentence").or(Some(filling.usage.1)),
                "some_name" if filling.some_name.is_some() => filling.some_name,
                hole => held.of(hole),
            };
            let known_id = || {
                let named = held.of("argument").or(held.of("network"));
                let id = named.and_then(|name| known.ids.get(name));
                id.filter(|_| hole == "some_id").cloned()
            };
            let marked = || kind_of(hole).map(|kind| mark(kind).to_string());
            own.map(str::to_owned)
                .or_else(known_id)
                .or_else(marked)
                .unwrap_or_default()
        };
        let parts = parts(self.to).into_iter();
        parts
            .map(|(literal, hole)| literal.to_owned() + &hole.map_or_else(String::new, value))
            .collect()
    }

    /// The text that was read, put together again from what its holes held.
    fn own_text(&self, held: &HeldTexts) -> String {
        parts(self.own())
            .into_iter()
            .flat_map(|(literal, hole)| {
                let value = match hole {
                    None => "",
                    Some("") => "{}",
                    Some("image") => held.of("name").unwrap_or_default(),
                    Some(hole) => held.of(hole).unwrap_or_default(),
                };
                [literal, value]
            })
            .collect()
    }

    /// Whether it can be used at several places of a line.
    fn is_anywhere(&self) -> bool {
        self.row.older.starts_with("{before}") && self.row.older.ends_with("{after}")
    }

    /// The side of the row that is read.
    fn own(&self) -> &'static str {
        if self.forwards {
            &self.row.older
        } else {
            &self.row.newer
        }
    }
}

/// Whether `path`, as it was found, is the one that was typed as `typed`; whose
/// container it is in may have been typed by its ID.
fn ends_in(path: &str, typed: &str) -> bool {
    let (path, typed) = match (path.split_once(':'), typed.split_once(':')) {
        (Some((owner, path)), Some((own, typed))) if owner == own || is_hex(own) => (path, typed),
        (None, None) => (path, typed),
        _ => return false,
    };
    let typed = typed.strip_prefix("./").unwrap_or(typed);
    path == typed || path.ends_with(&format!("/{typed}"))
}

/// The rows, read as `forwards` says, that may read lines of which `line` is the
/// first.
fn readings_of(line: &str, forwards: bool) -> impl Iterator<Item = &'static DirectedRow> {
    SIGNS
        .matches(line)
        .into_iter()
        .filter_map(|index| READINGS.get(index))
        .filter(move |reading| reading.forwards == forwards)
}

/// Whether a row may reword lines that begin with `line`.
pub fn could_begin(line: &str) -> bool {
    SIGNS.is_match(line)
}

/// What else the lines at the beginning of `block` may be where another version
/// of Docker prints them, for the command that `calls` are, in notes of which all is
/// `authored` that no command printed. All rows that follow each other lead to newer
/// versions, or all to older ones: who went there and back would have forgotten what
/// only the one text has.
pub fn rewordings(block: &[&str], calls: &[ProgramCall], known: &KnownNames) -> Vec<Rewording> {
    let mut found = rewordings_of(block, calls, known);
    let turned = block
        .split_first()
        .and_then(|(first, rest)| Some((in_other_case(first, calls)?, rest)));
    if let Some((turned, rest)) = turned {
        let block: Vec<&str> = [turned.as_str()]
            .into_iter()
            .chain(rest.iter().copied())
            .collect();
        found.extend(rewordings_of(&block, calls, known));
        found.push(Rewording::of_line(CASE, turned));
    }
    let others = found.iter().filter_map(|one| {
        let (first, rest) = one.lines.split_first()?;
        let first = in_other_case(first, calls)?;
        Some(Rewording {
            lines: [first].into_iter().chain(rest.iter().cloned()).collect(),
            ..one.clone()
        })
    });
    let others: Vec<Rewording> = others.collect();
    found.extend(others);
    found
}

/// The name under which it is reported that a sentence begins with another letter.
const CASE: &str = "a sentence in capitals or not";

pattern! {
    /// The sentence of an error that Docker's client tells, behind who tells it. `OCI` is
    /// capitals however the sentence begins.
    SENTENCE = r"^(?P<before>(?:docker: )?Error response from daemon: |docker: |(?:ERROR|Error): (?:failed to solve: )?|(?P<whole>))(?P<first>[A-Za-z])(?P<rest>[a-z]* .*)$";
}

/// An error of Docker's client with the first letter of its sentence in the other case: most
/// began with a capital letter once. A name that the command gives keeps its case.
fn in_other_case(line: &str, calls: &[ProgramCall]) -> Option<String> {
    let sentence = SENTENCE.captures(line)?;
    let word = format!("{}{}", &sentence["first"], &sentence["rest"]);
    let word = word.split([' ', ':']).next().unwrap_or_default();
    if arguments(calls).any(|argument| argument.eq_ignore_ascii_case(word)) {
        return None;
    }
    let first = &sentence["first"];
    // Anything may begin a line that does not say who tells it.
    if sentence.name("whole").is_some() && !sentence["rest"].starts_with("emplate parsing error: ")
    {
        return None;
    }
    let other = match first.chars().all(|letter| letter.is_ascii_lowercase()) {
        true => first.to_ascii_uppercase(),
        false => first.to_ascii_lowercase(),
    };
    Some(format!(
        "{}{other}{}",
        &sentence["before"], &sentence["rest"]
    ))
}

/// What the rows make of `block`.
fn rewordings_of(block: &[&str], calls: &[ProgramCall], known: &KnownNames) -> Vec<Rewording> {
    let mut found = rewordings_in(block, true, calls, known);
    found.extend(rewordings_in(block, false, calls, known));
    let first = block.first().copied().unwrap_or_default();
    found.extend(published_otherwise(first, calls, known));
    found.extend(with_other_versions(first, calls));
    found.extend(with_other_properties(first, calls));
    let members = members::on_other_machines(first, calls, &known.authored).into_iter();
    found.extend(members.map(|other| Rewording::of_line(properties::DIALECT, other)));
    found.extend(without_alias(first, calls));
    found.extend(with_other_capabilities(first, calls));
    found.extend(with_other_processors(first));
    let layers = history::on_one_line(first, calls, &known.authored, mark(Volatile::FileSum));
    let layers = layers.into_iter();
    found.extend(layers.map(|other| Rewording::of_line(history::DIALECT, other)));
    found
}

/// A line that lists published ports, as a machine prints it that has IPv6 where the
/// notes' has not, or the other way round.
fn published_otherwise(line: &str, calls: &[ProgramCall], known: &KnownNames) -> Vec<Rewording> {
    published::with_twins(line, calls, &known.authored)
        .into_iter()
        .chain(published::without_twins(line, calls, &known.authored))
        .map(|other| Rewording::of_line(published::DIALECT, other))
        .collect()
}

/// The name under which a version is reported that a template prints.
const VERSIONS: &str = "the versions of what is installed";

pattern! {
    /// The fields of a template that print versions: `.Server.Version`, `.KernelVersion`.
    VERSION_FIELD = r"\.[A-Za-z]*Version\b";
}

/// A line that a template of `docker version` or `docker info` prints, with any
/// versions where the notes' machine has its own.
fn with_other_versions(line: &str, calls: &[ProgramCall]) -> Option<Rewording> {
    let asks = |call: &ProgramCall| {
        matches!(call.verb.as_str(), "version" | "info")
            && call
                .template()
                .is_some_and(|template| VERSION_FIELD.is_match(template))
    };
    if !calls.iter().any(asks) {
        return None;
    }
    let version = mark(Volatile::Version).to_string();
    let other: Vec<String> = line
        .split(' ')
        .map(|word| {
            if Volatile::Version.is(word) {
                version.clone()
            } else {
                word.to_owned()
            }
        })
        .collect();
    let other = other.join(" ");
    (other != line).then(|| Rewording::of_line(VERSIONS, other))
}

/// What `docker info -f '{{.Driver}}'` and the like print on any other machine.
fn with_other_properties(line: &str, calls: &[ProgramCall]) -> Vec<Rewording> {
    let values = properties::values_of_template(calls);
    if !values.iter().any(|value| value == line) {
        return Vec::new();
    }
    let others = values.iter().filter(|value| *value != line);
    others
        .map(|value| Rewording::of_line(properties::DIALECT, value.clone()))
        .collect()
}

/// The name under which an alias of the notes' shell is reported.
const ALIAS: &str = "an alias of the shell, for colours";

/// A process of grep as a shell starts it that has no alias for it.
fn without_alias(line: &str, calls: &[ProgramCall]) -> Option<Rewording> {
    const COLOURED: &str = "grep --color=auto ";
    let greps = calls.iter().any(|call| call.program.ends_with("grep"));
    (greps && line.contains(COLOURED))
        .then(|| Rewording::of_line(ALIAS, line.replacen(COLOURED, "grep ", 1)))
}

/// The name under which the number of processors is reported.
const PROCESSORS: &str = "how many processors the machine has";

pattern! {
    /// What the daemon says of more processors than there are.
    PROCESSOR_RANGE = r"^(?P<before>.*\b[Rr]ange of CPUs is from 0\.01 to )(?P<most>[1-9][0-9]*)\.00(?P<between>, as there are only )(?P<count>[1-9][0-9]*)(?P<after> CPUs available.*)$";
}

/// A line that tells how many processors there are, with those of any machine.
fn with_other_processors(line: &str) -> Option<Rewording> {
    let range = PROCESSOR_RANGE.captures(line)?;
    let any = mark(Volatile::Amount);
    (range["most"] == range["count"]).then(|| Rewording {
        row: PROCESSORS,
        takes: 1,
        lines: vec![format!(
            "{}{any}{}{any}{}",
            &range["before"], &range["between"], &range["after"]
        )],
    })
}

/// The name under which the names of capabilities are reported.
const CAPABILITIES: &str = "the names of capabilities";

pattern! {
    /// A field of a template that prints capabilities.
    CAPABILITY_FIELD = r"\.Cap(?:Add|Drop)\b";
    /// The name of a capability.
    CAPABILITY = r"\b(?P<long>CAP_)?(?P<name>[A-Z]+(?:_[A-Z]+)*)\b";
    /// A line of a JSON list with a name in it.
    IN_LIST = r#"^ *"[A-Z_]+",?$"#;
}

/// A line that `docker inspect` prints with the capabilities of a container, with their whole
/// names where it has the short ones, or the other way round: since 28.0 the daemon keeps the
/// whole ones.
fn with_other_capabilities(line: &str, calls: &[ProgramCall]) -> Option<Rewording> {
    let prints = |call: &ProgramCall| {
        let is_field = |template: &str| CAPABILITY_FIELD.is_match(template);
        call.does(Does::Inspects)
            && call
                .template()
                .map_or_else(|| IN_LIST.is_match(line), is_field)
    };
    if !calls.iter().any(prints) || line.contains("ALL") {
        return None;
    }
    let whole = |name: &regex::Captures| {
        let long = if name.name("long").is_some() {
            ""
        } else {
            "CAP_"
        };
        format!("{long}{}", &name["name"])
    };
    let other = CAPABILITY.replace_all(line, whole);
    (other != line).then(|| Rewording::of_line(CAPABILITIES, other.into_owned()))
}

fn rewordings_in(
    block: &[&str],
    forwards: bool,
    calls: &[ProgramCall],
    known: &KnownNames,
) -> Vec<Rewording> {
    let Some(first) = block.first().filter(|line| could_begin(line)) else {
        return Vec::new();
    };
    let mut found: Vec<Rewording> = Vec::new();
    // The rows that each of them came by.
    let mut used: Vec<Vec<&'static str>> = Vec::new();
    let mut seen: HashSet<(usize, Vec<String>)> = HashSet::new();
    for reading in readings_of(first, forwards) {
        for takes in reading.lines.clone() {
            let Some(own) = block.get(..takes) else { break };
            let own: Vec<String> = own.iter().map(|line| (*line).to_owned()).collect();
            if own.iter().any(|line| !kinds_in(line).is_empty()) {
                break;
            }
            seen.insert((takes, own.clone()));
            for lines in reading.reword(&own, calls, known) {
                if seen.insert((takes, lines.clone())) {
                    used.push(vec![reading.row.name.as_str()]);
                    found.push(Rewording {
                        row: reading.row.name.as_str(),
                        takes,
                        lines,
                    });
                }
            }
        }
    }
    // Further rows read on from where the lines begin.
    let mut index = 0;
    while index < found.len() && found.len() < MOST {
        let Rewording { row, takes, lines } = found[index].clone();
        let before = used[index].clone();
        index += 1;
        let Some(first) = lines.first().filter(|_| before.len() < ROWS) else {
            continue;
        };
        for reading in readings_of(first, forwards) {
            if before.contains(&reading.row.name.as_str()) && !reading.is_anywhere() {
                continue;
            }
            for count in reading.lines.clone() {
                let Some((own, rest)) = lines.split_at_checked(count) else {
                    break;
                };
                for mut other in reading.reword(own, calls, known) {
                    other.extend_from_slice(rest);
                    if seen.insert((takes, other.clone())) {
                        used.push(
                            before
                                .iter()
                                .copied()
                                .chain([reading.row.name.as_str()])
                                .collect(),
                        );
                        found.push(Rewording {
                            row,
                            takes,
                            lines: other,
                        });
                    }
                }
            }
        }
    }
    found
}

/// The other texts that tell the same event as the line `text`, without marks,
/// each with its row's name.
pub fn other_texts(
    text: &str,
    calls: &[ProgramCall],
    known: &KnownNames,
) -> Vec<(&'static str, String)> {
    rewordings(&[text], calls, known)
        .into_iter()
        .filter_map(|rewording| match &rewording.lines[..] {
            [line] if kinds_in(line).is_empty() => Some((rewording.row, line.clone())),
            _ => None,
        })
        .collect()
}

/// A line that only some versions print, where the others are silent.
#[derive(Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The printed line, from 0.
    pub line: usize,
    /// The name of its row.
    pub row: &'static str,
}

/// The printed lines that the other versions never print for this command.
pub fn announcements(calls: &[ProgramCall], actual: &[String]) -> Vec<Announcement> {
    let mut found = Vec::new();
    for reading in READINGS.iter().filter(|reading| reading.to.is_empty()) {
        let length = *reading.lines.start();
        for (first, lines) in actual.windows(length).enumerate() {
            if !reading
                .reword(lines, calls, &KnownNames::default())
                .is_empty()
            {
                let lines = first..first + length;
                found.extend(lines.map(|line| Announcement {
                    line,
                    row: reading.row.name.as_str(),
                }));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conflict_is_told_in_two_ways() {
        let older = "Error response from daemon: conflict: unable to remove repository reference \"nginx\" (must force) - container e56ac97ef60a is using its referenced image 76c69feac34e";
        let newer = "Error response from daemon: conflict: unable to delete nginx:latest (must be forced) - container e56ac97ef60a is using its referenced image 76c69feac34e";
        assert_eq!(
            other_texts(older, &[], &KnownNames::default()),
            [("rmi of an image in use", newer.to_owned())]
        );
        assert!(
            other_texts(newer, &[], &KnownNames::default())
                .contains(&("rmi of an image in use", older.to_owned()))
        );
    }

    #[test]
    fn a_name_that_is_made_once_keeps_the_id_that_the_notes_show() {
        let ids = HashMap::from([("web".to_owned(), "e56ac97ef60a".repeat(6))]);
        let known = |lasting: &[&str]| KnownNames {
            ids: Arc::new(ids.clone()),
            lasting: Arc::new(lasting.iter().map(|&name| name.to_owned()).collect()),
            ..KnownNames::default()
        };
        for lasting in [&["web"][..], &[]] {
            assert!(known(lasting).can_be("web", "e56ac97ef60a"));
            assert!(!known(lasting).can_be("db", "e56ac97ef60a"));
            // One that is made again has another.
            let is_made_again = lasting.is_empty();
            assert_eq!(known(lasting).can_be("web", "0123456789ab"), is_made_again);
        }
    }

    #[test]
    fn capabilities_have_short_names_and_whole_ones() {
        let other = |line: &str, command: &str| {
            let reworded = with_other_capabilities(line, &ProgramCall::all(command));
            reworded.map(|one| one.lines.concat())
        };
        let template = "docker inspect -f '{{.HostConfig.CapDrop}}' box";
        assert_eq!(
            other("[CHOWN NET_RAW]", template).as_deref(),
            Some("[CAP_CHOWN CAP_NET_RAW]")
        );
        assert_eq!(
            other("[CAP_NET_RAW]", template).as_deref(),
            Some("[NET_RAW]")
        );
        let document = "docker inspect box";
        let long = other("                \"NET_RAW\",", document);
        assert_eq!(long.as_deref(), Some("                \"CAP_NET_RAW\","));
        assert_eq!(other("[ALL]", template), None);
        assert_eq!(
            other("[NET_RAW]", "docker inspect -f '{{.Config.Cmd}}' box"),
            None
        );
    }

    #[test]
    fn an_error_begins_with_a_capital_letter_or_not() {
        let daemon = "Error response from daemon: ";
        let calls = ProgramCall::all("docker exec web true");
        for (line, other) in [
            (
                format!("{daemon}invalid filter 'a'"),
                Some(format!("{daemon}Invalid filter 'a'")),
            ),
            (
                format!("docker: {daemon}Range of CPUs is"),
                Some(format!("docker: {daemon}range of CPUs is")),
            ),
            (
                "Template parsing error: x".to_owned(),
                Some("template parsing error: x".to_owned()),
            ),
            (format!("{daemon}OCI runtime create failed"), None),
            (
                format!("{daemon}db is not running"),
                Some(format!("{daemon}Db is not running")),
            ),
            // The name of a container may be in capitals.
            (format!("{daemon}web is not running"), None),
            ("hello world".to_owned(), None),
        ] {
            assert_eq!(in_other_case(&line, &calls), other, "{line}");
        }
    }

    #[test]
    fn every_row_can_be_read() {
        let is_one_way = |row: &&MessageRow| row.older.is_empty() || row.newer.is_empty();
        let one_way = MESSAGES.iter().filter(is_one_way).count();
        assert_eq!(READINGS.len(), 2 * MESSAGES.len() - one_way);
        LazyLock::force(&SIGNS);
    }

    #[test]
    fn every_hole_is_known_on_the_other_side_or_of_a_kind() {
        for row in MESSAGES.iter() {
            for (from, to) in [(&row.older, &row.newer), (&row.newer, &row.older)] {
                // The other version says nothing at all.
                if to.is_empty() {
                    continue;
                }
                for hole in parts(from).into_iter().filter_map(|(_, hole)| hole) {
                    let there = parts(to).iter().any(|(_, other)| {
                        *other == Some(hole)
                            || (["name", "image"].contains(&hole)
                                && matches!(*other, Some("name" | "image")))
                    });
                    assert!(
                        there
                            || ["", "argument", "destination", "owner"].contains(&hole)
                            || kind_of(hole).is_some(),
                        "{}: {hole}",
                        row.name
                    );
                }
            }
        }
    }
}
