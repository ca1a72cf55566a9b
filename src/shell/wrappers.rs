//! Programs that run another one, and which one.
//!
//! ```text
//!     timeout -s KILL 5 npm test      npm test       words
//!     su - kim -c 'a; b'              a; b           a script
//!     sudo -i                         not known
//! ```

use super::{DEEPEST, base_name, is_assignment};

/// What a wrapper runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrapped {
    /// A program with its words; its status is the wrapper's.
    Program(Vec<String>),
    /// A shell's command line; its status is the wrapper's.
    Script(String),
    /// A program with its words, whose status is not the wrapper's own.
    Several(Vec<String>),
    /// It is not known.
    Unknown,
}

/// A program that runs the one named behind its options.
struct Wrapper {
    name: &'static str,
    /// Its options whose value is the next word.
    valued: &'static [&'static str],
    /// How many words stand between its options and the program.
    operands: usize,
    wraps: fn(&[String]) -> Wrapped,
}

const fn program(name: &'static str, valued: &'static [&'static str], operands: usize) -> Wrapper {
    Wrapper {
        name,
        valued,
        operands,
        wraps: |words| Wrapped::Program(words.to_vec()),
    }
}

const SU_OPTIONS: [&str; 5] = ["-s", "--shell", "-g", "--group", "-G"];

const WRAPPERS: [Wrapper; 18] = [
    program("chroot", &[], 1),
    program("command", &[], 0),
    program("env", &["-u", "--unset", "-C", "--chdir"], 0),
    program("exec", &["-a"], 0),
    program("nice", &["-n", "--adjustment"], 0),
    program("doas", &["-u", "-C"], 0),
    program("ionice", &["-c", "-n"], 0),
    program("nohup", &[], 0),
    program("setsid", &[], 0),
    program("stdbuf", &["-i", "-o", "-e"], 0),
    program("winpty", &[], 0),
    program(
        "nsenter",
        &["-t", "--target", "-S", "--setuid", "-G", "--setgid"],
        0,
    ),
    program(
        "sudo",
        &[
            "-u", "--user", "-g", "--group", "--host", "-p", "--prompt", "-C", "-r", "-t", "-T",
            "-U", "-D", "--chdir", "-R",
        ],
        0,
    ),
    program("time", &["-f", "--format", "-o", "--output"], 0),
    program("timeout", &["-s", "--signal", "-k", "--kill-after"], 1),
    program(
        "unshare",
        &["-S", "--setuid", "-G", "--setgid", "-R", "-w"],
        0,
    ),
    Wrapper {
        name: "ssh",
        valued: &[
            "-b", "-c", "-D", "-E", "-e", "-F", "-I", "-i", "-J", "-L", "-l", "-m", "-o", "-p",
            "-R", "-S", "-W", "-w",
        ],
        operands: 1,
        wraps: |words| Wrapped::Script(words.join(" ")),
    },
    Wrapper {
        name: "xargs",
        valued: &["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"],
        operands: 0,
        wraps: |words| Wrapped::Several(words.to_vec()),
    },
];

/// What `argv` runs, where its program is one that runs another.
pub fn wrapped(argv: &[String]) -> Option<Wrapped> {
    let (program, words) = argv.split_first()?;
    let program = base_name(program);
    let behind = |options: &[&str]| {
        let before = words
            .iter()
            .position(|word| options.contains(&word.as_str()));
        words.get(before? + 1..).filter(|rest| !rest.is_empty())
    };
    match program {
        "find" => {
            let run = behind(&["-exec", "-execdir", "-ok", "-okdir"]);
            return run.map(|words| Wrapped::Several(words.to_vec()));
        }
        "su" => {
            let given = behind(&["-c", "--command"]).and_then(<[String]>::first);
            let own_shell = words.iter().any(|word| SU_OPTIONS.contains(&word.as_str()));
            return Some(match given {
                Some(script) if !own_shell => Wrapped::Script(script.clone()),
                _ => Wrapped::Unknown,
            });
        }
        "watch" => return Some(Wrapped::Unknown),
        // It says what would be run.
        "command"
            if words
                .first()
                .is_some_and(|word| ["-v", "-V"].contains(&word.as_str())) =>
        {
            return None;
        }
        _ => {}
    }
    let wrapper = WRAPPERS.iter().find(|known| known.name == program)?;
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += 1;
        if word == "--" {
            break;
        }
        at += usize::from(takes_value(wrapper, word));
    }
    if matches!(program, "env" | "sudo") {
        let behind_options = words.iter().skip(at);
        at += behind_options
            .take_while(|word| is_assignment(word))
            .count();
    }
    Some(match words.get(at + wrapper.operands..) {
        None | Some([]) => Wrapped::Unknown,
        Some(words) => (wrapper.wraps)(words),
    })
}

/// Whether the value of `option` is the next word: `-u kim`, `-Eu kim`, but not `-ukim`.
fn takes_value(wrapper: &Wrapper, option: &str) -> bool {
    if wrapper.valued.contains(&option) {
        return true;
    }
    let Some(letters) = option
        .strip_prefix('-')
        .filter(|rest| !rest.starts_with('-'))
    else {
        return false;
    };
    let is_valued = |letter: char| {
        let is_it =
            |valued: &&str| valued.strip_prefix('-') == Some(letter.encode_utf8(&mut [0; 4]));
        wrapper.valued.iter().any(is_it)
    };
    // The first letter that takes a value takes the rest of the word.
    letters.find(is_valued).is_some_and(|at| {
        let rest = letters.get(at..).unwrap_or_default();
        rest.chars().count() == 1
    })
}

/// The words of the program that `argv` ends up running, behind any wrappers;
/// `argv` itself where it runs no other. The script of a shell is not read.
///
/// Assignments that a wrapper passes on are left out.
pub fn behind_wrappers(argv: &[String]) -> Vec<String> {
    wrappers_and_program(argv).pop().unwrap_or_default()
}

/// The words of each wrapper, the outermost first, and last those of the program
/// that they run.
pub fn wrappers_and_program(argv: &[String]) -> Vec<Vec<String>> {
    let without_assignments = |argv: &[String]| -> Vec<String> {
        let words = argv.iter().skip_while(|word| is_assignment(word));
        words.cloned().collect()
    };
    let mut chain = vec![without_assignments(argv)];
    while let Some(Wrapped::Program(inner) | Wrapped::Several(inner)) =
        chain.last().and_then(|argv| wrapped(argv))
        && chain.len() <= DEEPEST
    {
        chain.push(without_assignments(&inner));
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn the_program_is_told_from_the_wrappers_own_words() {
        let of = |command: &str| wrapped(&words(command));
        let runs = |text: &str| Some(Wrapped::Program(words(text)));
        assert_eq!(of("timeout -s KILL 5 npm test"), runs("npm test"));
        assert_eq!(of("nice -n 5 -- make -j"), runs("make -j"));
        assert_eq!(of("sudo -u kim ls -l"), runs("ls -l"));
        assert_eq!(of("sudo -Eu kim ls -l"), runs("ls -l"));
        assert_eq!(of("sudo -ukim ls -l"), runs("ls -l"));
        assert_eq!(of("/usr/bin/env LANG=C ls"), runs("ls"));
        let script = Some(Wrapped::Script("a; b".to_owned()));
        assert_eq!(of("su - kim -c 'a; b'"), script);
        assert_eq!(of("ssh -p 22 web 'a; b'"), script);
        let several = Some(Wrapped::Several(words("grep -l x")));
        assert_eq!(of("xargs -n 1 grep -l x"), several);
        assert_eq!(of("xargs -n1 grep -l x"), several);
        assert_eq!(of("find . -type f -exec grep -l x"), several);
        for unknown in ["sudo -i", "timeout 5", "su", "su kim", "su -s /bin/x -c y"] {
            assert_eq!(of(unknown), Some(Wrapped::Unknown), "{unknown}");
        }
        for none in ["ls -l", "command -v ls", "find . -name x"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn wrappers_stand_behind_each_other() {
        let of = |command: &str| behind_wrappers(&words(command)).join(" ");
        assert_eq!(
            of("sudo -E timeout 60 env A=1 nohup docker ps -a"),
            "docker ps -a"
        );
        assert_eq!(of("sudo -i"), "sudo -i");
        assert_eq!(of("docker ps"), "docker ps");
    }
}
