//! The file that the notes say a fence shows.
//!
//! ```text
//!     ```sh title=".env"        by its info string
//!     `html/index.html`         by what stands above it: the name alone, or in a sentence
//!     # app.py                  by a comment in its first line
//! ```

use super::Fence;
use crate::pattern::pattern;

/// The name that the notes give a fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName<'f> {
    /// The path as it is written.
    pub path: &'f str,
    /// Whether the fence is the file whatever uses it: nothing else is said of it, or that the
    /// reader makes it.
    pub is_sure: bool,
}

pattern! {
    /// A file's name with a suffix, or a Dockerfile's, and the folders before it.
    SUFFIXED_NAME = r"(?:[\w-]+/)*(?:[\w-]*\.[A-Za-z]\w*|Dockerfile\b)";
    /// A comment that holds a file's name alone: `# app.py`, `<!-- index.html -->`.
    NAME_IN_COMMENT = r"^(?:#|//|;|--|<!--|/\*) *(?P<name>(?:[\w-]+/)*[\w-]*\.[A-Za-z]\w*) *(?:-->|\*/)?$";
    /// A name in an info string: `sh title="run.sh"`, `{.sh filename=run.sh}`, `sh:run.sh`.
    NAME_IN_INFO = r#"(?:\b(?:title|filename|file|name)\s*=\s*["']?|^\w+:)(?P<name>(?:[\w-]+/)*(?:[\w-]*\.[A-Za-z]\w*|Dockerfile))(?:["'\s}]|$)"#;
    /// What says that the reader makes a file.
    MAKES = r"(?i)만들|만든|만듭|작성|생성|저장|추가|\b(?:creat|mak|writ|sav|add)(?:e|es|ed|ing)?\b|作成|保存|创建";
}

impl Fence {
    /// The name of the file that it shows, by its info string, its caption, the paragraph above
    /// it, or its first line.
    pub fn file_name(&self) -> Option<FileName<'_>> {
        let sure = |path| FileName {
            path,
            is_sure: true,
        };
        let in_info = NAME_IN_INFO.captures(&self.info);
        let in_info = in_info.and_then(|found| Some(found.name("name")?.as_str()));
        in_info
            .map(sure)
            .or_else(|| self.name_in_caption())
            .or_else(|| self.name_in_comment().map(sure))
            .or_else(|| self.only_name_above())
    }

    /// Whether its info string names no language but that of an output.
    pub fn may_be_output(&self) -> bool {
        const OUTPUTS: [&str; 9] = [
            "",
            "text",
            "txt",
            "plain",
            "plaintext",
            "none",
            "output",
            "console",
            "log",
        ];
        let language = self.info.split_whitespace().next().unwrap_or_default();
        OUTPUTS.contains(&language)
    }

    fn name_in_caption(&self) -> Option<FileName<'_>> {
        let caption = self.caption.as_deref()?;
        let path = SUFFIXED_NAME.find(caption)?.as_str();
        Some(FileName {
            path,
            is_sure: is_all(caption, path) || MAKES.is_match(caption),
        })
    }

    /// The file that the first line names in a comment, where the fence is marked as in some
    /// language.
    fn name_in_comment(&self) -> Option<&str> {
        let first = self.lines.first().filter(|_| !self.may_be_output())?;
        let named = NAME_IN_COMMENT.captures(first.text.trim())?;
        Some(named.name("name")?.as_str())
    }

    /// The one file that the paragraph above names, where it says nothing else or that it is
    /// made, or the fence is marked as in some language: else it may be the output of a program.
    fn only_name_above(&self) -> Option<FileName<'_>> {
        let above = self.above.as_deref()?;
        let mut names = SUFFIXED_NAME.find_iter(above).map(|name| name.as_str());
        let path = names.next()?;
        let is_sure = is_all(above, path) || MAKES.is_match(above);
        let is_file = is_sure || !self.may_be_output();
        (is_file && names.all(|other| other == path)).then_some(FileName { path, is_sure })
    }
}

/// Whether `text` holds nothing but `name` and marks around it.
fn is_all(text: &str, name: &str) -> bool {
    let is_around = |letter: char| letter.is_whitespace() || "`*_\"':：".contains(letter);
    text.trim_matches(is_around) == name
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::notes::Notes;

    /// The name of the only fence of `text`, with a mark where it is sure.
    fn name(text: &str) -> String {
        let notes = Notes::read(&Source::new("a.md", text)).0;
        let named = notes.fences[0].file_name();
        named.map_or(String::new(), |name| {
            format!("{}{}", name.path, if name.is_sure { "!" } else { "" })
        })
    }

    #[test]
    fn a_file_is_named_by_info_caption_comment_and_paragraph() {
        for (text, expected) in [
            ("```sh title=\".env\"\nA=1\n```", ".env!"),
            ("```{.sh filename=run.sh}\nA=1\n```", "run.sh!"),
            ("```python:src/app.py\na\n```", "src/app.py!"),
            ("`app/app.env`\n\n```\nA=1\n```", "app/app.env!"),
            ("**app/Dockerfile**\n\n```\nFROM a\n```", "app/Dockerfile!"),
            (
                "다음 내용으로 `app.env` 파일을 만든다.\n\n```\nA=1\n```",
                "app.env!",
            ),
            ("Create a file .env with this:\n\n```\nA=1\n```", ".env!"),
            ("Part of nginx.conf:\n\n```\na\n```", "nginx.conf"),
            ("```py\n# app.py\na\n```", "app.py!"),
            // A program may print that.
            ("What app.py prints is this.\n\n```\nhi\n```", ""),
            ("a.py and b.py are made.\n\n```py\nhi\n```", ""),
            ("```bash title=\"Two words\"\na\n```", ""),
        ] {
            assert_eq!(name(text), expected, "{text}");
        }
    }
}
