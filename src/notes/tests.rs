//! Notes as they are written, and as they should not be.

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Notes {
    Notes::parse(&Source::new("notes.md", text))
        .expect("readable notes")
        .0
}

/// Each question as `topic: text`, with ` (unanswered)` where it is.
fn questions(text: &str) -> Vec<String> {
    let notes = read(text);
    let questions = notes.questions().map(|(topic, question)| {
        let unanswered = if question.answered {
            ""
        } else {
            " (unanswered)"
        };
        format!("{}: {}{unanswered}", topic.title, question.text)
    });
    questions.collect()
}

fn fence_texts(fences: &[Fence]) -> Vec<Vec<&str>> {
    fences
        .iter()
        .map(|fence| fence.lines.iter().map(|line| line.text.as_str()).collect())
        .collect()
}

#[test]
fn both_shapes_of_notes_give_questions() {
    assert_eq!(
        questions(
            "# Class\n## Q&A\n### Docker\n- One?\n  - Yes.\n\n- Two\n  - No.\n### K8s\n- Three?\n  - ...\n"
        ),
        ["Docker: One?", "Docker: Two", "K8s: Three? (unanswered)"]
    );
    assert_eq!(
        questions("# Class\n\n* Tools\n  * [a](b)\n\n## Docker\n* One?\n  * Yes.\n"),
        ["Docker: One?"]
    );
}

#[test]
fn every_marker_and_every_indent_nests_by_the_markers_column() {
    for marker in ["-", "*", "+", "1.", "1)"] {
        for indent in [" ", "  ", "   ", "    ", "\t"] {
            let text = format!(
                "## T\n{marker} One?\n{indent}{marker} Yes.\n{marker} Two?\n{indent}{marker} No.\n"
            );
            assert_eq!(questions(&text), ["T: One?", "T: Two?"], "{text}");
        }
    }
}

#[test]
fn an_indented_item_after_a_fence_in_column_0_continues_the_answer() {
    for indent in [" ", "  ", "   ", "    ", "      ", "\t"] {
        let text =
            format!("## T\n- One?\n{indent}- Yes.\n```\n$ a\n```\n{indent}- More.\n- Two?\n");
        assert_eq!(
            questions(&text),
            ["T: One?", "T: Two? (unanswered)"],
            "{text}"
        );
        let notes = read(&text);
        let question = &notes.topics[0].questions[0];
        assert!(
            text[question.answer.clone()]
                .trim_end()
                .ends_with("- More."),
            "{text}"
        );
    }
}

#[test]
fn blocks_after_an_answer_belong_to_the_question_above() {
    let text = "## T\n- One?\n  - Yes.\n\n> quote\n\n< cap >\n```\n$ a\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n---\n\ntext\n\n- Two?\n  - No.\n\n# End\n";
    let notes = read(text);
    let [one, two] = &notes.topics[0].questions[..] else {
        panic!("two questions");
    };
    assert_eq!(&text[one.heading.clone()], "One?");
    assert!(text[one.answer.clone()].contains("quote"));
    assert!(text[one.answer.clone()].contains("text\n"));
    assert_eq!(&text[one.answer.end..two.heading.start], "- ");
    assert_eq!(&text[two.answer.clone()], "\n  - No.\n\n");
}

#[test]
fn a_fence_knows_its_lines_caption_and_place() {
    let text = "## T\n- One?\n  - Look:\n    ```bash\n    $ a\n\n      b\n    ```\n\n< the `file` \\_x >\n```\nFROM a\n```\n< one > and more\n\n~~~\nc\n~~~\nno caption\n\n```\n```\n";
    let notes = read(text);
    let fences = &notes.topics[0].questions[0].fences;
    assert_eq!(
        fence_texts(fences),
        [vec!["$ a", "", "  b"], vec!["FROM a"], vec!["c"], vec![]]
    );
    let captions: Vec<Option<&str>> = fences
        .iter()
        .map(|fence| fence.caption.as_deref())
        .collect();
    assert_eq!(
        captions,
        [
            Some("Look:"),
            Some("the file _x"),
            Some("one and more"),
            None
        ]
    );
    assert_eq!(fences[0].info, "bash");
    assert_eq!(fences[0].lines[2].number, 7);
    for line in fences.iter().flat_map(|fence| &fence.lines) {
        assert_eq!(&text[line.range.clone()], line.text);
        assert_eq!(notes.source.line(line.range.start), line.number);
    }
    assert_eq!(&text[fences[1].span.clone()], "```\nFROM a\n```");
    assert!(text[fences[0].span.clone()].starts_with("```bash\n"));
    assert!(text[fences[0].span.clone()].ends_with("```"));
}

#[test]
fn a_closing_mark_counts_up_to_three_columns_deeper() {
    let text = |rest: &str| format!("## T\n- One?\n  - Yes.\n\n```\n$ cat a.md\n{rest}\n```\n");
    let lines = |rest: &str| {
        let notes = read(&text(rest));
        let (_, question) = notes.questions().next().unwrap();
        let fence = &question.fences[0];
        fence
            .lines
            .iter()
            .map(|line| line.text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("   ```\n\n```"), ["$ cat a.md"]);
    assert_eq!(
        lines("    ```\n    deep"),
        ["$ cat a.md", "    ```", "    deep"]
    );
}

#[test]
fn indented_code_of_an_answer_knows_its_line() {
    let notes = read("## T\n- One?\n  - Yes.\n\n        $ docker ps\n");
    let line = &notes.hidden[0].lines[0];
    assert_eq!((line.number, line.text.trim_start()), (5, "$ docker ps"));
    assert_eq!(notes.source.text()[line.range.clone()], line.text);
}

#[test]
fn headings_in_fences_are_no_headings() {
    let text =
        "## T\n- One?\n  - Yes.\n```\n# not a topic\n- not a question?\n```\n- Two?\n  - No.\n";
    assert_eq!(questions(text), ["T: One?", "T: Two?"]);
}

#[test]
fn underlined_headings_are_topics_too() {
    assert_eq!(
        questions("Class\n=====\n\nDocker\n------\n- One?\n  - Yes.\n---\n- Two?\n  - No.\n"),
        ["Docker: One?", "Docker: Two?"]
    );
}

#[test]
fn plans_contents_links_and_images_are_no_topics() {
    let text = "# Class\n- one\n- two\n## 목차\n- [a](#a)\n  - b\n## Links\n- [a](b)\n- <https://a.b>\n## Picture\n- ![](a.png)\n## Today\n- Docker\n- Lunch\n## T\n- One\n  - Yes.\n";
    assert_eq!(questions(text), ["T: One"]);
}

#[test]
fn a_title_alone_may_be_the_topic() {
    assert_eq!(questions("# Docker\n- One?\n  - Yes.\n"), ["Docker: One?"]);
}

#[test]
fn an_empty_bullet_is_nothing() {
    let text = "## T\n- One?\n  -\n- \n-\n- Two?\n  - ...\n  - …\n- ";
    assert_eq!(
        questions(text),
        ["T: One? (unanswered)", "T: Two? (unanswered)"]
    );
}

#[test]
fn an_image_or_a_fence_is_an_answer() {
    assert_eq!(
        questions("## T\n- One?\n\n![](a.png)\n\n- Two?\n```\n```\n"),
        ["T: One?", "T: Two?"]
    );
}

#[test]
fn a_question_over_lines_and_with_markup_is_one_line_of_text() {
    let text = "## T\n- Why `a\\_b` *is*\n  <none> a\\_b #?\n  - Yes.\n- C#\n  - Sharp.\n";
    assert_eq!(questions(text), [r"T: Why a\_b is <none> a_b #?", "T: C#"]);
    let notes = read(text);
    assert_eq!(&text[notes.topics[0].questions[1].heading.clone()], "C#");
}

#[test]
fn a_questions_number_is_shown_and_no_part_of_its_text() {
    let text = "## T\n3. *Why*\n   so?\n   - a\n12) How?\n    - b\n";
    assert_eq!(
        read(text).layout.text(),
        "## T\n\n### 3. *Why* so?\n\n- a\n\n### 12) How?\n\n- b\n"
    );
    let notes = read(text);
    let found: Vec<(&str, &str)> = notes
        .questions()
        .map(|(_, question)| (&*question.text, &*question.slug))
        .collect();
    assert_eq!(found, [("Why so?", "why-so"), ("How?", "how")]);
}

#[test]
fn a_document_keeps_its_fences_and_its_layout() {
    let text = "# Guide\n\nText.\n\n- a\n- b\n\n  ```\n  $ a\n  ```\n";
    let notes = read(text);
    assert!(notes.topics.is_empty());
    assert_eq!(fence_texts(&notes.fences), [vec!["$ a"]]);
    assert_eq!(notes.layout.text(), text);
}

#[test]
fn an_unclosed_fence_is_an_error_at_its_opening() {
    for text in [
        "## T\n- One?\n  - a\n  ```bash\n$ a\n",
        "a\n\n```\n",
        "~~~~\n~~~",
        "```",
        "```\n>```\n",
        "> ```\n> > ```\n",
    ] {
        let errors = Notes::parse(&Source::new("notes.md", text)).expect_err(text);
        let NotesError::UnclosedFence { source, opening } = &errors[0];
        assert!(
            source.text()[opening.clone()].starts_with(['`', '~']),
            "{text}"
        );
        assert_eq!(errors.len(), 1, "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    assert_eq!(
        questions("\u{feff}# One\n- A?\n  - Yes.\n\n# Two\n- B?\n  - No.\n"),
        ["One: A?", "Two: B?"]
    );
    let document = read("\u{feff}# Title\n\nText.\n");
    assert_eq!(document.title.as_deref(), Some("Title"));
    assert_eq!(document.layout.text(), "# Title\n\nText.\n");
}

#[test]
fn a_question_indented_by_one_more_is_a_question() {
    assert_eq!(
        questions("## T\n- One?\n  - Yes.\n - Two?\n   - No.\n- Three?\n  - So.\n"),
        ["T: One?", "T: Two?", "T: Three?"]
    );
    // Without an answer of its own it goes on with the answer.
    assert_eq!(questions("## T\n- One?\n - Is it?\n - Yes.\n"), ["T: One?"]);
}

#[test]
fn pictures_and_bare_words_among_questions_are_none() {
    let text = "## T\n- One?\n  - Yes.\n- ![](a.png)\n- GitOps\n- Two\n  - No.\n";
    assert_eq!(questions(text), ["T: One?", "T: Two"]);
    let notes = read(text);
    let (_, first) = notes.questions().next().expect("a question");
    let answer = &text[first.answer.clone()];
    assert!(
        answer.contains("a.png") && answer.contains("GitOps"),
        "{answer}"
    );
}

#[test]
fn a_bullet_that_asks_makes_no_document_questions_and_answers() {
    let section = |title: &str| format!("## {title}\n\n```\n$ docker ps\n```\n\n");
    let document = [
        section("Begin"),
        "## Try\n- Run it again. Does it work?\n\n".to_owned(),
        "## Steps\n- Install it\n  - from a package\n\n".to_owned(),
        section("End"),
    ]
    .concat();
    let notes = read(&document);
    assert_eq!(notes.questions().count(), 0);
    assert_eq!(notes.fences.len(), 2);
    // One that is answered stays a question, and the sections keep their fences.
    let both = document + "## Ask\n- Why?\n  - So.\n\n```\n$ docker ps -a\n```\n";
    let notes = read(&both);
    let asked: Vec<_> = notes.questions().map(|(_, question)| question).collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].fences.len(), 1);
    assert_eq!(notes.fences.len(), 2);
}

#[test]
fn numbered_steps_with_transcripts_are_no_questions() {
    let fence = "\n\n   ```\n   $ docker ps\n   ```\n\n";
    let steps = format!("# Start\n\n1. Build it.{fence}2. Run it.{fence}");
    let notes = read(&steps);
    assert_eq!(notes.questions().count(), 0);
    assert_eq!((notes.sections.len(), notes.fences.len()), (1, 2));
    let asked = steps.replace("Run it.", "Does it run?");
    assert_eq!(read(&asked).questions().count(), 2);
    let one_asks = format!("{asked}3. Remove it.{fence}");
    assert_eq!(read(&one_asks).questions().count(), 0);
    let elsewhere = format!("{steps}# Ask\n\n- Why?\n  - So.\n");
    assert_eq!(read(&elsewhere).questions().count(), 3);
    let answered = steps.replace("Run it.", "Run it.\n   - As always.");
    assert_eq!(read(&answered).questions().count(), 2);
    assert_eq!(
        read(&steps.replace("1.", "-").replace("2.", "-"))
            .questions()
            .count(),
        2
    );
}

#[test]
fn what_stands_before_an_unclosed_fence_is_read() {
    let text = "## T\n- One?\n  - Yes.\n\n```\n$ docker ps\n```\n- Two?\n  - No.\n```\nlost\n";
    let (notes, _, errors) = Notes::read(&Source::new("notes.md", text));
    assert_eq!(errors.len(), 1);
    let fences: Vec<_> = notes
        .questions()
        .map(|(_, question)| question.fences.len())
        .collect();
    assert_eq!(fences, [1, 0]);
}

#[test]
fn a_question_under_no_heading_is_a_warning() {
    let source = Source::new("notes.md", "- Why?\n  - So.\n");
    let (notes, warnings) = Notes::parse(&source).expect("readable");
    assert!(notes.topics.is_empty());
    assert!(warnings[0].message.contains("no topic"));
}

#[test]
fn a_commented_out_question_is_none() {
    assert_eq!(
        questions("## T\n- One?\n  - Yes.\n\n<!--\n- Two?\n  - No.\n-->\n- Three?\n"),
        ["T: One?", "T: Three? (unanswered)"]
    );
}

#[test]
fn laid_out_answers_nest_by_the_markers_column() {
    let laid = |text: &str| read(text).layout.text().to_owned();
    assert_eq!(
        laid("## T\n- One?\n   - a\n      - b\n    - c\n```\n  x\n```\n    - d\n"),
        "## T\n\n### One?\n\n- a\n  - b\n  - c\n```\n  x\n```\n- d\n"
    );
    assert_eq!(
        laid("## T\n1. One?\n  - a\n    ```\n    x\n\n      y\n    ```\n    more\n"),
        "## T\n\n### 1. One?\n\n- a\n  ```\n  x\n\n    y\n  ```\n  more\n"
    );
}

#[test]
fn ten_thousand_nested_bullets_are_read() {
    let mut text = String::from("## T\n");
    for depth in 0..10_000 {
        writeln!(text, "{}- a?", " ".repeat(depth % 4_000)).expect("a string");
    }
    assert!(!questions(&text).is_empty());
    let on_one_line = format!("## T\n{}a?\n", "- ".repeat(10_000));
    assert!(!questions(&on_one_line).is_empty());
}

#[test]
fn a_huge_line_is_read() {
    let text = format!("## T\n- {}?\n  - yes\n", "가".repeat(2_000_000));
    assert_eq!(read(&text).questions().count(), 1);
}

/// The real notes' file `name`, if they are here.
fn real(name: &str) -> Option<Notes> {
    let folder = std::env::var_os("LABBOOK_NOTES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/notes")),
        PathBuf::from,
    );
    let path = folder.join(name);
    if !path.exists() {
        println!("skipped: no notes at {}", path.display());
        return None;
    }
    let source = Source::read(&path).expect("UTF-8");
    Some(Notes::parse(&source).expect("readable notes").0)
}

/// The titles of topics, each with how many questions it has.
fn topics(notes: &Notes) -> Vec<(&str, usize)> {
    let topics = notes.topics.iter();
    topics
        .map(|topic| (topic.title.as_str(), topic.questions.len()))
        .collect()
}

#[test]
fn the_first_real_note_is_understood() {
    let Some(notes) = real("mspt2-10.md") else {
        return;
    };
    assert_eq!(topics(&notes), [("Docker", 13), ("Kubernetes", 1)]);
    let lines: Vec<_> = notes
        .questions()
        .map(|(_, question)| notes.source.line(question.heading.start))
        .collect();
    assert_eq!(
        lines,
        [
            6, 10, 90, 93, 97, 123, 132, 136, 140, 144, 147, 152, 156, 163
        ]
    );
    let unanswered: Vec<_> = notes
        .questions()
        .filter(|(_, question)| !question.answered)
        .map(|(_, question)| notes.source.line(question.heading.start))
        .collect();
    assert_eq!(unanswered, [156]);
    let fences: Vec<_> = notes
        .questions()
        .flat_map(|(_, question)| &question.fences)
        .map(|fence| (fence.lines[0].number, fence.lines.len()))
        .collect();
    assert_eq!(fences, [(22, 65), (101, 18)]);
}

#[test]
fn the_second_real_note_is_understood() {
    let Some(notes) = real("mspt3-23-7.md") else {
        return;
    };
    assert_eq!(topics(&notes), [("Docker", 11), ("Kubernetes", 2)]);
    assert!(notes.questions().all(|(_, question)| question.answered));
    let fences: Vec<_> = notes
        .questions()
        .flat_map(|(_, question)| &question.fences)
        .map(|fence| (fence.lines[0].number, fence.caption.is_some()))
        .collect();
    assert_eq!(
        fences,
        [
            (41, true),
            (67, true),
            (95, true),
            (108, true),
            (119, true),
            (136, true)
        ]
    );
}

/// Text made of what Markdown gives meaning to.
fn markdown() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n",
        "\n",
        "\n",
        "\n\n",
        "- ",
        "* ",
        "1. ",
        "12) ",
        " ",
        "  ",
        "    ",
        "\t",
        "# ",
        "## T\n",
        "## T\n- q?\n",
        "```",
        "```bash",
        "~~~",
        "> ",
        "---",
        "===",
        "*",
        "_",
        "`",
        "[a](b)",
        "![](c.png)",
        "<br>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "< a >",
        "{{#include x}}",
        "\\",
        "|",
        "|-|",
        "...",
        "왜?",
        "가나다",
        "a",
        "\r\n",
        "\u{a0}",
        "\u{fe0f}",
        "[^1]: ",
        "[x]: y",
        "&amp;",
        "#",
        "\0",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

/// The characters that are neither white space nor a question's bullet.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn ranges_are_valid_and_in_order(text in markdown()) {
        let source = Source::new("notes.md", text.as_str());
        let Ok((notes, _)) = Notes::parse(&source) else { return Ok(()) };
        let mut end = 0;
        for topic in &notes.topics {
            prop_assert!(end <= topic.heading.start, "{:?}", notes);
            end = topic.heading.end;
            prop_assert!(text.get(topic.heading.clone()).is_some());
            for question in &topic.questions {
                prop_assert!(end <= question.heading.start, "{:?}", notes);
                prop_assert!(question.heading.end <= question.answer.start);
                prop_assert!(text.get(question.heading.clone()).is_some());
                prop_assert!(text.get(question.answer.clone()).is_some());
                let mut fence_end = question.answer.start;
                for fence in &question.fences {
                    prop_assert!(fence_end <= fence.span.start, "{:?}", notes);
                    for line in &fence.lines {
                        prop_assert!(text.get(line.range.clone()).is_some());
                    }
                    fence_end = fence.span.end;
                }
                prop_assert!(fence_end <= question.answer.end, "{:?}", notes);
                end = question.answer.end;
            }
        }
    }

    #[test]
    fn laying_out_loses_no_letter_and_moves_none(text in markdown()) {
        let source = Source::new("notes.md", text.as_str());
        if let Ok((notes, _)) = Notes::parse(&source) {
            prop_assert_eq!(letters(notes.layout.text()), letters(&text));
        }
    }

    #[test]
    fn anything_can_be_read(text in any::<String>()) {
        let _ = Notes::parse(&Source::new("notes.md", text));
    }
}

#[test]
fn running_text_is_what_stands_in_no_code_heading_or_question() {
    let text = "# head\n- ask?\n  - text\n  <!-- said -->\n\n          shown\n\n<pre>\nkept\n</pre>\n\n```\nopen\n";
    let (notes, _, errors) = Notes::read(&Source::new("a.md", text));
    assert_eq!(errors.len(), 1);
    let runs = |word: &str| notes.is_running_text(text.find(word).unwrap());
    assert!(runs("text"));
    for word in ["head", "ask", "said", "shown", "kept", "open"] {
        assert!(!runs(word), "{word}");
    }
}
