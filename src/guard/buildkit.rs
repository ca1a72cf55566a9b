//! A build that the client drives itself, by BuildKit's gRPC service behind
//! `POST /grpc`. Each call is known by its method; the request to build
//! (`Control/Solve`) is held back until it is whole and was checked.
//!
//! ```text
//!     client --frames--> method allowed? Solve checked? --> daemon
//!     client <--frames-- ids of what was built <----------- daemon
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::answer::settle_tags;
use super::frames::{Frame, PREFACE, kind};
use super::hpack::{self, Decoder};
use super::ledger::LedgerLine;
use super::scope::Scope;
use super::solve;
use super::window::Window;

/// The method that asks for a build.
const SOLVE: &str = "/moby.buildkit.v1.Control/Solve";

/// Methods that read, or do what only a build that was allowed can do.
const ALLOWED: [&str; 12] = [
    "/moby.buildkit.v1.Control/DiskUsage",
    "/moby.buildkit.v1.Control/Info",
    "/moby.buildkit.v1.Control/ListWorkers",
    "/moby.buildkit.v1.Control/ListenBuildHistory",
    "/moby.buildkit.v1.Control/Session",
    "/moby.buildkit.v1.Control/Status",
    "/grpc.health.v1.Health/Check",
    "/containerd.services.content.v1.Content/Info",
    "/containerd.services.content.v1.Content/List",
    "/containerd.services.content.v1.Content/ListStatuses",
    "/containerd.services.content.v1.Content/Read",
    "/containerd.services.content.v1.Content/Status",
];

/// The service through which a client takes part in a build of its own.
const BRIDGE: &str = "/moby.buildkit.v1.frontend.LLBBridge/";

/// The longest header block, compressed.
const HEAD_LIMIT: usize = 60_000;

/// The most bytes of an answer to a build that are looked at.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// One connection of a client to BuildKit.
struct Relay<'a> {
    scope: &'a Scope,
    to_client: Mutex<UnixStream>,
    to_daemon: Mutex<Window<&'a UnixStream>>,
    /// Answers to builds, by stream, as far as they have come; and the names
    /// that the images get.
    builds: Mutex<BTreeMap<u32, Build>>,
}

#[derive(Default)]
struct Build {
    tags: Vec<String>,
    answer: Vec<u8>,
}

/// Carries frames both ways until one side ends. `from_client` and `from_daemon`
/// read what has come and what will.
///
/// # Errors
/// What either connection gives.
pub fn relay(
    scope: &Scope,
    client: &UnixStream,
    daemon: &UnixStream,
    mut from_client: impl Read + Send,
    mut from_daemon: impl Read,
) -> io::Result<()> {
    let relay = Relay {
        scope,
        to_client: Mutex::new(client.try_clone()?),
        to_daemon: Mutex::new(Window::new(daemon)),
        builds: Mutex::default(),
    };
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let _ = relay.carry_requests(&mut from_client);
            let _ = daemon.shutdown(Shutdown::Write);
        });
        let carried = relay.carry_answers(&mut from_daemon);
        let _ = client.shutdown(Shutdown::Both);
        let _ = daemon.shutdown(Shutdown::Both);
        // A build that was broken off may have given its names already.
        for build in relay.builds().values() {
            settle_tags(scope, &build.tags, false)?;
        }
        carried
    })
}

/// What is done with the DATA of a stream that the client opened.
#[derive(Clone, Copy)]
enum Treatment {
    Pass,
    Drop,
    /// It is a request to build that is not whole yet.
    Hold,
}

impl<'a> Relay<'a> {
    fn client(&self) -> MutexGuard<'_, UnixStream> {
        self.to_client
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn daemon(&self) -> MutexGuard<'_, Window<&'a UnixStream>> {
        self.to_daemon
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the client credit for DATA that the daemon does not get, or not yet.
    fn credit(&self, stream: u32, bytes: usize) -> io::Result<()> {
        match u32::try_from(bytes) {
            Ok(bytes @ 1..) => self
                .client()
                .write_all(&Frame::credit(stream, bytes).bytes()),
            _ => Ok(()),
        }
    }

    fn builds(&self) -> MutexGuard<'_, BTreeMap<u32, Build>> {
        self.builds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry_requests(&self, from: &mut impl Read) -> io::Result<()> {
        let mut preface = [0; PREFACE.len()];
        from.read_exact(&mut preface)?;
        if preface != *PREFACE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.daemon().write(&preface)?;
        let mut decoder = Decoder::default();
        let mut heads: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let mut opened: BTreeSet<u32> = BTreeSet::new();
        let mut streams: BTreeMap<u32, Treatment> = BTreeMap::new();
        while let Some(frame) = Frame::read(from)? {
            let stream = frame.stream;
            match frame.kind {
                kind::HEADERS | kind::CONTINUATION => {
                    // Both tables of header fields must see every head.
                    self.daemon().send(&frame)?;
                    let head = heads.entry(stream).or_default();
                    head.extend(frame.content()?);
                    if head.len() > HEAD_LIMIT {
                        return Err(io::ErrorKind::InvalidData.into());
                    }
                    if !frame.ends_head() {
                        continue;
                    }
                    let head = heads.remove(&stream).unwrap_or_default();
                    let fields = decoder.decode(&head)?;
                    if opened.insert(stream) {
                        let treatment = match method(&fields) {
                            Some(SOLVE) => {
                                self.daemon().hold(stream);
                                Treatment::Hold
                            }
                            Some(name) if ALLOWED.contains(&name) || name.starts_with(BRIDGE) => {
                                Treatment::Pass
                            }
                            other => {
                                let why =
                                    format!("BuildKit's {}", other.unwrap_or("nameless call"));
                                self.refuse(stream, &why)?
                            }
                        };
                        streams.insert(stream, treatment);
                    }
                }
                kind::DATA => match streams.get(&stream) {
                    Some(Treatment::Pass) => self.daemon().pass(frame)?,
                    Some(Treatment::Hold) => {
                        // Flow control counts padding too.
                        self.credit(0, frame.payload.len())?;
                        let next = self.hold(stream, frame.content()?)?;
                        if matches!(next, Treatment::Hold) {
                            self.credit(stream, frame.payload.len())?;
                        }
                        streams.insert(stream, next);
                    }
                    Some(Treatment::Drop) | None => self.credit(0, frame.payload.len())?,
                },
                kind::RST_STREAM => {
                    let dropped = self.daemon().forget(stream);
                    self.daemon().send(&frame)?;
                    self.credit(0, dropped)?;
                    streams.insert(stream, Treatment::Drop);
                }
                _ => self.daemon().send(&frame)?,
            }
        }
        Ok(())
    }

    /// Adds to a request to build, and judges it once it is whole.
    fn hold(&self, stream: u32, content: &[u8]) -> io::Result<Treatment> {
        let request = match self.daemon().add(stream, content) {
            None => Err("requests to build that are too long".to_owned()),
            Some(message) => match whole_message(message) {
                None => return Ok(Treatment::Hold),
                Some(Err(why)) => Err(why.to_owned()),
                Some(Ok(request)) => solve::check(request),
            },
        };
        let claimed = request.and_then(|request| {
            let claims = request
                .names
                .iter()
                .map(|name| self.scope.claim_tag(name, ""));
            claims.collect::<Result<Vec<_>, _>>()
        });
        match claimed {
            Ok(tags) => {
                let tags = tags.into_iter().flatten().collect();
                let answer = Vec::new();
                self.builds().insert(stream, Build { tags, answer });
                self.daemon().release(stream)?;
                // A request is one message: anything after it goes nowhere.
                Ok(Treatment::Drop)
            }
            Err(why) => self.refuse(stream, &why),
        }
    }

    fn refuse(&self, stream: u32, why: &str) -> io::Result<Treatment> {
        self.scope.refused(why);
        let mut daemon = self.daemon();
        daemon.forget(stream);
        daemon.send(&Frame::reset(stream))?;
        drop(daemon);
        let answer = Frame::not_allowed(stream, &format!("{}{why}", super::REFUSED));
        self.client().write_all(&answer.bytes())?;
        Ok(Treatment::Drop)
    }

    fn carry_answers(&self, from: &mut impl Read) -> io::Result<()> {
        while let Some(frame) = Frame::read(from)? {
            match frame.kind {
                kind::DATA => self.learn(&frame)?,
                kind::SETTINGS => self.daemon().settings(&frame)?,
                kind::WINDOW_UPDATE => {
                    let credit = self.daemon().granted(&frame)?;
                    self.credit(frame.stream, credit as usize)?;
                    continue;
                }
                _ => {}
            }
            self.client().write_all(&frame.bytes())?;
        }
        Ok(())
    }

    /// Writes down what a build has made, before the client hears of it.
    fn learn(&self, frame: &Frame) -> io::Result<()> {
        let mut builds = self.builds();
        let Some(build) = builds.get_mut(&frame.stream) else {
            return Ok(());
        };
        build.answer.extend(frame.content()?);
        build.answer.truncate(ANSWER_LIMIT);
        if let Some(Ok(answer)) = whole_message(&build.answer) {
            for id in solve::images(answer) {
                if let Some(image) = self.scope.image(&id)?
                    && !self.scope.was_there(&image.id)
                {
                    self.scope.record(LedgerLine::Image(image.id))?;
                }
            }
            settle_tags(self.scope, &build.tags, true)?;
        }
        Ok(())
    }
}

fn method(fields: &[hpack::HeaderField]) -> Option<&str> {
    let mut paths = fields.iter().filter(|(name, _)| name == b":path");
    match (paths.next(), paths.next()) {
        (Some((_, path)), None) => std::str::from_utf8(path).ok(),
        _ => None,
    }
}

/// The one message of a gRPC call: a byte that says whether it is compressed,
/// its length in four, and so many bytes. None while it is not whole.
fn whole_message(bytes: &[u8]) -> Option<Result<&[u8], &'static str>> {
    let (head, rest) = bytes.split_first_chunk::<5>()?;
    let [compressed, a, b, c, d] = *head;
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    match (compressed, rest.len()) {
        (0, have) if have == length => Some(Ok(rest)),
        (0, have) if have < length => None,
        (0, _) => Some(Err("two messages where one belongs")),
        _ => Some(Err("a compressed message")),
    }
}
