//! mdBook's wire: a book as JSON in, the book with our pages out.
//!
//! mdBook 0.5 sends `[context, {"items": [...]}]`, 0.4 `[context, {"sections":
//! [...]}]`, with other fields that differ too. So the document is taken as it
//! is, only the chapters' contents change, and it goes out in the same form.

use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde_json::{Value, json};

use super::chapter::Chapter;
use super::chapters::{BuiltChapter, Pages, pages};
use super::context::BookContext;
use super::error::BookError;
use super::overview::OVERVIEW;
use super::topics::TopicPage;
use crate::diagnostic::{Diagnose, Diagnostic};

/// The releases of mdBook whose JSON is known.
const KNOWN: [&str; 2] = ["^0.4.21", "^0.5.0"];

/// Takes the JSON that mdBook sends to a preprocessor, and gives the JSON that
/// it expects back, and what is worth a look.
///
/// # Errors
/// When it is no such JSON, and all that keeps chapters from being read.
pub fn preprocess(input: &str) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let refuse = |error: BookError| vec![error.diagnose()];
    let mut document: Value = serde_json::from_str(input).map_err(|error| {
        refuse(BookError::NotJson {
            error: error.to_string(),
        })
    })?;
    let [context, book] = document
        .as_array_mut()
        .map(Vec::as_mut_slice)
        .unwrap_or_default()
    else {
        return Err(refuse(BookError::NotABook {
            missing: "a context and a book",
        }));
    };
    let mut warnings = version_warning(context).into_iter().collect::<Vec<_>>();
    let text = |name| context.get(name).and_then(Value::as_str);
    let root = text("root").ok_or_else(|| {
        refuse(BookError::NotABook {
            missing: "`root` in the context",
        })
    })?;
    let context = BookContext::read(
        Path::new(root),
        context.get("config").unwrap_or(&Value::Null),
        text("renderer").unwrap_or_default(),
        text("mdbook_version").unwrap_or_default(),
    )?;
    if context.policy {
        warnings.push(
            Diagnostic::warning("`content-security-policy` is written by `labbook build` only")
                .help("build the site with `labbook build`, or let the server send a policy"),
        );
    }
    let items = ["items", "sections"]
        .into_iter()
        .find(|name| book.get(name).is_some_and(Value::is_array));
    let Some(items) = items
        .and_then(|name| book.get_mut(name))
        .and_then(Value::as_array_mut)
    else {
        return Err(refuse(BookError::NotABook {
            missing: "`items` or `sections` in the book",
        }));
    };
    let mut chapters = Vec::new();
    each_chapter(items, &mut |chapter| chapters.extend(read_chapter(chapter)));
    let Pages {
        pages,
        overview,
        warnings: found,
    } = pages(&context, &chapters);
    warnings.extend(found);
    let mut pages = pages.into_iter();
    fill(items, &mut pages);
    if let Some((name, content)) = overview {
        items.push(json!({"Chapter": {
            "name": name, "content": content, "number": null, "sub_items": [], "path": OVERVIEW,
            "source_path": null, "parent_names": []
        }}));
    }
    Ok((book.to_string(), warnings))
}

/// Whether pages are made for `renderer`: the HTML one gets wrappers and
/// results, others get Markdown alone, with what is active in it escaped.
/// `mdbook test` looks for code only, and gets the notes as they are.
pub fn supports(renderer: &str) -> bool {
    renderer != "test"
}

fn version_warning(context: &Value) -> Option<Diagnostic> {
    let version = context
        .get("mdbook_version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let known = Version::parse(version).is_ok_and(|version| {
        // What holds of a release holds of what leads up to it.
        let version = Version::new(version.major, version.minor, version.patch);
        KNOWN
            .iter()
            .any(|known| VersionReq::parse(known).is_ok_and(|known| known.matches(&version)))
    });
    (!known).then(|| {
        BookError::UnknownVersion {
            version: version.to_owned(),
        }
        .diagnose()
    })
}

/// Calls `visit` with every chapter, in the order of the book.
fn each_chapter(items: &mut [Value], visit: &mut impl FnMut(&mut Value)) {
    for item in items {
        if let Some(chapter) = item.get_mut("Chapter") {
            visit(chapter);
            if let Some(inner) = chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
                each_chapter(inner, visit);
            }
        }
    }
}

/// Puts `pages` into the chapters that have a file, in the order of [`each_chapter`], and
/// those of their topics below them.
fn fill(items: &mut [Value], pages: &mut impl Iterator<Item = BuiltChapter>) {
    for chapter in items {
        let Some(chapter) = chapter.get_mut("Chapter") else {
            continue;
        };
        let made = read_chapter(chapter).and_then(|_| pages.next());
        let mut topics = Vec::new();
        if let Some(made) = made {
            chapter["content"] = Value::String(made.content);
            topics = made.topics;
        }
        if let Some(inner) = chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
            fill(inner, pages);
        }
        for topic in topics {
            let own = chapter_of(topic, chapter);
            if let Some(inner) = chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
                inner.push(own);
            }
        }
    }
}

/// The chapter of a topic, which is a further one below `whole`.
fn chapter_of(topic: TopicPage, whole: &Value) -> Value {
    let below = whole["sub_items"].as_array();
    let chapters = below.into_iter().flatten();
    let place = 1 + chapters
        .filter(|item| item.get("Chapter").is_some())
        .count();
    let number = whole["number"].as_array().map(|number| {
        let further = number.iter().cloned().chain([json!(place)]);
        further.collect::<Vec<_>>()
    });
    let parents = whole["parent_names"].as_array().into_iter().flatten();
    let parents: Vec<Value> = parents.cloned().chain([whole["name"].clone()]).collect();
    json!({"Chapter": {
        "name": topic.name, "content": topic.content, "number": number, "sub_items": [],
        "path": topic.path, "source_path": whole["source_path"], "parent_names": parents
    }})
}

/// A chapter that has a file; drafts have none.
fn read_chapter(chapter: &mut Value) -> Option<Chapter> {
    let path = |name| chapter.get(name).and_then(Value::as_str).map(PathBuf::from);
    let path = path("source_path").or_else(|| path("path"))?;
    let content = chapter.get("content")?.as_str()?.to_owned();
    Some(Chapter { path, content })
}
