//! Which sections of a page share a lab.
//!
//! ```text
//!     ## Start one     $ docker run -d --name one ...     a lab
//!     ## Look at it    $ docker logs one                  the same
//!     ## Once more     $ docker run -d --name one ...     another one: nothing removed `one`
//!     ## The next      $ docker run --name two ...
//!                      $ docker ps -a                     another one, where the list shows
//!                                                         `two` alone
//! ```

use std::collections::BTreeSet;

use super::Exercise;
use crate::docker::{Does, Invocation, Naming, OperandKind, ProgramCall};
use crate::formats::table::Header;
use crate::formats::text::normal;
use crate::session::Step;
use crate::shell::Script;

/// The sections of a page, by their index among `exercises`, as they share labs. Where one
/// makes a container under a name that one above it gave and nothing removed, or lists
/// containers and shows none of those that are there, and uses nothing else from above, the
/// author started over there: no machine has both.
pub(super) fn shared_labs(exercises: &[Exercise], sections: &[usize]) -> Vec<Vec<usize>> {
    let mut labs: Vec<Vec<usize>> = Vec::new();
    let mut past = SectionsAbove::new();
    for &section in sections {
        let starts_over = past.is_refused(&exercises[section]);
        if starts_over {
            past = SectionsAbove::new();
        }
        past.see(&exercises[section]);
        match labs.last_mut() {
            Some(lab) if !starts_over => lab.push(section),
            _ => labs.push(vec![section]),
        }
    }
    labs
}

/// What the sections of a lab made.
#[derive(Debug, Default, Clone)]
struct SectionsAbove {
    /// All names that they gave.
    given: BTreeSet<String>,
    /// The containers that are still there, as far as that is known.
    containers: Vec<MadeContainer>,
    /// How many containers they made, whatever became of these; none where that is not known.
    made: Option<usize>,
}

/// A container that a section made.
#[derive(Debug, Clone)]
struct MadeContainer {
    /// None where Docker chose it.
    name: Option<String>,
    /// Whether it was started in the background and nothing ended it.
    runs: bool,
}

impl SectionsAbove {
    /// Of no section: nothing was made.
    fn new() -> Self {
        Self {
            made: Some(0),
            ..Self::default()
        }
    }

    /// Whether `section` makes a container of these again, does not show that Docker refuses
    /// it, uses nothing else of what was made and goes on in no shell that was opened.
    fn is_refused(&self, section: &Exercise) -> bool {
        let (mut past, mut own) = (self.clone(), Self::new());
        let (mut makes_again, mut uses_other) = (false, false);
        let mut lists_others = false;
        for (step, call) in calls(section) {
            lists_others |= past.has_more_than(&own, step, &call);
            const TAKEN: &str = "already in use";
            let shows_refusal = step.expected.iter().any(|line| line.text.contains(TAKEN));
            let made_above = |name: &String| self.given.contains(name) && !own.given.contains(name);
            for naming in names(&call) {
                let is_there = past.has(&naming.name) && made_above(&naming.name);
                match makes_container(&call, &naming) {
                    true => makes_again |= is_there && !shows_refusal,
                    false => uses_other |= made_above(&naming.name),
                }
            }
            past.follow(step, &call);
            own.follow(step, &call);
        }
        let goes_on = section.steps.first().is_some_and(|step| step.level > 0);
        (makes_again || lists_others) && !uses_other && !goes_on
    }

    /// Whether the list of containers that `call` prints in `step` has room for no more than
    /// the section itself, of which `own` knows, made, although more are there. An empty list
    /// may as well lack what it should show.
    fn has_more_than(&self, own: &Self, step: &Step, call: &ProgramCall) -> bool {
        let Some((made, rows)) = own.made.zip(rows_of_whole_list(step, call)) else {
            return false;
        };
        let is_all = call.docker().is_some_and(|docker| docker.has("--all"));
        let count = |above: &Self| {
            let listed = above.containers.iter();
            listed.filter(|container| is_all || container.runs).count()
        };
        (1..=made).contains(&rows) && count(self) > count(own)
    }

    /// Takes in all that `section` does.
    fn see(&mut self, section: &Exercise) {
        calls(section).for_each(|(step, call)| self.follow(step, &call));
    }

    fn follow(&mut self, step: &Step, call: &ProgramCall) {
        let docker = call.docker();
        let removes = docker.is_some_and(|docker| {
            docker.removes().contains(&OperandKind::Container) || docker.verb == "rename"
        });
        let ends = call.does(Does::Ends) || call.does(Does::Signals);
        let named = docker.map_or(&[][..], |docker| &docker.operands);
        let are_known = !named.is_empty() && named.iter().all(|name| self.has(name));
        let is_named = |container: &MadeContainer| {
            let mut named = named.iter();
            named.any(|name| container.name.as_ref() == Some(name))
        };
        if call.program == "xargs" || call.does(Does::FromFile) || removes && !are_known {
            self.containers.clear();
        } else if removes {
            self.containers.retain(|container| !is_named(container));
        } else if ends {
            for container in &mut self.containers {
                container.runs &= are_known && !is_named(container);
            }
        }
        let names = names(call).into_iter().filter(|naming| naming.gives);
        let names: Vec<Naming> = names.collect();
        if call.does(Does::Creates) {
            self.add_container(step, call, &names);
        }
        self.given
            .extend(names.into_iter().map(|naming| naming.name));
    }

    /// Takes in the container that `call`, to which it gives these `names`, makes.
    fn add_container(&mut self, step: &Step, call: &ProgramCall, names: &[Naming]) {
        let is_once = !Script::read(step.command().unwrap_or_default()).has_compounds();
        self.made = self.made.filter(|_| is_once).map(|made| made + 1);
        let Some(docker) = call.docker().filter(|docker| !docker.has("--rm")) else {
            return;
        };
        let name = names.iter().find(|naming| makes_container(call, naming));
        self.containers.push(MadeContainer {
            name: name.map(|naming| naming.name.clone()),
            runs: docker.has("--detach"),
        });
    }

    /// Whether a container of this name is there.
    fn has(&self, name: &str) -> bool {
        let mut containers = self.containers.iter();
        containers.any(|container| container.name.as_deref() == Some(name))
    }
}

/// How many containers a `docker ps` of `step` lists; none where it is another command, or where
/// it or the notes leave some out.
fn rows_of_whole_list(step: &Step, call: &ProgramCall) -> Option<usize> {
    let is_alone = ProgramCall::all(step.command()?).len() == 1;
    let is_whole = call.is_docker("ps") && call.docker()?.lists_whole();
    let (head, rows) = step
        .expected
        .split_first()
        .filter(|_| is_alone && is_whole)?;
    Header::read(&normal(&head.text))?;
    let is_cut = rows.iter().any(|row| row.elision);
    let shown = rows.iter().filter(|row| !row.text.trim().is_empty());
    (!is_cut).then(|| shown.count())
}

/// The calls that a section types on the host, each with its step.
fn calls(section: &Exercise) -> impl Iterator<Item = (&Step, ProgramCall)> {
    let on_host = section.steps.iter().filter(|step| step.on_host());
    let typed = on_host.filter_map(|step| Some((step, step.command()?)));
    typed.flat_map(|(step, command)| {
        let calls = ProgramCall::all(command).into_iter();
        calls.map(move |call| (step, call))
    })
}

/// What `call` names of things that stay: no ports, no files.
fn names(call: &ProgramCall) -> Vec<Naming> {
    const STAY: [OperandKind; 5] = [
        OperandKind::Any,
        OperandKind::Container,
        OperandKind::Image,
        OperandKind::Network,
        OperandKind::Volume,
    ];
    let mut names = call.docker().map(Invocation::names).unwrap_or_default();
    names.retain(|naming| STAY.contains(&naming.thing));
    names
}

/// Whether `call` makes a container of this name.
fn makes_container(call: &ProgramCall, naming: &Naming) -> bool {
    call.does(Does::Creates) && naming.gives && naming.thing == OperandKind::Container
}
