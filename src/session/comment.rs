//! Lines that the author wrote among a transcript's lines, for the reader.
//!
//! ```text
//!     # 컨테이너를 만든다          above the first prompt: a comment
//!     $ docker run -d --name web nginx
//!     4c01db0b339c...
//!     # 확인                       after what prints no text of others: a comment
//!     $ docker exec web cat note
//!     # nobody knows               after what may print anything: output, unless this run
//!     $ exit                       prints no such line and a prompt follows
//!     [터미널 2]                   where a comment may stand: a caption
//! ```

use super::elision::is_elision;
use crate::docker::{Invocation, ProgramCall};
use crate::pattern::pattern;
use crate::shell::{Property, Script, SimpleCommand, behind_wrappers};

/// Whether `line` has the form of a comment: `# text`, `#확인`, `// text`, a rule of `#`, but not
/// `#!/bin/sh` nor the `#5 [1/2] FROM` of a build.
pub fn is_comment(line: &str) -> bool {
    const RULE: usize = 5;
    let is_first = |first: char| first.is_whitespace() || first.is_alphabetic();
    let rule = line.trim();
    text_of(line).is_some_and(|text| !text.trim().is_empty() && text.starts_with(is_first))
        || rule.len() >= RULE && rule.bytes().all(|byte| byte == b'#')
}

/// What stands behind the sign of a comment, blanks and all.
fn text_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let behind_slashes = line.strip_prefix("//").filter(|text| text.starts_with(' '));
    let is_marked = line.starts_with('#');
    behind_slashes.or_else(|| is_marked.then(|| line.trim_start_matches('#')))
}

/// Whether `line` names what stands below it: `[터미널 1]`, `(host)`, `=== 2 ===`; a prompt with
/// brackets names a user at a machine.
pub fn is_caption(line: &str) -> bool {
    const MARKS: [(&str, &str); 7] = [
        ("[", "]"),
        ("(", ")"),
        ("<", ">"),
        ("【", "】"),
        ("==", "=="),
        ("--", "--"),
        ("**", "**"),
    ];
    let line = line.trim();
    let inside = MARKS.iter().find_map(|(first, last)| {
        let inside = line.strip_prefix(first)?.strip_suffix(last)?;
        Some(inside.trim_matches(['=', '-', '*', ' ']))
    });
    inside.is_some_and(|inside| {
        let is_plain = |letter: char| letter.is_alphanumeric() || " .,:-_/".contains(letter);
        let is_text = inside.chars().any(char::is_alphanumeric);
        // Docker says `<none>` of what has no name.
        let may_be_value = line.starts_with('<') && line.is_ascii();
        is_text && inside.chars().all(is_plain) && !may_be_value && !is_elision(line)
    })
}

/// Whether `line` is a comment that can be no command at `#`, as no command's name begins with
/// such a letter (`# 확인`), or a caption that no program prints (`[터미널 1]`).
pub fn is_prose(line: &str) -> bool {
    let begins_foreign = |text: &str| {
        let behind = MARKS.find(text).map_or(0, |marks| marks.end());
        text[behind..].starts_with(is_foreign_letter)
    };
    is_comment(line) && text_of(line).is_some_and(begins_foreign)
        || is_caption(line) && has_foreign_letter(line)
}

/// Whether `line` is an arrow, a bullet or a number and words that begin with a letter outside
/// ASCII, or points to the line above: `=> 지워졌다`, `2) 확인`, `^^^^ 주소`.
pub fn is_pointed(line: &str) -> bool {
    let begins_foreign = |words: &str| words.starts_with(is_foreign_letter);
    let points_up = UP.captures(line).is_some_and(|found| {
        let words = &found["words"];
        words.is_empty() || has_foreign_letter(words) || !line.is_ascii()
    });
    let is_numbered = line
        .trim_start()
        .starts_with(|letter: char| ('①'..='⑳').contains(&letter));
    let has_words = || begins_foreign(&POINTER.replace(line, ""));
    POINTER.is_match(line) && (is_numbered || has_words()) || points_up
}

pattern! {
    /// What stands before the words of a comment: `# *** 확인 ***`, `# (2) 확인`.
    MARKS = r"^(?:[\s*=~■□▶▷●○◆◇★☆※-]|\(?[0-9]{1,2}[.)]|\[[0-9]{1,2}\])*";
    POINTER = r"^\s*(?:[-=]+>|[→⇒➡▶▷※★☆■□●○◆◇•①-⑳]+|[└┗╰][─━-]*|[;*-]|\(?[0-9]{1,2}[.)]|\[[0-9]{1,2}\])\s*";
    /// What points to the line above, and words.
    UP = r"^\s*(?:\^+|~{3,}|[↑⇧⬆▲△☝👆]+)\s*(?P<words>.*)$";
    /// The beginning of a remark behind output: an arrow that points to the left, of which
    /// programs print none.
    POINTS_LEFT = r"^(?:<-+|<={2,}|<{2,}-*|[←⇐⬅⟵◀◁◄☜👈]+)(?:\s|[^\x00-\x7f]|$)";
    /// The same with another sign, or what a program may print as well.
    SIGN = r"^(?:[-=]+>|<=|/\*|//|#|[*(\[]+|[\u{2022}\u{203b}\u{2190}-\u{22ed}\u{22f0}-\u{2bff}\u{3010}\u{1f000}-\u{1faff}]+)";
    /// The same behind a command. What stands behind `#` there is the shell's to leave out.
    BEHIND_COMMAND = r"^(?P<command>\S.*?)\s+(?:<?[-=]+>|<[-=]+|[←⇐⬅◀◁→⇒➡▶▷※]+|//)\s*(?P<words>\S.*)$";
}

/// A place in a line at which the author's remark behind its output may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemarkStart {
    /// In bytes.
    pub at: usize,
    /// Whether a program may as well print what stands there.
    pub may_be_output: bool,
}

/// Where the author's remark behind the output in `line` may begin, the first place first:
/// `web   <- 이름`. Behind a sign that programs print too, the words of a remark have letters
/// outside ASCII, or it is nothing but signs outside ASCII.
pub fn remarks_behind(line: &str) -> impl Iterator<Item = RemarkStart> {
    let blanks = line.match_indices(char::is_whitespace);
    let words = blanks.map(|(at, blank)| at + blank.len());
    words.filter_map(|at| {
        let (before, rest) = line.split_at(at);
        let is_sign = || {
            let has_word = rest.contains(|letter: char| letter.is_ascii_alphanumeric());
            let is_signs = !rest.starts_with(|letter: char| letter.is_ascii()) && !has_word;
            SIGN.is_match(rest) && (has_foreign_letter(rest) || is_signs)
        };
        let is_apart = before.ends_with("  ") || before.ends_with('\t');
        let is_comment = is_apart && ["# ", "// "].iter().any(|sign| rest.starts_with(sign));
        let is_sure = POINTS_LEFT.is_match(rest) || is_sign();
        let is_one = !before.trim().is_empty() && (is_sure || is_comment);
        is_one.then_some(RemarkStart {
            at,
            may_be_output: !is_sure,
        })
    })
}

/// What of `typed` is the command, without the author's remark behind it: `docker ps  // 확인`.
/// A program that prints its own words may print a remark, and so may what is quoted.
pub fn without_remark(typed: &str) -> &str {
    if typed.is_ascii() || typed.contains(['\'', '"', '`', '\\']) || typed.contains("<<") {
        return typed;
    }
    let found = BEHIND_COMMAND.captures(typed).and_then(|found| {
        let (command, words) = (found.name("command")?, found.name("words")?);
        Some((command.as_str(), words.as_str()))
    });
    let Some((command, words)) = found else {
        return typed;
    };
    let script = Script::read(command);
    let prints_words = |simple: &SimpleCommand| {
        let argv = behind_wrappers(&simple.argv());
        argv.first()
            .is_none_or(|program| Property::Computes.is_of(program))
    };
    let prints_words = script.commands().into_iter().any(prints_words);
    match has_foreign_letter(words) && !prints_words {
        true => command,
        false => typed,
    }
}

pub(super) fn has_foreign_letter(text: &str) -> bool {
    text.chars().any(is_foreign_letter)
}

fn is_foreign_letter(letter: char) -> bool {
    letter.is_alphabetic() && !letter.is_ascii()
}

/// Whether no line that `command` prints could have the form of a comment.
pub(super) fn prints_no_comment(command: &str) -> bool {
    // What is computed from words has no comment but one that stands in them.
    if !command.contains('#')
        && !command.contains("//")
        && ProgramCall::only_compute(&ProgramCall::all(command))
    {
        return true;
    }
    let script = Script::read(command);
    let Some(simple) = script.only_command() else {
        return false;
    };
    let argv = behind_wrappers(&simple.argv());
    if let Some(docker) = Invocation::read(&argv) {
        // A template prints any text, and labels hold any text.
        let mut templates = docker.values("--format");
        let prints_text = |template: &str| template.contains('#') || template.contains(".Label");
        return docker.is_terse() && !templates.any(prints_text);
    }
    let program = argv.first().map_or("", String::as_str);
    Property::Terse.is_of(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_a_sharp_and_a_text() {
        for line in [
            "# now look",
            "#확인",
            "## 1. first",
            "  # indented",
            "// 이제",
            "##########",
        ] {
            assert!(is_comment(line), "{line}");
        }
        for line in [
            "#",
            "# ",
            "//",
            "/ # ls",
            "/a",
            "#!/bin/sh",
            "#5 [1/2] FROM",
            "text # no",
        ] {
            assert!(!is_comment(line), "{line}");
        }
    }

    #[test]
    fn a_caption_stands_in_brackets_or_between_rules() {
        for line in [
            "[터미널 1]",
            "(host)",
            "<서버 A>",
            "=== 2번 창 ===",
            "-- host --",
        ] {
            assert!(is_caption(line), "{line}");
        }
        let none = [
            "[root@lab ~]",
            "[]",
            "[\"sh\"]",
            "[a]b",
            "------",
            "=",
            "(a",
            "{a}",
            "[~/web]",
            "(생략)",
            "<none>",
            "",
        ];
        for line in none {
            assert!(!is_caption(line), "{line}");
        }
        assert!(is_prose("[터미널 1]") && !is_prose("[sleep 100]"));
        assert!(is_prose("# *** 둘째 ***") && is_prose("# (2) 둘째") && is_prose("# 1. 가"));
        assert!(!is_prose("# ./가") && !is_prose("# 2 docker 가"));
    }

    #[test]
    fn a_pointer_and_words_outside_ascii_are_the_authors() {
        for line in [
            "=> 지워졌다",
            "→ 볼륨이 생겼다.",
            "2) 확인",
            "(2) 確認",
            "; 이제",
            "- 끝",
            "① 먼저",
            "① volume",
            "   └─ 주소",
            "^^^^^^",
            "   ↑",
            "~~~~ 여기",
            "▲ IP",
        ] {
            assert!(is_pointed(line), "{line}");
        }
        for line in [
            "=> done",
            "지워졌다",
            "10.0.0.1 가",
            "-rw-r--r-- 가",
            "[1] 4711",
            "1) a",
            "└── a.txt",
            "^ here",
            "~",
        ] {
            assert!(!is_pointed(line), "{line}");
        }
    }

    #[test]
    fn a_remark_behind_output_has_a_sign_and_words_of_the_author() {
        let first = |line: &str| {
            remarks_behind(line)
                .find(|remark| !remark.may_be_output)
                .map(|remark| line[remark.at..].to_owned())
        };
        for (line, remark) in [
            ("web    ← 이름", "← 이름"),
            ("web <-- 컨테이너", "<-- 컨테이너"),
            ("web  <-- the name", "<-- the name"),
            ("web  <<< 이름", "<<< 이름"),
            ("/   # 루트", "# 루트"),
            ("web // 이름", "// 이름"),
            ("web <= 名前", "<= 名前"),
            ("web → 이름", "→ 이름"),
            ("web --> 이름", "--> 이름"),
            ("web (이름!)", "(이름!)"),
            ("web ※ 이름", "※ 이름"),
            ("web 👈 이름", "👈 이름"),
            ("web /* 이름 */", "/* 이름 */"),
            ("web * 이름", "* 이름"),
            ("web **<- 이름**", "**<- 이름**"),
            ("web  ①", "①"),
            ("web  ┐ 같은 ID", "┐ 같은 ID"),
            ("web  ┘", "┘"),
            ("a b  # 가 // 나", "# 가 // 나"),
        ] {
            assert_eq!(first(line).as_deref(), Some(remark), "{line}");
        }
        let none = [
            "web -> name",
            "# 루트",
            "web 이름",
            "a<-b 가",
            "http://가",
            "web #",
            "x = 1",
            "x <= 1",
            "web (name)",
            "web ✔ done",
            "web ⋯",
            "web ...",
        ];
        for line in none {
            assert_eq!(first(line), None, "{line}");
        }
        let behind_sharp = remarks_behind("80   # port").next();
        assert!(behind_sharp.is_some_and(|remark| remark.may_be_output));
    }

    #[test]
    fn a_remark_behind_a_command_is_not_typed() {
        for (typed, command) in [
            ("docker ps   // 확인", "docker ps"),
            ("docker rm web  <- 삭제", "docker rm web"),
            (
                "docker exec -it web sh --> 접속 (bash 없음)",
                "docker exec -it web sh",
            ),
            ("ls | wc -l ※ 개수", "ls | wc -l"),
            ("docker pull nginx → 이미지를 받는다", "docker pull nginx"),
        ] {
            assert_eq!(without_remark(typed), command);
        }
        for typed in [
            "docker ps // all",
            "docker ps  # 확인",
            "echo 안녕 // 하세요",
            "ls && echo 가 -> 나",
            "curl 'http://lab // 가'",
            "cat <<END // 가",
            "curl http://lab/가",
            "cat 가>나",
        ] {
            assert_eq!(without_remark(typed), typed);
        }
    }

    #[test]
    fn only_commands_that_print_no_text_of_others_leave_room_for_comments() {
        for command in [
            "docker ps -a",
            "docker run -d --name web nginx",
            "sudo -E docker run -itd busybox",
            "docker container rm web",
            "docker container ls",
            "docker --context default image ls",
            "timeout 5 docker rmi a",
            "docker volume create data",
            "docker ps --format '{{.Names}}'",
            "cd /srv",
            "exit",
            "docker run --rm busybox echo 2",
        ] {
            assert!(prints_no_comment(command), "{command}");
        }
        for command in [
            "docker run busybox sh -d",
            "docker logs web",
            "docker ps --format '# {{.ID}}'",
            "docker exec web cat note",
            "docker network inspect bridge",
            "docker ps; cat note",
            "docker rm $(cat note)",
            "cat note",
            "docker run busybox echo '# 2'",
            "echo $NOTE",
        ] {
            assert!(!prints_no_comment(command), "{command}");
        }
    }
}
