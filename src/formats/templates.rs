//! What Docker prints by a template of the author's (`--format`).
//!
//! ```text
//!     {{.Names}}: {{.Status}}        {{.Names}} {{.MemUsage}}
//!     web: Up 3 minutes              web 1.2MiB / 64MiB
//!             Span                       Size     as asked for
//! ```

use std::ops::Range;

use super::LineFields;
use super::fields::FIELDS;
use super::history;
use super::jsonpath;
use super::members::{GONE_FIELDS, GoneField};
use super::text::stands_in;
use super::volatile::Volatile;
use crate::docker::ProgramCall;
use crate::pattern::pattern;

pattern! {
    /// A text in a line of JSON, with the name of its member.
    MEMBER = r#""(\w+)": ?"((?:[^"\\]|\\.)*)""#;
}

/// A tab in a template, spelled or as it is.
const TABS: [&str; 2] = [r"\t", "\t"];

/// The parts of `text` that the fields of a template print and that differ in every
/// run; what stands anywhere differs too. None where no field prints any.
pub fn fields(text: &str, calls: &[ProgramCall], authored: &str) -> Option<LineFields> {
    let mut found: Vec<(Range<usize>, Volatile)> = Vec::new();
    for call in calls {
        if let Some(template) = call.template() {
            found.extend(printed(text, template, authored));
            let alone = FIELDS.number.iter().filter(|number| {
                call.verb == "inspect"
                    && number.kind.is(text)
                    && prints_field(template, &number.template)
            });
            found.extend(alone.map(|number| (0..text.len(), number.kind)));
        }
        found.extend(jsonpath::fields(text, std::slice::from_ref(call)));
        if call.prints_json() {
            found.extend(members(text, authored));
        }
    }
    let sum = history::sum_of_copied(text, calls);
    found.extend(sum.map(|range| (range, Volatile::FileSum)));
    found.retain(|(range, _)| !stands_in(authored, &text[range.clone()]));
    if found.is_empty() {
        return None;
    }
    found.extend(LineFields::anywhere(text, authored).volatile);
    Some(LineFields::of(found))
}

/// Whether `call` prints by a template that puts tabs between what it prints.
pub(super) fn has_tabs(call: &ProgramCall) -> bool {
    let has_one = |template: &str| TABS.iter().any(|tab| template.contains(tab));
    call.template().is_some_and(has_one)
}

/// What the fields of `template` print in `text`.
fn printed(text: &str, template: &str, authored: &str) -> Vec<(Range<usize>, Volatile)> {
    let fields = FIELDS.field.iter().filter(|field| {
        let mut names = field.templates.iter();
        names.any(|name| match field.alone {
            true => template.replace(' ', "") == format!("{{{{.{name}}}}}"),
            false => prints_field(template, &format!(".{name}")),
        })
    });
    let own = fields.flat_map(|field| {
        let own = field.rule.own(text, authored).into_iter();
        own.filter(move |(range, _)| {
            let (before, after) = (&text[..range.start], &text[range.end..]);
            let mut names = field.templates.iter();
            let stands_there =
                |name: &String| can_stand_for(template, &format!(".{name}"), before, after);
            !field.placed || names.any(stands_there)
        })
    });
    own.collect()
}

/// What the members of a line of JSON hold.
fn members(text: &str, authored: &str) -> Vec<(Range<usize>, Volatile)> {
    let mut found = Vec::new();
    for captures in MEMBER.captures_iter(text) {
        let (Some(name), Some(value)) = (captures.get(1), captures.get(2)) else {
            continue;
        };
        let is_its = |own: &String| own == name.as_str();
        let field = FIELDS
            .field
            .iter()
            .find(|field| field.templates.iter().any(is_its));
        let own = field.map(|field| field.rule.own(value.as_str(), authored));
        let moved = own
            .into_iter()
            .flatten()
            .map(|(range, kind)| (value.start() + range.start..value.start() + range.end, kind));
        found.extend(moved);
    }
    found
}

/// Whether what stands between `before` and `after` in a line that `template` prints can
/// be what it prints for `field`: where the line begins, or ends, only if the template
/// does so too.
pub fn can_stand_for(template: &str, field: &str, before: &str, after: &str) -> bool {
    let mut actions = template.split("{{");
    let start = actions.next().unwrap_or_default();
    let actions: Vec<(&str, &str)> = actions
        .filter_map(|action| action.split_once("}}"))
        .collect();
    let prints = |action: Option<&(&str, &str)>| {
        action.is_some_and(|(action, _)| prints_field(action, field))
    };
    let end = actions.last().map_or("", |(_, end)| end);
    let is_first = before == start;
    let is_last = after == end;
    let anywhere = actions.iter().any(|(action, _)| *action == "end");
    let some = actions.iter().any(|action| prints(Some(action)));
    some && (anywhere || (is_first == prints(actions.first()) && is_last == prints(actions.last())))
}

pattern! {
    /// What the client says where a template asks for a member that is not there.
    NO_ENTRY = "^template parsing error: template: :1:(?P<column>[0-9]+): executing \"\" at <(?P<field>\\.[^>]+)>: map has no entry for key \"(?P<key>[^\"]+)\"$";
}

/// The field of the template of `call` that Docker 29 no longer has, where one side shows
/// what it printed before, and the other that it is not there.
pub fn gone_field(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    actual: &[String],
) -> Option<&'static GoneField> {
    let [call] = calls else { return None };
    let template = call.template().filter(|_| call.is_docker("inspect"))?;
    let expected: Option<Vec<&str>> = expected.iter().map(Option::as_deref).collect();
    let said = |lines: Vec<&'_ str>| -> Vec<String> {
        let lines = lines.into_iter().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let expected = said(expected?);
    let actual = said(actual.iter().map(String::as_str).collect());
    let field = GONE_FIELDS
        .iter()
        .find(|gone| template.contains(&gone.field))?;
    let lacks = |lines: &[String]| {
        !lines.is_empty() && lines.iter().all(|line| lacks_field(line, template, field))
    };
    let prints = |lines: &[String]| {
        !lines.is_empty() && lines.iter().all(|line| can_print(template, field, line))
    };
    let is_gone = (prints(&expected) && lacks(&actual)) || (lacks(&expected) && prints(&actual));
    is_gone.then_some(field)
}

/// Whether `line` says that the `gone` field of a template is not there.
fn lacks_field(line: &str, template: &str, gone: &GoneField) -> bool {
    let Some(said) = NO_ENTRY.captures(line) else {
        return false;
    };
    let field = &said["field"];
    let names = || gone.field.split('.').skip(1);
    let (Some(first), Some(last), Some(place)) =
        (names().next(), names().last(), template.find(field))
    else {
        return false;
    };
    // The place is that of the second name of the field.
    let column = place + 1 + first.len();
    field.starts_with(&gone.field)
        && prints_field(template, field)
        && &said["key"] == last
        && said["column"] == column.to_string()
}

/// Whether `template` can have printed `line`, `gone` among its fields.
fn can_print(template: &str, gone: &GoneField, line: &str) -> bool {
    let mut actions = template.split("{{");
    let Some(mut rest) = actions.next().and_then(|start| line.strip_prefix(start)) else {
        return false;
    };
    for action in actions {
        let Some((action, after)) = action.split_once("}}") else {
            return false;
        };
        let end = match after {
            "" => Some(rest.len()),
            after => rest.find(after),
        };
        let Some(end) = end else { return false };
        if action.contains(&gone.field) && !gone.can_be(&rest[..end]) {
            return false;
        }
        rest = &rest[end + after.len()..];
    }
    rest.is_empty()
}

/// Whether `template` prints `field`, and no other whose name begins with it.
fn prints_field(template: &str, field: &str) -> bool {
    template.match_indices(field).any(|(start, _)| {
        let after = template[start + field.len()..].chars().next();
        after.is_none_or(|next| !next.is_ascii_alphanumeric())
    })
}
