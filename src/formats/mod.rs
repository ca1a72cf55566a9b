//! What programs print: which parts of a line differ from run to run, and how.
//!
//! ```text
//!     calls    --OutputFormat::of-->     OutputFormat    decided once a step
//!     a line   --OutputFormat::fields--> LineFields      byte ranges, each of a kind
//!
//!     fields.toml, kinds.toml             which fields are of which kind
//!     table, headless, templates, json    how Docker lays things out
//!     build, build_*, history, pull       what one of its commands tells
//!     published, disk_usage, usages       the same of others
//!     cluster, starting                   what a cluster tells of its work
//!     listing, tree, clock, resolver      what other programs print
//!     properties, workers                 what describes a machine and its daemon
//!     messages, rewording, client         the same event in other words
//!     arranged, by_the_way                lines in another order, or that come and go
//!     complaints, status_sources, causes  what an error looks like, and whose it is
//! ```
//!
//! No exercise is known here, and no value of a run: that is the judge's.

use std::ops::Range;

use crate::docker::{Does, ProgramCall};
use crate::pattern::pattern;
use fields::FIELDS;
use headless::Headless;
use table::Tables;
use text::stands_in;
use volatile::Volatile;

pub mod arranged;
pub mod authored;
pub mod build;
mod build_plain;
mod build_screen;
pub mod build_steps;
mod build_variables;
pub mod by_the_way;
pub mod causes;
pub mod client;
pub mod client_layout;
pub mod clock;
pub mod cluster;
pub mod complaints;
pub mod disk_usage;
pub mod fields;
pub mod headless;
pub mod history;
pub mod installed;
pub mod instant;
pub mod json;
pub mod jsonpath;
pub mod listing;
pub mod members;
pub mod messages;
pub mod not_found;
pub mod properties;
pub mod published;
pub mod pull;
pub mod reference;
pub mod resolver;
pub mod rewording;
pub mod size;
pub mod starting;
pub mod status_sources;
pub mod table;
pub mod templates;
pub mod text;
pub mod tree;
pub mod usages;
pub mod variables;
pub mod volatile;
pub mod volume_prune;
pub mod workers;
pub mod wrapped;

/// Which white space of a line only sets columns apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// None: every blank counts.
    None,
    /// Every run of blanks before this byte.
    Before(usize),
    /// Two blanks or more.
    Columns,
    /// Those that a terminal shows for a tab: they end at one of its stops.
    Tabs,
}

/// The parts of a line that differ from run to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFields {
    /// Byte ranges of the line, each with its kind.
    pub volatile: Vec<(Range<usize>, Volatile)>,
    /// What of its white space is layout.
    pub gaps: Gaps,
}

impl LineFields {
    /// Fields of a line in which every blank counts.
    pub fn of(volatile: Vec<(Range<usize>, Volatile)>) -> Self {
        Self {
            volatile,
            gaps: Gaps::None,
        }
    }

    /// What differs wherever it stands, but for what the author wrote.
    pub fn anywhere(text: &str, authored: &str) -> Self {
        let mut volatile = Volatile::find_anywhere(text);
        let clients = CLIENT.captures_iter(text).filter_map(|found| found.get(1));
        volatile.extend(clients.map(|version| (version.range(), Volatile::Version)));
        volatile.retain(|(range, _)| !stands_in(authored, &text[range.clone()]));
        Self::of(volatile)
    }
}

pattern! {
    /// A number that `docker inspect` shows, in whatever layout.
    NUMBER = r#""(\w+)": ?([0-9]+)"#;
    /// The version by which a client of the machine's names itself to a server.
    CLIENT = r"\b(?:curl|Wget)/([0-9]+(?:\.[0-9]+)+)";
}

/// What a step's programs print.
#[derive(Debug, Clone)]
pub struct OutputFormat {
    calls: Vec<ProgramCall>,
    /// The command itself says which time its files have.
    has_given_times: bool,
    /// Whether all that it shows is computed from the words of its calls.
    only_computes: bool,
    is_long_listing: bool,
    headless: Option<Headless>,
    tables: Tables,
    inspects: bool,
}

pattern! {
    /// What `time` says behind the output of a command.
    TOOK = r"^(?:real|user|sys)\s+[0-9]";
}

impl OutputFormat {
    /// What `calls`, those of one step, print; in a container's shell or in the host's.
    pub fn of(calls: Vec<ProgramCall>, in_container: bool) -> Self {
        Self {
            has_given_times: calls.iter().any(ProgramCall::prints_a_given_time),
            only_computes: ProgramCall::only_compute(&calls),
            is_long_listing: calls.iter().any(listing::is_long),
            headless: Headless::of(&calls),
            tables: Tables::of(&calls, in_container),
            inspects: calls.iter().any(|call| call.does(Does::Inspects)),
            calls,
        }
    }

    /// What its calls and `further` ones print, which the first call starts in a container.
    pub fn with(self, further: Vec<ProgramCall>) -> Self {
        let calls = self.calls.into_iter().chain(further);
        Self::of(calls.collect(), false)
    }

    /// The same where an entrypoint of the author's may print something before its calls do.
    pub fn behind_an_entrypoint(self) -> Self {
        Self {
            only_computes: false,
            ..self
        }
    }

    /// The calls that print it.
    pub fn calls(&self) -> &[ProgramCall] {
        &self.calls
    }

    /// The tables that can stand in it.
    pub fn tables(&self) -> Tables {
        self.tables
    }

    /// The rows of a list whose header a filter took away.
    pub fn headless(&self) -> Option<Headless> {
        self.headless
    }

    /// The fields of a line that is no row of a table under its header; `authored` is
    /// what the author of the notes wrote, which no program printed.
    pub fn fields(&self, text: &str, authored: &str) -> LineFields {
        let mut fields = self.fields_of(text, authored);
        if self.only_computes && !TOOK.is_match(text) {
            fields.volatile.retain(|(_, kind)| !kind.is_of_time());
        }
        fields
    }

    fn fields_of(&self, text: &str, authored: &str) -> LineFields {
        if self.has_given_times {
            return LineFields::of(Vec::new());
        }
        if self.is_long_listing
            && !stands_in(authored, text)
            && let Some(fields) = listing::long_row(text, authored)
        {
            return fields;
        }
        self.headless
            .and_then(|rows| rows.fields(text, authored))
            .or_else(|| listing::process_row(text, &self.calls, authored))
            .or_else(|| fields::line(text, &self.calls, authored))
            .or_else(|| clock::date_row(text, &self.calls))
            .or_else(|| self.inspected(text, authored))
            .or_else(|| {
                let fields = templates::fields(text, &self.calls, authored)?;
                let gaps = self.gaps();
                Some(LineFields { gaps, ..fields })
            })
            .unwrap_or_else(|| LineFields {
                gaps: self.gaps(),
                ..LineFields::anywhere(text, authored)
            })
    }

    /// What of the white space is layout in a line that nothing else is known of: `kubectl
    /// describe` sets its columns by their widest cell, and how wide a tab of a template is
    /// depends on what stands before it.
    fn gaps(&self) -> Gaps {
        let describes =
            |call: &ProgramCall| call.kubectl().is_some_and(|one| one.verb == "describe");
        if self.calls.iter().any(describes) {
            Gaps::Columns
        } else if self.calls.iter().any(templates::has_tabs) {
            Gaps::Tabs
        } else {
            Gaps::None
        }
    }

    /// The fields of a text in other words, in which marks may stand for what only
    /// those have.
    pub fn fields_in_other_words(&self, text: &str, authored: &str) -> LineFields {
        let mut kinds = rewording::kinds_in(text);
        if kinds.is_empty() {
            return self.fields(text, authored);
        }
        if !self.has_given_times {
            kinds.extend(LineFields::anywhere(text, authored).volatile);
        }
        LineFields::of(kinds)
    }

    /// The numbers in a line of `docker inspect`.
    fn inspected(&self, text: &str, authored: &str) -> Option<LineFields> {
        if !self.inspects {
            return None;
        }
        let mut volatile: Vec<(Range<usize>, Volatile)> = NUMBER
            .captures_iter(text)
            .filter_map(|found| {
                let (member, number) = (found.get(1)?.as_str(), found.get(2)?);
                let mut rows = FIELDS.number.iter();
                let kind = rows.find(|row| row.member == member)?.kind;
                kind.is(number.as_str()).then(|| (number.range(), kind))
            })
            .collect();
        if volatile.is_empty() {
            return None;
        }
        volatile.extend(LineFields::anywhere(text, authored).volatile);
        Some(LineFields::of(volatile))
    }
}
