//! What the lab is shown of the daemon: its own things, its base images and the
//! networks that every daemon has. The rest is the user's and stays private.

use serde_json::Value;

use super::fields::drop_label;
use super::ledger::{Belongings, LABEL, UNLABELLED};
use super::rules::ListFilter;
use super::scope::Scope;
use crate::docker::names::BUILT_IN_NETWORKS;
use crate::docker::names::with_tag;

/// Takes out of a whole answer what is not the lab's to see.
pub fn show(scope: &Scope, listing: ListFilter, answer: &mut Value) {
    let own = scope.belongings();
    match listing {
        ListFilter::Containers => keep(answer, |item| {
            has(item, "Id", |id| own.containers.contains(id))
        }),
        ListFilter::Images => show_images(scope, &own, answer),
        ListFilter::Volumes => {
            member(answer, "Volumes", |volumes| show_volumes(&own, volumes));
        }
        ListFilter::Networks => keep(answer, |item| is_visible_network(&own, item)),
        ListFilter::Network => show_network(&own, answer),
        ListFilter::DiskUsage => {
            if let Value::Object(usage) = answer {
                usage.insert("BuildCache".into(), Value::Array(Vec::new()));
            }
            member(answer, "Containers", |containers| {
                keep(containers, |item| {
                    has(item, "Id", |id| own.containers.contains(id))
                });
            });
            member(answer, "Images", |images| show_images(scope, &own, images));
            member(answer, "Volumes", |volumes| show_volumes(&own, volumes));
        }
        ListFilter::Events | ListFilter::One => {}
    }
    drop_label(answer, LABEL, UNLABELLED);
}

/// Whether one line of `docker events` is about the lab's things.
pub fn shows_event(scope: &Scope, event: &Value) -> bool {
    let own = scope.belongings();
    let id = event["Actor"]["ID"].as_str().unwrap_or_default();
    match event["Type"].as_str() {
        Some("container") => own.containers.contains(id),
        Some("volume") => own.volumes.contains(id),
        Some("network") => {
            let container = event["Actor"]["Attributes"]["container"].as_str();
            own.networks.contains(id) || container.is_some_and(|id| own.containers.contains(id))
        }
        Some("image") => own.images.contains(id) || scope.sees_tag(id),
        _ => false,
    }
}

/// Changes a member of an object; whatever else the daemon answers stays as it is.
fn member(answer: &mut Value, key: &str, change: impl FnOnce(&mut Value)) {
    if let Some(value) = answer.get_mut(key) {
        change(value);
    }
}

fn keep(list: &mut Value, visible: impl Fn(&Value) -> bool) {
    if let Value::Array(items) = list {
        items.retain(visible);
    }
}

fn has(item: &Value, key: &str, test: impl Fn(&str) -> bool) -> bool {
    item[key].as_str().is_some_and(test)
}

fn show_volumes(own: &Belongings, volumes: &mut Value) {
    keep(volumes, |item| {
        has(item, "Name", |name| own.volumes.contains(name))
    });
}

fn is_visible_network(own: &Belongings, item: &Value) -> bool {
    has(item, "Id", |id| own.networks.contains(id))
        || has(item, "Name", |name| BUILT_IN_NETWORKS.contains(&name))
}

/// The default bridge names the containers on it.
fn show_network(own: &Belongings, network: &mut Value) {
    if let Some(Value::Object(containers)) = network.get_mut("Containers") {
        containers.retain(|id, _| own.containers.contains(id));
    }
}

/// An image is shown under the names that the lab may see; one without a name
/// where the lab made it.
fn show_images(scope: &Scope, own: &Belongings, images: &mut Value) {
    let Value::Array(items) = images else { return };
    items.retain_mut(|item| {
        let made = has(item, "Id", |id| own.images.contains(id));
        let mut repositories = Vec::new();
        if let Some(Value::Array(tags)) = item.get_mut("RepoTags") {
            let seen = |tag: &str| scope.sees_tag(&with_tag(tag));
            tags.retain(|tag| tag.as_str().is_some_and(seen));
            repositories.extend(
                tags.iter()
                    .filter_map(Value::as_str)
                    .map(|tag| crate::docker::names::split(tag).0.to_owned()),
            );
        }
        if let Some(Value::Array(digests)) = item.get_mut("RepoDigests") {
            digests.retain(|digest| {
                let name = digest.as_str().and_then(|digest| digest.split('@').next());
                made || name.is_some_and(|name| repositories.iter().any(|other| other == name))
            });
        }
        made || !repositories.is_empty()
    });
}
