//! What a session takes for granted: things that its commands use and that nothing up to
//! there can have made.
//!
//! ```text
//!     $ docker network ls
//!     NETWORK ID     NAME      DRIVER    SCOPE
//!     0f1e2d3c4b5a   lab       bridge    local         tells how it is made
//!     $ docker run -d --network lab nginx              uses it
//! ```

use std::collections::BTreeSet;

use regex::Regex;

use crate::docker::ids::{are_one, is_hex, is_id};
use crate::docker::names::BUILT_IN_NETWORKS;
use crate::docker::names::{looks_made_up, with_tag};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::published;
use crate::formats::table::{Header, TableCell, cell_text};
use crate::shell::{Script, base_name, behind_wrappers, expansion, is_shell, quoted, words};

use super::Step;

/// A thing that is taken for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// What it is: a container, a network, a volume, or any of them.
    pub thing: OperandKind,
    /// Its name; its ID where no row tells the name.
    pub name: String,
    /// Its ID, where a row tells it.
    pub id: Option<String>,
    /// The step, from 0, that uses it first.
    pub step: usize,
    /// The line of that step in the notes, from 1.
    pub line: usize,
    /// How it is made, where a row above tells all that is needed.
    pub made: Option<Provision>,
}

/// How a thing is made that is taken for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// The line of the row in the notes, from 1.
    pub line: usize,
    /// The command that makes it, and the one that does where the first does not give
    /// the command that the row shows.
    pub commands: Vec<String>,
    /// The image that it takes.
    pub image: Option<String>,
    /// The state that it shall be in: as the row begins to tell it (`Exited (0)`).
    pub state: Option<String>,
    /// The command of a container that the row shows whole.
    pub shows: Option<String>,
}

impl Granted {
    /// What it is called, in a sentence.
    pub fn kind(&self) -> &'static str {
        match self.thing {
            OperandKind::Container => "container",
            OperandKind::Network => "network",
            OperandKind::Volume => "volume",
            OperandKind::Image => "image",
            OperandKind::Port | OperandKind::File | OperandKind::Any => "thing",
        }
    }

    /// Whether the row with these `cells` is about it.
    pub fn is_row(&self, cells: &[TableCell<'_>]) -> bool {
        let row = ListRow::of(cells);
        row.is_some_and(|row| row.thing == self.thing && row.name == self.name)
    }

    /// Whether one of `lines` says that there is no such thing: "No such container: web",
    /// "network web not found".
    pub fn is_shown_missing<'l>(&self, mut lines: impl Iterator<Item = &'l str>) -> bool {
        lines.any(|line| {
            reports_missing(line, &self.name)
                || self
                    .id
                    .as_deref()
                    .is_some_and(|id| reports_missing(line, id))
        })
    }

    /// Whether `text` names it.
    pub fn is_named_in(&self, text: &str) -> bool {
        let is_part = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
        let mut words = text.split(|letter: char| !is_part(letter) && letter != '.');
        words.any(|word| {
            let word = word.trim_matches('.');
            word == self.name || self.id.as_deref().is_some_and(|id| are_one(word, id))
        })
    }
}

/// Whether Docker says in `line` that there is nothing called `name`.
fn reports_missing(line: &str, name: &str) -> bool {
    const SAYS: [&str; 3] = ["no such ", "not found", "does not exist"];
    let small = line.to_lowercase();
    let mut words = line.split([' ', ':', '"', '\'', ',']);
    SAYS.iter().any(|says| small.contains(says))
        && words.any(|word| word.trim_end_matches('.') == name)
}

/// Whether Docker says in `line` that some container, network or volume is not there.
fn says_something_is_missing(line: &str) -> bool {
    let small = line.to_lowercase();
    let mut kinds = ["container", "network", "volume", "object"].into_iter();
    small.contains("error")
        && kinds
            .any(|kind| small.contains(&format!("no such {kind}")) || small.ends_with(" not found"))
}

/// A row about a container, a network or a volume.
struct ListRow {
    thing: OperandKind,
    name: String,
    id: Option<String>,
    made: Option<Provision>,
}

impl ListRow {
    /// The thing that a row with these `cells` is about.
    fn of(cells: &[TableCell<'_>]) -> Option<Self> {
        let cell = |column| cell_text(cells, column);
        let (thing, name, id) = if !cell("VOLUME NAME").is_empty() {
            (OperandKind::Volume, cell("VOLUME NAME"), "")
        } else if !cell("NETWORK ID").is_empty() {
            (OperandKind::Network, cell("NAME"), cell("NETWORK ID"))
        } else {
            // A name behind a comma is a link of another container's.
            let names = cell("NAMES").split(',').next().unwrap_or_default();
            (OperandKind::Container, names, cell("CONTAINER ID"))
        };
        let is_name = |name: &str| {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
            !name.is_empty() && name.chars().all(is_part)
        };
        is_name(name).then(|| Self {
            thing,
            name: name.to_owned(),
            id: is_id(id).then(|| id.to_owned()),
            made: None,
        })
    }

    /// With how it is made, where the row at `line` with these `cells` tells all that
    /// is needed.
    fn with_made(self, cells: &[TableCell<'_>], line: usize) -> Self {
        let cell = |column| cell_text(cells, column);
        let name = &self.name;
        let plain = |command: String| Provision {
            line,
            commands: vec![command],
            image: None,
            state: None,
            shows: None,
        };
        let made = match self.thing {
            OperandKind::Network if cell("DRIVER") == "bridge" => {
                Some(plain(format!("docker network create {name}")))
            }
            OperandKind::Volume if cell("DRIVER") == "local" => {
                Some(plain(format!("docker volume create {name}")))
            }
            OperandKind::Container => container(name, cells, line),
            _ => None,
        };
        Self { made, ..self }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id.as_deref().is_some_and(|id| are_one(id, name))
    }
}

/// How the container of a row is made: its image, its ports, its command where it is
/// whole, its state.
fn container(name: &str, cells: &[TableCell<'_>], line: usize) -> Option<Provision> {
    let has = |column: &str| cells.iter().any(|cell| cell.column == column);
    if !["IMAGE", "COMMAND", "STATUS", "PORTS"].into_iter().all(has) {
        return None;
    }
    let cell = |column| cell_text(cells, column);
    let image = cell("IMAGE");
    let is_reference = |letter: char| letter.is_ascii_alphanumeric() || "_.-/:@".contains(letter);
    if image.is_empty() || is_hex(image) || !image.chars().all(is_reference) {
        return None;
    }
    let command = cell("COMMAND").trim_matches(['"', '“', '”']);
    let is_cut = command.ends_with('…') || command.ends_with("...");
    let own = words(command);
    let is_shell = own
        .first()
        .is_some_and(|first| is_shell(base_name(first)) && own.len() == 1);
    let status = cell("STATUS");
    let begins = |start: &str| status.starts_with(start);
    let (verb, state) = if begins("Up") && !status.contains("(Paused)") {
        (if is_shell { "run -dit" } else { "run -d" }, None)
    } else if begins("Exited (") && !is_shell {
        let state = status.split_inclusive(')').next()?;
        ("run -d", Some(state.to_owned()))
    } else if begins("Created") {
        (if is_shell { "create -it" } else { "create" }, None)
    } else {
        return None;
    };
    let mut command_line = format!("docker {verb} --name {name}");
    for port in published::options(cell("PORTS"))? {
        command_line.push_str(&format!(" -p {port}"));
    }
    command_line.push_str(&format!(" {image}"));
    let plain = command_line.clone();
    let commands = match is_cut || own.is_empty() {
        true => vec![plain],
        false => {
            for word in &own {
                command_line.push(' ');
                command_line.push_str(&quoted(word));
            }
            vec![command_line, plain]
        }
    };
    Some(Provision {
        line,
        commands,
        image: Some(image.to_owned()),
        state,
        shows: (!is_cut && !own.is_empty()).then(|| command.to_owned()),
    })
}

/// Networks that a swarm has besides those of every daemon.
const NETWORKS_OF_SWARMS: [&str; 2] = ["docker_gwbridge", "ingress"];

/// What was made, and removed, so far.
#[derive(Default)]
struct Past {
    made: BTreeSet<(u8, String)>,
    expanded: Vec<Regex>,
    /// Whether a container, or a volume, may have a name that Docker gave.
    makes_unnamed: bool,
    /// Things of which any may be gone.
    cleared: Vec<OperandKind>,
}

/// A thing as a key.
fn key(thing: OperandKind) -> u8 {
    thing as u8
}

impl Past {
    /// Whether nothing so far can have made what is called `name`, or removed it.
    fn lacks(&self, thing: OperandKind, name: &str) -> bool {
        let gone = |kind: &OperandKind| *kind == thing || thing == OperandKind::Any;
        let is_made = |kind| self.made.contains(&(key(kind), name.to_owned()));
        let made = match thing {
            OperandKind::Any => [
                OperandKind::Container,
                OperandKind::Image,
                OperandKind::Volume,
                OperandKind::Network,
            ]
            .into_iter()
            .any(is_made),
            thing => is_made(thing),
        };
        let by_docker = self.makes_unnamed
            && match thing {
                OperandKind::Container => looks_made_up(name),
                OperandKind::Volume => name.len() == 64 && is_hex(name),
                _ => looks_made_up(name) || is_id(name),
            };
        !made
            && !by_docker
            && !self.cleared.iter().any(gone)
            && !self.expanded.iter().any(|made| made.is_match(name))
    }

    fn own(&mut self, thing: Granted) {
        self.made.insert((key(thing.thing), thing.name));
    }

    fn see(&mut self, docker: &Invocation) {
        let names = docker.names();
        // What is removed is as if it were made: it is the notes' own from then on.
        let removes = !docker.removes().is_empty() || docker.verb == "rename";
        for naming in &names {
            if naming.gives || removes || naming.thing == OperandKind::Image {
                self.made.insert((key(naming.thing), naming.name.clone()));
                self.expanded.extend(expansion(&naming.name));
            }
        }
        self.makes_unnamed |= docker.does(Does::Anonymous) || docker.verb == "start";
        if docker.does(Does::Prunes) || names.iter().any(|name| is_open(&name.name)) {
            let kinds = docker.removes().iter();
            self.cleared
                .extend(kinds.filter(|kind| **kind != OperandKind::Image));
        }
    }
}

/// Whether the shell makes names of `word`.
fn is_open(word: &str) -> bool {
    word.contains(['$', '`', '*', '?', '{'])
}

/// What `steps`, after the commands of `setup`, take for granted, in the order of its use.
pub fn granted(setup: &[String], steps: &[Step]) -> Vec<Granted> {
    let mut found: Vec<Granted> = Vec::new();
    let mut past = Past::default();
    let mut listed: Vec<ListRow> = Vec::new();
    let commands = steps.iter().filter_map(Step::command);
    let built: BTreeSet<String> = commands
        .flat_map(ProgramCall::all_of_docker)
        .flat_map(|docker| docker.gives(OperandKind::Image))
        .map(|image| with_tag(&image))
        .collect();
    for command in setup {
        if ProgramCall::any_can_make_unseen(command) {
            return found;
        }
        let dockers = ProgramCall::all_of_docker(command);
        dockers.iter().for_each(|docker| past.see(docker));
    }
    for (number, step) in steps.iter().enumerate() {
        let Some(command) = step.command().filter(|_| step.on_host()) else {
            continue;
        };
        if ProgramCall::any_can_make_unseen(command) {
            break;
        }
        for docker in ProgramCall::all_of_docker(command) {
            let uses = used(&docker, step);
            let lacking = uses.iter().filter(|one| past.lacks(one.thing, &one.name));
            let lacking: Vec<String> = lacking.map(|one| one.name.clone()).collect();
            // The notes say that something is not there, and give it another name.
            let is_misnamed = step.expected.iter().any(|line| {
                says_something_is_missing(&line.text)
                    && !lacking.iter().any(|name| reports_missing(&line.text, name))
            });
            for Used {
                thing,
                name,
                by_row,
            } in uses
            {
                let row = listed.iter().rfind(|row| {
                    let is_kind = row.thing == thing || thing == OperandKind::Any;
                    is_kind && row.is_called(&name)
                });
                let own = row.map_or(name.as_str(), |row| row.name.as_str());
                let thing = row.map_or(thing, |row| row.thing);
                let known = |granted: &Granted| granted.thing == thing && granted.name == own;
                if found.iter().any(known) || !past.lacks(thing, own) || by_row && row.is_none() {
                    continue;
                }
                // Of an ID alone nothing tells whose it is.
                if row.is_none() && is_id(own) && past.makes_unnamed {
                    continue;
                }
                let granted = Granted {
                    thing,
                    name: own.to_owned(),
                    id: row.and_then(|row| row.id.clone()),
                    step: number,
                    line: step.line,
                    made: row.and_then(|row| row.made.clone()).filter(|made| {
                        // What is built below is not there before the first step.
                        let image = made.image.as_deref().map(with_tag);
                        image.is_none_or(|image| !built.contains(&image))
                    }),
                };
                let shown = step.expected.iter().map(|line| line.text.as_str());
                match is_misnamed || granted.is_shown_missing(shown) {
                    // What the notes say is not there they do not take for granted.
                    true => past.own(granted),
                    false => found.push(granted),
                }
            }
            past.see(&docker);
        }
        listed.extend(rows(step).filter(|row| past.lacks(row.thing, &row.name)));
    }
    found
}

/// A name by which a command uses a thing.
struct Used {
    thing: OperandKind,
    name: String,
    /// Whether it does so only if a row above lists it.
    by_row: bool,
}

/// What `docker` uses by name, as far as `step` tells: its operands, what it enters and
/// reads, and what it prints of what it removed or stopped.
fn used(docker: &Invocation, step: &Step) -> Vec<Used> {
    let names = docker.names().into_iter();
    let mut used: Vec<Used> = names
        .filter(|naming| {
            let is_kind = matches!(
                naming.thing,
                OperandKind::Container
                    | OperandKind::Network
                    | OperandKind::Volume
                    | OperandKind::Any
            );
            // A volume that is mounted is made where it is not there.
            let uses =
                !naming.gives || naming.thing == OperandKind::Volume && docker.does(Does::Creates);
            let is_own = naming.thing == OperandKind::Network
                && (BUILT_IN_NETWORKS.contains(&naming.name.as_str())
                    || NETWORKS_OF_SWARMS.contains(&naming.name.as_str()));
            is_kind && uses && !is_own && !is_open(&naming.name)
        })
        .map(|naming| Used {
            thing: naming.thing,
            name: naming.name,
            by_row: naming.gives,
        })
        .collect();
    let names_none = docker.operands.iter().all(|operand| is_open(operand));
    if let Some(thing) = docker.prints().filter(|_| names_none) {
        let shown = step.expected.iter().filter(|line| !line.elision);
        let words = shown.map(|line| line.text.trim()).filter(|text| {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
            is_id(text) || thing != OperandKind::Container && text.chars().all(is_part)
        });
        used.extend(words.filter(|text| !text.is_empty()).map(|text| Used {
            thing,
            name: text.to_owned(),
            by_row: true,
        }));
    }
    used
}

/// The rows of the lists of containers, networks and volumes that `step` shows.
fn rows(step: &Step) -> impl Iterator<Item = ListRow> {
    let command = step.command().unwrap_or_default();
    let listed = Script::read(command).only_command().and_then(|simple| {
        let argv = behind_wrappers(&simple.argv());
        Invocation::read(&argv)?.lists()
    });
    let lists = listed.is_some_and(|kind| kind != OperandKind::Image);
    let mut header: Option<Header> = None;
    let mut found = Vec::new();
    for line in step.expected.iter().filter(|_| lists) {
        if line.elision {
            continue;
        }
        match (Header::read(&line.text), &header) {
            (Some(read), _) => header = Some(read),
            (None, Some(header)) => {
                let cells = header.cells(&line.text);
                let row = ListRow::of(&cells);
                found.extend(row.map(|row| row.with_made(&cells, line.line)));
            }
            (None, None) => {}
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::notes::Notes;

    /// What a transcript takes for granted.
    fn taken(transcript: &str) -> Vec<Granted> {
        let text = format!("## D\n- Q?\n  - a\n```\n{transcript}\n```\n");
        let notes = Notes::read(&Source::new("a.md", text)).0;
        let fences: Vec<_> = notes
            .questions()
            .flat_map(|(_, question)| &question.fences)
            .collect();
        let steps = crate::session::parse_answer(fences).expect("steps");
        granted(&[], &steps)
    }

    fn names(transcript: &str) -> Vec<String> {
        let taken = taken(transcript).into_iter();
        taken
            .map(|one| format!("{} {}", one.kind(), one.name))
            .collect()
    }

    const CONTAINERS: &str = "$ docker ps -a
CONTAINER ID   IMAGE          COMMAND                  CREATED       STATUS                     PORTS                                   NAMES
3f1c5b0a9d27   nginx:1.25     \"/docker-entrypoint.…\"   2 weeks ago   Up 2 weeks                 0.0.0.0:8080->80/tcp, :::8080->80/tcp   web
4f1c5b0a9d27   busybox        \"sleep 1000\"             2 weeks ago   Exited (137) 3 days ago                                            old
5f1c5b0a9d27   ubuntu         \"bash\"                   2 weeks ago   Up 3 days                                                          desk
6f1c5b0a9d27   0123456789ab   \"bash\"                   2 weeks ago   Up 3 days                                                          lost
";

    #[test]
    fn what_nothing_made_is_taken_for_granted() {
        for (transcript, wanted) in [
            ("$ docker exec web ls", "container web"),
            ("$ docker container stop web", "container web"),
            ("$ docker run --network net nginx", "network net"),
            (
                "$ docker run --network container:web nginx",
                "container web",
            ),
            ("$ docker run --volumes-from web nginx", "container web"),
            ("$ docker network connect net web", "network net"),
            ("$ docker volume rm data", "volume data"),
            (
                "$ docker run --name wab nginx\n$ docker stop web",
                "container web",
            ),
            ("$ docker stop 3f1c5b0a9d27", "container 3f1c5b0a9d27"),
            (
                "$ docker exec web ls /a\nls: /a: No such file or directory",
                "container web",
            ),
        ] {
            assert_eq!(
                names(transcript).first().map(String::as_str),
                Some(wanted),
                "{transcript}"
            );
        }
    }

    #[test]
    fn what_may_have_been_made_or_removed_is_not() {
        for transcript in [
            "$ docker run -d --name web nginx\n$ docker exec web ls",
            "$ docker run -d --name web nginx && docker exec web ls",
            "$ for i in 1 2; do docker run -d --name web$i nginx; done\n$ docker stop web1",
            "$ docker run -d nginx\n$ docker stop gifted_noether",
            "$ docker run -d nginx\n$ docker stop 3f1c5b0a9d27",
            "$ docker compose up -d\n$ docker stop web",
            "$ ./start.sh\n$ docker stop web",
            "$ docker run -v data:/a nginx\n$ docker volume rm data",
            "$ docker run --network bridge nginx",
            "$ docker stop $NAME",
            "$ docker exec web ls\nError: No such container: web\n$ docker stop web",
            "$ docker exec web ls\nError: No such container: wab",
            "$ docker network create a\n$ docker network rm a b\na\nError: No such network: a",
            "$ docker network prune -f\n$ docker network inspect net",
            "$ docker ps -f name=web",
        ] {
            assert_eq!(names(transcript), [""; 0], "{transcript}");
        }
    }

    #[test]
    fn a_row_tells_how_its_thing_is_made() {
        let used = "$ docker stop web old desk lost";
        let made: Vec<Option<Vec<String>>> = taken(&format!("{CONTAINERS}{used}"))
            .into_iter()
            .map(|one| one.made.map(|made| made.commands))
            .collect();
        let commands =
            |commands: &[&str]| Some(commands.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(
            made,
            [
                commands(&["docker run -d --name web -p 8080:80 nginx:1.25"]),
                commands(&[
                    "docker run -d --name old busybox sleep 1000",
                    "docker run -d --name old busybox"
                ]),
                commands(&[
                    "docker run -dit --name desk ubuntu bash",
                    "docker run -dit --name desk ubuntu"
                ]),
                None,
            ]
        );
        let lists = "$ docker network ls\nNETWORK ID     NAME   DRIVER    SCOPE\n\
            0f1e2d3c4b5a   net    bridge    local\n1f1e2d3c4b5a   far    overlay   swarm\n\
            $ docker volume ls\nDRIVER    VOLUME NAME\nlocal     data\nnfs       far-data\n\
            $ docker network rm net far\n$ docker run -v data:/d -v far-data:/e nginx";
        let made: Vec<Option<String>> = taken(lists)
            .into_iter()
            .map(|one| one.made.map(|made| made.commands.concat()))
            .collect();
        assert_eq!(
            made,
            [
                Some("docker network create net".to_owned()),
                None,
                Some("docker volume create data".to_owned()),
                None
            ]
        );
    }

    #[test]
    fn an_id_and_what_was_printed_of_it_lead_to_its_row() {
        for used in [
            "$ docker stop 3f1c5b0a9d27",
            "$ docker rm -f $(docker ps -aq)\n3f1c5b0a9d27",
            "$ docker container prune -f\nDeleted Containers:\n3f1c5b0a9d27aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(
                names(&format!("{CONTAINERS}{used}")),
                ["container web"],
                "{used}"
            );
        }
    }

    #[test]
    fn what_a_row_does_not_tell_is_not_made() {
        let short = CONTAINERS.replace("IMAGE  ", "KIND   ");
        let taken = taken(&format!("{short}$ docker stop web"));
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].made, None);
        let built = format!("{CONTAINERS}$ docker stop desk\n$ docker build -t ubuntu .");
        assert_eq!(super::tests::taken(&built)[0].made, None);
    }
}
