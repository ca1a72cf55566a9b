//! What the author of the notes wrote, as opposed to what commands printed.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::docker::ProgramCall;

/// The commands and files of an exercise, as one text. It is shared: a copy costs
/// nothing, and the text is read into calls once.
#[derive(Debug, Clone, Default)]
pub struct Authored(Arc<Text>);

#[derive(Debug, Default)]
struct Text {
    text: String,
    calls: OnceLock<Vec<ProgramCall>>,
}

impl Authored {
    /// The calls of the commands in it, in order.
    pub fn calls(&self) -> &[ProgramCall] {
        self.0
            .calls
            .get_or_init(|| ProgramCall::all_in_text(&self.0.text))
    }
}

impl From<String> for Authored {
    fn from(text: String) -> Self {
        Self(Arc::new(Text {
            text,
            calls: OnceLock::new(),
        }))
    }
}

impl Deref for Authored {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl PartialEq for Authored {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Authored {}
