//! Whether `/var/lib/docker` of this machine is the daemon's own: Docker
//! Desktop, rootless and remote daemons keep theirs elsewhere.

use std::io;
use std::path::Path;

use serde_json::json;

use crate::guard::daemon::encode;
use crate::guard::ledger::{GoneThing, LABEL, LedgerLine};
use crate::guard::scope::Scope;

/// Makes a marker volume, looks for its folder, and removes it again. None where
/// this user may not look there.
///
/// # Errors
/// What the daemon's connection or the ledger gives.
pub fn is_here(scope: &Scope) -> io::Result<Option<bool>> {
    let name = format!("labbook-marker-{}", scope.lab);
    scope.record(LedgerLine::Volume(name.clone()))?;
    let body = json!({"Name": name, "Labels": {LABEL: scope.lab}});
    let volume = scope.daemon.ask("POST", "/volumes/create", Some(&body))?;
    let folder = Path::new("/var/lib/docker/volumes").join(&name);
    let here = match folder.symlink_metadata() {
        Ok(_) => Some(true),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        Err(_) => Some(false),
    };
    let removed = scope
        .daemon
        .delete(&format!("/volumes/{}", encode(&name)))?;
    if removed.is_done() || removed.status == 404 {
        scope.record(LedgerLine::Gone(GoneThing::Volume(name)))?;
    }
    Ok(here.filter(|_| volume.is_done()))
}

/// Where the daemon keeps its data, on its own machine.
///
/// # Errors
/// What the daemon's connection gives.
pub fn of(scope: &Scope) -> io::Result<Option<String>> {
    let info = scope.daemon.get("/info")?;
    Ok(info.body["DockerRootDir"].as_str().map(str::to_owned))
}
