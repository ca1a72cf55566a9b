//! Kinds of text that differ in every run by nature: times, ages, sizes.
//!
//! ```text
//!     Volatile::Age        2 weeks ago | About a minute ago
//!     Volatile::ListingDate  Aug 30 14:33 | Aug 30  2022
//!     ...
//! ```
//!
//! A kind is recognised in the notes and in this run by the same pattern, and
//! stands only for text of its own kind. A date that means "never" (Docker's
//! year 0001) is no date: it is literal.

use std::sync::LazyLock;

use crate::pattern::{compiled, pattern};
use regex::Regex;
use serde::{Deserialize, Serialize};

/// A kind of text that differs in every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Volatile {
    /// `2023-08-30T05:33:12.123456789Z` (RFC 3339), also without its zone.
    Rfc3339,
    /// `2023-08-30 14:33:12 +0900 KST`: how Go and Docker's `CREATED AT` print;
    /// `2023-08-30 14:33:12,123`: how Python logs.
    GoTime,
    /// `Wed, 30 Aug 2023 05:33:12 GMT` (RFC 9110).
    HttpDate,
    /// `Wed Aug 30 14:33:12 KST 2023`: ctime and `date`.
    UnixDate,
    /// `30/Aug/2023:05:33:12 +0000`, `30/Aug/2023 05:33:12`: access logs.
    AccessLogDate,
    /// `2023/08/30 05:33:12`: error logs.
    ErrorLogDate,
    /// `30 Aug 2023 05:33:12.123`: logs of redis.
    DayFirstDate,
    /// `Aug 30 14:33`, `Aug 30  2022` of `ls -l`.
    ListingDate,
    /// `2023-08-30 14:33` of `ls --time-style=long-iso`.
    IsoListingDate,
    /// `2 weeks ago`.
    Age,
    /// `7 seconds`, after `Up`.
    Span,
    /// `5m32s`: ages in Kubernetes tables.
    ShortAge,
    /// `0.123s`, `12.5 ms`, `0m0.031s`; of `ping`, `time 1002ms` and the least, mean
    /// and greatest of several, `0.067/0.071/0.075 ms`.
    Duration,
    /// `172MB`, `1.24MB`, `0B (virtual 164MB)`: sizes in Docker's own units.
    Size,
    /// `5.24MB`, and not `0B`: that something takes space.
    Space,
    /// `0B`: that nothing does.
    NoSpace,
    /// `1087077`: an image's size in bytes, as `docker inspect` shows it.
    ByteSize,
    /// `8` after `total` in `ls -l`.
    BlockTotal,
    /// The size of a folder in `ls -l`.
    FolderSize,
    /// The link count of a folder in `ls -l`.
    FolderLinks,
    /// A share, `0.05%`.
    Percent,
    /// A process number above 1.
    ProcessId,
    /// `00:00:01`, `14:33`: clock and processor times in tables of processes.
    Clock,
    /// 64 hexadecimal digits that only one version of a text has.
    FullId,
    /// 12 hexadecimal digits that only one version of a text has.
    ShortId,
    /// A container's or network's name that only one version of a text has.
    GivenName,
    /// A number that only one version of a text has.
    Number,
    /// `20.10.24+dfsg1`, `go1.19.8`: the version of what is installed.
    Version,
    /// `297e128`, `1.6.20~ds1-1+deb12u3`: what the installed was built from.
    Commit,
    /// The number of a network interface, `12` in `12: eth0@if13:`.
    InterfaceNumber,
    /// A size or a share that `df` shows of a disk.
    DiskSpace,
    /// `2994`, `3.8Gi`: what `free` shows of the memory.
    Memory,
    /// `09:30:42 up 3:02, 0 users, load average: 0.08, 0.03, 0.01`: what `uptime` says.
    Uptime,
    /// `moby::k2m5ylxq3wyrfdn8hewpmgh9i`: what a build calls a state of files.
    BuildReference,
    /// A sentence without its full stop that only one version of a text has.
    Sentence,
    /// What a command takes, as its usage shows it.
    Operands,
    /// `1693373592`: seconds since 1970.
    EpochSeconds,
    /// An ID that is cut anywhere, where the notes nowhere show more of it.
    CutId,
}

const MONTH: &str = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const WEEKDAY: &str = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const SPAN: &str = "(?:Less than a second|About a minute|About an hour|[0-9]+ (?:second|minute|hour|day|week|month|year)s?)";
const CLOCK: &str = "[0-9]{2}:[0-9]{2}:[0-9]{2}";
/// Names of time zones, so that no other word in capitals (`ERROR`) is taken for one.
const ZONE: &str = "(?:UTC|GMT|WET|WEST|BST|CET|CEST|EET|EEST|MSK|TRT|SAST|EAT|CAT|WAT|IST|PKT|ICT|WIB|WITA|WIT|HKT|SGT|PHT|KST|JST|AWST|ACST|ACDT|AEST|AEDT|NZST|NZDT|HST|AKST|AKDT|PST|PDT|MST|MDT|CST|CDT|EST|EDT|AST|ADT|NST|NDT|BRT|ART|CLT|CLST)\\b";
/// Docker before 1.13 put a blank before the unit.
const SPACE: &str = "(?:[1-9][0-9]*(?:\\.[0-9]+)?(?:e\\+[0-9]+)?|0\\.[0-9]*[1-9][0-9]*) ?(?:B|kB|MB|GB|TB|KiB|MiB|GiB)";
const SIZE: &str = "[0-9]+(?:\\.[0-9]+)?(?:e\\+[0-9]+)? ?(?:B|kB|MB|GB|TB|KiB|MiB|GiB)";

pattern! {
    /// Every kind that is known wherever it stands.
    SEARCH = {
        let kinds: Vec<String> = Volatile::ANYWHERE
            .iter()
            .map(|kind| format!("(?:{})", kind.pattern()))
            .collect();
        kinds.join("|")
    };
}

impl Volatile {
    /// Every kind.
    pub const ALL: [Self; 38] = [
        Self::Rfc3339,
        Self::GoTime,
        Self::HttpDate,
        Self::UnixDate,
        Self::AccessLogDate,
        Self::ErrorLogDate,
        Self::DayFirstDate,
        Self::ListingDate,
        Self::IsoListingDate,
        Self::Age,
        Self::Span,
        Self::ShortAge,
        Self::Duration,
        Self::Size,
        Self::Space,
        Self::NoSpace,
        Self::ByteSize,
        Self::BlockTotal,
        Self::FolderSize,
        Self::FolderLinks,
        Self::Percent,
        Self::ProcessId,
        Self::Clock,
        Self::FullId,
        Self::ShortId,
        Self::GivenName,
        Self::Number,
        Self::Version,
        Self::Commit,
        Self::InterfaceNumber,
        Self::DiskSpace,
        Self::Memory,
        Self::Uptime,
        Self::BuildReference,
        Self::Sentence,
        Self::Operands,
        Self::EpochSeconds,
        Self::CutId,
    ];

    /// The kinds that no other text looks like, so that they are known wherever
    /// they stand; the others need a column or a program to say what they are.
    pub const ANYWHERE: [Self; 10] = [
        Self::Rfc3339,
        Self::GoTime,
        Self::HttpDate,
        Self::UnixDate,
        Self::AccessLogDate,
        Self::ErrorLogDate,
        Self::DayFirstDate,
        Self::Age,
        Self::Duration,
        Self::BuildReference,
    ];

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rfc3339
            | Self::GoTime
            | Self::HttpDate
            | Self::UnixDate
            | Self::AccessLogDate
            | Self::ErrorLogDate
            | Self::DayFirstDate => "a time",
            Self::ListingDate | Self::IsoListingDate => "a file's time",
            Self::Age | Self::ShortAge => "an age",
            Self::Span => "how long it has been up",
            Self::Duration => "a duration",
            Self::Size => "a size",
            Self::Space => "a size that is not 0B",
            Self::NoSpace => "0B",
            Self::ByteSize => "a size in bytes",
            Self::BlockTotal => "a total of blocks",
            Self::FolderSize => "a folder's size",
            Self::FolderLinks => "a folder's link count",
            Self::Percent => "a share",
            Self::ProcessId => "a process number",
            Self::Clock => "a clock time",
            Self::EpochSeconds => "a time",
            Self::FullId | Self::ShortId | Self::CutId => "an ID",
            Self::GivenName => "a name",
            Self::Number => "a number",
            Self::Version => "a version",
            Self::Commit => "a commit",
            Self::InterfaceNumber => "an interface's number",
            Self::DiskSpace => "space on a disk",
            Self::Memory => "memory",
            Self::Uptime => "how long the machine has been up",
            Self::BuildReference => "a build's name for files",
            Self::Sentence => "a sentence",
            Self::Operands => "what a command takes",
        }
    }

    /// The pattern of its texts.
    pub fn pattern(self) -> String {
        match self {
            Self::Rfc3339 => format!(
                "[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}T{CLOCK}(?:\\.[0-9]+)?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
            ),
            Self::GoTime => format!(
                "[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}} {CLOCK}(?:\\.[0-9]+|,[0-9]{{3}}\\b)?(?: [+-][0-9]{{4}}(?: {ZONE}| [+-][0-9]{{2,4}}\\b)?)?"
            ),
            Self::HttpDate => format!("{WEEKDAY}, [0-9]{{2}} {MONTH} [0-9]{{4}} {CLOCK} GMT"),
            Self::UnixDate => format!(
                "{WEEKDAY} (?:{MONTH} [ 0-9][0-9]|[ 0-9]?[0-9] {MONTH}(?: [0-9]{{4}})?) {CLOCK}(?:\\.[0-9]+)?(?: [AP]M)?(?: [+-][0-9]{{2}}(?:[0-9]{{2}})? [0-9]{{4}}|(?: {ZONE})?(?: [0-9]{{4}})?)"
            ),
            Self::AccessLogDate => format!("[0-9]{{2}}/{MONTH}/[0-9]{{4}}(?::{CLOCK} [+-][0-9]{{4}}| {CLOCK})"),
            Self::ErrorLogDate => {
                format!("[12][0-9]{{3}}/[0-9]{{2}}/[0-9]{{2}} {CLOCK}(?:\\.[0-9]+)?")
            }
            Self::DayFirstDate => {
                format!("[0-9]{{2}} {MONTH} [12][0-9]{{3}} {CLOCK}(?:\\.[0-9]+)?")
            }
            Self::ListingDate => format!(
                "(?:{MONTH}|[0-9]{{1,2}}월) +[0-9]{{1,2}} +(?:[0-9]{{2}}:[0-9]{{2}}|[0-9]{{4}})"
            ),
            Self::IsoListingDate => "[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}".to_owned(),
            Self::Age => format!("{SPAN} ago"),
            Self::Span => SPAN.to_owned(),
            Self::ShortAge => "(?:[0-9]+[ydhms]){1,2}".to_owned(),
            Self::Duration => {
                "(?:(?:[0-9]+\\.[0-9]+/){0,3}[0-9]+\\.[0-9]+ ?(?:ns|µs|us|ms|s)|[0-9]+m[0-9]+\\.[0-9]+s|time [0-9]+ms)".to_owned()
            }
            Self::Size => format!("{SIZE}(?: \\(virtual {SIZE}\\))?"),
            Self::Space => SPACE.to_owned(),
            Self::NoSpace => "0 ?B".to_owned(),
            Self::ByteSize => "[1-9][0-9]*".to_owned(),
            Self::BlockTotal | Self::FolderLinks => "[0-9]+".to_owned(),
            Self::FolderSize => "[0-9]+(?:\\.[0-9]+)?[KMGT]?".to_owned(),
            Self::Percent => "(?:[0-9]{1,3}(?:\\.[0-9]+)?%|[0-9]+(?:\\.[0-9]+)?)".to_owned(),
            // The kernel numbers no more than 4,194,304.
            Self::ProcessId => "(?:[1-9][0-9]{1,6}|[2-9])".to_owned(),
            // A process that has run for more than a day shows its date.
            Self::Clock => format!(
                "(?:(?:[0-9]+-)?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?|{MONTH}[0-9]{{2}})"
            ),
            Self::FullId => "[0-9a-f]{64}".to_owned(),
            Self::ShortId => "[0-9a-f]{12}".to_owned(),
            Self::GivenName => "[a-zA-Z0-9][a-zA-Z0-9_.-]+".to_owned(),
            Self::Number => "[0-9]+".to_owned(),
            Self::Version => "(?:go)?[0-9]+(?:\\.[0-9]+)+(?:[.+~-][0-9A-Za-z.+~_-]+)?".to_owned(),
            Self::Commit => "[0-9][0-9A-Za-z.+~-]+|v[0-9][0-9A-Za-z.+~-]+|[0-9a-f]{7,40}".to_owned(),
            // The first one is the machine's own, `lo`.
            Self::InterfaceNumber => "(?:[1-9][0-9]+|[2-9])".to_owned(),
            Self::DiskSpace => "[0-9]+(?:\\.[0-9]+)?[KMGTP]?i?".to_owned(),
            Self::Memory => "[0-9]+(?:\\.[0-9]+)?(?:[KMGTP]i?)?B?".to_owned(),
            Self::Uptime => format!(
                "{CLOCK} up +(?:[0-9]+ days?, +)?(?:[0-9]{{1,2}}:[0-9]{{2}}|[0-9]+ min), +(?:[0-9]+ users?, +)?load average: [0-9]+\\.[0-9]{{2}}, [0-9]+\\.[0-9]{{2}}, [0-9]+\\.[0-9]{{2}}"
            ),
            Self::BuildReference => {
                "(?:moby|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-z]{25})::[0-9a-z]{25}".to_owned()
            }
            Self::Sentence => "[A-Z][a-zA-Z_/,() -]+".to_owned(),
            Self::EpochSeconds => "1[0-9]{9}".to_owned(),
            Self::CutId => "[0-9a-f]{12,64}".to_owned(),
            Self::Operands => "(?: (?:[A-Z_:@|/.-]|\\[|\\])+)+".to_owned(),
        }
    }

    /// How many bytes at the start of `text` are of this kind: none when it does
    /// not start with the kind, or when the word goes on after it.
    pub fn length_at_start(self, text: &str) -> Option<usize> {
        static STARTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
            let kinds = Volatile::ALL.iter();
            kinds
                .map(|kind| compiled(format!("^(?:{})", kind.pattern())))
                .collect()
        });
        let length = STARTS.get(self as usize)?.find(text)?.end();
        let ends_inside_a_word = text
            .get(length..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|next| next.is_alphanumeric() || next == '_');
        let has_word_end = text[..length].ends_with(|last: char| last.is_alphanumeric());
        (!(ends_inside_a_word && has_word_end)).then_some(length)
    }

    /// Whether the whole of `text` is of this kind.
    pub fn is(self, text: &str) -> bool {
        self.length_at_start(text) == Some(text.len())
    }

    /// The byte ranges of `text` that are of a kind known wherever it stands,
    /// in order.
    pub fn find_anywhere(text: &str) -> Vec<(std::ops::Range<usize>, Self)> {
        if !text.bytes().any(|byte| byte.is_ascii_digit())
            && !text.ends_with(" ago")
            && !text.contains(" ago ")
        {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(hit) = text.get(from..).and_then(|rest| SEARCH.find(rest)) {
            let start = from + hit.start();
            let begins_inside_a_word = text[..start]
                .chars()
                .next_back()
                .is_some_and(|before| before.is_alphanumeric() || "._-".contains(before));
            let kind = Self::ANYWHERE.into_iter().find_map(|kind| {
                kind.length_at_start(&text[start..])
                    .map(|length| (kind, length))
            });
            match kind {
                Some((kind, length)) if !begins_inside_a_word => {
                    found.push((start..start + length, kind));
                    from = start + length;
                }
                _ => from += hit.end(),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [(Volatile, &[&str]); 18] = [
        (
            Volatile::Rfc3339,
            &[
                "2023-08-30T05:33:12Z",
                "2024-01-02T03:04:05.123456789+09:00",
                "2024-01-02T03:04:05.123456",
            ],
        ),
        (
            Volatile::GoTime,
            &[
                "2023-08-30 14:33:12 +0900 KST",
                "2023-08-30 14:33:12",
                "2023-08-30 14:33:12,123",
            ],
        ),
        (Volatile::HttpDate, &["Wed, 30 Aug 2023 05:33:12 GMT"]),
        (
            Volatile::UnixDate,
            &[
                "Wed Aug 30 14:33:12 KST 2023",
                "Sat Sep  2 14:33:12 2023",
                "Wed 30 Aug 2023 02:33:12 PM UTC",
                "Wed Aug 30 14:33:12.123456 2023",
            ],
        ),
        (
            Volatile::AccessLogDate,
            &["30/Aug/2023:05:33:12 +0000", "30/Aug/2023 05:33:12"],
        ),
        (
            Volatile::ErrorLogDate,
            &["2023/08/30 05:33:12", "2023/08/30 05:33:12.123456"],
        ),
        (Volatile::DayFirstDate, &["30 Aug 2023 05:33:12.123"]),
        (
            Volatile::ListingDate,
            &["Aug 30 14:33", "Aug 30  2022", "8월 30 14:33"],
        ),
        (Volatile::IsoListingDate, &["2023-08-30 14:33"]),
        (
            Volatile::Age,
            &[
                "2 weeks ago",
                "About a minute ago",
                "Less than a second ago",
            ],
        ),
        (Volatile::Span, &["7 seconds", "About an hour"]),
        (Volatile::ShortAge, &["5m32s", "12d", "3h"]),
        (
            Volatile::Duration,
            &[
                "0.123s",
                "12.5 ms",
                "0m0.031s",
                "0.067/0.071/0.075/0.004 ms",
                "time 1002ms",
            ],
        ),
        (
            Volatile::Size,
            &["172MB", "1.24MB", "0B (virtual 164MB)", "3.072kB"],
        ),
        (Volatile::FolderSize, &["4096"]),
        (Volatile::Percent, &["0.05%"]),
        (Volatile::Clock, &["00:00:01"]),
        (
            Volatile::BuildReference,
            &[
                "moby::k2m5ylxq3wyrfdn8hewpmgh9i",
                "778d5622-1a93-4529-b76b-facd054475cb::wo8ovo8fchk8g464wreijpb5o",
            ],
        ),
    ];

    #[test]
    fn every_kind_knows_its_own_text() {
        for (kind, samples) in SAMPLES {
            for sample in samples {
                assert!(kind.is(sample), "{kind:?} should know {sample:?}");
            }
        }
    }

    #[test]
    fn a_process_number_may_begin_with_any_digit() {
        for number in ["2", "10", "168", "4711"] {
            assert!(Volatile::ProcessId.is(number), "{number}");
        }
        assert!(!Volatile::ProcessId.is("0") && !Volatile::ProcessId.is("1"));
    }

    #[test]
    fn a_kind_never_matches_another_kind() {
        for (kind, _) in SAMPLES {
            for (other, samples) in SAMPLES {
                for sample in samples {
                    let numbers = [Volatile::FolderSize, Volatile::Percent];
                    if kind != other && !(numbers.contains(&kind) && numbers.contains(&other)) {
                        assert!(!kind.is(sample), "{kind:?} took {sample:?} of {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_time_that_means_never_is_literal() {
        assert!(!Volatile::Rfc3339.is("0001-01-01T00:00:00Z"));
        assert!(Volatile::find_anywhere("\"FinishedAt\": \"0001-01-01T00:00:00Z\"").is_empty());
    }

    #[test]
    fn a_word_in_capitals_behind_a_time_is_no_zone() {
        for text in [
            "2023-08-30 14:33:12 +0000 ERROR",
            "2023-08-30 14:33:12 +0000 GET",
            "Wed Aug 30 14:33:12 WARN",
            "Wed Aug 30 14:33:12 ESTIMATE",
        ] {
            let found = Volatile::find_anywhere(text);
            let word = text.rfind(' ').unwrap();
            assert_eq!(found[0].0.end, word, "{text}");
        }
        assert!(Volatile::GoTime.is("2023-08-30 14:33:12 +0300 +03"));
        assert!(Volatile::UnixDate.is("Wed Aug 30 14:33:12 +08 2023"));
        assert!(!Volatile::UnixDate.is("Wed Aug 30 14:33:12 -50"));
    }

    #[test]
    fn words_and_versions_are_not_durations() {
        assert!(Volatile::find_anywhere("v1.2s3 release-0.12s sleep 5s 10 items").is_empty());
        assert_eq!(Volatile::find_anywhere("real 0m0.031s")[0].0, 5..13);
    }
}
