//! Lines whose order holds, with elisions.
//!
//! ```text
//!     a      segment, at the beginning of the output
//!     b
//!     ...
//!     c      segment, anywhere behind the first
//!     ...
//!     d      segment, at the end
//! ```

use crate::formats::by_the_way::lines_by_the_way;
use crate::formats::text::{noted_lines, printed_lines};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::{Compiler, Fate, LinePattern};
use crate::docker::ids::{is_hex, is_id};
use crate::docker::names::with_tag;
use crate::docker::{Does, OperandKind, ProgramCall};
use crate::formats::arranged;
use crate::formats::build;
use crate::formats::client::{self, Notice};
use crate::formats::history;
use crate::formats::members;
use crate::formats::pull;
use crate::formats::size::Size;
use crate::formats::volume_prune::{self, OtherPrune};
use crate::judge::solver::{Choice, Match, Order, Variable};
use crate::session::{Keys, Step, is_caption, is_comment, is_pointed, is_prose};

/// Lines of the notes that must be found one right after the other.
struct Segment {
    /// The lines of the notes, from 0, from the first to the last.
    span: Range<usize>,
    /// Those of them that have to be found.
    lines: Vec<usize>,
}

/// The segments of some lines, and where something is elided around them.
struct Segments {
    found: Vec<Segment>,
    elided_before: bool,
    elided_after: bool,
}

impl Segments {
    /// The places, among `printed` lines, at which segment `number` can begin.
    fn places(&self, number: usize, printed: usize) -> Range<usize> {
        let at_start = number == 0 && !self.elided_before;
        let at_end = number + 1 == self.found.len() && !self.elided_after;
        let Some(last) = printed.checked_sub(self.found[number].lines.len()) else {
            return 0..0;
        };
        match (at_start, at_end) {
            (true, true) if last > 0 => 0..0,
            (true, _) => 0..1,
            (false, true) => last..last + 1,
            (false, false) => 0..last + 1,
        }
    }

    /// The same where the segment may have more lines or fewer, and whether
    /// it has to end with the last printed line.
    fn reworded_places(&self, number: usize, printed: usize) -> (Range<usize>, bool) {
        let at_start = number == 0 && !self.elided_before;
        let at_end = number + 1 == self.found.len() && !self.elided_after;
        (if at_start { 0..1 } else { 0..printed + 1 }, at_end)
    }
}

impl Compiler<'_> {
    /// Lines whose order holds, with elisions.
    /// `by_the_way` is what [`Self::lines_by_the_way`] found.
    pub(super) fn lines(
        &mut self,
        lines: Range<usize>,
        actual: Range<usize>,
        by_the_way: &BTreeSet<usize>,
    ) {
        self.read_lines(lines.clone());
        self.set_ambient_apart(lines.clone(), by_the_way);
        self.set_rows_apart(lines.clone());
        self.set_remarks_apart(lines.clone());
        self.mark_layout(lines.clone());
        let segments = self.segments(lines.clone());
        let printed: Vec<usize> = trim_blank(&self.compiled.actual, actual)
            .filter(|index| !self.compiled.permitted.contains(index))
            .collect();
        let mut variables: Vec<Variable> = segments
            .found
            .iter()
            .enumerate()
            .map(|(number, segment)| {
                let mut choices: Vec<Choice> = segments
                    .places(number, printed.len())
                    .filter_map(|place| self.choice_at(segment, &printed, place))
                    .collect();
                if choices.is_empty() {
                    let (places, to_the_end) = segments.reworded_places(number, printed.len());
                    choices = self.reworded_choices(&segment.lines, &printed, places, to_the_end);
                }
                Variable::of(segment.span.clone(), choices)
            })
            .collect();
        if segments.found.is_empty() && !segments.elided_before && !printed.is_empty() {
            // Something was printed where nothing is expected.
            variables.push(Variable::impossible(lines.start));
        }
        if !variables.is_empty() {
            self.push(Order::Sequence, variables, Vec::new());
        }
    }

    fn read_lines(&mut self, lines: Range<usize>) {
        for index in lines {
            if let Some(text) = &self.expected[index] {
                let format = self.format_of(index);
                let pattern =
                    LinePattern::of(text, self.number(index), format, self.context.values);
                self.compiled.patterns[index] = Some(pattern);
            } else {
                self.compiled.fates[index] = Fate::Elided;
            }
        }
    }

    /// The lines of the notes that nothing here has to show, wherever they stand: of
    /// the client's waiting, of a cluster's nodes, of `sudo`.
    pub(super) fn lines_by_the_way(&self) -> BTreeSet<usize> {
        let shown = noted_lines(&self.expected);
        let printed = printed_lines(&self.compiled.actual);
        let authored = self.context.values.authored();
        let mut found = lines_by_the_way(self.format.calls(), &authored, &shown, &printed);
        found.extend(client::lines_of_sudo(self.step.command(), &shown));
        found
    }

    /// Lines that nothing here has to show: of a pull, and those `by_the_way`.
    fn set_ambient_apart(&mut self, lines: Range<usize>, by_the_way: &BTreeSet<usize>) {
        let (calls, expected) = (self.format.calls(), &self.expected);
        let mut ambient: Vec<usize> = by_the_way.range(lines.clone()).copied().collect();
        // The shell reports in any later step that a job has ended: the whole exercise is
        // judged for that.
        let is_notice = |line: &usize| expected[*line].as_deref().is_some_and(is_notice);
        ambient.extend(lines.clone().filter(is_notice));
        let actual = &self.compiled.actual;
        let made = |image: &str| {
            self.context
                .named_things
                .has_here(self.compiled.step, image)
        };
        ambient.extend(pull::ambient_lines(calls, expected, lines, actual, &made));
        for index in ambient {
            self.compiled.fates[index] = Fate::Ambient;
        }
    }

    /// What explains a list of images is never required.
    pub(super) fn set_legend_apart(&mut self) {
        if !ProgramCall::any_is_docker(self.format.calls(), "images") {
            return;
        }
        for (index, text) in self.expected.iter().enumerate() {
            if text.as_deref().is_some_and(client::is_legend) {
                self.compiled.fates[index] = Fate::Layout;
            }
        }
    }

    /// Lines of the output that nothing needs to expect, since they come and go
    /// with what is already there, with who is faster, and with the client.
    pub(super) fn permit_by_the_way(&mut self) {
        let actual = &self.compiled.actual;
        let expects = |is_one: fn(&str) -> bool| self.expected.iter().flatten().any(|l| is_one(l));
        let calls = self.format.calls();
        let mut permitted = pull::permitted_lines(calls, &self.expected, actual);
        permitted.extend(client::permitted_lines(calls, &self.expected, actual));
        let shown = noted_lines(&self.expected);
        let printed = printed_lines(actual);
        let authored = self.context.values.authored();
        permitted.extend(lines_by_the_way(calls, &authored, &printed, &shown));
        permitted.extend(arranged::menu_lines(calls, &printed, &shown));
        permitted.extend(arranged::progress_lines(calls, &printed, &shown));
        let numbered = actual.iter().enumerate();
        let farewells = numbered.filter(|(_, line)| self.step.leaves_out_farewell(line));
        permitted.extend(farewells.map(|(index, _)| index));
        if self.step.keys() == Some(Keys::Detach) {
            permitted.extend(client::escape_lines(&self.expected, actual));
        }
        let deprecation = build::deprecation(self.format.calls(), actual);
        if !deprecation.is_empty() && !expects(|line| line.starts_with("DEPRECATED: ")) {
            permitted.extend(&deprecation);
            self.compiled.announced = deprecation;
            self.compiled.dialects.push(build::DIALECT);
        } else if deprecation.is_empty() {
            let noted = self
                .expected
                .iter()
                .map(|line| line.clone().unwrap_or_default());
            let noted: Vec<String> = noted.collect();
            for line in build::deprecation(self.format.calls(), &noted) {
                self.compiled.fates[line] = Fate::Dialect;
                self.compiled.dialects.push(build::DIALECT);
            }
        }
        self.compiled.permitted.extend(permitted);
        self.permit_announcements();
        self.set_cache_marks_apart();
        self.set_deleted_steps_apart();
        self.set_empty_layers_apart();
        self.set_pruned_volumes_apart();
        self.set_gone_members_apart();
    }

    /// Members that `grep` kept of a document, and that this run's version no longer has.
    fn set_gone_members_apart(&mut self) {
        let noted = noted_lines(&self.expected);
        let printed = printed_lines(&self.compiled.actual);
        let (calls, server) = (self.format.calls(), &self.context.surroundings.server);
        for line in members::gone_from_grep(calls, &noted, &printed, server) {
            self.compiled.fates[line] = Fate::Dialect;
            self.compiled.dialects.push(members::DIALECT);
        }
    }

    /// Volumes with a name, which Docker's version alone decides to remove or to keep.
    fn set_pruned_volumes_apart(&mut self) {
        let noted = noted_lines(&self.expected);
        let printed = printed_lines(&self.compiled.actual);
        let (calls, surroundings) = (self.format.calls(), self.context.surroundings);
        let named = self.context.named_things;
        let other = volume_prune::removed_by_one(calls, &noted, &printed, surroundings);
        let is_own = |other: &OtherPrune| other.names.iter().all(|name| named.word(name));
        let Some(other) = other.filter(is_own) else {
            return;
        };
        for line in other.noted {
            self.compiled.fates[line] = Fate::Dialect;
        }
        self.compiled.permitted.extend(other.printed);
        self.compiled.dialects.push(volume_prune::DIALECT);
        self.compiled.pruned_by_one = other.names;
    }

    /// What a prune of containers tells to be reclaimed of those without files of their own:
    /// nothing, or a folder each, which the containerd image store counts.
    fn set_empty_layers_apart(&mut self) {
        let prunes = |call: &ProgramCall| call.is_docker("container prune");
        if !self.format.calls().iter().any(prunes) {
            return;
        }
        let expected: Vec<&str> = self
            .expected
            .iter()
            .map(|line| line.as_deref().unwrap_or_default())
            .collect();
        let actual: Vec<&str> = self.compiled.actual.iter().map(String::as_str).collect();
        let (Some(own), Some(their)) = (Pruned::read(&expected), Pruned::read(&actual)) else {
            return;
        };
        let is_other = match self.context.surroundings.store.as_str() {
            "containerd" => own.is_of_nothing() && their.is_of_folders(),
            _ => own.is_of_folders() && their.is_of_nothing(),
        };
        if is_other && expected[own.line] != actual[their.line] {
            self.compiled.fates[own.line] = Fate::Dialect;
            self.compiled.permitted.insert(their.line);
            self.compiled.dialects.push(history::FOLDERS);
        }
    }

    /// Sets what stands above the next prompt apart where it has the form of a comment and this
    /// run prints no such line: the author tells what comes next. What prints files or logs may
    /// have such lines; there, only words that are in no letters of ASCII are the author's.
    fn set_remarks_apart(&mut self, lines: Range<usize>) {
        let step = &self.context.steps[self.compiled.step];
        let mut printed = self.compiled.actual.iter();
        let could_be_remark = |line: &String| {
            let has_form = is_comment(line) || is_caption(line) || is_pointed(line);
            has_form || line.trim_start().starts_with('#')
        };
        if step.next.is_none() || lines.end != self.expected.len() || printed.any(could_be_remark) {
            return;
        }
        let prints_texts = |call: &ProgramCall| call.prints_as_it_is() || call.does(Does::Logs);
        let calls = self.format.calls();
        let prints_texts = calls.iter().any(prints_texts) && !ProgramCall::only_compute(calls);
        let is_of_author = |text: &str| match prints_texts {
            true => is_prose(text),
            false => is_comment(text) || is_pointed(text),
        };
        let is_remark = |line: &usize| {
            let text = self.expected[*line].as_deref();
            text.is_some_and(|text| text.is_empty() || is_of_author(text))
        };
        let remarks: Vec<usize> = lines.rev().take_while(is_remark).collect();
        for line in remarks {
            self.compiled.fates[line] = match self.expected[line].as_deref() {
                Some("") => Fate::Layout,
                _ => Fate::Ambient,
            };
        }
    }

    /// What `rmi` and a prune delete of an image beside itself: steps of a build that another
    /// builder made, and layers, which the containerd image store does not tell. The images
    /// are those that the exercise named, or that an ID names.
    fn set_deleted_steps_apart(&mut self) {
        let calls = self.format.calls();
        let is_rmi = |call: &&ProgramCall| call.is_docker("rmi");
        let prunes = |call: &ProgramCall| call.does(Does::Prunes);
        let rmi = calls.iter().find(is_rmi);
        if rmi.is_none() && !calls.iter().any(prunes) {
            return;
        }
        let earlier = self.context.formats.iter().take(self.compiled.step);
        let named: HashSet<String> = earlier
            .flat_map(|format| format.calls())
            .filter_map(ProgramCall::docker)
            .flat_map(|docker| docker.gives(OperandKind::Image))
            .map(|name| with_tag(&name))
            .collect();
        let docker = rmi.and_then(ProgramCall::docker);
        let mut removed = docker.into_iter().flat_map(|docker| &docker.operands);
        if !removed.all(|image| is_hex(image) || named.contains(&with_tag(image))) {
            return;
        }
        let shown = build::deleted_steps(self.expected.iter().map(Option::as_deref));
        let actual = self.compiled.actual.iter();
        let printed = build::deleted_steps(actual.map(|line| Some(line.as_str())));
        let is_of_other_store = match self.context.surroundings.store == "containerd" {
            true => printed.is_empty() && !shown.is_empty() && !self.shows("exporting manifest "),
            false => {
                let graph = ["Successfully built ", "writing image sha256:"];
                let is_told = graph.iter().any(|text| self.shows(text));
                shown.is_empty() && !printed.is_empty() && !is_told
            }
        };
        let is_of_other_builder = self.was_built_otherwise() || self.builder_is_unknown();
        if !is_of_other_builder && !is_of_other_store {
            return;
        }
        self.set_reclaimed_apart();
        let noted = build::cache_objects(self.expected.iter().map(Option::as_deref));
        let kept = build::cache_objects(self.compiled.actual.iter().map(|line| Some(&**line)));
        if noted.is_empty() != kept.is_empty() {
            self.compiled.dialects.push(build::CACHE);
            for line in noted {
                self.compiled.fates[line] = Fate::Dialect;
            }
            self.compiled.permitted.extend(kept);
        }
        if shown.len() == printed.len() {
            return;
        }
        self.compiled.dialects.push(build::STEPS_LEFT);
        for line in shown {
            self.compiled.fates[line] = Fate::Dialect;
        }
        self.compiled.permitted.extend(printed);
    }

    /// Whether the notes show `text` in the output of a build before this step.
    fn shows(&self, text: &str) -> bool {
        let steps = self.context.steps.iter().zip(self.context.formats);
        steps.take(self.compiled.step).any(|(step, format)| {
            let mut lines = step.expected.iter();
            ProgramCall::any_shows_build(format.calls())
                && lines.any(|line| line.text.contains(text))
        })
    }

    /// What a prune of images tells to be reclaimed: nothing of layers that a builder keeps.
    fn set_reclaimed_apart(&mut self) {
        let is_total = |line: &str| line.starts_with(volume_prune::SUM);
        let is_none = |line: &str| line.ends_with(" 0B");
        let own = (0..self.expected.len())
            .find(|line| self.expected[*line].as_deref().is_some_and(is_total));
        let their = self.compiled.actual.iter().position(|line| is_total(line));
        if let (Some(own), Some(their)) = (own, their)
            && self.expected[own].as_deref().is_some_and(is_none)
                != is_none(&self.compiled.actual[their])
        {
            self.compiled.fates[own] = Fate::Dialect;
            self.compiled.permitted.insert(their);
            self.compiled.dialects.push(build::STEPS_LEFT);
        }
    }

    /// The steps that build an image before this one; of compose, those that show it.
    fn builds(&self) -> impl DoubleEndedIterator<Item = &Step> {
        let steps = self.context.steps.iter().zip(self.context.formats);
        let steps = steps.take(self.compiled.step);
        let shows_builder = |step: &Step| {
            let lines = step.expected.iter().map(|line| line.text.as_str());
            build::is_legacy(lines).is_some()
        };
        let builds = steps.filter(move |(step, format)| {
            let calls = format.calls();
            ProgramCall::any_is_docker(calls, "build")
                || ProgramCall::any_shows_build(calls) && shows_builder(step)
        });
        builds.map(|(step, _)| step)
    }

    /// Whether an image was built before this step.
    fn has_built(&self) -> bool {
        self.builds().next().is_some()
    }

    /// Whether it was the legacy builder that printed the last build before this step; none
    /// where no build shows its builder.
    pub(super) fn was_built_by_legacy(&self) -> Option<bool> {
        self.builds()
            .filter_map(|step| {
                build::is_legacy(step.expected.iter().map(|line| line.text.as_str()))
            })
            .next_back()
    }

    /// Whether that was another builder than this run's.
    pub(super) fn was_built_otherwise(&self) -> bool {
        let legacy = self.was_built_by_legacy();
        match self.context.surroundings.builder.as_str() {
            "legacy" => legacy == Some(false),
            "buildkit" => legacy == Some(true),
            _ => false,
        }
    }

    /// Whether an image was built before this step, and no output shows by which builder.
    pub(super) fn builder_is_unknown(&self) -> bool {
        self.has_built() && self.was_built_by_legacy().is_none()
    }

    /// What only says whether a builder had a step in its cache.
    fn set_cache_marks_apart(&mut self) {
        if ProgramCall::any_shows_build(self.format.calls()) {
            let (ours, theirs) =
                build::cache_marks(&self.expected, &self.compiled.actual, &self.past.built);
            for line in ours {
                self.compiled.fates[line] = Fate::Ambient;
            }
            self.compiled.permitted.extend(theirs);
        }
    }

    /// Blank lines at the ends and beside elisions are layout.
    fn mark_layout(&mut self, lines: Range<usize>) {
        self.mark_layout_behind(lines.clone());
        self.mark_layout_behind(lines.rev());
    }

    /// Blank lines at the beginning and behind elisions, in the order of `lines`.
    fn mark_layout_behind(&mut self, lines: impl Iterator<Item = usize>) {
        let mut beside = true;
        for index in lines {
            let blank = self.expected[index].as_deref() == Some("");
            match self.compiled.fates[index] {
                Fate::Elided => beside = true,
                Fate::Ambient => {}
                _ if beside && blank => self.compiled.fates[index] = Fate::Layout,
                _ => beside = false,
            }
        }
    }

    fn segments(&self, lines: Range<usize>) -> Segments {
        let mut segments = Segments {
            found: Vec::new(),
            elided_before: false,
            elided_after: false,
        };
        let mut fresh = true;
        for index in lines {
            match self.compiled.fates[index] {
                Fate::Elided => {
                    segments.elided_before |= segments.found.is_empty();
                    segments.elided_after = true;
                    fresh = true;
                }
                Fate::Required => {
                    segments.elided_after = false;
                    match segments.found.last_mut() {
                        Some(segment) if !fresh => {
                            segment.lines.push(index);
                            segment.span.end = index + 1;
                        }
                        _ => segments.found.push(Segment {
                            span: index..index + 1,
                            lines: vec![index],
                        }),
                    }
                    fresh = false;
                }
                _ => {}
            }
        }
        segments
    }

    /// The segment's lines one by one against the output from `place` on.
    fn choice_at(&self, segment: &Segment, printed: &[usize], place: usize) -> Option<Choice> {
        let mut found = Match::default();
        for (offset, line) in segment.lines.iter().enumerate() {
            let actual = self.compiled.actual.get(*printed.get(place + offset)?)?;
            let pattern = self.compiled.patterns.get(*line)?.as_ref()?;
            found.add(pattern.matches(actual)?);
        }
        let end = place + segment.lines.len();
        let lines = printed.get(place..end)?;
        let follow = lines.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        Some(Choice {
            place: place..end,
            shows: lines.first().copied().unwrap_or(0),
            // What nothing needs to expect may stand between them.
            scattered: if follow { Vec::new() } else { lines.to_vec() },
            found,
        })
    }
}

fn is_notice(line: &str) -> bool {
    Notice::read(line).is_some()
}

/// `range` of `lines` without the blank lines at its ends.
fn trim_blank(lines: &[String], range: Range<usize>) -> Range<usize> {
    let blank = |index: &usize| lines[*index].is_empty();
    let start = range
        .clone()
        .find(|index| !blank(index))
        .unwrap_or(range.end);
    let end = range
        .rev()
        .find(|index| !blank(index))
        .map_or(start, |index| index + 1);
    start..end.max(start)
}

/// What a prune tells at its end.
struct Pruned {
    /// The line of the total, from 0.
    line: usize,
    total: Size,
    /// How many containers it deleted.
    containers: usize,
}

impl Pruned {
    fn read(lines: &[&str]) -> Option<Self> {
        let total = |line: &&str| Size::read(line.strip_prefix(volume_prune::SUM)?);
        let line = lines.iter().position(|line| total(line).is_some())?;
        Some(Self {
            line,
            total: total(&lines[line])?,
            containers: lines.iter().filter(|line| is_id(line)).count(),
        })
    }

    fn is_of_nothing(&self) -> bool {
        self.total.bytes == 0.0
    }

    /// Whether it is a folder of each container.
    fn is_of_folders(&self) -> bool {
        const FOLDER: f64 = 4096.0;
        let folders = self.containers as f64 * FOLDER;
        (self.total.bytes - folders).abs() <= self.total.rounding
    }
}
