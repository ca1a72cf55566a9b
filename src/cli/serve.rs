//! `labbook serve`: the site on this machine, built anew at each change.
//!
//! ```text
//!     watch: notes, theme, book.toml, labbook.json --changed--> build
//!     serve: the output folder, with a script that asks for the count of builds
//! ```
//!
//! The output folder is not watched, and a build writes nowhere else, so that no
//! build is the cause of another.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tiny_http::{Header, Request, Response, Server};

use crate::book::{self, Site};
use crate::diagnostic::Diagnostic;

use super::seen::{FileStamps, PAUSE};
use super::verify;

/// What `labbook serve` takes.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The book's folder, with book.toml in it
    #[arg(default_value = ".")]
    book: PathBuf,
    /// The port on this machine; 0 for any that is free
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The address to serve on; 0.0.0.0 for everybody who can reach this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Open the site in a browser
    #[arg(long)]
    open: bool,
    /// Verify what is edited, and show the verdict on its page
    #[arg(long)]
    verify: bool,
}

/// Where a page asks for the count of builds.
const COUNT: &str = "/labbook-builds";
/// Where the script is that loads a page again after the next build: a page may allow
/// no script inside it.
const RELOAD: &str = "/labbook-reload.js";

/// Builds the site, serves it on localhost, and builds it again when something
/// changes, until it is stopped.
///
/// # Errors
/// When the first build fails, or the port is taken.
pub fn run(arguments: &ServeArguments) -> Result<(), Vec<Diagnostic>> {
    let mut seen = seen(&arguments.book)?;
    let site = book::build(&arguments.book)?;
    super::complain(&site.warnings);
    let address = SocketAddr::new(arguments.host, arguments.port);
    let server = Server::http(address).map_err(|error| {
        vec![
            Diagnostic::error(format!("cannot serve on {address}: {error}"))
                .help("name another port with --port, or an address of this machine with --host"),
        ]
    })?;
    let stopped = stopped_by_signals().map_err(|error| {
        vec![Diagnostic::error(format!(
            "cannot listen to signals: {error}"
        ))]
    })?;
    let url = format!("http://{}/", server.server_addr());
    super::say(&format!("{url}\n"))?;
    if arguments.open && !opened(&url) {
        let warning = Diagnostic::warning("no browser could be started");
        super::complain(&[warning.help(format!("open {url} yourself"))]);
    }
    let builds = AtomicUsize::new(1);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for request in server.incoming_requests() {
                answer(request, &site, builds.load(Ordering::Relaxed));
            }
        });
        if arguments.verify {
            scope.spawn(|| verify::watch_book(&arguments.book, &stopped));
        }
        while !stopped.load(Ordering::Relaxed) {
            std::thread::sleep(PAUSE);
            match self::seen(&arguments.book) {
                Ok(now) if now != seen => seen = now,
                // A book.toml that is broken for now: what was built stays.
                _ => continue,
            }
            match book::build(&arguments.book) {
                Ok(site) => super::complain(&site.warnings),
                Err(diagnostics) => super::complain(&diagnostics),
            }
            builds.fetch_add(1, Ordering::Relaxed);
        }
        server.unblock();
    });
    Ok(())
}

/// Whether a browser was started: the one of `BROWSER`, else the system's.
fn opened(url: &str) -> bool {
    let named = std::env::var_os("BROWSER");
    let system = ["xdg-open", "wslview", "open"].map(Into::into);
    let mut programs = named.into_iter().chain(system);
    programs.any(|program| {
        let browser = Command::new(program)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // It ends when the user closes it, or at once where one runs already.
        browser.is_ok()
    })
}

/// What becomes true at Ctrl-C or SIGTERM; a second one ends the program at once.
fn stopped_by_signals() -> std::io::Result<Arc<AtomicBool>> {
    let stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let at_once = 128 + signal;
        flag::register_conditional_shutdown(signal, at_once, Arc::clone(&stopped))?;
        flag::register(signal, Arc::clone(&stopped))?;
    }
    Ok(stopped)
}

fn seen(book: &Path) -> Result<FileStamps, Vec<Diagnostic>> {
    let watched = book::watched(book)?;
    Ok(FileStamps::look(&watched.paths, &[watched.output]))
}

/// Answers one request; a browser that has gone away is no error.
fn answer(request: Request, site: &Site, builds: usize) {
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    if path == COUNT {
        let _ = request.respond(Response::from_string(builds.to_string()));
        return;
    }
    if path == RELOAD {
        let _ = request.respond(Response::from_string(reloading()));
        return;
    }
    let file = file_of(&site.folder, path).filter(|file| file.is_file());
    let status = if file.is_some() { 200 } else { 404 };
    let file = file.unwrap_or_else(|| site.folder.join("404.html"));
    let kind = kind(&file);
    let header = Header::from_bytes("Content-Type", kind);
    let response = if kind.starts_with("text/html") {
        let page = std::fs::read_to_string(&file).unwrap_or_default() + &reload(builds);
        Response::from_string(page).boxed()
    } else {
        match File::open(&file) {
            Ok(file) => Response::from_file(file).boxed(),
            Err(_) => Response::from_string("").boxed(),
        }
    };
    let response = response.with_status_code(status);
    let _ = match header {
        Ok(header) => request.respond(response.with_header(header)),
        Err(()) => request.respond(response),
    };
}

/// The file that a URL's path names; none where it leads out of the folder.
fn file_of(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = book::percent_decoded(path);
    let path = Path::new(path.trim_start_matches('/'));
    let inside = path
        .components()
        .all(|component| matches!(component, Component::Normal(_)));
    let file = folder.join(path);
    inside.then(|| {
        if file.is_dir() {
            file.join("index.html")
        } else {
            file
        }
    })
}

fn kind(file: &Path) -> &'static str {
    match file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What loads [`RELOAD`] into a page that was made by this build.
fn reload(builds: usize) -> String {
    format!("<script src=\"{RELOAD}\" data-builds=\"{builds}\"></script>\n")
}

/// The script itself.
fn reloading() -> String {
    format!(
        "const {{ builds }} = document.currentScript.dataset;\n\
         setInterval(async () => {{ try {{ const count = await (await fetch(\"{COUNT}\")).text(); \
         if (count !== builds) location.reload(); }} catch {{}} }}, 1000);\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_url_leads_out_of_the_folder() {
        let folder = Path::new("/site");
        assert_eq!(
            file_of(folder, "/a%20b/%EA%B0%80.html"),
            Some(PathBuf::from("/site/a b/가.html"))
        );
        for path in [
            "/../etc/passwd",
            "/%2e%2e/etc/passwd",
            "/a/..%2f..%2fetc",
            "/a/../../b",
        ] {
            assert_eq!(file_of(folder, path), None, "{path}");
        }
    }
}
