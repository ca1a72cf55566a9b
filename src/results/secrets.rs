//! Masks what looks like a secret in a result: reports and pages are read by many.
//!
//! ```text
//!     MYSQL_ROOT_PASSWORD=pa55word      MYSQL_ROOT_PASSWORD=[masked]
//!     docker login -u kim -p pa55word   docker login -u kim -p [masked]
//!     ghp_AAAAAAAAAAAAAAAAAAAAA         [masked]
//! ```
//!
//! The notes stay as they are: whoever wrote a secret there has published it.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

use super::{ExerciseResult, StepResult};
use crate::docker::ProgramCall;
use crate::judge::varying::RunStep;
use crate::pattern::pattern;

/// What stands for a secret.
pub(super) const MASK: &str = "[masked]";

pattern! {
    /// A variable or member whose value is a secret by its name, in a command, an
    /// environment or JSON.
    NAMED = r#"(?i)\b(?P<name>[A-Z0-9_]*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY))(?P<sign>=["']?|["']\s*:\s*["'])(?P<value>[^\s"',;&|)]+)"#;
    /// A token by its own form: of GitHub, GitLab, Docker Hub, AWS, Slack, npm, a swarm,
    /// and signed ones (JWT).
    TOKEN = r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|dckr_pat_[\w-]{20,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,}|SWMTKN-1-[\w-]{20,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*)";
}

/// Masks the secrets of `result` and says so in its remarks.
pub fn mask(result: &mut ExerciseResult) {
    let mut count = 0;
    for step in &mut result.steps {
        mask_password_of_login(step, &mut count);
    }
    each_text(result, &mut |text| {
        if let Some(masked) = masked(text) {
            *text = masked;
            count += 1;
        }
    });
    if count > 0 {
        let remark = format!(
            "what looks like a secret is masked in this result ({MASK}); the notes are not changed"
        );
        // Results that were masked before have the remark already.
        if !result.remarks.contains(&remark) {
            result.remarks.push(remark);
        }
    }
}

/// Puts the values of `notes` (an exercise's commands and lines) back where they were
/// masked: notes are compared with what was really printed.
pub fn unmask<'t>(result: &mut ExerciseResult, notes: impl IntoIterator<Item = &'t str>) {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for text in notes {
        for found in NAMED.captures_iter(text) {
            values.insert(found["name"].to_owned(), found["value"].to_owned());
        }
    }
    each_text(result, &mut |text| {
        if text.contains(MASK) {
            let known = |found: &Captures<'_>| match values.get(&found["name"]) {
                Some(value) if &found["value"] == MASK => {
                    format!("{}{}{value}", &found["name"], &found["sign"])
                }
                _ => found[0].to_owned(),
            };
            *text = NAMED.replace_all(text, known).into_owned();
        }
    });
}

/// `text` with its secrets masked; none where it has none.
fn masked(text: &str) -> Option<String> {
    let named = replaced(&NAMED, text, |found| {
        let value = &found["value"];
        // What only switches something, or names what holds the secret.
        let is_plain = ["yes", "no", "true", "false", "1", "0", MASK].contains(&value);
        (!is_plain && !value.starts_with(['$', '*', '<']))
            .then(|| format!("{}{}{MASK}", &found["name"], &found["sign"]))
    });
    let tokens = replaced(&TOKEN, named.as_deref().unwrap_or(text), |_| {
        Some(MASK.to_owned())
    });
    tokens.or(named)
}

fn replaced(
    pattern: &Regex,
    text: &str,
    by: impl Fn(&Captures<'_>) -> Option<String>,
) -> Option<String> {
    let replaced = pattern.replace_all(text, |found: &Captures<'_>| {
        by(found).unwrap_or_else(|| found[0].to_owned())
    });
    (replaced != text).then(|| replaced.into_owned())
}

/// Masks the password that a `docker login` is given.
fn mask_password_of_login(step: &mut StepResult, count: &mut usize) {
    for text in step.command.iter_mut().chain(&mut step.sent) {
        let dockers = ProgramCall::all_of_docker(text);
        let logins = dockers.iter().filter(|docker| docker.verb == "login");
        let passwords: Vec<String> = logins
            .flat_map(|docker| docker.values("--password"))
            .filter(|password| !password.starts_with('$'))
            .map(str::to_owned)
            .collect();
        for password in passwords {
            // `echo PASSWORD | docker login -p PASSWORD`: wherever it stands.
            *text = text.replace(&password, MASK);
            *count += 1;
        }
    }
}

/// Every text of `result` that a run or the notes made.
fn each_text(result: &mut ExerciseResult, change: &mut impl FnMut(&mut String)) {
    result.remarks.iter_mut().for_each(&mut *change);
    result.reason.iter_mut().for_each(&mut *change);
    for step in &mut result.steps {
        let lines = step.lines.iter_mut().flat_map(|line| {
            let texts = line.expected.iter_mut().chain(&mut line.actual);
            texts.chain(&mut line.note)
        });
        lines.for_each(&mut *change);
        let one = step.command.iter_mut().chain(&mut step.sent);
        one.chain(&mut step.reason).for_each(&mut *change);
        let more = step.output.iter_mut().chain(&mut step.typed);
        more.for_each(&mut *change);
    }
    let steps = result.runs.iter_mut().flat_map(|run| &mut run.steps);
    for RunStep { observation, .. } in steps {
        observation.sent.iter_mut().for_each(&mut *change);
        let more = observation.output.iter_mut().chain(&mut observation.typed);
        more.for_each(&mut *change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_nothing_else_is() {
        for (text, wanted) in [
            (
                "docker run -e MYSQL_ROOT_PASSWORD=pa55 db",
                "docker run -e MYSQL_ROOT_PASSWORD=[masked] db",
            ),
            (
                "\"POSTGRES_PASSWORD\": \"ab\"",
                "\"POSTGRES_PASSWORD\": \"[masked]\"",
            ),
            (
                "            \"API_KEY=abc\",",
                "            \"API_KEY=[masked]\",",
            ),
            (
                "token ghp_abcdefghijklmnopqrstuvwxyz0123456789",
                "token [masked]",
            ),
            (
                "docker swarm join --token SWMTKN-1-abcdefghijklmnopqrstuvwxyz-012",
                "docker swarm join --token [masked]",
            ),
        ] {
            assert_eq!(masked(text).as_deref(), Some(wanted));
        }
        for text in [
            "MYSQL_ALLOW_EMPTY_PASSWORD=yes",
            "docker run -e DB_PASSWORD=$SECRET db",
            "DB_PASSWORD_FILE=/run/secrets/db",
            "Enter password:",
            "sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
        ] {
            assert_eq!(masked(text), None, "{text}");
        }
    }
}
