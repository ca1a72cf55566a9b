//! What a client asks BuildKit to build, and what the answer says was built: the
//! messages `SolveRequest` and `SolveResponse` (BuildKit's
//! `api/services/control/control.proto`), read field by field.

use std::collections::BTreeMap;

/// What of a request to build decides whether it is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildRequest {
    /// Names that the image is to get.
    pub names: Vec<String>,
}

/// Fields of `SolveRequest` that reach no further than the build: its reference,
/// definition, session, frontend, inputs, whether it is internal, and policies.
const HARMLESS: [u64; 8] = [1, 2, 5, 6, 10, 11, 12, 15];

/// Ways to export that end in the daemon's images or at the client.
const EXPORTERS: [&str; 7] = ["", "moby", "image", "docker", "oci", "local", "tar"];

/// Reads a `SolveRequest` and checks it.
///
/// # Errors
/// Why it is refused.
pub fn check(message: &[u8]) -> Result<BuildRequest, String> {
    let mut request = BuildRequest::default();
    let mut attributes = BTreeMap::new();
    for (number, value) in fields(message).ok_or("a build that cannot be read")? {
        match (number, value) {
            (number, _) if HARMLESS.contains(&number) => {}
            (3, Value::Bytes(kind)) => exporter_is_known(kind)?,
            (4, Value::Bytes(entry)) => attributes.extend(map_entry(entry)),
            (7, Value::Bytes(entry)) => {
                let (key, value) = map_entry(entry).unwrap_or_default();
                if key == "cgroup-parent" && !value.is_empty() {
                    return Err(format!("a build in the control group {value}"));
                }
            }
            (8, Value::Bytes(cache)) => cache_is_not_exported(cache)?,
            (9, Value::Bytes(entitlement)) => {
                let entitlement = String::from_utf8_lossy(entitlement);
                return Err(format!("a build with {entitlement} reaches outside"));
            }
            (13, Value::Bytes(exporter)) => {
                for (number, value) in fields(exporter).ok_or("an export that cannot be read")? {
                    match (number, value) {
                        (1, Value::Bytes(kind)) => exporter_is_known(kind)?,
                        (2, Value::Bytes(entry)) => {
                            export(&map_entry(entry).into_iter().collect(), &mut request)?;
                        }
                        _ => {}
                    }
                }
            }
            (_, Value::Number(0)) => {}
            (number, _) => return Err(format!("a build with the unknown field {number}")),
        }
    }
    export(&attributes, &mut request)?;
    Ok(request)
}

fn exporter_is_known(kind: &[u8]) -> Result<(), String> {
    let kind = String::from_utf8_lossy(kind);
    match EXPORTERS.contains(&kind.as_ref()) {
        true => Ok(()),
        false => Err(format!("an export of kind {kind}")),
    }
}

fn export(attributes: &BTreeMap<String, String>, request: &mut BuildRequest) -> Result<(), String> {
    if let Some(push) = attributes.get("push")
        && push != "false"
    {
        return Err("a build that publishes its image".into());
    }
    if let Some(names) = attributes.get("name") {
        let names = names.split(',').filter(|name| !name.is_empty());
        request
            .names
            .extend(names.map(|name| name.trim().to_owned()));
    }
    Ok(())
}

/// Exported to the client or into the image itself, a cache stays here.
fn cache_is_not_exported(cache: &[u8]) -> Result<(), String> {
    for (number, value) in fields(cache).ok_or("a cache that cannot be read")? {
        let Value::Bytes(value) = value else { continue };
        let stays = match number {
            1 => value.is_empty(),
            3 => false,
            4 => fields(value).is_some_and(|entry| {
                entry
                    .iter()
                    .any(|field| matches!(field, (1, Value::Bytes(b"inline" | b"local"))))
            }),
            _ => true,
        };
        if !stays {
            return Err("a build that publishes its cache".into());
        }
    }
    Ok(())
}

/// The IDs of images that a `SolveResponse` names.
pub fn images(message: &[u8]) -> Vec<String> {
    fields(message)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|field| match field {
            (1, Value::Bytes(entry)) => map_entry(entry),
            _ => None,
        })
        .filter(|(key, _)| {
            ["containerimage.digest", "containerimage.config.digest"].contains(&key.as_str())
        })
        .map(|(_, id)| id)
        .collect()
}

/// A field's value: what matters is text or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message, in order; none where it is malformed.
fn fields(mut rest: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let key = number(&mut rest)?;
        let value = match key & 7 {
            0 => Value::Number(number(&mut rest)?),
            1 => Value::Bytes(take(&mut rest, 8)?),
            2 => {
                let length = usize::try_from(number(&mut rest)?).ok()?;
                Value::Bytes(take(&mut rest, length)?)
            }
            5 => Value::Bytes(take(&mut rest, 4)?),
            _ => return None,
        };
        fields.push((key >> 3, value));
    }
    Some(fields)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The key and value of one entry of a map of texts.
fn map_entry(entry: &[u8]) -> Option<(String, String)> {
    let mut pair = (String::new(), String::new());
    for field in fields(entry)? {
        match field {
            (1, Value::Bytes(key)) => pair.0 = String::from_utf8_lossy(key).into_owned(),
            (2, Value::Bytes(value)) => pair.1 = String::from_utf8_lossy(value).into_owned(),
            _ => {}
        }
    }
    Some(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2, value.len() as u8];
        bytes.extend(value);
        bytes
    }

    fn entry(key: &str, value: &str) -> Vec<u8> {
        [field(1, key.as_bytes()), field(2, value.as_bytes())].concat()
    }

    fn exporter(kind: &str, key: &str, value: &str) -> Vec<u8> {
        field(
            13,
            &[field(1, kind.as_bytes()), field(2, &entry(key, value))].concat(),
        )
    }

    #[test]
    fn the_names_of_an_image_are_found() {
        let request = check(&exporter("moby", "name", "docker.io/library/a:latest,b")).unwrap();
        assert_eq!(request.names, ["docker.io/library/a:latest", "b"]);
        let old = [field(3, b"moby"), field(4, &entry("name", "c"))].concat();
        assert_eq!(check(&old).unwrap().names, ["c"]);
    }

    #[test]
    fn what_reaches_further_than_an_image_is_refused() {
        for message in [
            exporter("image", "push", "true"),
            exporter("other", "name", "x"),
            field(9, b"network.host"),
            field(7, &entry("cgroup-parent", "/")),
            field(8, &field(4, &field(1, b"registry"))),
            vec![14 << 3, 1],
            field(20 - 4, b"new"),
            b"\xff".to_vec(),
        ] {
            assert!(check(&message).is_err(), "{message:?}");
        }
        assert!(check(&field(8, &field(4, &field(1, b"inline")))).is_ok());
    }

    #[test]
    fn the_image_that_was_built_is_found() {
        let response = field(1, &entry("containerimage.config.digest", "sha256:1"));
        assert_eq!(images(&response), ["sha256:1"]);
    }
}
