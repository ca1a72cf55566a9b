//! What Docker prints by a template of the author's (`--format`).
//!
//! ```text
//!     {{.Names}}: {{.Status}}        {{.Names}} {{.MemUsage}}
//!     web: Up 3 minutes              web 1.2MiB / 64MiB
//!             Span                       Size     as asked for
//! ```

use std::ops::Range;

use super::Fields;
use super::table::{is_memory_asked_for, is_possible_share};
use super::text::stands_in;
use super::volatile::Volatile;
use crate::docker::Call;

/// Fields of Docker's templates, with the kind of what they print.
const FIELDS: [(&str, Volatile); 15] = [
    (".Status", Volatile::Span),
    (".Size", Volatile::Space),
    (".VirtualSize", Volatile::Size),
    (".SharedSize", Volatile::Size),
    (".UniqueSize", Volatile::Size),
    (".Reclaimable", Volatile::Space),
    (".Reclaimable", Volatile::Percent),
    (".MemUsage", Volatile::Size),
    (".NetIO", Volatile::Size),
    (".BlockIO", Volatile::Size),
    (".CPUPerc", Volatile::Percent),
    (".MemPerc", Volatile::Percent),
    (".State.Pid", Volatile::ProcessId),
    (".Size", Volatile::ByteSize),
    (".VirtualSize", Volatile::ByteSize),
];

/// The parts of `text` that the fields of a template print and that differ in every
/// run; what stands anywhere differs too. None where no field prints any.
pub fn fields(text: &str, calls: &[Call], authored: &str) -> Option<Fields> {
    let mut found: Vec<(Range<usize>, Volatile)> = Vec::new();
    for (call, template) in calls
        .iter()
        .filter_map(|call| Some((call, call.template()?)))
    {
        for (_, kind) in FIELDS
            .iter()
            .filter(|(field, _)| prints_field(template, field))
        {
            let whole = [Volatile::ProcessId, Volatile::ByteSize].contains(kind);
            found.extend(words(text).filter_map(|start| {
                let length = kind.length_at_start(&text[start..])?;
                let word = &text[start..start + length];
                let fits = match kind {
                    Volatile::Span => text[..start].ends_with("Up "),
                    Volatile::Percent => {
                        word.ends_with('%')
                            && (is_possible_share(word) || prints_field(template, ".CPUPerc"))
                    }
                    _ => !whole || (call.verb == "inspect" && word == text),
                };
                let chosen = stands_in(authored, word)
                    || (text[..start].ends_with(" / ") && is_memory_asked_for(word, authored));
                (fits && !chosen).then_some((start..start + length, *kind))
            }));
        }
    }
    if found.is_empty() {
        return None;
    }
    found.extend(Fields::anywhere(text, authored).volatile);
    Some(Fields::of(found))
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

/// The bytes of `text` at which its words begin.
fn words(text: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(start, letter)| {
        let begins =
            letter.is_alphanumeric() && !(before.is_alphanumeric() || "._-".contains(before));
        before = letter;
        begins.then_some(start)
    })
}
