//! Why an exercise or a step came out as it did: a sentence for reports, and its kind,
//! which pages name in their own language.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// The kind of a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// It needs a Kubernetes cluster.
    NeedsCluster,
    /// It needs the overlay2 storage driver.
    NeedsOverlay2,
    /// It reads the daemon's own folders.
    NeedsDaemonFolders,
    /// It needs the containerd image store.
    NeedsContainerd,
    /// It needs the legacy builder.
    NeedsLegacyBuilder,
    /// It needs BuildKit.
    NeedsBuildkit,
    /// It needs an image registry.
    NeedsRegistry,
    /// It needs a network to the outside.
    NeedsNetwork,
    /// An image that it needs is missing.
    NoImage,
    /// A command has a blank to fill in.
    Blank,
    /// The form of a prompt is not known.
    UnknownPrompt,
    /// No prompt stands before the commands.
    NoPrompt,
    /// No command stands at a prompt.
    NoCommand,
    /// Output is shown without its command.
    Fragment,
    /// The notes do not show how a container is entered.
    ClosedContainer,
    /// It takes for granted what the notes do not make.
    TakenForGranted,
    /// It needs a container with special privileges.
    Privileges,
    /// A stand-in differs from the real image.
    StandIn,
    /// The lab's user is not the notes' one.
    AnotherUser,
    /// An image that a pull names was brought before the first step.
    ImageBrought,
    /// The machine has another name than in the notes.
    AnotherHost,
    /// The engine has another version of compose.
    AnotherCompose,
    /// The engine's client lacks an option that the notes' one has.
    AnotherDocker,
    /// The machine's kernel lacks what that of the notes has.
    AnotherKernel,
    /// A name or a port is in use.
    InUse,
    /// Too many lines could stand for each other.
    Undecided,
    /// It did not end in time.
    TimedOut,
    /// The run was interrupted.
    Interrupted,
    /// The elided output contains an error that the notes do not show.
    HiddenError,
    /// The shell that the notes show next does not open.
    ShellNotOpened,
    /// The inner shell does not end as in the notes.
    ShellNotEnded,
    /// The inner shell has ended, unlike in the notes.
    ShellEnded,
    /// A command fails, and the notes show no error.
    ExitStatus,
    /// A kind that this version does not know.
    #[serde(other)]
    Other,
}

/// A reason as reports state it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    /// Its kind, where it is of one that pages can name.
    pub kind: Option<ReasonKind>,
    /// The sentence.
    pub text: String,
}

impl Reason {
    /// A reason of this kind.
    pub fn new(kind: ReasonKind, text: impl Into<String>) -> Self {
        Self {
            kind: Some(kind),
            text: text.into(),
        }
    }

    /// A reason as results keep it: text and kind apart.
    pub fn joined(text: Option<&str>, kind: Option<ReasonKind>) -> Option<Self> {
        text.map(|text| Self {
            kind,
            text: text.to_owned(),
        })
    }

    /// The text and the kind of a reason, as results keep them.
    pub fn apart(reason: Option<Self>) -> (Option<String>, Option<ReasonKind>) {
        reason.map_or((None, None), |reason| (Some(reason.text), reason.kind))
    }

    /// This one, with its likely cause where one is known.
    pub fn with_cause(self, cause: Option<Self>) -> Self {
        match cause {
            Some(cause) => Self {
                kind: cause.kind.or(self.kind),
                text: format!("{self}; likely cause: {cause}"),
            },
            None => self,
        }
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { kind: None, text }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
