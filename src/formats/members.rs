//! Members of what `docker inspect` shows that a version of Docker moved, left out, added
//! or gave another value.
//!
//! ```text
//!     28   "Containers": {},        29   "Options": {},
//!          "Options": {},                "Labels": {},
//!          "Labels": {}                  "Containers": {},
//!                                        "Status": {...}
//! ```
//!
//! `members.toml` has them. The output is put in the order that the notes' version prints,
//! and is then laid over the notes like any other: no other order holds, and a member
//! that only one version has must still be one that it can have.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::json::{LineShape, bare, indentation, key_of, shape};
use super::text::lines_where;
use crate::docker::names::major;
use crate::docker::{Does, ProgramCall};
use crate::pattern::{compiled, table};

/// By how many blanks each level of a document is indented.
const INDENT: usize = 4;

/// The name under which such a match is reported.
pub const DIALECT: &str = "the members of what docker inspect shows";

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum About {
    Container,
    Image,
    Network,
    /// A row of a list (`docker ps --format json`).
    Row,
}

/// What a version changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MemberChange {
    /// It leaves the member out, where its value is this pattern.
    Gone(#[serde(deserialize_with = "whole")] Regex),
    /// It added the member, with such a value.
    New(#[serde(deserialize_with = "whole")] Regex),
    /// The member stands behind another one than before; last, where it is none.
    Moved { before: String, since: String },
    /// The members inside stood in another order than since then.
    Members {
        before: MemberOrder,
        since: MemberOrder,
    },
    /// The member had a value that is this pattern, and has such a one since then.
    Values {
        #[serde(deserialize_with = "whole")]
        before: Regex,
        #[serde(deserialize_with = "whole")]
        since: Regex,
    },
    /// The machine or its daemon has one of these values there, in every version.
    OneOf(Vec<String>),
    /// The texts inside stood in this order; since then they are sorted.
    Texts(Vec<String>),
    /// These texts were added inside.
    Added(Vec<String>),
}

/// The order of members: of their names where none are listed.
type MemberOrder = Vec<String>;

use About::{Container, Image, Network, Row};
use MemberChange::{Added, Gone, Members, Moved, New, OneOf, Texts, Values};

/// A pattern that a whole value has to match.
fn whole<'d, D: serde::Deserializer<'d>>(text: D) -> Result<Regex, D::Error> {
    let pattern = String::deserialize(text)?;
    Ok(compiled(format!("^(?:{pattern})$")))
}

/// A row of `members.toml`.
#[derive(Debug, Deserialize)]
struct MemberRule {
    of: About,
    /// The version that changed them.
    #[serde(default = "newest")]
    since: u8,
    /// Whether the containerd image store changed them, and no version.
    #[serde(default)]
    by_store: bool,
    /// What of a command decides the value, and not the machine.
    unless: Option<String>,
    /// The outermost member that documents have which lack these.
    instead: Option<String>,
    /// The members, each with the path of names to it.
    names: Vec<String>,
    /// What is said of a template that asks for a member that is gone.
    today: Option<String>,
    #[serde(flatten)]
    change: MemberChange,
}

/// The version of a row that names none.
fn newest() -> u8 {
    29
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberTable {
    member: Vec<MemberRule>,
}

static TABLE: LazyLock<Vec<MemberRule>> = LazyLock::new(|| {
    let mut rows = table::<MemberTable>(include_str!("members.toml")).member;
    rows.sort_by_key(|row| row.since);
    rows
});

/// A version of each layout: one before the first row of the table, and those that
/// changed something.
static VERSIONS: LazyLock<BTreeSet<u8>> =
    LazyLock::new(|| TABLE.iter().map(|row| row.since).chain([0]).collect());

/// Which side of a change something is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Before,
    Since,
}

impl Age {
    /// The other one.
    fn other(self) -> Self {
        match self {
            Self::Before => Self::Since,
            Self::Since => Self::Before,
        }
    }
}

/// Every version beside every one.
fn pairs() -> impl Iterator<Item = (u8, u8)> {
    let beside = |one: u8| VERSIONS.iter().map(move |other| (one, *other));
    VERSIONS.iter().copied().flat_map(beside)
}

/// A row with the side of its change that a document is on.
type SidedRow = (Age, &'static MemberRule);

/// The rows that set one image store apart from the other, for a document of the store `age`.
fn rows_of_store(about: About, age: Age) -> impl Iterator<Item = SidedRow> + Clone {
    let rows = TABLE
        .iter()
        .filter(move |row| row.of == about && row.by_store);
    rows.map(move |row| (age, row))
}

/// The rows that set `version` apart from `other`, in the order in which a document of the
/// other one becomes one of this version: from the oldest change on where it gets newer,
/// else from the newest.
fn rows_between(about: About, version: u8, other: u8) -> Vec<SidedRow> {
    let (older, newer) = (version.min(other), version.max(other));
    let age = if version > other {
        Age::Since
    } else {
        Age::Before
    };
    let is_between = |row: &&MemberRule| {
        let is_of_machine = matches!(row.change, OneOf(_));
        let changed = !row.by_store && row.since > older && row.since <= newer;
        row.of == about && (is_of_machine || changed)
    };
    let rows = TABLE.iter().filter(is_between).map(|row| (age, row));
    match age {
        Age::Since => rows.collect(),
        Age::Before => rows.rev().collect(),
    }
}

impl MemberRule {
    /// Whether only documents of this age have the member.
    fn is_only_in(&self, age: Age) -> bool {
        match self.change {
            Gone(_) => age == Age::Before,
            New(_) => age == Age::Since,
            _ => false,
        }
    }

    /// Whether it is about the member `key` at `path`.
    fn is_about(&self, path: &str, key: &str) -> bool {
        self.names.iter().any(|name| {
            let (outer, own) = name.rsplit_once('.').unwrap_or(("", name));
            let is_path = match outer.strip_suffix(".*") {
                None => path == outer,
                Some(outer) => path
                    .strip_prefix(outer)
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|name| !name.is_empty() && !name.contains('.')),
            };
            is_path && key == own
        })
    }

    /// Whether `line` is a member of a container, at its depth in the document, that older
    /// versions than `version` alone have.
    fn is_gone_in(&self, version: u32, line: &str) -> bool {
        let (Gone(_), Container, None, false) =
            (&self.change, self.of, &self.instead, self.by_store)
        else {
            return false;
        };
        let member = line.trim_start().strip_prefix('"');
        let Some((key, value)) = member.and_then(|member| member.split_once("\": ")) else {
            return false;
        };
        let is_name = |name: &String| {
            let depth = name.split('.').count() + 1;
            let own = name.rsplit('.').next();
            own == Some(key) && indentation(line) == depth * INDENT
        };
        let value = value.strip_suffix(',').unwrap_or(value);
        version >= self.since.into() && self.names.iter().any(is_name) && self.can_be(value)
    }

    fn can_be(&self, value: &str) -> bool {
        match &self.change {
            Gone(pattern) | New(pattern) => pattern.is_match(value),
            _ => true,
        }
    }

    /// Whether a command in `authored`, what the author wrote, decides the value.
    fn is_decided_in(&self, authored: &str) -> bool {
        let mut option = self.unless.iter();
        option.any(|option| authored.contains(option.as_str()))
    }

    /// Whether `other`, which lacks the members, has what stands there instead.
    fn is_replaced_in(&self, other: &Document) -> bool {
        let is_there = |name: &String| {
            let mut parts = other.parts.iter();
            parts.any(|part| part.path.is_empty() && part.key == *name)
        };
        self.instead.as_ref().is_none_or(is_there)
    }

    /// The lines of the added `texts` that `own` has and `other` lacks.
    fn added(&self, texts: &[String], own: &Document, other: &Document) -> Vec<usize> {
        let inside = |document: &Document, text: &str| {
            let is_it = |part: &&MemberValue| {
                let is_inside = part.key.is_empty() && self.names.contains(&part.path);
                is_inside && part.value(document.lines).trim_matches('"') == text
            };
            document
                .parts
                .iter()
                .find(is_it)
                .map(|part| part.lines.start)
        };
        let lacks = |text: &&String| inside(other, text).is_none();
        let lacking = texts.iter().filter(lacks);
        lacking.filter_map(|text| inside(own, text)).collect()
    }

    /// Whether a member has the value `own` on the side `age` of the change, and `other` on
    /// the other one.
    fn changes(&self, age: Age, (own, other): (&str, &str), authored: &str) -> bool {
        if let OneOf(values) = &self.change {
            let is_known = |value: &str| values.iter().any(|one| one == value);
            return own != other
                && is_known(own)
                && is_known(other)
                && !self.is_decided_in(authored);
        }
        let Values { before, since } = &self.change else {
            return false;
        };
        let (of_own, of_other) = match age {
            Age::Before => (before, since),
            Age::Since => (since, before),
        };
        own != other && of_own.is_match(own) && of_other.is_match(other)
    }
}

/// A value of a document: a member, or an element of an array (whose key is empty).
#[derive(Debug, Clone)]
struct MemberValue {
    path: String,
    key: String,
    lines: Range<usize>,
    /// The line that opens what it is in.
    parent: Option<usize>,
}

/// The members of a document, or of what notes show of it, beside the lines they are in.
struct Document<'l> {
    lines: &'l [Option<String>],
    parts: Vec<MemberValue>,
    /// What the author of the notes wrote.
    authored: &'l str,
}

impl Document<'_> {
    /// The image store of whoever printed it, where it tells: the containerd image store is
    /// the newer one.
    fn store(&self) -> Option<Age> {
        let driver = self.parts.iter().find(|part| {
            (part.path == "GraphDriver" || part.path == "Storage.RootFS.Snapshot")
                && part.key == "Name"
        })?;
        match driver.value(self.lines).as_str() {
            "\"overlay2\"" => Some(Age::Before),
            _ => Some(Age::Since),
        }
    }
}

/// The parts of a document, or of what notes show of it, by how far they are indented.
fn parts(lines: &[Option<String>], range: Range<usize>) -> Vec<MemberValue> {
    let mut found: Vec<MemberValue> = Vec::new();
    // What is open: how far it is indented, and its part.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for line in range.clone() {
        let Some(text) = lines.get(line).and_then(Option::as_deref) else {
            continue;
        };
        let Some(shape) = shape(text) else { continue };
        let indented = indentation(text);
        while let Some((outer, part)) = open.last().copied()
            && outer >= indented
        {
            open.pop();
            let closes = outer == indented && shape == LineShape::Close;
            found[part].lines.end = if closes { line + 1 } else { line };
        }
        if shape == LineShape::Close {
            continue;
        }
        let names = open.iter().map(|(_, part)| found[*part].key.as_str());
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        let part = MemberValue {
            path: names.join("."),
            key: key_of(text).unwrap_or_default().to_owned(),
            lines: line..line + 1,
            parent: open.last().map(|(_, part)| found[*part].lines.start),
        };
        if shape == LineShape::Open {
            open.push((indented, found.len()));
        }
        found.push(part);
    }
    for (_, part) in open {
        found[part].lines.end = range.end;
    }
    found
}

impl MemberValue {
    /// Its value on one line, with a blank behind each name only.
    fn value(&self, lines: &[Option<String>]) -> String {
        let shown = || {
            self.lines
                .clone()
                .filter_map(|line| lines.get(line)?.as_deref())
        };
        let text: String = shown().map(str::trim).collect();
        let text = text.strip_suffix(',').unwrap_or(&text);
        match text.split_once("\": ") {
            Some((_, value)) if !self.key.is_empty() => value.to_owned(),
            _ => text.to_owned(),
        }
    }
}

/// The lines of `noted`, from 0, in which `grep` kept a member of a container that the version
/// `server` of the daemon no longer has, where `printed` has none of that name.
pub fn gone_from_grep(
    calls: &[ProgramCall],
    noted: &[Option<&str>],
    printed: &[Option<&str>],
    server: &str,
) -> Vec<usize> {
    let (Some(version), [inspect, filters @ ..]) = (major(server), calls) else {
        return Vec::new();
    };
    let inspects = inspect.is_docker("inspect") && inspect.template().is_none();
    if !inspects || filters.is_empty() {
        return Vec::new();
    }
    let has_key = |key: &str| {
        printed
            .iter()
            .flatten()
            .any(|line| key_of(line) == Some(key))
    };
    lines_where(noted, |line| {
        let is_kept = filters.iter().all(|filter| keeps(filter, line));
        let gone = TABLE.iter().find(|row| row.is_gone_in(version, line));
        is_kept && gone.is_some() && !key_of(line).is_some_and(has_key)
    })
}

/// Whether `filter` is a `grep` for a plain text that `line` has.
fn keeps(filter: &ProgramCall, line: &str) -> bool {
    let (text, ignores_case) = match &filter.words[..] {
        [text] => (text, false),
        [flag, text] if flag == "-i" => (text, true),
        _ => return false,
    };
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '"');
    let has_text = match ignores_case {
        true => line.to_lowercase().contains(&text.to_lowercase()),
        false => line.contains(text.as_str()),
    };
    filter.program == "grep" && is_plain && has_text
}

/// What a document with these members is about.
fn about<'k>(mut keys: impl Iterator<Item = &'k str>) -> Option<About> {
    keys.find_map(|key| match key {
        "HostConfig" => Some(Container),
        "RepoTags" => Some(Image),
        "IPAM" => Some(Network),
        _ => None,
    })
}

/// A document of another version, made ready to be laid over the notes.
#[derive(Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// Lines of the notes that this run's version does not print.
    pub missing: Vec<usize>,
    /// The lines of the output that the notes' version prints, in its order.
    pub order: Vec<usize>,
}

/// The document at `printed_at` in the order of the version that the notes' `block` is
/// of, as far as it can be another than this run's; `authored` is what the author wrote.
pub fn arrangements(
    calls: &[ProgramCall],
    notes: &[Option<String>],
    block: Range<usize>,
    printed: &[String],
    printed_at: Range<usize>,
    authored: &str,
) -> Vec<Arrangement> {
    if !calls.iter().any(|call| call.does(Does::Inspects)) {
        return Vec::new();
    }
    let printed: Vec<Option<String>> = printed.iter().cloned().map(Some).collect();
    let ours = parts(notes, block);
    let theirs = parts(&printed, printed_at.clone());
    let top = theirs.iter().filter(|part| part.path.is_empty());
    let Some(about) = about(top.map(|part| part.key.as_str())) else {
        return Vec::new();
    };
    let (ours, theirs) = (
        Document {
            lines: notes,
            parts: ours,
            authored,
        },
        Document {
            lines: &printed,
            parts: theirs,
            authored,
        },
    );
    arranged(about, &ours, &theirs, &printed_at)
}

/// The document `theirs`, which is at `printed_at`, in the order of every version that `ours`
/// can be of.
fn arranged(
    about: About,
    ours: &Document,
    theirs: &Document,
    printed_at: &Range<usize>,
) -> Vec<Arrangement> {
    // An elision may stand for what another one stands behind.
    let is_whole = ours.lines.iter().all(Option::is_some);
    // The store of the notes, where it can be another one than this run's.
    let stores = theirs.store().map(|store| Some(store.other()));
    let stores = [None].into_iter().chain(stores);
    let pairs = stores.flat_map(|store| pairs().map(move |pair| (pair, store)));
    let arranged = pairs.filter_map(|((version, other), store)| {
        let notes_can_be = || !is_whole || can_be_of(about, version, ours);
        if !can_be_of(about, other, theirs) || !notes_can_be() {
            return None;
        }
        let mut rows = rows_between(about, version, other);
        rows.extend(store.into_iter().flat_map(|age| rows_of_store(about, age)));
        let other_side: Vec<SidedRow> = rows.iter().map(|(age, row)| (age.other(), *row)).collect();
        let missing = only_in(&rows, ours, theirs)?;
        let dropped = only_in(&other_side, theirs, ours)?;
        let mut order: Vec<usize> = printed_at.clone().collect();
        for (age, row) in rows {
            let parts = theirs.parts.iter();
            for part in parts.filter(|part| row.is_about(&part.path, &part.key)) {
                arrange(&mut order, &row.change, age, part, theirs);
            }
        }
        order.retain(|line| !dropped.contains(line));
        let is_other = !missing.is_empty() || !order.iter().copied().eq(printed_at.clone());
        is_other.then_some(Arrangement { missing, order })
    });
    arranged.collect()
}

/// Whether `version` can have printed the document: its members stand in the order of that
/// version.
fn can_be_of(about: About, version: u8, document: &Document) -> bool {
    let lines: Vec<usize> = (0..document.lines.len()).collect();
    let mut order = lines.clone();
    for other in [0, u8::MAX] {
        for (age, row) in rows_between(about, version, other) {
            let parts = document.parts.iter();
            for part in parts.filter(|part| row.is_about(&part.path, &part.key)) {
                arrange(&mut order, &row.change, age, part, document);
            }
        }
    }
    order == lines
}

/// The lines of what only documents on this side of the `rows` have and `other` lacks,
/// or has with another value; none where one of them has a value that it cannot have.
fn only_in(rows: &[SidedRow], own: &Document, other: &Document) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    for (age, row) in rows {
        if let (Added(texts), Age::Since) = (&row.change, age) {
            found.extend(row.added(texts, own, other));
        }
    }
    for part in &own.parts {
        let mut rows = rows
            .iter()
            .filter(|(_, row)| row.is_about(&part.path, &part.key));
        let value = part.value(own.lines);
        let is_same = |there: &&MemberValue| there.path == part.path && there.key == part.key;
        if let Some(there) = other.parts.iter().find(is_same) {
            let there = there.value(other.lines);
            if rows.any(|(age, row)| row.changes(*age, (&value, &there), own.authored)) {
                found.extend(part.lines.clone());
            }
            continue;
        }
        let mut rows = rows.filter(|(age, row)| row.is_only_in(*age)).peekable();
        if rows.peek().is_some() {
            let agrees = agrees_with_networks(part, &value, own.lines, &own.parts)
                && fits_subnets(part, &value, own.lines, &own.parts);
            if !agrees || !rows.any(|(_, row)| row.can_be(&value) && row.is_replaced_in(other)) {
                return None;
            }
            found.extend(part.lines.clone());
        }
    }
    Some(found)
}

/// Whether one of the networks of a container has the value that the container itself
/// is shown with.
fn agrees_with_networks(
    part: &MemberValue,
    value: &str,
    lines: &[Option<String>],
    own: &[MemberValue],
) -> bool {
    if part.path != "NetworkSettings" {
        return true;
    }
    let of_networks = || {
        let parts = own.iter().filter(|other| other.key == part.key);
        parts.filter(|other| other.path.starts_with("NetworkSettings.Networks."))
    };
    let is_empty = ["\"\"", "0"].contains(&value);
    is_empty
        || of_networks().next().is_none()
        || of_networks().any(|other| other.value(lines) == value)
}

/// Whether what a network's document tells of its subnets is about those that it has: the
/// gateway that Docker chose, and how many addresses are in use.
fn fits_subnets(
    part: &MemberValue,
    value: &str,
    lines: &[Option<String>],
    own: &[MemberValue],
) -> bool {
    let subnets: Vec<String> = own
        .iter()
        .filter(|other| other.path == "IPAM.Config" && other.key == "Subnet")
        .map(|subnet| subnet.value(lines).trim_matches('"').to_owned())
        .collect();
    match part.key.as_str() {
        "Gateway" if part.path == "IPAM.Config" => {
            let gateway: Option<Ipv4Addr> = value.trim_matches('"').parse().ok();
            let first = |subnet: &String| {
                let (network, _) = subnet.split_once('/')?;
                let network: Ipv4Addr = network.parse().ok()?;
                u32::from(network).checked_add(1).map(Ipv4Addr::from)
            };
            gateway.is_some()
                && subnets
                    .iter()
                    .filter_map(first)
                    .any(|own| Some(own) == gateway)
        }
        "Status" if part.path.is_empty() => {
            let Ok(status) = serde_json::from_str::<Value>(value) else {
                return false;
            };
            let counts = status.pointer("/IPAM/Subnets").and_then(Value::as_object);
            counts.is_some_and(|counts| {
                counts.iter().all(|(subnet, used)| {
                    let is_shown = subnets.is_empty() || subnets.contains(subnet);
                    is_shown && counts_addresses(subnet, used)
                })
            })
        }
        _ => true,
    }
}

/// Whether the addresses of a subnet of IPv4, used and free, are as many as it has.
fn counts_addresses(subnet: &str, used: &Value) -> bool {
    let Some((network, length)) = subnet.split_once('/') else {
        return false;
    };
    let free = 32_u32.checked_sub(length.parse().unwrap_or(u32::MAX));
    let (Ok(_), Some(free)) = (network.parse::<Ipv4Addr>(), free) else {
        return network.contains(':');
    };
    let count = |name: &str| used.get(name).and_then(Value::as_u64).unwrap_or_default();
    count("IPsInUse").checked_add(count("DynamicIPsAvailable")) == 1_u64.checked_shl(free)
}

/// Puts a part, or what is in it, where a document of this `age` has it.
fn arrange(
    order: &mut Vec<usize>,
    change: &MemberChange,
    age: Age,
    part: &MemberValue,
    document: &Document,
) {
    let all = &document.parts;
    let inside = || {
        all.iter()
            .filter(|other| other.parent == Some(part.lines.start))
    };
    let rank = |names: &[String], name: &str| {
        let place = names.iter().position(|known| known == name);
        place.unwrap_or(names.len())
    };
    match change {
        Added(_) | Gone(_) | New(_) | OneOf(_) | Values { .. } => {}
        Moved { before, since } => {
            let behind = if age == Age::Before { before } else { since };
            let place = |order: &[usize], part: &MemberValue| {
                let end = part.lines.end - 1;
                order.iter().position(|line| *line == end)
            };
            let beside = all.iter().filter(|other| {
                other.parent == part.parent
                    && other.lines != part.lines
                    && (behind.is_empty() || stands_behind(behind, &other.key))
            });
            let Some(target) = beside.max_by_key(|other| place(order, other)) else {
                return;
            };
            let (own, mut rest): (Vec<usize>, Vec<usize>) =
                order.iter().partition(|line| part.lines.contains(line));
            if let Some(place) = place(&rest, target) {
                rest.splice(place + 1..place + 1, own);
                *order = rest;
            }
        }
        Members { before, since } => {
            let names = if age == Age::Before { before } else { since };
            let mut members: Vec<&MemberValue> = inside().collect();
            members.sort_by(|one, other| one.key.cmp(&other.key));
            members.sort_by_key(|member| rank(names, &member.key));
            put_inside(order, part, &members);
        }
        Texts(known) => {
            let mut texts: Vec<(&MemberValue, String)> = inside()
                .map(|text| (text, text.value(document.lines)))
                .collect();
            match age {
                Age::Before => {
                    texts.sort_by_key(|(_, text)| rank(known, text.trim_matches('"')));
                }
                Age::Since => texts.sort_by(|(_, one), (_, other)| one.cmp(other)),
            }
            let texts: Vec<&MemberValue> = texts.into_iter().map(|(text, _)| text).collect();
            put_inside(order, part, &texts);
        }
    }
}

/// Whether a member that stands behind one of `names`, set apart by blanks, may stand
/// behind `key`.
fn stands_behind(names: &str, key: &str) -> bool {
    names.split_whitespace().any(|name| name == key)
}

/// Puts what is inside a part in this order.
fn put_inside(order: &mut Vec<usize>, part: &MemberValue, inside: &[&MemberValue]) {
    order.retain(|line| !inside.iter().any(|inner| inner.lines.contains(line)));
    let lines: Vec<usize> = inside
        .iter()
        .flat_map(|inner| inner.lines.clone())
        .collect();
    if let Some(opener) = order.iter().position(|line| *line == part.lines.start) {
        order.splice(opener + 1..opener + 1, lines);
    }
}

/// The line `text` of a document, or of what a filter leaves of it, as other machines print it:
/// `"CgroupnsMode": "private",` where this one has `"host"`; `authored` is what the author wrote.
pub fn on_other_machines(text: &str, calls: &[ProgramCall], authored: &str) -> Vec<String> {
    if !calls.iter().any(|call| call.does(Does::Inspects)) {
        return Vec::new();
    }
    let (Some(key), Some((before, value))) = (key_of(text), text.split_once("\": ")) else {
        return Vec::new();
    };
    let (value, end) = match value.strip_suffix(',') {
        Some(value) => (value, ","),
        None => (value, ""),
    };
    let is_own = |row: &&MemberRule| {
        let mut names = row.names.iter();
        names.any(|name| name.rsplit('.').next() == Some(key)) && !row.is_decided_in(authored)
    };
    let rows = TABLE.iter().filter(is_own);
    let values = rows.filter_map(|row| match &row.change {
        OneOf(values) if values.iter().any(|one| one == value) => Some(values),
        _ => None,
    });
    values
        .flatten()
        .filter(|other| *other != value)
        .map(|other| format!("{before}\": {other}{end}"))
        .collect()
}

/// A field of a template that newer versions no longer have.
#[derive(Debug)]
pub struct GoneField {
    /// As a template names it: `.NetworkSettings.IPAddress`.
    pub field: String,
    /// What it printed.
    value: &'static Regex,
    /// What is said of it, with the template that prints the same today.
    pub advice: String,
}

/// The fields of a container that are gone.
pub static GONE_FIELDS: LazyLock<Vec<GoneField>> = LazyLock::new(|| {
    let rows = TABLE.iter().filter(|row| row.of == Container);
    rows.flat_map(|row| {
        let value = match &row.change {
            Gone(value) => Some(value),
            _ => None,
        };
        let is_field = |name: &&String| *name == DRIVER || name.starts_with("NetworkSettings.");
        let fields = row.names.iter().filter(is_field);
        fields.filter_map(move |name| Some(row.gone_field(name, value?)))
    })
    .collect()
});

/// The member that names the storage driver.
const DRIVER: &str = "GraphDriver";

impl MemberRule {
    fn gone_field(&self, name: &str, value: &'static Regex) -> GoneField {
        let field = format!(".{name}");
        let own = name.rsplit('.').next().unwrap_or_default();
        let today = self.today.as_ref();
        let today = today.map_or_else(String::new, |today| {
            format!("; {}", today.replace("MEMBER", own))
        });
        let advice = format!("Docker {} has no {field} any more{today}", self.since);
        GoneField {
            field,
            value,
            advice,
        }
    }
}

impl GoneField {
    /// Whether a template can have printed `text` for it.
    pub fn can_be(&self, text: &str) -> bool {
        let drivers = ["<no value>", "overlayfs", "overlay2"];
        (self.field.ends_with(DRIVER) && drivers.contains(&text))
            || self.value.is_match(text)
            || self.value.is_match(&format!("\"{text}\""))
            || (text == "[]" && self.value.is_match("null"))
    }
}

/// The lines `printed`, each a document of JSON, as the version prints them that those of
/// the notes are of, where that is another one: `docker inspect -f '{{json .HostConfig}}'`.
/// Those that stand as they would there are none of them.
pub fn as_noted(
    calls: &[ProgramCall],
    noted: &[&str],
    printed: &[String],
    authored: &str,
) -> Vec<(usize, String)> {
    let [call] = calls else { return Vec::new() };
    let template = call.template().and_then(json_of);
    let base = match template {
        Some(base) if call.does(Does::Inspects) => base,
        _ if call.prints_json() && call.is_docker("ps") => "",
        _ => return Vec::new(),
    };
    if noted.len() != printed.len() {
        return Vec::new();
    }
    let pairs = noted.iter().zip(printed).enumerate();
    pairs
        .filter(|(_, (noted, printed))| noted.starts_with('{') && printed.starts_with('{'))
        .filter_map(|(line, (noted, printed))| {
            let (ours, theirs) = (lines_of(noted, base)?, lines_of(printed, base)?);
            let top = ours.iter().filter_map(|line| key_of(line.as_deref()?));
            let other = abouts(call, base, top).into_iter();
            let mut other = other.filter_map(|about| as_lines_of(about, &ours, &theirs, authored));
            let text = on_one_line(&other.next()?, base)?;
            (text != *printed).then_some((line, text))
        })
        .collect()
}

/// What a document can be about that a template prints of `base`, with these members.
fn abouts<'k>(call: &ProgramCall, base: &str, keys: impl Iterator<Item = &'k str>) -> Vec<About> {
    match base.split('.').next().unwrap_or_default() {
        _ if call.is_docker("ps") => vec![Row],
        "" => about(keys).into_iter().collect(),
        "HostConfig" | "NetworkSettings" => vec![Container],
        "Config" => vec![Container, Image],
        "IPAM" => vec![Network],
        _ => Vec::new(),
    }
}

/// A document on one line, with what stands around it in the whole one, line by line.
fn lines_of(text: &str, base: &str) -> Option<Vec<Option<String>>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let names = base.rsplit('.').filter(|name| !name.is_empty());
    let whole = names.fold(value, |inner, name| {
        Value::Object(Map::from_iter([(name.to_owned(), inner)]))
    });
    let pretty = serde_json::to_string_pretty(&whole).ok()?;
    Some(pretty.lines().map(|line| Some(line.to_owned())).collect())
}

/// The lines of `theirs`, about `about`, as the version of `ours` prints them: member by
/// member, those that only that version has as the notes have them.
fn as_lines_of(
    about: About,
    ours: &[Option<String>],
    theirs: &[Option<String>],
    authored: &str,
) -> Option<Vec<String>> {
    let (all_ours, all_theirs) = (0..ours.len(), 0..theirs.len());
    let document = |lines, all| Document {
        lines,
        parts: parts(lines, all),
        authored,
    };
    let (noted, printed) = (
        document(ours, all_ours),
        document(theirs, all_theirs.clone()),
    );
    let found = arranged(about, &noted, &printed, &all_theirs);
    let merged = |arrangement: &Arrangement| -> Option<Vec<String>> {
        let mut printed = arrangement.order.iter();
        let lines = ours.iter().enumerate().map(|(number, own)| {
            let own = own.as_deref()?;
            if arrangement.missing.contains(&number) {
                return Some(own.to_owned());
            }
            let line = theirs.get(*printed.next()?)?.as_deref()?;
            let is_it = key_of(own) == key_of(line) && shape(own) == shape(line);
            is_it.then(|| line.to_owned())
        });
        let lines: Option<Vec<String>> = lines.collect();
        lines.filter(|_| printed.next().is_none())
    };
    // Where both have the same members, only a value differs.
    let structure = |lines: &[Option<String>]| -> Vec<String> {
        let lines = lines.iter().flatten();
        lines
            .map(|line| format!("{:?} {}", shape(line), key_of(line).unwrap_or_default()))
            .collect()
    };
    let is_same = structure(ours) == structure(theirs);
    let mut found = found.iter();
    let in_place = |found: &&Arrangement| !is_same || found.order.is_sorted();
    found.by_ref().filter(in_place).find_map(merged)
}

/// The lines of a whole document on one line, as Go prints it, without what stands around
/// `base`.
fn on_one_line(lines: &[String], base: &str) -> Option<String> {
    let mut text = String::new();
    for line in lines {
        let own = bare(line);
        let closes = own.starts_with(['}', ']']);
        if !text.is_empty() && !closes && !text.ends_with(['{', '[']) {
            text.push(',');
        }
        match key_of(own) {
            Some(key) => {
                let value = own.get(key.len() + 4..)?;
                text.push_str(&format!("\"{key}\":{value}"));
            }
            None => text.push_str(own),
        }
    }
    for name in base.split('.').filter(|name| !name.is_empty()) {
        let inner = text.strip_prefix(&format!("{{\"{name}\":"))?;
        text = inner.strip_suffix('}')?.to_owned();
    }
    let escaped = [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026")];
    Some(
        escaped
            .iter()
            .fold(text, |text, (letter, code)| text.replace(*letter, code)),
    )
}

/// The path that a template prints as JSON.
fn json_of(template: &str) -> Option<&str> {
    let action = template.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    action.strip_prefix("json")?.trim().strip_prefix('.')
}
