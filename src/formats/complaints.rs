//! Which lines show that a command failed: by their form, and by the program that prints them.
//!
//! ```text
//!     cat: note.txt: No such file or directory     NAME: words of a complaint
//!     Error response from daemon: No such image    Docker's client
//!     Traceback (most recent call last):           anything that may be a script
//!     error.log  12K  already up                   none of these
//! ```

use super::status_sources::StatusSources;
use crate::pattern::pattern;
use crate::shell::is_shell;

pattern! {
    /// `NAME: `, `/bin/NAME: `, `-bash: `, `make[1]: `.
    NAMED = "^-?(?:[^\\s:]*/)?(?P<name>[^\\s:/\\[\\]]+)(?:\\[[0-9]+\\])?: (?P<said>.+)$";
}

pattern! {
    /// Words of which the complaint of a program that names itself has at least one.
    COMPLAINT = concat!(r"(?i)^\([0-9]+\) |\*\*\* |\b(?:read-only|too (?:large|long)|exceeded|broken|errors?|cannot|can't|could ?n[o']t|no|not|isn't|doesn't|denied|fail|failed|failing|failure|refused|invalid|unknown|unable|conflict|conflicts|conflicting|non-zero|requires?|required|usage|bad|illegal|unexpected|unrecognized|already|in use|timed out|unauthorized|unavailable|killed|terminated|fatal|exception|missing|must|unreachable|reset by peer|wrong|exists|is a directory|busy|too many|ambiguous|emerg|unbound|incorrect|mismatch|aborted|overflow|violation)\b",
    r"|오류|에러|실패|없습니다|없음|없는|없다|거부|잘못|아닙니다|아님|못했|못함|필요합니다|필요함|사용 ?중|존재합니다",);
}

pattern! {
    /// Words that tell how something is.
    STATE = r"(?i)\b(?:up|down|exited|created|restarting|removing|paused|dead|healthy|unhealthy|starting|running|stopped|done|ok|true|false|yes|pass(?:ed)?|success(?:ful(?:ly)?)?|warn(?:ing)?)\b";
}

/// Whether `text` has a word of a complaint.
pub fn complains(text: &str) -> bool {
    COMPLAINT.is_match(text)
}

/// Whether `text` has a word that tells how something is.
pub fn names_a_state(text: &str) -> bool {
    STATE.is_match(text)
}

pattern! {
    /// Docker's client, its builders and compose.
    DOCKER = concat!(r"^(?:docker: )?(?i:error)(?: response from daemon| during connect| while [^:]+| from server[^:]*)?: \S",
    r"|^ ?(?:=> )+ERROR |^#[0-9]+ (?:[0-9.]+ )?ERROR:? |^ERROR |^(?:COPY|ADD) failed: |^Dockerfile parse error |^Dockerfile:[0-9]+: ",
    r"|^exec \S+: [a-z]|^(?:open|lstat|stat|mkdir|unlinkat|readlink) \S+: [a-z]|^[Yy]ou cannot attach to a |^(?:the input device is not a TTY|cannot attach stdin to a TTY-enabled container)",
    r"|^The command '.*' returned a non-zero code: [0-9]+|^cowardly refusing to save to a terminal|^requested load from stdin, but stdin is empty",
    r"|^(?:unknown (?:shorthand )?(?:flag|command|docker command)|flag needs an argument|conflicting options|invalid (?:argument|reference format|spec|mount|value|containerPort|hostPort|IP|volume|env)|unsupported |[Tt]emplate parsing error|can't evaluate)",
    r#"|^(?:"docker [a-z -]+"|'docker [a-z -]+'|docker: '[^']*'|"[a-z-]+ [a-z-]+") (?:requires|accepts|is not a docker)"#,
    r"|^(?:Cannot connect to the Docker daemon|Got permission denied|permission denied while trying|OCI runtime |pull access denied|manifest for \S+ not found|denied: |unauthorized: |toomanyrequests: |no configuration file provided|no such (?:service|container|image|volume|network)|service \x22[^\x22]+\x22 (?:is not running|is not defined|depends on|refers to|has no|didn't complete)|(?:Get|Head|Post|Put) \x22https?://[^\x22]+\x22: \S|(?:unable to|failed to|could not|cannot) [a-z].*: \S)",);
}

pattern! {
    /// What only Docker's client, a builder or compose says of itself, among the text of
    /// any program.
    CLIENT = concat!(r"^(?:docker: )?Error response from daemon: |^docker: \S|^Error: No such (?:container|image|object|volume|network|service|node|task)\b|^error: no such object: |^error during connect: |^Cannot connect to the Docker daemon|^(?:Got permission denied|permission denied while trying) |^OCI runtime ",
    r#"|^unknown (?:shorthand )?flag: |^unknown docker command: |^flag needs an argument: |^(?:"docker [a-z -]+"|'docker [a-z -]+'|docker: '[^']*'|"[a-z-]+ [a-z-]+") (?:requires|accepts|is not a docker)|^[Tt]emplate parsing error: "#,
    r"|^cowardly refusing to save to a terminal|^requested load from stdin, but stdin is empty|^[Yy]ou cannot |^(?:the input device is not a TTY|cannot attach stdin to a TTY-enabled container)|^no configuration file provided|^no such service: |^invalid reference format|^pull access denied|^(?:unable to prepare context|failed to solve|failed to read dockerfile)[: ]",
    r"|^(?i:error): failed to |^ERROR: (?:unable|invalid|docker|resolve)|^(?:COPY|ADD) failed: |^Dockerfile parse error |^The command '.*' returned a non-zero code: [0-9]+",);
}

pattern! {
    /// A step of a build that failed; its end says so again.
    FAILED_STEP = "^ ?(?:=> )+ERROR |^#[0-9]+ ERROR:? ";
}

pattern! {
    /// Anything: scripts, servers, interpreters, package managers, network tools.
    ANYONE = concat!(r"^(?:Error|ERROR|error|Fatal|FATAL|fatal|Panic|PANIC|panic|CRITICAL|오류|에러)(?:\[\w+\]| \([^)]*\)| from server \([^)]*\)|(?: [\w-]+){1,3})?: \S",
    r"|\[(?:ERROR|Error|error|FATAL|Fatal|fatal|CRITICAL|emerg|alert|crit)\] |\b(?:ERROR|FATAL|PANIC|CRITICAL): ",
    r"|^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception)(?:: |$)|^Traceback \(most recent call last\)|^Exception in thread |^thread '.*' panicked at",
    r"|^E: |^npm (?:ERR!|error) |^\(error\) |^\*\* server can't find |^;; connection timed out|\b100(?:\.0+)?% packet loss|: Destination Host Unreachable$",
    r"|^(?:Cannot|Could not|Couldn't|Can't|Failed to|failed to|Unable to|unable to|Invalid|invalid|Unknown|unknown|No such|The connection to the server) +[^\s:]|^(?:Permission denied|Access denied|Connection refused|Not found)(?:[ .(]|$)",
    r"|^(?:[^\s:]*/)?[\w.+-]+: (?:.*: )?(?:No such file or directory|Permission denied|Operation not permitted|Is a directory|Not a directory|File exists|Connection refused|(?:command )?not found|No such process|Device or resource busy|Read-only file system|No space left on device|Name or service not known|Temporary failure in name resolution|Input/output error|Invalid argument|Directory not empty|Host is unreachable|Network is unreachable|Connection timed out|Connection reset by peer|Exec format error|Address already in use|그런 파일이나 디렉터리가 없습니다|허가 거부|명령어를 찾을 수 없음)\.?$",);
}

pattern! {
    /// How a program is called rightly; said where it was not.
    USAGE = "^\\s*(?:[Uu]sage|USAGE|사용법): *\\S";
}

pattern! {
    /// A status in words.
    TOLD = "\\b(?:exit (?:status|code)|exited with(?: (?:status|code))?|non-zero code|returned(?: (?:exit )?(?:status|code))?|오류 코드|종료 코드)[: ]+(?P<status>[0-9]+)\\b";
}

pattern! {
    /// What a shell says of a program that was ended by a signal.
    SIGNAL = "^(?:\\S+: (?:line [0-9]+: +[0-9]+ )?)?(?:Killed|Terminated|Aborted|Hangup|Quit|Segmentation fault|Bus error|Floating point exception|Illegal instruction|Broken pipe|죽었음|종료됨|세그멘테이션 오류)(?: \\(core dumped\\))?(?:  .*)?$";
}

/// Whether `line` shows that one of `sources` failed with `status`.
pub fn shows_failure(line: &str, sources: &StatusSources, status: i32) -> bool {
    let line = line.trim_end();
    // Docker then pulls it, which fails or does not.
    if line.starts_with("Unable to find image ") {
        return false;
    }
    names_itself(line, sources)
        || (status > 128 && SIGNAL.is_match(line))
        || (sources.docker
            && (DOCKER.is_match(line) || USAGE.is_match(line) || names_status(line, status)))
        || (sources.others
            && (ANYONE.is_match(line) || USAGE.is_match(line) || names_status(line, status)))
}

/// Whether a program begins the line with its name, and complains.
fn names_itself(line: &str, sources: &StatusSources) -> bool {
    complaint(line).is_some_and(|(name, _)| sources.names.contains(name) || is_shell(name))
}

/// Whether one of `sources`, and no other program whose text they print, begins the
/// line with its name and complains; a shell also of one that it does not find.
fn names_itself_alone(line: &str, sources: &StatusSources) -> bool {
    complaint(line).is_some_and(|(name, said)| {
        let names_a_source = || said.split(": ").any(|part| sources.names.contains(part));
        sources.names.contains(name) || (is_shell(name) && names_a_source())
    })
}

/// The name that a line begins with, and the complaint behind it.
fn complaint(line: &str) -> Option<(&str, &str)> {
    let captures = NAMED.captures(line)?;
    let (name, said) = (captures.name("name")?, captures.name("said")?);
    COMPLAINT
        .is_match(said.as_str())
        .then(|| (name.as_str(), said.as_str()))
}

/// The first line of an `output` in which one of `sources` tells an error that is not
/// `shown`. A step of a build that failed is printed again where the build ends, and of
/// programs that tell errors in forms of their own one line stands for those that it is
/// printed with.
pub fn hidden_error<'l>(
    output: &'l [String],
    shown: &dyn Fn(&str) -> bool,
    sources: &StatusSources,
) -> Option<&'l str> {
    let is_clients = |line: &str| sources.docker && CLIENT.is_match(line);
    let ends_with_clients_error = output.iter().any(|line| is_clients(line.trim_end()));
    let names_its_source = |line: &&String| {
        let line = line.trim_end();
        is_clients(line)
            || names_itself_alone(line, sources)
            || (sources.docker && !ends_with_clients_error && FAILED_STEP.is_match(line))
    };
    let one = output
        .iter()
        .filter(names_its_source)
        .find(|line| !shown(line.trim_end()));
    let is_anyones = |line: &&String| sources.calls_others && ANYONE.is_match(line.trim_end());
    let is_part = |line: &String| is_anyones(&line) || line.starts_with([' ', '\t']);
    let mut together = output.chunk_by(|line, next| is_part(line) && is_part(next));
    let mut of_several = || {
        together.find_map(|lines| {
            let first = lines.iter().find(is_anyones)?;
            let is_shown = lines.iter().any(|line| shown(line.trim_end()));
            (!is_shown).then_some(first)
        })
    };
    one.or_else(&mut of_several).map(String::as_str)
}

/// Whether the line tells the status in words (`returned a non-zero code: 2`).
fn names_status(line: &str, status: i32) -> bool {
    TOLD.captures_iter(line)
        .any(|captures| captures["status"].parse() == Ok(status))
}
