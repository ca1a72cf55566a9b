//! The sections of one page, which share a lab.
//!
//! ```text
//!     ## Start one     $ docker run -d --name one ...     a section: an exercise
//!     ## Clean up      $ docker rm -f one                 the next: what stands above
//!                                                         runs before it
//! ```

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::commands::built_names;
use super::{Exercise, GivenFile, Limits};
use crate::session::Step;

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
