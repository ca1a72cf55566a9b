//! Sets a book up: the style sheet and script beside `book.toml`, and what
//! `book.toml` has to say, keeping everything that the author wrote there.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::error::BookError;
use super::settings::{DEFAULTS, Default, LISTS, SCRIPT, STYLE};
use crate::diagnostic::{Diagnose, Diagnostic, Source};

/// What was written.
#[derive(Debug)]
pub struct Installed {
    /// The files that changed; none where all was as it should be.
    pub changed: Vec<PathBuf>,
}

/// Sets the book in `folder` up. Running it again changes nothing, but brings
/// the files of a newer labbook.
///
/// # Errors
/// When `book.toml` is missing or broken, or a file cannot be written.
pub fn install(folder: &Path) -> Result<Installed, Vec<Diagnostic>> {
    let refuse = |error: BookError| vec![error.diagnose()];
    let path = folder.join("book.toml");
    if !path.is_file() {
        return Err(refuse(BookError::NoBook {
            folder: folder.to_owned(),
        }));
    }
    let source = Source::read(&path).map_err(|error| vec![error.diagnose()])?;
    let mut document: DocumentMut =
        source
            .text()
            .parse()
            .map_err(|error: toml_edit::TomlError| {
                let range = error.span().unwrap_or(0..0);
                refuse(BookError::Configuration {
                    source: source.clone(),
                    range,
                    message: error.message().to_owned(),
                })
            })?;
    let wrong = |key: &[&str]| {
        let message = format!("`{}` is not what mdBook expects", key.join("."));
        refuse(BookError::Configuration {
            source: source.clone(),
            range: 0..0,
            message,
        })
    };
    for (key, element) in LISTS {
        add_to_list(&mut document, key, element).ok_or_else(|| wrong(key))?;
    }
    for default in DEFAULTS {
        match default {
            Default::Switch(key, value) => {
                set_default(&mut document, key, value).ok_or_else(|| wrong(key))?
            }
            Default::Number(key, value) => {
                set_default(&mut document, key, value).ok_or_else(|| wrong(key))?
            }
        }
    }
    let mut changed = Vec::new();
    for (name, text) in [
        (STYLE.name, STYLE.text),
        (SCRIPT.name, SCRIPT.text),
        ("book.toml", document.to_string().as_str()),
    ] {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        std::fs::write(&path, text).map_err(|error| {
            refuse(BookError::Unwritable {
                path: path.clone(),
                error,
            })
        })?;
        changed.push(path);
    }
    Ok(Installed { changed })
}

/// Adds `element` to the list at `key`; none where something else stands there.
fn add_to_list(document: &mut DocumentMut, key: &[&str], element: &str) -> Option<()> {
    let (name, table) = parent(document, key)?;
    let list = table
        .entry(name)
        .or_insert_with(|| Value::from(Array::new()).into())
        .as_array_mut()?;
    let there = list
        .iter()
        .filter_map(Value::as_str)
        .any(|there| there.trim_start_matches("./") == element);
    if !there {
        push(list, element);
    }
    Some(())
}

/// Adds an element, on a line of its own where the others have theirs.
fn push(list: &mut Array, element: &str) {
    let after = list.trailing().as_str().unwrap_or_default().to_owned();
    if !after.contains('\n') {
        list.push(element);
        return;
    }
    // What stands before the bracket may be a comment on the last element.
    let last = list
        .iter()
        .last()
        .and_then(|last| last.decor().prefix()?.as_str());
    let indent = last
        .and_then(|prefix| prefix.rsplit('\n').next())
        .unwrap_or("  ")
        .to_owned();
    let after = after.trim_end_matches([' ', '\t']);
    list.push_formatted(Value::from(element).decorated(format!("{after}{indent}"), ""));
    list.set_trailing("\n");
    list.set_trailing_comma(true);
}

/// Sets `key` where the author did not.
fn set_default(document: &mut DocumentMut, key: &[&str], value: impl Into<Value>) -> Option<()> {
    let (name, table) = parent(document, key)?;
    table
        .entry(name)
        .or_insert_with(|| Item::Value(value.into()));
    Some(())
}

/// The last name of `key` and the table that it stands in, made where missing.
fn parent<'a, 'k>(
    document: &'a mut DocumentMut,
    key: &[&'k str],
) -> Option<(&'k str, &'a mut dyn toml_edit::TableLike)> {
    let (name, tables) = key.split_last()?;
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for (depth, part) in tables.iter().enumerate() {
        let made = || {
            let mut made = Table::new();
            // `[output]` alone says nothing.
            made.set_implicit(depth + 1 < tables.len());
            Item::Table(made)
        };
        table = table.entry(part).or_insert_with(made).as_table_like_mut()?;
    }
    Some((name, table))
}
