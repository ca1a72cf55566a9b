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

use super::{Evidence, Lines, Objection, at_number};
use crate::docker::{Does, Invocation};
use crate::formats::OutputFormat;
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

/// Lines of the notes that show other numbers of an interface
/// than an earlier line.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let (steps, formats) = (evidence.steps, evidence.formats);
    let mut known: HashMap<(String, String, bool), String> = HashMap::new();
    let mut found = Vec::new();
    for (number, (step, format)) in steps.iter().zip(formats).enumerate() {
        let calls = format.calls();
        if calls.iter().any(|call| call.does(Does::Reconnects)) {
            known.clear();
        }
        for docker in created(format) {
            let name = docker.values("--name").next().map(ToOwned::to_owned);
            let inside = format!("{} ", step.level + 1);
            known.retain(|(place, ..), _| {
                !place.starts_with(&inside) && name.as_ref() != Some(place)
            });
        }
        let place = place(number, step, format);
        let words = calls.iter().flat_map(|call| &call.words);
        // Each of the files has a line of its own.
        let mut files = words.filter_map(|word| FILE.captures(word));
        for line in step.expected.iter().filter(|line| !line.elision) {
            let mut numbers: Vec<(String, bool, &str)> = Vec::new();
            if let Some(shown) = SHOWN.captures(&line.text) {
                let part = |name| shown.name(name).map_or("", |part| part.as_str());
                if part("own") == part("partner") {
                    found.push((number, line.line));
                }
                numbers.push((part("name").to_owned(), false, part("own")));
                numbers.push((part("name").to_owned(), true, part("partner")));
            } else if let Some(file) = files.next() {
                numbers.push((
                    file["name"].to_owned(),
                    &file["what"] == "iflink",
                    line.text.trim(),
                ));
            }
            for (name, is_partner, text) in numbers {
                let key = (place.clone(), name, is_partner);
                let before = known.entry(key).or_insert_with(|| text.to_owned());
                if before != text && !found.contains(&(number, line.line)) {
                    found.push((number, line.line));
                }
            }
        }
    }
    found.extend(other_hardware(evidence));
    let found = found.into_iter();
    found
        .filter_map(|(step, number)| at_number(lines, step, number, CONTRADICTS))
        .collect()
}

/// Lines of the notes with an address that is not made of the hardware address above it, by
/// their step and number, where this run's are.
fn other_hardware(evidence: &Evidence) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (number, step) in evidence.steps.iter().enumerate() {
        if misfits(&evidence.printed(number)).is_empty() {
            let misfits = misfits(&evidence.noted(number)).into_iter();
            found.extend(misfits.map(|line| (number, step.expected[line].line)));
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

/// The commands of a step that make a container, which has cards of its own.
fn created(format: &OutputFormat) -> impl Iterator<Item = &Invocation> {
    let dockers = format.calls().iter().filter_map(|call| call.docker());
    dockers.filter(|docker| docker.does(Does::Creates))
}

/// Where step `number` asks: the container that it enters or makes, or the shell that it is
/// typed at.
fn place(number: usize, step: &Step, format: &OutputFormat) -> String {
    let mut dockers = format.calls().iter().filter_map(|call| call.docker());
    let entered = dockers.find(|docker| docker.verb == "exec");
    match entered.and_then(|docker| docker.operands.first()) {
        Some(container) => container.clone(),
        None if created(format).next().is_some() => format!("made in step {number}"),
        None => format!("{} {}", step.level, step.prompt.text),
    }
}
