//! Notes to exercises; manifests say what notes cannot say.
//!
//! ```text
//!     Notes       --discover--> Exercise   the runnable fences of one answer
//!     exercises/*.toml  Manifest  ----^    its name, images, folder, set-up, limits, files
//! ```

mod commands;
mod discover;
mod error;
mod files;
mod folders;
mod granted;
mod ids;
mod kubectl;
mod labs;
mod manifest;
mod page;
mod start;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Source};
use crate::hex::hex;
use crate::lab::ClusterName;
use crate::reason::Reason;
use crate::session::{NotRun, Step};

pub use commands::{built_names, host_programs, needed_images};
pub use discover::{Discovery, discover, fences_not_run};
pub use error::ExerciseError;
pub use files::GivenFile;
pub use folders::folders;
pub use granted::{Elsewhere, TakenForGranted};
pub use kubectl::{other_tool, reaches_beyond};
pub use manifest::{Limits, Manifest, load_manifests, manifest_folder, name_prompts};
pub use page::{PageSection, SectionedPage};

/// The runnable fences of one answer: files and transcripts.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The manifest's name, else the note's file name and the first words of its
    /// question's or heading's slug.
    pub id: String,
    /// What it was called before: its longer ID, and what a manifest has renamed.
    pub former: Vec<String>,
    /// What readers call it.
    pub title: String,
    /// The note.
    pub source: Arc<Source>,
    /// The line, from 1, of the question; of the heading in a document, or of the first
    /// transcript where that stands under none.
    pub line: usize,
    /// The byte range of what stands at that line.
    pub place: std::ops::Range<usize>,
    /// Files that are written into the lab's folder before the first step.
    pub files: Vec<GivenFile>,
    /// The transcripts' steps, in order.
    pub steps: Vec<Step>,
    /// Base images it needs.
    pub images: Vec<String>,
    /// Programs its transcripts call in the host's shell.
    pub programs: Vec<String>,
    /// The user that the host's prompts show.
    pub user: Option<String>,
    /// The lab's folder as written: `~/temp`, an absolute one, or none.
    pub folder: Option<String>,
    /// The path of the author's home, where the notes show it.
    pub home: Option<String>,
    /// Commands to run before the first step.
    pub setup: Vec<String>,
    /// What the engine must be or have.
    pub needs: Vec<Need>,
    /// The Kubernetes cluster that its manifest names.
    pub cluster: Option<ClusterName>,
    /// Host programs that may run without being asked about.
    pub allow: Vec<String>,
    /// How long steps may take.
    pub limits: Limits,
    /// The manifest's file, where there is one.
    pub manifest: Option<PathBuf>,
    /// Why it is not run, where that is known from its text alone.
    pub obstacle: Option<Obstacle>,
    /// What it uses that nothing up to there can have made.
    pub granted: Vec<TakenForGranted>,
    /// The question, of an exercise that answers one.
    pub question: Option<String>,
    /// Where it stands among the sections that share its lab, if others do.
    pub part: Option<PageSection>,
}

impl Obstacle {
    /// A fence at `line`, from 1, that is skipped.
    pub fn skip(line: usize, why: NotRun) -> Self {
        Self {
            is_error: false,
            reason: Reason {
                kind: why.kind(),
                text: format!("the fence at line {line} is not run: {}", why.reason()),
            },
        }
    }

    /// What a diagnostic says, with its place and what to do.
    pub fn of(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref().map_or_else(String::new, |place| {
            let (source, range) = (&place.source, &place.range);
            format!("{}:{}: ", source.path().display(), source.line(range.start))
        });
        let help = diagnostic.help.as_ref();
        let help = help.map_or_else(String::new, |help| format!(" ({help})"));
        Self {
            is_error: true,
            reason: Reason {
                kind: diagnostic.kind,
                text: format!("{place}{}{help}", diagnostic.message),
            },
        }
    }
}

/// Why an exercise is not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Whether it is an error: something in the file has to be mended.
    pub is_error: bool,
    /// The reason, with its line.
    pub reason: Reason,
}

/// What an exercise needs of an engine, beyond a daemon and images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Images in the overlay2 storage driver's folders.
    Overlay2,
    /// The containerd image store.
    Containerd,
    /// The legacy builder.
    LegacyBuilder,
    /// BuildKit.
    Buildkit,
    /// A registry that can be reached.
    Registry,
    /// A network to the outside.
    Network,
    /// A Kubernetes cluster.
    Kubernetes,
}

impl Exercise {
    /// Something in `source`, at `line` from 1, that is accounted for and not run.
    pub fn not_run(source: &Arc<Source>, id: String, line: usize, obstacle: Obstacle) -> Self {
        Self {
            title: id.clone(),
            id,
            former: Vec::new(),
            line,
            place: source.line_range(line),
            source: Arc::clone(source),
            files: Vec::new(),
            steps: Vec::new(),
            images: Vec::new(),
            programs: Vec::new(),
            user: None,
            folder: None,
            home: None,
            setup: Vec::new(),
            needs: Vec::new(),
            cluster: None,
            allow: Vec::new(),
            limits: Limits::default(),
            manifest: None,
            obstacle: Some(obstacle),
            granted: Vec::new(),
            question: None,
            part: None,
        }
    }

    /// What the files hold that the lab begins with.
    pub fn file_texts(&self) -> Vec<&str> {
        self.files
            .iter()
            .map(|file| file.contents.as_str())
            .collect()
    }

    /// How long `step` may take: builds and pulls have a limit of their own.
    pub fn limit(&self, step: &Step) -> Duration {
        let builds = step.command().is_some_and(commands::builds_or_pulls);
        Duration::from_secs(if builds {
            self.limits.build
        } else {
            self.limits.step
        })
    }

    /// SHA-256, in hex digits, of all that decides what a run shows: transcripts
    /// as written, files and what the manifest says, and the same of the sections above
    /// it. Line numbers do not count.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for step in &self.steps {
            add(&step.prompt.text);
            add(&format!("{:?}", step.action));
            for line in &step.expected {
                add(&line.text);
            }
            add("end of step");
        }
        for file in &self.files {
            add(&file.path.to_string_lossy());
            add(&file.contents);
        }
        for text in self.images.iter().chain(&self.setup) {
            add(text);
        }
        add(&format!(
            "{:?} {:?} {:?}",
            self.user, self.folder, self.needs
        ));
        if let Some(cluster) = &self.cluster {
            add(&cluster.to_string());
        }
        if let Some(obstacle) = &self.obstacle {
            add(&obstacle.reason);
        }
        for section in self.above() {
            add(&section.hash());
        }
        hex(&hash.finalize(), 32)
    }
}
