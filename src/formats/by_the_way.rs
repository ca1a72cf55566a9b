//! Lines that come and go: with who is faster, with the machine, with what a cluster has.

use std::collections::BTreeSet;

use super::{client, cluster, pull, resolver, workers};
use crate::docker::ProgramCall;

/// The lines of one side, from 0, that the other side, which has `others`, need not have;
/// `calls` print them, and `authored` is what the author wrote.
pub fn lines_by_the_way(
    calls: &[ProgramCall],
    authored: &str,
    lines: &[Option<&str>],
    others: &[Option<&str>],
) -> BTreeSet<usize> {
    let mut found = BTreeSet::from_iter(client::lines_by_chance(calls, lines));
    found.extend(cluster::by_the_way(calls, lines, others));
    found.extend(resolver::by_the_way(calls, authored, lines, others));
    found.extend(workers::surplus(authored, lines, others));
    found.extend(client::warnings_of_machine(calls, lines));
    found.extend(pull::untagged_digests(calls, lines, others));
    found
}
