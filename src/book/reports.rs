//! Where readers can say that an answer is wrong: the issues of the book's repository.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands encoded in a value of an address (RFC 3986): all but unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The page on which a new issue is written.
pub(super) struct Reports {
    page: String,
    /// What it calls an issue's title and its text.
    parameters: [&'static str; 2],
}

impl Reports {
    /// That of the `repository` that the book names, where its address tells how.
    pub(super) fn of(repository: &str) -> Option<Self> {
        let repository = repository.trim_end_matches('/').trim_end_matches(".git");
        let host = repository.strip_prefix("https://")?.split('/').next()?;
        let (page, parameters) = if host == "github.com" {
            ("issues/new", ["title", "body"])
        } else if host.contains("gitlab") {
            ("-/issues/new", ["issue[title]", "issue[description]"])
        } else {
            return None;
        };
        Some(Self {
            page: format!("{repository}/{page}"),
            parameters,
        })
    }

    /// The address at which an issue about `title` begins with `text`.
    pub(super) fn address(&self, title: &str, text: &str) -> String {
        let [title_name, text_name] = self.parameters;
        let [title_name, title, text_name, text] =
            [title_name, title, text_name, text].map(|text| utf8_percent_encode(text, RESERVED));
        format!("{}?{title_name}={title}&{text_name}={text}", self.page)
    }
}

/// `path` as the parts of an address.
pub(super) fn encoded_path(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| utf8_percent_encode(part, RESERVED).to_string());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_begins_with_the_question_and_its_place() {
        let github = Reports::of("https://github.com/a/b.git/").expect("a page for issues");
        assert_eq!(
            github.address("왜 & 어떻게?", "day.md:3"),
            "https://github.com/a/b/issues/new?title=%EC%99%9C%20%26%20%EC%96%B4%EB%96%BB%EA%B2%8C%3F&body=day.md%3A3"
        );
        let gitlab = Reports::of("https://gitlab.example.com/a/b").expect("a page for issues");
        assert!(
            gitlab
                .address("x", "y")
                .ends_with("/-/issues/new?issue%5Btitle%5D=x&issue%5Bdescription%5D=y")
        );
        assert!(Reports::of("javascript:alert(1)").is_none());
        assert!(Reports::of("https://example.com/github.com").is_none());
    }
}
