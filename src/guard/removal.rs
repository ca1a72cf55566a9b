//! Removing exactly what a lab made: containers first, then volumes, networks
//! and images; then names that a pull moved are given back.
//!
//! ```text
//!     container, network   by the ID in the ledger, or by the lab's label
//!     volume               by the lab's label, by a name that nobody gives, or
//!                          while a container of the lab's mounts it
//!     image name           while it leads to the image that the lab gave it
//!     image                by the ID in the ledger
//! ```
//!
//! A name alone is never enough: whoever owns the machine may have given it to
//! something of his own since. What was there before the lab is left alone
//! whatever the ledger says, as is everything where another daemon answers.
//! Nothing is forced but the lab's own containers, and parents of images are kept
//! unless they are the lab's too.

use std::collections::BTreeSet;
use std::io;
use std::thread::sleep;
use std::time::Duration;

use super::daemon::{Answer, Daemon, encode};
use super::ledger::{Begun, Belongings, LABEL, build_mark};
use super::scope::{labelled, texts};
use crate::docker::ids::is_hex;
use crate::docker::names::split;

/// Removes what the ledger says and what carries the lab's label, and gives the
/// names of what could not be removed, each with the daemon's reason.
///
/// # Errors
/// What the daemon's connection gives: then nothing is known to be removed.
pub fn remove(daemon: &Daemon, begun: &Begun, belongings: &Belongings) -> io::Result<Vec<String>> {
    let id = daemon.id()?;
    if id != begun.daemon {
        return Ok(vec![other_daemon(begun, &id)]);
    }
    let mut left = Vec::new();
    let mut removal = Removal {
        daemon,
        begun,
        left: &mut left,
    };
    let mounted = removal.mounted_volumes(&belongings.containers)?;
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
    of_builds.extend(belongings.containers.iter().cloned());
    let unseen = removal.images_from(&of_builds)?;
    belongings.images.extend(unseen);
    let belongings = &belongings;
    removal.volumes(belongings, &mounted)?;
    removal.networks(&belongings.networks)?;
    removal.images(belongings)?;
    removal.give_back(belongings)?;
    Ok(left)
}

/// Why nothing is removed where the daemon's ID is not the ledger's.
fn other_daemon(begun: &Begun, id: &str) -> String {
    let lab = &begun.lab;
    let known = match begun.daemon.as_str() {
        "" => "its ledger was written by an older version and does not say which daemon it was on"
            .to_owned(),
        daemon => format!("it was on the daemon {daemon}, and {id} answers now"),
    };
    format!(
        "lab {lab}: {known}; nothing was removed (look with `docker ps -a --filter label={LABEL}={lab}`, \
         then `labbook clean --forget`)"
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
            self.delete("container", &id, &format!("/containers/{id}?force=1&v=1"))?;
        }
        Ok(of_builds)
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

    /// The volumes that containers of the lab mount, by name.
    fn mounted_volumes(&self, written: &BTreeSet<String>) -> io::Result<BTreeSet<String>> {
        let before = &self.begun.before.containers;
        let mut mounted = BTreeSet::new();
        for id in self.own(written, before, "containers", "Id")? {
            let container = self.daemon.get(&format!("/containers/{id}/json"))?.body;
            let mounts = container["Mounts"].as_array().cloned().unwrap_or_default();
            let names = mounts.iter().filter_map(|mount| mount["Name"].as_str());
            mounted.extend(names.map(str::to_owned));
        }
        Ok(mounted)
    }

    fn volumes(&mut self, belongings: &Belongings, mounted: &BTreeSet<String>) -> io::Result<()> {
        let before = &self.begun.before.volumes;
        for name in self.own(&belongings.volumes, before, "volumes", "Name")? {
            let target = format!("/volumes/{}", encode(&name));
            let volume = self.daemon.get(&target)?;
            if volume.status == 404 {
                continue;
            }
            let has_label = volume.body["Labels"][LABEL].as_str() == Some(&self.begun.lab);
            // Nobody gives a volume of his own the name of an anonymous one.
            let is_anonymous = name.len() == 64 && is_hex(&name);
            if !has_label && !is_anonymous && !mounted.contains(&name) {
                self.left.push(format!(
                    "volume {name}: it may be yours (`docker volume rm {name}` if it is not, then `labbook clean --forget`)"
                ));
                continue;
            }
            self.delete("volume", &name, &target)?;
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
        for tag in &belongings.tags {
            if self.begun.before.tags.contains_key(tag) {
                continue;
            }
            let image = self.daemon.get(&format!("/images/{}/json", encode(tag)))?;
            let Some(id) = image.body["Id"].as_str() else {
                continue;
            };
            let is_known = belongings.images.contains(id);
            match belongings.tagged.get(tag) {
                Some(given) if given == id => {}
                // It leads to an image that the lab did not give it.
                Some(_) if !is_known => continue,
                None if !is_known => {
                    self.left.push(format!(
                        "image name {tag}: it may be yours (`docker rmi {tag}` if it is not, then `labbook clean --forget`)"
                    ));
                    continue;
                }
                _ => {}
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

    /// Names that a pull or a load may have moved get their images back.
    fn give_back(&mut self, belongings: &Belongings) -> io::Result<()> {
        for (tag, before) in &belongings.moving {
            let now = self.daemon.get(&format!("/images/{}/json", encode(tag)))?;
            let now = now.body["Id"].as_str().unwrap_or_default();
            if now == before || now.is_empty() {
                continue;
            }
            match belongings.tagged.get(tag) {
                Some(moved) if moved == now => {}
                // Somebody moved it since.
                Some(_) => continue,
                None => {
                    self.left.push(format!(
                        "image name {tag}: it led to {before} before the lab, and leads to {now} now (`docker tag {before} {tag}` gives it back)"
                    ));
                    continue;
                }
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
                // What the pull brought has no name now; where something else
                // uses it, it stays.
                let _ = self.daemon.delete(&format!("/images/{now}?noprune=1"))?;
            }
        }
        Ok(())
    }
}
