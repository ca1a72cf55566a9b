//! Which answers say "not ready", so that the same may be asked again.
//!
//! ```text
//!     curl, wget, mysql, psql, redis-cli   no connection, or not a byte on it
//!     docker logs, docker events           a beginning of what the notes show
//!     cat, tail, docker exec web tail      the same: what is written may go on
//!     docker ps, volume ls, ...            other states, or only more or fewer rows
//!     docker inspect                       other states
//! ```
//!
//! Any other answer is final, whatever it says: who asks a counter until it tells
//! the number of the notes would prove nothing.

use super::row::Row;
use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use super::Observation;
use super::compile::LinePattern;
use super::judging::Judge;
use super::rows::Subject;
use crate::docker::names::{split, with_tag};
use crate::docker::{Does, ProgramCall};
use crate::formats::cluster::is_nothing;
use crate::formats::status_sources::owners;
use crate::formats::table::{Header, TableCell};
use crate::formats::text::normal;
use crate::pattern::pattern;
use crate::session::Step;
use crate::shell::{Joint, Script, base_name, behind_wrappers, is_shell};

/// How long something that is not ready is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Patience {
    /// For what only has to settle.
    Briefly,
    /// For a server: until it can have started. A database takes tens of seconds the first
    /// time, and longer on a busy machine.
    UntilStarted,
    /// For what a cluster has to schedule and start.
    Scheduled,
    /// As long as the step may take: a health check has its own period.
    Endless,
}

impl Patience {
    /// How long that is from the step's first asking, where the last container was started
    /// `since_start` before.
    pub fn limit(self, since_start: Option<Duration>) -> Duration {
        const BRIEFLY: Duration = Duration::from_secs(5);
        const MINUTE: Duration = Duration::from_secs(60);
        match self {
            Self::Briefly => BRIEFLY,
            Self::UntilStarted => since_start
                .map_or(BRIEFLY, |since| MINUTE.saturating_sub(since))
                .max(BRIEFLY),
            Self::Scheduled => MINUTE,
            Self::Endless => Duration::MAX,
        }
    }
}

/// A program that asks a server.
struct ServerClient {
    names: &'static [&'static str],
    /// What it says where the server was not there, or closed without a byte.
    unreachable: &'static LazyLock<regex::Regex>,
    /// The exit statuses that say so, whatever was printed.
    statuses: &'static [i32],
    /// One that says so where nothing else was printed.
    silent_status: Option<i32>,
}

/// Whether `command` asks a server by a client that is known, and does nothing else.
pub fn asks_a_server(command: &str) -> bool {
    matches!(Query::of(command), Some(Query::Server(_)))
}

pattern! {
    /// What clients say where no server was there, or it closed without a byte.
    CURL = r"^curl: \((?:7|35|52|56)\) .*(?:Failed to connect|Could(?: not|n't) connect|Connection refused|Connection reset|Empty reply)";
    WGET = r"^wget: .*(?:Connection (?:refused|reset)|error getting response$)|failed: Connection refused\.$|Read error \(Connection reset|No data received\.$";
    MYSQL = r"Can't connect to (?:local |local MySQL |MySQL |local server|server)?.*\(\d+\)|Lost connection to .* at 'reading initial communication packet'|^ERROR 1045 \(28000\): Access denied for user ";
    PSQL = r#"Connection refused|No such file or directory$|the database system is (?:starting up|shutting down)$|FATAL: +(?:database|role) "[^"]+" does not exist$|server closed the connection unexpectedly$| - (?:no response|rejecting connections)$"#;
    REDIS = r"^Could not connect to Redis at .*(?:Connection refused|Connection reset)|^Error: Server closed the connection|^LOADING ";
}

static CLIENTS: [ServerClient; 5] = [
    ServerClient {
        names: &["curl"],
        unreachable: &CURL,
        // "EXIT CODES" of curl(1).
        statuses: &[7, 52],
        silent_status: Some(56),
    },
    ServerClient {
        names: &["wget"],
        unreachable: &WGET,
        // "EXIT STATUS" of wget(1): network failure.
        statuses: &[],
        silent_status: Some(4),
    },
    ServerClient {
        names: &["mysql", "mysqladmin", "mariadb", "mariadb-admin"],
        // The server that prepares a new database has no passwords yet.
        unreachable: &MYSQL,
        statuses: &[],
        silent_status: None,
    },
    ServerClient {
        names: &["psql", "pg_isready"],
        // While a new database is prepared, a server runs that knows none, and ends again.
        unreachable: &PSQL,
        statuses: &[],
        silent_status: None,
    },
    ServerClient {
        names: &["redis-cli"],
        unreachable: &REDIS,
        statuses: &[],
        silent_status: None,
    },
];

pattern! {
    /// What kubectl says of a container that has not started yet: nothing was done.
    NOT_STARTED = r"(?x)
        ^Error\ from\ server\ \(BadRequest\):\ (?:
            container\ .*\ is\ waiting\ to\ start:\ (?:ContainerCreating|PodInitializing)
            | previous\ terminated\ container\ .*\ not\ found
            | pod\ .*\ does\ not\ have\ a\ host\ assigned)$
        | ^error:\ unable\ to\ upgrade\ connection:\ container\ not\ found\ \(.*\)$
        | ^error:\ unable\ to\ forward\ port\ because\ pod\ is\ not\ running\.\ Current\ status=Pending$";
    /// What `kubectl describe` says of a thing that has not started.
    PENDING = r"^Status: +Pending$|^Endpoints: +$|^Endpoints: +<none>$|^ +State: +Waiting$|^ +Reason: +(?:ContainerCreating|PodInitializing)$";
    /// What it says of how far a thing has come.
    PROGRESS_LINE = r"^ *(?:Status|State|Last State|Reason|Ready|Restart Count|Replicas|Pods Status|Exit Code):";
    /// What clients print around that: progress, where they connect to, hints.
    AROUND = r"^\s*$|^\s*% Total|^\s+Dload|^[\s0-9.:kMG-]+$|^\* |^--[0-9]|^Resolving |^(?:Re)?[Cc]onnecting to |^HTTP request sent|^Retrying|^\s+(?:Is the server|This probably|before or while)|^mysqladmin: connect to server|^Check that |^(?:not connected> ?)+$|^Enter password: *$|^mysql: \[Warning\] ";
}

/// Programs that only pass on what they read, or wait.
const HARMLESS: [&str; 15] = [
    "awk", "cat", "cut", "egrep", "fgrep", "grep", "head", "jq", "sed", "sleep", "sort", "tail",
    "tr", "uniq", "wc",
];

/// Those that read a file, which a program in the background may still write.
const READERS: [&str; 2] = ["cat", "tail"];

/// What a command line asks for, where it does nothing but ask once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Query {
    /// A server, with the client of this number.
    Server(usize),
    /// A container's log, the daemon's events, or a file.
    Log,
    /// A list of things.
    List,
    /// A list of what a cluster has.
    Things,
    /// What is known about things of a cluster.
    Description,
    /// What is known about one thing.
    State,
}

impl Query {
    fn of(command: &str) -> Option<Self> {
        let script = Script::read(command);
        let runs_on = script
            .items
            .iter()
            .any(|item| item.joint == Joint::Background);
        if script.substitutes() || script.has_compounds() || runs_on {
            return None;
        }
        let calls = ProgramCall::all(command);
        let passes = |call: &ProgramCall| {
            call.passes_on()
                && (call.is_docker("exec")
                    || call.kubectl().is_some_and(|kubectl| kubectl.verb == "exec")
                    || is_shell(&call.program)
                    || (call.is_docker("run") && call.docker().is_some_and(|run| run.has("--rm"))))
        };
        let mut asking = calls
            .iter()
            .filter(|call| !passes(call) && !is_harmless(call));
        let inner = calls.iter().filter_map(ProgramCall::script);
        if writes(&script) || inner.map(Script::read).any(|script| writes(&script)) {
            return None;
        }
        let reads = |call: &ProgramCall| READERS.contains(&call.program.as_str());
        let asks = match (asking.next(), asking.next()) {
            (Some(asks), None) => asks,
            (None, _) if calls.iter().any(reads) && !ProgramCall::follows_for_ever(command) => {
                return Some(Self::Log);
            }
            _ => return None,
        };
        let client = CLIENTS
            .iter()
            .position(|client| client.names.contains(&asks.program.as_str()));
        if let Some(client) = client {
            return Some(Self::Server(client));
        }
        let asks = asks.docker().or_else(|| asks.kubectl())?;
        if asks.follows() {
            return None;
        }
        let queries = [
            (asks.does(Does::Gets), Self::Things),
            (asks.does(Does::Describes), Self::Description),
            (asks.does(Does::Logs), Self::Log),
            // What follows for ever was sorted out above. What the last second brought is
            // shown by none that ends now.
            (asks.verb == "events", Self::Log),
            (asks.verb == "inspect", Self::State),
            (
                asks.lists().is_some() || asks.verb == "compose ps",
                Self::List,
            ),
        ];
        let query = queries.into_iter().find(|(asks, _)| *asks);
        query.map(|(_, query)| query)
    }
}

/// Whether a call only passes on what it reads, or waits.
fn is_harmless(call: &ProgramCall) -> bool {
    HARMLESS.contains(&call.program.as_str()) && !call.words.iter().any(|word| word == "-i")
}

/// Whether a command of `script` writes a file: asked again, it would write more.
fn writes(script: &Script) -> bool {
    let commands = script.commands();
    let mut redirections = commands.iter().flat_map(|one| &one.redirections);
    redirections.any(|one| one.writes() && one.target.text != "/dev/null")
}

pattern! {
    /// What Docker says of a container's state, with what it says of its health.
    STATE = r"(?x)
        \b(?P<up>Up)\ (?:Less\ than\ a\ second|About\ an?\ \w+|[0-9]+\ \w+)
            (?:\ \((?P<health>healthy|unhealthy|health:\ starting|Paused)\))?
        | \b(?P<ended>Exited|Restarting)\ \((?P<code>-?[0-9]+)\)\ (?:Less\ than\ a\ second|About\ an?\ \w+|[0-9]+\ \w+)(?:\ ago)?
        | \b(?P<word>Created|Dead|Removal\ In\ Progress
            |created|running|paused|restarting|removing|exited|dead|healthy|unhealthy|starting)\b";
    /// Members of a container's state that change with it.
    MEMBER = r#""(?P<key>Status|Running|Paused|Restarting|Dead|ExitCode|Pid|StartedAt|FinishedAt)": (?P<value>"[^"]*"|[^,\s}]+)"#;
}

/// A state, as a list or a template tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ContainerState {
    word: String,
    /// The exit code that comes with it.
    code: Option<String>,
}

impl ContainerState {
    fn is_awaited_health(&self) -> bool {
        self.word.ends_with("starting")
    }
}

/// `text` with the same word for every state in it, and these states.
fn without_states(text: &str) -> (String, Vec<ContainerState>) {
    let mut states = Vec::new();
    let masked = STATE.replace_all(text, |captures: &regex::Captures| {
        let part = |name: &str| captures.name(name).map(|found| found.as_str());
        let word = ["up", "ended", "word", "health"]
            .into_iter()
            .filter_map(part)
            .collect::<Vec<_>>()
            .join(" ");
        states.push(ContainerState {
            word,
            code: part("code").map(str::to_owned),
        });
        "Created".to_owned()
    });
    (masked.into_owned(), states)
}

/// Whether states differ: none where one of them differs in its exit code alone.
fn states_differ(ours: &[ContainerState], theirs: &[ContainerState]) -> Option<bool> {
    let same = |(our, their): (&ContainerState, &ContainerState)| our.word == their.word;
    let pairs = || ours.iter().zip(theirs);
    if pairs().any(|(our, their)| our.word == their.word && our.code != their.code) {
        return None;
    }
    (ours.len() == theirs.len()).then(|| !pairs().all(same))
}

impl Judge<'_> {
    /// How long the command of step `step` (from 0) may be asked again in all, where
    /// `observation` says that something is not ready yet; none where the answer is
    /// final. `first_exit` is the exit status of the first command of a pipeline,
    /// where it is known.
    pub fn waits(
        &self,
        step: usize,
        observation: &Observation,
        first_exit: Option<i32>,
    ) -> Option<Patience> {
        let definition = self.script.steps.get(step)?;
        let command = definition.command()?;
        if was_not_started(command, &observation.output) {
            return Some(Patience::Scheduled).filter(|_| !self.would_pass(step, observation));
        }
        let query = Query::of(command)?;
        // Notes that show nothing hold whatever came: what they go on with may need the answer.
        let holds_in_vain = matches!(query, Query::Server(_)) && !definition.shows_output();
        let waits = match query {
            Query::Server(client) => {
                let status = first_exit.or_else(|| {
                    let owners = owners(&Script::read(command), false);
                    let program = behind_wrappers(owners.first()?).into_iter().next()?;
                    let is_of_client = !HARMLESS.contains(&base_name(&program));
                    observation.exit.filter(|_| is_of_client)
                });
                let patience = match holds_in_vain {
                    true => Patience::Briefly,
                    false => Patience::UntilStarted,
                };
                is_unreachable(&CLIENTS[client], status, &observation.output).then_some(patience)
            }
            Query::Things => self
                .list_waits(step, definition, &observation.output)
                .map(|_| Patience::Scheduled),
            Query::Description => {
                let mut lines = observation.output.iter();
                let tells = |line: &str| observation.output.iter().any(|own| normal(own) == line);
                let mut noted = definition.expected.iter().map(|line| normal(&line.text));
                let is_pending = lines.any(|line| PENDING.is_match(line));
                let is_behind = noted.any(|line| PROGRESS_LINE.is_match(&line) && !tells(&line));
                (is_pending || is_behind).then_some(Patience::Scheduled)
            }
            Query::Log if self.runs_own_image(step, command) => None,
            Query::Log => self
                .is_a_beginning(step, observation)
                .then_some(Patience::Briefly),
            Query::List => self.list_waits(step, definition, &observation.output),
            Query::State => self.state_waits(step, definition, observation),
        };
        waits.filter(|_| holds_in_vain || !self.would_pass(step, observation))
    }

    /// Whether `command` starts an image that the exercise made: what that does by itself is
    /// not known, and might be done once more.
    fn runs_own_image(&self, step: usize, command: &str) -> bool {
        let dockers = ProgramCall::all_of_docker(command).into_iter();
        let mut images = dockers
            .filter(|docker| docker.does(Does::Creates))
            .filter_map(|docker| docker.needed_image());
        images.any(|image| {
            let name = with_tag(&image);
            let (repository, tag) = split(&name);
            self.named_things().has_built(step, repository, tag)
        })
    }

    /// Whether the output is a beginning of what the notes show.
    fn is_a_beginning(&self, number: usize, observation: &Observation) -> bool {
        let Some(step) = self.script.steps.get(number) else {
            return false;
        };
        let blank = |text: &str| text.trim().is_empty();
        let printed = observation
            .output
            .iter()
            .filter(|line| !blank(line))
            .count();
        let mut shown = 0;
        let mut elided = false;
        // The lengths at which the notes could have been cut off.
        let ends: Vec<usize> = std::iter::once((0, printed == 0))
            .chain(step.expected.iter().enumerate().map(|(index, line)| {
                elided |= line.elision;
                shown += usize::from(!line.elision && !blank(&line.text));
                (index + 1, line.elision || (!elided && shown == printed))
            }))
            .filter(|(end, possible)| *possible && *end < step.expected.len())
            .map(|(end, _)| end)
            .collect();
        ends.into_iter().any(|end| {
            let mut begun = step.clone();
            begun.expected.truncate(end);
            self.would_hold(number, &begun, observation)
        })
    }

    /// How long a list may be asked again: its rows are those of the notes, in other
    /// states, or it only has more of them, or only fewer.
    fn list_waits(&self, number: usize, step: &Step, output: &[String]) -> Option<Patience> {
        let elides = step.expected.iter().any(|line| line.elision);
        let ours: Vec<(usize, String)> = step
            .expected
            .iter()
            .filter(|line| !line.elision && !line.text.trim().is_empty())
            .map(|line| (line.line, normal(&line.text)))
            .collect();
        let theirs: Vec<String> = output
            .iter()
            .map(|line| normal(line))
            .filter(|line| !line.is_empty())
            .collect();
        let (our_tables, their_tables) = (
            tables_of(&ours, |(_, line)| line),
            tables_of(&theirs, |line| line),
        );
        if our_tables.len() != their_tables.len() {
            return self.table_waits(number, elides, (&ours, &theirs))?;
        }
        let mut longest = None;
        for tables in our_tables.into_iter().zip(their_tables) {
            longest = longest.max(self.table_waits(number, elides, tables)?);
        }
        longest
    }

    /// The same of one table: none within where it is what the notes show already, none at
    /// all where it is another one.
    fn table_waits(
        &self,
        number: usize,
        elides: bool,
        (ours, theirs): (&[(usize, String)], &[String]),
    ) -> Option<Option<Patience>> {
        let our_header = ours.first().and_then(|(_, line)| Header::read(line));
        let their_header = theirs.first().and_then(|line| Header::read(line));
        // Where there is nothing to list, there is no header.
        let (our_rows, their_rows) = (
            rows_of(ours, |(_, line)| is_nothing(line)),
            rows_of(theirs, |line| is_nothing(line)),
        );
        let is_empty = our_rows.is_empty() || their_rows.is_empty();
        if our_header.is_some() != their_header.is_some() && !is_empty {
            return None;
        }
        let skipped = |header: &Option<Header>| usize::from(header.is_some());
        let headers = our_header.as_ref().zip(their_header.as_ref());
        let is_ambient = |row: &str| {
            headers.is_some_and(|(header, _)| {
                Subject::of(header).is_ambient(header, row, number, self.named_things())
            })
        };
        let was_there = |row: &str| {
            headers.is_some_and(|(_, header)| {
                let surroundings = self.script.surroundings;
                Subject::of(header).was_there_before(
                    header,
                    row,
                    number,
                    self.named_things(),
                    surroundings,
                )
            })
        };
        let mut left: Vec<&String> = their_rows
            .iter()
            .skip(skipped(&their_header))
            .filter(|row| !was_there(row))
            .collect();
        let (mut missing, mut differs, mut health) = (0, false, false);
        for (line, row) in our_rows.iter().skip(skipped(&our_header)) {
            let like = |their: &&String| self.alike(number, headers, (*line, row), their).is_some();
            match left.iter().position(like) {
                Some(at) => {
                    let their = left.remove(at);
                    differs |= self.alike(number, headers, (*line, row), their) == Some(true);
                    health |= without_states(their)
                        .1
                        .iter()
                        .any(ContainerState::is_awaited_health);
                }
                None if is_ambient(row) => {}
                None => missing += 1,
            }
        }
        let more = if elides { 0 } else { left.len() };
        if missing + more == 0 && !differs {
            return Some(None);
        }
        let is_not_ready = missing == 0 || more == 0;
        is_not_ready.then_some(Some(if health {
            Patience::Endless
        } else {
            Patience::Briefly
        }))
    }

    /// Whether the states of two rows that are alike but for these differ; none where
    /// the rows are not alike.
    fn alike(
        &self,
        number: usize,
        headers: Option<(&Header, &Header)>,
        (line, ours): (usize, &str),
        theirs: &str,
    ) -> Option<bool> {
        let Some((header, their_header)) = headers else {
            let ((ours, own), (theirs, their)) = (without_states(ours), without_states(theirs));
            let differ = states_differ(&own, &their)?;
            LinePattern::of(&ours, line, self.format(number)?, self.known_values())
                .matches(&theirs)?;
            return Some(differ);
        };
        let (cells, own) = cells_without_states(header.cells(ours));
        let (their_cells, their) = cells_without_states(their_header.cells(theirs));
        let differ = states_differ(&own, &their)?;
        let cells: Vec<(&str, String)> = cells
            .into_iter()
            .map(|cell| (cell.column, cell.text))
            .collect();
        Row::of_cells(&cells, line, self.known_values()).matches(&their_cells)?;
        Some(differ)
    }

    /// How long what tells about one thing may be asked again: it would hold with
    /// the notes' states.
    fn state_waits(
        &self,
        number: usize,
        step: &Step,
        observation: &Observation,
    ) -> Option<Patience> {
        let template = self
            .format(number)?
            .calls()
            .iter()
            .find_map(ProgramCall::template)
            .unwrap_or_default();
        let expected: Vec<&str> = step
            .expected
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        let own = state_texts(expected.iter().copied(), template);
        let their = state_texts(observation.output.iter().map(String::as_str), template);
        let keys =
            |states: &[StateText]| states.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
        if keys(&own) != keys(&their) {
            return None;
        }
        let pairs = || own.iter().zip(&their);
        let (mut differs, mut health) = (false, false);
        for (own, their) in pairs().filter(|(own, _)| own.is_word) {
            differs |= own.value != their.value;
            health |= own.value != their.value && their.value.contains("starting");
        }
        if !differs {
            return None;
        }
        let mut in_their_state = observation.clone();
        for (own, their) in pairs().rev() {
            in_their_state.output[their.line].replace_range(their.range.clone(), &own.value);
        }
        self.would_pass(number, &in_their_state)
            .then_some(if health {
                Patience::Endless
            } else {
                Patience::Briefly
            })
    }
}

/// The tables among `lines`, of which each begins with its header.
fn tables_of<T>(lines: &[T], text: impl Fn(&T) -> &str) -> Vec<&[T]> {
    let is_header = |line: &T| Header::read(text(line)).is_some();
    lines.chunk_by(|_, next| !is_header(next)).collect()
}

/// The lines of a list, none where they only say that there is nothing to list.
fn rows_of<T>(lines: &[T], is_nothing: impl Fn(&T) -> bool) -> &[T] {
    match lines {
        [line] if is_nothing(line) => &[],
        lines => lines,
    }
}

/// Whether `command` is one of kubectl's for a container that had not started.
fn was_not_started(command: &str, output: &[String]) -> bool {
    let calls = ProgramCall::all(command);
    let first = calls.first().and_then(ProgramCall::kubectl);
    // What the command starts in the container was not started either.
    let adds = |call: &ProgramCall| call.program == "echo" || is_harmless(call);
    let mut others = calls
        .iter()
        .skip(1)
        .filter(|call| !call.runs_in_container());
    let script = Script::read(command);
    let is_one = !script.has_compounds() && !script.substitutes() && !writes(&script);
    is_one
        && others.all(adds)
        && first.is_some_and(|kubectl| kubectl.does(Does::Pods))
        && output.iter().any(|line| !line.is_empty())
        && output
            .iter()
            .all(|line| line.is_empty() || NOT_STARTED.is_match(line))
}

/// Columns of `kubectl get` that tell how far a cluster has come.
const PROGRESS: [&str; 8] = [
    "AVAILABLE",
    "COMPLETIONS",
    "CURRENT",
    "READY",
    "RESTARTS",
    "STATUS",
    "TARGETS",
    "UP-TO-DATE",
];

/// Columns of `kubectl get` that hold nothing until something has started.
const COMES_LATER: [&str; 6] = [
    "DURATION",
    "ENDPOINTS",
    "EXTERNAL-IP",
    "IP",
    "NODE",
    "LAST SCHEDULE",
];

/// The cells of a row with the same word for every state, without the ports and addresses,
/// which come and go with it; and these states.
fn cells_without_states(cells: Vec<TableCell<'_>>) -> (Vec<TableCell<'_>>, Vec<ContainerState>) {
    let mut states = Vec::new();
    let has = |column: &str| cells.iter().any(|cell| cell.column == column);
    let of_cluster = has("NAME") && has("AGE");
    let cells = cells
        .into_iter()
        .filter(|cell| cell.column != "PORTS")
        .map(|cell| {
            if of_cluster && COMES_LATER.contains(&cell.column) {
                // How many there are, and not which.
                let given = cell.text.split(',');
                let given = given.filter(|one| !one.is_empty() && !one.starts_with('<'));
                let word = given.count().to_string();
                states.push(ContainerState { word, code: None });
                return TableCell {
                    text: String::new(),
                    ..cell
                };
            }
            if of_cluster && PROGRESS.contains(&cell.column) {
                let word = cell.text;
                states.push(ContainerState { word, code: None });
                return TableCell {
                    text: String::new(),
                    ..cell
                };
            }
            if cell.column != "STATUS" {
                return cell;
            }
            let (text, found) = without_states(&cell.text);
            states.extend(found);
            TableCell { text, ..cell }
        })
        .collect();
    (cells, states)
}

/// A part of an output that tells a state, or that changes with one.
struct StateText {
    line: usize,
    range: Range<usize>,
    /// What it is: a member's name, or what any word is.
    key: String,
    value: String,
    /// Whether a word tells the state, so that it is waited for.
    is_word: bool,
}

/// Where `lines` tell a state, as `template` prints it where there is one.
fn state_texts<'l>(lines: impl Iterator<Item = &'l str>, template: &str) -> Vec<StateText> {
    // Its number alone is no state, and others than it are none either.
    let prints_exit_code = template.contains(".ExitCode") && !template.contains(".RestartCount");
    let prints_flags = [".Running", ".Restarting", ".Paused", ".Dead", ".OOMKilled"]
        .iter()
        .any(|flag| template.contains(flag));
    let mut states = Vec::new();
    for (line, text) in lines.enumerate() {
        let mut add = |range: Range<usize>, key: &str, is_word: bool| {
            states.push(StateText {
                line,
                value: text[range.clone()].to_owned(),
                range,
                key: key.to_owned(),
                is_word,
            });
        };
        if MEMBER.is_match(text) {
            for captures in MEMBER.captures_iter(text) {
                if let (Some(key), Some(value)) = (captures.name("key"), captures.name("value")) {
                    let is_word = ["Status", "Running"].contains(&key.as_str());
                    add(value.range(), key.as_str(), is_word);
                }
            }
            continue;
        }
        let mut from = 0;
        for word in text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '-')) {
            let bare = word.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '-'));
            let range = from..from + bare.len();
            from += word.len();
            let is_state = STATE
                .find(bare)
                .is_some_and(|found| found.range() == (0..bare.len()));
            if is_state || (prints_flags && ["true", "false"].contains(&bare)) {
                add(range, "a word", true);
            } else if prints_exit_code && bare.parse::<i64>().is_ok() {
                add(range, "a number", false);
            }
        }
    }
    states
}

/// Whether `client`, which ended with `status`, got no byte of an answer.
fn is_unreachable(client: &ServerClient, status: Option<i32>, output: &[String]) -> bool {
    if status.is_some_and(|status| client.statuses.contains(&status)) {
        return true;
    }
    let unreachable = client.unreachable;
    let is_around = |line: &str| AROUND.is_match(line);
    let is_unreachable = output.iter().any(|line| unreachable.is_match(line));
    output
        .iter()
        .all(|line| unreachable.is_match(line) || is_around(line))
        && (is_unreachable || (status.is_some() && status == client.silent_status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_once_and_changes_nothing_may_be_asked_again() {
        for (command, query) in [
            ("docker ps -a", Query::List),
            ("sudo docker volume ls", Query::List),
            ("sleep 1; docker ps --format '{{.Names}}'", Query::List),
            ("docker logs web 2>&1 | tail -3", Query::Log),
            ("docker logs web 2>/dev/null", Query::Log),
            ("docker events --since 10m --until 0s", Query::Log),
            ("docker inspect -f '{{.State.Status}}' web", Query::State),
            ("curl -sI localhost:8080 | head -1", Query::Server(0)),
            ("docker exec db mysql -e 'select 1'", Query::Server(2)),
            ("docker run --rm busybox wget -qO- web", Query::Server(1)),
            ("docker exec web sh -c 'redis-cli ping'", Query::Server(4)),
            ("docker exec web tail -n 3 /log", Query::Log),
            ("docker run --rm -v data:/d busybox cat /d/log", Query::Log),
        ] {
            assert_eq!(Query::of(command), Some(query), "{command}");
        }
        for command in [
            "docker rm web",
            "docker ps > list",
            "docker ps >&list",
            "docker ps 2>errors",
            "docker exec web sh -c 'cat /a >> /b; cat /b'",
            "docker exec web tail -f /log",
            "cat a | tee -a b",
            "ls",
            "docker ps; docker stop web",
            "curl -s localhost; curl -s localhost",
            "docker logs -f web",
            "docker events --since 10m",
            "docker inspect $(docker run -d nginx)",
            "docker inspect \"`docker run -d nginx`\"",
            "docker run busybox wget -qO- web",
            "docker ps -q | xargs docker stop",
            "for i in 1 2; do curl localhost; done",
        ] {
            assert_eq!(Query::of(command), None, "{command}");
        }
    }

    #[test]
    fn a_state_is_known_with_its_exit_code_and_its_health() {
        let (masked, states) =
            without_states("web Up 2 seconds (health: starting) Exited (3) 1 second ago");
        assert_eq!(masked, "web Created Created");
        assert!(states[0].is_awaited_health());
        assert_eq!(states[1].code.as_deref(), Some("3"));
    }
}
