//! What mdBook says about a book beside its chapters: where it is, who builds it,
//! and what `[preprocessor.labbook]` in `book.toml` holds.
//!
//! ```toml
//! [preprocessor.labbook]
//! trusted = ["introduction.md"]   # its HTML and directives stay live
//! prompts = ["[lab] {user} %"]    # prompts that cannot be guessed
//! cluster = "minikube"            # kubectl's context for kubectl sessions
//! themes = { Storage = ["volume"] }           # for the overview
//! synonyms = [["ingress", "front door"]]      # for the search
//! content-security-policy = true              # in the pages that `labbook build` makes
//! ```

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pulldown_cmark::Options;
use serde_json::Value;
use toml_edit::{Document, Item};

use super::chapter::{Chapter, PageFormat, shown_path};
use super::error::BookError;
use super::labels::Labels;
use super::reports::Reports;
use crate::diagnostic::{Diagnose, Diagnostic, Place, Source, did_you_mean};
use crate::lab::ClusterName;
use crate::notes;
use crate::paths::plain;
use crate::session::wrong_prompt;

/// The keys of `[preprocessor.labbook]`: ours, and those that mdBook reads.
const KEYS: [&str; 12] = [
    "trusted",
    "prompts",
    "cluster",
    "themes",
    "synonyms",
    "content-security-policy",
    "command",
    "before",
    "after",
    "renderer",
    "renderers",
    "optional",
];

/// A book, beside its chapters.
pub(super) struct BookContext {
    /// The book's folder, with `book.toml` in it.
    pub root: PathBuf,
    /// The notes' folder, with `SUMMARY.md` in it.
    pub sources: PathBuf,
    /// What pages are made for.
    pub form: PageFormat,
    /// How the renderer reads Markdown.
    pub markdown: Options,
    /// Whether pages load MathJax, whose formulas can run scripts.
    pub mathjax: bool,
    /// The words for results, in the book's language.
    pub labels: &'static Labels,
    /// Prompts in the notes that are of no form that is known.
    pub prompts: Vec<String>,
    /// Where readers can report what is wrong.
    pub reports: Option<Reports>,
    /// Where they can edit the notes, with `{path}` for the file.
    pub edits: Option<String>,
    /// The author's own themes of questions, each with the words that tell it.
    pub themes: BTreeMap<String, Vec<String>>,
    /// The author's own rows of names of the same thing, for the search.
    pub synonyms: Vec<Vec<String>>,
    /// Whether the pages get a Content-Security-Policy.
    pub policy: bool,
    trusted: Vec<String>,
    /// What stands in `book.toml`, to say where.
    own_table: OwnTable,
}

impl BookContext {
    /// Takes what mdBook of `version` says of the book in `root`: its
    /// `configuration` as JSON and the name of the `renderer`.
    ///
    /// # Errors
    /// All that is wrong in `[preprocessor.labbook]`.
    pub(super) fn read(
        root: &Path,
        configuration: &Value,
        renderer: &str,
        version: &str,
    ) -> Result<Self, Vec<Diagnostic>> {
        let text = |pointer| configuration.pointer(pointer).and_then(Value::as_str);
        let switch = |pointer| configuration.pointer(pointer).and_then(Value::as_bool);
        let mut markdown = notes::options() | Options::ENABLE_HEADING_ATTRIBUTES;
        // mdBook 0.4 knows neither, and reads the lines as other blocks.
        let newer = !version.starts_with("0.4.");
        let definitions = switch("/output/html/definition-lists").unwrap_or(true);
        let admonitions = switch("/output/html/admonitions").unwrap_or(true);
        markdown.set(Options::ENABLE_DEFINITION_LIST, newer && definitions);
        markdown.set(Options::ENABLE_GFM, newer && admonitions);
        let own_table = OwnTable::read(&root.join("book.toml"));
        let (own, mut errors) = Own::read(configuration, &own_table);
        let (prompts, wrong) = own_table.prompts();
        errors.extend(wrong);
        if !errors.is_empty() {
            return Err(errors.iter().map(Diagnose::diagnose).collect());
        }
        Ok(Self {
            prompts,
            trusted: own.trusted,
            themes: own.themes,
            synonyms: own.synonyms,
            policy: own.policy,
            own_table,
            root: root.to_owned(),
            sources: root.join(text("/book/src").unwrap_or("src")),
            form: if renderer == "html" {
                PageFormat::Html
            } else {
                PageFormat::Plain
            },
            markdown,
            mathjax: switch("/output/html/mathjax-support").unwrap_or(false),
            labels: Labels::of(text("/book/language").unwrap_or_default()),
            reports: text("/output/html/git-repository-url").and_then(Reports::of),
            edits: text("/output/html/edit-url-template")
                .filter(|template| template.starts_with("https://"))
                .map(str::to_owned),
        })
    }

    /// Whether the book's author trusts the chapter at `path`, relative to the
    /// notes' folder.
    pub(super) fn trusts(&self, path: &Path) -> bool {
        self.trusted.iter().any(|trusted| same(trusted, path))
    }

    /// The trusted chapters that are not among `chapters`.
    pub(super) fn idle_trust(&self, chapters: &[Chapter]) -> Vec<Diagnostic> {
        let idle = self
            .trusted
            .iter()
            .filter(|trusted| !chapters.iter().any(|chapter| same(trusted, &chapter.path)));
        let names: Vec<String> = chapters
            .iter()
            .map(|chapter| chapter.path.to_string_lossy().into_owned())
            .collect();
        idle.map(|trusted| {
            BookError::NoSuchChapter {
                place: self.own_table.element("trusted", trusted),
                path: trusted.clone(),
                near: did_you_mean(trusted, names.iter().map(String::as_str)).map(str::to_owned),
            }
            .diagnose()
        })
        .collect()
    }
}

/// Whether the `trusted` path, as written, is that of a chapter.
fn same(trusted: &str, path: &Path) -> bool {
    plain(Path::new(trusted)) == plain(path)
}

/// What the author says in `[preprocessor.labbook]`.
#[derive(Debug, Default)]
struct Own {
    trusted: Vec<String>,
    themes: BTreeMap<String, Vec<String>>,
    synonyms: Vec<Vec<String>>,
    policy: bool,
}

impl Own {
    /// What the `configuration` says, and what is wrong with it.
    fn read(configuration: &Value, own_table: &OwnTable) -> (Self, Vec<BookError>) {
        let mut own = Self::default();
        let table = configuration.pointer("/preprocessor/labbook");
        let Some(table) = table.and_then(Value::as_object) else {
            return (own, Vec::new());
        };
        let mut errors = own_table.unknown(table.keys().map(String::as_str));
        let mut wrong = |key, form, example| {
            errors.push(BookError::OtherForm {
                place: own_table.key(key),
                key,
                form,
                example,
            });
        };
        match given(table, "trusted") {
            Some(trusted) => own.trusted = trusted,
            None => wrong("trusted", "list of chapters", "[\"introduction.md\"]"),
        }
        match given(table, "themes") {
            Some(themes) => own.themes = themes,
            None => wrong("themes", "table of words", "{ Storage = [\"volume\"] }"),
        }
        match given(table, "synonyms") {
            Some(synonyms) => own.synonyms = synonyms,
            None => wrong("synonyms", "list of names", "[[\"image\", \"picture\"]]"),
        }
        match given(table, "content-security-policy") {
            Some(policy) => own.policy = policy,
            None => wrong("content-security-policy", "switch", "true"),
        }
        (own, errors)
    }
}

/// The value of `key`, empty where there is none; none where it has another form.
fn given<T: serde::de::DeserializeOwned + Default>(
    table: &serde_json::Map<String, Value>,
    key: &str,
) -> Option<T> {
    match table.get(key) {
        None | Some(Value::Null) => Some(T::default()),
        Some(value) => T::deserialize(value).ok(),
    }
}

/// What `book.toml` says of sessions.
#[derive(Debug, Clone, Default)]
pub struct OfSessions {
    /// Prompts of no form that is known.
    pub prompts: Vec<String>,
    /// The Kubernetes cluster for kubectl sessions.
    pub cluster: Option<ClusterName>,
}

/// What `book.toml` of the book in `folder` says of sessions, and what is wrong there:
/// prompts, a cluster, and keys that nobody knows.
pub fn session_settings(folder: &Path) -> (OfSessions, Vec<BookError>) {
    let own_table = OwnTable::read(&folder.join("book.toml"));
    let keys = own_table.table().and_then(Item::as_table_like);
    let keys = keys
        .into_iter()
        .flat_map(|table| table.iter().map(|(key, _)| key));
    let mut errors = own_table.unknown(keys);
    let (prompts, wrong) = own_table.prompts();
    errors.extend(wrong);
    let (cluster, wrong) = own_table.cluster();
    errors.extend(wrong);
    (OfSessions { prompts, cluster }, errors)
}

/// Where things stand in `[preprocessor.labbook]` of `book.toml`, if they do: a
/// setting may come from the environment too.
struct OwnTable(Option<(Arc<Source>, Document<String>)>);

impl OwnTable {
    fn read(path: &Path) -> Self {
        let source = Source::read(&shown_path(path)).ok();
        Self(source.and_then(|source| {
            let document = Document::parse(source.text().to_owned()).ok()?;
            Some((source, document))
        }))
    }

    fn table(&self) -> Option<&Item> {
        let (_, document) = self.0.as_ref()?;
        document.as_table().get("preprocessor")?.get("labbook")
    }

    fn place(&self, range: impl Fn(&Item) -> Option<Range<usize>>) -> Option<Place> {
        let (source, _) = self.0.as_ref()?;
        Some(Place {
            source: Arc::clone(source),
            range: range(self.table()?)?,
        })
    }

    /// Those of `keys` that nobody knows.
    fn unknown<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Vec<BookError> {
        let unknown = keys.filter(|key| !KEYS.contains(key));
        let error = |key: &str| BookError::UnknownKey {
            place: self.key(key),
            key: key.to_owned(),
            near: did_you_mean(key, KEYS),
        };
        unknown.map(error).collect()
    }

    /// The prompts that it names, and what is wrong with the others.
    fn prompts(&self) -> (Vec<String>, Vec<BookError>) {
        let Some(list) = self.table().and_then(|table| table.get("prompts")) else {
            return Default::default();
        };
        let texts = list.as_array().and_then(|list| {
            let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        let Some(texts) = texts else {
            let error = BookError::WrongPrompt {
                place: self.key("prompts"),
                why: "`prompts` is no list of texts".to_owned(),
            };
            return (Vec::new(), vec![error]);
        };
        let wrong = |text: &String| {
            let why = wrong_prompt(text)?;
            Some(BookError::WrongPrompt {
                place: self.element("prompts", text),
                why: format!("`{text}` is no prompt: {why}"),
            })
        };
        let errors = texts.iter().filter_map(wrong).collect();
        let right = texts.iter().filter(|text| wrong_prompt(text).is_none());
        (right.cloned().collect(), errors)
    }

    /// The Kubernetes cluster that it names, or what is wrong with that.
    fn cluster(&self) -> (Option<ClusterName>, Option<BookError>) {
        let Some(value) = self.table().and_then(|table| table.get("cluster")) else {
            return (None, None);
        };
        match value.as_str().map(str::parse) {
            Some(Ok(cluster)) => (Some(cluster), None),
            _ => {
                let error = BookError::OtherForm {
                    place: self.key("cluster"),
                    key: "cluster",
                    form: "name of a kubectl context",
                    example: "\"minikube\"",
                };
                (None, Some(error))
            }
        }
    }

    /// The place of a key.
    fn key(&self, key: &str) -> Option<Place> {
        self.place(|table| table.as_table_like()?.key(key)?.span())
    }

    /// The place of a text in the list of a key.
    fn element(&self, key: &str, element: &str) -> Option<Place> {
        self.place(|table| {
            let list = table.get(key)?.as_array()?;
            let mut elements = list.iter();
            elements
                .find(|value| value.as_str() == Some(element))?
                .span()
        })
    }
}
