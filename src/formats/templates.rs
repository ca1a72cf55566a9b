//! What Docker prints by a template of the author's (`--format`).
//!
//! ```text
//!     {{.Names}}: {{.Status}}        {{.Names}} {{.MemUsage}}
//!     web: Up 3 minutes              web 1.2MiB / 64MiB
//!             Span                       Size     as asked for
//! ```

use std::ops::Range;

use super::Fields;
use super::fields::FIELDS;
use super::text::stands_in;
use super::volatile::Volatile;
use crate::docker::Call;
use crate::pattern::pattern;

pattern! {
    /// A text in a line of JSON, with the name of its member.
    MEMBER = r#""(\w+)": ?"((?:[^"\\]|\\.)*)""#;
}

/// The parts of `text` that the fields of a template print and that differ in every
/// run; what stands anywhere differs too. None where no field prints any.
pub fn fields(text: &str, calls: &[Call], authored: &str) -> Option<Fields> {
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
        if call.prints_json() {
            found.extend(members(text, authored));
        }
    }
    found.retain(|(range, _)| !stands_in(authored, &text[range.clone()]));
    if found.is_empty() {
        return None;
    }
    found.extend(Fields::anywhere(text, authored).volatile);
    Some(Fields::of(found))
}

/// What the fields of `template` print in `text`.
fn printed(text: &str, template: &str, authored: &str) -> Vec<(Range<usize>, Volatile)> {
    let fields = FIELDS.field.iter().filter(|field| {
        let mut names = field.templates.iter();
        names.any(|name| prints_field(template, &format!(".{name}")))
    });
    fields
        .flat_map(|field| field.rule.own(text, authored))
        .collect()
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

/// Whether `template` prints `field`, and no other whose name begins with it.
fn prints_field(template: &str, field: &str) -> bool {
    template.match_indices(field).any(|(start, _)| {
        let after = template[start + field.len()..].chars().next();
        after.is_none_or(|next| !next.is_ascii_alphanumeric())
    })
}
