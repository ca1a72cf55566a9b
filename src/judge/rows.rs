//! The rows of a table: which may be missing here, which may be extra.
//!
//! ```text
//!     expected row about a thing that the exercise neither made nor mentions:
//!         ambient, may be missing
//!     printed row about a thing that was there before the lab:
//!         may be extra
//!     expected row that contradicts itself, or a row above it:
//!         no row of this run can be it
//! ```

use std::collections::HashSet;

use super::ambient::NamedThings;
use crate::docker::ProgramCall;
use crate::docker::ids::{is_hex, is_id, short};
use crate::docker::kubernetes::SYSTEM;
use crate::docker::names::BUILT_IN_NETWORKS;
use crate::formats::table::{Header, ImageColumns, TableCell, cell_text};
use crate::formats::volatile::Volatile;
use crate::lab::Surroundings;

/// The name under which a match across the two layouts of `docker images` is
/// reported. The newer one is docker/cli 29's (cli/command/image/tree.go).
pub(super) const LAYOUT: &str = "the columns of docker images";

/// The name under which it is reported that a list of images leaves those out that have
/// no name, as docker/cli does since 29.2.
pub(super) const UNNAMED: &str = "images without a name, which docker images shows with -a only";

/// Whether a list of images that `call` prints may leave out those without a name.
pub(super) fn may_hide_unnamed(call: &ProgramCall) -> bool {
    let filters = call.option("--filter");
    call.is_docker("images")
        && !call.has_flag('a')
        && !filters.iter().any(|filter| filter.starts_with("dangling="))
}

/// Whether a client of this version does.
pub(super) fn hides_unnamed(client: &str) -> bool {
    let mut numbers = client.split(['.', '+', '-', '~']).map(str::parse::<u32>);
    let version = (numbers.next(), numbers.next());
    matches!(version, (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= (29, 2))
}

/// The name under which it is reported what podman lists otherwise.
pub(super) const PODMAN: &str = "what podman lists";

/// The namespace that every cluster has.
const DEFAULT: &str = "default";

/// The account, the role and the secret that labbook itself has in a namespace.
const OF_THE_LAB: &str = "labbook";

/// Whether the exercise may have made what stands in `namespace`; of those that begin so
/// Kubernetes itself makes all.
fn is_own_namespace(namespace: &str, named_things: &NamedThings) -> bool {
    ["", DEFAULT].contains(&namespace)
        || (named_things.word(namespace) && !namespace.starts_with(SYSTEM))
}

/// The networks that podman does not have.
pub(super) const NOT_PODMANS: [&str; 2] = ["host", "none"];

/// Whether both are lists of images, one with the older columns and one with the
/// newer.
pub(super) fn layouts_differ(one: &Header, other: &Header) -> bool {
    const OLDER: [&str; 6] = ["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"];
    const NEWER: [&str; 5] = ["IMAGE", "ID", "DISK USAGE", "CONTENT SIZE", "EXTRA"];
    let are_known = |header: &Header| {
        let known: &[&str] = if is_newer(header) { &NEWER } else { &OLDER };
        header.names().all(|name| known.contains(&name))
    };
    match (one.image_columns(), other.image_columns()) {
        (Some(ours), Some(theirs)) => ours != theirs && are_known(one) && are_known(other),
        _ => false,
    }
}

/// Whether a list of images has the newer columns.
pub(super) fn is_newer(header: &Header) -> bool {
    header.image_columns() == Some(ImageColumns::Newer)
}

/// The cells, with their columns, that a row about an image has in the other
/// layout: the same image by its name and its ID, and sizes. When it was created
/// and what uses it stand in one layout only. None for a row that lacks its
/// name or its ID.
pub(super) fn in_other_layout(header: &Header, row: &str) -> Option<Vec<(&'static str, String)>> {
    let cells = header.cells(row);
    let (repository, tag, id) = image(&cells);
    let is_possible = ["", "U"].contains(&cell_text(&cells, "EXTRA"));
    if [repository, tag, id].contains(&"") || !is_possible {
        return None;
    }
    let mut other = if header.names().any(|name| name == "REPOSITORY") {
        let name = match (repository, tag) {
            ("<none>", "<none>") => "<untagged>".to_owned(),
            (repository, tag) => format!("{repository}:{tag}"),
        };
        vec![("IMAGE", name), ("ID", id.to_owned())]
    } else {
        vec![
            ("REPOSITORY", repository.to_owned()),
            ("TAG", tag.to_owned()),
            ("IMAGE ID", id.to_owned()),
        ]
    };
    let size = |column| Some(cell_text(&cells, column)).filter(|size| !size.is_empty());
    if let Some(size) = size("SIZE") {
        other.push(("DISK USAGE", size.to_owned()));
        other.push(("CONTENT SIZE", size.to_owned()));
    } else if let Some(size) = size("DISK USAGE") {
        other.push(("SIZE", size.to_owned()));
    }
    Some(other)
}

/// By what the program that prints a table sorts its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SortedBy {
    /// The newest first: images, containers and the layers of an image (moby
    /// `ImageList`, `containers.byCreatedDescending`, `ImageHistory`).
    Age,
    /// The lowest number first: `ps` lists `/proc` in its order.
    Process,
}

impl SortedBy {
    /// What sorts the rows of the only table that `calls` print; none where another
    /// program or an option of its own could have sorted them.
    pub(super) fn of(calls: &[ProgramCall]) -> Option<Self> {
        let sorts = |call: &ProgramCall| ["sort", "tac", "shuf"].contains(&call.program.as_str());
        if calls.iter().any(sorts) {
            return None;
        }
        calls.iter().find_map(|call| {
            if ["ps", "images", "history"]
                .iter()
                .any(|verb| call.is_docker(verb))
            {
                return Some(Self::Age);
            }
            let is_plain = |word: &String| {
                let letters = word.strip_prefix('-').unwrap_or(word);
                let plain = if word.starts_with('-') {
                    "aAdefFjlyw"
                } else {
                    "aeglrTuwxv"
                };
                letters.chars().all(|letter| plain.contains(letter))
            };
            (call.program == "ps" && call.words.iter().all(is_plain)).then_some(Self::Process)
        })
    }

    /// What the program sorts the row with these cells by; none where the cell says nothing.
    fn key(self, cells: &[TableCell]) -> Option<u64> {
        match self {
            Self::Age => {
                // Builders that reproduce an image give its layers a time of long ago.
                const INVENTED: u64 = 40 * 365 * 24 * 60 * 60;
                let age = Volatile::Span.seconds(cell_text(cells, "CREATED"))?;
                (age < INVENTED).then_some(age)
            }
            Self::Process => cell_text(cells, "PID").parse().ok(),
        }
    }

    /// Why a row cannot stand below one with a greater key.
    fn reason(self) -> &'static str {
        match self {
            Self::Age => "the newest comes first: a row above this one is older",
            Self::Process => "ps lists processes by their numbers: a row above has a greater one",
        }
    }
}

/// Why no row of any run can be the one with these cells, where that is so. The rows are
/// those of one table in their order, which is `sorted`.
pub(super) fn impossible(
    rows: &[Vec<TableCell>],
    sorted: Option<SortedBy>,
) -> Vec<Option<&'static str>> {
    let mut processes = HashSet::new();
    let mut greatest = 0;
    rows.iter()
        .map(|cells| {
            let again = process(cells).is_some_and(|process| !processes.insert(process));
            let key = sorted.and_then(|sorted| sorted.key(cells));
            let is_below = key.is_some_and(|key| key < greatest);
            greatest = greatest.max(key.unwrap_or_default());
            if again {
                Some("a row above this one has the same process number")
            } else if is_older_than_itself(cells) {
                Some("it is up, or has ended, for longer than it exists")
            } else if is_larger_than_itself(cells) {
                Some("more of it is in memory (RSS) than its whole size (VSZ)")
            } else {
                sorted.filter(|_| is_below).map(SortedBy::reason)
            }
        })
        .collect()
}

/// Whether a row about a container says that it has been up, or gone, for longer than it
/// exists. The client's clock and the daemon's may differ by a second.
fn is_older_than_itself(cells: &[TableCell]) -> bool {
    let status = cell_text(cells, "STATUS");
    let since = status.strip_prefix("Up ").or_else(|| {
        let (_, since) = status.strip_prefix("Exited (")?.split_once(") ")?;
        Some(since)
    });
    let age = Volatile::Span.seconds_range(cell_text(cells, "CREATED"));
    let since = since.and_then(|since| Volatile::Span.seconds_range(since));
    age.zip(since)
        .is_some_and(|(age, since)| since.start > age.end)
}

/// Whether a row of `ps` says that more of a process is in memory than its whole size.
fn is_larger_than_itself(cells: &[TableCell]) -> bool {
    let size = |column| cell_text(cells, column).parse::<u64>().ok();
    size("RSS")
        .zip(size("VSZ"))
        .is_some_and(|(rss, vsz)| rss > vsz)
}

/// The number of the process that a row is about. Threads share their process.
fn process(cells: &[TableCell]) -> Option<String> {
    let shows = |column: &str| cells.iter().any(|cell| cell.column == column);
    let shows_threads = ["LWP", "SPID", "TID"].iter().any(|name| shows(name));
    let number = cell_text(cells, "PID");
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (!shows_threads && is_number).then(|| number.to_owned())
}

/// What the rows of a table are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// Images: `REPOSITORY TAG IMAGE ID ...`, or `IMAGE ID DISK USAGE ...` as
    /// docker/cli 29 has it (cli/command/image/tree.go).
    Images,
    /// Containers: `CONTAINER ID ... NAMES`.
    Containers,
    /// Volumes: `... VOLUME NAME`.
    Volumes,
    /// Networks: `NETWORK ID NAME ...`.
    Networks,
    /// Things of a Kubernetes namespace: `NAME ... AGE`, behind `NAMESPACE` those of all.
    Kubernetes,
    /// Nodes and namespaces of a cluster: `NAME STATUS ROLES AGE VERSION`, `NAME STATUS AGE`.
    Cluster,
    /// Records of the build cache: `ID RECLAIMABLE SIZE LAST ACCESSED`.
    CacheRecords,
    /// Anything else: no row may be missing or extra.
    Other,
}

/// The repository, the tag and the ID of a row about an image, in either layout.
pub(super) fn image<'c>(cells: &'c [TableCell<'_>]) -> (&'c str, &'c str, &'c str) {
    let name = cell_text(cells, "IMAGE");
    if name.is_empty() {
        let cell = |column: &str| cell_text(cells, column);
        return (cell("REPOSITORY"), cell("TAG"), cell("IMAGE ID"));
    }
    let id = cell_text(cells, "ID");
    if name == "<untagged>" {
        return ("<none>", "<none>", id);
    }
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[last..].rfind(':') {
        Some(colon) => (&name[..last + colon], &name[last + colon + 1..], id),
        None => (name, "latest", id),
    }
}

impl Subject {
    /// What a table under `header` lists.
    pub(super) fn of(header: &Header) -> Self {
        let has = |column: &str| header.names().any(|name| name == column);
        if has("REPOSITORY") || has("IMAGE ID") || (has("ID") && has("DISK USAGE")) {
            Self::Images
        } else if has("CONTAINER ID") || has("NAMES") {
            Self::Containers
        } else if has("VOLUME NAME") {
            Self::Volumes
        } else if has("NETWORK ID") {
            Self::Networks
        } else if has("CACHE RECORD") {
            Self::CacheRecords
        } else if has("NAME") && has("AGE") {
            let are_nodes = has("ROLES") && has("VERSION");
            let are_namespaces = header.names().take(3).eq(["NAME", "STATUS", "AGE"]);
            match are_nodes || are_namespaces {
                true => Self::Cluster,
                false => Self::Kubernetes,
            }
        } else {
            Self::Other
        }
    }

    /// Whether the order of the rows follows random names or equal seconds. kubectl sorts
    /// by name.
    pub(super) fn is_unordered(self, has_random_names: bool) -> bool {
        match self {
            Self::Images | Self::Volumes | Self::Networks | Self::CacheRecords => true,
            Self::Kubernetes => has_random_names,
            // Notes and this run may give them in the order of other names.
            Self::Cluster => true,
            _ => false,
        }
    }

    /// Whether a `row` is about a thing of a cluster that is being removed.
    pub(super) fn is_ending(self, header: &Header, row: &str) -> bool {
        self == Self::Kubernetes && cell_text(&header.cells(row), "STATUS") == "Terminating"
    }

    /// Whether the notes' `row` is about a thing that the exercise neither made
    /// nor mentions anywhere else.
    pub(super) fn is_ambient(
        self,
        header: &Header,
        row: &str,
        step: usize,
        named_things: &NamedThings,
    ) -> bool {
        self.is_ambient_row(&header.cells(row), step, named_things)
    }

    /// The same of a row with these `cells`.
    pub(super) fn is_ambient_row(
        self,
        cells: &[TableCell],
        step: usize,
        named_things: &NamedThings,
    ) -> bool {
        let volume = cell_text(cells, "VOLUME NAME");
        if named_things.is_given(step, cells) || named_things.is_of_one_side(step, volume) {
            return true;
        }
        if self == Self::Kubernetes && named_things.is_of_system(step) {
            return true;
        }
        if named_things.makes_unseen(step)
            || named_things.names_its_rows(step)
            || !named_things.can_list(step, self, cells)
        {
            return false;
        }
        // A line that lacks what identifies such things is no row about one.
        let keys = [
            "REPOSITORY",
            "TAG",
            "IMAGE ID",
            "ID",
            "CONTAINER ID",
            "VOLUME NAME",
            "NETWORK ID",
        ];
        let lacks_its_key = |cell: &TableCell| {
            let is_id = cell.column == "ID" || cell.column.ends_with(" ID");
            let is_word = !cell.text.is_empty() && !cell.text.contains(' ');
            (keys.contains(&cell.column) && !is_word) || (is_id && !is_hex(&cell.text))
        };
        if cells.iter().any(lacks_its_key) {
            return false;
        }
        let mut names = self.names(cells).into_iter();
        if names.any(|name| named_things.expands_to(step, &name)) {
            return false;
        }
        !self.is_named(cells, step, named_things)
    }

    /// Whether a row with these cells may be about a thing that the exercise made or mentions
    /// anywhere else.
    fn is_named(self, cells: &[TableCell], step: usize, named_things: &NamedThings) -> bool {
        let cell = |column: &str| cell_text(cells, column);
        match self {
            Self::Images => {
                let (repository, tag, id) = image(cells);
                let named = repository != "<none>"
                    && named_things.image(repository, if tag.is_empty() { "latest" } else { tag });
                // A row without a name may be about the exercise's own earlier build.
                let unnamed = ["<none>", ""].contains(&repository)
                    && named_things.could_have_left_unnamed(step);
                named || unnamed || named_things.id(id)
            }
            Self::Containers => {
                let image = cell("IMAGE");
                let (repository, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
                // Without its image, or with one that has lost its name, a row could be
                // about any container that has no name.
                let is_id = is_id(image);
                let unnamed = (image.is_empty() || is_id)
                    && named_things.could_have_made_container(step, cell("NAMES"));
                unnamed
                    || named_things.image(repository, tag)
                    || named_things.id(cell("CONTAINER ID"))
                    || cell("NAMES").split(',').any(|name| named_things.word(name))
                    || named_things.word(cell("NAME"))
            }
            Self::Volumes => {
                let name = cell("VOLUME NAME");
                let without_name = name.len() == 64 && is_hex(name);
                without_name && named_things.could_have_made_unnamed(step) || named_things.id(name)
            }
            Self::Networks => {
                let name = cell("NAME");
                name.is_empty()
                    || BUILT_IN_NETWORKS.contains(&name)
                    || named_things.word(name)
                    || named_things.id(cell("NETWORK ID"))
            }
            // What every namespace `default` has, and a namespace of the lab's own has not.
            Self::Kubernetes => {
                let (name, namespace) = (cell("NAME"), cell("NAMESPACE"));
                is_own_namespace(namespace, named_things)
                    && !["kubernetes", "service/kubernetes"].contains(&name)
                    && !name.starts_with("default-token-")
            }
            Self::Cluster => {
                let name = cell("NAME");
                named_things.word(name.strip_prefix("node/").unwrap_or(name))
            }
            Self::CacheRecords | Self::Other => true,
        }
    }

    /// The names that a row with these cells tells.
    fn names(self, cells: &[TableCell]) -> Vec<String> {
        let cell = |column: &str| cell_text(cells, column);
        match self {
            Self::Images => {
                let (repository, tag, _) = image(cells);
                let latest = (tag == "latest").then(|| repository.to_owned());
                latest
                    .into_iter()
                    .chain([format!("{repository}:{tag}")])
                    .collect()
            }
            Self::Containers => cell("NAMES")
                .split(',')
                .chain([cell("IMAGE")])
                .map(str::to_owned)
                .collect(),
            Self::Volumes => vec![cell("VOLUME NAME").to_owned()],
            Self::Networks => vec![cell("NAME").to_owned()],
            Self::Kubernetes | Self::Cluster | Self::CacheRecords | Self::Other => Vec::new(),
        }
    }

    /// Whether this run's `row` is about a thing that was there before, and that no
    /// command up to `step` removes.
    pub(super) fn was_there_before(
        self,
        header: &Header,
        row: &str,
        step: usize,
        named_things: &NamedThings,
        surroundings: &Surroundings,
    ) -> bool {
        let cells = header.cells(row);
        if named_things.is_given(step, &cells) {
            return true;
        }
        let cell = |column: &str| cell_text(&cells, column);
        let known = |things: &[(String, String)], id: &str| {
            !id.is_empty() && things.iter().any(|(_, known)| short(known) == short(id))
        };
        match self {
            Self::Images => {
                let (repository, tag, shown) = image(&cells);
                let name = format!("{repository}:{tag}");
                let known = |(known, id): &(String, String)| {
                    *known == name && (shown.is_empty() || short(id) == short(shown))
                };
                !named_things.removes(step, &name) && surroundings.images.iter().any(known)
            }
            Self::Containers => known(&surroundings.containers, cell("CONTAINER ID")),
            Self::Volumes => {
                let name = cell("VOLUME NAME");
                let mut there = surroundings.volumes.iter();
                there.any(|known| known == name) || named_things.is_of_one_side(step, name)
            }
            Self::Networks => known(&surroundings.networks, cell("NETWORK ID")),
            Self::Kubernetes => {
                let (name, namespace) = (cell("NAME"), cell("NAMESPACE"));
                named_things.is_of_system(step)
                    || !is_own_namespace(namespace, named_things)
                    || name == OF_THE_LAB
                    || ["kubernetes", "service/kubernetes", "kube-root-ca.crt"].contains(&name)
                    || ["default-token-", "labbook-token-"]
                        .iter()
                        .any(|token| name.starts_with(token))
            }
            Self::Cluster => {
                let name = cell("NAME");
                name == DEFAULT || !named_things.word(name)
            }
            Self::CacheRecords | Self::Other => false,
        }
    }
}
