//! What `kubectl get -o jsonpath` and `-o go-template` print of things of a cluster.
//!
//! ```text
//!     {range .items[*]}{.metadata.name}{"\t"}{.spec.nodeName}{"\n"}{end}
//!     web    worker-1
//!            a name of the cluster's own
//! ```

use std::ops::Range;

use regex::Regex;

use super::fields::FIELDS;
use super::volatile::Volatile;
use crate::docker::ProgramCall;
use crate::pattern::pattern;

pattern! {
    /// What is printed as it stands, or the value of a member.
    ACTION = r#"\{\{?-? *(?:"(?P<text>[^"]*)"|(?P<path>[^{}"]*?)) *-?\}?\}"#;
    /// The member that a path ends with.
    MEMBER = r"\.(?P<name>\w+)(?:\[[^\]]*\])*$";
}

/// A part of a line that a template prints.
enum Part {
    Text(String),
    Member(String),
}

/// The parts of `text` that a template of `calls` prints and that are of a kind.
pub fn fields(text: &str, calls: &[ProgramCall]) -> Vec<(Range<usize>, Volatile)> {
    let templates = calls.iter().filter_map(template);
    templates
        .flat_map(lines)
        .find_map(|line| fields_of(&line, text))
        .unwrap_or_default()
}

/// Whether a template of `call` prints the member `name`.
pub fn prints(call: &ProgramCall, name: &str) -> bool {
    let is_it = |part: &Part| matches!(part, Part::Member(member) if member == name);
    template(call).is_some_and(|template| lines(template).iter().flatten().any(is_it))
}

/// The template by which `call` prints what it gets.
fn template(call: &ProgramCall) -> Option<&str> {
    let outputs = call.kubectl()?.values("--output");
    let kinds = ["jsonpath=", "go-template="];
    outputs
        .filter_map(|output| kinds.iter().find_map(|kind| output.strip_prefix(*kind)))
        .last()
}

/// The lines that `template` prints, part by part.
fn lines(template: &str) -> Vec<Vec<Part>> {
    let mut found = vec![Vec::new()];
    let mut from = 0;
    for action in ACTION.captures_iter(template) {
        let whole = action.get_match();
        add_text(&mut found, &template[from..whole.start()]);
        from = whole.end();
        if let Some(text) = action.name("text") {
            add_text(&mut found, text.as_str());
        }
        let path = action.name("path").map(|path| path.as_str());
        let path = path.filter(|path| !path.starts_with("range") && *path != "end");
        if let (Some(path), Some(line)) = (path, found.last_mut()) {
            let name = MEMBER.captures(path);
            let name = name.and_then(|name| Some(name.name("name")?.as_str().to_owned()));
            line.push(Part::Member(name.unwrap_or_default()));
        }
    }
    add_text(&mut found, &template[from..]);
    found
}

/// Adds `text`, which may go over lines.
fn add_text(lines: &mut Vec<Vec<Part>>, text: &str) {
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    for (number, piece) in text.split('\n').enumerate() {
        if number > 0 {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut().filter(|_| !piece.is_empty()) {
            line.push(Part::Text(piece.to_owned()));
        }
    }
}

/// What is of a kind in `text`, where `line` can have printed it.
fn fields_of(line: &[Part], text: &str) -> Option<Vec<(Range<usize>, Volatile)>> {
    let kind_of = |name: &str| {
        let mut rows = FIELDS.member.iter();
        rows.find(|row| row.name == name).map(|row| row.kind)
    };
    let mut form = String::from("^");
    let mut kinds = Vec::new();
    for part in line {
        match part {
            Part::Text(text) => form.push_str(&regex::escape(text)),
            Part::Member(name) => match kind_of(name) {
                Some(kind) => {
                    kinds.push(kind);
                    form.push_str(r"(\S+(?: \S+)*)");
                }
                None => form.push_str("(?:.*?)"),
            },
        }
    }
    form.push('$');
    if kinds.is_empty() {
        return None;
    }
    let found = Regex::new(&form).ok()?.captures(text)?;
    let values = found.iter().skip(1).flatten().zip(kinds);
    let words = values.flat_map(|(value, kind)| {
        let words = value.as_str().split(' ').scan(value.start(), |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some(start..start + word.len())
        });
        words.map(move |range| (range, kind)).collect::<Vec<_>>()
    });
    Some(
        words
            .filter(|(range, kind)| kind.is(&text[range.clone()]))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str, text: &str) -> Vec<String> {
        let fields = fields(text, &ProgramCall::all(command)).into_iter();
        fields.map(|(range, _)| text[range].to_owned()).collect()
    }

    #[test]
    fn a_node_is_found_wherever_a_template_prints_it() {
        let get = |template: &str| format!("kubectl get pods -o {template}");
        let each =
            get(r#"jsonpath='{range .items[*]}{.metadata.name}{"\t"}{.spec.nodeName}{"\n"}{end}'"#);
        assert_eq!(found(&each, "web\tworker-1"), ["worker-1"]);
        assert!(found(&each, "web worker-1").is_empty());
        let all = get("jsonpath='{.items[*].spec.nodeName}'");
        assert_eq!(found(&all, "worker-1 worker-2"), ["worker-1", "worker-2"]);
        let in_go = get("go-template='{{.spec.nodeName}}{{\"\\n\"}}'");
        assert_eq!(found(&in_go, "worker-1"), ["worker-1"]);
        let other = get("jsonpath='{.metadata.name}'");
        assert!(found(&other, "worker-1").is_empty());
    }
}
