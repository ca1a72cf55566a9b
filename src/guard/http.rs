//! HTTP/1.1 messages as the guard reads and writes them (RFC 9112): strict in
//! what is accepted, so that the daemon cannot understand a message in another
//! way than the guard did.
//!
//! ```text
//!     RequestHead::read / ResponseHead::read     the lines up to the empty one
//!     Framing                                    how long the body is
//!     BodyReader                                 the body without its framing
//!     ChunkedWriter                              a body of unknown length, out
//! ```

use std::io::{self, BufRead, Read, Write};

/// The most bytes of a message's head.
const HEAD_LIMIT: u64 = 64 * 1024;
/// The most header lines of a message.
const HEADER_LIMIT: usize = 100;

/// The first line and the headers of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// Names as they were sent, and values.
    pub headers: Vec<(String, String)>,
}

/// The first line and the headers of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status code.
    pub status: u16,
    /// The words after it.
    pub reason: String,
    /// Names as they were sent, and values.
    pub headers: Vec<(String, String)>,
}

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    Empty,
    /// So many bytes.
    Length(u64),
    /// In chunks, the last one empty.
    Chunked,
    /// All until the connection ends (responses only).
    UntilClose,
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// The bytes of a head with its empty line; none where the peer ended before.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut limited = reader.take(HEAD_LIMIT);
    loop {
        let start = bytes.len();
        let read = limited.read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return match bytes.is_empty() {
                true => Ok(None),
                false => Err(malformed("the head of a message does not end")),
            };
        }
        if matches!(&bytes[start..], b"\r\n" | b"\n") {
            return Ok(Some(bytes));
        }
    }
}

fn own_headers(headers: &[httparse::Header<'_>]) -> io::Result<Vec<(String, String)>> {
    headers
        .iter()
        .map(|header| {
            let value = std::str::from_utf8(header.value)
                .map_err(|_| malformed("a header's value is not UTF-8"))?;
            Ok((header.name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// The values of every header called `name`, in order.
fn values<'a>(
    headers: &'a [(String, String)],
    name: &'a str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    headers
        .iter()
        .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// `chunked`, or the one length that is given, or nothing; anything that two
/// readers could understand differently is malformed.
fn declared(headers: &[(String, String)]) -> io::Result<Option<Framing>> {
    let codings: Vec<_> = values(headers, "transfer-encoding").collect();
    let lengths: Vec<_> = values(headers, "content-length").collect();
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) => Ok(None),
        ([coding], []) if coding.trim().eq_ignore_ascii_case("chunked") => {
            Ok(Some(Framing::Chunked))
        }
        ([], [length]) if !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit()) => {
            let length = length
                .parse()
                .map_err(|_| malformed("a body's length is no number"))?;
            Ok(Some(Framing::Length(length)))
        }
        _ => Err(malformed("the length of a body is not clear")),
    }
}

impl RequestHead {
    /// Reads a head; none where the peer has ended the connection.
    ///
    /// # Errors
    /// What reading gives, and `InvalidData` for anything but one HTTP/1.1 head.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(bytes) = read_head(reader)? else {
            return Ok(None);
        };
        let mut headers = [httparse::EMPTY_HEADER; HEADER_LIMIT];
        let mut request = httparse::Request::new(&mut headers);
        let parsed = request
            .parse(&bytes)
            .map_err(|error| malformed(&format!("not a request: {error}")))?;
        match (
            parsed.is_complete(),
            request.version,
            request.method,
            request.path,
        ) {
            (true, Some(1), Some(method), Some(target)) => Ok(Some(Self {
                method: method.to_owned(),
                target: target.to_owned(),
                headers: own_headers(request.headers)?,
            })),
            _ => Err(malformed("not an HTTP/1.1 request")),
        }
    }

    /// The first header called `name`.
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        values(&self.headers, name).next()
    }

    /// How the end of the body is known.
    ///
    /// # Errors
    /// `InvalidData` where it is not clear.
    pub fn framing(&self) -> io::Result<Framing> {
        Ok(declared(&self.headers)?.unwrap_or(Framing::Empty))
    }

    /// Whether the connection is to become a raw stream.
    pub fn upgrades(&self) -> bool {
        self.header("upgrade").is_some()
    }
}

impl ResponseHead {
    /// Reads a head.
    ///
    /// # Errors
    /// What reading gives, `UnexpectedEof` where there is none, and
    /// `InvalidData` for anything but one HTTP head.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let bytes = read_head(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut headers = [httparse::EMPTY_HEADER; HEADER_LIMIT];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response
            .parse(&bytes)
            .map_err(|error| malformed(&format!("not a response: {error}")))?;
        match (parsed.is_complete(), response.code) {
            (true, Some(status)) => Ok(Self {
                status,
                reason: response.reason.unwrap_or_default().to_owned(),
                headers: own_headers(response.headers)?,
            }),
            _ => Err(malformed("not an HTTP response")),
        }
    }

    /// The first header called `name`.
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        values(&self.headers, name).next()
    }

    /// How the end of the body is known, in answer to a request by `method`.
    ///
    /// # Errors
    /// `InvalidData` where it is not clear.
    pub fn framing(&self, method: &str) -> io::Result<Framing> {
        if method == "HEAD" || matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(Framing::Empty);
        }
        Ok(declared(&self.headers)?.unwrap_or(Framing::UntilClose))
    }

    /// Whether raw bytes follow instead of a body: what Docker answers to
    /// attach, exec and the build's sessions, with or without an upgrade.
    pub fn becomes_raw(&self) -> bool {
        let raw = self.header("content-type").is_some_and(|kind| {
            kind.starts_with("application/vnd.docker.raw-stream")
                || kind.starts_with("application/vnd.docker.multiplexed-stream")
        });
        let framed =
            self.header("content-length").is_some() || self.header("transfer-encoding").is_some();
        self.status == 101 || (self.status == 200 && raw && !framed)
    }

    /// Writes the head with other framing headers: those of `framing`, and
    /// `Connection: close` where `close`.
    ///
    /// # Errors
    /// What writing gives.
    pub fn write(&self, writer: &mut impl Write, framing: Framing, close: bool) -> io::Result<()> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason);
        let raw = self.becomes_raw();
        for (name, value) in &self.headers {
            if raw || !is_framing(name) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if !raw {
            push_framing(&mut text, framing, close);
        }
        text.push_str("\r\n");
        writer.write_all(text.as_bytes())
    }
}

/// Headers that say how a message is carried, not what it is.
pub fn is_framing(name: &str) -> bool {
    [
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "trailer",
    ]
    .iter()
    .any(|framing| name.eq_ignore_ascii_case(framing))
}

/// Adds the headers that `framing` needs.
pub fn push_framing(text: &mut String, framing: Framing, close: bool) {
    match framing {
        Framing::Length(length) => text.push_str(&format!("Content-Length: {length}\r\n")),
        Framing::Chunked => text.push_str("Transfer-Encoding: chunked\r\n"),
        Framing::Empty | Framing::UntilClose => {}
    }
    if close {
        text.push_str("Connection: close\r\n");
    }
}

/// The bytes of a body, without its framing.
#[derive(Debug)]
pub struct BodyReader<'a, R> {
    reader: &'a mut R,
    framing: Framing,
    /// Bytes left of the body, or of the chunk.
    left: u64,
    /// Whether no chunk has been begun yet.
    fresh: bool,
    done: bool,
}

impl<'a, R: BufRead> BodyReader<'a, R> {
    /// The body that stands in `reader` now.
    pub fn new(reader: &'a mut R, framing: Framing) -> Self {
        let left = match framing {
            Framing::Length(length) => length,
            _ => 0,
        };
        let done = framing == Framing::Empty || framing == Framing::Length(0);
        Self {
            reader,
            framing,
            left,
            fresh: true,
            done,
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        (&mut *self.reader)
            .take(4096)
            .read_until(b'\n', &mut bytes)?;
        let line = bytes
            .strip_suffix(b"\r\n")
            .ok_or_else(|| malformed("a chunk's line does not end"))?;
        String::from_utf8(line.to_vec()).map_err(|_| malformed("a chunk's line is not UTF-8"))
    }

    fn begin_chunk(&mut self) -> io::Result<()> {
        if !self.fresh && !self.line()?.is_empty() {
            return Err(malformed("a chunk is longer than it says"));
        }
        self.fresh = false;
        let line = self.line()?;
        let size = line.split(';').next().unwrap_or_default().trim();
        if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed("a chunk's size is no number"));
        }
        self.left = u64::from_str_radix(size, 16).map_err(|_| malformed("a chunk is too large"))?;
        if self.left == 0 {
            while !self.line()?.is_empty() {}
            self.done = true;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for BodyReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done || buffer.is_empty() {
            return Ok(0);
        }
        if self.framing == Framing::UntilClose {
            return self.reader.read(buffer);
        }
        if self.framing == Framing::Chunked && self.left == 0 {
            self.begin_chunk()?;
            if self.done {
                return Ok(0);
            }
        }
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.reader.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        self.done = self.left == 0 && matches!(self.framing, Framing::Length(_));
        Ok(read)
    }
}

/// Writes a body in chunks, one for each write.
#[derive(Debug)]
pub struct ChunkedWriter<W: Write>(pub W);

impl<W: Write> ChunkedWriter<W> {
    /// Writes the last, empty chunk.
    ///
    /// # Errors
    /// What writing gives.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.write_all(b"0\r\n\r\n")?;
        self.0.flush()
    }
}

impl<W: Write> Write for ChunkedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !bytes.is_empty() {
            let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
            chunk.extend_from_slice(bytes);
            chunk.extend_from_slice(b"\r\n");
            self.0.write_all(&chunk)?;
            self.0.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> io::Result<Option<RequestHead>> {
        RequestHead::read(&mut text.as_bytes())
    }

    #[test]
    fn a_chunked_body_is_read_whole_and_nothing_behind_it() {
        let mut wire = &b"4\r\nWiki\r\n6;x=y\r\npedia.\r\n0\r\n\r\nNEXT"[..];
        let mut body = String::new();
        BodyReader::new(&mut wire, Framing::Chunked)
            .read_to_string(&mut body)
            .unwrap();
        assert_eq!((body.as_str(), wire), ("Wikipedia.", &b"NEXT"[..]));
    }

    #[test]
    fn what_is_written_in_chunks_reads_back() {
        let mut wire = Vec::new();
        let mut writer = ChunkedWriter(&mut wire);
        writer.write_all(b"one").unwrap();
        writer.write_all(b"two").unwrap();
        writer.finish().unwrap();
        let mut body = String::new();
        BodyReader::new(&mut wire.as_slice(), Framing::Chunked)
            .read_to_string(&mut body)
            .unwrap();
        assert_eq!(body, "onetwo");
    }

    #[test]
    fn a_body_whose_length_is_not_clear_is_malformed() {
        for headers in [
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 3\r\nContent-Length: 3\r\n",
            "Content-Length: +3\r\n",
            "Content-Length: \r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: identity\r\n",
        ] {
            let head = request(&format!("POST /x HTTP/1.1\r\n{headers}\r\n"))
                .unwrap()
                .unwrap();
            assert!(head.framing().is_err(), "{headers}");
        }
    }

    #[test]
    fn other_versions_and_half_heads_are_malformed() {
        for text in [
            "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n",
            "PRI * HTTP/2.0\r\n\r\n",
        ] {
            assert!(request(text).is_err(), "{text}");
        }
        assert_eq!(request("").unwrap(), None);
    }

    #[test]
    fn a_truncated_body_is_an_error() {
        let mut body = Vec::new();
        let short = BodyReader::new(&mut &b"abc"[..], Framing::Length(4)).read_to_end(&mut body);
        assert_eq!(short.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
