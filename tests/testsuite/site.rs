//! Pages as a browser shows them: transcripts, verdicts, and what can be done there.

use std::path::{Path, PathBuf};

use labbook::diagnostic::Source;
use labbook::exercise::{Discovery, discover};
use labbook::notes::Notes;
use regex::Regex;
use serde_json::{Value, json};

use crate::book::BookTest;
use crate::browser::{Browser, serve};
use crate::page_text::assert_same_text;
use crate::support::real_notes;

/// The exercises of a book's chapter.
fn exercises(file: &Path) -> Discovery {
    let source = Source::read(file).expect("notes");
    let (notes, _) = Notes::parse(&source).expect("readable");
    discover([&notes], &[])
}

/// A line that was judged.
fn line(line: usize, expected: Option<&str>, actual: Option<&str>, how: &str) -> Value {
    let ok = !["missing", "extra"].contains(&how);
    json!({"line": line, "expected": expected, "actual": actual, "how": how, "ok": ok})
}

/// The book of all verdicts, with results.
fn verdicts() -> BookTest {
    let test = BookTest::of("verdicts");
    let found = exercises(&test.path().join("src/day.md"));
    let on = |engine: &str,
              verdict: &str,
              reason: Option<(&str, &str)>,
              number: usize,
              steps: Value| {
        let exercise = &found.exercises[number];
        let (reason, kind) = reason.unzip();
        json!({"id": exercise.id, "title": "T", "file": "src/day.md", "line": exercise.line, "engine": engine,
            "verdict": verdict, "reason": reason, "reason_kind": kind, "seconds": 1.0, "hash": exercise.hash(),
            "time": "2026-01-02T03:04:05Z", "steps": steps})
    };
    let step = |number: usize, index: usize, verdict: &str, lines: Vec<Value>, output: &[&str]| {
        let step = &found.exercises[number].steps[index];
        json!({"line": step.line, "shell": step.shell, "command": step.command(), "sent": null, "exit": 0,
            "verdict": verdict, "lines": lines, "output": output})
    };
    let first = |number: usize| found.exercises[number].steps[0].line;
    let unverified = |number: usize, index: usize| step(number, index, "passed", vec![], &[]);
    let path = "/home/author/notes/day.md:3:1";
    let mut stale = on("private", "passed", None, 6, json!([]));
    stale["hash"] = json!("0");
    let mut passed = on(
        "private",
        "passed",
        None,
        0,
        json!([unverified(0, 0), unverified(0, 1)]),
    );
    passed["stand_ins"] = json!(["busybox:latest: made from /home/author/packages"]);
    passed["steps"][1]["asked"] = json!(3);
    let built = first(1);
    let tagged = "Successfully tagged small:latest";
    let naming = "#7 naming to docker.io/library/small:latest <done>";
    let drifted = vec![
        line(built + 1, Some("... 생략 ..."), None, "elided"),
        line(built + 2, Some(tagged), Some(naming), "dialect"),
    ];
    let printed = [
        "#1 [internal] load <build>",
        "#2 [1/2] FROM busybox",
        naming,
    ];
    let cat = found.exercises[2].steps[2].line;
    let exec = found.exercises[2]
        .steps
        .last()
        .expect("a step")
        .last_typed_line();
    let failed: Vec<Value> = (0..found.exercises[2].steps.len())
        .map(|index| match index {
            2 => step(
                2,
                2,
                "failed",
                vec![line(cat + 1, Some("hello!"), Some("hello"), "missing")],
                &["hello"],
            ),
            4 => {
                let lines = vec![
                    line(exec + 1, Some("hello!"), Some("hello!"), "literal"),
                    line(exec + 2, Some("bye"), None, "missing"),
                    line(exec + 2, None, Some("a <new> line"), "extra"),
                ];
                let mut step = step(2, 4, "failed", lines, &["hello!", "a <new> line"]);
                step["reason"] = json!(format!("exit status 1, at {path}"));
                step["reason_kind"] = json!("exit_status");
                step
            }
            _ => unverified(2, index),
        })
        .collect();
    let slow = format!("{path}: not done after 60 s");
    let version = first(8) + 1;
    let newer = vec![line(
        version,
        Some("20.10.24 of linux"),
        Some("28.5.2 of linux"),
        "missing",
    )];
    let results = [
        passed,
        on(
            "private",
            "drifted",
            None,
            1,
            json!([step(1, 0, "drifted", drifted, &printed)]),
        ),
        on("private", "failed", None, 2, json!(failed)),
        on(
            "private",
            "skipped",
            Some((
                "no Kubernetes cluster: `--cluster CONTEXT` names one",
                "needs_cluster",
            )),
            3,
            json!([]),
        ),
        on(
            "private",
            "error",
            Some((&slow, "timed_out")),
            4,
            json!([step(4, 0, "error", vec![], &[])]),
        ),
        on(
            "private",
            "unchecked",
            None,
            5,
            json!([step(5, 0, "unchecked", vec![], &[])]),
        ),
        stale,
        on("private", "passed", None, 8, json!([unverified(8, 0)])),
        on(
            "private:/srv/author",
            "failed",
            None,
            8,
            json!([step(8, 0, "failed", newer, &[])]),
        ),
    ];
    let engine = |name: &str, server: &str| {
        json!({"name": name, "kind": "private", "server": server, "cli": server, "store": "overlay2",
            "builder": "buildkit", "stand_ins": []})
    };
    let report = json!({
        "schema": 1,
        "engines": [engine("private", "20.10.24+dfsg1"), engine("private:/srv/author", "28.5.2")],
        "exercises": results,
        "totals": {"passed": 3, "drifted": 1, "failed": 2, "skipped": 1, "error": 1, "unchecked": 1}
    });
    test.with("labbook.json", report.to_string())
}

#[test]
fn every_verdict_is_shown_where_it_happens_in_korean_and_in_english() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/verdicts");
    for language in ["ko", "en"] {
        let test = verdicts();
        let book = test
            .read("book.toml")
            .replace("\"ko\"", &format!("\"{language}\""));
        let test = test.with("book.toml", book);
        test.built();
        let page = test.main("day.html");
        assert_same_text(&page, &test.read("src/day.md"), language);
        for private in ["author", "/srv", "private"] {
            assert!(
                !page.contains(private),
                "{private} is the author's own: {page}"
            );
        }
        let snapshot = folder.join(format!("{language}.html"));
        if std::env::var_os("LABBOOK_BLESS").is_some() {
            std::fs::write(&snapshot, &page).expect("a snapshot");
        }
        let expected = std::fs::read_to_string(&snapshot).expect("a snapshot");
        assert!(
            page == expected,
            "{language}: run it with LABBOOK_BLESS=1 and look at the difference:\n{page}"
        );
    }
}

#[test]
fn the_overview_leads_to_every_exercise_and_question() {
    let test = verdicts();
    test.built();
    let (overview, page) = (test.main("labbook-overview.html"), test.main("day.html"));
    let links = Regex::new("href=\"day.html#([^\"]*)\"").expect("an expression");
    let links: Vec<String> = links
        .captures_iter(&overview)
        .map(|link| link[1].to_owned())
        .collect();
    assert_eq!(
        links.len(),
        10 + 1 + 11,
        "exercises, unanswered, by theme: {links:?}"
    );
    for link in links {
        let link = labbook::book::percent_decoded(&link);
        assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
    }
    let state = |class: &str, word: &str| {
        overview.find(&format!(
            "<td><span class=\"labbook-state labbook-{class}\"><b class=\"labbook-word\">{word}</b></span></td>"
        ))
    };
    let first = state("failed", "노트와 다름").expect("one that failed");
    assert!(Some(first) < state("drifted", "표현 달라짐"), "{overview}");
    let runs = overview
        .split("<li>")
        .find(|item| item.starts_with("Docker 28.5.2"));
    let runs = runs.expect("what was run there");
    assert!(
        runs.contains("2026년 1월 2일: ") && runs.contains("노트와 다름</b></span> 1"),
        "{runs}"
    );
    assert!(overview.contains("(day.md:106)"), "{overview}");
    assert!(!overview.contains("author"), "{overview}");
}

#[test]
fn readers_can_edit_an_answer_and_report_it_with_its_steps_and_engines() {
    let test = verdicts();
    let book = test.read("book.toml")
        + "\n[output.html]\ngit-repository-url = \"https://github.com/a/b\"\n\
           edit-url-template = \"https://github.com/a/b/edit/main/{path}\"\n";
    let test = test.with("book.toml", book);
    test.built();
    let page = test.main("day.html");
    let meta = |question: &str| {
        let (_, behind) = page
            .split_once(&format!("id=\"{question}\""))
            .expect("a question");
        let (_, meta) = behind
            .split_once("labbook-meta")
            .expect("what stands below it");
        let links = meta
            .split("href=\"")
            .skip(1)
            .map(|link| link.split('"').next().unwrap_or_default());
        let links: Vec<String> = links.take(2).map(labbook::book::percent_decoded).collect();
        links.join("\n").replace("&amp;", "&")
    };
    let failed = meta("달라진-것은");
    assert!(
        failed.starts_with("https://github.com/a/b/edit/main/src/day.md#L33\n"),
        "{failed}"
    );
    assert!(
        failed.contains(
            "body=src/day.md:33\nDocker 20.10.24: 노트와 다름; 3번째 단계 (:41); 5번째 단계 (:43)\n"
        ),
        "{failed}"
    );
    let two = meta("데몬-둘에서-본-것은");
    assert!(
        two.contains("Docker 20.10.24: 노트 그대로\nDocker 28.5.2: 노트와 다름; 1번째 단계"),
        "{two}"
    );
    let silent = meta("답이-없는-것은");
    assert!(silent.contains("body=src/day.md:106\n"), "{silent}");
    assert!(!page.contains("author"), "{page}");
}

#[test]
fn an_introduction_leads_to_the_classes_and_other_first_pages_stay_as_they_are() {
    let test = BookTest::of_project();
    test.built();
    let first = test.main("introduction.html");
    let door = first.split("labbook-door").nth(1).expect("a way in");
    for (class, counts) in [
        ("docker-basics", "질문 22, 실습 4"),
        ("kubernetes", "질문 24, 실습 9</li>"),
    ] {
        let link = format!("<a href=\"{class}.html\">");
        let (_, behind) = door.split_once(&link).expect("a class");
        let (_, behind) = behind.split_once("</a>: ").expect("its counts");
        assert!(behind.starts_with(counts), "{class}: {door}");
    }
    assert!(
        door.contains("<a href=\"labbook-overview.html\">"),
        "{door}"
    );
    let test = verdicts();
    test.built();
    assert!(!test.main("day.html").contains("labbook-door"));
}

/// The books that are looked at, each with the files of its chapters: the course of the
/// project, the book of all verdicts and the real notes, if they are here.
fn books() -> Vec<(BookTest, Vec<PathBuf>)> {
    let mut books = vec![verdicts(), BookTest::of("course"), BookTest::of_project()];
    for name in ["mspt2-10.md", "mspt3-23-7.md"] {
        let text =
            real_notes().map(|folder| std::fs::read_to_string(folder.join(name)).expect("notes"));
        books.extend(text.map(BookTest::of_chapter));
    }
    let built = books.into_iter().map(|test| {
        test.built();
        let sources = std::fs::read_dir(test.path().join("src")).expect("a folder");
        let mut files: Vec<PathBuf> = sources.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| {
            file.extension().is_some_and(|extension| extension == "md")
                && !file.ends_with("SUMMARY.md")
        });
        files.sort();
        (test, files)
    });
    built.collect()
}

/// Goes through every page of the books, with a browser and the page's notes.
fn on_each_page(mut look: impl FnMut(&Browser, &Path, &str)) {
    let browser = Browser::start();
    for (test, files) in books() {
        let address = serve(&test.path().join("book"));
        for file in files {
            let page = file.with_extension("html");
            let name = page.file_name().expect("a name").to_string_lossy();
            let page = format!("{address}/{name}");
            browser.open(&page);
            look(&browser, &file, &page);
        }
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn what_is_copied_is_what_the_transcripts_type() {
    let mut copied_any = 0;
    on_each_page(|browser, file, page| {
        let allow = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        browser.devtools("Browser.grantPermissions", &allow);
        let copied = browser.run(
            "const copied = [];
             for (const button of document.querySelectorAll('.labbook-step > .labbook-copy, .labbook-session > .labbook-bar > .labbook-copy')) {
                 button.click();
                 await new Promise((next) => setTimeout(next, 5));
                 copied.push([button.parentElement.className, await navigator.clipboard.readText()]);
             }
             return copied;",
        );
        let found = exercises(file);
        let mut expected: Vec<(usize, &str)> = Vec::new();
        for step in found.exercises.iter().flat_map(|exercise| &exercise.steps) {
            expected.extend(step.command().map(|command| (step.line, command)));
        }
        expected.sort_unstable();
        let expected: Vec<&str> = expected.into_iter().map(|(_, command)| command).collect();
        let copied = copied.as_array().expect("what was copied");
        let of = |bar: bool| {
            let texts = copied
                .iter()
                .filter(move |copied| (copied[0] == "labbook-bar") == bar);
            texts
                .map(|copied| copied[1].as_str().expect("a text"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(false), expected, "{page}");
        for all in of(true) {
            assert!(expected.join("\n").contains(all), "{page}: {all}");
        }
        copied_any += copied.len();
    });
    assert!(copied_any > 100, "{copied_any}");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_text_of_a_page_is_that_of_its_notes_with_and_without_script() {
    on_each_page(|browser, file, page| {
        let notes = std::fs::read_to_string(file).expect("notes");
        let notes = notes.replace("<kbd>", "").replace("</kbd>", "");
        let own = "const main = document.querySelector('main').cloneNode(true);
             for (const own of main.querySelectorAll('button, .labbook-own')) own.remove();
             return main.outerHTML.replaceAll('&nbsp;', ' ');";
        for script in [true, false] {
            browser.with_script(script);
            browser.open(page);
            let html = browser.run(own);
            let html = html.as_str().expect("HTML");
            assert_same_text(html, &notes, &format!("{page}, script: {script}"));
            browser.with_script(true);
        }
        browser.open(page);
        let painted = browser.run(
            "return document.querySelectorAll('.labbook-session :is([class*=hljs], code), .labbook-file :is([class*=hljs], code)').length;",
        );
        assert_eq!(painted, 0, "{page}: the highlighter reads no transcript");
    });
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn pages_say_nothing_overflow_nowhere_and_have_each_id_once() {
    on_each_page(|browser, _, page| {
        for width in [320, 360, 1280] {
            browser.resize(width);
            browser.open(page);
            let wider = browser.run(
                "const page = document.documentElement;
                 return page.scrollWidth > page.clientWidth
                     ? [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > page.clientWidth)
                         .map((e) => e.outerHTML.slice(0, 80)).slice(0, 5)
                     : [];",
            );
            assert_eq!(wider, json!([]), "{page} at {width}");
            let cut = browser.run(
                "return [...document.querySelectorAll('.labbook-command, .labbook-diff pre')]
                     .filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent.slice(0, 80));",
            );
            assert_eq!(cut, json!([]), "{page} at {width}: typed text is wrapped");
        }
        let twice = browser.run(
            "const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
             return ids.filter((id, at) => ids.indexOf(id) !== at);",
        );
        assert_eq!(twice, json!([]), "{page}");
        let nowhere = browser.run(
            "return [...document.querySelectorAll('main a[href^=\"#\"]')].map((a) => decodeURIComponent(a.hash.slice(1)))
                 .filter((id) => !document.getElementById(id));",
        );
        assert_eq!(nowhere, json!([]), "{page}");
        // Pictures of the notes are missing here, which the build warns of.
        let mut messages = browser.messages();
        messages.retain(|message| !message.contains(".png - Failed to load resource"));
        assert_eq!(messages, Vec::<String>::new(), "{page}");
    });
}

/// Finds what an assistive program could not tell, each by a rule of its own.
const UNTOLD: &str = "
    const untold = [];
    const say = (rule, element) => untold.push(`${rule}: ${element.outerHTML.slice(0, 120)}`);
    const main = document.querySelector('main');
    let last = 0;
    for (const heading of main.querySelectorAll('h1, h2, h3, h4, h5, h6, [role=heading]')) {
        const level = Number(heading.getAttribute('aria-level') || heading.tagName.slice(1));
        if (last > 0 && level > last + 1) say('a heading skips a level', heading);
        last = level;
    }
    const name = (e) => (e.getAttribute('aria-label') || e.textContent || e.querySelector('img')?.alt || '').trim();
    for (const element of main.querySelectorAll('a[href], button, summary')) {
        if (name(element) === '') say('it has no name', element);
    }
    for (const box of main.querySelectorAll('input')) {
        if (!box.getAttribute('aria-label')) say('a field has no name', box);
    }
    for (const image of main.querySelectorAll('img')) {
        if (!image.hasAttribute('alt')) say('an image has no description', image);
    }
    for (const list of main.querySelectorAll('ul, ol')) {
        for (const item of list.children) if (item.tagName !== 'LI') say('it is no item of its list', item);
    }
    for (const outer of main.querySelectorAll('a, button, summary')) {
        if (outer.querySelector('a[href], button')) say('a control is in another', outer);
    }
    for (const wide of main.querySelectorAll('pre')) {
        if (wide.checkVisibility() && wide.scrollWidth > wide.clientWidth && wide.tabIndex < 0) say('it is not scrolled by keyboard', wide);
    }
    if (!document.documentElement.lang) say('the page has no language', document.documentElement);
    return untold;";

#[test]
#[ignore = "needs chromium and chromedriver"]
fn assistive_programs_can_tell_all() {
    on_each_page(|browser, _, page| {
        browser.resize(360);
        browser.open(page);
        assert_eq!(browser.run(UNTOLD), json!([]), "{page}");
    });
    let browser = Browser::start();
    let test = BookTest::of_chapter(long_notes());
    test.built();
    let address = serve(&test.path().join("book"));
    for page in [
        "chapter",
        "chapter-docker",
        "chapter-네트워크",
        "labbook-overview",
    ] {
        browser.open(&format!("{address}/{page}.html"));
        assert_eq!(browser.run(UNTOLD), json!([]), "{page}");
    }
}

/// Finds text of labbook's own whose contrast to what it stands on is below 4.5.
const PALE: &str = "
    const parse = (color) => {
        const part = color.match(/[\\d.]+/g).map(Number);
        const unit = color.startsWith('color(') ? 255 : 1;
        return [part[0] * unit, part[1] * unit, part[2] * unit, part.length > 3 ? part[3] : 1];
    };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
    const behind = (element) => {
        const layers = [];
        for (let e = element; e; e = e.parentElement) {
            layers.push(parse(getComputedStyle(e).backgroundColor));
        }
        return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const light = (c) => {
        const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const pale = [];
    for (const theme of ['light', 'rust', 'coal', 'navy', 'ayu']) {
        const root = document.documentElement;
        root.classList.remove('light', 'rust', 'coal', 'navy', 'ayu');
        root.classList.add(theme);
        await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 450)));
        for (const element of document.querySelectorAll('[class*=labbook] *')) {
            const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
            if (!text || !element.closest('.labbook-session, .labbook-file, .labbook-verdicts, .labbook-meta, .labbook-state, .labbook-door')) continue;
            const back = behind(element);
            const a = light(over(parse(getComputedStyle(element).color), back));
            const b = light(back);
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) pale.push(`${theme} ${element.className} ${ratio.toFixed(2)} ${element.textContent.slice(0, 30)}`);
        }
        for (const heading of document.querySelectorAll('.labbook-question > :is(h2, h3, h4, h5, h6)')) {
            const back = behind(heading);
            const a = light(over(parse(getComputedStyle(heading, '::before').color), back));
            const ratio = (Math.max(a, light(back)) + 0.05) / (Math.min(a, light(back)) + 0.05);
            if (ratio < 4.5) pale.push(`${theme} Q ${ratio.toFixed(2)}`);
        }
    }
    return [...new Set(pale)];";

#[test]
#[ignore = "needs chromium and chromedriver"]
fn every_colour_can_be_read_in_every_theme() {
    let browser = Browser::start();
    let test = verdicts();
    test.built();
    let address = serve(&test.path().join("book"));
    for page in ["day", "labbook-overview"] {
        browser.open(&format!("{address}/{page}.html"));
        assert_eq!(browser.run(PALE), json!([]), "{page}");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn all_can_be_done_by_keyboard_and_by_touch() {
    let browser = Browser::start();
    let test = verdicts();
    test.built();
    let address = serve(&test.path().join("book"));
    browser.open(&format!("{address}/day.html"));
    let allow = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.devtools("Browser.grantPermissions", &allow);
    browser.touch();
    let small = browser.run(
        "return [...document.querySelectorAll('main :is(button, summary)')]
             .filter((e) => !e.hidden && e.checkVisibility() && (e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44))
             .map((e) => e.outerHTML.slice(0, 120));",
    );
    assert_eq!(small, json!([]));
    let buttons =
        browser.run("return document.querySelectorAll('main :is(button, summary)').length;");
    assert!(
        buttons.as_u64().is_some_and(|count| count > 15),
        "{buttons}"
    );
    // Tab by tab from the top, every one of them has the focus once.
    browser.run(
        "document.querySelector('main a').focus(); window.seen = new Set();
        document.addEventListener('focusin', (e) => window.seen.add(e.target)); return 0;",
    );
    for _ in 0..100 {
        browser.press("\u{e004}");
    }
    let missed = browser.run(
        "return [...document.querySelectorAll('main :is(button, summary)')].filter((e) => e.checkVisibility() && !window.seen.has(e))
             .map((e) => e.outerHTML.slice(0, 120));",
    );
    assert_eq!(missed, json!([]));
    browser.run("document.querySelector('.labbook-session .labbook-copy').focus(); return 0;");
    browser.press("\u{e007}");
    let copied = browser.run(
        "await new Promise((next) => setTimeout(next, 50)); return navigator.clipboard.readText();",
    );
    assert_eq!(copied, "docker volume create data\ndocker volume ls");
    // A selection by hand holds no prompts and nothing of labbook's own.
    let selected = browser.run(
        "const session = document.querySelectorAll('.labbook-session')[2];
         getSelection().selectAllChildren(session);
         return getSelection().toString();",
    );
    let selected = selected.as_str().expect("a text");
    for unwanted in ["kim@lab", "lee@", "노트", "detach", "> END"] {
        assert!(!selected.contains(unwanted), "{unwanted} in {selected}");
    }
    assert!(
        selected.contains("cat > note <<END") && selected.contains("bye"),
        "{selected}"
    );
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_engine_that_was_chosen_is_remembered() {
    let browser = Browser::start();
    let test = verdicts();
    test.built();
    let page = format!("{}/day.html", serve(&test.path().join("book")));
    let shown = || {
        browser.run(
            "const question = document.querySelector('.labbook-engines').closest('.labbook-question');
             return [question.querySelector('.labbook-verdict:not([hidden])').dataset.name,
                 [...question.querySelectorAll('.labbook-now pre')].some((e) => e.checkVisibility())];",
        )
    };
    browser.open(&page);
    assert_eq!(shown(), json!(["Docker 20.10.24", false]));
    browser.run("document.querySelectorAll('.labbook-engines button')[1].click(); return 0;");
    assert_eq!(shown(), json!(["Docker 28.5.2", true]));
    browser.open(&page);
    assert_eq!(shown(), json!(["Docker 28.5.2", true]));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn output_is_hidden_until_a_step_was_tried_and_the_browser_remembers() {
    let browser = Browser::start();
    let test = verdicts();
    test.built();
    let page = format!("{}/day.html", serve(&test.path().join("book")));
    let shown = || {
        browser.run(
            "return [...document.querySelectorAll('.labbook-session')[0].querySelectorAll('.labbook-output')].map((e) => e.checkVisibility());",
        )
    };
    browser.open(&page);
    assert_eq!(shown(), json!([true, true]));
    browser.run("document.querySelector('.labbook-practise').click(); return 0;");
    assert_eq!(shown(), json!([false, false]));
    browser.run("document.querySelector('.labbook-try').click(); return 0;");
    browser.open(&page);
    assert_eq!(shown(), json!([true, false]));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn paper_shows_all_output_in_dark_ink_whatever_the_screen_shows() {
    let browser = Browser::start();
    let test = verdicts();
    test.built();
    browser.open(&format!("{}/day.html", serve(&test.path().join("book"))));
    browser.run(
        "localStorage.setItem('mdbook-theme', 'coal'); document.querySelector('.labbook-practise').click(); return 0;",
    );
    browser.devtools("Page.reload", &json!({}));
    let looks = || {
        browser.run(
            "const light = (e) => getComputedStyle(e).color.match(/\\d+/g).slice(0, 3).every((part) => part > 128);
             const main = document.querySelector('main');
             return [document.documentElement.classList.contains('coal'),
                 main.querySelector('.labbook-output').checkVisibility(),
                 light(main.querySelector('.labbook-typed')), light(main.querySelector('h1')), light(main.querySelector('li'))];",
        )
    };
    assert_eq!(looks(), json!([true, false, true, true, true]));
    browser.devtools("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    assert_eq!(looks(), json!([true, true, false, false, false]));
}

/// A long note: two topics of 30 questions each, below headings of days.
fn long_notes() -> String {
    let mut notes = "# 긴 노트\n\n머리말입니다.\n\n## 첫째 날\n\n### Docker\n\n".to_owned();
    for number in 1..=30 {
        notes +=
            &format!("- 볼륨 {number}번은 어디에 있나요?\n  - 답 {number}, [문서][docs] 참고\n");
    }
    notes += "\n```console\nkim@lab:~$ docker volume create data\ndata\n```\n\n## 둘째 날\n\n### 네트워크\n\n";
    for number in 1..=30 {
        notes += &format!(
            "- 포트 {number}번은 무엇인가요?\n  - [볼륨](#볼륨-3번은-어디에-있나요)과 다릅니다.\n"
        );
    }
    notes + "\n[docs]: https://example.com/docs\n"
}

#[test]
fn a_long_note_is_a_page_a_topic_and_none_of_its_text_is_lost() {
    let test = BookTest::of_chapter(long_notes());
    test.built();
    let pages = ["chapter", "chapter-docker", "chapter-네트워크"]
        .map(|page| test.main(&format!("{page}.html")));
    let own = Regex::new("(?s)<nav class=\"labbook-index.*?</nav>|<p class=\"labbook-class.*?</p>");
    let together = pages.concat();
    let together = own.expect("an expression").replace_all(&together, "");
    assert_same_text(&together, &long_notes(), "the pages together");
    let [whole, docker, network] = &pages;
    assert!(
        whole.contains("머리말")
            && whole.contains("첫째 날")
            && !whole.contains("labbook-question"),
        "{whole}"
    );
    assert!(
        docker.contains("labbook-session") && docker.contains("https://example.com/docs\">문서"),
        "{docker}"
    );
    assert!(
        network.contains("둘째 날") && !docker.contains("둘째 날"),
        "{network}"
    );
    assert!(
        network.contains("href=\"chapter-docker.html#"),
        "a link to a question of the other page"
    );
    let overview = test.main("labbook-overview.html");
    for (page, slug) in [
        ("docker", "볼륨-7번은-어디에-있나요"),
        ("네트워크", "포트-7번은-무엇인가요"),
    ] {
        assert!(
            overview.contains(&format!("chapter-{page}.html#{slug}\"")),
            "{overview}"
        );
    }
    assert!(!overview.contains("chapter.html#"), "{overview}");
}

#[test]
fn no_text_of_a_long_note_is_lost_whatever_stands_in_it() {
    let own = "(?s)<nav class=\"labbook-index.*?</nav>|<p class=\"labbook-class.*?</p>";
    let own = Regex::new(own).expect("an expression");
    for odd in [
        "`<!--labbook-topic-0-->`",
        "<!-- 열린 주석",
        "<div><script>alert(1)</script>",
        "![](그림.png) [문서]: <b>",
        "- > ## 숨은 제목",
    ] {
        let notes = long_notes().replace("답 30,", &format!("답 30\n\n{odd}\n\n끝"));
        let test = BookTest::of_chapter(&notes);
        test.built();
        let pages = ["chapter", "chapter-docker", "chapter-네트워크"];
        let pages = pages
            .iter()
            .filter(|page| test.path().join(format!("book/{page}.html")).exists());
        let pages: String = pages
            .map(|page| test.main(&format!("{page}.html")))
            .collect();
        assert!(!pages.contains("<script"), "{odd}");
        let pages = own.replace_all(&pages, "");
        let pages = pages.replace(" alt=\"볼륨 30번은 어디에 있나요?\"", " alt=\"\"");
        assert_same_text(&pages, &notes, odd);
    }
}

#[test]
fn a_note_that_cannot_be_cut_stays_whole() {
    for (name, notes) in [
        (
            "short",
            "# A\n\n## B\n\n- Why?\n  - So.\n\n## C\n\n- How?\n  - So.\n".to_owned(),
        ),
        (
            "one topic",
            format!("# A\n\n## B\n{}", "\n- Why?\n  - So.\n".repeat(60)),
        ),
        ("a footnote", long_notes() + "\n글[^1]\n\n[^1]: 주\n"),
    ] {
        let test = BookTest::of_chapter(&notes);
        test.built();
        assert!(
            !test.main("chapter.html").contains("labbook-index"),
            "{name}"
        );
    }
    // A chapter has the name already that the topic's would have.
    let summary = "- [Chapter](chapter.md)\n- [Other](chapter-docker.md)\n";
    let test = BookTest::of_chapter(long_notes())
        .with("src/SUMMARY.md", summary)
        .with("src/chapter-docker.md", "# 다른 글\n");
    test.built();
    assert!(test.main("chapter-docker.html").contains("다른 글"));
    assert!(test.main("chapter-docker-1.html").contains("볼륨 7번"));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn addresses_of_a_long_note_lead_to_the_pages_of_its_topics() {
    let browser = Browser::start();
    let test = BookTest::of_chapter(long_notes());
    test.built();
    let address = serve(&test.path().join("book"));
    for (asked, leads_to) in [
        ("포트-7번은-무엇인가요", "포트-7번은-무엇인가요"),
        ("포트-7번은-무엇인가욥", "포트-7번은-무엇인가요"),
        (
            "step:chapter/볼륨-30번은-어디에-있나요:1",
            "step:chapter/볼륨-30번은-어디에-있나요:1",
        ),
    ] {
        browser.open(&format!("{address}/chapter.html#{asked}"));
        let shown = browser.run(
            "await new Promise((next) => setTimeout(next, 500));
             const target = document.querySelector(':target');
             return [decodeURIComponent(location.pathname).includes('/chapter-'), target && target.id];",
        );
        assert_eq!(shown, json!([true, leads_to]), "{asked}");
    }
    // The link to copy is that of the whole, which stays when a topic gets another name.
    browser.open(&format!("{address}/chapter-docker.html"));
    let allow = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.devtools("Browser.grantPermissions", &allow);
    let copied = browser.run(
        "document.querySelector('.labbook-meta .labbook-copy').click();
         await new Promise((next) => setTimeout(next, 50));
         return decodeURIComponent(await navigator.clipboard.readText());",
    );
    assert_eq!(
        copied,
        format!("{address}/chapter.html#볼륨-1번은-어디에-있나요")
    );
    let listed = browser.run(
        "await new Promise((next) => setTimeout(next, 200));
         return [...document.querySelectorAll('.sidebar a')].filter((a) => a.checkVisibility()).map((a) => a.innerText);",
    );
    let listed = listed.as_array().expect("links").len();
    assert!(listed < 10, "{listed} links in the sidebar");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_sidebar_shows_topics_and_no_questions() {
    let browser = Browser::start();
    let test = BookTest::of_project();
    test.built();
    let address = serve(&test.path().join("book"));
    let page = |name: &str| format!("{address}/{name}.html");
    browser.open(&page("docker-images"));
    let shown = browser.run(
        "await new Promise((next) => setTimeout(next, 200));
         return [...document.querySelectorAll('.header-in-summary')].filter((e) => !e.closest('li').hidden).map((e) => e.textContent);",
    );
    // mdBook 0.4 shows no headings there.
    if std::env::var_os("LABBOOK_SITE_MDBOOK").is_none() {
        assert_eq!(shown, json!(["이미지", "레이어", "Dockerfile"]));
    }
    browser.open(&page("docker-basics"));
    let folds = browser.run(
        "await new Promise((next) => setTimeout(next, 200));
         return [...document.querySelectorAll('.header-toggle')].filter((e) => e.checkVisibility()).length;",
    );
    assert_eq!(folds, 0, "nothing to unfold");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn old_addresses_lead_to_the_question_after_edits() {
    let browser = Browser::start();
    let notes = "# 노트\n\n## Docker\n\n- 다른 질문?\n  - 답\n- 볼륨은 어디에 저장돼나요?\n  - 답\n- 끝?\n  - 답\n";
    let padding = "\n  - 한 줄 더".repeat(80);
    let built = |notes: &str| {
        let test = BookTest::of_chapter(notes.replace("\n  - 답", &format!("\n  - 답{padding}")));
        test.built();
        let address = serve(&test.path().join("book"));
        (test, format!("{address}/chapter.html"))
    };
    let old = "볼륨은-어디에-저장돼나요";
    let (test, _) = built(notes);
    assert!(test.main("chapter.html").contains(&format!("id=\"{old}\"")));
    for (edit, edited) in [
        (
            "a typo is mended",
            notes.replace("저장돼나요", "저장되나요"),
        ),
        ("a topic is renamed", notes.replace("## Docker", "## 도커")),
        (
            "the same question is asked again",
            format!("{notes}- 볼륨은 어디에 저장돼나요?\n  - 답\n"),
        ),
        (
            "a question is asked before it",
            notes.replace("- 다른", "- 새 질문?\n  - 답\n- 다른"),
        ),
        (
            "a heading is added with the same words",
            format!("{notes}\n### 볼륨은 어디에 저장돼나요\n\n글\n"),
        ),
    ] {
        let (_test, page) = built(&edited);
        browser.open(&format!("{page}#{old}"));
        let shown = browser.run(
            "await new Promise((next) => setTimeout(next, 300));
             const near = [...document.querySelectorAll('.labbook-question > h3')]
                 .filter((e) => Math.abs(e.getBoundingClientRect().top) < 200);
             return near.map((e) => e.innerText);",
        );
        assert!(
            shown.to_string().contains("볼륨은 어디에"),
            "{edit}: {shown}"
        );
        let twice = browser.run(
            "const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
             return ids.filter((id, at) => ids.indexOf(id) !== at);",
        );
        assert_eq!(twice, json!([]), "{edit}");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn under_a_policy_the_pages_work_and_no_script_of_the_notes_runs() {
    let browser = Browser::start();
    let test = BookTest::of_project();
    let book = test.read("book.toml").replace(
        "before = [\"links\"]",
        "before = [\"links\"]\ncontent-security-policy = true",
    );
    let test = test.with("book.toml", book);
    test.labbook_built();
    // As if the escaping had failed.
    let attack = "<img src=\"x.svg\" onerror=\"window.hit = 1\"><script>window.hit = 2</script>\
        <a id=\"link\" href=\"javascript:window.hit = 3\">x</a></main>";
    let page = test.read("book/docker-basics.html");
    let test = test.with("book/attacked.html", page.replace("</main>", attack));
    let address = serve(&test.path().join("book"));
    for page in [
        "index",
        "docker-basics",
        "labbook-overview",
        "print",
        "404",
        "toc",
    ] {
        browser.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({"source": "window.print = () => {}"}),
        );
        browser.open(&format!("{address}/{page}.html"));
        let policy = browser.run(
            "await new Promise((next) => setTimeout(next, 300));
             return !!document.querySelector('meta[http-equiv=Content-Security-Policy]');",
        );
        assert_eq!(policy, true, "{page}");
        let mut messages = browser.messages();
        messages.retain(|message| message.contains("Content Security Policy"));
        assert_eq!(messages, Vec::<String>::new(), "{page}");
    }
    browser.open(&format!("{address}/docker-basics.html"));
    let works = browser.run(
        "const element = (name) => document.getElementById(`mdbook-${name}`);
         element('search-toggle').click();
         await new Promise((next) => setTimeout(next, 1500));
         element('searchbar').value = '볼륨';
         element('searchbar').dispatchEvent(new KeyboardEvent('keyup'));
         await new Promise((next) => setTimeout(next, 500));
         return [document.querySelectorAll('.labbook-copy').length > 0, element('searchresults').children.length > 0];",
    );
    assert_eq!(works, json!([true, true]));
    browser.open(&format!("{address}/attacked.html"));
    let hit = browser.run(
        "document.getElementById('link').click();
         await new Promise((next) => setTimeout(next, 500));
         return window.hit ?? null;",
    );
    assert_eq!(hit, Value::Null);
}

#[test]
fn an_image_without_a_description_has_that_of_its_question() {
    let notes = "# 노트\n\n## Docker\n\n- 그림은 <어디>에 있나요?\n  - ![](a.png) ![있음](b.png)\n\n### 정리\n\n![](c.png)\n";
    let test = BookTest::of_chapter(notes);
    test.built();
    let page = test.main("chapter.html");
    for (image, description) in [
        ("a", "그림은 &lt;어디&gt;에 있나요?"),
        ("b", "있음"),
        ("c", ""),
    ] {
        let shown = format!("<img src=\"{image}.png\" alt=\"{description}\"");
        assert!(page.contains(&shown), "{shown}: {page}");
    }
}
