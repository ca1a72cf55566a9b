//! Which value of the notes stands for which value of this run.
//!
//! ```text
//!     note 800d35d51a82  <->  5f0c1d2e3a4b   one to one, both ways
//!     note 800d35d51a82 is the prefix of its 64 digits, here as there
//!     two addresses are in one network here, or in two, as they are in the notes
//! ```
//!
//! A pair is added only where it agrees with all that were added before; every
//! addition can be taken back, so that a search can try.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::author_values::AuthorValues;
use crate::docker::ids::{SHORT, short};
use crate::docker::names::BUILT_IN_NETWORKS;
use crate::lab::Surroundings;

/// What kind of value is paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// An ID, digest, volume or layer name in hexadecimal digits.
    Hex,
    /// The first digits of an ID, as typed in a command.
    Abbreviation,
    /// The folder of an overlay2 layer: 64 hexadecimal digits, or 25 letters and
    /// digits where BuildKit made it.
    Layer,
    /// The name of a link to an overlay2 layer, 26 letters and digits.
    Link,
    /// A private IPv4 address.
    Address,
    /// A network card's address.
    Hardware,
    /// A published port that Docker chose.
    Port,
    /// A container's name that Docker made up.
    Name,
    /// A process number of the machine's.
    Process,
    /// The number of a namespace of the kernel's.
    Namespace,
    /// The hash of a pod template in the name of a ReplicaSet and its pods.
    Template,
    /// The end of a name that Kubernetes made up.
    Ending,
    /// A port of the nodes that Kubernetes chose.
    NodePort,
}

impl ValueKind {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Hex => "an ID",
            Self::Abbreviation => "the start of an ID",
            Self::Layer => "a layer's folder",
            Self::Link => "a layer's link",
            Self::Address => "an address",
            Self::Hardware => "a hardware address",
            Self::Port => "a port that Docker chose",
            Self::Name => "a name that Docker made up",
            Self::Process => "a process number",
            Self::Namespace => "a namespace's number",
            Self::Template => "the hash of a pod template",
            Self::Ending => "the random end of a name",
            Self::NodePort => "a port that Kubernetes chose",
        }
    }
}

/// A value of the notes standing for one of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What kind of value.
    pub kind: ValueKind,
    /// As the notes have it. For an abbreviation: the 12 digits it is short for.
    pub note: String,
    /// As this run has it.
    pub actual: String,
    /// The notes' line that says so.
    pub line: usize,
}

/// A pair that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The pair.
    pub(crate) pair: Pair,
    why: ConflictKind,
}

/// Why a pair cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ConflictKind {
    /// The notes' value already stands for another one, since this line of the notes.
    NoteTaken { bound: String, line: usize },
    /// Another value of the notes already stands for this run's value, since this line.
    ActualTaken { by: String, line: usize },
    /// This run's value is one that the author chose.
    Chosen,
    /// This run's value was there before the lab began.
    ThereBefore,
    /// Two addresses that have other places in their networks.
    OtherPlace,
    /// Two addresses of networks of which one stands for a third.
    OtherNetwork,
    /// An address that is lower than another one here, and higher in the notes, or the
    /// other way round.
    OtherOrder,
}

impl ConflictKind {
    fn of<T>(self, pair: &Pair) -> Result<T, Conflict> {
        Err(Conflict {
            pair: pair.clone(),
            why: self,
        })
    }
}

impl Conflict {
    /// The conflict, in a sentence for the reader of a failed line.
    pub(crate) fn explain(&self) -> String {
        let (note, actual) = (&self.pair.note, &self.pair.actual);
        let why = match &self.why {
            ConflictKind::NoteTaken { bound, line } => {
                return format!(
                    "{note} stands for {bound} since line {line}, but here stands {actual}"
                );
            }
            ConflictKind::ActualTaken { by, line } => &*format!("but since line {line} {by} does"),
            ConflictKind::Chosen => "which the notes' own commands name",
            ConflictKind::ThereBefore => "which was there before the lab began",
            ConflictKind::OtherPlace => "which has another place in its network",
            ConflictKind::OtherNetwork => "but their networks stand for others",
            ConflictKind::OtherOrder => "but the addresses are given in another order in this run",
        };
        format!("{note} would stand for {actual}, {why}")
    }
}

/// Values within which texts are unique: hexadecimal ones by their length.
type Space = (ValueKind, usize);

/// The space in which the notes' text `note` is one.
fn space(kind: ValueKind, note: &str) -> Space {
    (
        kind,
        if kind == ValueKind::Hex {
            note.len()
        } else {
            0
        },
    )
}

/// What a value is a part of, with the part's space: the start of an ID, the
/// network of an address that Docker gives (`172.18` of its `/16` networks).
fn wider(kind: ValueKind, text: &str) -> Option<(Space, &str)> {
    match kind {
        ValueKind::Hex => Some(((ValueKind::Hex, SHORT), short(text))),
        ValueKind::Address => {
            let (network, _) = text
                .match_indices('.')
                .nth(1)
                .map(|(at, _)| text.split_at(at))?;
            let second: u8 = network.strip_prefix("172.")?.parse().ok()?;
            (16..32)
                .contains(&second)
                .then_some(((ValueKind::Address, 2), network))
        }
        _ => None,
    }
}

/// The address that Docker made the hardware address `text` of, before 28.0:
/// `02:42:ac:11:00:02` of `172.17.0.2`.
fn address_in(text: &str) -> Option<String> {
    let digits = text.strip_prefix("02:42:")?.split(':');
    let numbers: Option<Vec<String>> = digits
        .map(|digits| Some(u8::from_str_radix(digits, 16).ok()?.to_string()))
        .collect();
    Some(numbers?.join("."))
}

/// The default network of Docker, in which others may have containers too.
const DEFAULT_NETWORK: &str = "172.17";

/// Whether two addresses can be the same one in its network. The first one is the
/// gateway's; in a network that the notes made, all are given in the same order, unless
/// containers are made `side_by_side`.
fn have_one_place(note: &str, actual: &str, side_by_side: bool) -> bool {
    let split = |text: &str| -> Option<(String, String)> {
        let (at, _) = text.match_indices('.').nth(1)?;
        Some((text[..at].to_owned(), text[at + 1..].to_owned()))
    };
    let (Some((network, own)), Some((their_network, their))) = (split(note), split(actual)) else {
        return true;
    };
    let is_special = |host: &str| ["0.0", "0.1"].contains(&host);
    let is_made =
        wider(ValueKind::Address, note).is_some() && wider(ValueKind::Address, actual).is_some();
    if !is_made {
        return true;
    }
    let shared = side_by_side
        || [network, their_network]
            .iter()
            .any(|net| net == DEFAULT_NETWORK);
    if shared {
        !(is_special(&own) || is_special(&their)) || own == their
    } else {
        own == their
    }
}

/// What `pair` says about what its values are parts of.
fn wider_pair(pair: &Pair) -> Option<(Space, &str, &str)> {
    let (space, note) = wider(pair.kind, &pair.note)?;
    let (_, actual) = wider(pair.kind, &pair.actual)?;
    Some((space, note, actual))
}

#[derive(Debug, Clone)]
struct BoundValue {
    value: String,
    line: usize,
}

/// By space and text, what the text stands for.
#[derive(Debug, Clone, Default)]
struct Side(HashMap<Space, HashMap<String, BoundValue>>);

impl Side {
    fn get(&self, space: Space, text: &str) -> Option<&BoundValue> {
        self.0.get(&space)?.get(text)
    }

    fn insert(&mut self, space: Space, text: &str, entry: BoundValue) {
        let texts = self.0.entry(space).or_default();
        texts.insert(text.to_owned(), entry);
    }

    fn remove(&mut self, space: Space, text: &str) {
        if let Some(texts) = self.0.get_mut(&space) {
            texts.remove(text);
        }
    }

    fn texts(&self, space: Space) -> impl Iterator<Item = &str> {
        self.0
            .get(&space)
            .into_iter()
            .flat_map(|texts| texts.keys().map(String::as_str))
    }
}

/// All pairs of an exercise so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    by_note: Side,
    by_actual: Side,
    trail: Vec<(Space, String, String)>,
    before: HashSet<String>,
    author_values: AuthorValues,
}

impl Bindings {
    /// No pairs; `surroundings` says which containers, volumes and networks no
    /// value may stand for. Docker's own three networks may: every daemon has them.
    /// Nor may a value stand for one of the `author`'s own.
    pub(crate) fn new(surroundings: &Surroundings, author: &AuthorValues) -> Self {
        let mut before = HashSet::new();
        for (name, id) in &surroundings.containers {
            before.insert(name.clone());
            before.insert(short(id).to_owned());
        }
        for name in &surroundings.volumes {
            before.insert(if name.len() == 64 { short(name) } else { name }.to_owned());
        }
        for (name, id) in &surroundings.networks {
            if !BUILT_IN_NETWORKS.contains(&name.as_str()) {
                before.insert(short(id).to_owned());
            }
        }
        Self {
            before,
            author_values: author.clone(),
            ..Self::default()
        }
    }

    /// What the value `note` stands for, cut to its length; none when unknown.
    pub(crate) fn actual(&self, kind: ValueKind, note: &str) -> Option<&str> {
        self.by_note
            .get(space(kind, note), note)
            .map(|entry| entry.value.as_str())
    }

    /// All pairs: the kind, the notes' text, this run's.
    pub(crate) fn all(&self) -> Vec<(ValueKind, String, String)> {
        self.trail
            .iter()
            .map(|((kind, _), note, actual)| (*kind, note.clone(), actual.clone()))
            .collect()
    }

    /// Whether `pair` agrees with all pairs so far.
    ///
    /// # Errors
    /// The [`Conflict`] that keeps it from being added.
    pub(crate) fn check(&self, pair: &Pair) -> Result<(), Conflict> {
        if pair.kind == ValueKind::Abbreviation {
            return match self.actual(ValueKind::Hex, &pair.note) {
                Some(bound) if !bound.starts_with(&pair.actual) => ConflictKind::NoteTaken {
                    bound: bound.to_owned(),
                    line: self.line(ValueKind::Hex, &pair.note),
                }
                .of(pair),
                _ => Ok(()),
            };
        }
        if self.author_values.holds(&pair.actual) {
            return ConflictKind::Chosen.of(pair);
        }
        let whole = space(pair.kind, &pair.note);
        self.check_in(whole, &pair.note, &pair.actual, pair)?;
        if let Some((space, note, actual)) = wider_pair(pair) {
            self.check_in(space, note, actual, pair)?;
        }
        if pair.kind == ValueKind::Address
            && !have_one_place(&pair.note, &pair.actual, self.author_values.side_by_side)
        {
            return ConflictKind::OtherPlace.of(pair);
        }
        if pair.kind == ValueKind::Address {
            self.check_network(pair)?;
        }
        if let Some(address) = self.implied(pair) {
            self.check(&address)?;
        }
        let there_before = match pair.kind {
            ValueKind::Hex => self.before.contains(short(&pair.actual)),
            ValueKind::Name => self.before.contains(&pair.actual),
            _ => false,
        };
        if there_before {
            return ConflictKind::ThereBefore.of(pair);
        }
        Ok(())
    }

    fn check_in(
        &self,
        space: Space,
        note: &str,
        actual: &str,
        pair: &Pair,
    ) -> Result<(), Conflict> {
        if let Some(entry) = self.by_note.get(space, note)
            && entry.value != actual
        {
            return ConflictKind::NoteTaken {
                bound: entry.value.clone(),
                line: entry.line,
            }
            .of(pair);
        }
        if let Some(entry) = self.by_actual.get(space, actual)
            && entry.value != note
        {
            return ConflictKind::ActualTaken {
                by: entry.value.clone(),
                line: entry.line,
            }
            .of(pair);
        }
        Ok(())
    }

    /// Checks an address against the network that its own one is known to stand for, and
    /// against the other addresses there.
    fn check_network(&self, pair: &Pair) -> Result<(), Conflict> {
        let sides = [
            (&self.by_note, &pair.note, &pair.actual),
            (&self.by_actual, &pair.actual, &pair.note),
        ];
        for (side, own, other) in sides {
            let network = wider(ValueKind::Address, own);
            let bound = network.and_then(|(space, network)| side.get(space, network));
            let is_in = |network: &str| {
                let host = other.strip_prefix(network);
                host.is_some_and(|host| host.starts_with('.'))
            };
            if bound.is_some_and(|bound| !is_in(&bound.value)) {
                return ConflictKind::OtherNetwork.of(pair);
            }
        }
        // Where no address is taken back, the next one is the next higher.
        let freed = self.author_values.frees_addresses_at;
        let is_settled = |line: usize| {
            !self.author_values.side_by_side && freed.is_none_or(|freed| line < freed)
        };
        let place = |text: &str| {
            let (_, network) = wider(ValueKind::Address, text)?;
            let host = text.get(network.len() + 1..)?.split_once('.')?;
            let host: (u8, u8) = (host.0.parse().ok()?, host.1.parse().ok()?);
            Some((network.to_owned(), host))
        };
        let places = |note: &str, actual: &str| Some((place(note)?, place(actual)?));
        let own = places(&pair.note, &pair.actual);
        let is_swapped = |(space, note, actual): &(Space, String, String)| {
            let is_known = *space == self::space(ValueKind::Address, note)
                && is_settled(self.line(ValueKind::Address, note));
            let known = places(note, actual).filter(|_| is_known);
            own.as_ref().zip(known).is_some_and(|(own, known)| {
                let ((network, noted), (_, here)) = own;
                let ((other, other_noted), (_, other_here)) = known;
                *network == other && noted.cmp(&other_noted) != here.cmp(&other_here)
            })
        };
        match is_settled(pair.line) && self.trail.iter().any(is_swapped) {
            true => ConflictKind::OtherOrder.of(pair),
            false => Ok(()),
        }
    }

    /// The notes' line that bound `note`; 0 when none did.
    fn line(&self, kind: ValueKind, note: &str) -> usize {
        self.by_note
            .get(space(kind, note), note)
            .map_or(0, |entry| entry.line)
    }

    /// The pair of addresses that a pair of hardware addresses says, where both are made
    /// of addresses. One that the author chose is the same here.
    fn implied(&self, pair: &Pair) -> Option<Pair> {
        if pair.kind != ValueKind::Hardware {
            return None;
        }
        let (note, actual) = (address_in(&pair.note)?, address_in(&pair.actual)?);
        let is_authors = note == actual && self.author_values.holds(&note);
        (!is_authors).then_some(Pair {
            kind: ValueKind::Address,
            note,
            actual,
            line: pair.line,
        })
    }

    /// Adds `pair`.
    ///
    /// # Errors
    /// The [`Conflict`] that keeps it from being added; nothing is added then.
    pub(crate) fn add(&mut self, pair: &Pair) -> Result<(), Conflict> {
        self.check(pair)?;
        if pair.kind == ValueKind::Abbreviation {
            return Ok(());
        }
        let whole = space(pair.kind, &pair.note);
        self.insert(whole, &pair.note, &pair.actual, pair.line);
        if let Some((space, note, actual)) = wider_pair(pair) {
            self.insert(space, note, actual, pair.line);
        }
        match self.implied(pair) {
            Some(address) => self.add(&address),
            None => Ok(()),
        }
    }

    /// Adds all `pairs` or none; whether they could be added.
    pub(crate) fn add_all(&mut self, pairs: &[Pair]) -> Result<(), Conflict> {
        let mark = self.mark();
        for pair in pairs {
            if let Err(conflict) = self.add(pair) {
                self.undo_to(mark);
                return Err(conflict);
            }
        }
        Ok(())
    }

    fn insert(&mut self, space: Space, note: &str, actual: &str, line: usize) {
        if self.by_note.get(space, note).is_some() {
            return;
        }
        let entry = |value: &str| BoundValue {
            value: value.to_owned(),
            line,
        };
        self.by_note.insert(space, note, entry(actual));
        self.by_actual.insert(space, actual, entry(note));
        self.trail.push((space, note.to_owned(), actual.to_owned()));
    }

    /// Whether one of the pairs that were added since `mark` could speak against
    /// `pair`, which agreed with those before.
    pub(crate) fn may_have_changed(&self, mark: usize, pair: &Pair) -> bool {
        let kind = match pair.kind {
            ValueKind::Abbreviation => ValueKind::Hex,
            kind => kind,
        };
        let Some(added) = self.trail.get(mark..) else {
            return true;
        };
        // Beyond a few, looking the pair up is the shorter way.
        added.len() > 8
            || added.iter().any(|(space, note, actual)| {
                let by_address = kind == ValueKind::Hardware && space.0 == ValueKind::Address;
                by_address
                    || space.0 == kind
                        && match kind {
                            ValueKind::Hex => {
                                short(note) == short(&pair.note)
                                    || short(actual) == short(&pair.actual)
                            }
                            // Any other may be in the same network.
                            ValueKind::Address => true,
                            _ => *note == pair.note || *actual == pair.actual,
                        }
            })
    }

    /// A point to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Takes back every addition since `mark`.
    pub(crate) fn undo_to(&mut self, mark: usize) {
        while self.trail.len() > mark {
            if let Some((space, note, actual)) = self.trail.pop() {
                self.by_note.remove(space, &note);
                self.by_actual.remove(space, &actual);
            }
        }
    }

    /// The shortest start of this run's 12 digits `actual`, at least `length`
    /// digits long, that no other known ID of this run begins with.
    pub(crate) fn unique_start<'b>(&self, actual: &'b str, length: usize) -> &'b str {
        let others: Vec<&str> = self
            .by_actual
            .texts((ValueKind::Hex, SHORT))
            .filter(|other| *other != actual)
            .collect();
        (length..actual.len())
            .filter_map(|length| actual.get(..length))
            .find(|start| !others.iter().any(|other| other.starts_with(start)))
            .unwrap_or(actual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(note: &str, actual: &str, line: usize) -> Pair {
        Pair {
            kind: ValueKind::Hex,
            note: note.to_owned(),
            actual: actual.to_owned(),
            line,
        }
    }

    #[test]
    fn twelve_digits_are_the_prefix_of_their_sixty_four() {
        let mut bindings = Bindings::default();
        let note = format!("aaaaaaaaaaa1{}", "0".repeat(52));
        let actual = format!("bbbbbbbbbbb2{}", "1".repeat(52));
        bindings.add(&pair(&note, &actual, 3)).unwrap();
        assert!(
            bindings
                .check(&pair("aaaaaaaaaaa1", "bbbbbbbbbbb2", 4))
                .is_ok()
        );
        assert!(
            bindings
                .check(&pair("aaaaaaaaaaa1", "ccccccccccc3", 4))
                .is_err()
        );
        assert!(
            bindings
                .check(&pair("ddddddddddd4", "bbbbbbbbbbb2", 4))
                .is_err()
        );
    }

    #[test]
    fn sixty_four_digits_that_differ_late_are_another_value() {
        let mut bindings = Bindings::default();
        let note = format!("aaaaaaaaaaa1{}", "0".repeat(52));
        let other = format!("aaaaaaaaaaa1{}1", "0".repeat(51));
        let actual = "b".repeat(64);
        bindings.add(&pair(&note, &actual, 3)).unwrap();
        assert!(bindings.check(&pair(&other, &actual, 4)).is_err());
    }

    #[test]
    fn what_is_in_one_network_is_so_here_too() {
        let address = |note: &str, actual: &str| Pair {
            kind: ValueKind::Address,
            ..pair(note, actual, 1)
        };
        let mut bindings = Bindings::default();
        bindings.add(&address("172.18.0.2", "172.20.0.2")).unwrap();
        for (note, actual, agrees) in [
            ("172.18.0.3", "172.20.0.3", true),
            ("172.18.0.3", "172.20.0.4", false),
            ("172.18.0.3", "172.21.0.3", false),
            ("172.19.0.3", "172.20.0.3", false),
            ("172.19.0.3", "172.18.0.3", true),
            ("192.168.0.7", "172.20.0.3", false),
            ("172.18.0.3", "10.0.0.2", false),
            ("192.168.0.7", "10.0.0.2", true),
        ] {
            let found = bindings.check(&address(note, actual));
            assert_eq!(found.is_ok(), agrees, "{note} {actual}");
        }
    }

    #[test]
    fn addresses_of_the_default_network_are_given_in_their_order() {
        let address = |note: &str, actual: &str| Pair {
            kind: ValueKind::Address,
            ..pair(note, actual, 1)
        };
        let mut bindings = Bindings::default();
        bindings.add(&address("172.17.0.4", "172.17.0.2")).unwrap();
        assert!(bindings.check(&address("172.17.0.5", "172.17.0.3")).is_ok());
        assert!(
            bindings
                .check(&address("172.17.0.3", "172.17.0.3"))
                .is_err()
        );
        // What was given before a container ended still is in order.
        bindings.author_values.frees_addresses_at = Some(2);
        assert!(
            bindings
                .check(&address("172.17.0.3", "172.17.0.3"))
                .is_err()
        );
        bindings.author_values.frees_addresses_at = Some(1);
        assert!(bindings.check(&address("172.17.0.3", "172.17.0.3")).is_ok());
    }

    #[test]
    fn what_is_taken_back_can_be_bound_anew() {
        let mut bindings = Bindings::default();
        let mark = bindings.mark();
        bindings
            .add(&pair("aaaaaaaaaaa1", "bbbbbbbbbbb2", 1))
            .unwrap();
        bindings.undo_to(mark);
        assert!(
            bindings
                .add(&pair("aaaaaaaaaaa1", "ccccccccccc3", 1))
                .is_ok()
        );
    }
}
