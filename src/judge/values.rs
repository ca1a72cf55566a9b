//! Which texts of the notes are values of a run: IDs, addresses, made-up names.
//!
//! ```text
//!     first seen in an output or a container's prompt   a value, to be bound
//!     first seen in a command, or given to an option    the author's, literal
//! ```
//!
//! The whole exercise is read once, in its order, before anything is judged, so
//! that one text means one thing wherever it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::JudgedExercise;
use super::author_values::AuthorValues;
use super::bindings::ValueKind;
use crate::docker::dockerfile::is_dockerfile;
use crate::docker::ids::{SHORT, is_hex, is_id, is_short_id, short};
use crate::docker::names::looks_made_up;
use crate::docker::{Does, Invocation, OperandKind, ProgramCall, kubernetes};
use crate::formats::OutputFormat;
use crate::formats::authored::Authored;
use crate::formats::fields::{Rule, rule};
use crate::formats::jsonpath;
use crate::formats::listing;
use crate::formats::rewording::KnownNames;
use crate::formats::starting::Starting;
use crate::formats::table::{self, Header};
use crate::formats::templates::can_stand_for;
use crate::formats::text::normal;
use crate::formats::tree::Tree;
use crate::formats::volatile::Volatile;
use crate::hex::hex;
use crate::pattern::pattern;
use crate::session::Step;
use crate::shell::expansion;

/// The digits of a whole ID.
const FULL: usize = 64;

/// The values of an exercise's notes.
#[derive(Debug, Default)]
pub struct Values {
    known: HashMap<String, ValueKind>,
    /// Hexadecimal values by their first 12 digits.
    known_hex: BTreeMap<String, usize>,
    /// Starts of IDs as typed, with the 12 digits that they are short for.
    abbreviations: HashMap<String, String>,
    /// The first 12 digits of all IDs that the notes show.
    shown: BTreeSet<String>,
    author_values: AuthorValues,
    /// The first 12 digits of the IDs among the words that the author chose.
    author_ids: HashSet<String>,
    /// All that the author wrote: commands and files.
    authored: Authored,
    /// The only Dockerfile among the files that there are from the beginning.
    dockerfile: Option<String>,
    /// Whether something in a cluster was started that no command has waited for.
    is_unawaited: bool,
    /// The notes' lines with rows about things of a cluster that have not come up yet.
    starting: HashSet<usize>,
    /// The ID that stands for what has a name.
    ids: Arc<HashMap<String, String>>,
    /// The names that have one ID throughout, which the notes show.
    lasting_ids: Arc<HashSet<String>>,
}

pattern! {
    /// Texts that could be values: a hardware address, an address, a layer's link,
    /// a port, an inspected port, a word. A port that stands alone is known by its digits.
    CANDIDATE = concat!(
        r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|(?:[0-9A-F]{2}:){5}[0-9A-F]{2}",
        r"|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}",
        r"|[A-Z2-7]{26}",
        r"|:[0-9]{5}\b",
        r#"|"HostPort": ?"[0-9]{5}"#,
        r"|[0-9A-Za-z]+(?:_[0-9A-Za-z]+)*",
    );
}

/// Hardware addresses that are no card's: of the machine itself, and to all.
const NO_CARD: [&str; 2] = ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"];

/// Whether `address` can be a container's card: one that is given out locally, to one card.
fn is_card(address: &str) -> bool {
    let first = address.get(1..2).unwrap_or_default();
    !NO_CARD.contains(&address.to_ascii_lowercase().as_str()) && "26aeAE".contains(first)
}

pattern! {
    /// Words before an ID of 12 digits that say that it is one, even where all of
    /// its digits are decimal or all are letters.
    BEFORE_ID = r"(?:[Cc]ontainer|image|layer|---> (?:Running in)?|Running in|Successfully built|sha256:|Deleted:|Untagged:|volume|network) ?$";
}

/// Whether `program` prints a digest of what a file holds: not a value of the run.
fn sums_content(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    name.ends_with("sum") || ["openssl", "git"].contains(&name)
}

/// Whether `word` is the short name of a layer: 26 digits in base 32.
fn is_link(word: &str) -> bool {
    word.len() == 26
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
}

/// Whether `word` is the number of a namespace: the kernel's own begin at 4026531835, and
/// it counts on from there (Linux, include/linux/proc_ns.h).
pub(super) fn is_namespace(word: &str) -> bool {
    word.len() == 10 && word.starts_with("4026") && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `word` is a private address of the kind that networks are given.
pub(super) fn is_private_address(word: &str) -> bool {
    word.parse::<Ipv4Addr>()
        .is_ok_and(|address| address.is_private())
}

/// Whether `word` could be the name of a layer's folder: 64 hexadecimal digits, or
/// 25 letters and digits where BuildKit made it (moby `identity.NewID`).
fn looks_like_layer(word: &str) -> bool {
    let buildkit = word.len() == 25
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    buildkit || (word.len() == 64 && is_hex(word))
}

/// The lowest port that Docker picks by itself.
pub(super) const FIRST_RANDOM_PORT: u32 = 32768;

/// A word of a text that could be a value.
struct ValueCandidate<'t> {
    range: Range<usize>,
    text: &'t str,
    kind: ValueKind,
}

fn candidates(text: &str) -> Vec<ValueCandidate<'_>> {
    let number = text.trim();
    if number.len() == 5 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        let start = text.len() - text.trim_start().len();
        let alone = ValueCandidate {
            range: start..start + number.len(),
            text: number,
            kind: ValueKind::Port,
        };
        return vec![alone];
    }
    let mut found = Vec::new();
    for whole in CANDIDATE.find_iter(text) {
        let boundary = |neighbour: Option<char>| {
            neighbour.is_none_or(|next| !(next.is_ascii_alphanumeric() || next == '_'))
        };
        let after = text[whole.end()..].chars().next();
        let before = text[..whole.start()].chars().next_back();
        // What matched tells which part did; asking for captures costs far more.
        let word = whole.as_str();
        let (range, kind) = if word.starts_with(':') {
            (whole.start() + 1..whole.end(), ValueKind::Port)
        } else if word.starts_with('"') {
            (whole.end() - 5..whole.end(), ValueKind::Port)
        } else if word.contains(':') {
            (whole.range(), ValueKind::Hardware)
        } else if word.contains('.') {
            if before == Some('.')
                || after == Some('.')
                    && text[whole.end() + 1..].starts_with(|c: char| c.is_ascii_digit())
            {
                continue;
            }
            (whole.range(), ValueKind::Address)
        } else if is_link(word) {
            (whole.range(), ValueKind::Link)
        } else if is_namespace(word) {
            (whole.range(), ValueKind::Namespace)
        } else {
            let hex = word.len() >= SHORT && word.len() <= 64 && is_hex(word);
            (
                whole.range(),
                if hex { ValueKind::Hex } else { ValueKind::Name },
            )
        };
        if !boundary(after) || (kind != ValueKind::Port && !boundary(before)) {
            continue;
        }
        found.push(ValueCandidate {
            text: &text[range.clone()],
            range,
            kind,
        });
    }
    found
}

/// The Dockerfile that `cat` shows of what the author wrote in an editor.
pub(super) fn shown_dockerfile(step: &Step) -> Option<String> {
    let is_shown = step.command()?.starts_with("cat ");
    let lines = step.expected.iter().map(|line| line.text.as_str());
    let text = lines.collect::<Vec<_>>().join("\n");
    (is_shown && is_dockerfile(&text)).then_some(text)
}

impl Values {
    /// Reads the files, the set-up commands and all steps in order.
    pub fn of(script: &JudgedExercise, formats: &[OutputFormat]) -> Self {
        let typed = script.steps.iter().filter_map(Step::command);
        let given = script
            .setup
            .iter()
            .map(String::as_str)
            .chain(script.files.iter().copied());
        let shown: Vec<String> = script.steps.iter().filter_map(shown_dockerfile).collect();
        let mut values = Self {
            authored: given
                .clone()
                .chain(typed)
                .chain(shown.iter().map(String::as_str))
                .collect::<Vec<_>>()
                .join("\n")
                .into(),
            ..Self::default()
        };
        for text in given {
            values.see_command(text, 0);
        }
        let mut dockerfiles = script.files.iter().filter(|text| is_dockerfile(text));
        if let (Some(only), None) = (dockerfiles.next(), dockerfiles.next()) {
            values.dockerfile = Some((*only).to_owned());
        }
        let steps = script.steps;
        values.shown = shown_ids(steps);
        for (step, format) in steps.iter().zip(formats) {
            if step.level > 0 {
                values.see_prompt(&step.prompt);
            }
            if let Some(command) = step.command() {
                values.see_command(command, step.line);
            }
            values.see_output(step, format);
            if let Some((prompt, level)) = &step.next
                && *level > 0
            {
                values.see_prompt(prompt);
                step.further
                    .iter()
                    .for_each(|prompt| values.see_prompt(prompt));
            }
        }
        values.name_things(steps, formats);
        values
    }

    /// Finds the IDs of what commands name: those that the notes show. What they show
    /// none of has one that is nothing else's, unless they show one whose name they do
    /// not tell.
    fn name_things(&mut self, steps: &[Step], formats: &[OutputFormat]) {
        let mut found = NamedIds::default();
        for (step, format) in steps.iter().zip(formats) {
            let calls = format.calls().iter();
            let dockers: Vec<&Invocation> = calls.filter_map(ProgramCall::docker).collect();
            found.see_commands(step, &dockers);
            if !dockers
                .iter()
                .any(|docker| docker.does(Does::NoContainerIds))
            {
                found.see_output(step);
            }
        }
        let NamedIds {
            mut ids,
            shown,
            mut made,
        } = found;
        made.retain(|name, times| *times < 2 && ids.get(name).is_some_and(|id| !id.is_empty()));
        self.lasting_ids = Arc::new(made.into_keys().collect());
        let all_are_named = {
            let named: HashSet<&str> = ids.values().map(|id| short(id)).collect();
            shown.iter().all(|id| named.contains(id.as_str()))
        };
        ids.retain(|_, id| !id.is_empty() || all_are_named);
        for (name, id) in ids.iter_mut().filter(|(_, id)| id.is_empty()) {
            *id = whole_id(name, "");
            self.learn(id, ValueKind::Hex);
        }
        self.ids = Arc::new(ids);
    }

    /// The only Dockerfile among the files that there are from the beginning.
    pub fn only_dockerfile(&self) -> Option<&str> {
        self.dockerfile.as_deref()
    }

    /// What the notes say about names.
    pub fn known_names(&self) -> KnownNames {
        KnownNames {
            authored: self.authored.clone(),
            ids: Arc::clone(&self.ids),
            lasting: Arc::clone(&self.lasting_ids),
        }
    }

    /// All that the author wrote, commands and files, in which what looks
    /// like a time or an age is a text like any other.
    pub fn authored(&self) -> Authored {
        self.authored.clone()
    }

    /// The first 12 digits of the ID that the notes cut behind `digits`: those of the
    /// only one that they show elsewhere, else any that begin so; none where they show
    /// several.
    pub fn id_of_cut(&self, digits: &str) -> Option<String> {
        if digits.is_empty() {
            return None;
        }
        if digits.len() >= SHORT {
            return Some(short(digits).to_owned());
        }
        let shown = self.shown.range(digits.to_owned()..);
        let mut shown = shown.take_while(|id| id.starts_with(digits));
        match (shown.next(), shown.next()) {
            (Some(id), None) => Some(id.clone()),
            (None, _) => {
                let more = hex(&Sha256::digest(digits), SHORT);
                Some(short(&format!("{digits}{more}")).to_owned())
            }
            _ => None,
        }
    }

    /// The first 12 digits of the only ID of the notes that begins with `start`.
    fn id_that_begins_with(&self, start: &str) -> Option<&str> {
        let mut known = self
            .known_hex
            .range(start.to_owned()..)
            .take_while(|(id, _)| id.starts_with(start));
        match (known.next(), known.next()) {
            (Some((id, _)), None) => Some(id),
            _ => None,
        }
    }

    /// Whether a row in the notes' line `line` is about something that has not come up yet.
    pub fn is_starting(&self, line: usize) -> bool {
        self.starting.contains(&line)
    }

    /// What the author chose.
    pub fn author_values(&self) -> &AuthorValues {
        &self.author_values
    }

    fn see_prompt(&mut self, prompt: &crate::session::Prompt) {
        if let Some(host) = &prompt.host
            && is_short_id(host)
        {
            self.learn(host, ValueKind::Hex);
        }
    }

    fn see_command(&mut self, command: &str, line: usize) {
        let calls = ProgramCall::all(command);
        for call in &calls {
            let waits = call.program == "sleep" || call.does(Does::Awaits);
            self.is_unawaited = !waits && (self.is_unawaited || call.does(Does::Starts));
        }
        self.author_values.side_by_side |= calls
            .iter()
            .any(|call| call.in_background || call.does(Does::FromFile));
        let frees = |call: &ProgramCall| {
            let removes = call.docker().map_or(&[][..], Invocation::removes);
            call.does(Does::Ends)
                || call.does(Does::Reconnects)
                || removes.contains(&OperandKind::Container)
        };
        if calls.iter().any(frees) {
            self.author_values.frees_addresses_at.get_or_insert(line);
        }
        for call in &calls {
            for subnet in call
                .option("--subnet")
                .into_iter()
                .chain(call.option("--ip-range"))
            {
                if let Some((address, length)) = subnet.split_once('/')
                    && let (Ok(address), Ok(length)) = (address.parse(), length.parse())
                {
                    self.author_values.subnets.push((address, length));
                }
            }
            for word in call.references() {
                self.see_abbreviation(word);
            }
            let names = call.given_names();
            let expanded = names.iter().filter_map(|name| expansion(name));
            self.author_values.expanded.extend(expanded);
        }
        for candidate in candidates(command) {
            if self.kind_of(candidate.text, candidate.kind).is_none() {
                self.author_values.words.insert(candidate.text.to_owned());
                if is_id(candidate.text) {
                    self.author_ids.insert(short(candidate.text).to_owned());
                }
            }
        }
        // A port is chosen in other forms too: `-p 49160:80`, `EXPOSE 40000`.
        for number in command.split(|c: char| !c.is_ascii_digit()) {
            if number.len() == 5 && !self.known.contains_key(number) {
                self.author_values.words.insert(number.to_owned());
            }
        }
    }

    fn see_abbreviation(&mut self, word: &str) {
        let is_authors = self.author_values.words.contains(word);
        if (2..SHORT).contains(&word.len())
            && is_hex(word)
            && !is_authors
            && let Some(id) = self.id_that_begins_with(word).map(str::to_owned)
        {
            self.abbreviations.insert(word.to_owned(), id);
        }
    }

    fn see_output(&mut self, step: &Step, format: &OutputFormat) {
        let calls = format.calls();
        self.see_layers(step, calls);
        let prints = Prints::of(step, calls);
        let asks_cluster = calls.iter().any(|call| call.kubectl().is_some());
        let prints_port = calls.iter().any(|call| jsonpath::prints(call, "nodePort"));
        let tables = format.tables();
        let headless = format.headless();
        let numbers_processes = numbers_processes(step, calls);
        let mut header: Option<Header> = None;
        for line in step.expected.iter().filter(|line| !line.elision) {
            let text = &line.text;
            if let Some(found) = tables.header(text) {
                header = Some(found);
                continue;
            }
            if text.trim().is_empty() {
                header = None;
            }
            for (_, cell, rule) in headless
                .and_then(|rows| rows.cells(text))
                .into_iter()
                .flatten()
            {
                self.see_cell(rule, &cell);
            }
            let cells = header.as_ref().map(|header| header.cells(text));
            let starts = |cells| asks_cluster && Starting::of(cells).is_some();
            if self.is_unawaited && cells.as_deref().is_some_and(starts) {
                self.starting.insert(line.line);
            }
            for cell in cells.into_iter().flatten() {
                let rule = rule(cell.column);
                self.see_cell(rule, &cell.text);
                let is_process = *rule == Rule::Whole(Volatile::ProcessId);
                if is_process && numbers_processes && Volatile::ProcessId.is(&cell.text) {
                    self.learn(&cell.text, ValueKind::Process);
                }
            }
            if numbers_processes {
                self.see_processes(text, format);
            }
            let cut = listing::cut_id(text, calls).and_then(|(_, digits)| self.id_of_cut(digits));
            if let Some(id) = cut {
                self.learn(&id, ValueKind::Hex);
            }
            for candidate in candidates(text) {
                let is_port = prints_port.then_some(ValueKind::NodePort);
                let is_port = is_port.filter(|_| kubernetes::is_node_port(candidate.text));
                let of_cluster = made_by_kubernetes(&candidate, text)
                    .or(is_port)
                    .filter(|_| asks_cluster);
                if let Some(kind) = of_cluster {
                    self.learn(candidate.text, kind);
                } else if prints.is_value(&candidate, text) && !self.is_author_value(&candidate) {
                    self.learn(candidate.text, candidate.kind);
                }
            }
        }
    }

    /// Whether the author chose the network of an address.
    fn is_author_value(&self, candidate: &ValueCandidate) -> bool {
        candidate.kind == ValueKind::Address && self.author_values.holds(candidate.text)
    }

    /// Folders of layers: in a tree, those with a layer's content in them; after
    /// `overlay2/`; and what an `ls` of that folder shows.
    fn see_layers(&mut self, step: &Step, calls: &[ProgramCall]) {
        let lines: Vec<Option<String>> = step
            .expected
            .iter()
            .map(|line| (!line.elision).then(|| normal(&line.text)))
            .collect();
        if calls.iter().any(|call| call.program == "tree")
            && let Some(tree) = (0..lines.len()).find_map(|root| Tree::read(&lines, root))
        {
            for entry in &tree.entries {
                if let Some((folder, "diff" | "link")) = entry.path.rsplit_once('/')
                    && let Some(name) = folder.rsplit('/').next()
                {
                    self.learn_layer(name);
                }
            }
        }
        let lists_layers = calls.iter().any(|call| {
            call.program == "ls"
                && call
                    .words
                    .iter()
                    .any(|word| word.trim_end_matches('/').ends_with("/overlay2"))
        });
        let prunes = calls.iter().any(|call| call.does(Does::Prunes));
        for line in lines.iter().flatten() {
            // What BuildKit kept is named in the same way.
            if prunes && !is_hex(line) {
                self.learn_layer(line);
            }
            if !lists_layers && !line.contains("overlay2/") {
                continue;
            }
            for candidate in candidates(line) {
                if lists_layers || line[..candidate.range.start].ends_with("overlay2/") {
                    self.learn_layer(candidate.text);
                }
            }
        }
    }

    fn learn_layer(&mut self, folder: &str) {
        let name = folder.strip_suffix("-init").unwrap_or(folder);
        if looks_like_layer(name) {
            self.learn(name, ValueKind::Layer);
        }
    }

    /// Process numbers in a line whose form says where they stand.
    fn see_processes(&mut self, text: &str, format: &OutputFormat) {
        for (range, kind) in format.fields(text, "").volatile {
            if kind == Volatile::ProcessId {
                self.learn(&text[range], ValueKind::Process);
            }
        }
    }

    /// The process of the machine's that `number` is, where the notes show it as one.
    pub fn machines_process(&self, number: &str) -> Option<String> {
        (self.known.get(number) == Some(&ValueKind::Process)).then(|| number.to_owned())
    }

    fn see_cell(&mut self, rule: &Rule, cell: &str) {
        match rule {
            Rule::Id if is_id(cell) => self.learn(cell, ValueKind::Hex),
            Rule::Names if looks_made_up(cell) => self.learn(cell, ValueKind::Name),
            _ => {}
        }
    }

    fn learn(&mut self, word: &str, kind: ValueKind) {
        let authors = self.author_values.words.contains(word)
            || (kind == ValueKind::Name && self.author_values.gives(word))
            || (kind == ValueKind::Hex && self.author_ids.contains(short(word)));
        if !authors {
            self.known.entry(word.to_owned()).or_insert(kind);
            if kind == ValueKind::Hex {
                *self.known_hex.entry(short(word).to_owned()).or_insert(0) += 1;
            }
        }
    }

    /// The kind of value that `word` is, if the exercise has it as one.
    fn kind_of(&self, word: &str, kind: ValueKind) -> Option<ValueKind> {
        if let Some(known) = self.known.get(word) {
            let layer =
                *known == ValueKind::Layer && matches!(kind, ValueKind::Hex | ValueKind::Name);
            // One of two digits may be any number.
            let process = *known == ValueKind::Process
                && matches!(kind, ValueKind::Name | ValueKind::Port)
                && word.len() > 2;
            let of_cluster = match *known {
                ValueKind::Template | ValueKind::Ending => kind == ValueKind::Name,
                ValueKind::NodePort => matches!(kind, ValueKind::Name | ValueKind::Port),
                _ => false,
            };
            return (*known == kind || layer || process || of_cluster).then_some(*known);
        }
        (kind == ValueKind::Hex && self.known_hex.contains_key(short(word)))
            .then_some(ValueKind::Hex)
    }

    /// The byte ranges of `text` that are values, in order, each with its kind
    /// and the text that it is bound by (an abbreviation: the ID's 12 digits).
    pub fn find(&self, text: &str) -> Vec<(Range<usize>, ValueKind, String)> {
        if self.known.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for candidate in candidates(text) {
            if let Some(kind) = self.kind_of(candidate.text, candidate.kind)
                && !(kind == ValueKind::Process && is_option(text, &candidate.range))
            {
                found.push((candidate.range, kind, candidate.text.to_owned()));
            } else if let Some(id) = self.abbreviations.get(candidate.text)
                && stands_alone(text, &candidate.range)
            {
                found.push((candidate.range, ValueKind::Abbreviation, id.clone()));
            }
        }
        found
    }
}

/// Whether `range` of `text` is an option with its hyphen: the signal of `kill -9 9`.
fn is_option(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].strip_suffix('-');
    // Behind a signal, or `--`, it is the number of a group of processes.
    let is_first = |before: &str| {
        let word = before.trim_end().rsplit(' ').next();
        (before.is_empty() || before.ends_with(' '))
            && !word.is_some_and(|word| word.starts_with('-'))
    };
    before.is_some_and(is_first)
}

/// The kind of a part of a name, or of a port, that Kubernetes made up: by its letters and
/// by where it stands in `text`.
fn made_by_kubernetes(candidate: &ValueCandidate, text: &str) -> Option<ValueKind> {
    let word = candidate.text;
    let (before, after) = (&text[..candidate.range.start], &text[candidate.range.end..]);
    let ends_name = !after.starts_with(['-', '.']);
    match candidate.kind {
        ValueKind::Name if before.ends_with('-') && kubernetes::is_template_hash(word) => {
            Some(ValueKind::Template)
        }
        ValueKind::Name if before.ends_with("pod-template-hash=") => Some(ValueKind::Template),
        ValueKind::Name if before.ends_with('-') && ends_name && kubernetes::is_ending(word) => {
            Some(ValueKind::Ending)
        }
        ValueKind::Name | ValueKind::Port
            if (after.starts_with("/TCP") || before.ends_with("nodePort: "))
                && kubernetes::is_node_port(word) =>
        {
            Some(ValueKind::NodePort)
        }
        _ => None,
    }
}

/// Whether what the step prints numbers processes as the machine does: those inside of
/// a container have other numbers there.
fn numbers_processes(step: &Step, calls: &[ProgramCall]) -> bool {
    let looks_from_outside =
        |call: &ProgramCall| call.docker().is_none() || call.does(Does::HostPids);
    step.on_host() && calls.iter().all(looks_from_outside)
}

/// The IDs of containers and networks that the notes show.
#[derive(Default)]
struct NamedIds {
    /// Those of what commands name, by that name; empty where none is shown.
    ids: HashMap<String, String>,
    /// The beginnings of all.
    shown: HashSet<String>,
    /// How often commands make something of that name.
    made: HashMap<String, usize>,
}

impl NamedIds {
    /// Learns names from the commands of a step, and IDs where it prints one of what it
    /// makes, or enters a container whose prompt shows it.
    fn see_commands(&mut self, step: &Step, dockers: &[&Invocation]) {
        let mut entered = None;
        for docker in dockers {
            let made = [OperandKind::Container, OperandKind::Network];
            let made = made.map(|thing| docker.gives(thing)).concat();
            let mut lines = step.expected.iter().map(|line| line.text.trim());
            let id = lines.find(|line| line.len() == FULL && is_hex(line));
            if let ([name], Some(id)) = (made.as_slice(), id) {
                self.ids.insert(name.clone(), id.to_owned());
            }
            if docker.verb == "rename"
                && let [former, name] = docker.operands.as_slice()
                && let Some(id) = self.ids.get(former)
            {
                self.ids.insert(name.clone(), id.clone());
            }
            for naming in docker.names() {
                let has_id = matches!(
                    naming.thing,
                    OperandKind::Container | OperandKind::Network | OperandKind::Any
                );
                if has_id && (naming.gives || !is_hex(&naming.name)) {
                    entered.get_or_insert(naming.name.clone());
                    *self.made.entry(naming.name.clone()).or_default() += usize::from(naming.gives);
                    self.ids.entry(naming.name).or_default();
                }
            }
        }
        if let (Some(name), Some((prompt, 1))) = (entered, &step.next)
            && let Some(host) = prompt.host.as_deref().filter(|host| is_hex(host))
        {
            self.learn(&name, host);
        }
    }

    /// Learns the IDs that the output of a step shows.
    fn see_output(&mut self, step: &Step) {
        let mut header = None;
        for line in &step.expected {
            header = Header::read(&line.text).or(header);
            let cells = header.iter().flat_map(|header| header.cells(&line.text));
            let cells: Vec<_> = cells.collect();
            let id = table::cell_text(&cells, "CONTAINER ID");
            if is_short_id(id) {
                let names = table::cell_text(&cells, "NAMES").split(',');
                names.for_each(|name| self.learn(name, id));
            }
            let found = candidates(&line.text).into_iter();
            let ids = found.filter(|candidate| candidate.kind == ValueKind::Hex);
            self.shown
                .extend(ids.map(|candidate| short(candidate.text).to_owned()));
        }
    }

    /// Notes the beginning `id` of what a command calls `name`, where none is known.
    fn learn(&mut self, name: &str, id: &str) {
        if let Some(known) = self.ids.get_mut(name).filter(|known| known.is_empty()) {
            *known = whole_id(name, id);
        }
    }
}

/// An ID that begins with `id` and that nothing else than `name` has.
fn whole_id(name: &str, id: &str) -> String {
    let digits = hex(&Sha256::digest(format!("the ID of {name}")), 32);
    format!("{id}{}", &digits[id.len().min(digits.len())..])
}

/// What a step prints, which says of some texts that they are values.
struct Prints {
    /// What a template names.
    names: bool,
    /// Rows that a template of the author's puts together.
    rows: Option<String>,
    /// The port of the machine that a container's is published to.
    ports: bool,
    /// Links between layers.
    links: bool,
    /// Digests of what files hold.
    sums: bool,
    /// IDs, each alone on its line.
    ids: bool,
}

impl Prints {
    fn of(step: &Step, calls: &[ProgramCall]) -> Self {
        let command = step.command().unwrap_or_default();
        let formats = |field: &str| {
            let mut templates = calls.iter().filter_map(ProgramCall::template);
            templates.any(|template| template.contains(field))
        };
        let prints_link = |call: &ProgramCall| {
            let names_one = |word: &String| {
                let file = word.rsplit('/').next();
                file.is_some_and(|file| ["link", "lower"].contains(&file))
            };
            call.program == "cat" && call.words.iter().any(names_one)
        };
        let lists_links = |call: &ProgramCall| {
            ["tree", "ls", "mount", "find"].contains(&call.program.as_str()) || prints_link(call)
        };
        Self {
            names: calls.iter().any(|call| {
                let lists_others = ["volume ", "network "];
                let lists_others = lists_others.iter().any(|verb| call.verb.starts_with(verb));
                let template = call.template().filter(|_| !lists_others);
                template.is_some_and(|template| template.contains(".Name"))
            }),
            rows: calls
                .iter()
                .find_map(ProgramCall::template)
                .map(str::to_owned),
            ports: formats("HostPort") || calls.iter().any(|call| call.is_docker("port")),
            links: calls.iter().any(lists_links) || command.contains("overlay2"),
            sums: calls
                .iter()
                .flat_map(|call| call.words.iter().chain([&call.program]))
                .any(|word| sums_content(word)),
            ids: calls.iter().any(|call| {
                call.program == "docker"
                    && call.lists().is_some_and(|kind| kind != OperandKind::Volume)
                    && call.has_flag('q')
            }),
        }
    }

    /// Whether a candidate in the line `text` is a value by what it is and where it
    /// stands; abbreviations and layers are known by where they stand in their tree.
    fn is_value(&self, candidate: &ValueCandidate, text: &str) -> bool {
        let word = candidate.text;
        let (before, after) = (&text[..candidate.range.start], &text[candidate.range.end..]);
        match candidate.kind {
            ValueKind::Hex => self.is_id(word, before, after),
            ValueKind::Address => is_private_address(word),
            ValueKind::Hardware => is_card(word),
            ValueKind::Namespace => true,
            ValueKind::Link => {
                self.links
                    && (word.bytes().any(|byte| byte.is_ascii_digit())
                        || before.ends_with("l/")
                        || after.starts_with(" -> ../"))
            }
            ValueKind::Port => {
                // `docker port web 80` prints `0.0.0.0:49153` and `:::49153`.
                let alone = before.trim().is_empty() || before.ends_with(':');
                let published = (self.ports && alone)
                    || after.starts_with("->")
                    || before.contains(" -> ")
                    || ["\"HostPort\": \"", "\"HostPort\":\""]
                        .iter()
                        .any(|member| before.ends_with(member));
                published && is_random_port(word)
            }
            ValueKind::Name => {
                let whole_line = text.trim().trim_start_matches('/') == word;
                let members = ["\"Name\": \"/", "\"Names\":\"", "\"Names\": \""];
                let inspected = members.iter().any(|member| before.ends_with(member));
                // The name of its container identifies an endpoint of a network.
                let endpoint = before.ends_with("endpoint ") && after.starts_with(" (");
                // The variable by which a container is told of one that it is linked to.
                let linked = before.ends_with("_NAME=/") && after.starts_with('/');
                let formatted = || {
                    self.rows
                        .as_ref()
                        .is_some_and(|rows| can_stand_for(rows, ".Names", before, after))
                };
                looks_made_up(word)
                    && (inspected
                        || endpoint
                        || linked
                        || (self.names && whole_line)
                        || formatted())
            }
            ValueKind::Abbreviation
            | ValueKind::Layer
            | ValueKind::Process
            | ValueKind::Template
            | ValueKind::Ending
            | ValueKind::NodePort => false,
        }
    }

    /// Whether hexadecimal digits between `before` and `after` are an ID.
    fn is_id(&self, digits: &str, before: &str, after: &str) -> bool {
        let mixed = digits.bytes().any(|byte| byte.is_ascii_digit())
            && digits.bytes().any(|byte| byte.is_ascii_alphabetic());
        let in_context = || BEFORE_ID.is_match(before);
        let joined = before.ends_with(['-', '.']);
        let alone = self.ids && before.trim().is_empty() && after.trim().is_empty();
        let brief = digits.len() == SHORT && (mixed || alone || in_context()) && !joined;
        // A narrow window cuts digits off.
        let cut = digits.len() > SHORT && before.ends_with("sha256:");
        (digits.len() == 64 || brief || cut) && !self.sums
    }
}

/// The first 12 digits of all IDs in what `steps` show.
fn shown_ids(steps: &[Step]) -> BTreeSet<String> {
    let hosts = steps.iter().filter_map(|step| step.prompt.host.as_deref());
    let lines = steps.iter().flat_map(|step| &step.expected);
    let texts = hosts.chain(lines.map(|line| line.text.as_str()));
    let is_cut = |text: &str, at: usize| text[at..].starts_with(['.', '…']);
    texts
        .flat_map(|text| {
            let found = candidates(text).into_iter();
            found
                .filter(move |found| found.kind == ValueKind::Hex && !is_cut(text, found.range.end))
                .map(|found| short(found.text).to_owned())
        })
        .collect()
}

/// Whether `port` is one that Docker or the kernel may have chosen.
fn is_random_port(port: &str) -> bool {
    port.parse::<u32>()
        .is_ok_and(|port| (FIRST_RANDOM_PORT..65536).contains(&port))
}

/// Whether white space or an end is on both sides of `range`.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let free = |neighbour: Option<char>| neighbour.is_none_or(char::is_whitespace);
    free(text[..range.start].chars().next_back()) && free(text[range.end..].chars().next())
}

/// How many bytes at the start of `text` are a value of `kind` as this run has
/// it, where the notes have `note`: an ID must be as long as the notes'.
pub(super) fn length_of_actual(kind: ValueKind, note: &str, text: &str) -> Option<usize> {
    let run = |accept: fn(char) -> bool| text.find(|c| !accept(c)).unwrap_or(text.len());
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let length = match kind {
        ValueKind::Hex => {
            let length = run(hex);
            (length == note.len()).then_some(length)?
        }
        ValueKind::Abbreviation => {
            let length = run(hex);
            (2..=SHORT).contains(&length).then_some(length)?
        }
        ValueKind::Layer => {
            let length = run(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
            looks_like_layer(&text[..length]).then_some(length)?
        }
        ValueKind::Link => {
            let length = run(|c| c.is_ascii_uppercase() || ('2'..='7').contains(&c));
            (length == 26).then_some(length)?
        }
        ValueKind::Address => {
            let length = run(|c| c.is_ascii_digit() || c == '.');
            let length = text[..length].trim_end_matches('.').len();
            is_private_address(&text[..length]).then_some(length)?
        }
        ValueKind::Hardware => {
            let length = run(|c| c.is_ascii_hexdigit() || c == ':');
            let digits = text[..length].split(':').map(str::len);
            (digits.eq([2; 6]) && is_card(&text[..length])).then_some(length)?
        }
        ValueKind::Port => {
            let length = run(|c| c.is_ascii_digit());
            is_random_port(&text[..length]).then_some(length)?
        }
        ValueKind::Process => Volatile::ProcessId.length_at_start(text)?,
        ValueKind::Namespace => {
            let length = run(|c| c.is_ascii_digit());
            is_namespace(&text[..length]).then_some(length)?
        }
        ValueKind::Template => {
            let length = run(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            kubernetes::is_template_hash(&text[..length]).then_some(length)?
        }
        ValueKind::Ending => {
            let length = run(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            kubernetes::is_ending(&text[..length]).then_some(length)?
        }
        ValueKind::NodePort => {
            let length = run(|c| c.is_ascii_digit());
            kubernetes::is_node_port(&text[..length]).then_some(length)?
        }
        ValueKind::Name => {
            let length = run(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            looks_made_up(&text[..length]).then_some(length)?
        }
    };
    let ends_word = text[length..]
        .chars()
        .next()
        .is_none_or(|next| !(next.is_ascii_alphanumeric() || next == '_'));
    ends_word.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_no_process_and_a_group_of_processes_is() {
        let is_signal = |text: &str| {
            let at = text.rfind('9').expect("there is a number");
            is_option(text, &(at..at + 1))
        };
        assert!(is_signal("kill -9"));
        assert!(is_signal("-9"));
        assert!(!is_signal("kill 9"));
        assert!(!is_signal("kill -TERM -9"));
        assert!(!is_signal("kill -- -9"));
        assert!(!is_signal("web-9"));
    }
}
