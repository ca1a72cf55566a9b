//! Decoding of compressed HTTP/2 header fields (HPACK, RFC 7541).
//!
//! The bytes come from a client that is not trusted: every length is checked, the
//! output has a limit, and the time is linear in the input plus the output.

use std::collections::VecDeque;
use std::sync::LazyLock;

/// The largest dynamic table, in bytes as RFC 7541, 4.1 counts them. This is the
/// default of `SETTINGS_HEADER_TABLE_SIZE`.
const TABLE_LIMIT: usize = 4096;

/// The longest name or value, decoded.
const STRING_LIMIT: usize = 16 * 1024;

/// The largest header list, counted like the dynamic table.
const LIST_LIMIT: usize = 64 * 1024;

/// What each field costs besides its name and value (RFC 7541, 4.1).
const FIELD_OVERHEAD: usize = 32;

/// A header field: name and value.
pub type HeaderField = (Vec<u8>, Vec<u8>);

/// Why a header block cannot be decoded. The decoder must not be used afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The block ends inside a field.
    Truncated,
    /// An integer does not fit into 32 bits.
    IntegerOverflow,
    /// An index that neither table has.
    UnknownIndex,
    /// A string that is not a valid Huffman code, or is badly padded.
    BadHuffman,
    /// A table size update above [`TABLE_LIMIT`].
    TableTooLarge,
    /// A table size update after the first field, or a third one.
    MisplacedTableSize,
    /// A string above [`STRING_LIMIT`].
    StringTooLong,
    /// A header list above [`LIST_LIMIT`].
    ListTooLong,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the header block ends inside a field",
            Self::IntegerOverflow => "a header integer is too large",
            Self::UnknownIndex => "a header index refers to no field",
            Self::BadHuffman => "a header string is not valid Huffman code",
            Self::TableTooLarge => "the header table would exceed its limit",
            Self::MisplacedTableSize => "a header table size update is misplaced",
            Self::StringTooLong => "a header string is too long",
            Self::ListTooLong => "the header list is too long",
        })
    }
}

impl std::error::Error for Error {}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}

/// Decodes the header blocks of one direction of a connection, in order.
#[derive(Debug)]
pub struct Decoder {
    /// The dynamic table, newest field first.
    table: VecDeque<HeaderField>,
    size: usize,
    max_size: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            table: VecDeque::new(),
            size: 0,
            max_size: TABLE_LIMIT,
        }
    }
}

impl Decoder {
    /// Decodes one whole header block.
    ///
    /// # Errors
    /// Why the block is malformed or exceeds a limit.
    pub fn decode(&mut self, block: &[u8]) -> Result<Vec<HeaderField>, Error> {
        let mut rest = block;
        let mut fields = Vec::new();
        let mut list_size = 0;
        let mut size_updates = 0;
        while let Some(&first) = rest.first() {
            // RFC 7541, 6: the highest bits say how a field is represented.
            let field = if first & 0x80 != 0 {
                self.field(integer(&mut rest, 7)?)?
            } else if first & 0xe0 == 0x20 {
                let size = integer(&mut rest, 5)?;
                size_updates += 1;
                if !fields.is_empty() || size_updates > 2 {
                    return Err(Error::MisplacedTableSize);
                }
                self.resize(size)?;
                continue;
            } else {
                let remembered = first & 0x40 != 0;
                let index = integer(&mut rest, if remembered { 6 } else { 4 })?;
                let name = match index {
                    0 => string(&mut rest)?,
                    index => self.field(index)?.0,
                };
                let field = (name, string(&mut rest)?);
                if remembered {
                    self.remember(field.clone());
                }
                field
            };
            list_size += cost(&field);
            if list_size > LIST_LIMIT {
                return Err(Error::ListTooLong);
            }
            fields.push(field);
        }
        Ok(fields)
    }

    /// The field at an index of both tables, counted from 1.
    fn field(&self, index: usize) -> Result<HeaderField, Error> {
        let index = index.checked_sub(1).ok_or(Error::UnknownIndex)?;
        match STATIC_TABLE.get(index) {
            Some((name, value)) => Ok((name.as_bytes().to_vec(), value.as_bytes().to_vec())),
            None => self
                .table
                .get(index - STATIC_TABLE.len())
                .cloned()
                .ok_or(Error::UnknownIndex),
        }
    }

    fn resize(&mut self, size: usize) -> Result<(), Error> {
        if size > TABLE_LIMIT {
            return Err(Error::TableTooLarge);
        }
        self.max_size = size;
        self.evict(0);
        Ok(())
    }

    /// Adds a field to the dynamic table. One that is larger than the table
    /// empties it (RFC 7541, 4.4).
    fn remember(&mut self, field: HeaderField) {
        let cost = cost(&field);
        self.evict(cost);
        if cost <= self.max_size {
            self.size += cost;
            self.table.push_front(field);
        }
    }

    /// Removes the oldest fields until `wanted` more bytes fit.
    fn evict(&mut self, wanted: usize) {
        while self.size + wanted > self.max_size {
            let Some(oldest) = self.table.pop_back() else {
                return;
            };
            self.size -= cost(&oldest);
        }
    }
}

fn cost((name, value): &HeaderField) -> usize {
    name.len() + value.len() + FIELD_OVERHEAD
}

fn byte(rest: &mut &[u8]) -> Result<u8, Error> {
    let (first, left) = rest.split_first().ok_or(Error::Truncated)?;
    *rest = left;
    Ok(*first)
}

/// An integer whose first byte has a prefix of so many bits (RFC 7541, 5.1).
fn integer(rest: &mut &[u8], prefix: u32) -> Result<usize, Error> {
    let full = (1u32 << prefix) - 1;
    let mut value = u64::from(u32::from(byte(rest)?) & full);
    if value == u64::from(full) {
        // Five more bytes carry all of 32 bits.
        for shift in (0..).step_by(7) {
            if shift > 28 {
                return Err(Error::IntegerOverflow);
            }
            let next = byte(rest)?;
            value += u64::from(next & 0x7f) << shift;
            if next & 0x80 == 0 {
                break;
            }
        }
    }
    let value = u32::try_from(value).map_err(|_| Error::IntegerOverflow)?;
    usize::try_from(value).map_err(|_| Error::IntegerOverflow)
}

/// A string, plain or in Huffman code (RFC 7541, 5.2).
fn string(rest: &mut &[u8]) -> Result<Vec<u8>, Error> {
    let coded = rest.first().is_some_and(|first| first & 0x80 != 0);
    let length = integer(rest, 7)?;
    let (text, left) = rest.split_at_checked(length).ok_or(Error::Truncated)?;
    *rest = left;
    let text = match coded {
        true => huffman(text)?,
        false => text.to_vec(),
    };
    match text.len() > STRING_LIMIT {
        true => Err(Error::StringTooLong),
        false => Ok(text),
    }
}

/// Decodes Huffman code (RFC 7541, 5.2). The shortest code has five bits, so the
/// output is less than twice as long as the input.
fn huffman(coded: &[u8]) -> Result<Vec<u8>, Error> {
    let code = &*CODE;
    let mut text = Vec::new();
    let (mut bits, mut length) = (0u32, 0usize);
    for byte in coded {
        for shift in (0..8).rev() {
            bits = bits << 1 | u32::from(byte >> shift & 1);
            length += 1;
            let Some(group) = code.groups.get(length) else {
                return Err(Error::BadHuffman);
            };
            // Codes of one length are consecutive; a smaller number would have
            // been a shorter code.
            let offset = bits.checked_sub(group.first).ok_or(Error::BadHuffman)? as usize;
            if offset < group.count {
                let symbol = code.symbols.get(group.start + offset);
                let symbol = symbol.and_then(|symbol| u8::try_from(*symbol).ok());
                text.push(symbol.ok_or(Error::BadHuffman)?);
                (bits, length) = (0, 0);
            }
        }
    }
    // Padding is at most seven bits, all ones.
    match length < 8 && bits == (1 << length) - 1 {
        true => Ok(text),
        false => Err(Error::BadHuffman),
    }
}

/// The code of RFC 7541, Appendix B. It is canonical: codes of one length are
/// consecutive in the order of their symbols, so their lengths define them.
struct HuffmanCode {
    /// Symbols in the order of their codes; 256 is the end of a string.
    symbols: Vec<u16>,
    /// The codes of each length.
    groups: [CodeGroup; 31],
}

#[derive(Clone, Copy, Default)]
struct CodeGroup {
    first: u32,
    count: usize,
    /// Where its symbols start.
    start: usize,
}

static CODE: LazyLock<HuffmanCode> = LazyLock::new(|| {
    let mut code = HuffmanCode {
        symbols: Vec::new(),
        groups: [CodeGroup::default(); 31],
    };
    let mut next = 0u32;
    for (length, group) in code.groups.iter_mut().enumerate() {
        next <<= 1;
        group.first = next;
        group.start = code.symbols.len();
        let symbols = (0u16..).zip(CODE_LENGTHS);
        let these = symbols.filter(|(_, other)| usize::from(*other) == length);
        code.symbols.extend(these.map(|(symbol, _)| symbol));
        group.count = code.symbols.len() - group.start;
        next += group.count as u32;
    }
    code
});

/// The lengths of the codes, by symbol.
#[rustfmt::skip]
const CODE_LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// RFC 7541, Appendix A.
const STATIC_TABLE: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let digit = |d: u8| char::from(d).to_digit(16).unwrap() as u8;
        hex.chunks(2)
            .map(|d| digit(d[0]) << 4 | digit(d[1]))
            .collect()
    }

    fn decode(decoder: &mut Decoder, hex: &str) -> Vec<String> {
        let fields = decoder.decode(&bytes(hex)).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        fields
            .into_iter()
            .map(|(name, value)| format!("{}={}", text(name), text(value)))
            .collect()
    }

    const GET: [&str; 4] = [
        ":method=GET",
        ":scheme=http",
        ":path=/",
        ":authority=www.example.com",
    ];

    #[test]
    fn each_representation_of_a_field_is_read() {
        let mut decoder = Decoder::default();
        assert_eq!(
            decode(
                &mut decoder,
                "400a637573746f6d2d6b65790d637573746f6d2d686561646572"
            ),
            ["custom-key=custom-header"]
        );
        assert_eq!(decoder.size, 55);
        let mut decoder = Decoder::default();
        assert_eq!(
            decode(&mut decoder, "040c2f73616d706c652f70617468"),
            [":path=/sample/path"]
        );
        assert_eq!(
            decode(&mut decoder, "100870617373776f726406736563726574"),
            ["password=secret"]
        );
        assert_eq!(decoder.size, 0);
        assert_eq!(decode(&mut decoder, "82"), [":method=GET"]);
    }

    #[test]
    fn requests_share_a_table_plain_or_in_huffman_code() {
        for blocks in [
            [
                "828684410f7777772e6578616d706c652e636f6d",
                "828684be58086e6f2d6361636865",
                "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
            ],
            [
                "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                "828684be5886a8eb10649cbf",
                "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
            ],
        ] {
            let mut decoder = Decoder::default();
            assert_eq!(decode(&mut decoder, blocks[0]), GET);
            assert_eq!(decoder.size, 57);
            let second = decode(&mut decoder, blocks[1]);
            assert_eq!(second[..4], GET);
            assert_eq!(second[4..], ["cache-control=no-cache"]);
            assert_eq!(decoder.size, 110);
            let third = [
                ":method=GET",
                ":scheme=https",
                ":path=/index.html",
                ":authority=www.example.com",
                "custom-key=custom-value",
            ];
            assert_eq!(decode(&mut decoder, blocks[2]), third);
            assert_eq!(decoder.size, 164);
        }
    }

    #[test]
    fn responses_evict_the_oldest_fields_from_a_small_table() {
        for blocks in [
            [
                "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
                "4803333037c1c0bf",
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
            ],
            [
                "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
                "4883640effc1c0bf",
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
            ],
        ] {
            let mut decoder = Decoder {
                max_size: 256,
                ..Decoder::default()
            };
            let rest = [
                "cache-control=private",
                "date=Mon, 21 Oct 2013 20:13:21 GMT",
                "location=https://www.example.com",
            ];
            let first = decode(&mut decoder, blocks[0]);
            assert_eq!((first[0].as_str(), decoder.size), (":status=302", 222));
            assert_eq!(first[1..], rest);
            let second = decode(&mut decoder, blocks[1]);
            assert_eq!((second[0].as_str(), decoder.size), (":status=307", 222));
            assert_eq!(second[1..], rest);
            let third = [
                ":status=200",
                "cache-control=private",
                "date=Mon, 21 Oct 2013 20:13:22 GMT",
                "location=https://www.example.com",
                "content-encoding=gzip",
                "set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
            ];
            assert_eq!(decode(&mut decoder, blocks[2]), third);
            assert_eq!((decoder.table.len(), decoder.size), (3, 215));
        }
    }

    #[test]
    fn malformed_blocks_say_what_is_wrong() {
        for (hex, error) in [
            ("80", Error::UnknownIndex),
            ("be", Error::UnknownIndex),
            ("40", Error::Truncated),
            ("000561", Error::Truncated),
            ("ff", Error::Truncated),
            ("ffffffffff7f", Error::IntegerOverflow),
            ("ff808080808000", Error::IntegerOverflow),
            ("3fe21f", Error::TableTooLarge),
            ("8220", Error::MisplacedTableSize),
            ("202020", Error::MisplacedTableSize),
            // The end of string, more than seven bits of padding, zeros as padding.
            ("0084ffffffff00", Error::BadHuffman),
            ("0081ff00", Error::BadHuffman),
            ("00811800", Error::BadHuffman),
        ] {
            let decoded = Decoder::default().decode(&bytes(hex));
            assert_eq!(decoded, Err(error), "{hex}");
        }
        assert_eq!(Decoder::default().decode(&bytes("3fe11f")), Ok(vec![]));
    }

    #[test]
    fn a_short_block_cannot_become_a_long_list() {
        // 127 + 0x71 + (0x1d << 7) = 3952
        let mut block = vec![0x40, 1, b'a', 0x7f, 0xf1, 0x1d];
        block.extend([b'v'; 3952]);
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(&block).unwrap().len(), 1);
        assert_eq!(decoder.decode(&[0xbe; 16]).unwrap().len(), 16);
        assert_eq!(decoder.decode(&[0xbe; 17]), Err(Error::ListTooLong));
    }

    #[test]
    fn an_oversized_string_is_refused() {
        let mut block = vec![0x00, 1, b'a', 0x7f, 0x82, 0x7f]; // 127 + 2 + (127 << 7) = 16,385
        block.extend(vec![b'v'; STRING_LIMIT + 1]);
        assert_eq!(Decoder::default().decode(&block), Err(Error::StringTooLong));
    }

    /// Encodes by the codes that the lengths define, each computed alone.
    fn encode(text: &[u8]) -> Vec<u8> {
        let mut bits = String::new();
        for byte in text {
            let length = CODE_LENGTHS[usize::from(*byte)];
            let before =
                |(symbol, other): (usize, &u8)| (*other, symbol) < (length, usize::from(*byte));
            let code: u64 = CODE_LENGTHS
                .iter()
                .enumerate()
                .filter(|entry| before(*entry))
                .map(|(_, other)| 1u64 << (length - other))
                .sum();
            bits += &format!("{code:0width$b}", width = usize::from(length));
        }
        while !bits.len().is_multiple_of(8) {
            bits.push('1');
        }
        let byte = |start| u8::from_str_radix(&bits[start..start + 8], 2).unwrap();
        (0..bits.len()).step_by(8).map(byte).collect()
    }

    proptest! {
        #[test]
        fn random_bytes_neither_panic_nor_grow(
            blocks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..5)
        ) {
            let mut decoder = Decoder::default();
            for block in blocks {
                let Ok(fields) = decoder.decode(&block) else { break };
                prop_assert!(fields.iter().map(cost).sum::<usize>() <= LIST_LIMIT);
                prop_assert!(decoder.size <= TABLE_LIMIT);
                prop_assert_eq!(decoder.table.iter().map(cost).sum::<usize>(), decoder.size);
            }
        }

        #[test]
        fn huffman_code_reads_back(text in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(huffman(&encode(&text)), Ok(text));
        }
    }
}
