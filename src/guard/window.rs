//! Flow control towards the daemon (RFC 9113, 5.2) while requests are held back.
//!
//! The relay gives the client credit for each byte that it holds, so the client
//! can finish its request. When the request is forwarded, it uses the daemon's
//! window a second time; the daemon's next credits for the connection repay that
//! and do not reach the client. The client's window therefore never exceeds what
//! the daemon itself has granted at some time.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

use super::frames::{Frame, kind};

/// The most bytes of requests and waiting frames that one connection holds in
/// memory.
const HELD_LIMIT: usize = 16 * 1024 * 1024;

/// A window before anything was granted (RFC 9113, 6.9.2).
const INITIAL_WINDOW: i64 = 65_535;

/// The largest frame that every peer accepts (RFC 9113, 4.2).
const FRAME_LIMIT: usize = 16_384;

/// The connection to the daemon, with the windows that the daemon has granted.
#[derive(Debug)]
pub struct Window<W> {
    daemon: W,
    /// What the daemon still accepts on the connection.
    connection: i64,
    /// What the daemon accepts on a new stream.
    initial: i64,
    /// Credit that the client got from the relay and the daemon has yet to give.
    owed: u32,
    /// DATA of other streams that the connection's window has no room for.
    waiting: VecDeque<Frame>,
    requests: BTreeMap<u32, HeldRequest>,
    held: usize,
    /// Inside a header block, when no other frame may be written.
    in_head: bool,
}

/// A request that is held back, or being sent.
#[derive(Debug)]
struct HeldRequest {
    window: i64,
    message: Vec<u8>,
    sent: usize,
    /// Whether it was allowed.
    released: bool,
}

impl<W: Write> Window<W> {
    /// The start of a connection to the daemon.
    pub fn new(daemon: W) -> Self {
        Self {
            daemon,
            connection: INITIAL_WINDOW,
            initial: INITIAL_WINDOW,
            owed: 0,
            waiting: VecDeque::new(),
            requests: BTreeMap::new(),
            held: 0,
            in_head: false,
        }
    }

    /// Writes bytes that flow control does not count.
    ///
    /// # Errors
    /// What writing gives.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.daemon.write_all(bytes)
    }

    /// Writes a frame that flow control does not count.
    ///
    /// # Errors
    /// What writing gives.
    pub fn send(&mut self, frame: &Frame) -> io::Result<()> {
        self.write(&frame.bytes())?;
        if matches!(frame.kind, kind::HEADERS | kind::CONTINUATION) {
            self.in_head = !frame.ends_head();
            self.flush()?;
        }
        Ok(())
    }

    /// Sends DATA that is not held back, as soon as the connection has room.
    ///
    /// # Errors
    /// `InvalidData` where a client that ignores flow control makes more wait than
    /// [`HELD_LIMIT`], else what writing gives.
    pub fn pass(&mut self, frame: Frame) -> io::Result<()> {
        if self.held + frame.size() > HELD_LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.held += frame.size();
        self.waiting.push_back(frame);
        self.flush()
    }

    /// Starts to hold back the request on `stream`.
    pub fn hold(&mut self, stream: u32) {
        let request = HeldRequest {
            window: self.initial,
            message: Vec::new(),
            sent: 0,
            released: false,
        };
        self.requests.insert(stream, request);
    }

    /// Adds to a request and returns it as far as it has come; none where the
    /// connection would hold more than [`HELD_LIMIT`].
    pub fn add(&mut self, stream: u32, content: &[u8]) -> Option<&[u8]> {
        let request = self.requests.get_mut(&stream)?;
        if self.held + content.len() > HELD_LIMIT {
            return None;
        }
        self.held += content.len();
        request.message.extend(content);
        Some(&request.message)
    }

    /// Sends the request on `stream`, as the daemon's windows allow.
    ///
    /// # Errors
    /// What writing gives.
    pub fn release(&mut self, stream: u32) -> io::Result<()> {
        if let Some(request) = self.requests.get_mut(&stream) {
            request.released = true;
        }
        self.flush()
    }

    /// Drops all that waits on `stream`, and returns how many bytes of it the
    /// client has yet to get credit for.
    pub fn forget(&mut self, stream: u32) -> usize {
        if let Some(request) = self.requests.remove(&stream) {
            self.held -= request.message.len();
        }
        let mut dropped = 0;
        self.waiting.retain(|frame| {
            let keep = frame.stream != stream;
            if !keep {
                dropped += frame.payload.len();
                self.held -= frame.size();
            }
            keep
        });
        dropped
    }

    /// Counts a WINDOW_UPDATE of the daemon, and returns how much of it the
    /// client is to get.
    ///
    /// # Errors
    /// `InvalidData` where it is malformed, else what writing gives.
    pub fn granted(&mut self, frame: &Frame) -> io::Result<u32> {
        let bytes = <[u8; 4]>::try_from(frame.payload.as_slice());
        let credit = u32::from_be_bytes(bytes.map_err(|_| io::ErrorKind::InvalidData)?);
        let credit = credit & 0x7fff_ffff;
        let for_client = if frame.stream == 0 {
            self.connection += i64::from(credit);
            let repaid = credit.min(self.owed);
            self.owed -= repaid;
            credit - repaid
        } else if let Some(request) = self.requests.get_mut(&frame.stream) {
            request.window += i64::from(credit);
            0
        } else {
            credit
        };
        self.flush()?;
        Ok(for_client)
    }

    /// Reads the daemon's SETTINGS for the window of a stream (RFC 9113, 6.9.2).
    ///
    /// # Errors
    /// What writing gives.
    pub fn settings(&mut self, frame: &Frame) -> io::Result<()> {
        let (settings, _) = frame.payload.as_chunks::<6>();
        for setting in settings {
            if let [0, 4, a, b, c, d] = *setting {
                let initial = i64::from(u32::from_be_bytes([a, b, c, d]));
                for request in self.requests.values_mut() {
                    request.window += initial - self.initial;
                }
                self.initial = initial;
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.in_head {
            return Ok(());
        }
        while let Some(frame) = self.waiting.front() {
            let length = frame.payload.len() as i64;
            if length > self.connection {
                return Ok(());
            }
            self.connection -= length;
            self.daemon.write_all(&frame.bytes())?;
            self.held -= frame.size();
            self.waiting.pop_front();
        }
        for (stream, request) in &mut self.requests {
            while request.released && request.sent < request.message.len() {
                let room = self.connection.min(request.window).max(0);
                let rest = &request.message[request.sent..];
                let length = rest.len().min(FRAME_LIMIT).min(room as usize);
                if length == 0 {
                    break;
                }
                let frame = Frame::data(*stream, &rest[..length], length == rest.len());
                self.daemon.write_all(&frame.bytes())?;
                request.sent += length;
                request.window -= length as i64;
                self.connection -= length as i64;
                self.owed += length as u32;
            }
            if request.sent > 0 && request.sent == request.message.len() {
                self.held -= request.sent;
                request.sent = 0;
                request.message = Vec::new();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(window: &mut Window<Vec<u8>>) -> Vec<Frame> {
        let bytes = std::mem::take(&mut window.daemon);
        let mut rest = bytes.as_slice();
        std::iter::from_fn(|| Frame::read(&mut rest).unwrap()).collect()
    }

    fn length(frames: &[Frame]) -> usize {
        frames.iter().map(|frame| frame.payload.len()).sum()
    }

    #[test]
    fn a_large_request_waits_for_the_windows_of_the_daemon() {
        let mut window = Window::new(Vec::new());
        window.hold(1);
        let message: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
        assert_eq!(window.add(1, &message).unwrap(), message);
        assert!(written(&mut window).is_empty());
        window.release(1).unwrap();
        let mut sent = written(&mut window);
        assert_eq!(length(&sent), 65_535);
        // Neither window alone is enough, and the client has its credit already.
        assert_eq!(window.granted(&Frame::credit(0, 70_000)).unwrap(), 4_465);
        assert!(written(&mut window).is_empty());
        assert_eq!(window.granted(&Frame::credit(1, 50_000)).unwrap(), 0);
        sent.extend(written(&mut window));
        let content: Vec<u8> = sent.iter().flat_map(|f| f.payload.clone()).collect();
        assert_eq!(content, message);
        assert!(sent.iter().all(|f| f.payload.len() <= FRAME_LIMIT));
        let ends: Vec<u8> = sent.iter().map(|f| f.flags).collect();
        assert_eq!(ends.iter().rposition(|end| *end == 0), Some(ends.len() - 2));
        assert_eq!((window.held, window.owed), (0, 34_465));
    }

    #[test]
    fn other_streams_wait_while_a_request_fills_the_connection() {
        let mut window = Window::new(Vec::new());
        let settings = Frame {
            kind: kind::SETTINGS,
            payload: vec![0, 4, 0, 1, 0x86, 0xa0],
            ..Frame::credit(0, 0)
        };
        window.hold(1);
        window.settings(&settings).unwrap();
        assert!(window.add(1, &[0; 65_535]).is_some());
        window.release(1).unwrap();
        assert_eq!(length(&written(&mut window)), 65_535);
        window.pass(Frame::data(3, b"later", true)).unwrap();
        window.pass(Frame::data(5, b"never", true)).unwrap();
        assert!(written(&mut window).is_empty());
        assert_eq!(window.forget(5), 5);
        assert_eq!(window.granted(&Frame::credit(0, 5)).unwrap(), 0);
        assert_eq!(written(&mut window), [Frame::data(3, b"later", true)]);
    }

    #[test]
    fn what_is_held_has_a_limit_over_all_streams() {
        let mut window = Window::new(Vec::new());
        window.hold(1);
        window.hold(3);
        assert!(window.add(1, &vec![0; HELD_LIMIT]).is_some());
        assert!(window.add(3, &[0]).is_none());
        window.forget(1);
        assert!(window.add(3, &[0]).is_some());
        let many = Frame::data(5, &[0; 65_536], false);
        let waiting = std::iter::repeat_with(|| window.pass(many.clone()));
        let passed = waiting.take(1000).take_while(Result::is_ok).count();
        assert_eq!(passed, HELD_LIMIT / 65_545);
        window.forget(5);
        assert_eq!(window.held, 1);
    }
}
