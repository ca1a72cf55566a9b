//! Lists whose command says what each row shows: which rows may be missing here.
//!
//! ```text
//!     $ docker ps --format '{{.Names}}: {{.Image}}'
//!     web: nginx        made by the exercise: required
//!     blog: wordpress   neither made nor mentioned: may be missing, as the row of a table
//! ```

use std::ops::Range;

use super::{Compiler, Fate, LinePattern};
use crate::docker::ids::is_id;
use crate::docker::{OperandKind, ProgramCall};
use crate::formats::table::TableCell;
use crate::judge::rows::Subject;
use crate::pattern::pattern;

pattern! {
    /// A field of a template that shows it as it is.
    FIELD = r"\{\{ *\.([A-Za-z]+) *\}\}";
}

/// What a list is about, and the template of its rows; none where a row has no name.
fn template(call: &ProgramCall) -> Option<(Subject, &str)> {
    let kind = call.docker().and(call.lists())?;
    let (subject, name) = match kind {
        OperandKind::Container => (Subject::Containers, ".Names"),
        OperandKind::Image => (Subject::Images, ".Repository"),
        OperandKind::Volume => (Subject::Volumes, ".Name"),
        OperandKind::Network => (Subject::Networks, ".Name"),
        _ => return None,
    };
    let quiet = (kind == OperandKind::Volume && call.has_flag('q')).then_some("{{.Name}}");
    let template = call.template().or(quiet)?;
    template.contains(name).then_some((subject, template))
}

/// The column under which a table shows a field of a template.
fn column(subject: Subject, field: &str) -> &'static str {
    match (subject, field) {
        (_, "Names") => "NAMES",
        (_, "Image") => "IMAGE",
        (_, "Repository") => "REPOSITORY",
        (_, "Tag") => "TAG",
        (Subject::Volumes, "Name") => "VOLUME NAME",
        (_, "Name") => "NAME",
        (Subject::Containers, "ID") => "CONTAINER ID",
        (Subject::Images, "ID") => "IMAGE ID",
        (Subject::Networks, "ID") => "NETWORK ID",
        _ => "",
    }
}

/// What a field of a template can show, as a group of a pattern.
fn text_of(field: &str) -> &'static str {
    match field {
        "Names" | "Name" | "ID" | "Image" | "Repository" | "Tag" | "Driver" | "Scope" => r"(\S+)",
        "State" => "(created|running|paused|restarting|removing|exited|dead)",
        "Status" => r"((?:Up|Exited|Created|Restarting|Dead|Removal)\b.*?)",
        _ => r"(\S.*?|)",
    }
}

/// The cells of a `row` that is printed by a template; none where it is no such row.
fn cells(subject: Subject, template: &str, row: &str) -> Option<Vec<TableCell<'static>>> {
    let mut columns = Vec::new();
    let mut form = String::from("^");
    let mut from = 0;
    for field in FIELD.captures_iter(template) {
        let (whole, name) = (field.get(0)?, field.get(1)?);
        form.push_str(&literal(&template[from..whole.start()]));
        form.push_str(text_of(name.as_str()));
        columns.push(column(subject, name.as_str()));
        from = whole.end();
    }
    let rest = template.get(from..)?;
    form.push_str(&literal(rest));
    form.push('$');
    let found = regex::Regex::new(&form).ok()?.captures(row)?;
    let texts = found.iter().skip(1).flatten().map(|text| text.as_str());
    let cell = |(column, text): (&'static str, &str)| TableCell {
        column,
        start: 0,
        text: text.to_owned(),
        pieces: Vec::new(),
    };
    Some(columns.into_iter().zip(texts).map(cell).collect())
}

/// What stands between the fields of a template, as a pattern: a tab may be blanks.
fn literal(text: &str) -> String {
    let parts: Vec<String> = text
        .split(r"\t")
        .flat_map(|part| part.split('\t'))
        .map(regex::escape)
        .collect();
    parts.join(r"\s+")
}

impl Compiler<'_> {
    /// Sets rows of the notes apart that are about things which the exercise neither made nor
    /// mentions, and that this run does not print.
    pub(super) fn set_rows_apart(&mut self, lines: Range<usize>) {
        let [call] = self.format.calls() else {
            return;
        };
        let (step, named_things) = (self.compiled.step, self.context.named_things);
        if call.lists() == Some(OperandKind::Container) && call.has_flag('q') {
            return self.set_ids_apart(lines);
        }
        let Some((subject, template)) = template(call) else {
            return;
        };
        let is_ambient = |line: &usize| {
            let Some(text) = self.expected[*line]
                .as_deref()
                .filter(|text| !text.is_empty())
            else {
                return false;
            };
            let Some(cells) = cells(subject, template, text) else {
                return false;
            };
            let pattern =
                LinePattern::of(text, self.number(*line), self.format, self.context.values);
            let mut printed = self.compiled.actual.iter();
            subject.is_ambient_row(&cells, step, named_things)
                && !printed.any(|printed| pattern.matches(printed).is_some())
        };
        let ambient: Vec<usize> = lines.filter(is_ambient).collect();
        for line in ambient {
            self.compiled.fates[line] = Fate::Ambient;
        }
    }

    /// Sets the IDs of containers apart that nothing else in the notes mentions, where there
    /// are just so many more than this run prints.
    fn set_ids_apart(&mut self, lines: Range<usize>) {
        let (step, named_things) = (self.compiled.step, self.context.named_things);
        if named_things.could_have_made_container(step, "") || named_things.makes_unseen(step) {
            return;
        }
        let shown = |line: &usize| self.expected[*line].as_deref().filter(|text| is_id(text));
        let ids: Vec<usize> = lines.filter(|line| shown(line).is_some()).collect();
        let printed = self
            .compiled
            .actual
            .iter()
            .filter(|line| !line.is_empty())
            .count();
        let is_unknown = |line: &usize| shown(line).is_some_and(|id| !named_things.id(id));
        let unknown: Vec<usize> = ids.iter().copied().filter(is_unknown).collect();
        if ids.len() == printed + unknown.len() {
            for line in unknown {
                self.compiled.fates[line] = Fate::Ambient;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_taken_apart_as_its_template_says() {
        let found = |template: &str, row: &str| -> Option<Vec<(&str, String)>> {
            let cells = cells(Subject::Containers, template, row)?.into_iter();
            Some(cells.map(|cell| (cell.column, cell.text)).collect())
        };
        let names = vec![("NAMES", "web".to_owned())];
        assert_eq!(found("{{.Names}}", "web"), Some(names));
        let both = vec![("NAMES", "web".to_owned()), ("IMAGE", "nginx:1".to_owned())];
        assert_eq!(
            found("{{.Names}}: {{ .Image }}", "web: nginx:1"),
            Some(both.clone())
        );
        assert_eq!(
            found(r"{{.Names}}\t{{.Image}}", "web     nginx:1"),
            Some(both)
        );
        assert_eq!(found("{{.Names}}: {{.Image}}", "web nginx:1"), None);
        assert_eq!(found("{{.Names}}", "web is up"), None);
        assert_eq!(found("{{.Names}} {{.Status}}", "web is up"), None);
    }
}
