//! What a template prints of a thing's parts, a terminal's size, and which of two events comes
//! first: none of them is the notes' to fix.
//!
//! ```text
//!     {{range .Mounts}}{{.Type}} {{end}}        the mounts of a container, in any order
//!     {{.Labels}}                               labels in a list, in any order
//!     has active endpoints (name:"a" ..., ...)  those that keep a network, in any order
//!     "ConsoleSize": [51, 190]                  the rows and columns of the author's window
//!     die, stop                                 events of a container that is stopped: the
//!                                               daemon logs them from two threads
//!     ✔ Container shop-web-1  Started   0.4s    compose works side by side, and writes the
//!                                               time at the edge of the window
//!     Non-authoritative answer:                 nslookup shows first what comes first
//!     app_2  | started                          it reads each container's log on its own
//!     docker0: <NO-CARRIER,...> state DOWN      no container of this machine is on it
//!     ACCEPT     6    --  0.0.0.0/0             a protocol by its number: iptables 1.8.9
//!     tmpfs on /t type tmpfs (...,uid=N,gid=N)  the owner that a lab's user namespace adds
//! ```

use serde::de::IgnoredAny;

use super::text::lines_where;
use super::{not_found, published};
use crate::docker::{Does, Invocation, ProgramCall};
use crate::pattern::pattern;

pattern! {
    /// The parts of a thing that a daemon keeps in a map.
    RANGE = r"\{\{-? *range (?:\$[^.]*)?\.(?:\S*\.)?(?:Mounts|Containers) *-?\}\}(?P<body>.*?)\{\{-? *end *-?\}\}";
    /// What prints a new line.
    NEW_LINE = r#"\{\{-? *(?:"\\n"|`\\n`) *-?\}\}"#;
    /// What prints values and a new line.
    PRINTS_LINE = r"\{\{-? *println(?P<what> [^}]*?)? *-?\}\}";
    /// An action of a template.
    ACTION = r"\{\{.*?\}\}";
    CONSOLE = r#""ConsoleSize":\[(?P<rows>[1-9][0-9]*),(?P<columns>[1-9][0-9]*)\]"#;
    /// What compose 2 tells of a thing when it is done: a sign, the thing and its state, the
    /// time, which stands far to the right so that an author may leave it out.
    DONE = r"^ *[✔✓⠿✘] (?P<what>(?:Network|Volume|Container|Image|Service) \S+ +\S.*?|\S+ +Built)(?: +(?P<time>[0-9.]+m?s))? *$";
    /// An address in the answer of a server for names.
    ADDRESS = r"\b(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*)\b";
    /// A line of a container's log, as compose shows it.
    LOGGED = r"^(?P<of>[\w.-]+) +\| ";
    /// The head of what compose 2 says of things: how many are done, and of how many.
    COUNTED = r"^\[\+\] (?P<what>[A-Z][a-z]+) (?P<done>[0-9]+)/(?P<all>[0-9]+)$";
    /// The menu of `docker compose up`, and blank lines (compose `cmd/formatter/shortcut.go`).
    MENU = r"^ *(?:(?:v View in Docker Desktop|o View Config|w (?:Enable|Disable) Watch|d Detach) *)*$";
    /// The row of `df` of a machine's own files, on a disk and on layers.
    ROOT_DISK = r"^(?P<disk>/dev/\S+) .* / *$";
    ROOT_LAYERS = r"^overlay .* / *$";
    /// A rule of `iptables -L`: its target, its protocol, what is behind its options.
    RULE = r"^(?P<target>\S* +)(?P<protocol>[a-z]+|[0-9]+) +--(?P<rest> .*)$";
    /// The owner of a file system in memory, which a kernel tells inside of a user namespace.
    OWNER = r",uid=[1-9][0-9]{8,},gid=[1-9][0-9]{8,}";
    /// The first line of a card as busybox's `ip` tells it.
    CARD = concat!(
        r"^(?P<card>[0-9]+: .*<(?P<flags>[A-Z0-9_,-]+)> mtu [0-9]+ qdisc [a-z_]+)",
        r"(?P<state> state [A-Z]+)?(?P<rest> +(?:qlen [0-9]+)? *|)$",
    );
    /// What versions of `ip` tell of an address or a card that others do not, and what is said
    /// of an address in its first second.
    NEWS_OF_IP = r"(?: tentative| proto kernel_(?:ll|lo|ra)| qlen [0-9]+)+(?P<rest>(?: link-netnsid [0-9]+)? *(?:\\.*)?)$";
    /// Labels, as a list of things tells them.
    LABELS = r#"[\w./-]+=[^,\s"]*(?:,[\w./-]+=[^,\s"]*)+"#;
    /// The containers that keep a network from being removed.
    ENDPOINTS = r#"\((?P<all>name:"[^"]+" id:"[0-9a-f]+"(?:, name:"[^"]+" id:"[0-9a-f]+")+)\)$"#;
    ROWS = r#"^ *"ConsoleSize": \[$"#;
    NUMBER = r"^ *[1-9][0-9]*,?$";
}

/// The lines `printed` in the order of `shown`, the lines of the notes, as far as that
/// is chance; `on_host` says whether a shell of the host's printed them.
pub fn arrange(
    calls: &[ProgramCall],
    printed: Vec<String>,
    shown: &[&str],
    on_host: bool,
) -> Vec<String> {
    if on_host && is_same_program_missing(calls, &printed, shown) {
        return shown.iter().map(|line| (*line).to_owned()).collect();
    }
    let is_of_compose = |call: &ProgramCall| call.docker().is_some_and(Invocation::is_of_compose);
    let mut printed = without_owner(printed, shown);
    if calls.iter().any(is_of_compose) {
        printed = with_summaries(with_progress(printed, shown), shown);
        printed = with_table_of_compose_1(printed, shown);
        if calls.iter().any(|call| call.does(Does::Logs)) {
            printed = with_logs_in_turn(printed, shown);
        }
    }
    if calls.iter().any(|call| call.program == "ip") {
        printed = without_news_of_ip(printed, shown);
        printed = with_states_of_cards(printed, shown);
        printed = with_bridge_in_use(printed, shown);
    }
    if calls.iter().any(|call| call.program == "nslookup") {
        printed = with_answers_in_turn(printed, shown);
    }
    if calls.iter().any(|call| call.program == "iptables") {
        printed = with_protocols_by_name(printed, shown);
    }
    if calls.iter().any(|call| call.program == "df") {
        let on_host = on_host && !calls.iter().any(|call| call.docker().is_some());
        printed = with_disks(printed, shown, on_host);
    }
    let takes_mounts = |call: &ProgramCall| {
        let mut words = call.words.iter();
        let is_unsorted = |word: &String| word.contains("Mounts") && !word.contains("sort");
        call.program == "jq" && words.any(is_unsorted)
    };
    if calls.iter().any(takes_mounts) {
        return in_order_of_documents(printed, shown);
    }
    if calls.iter().any(lists_labels) {
        printed = with_labels(printed, shown);
    }
    if ProgramCall::any_is_docker(calls, "network rm") {
        printed = with_endpoints(printed, shown);
    }
    let [call] = calls else { return printed };
    if call.is_docker("events") {
        return with_ends(printed, shown);
    }
    if !call.does(Does::Inspects) {
        return printed;
    }
    let Some(template) = call.template() else {
        return with_console_size(printed, shown);
    };
    let Some(range) = RANGE.captures(template) else {
        return with_console_size(printed, shown);
    };
    if template.trim() != &range[0] {
        return printed;
    }
    match (ending(&range["body"]), printed.as_slice(), shown) {
        (Some(ending), ..) if ending == "\n" => in_order(&printed, shown),
        (Some(ending), [line], [noted]) => {
            let parts =
                |text: &str| -> Vec<String> { text.split(&ending).map(str::to_owned).collect() };
            let (own, noted) = (parts(line), parts(noted));
            let noted: Vec<&str> = noted.iter().map(String::as_str).collect();
            vec![in_order(&own, &noted).join(&ending)]
        }
        _ => printed,
    }
}

/// Whether this run and the notes say of one program of `calls` that it is not there, each in the
/// words of its own shell.
fn is_same_program_missing(calls: &[ProgramCall], printed: &[String], shown: &[&str]) -> bool {
    // A lab's shell says so in these words.
    if !printed
        .iter()
        .any(|line| line.ends_with(": command not found"))
    {
        return false;
    }
    let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
    let missing = not_found::only_program(&printed);
    let is_called = |program: &str| calls.iter().any(|call| call.program == program);
    missing.is_some_and(is_called) && not_found::only_program(shown) == missing
}

/// The JSON documents that jq makes of a container's mounts in the order of `shown`, where both
/// are the same ones: the daemon keeps mounts in no order.
fn in_order_of_documents(printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let documents = |lines: &[&str]| -> Option<Vec<String>> {
        let text = lines.join("\n");
        let mut found = Vec::new();
        let mut read = serde_json::Deserializer::from_str(&text).into_iter::<IgnoredAny>();
        let mut start = 0;
        while let Some(document) = read.next() {
            document.ok()?;
            found.push(text[start..read.byte_offset()].trim().to_owned());
            start = read.byte_offset();
        }
        found.sort();
        Some(found)
    };
    let lines: Vec<&str> = printed.iter().map(String::as_str).collect();
    let (own, noted) = (documents(&lines), documents(shown));
    match own.is_some() && own == noted {
        true => shown.iter().map(|line| (*line).to_owned()).collect(),
        false => printed,
    }
}

/// What compose says of each thing when it is done, in the order and at the width of `shown`,
/// with its own time, where `shown` says the same of the same things.
fn with_progress(printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let time = |line: &str| Some(DONE.captures(line)?.name("time")?.range());
    let what = |line: &str| {
        let done = DONE.captures(line)?;
        let words: Vec<&str> = done["what"].split_whitespace().collect();
        // Versions put names into quotation marks.
        Some(words.join(" ").replace('"', ""))
    };
    in_turn(printed, shown, what, |noted, own| {
        match (time(noted), time(own)) {
            (Some(there), Some(here)) => {
                [&noted[..there.start], &own[here], &noted[there.end..]].concat()
            }
            (None, _) => noted.to_owned(),
            (Some(_), None) => own.to_owned(),
        }
    })
}

/// The lines that have a `key` in turn as in `shown`, each at a place where one of them stood,
/// where both sides have the same keys as often; `merge` makes each of the notes' line and this
/// run's.
fn in_turn(
    mut printed: Vec<String>,
    shown: &[&str],
    key: impl Fn(&str) -> Option<String>,
    merge: impl Fn(&str, &str) -> String,
) -> Vec<String> {
    let keyed = printed.iter().enumerate();
    let mut left: Vec<(usize, String)> = keyed
        .filter_map(|(place, line)| Some((place, key(line)?)))
        .collect();
    let places: Vec<usize> = left.iter().map(|(place, _)| *place).collect();
    let mut arranged = Vec::new();
    for (noted, wanted) in shown.iter().filter_map(|line| Some((line, key(line)?))) {
        let Some(next) = left.iter().position(|(_, own)| *own == wanted) else {
            return printed;
        };
        arranged.push(merge(noted, &printed[left.remove(next).0]));
    }
    if left.is_empty() {
        for (place, line) in places.into_iter().zip(arranged) {
            printed[place] = line;
        }
    }
    printed
}

/// What `nslookup` prints with its answers in turn as in `shown`, where both have answers of
/// the same forms: it asks for addresses of both kinds at once, and shows first what comes first.
fn with_answers_in_turn(printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let form = |block: &[String]| -> Vec<String> {
        let lines = block
            .iter()
            .map(|line| ADDRESS.replace_all(line, "ADDRESS"));
        lines.map(String::from).collect()
    };
    let blocks_of = |lines: &[String]| -> Vec<Vec<String>> {
        let blocks = lines.split_inclusive(String::is_empty);
        blocks.map(<[String]>::to_vec).collect()
    };
    let shown: Vec<String> = shown.iter().map(|line| (*line).to_owned()).collect();
    let mut left = blocks_of(&printed);
    let mut arranged = Vec::new();
    for noted in blocks_of(&shown) {
        let next = left.iter().position(|block| form(block) == form(&noted));
        let Some(next) = next else {
            return printed;
        };
        arranged.extend(left.remove(next));
    }
    match left.is_empty() {
        true => arranged,
        false => printed,
    }
}

/// The logs of several containers with their lines in turn as in `shown`, where both have as
/// many of each: compose reads each log on its own, so that only the order of one is certain.
fn with_logs_in_turn(printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let of = |line: &str| LOGGED.captures(line).map(|found| found["of"].to_owned());
    in_turn(printed, shown, of, |_, own| own.to_owned())
}

/// What compose says of all things at once, with their names in the order of `shown`, and with
/// its count of them where all are done: versions differ in how many they say there are then.
fn with_summaries(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let sorted = |names: &str| -> Vec<String> {
        let mut names: Vec<String> = names.split(", ").map(str::to_owned).collect();
        names.sort();
        names
    };
    let same = |one: &str, other: &str| {
        for begin in ["Going to remove ", "Attaching to "] {
            let names = [one, other].map(|line| line.strip_prefix(begin).map(sorted));
            if let [Some(one), Some(other)] = names {
                return one == other;
            }
        }
        let count = |line: &str| {
            let counted = COUNTED.captures(line)?;
            let number = |name: &str| counted[name].parse::<usize>().ok();
            let (done, all) = (number("done")?, number("all")?);
            (all <= done).then(|| (counted["what"].to_owned(), done))
        };
        count(one).is_some_and(|one| count(other) == Some(one))
    };
    for line in &mut printed {
        if let Some(noted) = shown.iter().find(|noted| same(noted, line)) {
            *line = (*noted).to_owned();
        }
    }
    printed
}

/// The table of `docker-compose ps` at the widths of `shown`: compose 1 sets each column in the
/// middle of its widest cell and draws a rule below the head. A row that is the same but for
/// ports on IPv6 is the same (see [`published`]).
fn with_table_of_compose_1(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let is_rule = |line: &str| line.len() >= 20 && line.bytes().all(|byte| byte == b'-');
    let head_of = |lines: &[&str]| {
        let rule = lines.iter().position(|line| is_rule(line))?;
        let head = lines.get(rule.checked_sub(1)?)?;
        let words: Vec<String> = head.split_whitespace().map(str::to_owned).collect();
        Some((rule, words))
    };
    let lines: Vec<&str> = printed.iter().map(String::as_str).collect();
    let (Some((own, words)), Some((noted, noted_words))) = (head_of(&lines), head_of(shown)) else {
        return printed;
    };
    if words != noted_words {
        return printed;
    }
    for back in [0, 1] {
        printed[own - back] = shown[noted - back].to_owned();
    }
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split("  ").map(str::trim);
        let cells = cells.filter(|cell| !cell.is_empty());
        cells.map(published::on_ipv4).collect()
    };
    for line in &mut printed[own + 1..] {
        let mut rows = shown[noted + 1..].iter();
        if let Some(row) = rows.find(|row| cells(row) == cells(line)) {
            *line = (*row).to_owned();
        }
    }
    printed
}

/// The lines of `printed`, from 0, that the menu of `docker compose up` leaves at the end of a
/// window, but for as many as `shown` has.
pub fn menu_lines(
    calls: &[ProgramCall],
    printed: &[Option<&str>],
    shown: &[Option<&str>],
) -> Vec<usize> {
    if !ProgramCall::any_is_docker(calls, "compose up") {
        return Vec::new();
    }
    let at_end = |lines: &[Option<&str>]| {
        let is_menu = |line: &&Option<&str>| line.is_some_and(|line| MENU.is_match(line));
        lines.iter().rev().take_while(is_menu).count()
    };
    let surplus = at_end(printed).saturating_sub(at_end(shown));
    (printed.len() - surplus..printed.len()).collect()
}

/// The lines of `printed`, from 0, in which compose says how far it has got, where `shown` has
/// none of them.
pub fn progress_lines(
    calls: &[ProgramCall],
    printed: &[Option<&str>],
    shown: &[Option<&str>],
) -> Vec<usize> {
    let is_of_compose = |call: &ProgramCall| call.docker().is_some_and(Invocation::is_of_compose);
    let is_progress = |line: &str| COUNTED.is_match(line) || DONE.is_match(line);
    if !calls.iter().any(is_of_compose) || shown.iter().flatten().any(|line| is_progress(line)) {
        return Vec::new();
    }
    lines_where(printed, is_progress)
}

/// The lines of `ip` with Docker's own bridge in use where it is in `shown`: the author's
/// machine had other containers.
fn with_bridge_in_use(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let is_bridge = |line: &str| line.contains(": docker0: <");
    let in_use = |line: &&str| is_bridge(line) && line.contains("LOWER_UP");
    if shown.iter().any(in_use) {
        for line in printed.iter_mut().filter(|line| is_bridge(line)) {
            *line = line
                .replace(
                    "<NO-CARRIER,BROADCAST,MULTICAST,UP>",
                    "<BROADCAST,MULTICAST,UP,LOWER_UP>",
                )
                .replace(" state DOWN ", " state UP ");
        }
    }
    printed
}

/// What `df` prints with the heading at the width of `shown`; and, of the machine's own root
/// (`on_host`), which is made of layers in a lab, with the disk of `shown`.
fn with_disks(mut printed: Vec<String>, shown: &[&str], on_host: bool) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let root = shown.iter().find_map(|line| ROOT_DISK.captures(line));
    for line in &mut printed {
        let heading = shown.iter().find(|noted| noted.starts_with("Filesystem "));
        if let Some(heading) = heading.filter(|heading| words(heading) == words(line)) {
            *line = (*heading).to_owned();
        } else if on_host
            && let Some(root) = &root
            && ROOT_LAYERS.is_match(line)
        {
            *line = line.replacen("overlay", &root["disk"], 1);
        }
    }
    printed
}

/// The rules of `iptables -n` with the names of their protocols where `shown` has names:
/// versions before 1.8.9 know them.
fn with_protocols_by_name(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    const NAMES: [(&str, &str); 4] = [("0", "all"), ("1", "icmp"), ("6", "tcp"), ("17", "udp")];
    let named = |line: &&str| {
        let rule = RULE.captures(line);
        rule.is_some_and(|rule| NAMES.iter().any(|(_, name)| *name == &rule["protocol"]))
    };
    if !shown.iter().any(named) {
        return printed;
    }
    for line in &mut printed {
        let Some(rule) = RULE.captures(line) else {
            continue;
        };
        if let Some((_, name)) = NAMES
            .iter()
            .find(|(number, _)| *number == &rule["protocol"])
        {
            *line = format!("{}{name:<5}--{}", &rule["target"], &rule["rest"]);
        }
    }
    printed
}

/// The lines with the endpoints of a network, which Docker keeps in a map, in the order of
/// `shown`, where they are those of the same containers.
fn with_endpoints(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    fn endpoints(line: &str) -> Option<(&str, Vec<&str>)> {
        let all = ENDPOINTS.captures(line)?.name("all")?;
        Some((&line[..all.start()], all.as_str().split(", ").collect()))
    }
    let name = |endpoint: &str| endpoint.split(" id:").next().unwrap_or_default().to_owned();
    let noted = shown.iter().filter_map(|line| endpoints(line));
    let noted: Vec<Vec<String>> = noted
        .map(|(_, all)| all.into_iter().map(name).collect())
        .collect();
    for line in &mut printed {
        let Some((before, mut own)) = endpoints(line) else {
            continue;
        };
        let is_same = |noted: &&Vec<String>| {
            noted.len() == own.len() && own.iter().all(|one| noted.contains(&name(one)))
        };
        if let Some(noted) = noted.iter().find(is_same) {
            own.sort_by_key(|one| noted.iter().position(|other| *other == name(one)));
            *line = format!("{before}{})", own.join(", "));
        }
    }
    printed
}

/// Whether `call` lists things with their labels, which Docker keeps in a map: no order.
fn lists_labels(call: &ProgramCall) -> bool {
    let shows_labels = |template: &str| {
        // A command may have words of the same form, in its own order.
        template.contains(".Labels") && !template.contains(".Command")
            || template.contains("json .}")
    };
    call.lists().is_some() && call.template().is_some_and(shows_labels)
}

/// The lines with their labels in the order of `shown`, where they are the same.
fn with_labels(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let sorted = |labels: &str| {
        let mut labels: Vec<String> = labels.split(',').map(str::to_owned).collect();
        labels.sort_unstable();
        labels
    };
    let lists = shown.iter().flat_map(|line| LABELS.find_iter(line));
    let noted: Vec<&str> = lists.map(|found| found.as_str()).collect();
    for line in &mut printed {
        let is_json = line.starts_with('{');
        let in_order = LABELS.replace_all(line, |labels: &regex::Captures| {
            let begins = labels.get(0).map_or(0, |found| found.start());
            let is_member = line[..begins].ends_with(r#""Labels":""#);
            let same = |noted: &&&str| is_member == is_json && sorted(noted) == sorted(&labels[0]);
            noted
                .iter()
                .find(same)
                .map_or(&labels[0], |noted| *noted)
                .to_owned()
        });
        *line = in_order.into_owned();
    }
    printed
}

/// The lines of `ip` without what only its newer versions tell.
fn without_news_of_ip(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    if !shown.iter().any(|line| NEWS_OF_IP.is_match(line)) {
        for line in &mut printed {
            *line = NEWS_OF_IP.replace(line, "$rest").into_owned();
        }
    }
    printed
}

/// The lines of `ip` with the states of the cards where `shown` tells some and they tell
/// none, or the other way round: busybox says them where it was built with the kernel's
/// headers. The flags tell them too.
fn with_states_of_cards(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let tells = |line: &str| CARD.captures(line).map(|card| card.name("state").is_some());
    let told: Vec<bool> = printed.iter().filter_map(|line| tells(line)).collect();
    let noted: Vec<bool> = shown.iter().filter_map(|line| tells(line)).collect();
    let (Some(here), Some(there)) = (told.first(), noted.first()) else {
        return printed;
    };
    let differ =
        here != there && told.iter().all(|one| one == here) && noted.iter().all(|one| one == there);
    if !differ {
        return printed;
    }
    for line in &mut printed {
        let Some(card) = CARD.captures(line) else {
            continue;
        };
        let flags: Vec<&str> = card["flags"].split(',').collect();
        let state = match () {
            () if !there => "",
            () if flags.contains(&"LOOPBACK") => " state UNKNOWN",
            () if flags.contains(&"LOWER_UP") => " state UP",
            () => " state DOWN",
        };
        *line = format!("{}{state}{}", &card["card"], &card["rest"]);
    }
    printed
}

/// The lines without the owners that the user namespace of a lab adds to lists of mounts.
fn without_owner(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    if !shown.iter().any(|line| line.contains(",uid=")) {
        for line in printed.iter_mut().filter(|line| line.contains("tmpfs")) {
            *line = OWNER.replace_all(line, "").into_owned();
        }
    }
    printed
}

/// The lines of `docker events` with the end of each container that was stopped told as
/// `shown` does: `die` before `stop` (Docker 20.10), or behind it (26.1).
fn with_ends(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let noted = ends_of_stopped(shown);
    let texts: Vec<&str> = printed.iter().map(String::as_str).collect();
    let ends = ends_of_stopped(&texts);
    if noted.len() == ends.len() {
        for ((place, dies_first), (_, noted_first)) in ends.into_iter().zip(noted) {
            if dies_first != noted_first {
                printed.swap(place, place + 1);
            }
        }
    }
    printed
}

/// Where two lines tell in `lines` that a container died and was stopped, and whether the
/// first of them says that it died.
fn ends_of_stopped(lines: &[&str]) -> Vec<(usize, bool)> {
    let says = |line: &str, action: &str| {
        let mut words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.any(|word| word == action)
    };
    let pairs = lines.windows(2).enumerate();
    let ends = pairs.filter_map(|(place, pair)| {
        let dies_first = says(pair[0], "die") && says(pair[1], "stop");
        let stops_first = says(pair[0], "stop") && says(pair[1], "die");
        (dies_first || stops_first).then_some((place, dies_first))
    });
    ends.collect()
}

/// What stands behind each part that a template repeats, and nowhere inside of one.
fn ending(body: &str) -> Option<String> {
    let text = PRINTS_LINE.replace_all(body, "{{$what}}\n");
    let text = NEW_LINE.replace_all(&text, "\n");
    let ending = text.rsplit("}}").next().unwrap_or_default();
    let ending = if ending.trim_matches(' ') == "\n" {
        "\n"
    } else {
        ending
    };
    let between = ACTION.replace_all(&text, "");
    let is_only_behind = !ending.is_empty() && between.matches(ending).count() == 1;
    is_only_behind.then(|| ending.to_owned())
}

/// `own` with the texts that `noted` has too in its order, each at a place where one of them
/// stood.
fn in_order(own: &[String], noted: &[&str]) -> Vec<String> {
    let is_there = |text: &&str| own.iter().any(|own| own == text);
    let mut ordered = noted.iter().filter(|text| is_there(text));
    let count = |text: &str, all: &[&str]| all.iter().filter(|other| **other == text).count();
    let all: Vec<&str> = own.iter().map(String::as_str).collect();
    let same = |text: &&str| count(text, &all) == count(text, noted);
    if !noted.iter().filter(|text| is_there(text)).all(same) {
        return own.to_vec();
    }
    let mut arranged = own.to_vec();
    for text in &mut arranged {
        if noted.contains(&text.as_str())
            && let Some(next) = ordered.next()
        {
            (*next).clone_into(text);
        }
    }
    arranged
}

/// The lines with the size of the notes' terminal in place of this run's; none has none.
fn with_console_size(mut printed: Vec<String>, shown: &[&str]) -> Vec<String> {
    let noted = shown.iter().filter_map(|line| CONSOLE.find(line));
    let mut noted = noted.map(|size| size.as_str().to_owned());
    for line in &mut printed {
        if CONSOLE.is_match(line)
            && let Some(size) = noted.next()
        {
            *line = CONSOLE.replace(line, size.as_str()).into_owned();
        }
    }
    let is_size = |lines: &[&str]| match lines {
        [name, rows, columns] => {
            ROWS.is_match(name) && NUMBER.is_match(rows) && NUMBER.is_match(columns)
        }
        _ => false,
    };
    let mut sizes = shown.windows(3).filter(|lines| is_size(lines));
    for first in 0..printed.len().saturating_sub(2) {
        let lines: Vec<&str> = printed[first..first + 3]
            .iter()
            .map(String::as_str)
            .collect();
        if is_size(&lines)
            && let Some(noted) = sizes.next()
        {
            printed[first + 1] = noted[1].to_owned();
            printed[first + 2] = noted[2].to_owned();
        }
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(command: &str, printed: &[&str], shown: &[&str]) -> Vec<String> {
        let printed = printed.iter().map(|line| (*line).to_owned()).collect();
        arrange(&ProgramCall::all(command), printed, shown, true)
    }

    #[test]
    fn the_endpoints_of_a_network_have_no_order() {
        let line = |first: &str, second: &str| {
            format!(
                r#"Error response from daemon: network n has active endpoints (name:"{first}" id:"a{first}1", name:"{second}" id:"a{second}1")"#
            )
        };
        let arranged = |shown: &str| arranged("docker network rm n", &[&line("b", "c")], &[shown]);
        assert_eq!(arranged(&line("c", "b")), [line("c", "b")]);
        assert_eq!(arranged(&line("c", "d")), [line("b", "c")]);
        assert_eq!(arranged(&line("b", "b")), [line("b", "c")]);
    }

    #[test]
    fn labels_in_a_list_have_no_order() {
        let ps = "docker ps --format '{{.Names}} {{.Labels}}'";
        let (printed, shown) = ("web a=1,b=2,c=3", "web c=3,a=1,b=2");
        assert_eq!(arranged(ps, &[printed], &[shown]), [shown]);
        let json = "docker volume ls --format '{{json .}}'";
        let (one, other) = [r#"{"Labels":"a=1,b="}"#, r#"{"Labels":"b=,a=1"}"#].into();
        assert_eq!(arranged(json, &[one], &[other]), [other]);
        // Another member, other labels, and what is no list of things.
        let (one, other) = [r#"{"Command":"a=1,b="}"#, r#"{"Command":"b=,a=1"}"#].into();
        assert_eq!(arranged(json, &[one], &[other]), [one]);
        let command = "docker ps --format '{{.Command}} {{.Labels}}'";
        assert_eq!(arranged(command, &[printed], &[shown]), [printed]);
        assert_eq!(arranged(ps, &[printed], &["web c=3,a=1,b=1"]), [printed]);
        assert_eq!(arranged("docker logs web", &[printed], &[shown]), [printed]);
    }

    #[test]
    fn documents_made_of_mounts_have_no_order() {
        let asks = "docker inspect app | jq '.[0].Mounts[] | {Type, RW}'";
        let document = |kind: &str, writable: &str| {
            let lines = [
                "{",
                &format!("  \"Type\": \"{kind}\","),
                &format!("  \"RW\": {writable}"),
                "}",
            ];
            lines.map(str::to_owned).to_vec()
        };
        let both = |first: Vec<String>, second: Vec<String>| [first, second].concat();
        let of = |lines: &[String], noted: &[String]| {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let noted: Vec<&str> = noted.iter().map(String::as_str).collect();
            arranged(asks, &lines, &noted)
        };
        let printed = both(document("volume", "true"), document("bind", "false"));
        let noted = both(document("bind", "false"), document("volume", "true"));
        assert_eq!(of(&printed, &noted), noted);
        let wrong = both(document("bind", "true"), document("volume", "false"));
        assert_eq!(of(&printed, &wrong), printed);
        let sorted = asks.replace("Mounts[]", "Mounts | sort_by(.Type)[]");
        let lines: Vec<&str> = noted.iter().map(String::as_str).collect();
        let swapped: Vec<&str> = printed.iter().map(String::as_str).collect();
        assert_eq!(arranged(&sorted, &lines, &swapped), noted);
    }

    #[test]
    fn the_table_of_compose_1_may_have_other_widths_and_ports_on_ipv6() {
        let printed = [
            "  Name       Command       State                  Ports                ",
            "-----------------------------------------------------------------------",
            "k_web_1   nginx -g daemon   Up      0.0.0.0:80->80/tcp,:::80->80/tcp",
        ];
        let shown = [
            "  Name       Command       State         Ports       ",
            "-----------------------------------------------------",
            "k_web_1   nginx -g daemon   Up      0.0.0.0:80->80/tcp",
        ];
        assert_eq!(arranged("docker-compose ps", &printed, &shown), shown);
        let stopped = shown[2].replace("Up", "Exit 0");
        let wrong = [shown[0], shown[1], &stopped];
        assert_eq!(
            arranged("docker-compose ps", &printed, &wrong)[2],
            printed[2]
        );
        let local = [
            shown[0],
            shown[1],
            "k_web_1   sh   Up   127.0.0.1:80->80/tcp",
        ];
        let twins = local[2].replace("/tcp", "/tcp,:::80->80/tcp");
        let wrong = [shown[0], shown[1], &twins];
        assert_eq!(arranged("docker-compose ps", &local, &wrong)[2], local[2]);
        let other_port = printed[2].replace(":::80->", ":::99->");
        let wrong = [printed[0], printed[1], &other_port];
        assert_eq!(arranged("docker-compose ps", &shown, &wrong)[2], shown[2]);
    }

    #[test]
    fn compose_works_side_by_side_at_any_width() {
        let up = "docker compose up -d";
        let notes = [
            "[+] Running 2/2",
            " ✔ Network shop_default    Created        0.1s",
            " ✔ Container shop-web-1    Started        0.4s",
        ];
        let here = [
            "[+] Running 2/2",
            " ✔ Container shop-web-1    Started                              0.9s",
            " ✔ Network shop_default    Created                              0.2s",
        ];
        let done = arranged(up, &here, &notes);
        assert_eq!(done[1], " ✔ Network shop_default    Created        0.2s");
        assert_eq!(done[2], " ✔ Container shop-web-1    Started        0.9s");
        let quoted = notes[2].replace("shop-web-1", "\"shop-web-1\"");
        assert_eq!(
            arranged(up, &here, &[notes[0], notes[1], &quoted])[2],
            quoted.replace("0.4s", "0.9s")
        );
        let running = here[1].replace("Started", "Running");
        let other = [here[0], &running, here[2]];
        assert_eq!(arranged(up, &other, &notes), other);
        assert_eq!(arranged(up, &here[..2], &notes), here[..2]);
        assert_eq!(arranged(up, &here, &notes[..2]), here);
        assert_eq!(arranged("cat log", &here, &notes), here);
        let built = |blanks: &str| format!(" ✔ shop-web  Built {blanks}0.0s");
        let (own, wide) = (built(""), built("          "));
        assert_eq!(arranged("docker compose build", &[&wide], &[&own]), [own]);
    }

    #[test]
    fn answers_of_nslookup_come_in_any_order() {
        let command = "docker run --rm --network net busybox nslookup db";
        let server = ["Server:\t\t127.0.0.11", "Address:\t127.0.0.11:53", ""];
        let none = ["Non-authoritative answer:", ""];
        let found = |address| ["Non-authoritative answer:", "Name:\tdb", address, ""];
        let (own, other) = (found("Address: 172.18.0.2"), found("Address: 172.19.0.3"));
        let notes = [server.as_slice(), &none, &own].concat();
        let here = [server.as_slice(), &other, &none].concat();
        let arranged_here = [server.as_slice(), &none, &other].concat();
        assert_eq!(arranged(command, &here, &notes), arranged_here);
        let twice = [server.as_slice(), &other, &other].concat();
        assert_eq!(arranged(command, &twice, &notes), twice);
        assert_eq!(arranged("cat answers", &here, &notes), here);
    }

    #[test]
    fn compose_reads_each_log_on_its_own() {
        let logs = "docker-compose logs";
        let notes = [
            "Attaching to a_1, b_1",
            "a_1  | one",
            "b_1  | one",
            "a_1  | two",
        ];
        let here = [
            "Attaching to b_1, a_1",
            "b_1  | one",
            "a_1  | one",
            "a_1  | two",
        ];
        assert_eq!(arranged(logs, &here, &notes), notes);
        let reversed = [here[0], here[1], here[3], here[2]];
        assert_ne!(arranged(logs, &reversed, &notes), notes);
        assert_eq!(arranged(logs, &here[1..3], &notes[1..]), here[1..3]);
        assert_eq!(
            arranged("docker-compose up", &here[1..], &notes[1..]),
            here[1..]
        );
    }

    #[test]
    fn versions_of_ip_tell_more_or_less_of_a_card() {
        let notes = "    inet6 fe80::42:9cff:fe1f:3a5b/64 scope link";
        let here = format!("{notes} tentative proto kernel_ll");
        assert_eq!(arranged("ip a", &[&here], &[notes]), [notes]);
        assert_eq!(arranged("ip a", &[&here], &[&here]).concat(), here);
        assert_eq!(arranged("cat card", &[&here], &[notes]).concat(), here);
    }

    #[test]
    fn busybox_tells_the_state_of_a_card_or_not() {
        let here = [
            "1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue",
            "7: eth0@if8: <UP,LOWER_UP> mtu 1500 qdisc noqueue ",
        ];
        let notes = [
            "1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN",
            "7: eth0@if8: <UP,LOWER_UP> mtu 1500 qdisc noqueue state UP ",
        ];
        assert_eq!(arranged("ip a", &here, &notes), notes);
        assert_eq!(arranged("ip a", &notes, &here), here);
        let down = [
            "1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN",
            "7: eth0@if8: <UP,LOWER_UP> mtu 1500 qdisc noqueue state DOWN ",
        ];
        assert_ne!(arranged("ip a", &here, &down), down);
        assert_ne!(arranged("ip a", &notes, &down), down);
    }

    #[test]
    fn a_lab_in_a_user_namespace_adds_no_owner_to_a_mount() {
        let mount = "docker run --rm --tmpfs /t box mount | grep /t";
        let notes = "tmpfs on /t type tmpfs (rw,nosuid,size=16384k)";
        let here = "tmpfs on /t type tmpfs (rw,nosuid,size=16384k,uid=1879048192,gid=1879048192)";
        assert_eq!(arranged(mount, &[here], &[notes]), [notes]);
        assert_eq!(arranged(mount, &[here], &[here]), [here]);
        let own = "tmpfs on /t type tmpfs (rw,uid=1000,gid=1000)";
        assert_eq!(arranged(mount, &[own], &[notes]), [own]);
    }

    #[test]
    fn a_container_dies_before_or_after_it_is_told_to_have_stopped() {
        let events = "docker events --since 1h --until 0s --format '{{.Action}}'";
        let (older, newer) = (["kill", "die", "stop"], ["kill", "stop", "die"]);
        assert_eq!(arranged(events, &newer, &older), older);
        assert_eq!(arranged(events, &older, &newer), newer);
        assert_eq!(
            arranged(events, &["die", "kill", "stop"], &older),
            ["die", "kill", "stop"]
        );
        let whole = "2024-03-11T10:12:00.1Z container";
        let [dies, stops] = ["die", "stop"].map(|action| format!("{whole} {action} 4f1 (image=a)"));
        assert_eq!(
            arranged(
                "docker events --until 0s",
                &[&stops, &dies],
                &[&dies, &stops]
            ),
            [dies.clone(), stops.clone()]
        );
        assert_eq!(arranged("cat log", &newer, &older), newer);
    }

    #[test]
    fn mounts_and_containers_have_no_order() {
        let lines = r#"docker inspect -f '{{range .Mounts}}{{.Destination}}{{"\n"}}{{end}}' box"#;
        assert_eq!(
            arranged(lines, &["/b", "/a", ""], &["/a", "/b", ""]),
            ["/a", "/b", ""]
        );
        assert_eq!(arranged(lines, &["/b", "/a"], &["/a", "/c"]), ["/b", "/a"]);
        assert_eq!(arranged(lines, &["/b", "/b"], &["/b", "/a"]), ["/b", "/b"]);
        let one = "docker network inspect lan -f '{{range .Containers}}{{.Name}} {{end}}'";
        assert_eq!(arranged(one, &["bb aa "], &["aa bb "]), ["aa bb "]);
        let println =
            "docker inspect -f '{{range .Mounts}}{{println .Type .Destination}}{{end}}' box";
        assert_eq!(
            arranged(println, &["bind /b", "bind /a"], &["bind /a", "bind /b"]),
            ["bind /a", "bind /b"]
        );
        let rest = "docker inspect -f '{{range .Config.Env}}{{.}} {{end}}' box";
        assert_eq!(arranged(rest, &["b a "], &["a b "]), ["b a "]);
    }

    #[test]
    fn what_belongs_to_one_mount_stays_together() {
        let words = "docker inspect -f '{{range .Mounts}}{{.Type}} {{.Destination}} {{end}}' box";
        assert_eq!(
            arranged(words, &["volume /b bind /a "], &["bind /b volume /a "]),
            ["volume /b bind /a "]
        );
        let new_line = r#"{{"\n"}}"#;
        let lines = format!(
            "docker inspect -f '{{{{range .Mounts}}}}{{{{.Type}}}}{new_line}{{{{.Destination}}}}{new_line}{{{{end}}}}' box"
        );
        assert_eq!(
            arranged(
                &lines,
                &["volume", "/b", "bind", "/a"],
                &["bind", "/b", "volume", "/a"]
            ),
            ["volume", "/b", "bind", "/a"]
        );
        let name = format!(
            "docker inspect -f '{{{{.Name}}}}{new_line}{{{{range .Mounts}}}}{{{{.Name}}}}{new_line}{{{{end}}}}' box"
        );
        assert_eq!(
            arranged(&name, &["/box", "vol"], &["vol", "/box"]),
            ["/box", "vol"]
        );
    }

    #[test]
    fn a_terminal_has_the_size_of_the_authors_window() {
        let whole = "docker inspect box";
        let printed = ["    \"ConsoleSize\": [", "        200,", "        1000"];
        let shown = ["    \"ConsoleSize\": [", "        51,", "        190"];
        assert_eq!(arranged(whole, &printed, &shown), shown);
        let none = ["    \"ConsoleSize\": [", "        0,", "        0"];
        assert_eq!(arranged(whole, &printed, &none), printed);
    }
}
