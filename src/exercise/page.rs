//! The sections of one page, which share a lab.
//!
//! ```text
//!     ## Start one     $ docker run -d --name one ...     a section: an exercise
//!     ## Clean up      $ docker rm -f one                 the next: what stands above
//!                                                         runs before it
//!     ## Once more     $ docker run -d --name one ...     a lab of its own where nothing
//!                                                         removed `one`
//! ```

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::commands::built_names;
use super::{Exercise, GivenFile, Limits};
use crate::docker::{Does, Invocation, Naming, OperandKind, ProgramCall};
use crate::session::Step;

/// The sections of a page, by their index among `exercises`, as they share labs. Where one
/// makes a container under a name that one above it gave, nothing removed that, and it uses
/// nothing else from above, the author began anew there: no machine has both.
pub(super) fn labs(exercises: &[Exercise], sections: &[usize]) -> Vec<Vec<usize>> {
    let mut labs: Vec<Vec<usize>> = Vec::new();
    let mut past = Past::default();
    for &section in sections {
        let begins_anew = past.is_refused(&exercises[section]);
        if begins_anew {
            past = Past::default();
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
struct Past {
    /// All names that they gave.
    given: BTreeSet<String>,
    /// The names of the containers that are still there, as far as that is known.
    containers: BTreeSet<String>,
}

impl Past {
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

/// The sections of one page, in order.
#[derive(Debug)]
pub struct SectionedPage {
    /// Each by itself.
    pub sections: Vec<Exercise>,
}

/// Which section of which page an exercise is.
#[derive(Debug, Clone)]
pub struct PageSection {
    /// The page.
    pub page: Arc<SectionedPage>,
    /// Its place in [`SectionedPage::sections`].
    pub number: usize,
}

impl SectionedPage {
    /// The page of `sections`. What one of them builds is there for those below it.
    pub(super) fn new(mut sections: Vec<Exercise>) -> Self {
        let mut built: BTreeSet<String> = BTreeSet::new();
        for (number, section) in sections.iter_mut().enumerate() {
            for step in &mut section.steps {
                step.section = number;
            }
            let named = |image: &String| built.contains(&crate::docker::names::with_tag(image));
            section.images.retain(|image| !named(image));
            let on_host = section.steps.iter().filter(|step| step.on_host());
            built.extend(built_names(on_host.filter_map(Step::command)));
        }
        Self { sections }
    }

    /// What is run for the section `last` and those above it, as one exercise. Of
    /// sections that `is_run` refuses, by their number, it has nothing but their steps.
    pub fn whole(&self, last: &Exercise, is_run: impl Fn(usize) -> bool) -> Exercise {
        let count = last.part.as_ref().map_or(0, |part| part.number + 1);
        let sections = &self.sections[..count.min(self.sections.len())];
        let run: Vec<&Exercise> = sections
            .iter()
            .enumerate()
            .filter_map(|(number, section)| is_run(number).then_some(section))
            .collect();
        let steps = sections.iter().flat_map(|section| &section.steps).cloned();
        // A file that two sections show is first what the first one shows.
        let mut files: Vec<GivenFile> = Vec::new();
        for file in run.iter().flat_map(|section| &section.files) {
            if file.written_at.is_some() || !files.iter().any(|other| other.path == file.path) {
                files.push(file.clone());
            }
        }
        let limit = |of: fn(&Limits) -> u64| run.iter().map(|section| of(&section.limits)).max();
        let limits = Limits::default();
        let all = |of: fn(&Exercise) -> &Vec<String>| {
            let mut seen = BTreeSet::new();
            let texts = run.iter().flat_map(|section| of(section));
            texts.filter(|text| seen.insert(*text)).cloned().collect()
        };
        Exercise {
            steps: steps.collect(),
            files,
            images: all(|section| &section.images),
            programs: all(|section| &section.programs),
            setup: run
                .iter()
                .flat_map(|section| section.setup.clone())
                .collect(),
            allow: all(|section| &section.allow),
            user: run.iter().find_map(|section| section.user.clone()),
            folder: run.iter().find_map(|section| section.folder.clone()),
            home: run.iter().find_map(|section| section.home.clone()),
            limits: Limits {
                step: limit(|limits| limits.step).unwrap_or(limits.step),
                build: limit(|limits| limits.build).unwrap_or(limits.build),
            },
            granted: run
                .iter()
                .flat_map(|section| section.granted.clone())
                .collect(),
            needs: Vec::new(),
            obstacle: None,
            part: None,
            ..last.clone()
        }
    }
}

impl Exercise {
    /// The sections of its page that run before it in the same lab.
    pub fn above(&self) -> &[Exercise] {
        self.part.as_ref().map_or(&[], |part| {
            let sections = &part.page.sections;
            &sections[..part.number.min(sections.len())]
        })
    }

    /// All that runs in its lab up to its end: it with what stands above it.
    pub fn with_above(&self) -> Cow<'_, Exercise> {
        match &self.part {
            Some(part) => Cow::Owned(part.page.whole(self, |_| true)),
            None => Cow::Borrowed(self),
        }
    }

    /// How many steps run before its first.
    pub fn steps_above(&self) -> usize {
        self.above().iter().map(|section| section.steps.len()).sum()
    }
}
