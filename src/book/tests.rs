//! Pages of notes as they should not be.

use std::path::Path;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use regex::Regex;
use serde_json::{Value, json};

use super::context::BookContext;
use super::drawn::Drawn;
use super::escape::escape;
use super::page::page;
use crate::diagnostic::Source;
use crate::notes::Notes;

fn context(configuration: &Value, renderer: &str, version: &str) -> BookContext {
    BookContext::read(Path::new("/nowhere"), configuration, renderer, version)
        .expect("a right configuration")
}

fn page_in(context: &BookContext, trusted: bool, text: &str) -> String {
    let (notes, _) = Notes::parse(&Source::new("notes.md", text)).expect("readable notes");
    page(&notes, context, trusted, drawn(&notes, context), None).markdown
}

/// What is drawn into the page of notes that were never verified.
fn drawn(notes: &Notes, context: &BookContext) -> Drawn {
    let found = crate::exercise::discover([notes], &[]);
    let exercises: Vec<_> = found.exercises.iter().collect();
    Drawn::new(notes, &exercises, None, context)
}

fn html_page(text: &str) -> String {
    page_in(&context(&Value::Null, "html", "0.5.4"), false, text)
}

fn escaped(text: &str) -> String {
    escape(text, mdbook_options(), &mut []).markdown
}

/// What a browser would get of `markdown`, as mdBook reads it.
fn html(markdown: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(markdown, mdbook_options()));
    html
}

fn mdbook_options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

#[test]
fn html_and_script_are_shown_as_text() {
    for text in [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<div onclick=\"x\">\n\n*a*\n\n</div>",
        "<a title=\"<script>alert(1)</script>\">x</a>",
        "<a b=\"`\"> `<script>`",
        "<!-- --!><script>alert(1)</script> -->",
        "<!--> <script>alert(1)</script> -->",
        "<script>x</script>\n    <img onerror=x>",
    ] {
        let html = html(&escaped(text));
        assert!(
            !html.contains("<script") && !html.contains("<img") && !html.contains("<div"),
            "{text}: {html}"
        );
        assert!(!html.contains("<a "), "{text}: {html}");
    }
}

#[test]
fn harmless_tags_stay() {
    for text in [
        "a<br>b",
        "a <br/> b",
        "<!-- a note -->",
        "<!-- two\nlines -->\n",
        "a<wbr>b",
    ] {
        assert_eq!(escaped(text), text);
    }
}

#[test]
fn active_links_are_shown_as_text() {
    for text in [
        "[x](javascript:alert(1))",
        "[x](JAVA&#83;cript:alert(1))",
        "<javascript:alert(1)>",
        "[x][y]\n\n[y]: javascript:alert(1)",
        "[a [x](javascript:b)](http://c.d)",
        "![x](vbscript:a)",
        "[x](data:text/html,a)",
        "[a [x](vbscript:b)](javascript:c)",
        "[a [b [x](vbscript:b)](data:c)](javascript:c)",
    ] {
        let html = html(&escaped(text)).to_lowercase();
        assert!(
            !html.contains("href=\"java") && !html.contains("=\"vb") && !html.contains("=\"data"),
            "{text}: {html}"
        );
    }
    let places = "[x](a.md) [x](https://a.b) <https://a.b> [x](#a) [x](mailto:a@b.c) ![x](data:image/png;base64,AA)";
    assert_eq!(escaped(places), places);
}

#[test]
fn attributes_of_headings_are_text() {
    for text in [
        "## T {onclick=alert(1)}",
        "## T {a=b} {onclick=c}",
        "# `}` {onclick=x}",
    ] {
        let html = html(&escaped(text));
        assert!(!html.contains(" onclick="), "{html}");
        assert!(html.contains("{"), "{html}");
    }
    let page = html_page("## T\n- Why? {onclick=alert(1)}\n  - So.\n");
    assert!(!html(&page).contains(" onclick="), "{}", html(&page));
}

#[test]
fn directives_are_text_whether_links_runs_or_not() {
    for text in [
        "a {{#include x}} b",
        "a \\{{#include x}} b",
        "`{{ #include x }}`",
        "```\n{{#include x}}\n```",
        "- a\n  ```bash\n  {{#include x}}\n\n  b\n  ```\n- c",
        "    {{#include x}}\n\na",
        "[{{#include x}}](<{{#include y}}>)",
        "<!-- {{#include x}} -->",
        "{{{#include x}}}",
        "|{{#include x}}|\n|-|\n|`{{#title a}}`|",
    ] {
        let escaped = escaped(text);
        assert!(
            !super::escape::holds_directive(&escaped),
            "{text}: {escaped}"
        );
        let shown = html(&escaped)
            .replace("&#123;", "{")
            .replace("&#35;", "#")
            .replace("&#32;", " ");
        assert!(shown.contains("include x"), "{text}: {shown}");
    }
    assert!(html(&escaped("a {{#include x}} b")).contains("a {{#include x}} b"));
}

#[test]
fn a_question_has_an_anchor_and_a_wrapper() {
    let page = html_page("## T\n- 왜 그런가요?\n  - So.\n- C #\n  - ...\n\n# End\n");
    let html = html(&page);
    assert!(
        html.contains(
            "<div class=\"labbook-question\">\n<h3 id=\"왜-그런가요\">왜 그런가요?</h3>\n<!--labbook-->"
        ),
        "{html}"
    );
    assert!(
        html.contains("<div class=\"labbook-question labbook-unanswered\">\n<h3 id=\"c\">C #</h3>"),
        "{html}"
    );
    assert!(html.contains("</ul>\n</div>\n<h1>End</h1>"), "{html}");
}

#[test]
fn a_document_with_nothing_active_passes_unchanged() {
    for text in [
        "# A\n\n*x* <br> [y](z.md)\n\n> q\n\n1. a\n\n       code <b>\n\n<!-- hidden -->\n",
        "",
        "- a\n  - b\n\ntext\n",
        "| a |\n|---|\n| b[^1] |\n\n[^1]: note\n\n- [ ] task\n\nterm\n: definition\n",
    ] {
        assert_eq!(html_page(text), text);
    }
}

#[test]
fn only_a_trusted_page_is_live() {
    for text in [
        "# A\n\n<b>x</b> {{#include y}}\n",
        "## T\n- Why?\n  - <b>x</b> {{#include y}}\n",
    ] {
        let context = context(&Value::Null, "html", "0.5.4");
        let live = page_in(&context, true, text);
        assert!(live.contains("<b>x</b> {{#include y}}"), "{live}");
        let inert = page_in(&context, false, text);
        assert!(!inert.contains("<b>") && !inert.contains("{{#"), "{inert}");
        assert!(html(&inert).contains("{{#include y}}"), "{inert}");
    }
}

#[test]
fn what_one_release_reads_as_code_is_escaped_for_one_that_does_not() {
    let off = json!({"output": {"html": {"definition-lists": false, "admonitions": false}}});
    let text = "term\n:     <script>alert(1)</script>\n";
    assert_eq!(html_page(text), text, "code is left alone");
    for (configuration, version) in [(&Value::Null, "0.4.52"), (&off, "0.5.4")] {
        let context = context(configuration, "html", version);
        let page = page_in(&context, false, text);
        let plain = mdbook_options() - Options::ENABLE_DEFINITION_LIST - Options::ENABLE_GFM;
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, Parser::new_ext(&page, plain));
        assert!(!html.contains("<script"), "{version}: {html}");
    }
}

#[test]
fn formulas_are_read_on_trusted_pages_only() {
    let on = json!({"output": {"html": {"mathjax-support": true}}});
    let text = "\\\\(\\href{javascript:alert(1)}{x}\\\\)\n";
    let ignored = "<div class=\"tex2jax_ignore\">";
    let context_on = context(&on, "html", "0.5.4");
    assert!(html(&page_in(&context_on, false, text)).starts_with(ignored));
    assert_eq!(page_in(&context_on, true, text), text);
    assert_eq!(html_page(text), text, "nothing reads formulas");
}

#[test]
fn what_would_turn_text_around_is_made_visible() {
    let text = "## T\n- Why \u{202e}?\n  - a\u{2066}b\n\n```\n$ echo \u{202e}x\n\u{2068}y\n```\n";
    let page = html(&html_page(text));
    for shown in ["⟦U+202E⟧?", "a⟦U+2066⟧b", "⟦U+202E⟧x", "⟦U+2068⟧y"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    let overrides =
        |character| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!page.contains(overrides), "{page}");
}

#[test]
fn a_wrong_answer_can_be_reported_where_the_book_names_its_repository() {
    let text = "## T\n- Why <b>\"x\"</b>?\n  - So.\n";
    let repository = json!({"output": {"html": {"git-repository-url": "https://github.com/a/b"}}});
    let reported = html(&page_in(
        &context(&repository, "html", "0.5.4"),
        false,
        text,
    ));
    let link = "<a href=\"https&#58;&#47;&#47;github&#46;com&#47;a&#47;b&#47;issues&#47;new&#63;title&#61;Why";
    assert!(reported.contains(link), "{reported}");
    assert!(reported.contains("notes&#46;md&#37;3A2"), "{reported}");
    assert!(!reported.contains("<b>\"x"), "{reported}");
    let other = json!({"output": {"html": {"git-repository-url": "javascript:alert(1)"}}});
    for configuration in [&other, &Value::Null] {
        let page = html(&page_in(
            &context(configuration, "html", "0.5.4"),
            false,
            text,
        ));
        assert!(!page.contains("<a href"), "{page}");
    }
}

#[test]
fn a_transcript_is_drawn_with_all_its_parts() {
    let page = html_page(
        "## T\n- Why?\n  - So.\n\n```\nkim@lab:~$ docker run -it --name desk busybox sh\n/ # echo a \\\n> b\na b\n\
         / # kim@lab:~$ docker ps  // 목록\n...\n^Ckim@lab:~$\n```\n\n```\nFROM a:$B\n# c\nRUN x \\\n  y\n```\n",
    );
    let plain = page
        .replace("&#46;", ".")
        .replace("&#47;", "/")
        .replace("&#64;", "@")
        .replace("&#58;", ":");
    for shown in [
        "labbook-inside labbook-container",
        "In the container desk &#40;root&#41;",
        "<span class=\"labbook-prompt\">&#62; </span><span class=\"labbook-typed\">b</span>",
        "<span class=\"labbook-typed\">docker ps</span>  // 목록",
        "<pre class=\"labbook-output\">a b</pre>",
        "leaves the container running &#40;detach&#41;",
        "<span class=\"labbook-elision\">...</span>",
        "<span class=\"labbook-caret\">&#94;C</span>",
        "<b class=\"labbook-instruction\">FROM</b> a:<span class=\"labbook-variable\">&#36;B</span>",
        "<span class=\"labbook-comment\">&#35; c</span>",
        "<b class=\"labbook-instruction\">RUN</b> x &#92;&#10;  y",
    ] {
        assert!(plain.contains(shown), "{shown} in {plain}");
    }
    assert_eq!(
        page.matches("<div").count(),
        page.matches("</div>").count(),
        "{page}"
    );
}

#[test]
fn other_renderers_get_markdown_alone() {
    let (notes, _) = Notes::parse(&Source::new("notes.md", "## T\n- Why?\n  - <b>So.\n"))
        .expect("readable notes");
    let context = context(&Value::Null, "markdown", "0.5.4");
    let page = page(&notes, &context, false, Drawn::default(), None);
    assert_eq!(page.markdown, "## T\n\n### Why?\n\n- &#60;b&#62;So.\n");
}

/// Text made of what can do harm.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n",
        "\n",
        "\n\n",
        " ",
        "    ",
        "- ",
        "> ",
        "# ",
        "a",
        "왜?",
        "`",
        "``",
        "```\n",
        "```\n",
        "~~~\n",
        "$ docker run -it --name x y sh\n",
        "root@0123456789ab:/# ls <b>\n",
        "$ docker build . <<E\n",
        "FROM a\n",
        "...\n",
        "\\",
        "*",
        "_",
        "|",
        "|-|\n",
        "<script>",
        "</script>",
        "<img src=x onerror=y>",
        "<div>",
        "</div>",
        "<a href=\"",
        "\">",
        "<",
        ">",
        "<!--",
        "-->",
        "--!>",
        "<br>",
        "<pre>",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "[x](javascript:y)",
        "[",
        "](",
        ")",
        "javascript:",
        "]: ",
        "{onclick=x}",
        "{",
        "}",
        "{{#include x}}",
        "{{ #title y }}",
        "{{",
        "&lt;",
        "&#60;",
        "\"",
        "'",
        "$",
        "---\n",
        "[^1]",
        ": ",
        "> [!NOTE]\n",
        "a\n: ",
        "<javascript:z>",
        "[^1]: ",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_of_a_note_comes_alive(text in hostile(), asked in any::<bool>(), newer in any::<bool>()) {
        let text = if asked { format!("## T\n- q?\n  - a\n\n{text}") } else { text };
        let Ok((notes, _)) = Notes::parse(&Source::new("notes.md", text.as_str())) else { return Ok(()) };
        let (version, options) = if newer {
            ("0.5.4", mdbook_options())
        } else {
            ("0.4.52", mdbook_options() - Options::ENABLE_DEFINITION_LIST - Options::ENABLE_GFM)
        };
        let context = context(&Value::Null, "html", version);
        let page = page(&notes, &context, false, drawn(&notes, &context), None).markdown;
        prop_assert!(!super::escape::holds_directive(&page), "{page}");
        let mut tags = String::new();
        for event in Parser::new_ext(&page, options) {
            match event {
                Event::Html(tag) | Event::InlineHtml(tag) => tags.push_str(&tag),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    prop_assert!(!dest_url.trim().starts_with("javascript:"), "{page}");
                }
                Event::Start(Tag::Heading { attrs, .. }) => prop_assert!(attrs.is_empty(), "{page}"),
                _ => {}
            }
        }
        let tags = Regex::new("(?s)<!--.*?-->").expect("a valid expression").replace_all(&tags, "").into_owned();
        prop_assert_eq!(tags.matches("</div>").count(), tags.matches("<div class").count(), "{}", page);
        let ours = Regex::new(r#"<(br|wbr)>|<code( class="language-[^"<>]*")?>|</(code|pre|div|span|small|b|kbd)>|<(pre|div|span|small|b|kbd) class="labbook-[a-z -]+"( id="step&#58;[^"<>]*")?>"#);
        let rest = ours.expect("a valid expression").replace_all(&tags, "").into_owned();
        prop_assert!(!rest.contains('<'), "{rest:?} in {page}");
    }
}
