//! What a page shows, and whether anything in it could run.

use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

/// An expression that is compiled once.
macro_rules! expression {
    ($(#[$doc:meta])* $name:ident = $text:literal) => {
        $(#[$doc])*
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("an expression"));
    };
}

expression!(
    /// What labbook adds to a page.
    ADDED = r#"(?s)<small class="labbook-own">.*?</small>|<pre class="labbook-own[^"]*">.*?</pre>"#
);
expression!(
    /// A tag; the group is that of one inside of words.
    ANY_TAG = r"(?s)</?(a|code|em|strong|span|kbd|b|mark)( [^>]*)?>|<[^>]*>"
);
expression!(IMAGE = r#"<img [^>]*alt="([^"]*)"[^>]*>"#);
expression!(
    /// mdBook shows an image twice, to make it larger at a click.
    TWICE = r#"<input class="checkbox-img"[^>]*><img [^>]*>"#
);
expression!(NUMBER = "&#([0-9]+);");
expression!(
    /// A tag as browsers read it.
    TAG = r#"(?s)<([a-zA-Z!?][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>"#
);
expression!(ATTRIBUTE = r#"(?s)([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?"#);

/// The words of a text, each as often as it stands there.
fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of Markdown, as any parser reads them.
fn words_of_markdown(markdown: &str) -> Vec<String> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut text = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Text(shown)
            | Event::Code(shown)
            | Event::Html(shown)
            | Event::InlineHtml(shown) => {
                text.push_str(&shown);
            }
            Event::End(
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link,
            ) => {}
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. }) => {}
            Event::Start(_) | Event::End(_) | Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    words(&text)
}

/// Fails where a page does not hold all letters of its notes once and in order. Output
/// and the prompt right behind it are two words in a page.
pub fn assert_same_text(html: &str, markdown: &str, name: &str) {
    let (page, notes) = (
        words_of_html(html).concat(),
        words_of_markdown(markdown).concat(),
    );
    if page != notes {
        let same = page
            .chars()
            .zip(notes.chars())
            .take_while(|(one, other)| one == other);
        let from = same.count().saturating_sub(30);
        let near = |text: &str| text.chars().skip(from).take(100).collect::<String>();
        panic!("{name}\n page: {}\nnotes: {}", near(&page), near(&notes));
    }
}

/// The words of HTML, without those that labbook adds.
pub fn words_of_html(html: &str) -> Vec<String> {
    let html = TWICE.replace_all(html, "");
    let html = IMAGE.replace_all(&html, " $1 ");
    let html = ADDED.replace_all(&html, "");
    let text = ANY_TAG.replace_all(
        &html,
        |tag: &regex::Captures<'_>| if tag.get(1).is_some() { "" } else { " " },
    );
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
    let text = NUMBER.replace_all(&text, |reference: &regex::Captures<'_>| {
        let number = reference[1].parse().ok();
        number
            .and_then(char::from_u32)
            .map(String::from)
            .unwrap_or_default()
    });
    words(&text.replace("&amp;", "&"))
}

/// Each tag of a page as browsers read it, with its attributes.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    TAG.captures_iter(html)
        .map(|tag| {
            let attributes = ATTRIBUTE.captures_iter(tag.get(2).map_or("", |all| all.as_str()));
            let attributes = attributes.map(|attribute| {
                let value = (2..5).find_map(|group| attribute.get(group));
                (
                    attribute[1].to_lowercase(),
                    value.map_or("", |value| value.as_str()).to_owned(),
                )
            });
            (tag[1].to_lowercase(), attributes.collect())
        })
        .collect()
}

/// Fails where anything in a page could run.
pub fn assert_inert(html: &str) {
    const TAGS: [&str; 47] = [
        "!--labbook--",
        "a",
        "b",
        "details",
        "kbd",
        "mark",
        "small",
        "summary",
        "blockquote",
        "br",
        "wbr",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "input",
        "label",
        "li",
        "main",
        "ol",
        "p",
        "path",
        "pre",
        "section",
        "span",
        "strong",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
        "!--",
    ];
    const ATTRIBUTES: [&str; 22] = [
        "data-engine",
        "data-name",
        "aria-hidden",
        "alt",
        "checked",
        "class",
        "d",
        "disabled",
        "for",
        "height",
        "href",
        "id",
        "rel",
        "src",
        "start",
        "style",
        "title",
        "type",
        "viewbox",
        "width",
        "xmlns",
        "value",
    ];
    for (tag, attributes) in tags(html) {
        assert!(TAGS.contains(&&*tag), "<{tag}>");
        for (name, value) in attributes.iter().filter(|_| !tag.starts_with("!--")) {
            assert!(ATTRIBUTES.contains(&&**name), "<{tag} {name}>");
            let value = value.to_lowercase();
            let place = ["href", "src"].contains(&&**name);
            let runs = ["javascript", "vbscript", "data:"]
                .iter()
                .any(|scheme| value.trim().starts_with(scheme));
            assert!(!(place && runs), "<{tag} {name}={value}>");
        }
    }
}
