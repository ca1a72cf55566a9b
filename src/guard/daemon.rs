//! The daemon as the guard itself asks it: small questions, each with a JSON
//! answer, on connections of its own.

use std::io::{self, BufReader, Read, Write};
use std::sync::Mutex;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::http::{BodyReader, Framing, ResponseHead};
use super::upstream::{Connection, Upstream};
use crate::lab::Product;

/// How long the daemon may think about one question.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most bytes of an answer that are kept.
const ANSWER_LIMIT: u64 = 256 * 1024 * 1024;

/// The daemon behind an [`Upstream`].
#[derive(Debug)]
pub struct Daemon {
    upstream: Upstream,
    /// A connection that the last question left open.
    idle: Mutex<Option<BufReader<OwnedStream>>>,
}

/// What the daemon said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body; null where it is no JSON.
    pub body: Value,
}

impl Answer {
    /// Whether the daemon did it (2xx), or it was so already (304).
    pub fn is_done(&self) -> bool {
        matches!(self.status, 200..=299 | 304)
    }

    /// What Docker says went wrong.
    pub fn message(&self) -> String {
        match self.body["message"].as_str() {
            Some(message) => message.to_owned(),
            None => format!("the daemon answers {}", self.status),
        }
    }
}

/// A connection as a stream that ends with it.
#[derive(Debug)]
struct OwnedStream(Connection);

impl Read for OwnedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.stream.read(buffer)
    }
}

/// Whose daemon gave this answer to `/version`: podman names itself among its components.
pub fn product_of(version: &Value) -> Product {
    let components = version["Components"].as_array();
    let is_podmans = |component: &Value| {
        let name = component["Name"].as_str();
        name.is_some_and(|name| name.starts_with("Podman"))
    };
    match components.is_some_and(|components| components.iter().any(is_podmans)) {
        true => Product::Podman,
        false => Product::Docker,
    }
}

impl Daemon {
    /// The daemon behind `upstream`; nothing is asked yet.
    pub fn new(upstream: Upstream) -> Self {
        Self {
            upstream,
            idle: Mutex::new(None),
        }
    }

    /// The way to it.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// The daemon's own ID, which a daemon keeps in its data root; empty where it
    /// tells none, or another one each time.
    ///
    /// # Errors
    /// What the connection gives, or that it answers with an error.
    pub fn id(&self) -> io::Result<String> {
        let ask = || -> io::Result<String> {
            let info = self.body("/info")?;
            Ok(info["ID"].as_str().unwrap_or_default().to_owned())
        };
        let id = ask()?;
        Ok(match ask()? == id {
            true => id,
            false => String::new(),
        })
    }

    /// What `GET target` answers.
    ///
    /// # Errors
    /// What the connection gives, and what the daemon says where it refuses.
    pub fn body(&self, target: &str) -> io::Result<Value> {
        let answer = self.get(target)?;
        match answer.is_done() {
            true => Ok(answer.body),
            false => Err(io::Error::other(answer.message())),
        }
    }

    /// `GET target`.
    ///
    /// # Errors
    /// What the connection gives.
    pub fn get(&self, target: &str) -> io::Result<Answer> {
        self.ask("GET", target, None)
    }

    /// `DELETE target`.
    ///
    /// # Errors
    /// What the connection gives.
    pub fn delete(&self, target: &str) -> io::Result<Answer> {
        self.ask("DELETE", target, None)
    }

    /// Sends a request and reads its answer. `target` is a path with its query,
    /// both encoded.
    ///
    /// # Errors
    /// What the connection gives; a request that changes something is never
    /// sent twice.
    pub fn ask(&self, method: &str, target: &str, body: Option<&Value>) -> io::Result<Answer> {
        let idle = self.idle.lock().map_or(None, |mut idle| idle.take());
        if let Some(line) = idle.filter(|_| method == "GET")
            && let Ok(answer) = self.ask_on(line, method, target, body)
        {
            return Ok(answer);
        }
        let connection = self.upstream.connect()?;
        connection.stream.set_read_timeout(Some(PATIENCE))?;
        self.ask_on(
            BufReader::new(OwnedStream(connection)),
            method,
            target,
            body,
        )
    }

    fn ask_on(
        &self,
        mut line: BufReader<OwnedStream>,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: docker\r\n");
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            text.push_str("Content-Type: application/json\r\n");
        }
        if method != "GET" {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(&body);
        line.get_ref()
            .0
            .stream
            .try_clone()?
            .write_all(text.as_bytes())?;

        let head = ResponseHead::read(&mut line)?;
        let framing = head.framing(method)?;
        let mut bytes = Vec::new();
        BodyReader::new(&mut line, framing)
            .take(ANSWER_LIMIT)
            .read_to_end(&mut bytes)?;
        let closes = head
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if !closes
            && framing != Framing::UntilClose
            && let Ok(mut idle) = self.idle.lock()
        {
            *idle = Some(line);
        }
        Ok(Answer {
            status: head.status,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        })
    }
}

/// Encodes a name for a path or a query (RFC 3986): everything but unreserved
/// characters, `/` and `:`.
pub fn encode(name: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'/')
        .remove(b':');
    utf8_percent_encode(name, RESERVED).to_string()
}
