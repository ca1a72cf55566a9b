//! The command lines of Docker and of kubectl, read by the tables in `cli.toml` and
//! `kubectl.toml`.
//!
//! ```text
//!     docker --context far container run -itp 8080:80 --name=web nginx sh -c date
//!            global        names          options                operand  inner
//!     verb: run   --interactive --tty --publish 8080:80 --name web
//!     gives: container web, port 8080/tcp    uses: image nginx    inner: sh -c date
//! ```
//!
//! Options are read as `pflag` reads them: joined, in clusters, behind operands
//! unless a command for a container follows.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::names::BUILT_IN_NETWORKS;
use crate::pattern::{pattern, table};
use crate::shell::base_name;

pattern! {
    /// What an author puts in place of a name: a gap, or what kind of name it is.
    MASKED = r"^(?:_{2,}|[xX]{6,}|(?:[A-Z]+_)+(?:ID|NAME|TAG)(?:/.*)?)$";
}

/// Programs that take the words of `docker`.
const TOOLS: [&str; 3] = ["docker", "podman", "nerdctl"];

/// Programs that take the words of `docker compose`.
const COMPOSE_TOOLS: [&str; 2] = ["docker-compose", "podman-compose"];

/// Programs that take the words of `kubectl`; `k` is a common alias of it.
const KUBECTL_TOOLS: [&str; 3] = ["kubectl", "oc", "k"];

/// Whether `program` takes the words of `kubectl`.
pub fn is_kubectl(program: &str) -> bool {
    KUBECTL_TOOLS.contains(&program)
}

/// One command of the table.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandRow {
    /// How labbook calls it, whichever way it was typed.
    verb: String,
    /// Its spellings behind `docker` or `kubectl`.
    #[serde(default)]
    names: Vec<String>,
    /// What its operands are, in order.
    #[serde(default)]
    operands: Vec<String>,
    #[serde(default, deserialize_with = "option_names")]
    flags: Vec<OptionNames>,
    #[serde(default, deserialize_with = "option_names")]
    values: Vec<OptionNames>,
    #[serde(default)]
    named: HashMap<String, String>,
    #[serde(default)]
    does: Vec<Does>,
    lists: Option<OperandKind>,
    #[serde(default)]
    removes: Vec<OperandKind>,
    prints: Option<OperandKind>,
    follows: Option<OptionRule>,
    opens: Option<OptionRule>,
}

/// What a row of the table can say of its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// It prints names, IDs and tables, and no text of a container's.
    Terse,
    /// It builds or moves images, which may take longer than other commands.
    Slow,
    /// What it prints says how far it has got: who shows nothing of it says nothing about it.
    Progress,
    /// It makes an image of its own.
    Builds,
    /// It shows how an image is built.
    ShowsBuild,
    /// It makes a container of an image, and says what the container may do.
    Creates,
    /// It stays with a program of a container, prints what that prints, and ends with its
    /// status.
    Attaches,
    /// It ends when containers do.
    Waits,
    /// It prints what a program of a container printed.
    Logs,
    /// Without a terminal it passes on both streams of that program.
    Streams,
    /// It can make a container, a volume or an image that the user gave no name.
    Anonymous,
    /// It can leave an image without a name.
    Untags,
    /// It makes things whose names do not stand in the command.
    Implicit,
    /// It makes the things that a file says.
    FromFile,
    /// It removes what nothing uses.
    Prunes,
    /// It prints a thing as JSON, or what a template takes from that.
    Inspects,
    /// The numbers of a container's processes in it are the machine's.
    HostPids,
    /// It asks a registry.
    Registry,
    /// What it prints depends on all things of the daemon, or on all of a kind.
    DaemonWide,
    /// It gives a container new network interfaces.
    Reconnects,
    /// It ends containers, so that others may get their addresses.
    Ends,
    /// It sends the programs of containers a signal.
    Signals,
    /// No ID in what it prints is a container's or a network's.
    NoContainerIds,
    /// It is about more machines than one, or about the daemon itself.
    Swarm,
    /// It is about a pod that runs, whose kind need not be named.
    Pods,
    /// Its operands name no kinds of things.
    NoKinds,
    /// It makes a cluster start, replace or end pods, and does not wait for them.
    Starts,
    /// It waits until a cluster has done so.
    Awaits,
    /// Its status 1 says what it found, not that it failed.
    Answers,
    /// It is about the whole cluster, or about more than it.
    ClusterWide,
    /// It lists things of a cluster.
    Gets,
    /// It prints what is known about things of a cluster.
    Describes,
    /// Its client does nothing but ask the daemon.
    ApiOnly,
}

impl Does {
    /// Whether all commands that begin with `word` do it.
    pub fn is_of_family(self, word: &str) -> bool {
        family(word).contains(&self)
    }
}

/// What all commands that begin with `word` do.
fn family(word: &str) -> &'static [Does] {
    TABLE.families.get(word).map_or(&[], Vec::as_slice)
}

/// With which options a command does something.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionRule {
    #[serde(default, deserialize_with = "option_names")]
    with: Vec<OptionNames>,
    #[serde(default, deserialize_with = "option_names")]
    without: Vec<OptionNames>,
}

impl CommandRow {
    /// Gives a row its verb as its name where it has no other.
    fn name(&mut self) {
        if self.names.is_empty() {
            self.names.push(self.verb.clone());
        }
    }

    /// What each operand is, without end where the last one repeats.
    fn kinds(&self) -> impl Iterator<Item = &str> {
        let last = self.operands.last();
        let repeated = last.filter(|last| last.ends_with("...") && *last != "command...");
        self.operands
            .iter()
            .chain(repeated.into_iter().cycle())
            .map(|kind| kind.trim_end_matches("..."))
    }
}

/// `-d --detach`: the spellings of one option, the long one last.
type OptionNames = Vec<String>;

fn option_names<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<OptionNames>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text
        .split(',')
        .map(|option| option.split_whitespace().map(str::to_owned).collect())
        .filter(|names: &OptionNames| !names.is_empty())
        .collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(deserialize_with = "option_names")]
    flags: Vec<OptionNames>,
    #[serde(deserialize_with = "option_names")]
    values: Vec<OptionNames>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandTable {
    global: Options,
    compose: Options,
    families: HashMap<String, Vec<Does>>,
    command: Vec<CommandRow>,
}

/// The table, read once. It is part of the program, so that it cannot be wrong on
/// a user's machine alone: a test reads it.
static TABLE: LazyLock<CommandTable> = LazyLock::new(|| {
    let mut table: CommandTable = table(include_str!("cli.toml"));
    table.command.iter_mut().for_each(CommandRow::name);
    table
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static CommandRow>> = LazyLock::new(|| {
    let rows = TABLE.command.iter();
    rows.flat_map(|row| row.names.iter().map(move |name| (name.as_str(), row)))
        .collect()
});

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KubectlTable {
    cluster_kinds: Vec<String>,
    #[serde(deserialize_with = "option_names")]
    credentials: Vec<OptionNames>,
    global: Options,
    command: Vec<CommandRow>,
}

/// kubectl's table, read once. Its global options may stand behind every command.
static KUBECTL: LazyLock<KubectlTable> = LazyLock::new(|| {
    let mut table: KubectlTable = table(include_str!("kubectl.toml"));
    for row in &mut table.command {
        row.name();
        row.flags.extend(table.global.flags.iter().cloned());
        row.values.extend(table.global.values.iter().cloned());
    }
    table
});

/// Whether things of this `kind` of Kubernetes stand in no namespace.
pub fn is_of_cluster(kind: &str) -> bool {
    KUBECTL.cluster_kinds.iter().any(|one| one == kind)
}

/// The verb of the command that is spelled so behind `docker`.
pub fn verb_of(spelling: &str) -> Option<&'static str> {
    Some(BY_NAME.get(spelling)?.verb.as_str())
}

/// The verbs by which labbook calls the commands of Docker and of kubectl.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    let rows = TABLE.command.iter().chain(&KUBECTL.command);
    rows.map(|row| row.verb.as_str())
}

/// Whether an option of a command, given by any of its spellings, takes a value;
/// none where the table does not know it.
pub fn takes_value(command: &str, option: &str) -> Option<bool> {
    let row = BY_NAME.get(command)?;
    known(option, &row.flags, &row.values).map(|(_, takes_value)| takes_value)
}

/// What a word of a command line names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperandKind {
    /// A container, by name or ID.
    Container,
    /// An image, by name or ID.
    Image,
    /// A volume.
    Volume,
    /// A network, by name or ID.
    Network,
    /// A port of the host with its protocol: `8080/tcp`.
    Port,
    /// A file or folder of the host.
    File,
    /// A container, an image, a volume or a network.
    Any,
}

/// One name in a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// What it names.
    pub thing: OperandKind,
    /// Whether the command gives the name, rather than uses what has it.
    pub gives: bool,
    /// The name as it is written; of a port the number with its protocol.
    pub name: String,
}

/// An option as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its long spelling where the table knows it, else as it was typed.
    pub name: String,
    /// Its value: of a flag only where one was typed (`--rm=false`).
    pub value: Option<String>,
}

/// A `docker` command, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The verb of the table (`ps` for `container ls`); as it was typed where the
    /// table does not know it, empty where there is none.
    pub verb: String,
    /// The options before the command.
    pub globals: Vec<Given>,
    /// The command's own options.
    pub options: Vec<Given>,
    /// Its operands, without the command for a container.
    pub operands: Vec<String>,
    /// The command that a container is given.
    pub inner: Vec<String>,
    /// The row of the table, where it knows the command.
    row: Option<&'static CommandRow>,
    /// What all commands of Docker's do that begin with the same word.
    family: &'static [Does],
}

impl Invocation {
    /// Reads a program with its words; none where it is no tool that takes Docker's.
    pub fn read(argv: &[String]) -> Option<Self> {
        let (program, words) = argv.split_first()?;
        let program = base_name(program);
        if COMPOSE_TOOLS.contains(&program) {
            return Some(Self::compose(words));
        }
        TOOLS.contains(&program).then(|| Self::docker(words))
    }

    fn docker(words: &[String]) -> Self {
        let mut invocation = Self::default();
        let rest = leading(words, &TABLE.global, &mut invocation.globals);
        let Some((first, behind)) = rest.split_first() else {
            return invocation;
        };
        if first == "compose" {
            return Self::compose(behind);
        }
        // The longest spelling that the table knows: `builder history ls`.
        let spelling = |count: usize| rest.get(..count).map(|words| words.join(" "));
        let known = (1..=4)
            .rev()
            .filter_map(|count| spelling(count).map(|name| (count, name)))
            .find(|(_, name)| BY_NAME.contains_key(name.as_str()));
        let (count, name) = known.unwrap_or_else(|| {
            // `network frobnicate`: a management word, and a verb of another version.
            let manages =
                TABLE.command.iter().flat_map(|row| &row.names).any(|name| {
                    name.split(' ').count() > 1 && name.split(' ').next() == Some(first)
                });
            let count = 1 + usize::from(manages && rest.len() > 1);
            (count, spelling(count).unwrap_or_default())
        });
        let row = BY_NAME.get(name.as_str()).copied();
        invocation.family = family(first);
        invocation.command(name, row, rest.get(count..).unwrap_or_default());
        invocation
    }

    /// Reads `kubectl` with its words; none where it is another program.
    pub fn read_kubectl(argv: &[String]) -> Option<Self> {
        let (program, words) = argv.split_first()?;
        if !KUBECTL_TOOLS.contains(&base_name(program)) {
            return None;
        }
        let mut invocation = Self::default();
        let rest = leading(words, &KUBECTL.global, &mut invocation.options);
        let known = (1..=3).rev().find_map(|count| {
            let name = rest.get(..count)?.join(" ");
            let row = KUBECTL.command.iter().find(|row| row.names.contains(&name));
            row.map(|row| (count, name, row))
        });
        match (known, rest.split_first()) {
            (Some((count, name, row)), _) => {
                invocation.command(name, Some(row), rest.get(count..).unwrap_or_default());
            }
            (None, Some((first, rest))) => invocation.command(first.clone(), None, rest),
            (None, None) => {}
        }
        Some(invocation)
    }

    fn compose(words: &[String]) -> Self {
        let mut invocation = Self {
            family: family("compose"),
            ..Self::default()
        };
        let rest = leading(words, &TABLE.compose, &mut invocation.globals);
        let Some((first, rest)) = rest.split_first() else {
            invocation.verb = "compose".to_owned();
            return invocation;
        };
        let name = format!("compose {first}");
        let row = BY_NAME.get(name.as_str()).copied();
        invocation.command(name, row, rest);
        invocation
    }

    fn command(&mut self, name: String, row: Option<&'static CommandRow>, words: &[String]) {
        self.verb = row.map_or(name, |row| row.verb.clone());
        self.row = row;
        let (flags, values) = row.map_or((&[][..], &[][..]), |row| (&row.flags, &row.values));
        let operands = row.map_or(&[][..], |row| &row.operands);
        let is_inner = |operand: &String| operand.ends_with("command...");
        let before_inner = operands.iter().position(is_inner);
        let behind_dashes = operands.iter().any(|operand| operand == "-- command...");
        let mut words = words.iter();
        let mut only_operands = false;
        while let Some(word) = words.next() {
            let is_option = !only_operands && word.len() > 1 && word.starts_with('-');
            if is_option && word == "--" && behind_dashes {
                self.inner = words.cloned().collect();
                return;
            } else if is_option && word == "--" {
                only_operands = true;
            } else if is_option {
                // Unknown options of commands for containers had better take a
                // value than turn it into an image.
                let guess = before_inner.is_some();
                option(word, &mut words, (flags, values), guess, &mut self.options);
            } else {
                self.operands.push(word.clone());
                if before_inner == Some(self.operands.len()) && !behind_dashes {
                    self.inner = words.cloned().collect();
                    return;
                }
            }
        }
    }

    /// Whether a flag is on, or an option has a value. `name` is any spelling.
    pub fn has(&self, name: &str) -> bool {
        self.given(name)
            .last()
            .is_some_and(|given| given.value.as_deref() != Some("false"))
    }

    /// Whether some version of Docker has the option `name` of this command, in any spelling.
    pub fn knows_option(&self, name: &str) -> bool {
        let row = self.row;
        row.is_some_and(|row| known(name, &row.flags, &row.values).is_some())
    }

    /// The values of an option, in order. `name` is any spelling.
    pub fn values<'i>(&'i self, name: &str) -> impl Iterator<Item = &'i str> {
        self.given(name).filter_map(|given| given.value.as_deref())
    }

    fn given<'i>(&'i self, name: &str) -> impl Iterator<Item = &'i Given> {
        let long = self
            .row
            .and_then(|row| known(name, &row.flags, &row.values))
            .map_or(name, |(long, _)| long)
            .to_owned();
        self.options.iter().filter(move |given| given.name == long)
    }

    /// Whether the table has the command.
    pub fn is_known(&self) -> bool {
        self.row.is_some()
    }

    /// Whether an operand of the command is of this `kind`, a word of the table.
    pub fn takes(&self, kind: &str) -> bool {
        self.row
            .is_some_and(|row| row.kinds().take(row.operands.len()).any(|one| one == kind))
    }

    /// All spellings of its options whose values name one of these `kinds`, words of the
    /// table.
    pub fn options_naming(&self, kinds: &[&str]) -> Vec<&'static str> {
        let Some(row) = self.row else {
            return Vec::new();
        };
        let kind = |names: &OptionNames| row.named.get(names.last()?);
        let options = row.values.iter();
        let naming =
            options.filter(|names| kind(names).is_some_and(|kind| kinds.contains(&kind.as_str())));
        naming.flatten().map(String::as_str).collect()
    }

    /// Whether it prints names, IDs and tables, and no text of a container's.
    pub fn is_terse(&self) -> bool {
        self.does(Does::Terse) || self.verb == "run" && self.has("--detach")
    }

    /// Whether it is a command of compose, of either program.
    pub fn is_of_compose(&self) -> bool {
        self.verb.starts_with("compose ")
    }

    /// Whether the table says of the command, or of its family, that it does this.
    pub fn does(&self, what: Does) -> bool {
        let of_row = self.row.map_or(&[][..], |row| &row.does);
        of_row.contains(&what) || self.family.contains(&what)
    }

    /// The kind of thing that it lists.
    pub fn lists(&self) -> Option<OperandKind> {
        self.row?.lists
    }

    /// The kinds of things that it removes.
    pub fn removes(&self) -> &'static [OperandKind] {
        self.row.map_or(&[], |row| &row.removes)
    }

    /// Whether it removes all of a kind that nothing uses, in every version: of images and
    /// volumes, those with a name too.
    pub fn prunes(&self, kind: OperandKind) -> bool {
        let is_asked_for = match kind {
            OperandKind::Image => self.has("--all"),
            OperandKind::Volume => self.has("--all") && !self.knows_option("--volumes"),
            _ => true,
        };
        let removes_some = !is_asked_for || self.has("--filter");
        self.does(Does::Prunes) && self.removes().contains(&kind) && !removes_some
    }

    /// The kind of thing whose names it prints when it is done with them.
    pub fn prints(&self) -> Option<OperandKind> {
        self.row?.prints
    }

    /// Whether it prints what comes until it is interrupted (`logs -f`, `events`).
    pub fn follows(&self) -> bool {
        self.row.is_some_and(|row| self.meets(row.follows.as_ref()))
    }

    /// Whether all that it prints says how far it has got.
    pub fn prints_progress(&self) -> bool {
        self.does(Does::Progress) && !self.follows() && !self.has("--quiet")
    }

    /// Whether its options, if it lists things, select none of them and leave out no header.
    pub fn lists_whole(&self) -> bool {
        const WHOLE: [&str; 4] = ["--all", "--digests", "--no-trunc", "--size"];
        let mut options = self.options.iter();
        options.all(|option| WHOLE.contains(&option.name.as_str()))
    }

    /// Whether it prints nothing but the ID, or the name, of what it makes.
    pub fn prints_id(&self) -> bool {
        let makes = self.does(Does::Creates) || self.names().iter().any(|naming| naming.gives);
        let is_silent = !self.does(Does::Attaches) || self.has("--detach");
        makes && is_silent && !self.does(Does::Progress) && !self.is_of_compose()
    }

    /// Whether it gives its user's terminal to a program of a container.
    pub fn opens(&self) -> bool {
        self.row.is_some_and(|row| self.meets(row.opens.as_ref()))
    }

    fn meets(&self, rule: Option<&OptionRule>) -> bool {
        let has_any =
            |options: &[OptionNames]| options.iter().flatten().any(|option| self.has(option));
        rule.is_some_and(|rule| {
            (rule.with.is_empty() || has_any(&rule.with)) && !has_any(&rule.without)
        })
    }

    /// What it gives names to and what it uses by name, in the order of its words.
    pub fn names(&self) -> Vec<Naming> {
        let Some(row) = self.row else {
            return Vec::new();
        };
        let mut names = Vec::new();
        for given in &self.options {
            if let (Some(what), Some(value)) = (row.named.get(&given.name), &given.value) {
                names.extend(of_option(what, value));
            }
        }
        let operands = self.operands.iter().zip(row.kinds());
        names.extend(operands.flat_map(|(operand, kind)| of_word(kind, operand)));
        names
    }

    /// Its operands that use containers, images, volumes or networks by name or ID.
    pub fn used_operands(&self) -> Vec<&str> {
        let Some(row) = self.row else {
            return Vec::new();
        };
        let operands = self.operands.iter().map(String::as_str).zip(row.kinds());
        let used = operands.filter(|(operand, kind)| {
            let names = of_word(kind, operand).into_iter();
            let mut things = names.filter(|naming| !naming.gives);
            things.any(|naming| naming.thing != OperandKind::File)
        });
        used.map(|(operand, _)| operand).collect()
    }

    /// The first of its names that Docker would take for no name: a blank to fill in
    /// (`<container-id>`, `컨테이너이름`, `[OPTIONS]`), or that nobody gives to a thing (`____`,
    /// `xxxxxxxx`, `CONTAINER_ID`, `$CONTAINER_ID`). What else the shell expands is none.
    pub fn blank(&self) -> Option<String> {
        let is_blank = |naming: &Naming| {
            let name = naming.name.as_str();
            let variable = name.strip_prefix('$').unwrap_or(name);
            let variable = variable.trim_start_matches('{').trim_end_matches('}');
            let is_masked = !naming.gives && MASKED.is_match(variable);
            if variable.len() < name.len() {
                return is_masked;
            }
            !matches!(naming.thing, OperandKind::File | OperandKind::Port)
                && !name.contains(['$', '`', '*', '?', ','])
                && !name.contains("..")
                && (!name.is_ascii() || name.starts_with(['<', '[', '{']) || is_masked)
        };
        self.names()
            .into_iter()
            .find(is_blank)
            .map(|naming| naming.name)
    }

    /// The option of kubectl, if one was given, that leads to other credentials.
    pub fn credential_option(&self) -> Option<&'static str> {
        let mut options = KUBECTL.credentials.iter().flatten();
        let given = options.find(|option| self.values(option).next().is_some());
        given.map(String::as_str)
    }

    /// The names that it gives to things of this kind.
    pub fn gives(&self, thing: OperandKind) -> Vec<String> {
        let names = self.names().into_iter();
        names
            .filter(|naming| naming.gives && naming.thing == thing)
            .map(|naming| naming.name)
            .collect()
    }

    /// Whether it can give a name to a container, an image, a volume or a network.
    pub fn can_name(&self) -> bool {
        let named = |row: &CommandRow| {
            let mut kinds = row.operands.iter().chain(row.named.values());
            kinds.any(|kind| kind.starts_with("new ") && kind != "new file")
        };
        self.row.is_some_and(named)
    }

    /// The first of the images that it uses and that have to be there before.
    pub fn needed_image(&self) -> Option<String> {
        self.needed_images().into_iter().next()
    }

    /// The images that it uses and that have to be there before.
    pub fn needed_images(&self) -> Vec<String> {
        let brings_or_lists = self.does(Does::Registry) || self.lists().is_some();
        if brings_or_lists || self.removes().contains(&OperandKind::Image) {
            return Vec::new();
        }
        let is_used = |name: &Naming| name.thing == OperandKind::Image && !name.gives;
        let used = self.names().into_iter().filter(is_used);
        used.map(|name| name.name).collect()
    }

    /// The folder and the Dockerfile of a build; none for other commands.
    pub fn build_file(&self) -> Option<(&str, Option<&str>)> {
        (self.verb == "build").then(|| {
            let folder = self.operands.first().map_or("", String::as_str);
            (folder, self.values("--file").last())
        })
    }
}

/// Reads the options before a command.
fn leading<'w>(words: &'w [String], options: &Options, given: &mut Vec<Given>) -> &'w [String] {
    let mut rest = words.iter();
    loop {
        let here = rest.as_slice();
        match rest.next() {
            Some(word) if word.starts_with('-') => {
                let known = (&options.flags[..], &options.values[..]);
                option(word, &mut rest, known, false, given);
            }
            _ => return here,
        }
    }
}

/// The long spelling of an option, and whether it takes a value.
fn known<'o>(
    name: &str,
    flags: &'o [OptionNames],
    values: &'o [OptionNames],
) -> Option<(&'o str, bool)> {
    let find = |options: &'o [OptionNames]| {
        options
            .iter()
            .find(|names| names.iter().any(|spelling| spelling == name))
            .and_then(|names| names.last())
    };
    find(flags)
        .map(|long| (long.as_str(), false))
        .or_else(|| find(values).map(|long| (long.as_str(), true)))
}

/// Reads the option `word`, with its value from `rest` where it takes one.
fn option(
    word: &str,
    rest: &mut std::slice::Iter<'_, String>,
    (flags, values): (&[OptionNames], &[OptionNames]),
    guess: bool,
    given: &mut Vec<Given>,
) {
    let mut push = |name: &str, value: Option<String>| {
        let name = name.to_owned();
        given.push(Given { name, value });
    };
    if word.starts_with("--") {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let (long, takes_value) = known(name, flags, values).unwrap_or((name, guess));
        let value = match joined {
            None if takes_value => rest.next().cloned(),
            joined => joined,
        };
        return push(long, value);
    }
    // A cluster: flags, and at its end an option that may take the rest.
    let letters = word.strip_prefix('-').unwrap_or_default();
    for (at, letter) in letters.char_indices() {
        let behind = letters.get(at + letter.len_utf8()..).unwrap_or_default();
        let name = format!("-{letter}");
        let (long, takes_value) =
            known(&name, flags, values).unwrap_or((&name, guess && behind.is_empty()));
        if takes_value {
            let joined = behind.strip_prefix('=').unwrap_or(behind);
            let value = match behind.is_empty() {
                true => rest.next().cloned(),
                false => Some(joined.to_owned()),
            };
            return push(long, value);
        }
        if let Some(value) = behind.strip_prefix('=') {
            return push(long, Some(value.to_owned()));
        }
        push(long, None);
    }
}

/// What the value of an option names; `what` is a word of the table.
fn of_option(what: &str, value: &str) -> Vec<Naming> {
    match what {
        "volume" => {
            let source = value.split(':').next().unwrap_or_default();
            let is_anonymous = !value.contains(':');
            match (is_anonymous, is_path(source)) {
                (true, _) => Vec::new(),
                (false, true) => of_word("file", source),
                // Docker makes the volume where there is none.
                (false, false) => of_word("new volume", source),
            }
        }
        "mount" => {
            let fields: Vec<(&str, &str)> = value
                .split(',')
                .map(|field| field.split_once('=').unwrap_or((field, "")))
                .collect();
            let field = |names: &[&str]| {
                let found = fields.iter().find(|(name, _)| names.contains(name));
                found.map(|(_, value)| *value)
            };
            let source = field(&["source", "src"]).unwrap_or_default();
            match field(&["type"]) {
                Some("bind") => of_word("file", source),
                Some("volume") | None => of_word("new volume", source),
                Some(_) => Vec::new(),
            }
        }
        "port" => {
            let (ports, protocol) = value.split_once('/').unwrap_or((value, "tcp"));
            let mut parts = ports.rsplit(':');
            match (parts.next(), parts.next()) {
                (Some(_), Some(host)) if !host.is_empty() => vec![Naming {
                    thing: OperandKind::Port,
                    gives: true,
                    name: format!("{host}/{protocol}"),
                }],
                _ => Vec::new(),
            }
        }
        "network" => match value.split_once(':') {
            Some(("container", name)) => of_word("container", name),
            _ if value == "default" || BUILT_IN_NETWORKS.contains(&value) => Vec::new(),
            _ => of_word("network", value.strip_prefix("name=").unwrap_or(value)),
        },
        "container" => of_word("container", value.split(':').next().unwrap_or(value)),
        _ => of_word(what, value),
    }
}

/// What a word names, where the table says `what`.
fn of_word(what: &str, word: &str) -> Vec<Naming> {
    let (gives, kind) = match what.strip_prefix("new ") {
        Some(kind) => (true, kind),
        None => (false, what),
    };
    let thing = match kind {
        "container" => OperandKind::Container,
        "image" => OperandKind::Image,
        "volume" => OperandKind::Volume,
        "network" => OperandKind::Network,
        "file" | "folder" | "path" => OperandKind::File,
        "any" => OperandKind::Any,
        _ => return Vec::new(),
    };
    match word.is_empty() {
        true => Vec::new(),
        false => vec![Naming {
            thing,
            gives,
            name: word.to_owned(),
        }],
    }
}

/// Whether the source of a mount is a path of the host's, not a volume's name.
fn is_path(source: &str) -> bool {
    source.starts_with(['/', '.', '~', '$', '`']) || source.contains(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::programs;

    fn read(command: &str) -> Invocation {
        let argv = programs(command).into_iter().next_back().unwrap();
        Invocation::read(&argv).unwrap()
    }

    #[test]
    fn no_spelling_stands_twice_in_the_table() {
        let mut names: Vec<&str> = TABLE
            .command
            .iter()
            .flat_map(|row| row.names.iter().map(String::as_str))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for row in &TABLE.command {
            for option in row.named.keys() {
                assert!(
                    known(option, &row.flags, &row.values).is_some_and(|known| known.1),
                    "{}: {option}",
                    row.verb
                );
            }
        }
    }

    #[test]
    fn options_are_read_joined_clustered_and_behind_operands() {
        for command in [
            "docker run -d -p 80:80 --name web nginx sh -c date",
            "docker run -dp80:80 --name=web nginx sh -c date",
            "docker container run --detach --publish=80:80 --name web -- nginx sh -c date",
            "docker --context default run -dp=80:80 --name web nginx sh -c date",
            "docker -H unix:///s container run -d=true -p 80:80 --name web nginx sh -c date",
        ] {
            let run = read(command);
            assert_eq!(run.verb, "run", "{command}");
            assert!(run.has("-d") && run.has("--detach"), "{command}");
            assert_eq!(run.gives(OperandKind::Container), ["web"], "{command}");
            assert_eq!(run.gives(OperandKind::Port), ["80/tcp"], "{command}");
            assert_eq!(run.operands, ["nginx"], "{command}");
            assert_eq!(run.inner, ["sh", "-c", "date"], "{command}");
        }
        for command in [
            "docker build -t me/who -f a/Dockerfile .",
            "docker build . -m 512m -tme/who --file a/Dockerfile --add-host db:10.0.0.2",
            "docker buildx build -t=me/who -fa/Dockerfile .",
            "docker image build --tag me/who --no-cache . -f=a/Dockerfile",
        ] {
            let build = read(command);
            assert_eq!(
                build.build_file(),
                Some((".", Some("a/Dockerfile"))),
                "{command}"
            );
            assert_eq!(build.gives(OperandKind::Image), ["me/who"], "{command}");
        }
        assert!(!read("docker run -d=false nginx").has("--detach"));
        assert_eq!(
            read("docker ps -aqf name=x").values("--filter").last(),
            Some("name=x")
        );
    }

    #[test]
    fn names_are_told_from_paths_and_from_arguments() {
        let names = |command: &str| -> Vec<(OperandKind, bool, String)> {
            let names = read(command).names().into_iter();
            names
                .map(|naming| (naming.thing, naming.gives, naming.name))
                .collect()
        };
        use OperandKind::{Container, Image, Network, Volume};
        assert_eq!(
            names("docker run -v data:/d -v ./x:/y -v /anonymous --network net nginx"),
            [
                (Volume, true, "data".to_owned()),
                (OperandKind::File, false, "./x".to_owned()),
                (Network, false, "net".to_owned()),
                (Image, false, "nginx".to_owned()),
            ]
        );
        assert_eq!(
            names("docker container rm -f a b"),
            [
                (Container, false, "a".to_owned()),
                (Container, false, "b".to_owned())
            ]
        );
        assert_eq!(
            names("docker tag a b:1"),
            [
                (Image, false, "a".to_owned()),
                (Image, true, "b:1".to_owned())
            ]
        );
        assert_eq!(
            names("docker stop -t 10 web"),
            [(Container, false, "web".to_owned())]
        );
        assert_eq!(
            names("docker volume create --driver local v"),
            [(Volume, true, "v".to_owned())]
        );
    }

    #[test]
    fn unknown_commands_and_options_are_read_as_far_as_possible() {
        assert_eq!(read("docker frobnicate -x y").verb, "frobnicate");
        assert_eq!(
            read("docker network frobnicate net").verb,
            "network frobnicate"
        );
        assert_eq!(read("docker").verb, "");
        assert_eq!(read("docker run --of-tomorrow 5 nginx").operands, ["nginx"]);
        assert_eq!(read("docker-compose -f a.yml exec -T web sh").inner, ["sh"]);
        assert_eq!(
            read("docker compose -f a.yml exec -T web sh").verb,
            "compose exec"
        );
    }
}
