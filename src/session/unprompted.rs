//! Fences of commands that show no prompt.
//!
//! ```text
//!     docker run -d --name web nginx     commands alone: typed, and nothing is claimed of them
//!
//!     docker ps --format '{{.Names}}'    what is printed stands in the fence below
//!     Output:
//!     web
//!
//!     docker run busybox echo hi         or below the command: only Docker is called then
//!     hi
//! ```
//!
//! Commands that show no prompt may as well be quoted for the reader. They are typed where the
//! notes show the output of one of them, no other command of the same place has a prompt, and
//! all fences there that call Docker are nothing but commands.

use crate::docker::ProgramCall;
use crate::notes::{Fence, Notes, Unprompted};
use crate::pattern::pattern;
use crate::shell::{Property, Typed};

use super::comment::has_foreign_letter;
use super::fence_kind::{FenceKind, NotRun, fence_kind, is_command, not_run};
use super::opens_shell;
use super::output_fence::{announces_output, is_right_below};

/// Finds the fences of `notes` whose commands are typed though they show no prompt.
pub fn find_unprompted(notes: &mut Notes) {
    for fences in notes.places_mut() {
        let found: Vec<_> = (0..fences.len()).map(|at| unprompted(fences, at)).collect();
        if is_typed(fences, &found) {
            for (fence, found) in fences.iter_mut().zip(found) {
                fence.unprompted = found;
            }
        }
    }
}

/// Whether the commands that were `found` in `fences` are typed.
fn is_typed(fences: &[Fence], found: &[Option<Unprompted>]) -> bool {
    let shows_output = |at: usize| match found[at] {
        Some(Unprompted::WithOutput) => true,
        Some(_) => has_output(fences, at),
        None => false,
    };
    let is_whole = |at: usize| {
        let calls_docker = matches!(not_run(&fences[at]), Some((_, NotRun::NoPrompt)));
        found[at].is_some() || !calls_docker || is_syntax(&fences[at])
    };
    let has_prompt = |fence: &Fence| fence_kind(fence) == FenceKind::Session;
    let opens = |at: usize| {
        let lines = fences[at].lines.iter();
        let typed = commands(&fences[at]);
        let typed = typed.unwrap_or_else(|| lines.map(|line| line.text.clone()).collect());
        typed.iter().any(|command| opens_shell(command))
    };
    (0..fences.len()).any(shows_output)
        && (0..fences.len()).all(is_whole)
        && !fences.iter().any(has_prompt)
        && !(0..fences.len()).any(|at| found[at].is_some() && opens(at))
}

/// Whether each line of `fence` has a blank to fill in: it says how commands are written.
fn is_syntax(fence: &Fence) -> bool {
    let lines = fence.lines.iter().map(|line| line.text.trim());
    let mut lines = lines.filter(|line| !line.is_empty() && !is_remark(line));
    lines.all(|line| BLANK.is_match(line))
}

/// How the lines of the fence at `at` are typed, where all of them are commands.
fn unprompted(fences: &[Fence], at: usize) -> Option<Unprompted> {
    if is_syntax(&fences[at]) {
        return None;
    }
    let Some(printing) = printing(&fences[at]) else {
        return is_docker_with_output(&fences[at]).then_some(Unprompted::WithOutput);
    };
    let shares_output = printing > 1 && has_output(fences, at);
    Some(match shares_output {
        true => Unprompted::Together,
        false => Unprompted::OneByOne,
    })
}

/// How many commands of `fence`, where it holds nothing else, may print something.
fn printing(fence: &Fence) -> Option<usize> {
    let is_terse = |call: &ProgramCall| Property::Terse.is_of(&call.program);
    let is_silent = |command: &&String| ProgramCall::all(command).iter().all(is_terse);
    let commands = commands(fence)?;
    Some(commands.len() - commands.iter().filter(is_silent).count())
}

/// Whether what the fence at `at` prints stands in the fence below it. What stands right below
/// an editor is a file.
fn has_output(fences: &[Fence], at: usize) -> bool {
    fences.get(at + 1).is_some_and(|below| {
        let prints = printing(&fences[at]).is_some_and(|printing| printing > 0);
        let is_said = announces_output(below) || prints && is_right_below(below);
        let is_text = fence_kind(below) == FenceKind::Other && not_run(below).is_none();
        is_said && is_text && commands(below).is_none() && !is_docker_with_output(below)
    })
}

/// Whether `fence` may hold what is typed in a shell, and is no file.
fn is_of_shell(fence: &Fence) -> bool {
    const SHELLS: [&str; 8] = [
        "",
        "bash",
        "sh",
        "shell",
        "zsh",
        "console",
        "terminal",
        "shell-session",
    ];
    let language = fence.info.split([' ', ',', '{']).next().unwrap_or_default();
    let is_file = fence.file_name().is_some_and(|name| name.is_sure);
    !is_file && SHELLS.contains(&language.to_lowercase().as_str())
}

/// Whether `fence` begins with a call of Docker and shows what it prints: it calls no other
/// program and explains nothing, as far as can be told.
fn is_docker_with_output(fence: &Fence) -> bool {
    let mut open: Option<Typed> = None;
    let mut is_begun = false;
    let lines = fence.lines.iter().map(|line| line.text.as_str());
    for line in lines.filter(|line| !line.trim().is_empty()) {
        match open.take() {
            Some(mut typed) => {
                typed.push(line);
                open = Some(typed);
            }
            None if is_remark(line) => continue,
            None if is_command(line) && calls_docker(line) => open = Some(Typed::new(line)),
            None if is_begun && !is_command(line) && !explains(line) => {}
            None => return false,
        }
        is_begun = true;
        open = open.filter(Typed::is_incomplete);
    }
    is_of_shell(fence) && is_begun && open.is_none()
}

pattern! {
    /// A blank to fill in: `[이름]`, `<image>`, `[OPTIONS]`.
    BLANK = r#"[\[<][^\s\[\]<>'"$|]+(?: [^\[\]<>'"$|]*)?[\]>]"#;
    /// An option or an arrow before its meaning, or a sentence of plain words.
    EXPLANATION = r"^\s*(?:-{1,2}[A-Za-z]|[-=]?>|[→⇒•*]|[A-Za-z]+(?: [a-z]+,?){3,}[.:]?$)";
}

/// Whether `line`, below a command, may explain it.
fn explains(line: &str) -> bool {
    let is_foreign = has_foreign_letter(line) && !is_command(line) && !is_remark(line);
    is_foreign || EXPLANATION.is_match(line)
}

/// The commands of `fence`, where it holds nothing else but remarks.
fn commands(fence: &Fence) -> Option<Vec<String>> {
    if !is_of_shell(fence) {
        return None;
    }
    let mut commands = Vec::new();
    let mut open: Option<Typed> = None;
    for line in fence
        .lines
        .iter()
        .filter(|line| !line.text.trim().is_empty())
    {
        let mut typed = match open.take() {
            Some(typed) => typed,
            None if is_remark(&line.text) => continue,
            None if is_command(&line.text) => Typed::new(""),
            None => return None,
        };
        typed.push(&line.text);
        match typed.is_incomplete() {
            true => open = Some(typed),
            false => commands.push(typed.into_text().trim_start().to_owned()),
        }
    }
    (open.is_none() && !commands.is_empty()).then_some(commands)
}

/// Whether `line` of a fence that shows no prompt is a remark of the author's.
pub(super) fn is_remark(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Whether `line` calls Docker or a tool of its kind.
fn calls_docker(line: &str) -> bool {
    let calls = ProgramCall::all(line);
    calls
        .iter()
        .any(|call| call.docker().is_some() || call.kubectl().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    /// The commands that are typed in notes with fences of these texts, where lines that begin
    /// with `:` stand between them.
    fn typed(parts: &[&str]) -> Vec<String> {
        let part = |part: &&str| match part.strip_prefix(':') {
            Some(text) => format!("{text}\n\n"),
            None => format!("```{part}\n```\n\n"),
        };
        let text = format!("# Page\n\n{}", parts.iter().map(part).collect::<String>());
        let mut notes = Notes::read(&Source::new("a.md", text)).0;
        find_unprompted(&mut notes);
        let steps = super::super::parse_answer(&notes.fences).expect("transcripts");
        let shown = |step: &super::super::Step| {
            let command = step.command().unwrap_or_default();
            let shown: Vec<&str> = step
                .expected
                .iter()
                .map(|line| line.text.as_str())
                .collect();
            format!("{command} > {}", shown.join("|"))
        };
        steps.iter().map(shown).collect()
    }

    #[test]
    fn commands_are_typed_where_the_output_of_one_is_shown() {
        let run = "bash\ndocker run -d \\\n  --name web nginx";
        let list = "bash\n# which ones run\ndocker ps -q";
        let output = "\n3f1c5b0a9d27";
        for between in [
            ":출력:",
            ":출력",
            ":Output:",
            ":실행하면 다음과 같이 나온다.",
        ] {
            assert_eq!(
                typed(&[run, ":Then:", list, between, output]),
                [
                    "docker run -d \\\n  --name web nginx > ",
                    "docker ps -q > 3f1c5b0a9d27"
                ],
                "{between}"
            );
        }
        assert_eq!(typed(&[list, output]).len(), 1);
    }

    #[test]
    fn commands_that_share_an_output_are_one_step_which_may_show_the_last_ones_alone() {
        let both = "sh\ndocker pull nginx\n\ndocker images -q";
        assert_eq!(
            typed(&[both, ":Output:", "\n3f1c5b0a9d27"]),
            ["docker pull nginx\ndocker images -q > |3f1c5b0a9d27"]
        );
        // Not every command prints something.
        let last = "sh\nmkdir app && cd app\ndocker images -q";
        assert_eq!(typed(&[last, ":Output:", "\n3f1c5b0a9d27"]).len(), 2);
    }

    #[test]
    fn output_may_stand_below_a_call_of_docker() {
        assert_eq!(
            typed(&["\ndocker run -d nginx\n3f1c5b0a9d27\n\ndocker ps -q \\\n -a\n3f1c5b0a9d27"]),
            [
                "docker run -d nginx > 3f1c5b0a9d27|",
                "docker ps -q \\\n -a > 3f1c5b0a9d27"
            ]
        );
        // What explains a command is none.
        for explained in [
            "-d : in the background",
            "백그라운드에서 실행",
            "it runs in the background",
            "-> an ID",
        ] {
            let fence = format!("\ndocker run -d nginx\n{explained}");
            assert_eq!(typed(&[fence.as_str()]), [""; 0], "{explained}");
        }
        // The next command, or output?
        assert_eq!(
            typed(&["\ndocker run -d nginx\n3f1c5b0a9d27\ncurl localhost\nhi"]),
            [""; 0]
        );
    }

    #[test]
    fn commands_that_may_be_quoted_for_the_reader_are_not_typed() {
        let list = "bash\ndocker ps -q";
        let output = "\n3f1c5b0a9d27";
        // No output, another fence with output in it, a prompt, a shell, a sentence.
        assert_eq!(typed(&[list, ":And", "yaml\na: b"]), [""; 0]);
        assert_eq!(
            typed(&[list, output, "\nls\ndocker ps -q\n3f1c5b0a9d27"]),
            [""; 0]
        );
        assert_eq!(typed(&[list, output, "\n$ docker ps"]).len(), 1);
        assert_eq!(typed(&[list, output, "\ndocker exec -it web sh"]), [""; 0]);
        assert_eq!(typed(&["\ndocker is a tool", ":Output:", output]), [""; 0]);
        assert_eq!(typed(&[list, output, "\ndocker ps  목록을 본다"]), [""; 0]);
        // How a command is written, with blanks to fill in, is left where it is.
        let syntax = "\ndocker run [옵션] <이미지>";
        assert_eq!(
            typed(&[syntax, list, output]),
            ["docker ps -q > 3f1c5b0a9d27"]
        );
        assert_eq!(typed(&["\ndocker --version", list, output]).len(), 2);
        // What stands below an editor is a file.
        assert_eq!(
            typed(&["bash\ndocker ps -q\nvi page", ":x", "bash\nvi page", output]),
            [""; 0]
        );
    }
}
