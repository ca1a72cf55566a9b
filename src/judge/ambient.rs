//! What the exercise mentions, so that a row about something that it neither
//! made nor mentions is known to be ambient.

use std::collections::HashSet;

use regex::Regex;

use super::other_things::OtherThings;
use super::rows::Subject;
use crate::docker::ids::is_hex;
use crate::docker::names::{familiar, with_tag};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::pull;
use crate::formats::table::{Header, TableCell};
use crate::pattern::pattern;
use crate::session::{Granted, Step, granted};
use crate::shell::expansion;

pattern! {
    /// The names that Docker gives (moby `pkg/namesgenerator`).
    GIVEN_NAME = r"^[a-z]+_[a-z]+[0-9]*$";
}

/// What becomes of images.
#[derive(Debug)]
enum ImageChange {
    /// This one is made; with the layers of its own where it is `built`.
    Made {
        /// Its name, as pulls have it.
        image: String,
        /// Whether it is new itself, and not another name of an image.
        built: bool,
    },
    /// This one is there since a command runs it.
    Used(String),
    /// This one is removed.
    Removed(String),
    /// Any may be removed.
    AllRemoved,
}

/// The texts of an exercise in which a mention counts: its commands, its
/// prompts, and its outputs without their tables.
#[derive(Debug, Default)]
pub(super) struct NamedThings {
    text: String,
    /// What each step, and those above it, can have to do with.
    steps: Vec<StepReach>,
    /// Images that commands make, or remove, as pulls name them, each with the step
    /// that does.
    made: Vec<(usize, ImageChange)>,
    /// Names that commands give by an expansion of the shell's (`app:$i`), each
    /// with the step that does.
    expanded: Vec<(usize, Regex)>,
    /// Images that commands name by their digest.
    by_digest: HashSet<String>,
    /// Images that commands remove, by the names that they are given, each with the
    /// step that does.
    removed: Vec<(usize, String)>,
    /// The first step whose command removes every image that nothing uses.
    clears_images: Option<usize>,
    /// What is made before the first step, since it is taken for granted.
    given: Vec<Granted>,
    /// Volumes that a prune removed in the notes or in this run alone, each with its step.
    pruned_by_one: Vec<(usize, String)>,
    /// What lists can show of other things.
    others: OtherThings,
}

/// What a step, or one above it, can have made, and what its own command is about.
#[derive(Debug, Clone, Copy)]
struct StepReach {
    /// Volumes or images without a name can have been made.
    makes_unnamed: bool,
    /// A container that Docker named can have been made.
    makes_unnamed_containers: bool,
    /// Images without a name can have been left.
    leaves_unnamed: bool,
    /// Things can have been made whose names stand in no command.
    makes_unseen: bool,
    /// Its own command names what it lists.
    names_its_rows: bool,
    /// Its own command is about a namespace of Kubernetes itself.
    is_of_system: bool,
}

impl StepReach {
    /// That of a step which calls these.
    fn of(calls: &[ProgramCall]) -> Self {
        let any = |is_one: fn(&ProgramCall) -> bool| calls.iter().any(is_one);
        let makes_unnamed = any(|call| call.does_any(&[Does::Anonymous, Does::FromFile]));
        Self {
            makes_unnamed,
            makes_unnamed_containers: any(makes_unnamed_container),
            leaves_unnamed: makes_unnamed || any(|call| call.does(Does::Untags)),
            makes_unseen: any(ProgramCall::can_make_unseen),
            names_its_rows: any(ProgramCall::names_what_it_lists),
            is_of_system: any(ProgramCall::is_of_system),
        }
    }

    /// That of a step behind one with this reach.
    fn behind(self, above: Self) -> Self {
        Self {
            makes_unnamed: self.makes_unnamed || above.makes_unnamed,
            makes_unnamed_containers: self.makes_unnamed_containers
                || above.makes_unnamed_containers,
            leaves_unnamed: self.leaves_unnamed || above.leaves_unnamed,
            makes_unseen: self.makes_unseen || above.makes_unseen,
            ..self
        }
    }
}

impl Default for StepReach {
    /// That of a step of which nothing is known: anything can have been made.
    fn default() -> Self {
        Self {
            makes_unnamed: true,
            makes_unnamed_containers: true,
            leaves_unnamed: true,
            makes_unseen: true,
            names_its_rows: false,
            is_of_system: false,
        }
    }
}

impl NamedThings {
    /// Reads the set-up commands and all steps.
    pub(super) fn of(setup: &[String], steps: &[Step]) -> Self {
        let mut given = granted(setup, steps);
        given.retain(|granted| granted.made.is_some());
        let mut named_things = Self {
            given,
            others: OtherThings::of(steps),
            ..Self::default()
        };
        let in_setup: Vec<_> = setup
            .iter()
            .flat_map(|command| ProgramCall::all(command))
            .collect();
        let mut reach = StepReach::of(&in_setup);
        for command in setup {
            named_things.add(command);
            named_things.see_calls(command, 0);
        }
        for (number, step) in steps.iter().enumerate() {
            if let Some(command) = step.command() {
                named_things.add(command);
                named_things.see_calls(command, number);
            }
            let calls = step.calls();
            if calls.iter().any(|call| call.does(Does::Builds)) {
                // What a build is based on is here from then on.
                let lines = step.expected.iter();
                let bases = lines.filter_map(|line| pull::base_in(&line.text));
                let used = bases.map(|base| (number, ImageChange::Used(base)));
                named_things.made.extend(used);
            }
            reach = StepReach::of(&calls).behind(reach);
            named_things.steps.push(reach);
            if step.level > 0 {
                named_things.add(&step.prompt.text);
            }
            // What a list shows of all things is no mention of them.
            let is_list = |call: &ProgramCall| {
                call.lists().is_some() && (call.template().is_some() || call.has_flag('q'))
            };
            let mut in_table = matches!(calls.as_slice(), [call] if is_list(call));
            for line in &step.expected {
                if Header::read(&line.text).is_some() {
                    in_table = true;
                } else if line.text.trim().is_empty() {
                    in_table = false;
                } else if !in_table && !line.elision {
                    named_things.add(&line.text);
                }
            }
        }
        named_things
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn see_calls(&mut self, command: &str, from: usize) {
        let calls = ProgramCall::all(command);
        if can_clear_images(&calls) {
            self.clears_images.get_or_insert(from);
        }
        for call in calls {
            if let Some(docker) = call.docker() {
                let given = docker.gives(OperandKind::Image).into_iter();
                let built = docker.does(Does::Builds);
                let given = given.map(|image| {
                    let image = pull::path(&image);
                    (from, ImageChange::Made { image, built })
                });
                self.made.extend(given);
                if docker.does(Does::Creates) {
                    let used = docker.names().into_iter();
                    let used = used.filter(|used| used.thing == OperandKind::Image && !used.gives);
                    let used = used.map(|used| ImageChange::Used(pull::path(&used.name)));
                    self.made.extend(used.map(|used| (from, used)));
                }
                if docker.does(Does::Prunes) {
                    self.made.push((from, ImageChange::AllRemoved));
                } else if docker.removes().contains(&OperandKind::Image) {
                    // An ID may be any image's.
                    let is_any = |image: &String| is_hex(image) || expansion(image).is_some();
                    let removed = docker.operands.iter().map(|image| match is_any(image) {
                        true => ImageChange::AllRemoved,
                        false => ImageChange::Removed(pull::path(image)),
                    });
                    self.made.extend(removed.map(|removed| (from, removed)));
                }
            }
            let by_digest = call
                .words
                .iter()
                .filter_map(|word| word.split_once("@sha256:"));
            let names = by_digest.map(|(name, _)| familiar(name).to_owned());
            self.by_digest.extend(names);
            if call.is_docker("rmi") {
                let names = call.references().into_iter();
                let names = names.map(with_tag);
                self.removed.extend(names.map(|name| (from, name)));
            }
            let names = call.given_names();
            let names = names.iter().filter_map(|name| expansion(name));
            self.expanded.extend(names.map(|name| (from, name)));
        }
    }

    /// Whether a command up to `step` gives a name that could be `name`.
    pub(super) fn expands_to(&self, step: usize, name: &str) -> bool {
        self.expanded
            .iter()
            .any(|(from, expanded)| *from <= step && expanded.is_match(name))
    }

    /// Whether a command up to `step` removes the image `name`, which has its tag.
    pub(super) fn removes(&self, step: usize, name: &str) -> bool {
        self.clears_images.is_some_and(|from| from <= step)
            || self
                .removed
                .iter()
                .any(|(from, removed)| *from <= step && removed == name)
    }

    /// Whether `word` stands somewhere as a whole word.
    pub(super) fn word(&self, word: &str) -> bool {
        self.places(word, |next| {
            !(next.is_alphanumeric() || "_.-".contains(next))
        })
    }

    /// Whether an ID of which `id` is the start stands somewhere.
    pub(super) fn id(&self, id: &str) -> bool {
        !id.is_empty() && self.places(id, |_| true)
    }

    /// Whether the image is named somewhere: with its tag, or without where its
    /// tag is `latest`; by its digest where it has no tag.
    pub(super) fn image(&self, repository: &str, tag: &str) -> bool {
        let end = |next: char| !(next.is_alphanumeric() || "_.-/:".contains(next));
        self.places(&format!("{repository}:{tag}"), end)
            || (tag == "latest" && self.places(repository, end))
            || (tag == "<none>" && self.by_digest.contains(repository))
    }

    /// Whether commands before `step` made the image, which is named as pulls name
    /// it, or used it, so that it is here, and none removed it.
    pub(super) fn has_here(&self, step: usize, image: &str) -> bool {
        let before = self.made.iter().take_while(|(from, _)| *from < step);
        before.fold(false, |made, (_, change)| match change {
            ImageChange::Made { image: other, .. } | ImageChange::Used(other) => {
                made || other == image
            }
            ImageChange::Removed(other) => made && other != image,
            ImageChange::AllRemoved => false,
        })
    }

    /// Whether the last command up to `step` that gave an image this name built it.
    pub(super) fn has_built(&self, step: usize, repository: &str, tag: &str) -> bool {
        let name = pull::path(&format!("{repository}:{tag}"));
        let before = self.made.iter().filter(|(from, _)| *from <= step);
        let gave = |made: &ImageChange| match made {
            ImageChange::Made { image, built } if *image == name => Some(*built),
            _ => None,
        };
        before
            .rev()
            .find_map(|(_, made)| gave(made))
            .unwrap_or(false)
    }

    /// Whether the row with these `cells` tells of something that was made before the
    /// first step, and that no command before `step` used.
    pub(super) fn is_given(&self, step: usize, cells: &[TableCell<'_>]) -> bool {
        let mut given = self.given.iter().filter(|granted| step < granted.step);
        given.any(|granted| granted.is_row(cells))
    }

    /// Takes it that behind `step` these `volumes` are there in the notes or in this run alone.
    pub(super) fn set_apart(&mut self, step: usize, volumes: &[String]) {
        let volumes = volumes.iter().cloned();
        self.pruned_by_one.extend(volumes.map(|name| (step, name)));
    }

    /// Whether `volume` is there before `step` in the notes or in this run alone, since Docker's
    /// version decides what a prune removes.
    pub(super) fn is_of_one_side(&self, step: usize, volume: &str) -> bool {
        let mut pruned = self.pruned_by_one.iter();
        pruned.any(|(by, name)| name == volume && !self.others.is_given(volume, *by..step))
    }

    fn reach(&self, step: usize) -> StepReach {
        self.steps.get(step).copied().unwrap_or_default()
    }

    /// Whether the command of `step` names what it lists, so that all its rows are
    /// about things that are mentioned.
    pub(super) fn names_its_rows(&self, step: usize) -> bool {
        self.reach(step).names_its_rows
    }

    /// Whether the list of `step` can show the row with these `cells` about a thing that the
    /// exercise did not make.
    pub(super) fn can_list(&self, step: usize, subject: Subject, cells: &[TableCell]) -> bool {
        self.others.can_be_listed(step, subject, cells)
    }

    /// Whether the command of `step` is about a namespace of Kubernetes itself, in which the
    /// exercise makes nothing.
    pub(super) fn is_of_system(&self, step: usize) -> bool {
        self.reach(step).is_of_system
    }

    /// Whether everything may have been made by the exercise up to `step`: what
    /// compose makes it names by itself, and what a script does stands in no command.
    pub(super) fn makes_unseen(&self, step: usize) -> bool {
        self.reach(step).makes_unseen
    }

    /// Whether a command up to `step` could have made a volume or an image
    /// without a name.
    pub(super) fn could_have_made_unnamed(&self, step: usize) -> bool {
        self.reach(step).makes_unnamed
    }

    /// Whether a command up to `step` could have made a container that Docker called `names`;
    /// empty where they are not known.
    pub(super) fn could_have_made_container(&self, step: usize, names: &str) -> bool {
        let can = self.reach(step).makes_unnamed_containers;
        can && (names.is_empty() || GIVEN_NAME.is_match(names))
    }

    /// Whether a command up to `step` could have left an image without a name.
    pub(super) fn could_have_left_unnamed(&self, step: usize) -> bool {
        self.reach(step).leaves_unnamed
    }

    fn places(&self, word: &str, may_follow: impl Fn(char) -> bool) -> bool {
        !word.is_empty()
            && self.text.match_indices(word).any(|(start, _)| {
                let before = self.text[..start].chars().next_back();
                let after = self.text[start + word.len()..].chars().next();
                before.is_none_or(|c| {
                    !(c.is_alphanumeric() || "_.-/".contains(c))
                        || self.text[..start].ends_with("library/")
                }) && after.is_none_or(&may_follow)
            })
    }
}

/// Whether `call` can make a container to which Docker gives a name.
fn makes_unnamed_container(call: &ProgramCall) -> bool {
    let makes = |docker: &Invocation| {
        docker.does(Does::FromFile)
            || docker.does(Does::Builds)
            || docker.does(Does::Creates) && docker.gives(OperandKind::Container).is_empty()
    };
    call.docker().is_some_and(makes)
}

/// Whether `calls` remove every image that nothing uses: `docker image prune -a`,
/// `docker rmi $(docker images -q)`.
fn can_clear_images(calls: &[ProgramCall]) -> bool {
    let removes_images = |call: &ProgramCall| {
        let kinds = call.docker().map(Invocation::removes);
        kinds.is_some_and(|kinds| kinds.contains(&OperandKind::Image))
    };
    let prunes = |call: &ProgramCall| {
        let docker = call.docker();
        docker.is_some_and(|docker| docker.prunes(OperandKind::Image))
    };
    let lists_all = |call: &ProgramCall| {
        let is_option = |word: &String| word.starts_with('-');
        let names_none = |word: &String| is_option(word) || word == "images";
        call.is_docker("images")
            && call.has_flag('q')
            && call.words.iter().all(names_none)
            && !call.words.iter().any(|word| word.contains("filter"))
    };
    let removes = |call: &ProgramCall| {
        let passes_to = || call.words.iter().any(|word| word == "rmi" || word == "rm");
        removes_images(call) || (call.program == "xargs" && passes_to())
    };
    calls.iter().any(prunes) || (calls.iter().any(lists_all) && calls.iter().any(removes))
}
