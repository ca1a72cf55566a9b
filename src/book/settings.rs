//! What a book needs in `book.toml`, for an in-process build and for `install`.

/// The style sheet, as it is named beside `book.toml`.
pub(super) const STYLE: Asset = Asset {
    name: "labbook.css",
    text: include_str!("assets/labbook.css"),
};

/// The script, as it is named beside `book.toml`.
pub(super) const SCRIPT: Asset = Asset {
    name: "labbook.js",
    text: concat!(
        include_str!("assets/pages.js"),
        "\n",
        include_str!("assets/search.js")
    ),
};

/// A file that the pages need.
pub(super) struct Asset {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// A list in `book.toml` and an element that must be in it.
pub(super) const LISTS: [(&[&str], &str); 3] = [
    // Before `links`, so that lines are the source's and directives are text.
    (&["preprocessor", "labbook", "before"], "links"),
    (&["output", "html", "additional-css"], STYLE.name),
    (&["output", "html", "additional-js"], SCRIPT.name),
];

/// A setting that holds where the author says nothing else.
pub(super) enum Default {
    Switch(&'static [&'static str], bool),
    Number(&'static [&'static str], i64),
}

/// What holds where the author says nothing else.
pub(super) const DEFAULTS: [Default; 2] = [
    // `--` and quotes in notes are commands, not typography.
    Default::Switch(&["output", "html", "smart-punctuation"], false),
    // The search leads to the question, not to the top of its chapter.
    Default::Number(&["output", "html", "search", "heading-split-level"], 6),
];
