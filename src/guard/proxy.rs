//! One client's connection: each request is read, judged, sent on by a
//! connection of its own, and its answer handed back.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::REFUSED;
use super::answer::{learn, settle_load, settle_move, settle_tags};
use super::buildkit;
use super::call::ApiCall;
use super::http::{
    BodyReader, ChunkedWriter, Framing, RequestHead, ResponseHead, is_framing, push_framing,
};
use super::ledger::LedgerLine;
use super::listing::shows_event;
use super::progress::ProgressStream;
use super::rules::{AnswerRule, Forward, ListFilter, Ruling, decide, has_json_body};
use super::scope::Scope;
use super::watched::DaemonConnection;

/// The most bytes of a body that is looked at as a whole.
const BODY_LIMIT: u64 = 256 * 1024 * 1024;

/// Serves a client until it, or the daemon, ends the connection.
///
/// # Errors
/// What either connection gives; the client is hung up on then.
pub fn serve(scope: &Scope, client: &UnixStream) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    loop {
        let head = match RequestHead::read(&mut reader) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(()),
            Err(error) => return refuse(client, 400, &error.to_string()),
        };
        let framing = match head.framing() {
            Ok(framing) => framing,
            Err(error) => return refuse(client, 400, &error.to_string()),
        };
        let call = match ApiCall::parse(&head) {
            Ok(call) => call,
            Err(why) => return refuse(client, 403, &why),
        };
        let (body, framing) = match has_json_body(&call) {
            false => (Value::Null, framing),
            true => match read_json(&mut reader, framing) {
                Ok(body) => (body, Framing::Empty),
                Err(error) => return refuse(client, 400, &error.to_string()),
            },
        };
        let _one_removal_at_a_time = (call.method == "DELETE").then(|| scope.removal());
        let forward = match decide(scope, &call, body) {
            Ok(Ruling::Forward(forward)) => forward,
            Ok(Ruling::Refuse(why)) => {
                scope.refused(&why);
                return refuse(client, 403, &why);
            }
            Err(error) => {
                return refuse(client, 502, &format!("the daemon cannot be asked: {error}"));
            }
        };
        let exchange = Exchange {
            scope,
            client,
            head,
            forward,
        };
        if !exchange.run(&mut reader, framing)? {
            return Ok(());
        }
    }
}

/// Tells the client no, as Docker's daemon would.
fn refuse(client: &UnixStream, status: u16, why: &str) -> io::Result<()> {
    let body = json!({"message": format!("{REFUSED}{why}")}).to_string();
    let head = ResponseHead {
        status,
        reason: "Refused".into(),
        headers: vec![("Content-Type".into(), "application/json".into())],
    };
    let mut message = Vec::new();
    head.write(&mut message, Framing::Length(body.len() as u64), true)?;
    message.extend_from_slice(body.as_bytes());
    (&*client).write_all(&message)?;
    // A client in the middle of an upload reads the answer only if the
    // connection is not reset under it.
    client.shutdown(Shutdown::Write)?;
    client.set_read_timeout(Some(Duration::from_secs(5)))?;
    io::copy(&mut client.take(BODY_LIMIT), &mut io::sink()).map(drop)
}

fn read_json(reader: &mut impl BufRead, framing: Framing) -> io::Result<Value> {
    let mut bytes = Vec::new();
    BodyReader::new(reader, framing)
        .take(BODY_LIMIT)
        .read_to_end(&mut bytes)?;
    match bytes.is_empty() {
        true => Ok(Value::Null),
        false => Ok(serde_json::from_slice(&bytes)?),
    }
}

/// A request that goes on to the daemon, and its answer.
struct Exchange<'a> {
    scope: &'a Scope,
    client: &'a UnixStream,
    head: RequestHead,
    forward: Forward,
}

impl Exchange<'_> {
    /// Sends the request and hands the answer back; whether the client may send
    /// another request on the same connection.
    fn run(&self, reader: &mut BufReader<&UnixStream>, framing: Framing) -> io::Result<bool> {
        let connection = match self.scope.daemon.upstream().connect() {
            Ok(connection) => connection,
            Err(error) => {
                refuse(
                    self.client,
                    502,
                    &format!("the daemon cannot be reached: {error}"),
                )?;
                return Ok(false);
            }
        };
        let makes = matches!(
            self.forward.then,
            AnswerRule::Build { .. }
                | AnswerRule::BuildKit
                | AnswerRule::Container { .. }
                | AnswerRule::Image { .. }
                | AnswerRule::Load
                | AnswerRule::Network
                | AnswerRule::Volume(_)
        );
        if makes {
            self.scope.record(LedgerLine::UnderWay)?;
        }
        let reusable = self.exchange(&connection.stream, reader, framing);
        if makes && reusable.is_ok() {
            self.scope.record(LedgerLine::Settled)?;
        }
        reusable
    }

    fn exchange(
        &self,
        daemon: &UnixStream,
        reader: &mut BufReader<&UnixStream>,
        framing: Framing,
    ) -> io::Result<bool> {
        self.send_head(daemon, framing)?;
        if framing == Framing::Empty {
            return self.answer(daemon, reader, true);
        }
        // The daemon may answer before it has read everything.
        std::thread::scope(|threads| {
            let mut upload = BodyReader::new(reader, framing);
            let mut nothing = BufReader::new(self.client);
            let sender = threads.spawn(move || {
                let chunks = ChunkedWriter(daemon);
                match framing {
                    Framing::Chunked => send_chunks(&mut upload, chunks),
                    _ => io::copy(&mut upload, &mut (&*daemon)).map(drop),
                }
            });
            let answered = self.answer(daemon, &mut nothing, false);
            // Whatever of the body nobody wants any more is not waited for.
            let _ = daemon.shutdown(Shutdown::Both);
            if !sender.is_finished() {
                let _ = self.client.shutdown(Shutdown::Read);
            }
            let _ = sender.join();
            answered.map(|_| false)
        })
    }

    fn send_head(&self, mut daemon: &UnixStream, framing: Framing) -> io::Result<()> {
        let Forward { call, body, .. } = &self.forward;
        let mut text = format!("{} {} HTTP/1.1\r\n", call.method, call.target());
        let upgrades = self.head.upgrades();
        for (name, value) in &self.head.headers {
            let connection = upgrades && name.eq_ignore_ascii_case("connection");
            let dropped = ["expect", "accept-encoding"]
                .iter()
                .any(|other| name.eq_ignore_ascii_case(other));
            if connection || !(is_framing(name) || dropped) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let body = body.as_ref().map(Value::to_string);
        let framing = match &body {
            Some(body) => Framing::Length(body.len() as u64),
            None if framing == Framing::Empty && call.method != "GET" => Framing::Length(0),
            None => framing,
        };
        push_framing(&mut text, framing, !upgrades);
        text.push_str("\r\n");
        text.push_str(&body.unwrap_or_default());
        daemon.write_all(text.as_bytes())
    }

    fn answer(
        &self,
        daemon: &UnixStream,
        reader: &mut BufReader<&UnixStream>,
        reusable: bool,
    ) -> io::Result<bool> {
        let mut answer = BufReader::new(DaemonConnection {
            daemon,
            client: self.client,
            half_closes: false,
        });
        let head = loop {
            let head = ResponseHead::read(&mut answer)?;
            if head.status >= 200 || head.status == 101 {
                break head;
            }
        };
        if head.becomes_raw() {
            head.write(&mut (&*self.client), Framing::UntilClose, false)?;
            let early = answer.buffer().to_vec();
            match self.forward.then {
                AnswerRule::BuildKit => self.carry_build(daemon, &early, reader)?,
                _ => self.copy_raw(daemon, &early, reader)?,
            }
            return Ok(false);
        }
        let framing = head.framing(&self.forward.call.method)?;
        let mut body = BodyReader::new(&mut answer, framing);
        let done = (200..300).contains(&head.status);
        match &self.forward.then {
            _ if framing == Framing::Empty => {
                learn(
                    self.scope,
                    &self.forward.then,
                    head.status,
                    &mut Value::Null,
                )?;
                head.write(&mut (&*self.client), Framing::Empty, !reusable)?;
            }
            AnswerRule::Show(ListFilter::Events) if done => self.relay_events(&head, &mut body)?,
            AnswerRule::Relay | AnswerRule::BuildKit => self.relay(&head, &mut body, |_| Ok(()))?,
            AnswerRule::Build { tags } => {
                let mut progress = ProgressStream::new(self.scope);
                let relayed = self.relay(&head, &mut body, |bytes| progress.follow(bytes));
                progress.end_line()?;
                settle_tags(
                    self.scope,
                    tags,
                    done && relayed.is_ok() && !progress.failed,
                )?;
                relayed?;
            }
            AnswerRule::Load => {
                let mut progress = ProgressStream::new(self.scope);
                let relayed = self.relay(&head, &mut body, |bytes| progress.follow(bytes));
                progress.end_line()?;
                let done = relayed.is_ok() && !progress.failed;
                settle_load(self.scope, &progress.loaded, done)?;
                relayed?;
            }
            AnswerRule::Pull { tag } => {
                if let Some(tag) = tag.clone().filter(|_| done) {
                    self.scope.add_base(tag);
                }
                let mut progress = ProgressStream::new(self.scope);
                let relayed = self.relay(&head, &mut body, |bytes| progress.follow(bytes));
                progress.end_line()?;
                if let Some(tag) = tag {
                    let done = done && relayed.is_ok() && !progress.failed;
                    settle_move(self.scope, tag, done)?;
                }
                relayed?;
            }
            then => self.answer_whole(&head, &mut body, then, reusable)?,
        }
        let streamed = self.client_framing(&head) == Framing::Chunked;
        Ok(reusable && (!streamed || framing != Framing::UntilClose))
    }

    /// Bytes both ways, each end closed when the other has ended.
    fn copy_raw(
        &self,
        daemon: &UnixStream,
        early: &[u8],
        reader: &mut BufReader<&UnixStream>,
    ) -> io::Result<()> {
        let mut client = self.client;
        client.write_all(early)?;
        (&*daemon).write_all(reader.buffer())?;
        std::thread::scope(|threads| {
            threads.spawn(|| {
                let _ = io::copy(&mut (&*self.client), &mut (&*daemon));
                let _ = daemon.shutdown(Shutdown::Write);
            });
            let mut watched = DaemonConnection {
                daemon,
                client: self.client,
                half_closes: true,
            };
            let copied = io::copy(&mut watched, &mut client);
            let _ = self.client.shutdown(Shutdown::Both);
            let _ = daemon.shutdown(Shutdown::Both);
            copied.map(drop)
        })
    }

    /// Frames both ways, each looked at.
    fn carry_build(
        &self,
        daemon: &UnixStream,
        early: &[u8],
        reader: &mut BufReader<&UnixStream>,
    ) -> io::Result<()> {
        let watched = DaemonConnection {
            daemon,
            client: self.client,
            half_closes: true,
        };
        let from_daemon = BufReader::new(early.chain(watched));
        buildkit::relay(self.scope, self.client, daemon, reader, from_daemon)
    }

    fn client_framing(&self, head: &ResponseHead) -> Framing {
        match head
            .header("content-length")
            .and_then(|length| length.parse().ok())
        {
            Some(length) => Framing::Length(length),
            None => Framing::Chunked,
        }
    }

    /// Hands a body on as it comes, with a look at each piece first.
    fn relay(
        &self,
        head: &ResponseHead,
        body: &mut impl Read,
        mut look: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let framing = self.client_framing(head);
        head.write(&mut (&*self.client), framing, false)?;
        let mut buffer = vec![0; 64 * 1024];
        let mut chunks = ChunkedWriter(self.client);
        loop {
            let read = body.read(&mut buffer)?;
            let piece = buffer.get(..read).unwrap_or_default();
            if piece.is_empty() {
                break;
            }
            look(piece)?;
            match framing {
                Framing::Chunked => chunks.write_all(piece)?,
                _ => (&*self.client).write_all(piece)?,
            }
        }
        match framing {
            Framing::Chunked => chunks.finish(),
            _ => Ok(()),
        }
    }

    /// Hands on those events that are about the lab's things.
    fn relay_events(&self, head: &ResponseHead, body: &mut impl Read) -> io::Result<()> {
        head.write(&mut (&*self.client), Framing::Chunked, false)?;
        let mut chunks = ChunkedWriter(self.client);
        for line in BufReader::new(body).lines() {
            let line = line?;
            let Ok(event) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if shows_event(self.scope, &event) {
                chunks.write_all(format!("{line}\n").as_bytes())?;
            }
        }
        chunks.finish()
    }

    /// Reads a whole answer, learns from it, and hands it on as it is to be seen.
    fn answer_whole(
        &self,
        head: &ResponseHead,
        body: &mut impl Read,
        then: &AnswerRule,
        reusable: bool,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        body.take(BODY_LIMIT).read_to_end(&mut bytes)?;
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        learn(self.scope, then, head.status, &mut answer)?;
        if !answer.is_null() {
            bytes = serde_json::to_vec(&answer)?;
            bytes.push(b'\n');
        }
        let mut message = Vec::new();
        head.write(&mut message, Framing::Length(bytes.len() as u64), !reusable)?;
        message.extend_from_slice(&bytes);
        (&*self.client).write_all(&message)
    }
}

fn send_chunks(body: &mut impl Read, mut chunks: ChunkedWriter<&UnixStream>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = body.read(&mut buffer)?;
        match buffer.get(..read).unwrap_or_default() {
            [] => return chunks.finish(),
            piece => chunks.write_all(piece)?,
        }
    }
}
