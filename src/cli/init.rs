//! `labbook init`: a book of one's own, from notes or to begin with.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Source};
use crate::notes::Notes;

use super::{CommandError, Status, natural, say};

/// Arguments of `labbook init`.
#[derive(Debug, clap::Args)]
pub(super) struct InitArguments {
    /// The folder to make the book in; nothing in it is overwritten
    #[arg(value_name = "BOOK", default_value = ".")]
    folder: PathBuf,
    /// Notes to make it from: Markdown files, or folders of them with their pictures;
    /// they are copied as they are [default: a small example]
    #[arg(value_name = "NOTES")]
    notes: Vec<PathBuf>,
}

/// The settings of a new book with notes in `language`.
fn settings(language: &str) -> String {
    let title = match language {
        "ko" => "강의 노트",
        _ => "Course notes",
    };
    format!(
        "[book]\ntitle = \"{title}\"\nlanguage = \"{language}\"\n\n\
         [preprocessor.labbook]\nbefore = [\"links\"]\n"
    )
}

/// The language of `files`, for the site's own words: it has them in two.
fn language(files: &[File]) -> &'static str {
    let is_hangul = |letter: char| ('가'..='힣').contains(&letter);
    let mut texts = files
        .iter()
        .filter(|(name, _)| is_notes(name))
        .map(|(_, text)| String::from_utf8_lossy(text));
    match texts.any(|text| text.contains(is_hangul)) {
        true => "ko",
        false => "en",
    }
}

const SUMMARY: &str = "# Summary\n\n- [Docker](docker.md)\n";

const NOTES: &str = "# Docker\n\n## Docker\n\n\
- 컨테이너 안에서는 어떤 사용자로 실행되나요?\n  - 이미지에 USER가 없으면 root입니다.\n\
```bash\nuser@host:~$ docker run --rm busybox whoami\nroot\n```\n";

const MANIFEST: &str =
    "title = \"The user of a container\"\ncommand = \"docker run --rm busybox whoami\"\n";

const IGNORED: &str = "# What labbook builds\n/book/\n";

/// A file of the new book: where, and what.
type File = (PathBuf, Vec<u8>);

/// Writes the files of a book that can be verified and built at once, and says what
/// to do next.
///
/// # Errors
/// A file that is there already, or cannot be read or written; then nothing is written.
pub(super) fn run(arguments: &InitArguments) -> Result<Status, CommandError> {
    let mut files: Vec<File> = Vec::new();
    let is_example = arguments.notes.is_empty();
    if is_example {
        files.push(("src/SUMMARY.md".into(), SUMMARY.into()));
        files.push(("src/docker.md".into(), NOTES.into()));
        files.push(("exercises/whoami.toml".into(), MANIFEST.into()));
    } else {
        files.extend(from_notes(&arguments.notes)?);
    }
    files.insert(0, ("book.toml".into(), settings(language(&files)).into()));
    files.push((".gitignore".into(), IGNORED.into()));
    let place = |name: &Path| arguments.folder.join(name);
    // A `.gitignore` that is there stays: it may say more.
    files.retain(|(name, _)| !name.ends_with(".gitignore") || !place(name).exists());
    let refusal: CommandError = files
        .iter()
        .map(|(name, _)| place(name))
        .filter(|path| path.exists())
        .map(|path| {
            Diagnostic::error(format!("{} is there already", path.display()))
                .help("name a folder without a book")
        })
        .collect();
    if !refusal.is_empty() {
        return Err(refusal);
    }
    let mut created = String::new();
    for (name, text) in files {
        let path = place(&name);
        write(&path, &text).map_err(|error| {
            vec![
                Diagnostic::error(format!("cannot write {}: {error}", path.display()))
                    .help("name a folder that can be written to"),
            ]
        })?;
        created += &format!("{}\n", path.display());
    }
    let book = arguments.folder.display();
    created += &format!(
        "\nnext:\n  labbook list {book}      what was found in the notes\n  \
         labbook verify {book}    whether it is still true\n  \
         labbook serve {book}     the site, on this machine\n"
    );
    say(&created)?;
    Ok(Status::Good)
}

/// The chapters that `notes` make, with what lies beside them, and the summary of them.
fn from_notes(notes: &[PathBuf]) -> Result<Vec<File>, CommandError> {
    let (mut files, mut refusal): (Vec<File>, CommandError) = Default::default();
    let mut summary = String::from("# Summary\n\n");
    let mut part = PathBuf::new();
    for named in notes {
        let (root, paths) = match named.is_dir() {
            true => (named.as_path(), natural::files(named)),
            false => (named.parent().unwrap_or(named), vec![named.clone()]),
        };
        for path in paths {
            let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
            let is_summary = below.ends_with("SUMMARY.md") || below.ends_with("book.toml");
            let read = match is_notes(&below) {
                _ if is_summary => continue,
                true => Source::read(&path)
                    .map(|source| {
                        summary += &line(&source, &below, &mut part);
                        source.text().as_bytes().to_vec()
                    })
                    .map_err(|error| crate::diagnostic::Diagnose::diagnose(&error)),
                false => std::fs::read(&path).map_err(|error| {
                    Diagnostic::error(format!("cannot read {}: {error}", path.display()))
                        .help("leave it out, or make it readable")
                }),
            };
            let chapter = Path::new("src").join(&below);
            if files.iter().any(|(other, _)| *other == chapter) {
                let message = format!("two of the notes are called {}", below.display());
                refusal.push(Diagnostic::error(message).help("give one of them another name"));
            }
            match read {
                Ok(text) => files.push((chapter, text)),
                Err(diagnostic) => refusal.push(diagnostic),
            }
        }
    }
    if refusal.is_empty() && !files.iter().any(|(name, _)| is_notes(name)) {
        refusal.push(
            Diagnostic::error("there is no Markdown file in what was named")
                .help("name the notes' folder, or the files"),
        );
    }
    files.push(("src/SUMMARY.md".into(), summary.into()));
    match refusal.is_empty() {
        true => Ok(files),
        false => Err(refusal),
    }
}

fn is_notes(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "md")
}

/// The summary's line for a chapter, below a heading where its folder is a new one.
fn line(source: &std::sync::Arc<Source>, below: &Path, part: &mut PathBuf) -> String {
    let folder = below.parent().unwrap_or(Path::new(""));
    let mut line = String::new();
    if folder != part.as_path() && !folder.as_os_str().is_empty() {
        line += &format!("\n# {}\n\n", folder.display());
        *part = folder.to_owned();
    }
    let (notes, _, _) = Notes::read(source);
    let stem = below.file_stem().unwrap_or_default().to_string_lossy();
    let title = notes.title.unwrap_or_else(|| stem.into_owned());
    let title: String = title.chars().flat_map(escaped).collect();
    line + &format!("- [{title}](<{}>)\n", below.display())
}

/// A character of a title, which is to be no Markdown.
fn escaped(character: char) -> Vec<char> {
    match character {
        '[' | ']' | '\\' | '`' | '*' | '_' | '<' => vec!['\\', character],
        other => vec![other],
    }
}

fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
