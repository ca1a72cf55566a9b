//! Programs that run another one, and which one.
//!
//! ```text
//!     timeout -s KILL 5 npm test      npm test       words
//!     su - kim -c 'a; b'              a; b           a script
//!     sudo -i                         not known
//! ```

use super::command::Call;

/// What a wrapper runs.
#[derive(Debug, PartialEq, Eq)]
pub enum Wrapped {
    /// A program with its words; its status is the wrapper's.
    Program(Vec<String>),
    /// A shell's command line; its status is the wrapper's.
    Script(String),
    /// A program with its words, whose status is not the wrapper's own.
    Several(Vec<String>),
    /// It cannot be told.
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

const WRAPPERS: [Wrapper; 13] = [
    program("chroot", &[], 1),
    program("command", &[], 0),
    program("env", &["-u", "--unset", "-C", "--chdir"], 0),
    program("exec", &["-a"], 0),
    program("nice", &["-n", "--adjustment"], 0),
    program("nohup", &[], 0),
    program(
        "nsenter",
        &["-t", "--target", "-S", "--setuid", "-G", "--setgid"],
        0,
    ),
    program(
        "sudo",
        &[
            "-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "-r", "-t",
            "-T", "-U", "-D", "--chdir", "-R",
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

/// What `call` runs, where its program is one that runs another.
pub fn wrapped(call: &Call) -> Option<Wrapped> {
    let words = call.words.as_slice();
    let behind = |options: &[&str]| {
        let before = words
            .iter()
            .position(|word| options.contains(&word.as_str()));
        words.get(before? + 1..).filter(|rest| !rest.is_empty())
    };
    match call.program.as_str() {
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
    let wrapper = WRAPPERS.iter().find(|known| known.name == call.program)?;
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += 1;
        if word == "--" {
            break;
        }
        at += usize::from(wrapper.valued.contains(&word.as_str()));
    }
    Some(match words.get(at + wrapper.operands..) {
        None | Some([]) => Wrapped::Unknown,
        Some(words) => (wrapper.wraps)(words),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::words;

    #[test]
    fn the_program_is_told_from_the_wrappers_own_words() {
        let of = |command: &str| wrapped(&Call::new(&words(command)));
        let runs = |text: &str| Some(Wrapped::Program(words(text)));
        assert_eq!(of("timeout -s KILL 5 npm test"), runs("npm test"));
        assert_eq!(of("nice -n 5 -- make -j"), runs("make -j"));
        assert_eq!(of("sudo -u kim ls -l"), runs("ls -l"));
        let script = Some(Wrapped::Script("a; b".to_owned()));
        assert_eq!(of("su - kim -c 'a; b'"), script);
        assert_eq!(of("ssh -p 22 web 'a; b'"), script);
        let several = Some(Wrapped::Several(words("grep -l x")));
        assert_eq!(of("xargs -n 1 grep -l x"), several);
        assert_eq!(of("find . -type f -exec grep -l x"), several);
        for unknown in ["sudo -i", "timeout 5", "su", "su kim", "su -s /bin/x -c y"] {
            assert_eq!(of(unknown), Some(Wrapped::Unknown), "{unknown}");
        }
        for none in ["ls -l", "command -v ls", "find . -name x"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
