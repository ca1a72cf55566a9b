//! The warnings of mdBook while it builds in this process, as diagnostics.
//!
//! mdBook reports broken links and the like as events of `tracing`; without a
//! subscriber they would be lost.

use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::diagnostic::Diagnostic;

/// Runs `work`, and gives what mdBook warned of meanwhile, each once.
pub(super) fn with_warnings<T>(work: impl FnOnce() -> T) -> (T, Vec<Diagnostic>) {
    let messages = Arc::new(Mutex::new(Vec::new()));
    let listener = Listener {
        messages: Arc::clone(&messages),
    };
    let done = tracing::subscriber::with_default(listener, work);
    let mut messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
    (done, messages.drain(..).map(Diagnostic::warning).collect())
}

struct Listener {
    messages: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = LogMessage(String::new());
        event.record(&mut message);
        let message = message.0.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if !message.is_empty() && !messages.contains(&message) {
            messages.push(message);
        }
    }

    // Spans are not enabled, so nothing is ever asked about one.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct LogMessage(String);

impl Visit for LogMessage {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a String never fails.
            let _ = fmt::write(&mut self.0, format_args!("{value:?}"));
        }
    }
}
