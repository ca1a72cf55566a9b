//! Files that others read: completions, manual pages, those for CI.

use std::process::Command;

use super::support::Desk;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci");

#[test]
fn completions_and_pages_know_every_command() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.labbook(&["completions", shell]).exits(0).stdout;
        assert!(script.contains("fail-fast"), "{shell}: {script}");
    }
    desk.labbook(&["man", "pages"]).exits(0);
    assert!(desk.read("pages/labbook.1").contains("Examples"));
    assert!(desk.read("pages/labbook-verify.1").contains("fail\\-fast"));
    let script = desk.labbook(&["completions", "bash"]).stdout;
    let desk = desk.with("labbook.bash", script);
    let checked = Command::new("bash")
        .arg("-n")
        .arg(desk.path().join("labbook.bash"))
        .status();
    assert!(checked.expect("bash runs").success());
}

/// The command lines of labbook in the files for CI.
fn command_lines() -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for file in ["github.yml", "gitlab.yml", "pre-commit", "README.md"] {
        let text = std::fs::read_to_string(format!("{DOCS}/{file}")).expect(file);
        for line in text.lines().filter(|line| !line.contains("cargo install")) {
            let parts = line.split("labbook ").skip(1);
            lines.extend(parts.map(|rest| {
                let words = rest.split(['`', '>']).next().unwrap_or_default();
                words.split_whitespace().map(str::to_owned).collect()
            }));
        }
    }
    lines
}

#[test]
fn the_files_for_ci_use_commands_and_options_that_are_there() {
    let desk = Desk::new();
    let mut seen = 0;
    for words in command_lines() {
        let command = words.first().map(String::as_str).unwrap_or_default();
        if !["verify", "report", "build", "list", "clean"].contains(&command) {
            continue;
        }
        seen += 1;
        let help = desk.labbook(&[command, "--help"]).exits(0).stdout;
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(option.as_str()), "{option} of {command}");
        }
    }
    assert!(seen >= 8, "{seen}");
}
