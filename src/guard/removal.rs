//! Removing exactly what a lab made: containers first, then volumes, networks
//! and images; then names that a pull moved are given back. What was there
//! before the lab is left alone whatever the ledger says, nothing is forced but
//! the lab's own containers, and parents of images are kept unless they are the
//! lab's too.
//!
//! A name in the ledger is never enough, as the user may have given it to
//! something else since. A container, a network and an image are removed by their
//! ID, a volume by the lab's label, a name of an image only while it points to the
//! image that the lab gave it. Where the ledger cannot tell, the thing stays and
//! is listed; so is everything when the daemon is not the one that the lab used.

use std::collections::BTreeSet;
use std::io;
use std::thread::sleep;
use std::time::Duration;

use super::daemon::{Answer, Daemon, encode};
use super::ledger::{Begun, Belongings, LABEL, build_mark};
use super::scope::{is_anonymous, labelled, texts};
use crate::docker::names::split;

/// Removes what the ledger says and what carries the lab's label, and gives the
/// names of what could not be removed, each with the daemon's reason.
///
/// # Errors
/// What the daemon's connection gives: then nothing is known to be removed.
pub fn remove(daemon: &Daemon, begun: &Begun, belongings: &Belongings) -> io::Result<Vec<String>> {
    if let Some(why) = another_daemon(daemon, begun.daemon.as_deref())? {
        let names = belongings
            .volumes
            .iter()
            .map(|name| format!("volume {name}"));
        let tags = belongings.tags.keys();
        let names = names.chain(tags.map(|tag| format!("image name {tag}")));
        let left = names.map(|name| format!("{name} of lab {}: it was not removed", begun.lab));
        let labelled = format!("docker ps --all --filter label={LABEL}={}", begun.lab);
        let lab = format!("lab {}: {why}; its containers: `{labelled}`", begun.lab);
        return Ok(std::iter::once(lab).chain(left).collect());
    }
    let mut left = Vec::new();
    let mut removal = Removal {
        daemon,
        begun,
        left: &mut left,
    };
    // The daemon may still be making something that nobody waits for any more.
    let rounds = if belongings.under_way == 0 { 1 } else { 10 };
    let mut of_builds = BTreeSet::new();
    for round in 0..rounds {
        if round > 0 {
            sleep(Duration::from_millis(200));
        }
        of_builds.extend(removal.containers(&belongings.containers)?);
    }
    let mut belongings = belongings.clone();
    // Images that the user committed from the lab's containers are the user's.
    if belongings.under_way > 0 {
        of_builds.extend(belongings.containers.iter().cloned());
    }
    let unseen = removal.images_from(&of_builds)?;
    belongings.images.extend(unseen);
    let belongings = &belongings;
    removal.volumes(&belongings.volumes)?;
    removal.networks(&belongings.networks)?;
    removal.images(belongings)?;
    removal.give_back(belongings)?;
    Ok(left)
}

/// Why nothing of a lab is removed from `daemon`: it is not the one that had the ID
/// `id` when the lab began, or the record, of an older labbook, has no ID.
///
/// # Errors
/// What the daemon's connection gives.
pub fn another_daemon(daemon: &Daemon, id: Option<&str>) -> io::Result<Option<String>> {
    let now = daemon.id()?;
    let why = match id {
        Some(id) if id == now => return Ok(None),
        Some(id) => format!("the lab was on the daemon {id:?}, and {now:?} answers now"),
        None => "an older labbook wrote its record, which does not say on which daemon it was"
            .to_owned(),
    };
    Ok(Some(format!(
        "{why}; nothing was removed (to forget the lab: `labbook clean --forget`)"
    )))
}

/// For a thing that may be the user's: it stays.
pub fn undecided(by_hand: &str) -> String {
    format!(
        "it was not removed, as the record does not say whether the lab made it (to remove it: \
         `{by_hand}`; to keep it and forget the lab: `labbook clean --forget`)"
    )
}

struct Removal<'a> {
    daemon: &'a Daemon,
    begun: &'a Begun,
    left: &'a mut Vec<String>,
}

impl Removal<'_> {
    /// Sends a removal until it is done or the thing is gone; one that is under
    /// way already is waited for.
    fn delete(&mut self, kind: &str, name: &str, target: &str) -> io::Result<bool> {
        let mut answer = Answer::default();
        for _ in 0..50 {
            answer = self.daemon.delete(target)?;
            if answer.is_done() || answer.status == 404 {
                return Ok(true);
            }
            if !answer.message().contains("in progress") {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        self.left
            .push(format!("{kind} {name}: {}", answer.message()));
        Ok(false)
    }

    /// The things of a kind that are the lab's: written down, or labelled, and
    /// not there before.
    fn own(
        &self,
        written: &BTreeSet<String>,
        before: &BTreeSet<String>,
        listing: &str,
        key: &str,
    ) -> io::Result<BTreeSet<String>> {
        let mut own = written.clone();
        own.extend(labelled(self.daemon, &self.begun.lab, listing, key)?);
        Ok(own.difference(before).cloned().collect())
    }

    /// Gives the containers of builds among them.
    fn containers(&mut self, written: &BTreeSet<String>) -> io::Result<BTreeSet<String>> {
        let before = &self.begun.before.containers;
        let of_builds = self.containers_of_builds()?;
        let mut own = self.own(written, before, "containers", "Id")?;
        own.extend(of_builds.iter().cloned());
        for id in own {
            let known = written.contains(&id) || of_builds.contains(&id);
            if !known && self.has_label_of_image(&id)? {
                let why = undecided(&format!("docker rm --force {id}"));
                let left = format!("container {id}: {why}");
                if !self.left.contains(&left) {
                    self.left.push(left);
                }
                continue;
            }
            self.delete("container", &id, &format!("/containers/{id}?force=1&v=1"))?;
        }
        Ok(of_builds)
    }

    /// Whether a container may have the lab's label from its image: an image that
    /// was committed from a container of the lab hands the label on.
    fn has_label_of_image(&self, id: &str) -> io::Result<bool> {
        let container = self.daemon.get(&format!("/containers/{id}/json"))?.body;
        let Some(image) = container["Image"].as_str() else {
            return Ok(false);
        };
        let image = self
            .daemon
            .get(&format!("/images/{}/json", encode(image)))?;
        Ok(image.body["Config"]["Labels"][LABEL] == self.begun.lab.as_str())
    }

    /// Containers that carry the mark of this lab's builds.
    fn containers_of_builds(&self) -> io::Result<BTreeSet<String>> {
        let mark = build_mark(&self.begun.lab);
        let mut marked = BTreeSet::new();
        for id in self.new_ones("/containers/json?all=1", &self.begun.before.containers)? {
            let container = self.daemon.get(&format!("/containers/{id}/json"))?.body;
            if texts(&container["HostConfig"]["ExtraHosts"]).contains(&mark) {
                marked.insert(id);
            }
        }
        Ok(marked)
    }

    /// Images that the classic builder made out of these containers (the field
    /// is there up to Docker 24).
    fn images_from(&self, containers: &BTreeSet<String>) -> io::Result<BTreeSet<String>> {
        let mut made = BTreeSet::new();
        for id in self.new_ones("/images/json?all=1", &self.begun.before.images)? {
            let image = self.daemon.get(&format!("/images/{id}/json"))?.body;
            if image["Container"]
                .as_str()
                .is_some_and(|from| containers.contains(from))
            {
                made.insert(id);
            }
        }
        Ok(made)
    }

    /// The IDs of a list that were not there before the lab.
    fn new_ones(&self, listing: &str, before: &BTreeSet<String>) -> io::Result<Vec<String>> {
        let list = self.daemon.get(listing)?.body;
        Ok(list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item["Id"].as_str())
            .filter(|id| !before.contains(*id))
            .map(str::to_owned)
            .collect())
    }

    fn volumes(&mut self, written: &BTreeSet<String>) -> io::Result<()> {
        let before = &self.begun.before.volumes;
        // What has the name of a volume of the lab but not its label is the user's.
        let anonymous = written.iter().filter(|name| is_anonymous(name));
        let anonymous = anonymous.cloned().collect();
        for name in self.own(&anonymous, before, "volumes", "Name")? {
            self.delete("volume", &name, &format!("/volumes/{}", encode(&name)))?;
        }
        Ok(())
    }

    fn networks(&mut self, written: &BTreeSet<String>) -> io::Result<()> {
        let before = &self.begun.before.networks;
        for id in self.own(written, before, "networks", "Id")? {
            self.delete("network", &id, &format!("/networks/{id}"))?;
        }
        Ok(())
    }

    fn images(&mut self, belongings: &Belongings) -> io::Result<()> {
        let mut ids = self.with_parents(&belongings.images)?;
        for (tag, claim) in &belongings.tags {
            if self.begun.before.tags.contains_key(tag) {
                continue;
            }
            let image = self.daemon.get(&format!("/images/{}/json", encode(tag)))?;
            let Some(id) = image.body["Id"].as_str() else {
                continue;
            };
            if !belongings.gave(tag, id) {
                // Where the ledger knows the image, the name is the user's by now.
                if claim.open {
                    let why = undecided(&format!("docker rmi {tag}"));
                    self.left.push(format!("image name {tag}: {why}"));
                }
                continue;
            }
            let last = texts(&image.body["RepoTags"]).len() < 2;
            if last && self.begun.before.images.contains(id) {
                self.left.push(format!(
                    "image name {tag}: it is the only name left of an image that was there before"
                ));
                continue;
            }
            self.delete("image", tag, &format!("/images/{}?noprune=1", encode(tag)))?;
        }
        // Children before parents: the order is found by trying.
        loop {
            let count = ids.len();
            let mut refused = BTreeSet::new();
            for id in std::mem::take(&mut ids) {
                let image = self.daemon.get(&format!("/images/{id}/json"))?;
                if image.status == 404 || !texts(&image.body["RepoTags"]).is_empty() {
                    continue;
                }
                let answer = self.daemon.delete(&format!("/images/{id}?noprune=1"))?;
                if !answer.is_done() && answer.status != 404 {
                    refused.insert(id);
                }
            }
            ids = refused;
            if ids.is_empty() {
                return Ok(());
            }
            if ids.len() == count {
                for id in ids {
                    self.delete("image", &id, &format!("/images/{id}?noprune=1"))?;
                }
                return Ok(());
            }
        }
    }

    /// The images with those they were built on, as far as they are the lab's.
    fn with_parents(&self, images: &BTreeSet<String>) -> io::Result<BTreeSet<String>> {
        let before = &self.begun.before.images;
        let mut all = BTreeSet::new();
        let mut ahead: Vec<String> = images.iter().cloned().collect();
        while let Some(id) = ahead.pop() {
            if id.is_empty() || before.contains(&id) || !all.insert(id.clone()) {
                continue;
            }
            let image = self.daemon.get(&format!("/images/{}/json", encode(&id)))?;
            ahead.extend(image.body["Parent"].as_str().map(str::to_owned));
        }
        Ok(all)
    }

    /// Names that a pull or a load has moved get their images back, unless the user
    /// has moved or removed them since.
    fn give_back(&mut self, belongings: &Belongings) -> io::Result<()> {
        for (tag, name) in &belongings.moving {
            let before = &name.from;
            let now = self.daemon.get(&format!("/images/{}/json", encode(tag)))?;
            let Some(now) = now.body["Id"].as_str().filter(|now| now != before) else {
                continue;
            };
            let moved = name.to.contains(now) || (name.open && belongings.images.contains(now));
            if !moved {
                if name.open {
                    self.left.push(format!(
                        "image name {tag}: it was not moved back, as the record does not say \
                         whether the lab moved it (to move it back: `docker tag {before} {tag}`; \
                         to forget the lab: `labbook clean --forget`)"
                    ));
                }
                continue;
            }
            let (repository, name) = split(tag);
            let target = format!(
                "/images/{before}/tag?repo={}&tag={}",
                encode(repository),
                encode(name)
            );
            let answer = self.daemon.ask("POST", &target, None)?;
            if !answer.is_done() {
                self.left
                    .push(format!("image name {tag}: {}", answer.message()));
            } else if !self.begun.before.images.contains(now) {
                // What the pull brought goes where it has no other name and nothing
                // uses it.
                let image = self.daemon.get(&format!("/images/{now}/json"))?;
                if texts(&image.body["RepoTags"]).is_empty() {
                    let _ = self.daemon.delete(&format!("/images/{now}?noprune=1"))?;
                }
            }
        }
        Ok(())
    }
}
