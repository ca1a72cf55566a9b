//! Numbers of network interfaces that contradict each other.
//!
//! ```text
//!     7: eth0@if8: <BROADCAST,...        number 7, its partner has number 8
//!     $ cat /sys/class/net/eth0/iflink
//!     8                                  the partner again
//! ```
//!
//! Each number alone may be any, but the notes have to tell the same of one interface. An
//! address that a card gives itself is made of its hardware address (RFC 4291, appendix A),
//! and the last address of a network is its broadcast address (RFC 919).

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::series::wrong_outputs;
use super::{Evidence, Lines, Objection, makers};
use crate::docker::{Does, ProgramCall};
use crate::pattern::pattern;
use crate::session::Step;

/// Why a number is refused.
const CONTRADICTS: &str = "contradicts another line about the same interface";

pattern! {
    /// A hardware address.
    HARDWARE = r"^ *(?:link/)?ether (?P<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5})\b";
    /// The address that a card gives itself.
    LINK_LOCAL = r"^ *inet6 (?:addr: )?(?P<address>fe80::[0-9a-f:]+)";
    /// An address with the length of its network's prefix, and its broadcast address.
    BROADCAST = r"^ *inet (?P<own>[0-9.]+)/(?P<length>[0-9]+) brd (?P<last>[0-9.]+) ";
    /// `7: eth0@if8: <BROADCAST,...`: its number, its name, its partner's number.
    SHOWN = r"^\s*(?P<own>[0-9]+): (?P<name>[a-z]+[a-z0-9]*)@if(?P<partner>[0-9]+): <";
    /// The file that tells a number.
    FILE = r"/sys/class/net/(?P<name>[a-z]+[a-z0-9]*)/(?P<what>iflink|ifindex)$";
}

/// Lines of the notes that show other numbers of an interface than an earlier line, or another
/// address than its own.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut known: HashMap<(String, String, bool), String> = HashMap::new();
    let steps = 0..evidence.steps.len();
    let mut found = wrong_outputs(evidence, judged, steps, misfits, CONTRADICTS);
    for (number, (step, format)) in evidence.steps.iter().zip(evidence.formats).enumerate() {
        let calls = format.calls();
        if calls.iter().any(|call| call.does(Does::Reconnects)) {
            known.clear();
        }
        for docker in makers(calls) {
            let name = docker.values("--name").next().map(ToOwned::to_owned);
            let inside = format!("{} ", step.level + 1);
            known.retain(|(place, ..), _| {
                !place.starts_with(&inside) && name.as_ref() != Some(place)
            });
        }
        let place = place(number, step, calls);
        let words = calls.iter().flat_map(|call| &call.words);
        // Each of the files has a line of its own.
        let mut files = words.filter_map(|word| FILE.captures(word));
        for (at, line) in step.expected.iter().enumerate() {
            let mut is_wrong = false;
            let mut hold = |name: &str, is_partner: bool, text: &str| {
                let key = (place.clone(), name.to_owned(), is_partner);
                is_wrong |= known.entry(key).or_insert_with(|| text.to_owned()) != text;
            };
            if line.elision {
                continue;
            } else if let Some(shown) = SHOWN.captures(&line.text) {
                hold(&shown["name"], false, &shown["own"]);
                hold(&shown["name"], true, &shown["partner"]);
                is_wrong |= shown["own"] == shown["partner"];
            } else if let Some(file) = files.next() {
                hold(&file["name"], &file["what"] == "iflink", line.text.trim());
            }
            if is_wrong {
                found.extend(evidence.object(judged, number, at, CONTRADICTS));
            }
        }
    }
    found
}

/// The lines, from 0, with an address that is not made of the hardware address above it, or
/// with a broadcast address of another network.
fn misfits(lines: &[&str]) -> Vec<usize> {
    let mut hardware: Option<[u8; 6]> = None;
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if let Some(shown) = HARDWARE.captures(line) {
            let bytes = shown["mac"]
                .split(':')
                .map(|byte| u8::from_str_radix(byte, 16));
            let bytes: Result<Vec<u8>, _> = bytes.collect();
            hardware = bytes.ok().and_then(|bytes| bytes.try_into().ok());
        } else if let Some(shown) = LINK_LOCAL.captures(line)
            && let Some([a, b, c, d, e, f]) = hardware
        {
            let own = [[a ^ 2, b], [c, 0xff], [0xfe, d], [e, f]].map(u16::from_be_bytes);
            let own = Ipv6Addr::new(0xfe80, 0, 0, 0, own[0], own[1], own[2], own[3]);
            if shown["address"].parse() != Ok(own) {
                found.push(number);
            }
        } else if let Some(shown) = BROADCAST.captures(line)
            && let Ok(own) = shown["own"].parse::<Ipv4Addr>()
            && let Ok(length) = shown["length"].parse::<u32>()
        {
            let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
            let last = Ipv4Addr::from(u32::from(own) | hosts);
            let is_set = &shown["last"] != "0.0.0.0";
            if is_set && shown["last"].parse() != Ok(last) {
                found.push(number);
            }
        }
    }
    found
}

/// Where step `number` asks: the container that it enters or makes, or the shell that it is
/// typed at.
fn place(number: usize, step: &Step, calls: &[ProgramCall]) -> String {
    let mut dockers = calls.iter().filter_map(ProgramCall::docker);
    let entered = dockers.find(|docker| docker.verb == "exec");
    match entered.and_then(|docker| docker.operands.first()) {
        Some(container) => container.clone(),
        None if makers(calls).next().is_some() => format!("made in step {number}"),
        None => format!("{} {}", step.level, step.prompt.text),
    }
}
