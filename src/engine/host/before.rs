//! What is on a daemon before a lab begins: none of it may be changed.

use std::io;

use serde_json::Value;

use crate::guard::daemon::Daemon;
use crate::guard::ledger::ObjectsBefore;
use crate::guard::scope::tags;

/// Lists everything there is.
///
/// # Errors
/// What the daemon's connection gives, or that it answers with an error.
pub fn list(daemon: &Daemon) -> io::Result<ObjectsBefore> {
    let ask = |target: &str| daemon.body(target);
    let field = |list: &Value, key: &str| {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item[key].as_str())
            .map(str::to_owned)
            .collect()
    };
    let images = ask("/images/json?all=1")?;
    let mut before = ObjectsBefore {
        containers: field(&ask("/containers/json?all=1")?, "Id"),
        volumes: field(&ask("/volumes")?["Volumes"], "Name"),
        networks: field(&ask("/networks")?, "Id"),
        images: field(&images, "Id"),
        ..ObjectsBefore::default()
    };
    for image in images.as_array().into_iter().flatten() {
        let id = image["Id"].as_str().unwrap_or_default();
        for tag in tags(image) {
            before.tags.insert(tag, id.to_owned());
        }
    }
    Ok(before)
}
