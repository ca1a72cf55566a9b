//! Which sections of a page share a lab.
//!
//! ```text
//!     ## Start one     $ docker run -d --name one ...     a lab
//!     ## Look at it    $ docker logs one                  the same
//!     ## Once more     $ docker run -d --name one ...     another one: nothing removed `one`
//! ```

use std::collections::BTreeSet;

use super::Exercise;
use crate::docker::{Does, Invocation, Naming, OperandKind, ProgramCall};
use crate::session::Step;

/// The sections of a page, by their index among `exercises`, as they share labs. Where one
/// makes a container under a name that one above it gave, nothing removed that, and it uses
/// nothing else from above, the author began anew there: no machine has both.
pub(super) fn shared_labs(exercises: &[Exercise], sections: &[usize]) -> Vec<Vec<usize>> {
    let mut labs: Vec<Vec<usize>> = Vec::new();
    let mut past = SectionsAbove::default();
    for &section in sections {
        let begins_anew = past.is_refused(&exercises[section]);
        if begins_anew {
            past = SectionsAbove::default();
        }
        past.see(&exercises[section]);
        match labs.last_mut() {
            Some(lab) if !begins_anew => lab.push(section),
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
    /// The names of the containers that are still there, as far as that is known.
    containers: BTreeSet<String>,
}

impl SectionsAbove {
    /// Whether `section` makes a container of these again, does not show that Docker refuses
    /// it, uses nothing else of what was made and goes on in no shell that was opened.
    fn is_refused(&self, section: &Exercise) -> bool {
        let (mut past, mut own) = (self.clone(), Self::default());
        let (mut makes_again, mut uses_other) = (false, false);
        for (step, call) in calls(section) {
            const TAKEN: &str = "already in use";
            let shows_refusal = step.expected.iter().any(|line| line.text.contains(TAKEN));
            let made_above = |name: &String| self.given.contains(name) && !own.given.contains(name);
            for naming in names(&call) {
                let is_there = past.containers.contains(&naming.name) && made_above(&naming.name);
                match makes_container(&call, &naming) {
                    true => makes_again |= is_there && !shows_refusal,
                    false => uses_other |= made_above(&naming.name),
                }
            }
            past.follow(&call);
            own.follow(&call);
        }
        let goes_on = section.steps.first().is_some_and(|step| step.level > 0);
        makes_again && !uses_other && !goes_on
    }

    /// Takes in all that `section` does.
    fn see(&mut self, section: &Exercise) {
        calls(section).for_each(|(_, call)| self.follow(&call));
    }

    fn follow(&mut self, call: &ProgramCall) {
        let docker = call.docker();
        let removes = docker.is_some_and(|docker| {
            docker.removes().contains(&OperandKind::Container) || docker.verb == "rename"
        });
        let removed = docker.map_or(&[][..], |docker| &docker.operands);
        let are_known = removed.iter().all(|name| self.containers.contains(name));
        if call.program == "xargs"
            || call.does(Does::FromFile)
            || removes && (removed.is_empty() || !are_known)
        {
            self.containers.clear();
        } else if removes {
            self.containers.retain(|name| !removed.contains(name));
        }
        let stays = docker.is_some_and(|docker| !docker.has("--rm"));
        for naming in names(call).into_iter().filter(|naming| naming.gives) {
            if stays && makes_container(call, &naming) {
                self.containers.insert(naming.name.clone());
            }
            self.given.insert(naming.name);
        }
    }
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
