//! What the client and an image's shell say on a terminal, depending on who was
//! faster, on how the shell was built, and on the client's version.

use super::text::lines_where;
use crate::docker::{Does, Invocation, ProgramCall};
use crate::pattern::pattern;
use crate::shell::{Script, wrappers_and_program};

/// The client tells the container the terminal's size once it has started it,
/// and says this where the container has ended meanwhile (`MonitorTtySize` in
/// docker/cli, cli/command/container/tty.go).
const NOT_RESIZED: &str = "failed to resize tty, using default size";

/// What `docker attach` and `docker exec` end with, and the status 1, when they
/// are left by keys: unlike `docker run`, their client passes the escape on as
/// an error (docker/cli, `attach.go` and `exec.go` in cli/command/container).
pub const ESCAPED: &str = "read escape sequence";

/// What the client says where what reads its output, such as `head`, ends first.
const CUT_OFF: &str = "write /dev/stdout: broken pipe";

pattern! {
    /// Some builds of busybox greet whoever opens their shell, others of the same
    /// version do not (`FEATURE_SH_EXTRA_QUIET`, shell/ash.c): which one an image has
    /// says nothing about the notes.
    GREETING = r"^(?:BusyBox v[0-9.]+ \(.*\) built-in shell \(ash\)|Enter 'help' for a list of built-in commands\.)$";
    /// What the client may say of its waiting, after the error of a container that did
    /// not start: that depends on whether it was about to wait already
    /// (`waitExitOrRemoved` in docker/cli, cli/command/container/utils.go).
    WAITED = r#"^(?:ERRO\[[0-9]{4}\] |time="[^"]+" level=error msg=")error waiting for container: context canceled"?$"#;
    /// What a shell says of a job that ended meanwhile: behind which command depends on how
    /// long these took. How wide its columns are depends on the shell.
    NOTICE = r"^(?P<job>\[[0-9]+\])[+-]? +(?P<end>Done|Exit +[0-9]+|Done\([0-9]+\)|Terminated|Killed|Hangup|Interrupt|Quit|Aborted|Segmentation fault)(?: \(core dumped\))? +(?P<command>\S.*)$";
    LEGEND = r"^ *(?:i )?Info (?:→|->) +U +In Use *$";
    /// What the client says to a command that needs operands and is given none (docker/cli,
    /// cli/required.go).
    NO_OPERANDS = r#"^(?:"docker [a-z ]+"|docker: 'docker [a-z ]+') requires at least 1 argument\.?$"#;
}

/// Whether `line` is what the client puts above a tree of images, and since docker 29
/// above a list, as far to the right as the terminal goes (`generateLegend` in
/// docker/cli, cli/command/image/tree.go).
pub fn is_legend(line: &str) -> bool {
    LEGEND.is_match(line)
}

/// Whether `line` is what Docker says, which `calls` call, where it is given no operands.
pub fn asks_for_operands(calls: &[ProgramCall], line: &str) -> bool {
    calls.iter().any(|call| call.docker().is_some()) && NO_OPERANDS.is_match(line)
}

/// Whether compose says that it makes the project's network, which was there already
/// where an earlier command of the author's made it.
fn makes_network(line: &str) -> bool {
    line.starts_with("Creating network \"") && line.ends_with("_default\" with the default driver")
}

/// What a shell says of a job that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `[1]`.
    job: String,
    /// `Done`, `Exit 3`, `Terminated`.
    end: String,
    command: String,
}

/// How a job ends, by the signals that `kill` is given.
const ENDS: [(&str, &[&str]); 5] = [
    ("Terminated", &["15", "TERM", "SIGTERM"]),
    ("Killed", &["9", "KILL", "SIGKILL"]),
    ("Hangup", &["1", "HUP", "SIGHUP"]),
    ("Interrupt", &["2", "INT", "SIGINT"]),
    ("Quit", &["3", "QUIT", "SIGQUIT"]),
];

impl Notice {
    /// Reads `line`; none where it says something else.
    pub fn read(line: &str) -> Option<Self> {
        let found = NOTICE.captures(line.trim_end())?;
        let part = |name: &str| found[name].to_owned();
        Some(Self {
            job: part("job"),
            end: part("end"),
            command: part("command"),
        })
    }

    /// Whether the job ended well, which the notes need not tell.
    pub fn ended_well(&self) -> bool {
        self.end == "Done"
    }

    /// Whether both are of one command: of two jobs perhaps, if it was started twice.
    pub fn is_of_command(&self, other: &Self) -> bool {
        self.command == other.command
    }

    /// Whether `command` starts the job: one of its commands before a `&` has the same text,
    /// apart from blanks and signs, which the shell sets as it likes.
    pub fn can_be_of(&self, command: &str) -> bool {
        let plain =
            |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
        let own = plain(self.command.split(" (wd: ").next().unwrap_or_default());
        let ends = command.match_indices('&').map(|(end, _)| &command[..end]);
        ends.into_iter().any(|before| {
            let separators = before.match_indices([';', '&', '|', '(', '{', '\n']);
            let starts = separators.map(|(at, sign)| at + sign.len()).chain([0]);
            starts.into_iter().any(|start| {
                let job = before[start..].trim_start();
                plain(job.strip_prefix("do ").unwrap_or(job)) == own
            })
        })
    }

    /// Whether a shell that runs `calls` may not print it: a `wait` for a job that has
    /// ended already takes note of it in silence (bash, `wait_for_background_pids`).
    pub fn is_optional(&self, calls: &[ProgramCall]) -> bool {
        let is_ended_by = |kill: &&ProgramCall| {
            let mut words = kill.words.iter().map(|word| word.trim_start_matches('-'));
            let names = ENDS.iter().find(|(end, _)| *end == self.end);
            names.is_some_and(|(_, names)| {
                let is_default = names.contains(&"TERM") && !kill.words[0].starts_with('-');
                is_default || words.any(|word| names.contains(&word))
            })
        };
        let mut kills = calls
            .iter()
            .filter(|call| call.program == "kill" && !call.words.is_empty());
        calls.iter().any(|call| call.program == "wait")
            && (self.ended_well() || kills.any(|kill| is_ended_by(&kill)))
    }
}

fn is_about_size(line: &str) -> bool {
    line.trim_end() == NOT_RESIZED
}

/// The `lines`, from 0, in which the daemon of `calls` says what the machine's kernel cannot do
/// for a container, in which a newer compose says that it ignores a file's version, and in which
/// `netstat` says that it may not see whose a socket is: a lab's root is no root outside.
pub fn warnings_of_machine(calls: &[ProgramCall], lines: &[Option<&str>]) -> Vec<usize> {
    /// How such a line begins (moby `daemon/daemon_unix.go`).
    const BEGINNING: &str = "WARNING: Your kernel does not support ";
    /// What compose 2.25 and later say (compose-spec `loader/loader.go`).
    const IGNORED: &str = "`version` is obsolete";
    /// What net-tools say (netstat.c, `prg_cache_load`).
    const UNSEEN: [&str; 2] = [
        "(Not all processes could be identified, non-owned process info",
        "will not be shown, you would have to be root to see it all.)",
    ];
    let calls_one = |is_one: fn(&ProgramCall) -> bool| calls.iter().any(is_one);
    let has_daemon = calls_one(|call| call.docker().is_some());
    let composes = calls_one(|call| call.docker().is_some_and(Invocation::is_of_compose));
    let shows_sockets = calls_one(|call| call.program == "netstat");
    let warns = |line: &str| {
        let is_ignored = composes && line.starts_with(['W', 't']) && line.contains(IGNORED);
        let is_unseen = shows_sockets && UNSEEN.contains(&line.trim());
        has_daemon && line.starts_with(BEGINNING) || is_ignored || is_unseen
    };
    lines_where(lines, warns)
}

/// The `lines`, from 0, in which sudo asks for a password, where `command` calls it: it
/// asks now and then, and never in a lab.
pub fn lines_of_sudo(command: Option<&str>, lines: &[Option<&str>]) -> Vec<usize> {
    let asks = |line: &str| line.starts_with("[sudo] ") && line.trim_end().ends_with(':');
    let asked = lines_where(lines, asks);
    match !asked.is_empty() && command.is_some_and(calls_sudo) {
        true => asked,
        false => Vec::new(),
    }
}

/// Whether `command` calls a program through sudo, also behind other wrappers.
pub fn calls_sudo(command: &str) -> bool {
    let is_sudo = |argv: &Vec<String>| argv.first().is_some_and(|first| first == "sudo");
    let script = Script::read(command);
    let mut commands = script.commands().into_iter();
    commands.any(|simple| wrappers_and_program(&simple.argv()).iter().any(is_sudo))
}

/// The `lines`, from 0, that the client of `calls` prints or not, as it happens: they
/// race with what the daemon says, of a container that runs on or that did not start.
pub fn lines_by_chance(calls: &[ProgramCall], lines: &[Option<&str>]) -> Vec<usize> {
    let mut runs = calls.iter().filter(|call| call.is_docker("run")).peekable();
    let calls_run = runs.peek().is_some();
    // A container that the client stays with may print such a line itself.
    let is_detached = runs.all(|call| call.has_flag('d'));
    let may_fail = |line: &Option<&str>| line.is_none_or(|line| line.starts_with("docker: "));
    let may_wait = calls_run && (is_detached || lines.iter().any(may_fail));
    let may_be_cut_off = |call: &ProgramCall| call.docker().is_some() && call.is_filtered;
    let is_cut_off = calls.iter().any(may_be_cut_off);
    let is_by_chance =
        |line: &str| may_wait && WAITED.is_match(line) || is_cut_off && line == CUT_OFF;
    lines_where(lines, is_by_chance)
}

fn greets(line: &str) -> bool {
    GREETING.is_match(line.trim_end())
}

/// The line of `actual` by which the client says that a container was left by keys,
/// where `expected` does not show it: whoever left it otherwise did not see it.
pub fn escape_lines(expected: &[Option<String>], actual: &[String]) -> Vec<usize> {
    let is_shown = |line: &String| line == ESCAPED;
    if expected.iter().flatten().any(is_shown) {
        return Vec::new();
    }
    let mut lines = 0..actual.len();
    lines
        .find(|&index| is_shown(&actual[index]))
        .into_iter()
        .collect()
}

/// The lines of `actual` that nothing needs to expect; where `expected` shows some
/// of their kind, they are as good as any.
pub fn permitted_lines(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    actual: &[String],
) -> Vec<usize> {
    let opens = |call: &ProgramCall| {
        let attaches = call.does(Does::Attaches) || call.does(Does::Logs);
        call.docker().is_some() && attaches
            || ["sh", "ash", "busybox", "su"].contains(&call.program.as_str())
    };
    let shown = |is_one: fn(&str) -> bool| expected.iter().flatten().any(|line| is_one(line));
    let mut permitted = Vec::new();
    if ProgramCall::any_is_docker(calls, "images") {
        permitted.extend((0..actual.len()).filter(|&index| is_legend(&actual[index])));
    }
    if calls.iter().any(|call| call.verb == "compose run") && !shown(makes_network) {
        permitted.extend((0..actual.len()).filter(|&index| makes_network(&actual[index])));
    }
    if !shown(points_to_help) {
        permitted.extend(help_below(expected, actual));
    }
    permitted.extend((0..actual.len()).filter(|&index| Notice::read(&actual[index]).is_some()));
    // Keys go to what an earlier command opened.
    if !calls.is_empty() && !calls.iter().any(opens) {
        return permitted;
    }
    if !shown(is_about_size) {
        permitted.extend((0..actual.len()).filter(|&index| is_about_size(&actual[index])));
    }
    let enters = |call: &ProgramCall| opens(call) && !call.passes_on();
    if !shown(greets) && calls.iter().any(enters) {
        permitted.extend(greeting(actual));
    }
    permitted
}

pattern! {
    /// What the client says below an error about the help that it has.
    HELP = r"^(?:See 'docker [a-z -]*--help'\.|Run 'docker [a-z -]*--help' for more information)$";
}

fn points_to_help(line: &str) -> bool {
    HELP.is_match(line)
}

/// The lines that point to help, with a blank one above, below an error that the notes show in
/// these words, whole or to some dots.
fn help_below(expected: &[Option<String>], actual: &[String]) -> Vec<usize> {
    let is_shown = |error: &str| {
        expected.iter().flatten().any(|noted| {
            let begin = noted.strip_suffix("...").map(str::trim_end);
            noted == error || begin.is_some_and(|begin| error.starts_with(begin))
        })
    };
    let below = |line: usize| {
        let above = (0..line).rev().find(|above| !actual[*above].is_empty())?;
        let is_left_out = points_to_help(&actual[line]) && is_shown(&actual[above]);
        is_left_out.then_some(above + 1..line + 1)
    };
    (1..actual.len()).filter_map(below).flatten().collect()
}

/// The lines of a greeting, with the blank ones around it.
fn greeting(actual: &[String]) -> Vec<usize> {
    let is_part = |index: usize| actual[index].trim().is_empty() || greets(&actual[index]);
    (0..actual.len())
        .collect::<Vec<_>>()
        .chunk_by(|&one, &next| is_part(one) == is_part(next))
        .filter(|run| run.iter().any(|&index| greets(&actual[index])))
        .flatten()
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(command: &str, expected: &[&str], actual: &[&str]) -> Vec<usize> {
        let expected: Vec<_> = expected
            .iter()
            .map(|line| Some((*line).to_owned()))
            .collect();
        let actual: Vec<_> = actual.iter().map(|line| (*line).to_owned()).collect();
        permitted_lines(&ProgramCall::all(command), &expected, &actual)
    }

    fn by_chance(command: &str, printed: &[&str]) -> Vec<usize> {
        let printed: Vec<_> = printed.iter().copied().map(Some).collect();
        lines_by_chance(&ProgramCall::all(command), &printed)
    }

    const GREETED: [&str; 6] = [
        "before",
        "",
        "BusyBox v1.35.0 (Debian 1:1.35.0-4) built-in shell (ash)",
        "Enter 'help' for a list of built-in commands.",
        "",
        "after",
    ];

    #[test]
    fn a_client_whose_reader_ends_first_may_say_so() {
        let printed = ["a", CUT_OFF];
        let piped = "docker run busybox ls | head -n 1";
        assert_eq!(by_chance(piped, &printed), [1]);
        let alone = "docker run busybox cat pipe";
        assert!(by_chance(alone, &printed).is_empty());
    }

    #[test]
    fn netstat_may_not_see_whose_a_socket_is() {
        let lines = [
            "(Not all processes could be identified, non-owned process info",
            " will not be shown, you would have to be root to see it all.)",
            "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN -",
        ];
        let lines = lines.map(Some);
        let found = |command: &str| warnings_of_machine(&ProgramCall::all(command), &lines);
        assert_eq!(found("sudo netstat -tlnp | grep 80"), [0, 1]);
        assert!(found("docker logs web").is_empty());
    }

    #[test]
    fn a_shells_greeting_needs_not_be_shown() {
        assert_eq!(
            permitted("docker run -it busybox", &[], &GREETED),
            [1, 2, 3, 4]
        );
    }

    #[test]
    fn a_size_that_came_too_late_needs_not_be_shown_after_keys_either() {
        let printed = ["caught", NOT_RESIZED];
        assert_eq!(permitted("", &["caught"], &printed), [1]);
        assert_eq!(permitted("docker run box", &["caught"], &printed), [1]);
        assert_eq!(permitted("cat log", &["caught"], &printed), [0; 0]);
    }

    #[test]
    fn what_the_client_says_of_its_waiting_comes_by_chance() {
        let printed = [
            "docker: no such thing.",
            "ERRO[0001] error waiting for container: context canceled",
            "ERRO[0001] something else",
        ];
        assert_eq!(by_chance("docker run box x", &printed), [1]);
        assert_eq!(by_chance("docker start -a box", &printed), [0; 0]);
        let before = [printed[1], printed[0]];
        assert_eq!(by_chance("docker run box x", &before), [0]);
    }

    #[test]
    fn what_a_shell_says_of_a_job_is_read_however_wide_its_columns_are() {
        let narrow = "[1]+  Exit 3                  ./job -v";
        let wide = "[1]-  Exit 3                     ./job -v";
        assert_eq!(Notice::read(narrow), Notice::read(wide));
        assert_eq!(permitted("echo x", &["x"], &["x", wide]), [1]);
        assert!(Notice::read("[1]+  Killed (core dumped)  ./job").is_some());
        let ended_well = |line| Notice::read(line).unwrap().ended_well();
        assert!(ended_well("[1]+  Done  sleep 1") && !ended_well("[1]+  Done(3)  ./job"));
        for line in [
            "[1]+  Running                 sleep 9 &",
            "[1] 4711",
            "Done  sleep 1",
        ] {
            assert_eq!(Notice::read(line), None, "{line}");
        }
    }

    #[test]
    fn a_wait_may_take_note_of_the_end_that_the_author_gave_a_job() {
        let unsaid = |line: &str, commands: &str| {
            Notice::read(line)
                .unwrap()
                .is_optional(&ProgramCall::all(commands))
        };
        let (done, killed) = ("[1]+  Done  ./job", "[1]+  Killed  ./job");
        let terminated = "[1]+  Terminated  ./job";
        assert!(unsaid(done, "wait"));
        assert!(unsaid(terminated, "kill %1; wait") && unsaid(killed, "kill -9 %1; wait"));
        assert!(unsaid(killed, "kill -s KILL 4711; wait"));
        assert!(!unsaid(done, "echo") && !unsaid(terminated, "kill %1"));
        assert!(!unsaid(terminated, "kill -9 %1; wait") && !unsaid(killed, "kill %1; wait"));
        assert!(!unsaid(terminated, "wait") && !unsaid("[1]+  Exit 3  ./job", "kill %1; wait"));
    }

    #[test]
    fn a_greeting_that_is_shown_is_judged() {
        let shown = ["BusyBox v1.30.0 (2019-01-01) built-in shell (ash)"];
        assert_eq!(
            permitted("docker run -it busybox", &shown, &GREETED),
            [0; 0]
        );
    }

    #[test]
    fn what_looks_like_a_greeting_elsewhere_is_output() {
        for command in [
            "cat motd",
            "docker run box sh -c 'cat motd'",
            "docker exec web cat motd",
        ] {
            assert_eq!(permitted(command, &[], &GREETED), [0; 0], "{command}");
        }
    }
}
