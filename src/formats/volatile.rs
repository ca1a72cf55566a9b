//! Kinds of text that differ in every run by nature: times, ages, sizes.
//!
//! ```text
//!     kinds.toml --> Volatile::Age          2 weeks ago | About a minute ago
//!                    Volatile::ListingDate  Aug 30 14:33 | Aug 30  2022
//!                    ...
//! ```
//!
//! A kind is recognised in the notes and in this run by the same pattern, and
//! stands only for text of its own kind.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{instant, resolver, size};
use crate::pattern::{compiled, pattern, table};

/// A kind of text that differs in every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Volatile {
    /// `2023-08-30T05:33:12.123456789Z` (RFC 3339), also without its zone.
    Rfc3339,
    /// `2023-08-30 14:33:12 +0900 KST`: how Go and Docker's `CREATED AT` print;
    /// `2023-08-30 14:33:12,123`: how Python logs.
    GoTime,
    /// `Wed, 30 Aug 2023 05:33:12 GMT` (RFC 9110), and `kubectl describe` with its zone.
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
    /// `08`, `Wed`, `PM`: what `date +FORMAT` prints.
    DatePart,
    /// `2 weeks ago`.
    Age,
    /// `7 seconds`, after `Up`.
    Span,
    /// `5m32s`: ages in Kubernetes tables.
    ShortAge,
    /// `3s (x4 over 6s)`: how old an event of Kubernetes is.
    EventAge,
    /// `<none>`, `45s`: when a CronJob was due last.
    LastSchedule,
    /// `1`: whether a job of a CronJob runs.
    RunningJob,
    /// `12s ago`: when a container of a pod was started again.
    RestartAge,
    /// `ContainerCreating`, `Running`: how far a pod has come that starts.
    PodStart,
    /// `<none>`, and the address or the node that a pod has once it runs.
    NotYet,
    /// `kubernetes-admin@kubernetes`: how the user's kubectl calls its cluster.
    Context,
    /// `version.Info{Major:"1", ...}`: what kubectl and a cluster were built from.
    BuildInformation,
    /// `250m`: how much of the processors a pod uses.
    ProcessorUse,
    /// `64Mi`: how much memory a pod uses.
    MemoryUse,
    /// `8a0c8b0c-6f0e-4f7c-9d52-0b5f1f3a2b11`: the ID of a thing of a cluster.
    ObjectId,
    /// `0.00752613 s, 1.4 GB/s`: how long a copy took, and how fast it was.
    Throughput,
    /// `0.123s`, `12.5 ms`, `0m0.031s`; of `ping`, `time 1002ms` and the least, mean
    /// and greatest of several, `0.067/0.071/0.075 ms`.
    Duration,
    /// `172MB`, `1.24MB`, `0B (virtual 164MB)`: sizes in Docker's own units.
    Size,
    /// `5.24MB`, and not `0B`: that something takes space.
    Space,
    /// `0B`: that nothing does.
    NoSpace,
    /// `576KiB`: memory, in units of 1024 since Docker 1.13.
    MemorySize,
    /// `1087077`: an image's size in bytes, as `docker inspect` shows it.
    ByteSize,
    /// `8` after `total` in `ls -l`.
    BlockTotal,
    /// The size of a folder in `ls -l`.
    FolderSize,
    /// The link count of a folder in `ls -l`.
    FolderLinks,
    /// `Name or service not known`: why no address was found.
    UnknownHost,
    /// `127.0.0.1`, `[::1]`: an address of the machine itself.
    LoopbackAddress,
    /// A share of a whole, `0.05%`.
    Percent,
    /// `0.0 us,  0.3 sy, ...`: what the processors are doing, as `top` says it.
    ProcessorShares,
    /// `412.50%`: a share of one processor, of which several may work.
    Load,
    /// `0.3`, `4096`: a share or a size without its unit.
    Amount,
    /// A process number above 1.
    ProcessId,
    /// `systemd+`, `101`: how a machine calls the user of a process in a container.
    MachineUser,
    /// `/dev/sda3`: the machine's disk.
    DiskDevice,
    /// `8000.02429c1f3a5b`: the number of a bridge.
    BridgeNumber,
    /// `veth5f6a7b8`: the name of a container's card on the machine.
    Veth,
    /// `fe80::42:9cff:fe1f:3a5b`: the address that a card gives itself.
    LinkLocal,
    /// `1000(kim),27(sudo),998(docker)`: the groups of a user who may use Docker.
    UserGroups,
    /// `work,xino=off`: what the kernel mounts a container's layers with.
    OverlayOptions,
    /// `3`: the processes of a container that has more than one.
    ProcessCount,
    /// `3`: the health checks that failed in a row, at least one.
    FailedChecks,
    /// `8cj4wf74gus3nggwzrj8c1bcz*`: what BuildKit calls a record of its cache.
    CacheRecord,
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
    /// `09:30:42 up 3:02, 0 users, load average: 0.08, 0.03, 0.01`: what `uptime` says,
    /// `6258.35 12016.20`, what `/proc/uptime` does, and `0.65 1.15 1.20 2/190 3165`,
    /// what `/proc/loadavg` does.
    Uptime,
    /// `OS: Linux 5.15.0-82-generic`, `6.1.0-18-amd64 #1 SMP Debian 6.1.76-1 (2024-02-01)`: the
    /// machine's kernel.
    Kernel,
    /// `1712456`, `2eh/46d`: a file's number, and the device that holds it.
    FileNumber,
    /// `192.168.0.1` in `/etc/resolv.conf`.
    NameServer,
    /// `moby::k2m5ylxq3wyrfdn8hewpmgh9i`: what a build calls a state of files.
    BuildReference,
    /// A sentence without its full stop that only one version of a text has.
    Sentence,
    /// What a command takes, as its usage shows it.
    Operands,
    /// `bbe31967-828e-4539-b29a-5ce615f0c646`: what a daemon is called by.
    DaemonId,
    /// `1693373592`: seconds since 1970.
    EpochSeconds,
    /// An ID that is cut anywhere, where the notes nowhere show more of it.
    CutId,
    /// `7bbf0a1e0b1f1e0c` in `COPY file:7bbf0a1e0b1f1e0c…`: what the legacy builder calls
    /// the files that a layer copies, with their times.
    FileSum,
    /// `0B (virtual`: that a container has no files of its own.
    NoFiles,
    /// `Ubuntu 22.04.3 LTS`: the machine's operating system.
    OperatingSystem,
    /// `2.048kB`: the size of a build context.
    ContextSize,
    /// `600k`, `--:--:--`: how fast a transfer was, or how long it took.
    Transfer,
    /// `root root`, `nobody nogroup`: who owns what the kernel shows of itself.
    KernelOwner,
    /// `staff`: the group that a Mac gives the files of each user.
    OwnGroup,
    /// `.`, `@`: a file has a security context or attributes.
    ModeMark,
    /// `1156 (1.1 KiB)`: how many bytes a network card has moved, as `ifconfig` says it.
    ByteCount,
}

/// A kind as `kinds.toml` has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindRow {
    name: Volatile,
    pub(super) words: String,
    pattern: String,
    #[serde(default)]
    pub(super) anywhere: bool,
    pub(super) examples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindTable {
    piece: toml::Table,
    kind: Vec<KindRow>,
}

/// How deep pieces of patterns may be made of each other.
const DEPTH: usize = 3;

/// The rows of `kinds.toml`, in the order of [`Volatile`], with whole patterns.
static KINDS: LazyLock<Vec<KindRow>> = LazyLock::new(|| {
    let table: KindTable = table(include_str!("kinds.toml"));
    let mut kinds = table.kind;
    kinds.sort_by_key(|kind| kind.name as usize);
    for kind in &mut kinds {
        // A piece may be made of others.
        for (name, text) in std::iter::repeat_n(&table.piece, DEPTH).flatten() {
            let text = text.as_str().unwrap_or_default();
            kind.pattern = kind.pattern.replace(&format!("<{name}>"), text);
        }
    }
    kinds
});

pattern! {
    /// Every kind that is known wherever it stands.
    SEARCH = {
        let kinds: Vec<String> = Volatile::anywhere()
            .map(|kind| format!("(?:{})", kind.pattern()))
            .collect();
        kinds.join("|")
    };
}

impl Volatile {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|kind| kind.name)
    }

    /// The kinds that no other text looks like, so that they are known wherever
    /// they stand.
    pub fn anywhere() -> impl Iterator<Item = Self> {
        KINDS
            .iter()
            .filter(|kind| kind.anywhere)
            .map(|kind| kind.name)
    }

    /// Whether it shows a day of the calendar with a time to the second.
    pub(super) fn is_moment(self) -> bool {
        matches!(
            self,
            Self::Rfc3339
                | Self::GoTime
                | Self::HttpDate
                | Self::UnixDate
                | Self::AccessLogDate
                | Self::ErrorLogDate
                | Self::DayFirstDate
        )
    }

    /// Whether it shows a day of the calendar.
    fn is_date(self) -> bool {
        self.is_moment() || matches!(self, Self::ListingDate | Self::IsoListingDate)
    }

    /// Whether it is how long something took or is ago.
    pub fn is_age(self) -> bool {
        matches!(
            self,
            Self::Age | Self::Span | Self::ShortAge | Self::Duration
        )
    }

    /// Whether it is a point in time, or how long something took or is ago.
    pub fn is_of_time(self) -> bool {
        self.is_age() || self.is_date() || self == Self::EpochSeconds
    }

    /// Whether it is known wherever it stands.
    pub fn is_known_anywhere(self) -> bool {
        self.row().anywhere
    }

    /// Its row of `kinds.toml`.
    pub(super) fn row(self) -> &'static KindRow {
        &KINDS[self as usize]
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        &self.row().words
    }

    /// The pattern of its texts.
    pub fn pattern(self) -> &'static str {
        &self.row().pattern
    }

    /// The least seconds that a span at the start of `text` can stand for
    /// (docker/go-units `HumanDuration`).
    pub fn seconds(self, text: &str) -> Option<u64> {
        Some(self.seconds_range(text)?.start)
    }

    /// The seconds that a span at the start of `text` can stand for, from the least to the
    /// first that is too many (docker/go-units `HumanDuration`).
    pub fn seconds_range(self, text: &str) -> Option<Range<u64>> {
        const HOUR: u64 = 60 * 60;
        const DAY: u64 = 24 * HOUR;
        let span = text.get(..self.length_at_start(text)?)?;
        if span.starts_with("Less than") {
            return Some(0..1);
        }
        let mut words = span.trim_start_matches("About ").split(' ');
        let count: u64 = match words.next()? {
            "a" | "an" => 1,
            number => number.parse().ok()?,
        };
        // Hours are rounded where they are more than one, and so are the days that are made
        // of them.
        let (unit, rounded) = match words.next()?.trim_end_matches('s') {
            "second" => (1, 0),
            "minute" => (60, 0),
            "hour" if count == 1 => return Some(HOUR..HOUR + HOUR / 2),
            "hour" => (HOUR, HOUR / 2),
            "day" => (DAY, HOUR / 2),
            "week" => (7 * DAY, HOUR / 2),
            "month" => (30 * DAY, HOUR / 2),
            "year" => (365 * DAY, 0),
            _ => return None,
        };
        let least = count * unit - rounded;
        Some(least..least + unit)
    }

    /// How many bytes at the start of `text` are of this kind: none when it does
    /// not start with the kind, or when the word goes on after it.
    pub fn length_at_start(self, text: &str) -> Option<usize> {
        static STARTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
            let start = |kind: Volatile| compiled(format!("^(?:{})", kind.pattern()));
            Volatile::all().map(start).collect()
        });
        let length = STARTS.get(self as usize)?.find(text)?.end();
        let ends_inside_a_word = text
            .get(length..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|next| next.is_ascii_alphanumeric() || next == '_');
        // The format tells what stands behind a part of a date: `01T10`.
        let ends_inside_a_word = ends_inside_a_word && self != Self::DatePart;
        let has_word_end = text[..length].ends_with(|last: char| last.is_alphanumeric());
        (!(ends_inside_a_word && has_word_end) && self.is_possible(&text[..length]))
            .then_some(length)
    }

    /// Whether any run can print `text`, which has the form of this kind.
    fn is_possible(self, text: &str) -> bool {
        match self {
            _ if self.is_date() => instant::is_possible(text),
            Self::Duration => is_sorted(text),
            Self::MachineUser => text != "root",
            Self::NameServer => text != resolver::DOCKERS_OWN,
            Self::ByteCount => size::is_count(text),
            _ => true,
        }
    }

    /// Whether the whole of `text` is of this kind.
    pub fn is(self, text: &str) -> bool {
        self.length_at_start(text) == Some(text.len())
    }

    /// The byte ranges of `text` that are of a kind known wherever it stands,
    /// in order.
    pub fn find_anywhere(text: &str) -> Vec<(Range<usize>, Self)> {
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
            let kind = Self::anywhere().find_map(|kind| {
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

/// Whether the least, the mean and the greatest of several durations, which stand between
/// slashes, are that. How far they deviate may stand behind them (iputils and BusyBox `ping`).
fn is_sorted(durations: &str) -> bool {
    let number = |part: &str| part.split(' ').next()?.parse::<f64>().ok();
    let numbers: Vec<f64> = durations.split('/').map_while(number).take(3).collect();
    numbers.is_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_its_least_seconds() {
        for (text, seconds) in [
            ("Less than a second ago", Some(0)),
            ("About a minute ago", Some(60)),
            ("47 hours", Some(46 * 3600 + 1800)),
            ("2 weeks ago", Some((14 * 24 - 1) * 3600 + 1800)),
            ("long ago", None),
        ] {
            assert_eq!(Volatile::Span.seconds(text), seconds, "{text}");
        }
    }

    #[test]
    fn every_kind_has_one_row() {
        let numbers = Volatile::all().map(|kind| kind as usize);
        assert!(numbers.eq(0..=Volatile::ByteCount as usize));
    }

    #[test]
    fn every_kind_knows_its_own_text() {
        for kind in Volatile::all() {
            assert!(!kind.row().examples.is_empty(), "{kind:?}");
            for example in &kind.row().examples {
                assert!(kind.is(example), "{kind:?} should know {example:?}");
            }
        }
    }

    #[test]
    fn a_kind_that_is_known_anywhere_never_matches_another_kind() {
        for kind in Volatile::anywhere() {
            for other in Volatile::all().filter(|other| *other != kind) {
                for example in &other.row().examples {
                    assert!(!kind.is(example), "{kind:?} took {example:?} of {other:?}");
                }
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
