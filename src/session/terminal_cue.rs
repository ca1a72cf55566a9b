//! What notes say about which terminal a transcript is typed in.
//!
//! ```text
//!     새 터미널을 열고 접속한다.              another one
//!     In a second terminal, run:             the second
//!     [터미널 1]   # terminal 2   T2> ls     in a transcript: a label, and what stands behind
//! ```

use regex::Regex;

use super::comment::{is_caption, is_comment};
use crate::pattern::pattern;

/// What the notes say about the terminal of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cue {
    /// The one of this name.
    Named(TerminalName),
    /// None of those that were used.
    Other,
    /// The one that the notes began in.
    First,
}

/// How the author tells terminals apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TerminalName {
    /// From 0: `1`, `A` and `첫 번째` are 0.
    number: usize,
}

impl TerminalName {
    /// Which one it is by its name, from 0.
    pub(super) fn number(self) -> usize {
        self.number
    }

    /// Of a digit or letter.
    fn of(sign: &str) -> Option<Self> {
        const WORDS: [&[&str]; 4] = [
            &[
                "1", "a", "첫", "first", "1st", "一", "①", "왼쪽", "left", "위쪽", "top", "서버",
                "server",
            ],
            &[
                "2",
                "b",
                "두",
                "둘",
                "second",
                "2nd",
                "二",
                "②",
                "오른쪽",
                "right",
                "아래쪽",
                "bottom",
                "클라이언트",
                "client",
            ],
            &["3", "c", "세", "셋", "third", "3rd", "三", "③"],
            &["4", "d", "네", "넷", "fourth", "4th", "四", "④"],
        ];
        let sign = sign.trim().to_lowercase();
        let number = WORDS
            .iter()
            .position(|words| words.contains(&sign.as_str()));
        Some(Self { number: number? })
    }
}

pattern! {
    /// A numbered terminal: `터미널 2`, `Terminal #2`, `두 번째 터미널`, `2번 창`, `second terminal`.
    NUMBERED = r"(?ix)
        (?: \b (?: terminal | console | shell | window | tab ) (?: \s (?: window | tab | session ) )?
            | 터미널 (?: \s?창 )? | 콘솔 (?: \s?창 )? | ターミナル | 端末 | 终端 )
            \s? [-\#(]? \s? (?<behind> [1-4A-D] | [一二三四①-④] ) (?<more> [.:]? [0-9A-Za-z] | \s? (?: 개 | 대 ) )?
        | (?<korean> 첫 | 두 | 둘 | 세 | 셋 | 네 | 넷 | [1-4] ) \s? (?: 번 | 번째 | 째 ) \s? (?: 터미널 | 콘솔 | 쉘 | 셸 | 창 | 탭 )
        | (?<side> 왼쪽 | 오른쪽 | 위쪽 | 아래쪽 | 서버 | 클라이언트 ) \s? (?: 터미널 | 콘솔 | 쉘 | 셸 | 창 | 탭 | 패널 | 화면 )
        | \b (?<pane> left | right | top | bottom | server | client ) \s (?: terminal | console | shell | window | tab | pane ) \b
        | \b (?<english> first | 1st | second | 2nd | third | 3rd | fourth | 4th ) \s (?: \w+ \s )? (?: terminal | console | shell | window | tab | session ) \b
        | 第 (?<chinese> [一二三四] ) 个 (?: 终端 | 窗口 )";
    /// One that was not used before, or not this one.
    OTHER = r"(?ix)
        (?: 또\s?다른 | 다른 | 새로운 | 새 | 별도의? | 추가 | 옆 ) \s?
            (?: (?:터미널|콘솔|쉘|셸|명령|명령어|실행|파워셸|SSH|ssh) \s? )? (?:터미널|콘솔|쉘|셸|세션|탭|창|프롬프트)
            (?: \s? \([^)]*\) )? \s?
            (?: 을 | 를 | 에서 | 에는 | 에 | 으로 | 로 | 하나 | : | ： | $ )
        | (?: 터미널 | 콘솔 ) (?: \s?창 )? (?: 을 | 를 )? \s (?: 하나 (?: 를 )? \s )? (?: 더 | 새로 | 추가로 ) \s (?: 열 | 띄 | 켜 )
        | \b (?: in | open | opening | from | start | use | using | launch | into | to | on ) \s (?: up \s )? (?: your \s )?
            (?: another | an? \s (?: new | different | separate | other | additional ) | new | the \s other ) \s
            (?: \w+ \s )? (?: terminal | console | shell | tab | window | session | command \s prompt ) \b
        | ^ \W* (?: another | new | other ) \s (?: terminal | shell | window | tab ) (?: \s window )? \W* $
        | (?: 別の | 新しい | もう[一1]つの ) \s? (?: ターミナル | 端末 | ウィンドウ | タブ | シェル )
        | (?: 另[一外]个? | 另外一个 | 新的? | 新开一个 | 再[打开]+一个 ) \s? (?: 终端 | 窗口 | 命令行 )";
    /// The one that the notes began in.
    FIRST = r"(?ix)
        (?: 원래 | 기존 | 처음 | 첫 | 이전 | 아까 | 먼저 )(?:의|에)? \s? (?: 띄운 | 연 | 열어 \s? 둔 )? \s? (?: 터미널 | 콘솔 | 창 )
        | \b (?: original | initial | previous ) \s (?: terminal | console | shell | window | tab | session ) \b
        | (?: 最初の | 元の ) \s? (?: ターミナル | 端末 )
        | (?: 原来的? | 之前的? ) \s? (?: 终端 | 窗口 )";
    /// What follows a terminal that is only spoken of: nothing is typed in it.
    ONLY_SPOKEN_OF = r"(?ix)^ \s? (?: 창 )? \s? (?: 은 | 는 | 이 | 가 | 도 | 의 | [을를] \s (?: 보 | 확인 ) ) | ^ \s [a-z]+s \b | ^ \s (?: are | will | should | can | running ) \b";
    /// A program that was left by a key.
    INTERRUPTS = r"(?i)(?:ctrl|control|컨트롤|⌃)\s*(?:키)?\s*[-+와과]?\s*c(?-u:\b)|\^C(?-u:\b)";
    /// The number of a terminal in front of its prompt: `[2]$ docker ps`.
    NUMBERED_PROMPT = r"^\s*[\[(](?<number>[1-4])[\])]\s?(?<prompt>[$#%>])";
    /// A comment behind a command.
    BEHIND_COMMAND = r"\s#+\s(?<label>[^\s#][^#]*)$";
    /// A line of a transcript that says in which terminal what stands below, or behind, is typed.
    LABEL = r"(?ix)^ \s* (?: \# + | // | [-=*─]+ | > )? \s* [\[(<【]? \s*
        (?: (?: (?: terminal | term | console | shell | tab | window ) (?: \s (?: window | tab ) )? | 터미널 (?: \s?창 )? | 콘솔 | 창 | ターミナル | 端末 | 终端 )
        \s? [-\#_]? \s? (?<number> [1-4] | [A-D] ) | (?<side> 왼쪽 | 오른쪽 | left | right ) (?: \s? (?<noun> 터미널 | 창 | 패널 | terminal | window | pane ) )? ) \s*
        (?: (?<prompt> [$\#%>] ) | [\])>】:：] | $ | [-=*─]+ | \( [^)]* \) | \s [-–—:] \s )";
}

/// Which terminal `text`, above a transcript, says that it is typed in; what it says last counts.
pub(super) fn in_text(text: &str) -> Option<Cue> {
    let is_spoken_of = |end: usize| ONLY_SPOKEN_OF.is_match(&text[end..]);
    let cues = all_in_text(text).into_iter();
    let cues = cues.filter(|(end, _)| !is_spoken_of(*end));
    cues.max_by_key(|(end, _)| *end).map(|(_, cue)| cue)
}

/// Which terminal `text`, above lines of output, speaks of last.
pub(super) fn spoken_of(text: &str) -> Option<Cue> {
    let cues = all_in_text(text).into_iter();
    cues.max_by_key(|(end, _)| *end).map(|(_, cue)| cue)
}

/// All that `text` says about terminals, each with the byte at which that ends.
fn all_in_text(text: &str) -> Vec<(usize, Cue)> {
    const SIGNS: [&str; 6] = ["behind", "korean", "side", "pane", "english", "chinese"];
    let mut found = Vec::new();
    for numbered in NUMBERED.captures_iter(text) {
        let sign = SIGNS.iter().find_map(|name| numbered.name(name));
        let name = sign.and_then(|sign| TerminalName::of(sign.as_str()));
        let end = numbered.get(0).map_or(0, |whole| whole.end());
        let name = name.filter(|_| numbered.name("more").is_none());
        found.extend(name.map(|name| (end, Cue::Named(name))));
    }
    let mut add = |pattern: &Regex, cue: Cue| {
        found.extend(pattern.find_iter(text).map(|one| (one.end(), cue.clone())));
    };
    add(&OTHER, Cue::Other);
    add(&FIRST, Cue::First);
    found
}

/// Whether `text`, above a transcript, says that the program above was interrupted.
pub(super) fn interrupts(text: &str) -> bool {
    INTERRUPTS.is_match(text)
}

/// The terminal that `line` of a transcript names, and how many bytes of it do so: what is left
/// may be a prompt.
pub(super) fn label(line: &str) -> Option<(TerminalName, usize)> {
    if let Some(found) = NUMBERED_PROMPT.captures(line) {
        return Some((
            TerminalName::of(&found["number"])?,
            found.name("prompt")?.start(),
        ));
    }
    let behind_command = || {
        let remark = format!("# {}", &BEHIND_COMMAND.captures(line)?["label"]);
        let (name, end) = label_alone(&remark)?;
        (end == remark.len()).then_some((name, 0))
    };
    label_alone(line).or_else(behind_command)
}

/// The terminal that `line` names at its beginning, and how many bytes of it do so.
fn label_alone(line: &str) -> Option<(TerminalName, usize)> {
    let found = LABEL.captures(line)?;
    let end = match found.name("prompt") {
        Some(sign) => sign.start(),
        None => found.get(0)?.end(),
    };
    let rest = line[end..].trim();
    let is_alone = rest.is_empty() || is_comment(line) || is_caption(line);
    let is_prompt = rest.starts_with(['$', '#', '%', '>']);
    // A program may print `right`.
    let is_marked = !line.trim_start().starts_with(char::is_alphabetic);
    let side = || {
        found
            .name("side")
            .filter(|_| is_marked || found.name("noun").is_some())
    };
    let sign = found.name("number").or_else(side)?;
    let name = TerminalName::of(sign.as_str())?;
    let behind = line[end..].len() - line[end..].trim_start().len();
    match (is_alone, is_prompt) {
        (true, _) => Some((name, line.len())),
        (_, true) => Some((name, end + behind)),
        _ => None,
    }
}

/// `line` of a transcript without what names a terminal in front of its prompt.
pub(super) fn without_label(line: &str) -> &str {
    label(line).map_or(line, |(_, behind)| &line[behind..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: usize) -> Option<Cue> {
        Some(Cue::Named(TerminalName { number }))
    }

    #[test]
    fn a_sentence_says_in_which_terminal_a_transcript_is_typed() {
        for text in [
            "새 터미널을 열고 접속해 본다.",
            "다른 터미널에서 확인한다.",
            "또 다른 터미널 창에서 실행하면",
            "새로운 SSH 세션에서:",
            "터미널을 하나 더 열어 확인하자.",
            "별도의 창을 열어서 실행",
            "Now, in another terminal, run:",
            "Open a new terminal window and list the containers:",
            "From a different shell:",
            "Another terminal:",
            "別のターミナルで実行します。",
            "打开另一个终端",
        ] {
            assert_eq!(in_text(text), Some(Cue::Other), "{text}");
        }
        for text in [
            "터미널 2",
            "두 번째 터미널에서는 로그를 본다.",
            "2번 터미널:",
            "Terminal #2",
            "In the second terminal:",
            "### Terminal B",
            "첫 번째 터미널은 그대로 두고 터미널 2에서 실행한다.",
            "왼쪽 창에서 로그를 보면서 오른쪽 창에서 접속합니다.",
            "Open a second terminal. The first terminal stands still.",
        ] {
            assert_eq!(in_text(text), named(1), "{text}");
        }
        assert_eq!(in_text("다시 첫 번째 터미널로 돌아가면"), named(0));
        assert_eq!(in_text("기존 터미널에서"), Some(Cue::First));
        assert_eq!(in_text("Back in the original terminal:"), Some(Cue::First));
        let spoken = "In another terminal, while the first terminal is still running:";
        assert_eq!(in_text(spoken), Some(Cue::Other));
        for text in [
            "컨테이너에 터미널로 접속한다.",
            "터미널에 다음과 같이 입력한다.",
            "the terminal 2.0 release",
            "a terminal is needed for `-t`",
            "새 컨테이너를 만든다.",
            "창을 닫는다.",
        ] {
            assert_eq!(in_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_of_a_transcript_names_a_terminal() {
        let two = TerminalName { number: 1 };
        for line in [
            "[터미널 2]",
            "# 터미널 2",
            "## Terminal 2",
            "터미널2:",
            "(terminal 2)",
            "--- terminal 2 ---",
            "# 터미널 2 - 클라이언트",
            "[Terminal B]",
        ] {
            assert_eq!(label(line), Some((two, line.len())), "{line}");
        }
        assert_eq!(label("[terminal 2] $ ls"), Some((two, 13)));
        assert_eq!(label("터미널2$ ls"), Some((two, "터미널2".len())));
        assert_eq!(label("[2]$ ls"), Some((two, 3)));
        assert_eq!(label("$ docker ps    # 터미널 2"), Some((two, 0)));
        assert_eq!(label("# 오른쪽"), Some((two, "# 오른쪽".len())));
        for line in [
            "$ ls",
            "$ ls # 2",
            "left 2",
            "right",
            "왼쪽",
            "[2] 17",
            "web 2",
            "Terminal 2 is the second",
            "terminal 23",
            "[1] 4711",
        ] {
            assert_eq!(label(line), None, "{line}");
        }
    }
}
