//! The site as it is served while notes are written.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A book that is being served; ended with the test in any case.
struct Served {
    folder: tempfile::TempDir,
    program: Child,
    address: String,
}

impl Served {
    fn new(note: &str) -> Self {
        Self::with(note, &[])
    }

    fn with(note: &str, options: &[&str]) -> Self {
        Self::with_browser(note, options, Path::new("false"))
    }

    fn with_browser(note: &str, options: &[&str], browser: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let sources = folder.path().join("src");
        std::fs::create_dir(&sources).expect("a folder");
        write(&folder.path().join("book.toml"), "[book]\ntitle = \"T\"\n");
        write(&sources.join("SUMMARY.md"), "- [Chapter](chapter.md)\n");
        write(&sources.join("chapter.md"), note);
        let mut program = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .args(["serve", "--port", "0"])
            .args(options)
            .env("BROWSER", browser)
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("labbook");
        let mut line = String::new();
        let mut stdout = BufReader::new(program.stdout.take().expect("its stdout"));
        stdout.read_line(&mut line).expect("an address");
        let address = line
            .trim()
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        Self {
            folder,
            program,
            address,
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a server");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn builds(&self) -> usize {
        let answer = self.get("/labbook-builds");
        answer
            .lines()
            .last()
            .and_then(|count| count.parse().ok())
            .expect("a count")
    }

    fn write_note(&self, note: &str) {
        write(&self.folder.path().join("src/chapter.md"), note);
    }

    /// Waits until another build is done.
    fn wait_for_build(&self, before: usize) {
        let start = Instant::now();
        while self.builds() == before {
            assert!(start.elapsed() < Duration::from_secs(60), "no build");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

#[test]
fn a_changed_note_changes_its_page_once_and_a_broken_one_is_shown_as_text() {
    let mut served = Served::new("## T\n- Why?\n  - Because.\n");
    assert!(served.get("/chapter.html").contains("Because."));
    assert!(served.get("/nowhere.html").starts_with("HTTP/1.1 404"));
    let before = served.builds();
    served.write_note("## T\n- Why?\n  - Therefore, then.\n");
    served.wait_for_build(before);
    assert!(served.get("/chapter.html").contains("Therefore, then."));
    let built = served.builds();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(served.builds(), built, "a build is the cause of no other");
    served.write_note("## T\n- Why?\n  - It is.\n```\nnever closed\n");
    served.wait_for_build(built);
    let page = served.get("/chapter.html");
    assert!(
        page.contains("It is.") && page.contains("never closed"),
        "{page}"
    );

    let id = Pid::from_child(&served.program);
    kill_process(id, Signal::INT).expect("a signal");
    assert!(served.program.wait().expect("an end").success());
    assert!(
        TcpStream::connect(&served.address).is_err(),
        "nothing listens"
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_page_of_an_edited_question_gets_its_new_verdict_by_itself() {
    let note = |word: &str| {
        format!("## Docker\n- How?\n  - so\n```\n$ docker run --rm busybox echo one\n{word}\n```\n")
    };
    let served = Served::with(&note("two"), &["--verify"]);
    let shows = |verdict: &str| {
        let start = Instant::now();
        while !served.get("/chapter.html").contains(verdict) {
            assert!(start.elapsed() < Duration::from_secs(60), "{verdict}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    shows("labbook-failed");
    served.write_note(&note("one"));
    shows("labbook-passed");
}

#[test]
fn an_address_that_is_not_of_this_machine_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("book.toml"), "[book]\ntitle = \"T\"\n");
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    write(&folder.path().join("src/SUMMARY.md"), "# Summary\n");
    let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(["serve", "--port", "0", "--host", "192.0.2.1"])
        .arg(folder.path())
        .output()
        .expect("labbook");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot serve on 192.0.2.1:0"), "{said}");
}

#[test]
fn the_site_is_opened_in_the_browser_that_the_user_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let browser = folder.path().join("browser");
    let told = folder.path().join("url");
    write(
        &browser,
        &format!("#!/bin/sh\necho $1 > {}\n", told.display()),
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&browser, mode).expect("a program");
    let served = Served::with_browser("# T\n", &["--open"], &browser);
    let start = Instant::now();
    while std::fs::read_to_string(&told)
        .unwrap_or_default()
        .is_empty()
    {
        assert!(start.elapsed() < Duration::from_secs(30), "no browser");
        std::thread::sleep(Duration::from_millis(20));
    }
    let url = std::fs::read_to_string(&told).expect("a URL");
    assert_eq!(url.trim(), format!("http://{}/", served.address));
}
