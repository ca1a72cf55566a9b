//! What is fed to the readers of bytes that nobody vouches for: a function a reader,
//! which panics where something does not hold. libFuzzer calls them (`libfuzzer/`),
//! and the tests with the inputs in `corpus/`.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use labbook::consent::Reviewer;
use labbook::diagnostic::{Diagnose, Source};
use labbook::docker::{ProgramCall, compose, dockerfile, ids, names};
use labbook::exercise::{self, Exercise};
use labbook::formats::{self, OutputFormat};
use labbook::guard::call::ApiCall;
use labbook::guard::daemon::Daemon;
use labbook::guard::frames::{Frame, PREFACE};
use labbook::guard::hpack::Decoder;
use labbook::guard::http::{BodyReader, RequestHead, ResponseHead};
use labbook::guard::ledger::{Begun, Ledger, ObjectsBefore};
use labbook::guard::progress::ProgressStream;
use labbook::guard::rules::ListFilter;
use labbook::guard::scope::Scope;
use labbook::guard::upstream::Upstream;
use labbook::guard::{buildkit, listing, proxy, solve};
use labbook::judge::varying::{RecordedRun, RunStep, decide, plainly, shuffled};
use labbook::judge::{self, JudgedExercise, Observation, StepVerdict};
use labbook::lab::{EngineInfo, Surroundings};
use labbook::notes::{Fence, Notes};
use labbook::report;
use labbook::results::{self, ExerciseResult, Report, StepResult, Verdict};
use labbook::session;
use labbook::shell;
use labbook::terminal::readers;
use labbook::verify;
use pulldown_cmark::{Options, Parser};
use serde_json::{Value, json};

use crate::page_text::{assert_inert, assert_same_text};

/// What an input is given to; it panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every reader, by the name of its folder in `corpus/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("book", book),
    ("docker", docker),
    ("formats", formats),
    ("hpack", hpack),
    ("http", http),
    ("http2", http2),
    ("judge", judge),
    ("manifest", manifest),
    ("notes", notes),
    ("proxy", proxy),
    ("results", results),
    ("runs", runs),
    ("session", session),
    ("shell", shell),
    ("terminal", terminal),
    ("update", update),
];

/// The line between two parts of an input.
const CUT: &str = "=====";

/// The parts of an input, without the lines between them.
fn parts(text: &str) -> Vec<&str> {
    let cut = format!("\n{CUT}\n");
    text.split(cut.as_str()).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn source(text: &str) -> Arc<Source> {
    Source::new("note.md", text)
}

fn fences(notes: &Notes) -> Vec<&Fence> {
    let of_questions = notes.questions();
    let of_questions = of_questions.flat_map(|(_, question)| &question.fences);
    of_questions.chain(&notes.fences).collect()
}

/// Notes: every range lies in the source, and the lines of fences are the source's.
fn notes(bytes: &[u8]) {
    let text = text(bytes);
    let source = source(&text);
    let (notes, warnings, errors) = Notes::read(&source);
    report::diagnostics::render(&warnings);
    let errors: Vec<_> = errors.iter().map(Diagnose::diagnose).collect();
    report::diagnostics::render(&errors);
    let shown = |range: &std::ops::Range<usize>| text[range.clone()].to_owned();
    let mut slugs = std::collections::BTreeSet::new();
    for (topic, question) in notes.questions() {
        shown(&topic.heading);
        shown(&question.heading);
        shown(&question.answer);
        assert!(slugs.insert(&question.slug), "{} twice", question.slug);
    }
    for fence in fences(&notes).into_iter().chain(&notes.hidden) {
        shown(&fence.span);
        for line in &fence.lines {
            let whole = source.line_range(line.number);
            assert!(whole.end >= line.range.end, "{line:?} {whole:?}");
            // The blanks that it begins with may be the layout's alone.
            assert_eq!(shown(&line.range).trim(), line.text.trim());
        }
    }
    for section in &notes.sections {
        shown(&section.heading);
        assert!(section.fences.end <= notes.fences.len());
    }
}

/// Transcripts: a fence of this text, and what is asked about its steps before they run.
fn session(bytes: &[u8]) {
    let mark = "~".repeat(30);
    let fenced = |text: &str| format!("{mark}\n{text}\n{mark}\n\n");
    let text: String = parts(&text(bytes)).into_iter().map(fenced).collect();
    let (notes, _, _) = Notes::read(&source(&text));
    for fence in fences(&notes) {
        session::fence_kind(fence);
        session::not_run(fence);
        session::not_run_hidden(fence);
        for line in &fence.lines {
            session::unknown_prompt(&line.text);
        }
    }
    let count = text.lines().count();
    let found = exercise::discover([&notes], &[]);
    let engine = EngineInfo::default();
    let machine = [labbook::consent::Reach::Machine].into();
    for exercise in &found.exercises {
        exercise.hash();
        verify::skip_reason(exercise, &engine);
        verify::consent_needed(exercise, &machine);
        exercise::host_programs(&exercise.steps);
        exercise::needed_images(&exercise.files, &exercise.steps, &exercise.setup);
        for step in &exercise.steps {
            assert!(step.line <= step.last_typed_line());
            for line in &step.expected {
                assert!(line.line <= count, "{line:?}");
            }
        }
    }
    found.errors.iter().for_each(|error| drop(error.diagnose()));
}

/// Shell text.
fn shell(bytes: &[u8]) {
    let text = text(bytes);
    let script = shell::Script::read(&text);
    script.substitutes();
    script.only_command();
    for command in script.commands() {
        let argv = command.argv();
        shell::wrapped(&argv);
        shell::wrappers_and_program(&argv);
    }
    shell::programs(&text);
    shell::words(&text);
    session::opens_shell(&text);
    session::can_change_prompt(&text);
    formats::status_sources::StatusSources::of_all(&text);
    let mut typed = shell::Typed::new(text.lines().next().unwrap_or_default());
    for line in text.lines().skip(1) {
        if !typed.is_incomplete() {
            break;
        }
        typed.push(line);
    }
    let whole = typed.into_text();
    assert!(text.starts_with(&whole) || text.contains('\r'), "{whole:?}");
    let mut reviewer = Reviewer::new(None);
    text.lines().for_each(|line| drop(reviewer.review(line)));
    reviewer.review(&text);
}

/// Docker's command lines, names, Dockerfiles and compose files.
fn docker(bytes: &[u8]) {
    let text = text(bytes);
    for call in ProgramCall::all(&text) {
        call.script();
        call.behind_container();
        call.references();
        call.given_names();
        call.template();
        call.option("--name");
        let Some(docker) = call.docker() else {
            continue;
        };
        docker.names();
        docker.used_operands();
        docker.blank();
        docker.build_file();
        for thing in [
            labbook::docker::OperandKind::Container,
            labbook::docker::OperandKind::Image,
            labbook::docker::OperandKind::Network,
            labbook::docker::OperandKind::Volume,
        ] {
            docker.gives(thing);
        }
    }
    dockerfile::base_images(&text);
    compose::images(&text, &compose::variables([text.as_ref()]));
    exercise::built_names(text.lines());
    for word in text.split_whitespace() {
        names::split(word);
        names::tagged(word, "latest");
        names::with_tag(word);
        names::familiar(word);
        names::looks_made_up(word);
        ids::short(word);
    }
}

/// What programs print: a command, the notes' lines and this run's.
fn formats(bytes: &[u8]) {
    let text = text(bytes);
    let parts = parts(&text);
    let [command, expected, rest @ ..] = parts.as_slice() else {
        return;
    };
    let calls = ProgramCall::all(command);
    let actual = lines(rest.first().copied().unwrap_or_default());
    let expected: Vec<Option<String>> = lines(expected)
        .into_iter()
        .map(|line| (!session::is_elision(&line)).then_some(line))
        .collect();
    let shown: Vec<&str> = expected.iter().flatten().map(String::as_str).collect();
    let format = OutputFormat::of(calls.clone(), false);
    let all = || {
        shown
            .iter()
            .copied()
            .chain(actual.iter().map(String::as_str))
    };
    for line in all() {
        format.fields(line, command);
        format.fields_in_other_words(line, command);
        formats::text::normal(line);
        formats::table::chunks(line);
        formats::published::with_twins(line, &calls, command);
        formats::published::without_twins(line, &calls, command);
        formats::rewording::kinds_in(line);
        formats::rewording::could_begin(line);
        formats::pull::other_status(&calls, line);
        formats::json::shape(line);
        formats::listing::cut_id(line, &calls);
        if let Some(header) = format.tables().header(line) {
            let rows: Vec<_> = all().map(|row| header.cells(row)).collect();
            let layers = rows
                .iter()
                .filter_map(|row| formats::history::HistoryRow::of(row));
            let layers: Vec<_> = layers.collect();
            for pair in layers.windows(2) {
                pair[0].is(&pair[1], command);
            }
        }
        for kind in labbook::judge::Volatile::all() {
            kind.length_at_start(line);
        }
    }
    let known = formats::rewording::KnownNames::default();
    for from in 0..shown.len() {
        formats::rewording::rewordings(&shown[from..], &calls, &known);
    }
    formats::wrapped::joined(&shown, format.tables());
    formats::listing::names_in_columns(&shown);
    formats::published::twins_on_one_side(&shown, &shown, command);
    formats::published::are_bindings(&calls, &expected);
    formats::rewording::announcements(&calls, &actual);
    formats::client::escape_lines(&expected, &actual);
    formats::client::permitted_lines(&calls, &expected, &actual);
    let noted = formats::text::noted_lines(&expected);
    formats::client::lines_of_sudo(Some(command), &noted);
    formats::client::lines_by_chance(&calls, &noted);
    formats::pull::permitted_lines(&calls, &expected, &actual);
    formats::pull::ambient_lines(&calls, &expected, 0..expected.len(), &actual, &|_| false);
    let built = formats::build::instructions(shown.iter().copied());
    formats::build::instructions_in(command);
    formats::build::cache_marks(&expected, &actual, &built);
    formats::build::deprecation(&calls, &actual);
    let past = formats::build_steps::BuildPast {
        built,
        ..Default::default()
    };
    formats::build::across_builders(&calls, &expected, &actual, &past);
    let sources = formats::status_sources::StatusSources::of_all(command);
    formats::complaints::hidden_error(&actual, &|_| false, &sources);
    for root in 0..expected.len() {
        formats::tree::Tree::read(&expected, root);
    }
    for block in formats::json::blocks(&expected) {
        formats::json::wrong_commas(&expected, block.clone());
        let Some(document) = formats::json::Document::find(&actual, 0) else {
            continue;
        };
        let same = |own: usize, other: usize| {
            expected.get(own).and_then(Option::as_ref) == actual.get(other)
        };
        formats::json::embeddings(&expected, block, &document, &actual, same);
        document.orders(&actual);
    }
    labbook::judge::likely_cause(all());
}

/// A manifest beside a note that it may belong to.
fn manifest(bytes: &[u8]) {
    static NOTE: LazyLock<Arc<Source>> = LazyLock::new(|| {
        source("## T\n\n- Who am I?\n  - You.\n\n```\n$ docker run a id\nuid=0(root)\n```\n")
    });
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("who.toml"), bytes).expect("a file");
    let (manifests, errors) = exercise::load_manifests(folder.path());
    let (notes, _, _) = Notes::read(&NOTE);
    let mut notes = [notes];
    exercise::name_prompts(&mut notes, &manifests);
    let found = exercise::discover(&notes, &manifests);
    assert_eq!(found.exercises.len(), 1);
    let errors = errors.iter().chain(&found.errors).chain(&found.idle);
    let errors: Vec<_> = errors.map(Diagnose::diagnose).collect();
    report::diagnostics::render(&errors);
}

/// Results: what can be read is shown in every format, and kept as it is.
fn results(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("labbook.json");
    std::fs::write(&path, bytes).expect("a file");
    let report = match results::load(&path) {
        Ok(Some(report)) => report,
        Ok(None) => return,
        Err(error) => return drop(error.diagnose()),
    };
    results::save(&path, &report).expect("it can be written");
    assert_eq!(results::load(&path).ok().flatten().as_ref(), Some(&report));
    let whole = results::together(vec![report.clone(), report.clone()]);
    results::missing(&whole);
    let mut merged = results::merge(Some(report.clone()), whole, |_| true);
    results::rename(&mut merged, &[]);
    for exercise in &report.exercises {
        exercise.observed_above(&report.exercises);
    }
    for result in &mut merged.exercises {
        results::unmask(result, ["A_TOKEN=b"]);
    }
    let reader = report::Audience {
        columns: Some(80),
        folder: Path::new("/"),
        denies: &|_| false,
    };
    for format in [
        report::ReportFormat::Pretty,
        report::ReportFormat::Json,
        report::ReportFormat::Junit,
        report::ReportFormat::Github,
        report::ReportFormat::Markdown,
    ] {
        report::render(&report, format, reader);
    }
}

fn exercises(notes: &Notes) -> Vec<Exercise> {
    exercise::discover([notes], &[]).exercises
}

fn script<'a>(exercise: &'a Exercise, surroundings: &'a Surroundings) -> JudgedExercise<'a> {
    JudgedExercise {
        steps: &exercise.steps,
        setup: &exercise.setup,
        files: exercise.file_texts(),
        surroundings,
    }
}

fn observation(step: &session::Step, output: Vec<String>) -> Observation {
    let mut output = output;
    // As the terminal gives it: no line end, no blanks before one.
    output
        .iter_mut()
        .for_each(|line| line.truncate(line.trim_end().len()));
    Observation {
        sent: step.command().map(str::to_owned),
        output,
        exit: step.command().map(|_| 0),
        prompt: step.next.as_ref().map(|(prompt, _)| prompt.text.clone()),
        typed: Vec::new(),
    }
}

/// What the steps of `exercise` did, where they printed the next of `outputs`.
fn observed<'t>(
    exercise: &Exercise,
    outputs: &mut impl Iterator<Item = &'t str>,
) -> Vec<Observation> {
    let steps = exercise.steps.iter();
    steps
        .map(|step| observation(step, lines(outputs.next().unwrap_or_default())))
        .collect()
}

/// The note of a transcript alone.
fn note_of(transcript: &str) -> Notes {
    let mark = "~".repeat(30);
    Notes::read(&source(&format!("{mark}\n{transcript}\n{mark}\n"))).0
}

/// A transcript, and what its steps printed: what the notes say holds where it is
/// printed.
fn judge(bytes: &[u8]) {
    let text = text(bytes);
    let parts = parts(&text);
    let surroundings = Surroundings::default();
    let mut outputs = parts[1..].iter().copied();
    for exercise in exercises(&note_of(parts[0])) {
        let script = || script(&exercise, &surroundings);
        labbook::judge::explain(&script());
        itself(&script());
        judge::judge(script(), &observed(&exercise, &mut outputs));
    }
}

/// A transcript, and what its steps printed in two runs.
fn runs(bytes: &[u8]) {
    let text = text(bytes);
    let parts = parts(&text);
    let surroundings = Surroundings::default();
    let mut outputs = parts[1..].iter().copied();
    for exercise in exercises(&note_of(parts[0])) {
        let script = || script(&exercise, &surroundings);
        let mut run = || RecordedRun {
            surroundings: surroundings.clone(),
            steps: observed(&exercise, &mut outputs)
                .into_iter()
                .map(|observation| RunStep {
                    observation,
                    ..RunStep::default()
                })
                .collect(),
            stopped: None,
        };
        let runs = [run(), run()];
        shuffled(&script(), &plainly(&script(), &runs[0]));
        decide(&script(), &runs);
    }
}

/// A transcript, and what its steps printed: the notes that hold then are notes.
fn update(bytes: &[u8]) {
    let text = text(bytes);
    let parts = parts(&text);
    let notes = note_of(parts[0]);
    let surroundings = Surroundings::default();
    let mut outputs = parts[1..].iter().copied();
    for exercise in exercises(&notes) {
        let observations = observed(&exercise, &mut outputs);
        let changes = labbook::update::changes(&script(&exercise, &surroundings), &observations);
        if let Some(changed) = labbook::update::rewrite(&notes, &changes) {
            let (_, _, errors) = Notes::read(&source(&changed));
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
}

/// Output that is the notes' own, letter by letter, never fails.
fn itself(script: &JudgedExercise<'_>) {
    let own = script.steps.iter().map(|step| {
        let lines = step.expected.iter().map(|line| line.text.clone());
        Observation {
            exit: None,
            ..observation(step, lines.collect())
        }
    });
    let own: Vec<Observation> = own.collect();
    let again = JudgedExercise {
        steps: script.steps,
        setup: script.setup,
        files: script.files.clone(),
        surroundings: script.surroundings,
    };
    for (step, judged) in script.steps.iter().zip(judge::judge(again, &own)) {
        assert!(
            matches!(judged.verdict, StepVerdict::Passed | StepVerdict::Unchecked),
            "line {}: {judged:#?}",
            step.line
        );
    }
}

/// How mdBook reads Markdown.
fn mdbook_options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// A note, and what its steps printed, as a page of a book: nothing in it could run.
fn book(bytes: &[u8]) {
    let text = text(bytes);
    let parts = parts(&text);
    let (notes, _, errors) = Notes::read(&source(parts[0]));
    let surroundings = Surroundings::default();
    let mut outputs = parts[1..].iter().copied();
    let found = exercises(&notes).into_iter().map(|exercise| {
        let observed = observed(&exercise, &mut outputs);
        let judged = judge::judge(script(&exercise, &surroundings), &observed);
        result(&exercise, observed, judged)
    });
    let engine = EngineInfo {
        name: "private".into(),
        ..EngineInfo::default()
    };
    let report = Report::new(vec![engine], found.collect());
    let folder = tempfile::tempdir().expect("a folder");
    results::save(&results::results_path(folder.path()), &report).expect("it can be written");
    let config = json!({"book": {"src": "src"}});
    let context = json!({"root": folder.path(), "config": config, "renderer": "html",
        "mdbook_version": "0.5.4"});
    let book = json!({"items": [{"Chapter": {"name": "C", "content": parts[0], "sub_items": [],
        "path": "note.md", "source_path": "note.md", "parent_names": []}}]});
    let (book, _) = labbook::book::preprocess(&json!([context, book]).to_string())
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    let book: Value = serde_json::from_str(&book).expect("JSON");
    for (number, item) in book["items"].as_array().into_iter().flatten().enumerate() {
        let page = item["Chapter"]["content"].as_str().expect("a page");
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, Parser::new_ext(page, mdbook_options()));
        assert_inert(&html);
        // What cannot be read is shown as it is written, marks and all.
        if number == 0 && errors.is_empty() && is_plain(parts[0]) {
            assert_same_text(&html, parts[0], "the page");
        }
    }
}

/// Whether a text has no marks but those of lists, headings and fences: how any parser
/// reads it is plain then.
fn is_plain(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || " \n.?-`#$".contains(letter);
    text.chars().all(is_plain)
}

fn result(
    exercise: &Exercise,
    observed: Vec<Observation>,
    judged: Vec<judge::StepJudgement>,
) -> ExerciseResult {
    let steps = exercise.steps.iter().zip(observed).zip(judged);
    let steps = steps.map(|((step, observation), judgement)| StepResult {
        line: step.line,
        shell: step.shell,
        command: step.command().map(str::to_owned),
        keys: None,
        sent: observation.sent,
        exit: observation.exit,
        verdict: judgement.verdict,
        reason_kind: judgement.reason.as_ref().and_then(|reason| reason.kind),
        reason: judgement.reason.map(|reason| reason.text),
        asked: 1,
        lines: judgement.lines,
        output: observation.output,
        prompt: observation.prompt,
        typed: Vec::new(),
    });
    let steps: Vec<StepResult> = steps.collect();
    ExerciseResult {
        id: exercise.id.clone(),
        title: exercise.title.clone(),
        file: "note.md".into(),
        line: exercise.line,
        engine: "private".into(),
        verdict: match judge::whole(steps.iter().map(|step| step.verdict)) {
            StepVerdict::Failed => Verdict::Failed,
            StepVerdict::Drifted => Verdict::Drifted,
            _ => Verdict::Passed,
        },
        reason: None,
        reason_kind: None,
        seconds: 1.0,
        remarks: Vec::new(),
        stand_ins: Vec::new(),
        facts: Vec::new(),
        counts: Default::default(),
        hash: exercise.hash(),
        labbook: String::new(),
        time: String::new(),
        unchanged: false,
        stale: false,
        steps,
        surroundings: Surroundings::default(),
        shares_lab: false,
        above: Vec::new(),
        runs: Vec::new(),
        flaky: false,
        manifest: None,
    }
}

/// What programs print on a terminal: columns, rows, and the bytes in pieces.
fn terminal(bytes: &[u8]) {
    let [columns, rows, printed @ ..] = bytes else {
        return;
    };
    readers::render(printed, u16::from(*columns).max(2), u16::from(*rows).max(1));
    let mut pieces = printed.split(|byte| *byte == 0);
    let typed = text(pieces.next().unwrap_or_default()).into_owned();
    let pieces: Vec<&[u8]> = pieces.collect();
    readers::read_step(&pieces, &typed).expect("random bytes");
}

/// Messages of HTTP/1: what is sent on of a call is read as the same call.
fn http(bytes: &[u8]) {
    let mut reader = bytes;
    while let Ok(Some(head)) = RequestHead::read(&mut reader) {
        head.upgrades();
        if let Ok(call) = ApiCall::parse(&head) {
            let again = RequestHead {
                target: call.target(),
                ..head.clone()
            };
            assert_eq!(ApiCall::parse(&again).as_ref(), Ok(&call));
        }
        let Ok(framing) = head.framing() else { break };
        let mut body = Vec::new();
        if BodyReader::new(&mut reader, framing)
            .read_to_end(&mut body)
            .is_err()
        {
            break;
        }
    }
    let mut reader = bytes;
    while let Ok(head) = ResponseHead::read(&mut reader) {
        head.becomes_raw();
        let Ok(framing) = head.framing("GET") else {
            break;
        };
        head.write(&mut std::io::sink(), framing, true)
            .expect("a sink takes all");
        let mut body = Vec::new();
        let read = BodyReader::new(&mut reader, framing).read_to_end(&mut body);
        if read.is_err() {
            break;
        }
    }
}

/// Header fields of HTTP/2: one block after the other, each behind its length.
fn hpack(bytes: &[u8]) {
    let mut decoder = Decoder::default();
    let mut rest = bytes;
    while let [length, further @ ..] = rest {
        let (block, further) = further.split_at(usize::from(*length).min(further.len()));
        if decoder.decode(block).is_err() {
            return;
        }
        rest = further;
    }
}

/// A daemon that knows nothing but what has `there` in its name, and that makes
/// whatever it is asked for.
static DAEMON: LazyLock<(tempfile::TempDir, Upstream)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    (folder, Upstream::Socket(socket))
});

fn answer(stream: UnixStream) {
    let mut reader = std::io::BufReader::new(&stream);
    while let Ok(Some(head)) = RequestHead::read(&mut reader) {
        let Ok(framing) = head.framing() else { return };
        let body = &mut BodyReader::new(&mut reader, framing);
        if std::io::copy(body, &mut std::io::sink()).is_err() {
            return;
        }
        let there = json!({"Id": "there", "Name": "there", "RepoTags": ["there:latest"]});
        let (status, body) = match head.method.as_str() {
            "POST" => (201, json!({"Id": "made", "Name": "made"})),
            _ if head.target.contains("there") => (200, there),
            _ => (404, json!({"message": "no such thing"})),
        };
        let body = body.to_string();
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} OK\r\nContent-Length: {length}\r\n\r\n{body}");
        if (&stream).write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn with_scope(work: impl FnOnce(&Scope)) {
    let folder = tempfile::tempdir().expect("a folder");
    let begun = Begun {
        lab: "lab".into(),
        upstream: DAEMON.1.clone(),
        run_folder: folder.path().to_owned(),
        daemon: None,
        before: ObjectsBefore::default(),
    };
    let ledger = Ledger::begin(folder.path(), begun).expect("a ledger");
    let daemon = Daemon::new(DAEMON.1.clone());
    let own = Some(folder.path().to_owned());
    work(&Scope::new(daemon, ledger, own, Vec::new()));
}

/// What a client sends to the guard, and what the daemon tells of its work.
fn proxy(bytes: &[u8]) {
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    with_scope(|scope| {
        std::thread::scope(|threads| {
            threads.spawn(|| {
                let _ = std::io::copy(&mut &ours, &mut std::io::sink());
            });
            threads.spawn(|| {
                let _ = (&ours).write_all(bytes);
                let _ = ours.shutdown(Shutdown::Write);
            });
            let _ = proxy::serve(scope, &theirs);
            let _ = theirs.shutdown(Shutdown::Both);
        });
        let mut progress = ProgressStream::new(scope);
        let _ = progress.follow(bytes);
        let _ = progress.end_line();
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
            return;
        };
        listing::shows_event(scope, &value);
        for kind in [
            ListFilter::Containers,
            ListFilter::Images,
            ListFilter::Volumes,
            ListFilter::Networks,
            ListFilter::Network,
            ListFilter::DiskUsage,
            ListFilter::One,
        ] {
            listing::show(scope, kind, &mut value.clone());
        }
    });
}

/// A build that a client drives itself: its frames, and the daemon's behind a zero byte
/// that stands 9 times.
fn http2(bytes: &[u8]) {
    let cut = bytes.windows(9).position(|window| window == [0; 9]);
    let (requests, answers) = bytes.split_at(cut.unwrap_or(bytes.len()));
    let answers = answers.get(9..).unwrap_or_default();
    let mut reader = requests;
    while let Ok(Some(frame)) = Frame::read(&mut reader) {
        let again = frame.bytes();
        assert_eq!(
            Frame::read(&mut again.as_slice()).ok().flatten(),
            Some(frame.clone())
        );
        let _ = frame.content();
        let _ = solve::check(&frame.payload);
        solve::images(&frame.payload);
    }
    let requests = [PREFACE.as_slice(), requests].concat();
    let pairs = [UnixStream::pair(), UnixStream::pair()].map(|pair| pair.expect("a pair"));
    for (_, theirs) in &pairs {
        theirs.set_nonblocking(true).expect("a socket");
    }
    let [(_client, client), (_daemon, daemon)] = &pairs;
    with_scope(|scope| {
        let _ = buildkit::relay(scope, client, daemon, requests.as_slice(), answers);
    });
}
