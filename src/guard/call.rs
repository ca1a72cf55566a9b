//! One call of Docker's API, taken apart so that nothing in it can mean one
//! thing to the guard and another to the daemon.
//!
//! The daemon (Go's `net/http` and a mux) cleans paths, takes the first of
//! several equal query keys, and lets form bodies override the query. So a call
//! with empty or dot segments, encoded slashes, doubled keys or a form body is
//! refused, and what is sent on is written anew from the parts.

use percent_encoding::percent_decode_str;

use super::daemon::encode;
use super::http::RequestHead;

/// A request's method, path and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCall {
    /// `GET`, `POST`, ...
    pub method: String,
    /// `v1.41`, where the client names one.
    pub version: Option<String>,
    /// The path's segments after the version, decoded.
    pub path: Vec<String>,
    /// The query's keys and values, decoded, in order.
    pub query: Vec<(String, String)>,
}

/// Query keys that the daemon reads as lists.
const LISTS: [&str; 6] = ["t", "names", "changes", "extrahosts", "platform", "type"];

impl ApiCall {
    /// Takes a request apart.
    ///
    /// # Errors
    /// Why it can not be understood in exactly one way.
    pub fn parse(head: &RequestHead) -> Result<Self, String> {
        if let Some(kind) = head.header("content-type") {
            let kind = kind.to_ascii_lowercase();
            if kind.contains("form") {
                return Err("a form body can change what a call means".into());
            }
        }
        let (path, query) = match head.target.split_once('?') {
            Some((path, query)) => (path, query),
            None => (head.target.as_str(), ""),
        };
        let path = path
            .strip_prefix('/')
            .ok_or_else(|| format!("{path} is no path"))?;
        let mut segments = path
            .split('/')
            .map(decode_segment)
            .collect::<Result<Vec<_>, _>>()?;
        let version = segments.first().filter(|first| is_version(first)).cloned();
        if let Some(version) = &version {
            if is_ancient(version) {
                return Err(format!("API {version} is too old to be understood here"));
            }
            segments.remove(0);
        }
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(decode_pair)
            .collect::<Result<Vec<_>, _>>()?;
        for (index, (key, _)) in query.iter().enumerate() {
            let doubled = query[..index].iter().any(|(other, _)| other == key);
            if doubled && !LISTS.contains(&key.as_str()) {
                return Err(format!("the parameter {key} is given twice"));
            }
        }
        Ok(Self {
            method: head.method.clone(),
            version,
            path: segments,
            query,
        })
    }

    /// The value of the query's `key`; empty where it is not given.
    pub fn parameter(&self, key: &str) -> &str {
        self.query
            .iter()
            .find(|(name, _)| name == key)
            .map_or("", |(_, value)| value)
    }

    /// Every value of the query's `key`.
    pub fn parameters<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the query's `key` is true as Docker reads it
    /// (`api/server/httputils.BoolValue`): anything but nothing, 0, no, false, none.
    pub fn flag(&self, key: &str) -> bool {
        let value = self.parameter(key).trim().to_ascii_lowercase();
        !matches!(value.as_str(), "" | "0" | "no" | "false" | "none")
    }

    /// The path and query to send on.
    pub fn target(&self) -> String {
        let mut target = String::new();
        for segment in self.version.iter().chain(&self.path) {
            target.push('/');
            target.push_str(&encode(segment));
        }
        for (index, (key, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(&format!("{}={}", encode(key), encode(value)));
        }
        target
    }
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| {
        number.starts_with(|c: char| c.is_ascii_digit())
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

/// Before 1.24 starting a container could change its host configuration, and
/// the daemon answered in other shapes.
fn is_ancient(version: &str) -> bool {
    let mut numbers = version[1..].split('.').map(str::parse::<u32>);
    let (major, minor) = (numbers.next(), numbers.next());
    !matches!((major, minor), (Some(Ok(1)), Some(Ok(24..))))
}

fn decode_segment(segment: &str) -> Result<String, String> {
    let decoded = percent_decode(segment, false)?;
    if decoded.is_empty() || decoded == "." || decoded == ".." {
        return Err("a path with empty or dot segments".into());
    }
    if decoded.contains('/') {
        return Err("a path with an encoded slash".into());
    }
    Ok(decoded)
}

fn decode_pair(pair: &str) -> Result<(String, String), String> {
    if pair.contains(';') {
        return Err("a query with a semicolon".into());
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok((percent_decode(key, true)?, percent_decode(value, true)?))
}

fn percent_decode(text: &str, plus_is_space: bool) -> Result<String, String> {
    let is_byte = |after: &[u8]| matches!(after, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    if !text
        .as_bytes()
        .split(|byte| *byte == b'%')
        .skip(1)
        .all(is_byte)
    {
        return Err(format!("{text} is not encoded well"));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(if plus_is_space { &spaced } else { text }).decode_utf8();
    match decoded {
        Ok(decoded) if !decoded.chars().any(char::is_control) => Ok(decoded.into()),
        _ => Err(format!("{text} is no text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(target: &str) -> Result<ApiCall, String> {
        ApiCall::parse(&RequestHead {
            method: "GET".into(),
            target: target.into(),
            headers: Vec::new(),
        })
    }

    #[test]
    fn the_version_is_not_part_of_the_path() {
        let call = call("/v1.41/containers/a%20b/json?size=1&x=a+b").unwrap();
        assert_eq!(call.version.as_deref(), Some("v1.41"));
        assert_eq!(call.path, ["containers", "a b", "json"]);
        assert_eq!(call.parameter("x"), "a b");
        assert!(call.flag("size"));
        assert_eq!(call.target(), "/v1.41/containers/a%20b/json?size=1&x=a%20b");
    }

    #[test]
    fn what_can_be_understood_in_two_ways_is_refused() {
        for target in [
            "/v1.41/../containers/json",
            "/v1.41//containers/json",
            "/v1.41/containers/%2e%2e/prune",
            "/v1.41/containers/a%2fb",
            "/v1.41/containers/a%00",
            "/v1.41/containers/%zz",
            "/v1.41/containers/json/",
            "/v1.41/images/x/tag?repo=a&repo=b",
            "/v1.41/images/x/tag?repo=a;repo=b",
            "/v1.12/containers/x/start",
            "http://other/containers/json",
            "*",
        ] {
            assert!(call(target).is_err(), "{target}");
        }
    }

    #[test]
    fn a_form_body_is_refused() {
        let head = RequestHead {
            method: "POST".into(),
            target: "/images/x/tag?repo=mine".into(),
            headers: vec![(
                "Content-Type".into(),
                "application/x-www-form-urlencoded".into(),
            )],
        };
        assert!(ApiCall::parse(&head).is_err());
    }
}
