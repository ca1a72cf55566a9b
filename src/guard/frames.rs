//! HTTP/2 frames (RFC 9113), as far as the guard has to see into them.

use std::io::{self, Read};

/// What a client sends before its first frame.
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The kinds of frames that matter here.
pub mod kind {
    /// A piece of a message.
    pub const DATA: u8 = 0;
    /// The head of a message, or its trailers.
    pub const HEADERS: u8 = 1;
    /// The end of a stream, at once.
    pub const RST_STREAM: u8 = 3;
    /// What a side says about how it is to be spoken to.
    pub const SETTINGS: u8 = 4;
    /// Credit for more DATA.
    pub const WINDOW_UPDATE: u8 = 8;
    /// More of a head.
    pub const CONTINUATION: u8 = 9;
}

const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is, of [`kind`].
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// The stream that it belongs to; 0 for the connection.
    pub stream: u32,
    /// All after its head.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Reads the next frame; none where the peer has ended the connection.
    ///
    /// # Errors
    /// What reading gives.
    pub fn read(reader: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; 9];
        if reader.read(&mut head[..1])? == 0 {
            return Ok(None);
        }
        reader.read_exact(&mut head[1..])?;
        let [a, b, c, kind, flags, d, e, f, g] = head;
        let length = u32::from_be_bytes([0, a, b, c]);
        let mut payload = Vec::new();
        reader.take(u64::from(length)).read_to_end(&mut payload)?;
        if payload.len() != length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(Self {
            kind,
            flags,
            stream: u32::from_be_bytes([d & 0x7f, e, f, g]),
            payload,
        }))
    }

    /// How many bytes it has, with its head of nine.
    pub fn size(&self) -> usize {
        9 + self.payload.len()
    }

    /// The frame as it travels.
    pub fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).unwrap_or(u32::MAX);
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([self.kind, self.flags]);
        bytes.extend(self.stream.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }

    /// DATA on `stream`, its last where `ends`.
    pub fn data(stream: u32, content: &[u8], ends: bool) -> Self {
        Self {
            kind: kind::DATA,
            flags: if ends { END_STREAM } else { 0 },
            stream,
            payload: content.to_vec(),
        }
    }

    /// Credit for so many more bytes of DATA on `stream`, or on the connection.
    pub fn credit(stream: u32, bytes: u32) -> Self {
        Self {
            kind: kind::WINDOW_UPDATE,
            flags: 0,
            stream,
            payload: bytes.to_be_bytes().to_vec(),
        }
    }

    /// What ends `stream` at once, for no error of its own.
    pub fn reset(stream: u32) -> Self {
        Self {
            kind: kind::RST_STREAM,
            flags: 0,
            stream,
            payload: vec![0, 0, 0, 8],
        }
    }

    /// The answer to a gRPC call that it is not allowed (status 7), with the
    /// reason. Its headers are literals that no table remembers (RFC 7541, 6.2.2).
    pub fn not_allowed(stream: u32, why: &str) -> Self {
        let mut payload = vec![0x88];
        for (name, value) in [
            ("content-type", "application/grpc"),
            ("grpc-status", "7"),
            ("grpc-message", &plain(why)),
        ] {
            payload.push(0);
            for text in [name, value] {
                let text = text.get(..text.len().min(126)).unwrap_or(text);
                payload.push(text.len() as u8);
                payload.extend(text.as_bytes());
            }
        }
        Self {
            kind: kind::HEADERS,
            flags: END_HEADERS | END_STREAM,
            stream,
            payload,
        }
    }

    /// Whether a head ends with this frame.
    pub fn ends_head(&self) -> bool {
        self.flags & END_HEADERS != 0
    }

    /// The payload without padding and priority.
    ///
    /// # Errors
    /// `InvalidData` where it is shorter than it says.
    pub fn content(&self) -> io::Result<&[u8]> {
        let short = || io::Error::from(io::ErrorKind::InvalidData);
        let mut content = self.payload.as_slice();
        if !matches!(self.kind, kind::DATA | kind::HEADERS) {
            return Ok(content);
        }
        let mut padding = 0;
        if self.flags & PADDED != 0 {
            let (first, rest) = content.split_first().ok_or_else(short)?;
            (padding, content) = (usize::from(*first), rest);
        }
        if self.kind == kind::HEADERS && self.flags & PRIORITY != 0 {
            content = content.get(5..).ok_or_else(short)?;
        }
        let length = content.len().checked_sub(padding).ok_or_else(short)?;
        content.get(..length).ok_or_else(short)
    }
}

/// gRPC's messages are ASCII, the rest encoded by percent signs.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == ' ' || (c.is_ascii_graphic() && c != '%') {
                c
            } else {
                '?'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back_as_it_was_written() {
        let frame = Frame::not_allowed(5, "no");
        let bytes = frame.bytes();
        assert_eq!(Frame::read(&mut bytes.as_slice()).unwrap(), Some(frame));
        assert_eq!(Frame::read(&mut &bytes[..0]).unwrap(), None);
        assert!(Frame::read(&mut &bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn padding_is_not_content() {
        let frame = Frame {
            kind: kind::DATA,
            flags: PADDED,
            stream: 1,
            payload: vec![2, b'h', b'i', 0, 0],
        };
        assert_eq!(frame.content().unwrap(), b"hi");
        let broken = Frame {
            payload: vec![9, b'h'],
            ..frame
        };
        assert!(broken.content().is_err());
    }
}
