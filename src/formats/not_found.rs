//! What shells say of a program that is not there.
//!
//! ```text
//!     bash: dokcer: command not found          a lab's shell
//!     -bash: dokcer: command not found         a login shell
//!     zsh: command not found: dokcer           a Mac
//!     Command 'dokcer' not found, did you      Ubuntu, which proposes others
//!     mean: ...
//! ```

use crate::pattern::pattern;

pattern! {
    /// The first line of it. What proposes other programs goes on below.
    FIRST = concat!(
        r"^(?:(?:-?\w*sh|sudo): )?(?:line [0-9]+: |[0-9]+: )?(?P<plain>[\w.+-]+): (?:command not found|명령어를 찾을 수 없음|명령을 찾을 수 없습니다|コマンドが見つかりません|未找到命令)\.{0,3}$",
        r"|^zsh: command not found: (?P<zsh>\S+)$",
        r"|^Command '(?P<ubuntu>[^']+)' not found, \S",
        r"|^'(?P<cmd>[^']+)'(?:은\(는\) 내부 또는 외부 명령| is not recognized as an internal or external command)",
        r"|^(?P<power>[\w.+-]+) ?: (?:The term '[^']+' is not recognized |'[^']+' 용어가 cmdlet)",
    );
}

/// The program of which `line` says that it is not there.
pub fn program_in(line: &str) -> Option<&str> {
    let found = FIRST.captures(line.trim_end())?;
    let names = ["plain", "zsh", "ubuntu", "cmd", "power"].into_iter();
    let mut names = names.filter_map(|name| found.name(name));
    names.next().map(|name| name.as_str())
}

/// The program of which `lines` say that it is not there, and nothing else.
pub fn only_program<'l>(lines: &[&'l str]) -> Option<&'l str> {
    let mut lines = lines.iter().filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    let program = program_in(first)?;
    let found = FIRST.captures(first.trim_end())?;
    let goes_on = found.name("plain").is_none() && found.name("zsh").is_none();
    (goes_on || lines.next().is_none()).then_some(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_say_in_many_ways_that_a_program_is_not_there() {
        for line in [
            "bash: dokcer: command not found",
            "-bash: dokcer: command not found",
            "bash: line 1: dokcer: command not found",
            "bash: dokcer: command not found...",
            "dokcer: command not found",
            "sudo: dokcer: command not found",
            "bash: dokcer: 명령어를 찾을 수 없음",
            "zsh: command not found: dokcer",
            "Command 'dokcer' not found, did you mean:",
            "'dokcer'은(는) 내부 또는 외부 명령, 실행할 수 있는 프로그램, 또는",
            "'dokcer' is not recognized as an internal or external command,",
            "dokcer : The term 'dokcer' is not recognized as the name of a cmdlet,",
        ] {
            assert_eq!(program_in(line), Some("dokcer"), "{line}");
        }
        for line in [
            "dokcer: not there",
            "command not found",
            "sh: 1: x: Permission denied",
        ] {
            assert_eq!(program_in(line), None, "{line}");
        }
    }

    #[test]
    fn what_proposes_others_goes_on_and_nothing_else_does() {
        let ubuntu = [
            "",
            "Command 'dokcer' not found, did you mean:",
            "",
            "  command 'docker'",
        ];
        assert_eq!(only_program(&ubuntu), Some("dokcer"));
        assert_eq!(
            only_program(&["bash: dokcer: command not found", "hello"]),
            None
        );
        assert_eq!(
            only_program(&["hello", "bash: dokcer: command not found"]),
            None
        );
    }
}
